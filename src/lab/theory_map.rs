//! The phase diagram over (β, γ) in closed form: mode i lives iff ζᵢ² > βγ, and at most κ do.

use crate::theory::{Gamma, LinearProblem, active_count, optimum};

/// How many latents the linear theory keeps alive over a rectangle in (ln β, ln γ).
#[derive(Debug, Clone, PartialEq)]
pub struct TheoryMap {
    /// Least and largest β.
    pub betas: (f64, f64),
    /// Least and largest γ.
    pub gammas: (f64, f64),
    /// Cells along β.
    pub nx: usize,
    /// Cells along γ.
    pub ny: usize,
    /// Active latents at the cells' centres, row by row from the least γ.
    pub active: Vec<usize>,
    /// The products βγ at which a mode dies, descending: the lines between the phases.
    pub boundaries: Vec<f64>,
    /// The γ that is learned at a β, and how many latents it keeps, where that γ is not zero.
    pub learned: Vec<LearnedGamma>,
}

/// Where the optimum lies for one β when γ is learned too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearnedGamma {
    /// β.
    pub beta: f64,
    /// γ.
    pub gamma: f64,
    /// Active latents.
    pub active: usize,
}

impl TheoryMap {
    /// The map of `problem` at the centres of `nx`·`ny` cells, equal ratios apart.
    ///
    /// Costs O(nx·ny·log κ) and one optimum per column. Ranges that are not positive and ascending give an empty map.
    pub fn new(
        problem: &LinearProblem,
        betas: (f64, f64),
        gammas: (f64, f64),
        nx: usize,
        ny: usize,
    ) -> Self {
        let good = |(a, b): (f64, f64)| a > 0.0 && a < b && b.is_finite();
        let (nx, ny) = if good(betas) && good(gammas) {
            (nx, ny)
        } else {
            (0, 0)
        };
        let (columns, rows) = (centres(betas, nx), centres(gammas, ny));
        let reach = problem.reachable();
        let mut active = Vec::with_capacity(nx * ny);
        for &gamma in &rows {
            for &beta in &columns {
                active.push(active_count(
                    problem.eigenvalues(),
                    problem.latents(),
                    beta,
                    gamma,
                ));
            }
        }
        let learned = columns
            .iter()
            // Where γ goes to zero there is nothing to draw.
            .filter_map(|&beta| {
                let found = optimum(problem, beta, Gamma::Learned).ok()?;
                Some(LearnedGamma {
                    beta,
                    gamma: found.gamma,
                    active: found.active,
                })
            })
            .collect();
        Self {
            betas,
            gammas,
            nx,
            ny,
            active,
            boundaries: problem.eigenvalues()[..reach].to_vec(),
            learned,
        }
    }
}

/// Centres of `n` cells of equal ratio.
fn centres((from, to): (f64, f64), n: usize) -> Vec<f64> {
    (0..n)
        .map(|i| from * (to / from).powf((i as f64 + 0.5) / n as f64))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_counts_what_lies_above_the_product() {
        let problem = LinearProblem::vae(vec![9.0, 5.0, 2.0, 1.0, 0.3], 5, 4).expect("a problem");
        let map = TheoryMap::new(&problem, (0.1, 100.0), (0.01, 10.0), 30, 20);
        assert_eq!(map.active.len(), 600);
        assert_eq!(map.boundaries, [9.0, 5.0, 2.0, 1.0]);
        for (k, &count) in map.active.iter().enumerate() {
            let beta = 0.1 * 1000_f64.powf(((k % 30) as f64 + 0.5) / 30.0);
            let gamma = 0.01 * 1000_f64.powf(((k / 30) as f64 + 0.5) / 20.0);
            let alive = [9.0, 5.0, 2.0, 1.0]
                .iter()
                .filter(|z| **z > beta * gamma)
                .count();
            assert_eq!(count, alive, "β {beta}, γ {gamma}");
        }
        // β = 1 gives Tipping & Bishop's σ²: with κ = 4 the mean of the one eigenvalue left.
        let near = map
            .learned
            .iter()
            .min_by(|a, b| (a.beta.ln().abs()).total_cmp(&b.beta.ln().abs()));
        let near = near.expect("a column");
        let expected = 0.3 / (5.0 - 4.0 * near.beta);
        assert!(
            (near.gamma / expected - 1.0).abs() < 1e-9 && near.active == 4,
            "{near:?}"
        );
        // Beyond d·ζ₁²/E‖x‖² nothing lives, and γ is the mean variance.
        let last = map.learned.last().expect("a column");
        assert!(
            last.active == 0 && (last.gamma - 17.3 / 5.0).abs() < 1e-9,
            "{last:?}"
        );
        assert!(
            TheoryMap::new(&problem, (1.0, 0.1), (0.1, 1.0), 4, 4)
                .active
                .is_empty()
        );
    }
}
