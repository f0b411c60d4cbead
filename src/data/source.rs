//! Bytes of a file, decompressed if they are gzip, counted and bounded.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::error::{Error, OnProgress, report_bytes};

/// Bytes between two progress reports.
const STEP: usize = 1 << 20;
/// Deflate cannot expand a byte to more than this many.
const MAX_EXPANSION: u64 = 1032;

/// An open file or a byte slice, read once from the front.
pub(super) struct Source<'a> {
    path: &'a Path,
    reader: Box<dyn Read + 'a>,
    stored: u64,
    compressed: bool,
    offset: u64,
    cut: bool,
}

impl<'a> Source<'a> {
    /// Opens the file at `path`.
    pub(super) fn open(path: &'a Path) -> Result<Self, Error> {
        let fail = |e: io::Error| Error::io(path, 0, &e);
        let file = File::open(path).map_err(fail)?;
        let stored = file.metadata().map_err(fail)?.len();
        Self::new(path, BufReader::with_capacity(1 << 16, file), stored)
    }

    /// Reads what another reader unpacks from `packed` compressed bytes of `path`.
    pub(super) fn unpacked(path: &'a Path, reader: impl Read + 'a, packed: u64) -> Self {
        Self {
            path,
            reader: Box::new(reader),
            stored: packed,
            compressed: true,
            offset: 0,
            cut: false,
        }
    }

    /// Reads what `reader` gives, whose length has nothing to do with that of the file.
    #[cfg(feature = "hdf5")]
    pub(super) fn given(path: &'a Path, reader: impl Read + 'a) -> Self {
        Self::unpacked(path, reader, u64::MAX)
    }

    /// Reads from memory what errors will call `path`.
    pub(super) fn from_bytes(path: &'a Path, bytes: &'a [u8]) -> Result<Self, Error> {
        Self::new(path, bytes, bytes.len() as u64)
    }

    fn new(path: &'a Path, mut reader: impl BufRead + 'a, stored: u64) -> Result<Self, Error> {
        let start = reader.fill_buf().map_err(|e| Error::io(path, 0, &e))?;
        let compressed = start.starts_with(&[0x1f, 0x8b]);
        let reader: Box<dyn Read + 'a> = if compressed {
            Box::new(MultiGzDecoder::new(reader))
        } else {
            Box::new(reader)
        };
        Ok(Self {
            path,
            reader,
            stored,
            compressed,
            offset: 0,
            cut: false,
        })
    }

    /// What the file is called.
    pub(super) fn path(&self) -> &'a Path {
        self.path
    }

    /// Whether the content is gzip.
    pub(super) fn is_compressed(&self) -> bool {
        self.compressed
    }

    /// Whether the compressed data ended before their own end mark.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Bytes of (decompressed) content read so far.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Bytes after a header of `header` bytes, where that can be known without reading.
    pub(super) fn stored_payload(&self, header: u64) -> Option<u64> {
        (!self.compressed).then(|| self.stored.saturating_sub(header))
    }

    /// The most bytes that the compressed file can possibly hold.
    pub(super) fn most_decompressed(&self) -> Option<u128> {
        self.compressed
            .then(|| u128::from(self.stored) * u128::from(MAX_EXPANSION))
    }

    /// Reads until `buffer` is full or the content ends; returns the bytes read.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut filled = 0;
        while filled < buffer.len() && !self.cut {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => {
                    filled += read;
                    self.offset += read as u64;
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if self.compressed && e.kind() == ErrorKind::UnexpectedEof => {
                    self.cut = true;
                }
                Err(e) if self.compressed && is_content_error(&e) => {
                    return Err(Error::malformed(
                        self.path,
                        self.offset,
                        format!("the compressed data are damaged: {e}"),
                    ));
                }
                Err(e) => return Err(Error::io(self.path, self.offset, &e)),
            }
        }
        Ok(filled)
    }

    /// Passes over so many bytes, or fewer if the content ends.
    pub(super) fn skip(&mut self, bytes: u64) -> Result<(), Error> {
        let mut passed = vec![0; bytes.min(1 << 16) as usize];
        let mut left = bytes;
        while left > 0 {
            let step = left.min(passed.len() as u64) as usize;
            let read = self.fill(&mut passed[..step])?;
            if read < step {
                break;
            }
            left -= read as u64;
        }
        Ok(())
    }

    /// Reads `needed` bytes, or fewer if the content ends; memory grows with what arrives.
    pub(super) fn read_vec(
        &mut self,
        needed: usize,
        what: &'static str,
        progress: OnProgress<'_>,
    ) -> Result<Vec<u8>, Error> {
        let mut values = Vec::new();
        while values.len() < needed {
            report_bytes(progress, what, values.len(), needed)?;
            let start = values.len();
            let step = STEP.min(needed - start);
            if values.capacity() < start + step {
                // At most as much again as has arrived, so a lying header costs nothing.
                values.reserve_exact(start.max(step).min(needed - start));
            }
            values.resize(start + step, 0);
            let read = self.fill(&mut values[start..])?;
            values.truncate(start + read);
            if read < step {
                break;
            }
        }
        report_bytes(progress, what, values.len(), needed)?;
        Ok(values)
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fill(buffer).map_err(io::Error::other)
    }
}

/// Whether a decompressor complains of its input rather than the system of the device.
fn is_content_error(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidInput | ErrorKind::InvalidData
    ) || error.raw_os_error().is_none()
}
