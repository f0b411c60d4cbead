//! The items of an array, as pixels.

use std::path::Path;

use crate::data::dataset::{ImageShape, Pixels};
use crate::data::error::{Error, OnProgress, report};
use crate::data::limits::MAX_BYTES;
use crate::data::source::Source;
use crate::data::stored::StoredPixels;

use super::entry::Entry;
use super::layout::Layout;
use super::turn::turned;
use super::value::{Value, float, number};

/// Values converted at a time.
const STEP: usize = 1 << 18;
/// Whole numbers up to this are exact in 32 bits.
const EXACT: f64 = 16_777_216.0;

/// The first items of an array.
pub(super) struct Items {
    pub(super) shape: ImageShape,
    pub(super) pixels: Pixels,
    /// How many whole numbers were too large to be kept exactly.
    pub(super) rounded: usize,
}

/// Values as they are kept.
enum Values {
    Bytes(Vec<u8>),
    Floats(Vec<f32>),
}

/// Reads the first `limit` items. Bytes of a plain file beyond `resident` stay there.
///
/// Where all values are read the content must end where the header says, undamaged. With a limit nothing behind the
/// last item asked for is read, so a checksum, which stands at the end, is not compared.
///
/// # Errors
/// [`Error::Malformed`], [`Error::TooLarge`], [`Error::Cancelled`].
pub(super) fn read_items(
    source: &mut Source<'_>,
    entry: &Entry,
    layout: &Layout,
    limit: Option<usize>,
    resident: u64,
    progress: OnProgress<'_>,
) -> Result<Items, Error> {
    let path = source.path();
    let value = match &entry.value {
        Ok(value) => *value,
        Err(what) => return Err(Error::malformed(path, 0, what.clone())),
    };
    let (shape, total) = (layout.shape, layout.total);
    let count = limit.map_or(total, |l| total.min(l as u64));
    // Unless the index of items moves slowest no item is whole before the last value.
    let slowest = if entry.fortran {
        entry.sizes.len() - 1
    } else {
        0
    };
    let one_by_one = layout.axes[0] == Some(slowest);
    let read = if one_by_one { count } else { total };
    let bytes = u128::from(read) * (shape.dim() * value.bytes()) as u128;
    check_length(source, entry, bytes)?;
    let as_stored = one_by_one && is_in_order(entry, layout);
    if value == Value::Byte
        && as_stored
        && entry.ends
        && bytes > u128::from(resident)
        && let Some(held) = source.stored_payload(entry.start)
    {
        if read == total && u128::from(held) > bytes {
            return Err(wrong_end(source, entry, bytes as u64, MORE));
        }
        let stored = StoredPixels::open(path, entry.start, bytes as u64)
            .map_err(|e| Error::io(path, entry.start, &e))?;
        return Ok(Items {
            shape,
            pixels: Pixels::Stored(stored),
            rounded: 0,
        });
    }
    let values = u128::from(read) * shape.dim() as u128;
    let copies = if as_stored { 1 } else { 2 };
    let width = if value.is_float() { 4 } else { 1 };
    check_memory(path, values * copies * width, as_stored)?;
    let values = values as usize;
    let mut rounded = 0;
    let held = match value {
        Value::Float { bytes, big } => {
            let convert = |v: &[u8]| float(v, big);
            Values::Floats(read_floats(
                source, entry, values, bytes, convert, progress,
            )?)
        }
        Value::Byte | Value::Bool => {
            let mut bytes = source.read_vec(values, "reading values", progress)?;
            if bytes.len() < values {
                return Err(cut(source, entry, bytes.len() as u64));
            }
            if value == Value::Bool {
                for byte in &mut bytes {
                    *byte = u8::from(*byte != 0);
                }
            }
            Values::Bytes(bytes)
        }
        Value::Integer { .. } => {
            let wide = || check_memory(path, values as u128 * copies * 4, as_stored);
            read_integers(source, entry, values, &mut rounded, wide, progress)?
        }
    };
    if read == total {
        check_end(source, entry)?;
    }
    let mut sizes: Vec<usize> = entry.sizes.iter().map(|&s| s as usize).collect();
    if one_by_one {
        sizes[slowest] = count as usize;
    }
    let (axes, fortran, count) = (layout.axes, entry.fortran, count as usize);
    let pixels = match held {
        Values::Bytes(v) => turned(v, &sizes, fortran, axes, count).map(Pixels::Bytes),
        Values::Floats(v) => turned(v, &sizes, fortran, axes, count).map(Pixels::Floats),
    };
    let pixels = pixels.ok_or_else(|| cut(source, entry, 0))?;
    Ok(Items {
        shape,
        pixels,
        rounded,
    })
}

