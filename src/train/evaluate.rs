//! Read-back statistics over a fixed evaluation set.
//!
//! The device reduces each chunk; chunks are merged here in f64 by Chan's formula.

use std::ops::Range;
use std::sync::Arc;

use crate::compute::{
    Backend, Error, Program, StatisticsLayout as Layout, StepInputs, StepMetrics,
};
use crate::config::{Estimator, Likelihood, LiveConfig, Objective};
use crate::rng::{Stream, normal};

use super::posterior::Posterior;
use super::sanity::{Baseline, Sanity, State};
use super::trainer::base_inputs;

/// What one latent does, over the evaluated samples.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LatentStatistics {
    /// `E_x` `KL_j` in nats; NaN for an autoencoder, which has no posterior.
    pub kl: f64,
    /// `E_x` `σ_j²`; NaN for an autoencoder.
    pub mean_sigma2: f64,
    /// The mean of the posterior mean over the data, `E_x` `μ_j`.
    pub mean_mu: f64,
    /// The variance of the posterior mean over the data, `Var_x` `μ_j`.
    pub var_mu: f64,
    /// Share of samples with `KL_j` below [`Layout::EPSILON`] nats; NaN for an autoencoder.
    pub collapsed_share: f64,
    /// f₋ⱼ − f: how much the squared error grows when `z_j` is replaced by its prior mean; absent until
    /// measured.
    pub gain: Option<f64>,
    /// The gain against a draw from the prior in place of the prior mean. The draw costs noise as well: twice the gain
    /// at the linear optimum.
    pub gain_resampled: Option<f64>,
}

/// What the squared error grows by when one latent is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LatentGain {
    /// The growth when the latent is replaced by its prior mean.
    pub zeroed: f64,
    /// The growth when the latent is replaced by a draw from its prior.
    pub resampled: f64,
}

/// The state of a model over an evaluation set, at fixed weights and γ.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The step the weights come from.
    pub step: u64,
    /// Number of samples evaluated.
    pub samples: usize,
    /// E‖x − x̂‖², summed over dimensions, z ~ q, every latent in use.
    pub sse: f64,
    /// E[−log p(x|z)] in nats, where it does not follow from `sse` and γ.
    pub nll: Option<f64>,
    /// The decoder's distribution.
    pub likelihood: Likelihood,
    /// E KL in nats, summed over latents; NaN for an autoencoder.
    pub kl: f64,
    /// γ.
    pub gamma: f64,
    /// β.
    pub beta: f64,
    /// `η_enc`, the prior's standard deviation.
    pub eta_enc: f64,
    /// d.
    pub dim: usize,
    /// Mean log |det ∂x/∂v| of the preprocessing over the same items, in nats; absent where it was not asked for.
    pub log_det: Option<f64>,
    /// E‖y − ȳ‖² of the same items, summed over dimensions, ȳ being the mean of all; none before [`Self::judge`] or where the
    /// data have none.
    pub variance: Option<f64>,
    /// What was trained, as [`Self::judge`] was told.
    pub objective: Objective,
    /// Whether the numbers can be a result; unknown before [`Self::judge`].
    pub sanity: Sanity,
    /// One entry per latent.
    pub latents: Vec<LatentStatistics>,
    /// q(z|x) of every evaluated sample.
    pub posterior: Arc<Posterior>,
}

impl Default for Evaluation {
    /// Nothing measured, a unit prior.
    fn default() -> Self {
        Self {
            step: 0,
            samples: 0,
            sse: 0.0,
            nll: None,
            likelihood: Likelihood::default(),
            kl: 0.0,
            gamma: 0.0,
            beta: 0.0,
            eta_enc: 1.0,
            dim: 0,
            log_det: None,
            variance: None,
            objective: Objective::default(),
            sanity: Sanity::default(),
            latents: Vec::new(),
            posterior: Arc::default(),
        }
    }
}

impl Evaluation {
    /// The variance of the prior, `η_enc²`.
    pub fn prior_variance(&self) -> f64 {
        self.eta_enc * self.eta_enc
    }

    /// Says what the numbers can be, held against the collapsed loss of the same items; `live` are the settings they were
    /// trained under and [`Self::beta`] the β of the moment. An autoencoder loses what it has no use for: the head's other
    /// half is there, but its KL and σ² are of nothing that was trained.
    pub fn judge(&mut self, baseline: Option<&Baseline>, live: &LiveConfig) {
        self.objective = live.objective;
        if !self.has_posterior() {
            self.kl = f64::NAN;
            self.posterior = Arc::new(self.posterior.deterministic());
            for latent in &mut self.latents {
                latent.kl = f64::NAN;
                latent.mean_sigma2 = f64::NAN;
                latent.collapsed_share = f64::NAN;
            }
        }
        let state = State {
            sse: self.sse,
            nll: self.nll,
            price: self.price(),
            gamma: self.gamma,
        };
        self.variance = baseline.map(Baseline::variance);
        self.sanity = baseline.map_or(Sanity::Sound, |b| {
            b.judge(&state, self.loss(), live, self.beta)
        });
    }

