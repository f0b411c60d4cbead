//! Tables of numbers as text, one item a line: MNIST-style CSV.
//!
//! Numbers are separated by commas, semicolons, tabs or spaces, the same throughout. A first line with a word in it
//! is a header. The first column is the label if the header calls it so, or if the columns beside it, but not all of
//! them, are a square number of pixels. If every value is a whole number from 0 to 255 the items are bytes, else real
//! values; a square number of columns (from 16 on) is a picture.

use std::path::Path;

use super::dataset::{Dataset, ImageShape, Pixels};
use super::error::{Error, OnProgress, Progress, Unit, plain};
use super::idx::MAX_BYTES;
use super::load::{Loaded, name_of};
use super::source::Source;

/// Longest line, in bytes.
const MAX_LINE: usize = 16 << 20;
/// Bytes read at a time.
const CHUNK: usize = 1 << 16;
/// Smallest side of a picture.
const MIN_SIDE: usize = 4;
/// What a label column is called.
const LABEL_NAMES: [&str; 5] = ["label", "labels", "class", "target", "y"];

/// Whether content that starts like this is a table: text whose first or second line is several numbers.
pub(super) fn is_table(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let is_text = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..);
    if start.is_empty() || !start.iter().all(is_text) {
        return false;
    }
    let mut lines = start.split(|b| *b == b'\n').map(trim);
    // A line longer than what was looked at has lost its end: its last field may be half a number.
    let (Some(first), second) = (lines.next(), lines.next()) else {
        return false;
    };
    let numbers = |line: &[u8]| {
        let separator = Separator::of(line);
        let fields = separator.fields(line);
        let count = fields.clone().count();
        count > 1 && fields.take((count - 1).max(1)).all(|f| number(f).is_some())
    };
    numbers(first)
        || (Separator::of(first).fields(first).count() > 1
            && match second {
                Some(line) => numbers(line),
                // A header that fills all that was looked at.
                None => start.len() >= 4096 && names_a_label(first),
            })
}

fn names_a_label(header: &[u8]) -> bool {
    let first = Separator::of(header).fields(header).next().unwrap_or(b"");
    let first = String::from_utf8_lossy(first).to_lowercase();
    LABEL_NAMES.contains(&first.as_str())
}

/// What stands between two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Byte(u8),
    Spaces,
}

impl Separator {
    /// The separator of a line: the first of comma, semicolon and tab that is in it, else spaces.
    fn of(line: &[u8]) -> Self {
        [b',', b';', b'\t']
            .into_iter()
            .find(|s| line.contains(s))
            .map_or(Self::Spaces, Self::Byte)
    }

    /// The fields of a line, without spaces and quotes around them.
    fn fields(self, line: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
        line.split(move |b| match self {
            Self::Byte(byte) => *b == byte,
            Self::Spaces => *b == b' ',
        })
        .map(trim)
        .filter(move |field| self != Self::Spaces || !field.is_empty())
        .map(|field| {
            let inner = field
                .strip_prefix(b"\"")
                .and_then(|f| f.strip_suffix(b"\""));
            inner.unwrap_or(field)
        })
    }
}

