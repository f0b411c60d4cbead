//! What each column of a table is for, by its name and by what the first lines hold.

use super::profile::{Kind, Profile};
use super::words::Words;
use crate::data::error::plain;

/// What a column of classes is called, and nothing else.
const LABELS: [&str; 4] = ["label", "labels", "class", "classes"];
/// What a column of classes is called, and sometimes a quantity.
const PERHAPS_LABELS: [&str; 10] = [
    "target",
    "y",
    "species",
    "diagnosis",
    "outcome",
    "category",
    "variety",
    "digit",
    "letter",
    "emotion",
];
/// What a column of classes is called if they are words.
const PERHAPS_WORDS: [&str; 6] = [
    "cell_type",
    "celltype",
    "cell type",
    "cluster",
    "group",
    "type",
];
/// What the number of a line is called.
const IDS: [&str; 12] = [
    "id",
    "index",
    "idx",
    "image_id",
    "imageid",
    "row_id",
    "rowid",
    "unnamed: 0",
    "rownames",
    "row_names",
    "barcode",
    "uuid",
];
/// Names of a coordinate, which may count up without being the number of a line.
const COORDINATES: [&str; 14] = [
    "x", "t", "n", "time", "step", "epoch", "day", "date", "year", "month", "hour", "week",
    "position", "distance",
];
/// Words in the name of a column that says which part of the data a line belongs to.
const PARTS: [&str; 16] = [
    "split",
    "splits",
    "usage",
    "set",
    "subset",
    "dataset",
    "partition",
    "fold",
    "part",
    "phase",
    "stage",
    "train",
    "training",
    "test",
    "purpose",
    "role",
];
/// Names of a column that is never one of classes, since it says which part of the data a line belongs to.
const NO_CLASSES: [&str; 7] = [
    "split",
    "usage",
    "set",
    "subset",
    "partition",
    "fold",
    "part",
];
/// Names of a column of numbers that divide the lines.
const NUMBERED_PARTS: [&str; 7] = [
    "split",
    "partition",
    "fold",
    "folds",
    "kfold",
    "k_fold",
    "cv_fold",
];
/// Columns of words that are kept to see whether they hold classes.
const MOST_WORDS: usize = 16;
/// Longest name in a message, in characters.
const SHOWN: usize = 40;

/// What becomes of a column's fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// One of the item's values.
    Value,
    /// A value that is true or false.
    Truth,
    /// So many values between spaces.
    List(usize),
    /// The item's class as a number.
    Label,
    /// A word that may be the item's class, of the column of words of this number.
    Word(usize),
    /// Left out.
    Out,
}

/// The names of the columns, if the table has any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Names(pub(super) Vec<String>);

impl Names {
    /// The name of a column in lower case; empty without names.
    fn lower(&self, column: usize) -> String {
        self.0
            .get(column)
            .map_or_else(String::new, |n| n.to_lowercase())
    }

    /// Whether there are names.
    pub(super) fn are_there(&self) -> bool {
        !self.0.is_empty()
    }

    /// `column 3`, or `column 3 ('width')`, for messages about a place.
    pub(super) fn place(&self, column: usize) -> String {
        match self.0.get(column).filter(|n| !n.is_empty()) {
            Some(name) => format!("column {} ('{}')", column + 1, plain(name, SHOWN)),
            None => format!("column {}", column + 1),
        }
    }

    /// `column 'width'`, or `column 3` without a name.
    pub(super) fn shown(&self, column: usize) -> String {
        match self.0.get(column).filter(|n| !n.is_empty()) {
            Some(name) => format!("column '{}'", plain(name, SHOWN)),
            None => format!("column {}", column + 1),
        }
    }

    /// What `--label` calls a column.
    pub(super) fn choice(&self, column: usize) -> String {
        match self.0.get(column).filter(|n| !n.is_empty()) {
            Some(name) => plain(name, SHOWN),
            None => format!("column {}", column + 1),
        }
    }

    /// The column that somebody calls so: by its name, else by its number.
    pub(super) fn find(&self, asked: &str, columns: usize) -> Option<usize> {
        let asked = asked.trim();
        let named = |exact: bool| {
            (0..columns).find(|&column| {
                let name = self.choice(column);
                name == asked || !exact && name.eq_ignore_ascii_case(asked)
            })
        };
        named(true).or_else(|| named(false)).or_else(|| {
            let number = asked.strip_prefix("column ").unwrap_or(asked);
            let number: usize = number.trim().parse().ok()?;
            (1..=columns).contains(&number).then(|| number - 1)
        })
    }

    /// Whether a column has a name of classes that is never one of quantities.
    pub(super) fn is_label(&self, column: usize) -> bool {
        LABELS.contains(&self.lower(column).as_str())
    }

