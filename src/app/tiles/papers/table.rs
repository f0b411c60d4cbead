//! The checks of an experiment as a table: the verdict, what is claimed, expected and measured, and why.

use std::sync::Arc;

use egui::{Color32, Galley, Role, Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::parts::{MARK, here, mark};
use crate::app::widgets::theme;
use crate::app::widgets::theme::Theme;
use crate::papers::Check;

/// Between columns.
const GAP: f32 = 14.0;
/// Above and below a row's text.
const MARGIN: f32 = 5.0;
/// Width from which the note has a column of its own.
const ROOM_FOR_NOTES: f32 = 560.0;

/// Widths of the columns after the verdict's.
struct Columns {
    claim: f32,
    expected: f32,
    measured: f32,
    /// A note that has none stands below its row.
    note: Option<f32>,
}

impl Columns {
    fn new(width: f32) -> Self {
        let room = |gaps: f32| (width - MARK - gaps * GAP).max(120.0);
        if width < ROOM_FOR_NOTES {
            let room = room(2.0);
            return Self {
                claim: 0.42 * room,
                expected: 0.29 * room,
                measured: 0.29 * room,
                note: None,
            };
        }
        let room = room(3.0);
        Self {
            claim: 0.28 * room,
            expected: 0.19 * room,
            measured: 0.19 * room,
            note: Some(0.34 * room),
        }
    }

    fn below(&self) -> f32 {
        self.claim + self.expected + self.measured + 2.0 * GAP
    }
}

/// Draws the table.
pub(super) fn table(ui: &mut Ui, checks: &[Check]) {
    let columns = Columns::new(ui.available_width());
    ui.spacing_mut().item_spacing.y = 0.0;
    header(ui, &columns);
    for check in checks {
        row(ui, &columns, check);
    }
}

fn header(ui: &mut Ui, columns: &Columns) {
    let c = theme::chrome(Theme::of(ui));
    let width = ui.available_width();
    let (rect, _) = ui.allocate_exact_size(vec2(width, 20.0), Sense::hover());
    let font = TextStyle::Small.resolve(ui.style());
    let mut x = rect.left() + MARK;
    let mut word = |text: &str, room: f32| {
        let at = pos2(x, rect.center().y);
        let painter = ui.painter();
        painter.text(at, egui::Align2::LEFT_CENTER, text, font.clone(), c.muted);
        x += room + GAP;
    };
    word("Claim", columns.claim);
    word("Expected", columns.expected);
    word("Measured", columns.measured);
    if let Some(room) = columns.note {
        word("Note", room);
    }
    let line = Stroke::new(1.0, c.outline);
    ui.painter().hline(rect.x_range(), rect.bottom(), line);
}

fn row(ui: &mut Ui, columns: &Columns, check: &Check) {
    let c = theme::chrome(Theme::of(ui));
    let lay = |text: &str, style: TextStyle, colour: Color32, room: f32| -> Arc<Galley> {
        let font = style.resolve(ui.style());
        ui.painter().layout(text.to_owned(), font, colour, room)
    };
    let cells = [
        (
            lay(&check.name, TextStyle::Body, c.text, columns.claim),
            columns.claim,
        ),
        (
            lay(&check.expected, TextStyle::Body, c.text, columns.expected),
            columns.expected,
        ),
        (
            lay(&check.measured, TextStyle::Body, c.strong, columns.measured),
            columns.measured,
        ),
    ];
    let note = here(&check.note);
    let room = columns.note.unwrap_or_else(|| columns.below());
    let note = lay(&note, TextStyle::Small, c.muted, room);
    let highest = cells.iter().map(|(g, _)| g.size().y).fold(0.0, f32::max);
    let beside = columns.note.is_some();
    let height = if beside {
        highest.max(note.size().y)
    } else if check.note.is_empty() {
        highest
    } else {
        highest + 2.0 + note.size().y
    };
    let size = vec2(ui.available_width(), height + 2.0 * MARGIN);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, sentence(check)));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let top = rect.top() + MARGIN;
    let verdict = Some(check.verdict);
    mark(ui, pos2(rect.left(), top + 8.0), verdict);
    let mut x = rect.left() + MARK;
    for (galley, room) in cells {
        ui.painter().galley(pos2(x, top), galley, c.text);
        x += room + GAP;
    }
    let at = if beside {
        pos2(x, top + 1.0)
    } else {
        pos2(rect.left() + MARK, top + highest + 2.0)
    };
    ui.painter().galley(at, note, c.muted);
    let line = Stroke::new(1.0, c.outline);
    ui.painter().hline(rect.x_range(), rect.bottom(), line);
}

/// A row for whoever has it read to them.
fn sentence(check: &Check) -> String {
    format!(
        "{}: {}, expected {}, measured {}. {}",
        check.verdict.word(),
        check.name,
        check.expected,
        check.measured,
        here(&check.note)
    )
}
