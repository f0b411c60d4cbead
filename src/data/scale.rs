//! The scale of stored values: decided in one place for every source, by the values and not by how they are stored.
//!
//! Bytes may hold 0 and 1, floats may hold grey levels: the storage says nothing. What the values say is weighed here
//! against whether the items are pictures, and the decision is put in words, so that nobody has to guess it.

use rayon::prelude::*;
use serde::Serialize;

use crate::config::Scale;
use crate::text::significant;

use super::dataset::{Dataset, Pixels};
use super::error::{Error, OnProgress, report};

/// Pictures of fewer whole levels than this have exactly the levels that were seen, e.g. 0 to 16.
const FEW: f64 = 31.0;
/// The largest grey level at 8, 10, 12, 14 and 16 bits.
const DEPTHS: [f64; 5] = [255.0, 1023.0, 4095.0, 16383.0, 65535.0];
/// Long vectors are flattened pictures if their largest value is between this and 255.
const BRIGHT: f64 = 200.0;
/// Vectors shorter than this are no flattened pictures.
const LONG: usize = 64;
/// Bytes of pixels on disk that are looked at to decide.
const LOOKED_AT: usize = 64 << 20;
/// Digits of values in sentences.
const DIGITS: usize = 5;
/// Values looked at by one thread at a time.
const PART: usize = 1 << 16;

/// How a stored value v becomes a number on the model's scale: w = (v − `offset`)/`divisor`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scaling {
    /// Taken off every value.
    pub offset: f64,
    /// What the rest is divided by.
    pub divisor: f64,
    /// Least and largest stored value.
    pub range: [f64; 2],
    /// How many whole levels 0, 1, … the values have, where they are levels: 256 for grey of one byte. Dequantisation
    /// fills the steps between them.
    pub levels: Option<u32>,
    /// The decision in words: `grey levels 0 to 255, divided by 255`.
    pub reason: String,
    /// Whether it was asked for rather than decided here.
    pub asked: bool,
    /// Whether the decision could not be otherwise, so that nobody needs to be told.
    #[serde(skip)]
    pub obvious: bool,
}

impl Scaling {
    /// Grey levels of one byte, as files of pictures have them.
    pub fn grey() -> Self {
        Self {
            offset: 0.0,
            divisor: 255.0,
            range: [0.0, 255.0],
            levels: Some(256),
            reason: "grey levels 0 to 255, divided by 255".into(),
            asked: false,
            obvious: true,
        }
    }

    /// Values from `range` as they are.
    pub fn none(range: [f64; 2]) -> Self {
        Self {
            offset: 0.0,
            divisor: 1.0,
            range,
            levels: None,
            reason: format!(
                "values from {} to {}, as they are",
                significant(range[0], DIGITS),
                significant(range[1], DIGITS)
            ),
            asked: false,
            obvious: true,
        }
    }

    /// Least and largest value on the model's scale.
    pub fn scaled_range(&self) -> [f64; 2] {
        self.range.map(|v| (v - self.offset) / self.divisor)
    }

    /// The numbers on the model's scale that are shown black and white: 0 and 1 where all values lie between them,
    /// else the ends of their range.
    pub fn black_and_white(&self) -> [f64; 2] {
        let [low, high] = self.scaled_range();
        if low >= 0.0 && high <= 1.0 || high <= low {
            [0.0, 1.0]
        } else if low >= -1.0 && high <= 1.0 {
            [-1.0, 1.0]
        } else {
            [low, high]
        }
    }
}

/// Who says how deep the grey levels are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// The format: a file of pictures has levels from 0 to 255 however dark they are.
    EightBits,
    /// The format, as far as its largest level tells: it has 16 bits, of which not all are used by every camera.
    SixteenBits { most: u16 },
    /// Nobody but the values.
    Unknown,
}

/// What was seen of the values.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Seen {
    low: f64,
    high: f64,
    /// All are whole numbers.
    whole: bool,
}

impl Seen {
    const NOTHING: Self = Self {
        low: f64::INFINITY,
        high: f64::NEG_INFINITY,
        whole: true,
    };

    fn with(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            whole: self.whole && other.whole,
        }
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        let (low, high) = bytes
            .iter()
            .fold((u8::MAX, 0), |(low, high), &v| (low.min(v), high.max(v)));
        if bytes.is_empty() {
            return Self::NOTHING;
        }
        Self {
            low: low.into(),
            high: high.into(),
            whole: true,
        }
    }

    fn of_floats(floats: &[f32]) -> Self {
        floats.iter().fold(Self::NOTHING, |seen, &v| {
            seen.with(Self {
                low: v.into(),
                high: v.into(),
                whole: v.fract() == 0.0,
            })
        })
    }
}

