//! What a data set looks like to a person: examples of every class, how many there are, what preprocessing does to
//! densities. Reading examples may mean reading from disk, so it is done where the data are loaded.

use super::dataset::Dataset;
use super::scale_check::{ScaleWarning, scale_warning};
use super::transform::Preprocessor;

/// Classes of which examples are kept.
const CLASSES: usize = 12;
/// Examples of each class.
const EXAMPLES: usize = 24;
/// Examples of data without labels.
const UNLABELLED: usize = 96;
/// The items at the head of a data set, in file order, that stand for all of it where a number is wanted often: a live
/// evaluation is over them, and so is the log-determinant that its bound is read with.
pub const HEAD: usize = 1024;

/// The first items of one class, or of all where there are no labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Examples {
    /// The class; `None` without labels.
    pub class: Option<u8>,
    /// One entry per item, each d long: for pictures brightness in 0..=1, interleaved; else x itself.
    pub rows: Vec<Vec<f32>>,
}

/// Examples and counts of a data set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overview {
    /// The classes that have items, ascending, with how many each; empty without labels.
    pub counts: Vec<(u8, usize)>,
    /// The first items of the first classes, in the order of `counts`.
    pub examples: Vec<Examples>,
    /// Mean log |det ∂x/∂v| of the preprocessing in nats per item, v being the stored value; for bytes in steps of
    /// one grey level.
    pub log_det: f64,
    /// What is the matter with the scale of x, if anything is.
    pub scale: Option<ScaleWarning>,
}

impl Overview {
    /// Looks at `data`; `seed` fixes the draw of any dequantisation noise.
    pub fn new(data: &Dataset, preprocessor: &Preprocessor, seed: u32) -> Self {
        let mut counts = [0_usize; 256];
        let mut chosen: Vec<(Option<u8>, Vec<usize>)> = Vec::new();
        match &data.labels {
            Some(labels) => {
                let mut of_class: Vec<Vec<usize>> = vec![Vec::new(); 256];
                for (item, &label) in labels.iter().enumerate() {
                    let class = usize::from(label);
                    counts[class] += 1;
                    if of_class[class].len() < EXAMPLES {
                        of_class[class].push(item);
                    }
                }
                let filled = (0..=255_u8).zip(of_class).filter(|(_, o)| !o.is_empty());
                chosen.extend(filled.take(CLASSES).map(|(class, o)| (Some(class), o)));
            }
            None => chosen.push((None, (0..data.len().min(UNLABELLED)).collect())),
        }
        let mut x = vec![0.0; data.dim()];
        let mut row = |item: usize| {
            preprocessor.row_into(data, seed, item, &mut x);
            if data.shape.is_image() {
                preprocessor.display(&x)
            } else {
                x.clone()
            }
        };
        let examples = chosen
            .into_iter()
            .map(|(class, items)| Examples {
                class,
                rows: items.into_iter().map(&mut row).collect(),
            })
            .collect();
        let counts = (0..=255_u8).zip(counts).filter(|(_, n)| *n > 0).collect();
        Self {
            counts,
            examples,
            log_det: preprocessor.log_det(data, seed, HEAD),
            scale: scale_warning(data, preprocessor, seed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Preprocess;
    use crate::data::{ImageShape, Pixels};

    /// n pictures of 2 × 2 pixels, all of one level, item i of level i.
    fn levels(n: usize, labels: Option<Vec<u8>>) -> Dataset {
        Dataset {
            shape: ImageShape {
                height: 2,
                width: 2,
                channels: 1,
            },
            pixels: Pixels::Bytes((0..n).flat_map(|i| [i as u8; 4]).collect()),
            labels,
            ..Dataset::default()
        }
    }

    #[test]
    fn classes_are_counted_and_shown_by_their_first_items() {
        let labels = (0..60).map(|i| [3, 7, 7][i % 3]).collect();
        let data = levels(60, Some(labels));
        let preprocessor =
            Preprocessor::new(Preprocess::Standardize, &data).expect("it can be prepared");
        let seen = Overview::new(&data, &preprocessor, 0);
        assert_eq!(seen.counts, [(3, 20), (7, 40)]);
        let classes: Vec<Option<u8>> = seen.examples.iter().map(|e| e.class).collect();
        assert_eq!(classes, [Some(3), Some(7)]);
        // Item 4 is the third of class 7, and its picture is what was stored, whatever x is.
        assert!((seen.examples[1].rows[2][0] * 255.0 - 4.0).abs() < 1e-3);
        assert_eq!(seen.examples[0].rows.len(), 20);
        assert_eq!(seen.examples[1].rows.len(), EXAMPLES);
        // x = (v/255 − m)/s: each pixel spreads by 1/(255 s), s² = (60² − 1)/12 / 255².
        let s = ((60.0_f64 * 60.0 - 1.0) / 12.0).sqrt();
        assert!(
            (seen.log_det + 4.0 * s.ln()).abs() < 1e-4,
            "{}",
            seen.log_det
        );
    }

    #[test]
    fn without_labels_the_first_items_are_shown() {
        let data = levels(100, None);
        let preprocessor = Preprocessor::new(Preprocess::None, &data).expect("it can be prepared");
        let seen = Overview::new(&data, &preprocessor, 0);
        assert!(seen.counts.is_empty());
        assert_eq!(seen.examples.len(), 1);
        assert_eq!(seen.examples[0].rows.len(), UNLABELLED);
        assert!((seen.log_det + 4.0 * 255.0_f64.ln()).abs() < 1e-4);
    }
}
