//! The tile of pictures: examples with samples and a traversal, a plane through three posterior means, samples
//! without their dead latents, a traversal of each latent.

use egui::Ui;

use super::content::Content;
use super::usage::interventions;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::state::looks::Look;
use crate::app::state::{AppState, EXAMPLES};
use crate::app::widgets::label::name;
use crate::app::widgets::theme::{foldable, muted};
use crate::figures;
use crate::plot::FigureSpec;
use crate::train::GalleryRequest;

/// Latents traversed at once, those of the largest KL.
const ROWS: usize = 8;
/// Points of each traversal: half a standard deviation apart.
const STEPS: usize = 13;

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum View {
    #[default]
    Examples,
    Plane,
    Zeroed,
    Traversals,
}

/// Pictures of the model.
pub(super) struct Pictures {
    view: View,
    /// Points along each side of the plane.
    side: usize,
    /// Whether the active latents are zeroed in place of the dead ones.
    active: bool,
}

impl Default for Pictures {
    fn default() -> Self {
        Self {
            view: View::default(),
            side: 7,
            active: false,
        }
    }
}

impl Pictures {
    /// What the trainer is to make for this view.
    fn wanted(&self, state: &AppState) -> Option<GalleryRequest> {
        let usage = &state.usage;
        if state.no_pictures().is_some() || usage.latents.is_empty() {
            return None;
        }
        match self.view {
            View::Examples => None,
            View::Plane => Some(GalleryRequest::Plane {
                items: state.looks.corners,
                side: self.side,
            }),
            View::Zeroed => {
                let chosen = usage.latents.iter().filter(|l| l.active == self.active);
                Some(GalleryRequest::Zeroed {
                    latents: chosen.map(|l| l.index).collect(),
                    count: EXAMPLES,
                })
            }
            View::Traversals => Some(GalleryRequest::Traversals {
                latents: usage.by_kl().into_iter().take(ROWS).collect(),
                steps: STEPS,
            }),
        }
    }

    /// Whether an answer is of the kind on screen; an older one of it stays until the next is there.
    fn shows(&self, request: &GalleryRequest) -> bool {
        matches!(
            (self.view, request),
            (View::Plane, GalleryRequest::Plane { .. })
                | (View::Zeroed, GalleryRequest::Zeroed { .. })
                | (View::Traversals, GalleryRequest::Traversals { .. })
        )
    }

    fn plane_controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
        let items = state.data.as_ref().map_or(0, |d| d.dataset.len());
        let before = state.looks.corners;
        let mut corners = before;
        let names = [("A ", "corner A"), ("B ", "corner B"), ("C ", "corner C")];
        for (item, (prefix, label)) in corners.iter_mut().zip(names) {
            let entry = egui::DragValue::new(item)
                .range(0..=items.max(1) - 1)
                .prefix(prefix)
                .speed(0.1);
            let response = ui.add(entry);
            name(&response, label);
            response.on_hover_text("The item with its posterior mean at this corner.");
        }
        if corners != before {
            actions.push(Action::Look(Look::Corners(corners)));
        }
        let draw = ui.button("New corners");
        if draw
            .on_hover_text(
                "Chooses three items at random. You can also click three samples in the latent space.",
            )
            .clicked()
        {
            actions.push(Action::Look(Look::NewCorners));
        }
        let [least, most] = GalleryRequest::SIDES;
        let entry = egui::DragValue::new(&mut self.side)
            .range(least..=most)
            .custom_formatter(|n, _| format!("{n} × {n}"))
            .speed(0.05);
        let response = ui.add(entry);
        name(&response, "points of the plane");
        response.on_hover_text("Points along each side of the grid.");
    }
}

impl Content for Pictures {
    fn made_of(&self) -> &'static [Concern] {
        &[
            Concern::Settings,
            Concern::Data,
            Concern::Measured,
            Concern::Pictures,
        ]
    }

    fn subtitle(&self, state: &AppState) -> String {
        interventions(state).unwrap_or_default()
    }

    fn help(&self) -> &'static str {
        match self.view {
            View::Examples => {
                "Inputs and their reconstructions, samples from the prior, and a traversal of one latent."
            }
            View::Plane => {
                "Decoded points of the plane through the posterior means A, B and C of three items, \
                 z = A + s(B − A) + t(C − A), from A at the upper left to B + C − A at the lower right (Lucas et al. \
                 2019, figure 13). The items themselves are shown outside the grid."
            }
            View::Zeroed => {
                "Samples from the prior, the same samples with some latents set to the prior's mean, and the difference \
                 (Asperti 2019, figure 3). A latent is dead if Var μ is at most 0.01 of the prior's variance. A decoder \
                 that ignores its dead latents gives the same picture."
            }
            View::Traversals => {
                "The latents with the largest KL, each varied alone from −3 to 3 standard deviations of the prior, with \
                 the others at the first item's posterior mean."
            }
        }
    }

    fn switches(&mut self, ui: &mut Ui, _state: &AppState, _actions: &mut Vec<Action>) -> bool {
        let views = [
            (View::Examples, "examples"),
            (View::Plane, "plane"),
            (View::Zeroed, "zeroed"),
            (View::Traversals, "traversals"),
        ];
        foldable(ui, &mut self.view, &views)
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let wanted = self.wanted(state);
        if state.looks.gallery != wanted {
            actions.push(Action::Look(Look::Gallery(wanted.clone())));
        }
        match self.view {
            View::Plane if state.no_pictures().is_none() => {
                ui.horizontal(|ui| self.plane_controls(ui, state, actions));
                false
            }
            View::Zeroed if state.no_pictures().is_none() => {
                ui.horizontal(|ui| {
                    let options = [(false, "dead latents"), (true, "active latents")];
                    let changed = foldable(ui, &mut self.active, &options);
                    let count = match &wanted {
                        Some(GalleryRequest::Zeroed { latents, .. }) => latents.len(),
                        _ => 0,
                    };
                    let of = state.usage.latents.len();
                    muted(ui, format!("{count} of {of} latents at the prior mean"));
                    changed
                })
                .inner
            }
            _ => false,
        }
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let (snapshot, data) = (state.snapshot.as_ref()?, state.data.as_ref()?);
        if state.no_pictures().is_some() {
            return None;
        }
        let provenance = state.provenance();
        if self.view == View::Examples {
            let views = snapshot.views.as_ref()?;
            let figure = figures::reconstructions_figure(views, data.dataset.shape, &provenance);
            return Some(figure);
        }
        let gallery = snapshot.gallery.as_ref();
        let gallery = gallery.filter(|g| self.shows(&g.request))?;
        let which = if self.active { "active" } else { "dead" };
        figures::gallery_figure(
            gallery,
            &state.usage,
            which,
            data.dataset.shape,
            &provenance,
        )
    }

    fn empty(&self, state: &AppState) -> String {
        let waiting = if self.view == View::Examples || state.snapshot.is_none() {
            "No pictures yet. Press Play to train."
        } else {
            "Decoding…"
        };
        state.no_pictures().unwrap_or(waiting).into()
    }
}
