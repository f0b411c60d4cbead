//! The small card beside the pointer.

use egui::{
    Align2, Color32, CornerRadius, FontId, Id, LayerId, Order, Pos2, Rect, Stroke, StrokeKind, Ui,
    pos2, vec2,
};

use super::draw::TEXT;
use crate::app::widgets::theme::colour;
use crate::plot::Palette;

/// Paints a small card over everything, inside the window.
pub(crate) fn paint(ui: &Ui, text: &str, ink: Color32, pointer: Pos2, palette: &Palette) {
    let layer = LayerId::new(Order::Tooltip, Id::unique("figure card"));
    let screen = ui.ctx().content_rect();
    let painter = ui.ctx().layer_painter(layer);
    let face = FontId::proportional(TEXT);
    let most = (screen.width() * 0.6).min(340.0);
    let galley = painter.layout(text.to_owned(), face, colour(palette.foreground), most);
    let size = galley.size() + vec2(19.0, 9.0);
    let mut min = pointer + vec2(14.0, 12.0);
    if min.x + size.x > screen.right() - 2.0 {
        min.x = pointer.x - 14.0 - size.x;
    }
    if min.y + size.y > screen.bottom() - 2.0 {
        min.y = pointer.y - 12.0 - size.y;
    }
    let min = min.max(screen.min + vec2(2.0, 2.0));
    let rect = Rect::from_min_size(min, size);
    let round = CornerRadius::same(4);
    let outline = Stroke::new(1.0, colour(palette.muted).gamma_multiply(0.55));
    let fill = colour(palette.background).lerp_to_gamma(colour(palette.grid), 0.5);
    painter.rect(rect, round, fill, outline, StrokeKind::Inside);
    let key = Rect::from_min_size(min + vec2(5.0, 6.0), vec2(3.0, size.y - 12.0));
    painter.rect_filled(key, 1.5, ink);
    let at = Align2::LEFT_TOP.anchor_size(pos2(min.x + 13.0, min.y + 4.5), galley.size());
    painter.galley(at.min, galley, Color32::PLACEHOLDER);
}