/// Whether items lie in the array as they are wanted: rows, columns and channels in this order, the last one fastest.
fn is_in_order(entry: &Entry, layout: &Layout) -> bool {
    // Sizes of one have no place in the order.
    let axes = layout.axes.iter().flatten();
    let mut axes: Vec<usize> = axes.copied().filter(|&a| entry.sizes[a] > 1).collect();
    if entry.fortran {
        axes.reverse();
    }
    axes.is_sorted()
}

/// Refuses more values than may be held in memory; what has to be turned is there twice for a while.
fn check_memory(path: &Path, needed: u128, as_stored: bool) -> Result<(), Error> {
    if needed <= u128::from(MAX_BYTES) {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: path.display().to_string(),
        needed: u64::try_from(needed).unwrap_or(u64::MAX),
        cap: MAX_BYTES,
        advice: if as_stored {
            "read fewer items with a limit"
        } else {
            "save it as N × H × W × C in C order, with numpy.ascontiguousarray, or read fewer items with a limit"
        },
    })
}

/// What is wrong with content that goes on.
const MORE: &str = "more bytes follow";

/// Reads on where the last value was read: nothing may follow, and compressed data must end as they should, for
/// only at their end it shows whether they are damaged.
pub(super) fn check_end(source: &mut Source<'_>, entry: &Entry) -> Result<(), Error> {
    if !entry.ends {
        return Ok(());
    }
    let held = source.offset().saturating_sub(entry.start);
    if source.fill(&mut [0])? > 0 {
        Err(wrong_end(source, entry, held, MORE))
    } else if source.is_cut() {
        let complaint = "the compressed data are cut off after them";
        Err(wrong_end(source, entry, held, complaint))
    } else {
        Ok(())
    }
}

fn wrong_end(source: &Source<'_>, entry: &Entry, held: u64, complaint: &str) -> Error {
    Error::malformed(
        source.path(),
        entry.start + held,
        format!("the header promises {}, but {complaint}", entry.promise()),
    )
}

/// Refuses a source that cannot hold `bytes` after the header, before anything is read.
pub(super) fn check_length(source: &Source<'_>, entry: &Entry, bytes: u128) -> Result<(), Error> {
    let held = source.stored_payload(entry.start);
    if let Some(held) = held
        && u128::from(held) < bytes
    {
        return Err(cut(source, entry, held));
    }
    if let Some(most) = source.most_decompressed()
        && most < bytes
    {
        let reason = format!(
            "the header promises {}, but the compressed data are too small to hold them",
            entry.promise()
        );
        return Err(Error::malformed(source.path(), entry.start, reason));
    }
    Ok(())
}

/// The error for content that ends after `held` bytes of values.
pub(super) fn cut(source: &Source<'_>, entry: &Entry, held: u64) -> Error {
    let complaint = format!("the array is cut off after {held} bytes");
    wrong_end(source, entry, held, &complaint)
}

/// Reads `count` values of `width` bytes each and gives them to `take` a part at a time.
fn read_parts(
    source: &mut Source<'_>,
    entry: &Entry,
    count: usize,
    width: usize,
    progress: OnProgress<'_>,
    mut take: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut raw = vec![0; STEP.min(count) * width];
    let mut done = 0;
    while done < count {
        report(progress, "reading values", done, count)?;
        let step = STEP.min(count - done);
        let part = &mut raw[..step * width];
        let got = source.fill(part)?;
        if got < part.len() {
            return Err(cut(source, entry, (done * width + got) as u64));
        }
        take(part)?;
        done += step;
    }
    report(progress, "reading values", count, count)
}

fn read_floats(
    source: &mut Source<'_>,
    entry: &Entry,
    count: usize,
    width: usize,
    convert: impl Fn(&[u8]) -> f32,
    progress: OnProgress<'_>,
) -> Result<Vec<f32>, Error> {
    let path = source.path();
    let mut values: Vec<f32> = Vec::new();
    read_parts(source, entry, count, width, progress, |part| {
        let first = values.len();
        values.extend(part.chunks_exact(width).map(&convert));
        match values[first..].iter().position(|v| !v.is_finite()) {
            None => Ok(()),
            Some(wrong) => {
                let index = first + wrong;
                let at = entry.start + (index * width) as u64;
                let reason = format!("value {index} of {} is not a finite number", entry.name);
                Err(Error::malformed(path, at, reason))
            }
        }
    })?;
    Ok(values)
}

