//! How the sizes of an array become items: which of them counts items, rows, columns and channels.

use crate::data::dataset::ImageShape;
use crate::data::limits::MAX_BYTES;

use super::entry::Entry;

/// Wider than this times the height, or the other way round, nobody stores a picture.
const MAX_ASPECT: u64 = 8;
/// Columns of fewer values are no pictures.
const LEAST_PIXELS: u64 = 64;
/// Sides of the pictures that are usual in data sets.
const USUAL_SIDES: [u64; 11] = [8, 16, 28, 32, 48, 64, 84, 96, 128, 224, 256];

/// Items, rows, columns and channels of an array.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// The shape of an item.
    pub(super) shape: ImageShape,
    /// How many there are.
    pub(super) total: u64,
    /// Which size counts items, rows, columns and channels; `None` where there is none.
    pub(super) axes: [Option<usize>; 4],
    /// What was decided of the order where that is not the usual one: `N × C × H × W`.
    pub(super) unusual: Option<&'static str>,
}

impl Layout {
    /// Whether the items look like pictures rather than like vectors or a stack of small matrices.
    pub(super) fn is_picture(&self) -> bool {
        let (h, w) = (self.shape.height as u64, self.shape.width as u64);
        h >= 4 && w >= 4 && has_shape_of_picture(h, w)
    }
}

/// What an array of these sizes holds; the error says what it is instead. `labels` says how many labels stand beside it,
/// and `swapped` takes the columns of a matrix for items where its rows would be, or the other way round.
pub(super) fn layout(entry: &Entry, labels: &[u64], swapped: bool) -> Result<Layout, String> {
    let sizes = &entry.sizes[..];
    if sizes.contains(&0) {
        return Err("it holds no values".into());
    }
    let (axes, unusual) = axes(entry, labels, swapped)?;
    let size = |axis: Option<usize>| axis.map_or(1, |a| sizes[a]);
    let [total, height, width, channels] = axes.map(size);
    let width_of_value = entry.value.as_ref().map_or(1, |v| v.bytes() as u64);
    let item = [width, channels, width_of_value.max(4)]
        .iter()
        .try_fold(height, |product, &size| product.checked_mul(size));
    if item.is_none_or(|bytes| bytes > MAX_BYTES) {
        return Err(format!(
            "one item of it needs more than the {MAX_BYTES} bytes that this version allows"
        ));
    }
    Ok(Layout {
        shape: ImageShape {
            height: height as usize,
            width: width as usize,
            channels: channels as usize,
        },
        total,
        axes,
        unusual,
    })
}

