//! The files that were left out: a line that says how many, and a window that says which and why.

use egui::{Color32, Id, RichText, ScrollArea, Ui};

use crate::app::widgets::theme;
use crate::app::widgets::theme::{Theme, muted};
use crate::data::Skipped;
use crate::text::thousands;

/// Draws the line, and the list while it is open; nothing if no file was skipped.
pub(crate) fn skipped(ui: &mut Ui, skipped: &Skipped) {
    if skipped.count == 0 {
        return;
    }
    let id = Id::unique("skipped files");
    let mut open = ui.data(|d| d.get_temp::<bool>(id)).unwrap_or(false);
    let c = theme::chrome(Theme::of(ui));
    let text = RichText::new(headline(skipped)).small().color(c.warn);
    let button = ui.add(egui::Button::new(text).small().fill(Color32::TRANSPARENT));
    if button
        .on_hover_text("Lists the files and the reasons.")
        .clicked()
    {
        open = !open;
    }
    egui::Window::new("Skipped files")
        .id(id.with("window"))
        .open(&mut open)
        .default_width(560.0)
        .default_pos(egui::pos2(300.0, 80.0))
        .show(ui.ctx(), |ui| list(ui, skipped));
    ui.data_mut(|d| d.insert_temp(id, open));
}

fn list(ui: &mut Ui, skipped: &Skipped) {
    ui.horizontal(|ui| {
        if ui.button("Copy the list").clicked() {
            ui.ctx().copy_text(listing(skipped));
        }
        muted(ui, more(skipped));
    });
    ScrollArea::vertical()
        .max_height(360.0)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for (path, reason) in &skipped.listed {
                let path = path.display().to_string();
                ui.add(egui::Label::new(RichText::new(&path).small()).wrap());
                ui.indent(&path, |ui| {
                    muted(ui, reason);
                });
            }
        });
}

/// `12 files skipped`.
fn headline(skipped: &Skipped) -> String {
    match skipped.count {
        1 => "1 file skipped".into(),
        count => format!("{} files skipped", thousands(count as u64)),
    }
}

/// How many are not listed; empty if all are.
fn more(skipped: &Skipped) -> String {
    match skipped.count.saturating_sub(skipped.listed.len()) {
        0 => String::new(),
        more => format!(
            "the first {} of {}; {} more are not listed",
            skipped.listed.len(),
            thousands(skipped.count as u64),
            thousands(more as u64)
        ),
    }
}

/// The list as text, one file on a line.
fn listing(skipped: &Skipped) -> String {
    let mut text = format!("{}\n", headline(skipped));
    for (path, reason) in &skipped.listed {
        text += &format!("{}\t{reason}\n", path.display());
    }
    let more = more(skipped);
    if !more.is_empty() {
        text += &format!("{more}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::MAX_LISTED;

    #[test]
    fn the_list_says_what_it_leaves_out() {
        let mut skipped = Skipped::default();
        skipped.add("a.png".into(), "it is cut off".into());
        assert_eq!(listing(&skipped), "1 file skipped\na.png\tit is cut off\n");
        for i in 0..1_199 {
            skipped.add(format!("{i}.png").into(), "why".into());
        }
        let text = listing(&skipped);
        assert!(text.starts_with("1,200 files skipped\n"), "{text}");
        assert_eq!(text.lines().count(), 1 + MAX_LISTED + 1);
        assert!(text.ends_with("the first 100 of 1,200; 1,100 more are not listed\n"));
    }
}
