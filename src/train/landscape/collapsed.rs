//! The nearest well-defined collapsed solution of a network, and of one latent of it.
//!
//! A solution is collapsed if q(z|x) is the prior for every x and the decoder gives the mean of the data whatever z
//! is. Of the many such parameters these are the ones in which nothing else changes: the encoder's head forgets its input
//! (weights zero, μ = 0, σ² = η²), the weights through which z enters the decoder are zero, and the last bias is
//! refit so that what the decoder now always says is the mean. Where the last bias has one number per channel
//! (convolutions) the fit is per channel, and the decoder keeps the picture it gives at z = 0.

use crate::config::{Activation, Likelihood, PosteriorVariance};
use crate::model::{Arena, NetSpec, NodeKind, Source, Tensor};

/// The decoder's nodes whose weights are the first that z meets, on every way from z to the output.
pub(super) fn readers_of_z(net: &NetSpec) -> Result<Vec<usize>, String> {
    let mut carries = vec![false; net.decoder.len()];
    let mut readers = Vec::new();
    for (index, node) in net.decoder.iter().enumerate() {
        let carried = |source: Source| match source {
            Source::Input => true,
            Source::Node(at) => carries[at],
        };
        let (input, skip) = (carried(node.input), node.skip.is_some_and(carried));
        if node.weight().is_some() {
            if input {
                readers.push(index);
            }
            carries[index] = skip;
        } else {
            carries[index] = input || skip;
        }
    }
    match carries.last() {
        Some(false) => Ok(readers),
        _ => Err("this decoder passes z on to its output without any weight, so it has no collapsed solution".into()),
    }
}

/// The one dense decoder node that reads z and nothing else does, in which every latent has a row of weights of
/// its own.
pub(super) fn dense_reader(net: &NetSpec) -> Result<usize, String> {
    let mut direct = net
        .decoder
        .iter()
        .enumerate()
        .filter(|(_, n)| n.input == Source::Input || n.skip == Some(Source::Input));
    match (direct.next(), direct.next()) {
        (Some((index, node)), None)
            if matches!(node.kind, NodeKind::Dense { .. }) && node.skip.is_none() =>
        {
            Ok(index)
        }
        _ => Err(
            "z does not enter this decoder through one dense layer, so one latent has no weights of its own there"
                .into(),
        ),
    }
}

/// The columns of the encoder's head that belong to `latent`, or all.
fn silence_head(
    net: &NetSpec,
    arena: &Arena,
    values: &mut [f32],
    which: Option<usize>,
    log_prior: f32,
) {
    let (width, latents) = (net.head_dim(), net.latents);
    let chosen = |column: usize| which.is_none_or(|j| column % latents == j);
    if let Some(weight) = arena.get("encoder.head.weight") {
        for (at, value) in values[weight.range()].iter_mut().enumerate() {
            if chosen(at % width) {
                *value = 0.0;
            }
        }
    }
    if let Some(bias) = arena.get("encoder.head.bias") {
        for (column, value) in values[bias.range()].iter_mut().enumerate() {
            if chosen(column) {
                *value = if column < latents { 0.0 } else { log_prior };
            }
        }
    }
    if net.variance == PosteriorVariance::Global
        && let Some(shared) = arena.get("log_sigma2")
    {
        for (column, value) in values[shared.range()].iter_mut().enumerate() {
            if chosen(column) {
                *value = log_prior;
            }
        }
    }
}

/// `parameters` with q the prior and z unread, before the last bias is refit. `eta` is `η_enc`.
pub(super) fn cut(
    net: &NetSpec,
    arena: &Arena,
    parameters: &[f32],
    eta: f64,
) -> Result<Vec<f32>, String> {
    let readers = readers_of_z(net)?;
    let mut values = parameters.to_vec();
    silence_head(net, arena, &mut values, None, (eta * eta).ln() as f32);
    for index in readers {
        let name = format!("{}.weight", net.decoder[index].name);
        if let Some(weight) = arena.get(&name) {
            values[weight.range()].fill(0.0);
        }
    }
    Ok(values)
}

