//! How a table is written: what separates fields, what quotes them, and what a number's fraction begins with.

use std::borrow::Cow;

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::field::{Decimal, Field, comma, field, trim};
use super::measure;
use super::profile::list_length;

/// Separators that are tried; of equally good ones the first is taken.
const SEPARATORS: [u8; 5] = [b',', b';', b'\t', b'|', SPACES];
/// Stands for runs of spaces and tabs.
pub(super) const SPACES: u8 = b' ';
/// Records that decide.
const LOOKED_AT: usize = 60;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// What separates fields; [`SPACES`] for runs of spaces.
    pub(super) separator: u8,
    pub(super) quote: u8,
    pub(super) decimal: Decimal,
}

/// What the start of a text looks like in a dialect.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) dialect: Dialect,
    /// Fields of most records.
    pub(super) columns: usize,
    /// Share of the records that have so many.
    pub(super) alike: f64,
    /// Columns of which more than half of the fields (below the first record, if there are more) are numbers.
    pub(super) numeric: usize,
    score: f64,
    /// Of fields with a comma that may be decimal, how many there are and how many may also have thousands.
    commas: (usize, usize),
    /// The first number with such a comma.
    example: Option<Ambiguous>,
}

/// A number with a comma that may be decimal or one of thousands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ambiguous {
    pub(super) number: Vec<u8>,
    /// The line of the text that its record starts on, from 1.
    pub(super) line: u64,
    /// From 0.
    pub(super) column: usize,
}

impl Dialect {
    /// A reader of records in this dialect.
    pub(super) fn builder(self) -> ReaderBuilder {
        let mut builder = ReaderBuilder::new();
        builder
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .quote(self.quote)
            .terminator(Terminator::Any(b'\n'))
            .buffer_capacity(super::text::CHUNK);
        builder
    }

    /// What the first records of a text look like. The last line may have lost its end unless the text is `complete`.
    pub(super) fn guess(text: &[u8], quote: u8, complete: bool) -> Option<Look> {
        let mut best: Option<Look> = None;
        for separator in SEPARATORS {
            let there = |b: &u8| *b == separator || separator == SPACES && *b == b'\t';
            if !text.iter().any(there) && separator != SPACES {
                continue;
            }
            let look = Look::of(text, separator, quote, complete);
            if let Some(look) = look
                && best.as_ref().is_none_or(|b| look.score > b.score + 1e-9)
            {
                best = Some(look);
            }
        }
        best
    }

    /// As [`guess`](Self::guess) where the separator is known.
    pub(super) fn with(text: &[u8], separator: u8, quote: u8) -> Option<Look> {
        Look::of(text, separator, quote, false)
    }
}

/// The records of a text, each with the line it starts on, whose last one may have lost its end unless the text is `complete`.
fn records(text: &[u8], dialect: Dialect, complete: bool) -> (Vec<(ByteRecord, u64)>, bool) {
    let text: Cow<'_, [u8]> = if dialect.separator == SPACES && text.contains(&b'\t') {
        let space = |&b: &u8| if b == b'\t' { b' ' } else { b };
        Cow::Owned(text.iter().map(space).collect())
    } else {
        Cow::Borrowed(text)
    };
    let mut reader = dialect.builder().from_reader(&text[..]);
    let mut found = Vec::new();
    let mut record = ByteRecord::new();
    while found.len() <= LOOKED_AT && matches!(reader.read_byte_record(&mut record), Ok(true)) {
        let tidied = tidied(&record, dialect.separator);
        if !is_blank(&tidied) {
            let inside = record.as_slice().split(|b| *b == b'\n').count() as u64 - 1;
            let position = reader.position();
            let ended = (position.byte() as usize)
                .checked_sub(1)
                .is_some_and(|last| text.get(last) == Some(&b'\n'));
            let line = position.line().saturating_sub(inside + u64::from(ended));
            found.push((tidied.into_owned(), line));
        }
    }
    let all = reader.position().byte() as usize >= text.len();
    let cut = all && !complete && text.last() != Some(&b'\n');
    (found, cut)
}

