//! Arrays in Fortran order: the first values of all items, then the second of all, and so on.

/// Items turned at a time: what is written of them stays in the cache.
const BLOCK: usize = 64;

/// The first `count` of `total` items of these sizes, one after the other in C order, out of `values`, which lie in
/// Fortran order.
pub(super) fn c_order<T: Copy + Default>(
    values: &[T],
    total: usize,
    sizes: &[usize],
    count: usize,
) -> Vec<T> {
    let places = places(sizes);
    let d = places.len();
    let mut turned = vec![T::default(); count * d];
    for first in (0..count).step_by(BLOCK) {
        let end = (first + BLOCK).min(count);
        for (j, place) in places.iter().enumerate() {
            let run = values.get(place * total + first..place * total + end);
            for (i, value) in run.unwrap_or_default().iter().enumerate() {
                turned[(first + i) * d + j] = *value;
            }
        }
    }
    turned
}

/// Where in Fortran order each value of an item is that comes next in C order.
fn places(sizes: &[usize]) -> Vec<usize> {
    let d: usize = sizes.iter().product();
    let place = |j: usize| {
        let (mut rest, mut stride, mut place) = (j, d, 0);
        for &size in sizes.iter().rev() {
            stride /= size;
            place += rest % size * stride;
            rest /= size;
        }
        place
    };
    (0..d).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Element (n, h, w, c) of Fortran order is number n + N (h + H (w + W c)).
    #[test]
    fn every_element_goes_to_its_place() {
        let (n, h, w, c) = (130, 2, 3, 4);
        let mut values = vec![0; n * h * w * c];
        let value = |i: [usize; 4]| 1000 * i[0] + 100 * i[1] + 10 * i[2] + i[3];
        let all = || {
            (0..n).flat_map(move |a| {
                (0..h)
                    .flat_map(move |b| (0..w).flat_map(move |e| (0..c).map(move |f| [a, b, e, f])))
            })
        };
        for i in all() {
            values[i[0] + n * (i[1] + h * (i[2] + w * i[3]))] = value(i);
        }
        let wanted: Vec<usize> = all().map(value).collect();
        assert_eq!(c_order(&values, n, &[h, w, c], n), wanted);
        assert_eq!(c_order(&values, n, &[h, w, c], 3), wanted[..3 * h * w * c]);
    }
}
