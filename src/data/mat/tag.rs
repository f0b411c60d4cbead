//! The elements that MATLAB files consist of: a type, a length, and so many bytes.

use crate::data::error::Error;
use crate::data::source::Source;

/// A matrix, and one that is compressed.
pub(super) const MATRIX: u32 = 14;
pub(super) const COMPRESSED: u32 = 15;

/// What stands before the bytes of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) kind: u32,
    pub(super) size: u64,
    /// Bytes that follow those to the next element.
    pub(super) padding: u64,
}

/// Reads elements one after the other.
pub(super) struct Reader<'r, 'a> {
    source: &'r mut Source<'a>,
    big: bool,
}

impl<'r, 'a> Reader<'r, 'a> {
    pub(super) fn new(source: &'r mut Source<'a>, big: bool) -> Self {
        Self { source, big }
    }

    /// Bytes read so far.
    pub(super) fn offset(&self) -> u64 {
        self.source.offset()
    }

    /// Whether the first byte of a number is the most significant.
    pub(super) fn is_big(&self) -> bool {
        self.big
    }

    /// An error about what comes next.
    pub(super) fn bad(&self, reason: &str) -> Error {
        Error::malformed(self.source.path(), self.source.offset(), reason)
    }

    /// The next tag, `None` where nothing follows.
    pub(super) fn first_tag(&mut self) -> Result<Option<Tag>, Error> {
        let mut start = [0; 4];
        match self.source.fill(&mut start)? {
            0 => Ok(None),
            4 => self.rest(start).map(Some),
            _ => Err(self.bad(CUT)),
        }
    }

    /// The next tag.
    pub(super) fn tag(&mut self) -> Result<Tag, Error> {
        self.first_tag()?.ok_or_else(|| self.bad(CUT))
    }

    fn rest(&mut self, start: [u8; 4]) -> Result<Tag, Error> {
        let first = self.number(start);
        // A short element has its length in the upper half and its bytes, four at most, in place of the length.
        if first >> 16 != 0 {
            let size = u64::from(first >> 16);
            if size > 4 {
                return Err(self.bad("a short element of the MATLAB file says that it is long"));
            }
            return Ok(Tag {
                kind: first & 0xffff,
                size,
                padding: 4 - size,
            });
        }
        let mut size = [0; 4];
        if self.source.fill(&mut size)? < 4 {
            return Err(self.bad(CUT));
        }
        let size = u64::from(self.number(size));
        let padding = if first == COMPRESSED {
            0
        } else {
            (8 - size % 8) % 8
        };
        Ok(Tag {
            kind: first,
            size,
            padding,
        })
    }

    /// The bytes of an element of this tag, which may have `most`.
    pub(super) fn bytes(&mut self, tag: Tag, most: usize) -> Result<Vec<u8>, Error> {
        if tag.size > most as u64 {
            return Err(self.bad("a name or a list of sizes in the MATLAB file is far too long"));
        }
        let mut bytes = vec![0; tag.size as usize];
        if self.source.fill(&mut bytes)? < bytes.len() {
            return Err(self.bad(CUT));
        }
        self.skip(tag.padding)?;
        Ok(bytes)
    }

    /// Passes over so many bytes.
    pub(super) fn skip(&mut self, bytes: u64) -> Result<(), Error> {
        self.source.skip(bytes)
    }

    /// A number of four bytes.
    pub(super) fn number(&self, bytes: [u8; 4]) -> u32 {
        if self.big {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    }

    /// Numbers of four bytes.
    pub(super) fn numbers(&self, bytes: &[u8]) -> Vec<u32> {
        let (words, _) = bytes.as_chunks::<4>();
        words.iter().map(|w| self.number(*w)).collect()
    }
}

/// What is wrong with content that ends too soon.
pub(super) const CUT: &str = "the MATLAB file is cut off";
