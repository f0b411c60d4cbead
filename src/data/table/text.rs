//! The characters of a text file: encodings, line ends and damaged or endless content.

use std::borrow::Cow;
use std::io::{self, Read};

use crate::data::error::Error;
use crate::data::source::Source;

/// Longest record, in bytes.
pub(super) const MAX_RECORD: usize = 16 << 20;
/// Bytes read at a time.
pub(super) const CHUNK: usize = 1 << 16;

/// How bytes stand for characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// UTF-8, or a code page of one byte a character: what matters to a table is the same.
    Bytes,
    /// UTF-16 with this order of bytes, as spreadsheets save "Unicode text".
    Utf16 { little: bool },
}

/// The encoding that the first bytes mark, and the length of the mark.
fn marked(start: &[u8]) -> (Encoding, usize) {
    match start {
        [0xef, 0xbb, 0xbf, ..] => (Encoding::Bytes, 3),
        [0xff, 0xfe, ..] => (Encoding::Utf16 { little: true }, 2),
        [0xfe, 0xff, ..] => (Encoding::Utf16 { little: false }, 2),
        _ => (Encoding::Bytes, 0),
    }
}

/// UTF-8 from whole units of UTF-16; what is no character becomes the mark that replaces one.
fn from_utf16(bytes: &[u8], little: bool) -> Vec<u8> {
    let (pairs, _) = bytes.as_chunks::<2>();
    let unit = |&pair: &[u8; 2]| {
        if little {
            u16::from_le_bytes(pair)
        } else {
            u16::from_be_bytes(pair)
        }
    };
    let characters = char::decode_utf16(pairs.iter().map(unit));
    let text: String = characters
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    text.into_bytes()
}

/// The start of a file as text without a mark in front, its line ends made one kind.
pub(super) fn decoded(start: &[u8]) -> Cow<'_, [u8]> {
    let (encoding, mark) = marked(start);
    let mut text = match encoding {
        Encoding::Bytes => Cow::Borrowed(&start[mark..]),
        Encoding::Utf16 { little } => Cow::Owned(from_utf16(&start[mark..], little)),
    };
    if ends_lines_by_returns(&text) {
        for byte in text.to_mut() {
            if *byte == b'\r' {
                *byte = b'\n';
            }
        }
    }
    text
}

/// Whether lines end with a carriage return alone.
fn ends_lines_by_returns(start: &[u8]) -> bool {
    !start.contains(&b'\n') && start.contains(&b'\r')
}

/// Whether bytes are characters of a text rather than control codes.
pub(super) fn is_text(start: &[u8]) -> bool {
    let character = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x20..=0x7e | 0x80..);
    !start.is_empty() && start.iter().all(character)
}

/// A field or line as text; what is not UTF-8 is taken for the code page of western Europe.
pub(super) fn words(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&b| char::from(b)).collect(),
    }
}

/// The content of a source as text in UTF-8 (or a code page) that ends with a line end.
pub(super) struct Text<'a> {
    source: Source<'a>,
    encoding: Encoding,
    /// Text that has not been handed on.
    held: Vec<u8>,
    next: usize,
    /// A byte of a unit of UTF-16 that was cut in two.
    half: Option<u8>,
    ended: bool,
    /// Lines end with carriage returns.
    returns: bool,
    /// Tabs separate as spaces do.
    pub(super) tabs_as_spaces: bool,
    /// Bytes handed on.
    given: u64,
    /// The count of given bytes that the present record must not exceed.
    limit: u64,
    failure: Option<Error>,
}

