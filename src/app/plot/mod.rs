//! Draws a [`FigureSpec`] live: the same scene the exporters write, with a pointer.
//!
//! The scene is laid out and drawn by [`crate::plot`] alone; `draw` and `textures` turn it into egui's shapes and
//! textures. An [`egui_plot::Plot`] over the scene's plot carries the view: it pans, zooms and links figures that share
//! an axis, and draws the scene as its only item.

mod atlas;
mod card;
mod digest;
mod draw;
mod item;
mod navigate;
mod pick;
mod rule_drag;
#[cfg(test)]
mod same_picture;
mod stage;
mod textures;
mod view;

use std::collections::BTreeSet;

use egui::{Id, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo};

use super::widgets::theme::colour;
use crate::plot::{FigureSpec, Palette};
use pick::Hit;
use rule_drag::Drag;
use stage::{Asked, Stage};
use view::View;

/// What the pointer did in a figure this frame.
#[derive(Debug, Clone)]
pub struct PlotResponse {
    /// [`Series::id`](crate::plot::Series::id), [`Bars::id`](crate::plot::Bars::id) or
    /// [`HeatMap::id`](crate::plot::HeatMap::id) under the pointer, or the label of an image row.
    pub hovered_series: Option<String>,
    /// Index of the point, bar, heat-map cell or picture (in its row) under the pointer.
    pub hovered_index: Option<usize>,
    /// Data units at the hovered point (at the pointer itself over a heat map).
    pub hovered_value: Option<[f64; 2]>,
    /// Data units at the pointer itself, wherever in a plot it is.
    pub pointer: Option<[f64; 2]>,
    /// The latent the hovered thing stands for.
    pub hovered_latent: Option<usize>,
    /// The hovered index, in the frame it was clicked.
    pub clicked_index: Option<usize>,
    /// Name of the setting ([`Rule::draggable`](method@crate::plot::Rule::draggable)) and its new value
    /// in data units, in every frame the line is moved.
    pub dragged_rule: Option<(String, f64)>,
    /// Whether the dragged line was let go this frame; `dragged_rule` then holds its last value.
    pub released: bool,
    /// egui's response of the plot area, for context menus.
    pub response: Response,
}

impl PlotResponse {
    fn new(response: Response) -> Self {
        Self {
            hovered_series: None,
            hovered_index: None,
            hovered_value: None,
            pointer: None,
            hovered_latent: None,
            clicked_index: None,
            dragged_rule: None,
            released: false,
            response,
        }
    }

    fn with_hit(mut self, hit: Hit) -> Self {
        self.clicked_index = self.response.clicked().then_some(hit.index);
        self.hovered_series = Some(hit.id);
        self.hovered_index = Some(hit.index);
        self.hovered_value = Some(hit.value);
        self.hovered_latent = hit.latent;
        self
    }
}

/// One figure on screen and what it remembers between frames: pictures, the part shown, the dragged line, the layers
/// hidden in the legend.
///
/// Hidden layers are a matter of looking: they are hidden in this view alone, the axes stay as they are, and an export
/// writes the whole figure.
#[derive(Default)]
pub struct PlotView {
    view: View,
    stage: Stage,
    drag: Option<Drag>,
    highlight: Option<usize>,
    hidden: BTreeSet<String>,
    linked: bool,
}

impl PlotView {
    /// A view with nothing remembered.
    pub fn new() -> Self {
        Self::default()
    }

    /// A view with nothing remembered that shows the same stretch of its horizontal axis, and the pointer's place on it,
    /// as every other such view of a figure with the same axis.
    pub fn linked() -> Self {
        Self {
            linked: true,
            ..Self::default()
        }
    }

    /// Lights up one latent and dims the others, in a figure that shows latents.
    pub fn set_highlight(&mut self, latent: Option<usize>) {
        self.highlight = latent;
    }

    /// Shows the whole figure, as a double click does, and every layer of it.
    pub fn reset_view(&mut self) {
        self.view.reset();
        self.hidden.clear();
    }

    /// Whether the user has zoomed.
    pub fn is_zoomed(&self) -> bool {
        self.view.zoomed
    }

    /// Textures uploaded so far; stands still while the figure does not change.
    pub fn texture_uploads(&self) -> u64 {
        self.stage.textures.uploads()
    }

    /// Scenes laid out so far; stands still while nothing that is shown changes.
    pub fn scenes_built(&self) -> u64 {
        self.stage.built
    }

    /// Draws `figure` in the space available in `ui` and reports what the pointer does.
    ///
    /// Titles are the tile's business and are not drawn. Dragging moves the part that is shown, dragging with the
    /// secondary button zooms into a box, Ctrl and the wheel (or a pinch) zoom about the pointer, dragging along an axis
    /// zooms along it, and a double click shows the whole again; plain scrolling is left to the window. A click on an
    /// entry of the legend hides a layer or shows it again.
    pub fn show(&mut self, ui: &mut Ui, figure: &FigureSpec, palette: &Palette) -> PlotResponse {
        let rect = ui.available_rect_before_wrap();
        let id = ui.scope_id().with(("figure", &figure.id));
        let whole = ui.allocate_rect(rect, Sense::hover());
        if !rect.is_finite() || !stage::has_room(rect.size()) || !ui.is_rect_visible(rect) {
            return PlotResponse::new(whole);
        }
        let digest = digest::digest(figure);
        let hidden = std::mem::take(&mut self.hidden);
        let asked = Asked {
            figure,
            digest,
            rect,
            palette,
            highlight: self.highlight,
            hidden: &hidden,
        };
        let out = if figure.has_pictures() {
            self.show_pictures(ui, id, &asked)
        } else if figure.is_tilted() {
            self.show_relief(ui, id, &asked)
        } else {
            self.show_plot(ui, id, &asked)
        };
        self.hidden = hidden;
        self.legend(ui, id);
        self.whole_notes(ui, id, figure);
        out
    }

