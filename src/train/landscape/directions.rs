//! Random directions of a length that means the same in every layer.
//!
//! Networks with rectifiers are unchanged when one layer is scaled up and the next one down, so a step of fixed
//! length means little. Li et al. (2018) give every filter of the direction the length of the filter it is added
//! to. A filter is what writes one output (dense layers, convolutions) or reads one input channel (transposed
//! convolutions): a column of the weight either way. Biases, gains and everything else stay where they are.

use crate::model::{Arena, Tensor};
use crate::rng::{Stream, normal};

/// Whether a tensor is a weight: what random directions move.
fn is_weight(tensor: &Tensor) -> bool {
    tensor.name.ends_with(".weight")
}

/// Whether training moves the tensor and landscapes do: not running moments, which follow the data, nor log γ,
/// which has an axis of its own in every figure.
pub(super) fn moves(tensor: &Tensor) -> bool {
    !tensor.name.ends_with(".running") && tensor.name != "log_gamma"
}

/// `count` (1 or 2) Gaussian directions with the lengths of `parameters`' filters, zero outside the weights.
///
/// The second is orthogonal to the first within every filter, hence altogether. A weight whose filters are
/// single numbers counts as one filter.
pub fn random_directions(
    arena: &Arena,
    parameters: &[f32],
    seed: u32,
    count: usize,
) -> Vec<Vec<f32>> {
    let mut directions = vec![vec![0.0; parameters.len()]; count.clamp(1, 2)];
    for index in 0..arena.tensors().len() {
        randomise(arena, index, parameters, seed, &mut directions);
    }
    directions
}

/// Fills the part of the directions that belongs to tensor `index`.
pub(super) fn randomise(
    arena: &Arena,
    index: usize,
    parameters: &[f32],
    seed: u32,
    directions: &mut [Vec<f32>],
) {
    let Some(tensor) = arena.tensors().get(index).filter(|t| is_weight(t)) else {
        return;
    };
    let range = tensor.range();
    for (which, direction) in directions.iter_mut().enumerate() {
        let counter = (2 * index + which) as u32;
        for (element, value) in direction[range.clone()].iter_mut().enumerate() {
            *value = normal(seed, Stream::Landscape, element as u32, counter);
        }
    }
    let columns = match tensor.shape {
        // Single numbers have no direction to be orthogonal in.
        [1, _] => 1,
        [_, columns] => columns,
    };
    let weights = &parameters[range.clone()];
    let [first, rest @ ..] = directions else {
        return;
    };
    let first = &mut first[range.clone()];
    normalise(first, weights, columns);
    if let Some(second) = rest.first_mut() {
        let second = &mut second[range];
        let (products, squares) = (sums(first, second, columns), sums(first, first, columns));
        let at = |values: &[f64], i: usize| values[i % columns];
        for (i, (to, along)) in second.iter_mut().zip(&*first).enumerate() {
            if at(&squares, i) > 0.0 {
                let share = at(&products, i) / at(&squares, i);
                *to = (f64::from(*to) - share * f64::from(*along)) as f32;
            }
        }
        normalise(second, weights, columns);
    }
}

/// Gives every column of `direction` the length of that of `weights`.
fn normalise(direction: &mut [f32], weights: &[f32], columns: usize) {
    let (own, wanted) = (
        sums(direction, direction, columns),
        sums(weights, weights, columns),
    );
    let factors: Vec<f64> = own
        .iter()
        .zip(wanted)
        .map(|(own, wanted)| {
            if *own > 0.0 {
                (wanted / own).sqrt()
            } else {
                0.0
            }
        })
        .collect();
    for row in direction.chunks_mut(columns) {
        for (value, factor) in row.iter_mut().zip(&factors) {
            *value = (f64::from(*value) * factor) as f32;
        }
    }
}

/// ⟨a, b⟩ of every column of two matrices of `columns` columns.
fn sums(a: &[f32], b: &[f32], columns: usize) -> Vec<f64> {
    let mut sums = vec![0.0; columns];
    for (a, b) in a.chunks(columns).zip(b.chunks(columns)) {
        for ((sum, x), y) in sums.iter_mut().zip(a).zip(b) {
            *sum += f64::from(*x) * f64::from(*y);
        }
    }
    sums
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::config::NetConfig;
    use crate::model::{NetSpec, Shape, initial_parameters};
    use crate::train::landscape::plane::dot;

    #[test]
    fn every_filter_has_the_length_of_its_weights() {
        let shape = Shape {
            height: 8,
            width: 8,
            channels: 1,
        };
        let config = NetConfig {
            encoder: "conv3k3s2:bn,5".parse().unwrap(),
            decoder: "4x4x2,deconvoutk4s2".parse().unwrap(),
            latents: 32,
            ..NetConfig::default()
        };
        let net = NetSpec::new(&config, shape, shape).unwrap();
        let arena = Arena::new(&net);
        let parameters = initial_parameters(&arena, 5, 1.0);
        let found = random_directions(&arena, &parameters, 7, 2);
        let mut filters = 0;
        for tensor in arena.tensors() {
            let [_, columns] = tensor.shape;
            let column = |values: &[f32], c: usize| -> Vec<f32> {
                values[tensor.range()]
                    .iter()
                    .skip(c)
                    .step_by(columns)
                    .copied()
                    .collect()
            };
            for c in 0..columns {
                let [first, second] = [0, 1].map(|k| column(&found[k], c));
                if !tensor.name.ends_with(".weight") {
                    assert!(
                        first.iter().chain(&second).all(|v| *v == 0.0),
                        "{}",
                        tensor.name
                    );
                    continue;
                }
                let weight = column(&parameters, c);
                let length = dot(&weight, &weight);
                for direction in [&first, &second] {
                    assert!((dot(direction, direction) / length - 1.0).abs() < 1e-5);
                }
                assert!(
                    dot(&first, &second).abs() < 1e-5 * length,
                    "{}",
                    tensor.name
                );
                filters += 1;
            }
        }
        // 3 + 5 + 64 of the encoder, 2 of the decoder.
        assert_eq!(filters, 74);
        assert!(dot(&found[0], &found[1]).abs() < 1e-6 * dot(&found[0], &found[0]));
        assert_eq!(found, random_directions(&arena, &parameters, 7, 2));
        assert_ne!(found, random_directions(&arena, &parameters, 8, 2));
    }

    #[test]
    fn one_latent_makes_single_numbers_one_filter() {
        let shape = Shape::vector(6);
        let config = NetConfig {
            encoder: vec![4].into(),
            decoder: vec![9].into(),
            latents: 1,
            ..NetConfig::default()
        };
        let net = NetSpec::new(&config, shape, shape).unwrap();
        let arena = Arena::new(&net);
        let parameters = initial_parameters(&arena, 5, 1.0);
        let found = random_directions(&arena, &parameters, 1, 2);
        let range = arena.get("decoder.0.weight").unwrap().range();
        assert_eq!(range.len(), 9);
        let [weight, first, second] =
            [&parameters, &found[0], &found[1]].map(|v| &v[range.clone()]);
        let length = dot(weight, weight);
        assert!((dot(first, first) / length - 1.0).abs() < 1e-5);
        assert!((dot(second, second) / length - 1.0).abs() < 1e-5);
        assert!(dot(first, second).abs() < 1e-5 * length);
    }
}
