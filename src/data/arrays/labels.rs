//! Labels out of arrays: a class for each item as a number, one-hot, or one column of several.

use std::collections::BTreeMap;

use crate::data::error::{Error, OnProgress};
use crate::data::source::Source;

use super::entry::Entry;
use super::items::{check_end, check_length, cut};
use super::value::{Value, number};

/// Most columns of labels.
pub(super) const MAX_COLUMNS: u64 = 256;
/// Most different numbers that are taken as classes where they are no whole numbers.
const MAX_KINDS: usize = 64;

/// How an array may tell the items' classes; what comes first is taken first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// N or N × 1 integers.
    Integers,
    /// N or N × 1 floats, which are classes if all of them are whole numbers.
    Floats,
    /// N × K numbers, which are classes if each row has a single one and else zeros.
    OneHot,
    /// This column of the array, because it was asked for.
    Column(usize),
}

impl Form {
    /// The form of an array's labels, if its sizes and its name allow it to be labels.
    ///
    /// Integers may be labels whatever they are called. Floats, of which there are others (weights, targets of a
    /// regression), and rows of numbers, which may be items, must be called so; a vector of floats may also have
    /// the name that NumPy gives to what has none.
    pub(super) fn of(entry: &Entry) -> Option<Self> {
        let says = entry.says();
        Self::called(entry, says.label, says.automatic)
    }

    /// As [`Form::of`] for an array that is called labels, or has the name that NumPy gives.
    pub(super) fn called(entry: &Entry, label: bool, automatic: bool) -> Option<Self> {
        let float = entry.value.as_ref().ok()?.is_float();
        match (&entry.sizes[..], float) {
            ([_], true) if label || automatic => Some(Self::Floats),
            ([_, 1], true) if label => Some(Self::Floats),
            ([_] | [_, 1], false) => Some(Self::Integers),
            ([_, 2..=MAX_COLUMNS], _) if label => Some(Self::OneHot),
            _ => None,
        }
    }
}

/// What an array tells of the items' classes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Told {
    /// The class of each item, and what the classes are called if that is known.
    Classes(Vec<u8>, Vec<String>),
    /// No classes, and why.
    Nothing(String),
}

/// Reads the first `count` of `total` labels. Without a limit the array must end where its header says.
///
/// # Errors
/// [`Error::Malformed`] for data that are cut off, overlong or damaged.
pub(super) fn read_labels(
    source: &mut Source<'_>,
    entry: &Entry,
    form: Form,
    total: u64,
    count: usize,
    progress: OnProgress<'_>,
) -> Result<Told, Error> {
    let Ok(value) = entry.value else {
        return Ok(Told::Nothing("it holds no numbers".into()));
    };
    let width = value.bytes();
    let columns = entry.sizes.get(1).map_or(1, |&k| k as usize);
    // Of rows in Fortran order none is whole before the last column.
    let turned = entry.fortran && columns > 1;
    let read = if turned { total } else { count as u64 };
    let needed = u128::from(read) * (columns * width) as u128;
    check_length(source, entry, needed)?;
    let needed = usize::try_from(needed).unwrap_or(usize::MAX);
    let raw = source.read_vec(needed, "reading labels", progress)?;
    if raw.len() < needed {
        return Err(cut(source, entry, raw.len() as u64));
    }
    if read == total {
        check_end(source, entry)?;
    }
    let at = |item: usize, column: usize| {
        let index = if turned {
            column * total as usize + item
        } else {
            item * columns + column
        };
        number(value, raw.get(index * width..).unwrap_or_default())
    };
    Ok(match form {
        Form::OneHot => one_hot_rows(columns, count, at),
        Form::Column(column) => kinds((0..count).map(|item| at(item, column)).collect()),
        Form::Integers | Form::Floats => classes((0..count).map(|item| at(item, 0))),
    })
}

/// Whole numbers from 0 to 255.
fn classes(values: impl Iterator<Item = f64>) -> Told {
    let mut classes = Vec::new();
    for (item, value) in values.enumerate() {
        let class = value as u8;
        if f64::from(class) != value {
            return Told::Nothing(format!(
                "label {item} is {value}, not a class from 0 to 255"
            ));
        }
        classes.push(class);
    }
    Told::Classes(classes, Vec::new())
}

