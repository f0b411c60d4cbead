//! Which minimum gradient descent ends at, from every point of a rectangle of starts (W₀, μ₀): the
//! basins of attraction of the collapsed point and of the two minima that use the latent.
//!
//! Every pixel is a descent in (W, μ, log σ) by the rule of [`descent`], with the unit of W ζ/η and
//! that of μ η. It stops when its fate is sealed, not when it has arrived:
//!
//! - **below the collapsed point's energy** the sign of W cannot change any more, and the collapsed
//!   point cannot be reached, so the descent ends at a minimum with that sign;
//! - **close to a minimum** that lies above the collapsed point's energy, at a distance from which
//!   descents in all directions were tried and return;
//! - **close to the collapsed point**, if that is a minimum and the decoder is so nearly silent that
//!   the KL's pull outweighs it tenfold.
//!
//! A descent of which none of these holds in time is [`Fate::Unfinished`] and shown as such.

pub mod descent;

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use serde::Serialize;

use super::{Collapsed, Error, GoodMinimum, SoftThreshold};
pub use descent::Fate;
use descent::{BELOW, Descent, Landscape, Real, TARGETS, advance};

/// σ at the start of a descent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StartSigma {
    /// σ of the prior, η: an encoder that knows nothing yet.
    Prior,
    /// The best for the start's (W, μ).
    Profiled,
}

/// A basin map to compute.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BasinRequest {
    /// The mode under a soft-threshold decoder.
    pub model: SoftThreshold,
    /// Left and right edge: W at the start.
    pub w_range: (f64, f64),
    /// Lower and upper edge: μ at the start.
    pub mu_range: (f64, f64),
    /// σ at the start.
    pub start: StartSigma,
    /// The largest number of steps of a descent.
    pub max_steps: u32,
}

/// The fates of a grid of starts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BasinMap {
    /// The request that the map answers.
    pub request: BasinRequest,
    /// Pixels along each side.
    pub cells: usize,
    /// The fate of every pixel, row by row from the least μ, each row from the least W; pixels are the
    /// centres of equal cells.
    pub fates: Vec<Fate>,
    /// Steps until the fate was sealed.
    pub steps: Vec<u32>,
    /// Energy then, above the collapsed point's, in nats.
    pub excess: Vec<f64>,
}

impl BasinMap {
    /// The most pixels along a side.
    pub const MOST_CELLS: usize = 1024;
    /// Pixels along a side, coarse to fine: a picture at once, a better one soon.
    pub const LEVELS: [usize; 5] = [16, 32, 64, 128, 256];

    /// The number of pixels with this fate.
    pub fn count(&self, fate: Fate) -> usize {
        self.fates.iter().filter(|f| **f == fate).count()
    }

    /// The map of finished (or interrupted) descents, in the order of [`BasinRequest::starts`].
    pub fn of<T: Real>(request: &BasinRequest, cells: usize, descents: &[Descent<T>]) -> Self {
        let unit = request.model.zeta2() / request.model.gamma();
        Self {
            request: *request,
            cells: cells.min(Self::MOST_CELLS),
            fates: descents.iter().map(|d| Fate::of(d.fate)).collect(),
            steps: descents.iter().map(|d| d.steps).collect(),
            excess: descents.iter().map(|d| d.excess.wide() * unit).collect(),
        }
    }
}

impl BasinRequest {
    /// Steps that are enough unless the start is next to a boundary or βγ/ζ² next to 1.
    pub const USUAL_STEPS: u32 = 4096;

    /// A map of this rectangle from σ = η.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for an edge, [`Error::NotPositive`] for a width.
    pub fn new(
        model: SoftThreshold,
        w_range: (f64, f64),
        mu_range: (f64, f64),
    ) -> Result<Self, Error> {
        super::Axis::new(w_range.0, w_range.1, 2)?;
        super::Axis::new(mu_range.0, mu_range.1, 2)?;
        Ok(Self {
            model,
            w_range,
            mu_range,
            start: StartSigma::Prior,
            max_steps: Self::USUAL_STEPS,
        })
    }

    /// The landscape in its own units, with the minima that have to be recognised by distance.
    pub fn landscape<T: Real>(&self) -> Landscape<T> {
        let model = &self.model;
        let wide = Landscape {
            alpha: model.relative_alpha(),
            ratio: model.noise_ratio(),
            collapsible: !matches!(model.collapsed(), Collapsed::Saddle),
            targets: [[0.0; 4]; TARGETS],
        };
        let unit = model.gamma() / model.zeta2();
        let above = |g: &GoodMinimum| (g.loss - model.collapsed_loss()) * unit > -2.0 * BELOW;
        let mut targets = [[0.0; 4]; TARGETS];
        let minima = model.good_minima();
        for (target, good) in targets.iter_mut().zip(minima.iter().filter(|g| above(g))) {
            let at = self.scaled(good.w, good.mu, good.sigma);
            *target = [at[0], at[1], at[2], safe_radius(&wide, at).powi(2)];
        }
        Landscape {
            alpha: T::of(wide.alpha),
            ratio: T::of(wide.ratio),
            collapsible: wide.collapsible,
            targets: targets.map(|t| t.map(T::of)),
        }
    }

