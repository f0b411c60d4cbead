//! The items of a `.npy` array, as pixels.

use std::path::Path;

use crate::data::dataset::{ImageShape, Pixels};
use crate::data::error::{Error, OnProgress, report};
use crate::data::idx::MAX_BYTES;
use crate::data::source::Source;
use crate::data::stored::StoredPixels;

use super::header::{Header, Value};
use super::order::c_order;
use super::values::float;

/// Values converted at a time.
const STEP: usize = 1 << 18;

/// The items of an array: their shape, how many it holds, and the first of them.
pub(super) struct Items {
    pub(super) shape: ImageShape,
    pub(super) total: u64,
    pub(super) pixels: Pixels,
}

/// The shape of one item of an array: N × d, N × H × W, or N × H × W × C with one or three channels.
pub(super) fn item_shape(path: &Path, header: &Header) -> Result<ImageShape, Error> {
    let bad = |reason: String| Error::malformed(path, 10, reason);
    if matches!(header.value, Value::Integer { .. }) {
        return Err(bad(
            "its values are integers other than unsigned bytes; save it as uint8 or float32".into(),
        ));
    }
    let [height, width, channels] = match header.sizes[..] {
        [_, d] => [1, d, 1],
        [_, h, w] => [h, w, 1],
        [_, h, w, c @ (1 | 3)] => [h, w, c],
        _ => {
            return Err(bad(format!(
                "its sizes are ({}); items are N × d, N × H × W or N × H × W × C with one or three channels, last",
                header.sizes_text()
            )));
        }
    };
    let item = [width, channels, header.value.bytes() as u64]
        .iter()
        .try_fold(height, |product, &size| product.checked_mul(size));
    match item {
        Some(bytes) if bytes <= MAX_BYTES => {}
        _ => {
            return Err(Error::TooLarge {
                what: format!("one item of {} ({})", path.display(), header.sizes_text()),
                needed: item.unwrap_or(u64::MAX),
                cap: MAX_BYTES,
                advice: "the header is probably damaged",
            });
        }
    }
    if header.sizes.contains(&0) {
        return Err(bad(format!("it holds no values ({})", header.sizes_text())));
    }
    Ok(ImageShape {
        height: height as usize,
        width: width as usize,
        channels: channels as usize,
    })
}

/// Reads the first `limit` items after the header. Bytes of a plain file beyond `resident` stay there.
///
/// Where all values are read the content must end where the header says, undamaged. With a limit nothing behind the
/// last item asked for is read, so a checksum, which stands at the end, is not compared.
pub(super) fn read_items(
    source: &mut Source<'_>,
    header: &Header,
    limit: Option<usize>,
    resident: u64,
    progress: OnProgress<'_>,
) -> Result<Items, Error> {
    let path = source.path();
    let shape = item_shape(path, header)?;
    let total = header.sizes[0];
    let count = limit.map_or(total, |l| total.min(l as u64));
    // In Fortran order no item is whole before the last value.
    let read = if header.fortran { total } else { count };
    let bytes = u128::from(read) * (shape.dim() * header.value.bytes()) as u128;
    check_length(source, header, bytes)?;
    if header.value == Value::Byte
        && !header.fortran
        && bytes > u128::from(resident)
        && let Some(held) = source.stored_payload(header.length)
    {
        if read == total && u128::from(held) > bytes {
            return Err(wrong_end(source, header, bytes as u64, MORE));
        }
        let stored = StoredPixels::open(path, header.length, bytes as u64)
            .map_err(|e| Error::io(path, header.length, &e))?;
        return Ok(Items {
            shape,
            total,
            pixels: Pixels::Stored(stored),
        });
    }
    let values = u128::from(read) * shape.dim() as u128;
    check_memory(source, header, values)?;
    let values = values as usize;
    let pixels = match header.value {
        Value::Float { bytes, big } => {
            let floats = read_floats(source, header, values, bytes, big, progress)?;
            Pixels::Floats(arranged(floats, header, count))
        }
        Value::Byte | Value::Bool | Value::Integer { .. } => {
            let mut bytes = source.read_vec(values, "reading values", progress)?;
            if bytes.len() < values {
                return Err(cut(source, header, bytes.len() as u64));
            }
            if header.value == Value::Bool {
                // Black and white, so that x is 0 or 1.
                for byte in &mut bytes {
                    *byte = if *byte == 0 { 0 } else { 255 };
                }
            }
            Pixels::Bytes(arranged(bytes, header, count))
        }
    };
    if read == total {
        check_end(source, header)?;
    }
    Ok(Items {
        shape,
        total,
        pixels,
    })
}

/// The first `count` items in C order.
fn arranged<T: Copy + Default>(values: Vec<T>, header: &Header, count: u64) -> Vec<T> {
    if !header.fortran {
        return values;
    }
    let sizes: Vec<usize> = header.sizes.iter().map(|&s| s as usize).collect();
    c_order(&values, sizes[0], &sizes[1..], count as usize)
}

