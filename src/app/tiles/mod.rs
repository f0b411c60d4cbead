//! The tiles: how they are arranged, their frames, headings and menus.
//!
//! What a tile shows is its [`Content`](content::Content), one file each; a [`Pane`] keeps its figure.

mod collapse_curve;
mod collapse_path;
mod content;
mod data;
mod diagnosis;
mod experiment;
mod histogram;
mod landscape;
mod latent_space;
mod layouts;
mod merits;
mod noise;
mod pane;
mod papers;
mod phase;
mod pictures;
mod rate_distortion;
mod surface;
mod sweep;
mod thresholds;
mod training;
mod usage;

use egui::Ui;
use egui_tiles::{SimplificationOptions, TileId, Tree, UiResponse};

use crate::config::Objective;
use crate::plot::FigureSpec;
use crate::train::LandscapeRequest;

use super::state::AppState;
use super::state::action::Action;
use super::state::looks::Look;
use super::state::tile::{SaveRequest, Tile, Workspace};
use super::widgets::label::{empty, hint};
use super::widgets::theme;
use super::widgets::theme::{Theme, tile_frame, tile_heading};
use layouts::default_tree;
use pane::Pane;

/// All tiles and their arrangement.
pub(super) struct TileBoard {
    workspace: Workspace,
    trees: [Tree<Tile>; Workspace::ALL.len()],
    panes: [Pane; Tile::ALL.len()],
    hovered: Option<usize>,
}

impl Default for TileBoard {
    fn default() -> Self {
        Self {
            workspace: Workspace::Live,
            trees: Workspace::ALL.map(default_tree),
            panes: Tile::ALL.map(Pane::new),
            hovered: None,
        }
    }
}

impl TileBoard {
    /// The arrangement on screen.
    pub fn workspace(&self) -> Workspace {
        self.workspace
    }

    /// Changes to another arrangement.
    pub fn set_workspace(&mut self, workspace: Workspace) {
        self.workspace = workspace;
    }

    fn tree(&mut self) -> &mut Tree<Tile> {
        &mut self.trees[self.workspace as usize]
    }

    /// The tiles of this workspace as at the start.
    pub fn reset_layout(&mut self) {
        *self.tree() = default_tree(self.workspace);
    }

    /// The tiles on screen.
    pub fn visible(&self) -> Vec<Tile> {
        let tiles = &self.trees[self.workspace as usize].tiles;
        Tile::ALL
            .into_iter()
            .filter(|tile| tiles.find_pane(tile).is_some_and(|id| tiles.is_visible(id)))
            .collect()
    }

    /// Shows a hidden tile, hides a shown one.
    pub fn toggle(&mut self, tile: Tile) {
        match self.tree().tiles.find_pane(&tile) {
            Some(id) => self.tree().tiles.toggle_visibility(id),
            None => self.reset_layout(),
        }
    }

    /// Shows a tile: where it is on screen already, else among the instruments, in a row with room for it.
    pub fn reveal(&mut self, tile: Tile) {
        const ROOM: f32 = 1.4;
        if self.visible().contains(&tile) {
            return;
        }
        self.set_workspace(Workspace::Instruments);
        let tiles = &mut self.tree().tiles;
        let Some(id) = tiles.find_pane(&tile) else {
            return;
        };
        tiles.set_visible(id, true);
        let row = tiles.parent_of(id);
        let all = row.and_then(|row| tiles.parent_of(row));
        if let (Some(row), Some(all)) = (row, all)
            && let Some(egui_tiles::Tile::Container(egui_tiles::Container::Linear(all))) =
                tiles.get_mut(all)
        {
            all.shares.set_share(row, ROOM);
        }
    }

    /// How often the figure of a tile was built.
    pub fn builds(&self, tile: Tile) -> u64 {
        self.panes[tile as usize].builds()
    }

    /// The figures of all tiles on screen that have one now.
    pub fn figures(&mut self, state: &AppState) -> Vec<(Tile, FigureSpec)> {
        self.visible()
            .into_iter()
            .filter_map(|tile| {
                let figure = self.panes[tile as usize].content.figure(state)?;
                Some((tile, figure))
            })
            .collect()
    }

