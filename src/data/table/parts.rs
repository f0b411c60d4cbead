//! Columns that say which part of the data a line belongs to: words for training, validation and test, or truth values
//! under such a word.

use std::collections::HashMap;

use csv::ByteRecord;

use crate::config::Split;
use crate::data::split::{self, Role};
use crate::text::thousands;

use super::columns::Names;
use super::field::{Decimal, Field, field, is_gap, trim};
use super::text::words;
use crate::data::error::plain;

/// Different words of which a column remembers what they mean; any others are looked at each time.
const REMEMBERED: usize = 1 << 12;
/// Longest word for a part, in bytes: paths are words, texts are none.
const LONGEST: usize = 400;
/// Words without a part that a remark names.
const NAMED: usize = 3;
/// What may stand beside the word for a part in the name of a column of truth values.
const BESIDE: [&str; 12] = [
    "is",
    "in",
    "for",
    "mask",
    "flag",
    "set",
    "split",
    "data",
    "dataset",
    "sample",
    "indicator",
    "item",
];

/// What a field says of the part of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Part(Split),
    /// A word that is none for a part.
    Other,
    Missing,
}

/// What a column holds that may tell parts.
#[derive(Debug)]
enum Form {
    /// Words, each for a part.
    Words(HashMap<Vec<u8>, Option<Role>>),
    /// Whether the line belongs to the part that the name of the column announces.
    Truth(Role),
}

/// A column that may tell parts, as far as it has been read.
#[derive(Debug)]
struct Column {
    /// Of the table, from 0.
    at: usize,
    /// Whether the name says that the column divides the lines.
    named: bool,
    form: Form,
    /// How often each role was met.
    roles: Vec<(Role, u64)>,
    /// Lines with a word that is none for a part, and the first of such words.
    others: u64,
    other_words: Vec<Vec<u8>>,
    /// Lines without a word.
    missing: u64,
}

/// The columns that may tell parts.
#[derive(Debug)]
pub(super) struct Search {
    columns: Vec<Column>,
    decimal: Decimal,
}

/// The columns that tell parts.
#[derive(Debug)]
pub(super) struct Parts {
    columns: Vec<Column>,
    has_test: bool,
    decimal: Decimal,
}

/// True or false, as columns of parts write it.
fn truth(value: &[u8], decimal: Decimal) -> Option<bool> {
    match field(value, decimal) {
        Field::Truth(value) => Some(value),
        Field::Number(v) if v == 0.0 || v == 1.0 => Some(v == 1.0),
        Field::Word => {
            let is = |known: &[&str]| {
                let same = |k: &&str| value.eq_ignore_ascii_case(k.as_bytes());
                known.iter().any(same)
            };
            let (yes, no) = (is(&["t", "y", "yes"]), is(&["f", "n", "no"]));
            (yes || no).then_some(yes)
        }
        _ => None,
    }
}

/// The part that the name of a column announces, if it names nothing else: `is_train`, `test`, `val_mask`.
fn announced(name: &str) -> Option<Role> {
    let role = split::role(name)?;
    let rest = split::stem(name);
    rest.split_whitespace()
        .all(|word| BESIDE.contains(&word))
        .then_some(role)
}

impl Column {
    fn new(at: usize, named: bool, form: Form) -> Self {
        Self {
            at,
            named,
            form,
            roles: Vec::new(),
            others: 0,
            other_words: Vec::new(),
            missing: 0,
        }
    }

    /// The role of a field that is not missing.
    fn role(&mut self, value: &[u8], decimal: Decimal) -> Option<Role> {
        match &mut self.form {
            Form::Words(known) => {
                if let Some(&role) = known.get(value) {
                    return role;
                }
                let role = word_role(value, decimal);
                if known.len() < REMEMBERED && value.len() <= LONGEST {
                    known.insert(value.to_vec(), role);
                }
                role
            }
            Form::Truth(role) => {
                truth(value, decimal).map(|is| if is { *role } else { not(*role) })
            }
        }
    }

