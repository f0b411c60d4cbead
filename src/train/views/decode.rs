//! Decoding given latent vectors, in as many passes as a chunk needs, and the posterior means of chosen items: what
//! every picture of the latent space is made of.

use crate::compute::{Backend, Error, Program, Slice};
use crate::config::LiveConfig;
use crate::data::Preprocessor;
use crate::train::evaluate::chunk_inputs;

/// The first `count` rows of a buffer of rows this wide.
pub(super) fn rows(slice: Slice, count: usize, width: usize) -> Slice {
    Slice {
        len: count * width,
        ..slice
    }
}

/// x̂ of the first `count` rows evaluated or decoded last, `count × d`.
pub(super) fn decoded(backend: &mut dyn Backend, count: usize) -> Result<Vec<f32>, Error> {
    let (out, width) = (backend.plan().out(), backend.plan().net.out_dim());
    let values = backend.read(rows(out, count, width))?;
    Ok(backend.plan().reconstructions(values))
}

/// x̂ of every row of `z`, `n × κ`, under the mask that is set: `n × d`.
///
/// It overwrites the evaluation's own buffers and nothing that a training step reads. A last incomplete row is
/// left out.
///
/// # Errors
/// [`Error`] if the device fails.
pub(in crate::train) fn decode(
    backend: &mut dyn Backend,
    seed: u32,
    live: &LiveConfig,
    z: &[f32],
) -> Result<Vec<f32>, Error> {
    let inputs = chunk_inputs(backend, seed, live, 0);
    let plan = backend.plan();
    let (latents, chunk, target) = (plan.net.latents, plan.chunk, plan.z());
    let whole = z.len() / latents * latents;
    let mut all = Vec::with_capacity(whole / latents * plan.net.target_dim());
    for part in z[..whole].chunks(chunk * latents) {
        let count = part.len() / latents;
        backend.write(rows(target, count, latents), part)?;
        backend.run(Program::Decode, &inputs)?;
        all.extend(decoded(backend, count)?);
    }
    Ok(all)
}

/// An item as the network sees it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Encoded {
    /// x, d long.
    pub x: Vec<f32>,
    /// The posterior's mean, κ long.
    pub mu: Vec<f32>,
}

/// x and μ of items in file order, each chunk encoded once; empty beyond the last item.
pub(super) fn encode(
    backend: &mut dyn Backend,
    seed: u32,
    live: &LiveConfig,
    items: &[usize],
) -> Result<Vec<Encoded>, Error> {
    let plan = backend.plan();
    let (chunk, samples, latents) = (plan.chunk, plan.samples, plan.net.latents);
    let (d, stride) = (plan.net.dim, plan.net.head_dim());
    let (x, head) = (plan.x(), plan.head());
    let mut found = vec![Encoded::default(); items.len()];
    let mut chunks: Vec<usize> = items.iter().map(|item| item / chunk).collect();
    chunks.sort_unstable();
    chunks.dedup();
    for index in chunks.into_iter().filter(|c| c * chunk < samples) {
        let inputs = chunk_inputs(backend, seed, live, index);
        backend.run(Program::Evaluate, &inputs)?;
        for (item, slot) in items.iter().zip(&mut found) {
            let row = item % chunk;
            if item / chunk != index || row >= inputs.rows as usize {
                continue;
            }
            let at = |slice: Slice, width: usize, len: usize| Slice {
                offset: slice.offset + row * width,
                len,
                ..slice
            };
            slot.x = backend.read(at(x, d, d))?;
            slot.mu = backend.read(at(head, stride, latents))?;
        }
    }
    Ok(found)
}

/// Brightness bytes of rows of x, one picture per row.
pub(super) fn to_pictures(preprocessor: &Preprocessor, values: &[f32], d: usize) -> Vec<Vec<u8>> {
    values
        .chunks_exact(d.max(1))
        .map(|row| {
            let shown = preprocessor.display(row);
            shown.iter().map(|v| (v * 255.0).round() as u8).collect()
        })
        .collect()
}
