//! The values of a data set as a stream of bytes, a few rows read at a time.

use std::io::{self, Read};

use hdf5_pure::Dataset;

/// Bytes read at a time, where rows and chunks are smaller.
const PART: u64 = 4 << 20;
/// Most bytes of one row.
pub(super) const MAX_ROW: u64 = 1 << 30;
/// Most bytes read at a time to read a chunk but once.
const MAX_PART: u64 = 256 << 20;

/// The bytes of a data set, from its first value on.
pub(super) struct Rows {
    dataset: Dataset,
    /// Rows at a time, those that were read, and all.
    step: u64,
    next: u64,
    total: u64,
    part: Vec<u8>,
    at: usize,
}

impl Rows {
    /// Nothing read yet.
    pub(super) fn of(dataset: Dataset) -> Result<Self, hdf5_pure::Error> {
        let sizes = dataset.shape()?;
        let width = dataset.element_size()?;
        let rest = sizes.get(1..).unwrap_or(&[]);
        let row = rest
            .iter()
            .fold(width, |bytes, &s| bytes.saturating_mul(s))
            .max(1);
        let chunk = dataset
            .chunk_shape()?
            .and_then(|c| c.first().copied())
            .unwrap_or(1)
            .max(1);
        // Whole chunks at a time, as many as fit.
        let chunk = if chunk.saturating_mul(row) > MAX_PART {
            1
        } else {
            chunk
        };
        let step = (PART / row.saturating_mul(chunk)).max(1) * chunk;
        Ok(Self {
            total: sizes.first().copied().unwrap_or(1),
            dataset,
            step,
            next: 0,
            part: Vec::new(),
            at: 0,
        })
    }
}

impl Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.part.len() && self.next < self.total {
            let step = self.step.min(self.total - self.next);
            let part = self.dataset.read_raw_rows(self.next, step);
            self.part = part.map_err(|e| io::Error::other(e.to_string()))?;
            self.at = 0;
            self.next += step;
        }
        let given = buffer.len().min(self.part.len() - self.at);
        buffer[..given].copy_from_slice(&self.part[self.at..self.at + given]);
        self.at += given;
        Ok(given)
    }
}
