//! A small push on dead latents, so that those which would pay can revive.
//!
//! A latent whose weights are zero stays there whatever β is: the origin is a stationary point. Warm starts
//! would carry that zero along, and a sweep down would find hysteresis where there is none.

use crate::compute;
use crate::rng::{Stream, uniform};
use crate::train::Trainer;

/// Size of a kick as a share of the weights' initial scale: added numbers are uniform in
/// ±KICK/√fan-in, initial weights in ±1/√fan-in. On a linear net the `Var μ` it makes is KICK²/3 times the
/// mean of ζ², in expectation: far below what counts as active.
pub const KICK: f64 = 0.02;

/// Steps of the initial weights' stream are tensor indices; a kick's begin here.
const FIRST_STREAM_STEP: u32 = 1 << 16;

/// `parameters` with the weights into and out of the latents in `dead` kicked by `share` of
/// [`KICK`]; kick `number` of `seed`.
///
/// # Errors
/// [`compute::Error`] if the network has not the tensors that its plan names.
pub(super) fn kicked(
    trainer: &Trainer,
    mut parameters: Vec<f32>,
    dead: &[usize],
    seed: u32,
    number: u32,
    share: f64,
) -> Result<Vec<f32>, compute::Error> {
    let plan = trainer.plan();
    let latents = plan.net.latents;
    let mut push = |name: &str, which: &dyn Fn(usize) -> bool, side: u32| {
        let name = format!("{name}.weight");
        let tensor = plan
            .arena
            .get(&name)
            .ok_or_else(|| compute::Error::Data(format!("the network has no tensor {name}")))?;
        let bound = share * KICK / (tensor.shape[0] as f64).sqrt();
        let step = FIRST_STREAM_STEP + 2 * number + side;
        for (element, value) in parameters[tensor.range()].iter_mut().enumerate() {
            if which(element) {
                let u = uniform(seed, Stream::Init, element as u32, step);
                *value += (bound * (2.0 * f64::from(u) - 1.0)) as f32;
            }
        }
        Ok(())
    };
    // The head gives μ | log σ² side by side, or μ alone: latent j is column j.
    if let Some(head) = plan.net.encoder.last() {
        let columns = head.output.len();
        push(
            &head.name,
            &|element| dead.contains(&(element % columns)),
            0,
        )?;
    }
    // A decoder that begins with a dense layer takes latent j by row j.
    let first = plan
        .net
        .decoder
        .iter()
        .find_map(|n| n.weight().map(|w| (n, w)));
    if let Some((node, [rows, columns])) = first
        && rows == latents
    {
        push(
            &node.name,
            &|element| dead.contains(&(element / columns)),
            1,
        )?;
    }
    Ok(parameters)
}
