//! The tile of loss surfaces: which kind, and the controls of each.

use std::sync::Arc;

use egui::Ui;

use super::content::Content;
use super::landscape::{Landscapes, Made, Request, Wanted};
use super::shown_gamma;
use crate::app::action::Action;
use crate::app::controls::name;
use crate::app::number::significant;
use crate::app::state::AppState;
use crate::app::theme::segmented;
use crate::figure::{FigureSpec, Provenance, run as figures};
use crate::theory::{SoftThreshold, StartSigma};
use crate::train::Waker;

/// Which loss surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    /// One mode of the linear model over its two weights.
    #[default]
    Mode,
    /// Two zero columns of probabilistic PCA.
    Ppca,
    /// One mode under a soft-threshold decoder.
    Soft,
    /// Where gradient descent ends on it.
    Basins,
    /// Eigenvalues at the collapsed point against β.
    Hessian,
}

/// α/ζ at the start: the collapsed point is a local minimum and its basin is in view.
const FIRST_ALPHA: f64 = 0.3;
/// The largest α/ζ that can be set.
const MOST_ALPHA: f64 = 20.0;

/// The surface on screen.
pub(super) struct Surface {
    kind: Kind,
    /// σ² of the pPCA surface; γ until it is set.
    ppca_sigma2: Option<f64>,
    /// α/ζ of the soft threshold.
    alpha: f64,
    /// σ from which the descents of the basins start.
    start: StartSigma,
    /// What computes slow surfaces, from the first time one is on screen.
    landscapes: Option<Landscapes>,
    /// The newest of its figures.
    made: Option<Made>,
    /// Why there is no figure.
    problem: Option<String>,
}

impl Default for Surface {
    fn default() -> Self {
        Self {
            kind: Kind::default(),
            ppca_sigma2: None,
            alpha: FIRST_ALPHA,
            start: StartSigma::Prior,
            landscapes: None,
            made: None,
            problem: None,
        }
    }
}

