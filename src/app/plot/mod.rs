//! Draws a [`FigureSpec`] live: the same value the exporters write, with a pointer.
//!
//! The widget paints with egui's own primitives rather than a plotting library, because it shares
//! its axes ([`Frame`]) and ticks with the exporters, logarithmic ones included, and because
//! margins, legend, colour bar and labels are placed by one layout that knows the widths of all
//! texts, so that nothing overlaps and no axis moves between frames.

mod axes;
mod bars;
mod digest;
mod heat_map;
mod images;
mod labels;
mod layout;
mod legend;
mod marker;
mod marks;
mod pick;
mod project;
mod relief;
mod rule_drag;
mod text;
mod view;

use egui::{Id, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2};

use super::widgets::theme::colour;
use crate::plot::{Colouring, FigureSpec, Frame, Palette};
use heat_map::HeatMaps;
use images::Pictures;
use layout::{Layout, ROW};
use marks::Marks;
use pick::Hit;
use project::Projection;
use rule_drag::Drag;
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

/// One figure on screen and what it remembers between frames: textures, zoom, the dragged line.
#[derive(Default)]
pub struct PlotView {
    view: View,
    heat_maps: HeatMaps,
    pictures: Pictures,
    drag: Option<Drag>,
    highlight: Option<usize>,
    /// Left margin of the previous frame.
    left: f32,
}

impl PlotView {
    /// A view with nothing remembered.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lights up one latent and dims the others, in a figure that shows latents.
    pub fn set_highlight(&mut self, latent: Option<usize>) {
        self.highlight = latent;
    }

    /// Forgets zoom and grown axes, as a double click does.
    pub fn reset_view(&mut self) {
        self.view.reset();
    }

    /// Whether the user has zoomed.
    pub fn is_zoomed(&self) -> bool {
        self.view.is_zoomed()
    }

    /// Textures uploaded so far; stands still while the figure does not change.
    pub fn texture_uploads(&self) -> u64 {
        self.heat_maps.uploads + self.pictures.uploads
    }

    /// Draws `figure` in the space available in `ui` and reports what the pointer does.
    ///
    /// Titles are the tile's business and are not drawn. Double click resets the view, dragging
    /// with the secondary button zooms into a box, Ctrl and the wheel (or a pinch) zoom about the
    /// pointer; plain scrolling and primary dragging are left alone.
    pub fn show(&mut self, ui: &mut Ui, figure: &FigureSpec, palette: &Palette) -> PlotResponse {
        let rect = ui.available_rect_before_wrap();
        let id = ui.scope_id().with(("figure", &figure.id));
        let whole = ui.allocate_rect(rect, Sense::hover());
        if !rect.is_positive() || !rect.is_finite() || rect.width() < 24.0 || rect.height() < 24.0 {
            return PlotResponse::new(whole);
        }
        if !ui.is_rect_visible(rect) {
            return PlotResponse::new(whole);
        }
        if figure.has_pictures() {
            self.show_pictures(ui, rect, id, figure, palette)
        } else {
            self.show_plot(ui, rect, id, figure, palette)
        }
    }

    fn show_plot(
        &mut self,
        ui: &Ui,
        rect: Rect,
        id: Id,
        figure: &FigureSpec,
        palette: &Palette,
    ) -> PlotResponse {
        let frame = self.view.frame(figure);
        self.heat_maps.update(ui.ctx(), figure, palette);
        let colouring = self.heat_maps.colouring().cloned();
        let colouring = colouring.filter(|_| figure.bar_map().is_some());
        let layout = Layout::new(
            ui.painter(),
            rect,
            figure,
            &frame,
            colouring.as_ref(),
            palette,
            &mut self.left,
        );
        let p = Projection::new(layout.plot, &frame);
        let response = ui.interact(layout.plot, id, Sense::CLICK | Sense::DRAG);
        name(ui, &response, figure);
        if figure.is_tilted() {
            return Self::show_relief(ui, rect, figure, &layout, response, palette, colouring);
        }
        let outcome = rule_drag::interact(ui, id, figure, &p, &mut self.drag);
        self.view.hold(self.drag.is_some(), &frame);

        self.paint(ui, rect, figure, &layout, (&p, &frame), palette);
        self.view.interact(ui, &response, &p, &frame, palette);

        let mut out = PlotResponse::new(response);
        if !outcome.hovered
            && let Some(pointer) = out
                .response
                .hover_pos()
                .filter(|at| layout.plot.contains(*at))
            && let Some(hit) = pick::pick(figure, &p, pointer, palette)
        {
            // A card would lie over the menu of a right click.
            if !out.response.dragged() && !out.response.context_menu_opened() {
                pick::paint(ui, &hit, pointer, palette);
            }
            out = out.with_hit(hit);
        }
        let over = out.response.hover_pos();
        let over = over.filter(|at| layout.plot.contains(*at));
        out.pointer = over.map(|at| [p.x.value(at.x), p.y.value(at.y)]);
        out.dragged_rule = outcome.moved;
        out.released = outcome.released;
        out
    }

