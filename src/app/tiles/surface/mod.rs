//! The tile of loss surfaces: which kind, colours and tilt; each [`Kind`] is a file of its own.

mod hessian;
mod mode;
mod net;
mod ppca;
mod soft;

use egui::Ui;

use super::ask_for;
use super::content::Content;
use crate::app::plot::PlotResponse;
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::state::tile::Tile;
use crate::app::widgets::label::{hint, name};
use crate::plot::{ColourScale, FigureSpec, Tilt};
use crate::train::LandscapeRequest;

/// Degrees a relief turns for one pixel of a drag.
const DEGREES_PER_PIXEL: f64 = 0.4;

/// A kind of loss surface.
pub(super) trait Kind {
    /// The name of the surface in the menu.
    fn name(&self) -> &'static str;

    /// What the figure is made of, as [`Content::made_of`].
    fn made_of(&self) -> &'static [Concern];

    /// What its symbols mean and what can be done with it.
    fn help(&self) -> &'static str;

    /// Draws its own controls, from the left; true if the figure must be built anew.
    fn controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool;

    /// The landscape of the trained network it shows.
    fn landscape(&self, _state: &AppState) -> Option<LandscapeRequest> {
        None
    }

    /// Whether it is a map of values, with colours to choose and a relief to tilt.
    fn is_map(&self) -> bool {
        true
    }

    /// Looks, without waiting, at what a thread of its own has made; true if the figure must be built anew.
    fn poll(&mut self) -> bool {
        false
    }

    /// The figure for the present state.
    fn figure(&mut self, state: &AppState, scale: ColourScale) -> Option<FigureSpec>;

    /// Turns what the pointer did in the figure into actions; true if the figure must be built anew.
    fn respond(
        &mut self,
        _response: &PlotResponse,
        _state: &AppState,
        _actions: &mut Vec<Action>,
    ) -> bool {
        false
    }

    /// What stands in place of a figure that is not there.
    fn empty(&self, state: &AppState) -> String {
        state.lacks_theory()
    }
}

/// The surface on screen.
pub(super) struct Surface {
    kinds: Vec<Box<dyn Kind>>,
    chosen: usize,
    /// Whether colours are spread near the least value.
    log: bool,
    /// Whether it is a relief, and from where it is seen.
    tilted: bool,
    tilt: Tilt,
}

impl Default for Surface {
    fn default() -> Self {
        Self {
            kinds: vec![
                Box::new(mode::OneMode),
                Box::new(hessian::HessianAtZero),
                Box::<ppca::PpcaColumns>::default(),
                Box::<soft::Soft>::default(),
                Box::<net::TrainedNet>::default(),
            ],
            chosen: 0,
            log: true,
            tilted: false,
            tilt: Tilt::default(),
        }
    }
}

impl Content for Surface {
    fn made_of(&self) -> &'static [Concern] {
        self.kinds[self.chosen].made_of()
    }

    fn help(&self) -> &'static str {
        self.kinds[self.chosen].help()
    }

    fn switches(&mut self, ui: &mut Ui, _state: &AppState, _actions: &mut Vec<Action>) -> bool {
        let before = self.chosen;
        let menu = egui::ComboBox::from_id_salt("surface kind")
            .width(150.0)
            .selected_text(self.kinds[self.chosen].name())
            .show_ui(ui, |ui| {
                for (index, kind) in self.kinds.iter().enumerate() {
                    ui.selectable_value(&mut self.chosen, index, kind.name());
                }
            });
        name(&menu.response, "surface kind");
        self.chosen != before
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        let mut changed = false;
        let wanted = self.kinds[self.chosen].landscape(state);
        ask_for(Tile::Surface, wanted, state, actions);
        ui.horizontal(|ui| {
            changed |= self.kinds[self.chosen].controls(ui, state, actions);
            if !self.kinds[self.chosen].is_map() {
                return;
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let tilt = ui.checkbox(&mut self.tilted, "3-D");
                changed |= tilt
                    .on_hover_text("Tilts the map; drag it to turn it.")
                    .changed();
                let log = ui.checkbox(&mut self.log, "Log colours");
                let help = "Colours by the logarithm of 1 plus the excess over the smallest value, instead of by the value itself.";
                changed |= log.on_hover_text(help).changed();
            });
        });
        changed
    }

    fn poll(&mut self) -> bool {
        self.kinds[self.chosen].poll()
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let scale = if self.log {
            ColourScale::Excess
        } else {
            ColourScale::Linear
        };
        let mut figure = self.kinds[self.chosen].figure(state, scale)?;
        figure.tilt = (self.tilted && figure.heat_map().is_some()).then_some(self.tilt);
        Some(figure)
    }

    fn respond(
        &mut self,
        response: &PlotResponse,
        state: &AppState,
        actions: &mut Vec<Action>,
    ) -> bool {
        let by = response.response.drag_delta();
        if self.tilted && by != egui::Vec2::ZERO {
            let [across, up] = [by.x, by.y].map(|d| f64::from(d) * DEGREES_PER_PIXEL);
            self.tilt = self.tilt.turned(across, up);
            return true;
        }
        self.kinds[self.chosen].respond(response, state, actions)
    }

    fn empty(&self, state: &AppState) -> String {
        self.kinds[self.chosen].empty(state)
    }
}

/// A principal mode of the data, counted from 1 on screen and from 0 in `mode`; true if it was changed.
fn mode_number(
    ui: &mut Ui,
    state: &AppState,
    mode: &mut usize,
    prefix: &str,
    label: &'static str,
) -> bool {
    let modes = state
        .prediction
        .as_ref()
        .map_or(1, |p| p.problem.eigenvalues().len());
    let mut number = *mode + 1;
    let entry = egui::DragValue::new(&mut number)
        .range(1..=modes.clamp(1, 64))
        .prefix(prefix)
        .speed(0.05);
    let response = ui.add(entry);
    name(&response, label);
    hint(
        response,
        "Principal mode of the data, counted from 1.",
        prefix,
    );
    let changed = number != *mode + 1;
    *mode = number - 1;
    changed
}
