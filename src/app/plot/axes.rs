//! Grid, tick labels, axis labels and notes.

use egui::{Align2, Color32, Painter, Rect, Stroke, Ui, pos2};

use super::layout::{FONT, Layout, PlacedTick, TICK_GAP, inside, notes_text, right_label};
use super::text;
use crate::app::widgets::theme::colour;
use crate::plot::{FigureSpec, Palette};

/// Length of a tick mark.
const MARK: f32 = 3.0;

/// The grid and the axis line, under the data. A heat map fills its plot and has none.
pub(crate) fn paint_grid(painter: &Painter, layout: &Layout, palette: &Palette, on_map: bool) {
    let plot = layout.plot;
    let grid = colour(palette.grid);
    let strong = mix(grid, colour(palette.muted), 0.45);
    if !on_map {
        for tick in layout.y_ticks.iter().filter(|t| t.major) {
            painter.hline(
                plot.x_range(),
                crisp(painter, tick.at),
                Stroke::new(1.0, grid),
            );
        }
    }
    let base = crisp(painter, plot.bottom());
    painter.hline(plot.x_range(), base, Stroke::new(1.0, strong));
    for tick in &layout.x_ticks {
        let length = if tick.major { MARK } else { MARK * 0.6 };
        let x = crisp(painter, tick.at);
        painter.vline(x, base..=base + length, Stroke::new(1.0, strong));
    }
    for tick in layout.y_ticks.iter().filter(|t| on_map || !t.major) {
        let y = crisp(painter, tick.at);
        let length = if tick.major { MARK } else { MARK * 0.6 };
        painter.hline(
            plot.left() - length..=plot.left(),
            y,
            Stroke::new(1.0, strong),
        );
    }
}

/// Texts around the plot.
pub(crate) fn paint_labels(
    ui: &Ui,
    rect: Rect,
    layout: &Layout,
    figure: &FigureSpec,
    palette: &Palette,
) {
    let painter = ui.painter();
    let muted = colour(palette.muted);
    let plot = layout.plot;
    let vertical = |ticks: &[PlacedTick], x: f32, anchor: Align2| {
        for tick in ticks.iter().filter(|t| !t.label.is_empty()) {
            let galley = text::galley(painter, &tick.label, FONT, muted);
            // A label at the very top or bottom stays inside the figure.
            let half = galley.size().y / 2.0;
            let y = tick.at.max(rect.top() + half).min(rect.bottom() - half);
            text::put(painter, pos2(x, y), anchor, galley);
        }
    };
    vertical(
        &layout.y_ticks,
        plot.left() - TICK_GAP,
        Align2::RIGHT_CENTER,
    );
    vertical(
        &layout.right_ticks,
        plot.right() + TICK_GAP,
        Align2::LEFT_CENTER,
    );
    for tick in layout.x_ticks.iter().filter(|t| !t.label.is_empty()) {
        let mut y = plot.bottom() + TICK_GAP;
        for line in tick.label.lines().take(2) {
            let galley = text::galley(painter, line, FONT, muted);
            let x = inside(tick.at, galley.size().x / 2.0, rect);
            let height = galley.size().y;
            text::put(painter, pos2(x, y), Align2::CENTER_TOP, galley);
            y += height - 1.0;
        }
    }
    if let Some(top) = layout.top {
        let room = top.width() * 0.5;
        let label = figure.side_text(&figure.y);
        if !label.is_empty() {
            let galley = text::elided(painter, &label, FONT, muted, room);
            text::put(painter, top.left_center(), Align2::LEFT_CENTER, galley);
        }
        let label = right_label(figure);
        if !label.is_empty() {
            let galley = text::elided(painter, &label, FONT, muted, room);
            text::put(painter, top.right_center(), Align2::RIGHT_CENTER, galley);
        }
    }
    paint_bottom(ui, layout, figure, palette);
}

/// The label of the horizontal axis and the notes, which may be on a row of their own.
fn paint_bottom(ui: &Ui, layout: &Layout, figure: &FigureSpec, palette: &Palette) {
    let Some(row) = layout.bottom else {
        return;
    };
    let painter = ui.painter();
    let label = figure.side_text(&figure.x);
    let room = if figure.notes.is_empty() || layout.notes.is_some() {
        row.width() * 0.95
    } else {
        row.width() * 0.4
    };
    let mut used = 0.0;
    if !label.is_empty() {
        let left = layout.plot.left().min(row.left() + row.width() * 0.3);
        let room = room.min(row.right() - left);
        let galley = text::elided(painter, &label, FONT, colour(palette.muted), room);
        let at = pos2(left, row.center().y);
        used = text::put(painter, at, Align2::LEFT_CENTER, galley).right() - row.left() + 14.0;
    }
    if let Some(rect) = layout.notes {
        paint_notes(ui, rect, figure, palette);
    } else {
        let rect = Rect::from_min_max(pos2(row.left() + used, row.top()), row.right_bottom());
        paint_notes(ui, rect, figure, palette);
    }
}

/// The notes, right-aligned and elided; the pointer shows the whole text where it is elided.
pub(crate) fn paint_notes(ui: &Ui, rect: Rect, figure: &FigureSpec, palette: &Palette) {
    if figure.notes.is_empty() || rect.width() < 24.0 {
        return;
    }
    let painter = ui.painter();
    let notes = notes_text(figure);
    let galley = text::elided(
        painter,
        &notes,
        FONT + 0.5,
        colour(palette.foreground),
        rect.width(),
    );
    let elided = galley.elided;
    let at = pos2(rect.right(), rect.top() + super::layout::ROW / 2.0);
    let place = text::put(painter, at, Align2::RIGHT_CENTER, galley);
    if elided {
        let id = ui.scope_id().with(("notes", &figure.id));
        ui.interact(place, id, egui::Sense::hover())
            .on_hover_text(notes);
    }
}

/// A position at which a one-pixel line is one pixel wide.
fn crisp(painter: &Painter, at: f32) -> f32 {
    painter.round_to_pixel_center(at)
}

fn mix(a: Color32, b: Color32, share: f32) -> Color32 {
    a.lerp_to_gamma(b, share)
}
