//! The bar above the tiles (what the run does) and the one below (how it fares).

use egui::{RichText, Ui};

use crate::config::{KlSchedule, Objective};
use crate::train::Sanity;

use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::tile::{Tile, Workspace};
use crate::app::widgets::label::name;
use crate::app::widgets::theme;
use crate::app::widgets::theme::{Theme, muted, segmented};
use crate::text::{mebibytes, significant, thousands};

/// Widths of the bar from which it has room for its less important parts.
const ROOM_FOR_TITLE: f32 = 1000.0;
const ROOM_FOR_DATA: f32 = 1240.0;
const ROOM_FOR_WORKSPACES: f32 = 400.0;
const ROOM_FOR_NAME: f32 = 60.0;

/// What the top bar asks of the window itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WindowAction {
    /// The other theme.
    ToggleTheme,
    /// A picture of the window to the clipboard.
    CopyWindow,
    /// A picture of the window to a file.
    SaveWindow,
    /// Every tile's figure to the figures folder.
    SaveFigures,
    /// Another arrangement of the tiles.
    Show(Workspace),
    /// The tiles as they were at the start.
    ResetLayout,
    /// Shows or hides a tile.
    ToggleTile(Tile),
    /// Shows or hides the help.
    ToggleHelp,
}

/// Draws the top bar; `workspace` and `visible` are the arrangement and the tiles on screen.
pub(crate) fn top_bar(
    ui: &mut Ui,
    state: &AppState,
    (workspace, visible): (Workspace, &[Tile]),
    actions: &mut Vec<Action>,
    window: &mut Vec<WindowAction>,
) {
    ui.horizontal_centered(|ui| {
        if ui.available_width() > ROOM_FOR_TITLE {
            ui.label(RichText::new("Collapse Explorer").heading().strong());
            ui.add_space(12.0);
        }
        if let Some(data) = &state.data
            && ui.available_width() > ROOM_FOR_DATA
        {
            let text = format!(
                "{} · {} items",
                data.dataset.name,
                thousands(data.dataset.len() as u64)
            );
            muted(ui, text);
            ui.add_space(12.0);
        }
        let size = egui::vec2(70.0, 26.0);
        let mut button = |text: &str, label: &'static str, help: &str, action: Action| {
            let response = ui.add(egui::Button::new(text).min_size(size));
            name(&response, label);
            if response.on_hover_text(help).clicked() {
                actions.push(action);
            }
        };
        if state.playing {
            button(
                "Pause",
                "Pause",
                "Starts or pauses training (Space).",
                Action::TogglePlay,
            );
        } else {
            button(
                "Play",
                "Play",
                "Starts or pauses training (Space).",
                Action::TogglePlay,
            );
        }
        button(
            "Step",
            "Step",
            "Makes one optimisation step (→).",
            Action::Step,
        );
        button(
            "Epoch",
            "Epoch",
            "Makes one pass over the data (Shift+→).",
            Action::Epoch,
        );
        button(
            "Reset",
            "Reset",
            "Goes back to step 0 with the same seed and the present settings (R).",
            Action::Reset,
        );
        button(
            "New seed",
            "New seed",
            "Starts a new run with the next seed.",
            Action::NewSeed,
        );
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui
                .button("?")
                .on_hover_text("Help, symbols and shortcuts.")
                .clicked()
            {
                window.push(WindowAction::ToggleHelp);
            }
            let theme = ui.button("◐");
            name(&theme, "theme");
            if theme
                .on_hover_text("Switches between the light and the dark theme.")
                .clicked()
            {
                window.push(WindowAction::ToggleTheme);
            }
            ui.menu_button("Export ▾", |ui| export_menu(ui, window));
            ui.menu_button("View ▾", |ui| view_menu(ui, visible, window));
            workspaces(ui, workspace, window);
            let room = ui.available_width();
            if room > ROOM_FOR_NAME {
                let from_left = egui::Layout::left_to_right(egui::Align::Center);
                ui.with_layout(from_left, |ui| {
                    let name = RichText::new(run_name(state)).small().weak();
                    ui.add(egui::Label::new(name).truncate());
                });
            }
        });
    });
}

/// The arrangements side by side, or as a menu where there is no room.
fn workspaces(ui: &mut Ui, workspace: Workspace, window: &mut Vec<WindowAction>) {
    let mut chosen = workspace;
    if ui.available_width() > ROOM_FOR_WORKSPACES {
        let options = Workspace::ALL.map(|w| (w, w.name()));
        segmented(ui, &mut chosen, &options, false);
    } else {
        ui.menu_button(format!("{} ▾", workspace.name()), |ui| {
            for other in Workspace::ALL {
                if ui
                    .selectable_label(other == workspace, other.name())
                    .clicked()
                {
                    chosen = other;
                    ui.close();
                }
            }
        });
    }
    if chosen != workspace {
        window.push(WindowAction::Show(chosen));
    }
}

