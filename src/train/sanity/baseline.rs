//! What the data alone say a loss must be held against: the network that says nothing of x.

use std::sync::Arc;

use rayon::prelude::*;

use crate::config::{Likelihood, LiveConfig, Objective, TrainedPart};
use crate::data::{Dataset, Preprocessor};
use crate::model::NetSpec;

use super::{FAR, Sanity, TOLERANCE};

/// Items the statistics of a whole data set are taken over at most, evenly spaced: enough for a per cent.
const MOST_ITEMS: usize = 4096;
/// Values read for them at most, so that large pictures cost no more than small ones.
const MOST_VALUES: usize = 1 << 23;
/// How near 0 and 1 the mean of a Bernoulli target is taken to be at most: one item in ten thousand.
const LEAST_PROBABILITY: f64 = 1e-4;

/// The numbers of a step or an evaluation that are judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State {
    /// ‖y − D(z)‖² per sample, summed over dimensions.
    pub sse: f64,
    /// β·KL in nats per sample, β that of the step; 0 for an autoencoder.
    pub price: f64,
    /// γ.
    pub gamma: f64,
}

/// Moments of the decoder's target y, and what the network that gives its mean ȳ for every x would pay.
///
/// With the posterior at the prior its KL is 0, and its loss is the *collapsed loss*: for a Gaussian of one γ
/// `E‖y − ȳ‖²/(2γ) + (d/2) log 2πγ` (at the best γ, `E‖y − ȳ‖²/d`, where γ moves), for a Bernoulli the entropy of
/// every pixel's mean, for a Gaussian of a γ per pixel `Σ ½(1 + log 2πv_i)`. Free bits λ add βκλ; an importance-weighted
/// bound of it is the same, all its samples having equal weight; an autoencoder pays the data term alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    likelihood: Likelihood,
    /// κ.
    latents: usize,
    /// Whether the decoder's last layer has a bias to hold the mean.
    reachable: bool,
    /// ȳ over the data.
    mean: Arc<[f64]>,
    /// The variance of every dimension over the data.
    variances: Arc<[f64]>,
    /// E‖y‖², summed over dimensions.
    second_moment: f64,
    /// E‖y − ȳ‖², summed over dimensions.
    variance: f64,
    /// E[−log p(y)] of the constant decoder where it has no single γ; none where it has no minimum.
    constant: Option<f64>,
}

impl Baseline {
    /// The statistics of a run's target over at most 4,096 items, evenly spaced. None if the data cannot be read or are not
    /// finite, or if all of y is 0.
    pub fn of(
        data: &Dataset,
        preprocessor: &Preprocessor,
        net: &NetSpec,
        seed: u32,
    ) -> Option<Self> {
        let rows = Rows::new(data, preprocessor, seed);
        let most = MOST_ITEMS.min((MOST_VALUES / rows.dim.max(1)).max(16));
        let items = data.len().min(most);
        let at = |i: usize| (i as u128 * data.len() as u128 / items.max(1) as u128) as usize;
        // About a first guess of the mean, so that what is far from 0 and hardly varies loses no digits.
        let mut first = vec![0.0_f32; rows.dim];
        if items > 0 {
            rows.read(0, &mut first);
        }
        let guess: Vec<f64> = first.iter().map(|&y| f64::from(y)).collect();
        let (sum, squares) = rows.sums(items, &at, &guess);
        let count = items.max(1) as f64;
        let mean: Vec<f64> = sum.iter().map(|s| s / count).collect();
        let off = mean.iter().zip(&guess).map(|(m, g)| (m - g) * (m - g));
        let variances: Vec<f64> = squares
            .iter()
            .zip(off)
            .map(|(s, off)| (s / count - off).max(0.0))
            .collect();
        let this = Self {
            likelihood: net.likelihood,
            latents: net.latents,
            reachable: net.decoder.last().is_some_and(|out| out.bias() > 0),
            second_moment: 0.0,
            variance: 0.0,
            constant: None,
            mean: mean.into(),
            variances: variances.into(),
        };
        let (mean, variances) = (Arc::clone(&this.mean), Arc::clone(&this.variances));
        this.with(&mean, &variances)
    }