    /// Draws all tiles.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        state: &AppState,
        actions: &mut Vec<Action>,
        saves: &mut Vec<SaveRequest>,
    ) {
        let none = Tree::empty(egui::Id::unique("no tiles"));
        let mut tree = std::mem::replace(self.tree(), none);
        let mut hidden = Vec::new();
        self.hovered = None;
        let mut behavior = Board {
            panes: &mut self.panes,
            hovered: &mut self.hovered,
            state,
            actions,
            saves,
            hidden: &mut hidden,
        };
        tree.ui(&mut behavior, ui);
        for id in hidden {
            tree.tiles.toggle_visibility(id);
        }
        *self.tree() = tree;
        if self.hovered != state.selection.hovered {
            actions.push(Action::Hover(self.hovered));
        }
        // What nobody sees costs nothing.
        let visible = self.visible();
        let unseen =
            |tile: &Tile| !visible.contains(tile) && state.asked_landscape(*tile).is_some();
        let ended = Tile::ALL.into_iter().filter(unseen);
        actions.extend(ended.map(|tile| Action::Landscape(tile, None)));
        if !visible.contains(&Tile::LatentSpace) && state.looks.decode.is_some() {
            actions.push(Action::Look(Look::Decode(None)));
        }
        if !visible.contains(&Tile::Pictures) && state.looks.gallery.is_some() {
            actions.push(Action::Look(Look::Gallery(None)));
        }
    }
}

/// What `egui_tiles` calls back.
struct Board<'a> {
    panes: &'a mut [Pane; Tile::ALL.len()],
    hovered: &'a mut Option<usize>,
    state: &'a AppState,
    actions: &'a mut Vec<Action>,
    saves: &'a mut Vec<SaveRequest>,
    hidden: &'a mut Vec<TileId>,
}

impl egui_tiles::Behavior<Tile> for Board<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, id: TileId, tile: &mut Tile) -> UiResponse {
        let tile = *tile;
        let theme = Theme::of(ui);
        let mut dragged = false;
        tile_frame(theme).show(ui, |ui| {
            dragged = self.header(ui, id, tile);
            let pane = &mut self.panes[tile as usize];
            if pane.content.controls(ui, self.state, self.actions) {
                pane.outdate();
            }
            self.body(ui, tile, theme);
        });
        if dragged {
            UiResponse::DragStarted
        } else {
            UiResponse::None
        }
    }

    fn tab_title_for_pane(&mut self, tile: &Tile) -> egui::WidgetText {
        tile.title().into()
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        8.0
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            all_panes_must_have_tabs: false,
            ..SimplificationOptions::default()
        }
    }
}

