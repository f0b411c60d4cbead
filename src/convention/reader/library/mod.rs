//! What is known of the libraries: PyTorch, TensorFlow, Keras, JAX, NumPy and Python's own functions.

mod algebra;
mod containers;
mod distributions;
mod losses;
mod optimisers;
mod reductions;
mod sides;
mod sizes;

use crate::convention::value::Value;

use super::Reader;
use super::call::Call;

impl<'t> Reader<'t> {
    /// The value of a call of a library; `None` if the function is not known.
    pub(super) fn library(&mut self, call: &Call<'t>) -> Option<Value> {
        self.optimiser(call)
            .or_else(|| self.loss(call))
            .or_else(|| self.distribution(call))
            .or_else(|| self.container(call))
            .or_else(|| self.size(call))
            .or_else(|| self.reduction(call))
            .or_else(|| self.algebra(call))
    }
}
