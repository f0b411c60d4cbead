//! How the tiles are arranged at the start, in each workspace.

use egui_tiles::{Container, Linear, LinearDir, TileId, Tiles, Tree};

use crate::app::state::tile::{Tile, Workspace};

/// The tiles of a workspace in rows; those it does not show are there, hidden, in a row of their own.
pub(super) fn default_tree(workspace: Workspace) -> Tree<Tile> {
    let mut tiles = Tiles::default();
    let mut rows: Vec<(f32, TileId)> = Vec::new();
    let mut row = |tiles: &mut Tiles<Tile>, share: f32, members: Vec<Tile>, visible: bool| {
        let panes: Vec<TileId> = members.into_iter().map(|t| tiles.insert_pane(t)).collect();
        for pane in &panes {
            tiles.set_visible(*pane, visible);
        }
        let linear = Linear::new(LinearDir::Horizontal, panes);
        rows.push((share, tiles.insert_container(Container::Linear(linear))));
    };
    for (share, members) in workspace.rows() {
        row(&mut tiles, *share, members.to_vec(), true);
    }
    let shown = |tile: &Tile| workspace.rows().iter().any(|(_, row)| row.contains(tile));
    let hidden: Vec<Tile> = Tile::ALL.into_iter().filter(|t| !shown(t)).collect();
    row(&mut tiles, 0.9, hidden, false);
    let ids = rows.iter().map(|(_, id)| *id).collect();
    let mut all = Linear::new(LinearDir::Vertical, ids);
    for (share, id) in &rows {
        all.shares.set_share(*id, *share);
    }
    let root = tiles.insert_container(Container::Linear(all));
    let name = ("tiles", workspace.name());
    Tree::new(egui::Id::unique(name), root, tiles)
}