    /// A point in the landscape's own units.
    fn scaled(&self, w: f64, mu: f64, sigma: f64) -> [f64; 3] {
        let eta = self.model.eta_enc();
        [w * eta / self.model.zeta(), mu / eta, (sigma / eta).ln()]
    }

    /// The starts of a map of `cells`² pixels.
    pub fn starts<T: Real>(&self, cells: usize) -> Vec<Descent<T>> {
        let cells = cells.min(BasinMap::MOST_CELLS);
        let at = |range: (f64, f64), k: usize| {
            range.0 + (range.1 - range.0) * (k as f64 + 0.5) / cells as f64
        };
        let one = |index: usize| {
            let (w, mu) = (
                at(self.w_range, index % cells),
                at(self.mu_range, index / cells),
            );
            let sigma = match self.start {
                StartSigma::Prior => self.model.eta_enc(),
                StartSigma::Profiled => self.model.best_sigma(w, mu).sigma,
            };
            let [w, m, tau] = self.scaled(w, mu, sigma);
            Descent::new(w, m, tau)
        };
        (0..cells * cells).into_par_iter().map(one).collect()
    }

    /// Computes the map on this machine's processor; none if `cancel` was raised.
    pub fn compute<T: Real>(&self, cells: usize, cancel: &AtomicBool) -> Option<BasinMap> {
        const CHUNK: usize = 64;
        let land = self.landscape::<T>();
        let mut descents = self.starts::<T>(cells);
        descents.par_chunks_mut(CHUNK).for_each(|chunk| {
            if cancel.load(Ordering::Relaxed) {
                return;
            }
            for descent in chunk {
                advance(&land, descent, self.max_steps);
            }
        });
        (!cancel.load(Ordering::Relaxed)).then(|| BasinMap::of(self, cells, &descents))
    }
}