impl Board<'_> {
    /// Title, the tile's own switches, its menu; true if the title is being dragged.
    fn header(&mut self, ui: &mut Ui, id: TileId, tile: Tile) -> bool {
        let mut dragged = false;
        let size = egui::vec2(ui.available_width(), 24.0);
        let from_right = egui::Layout::right_to_left(egui::Align::Center);
        ui.allocate_ui_with_layout(size, from_right, |ui| {
            ui.menu_button("⋯", |ui| self.menu(ui, id, tile))
                .response
                .on_hover_text("Save or close this tile.");
            let pane = &mut self.panes[tile as usize];
            if pane.content.switches(ui, self.state, self.actions) {
                pane.outdate();
            }
            // What the switches leave is the title's, and the title is the tile's handle.
            let from_left = egui::Layout::left_to_right(egui::Align::Center);
            let handle = ui
                .with_layout(from_left, |ui| {
                    let subtitle = pane.content.subtitle(self.state);
                    tile_heading(ui, tile.title(), &subtitle);
                    ui.interact(
                        ui.max_rect(),
                        ui.scope_id().with("handle"),
                        egui::Sense::drag(),
                    )
                })
                .inner;
            dragged = handle.drag_started();
            let handle = handle.on_hover_cursor(egui::CursorIcon::Grab);
            let help = pane.content.help();
            hint(handle, help, &pane.content.subtitle(self.state));
        });
        dragged
    }

    fn menu(&mut self, ui: &mut Ui, id: TileId, tile: Tile) {
        let pane = &mut self.panes[tile as usize];
        let there = if pane.content.is_whole() {
            pane.content.figure(self.state).is_some()
        } else {
            pane.figure.is_some()
        };
        ui.add_enabled_ui(there, |ui| {
            for (extension, name) in [
                ("png", "Save PNG"),
                ("svg", "Save SVG"),
                ("csv", "Save CSV"),
            ] {
                if ui.button(name).clicked() {
                    self.save(tile, extension, false);
                    ui.close();
                }
            }
            if ui.button("Save as…").clicked() {
                self.save(tile, "png", true);
                ui.close();
            }
        });
        ui.separator();
        if ui.button("Reset view").clicked() {
            let pane = &mut self.panes[tile as usize];
            pane.view.reset_view();
            pane.content.reset_view();
            ui.close();
        }
        if ui.button("Close tile").clicked() {
            self.hidden.push(id);
            ui.close();
        }
    }

    /// Saves the figure as it is now, with the step and settings of now among what it says of its origin.
    fn save(&mut self, tile: Tile, extension: &'static str, ask: bool) {
        if let Some(figure) = self.panes[tile as usize].content.figure(self.state) {
            // A paper's figures have names of their own.
            let stem = if tile == Tile::Papers {
                figure.id.clone()
            } else {
                tile.file_stem().to_owned()
            };
            self.saves.push(SaveRequest {
                figure,
                stem,
                extension,
                ask,
            });
        }
    }

    fn body(&mut self, ui: &mut Ui, tile: Tile, theme: Theme) {
        let state = self.state;
        let pane = &mut self.panes[tile as usize];
        if pane.content.is_whole() {
            pane.content.body(ui, state, self.actions);
            return;
        }
        pane.refresh(state);
        let Some(figure) = &pane.figure else {
            let text = if state.data.is_none() {
                "Waiting for data…".into()
            } else {
                pane.content.empty(state)
            };
            empty(ui, &text);
            return;
        };
        if let Some(drawn) = pane.content.body(ui, state, self.actions) {
            *self.hovered = drawn.hovered.or(*self.hovered);
            return;
        }
        pane.view.set_highlight(state.selection.hovered);
        let response = pane.view.show(ui, figure, &theme::palette(theme));
        if let Some(latent) = response.hovered_latent {
            *self.hovered = Some(latent);
        }
        if pane.content.respond(&response, state, self.actions) {
            pane.outdate();
        }
        pane.content.overlay(ui, response.response.rect, state);
    }
}

/// Asks for the landscape a tile wants, if that is not what it has asked for already.
fn ask_for(
    tile: Tile,
    wanted: Option<LandscapeRequest>,
    state: &AppState,
    actions: &mut Vec<Action>,
) {
    if state.asked_landscape(tile) != wanted.as_ref() {
        actions.push(Action::Landscape(tile, wanted));
    }
}

/// Why a tile about the posterior is empty.
fn no_posterior(state: &AppState) -> String {
    match state.config.live.objective {
        Objective::Vae => "No statistics yet. Press Play to train.".into(),
        Objective::Autoencoder => "An autoencoder has no posterior, and so no KL and no σ².".into(),
    }
}

/// The figure with a first note that says what the theory does not cover of the run, if the figure does not say so
/// itself.
fn with_limit(mut figure: FigureSpec, state: &AppState) -> FigureSpec {
    if let Some(limit) = state.uncovered() {
        let sentence = limit.sentence();
        if !figure.notes.contains(&sentence) {
            figure.notes.insert(0, sentence);
        }
    }
    figure
}

/// γ as the theory's figures use it: the trained one, or the closed form's while none is trained.
fn shown_gamma(state: &AppState) -> f64 {
    let trained = state.gamma();
    if trained.is_finite() && trained > 0.0 {
        trained
    } else {
        state.config.live.gamma
    }
}