/// `parameters` with latent `j` at its prior and unread by the decoder, and the range of its row of weights there.
pub(super) fn silence(
    net: &NetSpec,
    arena: &Arena,
    parameters: &[f32],
    latent: usize,
    eta: f64,
) -> Result<(Vec<f32>, std::ops::Range<usize>), String> {
    let reader = &net.decoder[dense_reader(net)?];
    let Some(weight) = arena
        .get(&format!("{}.weight", reader.name))
        .filter(|_| latent < net.latents)
    else {
        return Err(format!("this network has no latent {latent}"));
    };
    let mut values = parameters.to_vec();
    silence_head(
        net,
        arena,
        &mut values,
        Some(latent),
        (eta * eta).ln() as f32,
    );
    let width = weight.shape[1];
    let row = weight.offset + latent * width..weight.offset + (latent + 1) * width;
    values[row.clone()].fill(0.0);
    Ok((values, row))
}

/// Mean and variance of every number of the target, over the items seen so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Target {
    sums: Vec<f64>,
    squares: Vec<f64>,
    count: f64,
}

impl Target {
    /// Adds rows of `dim` numbers.
    pub(super) fn add(&mut self, rows: &[f32], dim: usize) {
        self.sums.resize(dim, 0.0);
        self.squares.resize(dim, 0.0);
        for row in rows.chunks_exact(dim) {
            self.count += 1.0;
            let sums = self.sums.iter_mut().zip(&mut self.squares);
            for ((sum, square), &value) in sums.zip(row) {
                *sum += f64::from(value);
                *square += f64::from(value) * f64::from(value);
            }
        }
    }

    /// What the decoder should put out for every number, given that it always puts out the same.
    fn output(&self, likelihood: Likelihood, channels: usize) -> Vec<f64> {
        // A pixel that never changes would ask for an infinite logit or an infinite precision.
        const LEAST: f64 = 1e-4;
        let mean = |i: usize| self.sums[i] / self.count;
        let variance = |i: usize| (self.squares[i] / self.count - mean(i) * mean(i)).max(LEAST);
        let dim = self.sums.len();
        match likelihood {
            Likelihood::Gaussian => (0..dim).map(mean).collect(),
            Likelihood::Bernoulli => (0..dim)
                .map(|i| mean(i).clamp(LEAST, 1.0 - LEAST))
                .map(|p| (p / (1.0 - p)).ln())
                .collect(),
            // Pixel by pixel the means, then the logarithms of the variances.
            Likelihood::GaussianPerPixel => (0..dim / channels.max(1))
                .flat_map(|pixel| {
                    let numbers = pixel * channels..(pixel + 1) * channels;
                    let means = numbers.clone().map(mean);
                    means.chain(numbers.map(|i| variance(i).ln()))
                })
                .collect(),
        }
    }

