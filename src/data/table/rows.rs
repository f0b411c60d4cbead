//! Lines become rows of numbers and words.

use csv::ByteRecord;

use crate::config::{Missing, Split};
use crate::data::error::{Error, plain};
use crate::data::limits::MAX_BYTES;

use super::columns::{Plan, Role};
use super::date::is_date;
use super::field::{Decimal, Field, comma, field, short, trim};
use super::measure;
use super::parts::{Parts, Told};
use super::profile;
use super::records::Records;
use super::text::words;
use super::values::Values;

/// What to do about values that are missing.
const MEND_GAPS: &str = "the setting 'missing' can drop such lines or put the mean of the column there (--missing drop or mean)";

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

/// The lines that were met of every part, in order, and those of none.
#[derive(Debug, Default)]
pub(super) struct Met {
    pub(super) lines: Vec<(Split, u64)>,
    pub(super) others: u64,
}

/// What is to be done with lines.
pub(super) struct Reading<'a> {
    pub(super) missing: Missing,
    /// Items that are stored.
    pub(super) limit: usize,
    /// The column that names the items, if the names are wanted.
    pub(super) name_column: Option<usize>,
    pub(super) rows: Rows,
    /// What tells parts, and the part that is taken.
    pub(super) parts: Option<(&'a Parts, Split)>,
    pub(super) met: Met,
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
        if !self.is_taken(records, record, line)? {
            return Ok(());
        }
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
        self.words(record, line, kept);
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

    /// The words of a line, which belong to an item if `kept`, else only to the file.
    fn words(&mut self, record: &ByteRecord, line: u64, kept: bool) {
        for words in &mut self.plan.words {
            let word = trim(record.get(words.column).unwrap_or_default());
            words.push(word, line, kept);
        }
    }

    /// Whether a line is of the part that is taken.
    fn is_taken(
        &mut self,
        records: &Records<'_>,
        record: &ByteRecord,
        line: u64,
    ) -> Result<bool, Error> {
        let Some((parts, taken)) = self.parts else {
            return Ok(true);
        };
        self.check_length(records, record, line)?;
        match parts.of(record) {
            Told::Missing if self.missing == Missing::Drop => {
                self.rows.dropped += 1;
                Ok(false)
            }
            Told::Missing => {
                let column = parts.gap_of(record);
                let place = self.plan.names.place(column);
                Err(records.bad_record(line,
                    &format!(
                        "the part of the data in {place} is missing; fill it, or have the setting 'missing' drop such \
                         lines"
                    ),
                ))
            }
            Told::Other => {
                self.met.others += 1;
                Ok(false)
            }
            Told::Part(part) => {
                match self.met.lines.binary_search_by_key(&part, |(p, _)| *p) {
                    Ok(at) => self.met.lines[at].1 += 1,
                    Err(at) => self.met.lines.insert(at, (part, 1)),
                }
                if part != taken {
                    // Classes have the same numbers in every part.
                    self.words(record, line, false);
                }
                Ok(part == taken)
            }
        }
    }

    fn check_length(
        &self,
        records: &Records<'_>,
        record: &ByteRecord,
        line: u64,
    ) -> Result<(), Error> {
        let (found, usual) = (record.len(), self.plan.roles.len());
        if found == usual {
            return Ok(());
        }
        let reason = format!("it has {found} columns, not {usual}");
        Err(records.bad_record(line, &reason))
    }

    /// Appends the numbers of a line; false if it is to be left out.
    fn numbers(
        &mut self,
        records: &Records<'_>,
        record: &ByteRecord,
        line: u64,
    ) -> Result<bool, Error> {
        self.check_length(records, record, line)?;
        let decimal = records.dialect.decimal;
        let roles = &self.plan.roles;
        for (column, (&role, raw)) in roles.iter().zip(record).enumerate() {
            match role {
                Role::Value | Role::Label | Role::Truth => {}
                Role::Word(_) => continue,
                Role::List(length) => {
                    if field(trim(raw), decimal) == Field::Missing {
                        match self.missing {
                            Missing::Refuse => {
                                return Err(self.gap(records, record, column, line));
                            }
                            Missing::Drop => return Ok(false),
                            Missing::Mean => {
                                (0..length).for_each(|_| self.rows.values.push(f32::NAN));
                            }
                        }
                        continue;
                    }
                    match list(&mut self.rows.values, raw, decimal, self.missing) {
                        ListEnd::Length(count) if count == length => {}
                        ListEnd::Gap(_) if self.missing == Missing::Drop => return Ok(false),
                        end => return Err(self.no_list(records, record, column, line, end)),
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
                    return Err(records.bad_record(line,
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
        Err(records.bad_record(line,
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
                "the class in {place} is missing ({found}), and a class has no mean; the setting 'missing' can drop \
                 such lines"
            ),
            _ => format!("the value in {place} is missing ({found}); {MEND_GAPS}"),
        };
        records.bad_record(line, &reason)
    }

    fn no_list(
        &self,
        records: &Records<'_>,
        record: &ByteRecord,
        column: usize,
        line: u64,
        found: ListEnd,
    ) -> Error {
        let place = self.plan.names.place(column);
        let usual = match self.plan.roles[column] {
            Role::List(length) => length,
            _ => 1,
        };
        let raw = trim(record.get(column).unwrap_or_default());
        let shown = |at: usize| {
            let value = profile::list(raw).nth(at).unwrap_or_default();
            format!(
                "value {} ('{}') of the list in {place}",
                at + 1,
                plain(&words(value), 20)
            )
        };
        let reason = match found {
            ListEnd::Length(count) => {
                format!("the list in {place} holds {count} numbers, not {usual}")
            }
            ListEnd::Gap(at) => format!("{} is missing; {MEND_GAPS}", shown(at)),
            ListEnd::Word(at) => format!(
                "{} is not a finite number; correct it, or write NA for a value that is missing",
                shown(at)
            ),
        };
        records.bad_record(line, &reason)
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
        } else if is_date(found) {
            reason.push_str(
                ", but a date or a time of day; write all of the column as numbers, or take it out of the file",
            );
        } else if point && comma(found).is_some() {
            reason.push_str(
                "; write numbers without separators of thousands and with a point before the fraction",
            );
        } else if !point && found.contains(&b'.') {
            reason.push_str(
                ", since other numbers of this table have a comma before the fraction; write all of them alike, \
                 without separators of thousands",
            );
        } else if measure::form(found).is_some() {
            reason = format!(
                "'{shown}' in {place} is not a finite number but one with something beside it; write plain numbers, without units, \
                 currencies, brackets or separators of thousands, or take the column out of the file"
            );
        } else if self.rows.total == 0 && self.plan.names.are_there() {
            reason.push_str(
                ", as other values of the column are; take this line out of the file if it holds units or more names",
            );
        } else if self.plan.roles[column] == Role::Value {
            reason.push_str(
                ", as other values of the column are; write NA for a value that is missing",
            );
        }
        records.bad_record(line, &reason)
    }
}

/// What a list in one field came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListEnd {
    /// So many numbers.
    Length(usize),
    /// A missing value at this place, from 0.
    Gap(usize),
    /// Something that is no finite number at this place.
    Word(usize),
}

/// Appends the numbers of a list in one field; a missing one is NaN if it is to become the mean of its place.
fn list(values: &mut Values, raw: &[u8], decimal: Decimal, missing: Missing) -> ListEnd {
    let mut count = 0;
    let mut gap = None;
    for part in profile::list(trim(raw)) {
        match field(part, decimal) {
            Field::Number(value) => values.push(value),
            Field::Missing if missing == Missing::Mean => values.push(f32::NAN),
            Field::Missing => {
                gap.get_or_insert(count);
            }
            _ => return ListEnd::Word(count),
        }
        count += 1;
    }
    gap.map_or(ListEnd::Length(count), ListEnd::Gap)
}
