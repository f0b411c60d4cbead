//! The left panel: every setting, grouped by what changing it does.

use egui::{Response, RichText, Ui};

use crate::config::{
    Activation, DataSource, DeviceChoice, GammaMode, LiveConfig, NetConfig, PosteriorVariance,
    Preprocess, SamplingConfig, Split,
};
use crate::theory::{Convention, weight_for};

use super::action::Action;
use super::data_panel::data_panel;
use super::log_slider::{LogSlider, log_slider};
use super::number::{significant, subscript};
use super::state::AppState;
use super::theme::{self, Theme, muted, section_heading, segmented};

/// β's slider: 0.01–100; a typed value may be anything positive.
const BETA_RANGE: (f64, f64) = (0.01, 100.0);
/// γ's slider: 10⁻³–30.
const GAMMA_RANGE: (f64, f64) = (1e-3, 30.0);
/// Deepest MLP of the depth slider.
const MAX_DEPTH: usize = 8;

/// What the panel remembers between frames that is no setting of a run.
pub(super) struct Controls {
    /// The path box.
    pub path: String,
    /// Whose loss the effective-β line speaks of.
    convention: Convention,
    /// Widest hidden layer of the depth slider.
    width: usize,
    /// A network being edited, until the pointer lets go.
    net: Option<NetConfig>,
    /// Batch and seed being edited, until the pointer lets go.
    sampling: Option<SamplingConfig>,
    /// The advanced section's texts.
    encoder_text: String,
    decoder_text: String,
    advanced: bool,
}

impl Default for Controls {
    fn default() -> Self {
        Self {
            path: String::new(),
            convention: Convention::MeanSquaredError,
            width: 256,
            net: None,
            sampling: None,
            encoder_text: String::new(),
            decoder_text: String::new(),
            advanced: false,
        }
    }
}

impl Controls {
    /// Draws the panel; what the user asked for goes to `actions`.
    pub fn ui(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) -> bool {
        ui.spacing_mut().item_spacing.y = 5.0;
        heading(
            ui,
            "Data",
            "reloads",
            "Changing the data loads them anew and starts a new run",
        );
        let open_dialog = data_panel(ui, state, &mut self.path, actions);
        Self::preprocessing(ui, state, actions);
        ui.add_space(6.0);
        heading(
            ui,
            "Objective",
            "live",
            "Changing these never discards the model",
        );
        self.beta(ui, state, actions);
        ui.add_space(4.0);
        Self::gamma(ui, state, actions);
        ui.add_space(6.0);
        heading(
            ui,
            "Model",
            "re-initialises",
            "Changing the network starts a new run; the old one stays as a ghost curve",
        );
        self.model(ui, state, actions);
        ui.add_space(6.0);
        heading(ui, "Optimiser", "", "Adam");
        self.optimiser(ui, state, actions);
        open_dialog
    }

    fn preprocessing(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
        let data = &state.config.data;
        let mut kind = data.preprocess;
        row(ui, "preprocessing", |ui| {
            egui::ComboBox::from_id_salt("preprocess")
                .selected_text(preprocess_name(kind))
                .show_ui(ui, |ui| {
                    for option in [
                        Preprocess::None,
                        Preprocess::Center,
                        Preprocess::Dequantize,
                        Preprocess::Logit,
                    ] {
                        ui.selectable_value(&mut kind, option, preprocess_name(option));
                    }
                });
        });
        let mut split = data.split;
        if matches!(data.source, DataSource::Path(_)) {
            row(ui, "split", |ui| {
                let options = [(Split::Train, "train"), (Split::Test, "test")];
                segmented(ui, &mut split, &options, false);
            });
        }
        if kind != data.preprocess || split != data.split {
            actions.push(Action::Data(crate::config::DataConfig {
                preprocess: kind,
                split,
                ..data.clone()
            }));
        }
    }

