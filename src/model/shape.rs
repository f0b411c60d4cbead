//! Shapes between layers, and the geometry of a convolution.

use std::fmt;

use crate::config::Window;
use crate::data::ImageShape;

/// Rows, columns and channels of one sample's activation, channels innermost; a vector is 1 × 1 × n.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Channels.
    pub channels: usize,
}

impl Shape {
    /// A vector.
    pub fn vector(len: usize) -> Self {
        Self {
            height: 1,
            width: 1,
            channels: len,
        }
    }

    /// Numbers of one sample.
    pub fn len(self) -> usize {
        self.height * self.width * self.channels
    }

    /// Whether it has no number.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether it is a plain vector.
    pub fn is_vector(self) -> bool {
        self.height == 1 && self.width == 1
    }

    /// Rows times columns.
    pub fn pixels(self) -> usize {
        self.height * self.width
    }
}

impl From<ImageShape> for Shape {
    /// An image stays one; a plain vector's numbers become channels.
    fn from(shape: ImageShape) -> Self {
        if shape.is_image() {
            Self {
                height: shape.height,
                width: shape.width,
                channels: shape.channels,
            }
        } else {
            Self::vector(shape.dim())
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_vector() {
            write!(f, "{}", self.channels)
        } else {
            write!(f, "{}×{}×{}", self.height, self.width, self.channels)
        }
    }
}

/// How the pixels of a large and a small image are connected.
///
/// A convolution maps large to small, its transpose small to large:
/// pixel (r, c) of the small one sees the pixels (r·stride + i − padding, c·stride + j − padding) of the large
/// one for 0 ≤ i, j < kernel, where they exist. The weight is `(kernel·kernel·large channels) × small channels`,
/// row-major, its rows in the order (i, j, channel).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Geometry {
    /// The larger image: a convolution's input, a transposed convolution's output.
    pub large: Shape,
    /// The smaller image: a convolution's output, a transposed convolution's input.
    pub small: Shape,
    /// Kernel side.
    pub kernel: usize,
    /// Stride.
    pub stride: usize,
    /// Zeros before the first row and column of the large image.
    pub padding: usize,
}

impl Geometry {
    /// The geometry of a convolution of `input` to `channels`; `None` if the kernel does not fit.
    pub fn convolution(input: Shape, channels: usize, window: Window) -> Option<Self> {
        let side = |n: usize| {
            let room = (n + 2 * window.padding + window.extra).checked_sub(window.kernel)?;
            Some(room / window.stride + 1)
        };
        Some(Self {
            large: input,
            small: Shape {
                height: side(input.height)?,
                width: side(input.width)?,
                channels,
            },
            kernel: window.kernel,
            stride: window.stride,
            padding: window.padding,
        })
    }

    /// The geometry of a transposed convolution of `input` to `channels`; `None` if the padding eats the image.
    pub fn transposed(input: Shape, channels: usize, window: Window) -> Option<Self> {
        let side = |n: usize| {
            let grown = (n - 1) * window.stride + window.kernel + window.extra;
            grown.checked_sub(2 * window.padding).filter(|&s| s > 0)
        };
        Some(Self {
            large: Shape {
                height: side(input.height)?,
                width: side(input.width)?,
                channels,
            },
            small: input,
            kernel: window.kernel,
            stride: window.stride,
            padding: window.padding,
        })
    }

    /// Rows of the weight: numbers of the large image one pixel of the small one sees.
    pub fn patch(&self) -> usize {
        self.kernel * self.kernel * self.large.channels
    }

    /// The number of elements of the weight.
    pub fn weights(&self) -> usize {
        self.patch() * self.small.channels
    }

    /// Multiply-adds of one sample.
    pub fn macs(&self) -> usize {
        self.small.pixels() * self.weights()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_follow_the_usual_formulas() {
        let image = |side: usize| Shape {
            height: side,
            width: side,
            channels: 3,
        };
        let window = |kernel, stride, padding, extra| Window {
            kernel,
            stride,
            padding,
            extra,
        };
        // PyTorch's Conv2d and ConvTranspose2d.
        for (side, w, expected) in [
            (28, window(3, 2, 1, 0), 14),
            (7, window(3, 2, 1, 0), 4),
            (64, window(4, 2, 1, 0), 32),
            (5, window(5, 1, 0, 0), 1),
            (2, window(2, 1, 0, 1), 2),
        ] {
            let g = Geometry::convolution(image(side), 8, w).expect("it fits");
            assert_eq!((g.small.height, g.small.width), (expected, expected));
            assert_eq!(g.weights(), w.kernel * w.kernel * 3 * 8);
        }
        for (side, w, expected) in [
            (4, window(4, 2, 1, 0), 8),
            (4, window(3, 2, 1, 0), 7),
            (7, window(3, 2, 1, 1), 14),
            (1, window(2, 1, 0, 0), 2),
        ] {
            let g = Geometry::transposed(image(side), 8, w).expect("it fits");
            assert_eq!((g.large.height, g.large.width), (expected, expected));
            assert_eq!(g.weights(), w.kernel * w.kernel * 8 * 3);
        }
        assert!(Geometry::convolution(image(2), 8, window(5, 1, 1, 0)).is_none());
        assert!(Geometry::transposed(image(1), 8, window(2, 1, 1, 0)).is_none());
    }
}