    /// Whether there is a posterior: an autoencoder has no KL, no σ² and no bound.
    pub fn has_posterior(&self) -> bool {
        self.objective == Objective::Vae
    }

    /// L = sse/(2γ) + (d/2) log 2πγ + β·KL; for an autoencoder its data term alone.
    pub fn loss(&self) -> f64 {
        self.data_term(self.gamma) + self.price()
    }

    /// β·KL; 0 for an autoencoder.
    pub(super) fn price(&self) -> f64 {
        if self.has_posterior() {
            self.beta * self.kl
        } else {
            0.0
        }
    }

    /// The ELBO at this γ (β = 1), in nats; NaN for an autoencoder.
    pub fn elbo(&self) -> f64 {
        -(self.data_term(self.gamma) + self.kl)
    }

    /// γ* = sse/d, the optimal γ given everything else (Dai et al. eq. 9).
    pub fn gamma_star(&self) -> f64 {
        self.sse / self.dim as f64
    }

    /// The σ²-tuned ELBO of Lucas et al.: the same networks with γ set to γ*; NaN for an autoencoder.
    pub fn elbo_tuned(&self) -> f64 {
        -(self.data_term(self.gamma_star()) + self.kl)
    }

    /// E[−log p(x|z)] at a γ, which matters to the Gaussian with one γ only.
    fn data_term(&self, gamma: f64) -> f64 {
        if let Some(nll) = self.nll {
            return nll;
        }
        self.sse / (2.0 * gamma) + 0.5 * self.dim as f64 * (2.0 * std::f64::consts::PI * gamma).ln()
    }
}

/// Inputs of an evaluation chunk.
pub(super) fn chunk_inputs(
    backend: &dyn Backend,
    seed: u32,
    live: &LiveConfig,
    chunk: usize,
) -> StepInputs {
    let plan = backend.plan();
    let first = chunk * plan.chunk;
    StepInputs {
        step: chunk as u32,
        first: first as u32,
        samples: plan.samples as u32,
        rows: plan.chunk.min(plan.samples - first.min(plan.samples)) as u32,
        beta: live.beta as f32,
        ..base_inputs(seed, live, Estimator::Sampled)
    }
}

/// Evaluates the first `samples` items in file order with one fixed draw of ε.
///
/// `keep_going` is asked between chunks; false ends the evaluation early with what is there.
///
/// # Errors
/// [`Error`] if the device fails.
pub fn evaluate(
    backend: &mut dyn Backend,
    seed: u32,
    live: &LiveConfig,
    samples: usize,
    keep_going: &dyn Fn() -> bool,
) -> Result<Evaluation, Error> {
    let (plan_chunk, latents, dim) = {
        let plan = backend.plan();
        (plan.chunk, plan.net.latents, plan.net.target_dim())
    };
    let samples = samples.clamp(1, backend.plan().samples);
    let (sse_slice, statistics) = (backend.plan().sse(), backend.plan().statistics());
    let (nll_slice, likelihood) = (backend.plan().nll(), backend.plan().net.likelihood);
    let mut total = vec![Merge::default(); latents];
    let (mut sse, mut nll) = (0.0, 0.0);
    let mut posterior = Posterior::default();
    let mut counted = 0_usize;
    for chunk in 0..samples.div_ceil(plan_chunk) {
        let mut inputs = chunk_inputs(backend, seed, live, chunk);
        let rows = (samples - chunk * plan_chunk).min(inputs.rows as usize);
        inputs.rows = rows as u32;
        backend.run(Program::Evaluate, &inputs)?;
        let fields = backend.read(statistics)?;
        let sum = |values: Vec<f32>| values[..rows].iter().map(|&v| f64::from(v)).sum::<f64>();
        sse += sum(backend.read(sse_slice)?);
        if likelihood != Likelihood::Gaussian {
            nll += sum(backend.read(nll_slice)?);
        }
        for (j, latent) in total.iter_mut().enumerate() {
            let field = |index: usize| f64::from(fields[index * latents + j]);
            latent.add(
                rows as f64,
                field(Layout::MEAN_MU),
                field(Layout::M2_MU),
                [
                    field(Layout::SUM_SIGMA2),
                    field(Layout::SUM_KL),
                    field(Layout::COLLAPSED),
                ],
            );
        }
        posterior.append(backend, rows)?;
        counted += rows;
        if !keep_going() {
            break;
        }
    }
    let n = counted as f64;
    let latents: Vec<LatentStatistics> = total.iter().map(|m| m.finish(n)).collect();
    Ok(Evaluation {
        step: 0,
        samples: counted,
        sse: sse / n,
        nll: (likelihood != Likelihood::Gaussian).then_some(nll / n),
        likelihood,
        kl: latents.iter().map(|l| l.kl).sum(),
        gamma: read_gamma(backend)?,
        beta: live.beta,
        eta_enc: live.eta_enc,
        dim,
        log_det: None,
        variance: None,
        objective: Objective::Vae,
        sanity: Sanity::default(),
        latents,
        posterior: Arc::new(posterior),
    })
}

