//! The way the parameters came: a few states of the run, and the plane that holds most of their movement.

use std::sync::Arc;
use std::time::{Duration, Instant};

use faer::{Mat, Side};

use crate::model::{Arena, Tensor};
use crate::text::mebibytes;

use super::directions::moves;
use super::plane::{axpy, dot};

/// Most states kept; when they are all there, every second goes and the distance between them doubles. An odd number,
/// so that first and last stay.
pub(super) const STATES: usize = 23;
/// Most memory the states may take.
const MEMORY: usize = 256 << 20;
/// Steps between the first states.
const FIRST_INTERVAL: u64 = 8;
/// Share of the time that may go into keeping states.
const SHARE: f64 = 0.01;

/// A state of the run.
pub(super) type State = (u64, Arc<Vec<f32>>);

/// States of a run, evenly thinned however long it lasts.
pub(super) struct Trajectory {
    states: Vec<State>,
    interval: u64,
    next: u64,
    cost: Duration,
    last: Option<Instant>,
}

impl Default for Trajectory {
    fn default() -> Self {
        Self {
            states: Vec::with_capacity(STATES),
            interval: FIRST_INTERVAL,
            next: 0,
            cost: Duration::ZERO,
            last: None,
        }
    }
}

impl Trajectory {
    /// Why the states of a network of `numbers` parameters cannot be kept, if so.
    pub(super) fn refusal(numbers: usize) -> Option<String> {
        let need = numbers * size_of::<f32>() * STATES;
        (need > MEMORY).then(|| {
            format!(
                "{STATES} states of this network would take {}; its trajectory is kept up to {}",
                mebibytes(need as u64),
                mebibytes(MEMORY as u64)
            )
        })
    }

    /// Whether the state after `step` is one to keep.
    pub(super) fn wants(&self, step: u64, numbers: usize) -> bool {
        let rested = |last: Instant| last.elapsed() >= self.cost.div_f64(SHARE);
        step >= self.next && self.last.is_none_or(rested) && Self::refusal(numbers).is_none()
    }

    /// Keeps a state that took `cost` to read.
    pub(super) fn keep(&mut self, step: u64, parameters: Vec<f32>, cost: Duration) {
        self.states.push((step, Arc::new(parameters)));
        self.cost = cost;
        self.last = Some(Instant::now());
        if self.states.len() == STATES {
            let mut index = 0;
            self.states.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.interval *= 2;
        }
        self.next = step + self.interval;
    }

    /// Forgets every state after `step`, where the run was put back to.
    pub(super) fn rewind(&mut self, step: u64) {
        self.states.retain(|(at, _)| *at <= step);
        self.next = self.next.min(step + self.interval);
    }

    /// The states up to `step`, oldest first.
    pub(super) fn before(&self, step: u64) -> Vec<State> {
        let earlier = self.states.iter().filter(|(at, _)| *at < step);
        earlier.cloned().collect()
    }
}

/// The two leading principal directions of some states around their mean, found a piece at a time through the
/// Gram matrix of their differences from the centre.
pub(super) struct Principal {
    states: Vec<State>,
    /// The parts of the arena that move, as ranges.
    ranges: Vec<std::ops::Range<usize>>,
    /// `⟨δ_i, δ_j⟩`, row by row of a lower triangle.
    gram: Vec<Vec<f64>>,
    solved: Option<Solved>,
    combined: usize,
}

/// The eigenproblem's answer.
struct Solved {
    /// Per direction the share of every state in it.
    weights: [Vec<f64>; 2],
    /// The states' coordinates relative to the centre.
    past: Vec<[f64; 2]>,
    variance: [f64; 2],
    directions: Vec<Vec<f32>>,
}

/// A plane through the centre and the way to it.
pub(super) struct Leading {
    pub(super) directions: Vec<Vec<f32>>,
    pub(super) past: Vec<[f64; 2]>,
    pub(super) variance: [f64; 2],
}

impl Principal {
    pub(super) fn new(arena: &Arena, states: Vec<State>) -> Result<Self, String> {
        if states.len() < 2 {
            return Err("there is no trajectory yet: train on, then re-centre".into());
        }
        let moving = arena.tensors().iter().filter(|t| moves(t));
        Ok(Self {
            ranges: moving.map(Tensor::range).collect(),
            gram: Vec::with_capacity(states.len()),
            states,
            solved: None,
            combined: 0,
        })
    }

