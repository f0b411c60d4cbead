//! Text with a known width: one-line galleys, elided where they must be, and a list of the places
//! already taken, so that no label is written over another.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, FontId, Galley, Painter, Pos2, Rect, Vec2};

/// One line (or a few, at `\n`) of proportional text.
pub(crate) fn galley(painter: &Painter, text: &str, size: f32, colour: Color32) -> Arc<Galley> {
    painter.layout_no_wrap(text.to_owned(), FontId::proportional(size), colour)
}

/// One line, cut short with an ellipsis where it is wider than `room`.
pub(crate) fn elided(
    painter: &Painter,
    text: &str,
    size: f32,
    colour: Color32,
    room: f32,
) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), FontId::proportional(size), colour);
    job.wrap = TextWrapping {
        max_width: room.max(0.0),
        max_rows: 1,
        break_anywhere: true,
        ..Default::default()
    };
    painter.layout_job(job)
}

/// Paints a galley with its `anchor` at `at`; returns its rectangle.
pub(crate) fn put(painter: &Painter, at: Pos2, anchor: Align2, galley: Arc<Galley>) -> Rect {
    let rect = anchor.anchor_size(at, galley.size());
    painter.galley(rect.min, galley, Color32::PLACEHOLDER);
    rect
}

/// Paints a galley with a thin rim of another colour, for text on data.
pub(crate) fn put_with_rim(painter: &Painter, min: Pos2, galley: Arc<Galley>, rim: Color32) {
    let rim = rim.gamma_multiply(0.55);
    for (dx, dy) in [(-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)] {
        let at = min + Vec2::new(dx, dy);
        painter.galley_with_override_text_color(at, Arc::clone(&galley), rim);
    }
    painter.galley(min, galley, Color32::PLACEHOLDER);
}

/// Places already written on.
#[derive(Debug, Default)]
pub(crate) struct Taken(Vec<Rect>);

impl Taken {
    /// Marks a place as taken whether or not it was free.
    pub(crate) fn take(&mut self, rect: Rect) {
        self.0.push(rect);
    }

    /// Takes the first of `candidates` that lies within `bounds` and is free.
    pub(crate) fn first_free(
        &mut self,
        candidates: impl IntoIterator<Item = Rect>,
        bounds: Rect,
    ) -> Option<Rect> {
        let bounds = bounds.expand(0.5);
        let free = candidates
            .into_iter()
            .find(|c| bounds.contains_rect(*c) && !self.0.iter().any(|t| t.intersects(*c)))?;
        self.0.push(free);
        Some(free)
    }
}