    /// The tilted map: turned by dragging, which is the caller's to do, and read with the pointer.
    fn show_relief(
        ui: &Ui,
        rect: Rect,
        figure: &FigureSpec,
        layout: &Layout,
        response: Response,
        palette: &Palette,
        colouring: Option<Colouring>,
    ) -> PlotResponse {
        let whole = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let pointer = response.hover_pos();
        let cell = relief::paint(&whole, layout.plot, figure, palette, pointer);
        layout.legend.paint(&whole, colour(palette.background));
        if let (Some(bar), Some(map), Some(colouring)) =
            (&layout.colour_bar, figure.heat_map(), colouring)
        {
            heat_map::paint_bar(&whole, bar, map, &colouring, palette);
        }
        axes::paint_labels(ui, rect, layout, figure, palette);
        if response.dragged() {
            ui.ctx().set_cursor_icon(egui::CursorIcon::Grabbing);
        } else if response.hovered() {
            ui.ctx().set_cursor_icon(egui::CursorIcon::Grab);
        }
        let mut out = PlotResponse::new(response);
        if let (Some(cell), Some(pointer), Some(map)) = (cell, pointer, figure.heat_map())
            && !out.response.dragged()
        {
            let hit = pick::cell(figure, map, cell, palette);
            pick::paint(ui, &hit, pointer, palette);
            out = out.with_hit(hit);
        }
        out
    }

    fn paint(
        &self,
        ui: &Ui,
        rect: Rect,
        figure: &FigureSpec,
        layout: &Layout,
        (p, frame): (&Projection, &Frame),
        palette: &Palette,
    ) {
        let clip = rect.intersect(ui.clip_rect());
        let whole = ui.painter().with_clip_rect(clip);
        let inside = ui
            .painter()
            .with_clip_rect(layout.plot.expand(1.0).intersect(clip));
        self.heat_maps.paint(figure, &inside, p);
        axes::paint_grid(&whole, layout, palette, figure.heat_map().is_some());
        let dragged = self.drag.as_ref().map(|d| (d.id, d.value));
        let marks = Marks {
            inside,
            whole: &whole,
            p,
            frame,
            palette,
            highlight: self.highlight,
            dragged,
        };
        marks.paint(figure, &self.heat_maps);
        labels::paint(&marks, figure);
        layout.legend.paint(&whole, colour(palette.background));
        if let (Some(bar), Some(map), Some(colouring)) = (
            &layout.colour_bar,
            figure.bar_map(),
            self.heat_maps.colouring(),
        ) {
            heat_map::paint_bar(&whole, bar, map, colouring, palette);
        }
        axes::paint_labels(ui, rect, layout, figure, palette);
        if self.view.is_zoomed() {
            view::zoom_hint(ui, layout.plot, colour(palette.muted));
        }
    }

    fn show_pictures(
        &mut self,
        ui: &Ui,
        rect: Rect,
        id: Id,
        figure: &FigureSpec,
        palette: &Palette,
    ) -> PlotResponse {
        self.pictures.update(ui.ctx(), figure);
        let response = ui.interact(rect, id, Sense::CLICK);
        name(ui, &response, figure);
        let has_notes = !figure.notes.is_empty() && rect.height() > 100.0;
        let below = if has_notes { ROW + 3.0 } else { 0.0 };
        let grid = Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom() - below));
        let pointer = response.hover_pos();
        let hovered = self.pictures.paint(ui, grid, figure, palette, pointer);
        if has_notes {
            let row = Rect::from_min_max(pos2(rect.left(), grid.bottom() + 3.0), rect.max);
            axes::paint_notes(ui, row, figure, palette);
        }
        let mut out = PlotResponse::new(response);
        if let (Some(h), Some(pointer)) = (hovered, pointer) {
            let text = match (h.row.is_empty(), h.caption.is_empty()) {
                (false, false) => format!("{} {}\n{}", h.row, h.column + 1, h.caption),
                (false, true) => format!("{} {}", h.row, h.column + 1),
                _ => h.caption,
            };
            if !text.is_empty() {
                pick::paint_card(ui, &text, colour(palette.muted), pointer, palette);
            }
            out.clicked_index = out.response.clicked().then_some(h.column);
            out.hovered_series = Some(h.row);
            out.hovered_index = Some(h.column);
        }
        out
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
            node.set_description(layout::notes_text(figure));
        });
    }
}
