//! What the decoder is trained to give, where it is not the input.

use crate::config::{Likelihood, Preprocess, Target};
use crate::rng::{Stream, normal};

use super::dataset::{Dataset, Pixels};
use super::error::Error;
use super::transform::Preprocessor;

/// One row of numbers per item.
#[derive(Debug, Clone, PartialEq)]
pub struct Targets {
    /// What was asked for.
    pub kind: Target,
    /// Numbers per item.
    pub dim: usize,
    /// `n × dim`, row-major.
    pub values: Vec<f32>,
}

impl Targets {
    /// The targets of a data set; `None` if they are the inputs themselves.
    ///
    /// # Errors
    /// [`Error`] if labels are asked for and the data have none.
    pub fn new(
        kind: Target,
        data: &Dataset,
        preprocessor: &Preprocessor,
        seed: u32,
    ) -> Result<Option<Self>, Error> {
        match kind {
            Target::Input => Ok(None),
            Target::Labels => {
                let labels = data.labels.as_deref().unwrap_or_default();
                let Some(&largest) = labels.iter().max() else {
                    return Err(Error::NoLabels {
                        name: data.name.clone(),
                    });
                };
                let dim = usize::from(largest) + 1;
                let mut values = vec![0.0; labels.len() * dim];
                for (row, &label) in values.chunks_exact_mut(dim).zip(labels) {
                    row[usize::from(label)] = 1.0;
                }
                Ok(Some(Self { kind, dim, values }))
            }
            Target::LinearMap(dim) => {
                let d = data.dim();
                let scale = 1.0 / (d as f32).sqrt();
                let map: Vec<f32> = (0..dim * d)
                    .map(|i| scale * normal(seed, Stream::Data, i as u32, u32::MAX))
                    .collect();
                let mut x = vec![0.0; d];
                let mut values = Vec::with_capacity(data.len() * dim);
                for item in 0..data.len() {
                    preprocessor.row_into(data, seed, item, &mut x);
                    let product = |row: &[f32]| {
                        let terms = row.iter().zip(&x);
                        terms
                            .map(|(&m, &x)| f64::from(m) * f64::from(x))
                            .sum::<f64>() as f32
                    };
                    values.extend(map.chunks_exact(d).map(product));
                }
                Ok(Some(Self { kind, dim, values }))
            }
        }
    }
}

/// Checks that a likelihood can be of the targets of data under a preprocessing.
///
/// # Errors
/// [`Error::NotUnit`] for a Bernoulli likelihood of numbers that may leave 0..=1.
pub fn check_targets(
    likelihood: Likelihood,
    target: Target,
    data: &Dataset,
    kind: Preprocess,
) -> Result<(), Error> {
    if likelihood != Likelihood::Bernoulli {
        return Ok(());
    }
    beyond_unit(target, data, kind).map_or(Ok(()), |what| Err(Error::NotUnit(what)))
}

/// What the numbers of a target are if they may leave 0..=1.
fn beyond_unit(target: Target, data: &Dataset, kind: Preprocess) -> Option<&'static str> {
    match target {
        Target::Labels => None,
        Target::LinearMap(_) => Some("the outputs of a linear map"),
        Target::Input => match (kind, &data.pixels) {
            (Preprocess::Center, _) => Some("centred values"),
            (Preprocess::Standardize, _) => Some("standardised values"),
            (Preprocess::Logit, _) => Some("logits"),
            (Preprocess::None, Pixels::Floats(values)) => {
                let scaling = data.scaling();
                let unit = values.iter().all(|&v| {
                    let w = (f64::from(v) - scaling.offset) / scaling.divisor;
                    (0.0..=1.0).contains(&w)
                });
                (!unit).then_some("these values")
            }
            (Preprocess::None, _) => {
                let [low, high] = data.scaling().scaled_range();
                (low < 0.0 || high > 1.0).then_some("these values")
            }
            (Preprocess::Dequantize, _) => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Preprocess;
    use crate::data::{ImageShape, Pixels};

    fn data() -> Dataset {
        Dataset {
            name: "three".into(),
            shape: ImageShape {
                height: 1,
                width: 2,
                channels: 1,
            },
            pixels: Pixels::Floats(vec![1.0, 0.0, 0.0, 1.0, 2.0, -3.0]),
            labels: Some(vec![2, 0, 1]),
            ..Dataset::default()
        }
    }

    #[test]
    fn labels_become_one_hot_rows_and_maps_are_linear() {
        let data = data();
        let plain = Preprocessor::new(Preprocess::None, &data).expect("it can be prepared");
        let targets = |kind| Targets::new(kind, &data, &plain, 4);
        assert_eq!(targets(Target::Input), Ok(None));
        let labels = targets(Target::Labels).expect("labels").expect("targets");
        assert_eq!(labels.values, [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        let map = targets(Target::LinearMap(2))
            .expect("a map")
            .expect("targets");
        let rows: Vec<&[f32]> = map.values.chunks_exact(2).collect();
        for (k, &third) in rows[2].iter().enumerate() {
            let expected = 2.0 * rows[0][k] - 3.0 * rows[1][k];
            assert!((third - expected).abs() < 1e-5 * expected.abs().max(1.0));
        }
        let bare = Dataset {
            labels: None,
            ..data.clone()
        };
        let error = Targets::new(Target::Labels, &bare, &plain, 4).expect_err("no labels");
        assert!(error.to_string().contains("three"), "{error}");
    }
}