    /// Columns that may hold classes by their names, the likeliest first.
    pub(super) fn labels(&self) -> Vec<usize> {
        let at = |wanted: &&str| (0..self.0.len()).find(|&column| self.lower(column) == *wanted);
        let certain = LABELS.iter().filter_map(at);
        // Beside x, y is a coordinate.
        let coordinate = at(&"x").is_some();
        let perhaps = PERHAPS_LABELS
            .iter()
            .filter(|n| !(coordinate && **n == "y"));
        let words = PERHAPS_WORDS.iter().filter_map(at);
        certain.chain(perhaps.filter_map(at)).chain(words).collect()
    }

    /// Whether a column of numbers may hold classes by its name.
    pub(super) fn may_number_classes(&self, column: usize) -> bool {
        !PERHAPS_WORDS.contains(&self.lower(column).as_str())
    }

    /// Whether a column's name says that it numbers the lines or names the items.
    pub(super) fn is_id(&self, column: usize) -> bool {
        let name = self.lower(column);
        IDS.contains(&name.as_str()) || column == 0 && self.are_there() && name.is_empty()
    }

    /// Whether a column's name ends as those of identifiers do: `customer_id`, `PassengerId`.
    pub(super) fn ends_as_id(&self, column: usize) -> bool {
        self.0.get(column).is_some_and(|name| {
            ["_id", " id", "Id", "ID", "_ID", " ID"]
                .iter()
                .any(|end| name.ends_with(end))
        })
    }

    /// The name of a column, if it has one.
    pub(super) fn name(&self, column: usize) -> Option<&str> {
        self.0
            .get(column)
            .map(String::as_str)
            .filter(|n| !n.is_empty())
    }

    /// Whether a column's name says that it divides the lines into parts, such as those for training and for testing.
    pub(super) fn divides(&self, column: usize) -> bool {
        let mut spaced = String::new();
        let mut small = false;
        for c in self.name(column).unwrap_or_default().chars().take(SHOWN) {
            if small && c.is_uppercase() {
                spaced.push(' ');
            }
            small = c.is_lowercase();
            spaced.extend(c.to_lowercase());
        }
        spaced
            .split(|c: char| !c.is_alphabetic())
            .any(|word| PARTS.contains(&word))
    }

    /// Whether a column's name says that it divides the lines and does nothing else, so that it holds no classes.
    pub(super) fn is_part(&self, column: usize) -> bool {
        NO_CLASSES.contains(&self.lower(column).as_str())
    }

    /// Whether a column's name says that numbers in it are those of parts.
    pub(super) fn numbers_parts(&self, column: usize) -> bool {
        NUMBERED_PARTS.contains(&self.lower(column).as_str())
    }

    /// Whether a column's name is one of a coordinate.
    pub(super) fn is_coordinate(&self, column: usize) -> bool {
        COORDINATES.contains(&self.lower(column).as_str())
    }
}

/// How the columns are used.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) names: Names,
    pub(super) roles: Vec<Role>,
    /// The columns of words that may hold classes.
    pub(super) words: Vec<Words>,
    /// The column that was asked for as label.
    pub(super) asked: Option<usize>,
    /// Columns that are left out, and why.
    pub(super) out: Vec<(usize, String)>,
    /// Which of the columns hold nothing.
    empty: Vec<bool>,
    /// The columns that tell the parts of the lines.
    parts: Vec<usize>,
}

impl Plan {
    /// The use of columns with these names and profiles, of which some tell the parts of the lines.
    pub(super) fn new(
        names: Names,
        profiles: &[Profile],
        asked: Option<usize>,
        parts: Vec<usize>,
    ) -> Self {
        let by_name = names.labels();
        let classes = |column: usize| asked == Some(column) || by_name.contains(&column);
        let kind = |column: usize| {
            if classes(column) {
                profiles[column].kind_of_classes()
            } else {
                profiles[column].kind()
            }
        };
        let mut this = Self {
            roles: vec![Role::Value; profiles.len()],
            words: Vec::new(),
            asked,
            out: Vec::new(),
            empty: vec![false; profiles.len()],
            parts,
            names,
        };
        let mut wordy = Vec::new();
        for column in 0..profiles.len() {
            if this.parts.contains(&column) {
                // What they decided is told apart.
                this.roles[column] = Role::Out;
                continue;
            }
            let kind = kind(column);
            let id = this.names.is_id(column) && asked != Some(column);
            if kind == Kind::Empty {
                this.empty[column] = true;
                this.leave(column, "it is empty");
            } else if id {
                this.leave(column, "it numbers or names the items");
            } else if kind == Kind::Words {
                wordy.push(column);
            } else if let Kind::List(length) = kind {
                this.roles[column] = Role::List(length);
            } else if kind == Kind::Truth {
                this.roles[column] = Role::Truth;
            } else if this.names.is_label(column) && asked.is_none() {
                this.roles[column] = Role::Label;
            }
        }
        // Classes have a name of their own or stand at an end.
        wordy.sort_by_key(|&column| (!classes(column), std::cmp::Reverse(column)));
        for (rank, &column) in wordy.iter().enumerate() {
            if rank < MOST_WORDS {
                this.roles[column] = Role::Word(this.words.len());
                let dates = profiles[column].holds_dates();
                let amid = profiles[column].word_amid_numbers();
                this.words.push(Words::new(column, dates, amid));
            } else {
                this.leave(column, "it holds words");
            }
        }
        this
    }