/// Refuses more values than may be held in memory; what has to be turned is there twice for a while.
fn check_memory(source: &Source<'_>, header: &Header, values: u128) -> Result<(), Error> {
    let held = match header.value {
        Value::Byte | Value::Bool => 1,
        _ => 4,
    };
    let (copies, advice) = if header.fortran {
        (2, "save it in C order with numpy.ascontiguousarray")
    } else {
        (1, "read fewer items with a limit")
    };
    let needed = values.saturating_mul(held * copies);
    if needed <= u128::from(MAX_BYTES) {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: source.path().display().to_string(),
        needed: u64::try_from(needed).unwrap_or(u64::MAX),
        cap: MAX_BYTES,
        advice,
    })
}

/// What is wrong with content that goes on.
const MORE: &str = "more bytes follow";

/// Reads on where the last value was read: nothing may follow, and compressed data must end as they should, for
/// only at their end it shows whether they are damaged.
pub(super) fn check_end(source: &mut Source<'_>, header: &Header) -> Result<(), Error> {
    let held = source.offset().saturating_sub(header.length);
    if source.fill(&mut [0])? > 0 {
        Err(wrong_end(source, header, held, MORE))
    } else if source.is_cut() {
        let complaint = "the compressed data are cut off after them";
        Err(wrong_end(source, header, held, complaint))
    } else {
        Ok(())
    }
}

fn wrong_end(source: &Source<'_>, header: &Header, held: u64, complaint: &str) -> Error {
    Error::malformed(
        source.path(),
        header.length + held,
        format!("the header promises {}, but {complaint}", header.promise()),
    )
}

/// Refuses a source that cannot hold `bytes` after the header, before anything is read.
pub(super) fn check_length(source: &Source<'_>, header: &Header, bytes: u128) -> Result<(), Error> {
    let held = source.stored_payload(header.length);
    if let Some(held) = held
        && u128::from(held) < bytes
    {
        return Err(cut(source, header, held));
    }
    if let Some(most) = source.most_decompressed()
        && most < bytes
    {
        let reason = format!(
            "the header promises {}, but the compressed data are too small to hold them",
            header.promise()
        );
        return Err(Error::malformed(source.path(), header.length, reason));
    }
    Ok(())
}

/// The error for content that ends after `held` bytes of values.
pub(super) fn cut(source: &Source<'_>, header: &Header, held: u64) -> Error {
    let complaint = format!("the array is cut off after {held} bytes");
    wrong_end(source, header, held, &complaint)
}

fn read_floats(
    source: &mut Source<'_>,
    header: &Header,
    count: usize,
    width: usize,
    big: bool,
    progress: OnProgress<'_>,
) -> Result<Vec<f32>, Error> {
    let mut values: Vec<f32> = Vec::new();
    let mut raw = vec![0; STEP.min(count) * width];
    while values.len() < count {
        report(progress, "reading values", values.len(), count)?;
        let part = &mut raw[..STEP.min(count - values.len()) * width];
        let got = source.fill(part)?;
        if got < part.len() {
            return Err(cut(source, header, (values.len() * width + got) as u64));
        }
        let first = values.len();
        let converted = part.chunks_exact(width).map(|v| float(v, big));
        values.extend(converted);
        if let Some(wrong) = values[first..].iter().position(|v| !v.is_finite()) {
            let index = first + wrong;
            return Err(Error::malformed(
                source.path(),
                header.length + (index * width) as u64,
                format!("value {index} is not a finite number"),
            ));
        }
    }
    report(progress, "reading values", count, count)?;
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that stay on disk are not read, yet their end is known.
    #[test]
    fn arrays_on_disk_end_where_their_header_says() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.npy");
        let header = Header {
            value: Value::Byte,
            sizes: vec![2, 3],
            fortran: false,
            length: 0,
        };
        let read = |header: &Header, content: &[u8], limit| {
            std::fs::write(&path, content).expect("a file");
            let mut source = Source::open(&path).expect("a source");
            read_items(&mut source, header, limit, 0, &|_| true).map(|items| items.pixels)
        };
        let on_disk = |pixels: Result<Pixels, Error>| matches!(pixels, Ok(Pixels::Stored(_)));
        assert!(on_disk(read(&header, &[1; 6], None)));
        assert!(on_disk(read(&header, &[1; 7], Some(1))));
        for (content, part) in [(&[1; 7][..], "more bytes follow"), (&[1; 5], "cut off")] {
            let error = read(&header, content, None).expect_err(part);
            assert!(error.to_string().contains(part), "{error}");
        }
        // What must be turned or widened cannot stay.
        for (value, fortran) in [(Value::Byte, true), (Value::Bool, false)] {
            let other = Header {
                value,
                fortran,
                ..header.clone()
            };
            assert!(matches!(read(&other, &[1; 6], None), Ok(Pixels::Bytes(_))));
        }
    }
}