    fn beta(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
        let live = state.config.live;
        let thresholds = reachable_thresholds(state);
        let mut beta = live.beta;
        log_slider(
            ui,
            &mut beta,
            &LogSlider {
                symbol: "β",
                name: "KL weight",
                range: BETA_RANGE,
                default: 1.0,
                ticks: &thresholds,
                help: "Weight of the KL term in L = (1/2γ)‖x − D(z)‖² + (d/2) log 2πγ + β·KL.\n\
                       The ticks are the thresholds ζ²/γ: a mode dies when β passes its tick.\n\
                       Double-click for 1.",
            },
        );
        if beta != live.beta {
            actions.push(Action::Live(LiveConfig { beta, ..live }));
        }
        let c = theme::chrome(Theme::of(ui));
        row(ui, "next to die", |ui| {
            if let Some(next) = state.next_to_die() {
                let text = format!(
                    "mode {}, β{} = {} (×{})",
                    next.mode + 1,
                    subscript(next.mode + 1),
                    significant(next.beta_threshold, 4),
                    significant(next.factor, 4)
                );
                ui.label(RichText::new(text).color(c.warn)).on_hover_text(
                    "The living mode whose threshold is next above β, and by what factor",
                );
            } else {
                let text = if state.prediction.is_some() {
                    "every mode is dead"
                } else {
                    "…"
                };
                muted(ui, text);
            }
        });
        row(ui, "in your code", |ui| {
            let dim = state.data.as_ref().map_or(1, |d| d.dataset.dim());
            let weight = weight_for(live.beta, state.gamma(), dim, self.convention);
            let weight = weight.map_or_else(|_| "—".into(), |w| significant(w, 3));
            let text = format!("{} + {weight}·KL", convention_name(self.convention));
            let response = ui
                .add(egui::Button::new(RichText::new(text)).frame(false))
                .on_hover_text(
                    "The same trade-off in another way of writing the loss, per sample with the KL \
                     summed over latents. Click for the next convention.",
                );
            if response.clicked() {
                let all = Convention::ALL;
                let at = all.iter().position(|c| *c == self.convention).unwrap_or(0);
                self.convention = all[(at + 1) % all.len()];
            }
        });
        ui.horizontal(|ui| {
            let revive = state.next_to_revive();
            let kill = state.next_to_die();
            let size = egui::vec2((ui.available_width() - 8.0) / 2.0, 22.0);
            let button = |ui: &mut Ui, on: bool, text: &str, help: &str| {
                let button = egui::Button::new(text).min_size(size);
                ui.add_enabled(on, button).on_hover_text(help).clicked()
            };
            if button(
                ui,
                revive.is_some(),
                "◂ revive one",
                "Snap β to just below the next lower threshold",
            ) {
                actions.push(Action::ReviveOne);
            }
            if button(
                ui,
                kill.is_some(),
                "kill one ▸",
                "Snap β to the next threshold: exactly one more mode dies (linear theory)",
            ) {
                actions.push(Action::KillOne);
            }
        });
    }

    fn gamma(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
        let live = state.config.live;
        let mut mode = live.gamma_mode;
        let moves = live.gamma_moves();
        let shown = state.gamma();
        let mut gamma = shown;
        ui.add_enabled_ui(!moves, |ui| {
            log_slider(
                ui,
                &mut gamma,
                &LogSlider {
                    symbol: "γ",
                    name: "= η_dec², decoder variance",
                    range: GAMMA_RANGE,
                    default: 1.0,
                    ticks: &[],
                    help: "Variance of the decoder's Gaussian. With γ fixed only the product βγ \
                           matters for which modes live.\nDouble-click for 1.",
                },
            );
        });
        let mut eta = shown.sqrt();
        row(ui, "η_dec = √γ", |ui| {
            let drag = egui::DragValue::new(&mut eta)
                .speed(shown.sqrt() * 0.01)
                .range(1e-9..=1e9)
                .custom_formatter(|v, _| significant(v, 4));
            let response = ui.add_enabled(!moves, drag);
            name(&response, "η_dec");
            if response.changed() {
                gamma = eta * eta;
            }
        });
        let options = [
            (GammaMode::Fixed, "fixed"),
            (GammaMode::Learned, "learned"),
            (GammaMode::Optimal, "optimal"),
        ];
        segmented(ui, &mut mode, &options, true);
        if mode != live.gamma_mode || (mode == GammaMode::Fixed && gamma != shown) {
            actions.push(Action::Live(LiveConfig {
                gamma_mode: mode,
                gamma,
                ..live
            }));
        }
        // The line is there before its number is: the identities of the widgets below it, and with
        // them a drag that is under way, depend on how many come before.
        let evaluation = state.snapshot.as_ref().and_then(|s| s.evaluation.as_ref());
        let star = evaluation.map_or_else(|| "…".into(), |e| significant(e.gamma_star(), 3));
        muted(ui, format!("implicit γ* = {star}")).on_hover_text(
            "E‖x − D(z)‖²/d: the best γ for the current networks (Dai et al. 2020, eq. 9)",
        );
    }

