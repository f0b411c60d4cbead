//! Which column holds the classes of the items, and what they are.

use super::columns::{Names, Plan, Role};
use super::pixels;
use super::values::{Range, Values};

/// Most classes.
const MOST: usize = 256;
/// So few different whole numbers are classes in a column that is called so, however few items there are.
const FEW: usize = 32;

/// A column that holds classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The column of words of this number.
    Words(usize),
    /// The stored column of this number.
    Stored(usize),
}

/// The numbers of a table and what is known of them.
pub(super) struct Table<'a> {
    pub(super) plan: &'a Plan,
    /// Columns of the table whose numbers are stored.
    pub(super) stored: &'a [usize],
    pub(super) values: &'a Values,
    pub(super) ranges: &'a [Range],
}

impl Table<'_> {
    /// The different values of a stored column in order, if they are whole and few enough to be classes.
    fn different(&self, stored: usize) -> Option<Vec<f32>> {
        if !self.ranges[stored].whole {
            return None;
        }
        let mut found: Vec<f32> = Vec::new();
        for value in self.values.column(stored, self.stored.len()) {
            if let Err(at) = found.binary_search_by(|v| v.total_cmp(&value)) {
                if found.len() == MOST {
                    return None;
                }
                found.insert(at, value);
            }
        }
        Some(found)
    }

    /// Whether a stored column looks like one of classes, given that its name may be theirs.
    fn are_classes(&self, stored: usize) -> bool {
        let items = self.values.len() / self.stored.len().max(1);
        self.different(stored)
            .is_some_and(|found| found.len() <= FEW || 3 * found.len() <= 2 * items)
    }

    fn source(&self, column: usize) -> Option<Source> {
        match self.plan.roles[column] {
            Role::Word(number) => Some(Source::Words(number)),
            Role::Out | Role::List(_) => None,
            Role::Value | Role::Truth | Role::Label => self
                .stored
                .iter()
                .position(|&c| c == column)
                .map(Source::Stored),
        }
    }

    /// Columns whose names and fields are those of classes.
    fn named(&self) -> Vec<Source> {
        let names: &Names = &self.plan.names;
        let may = |column: usize| {
            let source = self.source(column)?;
            let holds = match source {
                Source::Words(number) => self.plan.words[number].are_few(),
                Source::Stored(stored) => {
                    self.plan.roles[column] == Role::Label
                        || names.may_number_classes(column) && self.are_classes(stored)
                }
            };
            holds.then_some(source)
        };
        names.labels().into_iter().filter_map(may).collect()
    }

    /// Columns of words that look like classes, from the last to the first.
    fn worded(&self) -> Vec<Source> {
        let words = &self.plan.words;
        let mut found: Vec<usize> = (0..words.len())
            .filter(|&i| words[i].are_classes() && !self.plan.names.is_part(words[i].column))
            .collect();
        found.sort_by_key(|&i| std::cmp::Reverse(words[i].column));
        found.into_iter().map(Source::Words).collect()
    }

    /// The column of the classes: the one that was asked for, else one whose name is theirs, else the last of those
    /// whose words are few and recur, else a single one of truth values in the last place, else the first or the last
    /// beside a picture.
    pub(super) fn choose(&self) -> Option<Source> {
        if let Some(asked) = self.plan.asked {
            return self.source(asked);
        }
        let truths = self
            .stored
            .iter()
            .filter(|&&c| self.plan.roles[c] == Role::Truth);
        let truth = || {
            let last = self.plan.roles.len() - 1;
            let alone = truths.count() == 1 && self.plan.roles[last] == Role::Truth;
            alone.then(|| Source::Stored(self.stored.len() - 1))
        };
        let named = self.named().into_iter().chain(self.worded()).next();
        named.or_else(truth).or_else(|| {
            let different = |stored: usize| Some(self.different(stored)?.len());
            pixels::class_beside(&self.plan.stored_names(), self.ranges, different)
                .map(Source::Stored)
        })
    }

    /// What could be asked for as label.
    pub(super) fn choices(&self) -> Vec<String> {
        let mut columns: Vec<usize> = self
            .named()
            .into_iter()
            .chain(self.worded())
            .map(|source| self.column(source))
            .collect();
        columns.sort_unstable();
        columns.dedup();
        columns
            .into_iter()
            .map(|c| self.plan.names.choice(c))
            .collect()
    }

    /// The column of the table that a source is.
    pub(super) fn column(&self, source: Source) -> usize {
        match source {
            Source::Words(number) => self.plan.words[number].column,
            Source::Stored(stored) => self.stored[stored],
        }
    }

    /// The class of every item and what the classes are called, of a stored column; `None` if it holds no classes.
    pub(super) fn numbered(&self, stored: usize) -> Option<(Vec<Option<u8>>, Vec<String>)> {
        let values = || self.values.column(stored, self.stored.len());
        if self.plan.roles[self.stored[stored]] == Role::Truth {
            let names = ["false", "true"].map(str::to_owned).to_vec();
            return Some((values().map(|v| Some(v as u8)).collect(), names));
        }
        if self.ranges[stored].is_of_bytes() {
            return Some((values().map(|v| Some(v as u8)).collect(), Vec::new()));
        }
        let found = self.different(stored)?;
        let class = |v: f32| {
            found
                .binary_search_by(|f| f.total_cmp(&v))
                .ok()
                .map(|c| c as u8)
        };
        let names = found.iter().map(f32::to_string).collect();
        Some((values().map(class).collect(), names))
    }
}
