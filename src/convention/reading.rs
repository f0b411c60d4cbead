//! What a piece of code was taken for.

use super::factor::Factor;
use super::form::{ErrorTerm, LossForm, Sizes};
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
    /// The β of the loss, if everything in it was read: with nothing unread there is one for all sizes from 1 to 10⁹.
    pub fn beta(&self, sizes: &Sizes) -> Option<f64> {
        if !self.unread.is_empty() {
            return None;
        }
        let weight = self.weight?.at(sizes);
        self.form.beta(weight, sizes).ok()
    }

    /// Names why there is no β at any sizes, where nothing else does.
    pub(super) fn explain(&mut self) {
        let about = |value: f64| value.is_finite() && (1e-60..1e60).contains(&value.abs());
        let text = match self.weight {
            _ if !self.unread.is_empty() => return,
            _ if self.form.error == ErrorTerm::Absolute => {
                "the absolute error: it is the likelihood of a Laplace decoder, neither Gaussian nor Bernoulli, and no β translates it"
            }
            Some(w)
                if about(w.number)
                    && about(self.form.error_variance)
                    && [w.pixels, w.latents, w.batch]
                        .iter()
                        .all(|p| p.abs() <= 6.0) =>
            {
                return;
            }
            Some(_) => "the weight of the KL, which is beyond all sense",
            None => "the weight of the KL",
        };
        self.unread.push(text.into());
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
