//! The engine as a whole: objectives against hand-computed values, determinism, interruption, recovery.

mod determinism;
mod objectives;
mod recovery;
