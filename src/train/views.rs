//! Pictures of the model for the window: reconstructions, prior samples, a traversal, its place on
//! a principal mode's loss surface.

use crate::compute::{Backend, Error, Program, Slice};
use crate::config::LiveConfig;
use crate::rng::{Stream, normal};

use super::evaluate::chunk_inputs;
use super::protocol::{Projection, RunSetup, ViewRequest};

/// Images as brightness bytes, `count × d`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Views {
    /// The first items of the data.
    pub inputs: Vec<Vec<u8>>,
    /// Their reconstructions, z ~ q.
    pub reconstructions: Vec<Vec<u8>>,
    /// Decoded draws from the prior, always the same draws.
    pub samples: Vec<Vec<u8>>,
    /// One latent moved from −3 to 3 with the others at the first item's posterior mean.
    pub traversal: Vec<Vec<u8>>,
    /// Which latent is traversed.
    pub traversed: usize,
    /// The net's place on a mode's surface, if principal components are known.
    pub point: Option<ModePoint>,
}

/// A net projected on one principal mode of the data.
///
/// With t the mode's coordinate of x scaled to unit variance, v = ‖E[μ t]‖ is the encoder's
/// response, and u = E[(pᵀx̂) t]/v the decoder's answer to it. On a linear net they are the u and v
/// of the mode's loss surface; on another they are its linear part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModePoint {
    /// The mode, from 0.
    pub mode: usize,
    /// Decoder strength, in the data's units.
    pub u: f64,
    /// Encoder strength, in the latent's units: θ of the linear model.
    pub v: f64,
}

/// Rows of pictures a chunk can hold: examples, then samples and the traversal side by side.
fn examples_of(request: &ViewRequest, chunk: usize) -> usize {
    request.examples.min(chunk / 2)
}

/// Computes the pictures from the first chunk of the data, under the mask `mask`.
///
/// # Errors
/// [`Error`] if the device fails.
pub(super) fn views(
    backend: &mut dyn Backend,
    setup: &RunSetup,
    live: &LiveConfig,
    request: &ViewRequest,
) -> Result<Views, Error> {
    let seed = setup.config.sampling.seed;
    let inputs = chunk_inputs(backend, seed, live, 0);
    backend.run(Program::Evaluate, &inputs)?;
    let plan = backend.plan();
    let (d, k, chunk) = (plan.net.dim, plan.net.latents, plan.chunk);
    let (x_all, out_all, z_all, head_slice) = (plan.x(), plan.out(), plan.z(), plan.head());
    let (stride, width) = (plan.net.head_dim(), plan.net.out_dim());
    let modes = plan.latent_modes();
    // A decoder of something else than the input makes no pictures.
    let pictures = plan.net.target == plan.net.input;
    let examples = examples_of(request, chunk);
    let rows = |slice: Slice, count: usize, width: usize| Slice {
        len: count * width,
        ..slice
    };
    let decoded = |backend: &mut dyn Backend, count: usize| -> Result<Vec<f32>, Error> {
        let out = backend.read(rows(out_all, count, width))?;
        Ok(backend.plan().reconstructions(out))
    };
    let to_images = |values: Vec<f32>| -> Vec<Vec<u8>> {
        values
            .chunks_exact(d)
            .map(|row| {
                setup
                    .preprocessor
                    .display(row)
                    .iter()
                    .map(|v| (v * 255.0).round() as u8)
                    .collect()
            })
            .collect()
    };
    let head = backend.read(head_slice)?;
    let point = match &request.projection {
        Some(Projection { mode, spectrum }) if pictures && *mode < spectrum.modes() => {
            let counted = inputs.rows as usize;
            let x = backend.read(rows(x_all, counted, d))?;
            let xhat = decoded(backend, counted)?;
            let project = |row: &[f32]| spectrum.project(row, *mode);
            let t: Vec<f64> = x.chunks_exact(d).map(project).collect();
            let answer: Vec<f64> = xhat.chunks_exact(d).map(project).collect();
            mode_point(*mode, &t, &answer, &head, stride, k)
        }
        _ => None,
    };
    let inputs_images = to_images(backend.read(rows(x_all, examples, d))?);
    if !pictures {
        return Ok(Views {
            inputs: inputs_images,
            point,
            ..Views::default()
        });
    }
    let reconstructions = to_images(decoded(backend, examples)?);

    let traversed = request.traversal.min(k - 1);
    let mut z = backend.read(z_all)?;
    // A latent that is held is at its prior mean in what the model generates, too.
    let modes = backend.read(modes)?;
    for (index, value) in z[..examples * k].iter_mut().enumerate() {
        let prior = live.eta_enc as f32 * normal(seed, Stream::Prior, index as u32, 0);
        *value = modes[index % k] * prior;
    }
    for (row, latents) in z[examples * k..2 * examples * k]
        .chunks_exact_mut(k)
        .enumerate()
    {
        latents.copy_from_slice(&head[..k]);
        let share = row as f32 / (examples.max(2) - 1) as f32;
        latents[traversed] = live.eta_enc as f32 * (-3.0 + 6.0 * share);
    }
    backend.write(z_all, &z)?;
    backend.run(Program::Decode, &inputs)?;
    let mut images = to_images(decoded(backend, 2 * examples)?);
    let traversal = images.split_off(examples);
    Ok(Views {
        inputs: inputs_images,
        reconstructions,
        samples: images,
        traversal,
        traversed,
        point,
    })
}