impl<'a> Text<'a> {
    /// The text of a source.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn new(source: Source<'a>) -> Result<Self, Error> {
        let mut this = Self {
            source,
            encoding: Encoding::Bytes,
            held: Vec::new(),
            next: 0,
            half: None,
            ended: false,
            returns: false,
            tabs_as_spaces: false,
            given: 0,
            limit: u64::MAX,
            failure: None,
        };
        let mut start = vec![0; CHUNK];
        let read = this.source.fill(&mut start)?;
        start.truncate(read);
        this.ended = read < CHUNK;
        let (encoding, mark) = marked(&start);
        this.encoding = encoding;
        start.drain(..mark);
        this.held = this.decode(start);
        this.returns = ends_lines_by_returns(&this.held);
        this.close();
        this.tidy(0);
        Ok(this)
    }

    /// The text that comes next: at least `lines` whole lines, or `least` bytes, or all there is.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn peek(&mut self, lines: usize, least: usize) -> Result<&[u8], Error> {
        while !self.ended {
            let ahead = &self.held[self.next..];
            let whole = ahead.iter().filter(|&&b| b == b'\n').take(lines).count();
            if ahead.len() >= least && whole == lines || ahead.len() > MAX_RECORD {
                break;
            }
            let from = self.held.len();
            let mut more = vec![0; CHUNK.max(ahead.len())];
            let read = self.source.fill(&mut more)?;
            self.ended = read < more.len();
            more.truncate(read);
            let more = self.decode(more);
            self.held.extend(more);
            self.close();
            self.tidy(from);
        }
        Ok(&self.held[self.next..])
    }

    /// Leaves out so many bytes of what [`peek`](Self::peek) gave.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.next = (self.next + bytes).min(self.held.len());
        self.given += bytes as u64;
    }

    /// Allows the next record its longest length.
    pub(super) fn begin_record(&mut self) {
        self.limit = self.given + MAX_RECORD as u64;
    }

    /// Whether the present record is too long.
    pub(super) fn is_too_long(&self) -> bool {
        self.given >= self.limit
    }

    /// Whether all of the text was handed on.
    pub(super) fn is_done(&self) -> bool {
        self.ended && self.next >= self.held.len()
    }

    /// Whether the compressed data ended before their end.
    pub(super) fn is_cut(&self) -> bool {
        self.source.is_cut()
    }

    /// Why reading stopped, if it did.
    pub(super) fn take_failure(&mut self) -> Option<Error> {
        self.failure.take()
    }

    fn decode(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        let Encoding::Utf16 { little } = self.encoding else {
            return bytes;
        };
        let mut whole: Vec<u8> = self.half.take().into_iter().chain(bytes).collect();
        // A character of two units may be cut, too.
        let cut = whole.len() % 2;
        if cut == 1 {
            self.half = whole.pop();
        }
        from_utf16(&whole, little)
    }

    /// A line end after the last line, so that every record has one.
    fn close(&mut self) {
        if self.ended {
            self.held.push(b'\n');
        }
    }

    /// Brings line ends and spaces of the held text to the form that records have, from a place on.
    fn tidy(&mut self, from: usize) {
        let tabs = self.tabs_as_spaces;
        if self.returns || tabs {
            for byte in &mut self.held[from..] {
                match *byte {
                    b'\r' if self.returns => *byte = b'\n',
                    b'\t' if tabs => *byte = b' ',
                    _ => {}
                }
            }
        }
    }

    /// Makes tabs separate as spaces do, in what is held and in what follows.
    pub(super) fn take_tabs_for_spaces(&mut self) {
        self.tabs_as_spaces = true;
        self.tidy(self.next);
    }

    fn refill(&mut self) -> Result<(), Error> {
        self.held.clear();
        self.next = 0;
        if self.ended {
            return Ok(());
        }
        let mut bytes = std::mem::take(&mut self.held);
        bytes.resize(CHUNK, 0);
        let read = self.source.fill(&mut bytes)?;
        self.ended = read < CHUNK;
        bytes.truncate(read);
        self.held = self.decode(bytes);
        self.close();
        self.tidy(0);
        Ok(())
    }
}

impl Read for Text<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_too_long() {
            return Err(io::Error::other("the record is too long"));
        }
        if self.next >= self.held.len()
            && let Err(error) = self.refill()
        {
            self.failure = Some(error);
            return Err(io::Error::other("reading failed"));
        }
        let ahead = &self.held[self.next..];
        let count = ahead.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ahead[..count]);
        self.next += count;
        self.given += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(bytes: &[u8]) -> String {
        let source = Source::from_bytes(Path::new("t"), bytes).expect("a source");
        let mut text = Text::new(source).expect("text");
        let mut all = Vec::new();
        text.read_to_end(&mut all).expect("all of it");
        words(&all)
    }

    #[test]
    fn encodings_give_the_same_text() {
        let text = "é,b\n1,2";
        let units = |big: bool| -> Vec<u8> {
            let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
            let pair = |u: u16| {
                if big {
                    u.to_be_bytes()
                } else {
                    u.to_le_bytes()
                }
            };
            units.flat_map(pair).collect()
        };
        let marked = format!("\u{feff}{text}").into_bytes();
        let code_page = b"\xe9,b\n1,2".to_vec();
        let returns = text.replace('\n', "\r").into_bytes();
        for bytes in [
            text.into(),
            units(true),
            units(false),
            marked,
            code_page,
            returns,
        ] {
            assert_eq!(read(&bytes), "é,b\n1,2\n", "{bytes:?}");
        }
        // Across the ends of what is read at a time.
        let long = "12,é\n".repeat(40_000);
        let units: Vec<u8> = "\u{feff}"
            .encode_utf16()
            .chain(long.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(read(&units).trim_end(), long.trim_end());
    }
}