impl Content for Surface {
    fn help(&self) -> &'static str {
        match self.kind {
            Kind::Mode | Kind::Hessian => {
                "The linear model's loss in one principal mode. The collapsed point u = v = 0 is a saddle while \
                 ζ² > βγ and the global minimum from then on (Wang & Ziyin 2022, theorem 3)."
            }
            Kind::Ppca => {
                "The likelihood of probabilistic PCA around two zero columns (Lucas et al. 2019, figure 1)."
            }
            Kind::Soft | Kind::Basins => {
                "One mode under the decoder sign(Wz)(|Wz| − α)₊, the encoder N(±μ, σ²), this run's β and γ. For any \
                 α > 0 the collapsed point is a local minimum, though the data are reproduced better elsewhere \
                 (Dai, Wang & Wipf 2020, proposition 1). A basin is the set of starts from which gradient descent \
                 in (W, μ, log σ) ends at the same minimum."
            }
        }
    }

    fn switches(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let modes = state
            .prediction
            .as_ref()
            .map_or(1, |p| p.problem.eigenvalues().len());
        let mut mode = state.mode + 1;
        let response = ui.add(
            egui::DragValue::new(&mut mode)
                .range(1..=modes.min(64))
                .prefix("mode ")
                .speed(0.05),
        );
        name(&response, "surface mode");
        response.on_hover_text("Which principal mode of the data");
        if mode != state.mode + 1 {
            actions.push(Action::Mode(mode - 1));
        }
        match self.kind {
            Kind::Ppca => self.ppca_variance(ui, state),
            Kind::Soft => self.threshold(ui),
            Kind::Basins => {
                let moved = self.threshold(ui);
                let names = if ui.available_width() > 280.0 {
                    ["from σ = η", "from the best σ"]
                } else {
                    ["σ = η", "best σ"]
                };
                let starts = [
                    (StartSigma::Prior, names[0]),
                    (StartSigma::Profiled, names[1]),
                ];
                segmented(ui, &mut self.start, &starts, false) || moved
            }
            Kind::Mode | Kind::Hessian => false,
        }
    }

    fn controls(&mut self, ui: &mut Ui, _state: &AppState, _actions: &mut Vec<Action>) -> bool {
        let kinds = if ui.available_width() > 540.0 {
            [
                (Kind::Mode, "one mode (u, v)"),
                (Kind::Ppca, "pPCA columns"),
                (Kind::Soft, "soft threshold"),
                (Kind::Basins, "basins of attraction"),
                (Kind::Hessian, "Hessian at 0"),
            ]
        } else {
            [
                (Kind::Mode, "(u, v)"),
                (Kind::Ppca, "pPCA"),
                (Kind::Soft, "soft threshold"),
                (Kind::Basins, "basins"),
                (Kind::Hessian, "Hessian"),
            ]
        };
        let changed = segmented(ui, &mut self.kind, &kinds, false);
        if matches!(self.kind, Kind::Soft | Kind::Basins) && self.landscapes.is_none() {
            let ctx = ui.ctx().clone();
            let waker: Waker = Arc::new(move || ctx.request_repaint());
            match Landscapes::spawn(waker) {
                Ok(landscapes) => self.landscapes = Some(landscapes),
                Err(error) => self.problem = Some(format!("no thread for the surface: {error}")),
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

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let provenance = state.provenance();
        let prediction = state.prediction.as_ref()?;
        let eigenvalues = prediction.problem.eigenvalues();
        let (beta, gamma) = (state.config.live.beta, shown_gamma(state));
        let zeta2 = eigenvalues.get(state.mode).copied();
        let figure = match self.kind {
            Kind::Mode => {
                let trail: Vec<[f64; 2]> = state.trail.iter().copied().collect();
                figures::mode_surface_figure(state.mode, zeta2?, beta, gamma, &trail, &provenance)
            }
            Kind::Ppca => {
                let a = state.mode.min(eigenvalues.len().checked_sub(2)?);
                let sigma2 = self.ppca_sigma2.unwrap_or(gamma);
                figures::ppca_surface_figure(eigenvalues, 3, (a, a + 1), sigma2, &provenance)
            }
            Kind::Hessian => figures::hessian_figure(state.mode, zeta2?, beta, gamma, &provenance),
            Kind::Soft | Kind::Basins => {
                let zeta2 = zeta2?;
                let alpha = self.alpha * zeta2.max(0.0).sqrt();
                match SoftThreshold::new(zeta2, alpha, beta, gamma, 1.0) {
                    Ok(model) => return self.landscape(model, state, &provenance),
                    Err(error) => Err(error),
                }
            }
        };
        self.problem = figure.as_ref().err().map(ToString::to_string);
        let mut figure = figure.ok()?;
        // The surface is the linear model's, whatever is trained.
        if let (Some(gap), Kind::Mode | Kind::Hessian) = (state.uncovered(), self.kind) {
            figure.notes.push(gap.sentence());
        }
        Some(figure)
    }

    fn empty(&self, state: &AppState) -> String {
        match &self.problem {
            Some(problem) => problem.clone(),
            None if state.prediction.is_some() => "computing the surface…".into(),
            None => "computing the spectrum of the data…".into(),
        }
    }
}

impl Surface {
    /// Asks for the landscape of `model`; the newest figure of its kind there is, perhaps of a moment
    /// ago.
    fn landscape(
        &mut self,
        model: SoftThreshold,
        state: &AppState,
        provenance: &Provenance,
    ) -> Option<FigureSpec> {
        let wanted = match self.kind {
            Kind::Basins => Wanted::Basins(model, self.start, state.config.device.clone()),
            _ => Wanted::Energy(model),
        };
        let request = Request {
            wanted,
            mode: state.mode,
        };
        let landscapes = self.landscapes.as_mut()?;
        landscapes.ask(request.clone());
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
            ..provenance.clone()
        };
        Some(figure)
    }

    /// α of the soft threshold, in units of ζ.
    fn threshold(&mut self, ui: &mut Ui) -> bool {
        let response = ui.add(
            egui::DragValue::new(&mut self.alpha)
                .range(0.0..=MOST_ALPHA)
                .speed(0.01)
                .prefix("α ")
                .suffix(" ζ")
                .custom_formatter(|v, _| significant(v, 3)),
        );
        name(&response, "soft threshold α");
        response
            .on_hover_text(
                "Threshold of the decoder sign(Wz)(|Wz| − α)₊, in units of the mode's ζ; 0 is the linear model",
            )
            .changed()
    }

    /// σ² of the pPCA surface: γ until it is set.
    fn ppca_variance(&mut self, ui: &mut Ui, state: &AppState) -> bool {
        let before = self.ppca_sigma2.unwrap_or(shown_gamma(state));
        let mut sigma2 = before;
        let response = ui.add(
            egui::DragValue::new(&mut sigma2)
                .range(1e-6..=1e6)
                .speed(before * 0.01)
                .prefix("σ² ")
                .custom_formatter(|v, _| significant(v, 3)),
        );
        name(&response, "pPCA variance");
        response.on_hover_text(
            "Observation variance of pPCA; a zero column along a mode is stable once it exceeds ζ²",
        );
        let changed = sigma2 != before;
        if changed {
            self.ppca_sigma2 = Some(sigma2);
        }
        changed
    }
}
