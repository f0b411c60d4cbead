//! Tables as text, one item a line: CSV and its relatives.
//!
//! Fields stand between commas, semicolons, tabs, bars or runs of spaces, the same throughout (`dialect`), and may be
//! quoted. A first line is taken for names only if it cannot be an item (`header`). Columns of words and of line
//! numbers are no values: one may hold the classes, the others are left out and named (`columns`, `classes`). Columns
//! that are pixels make pictures (`pixels`), whose channels may alternate or follow one another as planes (`colour`);
//! anything else stays a table of quantities. If every value is a whole number from 0 to 255 the items are bytes, else
//! real values.

mod classes;
mod colour;
mod columns;
mod dialect;
mod field;
mod finish;
mod foreign;
mod header;
mod pixels;
mod preamble;
mod profile;
mod records;
mod remarks;
mod rows;
mod text;
mod values;
mod words;

use std::path::Path;

use csv::ByteRecord;

use crate::config::DataConfig;

use super::error::{Error, OnProgress, Progress, Unit};
use super::load::Loaded;
use super::source::Source;
use columns::{Names, Plan};
use dialect::{Dialect, SPACES};
use header::First;
use preamble::Preamble;
use profile::Profile;
use records::Records;
use rows::{Reading, Rows};
use text::Text;
use values::Values;

pub(super) use foreign::{is_table, may_be_header, refusal};

/// Most columns.
const MAX_COLUMNS: usize = 1 << 20;
/// Records and bytes that decide what the columns hold.
const SAMPLE: usize = 1000;
const SAMPLE_BYTES: usize = 4 << 20;

/// Loads the first `limit` lines of a table.
///
/// # Errors
/// [`Error::Malformed`] naming line and column, [`Error::NoSuchLabel`], [`Error::Choice`], [`Error::TooLarge`],
/// [`Error::Cancelled`].
pub(super) fn load(
    path: &Path,
    config: &DataConfig,
    limit: Option<usize>,
    progress: OnProgress<'_>,
) -> Result<Loaded, Error> {
    let source = Source::open(path)?;
    let whole = source.stored_payload(0);
    let Opened {
        records,
        preamble,
        names: told,
    } = &mut open(path, source)?;
    let mut remarks = Vec::new();

    let sample = sample(records)?;
    let (names, skipped) = names(
        records,
        &sample,
        told.take(),
        preamble.comment.take(),
        &mut remarks,
    )?;
    let items = &sample[skipped..];
    let Some(columns) = usual_length(&sample) else {
        return Err(Error::malformed(
            path,
            0,
            "the table holds no line of numbers",
        ));
    };
    if columns > MAX_COLUMNS {
        return Err(Error::malformed(
            path,
            0,
            format!("it has {columns} columns, and {MAX_COLUMNS} at most are read"),
        ));
    }
    let profiles = Profile::of(items, columns, records.dialect.decimal);
    let asked = config.label.as_deref().map(|label| {
        let found = names.find(label, columns);
        found.ok_or_else(|| unknown_label(path, label, &names, columns))
    });
    let mut plan = Plan::new(names, &profiles, asked.transpose()?);
    let name_column = config.transpose.then(|| plan.item_names()).flatten();
    let mut reading = Reading {
        missing: config.missing,
        limit: limit.filter(|_| !config.transpose).unwrap_or(usize::MAX),
        name_column,
        rows: Rows {
            values: Values::Bytes(Vec::new()),
            count: 0,
            total: 0,
            dropped: 0,
            item_names: Vec::new(),
        },
        plan: &mut plan,
    };
    for (record, line) in items {
        reading.line(records, record, *line)?;
    }
    let mut reported = 0;
    while records.advance()? {
        if records.offset() >= reported {
            reported = records.offset() + (1 << 20);
            let now = Progress {
                what: "reading lines",
                done: records.offset(),
                total: whole,
                unit: Unit::Bytes,
            };
            if !progress(now) {
                return Err(Error::Cancelled);
            }
        }
        let line = records.line();
        reading.line(records, records.record(), line)?;
    }
    let rows = reading.rows;
    if limit == Some(0) {
        return Err(Error::malformed(
            path,
            0,
            "the table holds no line of numbers",
        ));
    }
    finish::finish(records, rows, &plan, config, remarks)
}

/// A table whose front has been read.
struct Opened<'a> {
    records: Records<'a>,
    preamble: Preamble,
    /// Names of the columns, if the front tells them.
    names: Option<Vec<String>>,
}

