//! Whether the numbers that a network is given are of a scale it can learn from.
//!
//! Initial weights and Adam's steps are made for values of about one. A column of deviation 30,000 beside one of 0.001 has
//! all of the loss to itself, and its values go through e^(log σ²) before anything is learned.

use crate::text::significant;

use super::dataset::Dataset;
use super::transform::Preprocessor;

/// Items looked at, evenly spaced.
const ITEMS: usize = 1024;
/// Values looked at, at most.
const VALUES: usize = 1 << 22;
/// How many times as much as another a column of a table may deviate.
const APART: f64 = 100.0;
/// Root mean squares of all values beyond which they are large: logits of pixels stay below, grey levels of 0 to 255 do not.
const LARGE: f64 = 20.0;
/// Deviation of all values below which they are small.
const SMALL: f64 = 1e-3;
/// A deviation of less than this share of the column's size is rounding, and the column constant.
const ROUNDING: f64 = 1e-6;
/// Columns named of those that deviate most.
const NAMED: usize = 3;

/// What is the matter with the scale of a data set's x.
#[derive(Debug, Clone, PartialEq)]
pub enum ScaleWarning {
    /// Columns of a table deviate by very different amounts. Each is given by number, from 0, and standard deviation.
    Columns {
        /// Up to three that deviate a hundred times as much as the least, most first.
        wide: Vec<(usize, f64)>,
        /// The one that deviates least without being constant.
        narrow: (usize, f64),
    },
    /// The root mean square of all values is large.
    Large(f64),
    /// The standard deviation of all values is small.
    Small(f64),
}

impl ScaleWarning {
    /// The warning as a clause, columns by these names, or by number where they have none.
    pub fn text(&self, names: &[String]) -> String {
        let name = |column: usize| match names.get(column).filter(|n| !n.is_empty()) {
            Some(name) => format!("'{name}'"),
            None => format!("column {}", column + 1),
        };
        let one = |&(column, deviation): &(usize, f64)| {
            format!("{} has {}", name(column), significant(deviation, 3))
        };
        match self {
            Self::Columns { wide, narrow } => {
                let wide: Vec<String> = wide.iter().map(one).collect();
                format!(
                    "the columns are of very different scale (standard deviations: {}, {})",
                    wide.join(", "),
                    one(narrow)
                )
            }
            Self::Large(size) => format!(
                "the values are large (root mean square {})",
                significant(*size, 3)
            ),
            Self::Small(deviation) => format!(
                "the values hardly vary (standard deviation {})",
                significant(*deviation, 3)
            ),
        }
    }
}

/// Looks at the scale of x as the network sees it, over at most 1,024 items: columns of a table (data that are no
/// pictures) that deviate by very different amounts, or values far from one. None if there is nothing to say.
pub fn scale_warning(
    data: &Dataset,
    preprocessor: &Preprocessor,
    seed: u32,
) -> Option<ScaleWarning> {
    let d = data.dim();
    let items = data.len().min(ITEMS).min((VALUES / d.max(1)).max(16));
    let mut x = vec![0.0_f32; d];
    let (mut first, mut sum, mut squares) = (vec![0.0_f64; d], vec![0.0_f64; d], vec![0.0_f64; d]);
    for i in 0..items {
        let item = (i as u128 * data.len() as u128 / items as u128) as usize;
        preprocessor.row_into(data, seed, item, &mut x);
        for (p, &x) in x.iter().enumerate() {
            let x = f64::from(x);
            if i == 0 {
                first[p] = x;
            }
            // About the first item: what is far from 0 and hardly varies loses no digits.
            sum[p] += x - first[p];
            squares[p] += (x - first[p]).powi(2);
        }
    }
    let count = items.max(1) as f64;
    let columns: Vec<(f64, f64)> = (0..d)
        .map(|p| {
            let off = sum[p] / count;
            let variance = (squares[p] / count - off * off).max(0.0);
            (first[p] + off, variance.sqrt())
        })
        .collect();
    judge(&columns, !data.is_of_pixels())
}