    /// The first column, if it holds names of the items.
    pub(super) fn item_names(&self) -> Option<usize> {
        if self.parts.contains(&0) {
            return None;
        }
        let words = matches!(self.roles.first(), Some(Role::Word(_)));
        let out = self.roles.first() == Some(&Role::Out) && !self.is_empty(0);
        (words || out).then_some(0)
    }

    /// Whether a column is left out because it holds nothing.
    pub(super) fn is_empty(&self, column: usize) -> bool {
        self.empty.get(column).is_some_and(|&empty| empty)
    }

    fn leave(&mut self, column: usize, why: &str) {
        self.roles[column] = Role::Out;
        self.out.push((column, why.to_owned()));
    }

    /// The columns whose numbers are stored, in order; one that holds lists as often as a list is long.
    pub(super) fn stored(&self) -> Vec<usize> {
        let times = |role: &Role| match role {
            Role::Value | Role::Truth | Role::Label => 1,
            Role::List(length) => *length,
            Role::Word(_) | Role::Out => 0,
        };
        let columns = self.roles.iter().enumerate();
        columns
            .flat_map(|(column, role)| std::iter::repeat_n(column, times(role)))
            .collect()
    }

    /// What the stored values are called; nothing without names.
    pub(super) fn stored_names(&self) -> Vec<String> {
        let named = |(name, role): (&String, &Role)| match *role {
            Role::Value | Role::Truth | Role::Label => vec![name.clone()],
            Role::List(length) => (0..length).map(|i| format!("{name}{i}")).collect(),
            Role::Word(_) | Role::Out => Vec::new(),
        };
        self.names
            .0
            .iter()
            .zip(&self.roles)
            .flat_map(named)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use csv::ByteRecord;

    use super::*;
    use crate::data::table::field::Decimal;

    fn roles(names: &str, lines: &[&str]) -> String {
        let names = Names(names.split(',').map(str::to_owned).collect());
        let records: Vec<(ByteRecord, u64)> =
            lines.iter().map(|l| (l.split(',').collect(), 0)).collect();
        let profiles = Profile::of(&records, names.0.len(), Decimal::Point);
        let letter = |role: &Role| match role {
            Role::Value => 'v',
            Role::Truth => 't',
            Role::Label => 'l',
            Role::List(_) => 's',
            Role::Word(_) => 'w',
            Role::Out => '-',
        };
        Plan::new(names, &profiles, None, Vec::new())
            .roles
            .iter()
            .map(letter)
            .collect()
    }

    #[test]
    fn names_and_first_lines_decide() {
        for (names, lines, wanted) in [
            ("label,a,b", &["1,2,3"][..], "lvv"),
            ("a,b,label", &["1,2,x"], "vvw"),
            ("id,Class,a", &["1,2,3"], "-lv"),
            (",a,target", &["0,2,3"], "-vv"),
            ("a,,target", &["0,2,3"], "vvv"),
            ("idle,labels2,why", &["1,2,3"], "vvv"),
            ("a,b,c", &["1,,True", "2,NA,False"], "v-t"),
            ("a,b", &["1,x", "2,7", "3,8"], "vv"),
            ("a,b", &["1,x", "2,y", "3,z"], "vw"),
            ("emotion,pixels", &["1,7 8 9", "2,4 5 6"], "vs"),
            ("emotion,pixels", &["1,7 8 9", "2,4 5"], "vw"),
        ] {
            assert_eq!(roles(names, lines), wanted, "{names} {lines:?}");
        }
    }

    #[test]
    fn a_column_is_found_by_name_or_number() {
        let names = Names(["a", "B", "2", ""].map(str::to_owned).to_vec());
        let find = |asked: &str| names.find(asked, 4);
        assert_eq!(find("b"), Some(1));
        // A name goes before a number.
        assert_eq!(
            (find("2"), find("1"), find("column 4")),
            (Some(2), Some(0), Some(3))
        );
        assert_eq!((find("5"), find("0"), find("c")), (None, None, None));
        assert_eq!(Names::default().find("column 3", 4), Some(2));
    }
}