    /// Moves the last bias so that the constant output `now` becomes the target's mean, as far as it can; false if
    /// the decoder ends in no bias.
    pub(super) fn refit(
        &self,
        net: &NetSpec,
        arena: &Arena,
        parameters: &mut [f32],
        now: &[f32],
    ) -> bool {
        let Some(last) = net
            .decoder
            .last()
            .filter(|n| n.activation == Activation::Identity)
        else {
            return false;
        };
        let range = if last.kind == NodeKind::Norm {
            let affine = arena.get(&format!("{}.affine", last.name));
            affine.map(|t| t.offset + t.shape[1]..t.offset + t.len())
        } else {
            arena.get(&format!("{}.bias", last.name)).map(Tensor::range)
        };
        let Some(range) = range else {
            return false;
        };
        let bias = &mut parameters[range];
        let wanted = self.output(net.likelihood, net.target.channels);
        let width = bias.len();
        let each = wanted.len() as f64 / width as f64;
        let mut moves = vec![0.0; width];
        for (i, (wanted, now)) in wanted.iter().zip(now).enumerate() {
            moves[i % width] += (wanted - f64::from(*now)) / each;
        }
        for (bias, step) in bias.iter_mut().zip(moves) {
            *bias = (f64::from(*bias) + step) as f32;
        }
        true
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::config::NetConfig;
    use crate::model::{Shape, initial_parameters};

    fn net(decoder: &str) -> NetSpec {
        let shape = Shape {
            height: 8,
            width: 8,
            channels: 1,
        };
        let config = NetConfig {
            encoder: vec![6].into(),
            decoder: decoder.parse().unwrap(),
            latents: 3,
            ..NetConfig::default()
        };
        NetSpec::new(&config, shape, shape).unwrap()
    }

    #[test]
    fn z_is_cut_where_it_enters_whatever_the_way() {
        let names = |decoder: &str| -> Vec<String> {
            let net = net(decoder);
            let readers = readers_of_z(&net).unwrap();
            readers
                .iter()
                .map(|&i| net.decoder[i].name.clone())
                .collect()
        };
        assert_eq!(names("5, 4"), ["decoder.0"]);
        // A block around the first layer of z's own width adds z itself to what follows it.
        assert_eq!(names("res(4, 3), 7"), ["decoder.0.0", "decoder.1"]);
        // A block that changes the width has a weight of its own on the skip.
        let both = names("res(4, 5), 7");
        assert!(both.contains(&"decoder.0.0".into()) && both.contains(&"decoder.0.skip".into()));
        assert_eq!(both.len(), 2);
        assert!(dense_reader(&net("res(4, 5), 7")).is_err());
        assert_eq!(dense_reader(&net("5, 4")), Ok(0));
    }

    #[test]
    fn one_latent_is_silenced_and_no_other_touched() {
        let net = net("5, 4");
        let arena = Arena::new(&net);
        let before = initial_parameters(&arena, 3, 1.0);
        let (after, row) = silence(&net, &arena, &before, 1, 2.0).unwrap();
        let head = arena.get("encoder.head.weight").unwrap();
        let bias = arena.get("encoder.head.bias").unwrap();
        for (i, (a, b)) in after.iter().zip(&before).enumerate() {
            let column = head.range().contains(&i).then(|| (i - head.offset) % 6);
            if column == Some(1) || column == Some(4) || row.contains(&i) || i == bias.offset + 1 {
                assert_eq!(*a, 0.0, "{i}");
            } else if i == bias.offset + 4 {
                assert_eq!(*a, 4.0_f32.ln());
            } else {
                assert_eq!(a.to_bits(), b.to_bits(), "{i}");
            }
        }
        let weight = arena.get("decoder.0.weight").unwrap();
        assert_eq!(row, weight.offset + 5..weight.offset + 10);
        assert!(silence(&net, &arena, &before, 3, 1.0).is_err());
    }

    #[test]
    fn the_last_bias_takes_up_the_mean() {
        let net = net("5");
        let arena = Arena::new(&net);
        let mut parameters = initial_parameters(&arena, 1, 1.0);
        let bias = arena.get("decoder.out.bias").unwrap().range();
        let before = parameters[bias.clone()].to_vec();
        let rows: Vec<f32> = (0..192).map(|i| i as f32).collect();
        let mut target = Target::default();
        target.add(&rows[..64], 64);
        target.add(&rows[64..], 64);
        let now = vec![0.5; 64];
        assert!(target.refit(&net, &arena, &mut parameters, &now));
        for (i, (after, before)) in parameters[bias].iter().zip(before).enumerate() {
            // The mean of i, i + 64, i + 128 is i + 64.
            assert!((after - before - (i as f32 + 63.5)).abs() < 1e-4);
        }
    }
}
