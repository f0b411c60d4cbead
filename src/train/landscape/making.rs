//! From a request to a plane, a short piece of work at a time.

use std::sync::Arc;

use crate::compute::Error;
use crate::config::Likelihood;
use crate::train::protocol::Projection;

use super::collapsed::{Target, cut, dense_reader, silence};
use super::directions::randomise;
use super::plane::{Plane, dot};
use super::push::{Push, is_linear};
use super::session::Session;
use super::trajectory::{Principal, State, Trajectory};
use super::{LandscapeKind, LandscapeRequest};

/// Half the side of a plane of random directions, in lengths of the weights.
const RANDOM_REACH: f64 = 1.0;
/// Half the random side of the plane through the collapsed solution.
const BESIDE_REACH: f64 = 0.5;
/// How far beyond network and collapsed solution the way between them is followed.
const BEYOND: f64 = 0.25;

/// A plane and what is marked on it.
pub(super) struct Frame {
    pub(super) plane: Arc<Plane>,
    pub(super) x_range: (f64, f64),
    pub(super) y_range: (f64, f64),
    pub(super) centre: [f64; 2],
    pub(super) end: Option<[f64; 2]>,
    pub(super) past: Vec<[f64; 2]>,
    pub(super) variance: Option<[f64; 2]>,
}

/// What one piece of work came to.
pub(super) enum Made {
    /// There is more to do.
    Working,
    /// A command waits: the piece has to be done again.
    Interrupted,
    /// Done.
    Ready(Frame),
    /// There is no such plane, and why.
    Impossible(String),
}

/// A plane under way.
pub(super) enum Making {
    Random(Beside),
    Trajectory(Principal),
    Collapse {
        target: Target,
        chunk: usize,
        way: Option<Vec<f32>>,
        beside: Option<Beside>,
    },
    Latent(Box<Latent>),
    Impossible(String),
}

/// Random directions under way, a tensor at a time.
pub(super) struct Beside {
    seed: u32,
    next: usize,
    directions: Vec<Vec<f32>>,
}

/// The plane of one latent under way.
pub(super) struct Latent {
    silenced: Vec<f32>,
    /// The latent's weights in the decoder's first layer.
    row: std::ops::Range<usize>,
    push: Option<Push>,
    /// The row's change, once known.
    direction: Option<Vec<f32>>,
    /// Least half side of y, in units of `direction`.
    reach: f64,
}

impl Beside {
    fn new(seed: u32, numbers: usize, count: usize) -> Self {
        Self {
            seed,
            next: 0,
            directions: vec![vec![0.0; numbers]; count],
        }
    }

    /// Fills in the next tensor; true once all are.
    fn step(&mut self, session: &Session<'_>, centre: &[f32]) -> bool {
        let arena = &session.plan().arena;
        randomise(arena, self.next, centre, self.seed, &mut self.directions);
        self.next += 1;
        self.next >= arena.tensors().len()
    }
}

impl Making {
    /// Starts the making of a plane.
    pub(super) fn new(
        request: &LandscapeRequest,
        session: &Session<'_>,
        centre: &[f32],
        states: Vec<State>,
    ) -> Self {
        let numbers = centre.len();
        let made = match &request.kind {
            LandscapeKind::Random { seed } => Ok(Self::Random(Beside::new(*seed, numbers, 2))),
            LandscapeKind::Trajectory => match Trajectory::refusal(numbers) {
                Some(refusal) => Err(refusal),
                None => Principal::new(&session.plan().arena, states).map(Self::Trajectory),
            },
            LandscapeKind::Collapse { .. } | LandscapeKind::Path => Ok(Self::Collapse {
                target: Target::default(),
                chunk: 0,
                way: None,
                beside: match request.kind {
                    LandscapeKind::Collapse { seed } => Some(Beside::new(seed, numbers, 1)),
                    _ => None,
                },
            }),
            LandscapeKind::Latent { latent, component } => {
                Latent::new(session, centre, *latent, component).map(|l| Self::Latent(Box::new(l)))
            }
        };
        made.unwrap_or_else(Self::Impossible)
    }

    /// Does one piece. Parameters on the device are overwritten.
    pub(super) fn step(
        &mut self,
        session: &mut Session<'_>,
        centre: &[f32],
    ) -> Result<Made, Error> {
        match self {
            Self::Impossible(why) => Ok(Made::Impossible(std::mem::take(why))),
            Self::Random(beside) => {
                if !beside.step(session, centre) {
                    return Ok(Made::Working);
                }
                let directions = std::mem::take(&mut beside.directions);
                let side = (-RANDOM_REACH, RANDOM_REACH);
                Ok(Made::Ready(Frame::new(
                    centre.to_vec(),
                    directions,
                    side,
                    side,
                )))
            }
            Self::Trajectory(principal) => Ok(match principal.step(centre) {
                Ok(None) => Made::Working,
                Err(why) => Made::Impossible(why),
                Ok(Some(found)) => {
                    let reach = |axis: usize| around(found.past.iter().map(|p| p[axis]));
                    let (x, y) = (reach(0), reach(1));
                    // A way that hardly bends is looked at in a plane that is not a line.
                    let least = 0.15 * (x.1 - x.0);
                    let middle = f64::midpoint(y.0, y.1);
                    let half = (0.5 * (y.1 - y.0)).max(least);
                    let y = (middle - half, middle + half);
                    Made::Ready(Frame {
                        past: found.past,
                        variance: Some(found.variance),
                        ..Frame::new(centre.to_vec(), found.directions, x, y)
                    })
                }
            }),
            Self::Collapse {
                target,
                chunk,
                way,
                beside,
            } => {
                if *chunk < session.chunks() {
                    let Some(rows) = session.targets(*chunk)? else {
                        return Ok(Made::Interrupted);
                    };
                    target.add(&rows, session.plan().net.target_dim());
                    *chunk += 1;
                    return Ok(Made::Working);
                }
                if way.is_none() {
                    return collapse(session, centre, target, way);
                }
                if let Some(beside) = beside
                    && !beside.step(session, centre)
                {
                    return Ok(Made::Working);
                }
                let mut directions: Vec<Vec<f32>> = way.take().into_iter().collect();
                let frame = match beside {
                    Some(beside) => {
                        directions.append(&mut beside.directions);
                        let (x, y) = ((-BEYOND, 1.0 + BEYOND), (-BESIDE_REACH, BESIDE_REACH));
                        Frame::new(centre.to_vec(), directions, x, y)
                    }
                    None => Frame::new(centre.to_vec(), directions, (0.0, 1.0), (0.0, 0.0)),
                };
                Ok(Made::Ready(Frame {
                    end: Some([1.0, 0.0]),
                    ..frame
                }))
            }
            Self::Latent(latent) => latent.step(session, centre),
        }
    }
}

