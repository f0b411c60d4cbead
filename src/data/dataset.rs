//! The one in-memory form of a data set.

/// Height, width and channels of one item; a plain vector is `1 × d × 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageShape {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// 1 for grey, 3 for RGB (interleaved).
    pub channels: usize,
}

impl ImageShape {
    /// d, the number of values of one item.
    pub fn dim(self) -> usize {
        self.height * self.width * self.channels
    }

    /// Whether items can be shown as pictures (rather than as a plain vector).
    pub fn is_image(self) -> bool {
        self.height > 1 && self.width > 1
    }
}

/// The stored values, `n × d`, row-major.
#[derive(Debug, Clone, PartialEq)]
pub enum Pixels {
    /// Image bytes, as they came.
    Bytes(Vec<u8>),
    /// Real values, as they came.
    Floats(Vec<f32>),
}

/// A data set in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// What the user knows it by: `digits`, `MNIST train`, a file name.
    pub name: String,
    /// Shape of one item.
    pub shape: ImageShape,
    /// The values.
    pub pixels: Pixels,
    /// One class per item, where the source has them.
    pub labels: Option<Vec<u8>>,
}

impl Dataset {
    /// n, the number of items.
    pub fn len(&self) -> usize {
        let values = match &self.pixels {
            Pixels::Bytes(bytes) => bytes.len(),
            Pixels::Floats(floats) => floats.len(),
        };
        values / self.dim().max(1)
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// d, the number of values of one item.
    pub fn dim(&self) -> usize {
        self.shape.dim()
    }

    /// Bytes held in memory by the values and labels.
    pub fn memory_bytes(&self) -> usize {
        let values = match &self.pixels {
            Pixels::Bytes(bytes) => bytes.len(),
            Pixels::Floats(floats) => floats.len() * 4,
        };
        values + self.labels.as_ref().map_or(0, Vec::len)
    }
}
