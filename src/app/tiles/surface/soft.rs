//! One mode under a soft-threshold decoder (Dai, Wang & Wipf 2020, proposition 1): its loss, and where gradient
//! descent on it ends.

use std::sync::Arc;

use egui::Ui;

use super::{Kind, mode_number};
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::tiles::landscape::{Landscapes, Made, Request, Wanted};
use crate::app::tiles::shown_gamma;
use crate::app::widgets::label::{hint, name};
use crate::app::widgets::theme::foldable;
use crate::plot::{ColourScale, FigureSpec, Layer, Provenance};
use crate::text::significant;
use crate::theory::{SoftThreshold, StartSigma};
use crate::train::Waker;

/// α/ζ at the start: the linear model, where there is no bad minimum yet.
const FIRST_ALPHA: f64 = 0.0;
/// The largest α/ζ on the slider; what is typed may be larger.
const SLIDER_ALPHA: f64 = 2.0;
/// The largest α/ζ that can be set.
const MOST_ALPHA: f64 = 20.0;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum View {
    /// The loss over (W, μ).
    #[default]
    Loss,
    /// The minimum that descent from each point ends at.
    Basins,
}

/// The loss over decoder weight W and encoder mean μ.
pub(super) struct Soft {
    view: View,
    /// α/ζ of the threshold.
    alpha: f64,
    /// σ from which the descents start.
    start: StartSigma,
    /// What computes it, from the first time it is on screen.
    landscapes: Option<Landscapes>,
    /// The newest of its figures.
    made: Option<Made>,
    /// Why there is no figure.
    problem: Option<String>,
}

impl Default for Soft {
    fn default() -> Self {
        Self {
            view: View::default(),
            alpha: FIRST_ALPHA,
            start: StartSigma::Prior,
            landscapes: None,
            made: None,
            problem: None,
        }
    }
}

impl Kind for Soft {
    fn made_of(&self) -> &'static [Concern] {
        &[Concern::Settings, Concern::Selection]
    }

    fn name(&self) -> &'static str {
        "Soft threshold (W, μ)"
    }

    fn help(&self) -> &'static str {
        "One mode with the decoder sign(Wz)(|Wz| − α)₊, the encoder N(±μ, σ²) and the β and γ of this run. For any α > 0 the \
         collapsed point is a local minimum even where a better one exists (Dai, Wang & Wipf 2020, proposition 1). Raise α \
         from 0 to see it appear. A basin is the set of starting points from which gradient descent in (W, μ, log σ) ends \
         at the same minimum."
    }

    fn is_map(&self) -> bool {
        self.view == View::Loss
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let views = [(View::Loss, "loss"), (View::Basins, "basins")];
        let mut changed = foldable(ui, &mut self.view, &views);
        let mut mode = state.selection.mode;
        if mode_number(ui, state, &mut mode, "Mode ", "surface mode") {
            actions.push(Action::Mode(mode));
        }
        changed |= self.threshold(ui);
        if self.view == View::Basins && ui.available_width() > 190.0 {
            let starts = [
                (StartSigma::Prior, "σ = η"),
                (StartSigma::Profiled, "best σ"),
            ];
            changed |= foldable(ui, &mut self.start, &starts);
        }
        if self.landscapes.is_none() {
            let ctx = ui.ctx().clone();
            let waker: Waker = Arc::new(move || ctx.request_repaint());
            match Landscapes::spawn(waker) {
                Ok(landscapes) => {
                    self.landscapes = Some(landscapes);
                    changed = true;
                }
                Err(error) => {
                    self.problem = Some(format!("The surface cannot be computed: {error}"));
                }
            }
        }
        changed
    }

    fn poll(&mut self) -> bool {
        let Some(made) = self.landscapes.as_ref().and_then(Landscapes::take) else {
            return false;
        };
        self.made = Some(made);
        true
    }

    fn figure(&mut self, state: &AppState, scale: ColourScale) -> Option<FigureSpec> {
        let eigenvalues = state.prediction.as_ref()?.problem.eigenvalues();
        let zeta2 = *eigenvalues.get(state.selection.mode)?;
        let live = &state.config.live;
        let alpha = self.alpha * zeta2.max(0.0).sqrt();
        let gamma = shown_gamma(state);
        match SoftThreshold::new(zeta2, alpha, live.beta, gamma, live.eta_enc) {
            Ok(model) => {
                let mut figure = self.newest(model, state)?;
                for layer in &mut figure.layers {
                    if let (Layer::HeatMap(map), View::Loss) = (layer, self.view) {
                        map.rescale(scale);
                    }
                }
                Some(figure)
            }
            Err(error) => {
                self.problem = Some(error.to_string());
                None
            }
        }
    }

    fn empty(&self, state: &AppState) -> String {
        match &self.problem {
            Some(problem) => problem.clone(),
            None if state.prediction.is_some() => "Computing the surface…".into(),
            None => state.lacks_theory(),
        }
    }
}

impl Soft {
    /// Asks for the landscape of `model`; the newest figure of its kind there is, perhaps of a moment ago.
    fn newest(&mut self, model: SoftThreshold, state: &AppState) -> Option<FigureSpec> {
        let wanted = match self.view {
            View::Basins => Wanted::Basins(model, self.start, state.config.device.clone()),
            View::Loss => Wanted::Energy(model),
        };
        let request = Request {
            wanted,
            mode: state.selection.mode,
        };
        self.landscapes.as_mut()?.ask(request.clone());
        let made = self.made.as_ref()?;
        let same_kind =
            std::mem::discriminant(&made.request.wanted) == std::mem::discriminant(&request.wanted);
        if !same_kind {
            return None;
        }
        self.problem = made.figure.as_ref().err().cloned();
        let mut figure = made.figure.as_ref().ok()?.clone();
        figure.provenance = Provenance {
            device: std::mem::take(&mut figure.provenance.device),
            ..state.provenance()
        };
        Some(figure)
    }

    /// α of the soft threshold, in units of ζ.
    fn threshold(&mut self, ui: &mut Ui) -> bool {
        ui.spacing_mut().slider_width = (ui.available_width() - 200.0).clamp(50.0, 160.0);
        let track = egui::Slider::new(&mut self.alpha, 0.0..=SLIDER_ALPHA)
            .clamping(egui::SliderClamping::Never)
            .text("α/ζ")
            .custom_formatter(|v, _| significant(v, 3));
        let response = ui.add(track);
        name(&response, "soft threshold α");
        let help = "Threshold of the decoder in units of the mode's ζ; 0 gives the linear model.";
        let changed = hint(response, help, "α/ζ").changed();
        self.alpha = self.alpha.clamp(0.0, MOST_ALPHA);
        changed
    }
}
