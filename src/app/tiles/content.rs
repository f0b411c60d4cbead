//! What a tile shows and how it answers: one implementation per tile, so that a new tile is a file.

use egui::Ui;

use crate::app::plot::PlotResponse;
use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::state::tile::Tile;
use crate::plot::FigureSpec;

/// Something was drawn in place of a figure.
pub(super) struct Drawn {
    /// The latent under the pointer.
    pub hovered: Option<usize>,
}

/// One tile's content.
pub(super) trait Content {
    /// What the figure is made of, beside the tile's own switches: it is built anew when one of these has changed.
    fn made_of(&self) -> &'static [Concern];

    /// A few quiet words beside the title.
    fn subtitle(&self, _state: &AppState) -> String {
        String::new()
    }

    /// What the figure's symbols mean and what can be done in it, for whoever hovers over the title.
    fn help(&self) -> &'static str {
        ""
    }

    /// Draws the switches in the heading, from the right; true if the figure must be built anew.
    fn switches(&mut self, _ui: &mut Ui, _state: &AppState, _actions: &mut Vec<Action>) -> bool {
        false
    }

    /// Draws a row of controls between heading and figure; true if the figure must be built anew.
    fn controls(&mut self, _ui: &mut Ui, _state: &AppState, _actions: &mut Vec<Action>) -> bool {
        false
    }

    /// Looks, without waiting, at what a thread of its own has made; true if the figure must be built
    /// anew. Called every frame in which the tile is on screen.
    fn poll(&mut self) -> bool {
        false
    }

    /// Whether [`body`](Self::body) is all there is, with or without data or a figure; then its figure is asked for
    /// only to save it.
    fn is_whole(&self) -> bool {
        false
    }

    /// Shows all of what it draws itself.
    fn reset_view(&mut self) {}

    /// Draws something else than the figure in the tile, if it likes. The figure is what is saved.
    fn body(
        &mut self,
        _ui: &mut Ui,
        _state: &AppState,
        _actions: &mut Vec<Action>,
    ) -> Option<Drawn> {
        None
    }

    /// The figure for the present state; none while there is nothing to show.
    fn figure(&mut self, state: &AppState) -> Option<FigureSpec>;

    /// Turns what the pointer did in the figure into actions.
    fn respond(
        &mut self,
        _response: &PlotResponse,
        _state: &AppState,
        _actions: &mut Vec<Action>,
    ) -> bool {
        false
    }

    /// Draws over the figure; `plot` is where its plot is.
    fn overlay(&mut self, _ui: &mut Ui, _plot: egui::Rect, _state: &AppState) {}

    /// What stands in place of a figure that is not there.
    fn empty(&self, state: &AppState) -> String;
}

/// The content of a tile, as it is at the start.
pub(super) fn content(tile: Tile) -> Box<dyn Content> {
    match tile {
        Tile::Thresholds => Box::<super::thresholds::Thresholds>::default(),
        Tile::Surface => Box::<super::surface::Surface>::default(),
        Tile::Usage => Box::<super::usage::Usage>::default(),
        Tile::Pictures => Box::<super::pictures::Pictures>::default(),
        Tile::Training => Box::<super::training::Training>::default(),
        Tile::CollapsePath => Box::<super::collapse_path::CollapsePath>::default(),
        Tile::Sweep => Box::<super::sweep::Sweep>::default(),
        Tile::Phase => Box::<super::phase::Phase>::default(),
        Tile::CollapseCurve => Box::<super::collapse_curve::Curve>::default(),
        Tile::SigmaHistogram => Box::new(super::histogram::Sigma),
        Tile::RateDistortion => Box::new(super::rate_distortion::Rate),
        Tile::LatentSpace => Box::<super::latent_space::Space>::default(),
        Tile::Merits => Box::<super::merits::Merits>::default(),
        Tile::Diagnosis => Box::<super::diagnosis::Diagnosis>::default(),
        Tile::Data => Box::<super::data::DataTile>::default(),
        Tile::Noise => Box::<super::noise::Noise>::default(),
        Tile::Papers => Box::<super::papers::Papers>::default(),
    }
}
