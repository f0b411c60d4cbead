//! The tile of loss surfaces: which kind, and the controls of each.

use egui::Ui;

use super::content::Content;
use super::shown_gamma;
use crate::app::action::Action;
use crate::app::controls::name;
use crate::app::state::AppState;
use crate::app::theme::segmented;
use crate::figure::{FigureSpec, run as figures};

/// Which loss surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    /// One mode of the linear model over its two weights.
    #[default]
    Mode,
    /// Two zero columns of probabilistic PCA.
    Ppca,
}

/// The surface on screen.
#[derive(Default)]
pub(super) struct Surface {
    kind: Kind,
    /// σ² of the pPCA surface; γ until it is set.
    ppca_sigma2: Option<f64>,
}

impl Content for Surface {
    fn switches(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        // In a narrow tile long names would leave the title no room.
        let (mode, ppca) = if ui.available_width() < 340.0 {
            ("(u, v)", "pPCA")
        } else {
            ("one mode (u, v)", "pPCA columns")
        };
        let kinds = [(Kind::Mode, mode), (Kind::Ppca, ppca)];
        let mut changed = segmented(ui, &mut self.kind, &kinds, false);
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
        if self.kind == Kind::Ppca {
            changed |= self.ppca_variance(ui, state);
        }
        changed
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let provenance = state.provenance();
        let prediction = state.prediction.as_ref()?;
        let eigenvalues = prediction.problem.eigenvalues();
        let gamma = shown_gamma(state);
        let mut figure = match self.kind {
            Kind::Mode => {
                let trail: Vec<[f64; 2]> = state.trail.iter().copied().collect();
                let zeta2 = *eigenvalues.get(state.mode)?;
                let beta = state.config.live.beta;
                figures::mode_surface_figure(state.mode, zeta2, beta, gamma, &trail, &provenance)
                    .ok()?
            }
            Kind::Ppca => {
                let a = state.mode.min(eigenvalues.len().checked_sub(2)?);
                let sigma2 = self.ppca_sigma2.unwrap_or(gamma);
                figures::ppca_surface_figure(eigenvalues, 3, (a, a + 1), sigma2, &provenance)
                    .ok()?
            }
        };
        // The surface is the linear model's, whatever is trained.
        if let (Some(gap), Kind::Mode) = (state.uncovered(), self.kind) {
            figure.notes.push(gap.sentence());
        }
        Some(figure)
    }

    fn empty(&self, _state: &AppState) -> String {
        "computing the spectrum of the data…".into()
    }
}

impl Surface {
    /// σ² of the pPCA surface: γ until it is set.
    fn ppca_variance(&mut self, ui: &mut Ui, state: &AppState) -> bool {
        let before = self.ppca_sigma2.unwrap_or(shown_gamma(state));
        let mut sigma2 = before;
        let response = ui.add(
            egui::DragValue::new(&mut sigma2)
                .range(1e-6..=1e6)
                .speed(before * 0.01)
                .prefix("σ² ")
                .custom_formatter(|v, _| crate::app::number::significant(v, 3)),
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
