//! The tiles: which there are, what each shows, how they are laid out.

mod figures;

use egui::Ui;
use egui_tiles::{
    Container, Linear, LinearDir, SimplificationOptions, TileId, Tiles, Tree, UiResponse,
};

use crate::figure::FigureSpec;

use super::action::Action;
use super::data_panel::empty;
use super::plot_view::{PlotResponse, PlotView};
use super::state::AppState;
use super::theme::{self, Theme, segmented, tile_frame, tile_heading};
use super::tile::{SaveRequest, Tile};
use figures::shown_gamma;

/// Which loss surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SurfaceKind {
    Mode,
    Ppca,
}

/// One tile on screen: its figure, rebuilt only when something it shows changed.
struct Pane {
    view: PlotView,
    figure: Option<FigureSpec>,
    built: Option<u64>,
}

impl Pane {
    fn new() -> Self {
        Self {
            view: PlotView::new(),
            figure: None,
            built: None,
        }
    }
}

/// All tiles and their arrangement.
pub(super) struct TileBoard {
    tree: Tree<Tile>,
    panes: [Pane; Tile::ALL.len()],
    surface: SurfaceKind,
    ppca_sigma2: Option<f64>,
    log_steps: bool,
    hovered: Option<usize>,
}

impl Default for TileBoard {
    fn default() -> Self {
        Self {
            tree: default_tree(),
            panes: std::array::from_fn(|_| Pane::new()),
            surface: SurfaceKind::Mode,
            ppca_sigma2: None,
            log_steps: false,
            hovered: None,
        }
    }
}

/// Thresholds and surface above usage and pictures above the traces.
fn default_tree() -> Tree<Tile> {
    let mut tiles = Tiles::default();
    let mut pane = |tile| tiles.insert_pane(tile);
    let [thresholds, surface, usage, pictures, training] = Tile::ALL.map(&mut pane);
    let mut row = |left, right| {
        let mut linear = Linear::new(LinearDir::Horizontal, vec![left, right]);
        linear.shares.set_share(left, 1.0);
        linear.shares.set_share(right, 1.0);
        tiles.insert_container(Container::Linear(linear))
    };
    let (first, second) = (row(thresholds, surface), row(usage, pictures));
    let mut all = Linear::new(LinearDir::Vertical, vec![first, second, training]);
    all.shares.set_share(first, 1.15);
    all.shares.set_share(second, 1.0);
    all.shares.set_share(training, 0.75);
    let root = tiles.insert_container(Container::Linear(all));
    Tree::new(egui::Id::unique("tiles"), root, tiles)
}

impl TileBoard {
    /// The tiles as at the start.
    pub fn reset_layout(&mut self) {
        self.tree = default_tree();
    }

    /// The tiles on screen.
    pub fn visible(&self) -> Vec<Tile> {
        Tile::ALL
            .into_iter()
            .filter(|tile| {
                self.tree
                    .tiles
                    .find_pane(tile)
                    .is_some_and(|id| self.tree.tiles.is_visible(id))
            })
            .collect()
    }

    /// Shows a hidden tile, hides a shown one.
    pub fn toggle(&mut self, tile: Tile) {
        match self.tree.tiles.find_pane(&tile) {
            Some(id) => self.tree.tiles.toggle_visibility(id),
            None => self.reset_layout(),
        }
    }

    /// The figures of all tiles that have one now.
    pub fn figures(&mut self, state: &AppState) -> Vec<(Tile, FigureSpec)> {
        Tile::ALL
            .into_iter()
            .filter_map(|tile| self.build(tile, state).map(|figure| (tile, figure)))
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
        let mut tree = std::mem::replace(&mut self.tree, Tree::empty(egui::Id::unique("no tiles")));
        let mut hidden = Vec::new();
        self.hovered = None;
        let mut behavior = Board {
            tiles: self,
            state,
            actions,
            saves,
            hidden: &mut hidden,
        };
        tree.ui(&mut behavior, ui);
        for id in hidden {
            tree.tiles.toggle_visibility(id);
        }
        self.tree = tree;
        if self.hovered != state.hovered {
            actions.push(Action::Hover(self.hovered));
        }
    }
}

