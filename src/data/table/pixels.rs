//! Whether the columns of a table are the pixels of a picture.

use crate::data::dataset::ImageShape;

use super::values::Range;

/// Smallest side of a grey picture whose columns are called pixels.
const NAMED_SIDE: usize = 4;
/// Smallest side of any other grey picture: a table of 16, 25, 36 or 49 columns is likelier than so small a picture.
const SIDE: usize = 7;
/// Smallest side of a picture in colour.
const COLOUR_SIDE: usize = 8;
/// Fewest columns that are a picture with values from −1 to 1.
const SIGNED: usize = 100;

/// What the names of columns say of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// They are pixels, on a grid of rows and columns if the names count both.
    Pixels(Option<(usize, usize)>),
    /// They have no names, or names that only count them: the values must tell.
    Counted,
    /// They are quantities with names of their own.
    Quantities,
}

/// A name as a stem, a number, and a second number if there is one.
fn parts(name: &str) -> Option<(&str, usize, Option<usize>)> {
    let name = name.trim();
    let digits =
        |text: &str| text.len() - text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let last = digits(name);
    if last == 0 || last > 9 {
        return None;
    }
    let (before, number) = name.split_at(name.len() - last);
    let number = number.parse().ok()?;
    let inner = before.strip_suffix(['x', 'X', '_', '-', '.', ',', ' ']);
    if let Some(inner) = inner
        && matches!(digits(inner), 1..=9)
    {
        let (stem, first) = inner.split_at(inner.len() - digits(inner));
        return Some((stem, first.parse().ok()?, Some(number)));
    }
    Some((before, number, None))
}

fn style(names: &[String]) -> Style {
    let Some(first) = names.first() else {
        return Style::Counted;
    };
    let Some((stem, start, second)) = parts(first) else {
        return Style::Quantities;
    };
    let mut all = names.iter().map(|name| parts(name));
    let bare = stem.trim_end_matches(['_', '-', '.', ' ']).to_lowercase();
    let called = matches!(bare.as_str(), "pixel" | "pixels" | "pix" | "px");
    if let Some(second) = second {
        // Row by row over a grid.
        let last = names.last().and_then(|name| parts(name));
        let Some((_, bottom, Some(right))) = last else {
            return Style::Quantities;
        };
        let height = (bottom + 1).saturating_sub(start);
        let width = (right + 1).saturating_sub(second);
        let grid = names.iter().enumerate().all(|(i, name)| {
            let place = (start + i / width.max(1), second + i % width.max(1));
            parts(name).is_some_and(|(s, r, c)| s == stem && (r, c) == (place.0, Some(place.1)))
        });
        return match (
            grid && height * width == names.len(),
            called || bare.is_empty(),
        ) {
            (true, true) => Style::Pixels(Some((height, width))),
            (true, false) => Style::Counted,
            (false, _) => Style::Quantities,
        };
    }
    let mut next = start;
    let counted = all.all(|part| {
        let fits =
            part.is_some_and(|(s, number, second)| s == stem && second.is_none() && number == next);
        next += 1;
        fits
    });
    match (counted, called) {
        (true, true) => Style::Pixels(None),
        (true, false) => Style::Counted,
        (false, _) => Style::Quantities,
    }
}

/// The square picture of `d` values, in grey or in colour, whose side is at least this.
fn square(d: usize, least: usize) -> Option<ImageShape> {
    let found = [(1, least), (3, COLOUR_SIDE)]
        .into_iter()
        .find_map(|(channels, least)| {
            let side = (d / channels).isqrt();
            (side >= least && channels * side * side == d).then_some((side, channels))
        });
    found.map(|(side, channels)| ImageShape {
        height: side,
        width: side,
        channels,
    })
}

/// Whether values look like levels of grey, black and white or brightnesses: their range is one of those, and it is
/// common to the columns rather than made by a few of them.
fn are_brightnesses(ranges: &[Range]) -> bool {
    let low = ranges.iter().map(|r| r.low).fold(f32::INFINITY, f32::min);
    let high = ranges
        .iter()
        .map(|r| r.high)
        .fold(f32::NEG_INFINITY, f32::max);
    let bytes = ranges.iter().all(|r| r.is_of_bytes());
    let unit = low >= 0.0 && high <= 1.0;
    let signed = ranges.len() >= SIGNED && low == -1.0 && high == 1.0;
    let middle = low + (high - low) / 2.0;
    let reach = ranges.iter().filter(|r| r.high >= middle).count();
    let start = ranges.iter().filter(|r| r.low <= middle).count();
    (bytes || unit || signed) && 4 * reach >= ranges.len() && 4 * start >= ranges.len()
}

/// What items of these columns are: pictures, vectors of pixels that are no square, or rows of a table.
pub(super) fn shape(names: &[String], ranges: &[Range]) -> Option<ImageShape> {
    let d = ranges.len();
    let vector = ImageShape {
        height: 1,
        width: d,
        channels: 1,
    };
    match style(names) {
        Style::Pixels(Some((height, width))) => Some(ImageShape {
            height,
            width,
            channels: 1,
        }),
        Style::Pixels(None) => Some(square(d, NAMED_SIDE).unwrap_or(vector)),
        Style::Counted => square(d, SIDE).filter(|_| are_brightnesses(ranges)),
        Style::Quantities => None,
    }
}

/// Whether the names say that the columns are pixels.
pub(super) fn are_called_pixels(names: &[String]) -> bool {
    matches!(style(names), Style::Pixels(_))
}