/// Whole numbers from 0 to 255 as they are; of other numbers each different one is a class, called by its value.
fn kinds(values: Vec<f64>) -> Told {
    if let Told::Classes(classes, names) = classes(values.iter().copied()) {
        return Told::Classes(classes, names);
    }
    let mut kinds = BTreeMap::new();
    for value in &values {
        // Numbers of one sign are ordered as their bits are; the other sign is turned round.
        let bits = value.to_bits();
        let order = if value.is_sign_negative() {
            !bits
        } else {
            bits | 1 << 63
        };
        kinds.insert(order, *value);
        if kinds.len() > MAX_KINDS || !value.is_finite() {
            return Told::Nothing(format!(
                "it holds more than {MAX_KINDS} different numbers, which are no classes"
            ));
        }
    }
    let known: Vec<f64> = kinds.into_values().collect();
    let class = |value: &f64| known.iter().position(|k| k.to_bits() == value.to_bits());
    let classes = values.iter().filter_map(class).map(|class| class as u8);
    let names = known
        .iter()
        .map(|value| crate::text::significant(*value, 4));
    Told::Classes(classes.collect(), names.collect())
}

/// The classes of one-hot rows; of other rows, what they are.
fn one_hot_rows(columns: usize, count: usize, at: impl Fn(usize, usize) -> f64) -> Told {
    let row = |item: usize| one_hot(columns, |column| at(item, column));
    if let Some(classes) = (0..count).map(row).collect() {
        return Told::Classes(classes, Vec::new());
    }
    let binary = |item: usize| (0..columns).all(|column| matches!(at(item, column), 0.0 | 1.0));
    Told::Nothing(if (0..count).all(binary) {
        format!("an item may have several of {columns} labels")
    } else {
        format!("it holds {columns} numbers of each item")
    })
}

/// The class of a one-hot row, where a single number is one; `None` of any other row.
fn one_hot(columns: usize, at: impl Fn(usize) -> f64) -> Option<u8> {
    let class = (0..columns).position(|column| at(column) == 1.0)?;
    let zeros = (0..columns).filter(|&column| at(column) == 0.0).count();
    (zeros + 1 == columns).then_some(class as u8)
}

/// Whether an array may be read as labels at all.
pub(super) fn is_readable(entry: &Entry) -> bool {
    matches!(
        entry.value,
        Ok(Value::Byte | Value::Bool | Value::Integer { .. } | Value::Float { .. })
    ) && matches!(entry.sizes[..], [_] | [_, 1..=MAX_COLUMNS])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_hot_rows_are_classes() {
        let class = |row: [f64; 3]| one_hot(3, |column| row[column]);
        assert_eq!(class([0.0, 1.0, 0.0]), Some(1));
        assert_eq!(class([0.0, 0.0, 1.0]), Some(2));
        for wrong in [[1.0, 1.0, 0.0], [0.0; 3], [0.5, 0.5, 0.0], [1.0, 0.0, 2.0]] {
            assert_eq!(class(wrong), None, "{wrong:?}");
        }
        let rows = |values: &'static [[f64; 3]]| one_hot_rows(3, values.len(), |i, c| values[i][c]);
        let Told::Nothing(several) = rows(&[[1.0, 1.0, 0.0], [0.0; 3]]) else {
            panic!("several labels are no classes");
        };
        assert!(several.contains("several of 3 labels"), "{several}");
    }

    #[test]
    fn numbers_of_a_column_become_classes_in_their_order() {
        assert_eq!(
            kinds(vec![0.5, -1.25, 0.5, 0.0]),
            Told::Classes(
                vec![2, 0, 2, 1],
                ["-1.25", "0", "0.5"].map(str::to_owned).to_vec()
            )
        );
        assert_eq!(kinds(vec![3.0, 7.0]), Told::Classes(vec![3, 7], Vec::new()));
        let many = (0..100).map(|i| f64::from(i) + 0.5).collect();
        assert!(matches!(kinds(many), Told::Nothing(_)));
        assert!(matches!(kinds(vec![f64::NAN]), Told::Nothing(_)));
    }
}
