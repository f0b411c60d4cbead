//! What a piece of code was taken for.

use super::factor::Factor;
use super::form::{LossForm, Sizes};
use super::reader::OwnSizes;

/// What a piece of code was taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// How the loss is written.
    pub form: LossForm,
    /// The KL's weight: a number, and powers of d, κ and the batch that the form's reductions do not hold. `None`
    /// where not all that multiplies it was read.
    pub weight: Option<Factor>,
    /// The standard deviation of the prior, where a KL with numbers in it was read.
    pub eta_enc: Option<f64>,
    /// Sizes that are numbers in the code.
    pub sizes: OwnSizes,
    /// What was recognised, one sentence each.
    pub found: Vec<String>,
    /// What was not, and is assumed.
    pub assumed: Vec<String>,
    /// What stands in the code and could not be placed: with any of it there is no β.
    pub unread: Vec<String>,
}

impl Reading {
    /// The β of the loss, if everything in it was read.
    pub fn beta(&self, sizes: &Sizes) -> Option<f64> {
        if !self.unread.is_empty() {
            return None;
        }
        let weight = self.weight?.at(sizes);
        self.form.beta(weight, sizes).ok()
    }

    /// Whether the loss' β depends on the sizes of d, κ and the batch, in this order.
    pub fn needs(&self) -> [bool; 3] {
        let one = Sizes {
            dim: 1,
            latents: 1,
            batch: 1,
            gamma: 1.0,
        };
        let at = |sizes: Sizes| {
            let weight = self.weight.map_or(1.0, |w| w.at(&sizes));
            self.form
                .beta_per_weight(&sizes)
                .map_or(1.0, |b| b * weight)
        };
        let base = at(one);
        [
            Sizes { dim: 2, ..one },
            Sizes { latents: 2, ..one },
            Sizes { batch: 2, ..one },
        ]
        .map(|sizes| (at(sizes) / base - 1.0).abs() > 1e-9)
    }
}
