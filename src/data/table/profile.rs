//! What the first lines of a table say of each column.

use csv::ByteRecord;

use super::field::{Decimal, Field, field, is_date, trim};

/// A column of numbers and words is one of words only if at least one in so many is a word, and they differ:
/// else a word is a mistake or stands for a missing value, which somebody must decide.
const WORDS_IN: usize = 10;
const DIFFERENT_WORDS: usize = 3;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    /// True and false.
    Truth,
    Words,
    /// So many numbers between spaces in every field.
    List(usize),
    /// Nothing in any line.
    Empty,
}

/// Counts of the fields of one column.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    pub(super) numbers: usize,
    /// Numbers with a fraction.
    pub(super) fractions: usize,
    /// Least and largest number.
    pub(super) range: Option<[f32; 2]>,
    truths: usize,
    words: usize,
    /// Words that are lists of numbers, and the length of the first and of any that is as long.
    lists: usize,
    list_length: usize,
    /// Words that are dates.
    dates: usize,
    /// Some of the words that differ.
    different: Vec<Vec<u8>>,
}

impl Profile {
    /// The profiles of so many columns over records of that length.
    pub(super) fn of(records: &[(ByteRecord, u64)], columns: usize, decimal: Decimal) -> Vec<Self> {
        let mut profiles = vec![Self::default(); columns];
        for (record, _) in records {
            for (profile, value) in profiles.iter_mut().zip(record) {
                profile.add(trim(value), decimal);
            }
        }
        profiles
    }

    fn add(&mut self, value: &[u8], decimal: Decimal) {
        match field(value, decimal) {
            Field::Number(v) => {
                self.numbers += 1;
                self.fractions += usize::from(v.fract() != 0.0);
                let [low, high] = self.range.unwrap_or([v, v]);
                self.range = Some([low.min(v), high.max(v)]);
            }
            Field::Infinite => self.numbers += 1,
            Field::Truth(_) => self.truths += 1,
            Field::Missing => {}
            Field::Word => {
                self.words += 1;
                self.dates += usize::from(is_date(value));
                if let Some(length) = list_length(value, decimal) {
                    if self.lists == 0 {
                        self.list_length = length;
                    }
                    self.lists += usize::from(self.list_length == length);
                }
                let new = !self.different.iter().any(|word| word == value);
                if new && self.different.len() < DIFFERENT_WORDS {
                    self.different.push(value.to_vec());
                }
            }
        }
    }

    /// What the column holds, if it is not known to hold classes.
    pub(super) fn kind(&self) -> Kind {
        let numbers = self.numbers + self.truths;
        let mixed = self.words * WORDS_IN >= numbers + self.words
            && self.different.len() >= DIFFERENT_WORDS;
        if self.words > 0 && self.lists == self.words && numbers == 0 {
            Kind::List(self.list_length)
        } else if self.words > 0 && (numbers == 0 || mixed) {
            Kind::Words
        } else if self.truths > 0 && self.words == 0 && self.is_of_bits() {
            Kind::Truth
        } else if numbers > 0 {
            Kind::Number
        } else {
            Kind::Empty
        }
    }

    /// What the column holds if it is known to hold classes: any word makes it one of words.
    pub(super) fn kind_of_classes(&self) -> Kind {
        if self.words > 0 {
            Kind::Words
        } else {
            self.kind()
        }
    }

    /// Whether all of the words are dates.
    pub(super) fn holds_dates(&self) -> bool {
        self.words > 0 && self.dates == self.words
    }

    fn is_of_bits(&self) -> bool {
        self.range
            .is_none_or(|[low, high]| low >= 0.0 && high <= 1.0)
            && self.fractions == 0
    }
}

/// The fields of a list of numbers between spaces.
pub(super) fn list(field: &[u8]) -> impl Iterator<Item = &[u8]> {
    field
        .split(u8::is_ascii_whitespace)
        .filter(|f| !f.is_empty())
}

/// How many numbers a list between spaces holds; `None` for a field that is no such list.
fn list_length(value: &[u8], decimal: Decimal) -> Option<usize> {
    let mut length = 0;
    for part in list(value) {
        if !matches!(field(part, decimal), Field::Number(_)) {
            return None;
        }
        length += 1;
    }
    (length > 1).then_some(length)
}
