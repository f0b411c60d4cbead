//! Arrays brought to N × H × W × C, item after item.

use ndarray::{ArrayView, Axis, Ix4, IxDyn, ShapeBuilder, s};

/// The first `count` items of an array of these sizes, in C or in Fortran order, one after the other in C order.
/// `axes` says which of the sizes counts items, rows, columns and channels. `None` if there are not as many values.
pub(super) fn turned<T: Copy>(
    mut values: Vec<T>,
    sizes: &[usize],
    fortran: bool,
    axes: [Option<usize>; 4],
    count: usize,
) -> Option<Vec<T>> {
    let mut view = ArrayView::from_shape(IxDyn(sizes).set_f(fortran), &values).ok()?;
    let mut order = [0; 4];
    for (place, axis) in order.iter_mut().zip(axes) {
        *place = axis.unwrap_or(view.ndim());
        if axis.is_none() {
            let last = Axis(view.ndim());
            view = view.insert_axis(last);
        }
    }
    let view = view.into_dimensionality::<Ix4>().ok()?;
    let view = view.permuted_axes(order);
    let count = count.min(view.dim().0);
    let view = view.slice_move(s![..count, .., .., ..]);
    if view.is_standard_layout() {
        let len = view.len();
        values.truncate(len);
        return Some(values);
    }
    let turned = view.as_standard_layout().into_owned();
    Some(turned.into_raw_vec_and_offset().0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Element (i, j, k, l) of Fortran order is number i + I (j + J (k + K l)), of C order l + L (k + K (j + J i)).
    #[test]
    fn every_element_goes_to_its_place_in_every_order() {
        let (n, h, w, c) = (130, 2, 5, 3);
        let value = |i: [usize; 4]| (1000 * i[0] + 100 * i[1] + 10 * i[2] + i[3]) as u32;
        let mut wanted = Vec::new();
        for a in 0..n {
            for b in 0..h {
                for e in 0..w {
                    wanted.extend((0..c).map(|f| value([a, b, e, f])));
                }
            }
        }
        let of_items = [n, h, w, c];
        // Where the array has items, rows, columns and channels.
        for axes in [[0, 1, 2, 3], [0, 2, 3, 1], [3, 0, 1, 2], [3, 2, 1, 0]] {
            let mut sizes = [0; 4];
            for (of, axis) in axes.into_iter().enumerate() {
                sizes[axis] = of_items[of];
            }
            for fortran in [false, true] {
                let mut values = vec![0; n * h * w * c];
                for (number, place) in values.iter_mut().enumerate() {
                    let mut index = [0; 4];
                    let mut rest = number;
                    let order: Vec<usize> = if fortran {
                        (0..4).collect()
                    } else {
                        (0..4).rev().collect()
                    };
                    for axis in order {
                        index[axis] = rest % sizes[axis];
                        rest /= sizes[axis];
                    }
                    *place = value(axes.map(|axis| index[axis]));
                }
                for count in [n, 3] {
                    let got = turned(values.clone(), &sizes, fortran, axes.map(Some), count);
                    assert_eq!(
                        got.as_deref(),
                        Some(&wanted[..count * h * w * c]),
                        "{axes:?} {fortran} {count}"
                    );
                }
            }
        }
    }

    #[test]
    fn vectors_and_grey_pictures_lack_axes() {
        let columns = [1, 2, 3, 4, 5, 6];
        let vectors = turned(
            columns.to_vec(),
            &[3, 2],
            false,
            [Some(1), None, Some(0), None],
            2,
        );
        assert_eq!(vectors, Some(vec![1, 3, 5, 2, 4, 6]));
        let grey = turned(
            columns.to_vec(),
            &[1, 3, 2],
            true,
            [Some(0), Some(1), Some(2), None],
            1,
        );
        assert_eq!(grey, Some(vec![1, 4, 2, 5, 3, 6]));
        assert_eq!(
            turned(
                columns.to_vec(),
                &[4, 2],
                false,
                [Some(0), None, Some(1), None],
                4
            ),
            None
        );
    }
}
