//! Losses in Python code: shapes that people write, arrangements that nobody has written yet, and texts that are no code.

mod arrangements;
mod changing;
mod codebases;
mod cut;
mod hostile;
mod missing;
mod reasons;
mod shapes;
mod sides;
mod turns;

use collapse_explorer::convention::{Reading, Sizes, read_loss};

/// d = 784, κ = 16, batch 128, γ = 1.
const SIZES: Sizes = Sizes {
    dim: 784,
    latents: 16,
    batch: 128,
    gamma: 1.0,
};

/// The reading of a text that has a loss.
fn read(text: &str) -> Reading {
    read_loss(text).unwrap_or_else(|| panic!("nothing read in\n{text}"))
}