    /// Does one piece of the work; `Some` at the end.
    pub(super) fn step(&mut self, centre: &[f32]) -> Result<Option<Leading>, String> {
        let row = self.gram.len();
        if row < self.states.len() {
            let products = self.row(centre, row);
            self.gram.push(products);
            return Ok(None);
        }
        let Some(solved) = &mut self.solved else {
            self.solved = Some(self.solve(centre.len())?);
            return Ok(None);
        };
        let Some((_, state)) = self.states.get(self.combined) else {
            let directions = std::mem::take(&mut solved.directions);
            return Ok(Some(Leading {
                directions,
                past: std::mem::take(&mut solved.past),
                variance: solved.variance,
            }));
        };
        for (direction, weights) in solved.directions.iter_mut().zip(&solved.weights) {
            for range in &self.ranges {
                let weight = weights[self.combined] as f32;
                let direction = &mut direction[range.clone()];
                axpy(weight, &state[range.clone()], direction);
                axpy(-weight, &centre[range.clone()], direction);
            }
        }
        self.combined += 1;
        Ok(None)
    }

    /// `⟨δ_row, δ_j⟩` for j up to `row`.
    fn row(&self, centre: &[f32], row: usize) -> Vec<f64> {
        const BLOCK: usize = 2048;
        let mut products = vec![0.0; row + 1];
        let (mut one, mut other) = ([0.0_f32; BLOCK], [0.0_f32; BLOCK]);
        let difference = |state: &State, at: &std::ops::Range<usize>, out: &mut [f32]| {
            let pairs = state.1[at.clone()].iter().zip(&centre[at.clone()]);
            for (out, (then, now)) in out.iter_mut().zip(pairs) {
                *out = then - now;
            }
        };
        for range in &self.ranges {
            for start in range.clone().step_by(BLOCK) {
                let at = start..(start + BLOCK).min(range.end);
                let one = &mut one[..at.len()];
                difference(&self.states[row], &at, one);
                for (product, state) in products.iter_mut().zip(&self.states) {
                    let other = &mut other[..at.len()];
                    difference(state, &at, other);
                    *product += dot(one, other);
                }
            }
        }
        products
    }

