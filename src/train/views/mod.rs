//! Pictures of the model for the window: reconstructions, prior samples, a traversal, its place on
//! a principal mode's loss surface; and, asked for one by one, points and planes of its latent space.

mod decode;
mod gallery;
mod peeks;
mod point;

use crate::compute::{Backend, Error, Program};
use crate::config::LiveConfig;

use super::evaluate::chunk_inputs;
use super::protocol::{Projection, RunSetup, ViewRequest};

pub(super) use decode::decode;
use decode::{decoded, rows, to_pictures};
pub(super) use gallery::gallery;
use gallery::prior_draws;
pub use gallery::{Decoded, Gallery, GalleryPictures, GalleryRequest};
pub(super) use peeks::Peeks;
pub use point::ModePoint;
use point::mode_point;

/// Images as brightness bytes, `count × d`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Views {
    /// The first items of the data.
    pub inputs: Vec<Vec<u8>>,
    /// The reconstructions of the inputs, z ~ q.
    pub reconstructions: Vec<Vec<u8>>,
    /// Decoded draws from the prior, always the same draws.
    pub samples: Vec<Vec<u8>>,
    /// One latent moved from −3 to 3 with the others at the first item's posterior mean.
    pub traversal: Vec<Vec<u8>>,
    /// The latent that is traversed.
    pub traversed: usize,
    /// The net's place on a mode's surface, if principal components are known.
    pub point: Option<ModePoint>,
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
    let (x_all, z_all, head_slice) = (plan.x(), plan.z(), plan.head());
    let stride = plan.net.head_dim();
    // A decoder of something else than the input makes no pictures.
    let pictures = plan.net.target == plan.net.input;
    let examples = examples_of(request, chunk);
    let to_images = |values: Vec<f32>| to_pictures(&setup.preprocessor, &values, d);
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
    z[..examples * k].copy_from_slice(&prior_draws(seed, live, examples, k));
    // A latent that is held is at its prior mean in what the model generates, too.
    let modes = backend.plan().latent_modes();
    let modes = backend.read(modes)?;
    for (index, value) in z[..examples * k].iter_mut().enumerate() {
        *value *= modes[index % k];
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
