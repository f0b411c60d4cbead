//! The yardstick of a loss that the data alone give: what a network pays that ignores x.

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
    /// −log p(y|z) per sample, where it does not follow from the error and γ.
    pub nll: Option<f64>,
    /// β·KL in nats per sample, β that of the step; 0 for an autoencoder.
    pub price: f64,
    /// The decoder variance γ.
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
    /// The number of latents κ.
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
        let dims = || {
            mean.iter()
                .zip(spread)
                .zip(self.mean.iter().zip(&*self.variances))
        };
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

    /// The dimension d of the target.
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

    /// How many times what an ignorant network pays a state does: the largest of its squared error over that of a decoder
    /// that gives 0, its data term over what that is worth, where the decoder is no Gaussian of one γ (a Bernoulli's squared
    /// error is bounded, its logits are not), and the price of its KL over the same (at the γ of the state, and at least a nat
    /// per latent).
    pub fn magnitude(&self, state: &State) -> f64 {
        let worth = match self.likelihood {
            Likelihood::Gaussian => self.second_moment / (2.0 * state.gamma),
            Likelihood::Bernoulli => self.dim() as f64 * std::f64::consts::LN_2,
            Likelihood::GaussianPerPixel => self.dim() as f64,
        };
        let error = (state.sse / self.second_moment).max(state.nll.map_or(0.0, |nll| nll / worth));
        let price = state.price / worth.max(self.latents as f64);
        // A number that is not finite is out of range, whichever it is.
        let finite = state.sse.is_finite() && state.nll.is_none_or(f64::is_finite);
        if finite && error.is_finite() && price.is_finite() {
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

    /// The number of latents κ.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{GammaMode, NetConfig, Preprocess};
    use crate::data::{ImageShape, Pixels};
    use crate::model::Shape;

    /// Four items of these rows, and their baseline under a likelihood; the network has κ = 3.
    fn baseline(rows: &[[f32; 2]], likelihood: Likelihood) -> Option<Baseline> {
        let (data, preprocessor) = data(rows);
        let config = NetConfig {
            likelihood,
            ..NetConfig::dense(&[4], 3)
        };
        let shape = Shape::from(data.shape);
        let net = NetSpec::new(&config, shape, shape).expect("a network");
        Baseline::of(&data, &preprocessor, &net, 0)
    }

    fn data(rows: &[[f32; 2]]) -> (Dataset, Preprocessor) {
        let data = Dataset {
            shape: ImageShape {
                height: 1,
                width: 2,
                channels: 1,
            },
            pixels: Pixels::Floats(rows.as_flattened().to_vec()),
            ..Dataset::default()
        };
        let preprocessor = Preprocessor::new(Preprocess::None, &data).expect("a preprocessor");
        (data, preprocessor)
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-4, "{a} is not {b}");
    }

    /// Columns ±1 and 3 ± 0.5 of four items: ȳ = (0, 3), variances 1 and 0.25, E‖y‖² = 1 + 9.25.
    const ROWS: [[f32; 2]; 4] = [[-1.0, 2.5], [1.0, 2.5], [-1.0, 3.5], [1.0, 3.5]];

    #[test]
    fn the_collapsed_loss_is_its_closed_form() {
        let b = baseline(&ROWS, Likelihood::Gaussian).expect("a baseline");
        close(b.variance(), 1.25);
        close(b.second_moment(), 10.25);
        let held = LiveConfig {
            gamma: 0.5,
            ..LiveConfig::default()
        };
        // By hand: 1.25/(2·0.5) + log(2π·0.5) = 1.25 + 1.144730.
        close(b.collapsed_loss(&held, 1.0).expect("a loss"), 2.394_730);
        // At the best γ, 1.25/2: 1 + log(2π·0.625) = 1 + 1.367873, whatever γ is now.
        for gamma_mode in [GammaMode::Learned, GammaMode::Optimal] {
            let moving = LiveConfig { gamma_mode, ..held };
            close(b.collapsed_loss(&moving, 1.0).expect("a loss"), 2.367_873);
        }
        // Free bits of 0.2 nats in three latents at β = 4; an autoencoder has none.
        let free = LiveConfig {
            free_bits: 0.2,
            ..held
        };
        close(
            b.collapsed_loss(&free, 4.0).expect("a loss"),
            2.394_730 + 2.4,
        );
        let twin = LiveConfig {
            objective: Objective::Autoencoder,
            ..free
        };
        close(b.collapsed_loss(&twin, 0.0).expect("a loss"), 2.394_730);
    }

    #[test]
    fn other_likelihoods_have_theirs_or_none() {
        let live = LiveConfig::default();
        // Means 1/4 and 1/2: entropies 0.562335 and 0.693147.
        let black = [[0.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]];
        let b = baseline(&black, Likelihood::Bernoulli).expect("a baseline");
        close(b.collapsed_loss(&live, 1.0).expect("a loss"), 1.255_482);
        // ½(1 + log 2π) + ½(1 + log 2π/4) = 1.418939 + 0.725791.
        let b = baseline(&ROWS, Likelihood::GaussianPerPixel).expect("a baseline");
        close(b.collapsed_loss(&live, 1.0).expect("a loss"), 2.144_730);
        // A pixel that never changes has a γ of 0, and the loss no minimum.
        let still = [[1.0, 2.0], [1.0, 3.0], [1.0, 4.0], [1.0, 5.0]];
        let b = baseline(&still, Likelihood::GaussianPerPixel).expect("a baseline");
        assert_eq!(b.collapsed_loss(&live, 1.0), None);
        assert_eq!(b.ceiling(&live, 1.0), None);
        assert_eq!(baseline(&[[0.0, 0.0]; 4], Likelihood::Gaussian), None);
        assert_eq!(baseline(&[[f32::NAN, 0.0]; 4], Likelihood::Gaussian), None);
    }

    #[test]
    fn other_items_are_measured_from_the_mean_of_all() {
        let b = baseline(&ROWS, Likelihood::Gaussian).expect("a baseline");
        let (data, preprocessor) = data(&ROWS);
        // The first two items have y₂ = 2.5 alike, half away from the mean of all.
        let first = b.over(&data, &preprocessor, 0, 2).expect("a baseline");
        close(first.variance(), 1.25);
        close(first.second_moment(), 1.0 + 6.25);
        assert_eq!(b.over(&data, &preprocessor, 0, 4).expect("all"), b);
    }

    #[test]
    fn what_is_above_collapse_and_what_is_out_of_range() {
        let b = baseline(&ROWS, Likelihood::Gaussian).expect("a baseline");
        let live = LiveConfig::default();
        let state = |sse: f64, kl: f64| State {
            sse,
            nll: None,
            price: kl,
            gamma: 1.0,
        };
        let loss = |s: &State| 0.5 * s.sse + (2.0 * std::f64::consts::PI).ln() + s.price;
        let judged = |s: State| b.judge(&s, loss(&s), &live, 1.0);
        assert_eq!(judged(state(0.4, 0.3)), Sanity::Sound);
        // Collapsed but for the wander of a trained one, here 1 % of V.
        assert_eq!(judged(state(1.2625, 1e-4)), Sanity::Sound);
        // The mean, with a KL that buys nothing.
        let above = judged(state(1.25, 6.5));
        assert!(
            matches!(above, Sanity::Above(nats) if (nats - 6.5).abs() < 1e-9),
            "{above:?}"
        );
        for far in [
            state(1.1e5, 0.0),
            state(1.0, 1e31),
            state(f64::NAN, 1.0),
            state(1.0, f64::INFINITY),
        ] {
            assert!(judged(far).is_exploded(), "{far:?}");
        }
        let logits =
            baseline(&[[0.0, 1.0], [1.0, 1.0]], Likelihood::Bernoulli).expect("a baseline");
        let far = State {
            nll: Some(1e9),
            ..state(1.0, 0.0)
        };
        assert!(logits.judge(&far, 1e9, &live, 1.0).is_exploded());
        // Where half of the network is held collapse may be out of reach; an explosion is one all the same.
        let held = LiveConfig {
            trained: TrainedPart::Encoder,
            ..live
        };
        let s = state(1.25, 6.5);
        assert_eq!(b.judge(&s, loss(&s), &held, 1.0), Sanity::Sound);
        assert!(b.judge(&state(1e9, 0.0), 5e8, &held, 1.0).is_exploded());
    }
}
