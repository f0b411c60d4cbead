//! Lines of a source that may be compressed, damaged or endless.

use crate::data::error::Error;
use crate::data::source::Source;

use super::text::trim;

/// Longest line, in bytes.
const MAX_LINE: usize = 16 << 20;
/// Bytes read at a time.
const CHUNK: usize = 1 << 16;

/// Lines of a source, each with its number and offset.
pub(super) struct Lines<'a> {
    /// What is read.
    pub(super) source: Source<'a>,
    buffer: Vec<u8>,
    /// Where the next line starts in the buffer.
    next: usize,
    /// Offset of the buffer's start in the content.
    pub(super) offset: u64,
    number: usize,
    ended: bool,
}

impl<'a> Lines<'a> {
    /// The lines of a source from its start.
    pub(super) fn new(source: Source<'a>) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            next: 0,
            offset: 0,
            number: 0,
            ended: false,
        }
    }

    /// Moves to the next line that is not empty; its place in the buffer, or `None` at the end.
    pub(super) fn advance(&mut self) -> Result<Option<std::ops::Range<usize>>, Error> {
        let mut searched = self.next;
        loop {
            let found = self.buffer[searched..].iter().position(|b| *b == b'\n');
            let end = match found {
                Some(at) => searched + at,
                None if !self.ended => {
                    searched = self.refill()?;
                    continue;
                }
                None if self.next < self.buffer.len() => self.buffer.len(),
                None => return Ok(None),
            };
            let line = self.next..end;
            self.next = (end + 1).min(self.buffer.len());
            self.number += 1;
            searched = self.next;
            if !trim(&self.buffer[line.clone()]).is_empty() {
                return Ok(Some(line));
            }
        }
    }

    /// Makes the buffer hold more of the present line; returns where what is new starts.
    fn refill(&mut self) -> Result<usize, Error> {
        self.buffer.drain(..self.next);
        self.offset += self.next as u64;
        self.next = 0;
        let held = self.buffer.len();
        if held > MAX_LINE {
            return Err(Error::malformed(
                self.source.path(),
                self.offset,
                format!("line {} is longer than {MAX_LINE} bytes", self.number + 1),
            ));
        }
        self.buffer.resize(held + CHUNK, 0);
        let read = self.source.fill(&mut self.buffer[held..])?;
        self.buffer.truncate(held + read);
        self.ended = read < CHUNK;
        Ok(held)
    }

    /// The line at a place that [`advance`](Self::advance) gave, without spaces around it.
    pub(super) fn line(&self, range: std::ops::Range<usize>) -> &[u8] {
        let line = &self.buffer[range];
        let line = if self.number == 1 {
            line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
        } else {
            line
        };
        trim(line)
    }

    /// The error for the present line.
    pub(super) fn bad(&self, reason: &str) -> Error {
        Error::malformed(
            self.source.path(),
            self.offset + self.next as u64,
            format!("line {}: {reason}", self.number),
        )
    }
}