/// Reads what stands in front of the records, and finds out how these are written.
fn open<'a>(path: &'a Path, source: Source<'a>) -> Result<Opened<'a>, Error> {
    let fail = |reason: String| Error::malformed(path, 0, reason);
    let mut text = Text::new(source)?;
    let mut lines = 64;
    let mut before = 0;
    let mut preamble = loop {
        let seen = text.peek(lines, text::CHUNK)?;
        // A line that is cut would not be recognised.
        let end = seen
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(seen.len(), |at| at + 1);
        let preamble = Preamble::of(&seen[..end]).map_err(fail)?;
        if preamble.ended || seen.len() == before {
            break preamble;
        }
        before = seen.len();
        lines *= 4;
    };
    text.skip(preamble.bytes);
    let ahead = text.peek(12, text::CHUNK)?;
    let apostrophes = preamble.relation && ahead.contains(&b'\'');
    let quote = if apostrophes { b'\'' } else { b'"' };
    let look = match preamble.separator {
        Some(separator) => Dialect::with(ahead, separator, quote),
        None => Dialect::guess(ahead, quote, false),
    };
    let Some(look) = look else {
        return Err(fail("the table holds no line of numbers".into()));
    };
    if let Some(number) = look.ambiguous() {
        return Err(fail(format!(
            "the comma in '{}' may separate thousands or begin the fraction; write numbers without separators of \
             thousands, and with a point before the fraction where all of them have three decimals",
            text::words(number)
        )));
    }
    let comment = preamble.relation.then_some(b'%');
    let before = (preamble.bytes as u64, preamble.lines);
    let names = preamble
        .relation
        .then(|| std::mem::take(&mut preamble.names));
    Ok(Opened {
        records: Records::new(path, text, look.dialect, before, comment),
        preamble,
        names,
    })
}

/// The first records, each with its line.
fn sample(records: &mut Records<'_>) -> Result<Vec<(ByteRecord, u64)>, Error> {
    let mut sample = Vec::new();
    let start = records.offset() as usize;
    while sample.len() < SAMPLE
        && (sample.len() < 3 || records.offset() as usize - start < SAMPLE_BYTES)
        && records.advance()?
    {
        sample.push((records.record().clone(), records.line()));
    }
    Ok(sample)
}

/// The number of fields that most records have, the later of two that are equally common.
fn usual_length(sample: &[(ByteRecord, u64)]) -> Option<usize> {
    dialect::usual_length(sample.iter().map(|(record, _)| record.len()))
}

/// The names of the columns, and how many of the first records they take.
fn names(
    records: &Records<'_>,
    sample: &[(ByteRecord, u64)],
    told: Option<Vec<String>>,
    comment: Option<Vec<u8>>,
    remarks: &mut Vec<String>,
) -> Result<(Names, usize), Error> {
    let none = Ok((Names::default(), 0));
    let (Some((first, line)), Some(columns)) = (sample.first(), usual_length(sample)) else {
        return none;
    };
    if let Some(names) = told {
        if names.len() != columns {
            let reason = format!(
                "it has {columns} columns, and the header declares {} attributes",
                names.len()
            );
            return Err(records.bad_record(first, *line, &reason));
        }
        return Ok((Names(names), 0));
    }
    let decimal = records.dialect.decimal;
    let mut fields: Vec<&[u8]> = first.iter().map(field::trim).collect();
    if fields.len() + 1 == columns && sample.len() > 1 {
        // R leaves out the name of the column that names the lines.
        fields.insert(0, b"");
    } else if fields.len() == columns + 1 && fields.last().is_some_and(|f| f.is_empty()) {
        fields.pop();
    }
    if fields.len() != columns {
        return none;
    }
    let below = &sample[1..];
    let profiles = Profile::of(below, columns, decimal);
    let names: ByteRecord = fields.iter().collect();
    let verdict = header::first(&names, below, &profiles, decimal);
    let start: Vec<String> = fields
        .iter()
        .take(4)
        .map(|f| super::error::plain(&text::words(f), 20))
        .collect();
    let start = start.join(", ");
    match verdict {
        First::Names => {}
        First::NumbersAsNames => remarks.push(format!(
            "the first line ({start}, …) is taken for the names of the columns, not for an item"
        )),
        First::Mangled => {
            remarks.push(format!(
                "the first line ({start}, …) is an item of which pandas has made names of columns, so it is passed over"
            ));
            return Ok((Names::default(), 1));
        }
        First::ItemLikeNames => {
            remarks.push(format!(
                "the first line ({start}, …) is taken for an item; if its numbers are names of the columns, put a \
                 letter before them"
            ));
            return none;
        }
        First::Item => {
            let names = comment.and_then(|c| comment_names(&c, records.dialect, columns));
            return Ok((Names(names.unwrap_or_default()), 0));
        }
    }
    Ok((Names(fields.iter().map(|f| text::words(f)).collect()), 1))
}

/// The names in a comment above the first line, if it holds a word for every column.
fn comment_names(comment: &[u8], dialect: Dialect, columns: usize) -> Option<Vec<String>> {
    let mut reader = dialect.builder().from_reader(comment);
    let mut record = ByteRecord::new();
    reader.read_byte_record(&mut record).ok()?;
    let record = if dialect.separator == SPACES {
        dialect::tidied(&record, SPACES).into_owned()
    } else {
        record
    };
    let is_word = |f: &[u8]| field::field(field::trim(f), dialect.decimal) == field::Field::Word;
    let names = record.len() == columns && record.iter().all(is_word);
    names.then(|| record.iter().map(|f| text::words(field::trim(f))).collect())
}

fn unknown_label(path: &Path, label: &str, names: &Names, columns: usize) -> Error {
    let some: Vec<String> = (0..columns.min(12)).map(|c| names.choice(c)).collect();
    let more = if columns > 12 { ", …" } else { "" };
    Error::NoSuchLabel {
        name: super::load::name_of(path),
        label: label.to_owned(),
        known: format!("{}{more}", some.join(", ")),
    }
}
