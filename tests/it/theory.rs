//! The closed forms of the theory against direct numerical minimisation and dense matrices.

mod dense;
mod extremes;
mod learned_gamma;
mod minimise;
mod modes;
mod ppca;
