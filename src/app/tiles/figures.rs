//! Which figure a tile shows for the present state.

use crate::config::{Likelihood, Target};
use crate::figure::{FigureSpec, Provenance, run as figures};
use crate::train::History;

use super::{SurfaceKind, TileBoard};
use crate::app::state::AppState;
use crate::app::tile::Tile;

impl TileBoard {
    /// The figure of a tile for the present state; none while there is nothing to show.
    pub(super) fn build(&self, tile: Tile, state: &AppState) -> Option<FigureSpec> {
        let provenance = state.provenance();
        let snapshot = state.snapshot.as_ref();
        match tile {
            Tile::Thresholds => {
                let prediction = state.prediction.as_ref()?;
                let measured = snapshot
                    .filter(|s| s.evaluation.is_some())
                    .map(|_| &state.usage);
                let mut figure = figures::thresholds_figure(
                    prediction,
                    shown_gamma(state),
                    measured,
                    snapshot.map(|s| s.stationary),
                    &provenance,
                );
                // Its first note is the predicted count.
                if let (Some(gap), Some(count)) = (state.uncovered(), figure.notes.first_mut()) {
                    *count = gap.sentence();
                }
                Some(figure)
            }
            Tile::Surface => self.surface_figure(state, &provenance),
            Tile::Usage => {
                snapshot?.evaluation.as_ref()?;
                Some(figures::usage_figure(
                    &state.usage,
                    state.sort_by_kl,
                    &provenance,
                ))
            }
            Tile::Reconstructions => {
                let views = snapshot?.views.as_ref()?;
                let data = state.data.as_ref()?;
                let pictures =
                    data.dataset.shape.is_image() && state.config.net.target == Target::Input;
                pictures.then(|| figures::reconstructions_figure(views, &data.dataset, &provenance))
            }
            Tile::Training => {
                let empty = History::default();
                let history = snapshot.map_or(&empty, |s| &s.history);
                let ghost = state.ghost.as_ref().map(|(_, history)| &**history);
                Some(figures::training_figure(
                    history,
                    ghost,
                    constant_dim(state),
                    self.log_steps,
                    &provenance,
                ))
            }
        }
    }

    fn surface_figure(&self, state: &AppState, provenance: &Provenance) -> Option<FigureSpec> {
        let prediction = state.prediction.as_ref()?;
        let eigenvalues = prediction.problem.eigenvalues();
        let gamma = shown_gamma(state);
        let mut figure = match self.surface {
            SurfaceKind::Mode => {
                let trail: Vec<[f64; 2]> = state.trail.iter().copied().collect();
                let zeta2 = *eigenvalues.get(state.mode)?;
                let live = &state.config.live;
                let at = (live.beta, gamma, live.eta_enc);
                figures::mode_surface_figure(state.mode, zeta2, at, &trail, provenance).ok()?
            }
            SurfaceKind::Ppca => {
                // It is about the input, whatever the target.
                let eigenvalues = &state.data.as_ref()?.spectrum.as_ref()?.eigenvalues;
                let a = state.mode.min(eigenvalues.len().checked_sub(2)?);
                let sigma2 = self.ppca_sigma2.unwrap_or(gamma);
                figures::ppca_surface_figure(eigenvalues, 3, (a, a + 1), sigma2, provenance).ok()?
            }
        };
        // The surface is the linear model's, whatever is trained.
        if let (Some(gap), SurfaceKind::Mode) = (state.uncovered(), self.surface) {
            figure.notes.push(gap.sentence());
        }
        Some(figure)
    }
}

/// Dimensions that the loss's constant (d/2) log 2πγ counts: those of the target, none without a γ.
fn constant_dim(state: &AppState) -> usize {
    let net = &state.config.net;
    let input = state.data.as_ref().map_or(1, |d| d.dataset.dim());
    match (net.likelihood, net.target) {
        (Likelihood::Bernoulli | Likelihood::GaussianPerPixel, _) => 0,
        (Likelihood::Gaussian, Target::Input) => input,
        (Likelihood::Gaussian, Target::LinearMap(rows)) => rows,
        (Likelihood::Gaussian, Target::Labels) => state
            .data
            .as_ref()
            .and_then(|d| d.dataset.labels.iter().flatten().max())
            .map_or(input, |&largest| usize::from(largest) + 1),
    }
}

/// γ as the theory's figures use it: the trained one, or the closed form's while none is trained.
pub(super) fn shown_gamma(state: &AppState) -> f64 {
    let trained = state.gamma();
    if trained.is_finite() && trained > 0.0 {
        trained
    } else {
        state.config.live.gamma
    }
}
