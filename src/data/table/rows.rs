//! Lines become rows of numbers and words.

use csv::ByteRecord;

use crate::config::Missing;
use crate::data::error::{Error, plain};
use crate::data::limits::MAX_BYTES;

use super::columns::{Plan, Role};
use super::field::{Decimal, Field, comma, field, short, trim};
use super::profile;
use super::records::Records;
use super::text::words;
use super::values::Values;

/// What was read.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) values: Values,
    /// Rows that are stored.
    pub(super) count: usize,
    /// Lines of items.
    pub(super) total: u64,
    /// Lines that were left out because a value is missing.
    pub(super) dropped: u64,
    /// Names of the items by the first column of identifiers, where they are wanted.
    pub(super) item_names: Vec<String>,
}

/// What is to be done with lines.
pub(super) struct Reading<'a> {
    pub(super) missing: Missing,
    /// Items that are stored.
    pub(super) limit: usize,
    /// The column that names the items, if the names are wanted.
    pub(super) name_column: Option<usize>,
    pub(super) rows: Rows,
    pub(super) plan: &'a mut Plan,
}

impl Reading<'_> {
    /// Takes one line in.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a field that is not what its column needs; [`Error::TooLarge`].
    pub(super) fn line(
        &mut self,
        records: &Records<'_>,
        record: &ByteRecord,
        line: u64,
    ) -> Result<(), Error> {
        let kept = self.rows.count < self.limit;
        let start = self.rows.values.len();
        let whole = if kept {
            self.numbers(records, record, line)?
        } else {
            true
        };
        if !whole {
            self.rows.values.truncate(start);
            self.rows.dropped += 1;
            return Ok(());
        }
        for words in &mut self.plan.words {
            let word = trim(record.get(words.column).unwrap_or_default());
            words.push(word, line, kept);
        }
        self.rows.total += 1;
        if !kept {
            return Ok(());
        }
        self.rows.count += 1;
        if let Some(column) = self.name_column {
            let name = words(trim(record.get(column).unwrap_or_default()));
            self.rows.item_names.push(name);
        }
        let needed = self.rows.values.bytes();
        if needed > MAX_BYTES {
            return Err(Error::TooLarge {
                what: records.path().display().to_string(),
                needed,
                cap: MAX_BYTES,
                advice: "read fewer items with a limit",
            });
        }
        Ok(())
    }

    /// Appends the numbers of a line; false if it is to be left out.
    fn numbers(
        &mut self,
        records: &Records<'_>,
        record: &ByteRecord,
        line: u64,
    ) -> Result<bool, Error> {
        let decimal = records.dialect.decimal;
        let roles = &self.plan.roles;
        if record.len() != roles.len() {
            let (found, usual) = (record.len(), roles.len());
            return Err(records.bad_record(
                record,
                line,
                &format!("it has {found} columns, not {usual}"),
            ));
        }
        for (column, (&role, raw)) in roles.iter().zip(record).enumerate() {
            match role {
                Role::Value | Role::Label | Role::Truth => {}
                Role::Word(_) => continue,
                Role::List(length) => {
                    let count = list(&mut self.rows.values, raw, decimal);
                    if count != Some(length) {
                        return Err(self.no_list(records, record, column, line, count));
                    }
                    continue;
                }
                Role::Out => {
                    self.check_empty(records, record, column, line)?;
                    continue;
                }
            }
            if let Some(value) = short(raw) {
                self.rows.values.push(value.into());
                continue;
            }
            let trimmed = trim(raw);
            match (role, field(trimmed, decimal)) {
                (Role::Label, Field::Number(value)) if value.fract() != 0.0 => {
                    let place = self.plan.names.place(column);
                    return Err(records.bad_record(
                        record,
                        line,
                        &format!("the label {value} in {place} is not a class, which is a whole number or a word"),
                    ));
                }
                (_, Field::Number(value)) => self.rows.values.push(value),
                (Role::Truth, Field::Truth(value)) => {
                    self.rows.values.push(f32::from(u8::from(value)));
                }
                (_, Field::Missing) => match (self.missing, role) {
                    (Missing::Drop, _) => return Ok(false),
                    (Missing::Mean, Role::Value | Role::Truth) => self.rows.values.push(f32::NAN),
                    (Missing::Mean | Missing::Refuse, _) => {
                        return Err(self.gap(records, record, column, line));
                    }
                },
                _ => return Err(self.no_number(records, record, column, line)),
            }
        }
        Ok(true)
    }

    /// A column that was empty in the first lines must stay so: nobody would miss what it holds further on.
    fn check_empty(
        &self,
        records: &Records<'_>,
        record: &ByteRecord,
        column: usize,
        line: u64,
    ) -> Result<(), Error> {
        let trimmed = trim(record.get(column).unwrap_or_default());
        if trimmed.is_empty() || !self.plan.is_empty(column) {
            return Ok(());
        }
        if field(trimmed, Decimal::Point) == Field::Missing {
            return Ok(());
        }
        Err(records.bad_record(
            record,
            line,
            &format!(
                "{} holds '{}' here and nothing in the lines before it; fill it or take it out of the file",
                self.plan.names.place(column),
                plain(&words(trimmed), 20)
            ),
        ))
    }

    fn gap(&self, records: &Records<'_>, record: &ByteRecord, column: usize, line: u64) -> Error {
        let found = trim(record.get(column).unwrap_or_default());
        let place = self.plan.names.place(column);
        let found = if found.is_empty() {
            "it is empty".to_owned()
        } else {
            format!("'{}'", plain(&words(found), 20))
        };
        let reason = match (self.missing, self.plan.roles[column]) {
            (Missing::Mean, _) | (_, Role::Word(_)) => format!(
                "the class in {place} is missing ({found}), and a class has no mean; --missing drop leaves such lines \
                 out"
            ),
            _ => format!(
                "the value in {place} is missing ({found}); --missing drop leaves such lines out, --missing mean puts \
                 the mean of the column there"
            ),
        };
        records.bad_record(record, line, &reason)
    }

    fn no_list(
        &self,
        records: &Records<'_>,
        record: &ByteRecord,
        column: usize,
        line: u64,
        count: Option<usize>,
    ) -> Error {
        let place = self.plan.names.place(column);
        let usual = match self.plan.roles[column] {
            Role::List(length) => length,
            _ => 1,
        };
        let held = match count {
            Some(count) => format!("{count} numbers"),
            None => "something that is no finite number".to_owned(),
        };
        let reason = format!("the list in {place} holds {held}, not {usual} numbers");
        records.bad_record(record, line, &reason)
    }

    fn no_number(
        &self,
        records: &Records<'_>,
        record: &ByteRecord,
        column: usize,
        line: u64,
    ) -> Error {
        let found = trim(record.get(column).unwrap_or_default());
        let place = self.plan.names.place(column);
        let shown = plain(&words(found), 20);
        let mut reason = format!("'{shown}' in {place} is not a finite number");
        let point = records.dialect.decimal == Decimal::Point;
        if matches!(field(found, Decimal::Point), Field::Infinite) {
            reason.push_str("; correct it, or write NA for a value that is missing");
        } else if point && comma(found).is_some() {
            reason.push_str(
                "; write numbers without separators of thousands and with a point before the fraction",
            );
        } else if !point && found.contains(&b'.') {
            reason.push_str(
                ", since other numbers of this table have a comma before the fraction; write all of them alike, \
                 without separators of thousands",
            );
        } else if self.plan.roles[column] == Role::Value {
            reason.push_str(
                ", as other values of the column are; write NA for a value that is missing",
            );
        }
        records.bad_record(record, line, &reason)
    }
}

/// Appends the numbers of a list in one field; how many they are, or `None` if one of them is no number.
fn list(values: &mut Values, raw: &[u8], decimal: Decimal) -> Option<usize> {
    let mut count = 0;
    for part in profile::list(trim(raw)) {
        let Field::Number(value) = field(part, decimal) else {
            return None;
        };
        values.push(value);
        count += 1;
    }
    Some(count)
}
