//! What the pointer does in the latent space: the place it is at is decoded and shown beside the nearest sample, and
//! its clicks choose samples.

use egui::{Rect, Ui};

use super::inset::{Inset, Told};
use crate::app::plot::PlotResponse;
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::looks::Look;
use crate::app::widgets::label::name;
use crate::figures::Place;
use crate::metrics::LatentPlane;

/// What is orthogonal to the plane in a point that is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Rest {
    #[default]
    Prior,
    Nearest,
    /// Nothing is decoded.
    Off,
}

impl Rest {
    const ALL: [Self; 3] = [Self::Prior, Self::Nearest, Self::Off];

    fn name(self) -> &'static str {
        match self {
            Self::Prior => "Rest: prior",
            Self::Nearest => "Rest: nearest",
            Self::Off => "No decoding",
        }
    }
}

/// The pointer in the plot.
#[derive(Default)]
pub(super) struct Pointer {
    rest: Rest,
    /// The sample nearest to it, while its place is decoded.
    nearest: Option<usize>,
    /// Corners of the interpolation plane chosen by clicks.
    pub(super) clicks: usize,
    inset: Inset,
    /// The nearest sample's own picture.
    input: Option<(usize, Vec<u8>)>,
}

impl Pointer {
    /// What is decoded under the pointer.
    pub(super) fn menu(&mut self, ui: &mut Ui, state: &AppState) {
        if let Some(why) = state.no_pictures() {
            let label = ui.weak("Nothing to decode");
            label.on_hover_text(why);
            return;
        }
        let menu = egui::ComboBox::from_id_salt("decode under the pointer")
            .width(86.0)
            .selected_text(self.rest.name())
            .show_ui(ui, |ui| {
                for rest in Rest::ALL {
                    ui.selectable_value(&mut self.rest, rest, rest.name());
                }
            });
        name(&menu.response, "decode under the pointer");
        let help = "Decodes the point under the pointer. The directions that are not on screen are set to the prior mean, or \
                    to the posterior mean of the nearest sample.";
        menu.response.on_hover_text(help);
    }

    /// Asks for the point under the pointer on `plane`, and takes clicks on samples for corners.
    pub(super) fn respond(
        &mut self,
        response: &PlotResponse,
        (plane, places): (&LatentPlane, &[Place]),
        state: &AppState,
        actions: &mut Vec<Action>,
    ) {
        let at = response.pointer.filter(|_| !response.response.dragged());
        let found = at.and_then(|at| Some((at, nearest(places, at)?)));
        let decodes = state.no_pictures().is_none() && self.rest != Rest::Off;
        let here = found.filter(|_| decodes);
        self.nearest = here.map(|(_, nearest)| nearest);
        let evaluation = state.snapshot.as_ref().and_then(|s| s.evaluation.as_ref());
        let wanted = here
            .zip(evaluation)
            .map(|((at, nearest), evaluation)| match self.rest {
                Rest::Nearest => plane.point(at, Some(evaluation.posterior.mu(nearest))),
                Rest::Prior | Rest::Off => plane.point(at, None),
            });
        if wanted != state.looks.decode {
            actions.push(Action::Look(Look::Decode(wanted)));
        }
        if let (true, Some((_, nearest))) = (response.response.clicked(), found) {
            let mut corners = state.looks.corners;
            corners[self.clicks % 3] = nearest;
            self.clicks += 1;
            actions.push(Action::Look(Look::Corners(corners)));
        }
    }

    /// Draws what the point decodes to over the plot.
    pub(super) fn overlay(&mut self, ui: &Ui, plot: Rect, state: &AppState) {
        let (Some(nearest), Some(data)) = (self.nearest, state.data.as_ref()) else {
            self.input = None;
            return;
        };
        if self.input.as_ref().is_none_or(|(item, _)| *item != nearest) {
            self.input = Some((nearest, data.dataset.display_row(nearest)));
        }
        let decoded = state.snapshot.as_ref().and_then(|s| s.decoded.as_ref());
        let told = Told {
            decoded: decoded.map(|d| d.picture.as_slice()),
            nearest: self.input.as_ref().map_or(&[], |(_, bytes)| bytes),
            item: format!("item {nearest}"),
            rest: match self.rest {
                Rest::Nearest => format!("the rest at the mean of item {nearest}"),
                _ => "the rest at the prior mean".into(),
            },
        };
        self.inset.paint(ui, plot, data.dataset.shape, &told);
    }
}

/// The sample nearest to a place on screen.
fn nearest(places: &[Place], at: [f64; 2]) -> Option<usize> {
    let distance = |p: &Place| (p.mu[0] - at[0]).hypot(p.mu[1] - at[1]);
    let all = places.iter().enumerate().map(|(i, p)| (i, distance(p)));
    let finite = all.filter(|(_, d)| d.is_finite());
    finite.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_sample_is_the_nearest_with_a_place() {
        let place = |x: f64, y: f64| Place {
            mu: [x, y],
            radius: 1.0,
            class: None,
        };
        let places = [place(0.0, 0.0), place(f64::NAN, 1.0), place(1.0, 2.0)];
        assert_eq!(nearest(&places, [1.0, 1.2]), Some(2));
        assert_eq!(nearest(&places, [-9.0, 0.0]), Some(0));
        assert_eq!(nearest(&places[1..2], [0.0, 0.0]), None);
    }
}