fn export_menu(ui: &mut Ui, window: &mut Vec<WindowAction>) {
    for (text, action) in [
        (
            "Save all figures (PNG, SVG, CSV)",
            WindowAction::SaveFigures,
        ),
        ("Copy the window", WindowAction::CopyWindow),
        ("Save the window as PNG", WindowAction::SaveWindow),
    ] {
        if ui.button(text).clicked() {
            window.push(action);
            ui.close();
        }
    }
    muted(ui, "A single figure is saved from the ⋯ menu of its tile.");
}

fn view_menu(ui: &mut Ui, visible: &[Tile], window: &mut Vec<WindowAction>) {
    for tile in Tile::ALL {
        let mut shown = visible.contains(&tile);
        if ui.checkbox(&mut shown, tile.title()).clicked() {
            window.push(WindowAction::ToggleTile(tile));
            ui.close();
        }
    }
    ui.separator();
    if ui.button("Reset layout").clicked() {
        window.push(WindowAction::ResetLayout);
        ui.close();
    }
}

/// `run 3 · β 0.3 → 1 → 2`.
fn run_name(state: &AppState) -> String {
    let Some(run) = &state.run else {
        return String::new();
    };
    let live = &state.config.live;
    let mut betas: Vec<String> = Vec::new();
    if live.objective == Objective::Autoencoder {
        return format!(
            "{} · seed {} · autoencoder",
            run.label, state.config.sampling.seed
        );
    }
    if live.schedule != KlSchedule::Constant {
        // The traces hold every value on the way; what was chosen is where it goes.
        betas.push(significant(live.beta, 3));
    } else if let Some(snapshot) = &state.snapshot {
        if let Some(first) = snapshot.history.bins().first() {
            betas.push(significant(first.beta.mean, 3));
        }
        for mark in snapshot.history.marks() {
            if let Some(value) = mark.text.strip_prefix("β = ") {
                betas.push(value.to_owned());
            }
        }
    }
    let shown = betas.len().saturating_sub(4);
    let ellipsis = if shown > 0 { "… " } else { "" };
    format!(
        "{} · seed {} · β {ellipsis}{}",
        run.label,
        state.config.sampling.seed,
        betas[shown..].join(" → ")
    )
}

/// Draws the status bar.
pub(crate) fn status_bar(ui: &mut Ui, state: &AppState, frame_ms: f32) {
    let c = theme::chrome(Theme::of(ui));
    ui.horizontal_centered(|ui| {
        if let Some(device) = state.run.as_ref().and_then(|r| r.device.as_ref()) {
            muted(ui, device.name.as_str()).on_hover_text(
                "The device on which the network trains.",
            );
        }
        if let Some(run) = &state.run
            && run.parameters > 0
        {
            muted(
                ui,
                format!(
                    "{} parameters, {}",
                    thousands(run.parameters as u64),
                    mebibytes(run.memory_bytes)
                ),
            );
        }
        ui.separator();
        if let Some(snapshot) = &state.snapshot {
            let rate = if state.playing {
                format!("{} steps/s", thousands(snapshot.steps_per_second.round() as u64))
            } else {
                "Paused".into()
            };
            ui.label(format!(
                "{rate} · epoch {:.1} · step {}",
                snapshot.epochs,
                thousands(snapshot.step)
            ));
            ui.separator();
            let (text, colour) = match snapshot.sanity() {
                Sanity::Exploded(_) => ("○ Diverged: not a result", c.error),
                Sanity::Above(_) => ("○ Loss still above that of full collapse", c.muted),
                Sanity::Sound if snapshot.stationary => ("● Settled at this β", c.good),
                Sanity::Sound => ("○ Still training", c.muted),
            };
            ui.label(RichText::new(text).color(colour)).on_hover_text(
                "Settled: over the last 40 % of the steps since the last change of a setting the loss shows no drift \
                 beyond its noise. Near a threshold a latent grows very slowly, so this is no proof.\n\
                 The loss of full collapse is that of a network that ignores its input and always gives the mean; \
                 while the loss is above it, the numbers on screen are not a result yet.",
            );
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            muted(ui, format!("Frame {frame_ms:.0} ms"))
                .on_hover_text("The time it takes to draw the window once.");
            if let Some(problem) = &state.session.problem {
                let text = RichText::new(format!("Error: {problem}")).color(c.error);
                ui.add(egui::Label::new(text).truncate());
            }
        });
    });
}
