//! A column of words, kept as long as it may hold classes.

use std::collections::HashMap;

use super::field::is_gap;
use super::text::words;
use crate::data::error::plain;

/// Most classes.
const MOST: usize = 256;
/// Stands for a missing word.
const GAP: u16 = u16::MAX;
/// Longest word in a sentence, in characters.
const SHOWN: usize = 20;
/// Longest name of a class, in characters.
const LONGEST: usize = 60;

/// The words of one column.
#[derive(Debug)]
pub(super) struct Words {
    /// The column of the table, from 0.
    pub(super) column: usize,
    /// Whether they are dates.
    pub(super) dates: bool,
    /// One of them, if numbers stand among them.
    amid: Option<Vec<u8>>,
    numbers: HashMap<Vec<u8>, u16>,
    codes: Vec<u16>,
    /// Fields that hold a word.
    present: usize,
    /// The first line without a word.
    gap: Option<u64>,
    many: bool,
}

impl Words {
    pub(super) fn new(column: usize, dates: bool, amid: Option<Vec<u8>>) -> Self {
        Self {
            column,
            dates,
            amid,
            numbers: HashMap::new(),
            codes: Vec::new(),
            present: 0,
            gap: None,
            many: false,
        }
    }

    /// The word of the next line, which belongs to an item if `kept`, else only to the file.
    pub(super) fn push(&mut self, word: &[u8], line: u64, kept: bool) {
        let code = if is_gap(word) {
            if kept {
                self.gap.get_or_insert(line);
            }
            GAP
        } else {
            self.present += 1;
            if self.many {
                return;
            }
            let next = self.numbers.len();
            match self.numbers.get(word) {
                Some(&code) => code,
                None if next == MOST => {
                    self.many = true;
                    self.codes = Vec::new();
                    return;
                }
                None => {
                    self.numbers.insert(word.to_vec(), next as u16);
                    next as u16
                }
            }
        };
        if kept && !self.many {
            self.codes.push(code);
        }
    }

    /// Whether there are few enough different words to be classes.
    pub(super) fn are_few(&self) -> bool {
        !self.many && self.present > 0
    }

    /// Whether they look like classes: few words that recur.
    pub(super) fn are_classes(&self) -> bool {
        let different = self.numbers.len();
        self.are_few() && !self.dates && different >= 2 && 3 * different <= 2 * self.present
    }

    /// What to say of words that are left out.
    pub(super) fn described(&self) -> String {
        let different = self.numbers.len();
        if let Some(word) = &self.amid {
            let word = plain(&words(word), SHOWN);
            format!("not all that it holds are numbers (one field is '{word}')")
        } else if self.many {
            format!("it holds more than {MOST} different words")
        } else if self.dates {
            "it holds dates or times of day".into()
        } else if different == 1 {
            "it holds the same word in every line".into()
        } else if different == self.present {
            "its words are all different, so they name the items".into()
        } else {
            format!("it holds {different} different words")
        }
    }

    /// The first line without a word.
    pub(super) fn gap(&self) -> Option<u64> {
        self.gap
    }

    /// The class of every item, `None` for a gap, and the names of the classes in alphabetical order.
    pub(super) fn classes(&self) -> (Vec<Option<u8>>, Vec<String>) {
        let mut order: Vec<(&Vec<u8>, u16)> = self.numbers.iter().map(|(w, &c)| (w, c)).collect();
        order.sort();
        let mut rank = vec![0_u8; order.len()];
        for (place, (_, code)) in order.iter().enumerate() {
            rank[usize::from(*code)] = place as u8;
        }
        let class = |code: &u16| rank.get(usize::from(*code)).copied();
        let names = order.iter().map(|(word, _)| plain(&words(word), LONGEST));
        (self.codes.iter().map(class).collect(), names.collect())
    }
}
