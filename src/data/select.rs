//! What a request leaves of a data set that was read whole: some classes, the first items, turned or of another size or
//! colour.

use crate::config::{Crop, DataConfig, ImageOptions};

use super::dataset::{Dataset, Pixels};
use super::error::{Error, OnProgress, report};
use super::fit::{Fit, channels, item_shape, own_side};
use super::limits::MAX_BYTES;
use super::transpose::transpose;

/// Items brought to size between two progress reports.
const BLOCK: usize = 512;

/// The classes of these names or numbers, as a table by class; `None` if none were asked for.
///
/// # Errors
/// [`Error::Choice`] for a name that no class has.
pub(super) fn wanted(
    name: &str,
    asked: &[String],
    classes: &[String],
    labels: Option<&[u8]>,
) -> Result<Option<[bool; 256]>, Error> {
    if asked.is_empty() {
        return Ok(None);
    }
    let fail = |reason: String| Error::Choice {
        name: name.into(),
        reason,
    };
    let Some(labels) = labels else {
        return Err(fail(
            "it has no labels, so no classes can be chosen from it".into(),
        ));
    };
    let mut table = [false; 256];
    for text in asked {
        let text = text.trim();
        let by_name = classes.iter().position(|c| c.eq_ignore_ascii_case(text));
        let number = by_name.or_else(|| text.parse().ok());
        let known = |class: &usize| *class < 256 && (*class < classes.len() || classes.is_empty());
        let Some(class) = number.filter(known) else {
            let some: Vec<&str> = classes.iter().take(12).map(String::as_str).collect();
            return Err(fail(match some[..] {
                [] => format!("'{text}' is not the number of a class"),
                _ => format!("it has no class '{text}'; there are: {}", some.join(", ")),
            }));
        };
        table[class] = true;
    }
    if labels.iter().any(|&l| table[usize::from(l)]) {
        Ok(Some(table))
    } else {
        Err(fail(format!(
            "it holds no item of class {}",
            asked.join(", ")
        )))
    }
}

/// Applies the classes, the limit, the transposition and the picture options of `config` to data that were read whole.
///
/// # Errors
/// [`Error::Choice`] for options that do not fit the data; [`Error::TooLarge`]; [`Error::Cancelled`]; the error of a
/// file that can no longer be read.
pub(super) fn apply(
    mut data: Dataset,
    config: &DataConfig,
    progress: OnProgress<'_>,
) -> Result<Dataset, Error> {
    let wanted = wanted(
        &data.name,
        &config.classes,
        &data.classes,
        data.labels.as_deref(),
    )?;
    let limit = config.limit.unwrap_or(usize::MAX);
    if let Some(table) = wanted {
        let labels = data.labels.take().unwrap_or_default();
        let keep: Vec<usize> = (0..labels.len())
            .filter(|&i| table[usize::from(labels[i])])
            .take(limit)
            .collect();
        take(&mut data, &keep)?;
        data.labels = Some(keep.iter().map(|&i| labels[i]).collect());
    } else if limit < data.len() {
        let keep: Vec<usize> = (0..limit).collect();
        take(&mut data, &keep)?;
        if let Some(labels) = &mut data.labels {
            labels.truncate(limit);
        }
    }
    // A table was turned as it was read.
    if config.transpose && !data.table {
        data = transpose(data, progress)?;
    }
    if config.image.is_default() {
        return Ok(data);
    }
    resize(data, &config.image, progress)
}

/// Leaves the items `keep` (ascending).
fn take(data: &mut Dataset, keep: &[usize]) -> Result<(), Error> {
    let d = data.dim();
    match &mut data.pixels {
        Pixels::Bytes(bytes) => compact(bytes, d, keep),
        Pixels::Floats(floats) => compact(floats, d, keep),
        Pixels::Stored(_) => {
            let needed = keep.len() as u64 * d as u64;
            if needed > MAX_BYTES {
                return Err(too_large(&data.name, needed));
            }
            let mut bytes = Vec::with_capacity(needed as usize);
            let mut scratch = Vec::new();
            for &i in keep {
                let row = data.pixels.bytes(i * d..(i + 1) * d, &mut scratch);
                bytes.extend_from_slice(row.ok_or_else(|| unreadable(data))?);
            }
            data.pixels = Pixels::Bytes(bytes);
        }
    }
    Ok(())
}

fn compact<T: Copy>(values: &mut Vec<T>, d: usize, keep: &[usize]) {
    for (to, &from) in keep.iter().enumerate() {
        values.copy_within(from * d..(from + 1) * d, to * d);
    }
    values.truncate(keep.len() * d);
    values.shrink_to_fit();
}

fn too_large(name: &str, needed: u64) -> Error {
    Error::TooLarge {
        what: name.into(),
        needed,
        cap: MAX_BYTES,
        advice: "ask for fewer items or a smaller side",
    }
}

fn unreadable(data: &Dataset) -> Error {
    Error::Choice {
        name: data.name.clone(),
        reason: data
            .pixels
            .failure()
            .unwrap_or("its file can no longer be read")
            .to_owned(),
    }
}

/// Brings every item to the size and colour asked for.
fn resize(
    data: Dataset,
    options: &ImageOptions,
    progress: OnProgress<'_>,
) -> Result<Dataset, Error> {
    let from = data.shape;
    if !from.is_image() {
        return Err(Error::Choice {
            name: data.name.clone(),
            reason: "its items are vectors, so a side, a crop or a colour does not apply".into(),
        });
    }
    // Arrays are not cropped unless that is asked for.
    let crop = match options.crop {
        Crop::Auto => Crop::Whole,
        chosen => chosen,
    };
    let side = options.side.unwrap_or_else(|| own_side(from, crop));
    let to = item_shape(from, crop, side, channels(options, from.channels));
    if to == from && crop == Crop::Whole {
        return Ok(data);
    }
    let (n, d) = (data.len(), data.dim());
    // Between few levels there is no room for the shades that resampling makes.
    let shades = data.scaling().divisor >= 255.0;
    let width = if data.pixels.are_bytes() && shades {
        1
    } else {
        4
    };
    let needed = n as u64 * to.dim() as u64 * width;
    if needed > MAX_BYTES {
        return Err(too_large(&data.name, needed));
    }
    let fit = Fit::new(from, crop, to);
    let mut bytes = Vec::new();
    let mut floats = Vec::new();
    let mut scratch = Vec::new();
    let mut row_as_floats = Vec::new();
    for item in 0..n {
        if item % BLOCK == 0 {
            report(progress, "resizing", item, n)?;
        }
        let range = item * d..(item + 1) * d;
        match &data.pixels {
            Pixels::Floats(values) => fit.floats(&values[range], &mut floats),
            pixels => {
                let row = pixels.bytes(range, &mut scratch);
                let row = row.ok_or_else(|| unreadable(&data))?;
                if width == 1 {
                    fit.bytes(row, &mut bytes);
                } else {
                    row_as_floats.clear();
                    row_as_floats.extend(row.iter().map(|&v| f32::from(v)));
                    fit.floats(&row_as_floats, &mut floats);
                }
            }
        }
    }
    report(progress, "resizing", n, n)?;
    Ok(Dataset {
        shape: to,
        pixels: if width == 1 {
            Pixels::Bytes(bytes)
        } else {
            Pixels::Floats(floats)
        },
        ..data
    })
}