    /// The same network on other items: the first `items` in file order, for which the mean of all need not be the best.
    pub fn over(
        &self,
        data: &Dataset,
        preprocessor: &Preprocessor,
        seed: u32,
        items: usize,
    ) -> Option<Self> {
        let rows = Rows::new(data, preprocessor, seed);
        if rows.dim != self.mean.len() {
            return None;
        }
        let items = items.clamp(1, data.len().max(1));
        let (sum, squares) = rows.sums(items, &|i| i, &self.mean);
        let count = items as f64;
        let mean: Vec<f64> = sum.iter().map(|s| s / count).collect();
        let spread: Vec<f64> = squares.iter().map(|s| s / count).collect();
        self.with(&mean, &spread)
    }

    /// The sums over items whose y has this mean and this mean squared distance from ȳ, dimension by dimension.
    fn with(&self, mean: &[f64], spread: &[f64]) -> Option<Self> {
        let dims = || mean.iter().zip(spread).zip(self.mean.iter().zip(&*self.variances));
        let variance: f64 = spread.iter().sum();
        // E y² = E(y − ȳ)² + 2ȳ E y − ȳ².
        let second_moment = dims()
            .map(|((m, s), (centre, _))| s + 2.0 * centre * m - centre * centre)
            .sum::<f64>();
        let constant: f64 = match self.likelihood {
            Likelihood::Gaussian => f64::NAN,
            Likelihood::Bernoulli => dims()
                .map(|((m, _), (centre, _))| {
                    let p = centre.clamp(LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY);
                    -(m * p.ln() + (1.0 - m) * (1.0 - p).ln())
                })
                .sum(),
            Likelihood::GaussianPerPixel => dims()
                .map(|((_, s), (_, v))| 0.5 * ((2.0 * std::f64::consts::PI * v).ln() + s / v))
                .sum(),
        };
        let usable = second_moment > 0.0 && second_moment.is_finite() && variance.is_finite();
        usable.then(|| Self {
            second_moment,
            variance,
            constant: Some(constant).filter(|c| c.is_finite()),
            ..self.clone()
        })
    }

    /// d, of the target.
    pub fn dim(&self) -> usize {
        self.mean.len()
    }

    /// E‖y − ȳ‖², summed over dimensions.
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// E‖y‖², summed over dimensions: what a decoder that gives 0 is off by.
    pub fn second_moment(&self) -> f64 {
        self.second_moment
    }

    /// The collapsed loss in nats per sample under these settings, `beta` being the β of the step; none where it has no
    /// minimum (a pixel that never changes, under a γ per pixel).
    pub fn collapsed_loss(&self, live: &LiveConfig, beta: f64) -> Option<f64> {
        let d = self.dim() as f64;
        let data = match self.likelihood {
            Likelihood::Gaussian => {
                let gamma = self.collapsed_gamma(live);
                self.variance / (2.0 * gamma) + 0.5 * d * (2.0 * std::f64::consts::PI * gamma).ln()
            }
            Likelihood::Bernoulli | Likelihood::GaussianPerPixel => self.constant?,
        };
        let allowance = match live.objective {
            Objective::Vae => beta * self.latents as f64 * live.free_bits,
            Objective::Autoencoder => 0.0,
        };
        Some(data + allowance).filter(|loss| loss.is_finite())
    }

    /// Nats that the data term of the collapsed network is above its constant: what there is to be gained at most where γ
    /// is held, and d/2 where it is not.
    pub fn stakes(&self, live: &LiveConfig) -> f64 {
        match self.likelihood {
            Likelihood::Gaussian => self.variance / (2.0 * self.collapsed_gamma(live)),
            Likelihood::Bernoulli => self.constant.unwrap_or(0.0).max(0.0),
            Likelihood::GaussianPerPixel => 0.5 * self.dim() as f64,
        }
    }

