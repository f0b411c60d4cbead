//! What the reading of a table decided, in sentences.

use crate::text::thousands;

use super::columns::Names;

/// Names listed in a sentence.
const LISTED: usize = 6;

/// Sentences about the columns of a table.
pub(super) struct Remarks<'a> {
    names: &'a Names,
    sentences: Vec<String>,
}

impl<'a> Remarks<'a> {
    /// Sentences about columns with these names, after those that were said before.
    pub(super) fn new(names: &'a Names, sentences: Vec<String>) -> Self {
        Self { names, sentences }
    }

    /// All of them.
    pub(super) fn into_sentences(self) -> Vec<String> {
        self.sentences
    }

    pub(super) fn say(&mut self, sentence: impl Into<String>) {
        self.sentences.push(sentence.into());
    }

    /// `columns 'a', 'b' and 7 more`.
    fn list(&self, columns: &[usize]) -> String {
        let shown = |&column: &usize| {
            let shown = self.names.shown(column);
            shown.strip_prefix("column ").unwrap_or(&shown).to_owned()
        };
        let some: Vec<String> = columns.iter().take(LISTED).map(shown).collect();
        let what = if columns.len() == 1 {
            "column"
        } else {
            "columns"
        };
        match columns.len().checked_sub(LISTED) {
            Some(more @ 1..) => {
                format!(
                    "{what} {} and {} more",
                    some.join(", "),
                    thousands(more as u64)
                )
            }
            _ => format!("{what} {}", some.join(", ")),
        }
    }

    /// Where the classes are, unless that was asked for or the name of the column says it.
    pub(super) fn classes(&mut self, column: usize, classes: &[String], asked: bool) {
        if asked || self.names.is_label(column) {
            return;
        }
        let some: Vec<&str> = classes.iter().take(LISTED).map(String::as_str).collect();
        let which = match some[..] {
            [] => String::new(),
            _ if classes.len() > LISTED => format!(" ({}, …)", some.join(", ")),
            _ => format!(" ({})", some.join(", ")),
        };
        self.say(format!(
            "the classes are those of {}{which}",
            self.names.shown(column)
        ));
    }

    /// Which columns are left out; those for the same reason share a sentence.
    pub(super) fn left_out(&mut self, mut out: Vec<(usize, String)>) {
        out.sort_unstable();
        while let Some((_, why)) = out.first() {
            let why = why.clone();
            let (same, others): (Vec<_>, Vec<_>) = out.into_iter().partition(|(_, w)| *w == why);
            let columns: Vec<usize> = same.iter().map(|(column, _)| *column).collect();
            let verb = if columns.len() == 1 {
                "is left out:"
            } else {
                "are left out; of each,"
            };
            self.say(format!("{} {verb} {why}", self.list(&columns)));
            out = others;
        }
    }

    /// Columns that never change, and whether they are left out.
    pub(super) fn constant(&mut self, mut columns: Vec<usize>, dropped: bool) {
        columns.dedup();
        let listed = self.list(&columns);
        self.say(match (columns.len(), dropped) {
            (1, true) => format!("{listed} never changes and is left out"),
            (_, true) => format!("{listed} never change and are left out"),
            (1, false) => {
                format!("{listed} never changes; the setting 'constant' can leave it out (--constant drop)")
            }
            (_, false) => {
                format!("{listed} never change; the setting 'constant' can leave them out (--constant drop)")
            }
        });
    }

    /// How many missing values of each stored column are means now.
    pub(super) fn filled(&mut self, stored: &[usize], filled: &[Option<usize>]) {
        let sum: usize = filled.iter().flatten().sum();
        let with: Vec<usize> = stored
            .iter()
            .zip(filled)
            .filter(|(_, count)| count.is_some_and(|c| c > 0))
            .map(|(column, _)| *column)
            .collect();
        let listed = self.list(&with);
        match sum {
            0 => {}
            1 => self.say(format!(
                "1 missing value is the mean of its column ({listed})"
            )),
            _ => self.say(format!(
                "{} missing values are the means of their columns ({listed})",
                thousands(sum as u64)
            )),
        }
    }

    /// Lines that make no items.
    pub(super) fn lines(&mut self, dropped: u64, total: u64, blank: u64) {
        if dropped > 0 {
            let verb = if dropped == 1 { "is" } else { "are" };
            self.say(format!(
                "{} of {} lines {verb} left out, because a value is missing",
                thousands(dropped),
                thousands(dropped + total)
            ));
        }
        if blank > 0 {
            let lines = if blank == 1 { "line is" } else { "lines are" };
            self.say(format!("{} empty {lines} passed over", thousands(blank)));
        }
    }

    /// The table was turned: its columns are the items.
    pub(super) fn turned(&mut self, columns: usize, rows: usize) {
        self.say(format!(
            "the table is turned: its {} columns are the items, of {} values each",
            thousands(columns as u64),
            thousands(rows as u64)
        ));
    }

    /// A table of named rows that has more columns than rows may lie on its side.
    pub(super) fn may_be_turned(&mut self, rows: usize, columns: usize) {
        self.say(format!(
            "the {} rows are the items and the {} columns their values; the setting 'transpose' turns the table where \
             it is the other way round",
            thousands(rows as u64),
            thousands(columns as u64)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_name_columns_and_their_reasons() {
        let names = Names(["a", "b", "", "d"].map(str::to_owned).to_vec());
        let mut remarks = Remarks::new(&names, Vec::new());
        let why = |why: &str| why.to_owned();
        remarks.left_out(vec![(3, why("x")), (0, why("x")), (2, why("y"))]);
        remarks.constant(vec![1], false);
        remarks.lines(2, 8, 1);
        let many: Vec<usize> = (0..1008).collect();
        assert_eq!(
            remarks.list(&many),
            "columns 'a', 'b', 3, 'd', 5, 6 and 1,002 more"
        );
        assert_eq!(
            remarks.into_sentences(),
            [
                "columns 'a', 'd' are left out; of each, x",
                "column 3 is left out: y",
                "column 'b' never changes; the setting 'constant' can leave it out (--constant drop)",
                "2 of 10 lines are left out, because a value is missing",
                "1 empty line is passed over",
            ]
        );
    }
}
