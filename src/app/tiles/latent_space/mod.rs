//! The tile of every evaluated sample on a plane of latent space, and of what the point under the pointer decodes
//! to.

mod inset;
mod pointer;
mod principal;

use std::sync::Arc;

use egui::{Rect, Ui};

use super::content::Content;
use crate::app::plot::PlotResponse;
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::widgets::label::{hint, name};
use crate::app::widgets::theme::foldable;
use crate::figures::{LatentSpace, Place, latent_space};
use crate::metrics::LatentPlane;
use crate::plot::FigureSpec;
use crate::plot::axis::ticks::format_number;
use crate::train::{GalleryRequest, Waker};
use pointer::Pointer;
use principal::Principal;

/// Samples whose circle is drawn at the start.
const CIRCLES: usize = 100;

/// Which plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Directions {
    #[default]
    Latents,
    Principal,
}

/// The posterior in two of its dimensions.
pub(super) struct Space {
    directions: Directions,
    /// The latents the user chose; else those of the largest KL.
    chosen: Option<[usize; 2]>,
    circles: usize,
    trails: bool,
    principal: Option<Principal>,
    /// The plane on screen, and the samples on it.
    shown: Option<(LatentPlane, Vec<Place>)>,
    pointer: Pointer,
}

impl Default for Space {
    fn default() -> Self {
        Self {
            directions: Directions::default(),
            chosen: None,
            circles: CIRCLES,
            trails: true,
            principal: None,
            shown: None,
            pointer: Pointer::default(),
        }
    }
}

impl Space {
    /// The two latents on screen; none while there is no network with two.
    fn latents(&self, state: &AppState) -> Option<[usize; 2]> {
        let count = state.usage.latents.len();
        if count < 2 {
            return None;
        }
        match self.chosen {
            // A latent against itself is no plane.
            Some([a, b]) if a.max(b) < count && a == b => Some([a, (a + 1) % count]),
            Some(pair) if pair.iter().all(|j| *j < count) => Some(pair),
            _ => {
                let order = state.usage.by_kl();
                Some([order[0], order[1]])
            }
        }
    }

    /// Whether a principal pair is something else than the latents themselves, and wanted.
    fn is_principal(&self, state: &AppState) -> bool {
        self.directions == Directions::Principal && state.usage.latents.len() > 2
    }

    fn plane(&self, state: &AppState) -> Option<LatentPlane> {
        let count = state.usage.latents.len();
        if self.is_principal(state) {
            let newest = self.principal.as_ref()?.newest();
            return newest.filter(|p| p.latents() == count).cloned();
        }
        LatentPlane::of_latents(self.latents(state)?, count)
    }

    /// The names of the plane's directions.
    fn axes(&self, state: &AppState, plane: &LatentPlane) -> [String; 2] {
        let leading = plane.leading();
        let Some(shares) = plane.shares().filter(|_| self.is_principal(state)) else {
            return leading.map(|(j, _)| format!("z{j}"));
        };
        [0, 1].map(|k| {
            let percent = format_number(100.0 * shares[k], 3);
            format!("PC {} · {percent} % of Var μ", k + 1)
        })
    }

    /// Draws the choice of two latents; true if the figure must be built anew.
    fn pair_controls(&mut self, ui: &mut Ui, state: &AppState) -> bool {
        let Some(mut pair) = self.latents(state) else {
            return false;
        };
        let before = pair;
        let mut changed = false;
        let most = state.usage.latents.len() - 1;
        for (value, label) in pair.iter_mut().zip(["first latent", "second latent"]) {
            let entry = egui::DragValue::new(value)
                .range(0..=most)
                .prefix("z")
                .speed(0.05);
            let response = ui.add(entry);
            name(&response, label);
            hint(response, "The latent along this direction.", "z");
        }
        let top = ui.add_enabled(self.chosen.is_some(), egui::Button::new("Largest KL"));
        if top
            .on_hover_text("Shows the two latents with the largest KL from now on.")
            .clicked()
        {
            self.chosen = None;
            changed = true;
        }
        if pair != before {
            self.chosen = Some(pair);
            changed = true;
        }
        changed
    }
}

