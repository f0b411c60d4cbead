//! The closed forms of the theory against direct numerical minimisation and dense matrices.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod counting;
mod cross;
mod dense;
mod elbo;
mod extremes;
mod invariance;
mod learned_gamma;
mod matrices;
mod minimise;
mod modes;
mod ppca;
mod staircase;
mod trained;
mod weights;