/// Decides the scale of `data`, or takes the one that is asked for, and notes it in [`Dataset::scaling`].
///
/// # Errors
/// [`Error::Cancelled`]; [`Error::Choice`] if pixels on disk can no longer be read.
pub(super) fn decide(
    data: &mut Dataset,
    asked: Scale,
    depth: Depth,
    progress: OnProgress<'_>,
) -> Result<(), Error> {
    let seen = look(data, asked == Scale::MinMax, progress)?;
    let scaling = match asked {
        Scale::Auto => by_values(data, seen, depth),
        Scale::None => Scaling {
            levels: levels(seen, 1.0),
            ..Scaling::none([seen.low, seen.high])
        },
        Scale::Divide(divisor) => Scaling {
            divisor,
            levels: levels(seen, divisor),
            reason: format!("{}, divided by {divisor}", range(seen)),
            ..Scaling::none([seen.low, seen.high])
        },
        Scale::MinMax => {
            let span = seen.high - seen.low;
            Scaling {
                offset: seen.low,
                divisor: if span > 0.0 { span } else { 1.0 },
                reason: format!("{}, brought to 0 to 1", range(seen)),
                ..Scaling::none([seen.low, seen.high])
            }
        }
    };
    data.scaling = Some(Scaling {
        asked: asked != Scale::Auto,
        ..scaling
    });
    Ok(())
}

/// `values from 0 to 254.6`.
fn range(seen: Seen) -> String {
    let what = if seen.whole {
        "whole numbers"
    } else {
        "values"
    };
    if seen.high > seen.low {
        format!(
            "{what} from {} to {}",
            significant(seen.low, DIGITS),
            significant(seen.high, DIGITS)
        )
    } else {
        format!("every value is {}", significant(seen.low, DIGITS))
    }
}

/// The whole levels of values that are divided by `divisor`, where they are levels from 0 to that.
fn levels(seen: Seen, divisor: f64) -> Option<u32> {
    let levels = seen.whole && seen.low >= 0.0 && seen.high <= divisor;
    (levels && divisor > 1.0 && divisor.fract() == 0.0 && divisor < 65_536.0)
        .then(|| divisor as u32 + 1)
}

/// The scale that the values call for.
fn by_values(data: &Dataset, seen: Seen, depth: Depth) -> Scaling {
    let Seen { low, high, whole } = seen;
    let none = |obvious: bool| Scaling {
        reason: format!("{}, as they are", range(seen)),
        obvious,
        ..Scaling::none([low, high])
    };
    let grey = |divisor: f64, obvious: bool| Scaling {
        divisor,
        levels: levels(seen, divisor),
        reason: match levels(seen, divisor) {
            Some(_) => format!("grey levels 0 to {divisor}, divided by {divisor}"),
            None => format!("{}, divided by {divisor}", range(seen)),
        },
        obvious,
        ..Scaling::none([low, high])
    };
    let bytes = data.pixels.are_bytes();
    if low.is_nan() || high <= low && high <= 1.0 {
        return none(true);
    }
    if low >= 0.0 && high <= 1.0 {
        let reason = if whole {
            "black and white as 0 and 1, as they are".into()
        } else {
            none(true).reason
        };
        return Scaling {
            reason,
            ..none(!bytes)
        };
    }
    match depth {
        Depth::EightBits => return grey(255.0, true),
        // Pictures made smaller no longer show how bright they were.
        Depth::SixteenBits { most } if whole && f64::from(most) > FEW => {
            let white = DEPTHS.into_iter().find(|&white| f64::from(most) <= white);
            return grey(white.unwrap_or(65_535.0), false);
        }
        Depth::SixteenBits { .. } | Depth::Unknown => {}
    }
    let picture = data.shape.is_image() && !data.table;
    let flattened = !data.table && data.dim() >= LONG && (BRIGHT..=255.0).contains(&high);
    if low < 0.0 || !(picture || flattened) {
        // A table's numbers, or samples of anything: what they are is known to whoever made them.
        return none(low >= -1.0 && high <= 1.0 || !picture && !bytes);
    }
    if whole && high <= FEW {
        return grey(high, false);
    }
    let depth = DEPTHS.into_iter().find(|&most| high <= most);
    match depth {
        Some(255.0) if high > FEW => grey(255.0, bytes && picture),
        Some(most) if whole && high > 255.0 => grey(most, false),
        _ => none(false),
    }
}