    /// How many times what an ignorant network pays a state does: the larger of two quotients, its squared error over that
    /// of a decoder that gives 0, and the price of its KL over what the data term is worth (at the γ of the state, and at
    /// least a nat per latent).
    pub fn magnitude(&self, state: &State) -> f64 {
        let error = state.sse / self.second_moment;
        let worth = match self.likelihood {
            Likelihood::Gaussian => self.second_moment / (2.0 * state.gamma),
            Likelihood::Bernoulli => self.dim() as f64 * std::f64::consts::LN_2,
            Likelihood::GaussianPerPixel => self.dim() as f64,
        };
        let price = state.price / worth.max(self.latents as f64);
        // A number that is not finite is out of range, whichever it is.
        if error.is_finite() && price.is_finite() {
            error.max(price)
        } else {
            f64::INFINITY
        }
    }

    /// What the numbers of a state can be under these settings; `loss` is L at the β of the step.
    pub fn judge(&self, state: &State, loss: f64, live: &LiveConfig, beta: f64) -> Sanity {
        let magnitude = self.magnitude(state);
        if magnitude > FAR {
            return Sanity::Exploded(magnitude);
        }
        let ceiling = self.ceiling(live, beta);
        match self.collapsed_loss(live, beta).zip(ceiling) {
            Some((collapsed, ceiling)) if loss > ceiling => Sanity::Above(loss - collapsed),
            _ => Sanity::Sound,
        }
    }

    /// The loss above which a run is not a result; none where there is no such bound, or where training may be unable to
    /// reach the collapsed network, as where a part of the network is held or its output has no bias.
    pub fn ceiling(&self, live: &LiveConfig, beta: f64) -> Option<f64> {
        if live.trained != TrainedPart::Both || !self.reachable {
            return None;
        }
        let collapsed = self.collapsed_loss(live, beta)?;
        Some(collapsed + TOLERANCE * self.stakes(live))
    }

    /// γ of the collapsed network: the one that is held, or its best.
    fn collapsed_gamma(&self, live: &LiveConfig) -> f64 {
        if live.gamma_moves() {
            self.variance / self.dim() as f64
        } else {
            live.gamma
        }
    }

    /// κ.
    pub fn latents(&self) -> usize {
        self.latents
    }
}

/// The rows of y.
struct Rows<'a> {
    data: &'a Dataset,
    preprocessor: &'a Preprocessor,
    seed: u32,
    dim: usize,
}

impl<'a> Rows<'a> {
    fn new(data: &'a Dataset, preprocessor: &'a Preprocessor, seed: u32) -> Self {
        let targets = preprocessor.targets.as_ref();
        Self {
            data,
            preprocessor,
            seed,
            dim: targets.map_or(data.dim(), |t| t.dim),
        }
    }

    fn read(&self, item: usize, out: &mut [f32]) {
        match &self.preprocessor.targets {
            Some(targets) => {
                let row = item * self.dim..(item + 1) * self.dim;
                match targets.values.get(row) {
                    Some(values) => out.copy_from_slice(values),
                    None => out.fill(f32::NAN),
                }
            }
            None => self.preprocessor.row_into(self.data, self.seed, item, out),
        }
    }

    /// Σ y and Σ (y − c)² of every dimension over `items` items, the i-th of which is number `at(i)`.
    fn sums(
        &self,
        items: usize,
        at: &(dyn Fn(usize) -> usize + Sync),
        centre: &[f64],
    ) -> (Vec<f64>, Vec<f64>) {
        /// Items summed by one task: a sum does not depend on the number of threads.
        const BLOCK: usize = 256;
        let blocks: Vec<(Vec<f64>, Vec<f64>)> = (0..items.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let mut y = vec![0.0_f32; self.dim];
                let (mut sum, mut squares) = (vec![0.0; self.dim], vec![0.0; self.dim]);
                for i in block * BLOCK..((block + 1) * BLOCK).min(items) {
                    self.read(at(i), &mut y);
                    for ((s, q), (&y, &c)) in
                        sum.iter_mut().zip(&mut squares).zip(y.iter().zip(centre))
                    {
                        let y = f64::from(y);
                        *s += y;
                        *q += (y - c) * (y - c);
                    }
                }
                (sum, squares)
            })
            .collect();
        let (mut sum, mut squares) = (vec![0.0; self.dim], vec![0.0; self.dim]);
        for (s, q) in &blocks {
            for ((total, s), (squared, q)) in sum.iter_mut().zip(s).zip(squares.iter_mut().zip(q)) {
                *total += s;
                *squared += q;
            }
        }
        (sum, squares)
    }
}
