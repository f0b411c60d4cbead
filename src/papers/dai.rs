//! Dai, Wang & Wipf (2020): The Usual Suspects? Reassessing Blame for VAE Posterior Collapse.

pub(super) mod prop1;