/// Looks at the values: all of them in memory, the first of them on disk unless `all` are needed.
fn look(data: &Dataset, all: bool, progress: OnProgress<'_>) -> Result<Seen, Error> {
    match &data.pixels {
        Pixels::Bytes(bytes) => Ok(bytes
            .par_chunks(PART)
            .map(Seen::of_bytes)
            .reduce(|| Seen::NOTHING, Seen::with)),
        Pixels::Floats(floats) => Ok(floats
            .par_chunks(PART)
            .map(Seen::of_floats)
            .reduce(|| Seen::NOTHING, Seen::with)),
        Pixels::Stored(stored) => {
            let most = if all {
                stored.len()
            } else {
                stored.len().min(LOOKED_AT)
            };
            let mut seen = Seen::NOTHING;
            let mut part = vec![0; 1 << 20];
            for start in (0..most).step_by(part.len()) {
                report(progress, "looking at the values", start, most)?;
                let part_len = part.len().min(most - start);
                let part = &mut part[..part_len];
                if !stored.read(start, part) {
                    return Err(Error::Choice {
                        name: data.name.clone(),
                        reason: stored
                            .failure()
                            .unwrap_or("its file can no longer be read")
                            .to_owned(),
                    });
                }
                seen = seen.with(Seen::of_bytes(part));
            }
            Ok(seen)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageShape;

    fn shape(height: usize, width: usize) -> ImageShape {
        ImageShape {
            height,
            width,
            channels: 1,
        }
    }

    /// Rows of values, repeated to fill 16 items of the shape.
    fn data(shape: ImageShape, values: &[f32]) -> Dataset {
        let count = 16 * shape.dim();
        Dataset {
            name: "some".into(),
            shape,
            pixels: Pixels::Floats(values.iter().copied().cycle().take(count).collect()),
            ..Dataset::default()
        }
    }

    fn decided(mut data: Dataset, asked: Scale, depth: Depth) -> Scaling {
        decide(&mut data, asked, depth, &|_| true).expect("values in memory");
        data.scaling.expect("a decision")
    }

    #[test]
    fn values_decide_and_not_their_storage() {
        let picture = shape(5, 7);
        let long = shape(1, 784);
        let short = shape(1, 5);
        for (shape, values, divisor, levels) in [
            (picture, &[0.0, 1.0][..], 1.0, None),
            (picture, &[0.0, 255.0], 255.0, Some(256)),
            (picture, &[0.0, 40.0, 129.0], 255.0, Some(256)),
            (picture, &[0.0, 3.0, 16.0], 16.0, Some(17)),
            (picture, &[0.0, 300.0, 1000.0], 1023.0, Some(1024)),
            (picture, &[9.0, 4000.0], 4095.0, Some(4096)),
            (picture, &[20_000.0, 59_000.0], 65535.0, Some(65536)),
            (picture, &[0.0, 70_000.0], 1.0, None),
            (long, &[0.0, 255.0], 255.0, Some(256)),
            // Counts of 784 genes.
            (long, &[0.0, 12.0], 1.0, None),
            (long, &[0.0, 3000.0], 1.0, None),
            (short, &[0.0, 255.0], 1.0, None),
        ] {
            let floats = data(shape, values);
            let Pixels::Floats(stored) = &floats.pixels else {
                panic!("floats")
            };
            let bytes = stored.iter().all(|&v| v <= 255.0).then(|| Dataset {
                pixels: Pixels::Bytes(stored.iter().map(|&v| v as u8).collect()),
                ..floats.clone()
            });
            for data in [Some(floats), bytes].into_iter().flatten() {
                let scaling = decided(data, Scale::Auto, Depth::Unknown);
                assert_eq!(
                    (scaling.divisor, scaling.levels),
                    (divisor, levels),
                    "{values:?} {scaling:?}"
                );
            }
        }
    }

    #[test]
    fn real_values_are_as_they_are_unless_they_are_grey_levels() {
        let picture = shape(5, 7);
        for (values, divisor, obvious) in [
            (&[0.0, 0.25, 1.0][..], 1.0, true),
            (&[-1.0, 0.1, 1.0], 1.0, true),
            (&[-2.5, 0.1, 3.0], 1.0, false),
            (&[0.0, 0.5, 3.0], 1.0, false),
            (&[0.0, 17.3, 254.6], 255.0, false),
            (&[0.0, 0.5, 300.0], 1.0, false),
        ] {
            let scaling = decided(data(picture, values), Scale::Auto, Depth::Unknown);
            assert_eq!(
                (scaling.divisor, scaling.obvious),
                (divisor, obvious),
                "{values:?} {scaling:?}"
            );
            assert_eq!(scaling.levels, None);
        }
        let table = Dataset {
            table: true,
            ..data(picture, &[0.0, 9.0, 255.0])
        };
        assert_eq!(decided(table, Scale::Auto, Depth::Unknown).divisor, 1.0);
    }

    #[test]
    fn files_of_pictures_have_eight_bits_however_dark() {
        let dark = data(shape(5, 7), &[0.0, 3.0, 16.0]);
        assert_eq!(decided(dark, Scale::Auto, Depth::EightBits).divisor, 255.0);
        let mask = data(shape(5, 7), &[0.0, 1.0]);
        assert_eq!(decided(mask, Scale::Auto, Depth::EightBits).divisor, 1.0);
    }

    #[test]
    fn what_is_asked_for_is_done() {
        let values = data(shape(5, 7), &[5.0, 9.0, 25.0]);
        let scaled = |asked| decided(values.clone(), asked, Depth::Unknown);
        assert_eq!(scaled(Scale::None).scaled_range(), [5.0, 25.0]);
        assert_eq!(scaled(Scale::Divide(50.0)).scaled_range(), [0.1, 0.5]);
        assert_eq!(scaled(Scale::MinMax).scaled_range(), [0.0, 1.0]);
        assert_eq!(scaled(Scale::Divide(255.0)).levels, Some(256));
        assert!(scaled(Scale::MinMax).asked && !scaled(Scale::Auto).asked);
        let flat = data(shape(5, 7), &[5.0]);
        assert_eq!(
            decided(flat, Scale::MinMax, Depth::Unknown).scaled_range(),
            [0.0, 0.0]
        );
    }
}
