//! The classes of IDX items: one byte each, or whole numbers of any width, in one column or several (QMNIST).

use std::path::Path;

use crate::data::error::{Error, OnProgress};
use crate::data::source::Source;

use super::header::Header;
use super::names::file_name;
use super::read_items;

/// The classes of items, or why there are none, and what else the user may want to know.
#[derive(Debug, Default)]
pub(super) struct Labels {
    pub(super) of: Option<Vec<u8>>,
    pub(super) remark: Option<String>,
}

/// Reads the classes of the first `limit` items of `images`, which has `expected`.
///
/// # Errors
/// [`Error::Malformed`] for a file that is cut off, holds another number of labels or no labels at all;
/// [`Error::TooLarge`]; [`Error::Cancelled`].
pub(super) fn read(
    mut source: Source<'_>,
    images: &Path,
    expected: u64,
    limit: Option<usize>,
    progress: OnProgress<'_>,
) -> Result<Labels, Error> {
    let header = Header::read(&mut source)?;
    header.check_labels(source.path())?;
    if header.count() != expected {
        return Err(Error::malformed(
            source.path(),
            4,
            format!(
                "it holds {} labels, but {} holds {expected} images",
                header.count(),
                images.display()
            ),
        ));
    }
    let name = file_name(source.path());
    let values = read_items(&mut source, &header, limit, "reading labels", progress)?;
    let (kind, width) = header.kind();
    let columns = usize::try_from(header.item_values()).unwrap_or(usize::MAX);
    let numbers: Vec<f64> = values
        .chunks_exact(width)
        .map(|v| number(kind, v))
        .collect();
    let rows = || numbers.chunks_exact(columns);
    if columns > 1
        && let Some(classes) = one_hot(rows(), columns)
    {
        return Ok(Labels {
            of: Some(classes),
            remark: None,
        });
    }
    let mut classes = Vec::with_capacity(numbers.len() / columns);
    for (index, row) in rows().enumerate() {
        let value = row[0];
        if value.fract() != 0.0 || !(0.0..=255.0).contains(&value) {
            return Ok(Labels {
                of: None,
                remark: Some(format!(
                    "the labels in {name} are not used: {value} of item {index} is no class from 0 to 255"
                )),
            });
        }
        classes.push(value as u8);
    }
    Ok(Labels {
        of: Some(classes),
        remark: (columns > 1).then(|| {
            format!("of the {columns} columns of labels in {name} the first is taken as the class")
        }),
    })
}

/// A value of the type with this code, as it lies in the file.
fn number(kind: u8, bytes: &[u8]) -> f64 {
    let wide = |bytes: &[u8]| bytes.try_into().unwrap_or([0; 4]);
    match (kind, bytes) {
        (0x09, [v]) => f64::from(v.cast_signed()),
        (0x0b, [a, b]) => f64::from(i16::from_be_bytes([*a, *b])),
        (0x0c, bytes) => f64::from(i32::from_be_bytes(wide(bytes))),
        (0x0d, bytes) => f64::from(f32::from_be_bytes(wide(bytes))),
        (0x0e, bytes) => f64::from_be_bytes(bytes.try_into().unwrap_or([0; 8])),
        (_, bytes) => f64::from(bytes.first().copied().unwrap_or(0)),
    }
}

/// The classes of rows that are zero but for a one where the class is; `None` if one is not.
fn one_hot<'a>(rows: impl Iterator<Item = &'a [f64]>, columns: usize) -> Option<Vec<u8>> {
    if columns > 256 {
        return None;
    }
    rows.map(|row| {
        let class = row.iter().position(|&v| v == 1.0)?;
        let rest = row.iter().enumerate().all(|(i, &v)| v == 0.0 || i == class);
        rest.then_some(class as u8)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_type_are_read() {
        assert_eq!(number(0x08, &[200]), 200.0);
        assert_eq!(number(0x09, &[0xff]), -1.0);
        assert_eq!(number(0x0b, &[1, 2]), 258.0);
        assert_eq!(number(0x0c, &[0xff, 0xff, 0xff, 0xfe]), -2.0);
        assert_eq!(number(0x0d, &2.5_f32.to_be_bytes()), 2.5);
        assert_eq!(number(0x0e, &9.0_f64.to_be_bytes()), 9.0);
    }

    #[test]
    fn rows_with_a_single_one_are_classes() {
        let rows = [[0.0, 1.0], [1.0, 0.0]];
        let found = one_hot(rows.iter().map(|r| &r[..]), 2);
        assert_eq!(found, Some(vec![1, 0]));
        let rows = [[0.0, 2.0], [1.0, 0.0]];
        assert_eq!(one_hot(rows.iter().map(|r| &r[..]), 2), None);
    }
}