impl Frame {
    fn new(
        origin: Vec<f32>,
        directions: Vec<Vec<f32>>,
        x_range: (f64, f64),
        y_range: (f64, f64),
    ) -> Self {
        Self {
            plane: Arc::new(Plane::new(origin, directions)),
            x_range,
            y_range,
            centre: [0.0, 0.0],
            end: None,
            past: Vec::new(),
            variance: None,
        }
    }
}

/// A range that holds some coordinates and 0, with a margin of a fifth.
fn around(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((0.0_f64, 0.0_f64), |(low, high), v| {
        (low.min(v), high.max(v))
    });
    let margin = 0.2 * (high - low);
    (low - margin, high + margin)
}

/// Finds the way from the centre to the collapsed solution.
fn collapse(
    session: &mut Session<'_>,
    centre: &[f32],
    target: &Target,
    way: &mut Option<Vec<f32>>,
) -> Result<Made, Error> {
    let eta = session.live.eta_enc;
    let plan = session.plan();
    let mut collapsed = match cut(&plan.net, &plan.arena, centre, eta) {
        Ok(collapsed) => collapsed,
        Err(why) => return Ok(Made::Impossible(why)),
    };
    let latents = plan.net.latents;
    session.write(&collapsed)?;
    let Some(now) = session.decode(&vec![0.0; latents], 1)? else {
        return Ok(Made::Interrupted);
    };
    let plan = session.plan();
    target.refit(&plan.net, &plan.arena, &mut collapsed, &now);
    for (to, from) in collapsed.iter_mut().zip(centre) {
        *to -= from;
    }
    *way = Some(collapsed);
    Ok(Made::Working)
}

impl Latent {
    fn new(
        session: &Session<'_>,
        centre: &[f32],
        latent: usize,
        component: &Projection,
    ) -> Result<Self, String> {
        let plan = session.plan();
        let net = &plan.net;
        let reader = dense_reader(net)?;
        let (silenced, row) = silence(net, &plan.arena, centre, latent, session.live.eta_enc)?;
        let picture = component
            .spectrum
            .mode(component.mode)
            .filter(|_| net.target == net.input)
            .filter(|picture| picture.len() == net.target_dim())
            .ok_or_else(|| {
                format!(
                    "principal component {} is not one of what this decoder gives",
                    component.mode + 1
                )
            })?;
        let name = format!("{}.weight", net.decoder[reader].name);
        let weight = plan
            .parameter(&name)
            .ok_or("the decoder has no first layer")?;
        // The usual length of a latent's row sets the scale.
        let rows = centre[weight.range()].chunks_exact(row.len());
        let squares: f64 = rows.map(|row| dot(row, row)).sum();
        let usual = (squares / net.latents as f64).sqrt();
        let linear = is_linear(net, reader) && net.likelihood == Likelihood::Gaussian;
        let (push, direction, reach) = if linear {
            let strength = component.spectrum.eigenvalues[component.mode].sqrt();
            (None, Some(picture.to_vec()), usual.max(0.8 * strength))
        } else {
            let push = Push::new(plan, weight, picture.to_vec());
            (Some(push), None, usual)
        };
        Ok(Self {
            silenced,
            row,
            push,
            direction,
            reach,
        })
    }

    fn step(&mut self, session: &mut Session<'_>, centre: &[f32]) -> Result<Made, Error> {
        if let Some(push) = &mut self.push {
            if let Some(probe) = push.probe() {
                session.write(centre)?;
                session.write_part(push.weight(), &probe.weights)?;
                let Some(out) = session.decode(&probe.z, probe.rows)? else {
                    return Ok(Made::Interrupted);
                };
                push.answer(&session.plan().reconstructions(out));
                return Ok(Made::Working);
            }
            self.direction = push.direction();
        }
        let Some(direction) = self.direction.take() else {
            return Ok(Made::Impossible(
                "no change of the decoder's first layer moves its output along this component at z = 0".into(),
            ));
        };
        let mut pushed = vec![0.0; centre.len()];
        pushed[self.row.clone()].copy_from_slice(&direction);
        let scaled: Vec<f32> = centre
            .iter()
            .zip(&self.silenced)
            .map(|(a, b)| a - b)
            .collect();
        let half = 1.5 * if self.reach > 0.0 { self.reach } else { 1.0 };
        let x_range = (-BEYOND, 1.0 + 2.0 * BEYOND);
        let directions = vec![scaled, pushed];
        let silenced = std::mem::take(&mut self.silenced);
        Ok(Made::Ready(Frame {
            centre: [1.0, 0.0],
            end: Some([0.0, 0.0]),
            ..Frame::new(silenced, directions, x_range, (-half, half))
        }))
    }
}
