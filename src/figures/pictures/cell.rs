//! Pictures as cells of a figure, from brightness bytes or from signed differences.

use crate::data::ImageShape;
use crate::plot::ImageCell;

/// A picture of bytes, interleaved from the top left.
pub(crate) fn picture(shape: ImageShape, bytes: &[u8]) -> ImageCell {
    ImageCell::new([shape.width, shape.height, shape.channels], bytes)
}

/// Pictures of bytes.
pub(crate) fn pictures(shape: ImageShape, all: &[Vec<u8>]) -> Vec<ImageCell> {
    all.iter().map(|bytes| picture(shape, bytes)).collect()
}

/// A signed picture: 0 is mid grey, `scale` white (or a channel's full colour), −`scale` black.
pub(crate) fn signed(shape: ImageShape, values: &[f32], scale: f64) -> ImageCell {
    let byte = |v: &f32| {
        let share = f64::from(*v) / scale;
        (128.0 + 127.0 * share.clamp(-1.0, 1.0)).round() as u8
    };
    let bytes: Vec<u8> = values.iter().map(byte).collect();
    picture(shape, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_symmetric_about_mid_grey() {
        let shape = ImageShape {
            width: 5,
            height: 1,
            channels: 1,
        };
        let cell = signed(shape, &[0.0, 0.2, -0.2, 0.1, -9.0], 0.2);
        assert_eq!(*cell.pixels, [128, 255, 1, 192, 1]);
    }
}
