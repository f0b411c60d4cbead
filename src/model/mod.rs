//! A network as data: layers and shapes, the flat arena its parameters live in, initial values.
//!
//! Nothing here computes; the plan in [`crate::compute`] is built from these descriptions.

mod arena;
mod init;
mod spec;

pub use arena::{Arena, Tensor};
pub use init::initial_parameters;
pub use spec::{DenseSpec, ModelError, NetSpec};