/// γ as the device holds it.
pub(super) fn read_gamma(backend: &mut dyn Backend) -> Result<f64, Error> {
    let Some(slice) = backend.plan().parameter("log_gamma") else {
        return Ok(f64::NAN);
    };
    Ok(f64::from(backend.read(slice)?[0]).exp())
}

/// The steps of the stream of prior samples from which gains draw; smaller ones are those of pictures and estimates.
const RESAMPLED: u32 = 1 << 16;

/// Measures the gain f₋ⱼ − f of the latents in `which` over the given chunks, with the mask `base` on
/// all others, both ways of taking a latent out.
///
/// # Errors
/// [`Error`] if the device fails.
pub fn measure_gains(
    backend: &mut dyn Backend,
    seed: u32,
    live: &LiveConfig,
    chunks: Range<usize>,
    which: Range<usize>,
    base: &[f32],
    keep_going: &dyn Fn() -> bool,
) -> Result<Vec<LatentGain>, Error> {
    let plan = backend.plan();
    let (sse, mask, z, latents) = (plan.sse(), plan.mask(), plan.z(), plan.net.latents);
    let mut gains = vec![LatentGain::default(); which.len()];
    let mut rows_total = 0.0;
    for chunk in chunks {
        let inputs = chunk_inputs(backend, seed, live, chunk);
        let rows = inputs.rows as usize;
        if rows == 0 {
            break;
        }
        backend.write(mask, base)?;
        backend.run(Program::Evaluate, &inputs)?;
        let sum = |values: Vec<f32>| values[..rows].iter().map(|&v| f64::from(v)).sum::<f64>();
        let with = sum(backend.read(sse)?);
        let own = backend.read(z)?;
        for (gain, j) in gains.iter_mut().zip(which.clone()) {
            let mut without = base.to_vec();
            without[j] = 0.0;
            backend.write(mask, &without)?;
            backend.run(Program::Decode, &inputs)?;
            gain.zeroed += sum(backend.read(sse)?) - with;
            let mut drawn = own.clone();
            for (row, values) in drawn.chunks_exact_mut(latents).enumerate() {
                let address = (row * latents + j) as u32;
                let step = RESAMPLED.wrapping_add(chunk as u32);
                values[j] = live.eta_enc as f32 * normal(seed, Stream::Prior, address, step);
            }
            backend.write(mask, base)?;
            backend.write(z, &drawn)?;
            backend.run(Program::Decode, &inputs)?;
            gain.resampled += sum(backend.read(sse)?) - with;
            backend.write(z, &own)?;
        }
        rows_total += rows as f64;
        if !keep_going() {
            break;
        }
    }
    backend.write(mask, base)?;
    for gain in &mut gains {
        gain.zeroed /= rows_total.max(1.0);
        gain.resampled /= rows_total.max(1.0);
    }
    Ok(gains)
}

/// Chan's merge of one latent's chunks.
#[derive(Clone, Default)]
struct Merge {
    n: f64,
    mean: f64,
    m2: f64,
    sums: [f64; 3],
}

impl Merge {
    fn add(&mut self, n: f64, mean: f64, m2: f64, sums: [f64; 3]) {
        let all = self.n + n;
        let delta = mean - self.mean;
        self.m2 += m2 + delta * delta * self.n * n / all;
        self.mean += delta * n / all;
        self.n = all;
        for (total, sum) in self.sums.iter_mut().zip(sums) {
            *total += sum;
        }
    }

    fn finish(&self, n: f64) -> LatentStatistics {
        LatentStatistics {
            kl: StepMetrics::rounded_kl(self.sums[1] / n, 1),
            mean_sigma2: self.sums[0] / n,
            mean_mu: self.mean,
            var_mu: self.m2 / n,
            collapsed_share: self.sums[2] / n,
            gain: None,
            gain_resampled: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Merge;

    #[test]
    fn merging_chunks_gives_the_variance_of_the_whole() {
        let values: Vec<f64> = (0..1000).map(|i| 1e4 + f64::from(i % 37) * 1e-3).collect();
        let mut merge = Merge::default();
        for chunk in values.chunks(77) {
            let n = chunk.len() as f64;
            let mean = chunk.iter().sum::<f64>() / n;
            let m2 = chunk.iter().map(|v| (v - mean).powi(2)).sum();
            merge.add(n, mean, m2, [0.0; 3]);
        }
        let mean = values.iter().sum::<f64>() / 1000.0;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 1000.0;
        let merged = merge.finish(1000.0);
        assert!((merged.var_mu - variance).abs() < 1e-9 * variance);
        assert!((merged.mean_mu - mean).abs() < 1e-9 * mean);
    }
}