/// What `egui_tiles` calls back.
struct Board<'a> {
    tiles: &'a mut TileBoard,
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
                .on_hover_text("Save or close this tile");
            self.switches(ui, tile);
            // What the switches leave is the title's, and the title is the tile's handle.
            let from_left = egui::Layout::left_to_right(egui::Align::Center);
            let handle = ui
                .with_layout(from_left, |ui| {
                    let zeroed = zeroed_text(tile, self.state);
                    let subtitle = zeroed.as_deref().unwrap_or(tile.subtitle());
                    tile_heading(ui, tile.title(), subtitle);
                    ui.interact(
                        ui.max_rect(),
                        ui.scope_id().with("handle"),
                        egui::Sense::drag(),
                    )
                })
                .inner;
            dragged = handle.drag_started();
            handle.on_hover_cursor(egui::CursorIcon::Grab);
        });
        dragged
    }

    fn switches(&mut self, ui: &mut Ui, tile: Tile) {
        match tile {
            Tile::Surface => {
                // In a narrow tile long names would leave the title no room.
                let (mode, ppca) = if ui.available_width() < 340.0 {
                    ("(u, v)", "pPCA")
                } else {
                    ("one mode (u, v)", "pPCA columns")
                };
                let kinds = [(SurfaceKind::Mode, mode), (SurfaceKind::Ppca, ppca)];
                if segmented(ui, &mut self.tiles.surface, &kinds, false) {
                    self.tiles.invalidate(Tile::Surface);
                }
                let modes = self
                    .state
                    .prediction
                    .as_ref()
                    .map_or(1, |p| p.problem.eigenvalues().len());
                let mut mode = self.state.mode + 1;
                let response = ui.add(
                    egui::DragValue::new(&mut mode)
                        .range(1..=modes.min(64))
                        .prefix("mode ")
                        .speed(0.05),
                );
                super::controls::name(&response, "surface mode");
                response.on_hover_text("Which principal mode of the data");
                if mode != self.state.mode + 1 {
                    self.actions.push(Action::Mode(mode - 1));
                }
                if self.tiles.surface == SurfaceKind::Ppca {
                    self.ppca_variance(ui);
                }
            }
            Tile::Usage => {
                let mut by_kl = self.state.sort_by_kl;
                let options = [(true, "by KL"), (false, "by index")];
                segmented(ui, &mut by_kl, &options, false);
                if by_kl != self.state.sort_by_kl {
                    self.actions.push(Action::SortByKl(by_kl));
                }
            }
            Tile::Training => {
                if ui
                    .checkbox(&mut self.tiles.log_steps, "log steps")
                    .changed()
                {
                    self.tiles.invalidate(Tile::Training);
                }
            }
            Tile::Thresholds | Tile::Reconstructions => {}
        }
    }

    /// σ² of the pPCA surface: γ until it is set.
    fn ppca_variance(&mut self, ui: &mut Ui) {
        let before = self.tiles.ppca_sigma2.unwrap_or(shown_gamma(self.state));
        let mut sigma2 = before;
        let response = ui.add(
            egui::DragValue::new(&mut sigma2)
                .range(1e-6..=1e6)
                .speed(before * 0.01)
                .prefix("σ² ")
                .custom_formatter(|v, _| super::number::significant(v, 3)),
        );
        super::controls::name(&response, "pPCA variance");
        response.on_hover_text(
            "Observation variance of pPCA; a zero column along a mode is stable once it exceeds ζ²",
        );
        if sigma2 != before {
            self.tiles.ppca_sigma2 = Some(sigma2);
            self.tiles.invalidate(Tile::Surface);
        }
    }

    fn menu(&mut self, ui: &mut Ui, id: TileId, tile: Tile) {
        let figure = self.tiles.panes[tile as usize].figure.clone();
        ui.add_enabled_ui(figure.is_some(), |ui| {
            for (extension, name) in [
                ("png", "Save PNG"),
                ("svg", "Save SVG"),
                ("csv", "Save CSV"),
            ] {
                if ui.button(name).clicked() {
                    self.save(figure.as_ref(), tile, extension, false);
                    ui.close();
                }
            }
            if ui.button("Save as…").clicked() {
                self.save(figure.as_ref(), tile, "png", true);
                ui.close();
            }
        });
        ui.separator();
        if ui.button("Reset view").clicked() {
            self.tiles.panes[tile as usize].view.reset_view();
            ui.close();
        }
        if ui.button("Close tile").clicked() {
            self.hidden.push(id);
            ui.close();
        }
    }

    fn save(
        &mut self,
        figure: Option<&FigureSpec>,
        tile: Tile,
        extension: &'static str,
        ask: bool,
    ) {
        if let Some(figure) = figure {
            self.saves.push(SaveRequest {
                figure: figure.clone(),
                stem: tile.file_stem(),
                extension,
                ask,
            });
        }
    }

    fn body(&mut self, ui: &mut Ui, tile: Tile, theme: Theme) {
        let index = tile as usize;
        if self.tiles.panes[index].built != Some(self.state.generation) {
            let figure = self.tiles.build(tile, self.state);
            let pane = &mut self.tiles.panes[index];
            pane.figure = figure;
            pane.built = Some(self.state.generation);
        }
        let state = self.state;
        let pane = &mut self.tiles.panes[index];
        let Some(figure) = &pane.figure else {
            empty(ui, empty_text(tile, state));
            return;
        };
        pane.view.set_highlight(state.hovered);
        let response = pane.view.show(ui, figure, &theme::palette(theme));
        self.respond(tile, &response);
    }

    /// Turns what the pointer did into actions.
    fn respond(&mut self, tile: Tile, response: &PlotResponse) {
        if let Some(latent) = response.hovered_latent {
            self.tiles.hovered = Some(latent);
            if tile == Tile::Usage && response.clicked_index.is_some() {
                self.actions.push(Action::ToggleZero(latent));
            } else if self.state.traversed != latent && tile == Tile::Usage {
                self.actions.push(Action::Traverse(latent));
            }
        }
        if let Some((rule, value)) = &response.dragged_rule
            && rule == crate::figure::tiles::thresholds::DRAG_BETA_GAMMA
        {
            let live = self.state.config.live;
            self.actions.push(Action::Live(crate::config::LiveConfig {
                beta: value / shown_gamma(self.state),
                ..live
            }));
        }
        if tile == Tile::Thresholds
            && let (Some(_), Some([x, _])) = (response.clicked_index, response.hovered_value)
            && response.hovered_latent.is_none()
        {
            self.actions
                .push(Action::Mode((x.round() as usize).saturating_sub(1)));
        }
    }
}

