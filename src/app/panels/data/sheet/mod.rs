//! The sheet on data to be opened: their first items as they would be, what they need, and every choice to be made
//! before something long starts.

mod choices;
mod strip;
mod values;

use std::time::Duration;

use egui::{Context, Id, Key, RichText, Ui};

use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::data::{Sheet, SheetAction};
use crate::app::widgets::theme;
use crate::app::widgets::theme::{Theme, muted};
use crate::data::{MAX_SPECTRUM_SIDE, Preview};
use crate::text::{bytes, duration, thousands};

/// Width of the sheet's content.
const WIDTH: f32 = 560.0;
/// Height that a window's title, the sheet's buttons and the bars of the program take.
const BESIDES: f32 = 170.0;

/// Draws the sheet while there is one.
pub(crate) fn data_sheet(ctx: &Context, state: &AppState, actions: &mut Vec<Action>) {
    let Some(sheet) = &state.opening.sheet else {
        strip::forget(ctx);
        return;
    };
    let title = if sheet.reopened {
        "Change the data"
    } else {
        "Open data"
    };
    let mut open = true;
    let left = ((ctx.content_rect().width() - WIDTH) / 2.0).max(8.0);
    egui::Window::new(title)
        .id(Id::unique("data sheet"))
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .default_pos(egui::pos2(left, 64.0))
        .show(ctx, |ui| {
            ui.set_width(WIDTH.min(ctx.content_rect().width() - 40.0));
            contents(ui, sheet, actions);
        });
    if !open || escaped(ctx) {
        actions.push(Action::Sheet(SheetAction::Close));
    }
}

/// Whether the escape key is meant for the sheet: not for a menu, not for a text that was being typed a frame ago.
fn escaped(ctx: &Context) -> bool {
    let id = Id::unique("data sheet typing");
    let typing = ctx.data(|d| d.get_temp::<bool>(id)).unwrap_or(false);
    let types = ctx.text_edit_focused();
    ctx.data_mut(|d| d.insert_temp(id, types));
    let pressed = ctx.input(|i| i.key_pressed(Key::Escape));
    pressed && !typing && !egui::Popup::is_any_open(ctx)
}

fn contents(ui: &mut Ui, sheet: &Sheet, actions: &mut Vec<Action>) {
    // The buttons stay in reach however low the window is.
    let room = (ui.ctx().content_rect().height() - BESIDES).max(120.0);
    egui::ScrollArea::vertical()
        .max_height(room)
        .auto_shrink([false, true])
        .show(ui, |ui| choose(ui, sheet, actions));
    if let Some(problem) = &sheet.problem {
        let colour = theme::chrome(Theme::of(ui)).error;
        ui.add(egui::Label::new(RichText::new(problem).color(colour)).wrap());
    }
    ui.separator();
    buttons(ui, sheet, actions);
}

/// What the data are, and the choices.
fn choose(ui: &mut Ui, sheet: &Sheet, actions: &mut Vec<Action>) {
    let source = sheet.config.source.to_string();
    let label = egui::Label::new(RichText::new(&source).strong()).truncate();
    ui.add(label).on_hover_text(&source);
    strip::pictures(ui, sheet);
    facts(ui, sheet.preview.as_ref().map(|(preview, _)| &**preview));
    ui.separator();
    let mut config = sheet.config.clone();
    choices::choices(ui, sheet, &mut config);
    values::values(ui, sheet, &mut config);
    if config != sheet.config {
        actions.push(Action::Sheet(SheetAction::Edit(config)));
    }
}

