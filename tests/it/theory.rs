//! The closed forms of the theory against direct numerical minimisation and dense matrices.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod dense;
mod extremes;
mod learned_gamma;
mod minimise;
mod modes;
mod ppca;
