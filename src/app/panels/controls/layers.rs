//! Exact layers as text, one box per side. A text is applied when it is confirmed or left; one that
//! cannot be built leaves the running network alone and says why below its box.

use egui::{Key, Ui};

use crate::app::state::{AppState, outline};
use crate::app::widgets::theme;
use crate::app::widgets::theme::Theme;
use crate::config::Stack;

use super::model::Edit;
use super::network::settle_estimator;
use super::parts::{complaint, row};
use crate::app::widgets::label::name;

/// How layers are written, and what they mean.
const GRAMMAR: [(&str, &str); 10] = [
    ("256", "dense layer"),
    (
        "conv32k4s2p1",
        "convolution: 32 kernels of side 4, stride 2, padding 1",
    ),
    (
        "conv32",
        "the same with side 3, stride 1, padding (k − 1)/2",
    ),
    (
        "deconv32k4s2",
        "transposed convolution; side 4, stride 2 if left out",
    ),
    ("…e1", "one more row and column of zeros at the far edges"),
    (
        "convout… deconvout…",
        "as many channels as the data; last of a decoder",
    ),
    ("pool nearest bilinear", "half the side; twice the side"),
    (
        "4x4x64 bias",
        "the same numbers as an image; one more per channel",
    ),
    ("res(…) 3*…", "residual block; repetition"),
    (
        ":bn :nobias :tanh …",
        "after a layer; also :linear :relu :leaky :sigmoid :elu :soft",
    ),
];

fn grammar(ui: &mut Ui) {
    ui.set_max_width(560.0);
    ui.label("List the layers in the order of computation, separated by commas. An empty text gives a linear side.");
    egui::Grid::new("layer grammar")
        .num_columns(2)
        .spacing([14.0, 3.0])
        .show(ui, |ui| {
            for (text, meaning) in GRAMMAR {
                ui.label(egui::RichText::new(text).monospace());
                ui.label(meaning);
                ui.end_row();
            }
        });
}

/// One side's text.
#[derive(Default)]
struct Side {
    text: String,
    /// The layers the text was written from or read as.
    of: Option<Stack>,
    /// Why the text is not the network's.
    problem: Option<String>,
}

/// Both texts.
#[derive(Default)]
pub(crate) struct Layers {
    encoder: Side,
    decoder: Side,
}

impl Layers {
    /// Draws both boxes.
    pub(crate) fn ui(&mut self, ui: &mut Ui, state: &AppState, edit: &mut Edit) {
        row(ui, "exact layers", |ui| {
            let accent = theme::chrome(Theme::of(ui)).accent;
            let text = egui::RichText::new("How to write them").small();
            ui.label(text.color(accent)).on_hover_ui(grammar);
        });
        let (encoder, decoder) = (&mut self.encoder, &mut self.decoder);
        encoder.ui(ui, state, edit, ["encoder", "encoder layers"], |edit| {
            &mut edit.net.encoder
        });
        decoder.ui(ui, state, edit, ["decoder", "decoder layers"], |edit| {
            &mut edit.net.decoder
        });
    }
}

impl Side {
    fn ui(
        &mut self,
        ui: &mut Ui,
        state: &AppState,
        edit: &mut Edit,
        [side, label]: [&'static str; 2],
        stack: fn(&mut Edit) -> &mut Stack,
    ) {
        if self.of.as_ref() != Some(&*stack(edit)) {
            self.take(stack(edit).clone());
        }
        let response = row(ui, side, |ui| {
            let entry = egui::TextEdit::singleline(&mut self.text)
                .hint_text("None: linear")
                .font(egui::TextStyle::Monospace)
                .desired_width(f32::INFINITY);
            ui.add(entry)
        });
        name(&response, label);
        if response.changed() {
            self.problem = None;
        }
        if response.lost_focus() {
            if ui.input(|i| i.key_pressed(Key::Escape)) {
                self.take(stack(edit).clone());
            } else {
                self.confirm(state, edit, stack);
            }
        }
        if let Some(problem) = &self.problem {
            complaint(ui, problem);
        }
    }

    /// Shows these layers' own text.
    fn take(&mut self, stack: Stack) {
        self.text = stack.to_string();
        self.of = Some(stack);
        self.problem = None;
    }

    /// Makes the text the network's layers, if it can be read and built.
    fn confirm(&mut self, state: &AppState, edit: &mut Edit, stack: fn(&mut Edit) -> &mut Stack) {
        let read = match self.text.parse::<Stack>() {
            Ok(read) => read,
            Err(error) => {
                self.problem = Some(error.to_string());
                return;
            }
        };
        if read == *stack(edit) {
            self.take(read);
            return;
        }
        let mut candidate = Edit::new(edit.net.clone());
        stack(&mut candidate).clone_from(&read);
        settle_estimator(&mut candidate.net);
        let built = match &state.data {
            Some(data) => outline::resolve(&candidate.net, data)
                .map(drop)
                .map_err(|e| e.to_string()),
            None => candidate.net.validate().map_err(|e| e.to_string()),
        };
        match built {
            Ok(()) => {
                edit.net = candidate.net;
                edit.changed = true;
                self.take(read);
            }
            Err(problem) => self.problem = Some(problem),
        }
    }
}