    fn model(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
        let current = &state.config.net;
        let mut net = self.net.clone().unwrap_or_else(|| current.clone());
        let mut dragging = false;
        let mut changed = false;
        let mut depth = net.encoder.len();
        row(ui, "depth", |ui| {
            let slider =
                egui::Slider::new(&mut depth, 0..=MAX_DEPTH).clamping(egui::SliderClamping::Edits);
            let response = ui
                .add(slider)
                .on_hover_text("Hidden layers on each side; 0 is the linear VAE of the theory");
            name(&response, "depth");
            dragging |= response.dragged();
            if response.changed() {
                let was_linear = net.encoder.is_empty();
                net = net.with_depth(depth, self.width);
                if depth == 0 {
                    net.variance = PosteriorVariance::Global;
                } else if was_linear {
                    net.variance = PosteriorVariance::PerSample;
                }
                changed = true;
            }
        });
        row(ui, "width", |ui| {
            let response = ui.add(
                egui::DragValue::new(&mut self.width)
                    .range(1..=8192)
                    .speed(2.0),
            );
            name(&response, "width");
            let response = response
                .on_hover_text("Widest hidden layer; the others shrink towards the latents");
            dragging |= response.dragged();
            if response.changed() && depth > 0 {
                net = net.with_depth(depth, self.width);
                changed = true;
            }
        });
        row(ui, "latents κ", |ui| {
            let response = ui.add(
                egui::DragValue::new(&mut net.latents)
                    .range(1..=4096)
                    .speed(0.1),
            );
            name(&response, "latents");
            dragging |= response.dragged();
            changed |= response.changed();
        });
        row(ui, "activation", |ui| {
            egui::ComboBox::from_id_salt("activation")
                .selected_text(activation_name(net.activation))
                .show_ui(ui, |ui| {
                    for option in Activation::ALL {
                        changed |= ui
                            .selectable_value(&mut net.activation, option, activation_name(option))
                            .changed();
                    }
                });
        });
        row(ui, "σ(x)", |ui| {
            let options = [
                (PosteriorVariance::PerSample, "per sample"),
                (PosteriorVariance::Global, "global"),
            ];
            changed |= segmented(ui, &mut net.variance, &options, false);
        });
        let shape = state.data.as_ref().and_then(|d| {
            let shape = crate::model::Shape::from(d.dataset.shape);
            crate::model::NetSpec::new(&net, shape, shape).ok()
        });
        if let Some(spec) = shape {
            let count = super::number::thousands(spec.parameter_count() as u64);
            let text = format!("{} · {count} parameters", spec.shape_text());
            ui.add(egui::Label::new(RichText::new(text).small().weak()).wrap());
        }
        self.layers(ui, &mut net, &mut changed);
        if changed && dragging {
            // A drag passes many sizes: only the one it ends on is built.
            self.net = Some(net);
        } else if changed || (self.net.is_some() && !dragging) {
            self.net = None;
            if net != *current {
                actions.push(Action::Net(net));
            }
        }
    }

    /// Exact layer widths, for whoever wants others than the slider's.
    fn layers(&mut self, ui: &mut Ui, net: &mut NetConfig, changed: &mut bool) {
        let label = if self.advanced {
            "▾ exact layers"
        } else {
            "▸ exact layers"
        };
        if ui
            .add(egui::Button::new(RichText::new(label).small()).frame(false))
            .clicked()
        {
            self.advanced = !self.advanced;
            self.encoder_text = net.encoder.to_string();
            self.decoder_text = net.decoder.to_string();
        }
        if !self.advanced {
            return;
        }
        for (side, text, widths) in [
            ("encoder", &mut self.encoder_text, &mut net.encoder),
            ("decoder", &mut self.decoder_text, &mut net.decoder),
        ] {
            row(ui, side, |ui| {
                let response = ui.add(
                    egui::TextEdit::singleline(text)
                        .hint_text("256,64")
                        .desired_width(130.0),
                );
                let parsed = text.parse::<crate::config::Stack>();
                if response.lost_focus()
                    && let Ok(parsed) = &parsed
                    && parsed != widths
                {
                    widths.clone_from(parsed);
                    *changed = true;
                }
                if let Err(error) = parsed {
                    response.on_hover_text(error.to_string()).highlight();
                }
            });
        }
    }

