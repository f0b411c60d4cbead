//! A network as data: layers and shapes, the flat arena its parameters live in, initial values.
//!
//! Nothing here computes; the plan in [`crate::compute`] is built from these descriptions.

mod arena;
mod init;
mod lower;
mod node;
mod shape;
mod spec;

pub use arena::{Arena, Initial, Tensor};
pub use init::initial_parameters;
pub use node::{Node, NodeKind, Source};
pub use shape::{Geometry, Shape};
pub use spec::{ModelError, NetSpec};