/// Reads whole numbers: as bytes while they fit, else as floats, if `wide` allows so many of them.
fn read_integers(
    source: &mut Source<'_>,
    entry: &Entry,
    count: usize,
    rounded: &mut usize,
    wide: impl Fn() -> Result<(), Error>,
    progress: OnProgress<'_>,
) -> Result<Values, Error> {
    let Ok(value) = entry.value else {
        return Ok(Values::Bytes(Vec::new()));
    };
    let width = value.bytes();
    let mut bytes: Vec<u8> = Vec::new();
    let mut floats: Option<Vec<f32>> = None;
    read_parts(source, entry, count, width, progress, |part| {
        let numbers = part.chunks_exact(width).map(|v| number(value, v));
        if floats.is_none() {
            let start = bytes.len();
            bytes.extend(numbers.clone().map(|v| v as u8));
            let kept = &bytes[start..];
            if kept
                .iter()
                .zip(numbers.clone())
                .all(|(b, v)| f64::from(*b) == v)
            {
                return Ok(());
            }
            wide()?;
            bytes.truncate(start);
            floats = Some(bytes.iter().map(|&b| f32::from(b)).collect());
            bytes = Vec::new();
        }
        if let Some(floats) = &mut floats {
            *rounded += numbers
                .clone()
                .filter(|v| v.abs() > EXACT && f64::from(*v as f32) != *v)
                .count();
            floats.extend(numbers.map(|v| v as f32));
        }
        Ok(())
    })?;
    Ok(floats.map_or(Values::Bytes(bytes), Values::Floats))
}

#[cfg(test)]
mod tests {
    use super::super::layout::layout;
    use super::*;

    fn entry(value: Value, sizes: &[u64], fortran: bool) -> Entry {
        Entry {
            name: "a".into(),
            value: Ok(value),
            sizes: sizes.to_vec(),
            fortran,
            matlab: false,
            start: 0,
            ends: true,
        }
    }

    fn read(entry: &Entry, content: &[u8], limit: Option<usize>) -> Result<Pixels, Error> {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.npy");
        std::fs::write(&path, content).expect("a file");
        let mut source = Source::open(&path)?;
        let layout = layout(entry, &[], false).expect("items");
        read_items(&mut source, entry, &layout, limit, 0, &|_| true).map(|items| items.pixels)
    }

    /// Bytes that stay on disk are not read, yet their end is known.
    #[test]
    fn arrays_on_disk_end_where_their_header_says() {
        let plain = entry(Value::Byte, &[2, 3], false);
        let on_disk = |pixels: Result<Pixels, Error>| matches!(pixels, Ok(Pixels::Stored(_)));
        assert!(on_disk(read(&plain, &[1; 6], None)));
        assert!(on_disk(read(&plain, &[1; 7], Some(1))));
        // One channel, first, changes no order.
        let grey = entry(Value::Byte, &[2, 1, 3, 2], false);
        assert!(on_disk(read(&grey, &[1; 12], None)));
        for (content, part) in [(&[1; 7][..], "more bytes follow"), (&[1; 5], "cut off")] {
            let error = read(&plain, content, None).expect_err(part);
            assert!(error.to_string().contains(part), "{error}");
        }
        // What must be turned or told cannot stay.
        for other in [
            entry(Value::Byte, &[2, 3], true),
            entry(Value::Bool, &[2, 3], false),
        ] {
            assert!(matches!(read(&other, &[1; 6], None), Ok(Pixels::Bytes(_))));
        }
        let colour = entry(Value::Byte, &[2, 3, 2, 2], false);
        assert!(matches!(
            read(&colour, &[1; 24], None),
            Ok(Pixels::Bytes(_))
        ));
    }

    #[test]
    fn whole_numbers_are_bytes_while_they_fit() {
        let ints = |values: &[i32]| -> Pixels {
            let entry = entry(
                Value::integer(4, true, false),
                &[values.len() as u64, 1],
                false,
            );
            let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
            read(&entry, &raw, None).expect("numbers")
        };
        assert_eq!(ints(&[0, 255, 7]), Pixels::Bytes(vec![0, 255, 7]));
        assert_eq!(ints(&[0, 256]), Pixels::Floats(vec![0.0, 256.0]));
        assert_eq!(ints(&[3, -1]), Pixels::Floats(vec![3.0, -1.0]));
        // The one that does not fit comes after the first part.
        let mut many = vec![9; STEP + 5];
        many[STEP + 2] = 1000;
        let Pixels::Floats(floats) = ints(&many) else {
            panic!("1000 is no byte");
        };
        assert_eq!(
            (floats.len(), floats[0], floats[STEP + 2]),
            (STEP + 5, 9.0, 1000.0)
        );
    }
}
