//! Labels out of NumPy arrays: a class for each item as a number, or one-hot.

use crate::data::error::{Error, OnProgress};
use crate::data::source::Source;

use super::array::{check_end, check_length, cut};
use super::header::{Header, Value};
use super::names::Names;
use super::values::number;

/// How an array may tell the items' classes; what comes first is taken first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// N or N × 1 integers.
    Integers,
    /// N or N × 1 floats, which are classes if all of them are whole numbers.
    Floats,
    /// N × K numbers, which are classes if each row has a single one and else zeros.
    OneHot,
}

impl Form {
    /// The form of an array's labels, if its sizes and its name allow it to be labels.
    ///
    /// Integers may be labels whatever they are called. Floats, of which there are others (weights, targets of a
    /// regression), and rows of numbers, which may be items, must be called so; a vector of floats may also have
    /// the name that NumPy gives to what has none.
    pub(super) fn of(header: &Header, names: Names) -> Option<Self> {
        match (&header.sizes[..], header.value) {
            ([_], Value::Float { .. }) if names.label || names.automatic => Some(Self::Floats),
            ([_, 1], Value::Float { .. }) if names.label => Some(Self::Floats),
            ([_] | [_, 1], value) if !matches!(value, Value::Float { .. }) => Some(Self::Integers),
            ([_, 2..=256], _) if names.label => Some(Self::OneHot),
            _ => None,
        }
    }
}

/// Reads the first `count` of `total` labels; `None` for floats that are no whole numbers from 0 on and for rows that
/// are not one-hot, since those are no classes. Without a limit the array must end where its header says.
///
/// # Errors
/// [`Error::Malformed`] for classes above 255, negative integers, and data that are cut off, overlong or damaged.
pub(super) fn read_labels(
    source: &mut Source<'_>,
    form: Form,
    total: u64,
    count: usize,
    progress: OnProgress<'_>,
) -> Result<Option<Vec<u8>>, Error> {
    let header = Header::read(source)?;
    let (path, value, width) = (source.path(), header.value, header.value.bytes());
    let columns = header.sizes.get(1).map_or(1, |&k| k as usize);
    // Of rows in Fortran order none is whole before the last column.
    let read = if header.fortran { total } else { count as u64 };
    let needed = u128::from(read) * (columns * width) as u128;
    check_length(source, &header, needed)?;
    let needed = usize::try_from(needed).unwrap_or(usize::MAX);
    let raw = source.read_vec(needed, "reading labels", progress)?;
    if raw.len() < needed {
        return Err(cut(source, &header, raw.len() as u64));
    }
    if read == total {
        check_end(source, &header)?;
    }
    let at = |item: usize, column: usize| {
        let index = if header.fortran {
            column * total as usize + item
        } else {
            item * columns + column
        };
        number(value, raw.get(index * width..).unwrap_or_default())
    };
    let whole = |item: usize| at(item, 0) >= 0.0 && at(item, 0).fract() == 0.0;
    match form {
        Form::OneHot => Ok((0..count)
            .map(|item| one_hot(columns, |column| at(item, column)))
            .collect()),
        Form::Floats if !(0..count).all(whole) => Ok(None),
        Form::Floats | Form::Integers => {
            let label = |item: usize| {
                let class = at(item, 0) as u8;
                if f64::from(class) == at(item, 0) {
                    return Ok(class);
                }
                Err(Error::malformed(
                    path,
                    header.length + (item * width) as u64,
                    format!("label {item} is not a class from 0 to 255"),
                ))
            };
            let labels: Result<Vec<u8>, Error> = (0..count).map(label).collect();
            labels.map(Some)
        }
    }
}

/// The class of a one-hot row, where a single number is one; `None` of any other row.
fn one_hot(columns: usize, at: impl Fn(usize) -> f64) -> Option<u8> {
    let class = (0..columns).position(|column| at(column) == 1.0)?;
    let zeros = (0..columns).filter(|&column| at(column) == 0.0).count();
    (zeros + 1 == columns).then_some(class as u8)
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
    }
}