/// A distance from which descents in 26 directions all come back to the minimum; 0 if none of a few
/// is. They are run in f64 to a tenth of the distance.
fn safe_radius(land: &Landscape<f64>, at: [f64; 3]) -> f64 {
    const TRIES: u32 = 8;
    const STEPS: u32 = 20_000;
    let comes_back = |radius: f64, direction: [f64; 3]| {
        let length = direction.iter().map(|d| d * d).sum::<f64>().sqrt();
        let start: [f64; 3] = std::array::from_fn(|k| at[k] + radius * direction[k] / length);
        let mut goal = *land;
        goal.collapsible = false;
        goal.targets[0] = [at[0], at[1], at[2], (0.1 * radius).powi(2)];
        let mut descent = Descent::<f64>::new(start[0], start[1], start[2]);
        // Far below the collapsed point's energy the fate would be decided by that.
        advance(&goal, &mut descent, STEPS);
        Fate::of(descent.fate) == Fate::Positive
    };
    let directions = (0..27_i32).filter(|k| *k != 13);
    let directions: Vec<[f64; 3]> = directions
        .map(|k| [k % 3, k / 3 % 3, k / 9].map(|d| f64::from(d - 1)))
        .collect();
    let mut radius = 0.04;
    for _ in 0..TRIES {
        if directions.iter().all(|d| comes_back(radius, *d)) {
            return radius;
        }
        radius *= 0.5;
    }
    0.0
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn request(alpha: f64, ratio: f64) -> BasinRequest {
        let model = SoftThreshold::new(1.0, alpha, ratio, 1.0, 1.0).unwrap();
        BasinRequest::new(model, (-3.0, 3.0), (-2.0, 2.0)).unwrap()
    }

    fn map(alpha: f64, ratio: f64) -> BasinMap {
        let cancel = AtomicBool::new(false);
        request(alpha, ratio).compute::<f64>(32, &cancel).unwrap()
    }

    #[test]
    fn a_living_linear_mode_has_two_basins_and_a_dead_one_has_one() {
        let alive = map(0.0, 0.2);
        assert_eq!(alive.count(Fate::Collapsed), 0);
        assert_eq!(alive.count(Fate::Positive), alive.count(Fate::Negative));
        assert!(
            alive.count(Fate::Unfinished) == 0,
            "{}",
            alive.count(Fate::Unfinished)
        );
        // Where both weights have one sign, that is the sign of the minimum.
        for (k, fate) in alive.fates.iter().enumerate() {
            let (positive_w, positive_mu) = (k % 32 >= 16, k / 32 >= 16);
            if positive_w && positive_mu {
                assert_eq!(*fate, Fate::Positive, "{k}");
            }
        }
        let dead = map(0.0, 1.5);
        assert_eq!(dead.count(Fate::Collapsed), 32 * 32);
    }

    #[test]
    fn a_threshold_gives_the_collapsed_point_a_basin_that_grows_with_it() {
        let shares = [0.1, 0.3, 0.6, 1.0].map(|alpha| {
            let map = map(alpha, 0.2);
            assert!(
                map.count(Fate::Unfinished) <= 4,
                "{alpha}: {}",
                map.count(Fate::Unfinished)
            );
            map.count(Fate::Collapsed)
        });
        assert!(
            shares[0] > 0 && shares.windows(2).all(|s| s[0] < s[1]),
            "{shares:?}"
        );
    }

    /// From σ = η the noise of a large W drives every descent to collapse before μ and σ can adapt.
    /// From the best σ the good minimum keeps its surroundings; the valley it lies in is so narrow
    /// that descents along it may stay undecided, but none of them is called collapsed.
    #[test]
    fn with_a_large_threshold_the_start_of_sigma_decides() {
        let model = SoftThreshold::new(1.0, 4.0, 0.2, 1.0, 1.0).unwrap();
        let request = BasinRequest::new(model, (-6.75, 6.75), (-1.5, 1.5)).unwrap();
        let map = |start| {
            let request = BasinRequest { start, ..request };
            request.compute::<f32>(32, &AtomicBool::new(false)).unwrap()
        };
        assert_eq!(map(StartSigma::Prior).count(Fate::Collapsed), 32 * 32);
        let good = model.good_minimum().unwrap();
        let pixel = |at: f64, half: f64| ((at + half) / (2.0 * half) * 32.0) as usize;
        let own = pixel(good.mu, 1.5) * 32 + pixel(good.w, 6.75);
        let fate = map(StartSigma::Profiled).fates[own];
        assert!(
            matches!(fate, Fate::Positive | Fate::Unfinished),
            "{fate:?}"
        );
    }

    /// The model's symmetry (W, μ) → (−W, −μ), which the arithmetic knows nothing of.
    #[test]
    fn the_map_is_symmetric() {
        for (alpha, ratio) in [(0.0, 0.3), (0.4, 0.15), (2.0, 0.2)] {
            let map = map(alpha, ratio);
            let mirrored: Vec<Fate> = map
                .fates
                .iter()
                .rev()
                .map(|f| match f {
                    Fate::Positive => Fate::Negative,
                    Fate::Negative => Fate::Positive,
                    other => *other,
                })
                .collect();
            let differ = map.fates.iter().zip(&mirrored).filter(|(a, b)| a != b);
            assert_eq!(differ.count(), 0, "{alpha} {ratio}");
        }
    }

    /// A fate once sealed stays: descents followed to the very end, in small fixed steps and with the model's own
    /// exact gradient, arrive where they were said to.
    #[test]
    fn sealed_fates_are_where_descents_arrive() {
        for (alpha, ratio) in [(0.0, 0.4), (0.05, 0.3), (0.4, 0.15), (0.8, 0.5), (2.0, 0.2)] {
            let request = request(alpha, ratio);
            let model = request.model;
            let land = request.landscape::<f64>();
            let minima = model.good_minima();
            for mut descent in request.starts::<f64>(9) {
                advance(&land, &mut descent, 4096);
                let [mut w, mut mu, mut tau] = descent.at;
                let mut speed = 0.02;
                for _ in 0..60_000 {
                    let g = model.gradient(w, mu, tau.exp());
                    let g = g.map(|v| v * model.gamma() / model.zeta2());
                    let norm = g.iter().map(|v| v * v).sum::<f64>().sqrt();
                    speed = (0.01 / norm).min(0.02_f64);
                    w -= speed * g[0];
                    mu -= speed * g[1];
                    tau -= speed * g[2];
                }
                assert!(speed > 0.0);
                let sign = w.signum();
                let near = minima
                    .iter()
                    .any(|g| (w * sign - g.w).abs() < 0.05 && (mu * sign - g.mu).abs() < 0.05);
                let arrived = if near && sign > 0.0 {
                    Fate::Positive
                } else if near {
                    Fate::Negative
                } else if mu.abs() < 1e-3 && tau.abs() < 1e-3 {
                    Fate::Collapsed
                } else {
                    Fate::Unfinished
                };
                let said = Fate::of(descent.fate);
                if said != Fate::Unfinished {
                    assert_eq!(said, arrived, "{alpha} {ratio}: {descent:?} {w} {mu} {tau}");
                }
            }
        }
    }

    #[test]
    fn both_precisions_draw_the_same_map_but_for_its_boundaries() {
        let cancel = AtomicBool::new(false);
        let request = request(0.4, 0.15);
        let wide = request.compute::<f64>(48, &cancel).unwrap();
        let narrow = request.compute::<f32>(48, &cancel).unwrap();
        let differ = wide.fates.iter().zip(&narrow.fates).filter(|(a, b)| a != b);
        assert!(differ.count() <= 4);
    }

    #[test]
    fn a_cancelled_map_is_none_and_bad_rectangles_are_refused() {
        let request = request(0.4, 0.15);
        assert!(request.compute::<f32>(16, &AtomicBool::new(true)).is_none());
        assert!(BasinRequest::new(request.model, (1.0, 1.0), (0.0, 1.0)).is_err());
        assert!(BasinRequest::new(request.model, (0.0, 1.0), (0.0, f64::NAN)).is_err());
    }
}
