//! The change of the decoder's first layer that best adds a given picture to what a latent writes.
//!
//! A latent's row of weights w in a dense first layer enters the output only through `w·z_j`. In a decoder that is
//! this layer alone the best change is the picture itself, as in a linear model. In a deeper one it is, to first
//! order, the gradient `g_h = ∂⟨p, D⟩/∂(input of unit h)` at the prior mean z = 0. It is measured on the device, by
//! the kernels that train: the first layer is replaced by one that leads each latent to one unit, so that one
//! decoding tells the answer to many units at once.

use crate::compute::{Plan, Slice};
use crate::model::NetSpec;

/// How far a unit's input is moved to either side: far above rounding, far below the bends of activations.
const NUDGE: f32 = 0.02;

/// The measurement under way.
pub(super) struct Push {
    /// The picture, one number per number of the target.
    picture: Vec<f32>,
    /// The first layer's weights, κ rows.
    weight: Slice,
    units: usize,
    /// Latents, hence units of one decoding, as far as the rows of a chunk allow.
    latents: usize,
    together: usize,
    gradient: Vec<f64>,
}

/// One decoding: what to write before it.
pub(super) struct Probe {
    pub(super) weights: Vec<f32>,
    pub(super) z: Vec<f32>,
    pub(super) rows: usize,
}

/// Whether the first layer `reader` gives the output itself, up to what has no weights.
pub(super) fn is_linear(net: &NetSpec, reader: usize) -> bool {
    net.decoder[reader].output.len() == net.out_dim()
        && net.out_dim() == net.target_dim()
        && net.decoder[reader + 1..]
            .iter()
            .all(|n| n.weight().is_none())
}

impl Push {
    /// `weight` is where the first layer's weights are.
    pub(super) fn new(plan: &Plan, weight: Slice, picture: Vec<f32>) -> Self {
        let latents = plan.net.latents;
        Self {
            picture,
            weight,
            units: weight.len / latents,
            latents,
            together: latents.min(plan.chunk / 2).max(1),
            gradient: Vec::new(),
        }
    }

    /// The part of the arena that takes the probes' weights.
    pub(super) fn weight(&self) -> Slice {
        self.weight
    }

    /// The next decoding; `None` once every unit has answered.
    pub(super) fn probe(&self) -> Option<Probe> {
        let first = self.gradient.len();
        let count = self.together.min(self.units - first);
        if count == 0 {
            return None;
        }
        let mut weights = vec![0.0; self.weight.len];
        let mut z = vec![0.0; 2 * count * self.latents];
        for i in 0..count {
            weights[i * self.units + first + i] = 1.0;
            z[2 * i * self.latents + i] = NUDGE;
            z[(2 * i + 1) * self.latents + i] = -NUDGE;
        }
        Some(Probe {
            weights,
            z,
            rows: 2 * count,
        })
    }

    /// Takes in the pictures a probe gave, two rows a unit.
    pub(super) fn answer(&mut self, pictures: &[f32]) {
        for pair in pictures.chunks_exact(2 * self.picture.len()) {
            let (more, less) = pair.split_at(self.picture.len());
            let product: f64 = self
                .picture
                .iter()
                .zip(more.iter().zip(less))
                .map(|(p, (a, b))| f64::from(*p) * (f64::from(*a) - f64::from(*b)))
                .sum();
            self.gradient.push(product / (2.0 * f64::from(NUDGE)));
        }
    }

    /// The gradient, of length one; `None` if nothing answers.
    pub(super) fn direction(&self) -> Option<Vec<f32>> {
        let length = self.gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
        (length.is_finite() && length > 0.0)
            .then(|| self.gradient.iter().map(|g| (g / length) as f32).collect())
    }
}
