//! The likelihood of probabilistic PCA around two zero columns (Lucas et al. 2019, figure 1).

use egui::Ui;

use super::{Kind, mode_number};
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::tiles::shown_gamma;
use crate::app::widgets::label::{hint, name};
use crate::figures;
use crate::plot::{ColourScale, FigureSpec};
use crate::text::significant;
use crate::theory::PpcaSurface;

/// Columns of W along two principal components, pushed away from zero.
pub(super) struct PpcaColumns {
    modes: [usize; 2],
    /// σ²; γ until it is set.
    sigma2: Option<f64>,
}

impl Default for PpcaColumns {
    fn default() -> Self {
        Self {
            // Far enough apart for the regime between them to be wide.
            modes: [3, 7],
            sigma2: None,
        }
    }
}

impl Kind for PpcaColumns {
    fn made_of(&self) -> &'static [Concern] {
        &[Concern::Settings, Concern::Data]
    }

    fn name(&self) -> &'static str {
        "pPCA columns"
    }

    fn help(&self) -> &'static str {
        "The likelihood of probabilistic PCA around a stationary point at which two columns of W are zero, with these columns \
         pushed by ε₁ and ε₂ along two principal components (Lucas et al. 2019, figure 1). A zero column is stable while \
         the variance of its component is below σ². Move σ² through the two variances to see both columns grow, then one, \
         then none."
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, _actions: &mut Vec<Action>) -> bool {
        let [a, b] = &mut self.modes;
        let mut changed = mode_number(ui, state, a, "ε₁ along ", "first component");
        changed |= mode_number(ui, state, b, "ε₂ along ", "second component");
        changed | self.variance(ui, state)
    }

    fn figure(&mut self, state: &AppState, scale: ColourScale) -> Option<FigureSpec> {
        // It is about the input, whatever the target.
        let spectrum = state.data.as_ref()?.spectrum.as_ref()?;
        let last = spectrum
            .eigenvalues
            .len()
            .checked_sub(1)
            .filter(|last| *last > 0)?;
        let a = self.modes[0].min(last);
        // The two components must differ.
        let mut b = self.modes[1].min(last);
        if a == b {
            b = if b > 0 { b - 1 } else { 1 };
        }
        let sigma2 = self.sigma2.unwrap_or(shown_gamma(state));
        let provenance = state.provenance();
        let all = spectrum.filled();
        // The three leading components are in the model, but for those that are pushed.
        let kept: Vec<usize> = (0..3).filter(|k| *k != a && *k != b).collect();
        let surface = PpcaSurface::new(&all, all.len(), &kept, (a, b), sigma2).ok()?;
        let half = 1.8 * all[a].max(all[b]).max(sigma2).sqrt();
        let figure = figures::ppca_surface_figure(&surface, (a, b), half, scale, &provenance);
        Some(figure)
    }
}

impl PpcaColumns {
    /// σ² on a slider that reaches to both sides of the two eigenvalues.
    fn variance(&mut self, ui: &mut Ui, state: &AppState) -> bool {
        let before = self.sigma2.unwrap_or(shown_gamma(state));
        let eigenvalue = |mode: usize| {
            let known = state.prediction.as_ref().map(|p| p.problem.eigenvalues());
            known
                .and_then(|e| e.get(mode).copied())
                .filter(|l| *l > 0.0)
        };
        let [a, b] = self.modes.map(eigenvalue);
        let (a, b) = (a.unwrap_or(before), b.unwrap_or(before));
        let range = (a.min(b) / 6.0)..=(a.max(b) * 6.0);
        let mut sigma2 = before;
        ui.spacing_mut().slider_width = (ui.available_width() - 230.0).clamp(60.0, 180.0);
        let track = egui::Slider::new(&mut sigma2, range)
            .logarithmic(true)
            .clamping(egui::SliderClamping::Never)
            .text("σ² of pPCA")
            .custom_formatter(|v, _| significant(v, 3));
        let response = ui.add(track);
        name(&response, "pPCA variance");
        hint(
            response,
            "Observation variance of probabilistic PCA. A zero column along a component is stable once it exceeds the variance of \
             that component.",
            "σ² of pPCA",
        );
        let changed = sigma2 != before;
        if changed {
            self.sigma2 = Some(sigma2);
        }
        changed
    }
}