    /// Counts the field of a line; false if the column can no longer tell parts.
    fn add(&mut self, value: &[u8], decimal: Decimal) -> bool {
        if is_gap(value) {
            self.missing += 1;
            return true;
        }
        if let Some(role) = self.role(value, decimal) {
            match self.roles.iter_mut().find(|(r, _)| *r == role) {
                Some((_, count)) => *count += 1,
                None => self.roles.push((role, 1)),
            }
            return true;
        }
        self.others += 1;
        let new = !self.other_words.iter().any(|w| w == value);
        if new && self.other_words.len() <= NAMED {
            self.other_words
                .push(value[..value.len().min(LONGEST)].to_vec());
        }
        self.named && matches!(self.form, Form::Words(_))
    }

    fn is_of_truth(&self) -> bool {
        matches!(self.form, Form::Truth(_))
    }

    /// Whether words are met for every line, or, in a column whose name says that it divides them, for several parts.
    fn tells_parts(&self) -> bool {
        let several = parts_of(&self.roles).len() > 1;
        match self.form {
            Form::Truth(_) => !self.roles.is_empty() && self.others == 0,
            Form::Words(_) if self.named => several || !self.roles.is_empty() && self.others == 0,
            Form::Words(_) => several && self.others == 0,
        }
    }
}

/// The role of what a word for another part excludes: what is not for training is held out, anything else is for
/// training.
fn not(role: Role) -> Role {
    if role == Role::Of(Split::Train) {
        Role::HeldOut
    } else {
        Role::Of(Split::Train)
    }
}

fn word_role(value: &[u8], decimal: Decimal) -> Option<Role> {
    let word = value.len() <= LONGEST && field(value, decimal) == Field::Word;
    word.then(|| split::role(&words(value))).flatten()
}

fn has_test(roles: &[(Role, u64)]) -> bool {
    roles.iter().any(|(r, _)| *r == Role::Of(Split::Test))
}

