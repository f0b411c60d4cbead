//! Where a run has been: what is remembered of every evaluation, oldest first and bounded.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::figures::{Merit, Moment, Visit};
use crate::metrics::{LatentPlane, Quantity, Usage};
use crate::train::{Evaluation, Posterior};

/// Most points of the network's trail on a mode's surface.
const ON_MODE: usize = 400;
/// Most evaluations remembered.
const MOST: usize = 600;
/// Most numbers kept of the latents over training: 16 MB, whatever κ.
const MOMENT_NUMBERS: usize = 2 << 20;
/// Samples with means that are followed.
const FOLLOWED: usize = 10;

/// Where a run has been.
#[derive(Debug, Default)]
pub struct Trails {
    /// Where the network was on the surface of the chosen mode: (u, v).
    pub on_mode: VecDeque<[f64; 2]>,
    /// Where the run has been in β, and how many latents were active there.
    pub visited: VecDeque<Visit>,
    /// (KL, squared error) at every evaluation.
    pub rates: VecDeque<[f64; 2]>,
    /// Every number of every latent at every evaluation.
    pub moments: VecDeque<Moment>,
    /// The bound and γ at every evaluation.
    pub merits: VecDeque<Merit>,
    /// μ of the first samples at every evaluation.
    means: VecDeque<Arc<Posterior>>,
    generation: u64,
}

impl Trails {
    /// Grows with every change.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Forgets everything: where another run has been is nothing to this one.
    pub(super) fn clear(&mut self) {
        *self = Self {
            generation: self.generation + 1,
            ..Self::default()
        };
    }

    /// Forgets the trail on a mode's surface, since another mode is shown.
    pub(super) fn leave_mode(&mut self) {
        self.on_mode.clear();
        self.generation += 1;
    }

    /// Remembers a place on the surface of the chosen mode.
    pub(super) fn place_on_mode(&mut self, place: [f64; 2]) {
        if self.on_mode.back() == Some(&place) {
            return;
        }
        self.on_mode.push_back(place);
        if self.on_mode.len() > ON_MODE {
            self.on_mode.pop_front();
        }
        self.generation += 1;
    }

    /// Remembers an evaluation, judged as `usage`; `settled` tells whether the loss had stopped falling.
    pub(super) fn remember(&mut self, evaluation: &Evaluation, usage: &Usage, settled: bool) {
        self.visit(Visit {
            beta: evaluation.beta,
            active: usage.active,
            stationary: settled,
        });
        if evaluation.has_posterior() {
            push(&mut self.rates, [evaluation.kl, evaluation.sse], MOST);
        }
        let head = Arc::new(evaluation.posterior.head(FOLLOWED));
        push(&mut self.means, head, MOST);
        let moment = Moment {
            step: evaluation.step,
            latents: usage.latents.iter().map(Quantity::row).collect(),
        };
        let numbers = moment.latents.len().max(1) * Quantity::COUNT;
        let most = (MOMENT_NUMBERS / numbers).clamp(4, MOST);
        push(&mut self.moments, moment, most);
        let merit = Merit {
            step: evaluation.step,
            elbo: evaluation.elbo(),
            elbo_tuned: evaluation.elbo_tuned(),
            gamma: evaluation.gamma,
            gamma_star: evaluation.gamma_star(),
        };
        push(&mut self.merits, merit, MOST);
        self.generation += 1;
    }

    /// Remembers where the run is in β; while it stays there, only whether it has settled changes.
    fn visit(&mut self, visit: Visit) {
        let same = |v: &Visit| v.beta == visit.beta && v.active == visit.active;
        match self.visited.back_mut() {
            Some(last) if same(last) => *last = visit,
            _ => push(&mut self.visited, visit, MOST),
        }
    }

    /// Where the means of the first samples have been on a plane of latent space.
    pub fn means_on(&self, plane: &LatentPlane) -> Vec<Vec<[f64; 2]>> {
        let at = |posterior: &Posterior, i: usize| {
            let mu = posterior.mu(i);
            (mu.len() == plane.latents()).then(|| plane.project(mu))
        };
        (0..FOLLOWED)
            .map(|i| self.means.iter().filter_map(|p| at(p, i)).collect())
            .collect()
    }
}

/// Adds to a bounded memory; when it is full every second of the older half goes, so that it always reaches back
/// to the beginning.
fn push<T>(memory: &mut VecDeque<T>, value: T, most: usize) {
    if memory.len() >= most {
        let mut index = 0;
        memory.retain(|_| {
            index += 1;
            index > most / 2 || index % 2 == 1
        });
    }
    memory.push_back(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However long a run, what is kept is bounded, reaches back and ends with the newest.
    #[test]
    fn a_memory_stays_within_its_bound() {
        for most in [4, 5, 50] {
            let mut memory = VecDeque::new();
            for value in 0..1000 {
                push(&mut memory, value, most);
                assert!(memory.len() <= most, "{} of {most}", memory.len());
                assert_eq!((memory.front(), memory.back()), (Some(&0), Some(&value)));
            }
            assert!(memory.iter().zip(memory.iter().skip(1)).all(|(a, b)| a < b));
        }
    }

    #[test]
    fn every_change_is_counted() {
        let mut trails = Trails::default();
        trails.place_on_mode([1.0, 2.0]);
        assert_eq!(trails.generation(), 1);
        trails.place_on_mode([1.0, 2.0]);
        assert_eq!(trails.generation(), 1, "the same place is no news");
        trails.clear();
        assert_eq!((trails.generation(), trails.on_mode.len()), (2, 0));
    }
}
