//! The loss around the trained network, on a plane through its parameters.

use std::sync::Arc;

use egui::Ui;

use super::{Kind, mode_number};
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::tiles::shown_gamma;
use crate::app::widgets::label::{hint, name};
use crate::figures::net_surface_figure;
use crate::plot::{ColourScale, FigureSpec};
use crate::train::{Landscape, LandscapeKind, LandscapeRequest, Projection, RunId};

/// Which plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Directions {
    #[default]
    Random,
    Trajectory,
    Collapse,
    Latent,
}

impl Directions {
    const ALL: [Self; 4] = [Self::Random, Self::Trajectory, Self::Collapse, Self::Latent];

    fn name(self) -> &'static str {
        match self {
            Self::Random => "Random",
            Self::Trajectory => "Trajectory",
            Self::Collapse => "To collapse",
            Self::Latent => "One latent",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Random => {
                "Two orthogonal random directions, scaled to the weights filter by filter (Li et al. 2018)."
            }
            Self::Trajectory => "The two leading principal directions of the training trajectory.",
            Self::Collapse => {
                "The direction to the nearest fully collapsed solution, and a random one."
            }
            Self::Latent => {
                "All weights into and out of one latent, scaled from zero to their present values, and a push of its decoder \
                 column along a principal component (Lucas et al. 2019, figure 1)."
            }
        }
    }
}

/// The trained network's own surface.
pub(super) struct TrainedNet {
    directions: Directions,
    seed: u32,
    latent: usize,
    component: usize,
    points: usize,
    generation: u64,
    /// The newest of this kind with something to show, while the next has nothing yet.
    last: Option<(RunId, Arc<Landscape>)>,
}

impl Default for TrainedNet {
    fn default() -> Self {
        Self {
            directions: Directions::default(),
            seed: 1,
            latent: 0,
            component: 0,
            points: 33,
            generation: 0,
            last: None,
        }
    }
}

impl Kind for TrainedNet {
    fn made_of(&self) -> &'static [Concern] {
        &[
            Concern::Settings,
            Concern::Data,
            Concern::Run,
            Concern::Landscapes,
        ]
    }

    fn name(&self) -> &'static str {
        "Trained network"
    }

    fn help(&self) -> &'static str {
        "The loss L of the network on a plane through its parameters, over 256 items with one fixed draw of the noise and log γ \
         fixed. The ring marks the network through which the plane was laid, the orange dot the network as it is now, \
         projected on the plane, and the line its path since then. Changes of β and γ show at once. The map is computed \
         between training steps, from coarse to fine, in at most 7 % of the time."
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, _actions: &mut Vec<Action>) -> bool {
        let menu = egui::ComboBox::from_id_salt("directions")
            .width(84.0)
            .selected_text(self.directions.name())
            .show_ui(ui, |ui| {
                for choice in Directions::ALL {
                    ui.selectable_value(&mut self.directions, choice, choice.name())
                        .on_hover_text(choice.help());
                }
            });
        name(&menu.response, "surface directions");
        menu.response.on_hover_text(self.directions.help());
        match self.directions {
            Directions::Random | Directions::Collapse => {
                let entry = egui::DragValue::new(&mut self.seed)
                    .prefix("Seed ")
                    .speed(0.05);
                let response = ui.add(entry);
                name(&response, "direction seed");
                response.on_hover_text("Seed of the random directions.");
            }
            Directions::Latent => {
                let last = state.config.net.latents.saturating_sub(1);
                self.latent = self.latent.min(last);
                let entry = egui::DragValue::new(&mut self.latent)
                    .range(0..=last)
                    .prefix("z")
                    .speed(0.05);
                let response = ui.add(entry);
                name(&response, "surface latent");
                hint(response, "The latent to be scaled and pushed.", "z");
                mode_number(
                    ui,
                    state,
                    &mut self.component,
                    "Along ",
                    "surface component",
                );
            }
            Directions::Trajectory => {}
        }
        let size = |points: usize| format!("{points}²");
        let menu = egui::ComboBox::from_id_salt("points")
            .width(48.0)
            .selected_text(size(self.points))
            .show_ui(ui, |ui| {
                for points in [17, 33, 65, 129] {
                    ui.selectable_value(&mut self.points, points, size(points));
                }
            });
        name(&menu.response, "surface resolution");
        menu.response
            .on_hover_text("Points of the finest grid; coarser grids are shown first.");
        let centre = ui.button("Re-centre");
        if centre
            .on_hover_text("Lays the plane through the network as it is now.")
            .clicked()
        {
            self.generation += 1;
        }
        false
    }

    fn landscape(&self, state: &AppState) -> Option<LandscapeRequest> {
        let kind = match self.directions {
            Directions::Random => LandscapeKind::Random { seed: self.seed },
            Directions::Trajectory => LandscapeKind::Trajectory,
            Directions::Collapse => LandscapeKind::Collapse { seed: self.seed },
            Directions::Latent => LandscapeKind::Latent {
                latent: self.latent.min(state.config.net.latents.saturating_sub(1)),
                component: Projection {
                    mode: self.component,
                    spectrum: state.data.as_ref()?.spectrum.clone()?,
                },
            },
        };
        Some(LandscapeRequest {
            kind,
            points: self.points,
            generation: self.generation,
        })
    }

    fn figure(&mut self, state: &AppState, scale: ColourScale) -> Option<FigureSpec> {
        let (run, request) = (state.run.as_ref()?.id, self.landscape(state)?);
        if let Some(shown) = state.landscape(&request)
            && (shown.stride > 0 || shown.problem.is_some())
        {
            self.last = Some((run, Arc::clone(shown)));
        }
        let same = |of: &RunId, l: &Landscape| *of == run && l.request.kind == request.kind;
        let (_, shown) = self.last.as_ref().filter(|(of, l)| same(of, l))?;
        let (beta, gamma) = (state.config.live.beta, shown_gamma(state));
        net_surface_figure(shown, beta, gamma, scale, &state.provenance())
    }

    fn empty(&self, state: &AppState) -> String {
        let Some(request) = self.landscape(state) else {
            return state.lacks_theory();
        };
        let shown = state.landscape(&request);
        match shown.and_then(|l| l.problem.clone()) {
            Some(problem) => problem,
            None if state.run.is_none() => "There is no network yet.".into(),
            // A heavy network takes its time.
            None => format!(
                "Evaluating the loss around the network: {} points so far{}",
                shown.map_or(0, |l| l.known),
                if state.playing {
                    " (faster while training is paused)"
                } else {
                    ""
                }
            ),
        }
    }
}
