//! One landscape under way: its plane, then its points, coarse to fine.

use std::sync::Arc;

use crate::compute::{Error, Plan};

use super::grid::Grid;
use super::making::{Frame, Made, Making};
use super::plane::Place;
use super::session::{Session, Sums};
use super::trajectory::State;
use super::{Landscape, LandscapeKind, LandscapeRequest, PointLoss};

/// Most points of a trail; beyond, every second goes.
const TRAIL: usize = 400;

/// How far a piece of work got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// There may be more to do.
    Some,
    /// A command waits.
    Interrupted,
    /// There is nothing left to do.
    None,
}

enum Stage {
    Making(Box<Making>),
    Filling(Frame),
    Failed(String),
}

/// A landscape under way.
pub(super) struct Job {
    pub(super) request: LandscapeRequest,
    centre: Arc<Vec<f32>>,
    states: Vec<State>,
    step: u64,
    stage: Stage,
    grid: Grid,
    values: Vec<Option<PointLoss>>,
    turn: usize,
    /// Chunks of the point under way that are done, and their sums.
    chunk: usize,
    sums: Sums,
    /// Whether the point's parameters are on the device.
    written: bool,
    scratch: Vec<f32>,
    current: Option<Place>,
    trail: Vec<[f64; 2]>,
    /// The step of the trail's newest point.
    placed: u64,
}

impl Job {
    /// A landscape around `centre`, the parameters after `step`, given the states before it.
    pub(super) fn new(
        request: LandscapeRequest,
        session: &Session<'_>,
        centre: Arc<Vec<f32>>,
        step: u64,
        states: Vec<State>,
    ) -> Self {
        let making = Making::new(&request, session, &centre, states.clone());
        let side = request.points.clamp(2, LandscapeRequest::MAX_POINTS);
        let grid = match request.kind {
            LandscapeKind::Path => Grid::new(LandscapeRequest::PATH_POINTS, 1),
            _ => Grid::new(side, side),
        };
        Self {
            stage: Stage::Making(Box::new(making)),
            values: vec![None; grid.len()],
            request,
            centre,
            states,
            step,
            grid,
            turn: 0,
            chunk: 0,
            sums: Sums::default(),
            written: false,
            scratch: Vec::new(),
            current: None,
            trail: Vec::new(),
            placed: step,
        }
    }

    /// A landscape that would take too much memory.
    pub(super) fn refused(request: LandscapeRequest, step: u64) -> Self {
        let why = "this network has too many parameters to hold copies of it beside it";
        Self {
            request,
            centre: Arc::default(),
            states: Vec::new(),
            step,
            stage: Stage::Failed(why.into()),
            grid: Grid::new(1, 1),
            values: vec![None],
            turn: 0,
            chunk: 0,
            sums: Sums::default(),
            written: false,
            scratch: Vec::new(),
            current: None,
            trail: Vec::new(),
            placed: step,
        }
    }

    /// The same landscape from the beginning, under other settings.
    pub(super) fn again(self, session: &Session<'_>) -> Self {
        if self.centre.is_empty() {
            return self;
        }
        Self::new(self.request, session, self.centre, self.step, self.states)
    }

    /// Whether there is something left to compute.
    pub(super) fn is_unfinished(&self) -> bool {
        match self.stage {
            Stage::Making(_) => true,
            Stage::Filling(_) => self.turn < self.grid.len(),
            Stage::Failed(_) => false,
        }
    }

    /// The parameters on the device are somebody else's again.
    pub(super) fn unwritten(&mut self) {
        self.written = false;
    }

    /// Does one piece of work: one program over one chunk at most.
    pub(super) fn work(&mut self, session: &mut Session<'_>) -> Result<Progress, Error> {
        match &mut self.stage {
            Stage::Making(making) => match making.step(session, &self.centre)? {
                Made::Working => Ok(Progress::Some),
                Made::Interrupted => Ok(Progress::Interrupted),
                Made::Impossible(why) => {
                    self.stage = Stage::Failed(why);
                    Ok(Progress::None)
                }
                Made::Ready(frame) => {
                    self.trail = vec![frame.centre];
                    self.current = Some(Place {
                        at: frame.centre,
                        outside: 0.0,
                    });
                    self.stage = Stage::Filling(frame);
                    self.written = false;
                    Ok(Progress::Some)
                }
            },
            Stage::Filling(_) => self.fill(session),
            Stage::Failed(_) => Ok(Progress::None),
        }
    }

    fn fill(&mut self, session: &mut Session<'_>) -> Result<Progress, Error> {
        let (Some(index), Stage::Filling(frame)) = (self.grid.index(self.turn), &self.stage) else {
            return Ok(Progress::None);
        };
        if !self.written {
            let at = self.at(frame, index);
            frame.plane.parameters_into(at, &mut self.scratch);
            session.write(&self.scratch)?;
            self.written = true;
        }
        let Some(sums) = session.evaluate(self.chunk)? else {
            return Ok(Progress::Interrupted);
        };
        self.sums.add(sums);
        self.chunk += 1;
        if self.chunk >= session.chunks() {
            self.values[index] = Some(self.sums.mean());
            self.sums = Sums::default();
            self.chunk = 0;
            self.turn += 1;
            self.written = false;
        }
        Ok(Progress::Some)
    }

    fn at(&self, frame: &Frame, index: usize) -> [f64; 2] {
        let [nx, ny] = self.grid.points;
        super::grid_point(
            [frame.x_range, frame.y_range],
            [nx, ny],
            [index % nx, index / nx],
        )
    }

    /// Notes where the parameters of now stand.
    pub(super) fn place(&mut self, parameters: &[f32], step: u64) {
        let Stage::Filling(frame) = &self.stage else {
            return;
        };
        if self.placed == step {
            return;
        }
        self.placed = step;
        self.current = frame.plane.place(parameters);
        if let Some(place) = self.current {
            self.trail.push(place.at);
        }
        if self.trail.len() > TRAIL {
            let mut index = 0;
            self.trail.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
    }

    /// The landscape as far as it is known.
    pub(super) fn show(&self, plan: &Plan) -> Landscape {
        let mut shown = Landscape {
            request: self.request.clone(),
            step: self.step,
            samples: Session::samples(plan),
            dim: plan.net.target_dim(),
            likelihood: plan.net.likelihood,
            x_range: (0.0, 0.0),
            y_range: (0.0, 0.0),
            points: self.grid.points,
            values: self.values.clone(),
            known: self.turn,
            stride: self.grid.stride(self.turn),
            centre: [0.0, 0.0],
            end: None,
            current: self.current,
            trail: self.trail.clone(),
            past: Vec::new(),
            variance: None,
            problem: None,
            plane: None,
        };
        match &self.stage {
            Stage::Making(_) => {}
            Stage::Failed(why) => shown.problem = Some(why.clone()),
            Stage::Filling(frame) => {
                shown.x_range = frame.x_range;
                shown.y_range = frame.y_range;
                shown.centre = frame.centre;
                shown.end = frame.end;
                shown.past.clone_from(&frame.past);
                shown.variance = frame.variance;
                shown.plane = Some(Arc::clone(&frame.plane));
            }
        }
        shown
    }
}