    /// The tilted map: turned by dragging, which is the caller's to do, and read with the pointer.
    fn show_relief(&mut self, ui: &Ui, id: Id, asked: &Asked<'_>) -> PlotResponse {
        let frame = self.view.whole(asked.figure);
        self.stage.ask(ui, asked, &frame, None, None);
        let clip = asked.rect.intersect(ui.clip_rect());
        self.stage.paint(&ui.painter().with_clip_rect(clip));
        let plot = self.plot_rect(asked.rect);
        let response = ui.interact(plot, id, Sense::CLICK | Sense::DRAG);
        name(ui, &response, asked.figure);
        if response.dragged() {
            ui.ctx().set_cursor_icon(egui::CursorIcon::Grabbing);
        } else if response.hovered() {
            ui.ctx().set_cursor_icon(egui::CursorIcon::Grab);
        }
        let out = PlotResponse::new(response);
        let pointer = out.response.hover_pos().filter(|at| plot.contains(*at));
        let (Some(pointer), Some((scene, place))) = (pointer, self.stage.last()) else {
            return out;
        };
        let share = [
            f64::from((pointer.x - plot.left()) / plot.width()),
            f64::from((plot.bottom() - pointer.y) / plot.height()),
        ];
        let cell = scene.relief.as_ref().and_then(|r| r.cell_at(share));
        if let (Some(cell), Some(map)) = (cell, asked.figure.heat_map())
            && !out.response.dragged()
        {
            let hit = pick::cell(asked.figure, map, cell, asked.palette);
            pick::paint(ui, &hit, place, pointer, asked.palette);
            return out.with_hit(hit);
        }
        out
    }

    fn show_pictures(&mut self, ui: &Ui, id: Id, asked: &Asked<'_>) -> PlotResponse {
        let frame = self.view.whole(asked.figure);
        self.stage.ask(ui, asked, &frame, None, None);
        let response = ui.interact(asked.rect, id, Sense::CLICK);
        name(ui, &response, asked.figure);
        let painter = ui
            .painter()
            .with_clip_rect(asked.rect.intersect(ui.clip_rect()));
        self.stage.paint(&painter);
        let mut out = PlotResponse::new(response);
        let (Some(pointer), Some((scene, place))) = (out.response.hover_pos(), self.stage.last())
        else {
            return out;
        };
        let at = place.from(pointer);
        let cell = scene
            .cells
            .iter()
            .find(|c| c.filled && c.rect.holds(at, 0.7));
        if let Some(cell) = cell {
            let ink = Stroke::new(1.5, colour(asked.palette.foreground));
            painter.rect_stroke(place.rect(&cell.rect), 1.0, ink, StrokeKind::Outside);
            let text = match (cell.row.is_empty(), cell.caption.is_empty()) {
                (false, false) => format!("{} {}\n{}", cell.row, cell.column + 1, cell.caption),
                (false, true) => format!("{} {}", cell.row, cell.column + 1),
                _ => cell.caption.clone(),
            };
            if !text.is_empty() {
                card::paint(
                    ui,
                    &text,
                    colour(asked.palette.muted),
                    pointer,
                    asked.palette,
                );
            }
            out.clicked_index = out.response.clicked().then_some(cell.column);
            out.hovered_series = Some(cell.row.clone());
            out.hovered_index = Some(cell.column);
        }
        out
    }

    /// The plot on screen.
    fn plot_rect(&self, rect: Rect) -> Rect {
        let last = self.stage.last();
        last.map_or(rect, |(scene, place)| {
            place.rect(&scene.plot).intersect(rect)
        })
    }

    /// Lets a click on an entry of the legend hide its layer or show it again.
    fn legend(&mut self, ui: &Ui, id: Id) {
        let Some((scene, place)) = self.stage.last() else {
            return;
        };
        for entry in &scene.legend {
            let rect = place.rect(&entry.rect);
            let own = id.with(("legend", &entry.layer));
            let response = ui.interact(rect, own, Sense::click());
            let label = format!("show {}", entry.name);
            response.widget_info(|| {
                WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), entry.shown, &label)
            });
            if response.has_focus() {
                let ink = ui.visuals().selection.stroke;
                ui.painter()
                    .rect_stroke(rect, 2.0, ink, StrokeKind::Outside);
            }
            if response.clicked() && !self.hidden.remove(&entry.layer) {
                self.hidden.insert(entry.layer.clone());
            }
            response
                .on_hover_cursor(egui::CursorIcon::PointingHand)
                .on_hover_text(if entry.shown {
                    "Click to hide"
                } else {
                    "Click to show"
                });
        }
    }

    /// Shows the whole notes where they are cut short.
    fn whole_notes(&self, ui: &Ui, id: Id, figure: &FigureSpec) {
        let cut = self.stage.last().and_then(|(scene, place)| {
            let cut = scene.notes_cut?;
            Some(place.rect(&cut))
        });
        if let Some(rect) = cut {
            ui.interact(rect, id.with("notes"), Sense::hover())
                .on_hover_text(figure.notes.join(" · "));
        }
    }
}

/// Tells assistive technology what the figure is; its notes are its description.
fn name(ui: &Ui, response: &Response, figure: &FigureSpec) {
    let label = if figure.title.is_empty() {
        &figure.id
    } else {
        &figure.title
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Figure, ui.is_enabled(), label));
    if !figure.notes.is_empty() {
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_description(figure.notes.join(" · "));
        });
    }
}
