//! The tour: which step is shown, and the run there was before.

mod steps;

use super::AppState;
use super::action::Effect;
use crate::config::{LiveConfig, RunConfig};

pub(crate) use steps::STEPS;

/// What can be done with the tour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TourAction {
    /// Starts it at its first step.
    Start,
    /// The next step.
    Next,
    /// The step before.
    Back,
    /// Ends it; the run there was before comes back, if the tour's was not made into another.
    Close,
    /// Ends it with the run there was before, whatever became of the tour's.
    Return,
    /// Ends it with the run on screen.
    Keep,
}

/// Where the tour is.
#[derive(Debug, Clone, PartialEq)]
pub struct Tour {
    /// The step shown, from 0.
    pub step: usize,
    /// The settings there were before it.
    before: RunConfig,
}

impl AppState {
    /// Applies what was done with the tour.
    pub(super) fn tour_action(&mut self, action: TourAction) -> Vec<Effect> {
        let at = self.tour.as_ref().map(|t| t.step);
        match (action, at) {
            (TourAction::Start, _) => {
                let before = match self.tour.take() {
                    Some(tour) => tour.before,
                    None => self.config.clone(),
                };
                self.tour = Some(Tour { step: 0, before });
                self.set_up(0)
            }
            (TourAction::Next, Some(at)) if at + 1 < STEPS.len() => self.go_to(at + 1),
            (TourAction::Back, Some(at)) if at > 0 => self.go_to(at - 1),
            (TourAction::Close, Some(_)) if self.tour_run_is_changed() => self.end_tour(false),
            (TourAction::Close | TourAction::Return, Some(_)) => self.end_tour(true),
            (TourAction::Keep, Some(_)) => self.end_tour(false),
            _ => Vec::new(),
        }
    }

    /// Whether the run on screen is no longer the one the step set up; what can be changed as it trains, the tour
    /// itself asks to change.
    pub fn tour_run_is_changed(&self) -> bool {
        let Some(tour) = &self.tour else {
            return false;
        };
        let still = |config: RunConfig| RunConfig {
            live: LiveConfig::default(),
            device: self.config.device.clone(),
            ..config
        };
        let shown = self.opening.incoming.as_ref().unwrap_or(&self.config);
        still(shown.clone()) != still(STEPS[tour.step].config())
    }

    fn go_to(&mut self, step: usize) -> Vec<Effect> {
        if let Some(tour) = &mut self.tour {
            tour.step = step;
        }
        self.set_up(step)
    }

    /// Shows the run of a step, and lets it train.
    fn set_up(&mut self, step: usize) -> Vec<Effect> {
        if !self.is_experimenting() {
            self.playing = true;
        }
        self.open_run(STEPS[step].config())
    }

    fn end_tour(&mut self, with_run_before: bool) -> Vec<Effect> {
        match self.tour.take() {
            Some(tour) if with_run_before => self.open_run(tour.before),
            _ => Vec::new(),
        }
    }
}
