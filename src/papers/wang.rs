//! Wang & Ziyin (2022): Posterior Collapse of a Linear Latent Variable Model.

pub(super) mod etadec;
pub(super) mod thm3;
