//! Wang & Ziyin (2022): Posterior Collapse of a Linear Latent Variable Model.

mod beta_sweep;
pub(super) mod etadec;
pub(super) mod fig1;
pub(super) mod fig2;
pub(super) mod fig3;
pub(super) mod thm3;
