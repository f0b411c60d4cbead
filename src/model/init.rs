//! Seeded initial parameters.

use crate::rng::{Stream, uniform};

use super::arena::{Arena, Initial};

/// Initial parameters of an arena (its length, padding zero).
///
/// Weights and biases are uniform in ±1/√fan-in, the default of PyTorch's `nn.Linear`, `nn.Conv2d` and
/// `nn.ConvTranspose2d`. Code in TensorFlow or Keras starts from Glorot's uniform weights and zero biases instead, so
/// deep networks that were trained with it start from larger signals than here. `log_sigma2` starts at 0 (σ = 1, the
/// deviation of a unit prior) and `log_gamma` at ln `gamma`.
pub fn initial_parameters(arena: &Arena, seed: u32, gamma: f64) -> Vec<f32> {
    let mut values = vec![0.0_f32; arena.len()];
    for (index, tensor) in arena.tensors().iter().enumerate() {
        let slice = &mut values[tensor.range()];
        match tensor.initial {
            Initial::LogGamma => slice.fill(gamma.ln() as f32),
            Initial::Constant(value) => slice.fill(value),
            Initial::OneZero => slice[..tensor.shape[1]].fill(1.0),
            Initial::ZeroOne => slice[tensor.shape[1]..].fill(1.0),
            Initial::Uniform(bound) => {
                for (element, value) in slice.iter_mut().enumerate() {
                    let u = uniform(seed, Stream::Init, element as u32, index as u32);
                    *value = bound * (2.0 * u - 1.0);
                }
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::NetConfig;
    use crate::model::{NetSpec, Shape};

    #[test]
    fn weights_fill_their_bound_and_padding_stays_zero() {
        let net = NetSpec::new(
            &NetConfig::default(),
            Shape::vector(100),
            Shape::vector(100),
        )
        .expect("a valid net");
        let arena = Arena::new(&net);
        let values = initial_parameters(&arena, 3, 0.5);
        let weight = arena.get("encoder.0.weight").expect("a tensor");
        let slice = &values[weight.range()];
        let largest = slice.iter().fold(0.0_f32, |a, v| a.max(v.abs()));
        assert!(largest <= 0.1 && largest > 0.099, "{largest}");
        let mean: f32 = slice.iter().sum::<f32>() / slice.len() as f32;
        assert!(mean.abs() < 5.0 * 0.1 / (3.0 * slice.len() as f32).sqrt());
        let gamma = arena.get("log_gamma").expect("a tensor");
        assert!((f64::from(values[gamma.offset]) - 0.5_f64.ln()).abs() < 1e-7);
        let mut inside = vec![false; values.len()];
        for tensor in arena.tensors() {
            assert_eq!(tensor.offset % Arena::ALIGN, 0);
            inside[tensor.range()].fill(true);
        }
        assert!(
            values
                .iter()
                .zip(inside)
                .all(|(v, inside)| inside || *v == 0.0)
        );
    }
}
