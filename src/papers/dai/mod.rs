//! Dai, Wang & Wipf (2020): The Usual Suspects? Reassessing Blame for VAE Posterior Collapse.

mod conv;
mod deep_nets;
pub(super) mod fig1;
pub(super) mod fig1_bottom;
pub(super) mod fig1_middle;
pub(super) mod fig2;
mod per_pixel;
pub(super) mod prop1;
pub(super) mod prop2;
pub(super) mod taxonomy;