/// The warning for columns of these means and deviations.
fn judge(columns: &[(f64, f64)], table: bool) -> Option<ScaleWarning> {
    let mut varying: Vec<(usize, f64)> = columns
        .iter()
        .enumerate()
        .filter(|(_, (mean, deviation))| *deviation > ROUNDING * mean.abs())
        .map(|(p, (_, deviation))| (p, *deviation))
        .collect();
    varying.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let &narrow = varying.last()?;
    let apart = |column: &&(usize, f64)| column.1 > APART * narrow.1;
    let wide: Vec<(usize, f64)> = varying.iter().filter(apart).take(NAMED).copied().collect();
    if table && !wide.is_empty() {
        return Some(ScaleWarning::Columns { wide, narrow });
    }
    let mean_of = |value: &dyn Fn(&(f64, f64)) -> f64| {
        (columns.iter().map(value).sum::<f64>() / columns.len() as f64).sqrt()
    };
    let size = mean_of(&|(mean, deviation)| mean * mean + deviation * deviation);
    let deviation = mean_of(&|(_, deviation)| deviation * deviation);
    if size > LARGE {
        Some(ScaleWarning::Large(size))
    } else if deviation < SMALL {
        Some(ScaleWarning::Small(deviation))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Preprocess;
    use crate::data::{ImageShape, Pixels};

    /// Items of these columns, alternating between the two values of each: mean and deviation are exact.
    fn warned(columns: &[[f32; 2]], shape: ImageShape, kind: Preprocess) -> Option<ScaleWarning> {
        let values = (0..100).flat_map(|i| columns.iter().map(move |c| c[i % 2]));
        let data = Dataset {
            shape,
            pixels: Pixels::Floats(values.collect()),
            ..Dataset::default()
        };
        let preprocessor = Preprocessor::new(kind, &data).expect("a preprocessor");
        scale_warning(&data, &preprocessor, 0)
    }

    fn table(columns: &[[f32; 2]]) -> Option<ScaleWarning> {
        let shape = ImageShape {
            height: 1,
            width: columns.len(),
            channels: 1,
        };
        warned(columns, shape, Preprocess::None)
    }

    #[test]
    fn columns_far_apart_are_named_and_constant_ones_passed_over() {
        let found = table(&[[-3e4, 3e4], [-1.5, 1.5], [9.999, 10.001], [7.0, 7.0]]);
        let Some(ScaleWarning::Columns { wide, narrow }) = &found else {
            panic!("{found:?}");
        };
        assert_eq!(wide.iter().map(|w| w.0).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(narrow.0, 2);
        assert!((wide[0].1 - 3e4).abs() < 1.0 && (narrow.1 - 1e-3).abs() < 1e-6);
        let text = found
            .map(|w| w.text(&["income".into()]))
            .unwrap_or_default();
        assert!(
            text.contains("'income' has 30000") && text.contains("column 3 has 0.001"),
            "{text}"
        );
    }

    #[test]
    fn usual_data_and_pictures_with_quiet_borders_are_not_remarked_on() {
        // √((1 + 0.25 + 49.5² + 0)/3) = 28.6 is beyond 20; deviations of 49.5 and 1 are not a hundred times apart.
        let large = table(&[[-1.0, 1.0], [-50.0, 49.0], [0.0, 0.0]]);
        assert!(
            matches!(large, Some(ScaleWarning::Large(size)) if (size - 28.6).abs() < 0.05),
            "{large:?}"
        );
        assert_eq!(table(&[[-1.0, 1.0], [0.0, 0.1]]), None);
        assert_eq!(table(&[[0.0, 0.0], [0.0, 0.0]]), None);
        let picture = ImageShape {
            height: 2,
            width: 2,
            channels: 1,
        };
        let pixels = [[0.0, 1.0], [0.0, 0.001], [0.2, 0.9], [0.0, 0.0]];
        assert_eq!(warned(&pixels, picture, Preprocess::None), None);
        let grey = [[0.0, 255.0], [0.0, 1.0], [9.0, 90.0], [0.0, 0.0]];
        let found = warned(&grey, picture, Preprocess::None);
        assert!(matches!(found, Some(ScaleWarning::Large(_))), "{found:?}");
        assert!(warned(&grey, picture, Preprocess::Center).is_some());
        assert_eq!(warned(&grey, picture, Preprocess::Standardize), None);
        let faint = [[0.5, 0.5001]; 4];
        let found = warned(&faint, picture, Preprocess::None);
        assert!(matches!(found, Some(ScaleWarning::Small(_))), "{found:?}");
    }
}
