//! Colours of a picture in a table: the three channels may alternate or follow one another as whole planes (as in
//! CIFAR), and nothing but the pixels tells.

/// Pictures that decide.
const LOOKED_AT: usize = 256;

/// Whether the planes of square pictures in colour follow one another.
///
/// A pixel is most like the one below it. That one is `side` values further on in planes, three times as many where
/// channels alternate; so the smaller of the two differences shows the order.
fn are_planes<T: Copy + Into<f32>>(values: &[T], side: usize) -> bool {
    let (mut planes, mut alternating) = (0.0_f64, 0.0_f64);
    for picture in values.chunks_exact(3 * side * side).take(LOOKED_AT) {
        let differs = |step: usize| -> f64 {
            let pairs = picture.iter().zip(&picture[step..]);
            // The same pixels for both steps.
            let pairs = pairs.take(picture.len() - 3 * side);
            pairs
                .map(|(&a, &b)| f64::from((a.into() - b.into()).abs()))
                .sum()
        };
        planes += differs(side);
        alternating += differs(3 * side);
    }
    planes < alternating
}

/// Makes the channels of square pictures alternate, if their planes follow one another.
pub(super) fn alternate<T: Copy + Into<f32>>(values: &mut [T], side: usize) {
    if !are_planes(values, side) {
        return;
    }
    let plane = side * side;
    for picture in values.chunks_exact_mut(3 * plane) {
        let planes = picture.to_vec();
        for (i, value) in picture.iter_mut().enumerate() {
            *value = planes[i % 3 * plane + i / 3];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A smooth picture, its channels alternating.
    fn picture(side: usize) -> Vec<u8> {
        let level = |y: usize, x: usize, c: usize| (40 + 9 * y + 4 * x + 60 * c) as u8;
        let pixels = (0..side).flat_map(|y| (0..side).map(move |x| (y, x)));
        pixels
            .flat_map(|(y, x)| [0, 1, 2].map(|c| level(y, x, c)))
            .collect()
    }

    #[test]
    fn both_orders_end_as_the_same_picture() {
        for side in [8, 9, 10] {
            let wanted = picture(side);
            let planes = |c: usize| wanted.iter().skip(c).step_by(3).copied();
            let mut planar: Vec<u8> = (0..3).flat_map(planes).collect();
            assert_ne!(planar, wanted);
            alternate(&mut planar, side);
            assert_eq!(planar, wanted, "{side}");
            let mut already = wanted.clone();
            alternate(&mut already, side);
            assert_eq!(already, wanted, "{side}");
        }
    }
}