impl Content for Space {
    fn made_of(&self) -> &'static [Concern] {
        &[
            Concern::Data,
            Concern::Measured,
            Concern::Trails,
            Concern::Looks,
        ]
    }

    fn subtitle(&self, _state: &AppState) -> String {
        "mean and spread of q(z|x)".into()
    }

    fn help(&self) -> &'static str {
        "The posterior mean of every evaluated sample in two latents, or along the two directions in which the means vary \
         most; for some samples a circle shows the posterior's width (Asperti 2019, figure 1). The dashed circle is two \
         standard deviations of the prior. In a collapsed direction all means are zero and every circle is as wide as the \
         prior. Lines show where the first ten samples have been. The point under the pointer is decoded in a corner, \
         beside the nearest sample. Clicks choose the corners of the plane in the Pictures tile."
    }

    fn switches(&mut self, ui: &mut Ui, state: &AppState, _actions: &mut Vec<Action>) -> bool {
        if state.usage.latents.len() < 3 {
            return false;
        }
        let options = [
            (Directions::Latents, "latents"),
            (Directions::Principal, "principal"),
        ];
        foldable(ui, &mut self.directions, &options)
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, _actions: &mut Vec<Action>) -> bool {
        if self.latents(state).is_none() {
            return false;
        }
        let mut changed = false;
        if self.is_principal(state) {
            if self.principal.is_none() {
                let ctx = ui.ctx().clone();
                let waker: Waker = Arc::new(move || ctx.request_repaint());
                // Without the thread there is no such plane, and the tile says that it waits.
                self.principal = Principal::spawn(waker).ok();
            }
            let evaluation = state.snapshot.as_ref().and_then(|s| s.evaluation.as_ref());
            if let (Some(principal), Some(evaluation)) = (&mut self.principal, evaluation) {
                principal.ask(&evaluation.posterior);
            }
        }
        ui.horizontal(|ui| {
            if !self.is_principal(state) {
                changed |= self.pair_controls(ui, state);
            }
            let circles = egui::DragValue::new(&mut self.circles)
                .range(0..=1000)
                .suffix(" circles");
            changed |= ui.add(circles).changed();
            changed |= ui.checkbox(&mut self.trails, "Trails").changed();
            self.pointer.menu(ui, state);
        });
        changed
    }

    fn poll(&mut self) -> bool {
        self.principal.as_mut().is_some_and(Principal::poll)
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        self.shown = None;
        let plane = self.plane(state)?;
        let evaluation = state.snapshot.as_ref()?.evaluation.as_ref()?;
        let posterior = &evaluation.posterior;
        let data = state.data.as_ref()?;
        let labels = data.dataset.labels.as_deref().unwrap_or(&[]);
        let places: Vec<Place> = (0..posterior.samples())
            .map(|i| Place {
                mu: plane.project(posterior.mu(i)),
                radius: plane.radius(posterior.sigma2(i)),
                class: labels.get(i).copied(),
            })
            .collect();
        let trails = if self.trails {
            state.trails.means_on(&plane)
        } else {
            Vec::new()
        };
        let looks = &state.looks;
        let on_screen = matches!(looks.gallery, Some(GalleryRequest::Plane { .. }));
        let [a, b, c] = looks.corners;
        let named: &[(usize, &str)] = if on_screen || self.pointer.clicks > 0 {
            &[(a, "A"), (b, "B"), (c, "C")]
        } else {
            &[]
        };
        let mut figure = latent_space(&LatentSpace {
            axes: &self.axes(state, &plane),
            places: &places,
            circles: self.circles,
            classes: &data.dataset.classes,
            trails: &trails,
            named,
            prior: evaluation.prior_variance().sqrt(),
            provenance: &state.provenance(),
        });
        if self.is_principal(state) {
            let [first, second] = plane.leading().map(|(j, _)| j);
            let mostly = format!("PC 1 is mostly z{first}, PC 2 mostly z{second}");
            figure.subtitle = format!("{}; {mostly}", figure.subtitle);
        }
        self.shown = Some((plane, places));
        Some(figure)
    }

    fn respond(
        &mut self,
        response: &PlotResponse,
        state: &AppState,
        actions: &mut Vec<Action>,
    ) -> bool {
        if let Some((plane, places)) = &self.shown {
            self.pointer
                .respond(response, (plane, places), state, actions);
        }
        false
    }

    fn overlay(&mut self, ui: &mut Ui, plot: Rect, state: &AppState) {
        self.pointer.overlay(ui, plot, state);
    }

    fn empty(&self, state: &AppState) -> String {
        if state.config.net.latents < 2 {
            "A plane needs at least two latents.".into()
        } else if self.is_principal(state) {
            "Computing the principal directions…".into()
        } else {
            "No statistics yet. Press Play to train.".into()
        }
    }
}