    fn solve(&self, numbers: usize) -> Result<Solved, String> {
        let count = self.states.len();
        // The centre is the last of the points, at the origin.
        let side = count + 1;
        let gram = |i: usize, j: usize| {
            let (i, j) = (i.max(j), i.min(j));
            self.gram.get(i).map_or(0.0, |row| row[j])
        };
        let means: Vec<f64> = (0..side)
            .map(|i| (0..side).map(|j| gram(i, j)).sum::<f64>() / side as f64)
            .collect();
        let mean = means.iter().sum::<f64>() / side as f64;
        let centred = Mat::from_fn(side, side, |i, j| gram(i, j) - means[i] - means[j] + mean);
        let total: f64 = (0..side).map(|i| centred[(i, i)]).sum();
        let failed = || "the trajectory's principal directions could not be found".to_owned();
        if !total.is_finite() {
            return Err(failed());
        }
        let eigen = centred
            .self_adjoint_eigen(Side::Lower)
            .map_err(|_| failed())?;
        let values = eigen.S().column_vector();
        let (first, second) = (values[side - 1], values[side - 2]);
        if !(first > 0.0 && second > 1e-9 * first) {
            return Err(
                "the parameters have moved along one line at most: train on, then re-centre".into(),
            );
        }
        let vectors = eigen.U();
        let mut weights = [vec![0.0; count], vec![0.0; count]];
        let mut past = vec![[0.0; 2]; count];
        for (axis, (value, weights)) in [first, second].into_iter().zip(&mut weights).enumerate() {
            let vector = |i: usize| vectors[(i, side - 1 - axis)];
            // The oldest state lies to the left of the centre, and above it.
            let towards = if axis == 0 { -1.0 } else { 1.0 };
            let sign = if (vector(0) - vector(count)) * towards < 0.0 {
                -1.0
            } else {
                1.0
            };
            for i in 0..count {
                weights[i] = sign * vector(i) / value.sqrt();
                past[i][axis] = sign * value.sqrt() * (vector(i) - vector(count));
            }
        }
        Ok(Solved {
            weights,
            past,
            variance: [first / total, second / total],
            directions: vec![vec![0.0; numbers]; 2],
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::config::NetConfig;
    use crate::model::{NetSpec, Shape, initial_parameters};

    #[test]
    fn states_are_thinned_evenly_and_forgotten_after_a_rewind() {
        let mut trajectory = Trajectory::default();
        for step in 0..5000 {
            if trajectory.wants(step, 10) {
                trajectory.keep(step, vec![step as f32], Duration::ZERO);
            }
            assert!(trajectory.states.len() < STATES);
        }
        let steps: Vec<u64> = trajectory.states.iter().map(|s| s.0).collect();
        assert_eq!(steps[0], 0);
        assert!(steps.len() >= STATES / 2);
        let gap = steps[1];
        assert!(steps.windows(2).all(|w| w[1] - w[0] == gap), "{steps:?}");
        trajectory.rewind(1000);
        assert!(trajectory.states.iter().all(|s| s.0 <= 1000));
        assert!(trajectory.wants(1000 + gap, 10));
        assert!(
            !trajectory.wants(1_000_000, 3 << 20),
            "276 MiB are too much"
        );
        assert!(Trajectory::refusal(3 << 20).unwrap().contains("276 MiB"));
        assert_eq!(Trajectory::refusal(2 << 20), None);
    }

    #[test]
    fn a_bent_way_lies_in_the_plane_of_its_two_directions() {
        let shape = Shape::vector(7);
        let net = NetSpec::new(&NetConfig::default(), shape, shape).unwrap();
        let arena = Arena::new(&net);
        let centre = initial_parameters(&arena, 1, 1.0);
        let [mut a, mut b] = [2, 3].map(|seed| initial_parameters(&arena, seed, 1.0));
        // Orthogonal directions of known lengths, without log γ.
        let gamma = arena.get("log_gamma").unwrap().offset;
        (a[gamma], b[gamma]) = (0.0, 0.0);
        axpy(-(dot(&a, &b) / dot(&a, &a)) as f32, &a.clone(), &mut b);
        let [a, b] = [a, b].map(|v| {
            let length = dot(&v, &v).sqrt() as f32;
            v.iter().map(|x| x / length).collect::<Vec<f32>>()
        });
        let way: Vec<[f64; 2]> = (0..9)
            .map(|i| f64::from(i) / 8.0)
            .map(|t| [-3.0 * (1.0 - t), (std::f64::consts::PI * t).sin()])
            .collect();
        let states: Vec<State> = way[..8]
            .iter()
            .enumerate()
            .map(|(i, [x, y])| {
                let mut at = centre.clone();
                axpy(*x as f32, &a, &mut at);
                axpy(*y as f32, &b, &mut at);
                // What does not move must not count.
                at[gamma] += 100.0;
                (i as u64, Arc::new(at))
            })
            .collect();
        let mut principal = Principal::new(&arena, states).unwrap();
        let found = loop {
            if let Some(found) = principal.step(&centre).unwrap() {
                break found;
            }
        };
        let [first, second] = [&found.directions[0], &found.directions[1]];
        assert!((dot(first, first) - 1.0).abs() < 1e-4 && (dot(second, second) - 1.0).abs() < 1e-4);
        assert!(dot(first, second).abs() < 1e-4);
        assert_eq!((first[gamma], second[gamma]), (0.0, 0.0));
        // Two directions hold it all.
        assert!(
            (found.variance[0] + found.variance[1] - 1.0).abs() < 1e-5,
            "{:?}",
            found.variance
        );
        // A half sine over a line symmetric about its middle is uncorrelated with it: the axes are a and b.
        assert!((dot(first, &a).abs() - 1.0).abs() < 1e-3);
        for (past, way) in found.past.iter().zip(&way) {
            assert!((past[0] - way[0]).abs() < 1e-3, "{past:?} {way:?}");
            assert!(
                (past[1].abs() - way[1].abs()).abs() < 1e-3,
                "{past:?} {way:?}"
            );
        }
        assert!(found.past[0][0] < 0.0);
    }

    #[test]
    fn a_straight_way_has_no_plane() {
        let shape = Shape::vector(7);
        let net = NetSpec::new(&NetConfig::default(), shape, shape).unwrap();
        let arena = Arena::new(&net);
        let centre = vec![0.0; arena.len()];
        let states = |count: usize| -> Vec<State> {
            (0..count)
                .map(|i| (i as u64, Arc::new(vec![(count - i) as f32; arena.len()])))
                .collect()
        };
        assert!(Principal::new(&arena, states(1)).is_err());
        let mut principal = Principal::new(&arena, states(5)).unwrap();
        let error = loop {
            match principal.step(&centre) {
                Ok(found) => assert!(found.is_none()),
                Err(error) => break error,
            }
        };
        assert!(error.contains("one line"), "{error}");
    }
}