impl TileBoard {
    fn invalidate(&mut self, tile: Tile) {
        self.panes[tile as usize].built = None;
    }
}

/// Which latents are zeroed by hand, where that changes what the tile shows.
fn zeroed_text(tile: Tile, state: &AppState) -> Option<String> {
    let concerned = matches!(tile, Tile::Usage | Tile::Reconstructions);
    (concerned && !state.zeroed.is_empty()).then(|| {
        let names: Vec<String> = state.zeroed.iter().map(|j| format!("z{j}")).collect();
        format!("zeroed: {} · click to release", names.join(", "))
    })
}

/// What an empty tile says.
fn empty_text(tile: Tile, state: &AppState) -> &'static str {
    if state.data.is_none() {
        return "waiting for data";
    }
    match tile {
        Tile::Thresholds | Tile::Surface => "computing the spectrum of the data…",
        Tile::Usage => "no statistics yet: press Play",
        Tile::Reconstructions
            if state
                .data
                .as_ref()
                .is_some_and(|d| !d.dataset.shape.is_image()) =>
        {
            "these data are plain vectors: there is no picture to show"
        }
        Tile::Reconstructions if state.config.net.target != crate::config::Target::Input => {
            "the decoder is trained for something else than the input: it makes no pictures"
        }
        Tile::Reconstructions => "no pictures yet: press Play",
        Tile::Training => "no steps yet: press Play",
    }
}
