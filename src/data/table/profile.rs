//! What the first lines of a table say of each column.

use csv::ByteRecord;

use super::date::is_date;
use super::field::{Decimal, Field, field, trim};
use super::measure;

/// A column of numbers and words is one of words only if at least one in so many is a word, and they differ:
/// else a word is a mistake or stands for a missing value, which somebody must decide.
const WORDS_IN: usize = 10;
const DIFFERENT_WORDS: usize = 3;
/// Fewest numbers of a list in one field: two may be what a decimal comma makes of two columns.
const LEAST_LIST: usize = 3;

/// Most forms of numbers with something beside them: a column has few units, and as many streets as addresses.
const FORMS: usize = 16;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Numbers, or what was meant for numbers.
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
    /// Words that are numbers with something beside them, and what these look like.
    measures: usize,
    forms: Vec<String>,
    /// Words such as `<5`, which are bounds among numbers and names of classes among themselves.
    bounds: usize,
    /// Lists that are numbers with spaces between thousands, and of these the ones that cannot be lists.
    grouped: usize,
    certainly_grouped: usize,
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
                let date = is_date(value);
                self.dates += usize::from(date);
                if !date && let Some(form) = measure::form(value) {
                    self.measure(value, form);
                }
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

    fn measure(&mut self, value: &[u8], form: String) {
        if form.starts_with(['<', '>', '\u{2264}', '\u{2265}']) {
            self.bounds += 1;
            return;
        }
        if form == "#" && value.contains(&b' ') {
            self.grouped += 1;
            let zero = list(value).skip(1).any(|group| group.starts_with(b"0"));
            self.certainly_grouped += usize::from(zero);
        }
        self.measures += 1;
        if self.forms.len() <= FORMS && !self.forms.contains(&form) {
            self.forms.push(form);
        }
    }

    /// Whether most fields start like numbers and most words are such with something beside them.
    fn is_of_measures(&self) -> bool {
        let numbers = self.numbers;
        let bounds = if numbers + self.measures > 0 {
            self.bounds
        } else {
            0
        };
        let measures = self.measures + bounds;
        let few = self.forms.len() <= FORMS
            && (self.forms.len() <= 2 || 2 * self.forms.len() <= self.measures);
        few && 2 * measures > self.words
            && 2 * (numbers + measures) > numbers + self.truths + self.words
    }

    /// What the column holds, if it is not known to hold classes.
    pub(super) fn kind(&self) -> Kind {
        let numbers = self.numbers + self.truths;
        let mixed = self.words * WORDS_IN >= numbers + self.words
            && self.different.len() >= DIFFERENT_WORDS;
        // A list that is unlike most others is a mistake, which whoever reads the lines will name.
        let lists = 2 * self.lists > self.words && numbers == 0;
        let grouped = self.grouped == self.lists && self.certainly_grouped > 0;
        if lists && !grouped {
            Kind::List(self.list_length)
        } else if self.is_of_measures() {
            Kind::Number
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

    /// A word, if numbers stand among the words.
    pub(super) fn word_amid_numbers(&self) -> Option<Vec<u8>> {
        let amid = self.numbers > 0;
        amid.then(|| self.different.first().cloned()).flatten()
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

/// How many numbers a list between spaces holds, those that are missing included; `None` for a field that is no such
/// list.
pub(super) fn list_length(value: &[u8], decimal: Decimal) -> Option<usize> {
    let (mut length, mut numbers) = (0, 0);
    for part in list(value) {
        match field(part, decimal) {
            Field::Number(_) => numbers += 1,
            Field::Missing => {}
            _ => return None,
        }
        length += 1;
    }
    (numbers >= LEAST_LIST).then_some(length)
}