type Axes = ([Option<usize>; 4], Option<&'static str>);

fn axes(entry: &Entry, labels: &[u64], swapped: bool) -> Result<Axes, String> {
    let sizes = &entry.sizes[..];
    if swapped && sizes.len() != 2 {
        return Err("it is no matrix, so its rows and columns cannot change places".into());
    }
    match *sizes {
        [] => Err("it is a single value".into()),
        [_] => Err("it is a list of single values, such as labels".into()),
        [rows, columns] => {
            let last = entry.matlab && columns_are_items(entry, rows, columns, labels);
            Ok(if last == swapped {
                (
                    [Some(0), None, Some(1), None],
                    entry.matlab.then_some("one item in each row"),
                )
            } else {
                (
                    [Some(1), None, Some(0), None],
                    Some("one item in each column"),
                )
            })
        }
        [a, b, c] => {
            let last = if entry.matlab {
                last_counts_items([a, b, c], labels)
            } else {
                has_shape_of_picture(a, b) && !has_shape_of_picture(b, c) && c > a && c > b
            };
            Ok(if last {
                ([Some(2), Some(0), Some(1), None], Some("H × W × N"))
            } else {
                (
                    [Some(0), Some(1), Some(2), None],
                    entry.matlab.then_some("N × H × W"),
                )
            })
        }
        [a, b, c, d] => {
            let first = (colour(d), ([0, 1, 2, 3], None));
            let channels = (colour(b), ([0, 2, 3, 1], Some("N × C × H × W")));
            let matlab = (
                colour(c) && has_shape_of_picture(a, b),
                ([3, 0, 1, 2], Some("H × W × C × N")),
            );
            let mut ways = if entry.matlab {
                [matlab, first, channels]
            } else {
                [first, channels, matlab]
            }
            .into_iter();
            let found = ways.find(|(fits, _)| *fits);
            let (axes, unusual) = found.map(|(_, way)| way).ok_or_else(|| four(sizes))?;
            Ok((axes.map(Some), unusual))
        }
        [_, t, .., h, w, 1 | 3] => Err(format!(
            "it is films or volumes of {t} frames or slices of {h} × {w}; take the frames as items: \
             a.reshape(-1, {h}, {w}, {})",
            sizes.last().unwrap_or(&1)
        )),
        [.., h, w] => Err(format!(
            "it has {} sizes; items are vectors or pictures: a.reshape(-1, {h}, {w})",
            sizes.len()
        )),
    }
}

fn colour(channels: u64) -> bool {
    matches!(channels, 1 | 3)
}

fn has_shape_of_picture(height: u64, width: u64) -> bool {
    let (less, more) = (height.min(width), height.max(width));
    less.checked_mul(MAX_ASPECT).is_none_or(|most| more <= most)
}

/// What an array of four sizes is that is no pictures of one or three channels.
fn four(sizes: &[u64]) -> String {
    match *sizes {
        [_, h, w, 4] if h > 1 && w > 1 => {
            "it is pictures with transparency (RGBA); leave that out: a[..., :3]".into()
        }
        [_, 4, h, w] if h > 4 && w > 4 => {
            "it is pictures with transparency (RGBA, channels first); leave that out: a[:, :3]"
                .into()
        }
        [_, h, w, 2] => format!(
            "it is pictures of 2 channels; take one of them, a[..., 0], or both as a vector, a.reshape(-1, {})",
            2_u64.saturating_mul(h).saturating_mul(w)
        ),
        [_, a, b, c] if a == b && b == c => format!(
            "it is volumes of {a} × {b} × {c}; take the slices as items: a.reshape(-1, {b}, {c})"
        ),
        [_, t, h, w] => format!(
            "it is films or volumes of {t} frames or slices of {h} × {w} (pictures have one or three channels); take \
             the frames as items: a.reshape(-1, {h}, {w})"
        ),
        _ => "it is no pictures".into(),
    }
}

/// Whether in a MATLAB array of three sizes the last one counts the items.
fn last_counts_items([a, b, c]: [u64; 3], labels: &[u64]) -> bool {
    match (labels.contains(&a), labels.contains(&c)) {
        (true, false) => false,
        (false, true) => true,
        _ if a == b && b != c => true,
        _ if b == c && a != b => false,
        _ => c >= a,
    }
}

/// Whether the items of a MATLAB matrix are its columns: as many as labels, or of as many pixels as pictures have.
fn columns_are_items(entry: &Entry, rows: u64, columns: u64, labels: &[u64]) -> bool {
    match (labels.contains(&rows), labels.contains(&columns)) {
        (true, false) => return false,
        (false, true) => return true,
        _ => {}
    }
    let bytes = entry.value.as_ref().is_ok_and(|v| v.bytes() == 1);
    if !bytes {
        // Observations are rows in MATLAB's own functions.
        return false;
    }
    let square = |pixels: u64| {
        let side = pixels.isqrt();
        (side * side == pixels && side >= 8).then_some(side)
    };
    let side = |pixels: u64| {
        square(pixels).or_else(|| square(pixels / 3).filter(|_| pixels.is_multiple_of(3)))
    };
    let usual = |pixels: u64| side(pixels).is_some_and(|s| USUAL_SIDES.contains(&s));
    match (usual(rows), usual(columns)) {
        (true, false) => true,
        (false, true) => false,
        _ => match (side(rows).is_some(), side(columns).is_some()) {
            (true, false) => true,
            (false, true) => false,
            // Pictures of other sides: more of them than they have pixels.
            _ => rows >= LEAST_PIXELS && rows < columns,
        },
    }
}
