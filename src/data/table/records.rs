//! Records of a text, each with its line, however long, damaged or endless the text is.

use csv::{ByteRecord, Reader};

use crate::data::error::Error;

use super::dialect::{Dialect, SPACES, is_blank, tidied};
use super::text::{MAX_RECORD, Text};

/// Records of a table in one dialect.
pub(super) struct Records<'a> {
    path: &'a std::path::Path,
    reader: Reader<Text<'a>>,
    pub(super) dialect: Dialect,
    record: ByteRecord,
    /// Bytes and lines before the first record.
    before: (u64, u64),
    /// Lines of which every field is empty.
    pub(super) blank: u64,
}

impl<'a> Records<'a> {
    /// The records of what is left of a text after so many bytes and lines.
    pub(super) fn new(
        path: &'a std::path::Path,
        mut text: Text<'a>,
        dialect: Dialect,
        before: (u64, u64),
        comment: Option<u8>,
    ) -> Self {
        if dialect.separator == SPACES {
            text.take_tabs_for_spaces();
        }
        Self {
            path,
            reader: dialect.builder().comment(comment).from_reader(text),
            dialect,
            record: ByteRecord::new(),
            before,
            blank: 0,
        }
    }

    /// Moves to the next record that is not empty; false at the end.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a record that is too long or compressed data that are damaged; those of reading.
    pub(super) fn advance(&mut self) -> Result<bool, Error> {
        loop {
            self.reader.get_mut().begin_record();
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) => {
                    if self.reader.get_ref().is_cut() {
                        return Err(self.bad("the compressed data are cut off here"));
                    }
                    return Ok(false);
                }
                Err(error) => {
                    if let Some(failure) = self.reader.get_mut().take_failure() {
                        return Err(failure);
                    }
                    if self.reader.get_ref().is_too_long() {
                        return Err(Error::malformed(
                            self.path,
                            0,
                            format!(
                                "line {} is longer than {MAX_RECORD} bytes; a quote that never ends makes one line of \
                                 many",
                                self.before.1
                                    + self.record.position().map_or(0, csv::Position::line)
                            ),
                        ));
                    }
                    return Err(self.bad(&format!("it cannot be read: {error}")));
                }
            }
            if self.dialect.separator == SPACES {
                let position = self.record.position().cloned();
                self.record = tidied(&self.record, SPACES).into_owned();
                self.record.set_position(position);
            }
            let starts_blank = self.record.get(0).is_none_or(|f| f.len() < 4);
            if !(starts_blank && is_blank(&self.record)) {
                return Ok(true);
            }
            self.blank += u64::from(self.record.len() > 1);
        }
    }

    /// What the file is called.
    pub(super) fn path(&self) -> &'a std::path::Path {
        self.path
    }

    /// The present record.
    pub(super) fn record(&self) -> &ByteRecord {
        &self.record
    }

    /// The line that the present record starts on, from 1.
    pub(super) fn line(&self) -> u64 {
        let text = self.record.as_slice();
        let inside = text.split(|&b| b == b'\n').count() as u64 - 1;
        // A quote that never ends has swallowed the end of the last line.
        let swallowed = text.ends_with(b"\n") && self.reader.get_ref().is_done();
        let end = self.before.1 + self.reader.position().line();
        end.saturating_sub(inside + u64::from(!swallowed))
    }

    /// Bytes of text behind the present record.
    pub(super) fn offset(&self) -> u64 {
        self.before.0 + self.reader.position().byte()
    }

    /// The error for the present record.
    pub(super) fn bad(&self, reason: &str) -> Error {
        self.bad_record(self.line(), reason)
    }

    /// The error for a record that starts on a line, which is what a reader of a table looks for.
    pub(super) fn bad_record(&self, line: u64, reason: &str) -> Error {
        Error::malformed(self.path, 0, format!("line {line}: {reason}"))
    }
}
