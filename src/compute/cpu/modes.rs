//! What the decoder sees of every latent: latents that are held inactive, or have noise put on them.

use crate::compute::inputs::StepInputs;
use crate::rng::{Stream, normal};

use super::real::Real;

/// keep x, chosen rather than multiplied: keep is 1, or 0 for a latent that is held inactive.
#[inline(always)]
pub(super) fn kept<T: Real>(keep: T, x: T) -> T {
    if keep == T::ZERO { T::ZERO } else { x }
}

/// seen ← keep z + n ξ, with keep and n of every latent behind the first κ of `table`; ε came from `noise`.
pub(super) fn show_latents<T: Real>(
    z: &[T],
    table: &[T],
    noise: Stream,
    inputs: &StepInputs,
    seen: &mut [T],
) {
    let latents = table.len() / 3;
    let (keep, spread) = table[latents..].split_at(latents);
    seen.copy_from_slice(z);
    // Modes are few and rare: a column at a time is fast enough, and nothing is done for those without.
    for (j, (&keep, &spread)) in keep.iter().zip(spread).enumerate() {
        if keep != T::ZERO && spread == T::ZERO {
            continue;
        }
        for (row, seen) in seen[j..].iter_mut().step_by(latents).enumerate() {
            let mut value = kept(keep, *seen);
            if spread != T::ZERO {
                let at = (row * latents + j) as u32;
                let xi = normal(inputs.seed, noise.beside(), at, inputs.step);
                value += spread * T::of_f32(xi);
            }
            *seen = value;
        }
    }
}