/// The column of the class beside a picture, where no name tells: the first or the last, of which the other columns
/// are a picture and this one is none of them.
pub(super) fn class_beside(
    names: &[String],
    ranges: &[Range],
    different: impl Fn(usize) -> Option<usize>,
) -> Option<usize> {
    let columns = ranges.len();
    if columns < 2 || style(names) != Style::Counted || square(columns, SIDE).is_some() {
        return None;
    }
    let candidate = |column: usize| {
        let others = if column == 0 {
            &ranges[1..]
        } else {
            &ranges[..column]
        };
        if !ranges[column].is_of_bytes() || shape(&[], others).is_none() {
            return None;
        }
        // A corner of a picture is often black in all of them, which classes are not.
        let different = different(column)?;
        Some((ranges[column].is_constant(), different, column))
    };
    let found = [0, columns - 1].into_iter().filter_map(candidate).min();
    found.map(|(_, _, column)| column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(d: usize, low: f32, high: f32, whole: bool) -> Vec<Range> {
        vec![Range { low, high, whole }; d]
    }

    fn of(names: &[String], ranges: &[Range]) -> Option<[usize; 3]> {
        shape(names, ranges).map(|s| [s.height, s.width, s.channels])
    }

    fn named(name: impl Fn(usize) -> String, d: usize) -> Vec<String> {
        (0..d).map(name).collect()
    }

    #[test]
    fn names_of_pixels_make_pictures() {
        let any = ranges(16, -7.0, 900.5, false);
        for name in ["pixel#", "px_#", "Pixel #", "pix-#"] {
            let names = named(|i| name.replace('#', &i.to_string()), 16);
            assert_eq!(of(&names, &any), Some([4, 4, 1]), "{name}");
        }
        let padded = named(|i| format!("pixel{i:04}"), 192);
        assert_eq!(of(&padded, &ranges(192, 0.0, 9.0, false)), Some([8, 8, 3]));
        let grid = named(|i| format!("{}x{}", 1 + i / 8, 1 + i % 8), 16);
        assert_eq!(of(&grid, &any), Some([2, 8, 1]));
        let grid = named(|i| format!("pixel_{}_{}", i / 4, i % 4), 16);
        assert_eq!(of(&grid, &any), Some([4, 4, 1]));
        let odd = named(|i| format!("pixel{i}"), 15);
        assert_eq!(of(&odd, &any[..15]), Some([1, 15, 1]));
        for name in ["x#", "feature_#", "V#", "#"] {
            let names = named(|i| name.replace('#', &i.to_string()), 16);
            assert_eq!(of(&names, &ranges(16, 0.0, 15.0, true)), None, "{name}");
            let names = named(|i| name.replace('#', &i.to_string()), 64);
            assert_eq!(
                of(&names, &ranges(64, 0.0, 15.0, true)),
                Some([8, 8, 1]),
                "{name}"
            );
        }
        let quantities = named(|i| format!("{}", char::from(b'a' + i as u8)), 16);
        assert_eq!(of(&quantities, &ranges(16, 0.0, 255.0, true)), None);
        assert_eq!(
            of(
                &named(|i| format!("v{}", 2 * i), 64),
                &ranges(64, 0.0, 1.0, true)
            ),
            None
        );
    }

    #[test]
    fn without_names_values_tell() {
        for (d, low, high, whole, wanted) in [
            (784, 0.0, 255.0, true, Some([28, 28, 1])),
            (784, 0.0, 1.0, true, Some([28, 28, 1])),
            (784, 0.0, 1.0, false, Some([28, 28, 1])),
            (3072, 0.0, 255.0, true, Some([32, 32, 3])),
            (64, 0.0, 16.0, true, Some([8, 8, 1])),
            (256, -1.0, 1.0, false, Some([16, 16, 1])),
            (64, -1.0, 1.0, false, None),
            (64, -2.5, 3.0, false, None),
            (64, 0.0, 300.0, true, None),
            // UCI letter, ionosphere, sonar.
            (16, 0.0, 15.0, true, None),
            (34, -1.0, 1.0, false, None),
            (60, 0.0, 1.0, false, None),
        ] {
            assert_eq!(
                of(&[], &ranges(d, low, high, whole)),
                wanted,
                "{d} {low} {high}"
            );
        }
        // The range is made by a few columns.
        let mut counts = ranges(64, 0.0, 9.0, true);
        counts[5].high = 255.0;
        assert_eq!(of(&[], &counts), None);
    }

    #[test]
    fn the_class_beside_a_picture_is_first_or_last() {
        let class = Range {
            low: 0.0,
            high: 9.0,
            whole: true,
        };
        let pixels = ranges(784, 0.0, 255.0, true);
        let beside = |all: &[Range], different: &dyn Fn(usize) -> Option<usize>| {
            class_beside(&[], all, different)
        };
        let first = [vec![class], pixels.clone()].concat();
        let last = [pixels.clone(), vec![class]].concat();
        let few_first = |c: usize| Some(if c == 0 { 10 } else { 200 });
        let few_last = |c: usize| Some(if c == 0 { 200 } else { 10 });
        assert_eq!(beside(&first, &few_first), Some(0));
        assert_eq!(beside(&last, &few_last), Some(784));
        assert_eq!(beside(&first, &|_| Some(10)), Some(0));
        assert_eq!(beside(&pixels, &few_first), None);
        let shades = [ranges(784, 0.0, 1.0, false), vec![class]].concat();
        assert_eq!(beside(&shades, &|c| (c > 0).then_some(3)), Some(784));
    }
}
