//! The loss of the trained network on a line or a plane through its parameters.
//!
//! A landscape is asked for in a [`ViewRequest`](super::ViewRequest) and computed on the run's own backend, by
//! its own thread, between bursts of steps: a small share of the time while the run trains, all of it while it
//! waits. What is moved is put back bit for bit, so that a run with a landscape open is the run without one.
//!
//! At every point the network is evaluated over the first items of the data with one fixed draw of ε. Squared
//! error and KL are kept apart: β and γ enter only when a point is drawn, so changing them costs nothing. What
//! every direction holds fixed is log γ and the running moments of normalisations; free bits do not count.

mod board;
mod collapsed;
mod directions;
mod grid;
mod job;
mod making;
mod path;
mod plane;
mod push;
mod session;
mod trajectory;

use std::sync::Arc;

use crate::config::Likelihood;

use super::protocol::Projection;

pub use directions::random_directions;
pub use path::CollapsePath;
pub use plane::{Place, Plane};

pub(super) use board::Board;

/// Along which directions the network is looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum LandscapeKind {
    /// Two random directions with the weights' own length in every filter (Li et al. 2018), orthogonal to
    /// each other; the network stands at (0, 0).
    Random {
        /// The seed of the directions.
        seed: u32,
    },
    /// The two leading principal directions of the way the parameters have come; the network stands at
    /// (0, 0), one unit is one unit of distance between parameters.
    Trajectory,
    /// x from the network (0) to the nearest collapsed solution (1); y a filter-normalised random direction.
    Collapse {
        /// Chooses the random direction.
        seed: u32,
    },
    /// One latent: x scales all that reads and writes it, from not at all (0) to what it is now (1); y pushes
    /// what the decoder does with it towards one principal component of the data (Lucas et al. 2019, figure 1,
    /// for the trained network).
    Latent {
        /// The latent, from 0.
        latent: usize,
        /// The principal component.
        component: Projection,
    },
    /// The segment from the network (0) to the nearest collapsed solution (1) alone, without a second axis.
    Path,
}

/// A landscape to compute.
#[derive(Debug, Clone, PartialEq)]
pub struct LandscapeRequest {
    /// The directions of the plane.
    pub kind: LandscapeKind,
    /// Points along each side at the finest, a power of two and one for even refinement; a path has
    /// [`Self::PATH_POINTS`] whatever this says.
    pub points: usize,
    /// Another number takes the parameters of now as the new centre; else the centre stays where it was when the
    /// landscape was first asked for.
    pub generation: u64,
}

impl LandscapeRequest {
    /// Points of a [`LandscapeKind::Path`].
    pub const PATH_POINTS: usize = 41;
    /// Most points along a side.
    pub const MAX_POINTS: usize = 129;
    /// Items of the data that every point is evaluated over (or all there are).
    pub const SAMPLES: usize = 256;
}

/// What the objective is made of at one point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PointLoss {
    /// E‖x − D(z)‖², summed over dimensions.
    pub sse: f64,
    /// E KL in nats, summed over latents.
    pub kl: f64,
    /// E[−log p(x|z)] in nats where it does not follow from `sse` and γ; NaN for the Gaussian with one γ.
    pub nll: f64,
}

impl PointLoss {
    /// L = sse/(2γ) + (d/2) log 2πγ + β·KL in nats for the Gaussian with one γ, nll + β·KL for others.
    pub fn loss(&self, likelihood: Likelihood, dim: usize, beta: f64, gamma: f64) -> f64 {
        self.data_term(likelihood, dim, gamma) + beta * self.kl
    }

    /// E[−log p(x|z)] in nats.
    pub fn data_term(&self, likelihood: Likelihood, dim: usize, gamma: f64) -> f64 {
        if likelihood == Likelihood::Gaussian {
            self.sse / (2.0 * gamma) + 0.5 * dim as f64 * (std::f64::consts::TAU * gamma).ln()
        } else {
            self.nll
        }
    }
}

/// A landscape as far as it is known.
#[derive(Debug, Clone)]
pub struct Landscape {
    /// The request that the landscape answers.
    pub request: LandscapeRequest,
    /// The step at which the centre was taken.
    pub step: u64,
    /// Items every point is evaluated over.
    pub samples: usize,
    /// The dimension d of the target.
    pub dim: usize,
    /// The decoder's distribution.
    pub likelihood: Likelihood,
    /// The first and last x.
    pub x_range: (f64, f64),
    /// First and last y; both zero on a path.
    pub y_range: (f64, f64),
    /// Points along x and y at the finest.
    pub points: [usize; 2],
    /// What is known, row by row from the lowest y; points at the ends of the ranges are included.
    pub values: Vec<Option<PointLoss>>,
    /// The number of points computed so far.
    pub known: usize,
    /// Distance, in points, between neighbours of the finest grid that is complete; 0 before there is one.
    pub stride: usize,
    /// The place of the network at the centre.
    pub centre: [f64; 2],
    /// Where the collapsed solution (or the collapsed latent) stands, if the plane goes through it.
    pub end: Option<[f64; 2]>,
    /// The place of the network as it is now.
    pub current: Option<Place>,
    /// The places of the network since the centre was taken, oldest first.
    pub trail: Vec<[f64; 2]>,
    /// The places of the network before that, as far as the plane was made of them.
    pub past: Vec<[f64; 2]>,
    /// Shares of the trajectory's variance along the two axes.
    pub variance: Option<[f64; 2]>,
    /// Why there is none, in one sentence.
    pub problem: Option<String>,
    /// The plane itself, for whoever wants to look at a point again.
    pub plane: Option<Arc<Plane>>,
}

impl Landscape {
    /// Whether every point is known.
    pub fn is_complete(&self) -> bool {
        self.known == self.values.len()
    }

    /// The place of a point of the grid.
    pub fn at(&self, column: usize, row: usize) -> [f64; 2] {
        grid_point([self.x_range, self.y_range], self.points, [column, row])
    }
}

/// Where the point (column, row) of a grid over two ranges, ends included, stands.
fn grid_point(ranges: [(f64, f64); 2], points: [usize; 2], at: [usize; 2]) -> [f64; 2] {
    std::array::from_fn(|axis| {
        let ((from, to), k, n) = (ranges[axis], at[axis], points[axis]);
        if n < 2 {
            from
        } else {
            from + (to - from) * k as f64 / (n - 1) as f64
        }
    })
}