/// Projects a net on a mode from the mode's coordinate of every x and x̂ and the encoder's heads.
fn mode_point(
    mode: usize,
    x: &[f64],
    xhat: &[f64],
    head: &[f32],
    stride: usize,
    latents: usize,
) -> Option<ModePoint> {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    if !variance.is_finite() || variance <= 0.0 {
        return None;
    }
    let scale = 1.0 / variance.sqrt();
    let t: Vec<f64> = x.iter().map(|v| (v - mean) * scale).collect();
    let v2: f64 = (0..latents)
        .map(|j| {
            let response: f64 = t
                .iter()
                .enumerate()
                .map(|(row, t)| t * f64::from(head[row * stride + j]))
                .sum::<f64>()
                / n;
            response * response
        })
        .sum();
    let answer = xhat.iter().zip(&t).map(|(a, t)| a * t).sum::<f64>() / n;
    let v = v2.sqrt();
    // Below the sampling noise of `n` rows the encoder does not respond, and an answer to nothing is
    // no decoder strength.
    let noise = (latents as f64 / n).sqrt().min(0.2);
    let u = if v > noise { answer / v } else { 0.0 };
    (u.is_finite() && v.is_finite()).then_some(ModePoint { mode, u, v })
}

#[cfg(test)]
mod tests {
    use super::mode_point;

    #[test]
    fn a_linear_net_projects_on_its_own_strengths() {
        // z = 0.8 t along one latent, x̂ = 2 z: u must be 2 and v 0.8, whatever the scale of x.
        let t: Vec<f64> = (0..400).map(|i| f64::from(i) / 100.0 - 1.995).collect();
        let rms = (t.iter().map(|v: &f64| v * v).sum::<f64>() / 400.0).sqrt();
        let x: Vec<f64> = t.iter().map(|v| 3.0 * v).collect();
        let head: Vec<f32> = t
            .iter()
            .flat_map(|v| [(0.8 * v / rms) as f32, 0.0])
            .collect();
        let xhat: Vec<f64> = t.iter().map(|v| 1.6 * v / rms).collect();
        let point = mode_point(0, &x, &xhat, &head, 2, 1).expect("a point");
        assert!((point.u - 2.0).abs() < 1e-6, "{point:?}");
        assert!((point.v - 0.8).abs() < 1e-6, "{point:?}");
    }
}
