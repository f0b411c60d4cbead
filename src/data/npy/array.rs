//! The values of a `.npy` array, as pixels or labels.

use std::path::Path;

use crate::data::dataset::{ImageShape, Pixels};
use crate::data::error::{Error, OnProgress, report};
use crate::data::idx::MAX_BYTES;
use crate::data::source::Source;
use crate::data::stored::StoredPixels;

use super::header::{Header, Value};

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
    if !matches!(header.value, Value::Byte | Value::Float { .. }) {
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
    let bytes = u128::from(count) * (shape.dim() * header.value.bytes()) as u128;
    check_length(source, header, bytes)?;
    if header.value == Value::Byte
        && bytes > u128::from(resident)
        && source.stored_payload(header.length).is_some()
    {
        let stored = StoredPixels::open(path, header.length, bytes as u64)
            .map_err(|e| Error::io(path, header.length, &e))?;
        return Ok(Items {
            shape,
            total,
            pixels: Pixels::Stored(stored),
        });
    }
    let values = u128::from(count) * shape.dim() as u128;
    let held = match header.value {
        Value::Byte => 1,
        _ => 4,
    };
    if values * held > u128::from(MAX_BYTES) {
        return Err(Error::TooLarge {
            what: path.display().to_string(),
            needed: u64::try_from(values * held).unwrap_or(u64::MAX),
            cap: MAX_BYTES,
            advice: "read fewer items with a limit",
        });
    }
    let values = values as usize;
    let pixels = match header.value {
        Value::Float { bytes, big } => {
            Pixels::Floats(read_floats(source, header, values, bytes, big, progress)?)
        }
        Value::Byte | Value::Integer { .. } => {
            let bytes = source.read_vec(values, "reading values", progress)?;
            if bytes.len() < values {
                return Err(cut(source, header, bytes.len() as u64));
            }
            Pixels::Bytes(bytes)
        }
    };
    Ok(Items {
        shape,
        total,
        pixels,
    })
}

/// Refuses a source that cannot hold `bytes` after the header, before anything is read.
fn check_length(source: &Source<'_>, header: &Header, bytes: u128) -> Result<(), Error> {
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
            "the header promises {} values, but the compressed data are too small to hold them",
            header.sizes_text()
        );
        return Err(Error::malformed(source.path(), header.length, reason));
    }
    Ok(())
}

fn cut(source: &Source<'_>, header: &Header, held: u64) -> Error {
    Error::malformed(
        source.path(),
        header.length + held,
        format!(
            "the header promises {} values of {} bytes, but the array is cut off after {held} bytes",
            header.sizes_text(),
            header.value.bytes()
        ),
    )
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

/// A float of four or eight bytes.
fn float(bytes: &[u8], big: bool) -> f32 {
    match (<[u8; 4]>::try_from(bytes), <[u8; 8]>::try_from(bytes)) {
        (Ok(four), _) if big => f32::from_be_bytes(four),
        (Ok(four), _) => f32::from_le_bytes(four),
        (_, Ok(eight)) if big => f64::from_be_bytes(eight) as f32,
        (_, Ok(eight)) => f64::from_le_bytes(eight) as f32,
        _ => f32::NAN,
    }
}

/// Reads the first `count` labels: integers 0 to 255 (or floats that are), N or N × 1 of them, where N is `total`.
pub(super) fn read_labels(
    source: &mut Source<'_>,
    total: u64,
    count: usize,
    progress: OnProgress<'_>,
) -> Result<Vec<u8>, Error> {
    let header = Header::read(source)?;
    let path = source.path();
    if !are_labels(&header) || header.sizes[0] != total {
        return Err(Error::malformed(
            path,
            10,
            format!(
                "its sizes ({}) are not those of one label for each of {total} items",
                header.sizes_text()
            ),
        ));
    }
    let width = header.value.bytes();
    check_length(source, &header, count as u128 * width as u128)?;
    let raw = source.read_vec(count.saturating_mul(width), "reading labels", progress)?;
    if raw.len() < count * width {
        return Err(cut(source, &header, raw.len() as u64));
    }
    let labels = raw.chunks_exact(width).enumerate().map(|(item, bytes)| {
        class(header.value, bytes).ok_or_else(|| {
            Error::malformed(
                path,
                header.length + (item * width) as u64,
                format!("label {item} is not a class from 0 to 255"),
            )
        })
    });
    labels.collect()
}

/// Whether an array has the sizes and the type of labels.
pub(super) fn are_labels(header: &Header) -> bool {
    let sized = matches!(header.sizes[..], [_] | [_, 1]);
    sized && matches!(header.value, Value::Byte | Value::Integer { .. })
}

/// A label as a class.
fn class(value: Value, bytes: &[u8]) -> Option<u8> {
    let Value::Integer { signed, big, .. } = value else {
        return bytes.first().copied();
    };
    // The low byte is the class; the others must be zero, which also rules out what is negative.
    let (low, high) = if big {
        bytes.split_last()?
    } else {
        bytes.split_first()?
    };
    let small = bytes.len() > 1 || !signed || *low < 128;
    (small && high.iter().all(|&b| b == 0)).then_some(*low)
}
