//! Tables of numbers as text, one item a line: MNIST-style CSV.
//!
//! Numbers are separated by commas, semicolons, tabs or spaces, the same throughout. A first line with a word in it
//! is a header. A column that the header calls a label (`label`, `class`, `target`, `y`) is one wherever it stands, and
//! one that numbers the lines (`id`, `index`) is left out. Without a header the first column is the label if it holds
//! classes and the columns beside it, but not all of them, are a picture. A square number of values (from 4 × 4 on)
//! is a grey picture, three times one (from 8 × 8 on) a picture in colour; the channels may alternate or follow one
//! another as planes. If every value is a whole number from 0 to 255 the items are bytes, else real values.

mod colour;
mod columns;
mod lines;
mod text;

use std::path::Path;

use super::dataset::{Dataset, Pixels};
use super::error::{Error, OnProgress, Progress, Unit, plain};
use super::idx::MAX_BYTES;
use super::load::{Loaded, name_of};
use super::source::Source;
use columns::{Role, Table, shape};
use lines::Lines;
use text::{Separator, number};

pub(super) use text::{is_table, may_be_header};

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

/// The names in a header.
struct Header {
    separator: Separator,
    names: Vec<String>,
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
    let mut header: Option<Header> = None;
    let mut table: Option<Table> = None;
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
        let line = lines.line(range);
        let form = match table {
            Some(ref form) => form,
            None => match form(&lines, line, &mut header)? {
                Some(form) => table.insert(form),
                // It was the header.
                None => continue,
            },
        };
        if total < limit as u64 {
            row(&lines, line, form, &mut values, &mut labels)?;
        }
        total += 1;
    }
    if lines.source.is_cut() {
        return Err(lines.bad("the compressed data are cut off here"));
    }
    let Some(table) = table.filter(|_| limit > 0) else {
        return Err(Error::malformed(
            path,
            0,
            "the table holds no line of numbers",
        ));
    };
    tell_left_out(path, header.as_ref(), &table);
    let shape = shape(table.values());
    if shape.channels == 3 {
        match &mut values {
            Values::Bytes(bytes) => colour::alternate(bytes, shape.width),
            Values::Floats(floats) => colour::alternate(floats, shape.width),
        }
    }
    Ok(Loaded {
        data: Dataset {
            name: name_of(path),
            shape,
            pixels: match values {
                Values::Bytes(bytes) => Pixels::Bytes(bytes),
                Values::Floats(floats) => Pixels::Floats(floats),
            },
            labels: table.labelled().then_some(labels),
            ..Dataset::default()
        },
        total: Some(total),
        labels: Vec::new(),
        arrays: Vec::new(),
    })
}

/// What the columns are, told by the first line of numbers and the header before it; `None` if this is the header.
fn form(
    lines: &Lines<'_>,
    line: &[u8],
    header: &mut Option<Header>,
) -> Result<Option<Table>, Error> {
    let table = if let Some(header) = header {
        let first: Vec<Option<f32>> = header.separator.fields(line).map(number).collect();
        Table::named(header.separator, &header.names, &first)
    } else {
        let separator = Separator::of(line);
        let first: Vec<Option<f32>> = separator.fields(line).map(number).collect();
        if first.contains(&None) {
            let name = |field| String::from_utf8_lossy(field).to_lowercase();
            let names = separator.fields(line).map(name).collect();
            *header = Some(Header { separator, names });
            return Ok(None);
        }
        Table::bare(separator, &first)
    };
    if table.values() == 0 {
        return Err(lines.bad("there is no column of values"));
    }
    Ok(Some(table))
}

/// Logs which columns are no part of the items.
fn tell_left_out(path: &Path, header: Option<&Header>, table: &Table) {
    let names = header.map_or(&[][..], |header| &header.names);
    for (name, role) in names.iter().zip(&table.roles) {
        if *role == Role::LeftOut {
            let (path, name) = (path.display(), plain(name, 20));
            tracing::info!("{path}: column '{name}' numbers the lines, so it is left out");
        }
    }
}

/// Appends the values of one line.
fn row(
    lines: &Lines<'_>,
    line: &[u8],
    table: &Table,
    values: &mut Values,
    labels: &mut Vec<u8>,
) -> Result<(), Error> {
    let columns = table.roles.len();
    let mut fields = table.separator.fields(line);
    let mut count = 0;
    for role in &table.roles {
        let Some(field) = fields.next() else {
            break;
        };
        count += 1;
        let Some(value) = number(field) else {
            let field = plain(&String::from_utf8_lossy(field), 20);
            return Err(lines.bad(&format!(
                "'{field}' in column {count} is not a finite number"
            )));
        };
        match role {
            Role::Value => values.push(value),
            Role::LeftOut => {}
            Role::Label => {
                let class = value as u8;
                if f32::from(class) != value {
                    let reason = format!("the label {value} is not a class from 0 to 255");
                    return Err(lines.bad(&reason));
                }
                labels.push(class);
            }
        }
    }
    let held = count + fields.count();
    if held != columns {
        return Err(lines.bad(&format!("it has {held} columns, not {columns}")));
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