/// The ways out.
fn buttons(ui: &mut Ui, sheet: &Sheet, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let size = egui::vec2(88.0, 26.0);
        let can = sheet.problem.is_none();
        let open = egui::Button::new("Open").min_size(size);
        let help = "Loads these data and starts a new run on them.";
        if ui.add_enabled(can, open).on_hover_text(help).clicked() {
            actions.push(Action::Sheet(SheetAction::Load));
        }
        let cancel = egui::Button::new("Cancel").min_size(size);
        let help = "Loads nothing; the run on screen goes on (Esc).";
        if ui.add(cancel).on_hover_text(help).clicked() {
            actions.push(Action::Sheet(SheetAction::Close));
        }
        if sheet.waiting {
            ui.spinner();
            muted(ui, "Looking");
        }
    });
}

/// How many, how large, how long; two lines that are there from the beginning.
fn facts(ui: &mut Ui, preview: Option<&Preview>) {
    let c = theme::chrome(Theme::of(ui));
    let Some(preview) = preview else {
        ui.label(" ");
        muted(ui, " ");
        return;
    };
    ui.label(size(preview));
    ui.add(egui::Label::new(RichText::new(cost(preview)).small().color(c.muted)).wrap());
    for remark in &preview.first.remarks {
        ui.add(egui::Label::new(RichText::new(remark).small().color(c.muted)).wrap());
    }
    let skipped = &preview.first.skipped;
    if let Some((path, reason)) = skipped.listed.first() {
        muted(
            ui,
            format!(
                "{} left out, first {}: {reason}",
                skipped.count,
                path.display()
            ),
        );
    }
}

/// `1,000 items of 64×64 pixels in colour · 12 MiB in memory`.
fn size(preview: &Preview) -> String {
    let shape = preview.first.shape;
    let what = if shape.is_image() {
        let colour = if shape.channels == 3 {
            "in colour"
        } else {
            "grey"
        };
        format!("{}×{} pixels, {colour}", shape.height, shape.width)
    } else {
        format!("{} values each", thousands(shape.dim() as u64))
    };
    let place = if preview.on_disk {
        "on disk, read as the network trains"
    } else {
        "in memory"
    };
    format!(
        "{} items · {what} · {} {place}",
        thousands(preview.count),
        bytes(preview.bytes)
    )
}

/// What takes how long as far as it is known.
fn cost(preview: &Preview) -> String {
    let mut parts = Vec::new();
    match preview.decoding {
        None => {}
        Some(time) if time.is_zero() => parts.push("decoded before, so they open quickly".into()),
        Some(time) => parts.push(format!(
            "decoding takes {}{}, the first time only",
            if time < Duration::from_secs(1) {
                ""
            } else {
                "about "
            },
            duration(time)
        )),
    }
    let d = preview.first.dim() as u64;
    let side = preview.count.min(d);
    parts.push(if side > MAX_SPECTRUM_SIDE as u64 {
        format!("then the leading modes of {} values", thousands(d))
    } else {
        format!("then the spectrum of a {side} × {side} matrix")
    });
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, ImageShape, Pixels};

    #[test]
    fn what_data_need_is_said_in_words() {
        let mut preview = Preview {
            first: Dataset {
                shape: ImageShape {
                    height: 64,
                    width: 64,
                    channels: 3,
                },
                pixels: Pixels::Bytes(Vec::new()),
                ..Dataset::default()
            },
            count: 202_599,
            bytes: 202_599 * 12_288,
            on_disk: true,
            labels: Vec::new(),
            arrays: Vec::new(),
            decoding: Some(Duration::from_secs(200)),
        };
        assert_eq!(
            size(&preview),
            "202,599 items · 64×64 pixels, in colour · 2.3 GiB on disk, read as the network trains"
        );
        let text = cost(&preview);
        assert!(text.contains("3 min"), "{text}");
        assert!(
            text.ends_with("the leading modes of 12,288 values"),
            "{text}"
        );
        preview.first.shape = ImageShape {
            height: 1,
            width: 10,
            channels: 1,
        };
        preview.decoding = None;
        assert!(size(&preview).contains("10 values each"));
        assert!(cost(&preview).ends_with("the spectrum of a 10 × 10 matrix"));
    }
}