    fn optimiser(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
        let live = state.config.live;
        let mut rate = live.learning_rate;
        let speed = rate * 0.01;
        row(ui, "learning rate", |ui| {
            let response = ui.add(
                egui::DragValue::new(&mut rate)
                    .speed(speed)
                    .range(1e-9..=1e3)
                    .custom_formatter(|v, _| significant(v, 3)),
            );
            name(&response, "learning rate");
            response.on_hover_text("Adam's step size; live");
        });
        if rate != live.learning_rate {
            actions.push(Action::Live(LiveConfig {
                learning_rate: rate,
                ..live
            }));
        }
        let mut sampling = self.sampling.unwrap_or(state.config.sampling);
        let mut dragging = false;
        row(ui, "batch", |ui| {
            let response = ui.add(egui::DragValue::new(&mut sampling.batch).range(1..=65_535));
            name(&response, "batch");
            dragging |= response.dragged();
            response.on_hover_text("Samples per step; re-initialises");
        });
        row(ui, "seed", |ui| {
            let response = ui.add(egui::DragValue::new(&mut sampling.seed));
            name(&response, "seed");
            dragging |= response.dragged();
            response.on_hover_text("Fixes weights, order and noise; re-initialises");
        });
        self.sampling = dragging.then_some(sampling);
        if !dragging && sampling != state.config.sampling {
            actions.push(Action::Sampling(sampling));
        }
        let mut device = state.config.device.clone();
        row(ui, "device", |ui| {
            egui::ComboBox::from_id_salt("device")
                .selected_text(device.to_string())
                .show_ui(ui, |ui| {
                    for option in [
                        DeviceChoice::Auto,
                        DeviceChoice::Cpu,
                        DeviceChoice::Gpu,
                        DeviceChoice::Software,
                    ] {
                        let text = option.to_string();
                        ui.selectable_value(&mut device, option, text);
                    }
                })
                .response
                .on_hover_text(
                    "auto: a discrete GPU, else an integrated one, else the CPU.\n\
                     software: the GPU kernels on a CPU renderer, for checking; slow.",
                );
        });
        if device != state.config.device {
            actions.push(Action::Device(device));
        }
    }
}

/// β of the thresholds κ latents can reach.
fn reachable_thresholds(state: &AppState) -> Vec<f64> {
    let Some(prediction) = &state.prediction else {
        return Vec::new();
    };
    let reachable = prediction.problem.reachable();
    if state.config.live.gamma_moves() {
        crate::theory::thresholds_beta_learned(&prediction.problem)
            .into_iter()
            .take(reachable)
            .collect()
    } else {
        prediction.problem.eigenvalues()[..reachable]
            .iter()
            .map(|z| z / state.config.live.gamma)
            .collect()
    }
}

/// A section heading, and what changing something below it does.
fn heading(ui: &mut Ui, text: &str, effect: &str, help: &str) {
    ui.horizontal(|ui| {
        section_heading(ui, text);
        if !effect.is_empty() {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                muted(ui, effect).on_hover_text(help);
            });
        }
    });
}

/// A name at the left, its control at the right.
pub(super) fn row<R>(ui: &mut Ui, label: &str, control: impl FnOnce(&mut Ui) -> R) -> R {
    ui.horizontal(|ui| {
        muted(ui, label);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), control)
            .inner
    })
    .inner
}

/// Names a control for screen readers and tests.
pub(super) fn name(response: &Response, text: &'static str) {
    response
        .ctx
        .accesskit_node_builder(response.id, |node| node.set_label(text));
}

fn preprocess_name(kind: Preprocess) -> &'static str {
    match kind {
        Preprocess::None => "none (v/255)",
        Preprocess::Center => "centred",
        Preprocess::Dequantize => "dequantised",
        Preprocess::Logit => "logit",
    }
}

fn activation_name(activation: Activation) -> &'static str {
    match activation {
        Activation::Relu => "ReLU",
        Activation::Tanh => "tanh",
        Activation::Identity => "identity",
        Activation::LeakyRelu => "leaky ReLU",
        Activation::Sigmoid => "sigmoid",
        Activation::Elu => "ELU",
        Activation::SoftThreshold => "soft threshold π_α",
    }
}

fn convention_name(convention: Convention) -> &'static str {
    match convention {
        Convention::MeanSquaredError => "MSE",
        Convention::SumSquaredError => "SSE",
        Convention::HalfSumSquaredError => "½ SSE",
    }
}
