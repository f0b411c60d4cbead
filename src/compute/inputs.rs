//! The numbers that change from step to step, in and out.

use bytemuck::{Pod, Zeroable};

/// What one step needs beyond the buffers; `StepInputs` of `shaders/shared/step.wgsl`, byte for byte.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct StepInputs {
    /// The run's seed: the key of every random stream.
    pub seed: u32,
    /// The counter of ε: the step while training, the chunk while evaluating.
    pub step: u32,
    /// The epoch, which keys the shuffle.
    pub epoch: u32,
    /// Position of the batch's first sample in the epoch's order.
    pub first: u32,
    /// n, the number of samples in the data set.
    pub samples: u32,
    /// Rows of the batch that count; the rest of an evaluation's last chunk is padding.
    pub rows: u32,
    /// What Adam may change: bits of [`Self::TRAIN_ENCODER`] and its neighbours.
    pub trained: u32,
    /// Row of the metrics buffer this step writes.
    pub slot: u32,
    /// β of this step, its schedule applied.
    pub beta: f32,
    /// Adam's step size.
    pub learning_rate: f32,
    /// 1 − β₁ᵗ.
    pub correction1: f32,
    /// √(1 − β₂ᵗ).
    pub correction2_sqrt: f32,
    /// Factor on ε: 1, or 0 for the deterministic twin and the analytic objective.
    pub noise: f32,
    /// λ of the free bits, in nats per latent.
    pub free_bits: f32,
    /// α of the soft threshold.
    pub alpha: f32,
    /// `η_enc`², the prior's variance.
    pub prior_variance: f32,
}

impl Default for StepInputs {
    /// The plain β-VAE at its first step: β = 1, everything trained but γ, nothing to gather yet.
    fn default() -> Self {
        let mut this = Self {
            seed: 0,
            step: 0,
            epoch: 0,
            first: 0,
            samples: 1,
            rows: 1,
            trained: Self::TRAIN_ENCODER | Self::TRAIN_DECODER,
            slot: 0,
            beta: 1.0,
            learning_rate: 0.0,
            correction1: 1.0,
            correction2_sqrt: 1.0,
            noise: 1.0,
            free_bits: 0.0,
            alpha: 0.0,
            prior_variance: 1.0,
        };
        this.set_adam_time(1);
        this
    }
}

impl StepInputs {
    /// The encoder's parameters are trained.
    pub const TRAIN_ENCODER: u32 = 1;
    /// The decoder's are.
    pub const TRAIN_DECODER: u32 = 2;
    /// log γ is.
    pub const LEARN_GAMMA: u32 = 4;
    /// log γ is set to the optimum of the step instead.
    pub const SET_GAMMA: u32 = 8;
    /// Adam's decay of the first moment.
    pub const BETA1: f64 = 0.9;
    /// Adam's decay of the second moment.
    pub const BETA2: f64 = 0.999;
    /// Adam's ε.
    pub const EPSILON: f32 = 1e-8;

    /// Sets Adam's bias corrections for its update number `t` (the first is 1), in f64 because
    /// powers drift in f32.
    pub fn set_adam_time(&mut self, t: u64) {
        let t = t.min(i32::MAX as u64) as i32;
        self.correction1 = (1.0 - Self::BETA1.powi(t)) as f32;
        self.correction2_sqrt = (1.0 - Self::BETA2.powi(t)).sqrt() as f32;
    }
}

/// What one training step reports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepMetrics {
    /// L with its constant, per sample, in nats.
    pub loss: f64,
    /// ‖x − x̂‖² per sample, summed over dimensions.
    pub sse: f64,
    /// KL per sample in nats, summed over latents.
    pub kl: f64,
    /// γ the step used.
    pub gamma: f64,
    /// β the step used.
    pub beta: f64,
    /// −log p(x|z) per sample; with an importance-weighted objective, the bound, KL included.
    pub nll: f64,
    /// Index into the training program of the op that first produced a non-finite number.
    pub bad_op: Option<usize>,
}

impl StepMetrics {
    /// Floats of one row of the metrics buffer: loss, sse, kl, γ, β, nll, and two spare.
    pub const ROW: usize = 8;

    /// What one latent's KL may be off by for having been computed in 32 bits, in nats: a few units in the last place of
    /// the numbers near 1 of which ½(μ² + σ² − log σ² − 1) is the difference.
    pub const KL_ROUNDING: f64 = 1e-6;

    /// A mean KL over `latents` latents, which by definition is not negative: 0 where it is within its rounding below 0.
    /// What is further below stays to be seen.
    pub fn rounded_kl(kl: f64, latents: usize) -> f64 {
        if kl < 0.0 && kl >= -Self::KL_ROUNDING * latents as f64 {
            0.0
        } else {
            kl
        }
    }

    /// Reads a row of a plan of this many latents.
    pub fn from_row(row: &[f32], latents: usize, bad_op: Option<usize>) -> Self {
        Self {
            loss: f64::from(row[0]),
            sse: f64::from(row[1]),
            kl: Self::rounded_kl(f64::from(row[2]), latents),
            gamma: f64::from(row[3]),
            beta: f64::from(row[4]),
            nll: f64::from(row[5]),
            bad_op,
        }
    }
}
