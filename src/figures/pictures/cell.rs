//! Pictures as cells of a figure, from brightness bytes or from signed differences.

use std::sync::Arc;

use crate::plot::ImageCell;

/// The size of every picture of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureShape {
    /// Columns of pixels.
    pub width: usize,
    /// Rows of pixels.
    pub height: usize,
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
}

impl PictureShape {
    /// A picture of width·height·channels bytes, interleaved from the top left.
    pub fn cell(self, bytes: &[u8]) -> ImageCell {
        ImageCell {
            width: self.width,
            height: self.height,
            channels: self.channels,
            pixels: bytes.iter().copied().collect::<Arc<[u8]>>(),
            caption: String::new(),
        }
    }

    /// A signed picture: 0 is mid grey, `scale` white (or a channel's full colour), −`scale` black.
    pub fn signed(self, values: &[f32], scale: f64) -> ImageCell {
        let byte = |v: &f32| {
            let share = f64::from(*v) / scale;
            (128.0 + 127.0 * share.clamp(-1.0, 1.0)).round() as u8
        };
        let bytes: Vec<u8> = values.iter().map(byte).collect();
        self.cell(&bytes)
    }
}

/// A place left free.
pub fn blank() -> ImageCell {
    ImageCell {
        width: 0,
        height: 0,
        channels: 1,
        pixels: Arc::from([]),
        caption: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_symmetric_about_mid_grey() {
        let shape = PictureShape {
            width: 5,
            height: 1,
            channels: 1,
        };
        let cell = shape.signed(&[0.0, 0.2, -0.2, 0.1, -9.0], 0.2);
        assert_eq!(*cell.pixels, [128, 255, 1, 192, 1]);
    }
}