/// The parts of these roles, in order.
fn parts_of(roles: &[(Role, u64)]) -> Vec<Split> {
    let has_test = has_test(roles);
    let mut parts: Vec<Split> = roles.iter().map(|(r, _)| r.part(has_test)).collect();
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// `a, b and c`.
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

impl Search {
    /// The columns that may tell parts, by their names and by what the first lines hold; the one that was asked for as
    /// label is none.
    pub(super) fn new(
        names: &Names,
        columns: usize,
        items: &[(ByteRecord, u64)],
        asked: Option<usize>,
        decimal: Decimal,
    ) -> Self {
        let mut found = Vec::new();
        for column in (0..columns).filter(|&c| asked != Some(c)) {
            let named = names.divides(column);
            let truth = names.name(column).and_then(announced).map(Form::Truth);
            let forms = truth.into_iter().chain([Form::Words(HashMap::new())]);
            for form in forms {
                let mut state = Column::new(column, named, form);
                let mut fields = items.iter().filter_map(|(r, _)| r.get(column));
                let may = fields.all(|f| state.add(trim(f), decimal));
                if may && (!state.roles.is_empty() || named) && state.missing < items.len() as u64 {
                    found.push(state);
                    break;
                }
            }
        }
        Self {
            columns: found,
            decimal,
        }
    }

    /// Whether there are such columns, so that all lines must be seen.
    pub(super) fn is_open(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Takes a line in that was not among the first.
    pub(super) fn add(&mut self, record: &ByteRecord) {
        let decimal = self.decimal;
        self.columns.retain_mut(|state| {
            let value = record.get(state.at);
            value.is_none_or(|v| state.add(trim(v), decimal))
        });
    }

    /// The columns that tell parts, now that all lines were seen: one whose name says so, else truth values, else words.
    pub(super) fn decide(self) -> Option<Parts> {
        let decimal = self.decimal;
        let (truths, words): (Vec<Column>, Vec<Column>) = self
            .columns
            .into_iter()
            .filter(Column::tells_parts)
            .partition(Column::is_of_truth);
        let (named, others): (Vec<Column>, Vec<Column>) = words.into_iter().partition(|c| c.named);
        let first = |columns: Vec<Column>| columns.into_iter().take(1).collect::<Vec<_>>();
        let columns = [first(named), truths, first(others)]
            .into_iter()
            .find(|columns| !columns.is_empty())?;
        let has_test = match &columns[..] {
            [one] => has_test(&one.roles),
            several => several
                .iter()
                .any(|c| matches!(c.form, Form::Truth(Role::Of(Split::Test)))),
        };
        Some(Parts {
            columns,
            has_test,
            decimal,
        })
    }
}

impl Parts {
    /// The columns of the table that tell parts.
    pub(super) fn columns(&self) -> Vec<usize> {
        self.columns.iter().map(|c| c.at).collect()
    }

    /// The parts that there are, in order.
    pub(super) fn there(&self) -> Vec<Split> {
        let mut there: Vec<Split> = Vec::new();
        for state in &self.columns {
            let met = state.roles.iter().map(|(r, _)| r.part(self.has_test));
            match state.form {
                // What several columns deny is of no part.
                Form::Truth(role) if self.columns.len() > 1 => {
                    let own = role.part(self.has_test);
                    there.extend(met.filter(|part| *part == own));
                }
                _ => there.extend(met),
            }
        }
        there.sort_unstable();
        there.dedup();
        there
    }

    /// The column that does not tell the part of a line.
    pub(super) fn gap_of(&self, record: &ByteRecord) -> usize {
        let empty = |c: &&Column| is_gap(trim(record.get(c.at).unwrap_or_default()));
        let found = self.columns.iter().find(empty).or(self.columns.first());
        found.map_or(0, |c| c.at)
    }

    /// What a line says of its part.
    pub(super) fn of(&self, record: &ByteRecord) -> Told {
        let mut held: Option<Split> = None;
        let several = self.columns.len() > 1;
        for state in &self.columns {
            let value = trim(record.get(state.at).unwrap_or_default());
            if is_gap(value) {
                return Told::Missing;
            }
            let role = match &state.form {
                Form::Words(known) => match known.get(value) {
                    Some(role) => *role,
                    None => word_role(value, self.decimal),
                },
                Form::Truth(role) => match truth(value, self.decimal) {
                    Some(true) => Some(*role),
                    Some(false) if !several => Some(not(*role)),
                    _ => None,
                },
            };
            // Of two parts that claim a line the one that is held out has it: it must not be trained on.
            held = held.max(role.map(|r| r.part(self.has_test)));
        }
        held.map_or(Told::Other, Told::Part)
    }

    /// The sentence that tells how `counts` lines of every part, and so many of none, are divided.
    pub(super) fn remark(
        &self,
        names: &Names,
        counts: &[(Split, u64)],
        others: u64,
        taken: Split,
    ) -> String {
        let each: Vec<String> = counts
            .iter()
            .map(|(part, count)| format!("{} {}", thousands(*count), split::adjective(*part)))
            .collect();
        let columns: Vec<String> = self.columns.iter().map(|c| names.shown(c.at)).collect();
        let verb = if columns.len() == 1 {
            "divides"
        } else {
            "divide"
        };
        let mut said = format!(
            "{} {verb} the lines into {}; the {} items are taken",
            listed(&columns),
            listed(&each),
            split::adjective(taken)
        );
        if each.len() == 1 {
            said = format!(
                "by {} all of the items are {} items",
                listed(&columns),
                split::adjective(taken)
            );
        }
        let unknown: Vec<String> = self
            .columns
            .iter()
            .flat_map(|c| &c.other_words)
            .map(|w| format!("'{}'", plain(&words(w), 20)))
            .collect();
        if others > 0 {
            let more = if unknown.len() > NAMED { ", …" } else { "" };
            let which = match &unknown[..unknown.len().min(NAMED)] {
                [] => String::new(),
                some => format!(" ({}{more})", some.join(", ")),
            };
            said.push_str(&format!(
                "; {} of no part{which} are left out",
                thousands(others)
            ));
        }
        said
    }
}