/// A record without the empty fields between spaces of a run.
pub(super) fn tidied(record: &ByteRecord, separator: u8) -> Cow<'_, ByteRecord> {
    if separator == SPACES {
        let whole = record.iter().map(trim).filter(|f| !f.is_empty());
        Cow::Owned(whole.collect())
    } else {
        Cow::Borrowed(record)
    }
}

/// Whether a record holds nothing.
pub(super) fn is_blank(record: &ByteRecord) -> bool {
    record.iter().all(|f| trim(f).is_empty())
}

impl Look {
    fn of(text: &[u8], separator: u8, quote: u8, complete: bool) -> Option<Self> {
        let mut dialect = Dialect {
            separator,
            quote,
            decimal: Decimal::Point,
        };
        let (records, cut) = records(text, dialect, complete);
        let (mut records, lines): (Vec<ByteRecord>, Vec<u64>) = records.into_iter().unzip();
        let mut lost = 0;
        if cut && records.len() > 2 {
            records.pop();
        } else if cut && let Some(last) = records.last_mut() {
            // The end of the last field is lost, perhaps with others.
            last.truncate(last.len() - 1);
            lost = 1;
        }
        let whole = records.len();
        let columns = if lost > 0 && whole == 2 {
            records[0].len()
        } else {
            usual_length(records.iter().map(|r| r.len() + lost))?
        };
        // The first record may be one of names; of a second one that has lost most of its fields nothing can be told.
        let below = match &records[..] {
            [first, last] if lost > 0 && 2 * last.len() < columns => std::slice::from_ref(first),
            [_, below @ ..] if whole > 1 => below,
            all => all,
        };
        let alike: Vec<&ByteRecord> = below
            .iter()
            .filter(|r| r.len() == columns || lost > 0 && r.len() < columns)
            .collect();
        let (mut points, mut commas, mut thousands) = (0, 0, 0);
        let mut example = None;
        let fields = records.iter().zip(&lines).flat_map(|(record, line)| {
            let numbered = record.iter().enumerate();
            numbered.map(move |(column, value)| (*line, column, trim(value)))
        });
        for (line, column, value) in fields {
            if let Some(ambiguous) = comma(value) {
                commas += 1;
                thousands += usize::from(ambiguous);
                if ambiguous && example.is_none() {
                    example = Some(Ambiguous {
                        number: value.to_vec(),
                        line,
                        column,
                    });
                }
            } else if value.contains(&b'.')
                && matches!(field(value, Decimal::Point), Field::Number(_))
            {
                points += 1;
            }
        }
        if commas > points {
            dialect.decimal = Decimal::Comma;
        }
        let (numeric, numbers) = numeric(&alike, columns, dialect.decimal);
        let alike = alike.len() as f64 / below.len().max(1) as f64;
        let several = if columns > 1 { 1.0 } else { 0.01 };
        // Names have no numbers, but as many fields, give or take that of an index.
        let first = match records.first().map_or(0, |r| r.len().abs_diff(columns)) {
            0 => 1.05,
            1 => 1.0,
            _ => 0.5,
        };
        Some(Self {
            dialect,
            columns,
            alike,
            numeric,
            score: several * first * alike * (0.05 + numbers),
            commas: (commas, thousands),
            example,
        })
    }

    /// A number with a comma of which nobody can tell whether it separates thousands.
    pub(super) fn ambiguous(&self) -> Option<&Ambiguous> {
        let (commas, thousands) = self.commas;
        self.example.as_ref().filter(|_| commas == thousands)
    }
}