fn trim(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

/// A finite number; whole numbers of up to three digits, of which pictures consist, take a short way.
fn number(field: &[u8]) -> Option<f32> {
    if let [b'0'..=b'9'] | [b'0'..=b'9', b'0'..=b'9'] | [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9'] =
        field
    {
        let value = field
            .iter()
            .fold(0_u16, |v, d| 10 * v + u16::from(d - b'0'));
        return Some(f32::from(value));
    }
    let value: f32 = std::str::from_utf8(field).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// Lines of a source, each with its number and offset.
struct Lines<'a> {
    source: Source<'a>,
    buffer: Vec<u8>,
    /// Where the next line starts in the buffer.
    next: usize,
    /// Offset of the buffer's start in the content.
    offset: u64,
    number: usize,
    ended: bool,
}

impl<'a> Lines<'a> {
    fn new(source: Source<'a>) -> Self {
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
    fn advance(&mut self) -> Result<Option<std::ops::Range<usize>>, Error> {
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

    fn line(&self, range: std::ops::Range<usize>) -> &[u8] {
        let line = &self.buffer[range];
        let line = if self.number == 1 {
            line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
        } else {
            line
        };
        trim(line)
    }

    fn bad(&self, reason: &str) -> Error {
        Error::malformed(
            self.source.path(),
            self.offset + self.next as u64,
            format!("line {}: {reason}", self.number),
        )
    }
}

/// How the columns are used.
struct Table {
    separator: Separator,
    columns: usize,
    labelled: bool,
}

/// The values read so far.
enum Values {
    Bytes(Vec<u8>),
    Floats(Vec<f32>),
}

impl Values {
    fn push(&mut self, value: f32) {
        if let Self::Bytes(bytes) = self {
            let byte = value as u8;
            if f32::from(byte) == value {
                bytes.push(byte);
                return;
            }
            // The first value that is no byte: all of them are real values, then.
            *self = Self::Floats(bytes.iter().map(|&b| f32::from(b)).collect());
        }
        if let Self::Floats(floats) = self {
            floats.push(value);
        }
    }

    fn bytes(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Floats(floats) => 4 * floats.len() as u64,
        }
    }
}

/// Loads the first `limit` lines of a table.
///
/// # Errors
/// [`Error::Malformed`] naming the line, [`Error::TooLarge`], [`Error::Cancelled`].
pub(super) fn load(
    path: &Path,
    limit: Option<usize>,
    progress: OnProgress<'_>,
) -> Result<Loaded, Error> {
    let source = Source::open(path)?;
    let whole = source.stored_payload(0);
    let mut lines = Lines::new(source);
    let limit = limit.unwrap_or(usize::MAX);
    let mut values = Values::Bytes(Vec::new());
    let mut labels = Vec::new();
    let mut table: Option<Table> = None;
    let mut items = 0_usize;
    let mut total = 0_u64;
    let mut reported = 0;
    while let Some(range) = lines.advance()? {
        if lines.offset >= reported {
            reported = lines.offset + (1 << 20);
            let now = Progress {
                what: "reading lines",
                done: lines.offset,
                total: whole,
                unit: Unit::Bytes,
            };
            if !progress(now) {
                return Err(Error::Cancelled);
            }
        }
        let Some(form) = &table else {
            let line = lines.line(range);
            let separator = Separator::of(line);
            let columns = separator.fields(line).count();
            let header = separator.fields(line).any(|f| number(f).is_none());
            let labelled = if header {
                names_a_label(line)
            } else {
                columns > 1 && is_square(columns - 1) && !is_square(columns)
            };
            if columns <= usize::from(labelled) {
                return Err(lines.bad("there is no column of values"));
            }
            let form = Table {
                separator,
                columns,
                labelled,
            };
            if !header {
                total += 1;
                items += 1;
                row(&lines, line, &form, &mut values, &mut labels)?;
            }
            table = Some(form);
            continue;
        };
        total += 1;
        if items < limit {
            items += 1;
            row(&lines, lines.line(range), form, &mut values, &mut labels)?;
        }
    }
    if lines.source.is_cut() {
        return Err(lines.bad("the compressed data are cut off here"));
    }
    let Some(table) = table.filter(|_| items > 0) else {
        return Err(Error::malformed(
            path,
            0,
            "the table holds no line of numbers",
        ));
    };
    let d = table.columns - usize::from(table.labelled);
    Ok(Loaded {
        data: Dataset {
            name: name_of(path),
            shape: shape(d),
            pixels: match values {
                Values::Bytes(bytes) => Pixels::Bytes(bytes),
                Values::Floats(floats) => Pixels::Floats(floats),
            },
            labels: table.labelled.then_some(labels),
            ..Dataset::default()
        },
        total: Some(total),
        labels: Vec::new(),
    })
}

/// Appends the values of one line.
fn row(
    lines: &Lines<'_>,
    line: &[u8],
    table: &Table,
    values: &mut Values,
    labels: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut count = 0;
    for field in table.separator.fields(line) {
        count += 1;
        if count > table.columns {
            break;
        }
        let Some(value) = number(field) else {
            let field = plain(&String::from_utf8_lossy(field), 20);
            return Err(lines.bad(&format!(
                "'{field}' in column {count} is not a finite number"
            )));
        };
        if count == 1 && table.labelled {
            let class = value as u8;
            if f32::from(class) != value {
                return Err(lines.bad(&format!("the label {value} is not a class from 0 to 255")));
            }
            labels.push(class);
        } else {
            values.push(value);
        }
    }
    if count != table.columns {
        let count = table.separator.fields(line).count();
        return Err(lines.bad(&format!("it has {count} columns, not {}", table.columns)));
    }
    if values.bytes() > MAX_BYTES {
        return Err(Error::TooLarge {
            what: lines.source.path().display().to_string(),
            needed: values.bytes(),
            cap: MAX_BYTES,
            advice: "read fewer items with a limit",
        });
    }
    Ok(())
}

fn is_square(n: usize) -> bool {
    let side = n.isqrt();
    side >= MIN_SIDE && side * side == n
}

/// A square number of values is a picture, else a vector.
fn shape(d: usize) -> ImageShape {
    let (height, width) = if is_square(d) {
        (d.isqrt(), d.isqrt())
    } else {
        (1, d)
    };
    ImageShape {
        height,
        width,
        channels: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_told_from_text() {
        for yes in [
            "1,2,3\n4,5,6\n",
            "\u{feff}label;a;b\r\n1;2;3\r\n",
            "0.5 1e3 -2",
            "1\t2\n",
            "\"a\",\"b\"\n\"1\",\"2\"\n",
        ] {
            assert!(is_table(yes.as_bytes()), "{yes:?}");
        }
        for no in [
            "",
            "a,b\nc,d\n",
            "42\n",
            "<html>\n1,2\n",
            "1,2\u{1}\n",
            "{\"a\": 1, \"b\": 2}",
        ] {
            assert!(!is_table(no.as_bytes()), "{no:?}");
        }
    }

    #[test]
    fn numbers_are_finite() {
        for (text, value) in [
            ("7", Some(7.0)),
            ("255", Some(255.0)),
            ("-1.5e2", Some(-150.0)),
        ] {
            assert_eq!(number(text.as_bytes()), value);
        }
        for wrong in ["", "nan", "inf", "1e99", "0x10", "1,2", "\u{e9}"] {
            assert_eq!(number(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
