//! (ε, δ)-collapse at every ε (Lucas et al. 2019): how much of the latents is collapsed depends on what one
//! calls so, and one curve says it for all.
//!
//! Latent j is (ε, δ)-collapsed iff `P_x[KL_j(x) < ε] ≥ 1 − δ`.

use crate::train::Posterior;

/// The ε from which on each latent counts as collapsed, at one δ.
#[derive(Debug, Clone, PartialEq)]
pub struct CollapseCurve {
    /// The share δ of the samples that may stand out.
    pub delta: f64,
    /// By latent index: the KL in nats that a share 1 − δ of the samples does not exceed. The latent is
    /// (ε, δ)-collapsed iff this is below ε.
    pub onset: Vec<f64>,
    sorted: Vec<f64>,
}

impl CollapseCurve {
    /// The curve of a posterior over a sample of the data, against a prior of this variance.
    pub fn new(posterior: &Posterior, prior_variance: f64, delta: f64) -> Self {
        let n = posterior.samples();
        // With this many samples below ε the share is at least 1 − δ.
        let needed = (((1.0 - delta) * n as f64 - 1e-9).ceil().max(1.0) as usize).min(n.max(1));
        let onset: Vec<f64> = (0..posterior.latents())
            .filter_map(|j| {
                let mut kl: Vec<f64> = posterior.kl(j, prior_variance).collect();
                let at = needed - 1;
                (at < kl.len()).then(|| *kl.select_nth_unstable_by(at, f64::total_cmp).1)
            })
            .collect();
        let mut sorted = onset.clone();
        sorted.sort_by(f64::total_cmp);
        Self {
            delta,
            onset,
            sorted,
        }
    }

    /// Share of the latents that are (ε, δ)-collapsed, 0 to 1.
    pub fn share(&self, epsilon: f64) -> f64 {
        let below = self.sorted.partition_point(|onset| *onset < epsilon);
        below as f64 / self.sorted.len().max(1) as f64
    }

    /// The curve as corners of a step function over ε between two ends.
    pub fn corners(&self, from: f64, to: f64) -> Vec<[f64; 2]> {
        let mut corners = vec![[from, self.share(from)]];
        let count = self.sorted.len().max(1) as f64;
        for (i, &onset) in self.sorted.iter().enumerate() {
            if onset >= from && onset < to {
                corners.push([onset, i as f64 / count]);
                corners.push([onset, (i + 1) as f64 / count]);
            }
        }
        corners.push([to, self.share(to)]);
        corners
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 samples of three latents with σ² = 1 and a prior of variance 1, so that KL = μ²/2: one that is
    /// dead, one with a single sample that is not, one with two.
    fn posterior() -> Posterior {
        let mu = (0..100)
            .flat_map(|i| {
                [
                    0.0,
                    if i == 7 { 2.0 } else { 0.1 },
                    if i < 2 { 2.0 } else { 0.1 },
                ]
            })
            .collect();
        Posterior::new(3, mu, vec![1.0; 300])
    }

    #[test]
    fn delta_allows_exactly_that_share_of_samples_to_stand_out() {
        let onset = |delta| CollapseCurve::new(&posterior(), 1.0, delta).onset;
        let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
        // δ = 0: every sample counts.
        let strict = onset(0.0);
        assert!(near(strict[0], 0.0) && near(strict[1], 2.0) && near(strict[2], 2.0));
        // δ = 0.01: one of a hundred may stand out, two may not.
        let usual = onset(0.01);
        assert!(near(usual[1], 0.005) && near(usual[2], 2.0), "{usual:?}");
        let loose = onset(0.02);
        assert!(near(loose[2], 0.005), "{loose:?}");
    }

    #[test]
    fn the_share_is_the_definition() {
        let posterior = posterior();
        let curve = CollapseCurve::new(&posterior, 1.0, 0.01);
        for epsilon in [1e-6, 0.004, 0.0051, 0.1, 1.9, 2.1] {
            let direct = (0..3)
                .filter(|&j| {
                    let below = posterior.kl(j, 1.0).filter(|kl| *kl < epsilon).count();
                    below as f64 / 100.0 >= 0.99
                })
                .count();
            assert!(
                (curve.share(epsilon) - direct as f64 / 3.0).abs() < 1e-12,
                "{epsilon}"
            );
        }
        let corners = curve.corners(1e-3, 10.0);
        assert_eq!(corners.first(), Some(&[1e-3, 1.0 / 3.0]));
        assert_eq!(corners.last(), Some(&[10.0, 1.0]));
        assert!(
            corners
                .windows(2)
                .all(|w| w[0][0] <= w[1][0] && w[0][1] <= w[1][1])
        );
    }
}