/// The number of fields that most records have. Of two that are equally common it is that of the second record, since
/// the first may lack a name.
pub(super) fn usual_length(lengths: impl Iterator<Item = usize>) -> Option<usize> {
    let mut counts: Vec<(usize, usize)> = Vec::new();
    let mut second = None;
    for (record, length) in lengths.enumerate() {
        if record == 1 {
            second = Some(length);
        }
        match counts.iter_mut().find(|(l, _)| *l == length) {
            Some((_, count)) => *count += 1,
            None => counts.push((length, 1)),
        }
    }
    let most = |&&(length, count): &&(usize, usize)| (count, second == Some(length));
    counts.iter().max_by_key(most).map(|(length, _)| *length)
}

/// How many columns are of numbers, those with something beside them included, and the share of plain numbers and gaps
/// among all fields.
fn numeric(records: &[&ByteRecord], columns: usize, decimal: Decimal) -> (usize, f64) {
    #[derive(Clone, Copy, Default)]
    struct Counts {
        numbers: usize,
        missing: usize,
        measures: usize,
    }
    let mut counts = vec![Counts::default(); columns];
    for record in records {
        for (count, value) in counts.iter_mut().zip(record.iter()) {
            match field(trim(value), decimal) {
                Field::Number(_) | Field::Infinite | Field::Truth(_) => count.numbers += 1,
                Field::Missing => count.missing += 1,
                Field::Word if list_length(trim(value), decimal).is_some() => count.numbers += 1,
                // Whoever reads the table says what is wrong with these.
                Field::Word if measure::form(trim(value)).is_some() => count.measures += 1,
                Field::Word => {}
            }
        }
    }
    let of_numbers = |c: &&Counts| {
        let found = c.numbers + c.measures;
        found > 0 && 2 * (found + c.missing) > records.len()
    };
    let numeric = counts.iter().filter(of_numbers).count();
    let plain: usize = counts.iter().map(|c| c.numbers + c.missing).sum();
    let fields = (columns * records.len()).max(1);
    (numeric, plain as f64 / fields as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(text: &str) -> (char, usize, Decimal) {
        let look = Dialect::guess(text.as_bytes(), b'"', true).expect("a look");
        (
            char::from(look.dialect.separator),
            look.columns,
            look.dialect.decimal,
        )
    }

    #[test]
    fn separators_and_decimal_marks_are_found() {
        let (point, comma) = (Decimal::Point, Decimal::Comma);
        for (text, wanted) in [
            ("a,b\n1,2\n", (',', 2, point)),
            ("a;b\n1,5;2,25\n", (';', 2, comma)),
            ("1,5\t2,5\n3\t4\n", ('\t', 2, comma)),
            ("1, 2, 3\n4, 5, 6\n", (',', 3, point)),
            ("1.5|2|x\n1.5|2|y\n", ('|', 3, point)),
            ("  1.5   2  3\n 4 5     6\n", (' ', 3, point)),
            (
                "18.0   8  130\t\"ford, the car\"\n17 6 9\t\"a b\"\n",
                (' ', 4, point),
            ),
            ("\"acid, fixed\";b\n1.5;2\n2;3\n", (';', 2, point)),
            ("\"acid, fixed\",b\n1.5,2\n2,3\n", (',', 2, point)),
            ("\"1,5\",\"2,5\"\n\"3,25\",\"4\"\n", (',', 2, comma)),
            ("a;b;c\n1;\"x, y, z\";3\n2;\"x, y, z\";3\n", (';', 3, point)),
        ] {
            assert_eq!(guess(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn commas_that_may_separate_thousands_are_noticed() {
        let ambiguous = |text: &str| {
            let look = Dialect::guess(text.as_bytes(), b'"', true).expect("a look");
            look.ambiguous().is_some()
        };
        assert!(ambiguous("1,234;5\n2,345;6\n"));
        assert!(ambiguous("a,b\n\"1,234\",5\n\"2,345\",6\n"));
        assert!(!ambiguous("0,234;5\n2,345;6\n"));
        assert!(!ambiguous("1,2;5\n2,345;6\n"));
    }
}
