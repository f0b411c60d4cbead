//! Tables as text, one item a line: CSV and its relatives.
//!
//! Fields stand between commas, semicolons, tabs, bars or runs of spaces, the same throughout (`dialect`), and may be
//! quoted. A first line is taken for names only if it cannot be an item (`header`). Columns of words and of line
//! numbers are no values: one may say which part of the data a line belongs to (`parts`), one may hold the classes, the
//! others are left out and named (`columns`, `classes`). Columns
//! that are pixels make pictures (`pixels`), whose channels may alternate or follow one another as planes (`colour`);
//! anything else stays a table of quantities. If every value is a whole number from 0 to 255 the items are bytes, else
//! real values.

mod classes;
mod colour;
mod columns;
mod date;
mod dialect;
mod field;
mod finish;
mod foreign;
mod header;
mod measure;
mod parts;
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
use super::split::{self, Taken};
use columns::{Names, Plan};
use dialect::{Dialect, SPACES};
use header::First;
use parts::{Parts, Search};
use preamble::Preamble;
use profile::Profile;
use records::Records;
use rows::{Met, Reading, Rows};
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
/// [`Error::Malformed`] naming line and column, [`Error::NoSuchLabel`], [`Error::Choice`], [`Error::Folder`] for a part
/// that is not there, [`Error::TooLarge`], [`Error::Cancelled`].
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
    let asked = asked.transpose()?;
    let search = Search::new(&names, columns, items, asked, records.dialect.decimal);
    let parts = find_parts(path, search, sample.len(), whole, progress)?;
    let division = Division::new(records, parts, config)?;
    let (taken, parts) = (division.taken, division.parts);
    let parts_at = parts.as_ref().map_or_else(Vec::new, Parts::columns);
    let mut plan = Plan::new(names, &profiles, asked, parts_at);
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
        parts: parts.as_ref().zip(taken.part),
        met: Met::default(),
        plan: &mut plan,
    };
    for (record, line) in items {
        reading.line(records, record, *line)?;
    }
    let mut reported = 0;
    while records.advance()? {
        tell(records, &mut reported, whole, progress)?;
        let line = records.line();
        reading.line(records, records.record(), line)?;
    }
    let (rows, met) = (reading.rows, reading.met);
    remarks.extend(taken.remark);
    if let Some((parts, part)) = parts.as_ref().zip(taken.part) {
        remarks.push(parts.remark(&plan.names, &met.lines, met.others, part));
    }
    if limit == Some(0) {
        return Err(Error::malformed(
            path,
            0,
            "the table holds no line of numbers",
        ));
    }
    let mut loaded = finish::finish(records, rows, &plan, config, remarks)?;
    if parts.is_some() {
        loaded.data.name.push_str(&split::suffix(taken.part));
        loaded.data.splits = met.lines.iter().map(|(part, _)| *part).collect();
    } else {
        loaded.data.splits.extend(taken.part);
    }
    Ok(loaded)
}

/// Says how far the reading of lines is, once in a while from the offset `next` on.
fn tell(
    records: &Records<'_>,
    next: &mut u64,
    whole: Option<u64>,
    progress: OnProgress<'_>,
) -> Result<(), Error> {
    if records.offset() < *next {
        return Ok(());
    }
    *next = records.offset() + (1 << 20);
    let now = Progress {
        what: "reading lines",
        done: records.offset(),
        total: whole,
        unit: Unit::Bytes,
    };
    if progress(now) {
        Ok(())
    } else {
        Err(Error::Cancelled)
    }
}

/// The columns that tell parts. Lines of one part may follow those of another, so all of them are looked at, if the
/// first ones show that there may be such a column.
fn find_parts(
    path: &Path,
    mut search: Search,
    sampled: usize,
    whole: Option<u64>,
    progress: OnProgress<'_>,
) -> Result<Option<Parts>, Error> {
    if !search.is_open() {
        return Ok(None);
    }
    let Opened { mut records, .. } = open(path, Source::open(path)?)?;
    let mut reported = 0;
    let mut seen = 0;
    while search.is_open() && records.advance()? {
        tell(&records, &mut reported, whole, progress)?;
        seen += 1;
        if seen > sampled {
            search.add(records.record());
        }
    }
    Ok(search.decide())
}

/// Which part of the data is taken, and the columns that tell parts, if there are any.
struct Division {
    taken: Taken,
    parts: Option<Parts>,
}

impl Division {
    /// What a request takes of a table that is divided by columns, or of one that may say by its name which part it is.
    fn new(
        records: &Records<'_>,
        parts: Option<Parts>,
        config: &DataConfig,
    ) -> Result<Self, Error> {
        let path = records.path();
        let taken = match &parts {
            None => split::choose_by_name(path, config.split, "items")?,
            Some(parts) => {
                split::choose(config.split, &parts.there(), "items").map_err(|reason| {
                    Error::Folder {
                        path: path.into(),
                        reason,
                    }
                })?
            }
        };
        Ok(Self { taken, parts })
    }
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
    if let Some(found) = look.ambiguous() {
        return Err(fail(format!(
            "line {}: the comma in '{}' in column {} may separate thousands or begin the fraction; write numbers without \
             separators of thousands, and with a point before the fraction where all of them have three decimals",
            preamble.lines + found.line,
            super::error::plain(&text::words(&found.number), 20),
            found.column + 1
        )));
    }
    let comment = match (preamble.relation, preamble.series) {
        (true, _) => Some(b'%'),
        (false, true) => Some(b'!'),
        (false, false) => None,
    };
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
            return Err(records.bad_record(*line, &reason));
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
