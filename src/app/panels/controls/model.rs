//! The model section: network, latents, activation, σ; what they amount to; behind the fold exact
//! layers, likelihood, estimator and target.

use egui::{Response, Ui};

use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::state::outline::{Outline, OutlineError};
use crate::app::widgets::theme::segmented;
use crate::config::{Activation, Estimator, Likelihood, NetConfig, PosteriorVariance, Target};
use crate::text::{mebibytes, thousands};

use super::Controls;
use super::network::settle_estimator;
use super::parts::{
    Choice, beside, complaint, explained, fold, hidden_changes, menu, part, quiet, row,
};
use crate::app::widgets::label::name;

/// Samples of the importance-weighted bound when it is chosen.
const DEFAULT_SAMPLES: usize = 8;
/// Rows of the linear map when it is chosen.
const DEFAULT_ROWS: usize = 10;

/// A network as the panel edits it, within one frame.
pub(crate) struct Edit {
    /// The network.
    pub net: NetConfig,
    /// Whether this frame changed it.
    pub changed: bool,
    /// Whether a number of it is being dragged.
    pub dragging: bool,
}

impl Edit {
    /// A network as it is.
    pub fn new(net: NetConfig) -> Self {
        Self {
            net,
            changed: false,
            dragging: false,
        }
    }

    /// Notes what a control did; true if it changed its value.
    pub fn take(&mut self, response: &Response) -> bool {
        self.dragging |= response.dragged();
        self.changed |= response.changed();
        response.changed()
    }
}

impl Controls {
    /// Draws the section.
    pub(crate) fn model(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
        let current = &state.config.net;
        let mut edit = Edit::new(self.net.clone().unwrap_or_else(|| current.clone()));
        part(ui, "network", |ui| self.network.ui(ui, state, &mut edit));
        part(ui, "latents", |ui| basics(ui, &mut edit));
        part(ui, "outline", |ui| self.summary(ui, state));
        let changed = changed(&edit.net);
        if self.model_open {
            part(ui, "advanced model", |ui| {
                self.layers.ui(ui, state, &mut edit);
                likelihood(ui, &mut edit);
                estimator(ui, &mut edit);
                target(ui, state, &mut edit);
            });
        } else if !changed.is_empty() {
            hidden_changes(ui, &changed);
        }
        if edit.changed {
            settle_estimator(&mut edit.net);
        }
        let Edit {
            net,
            changed,
            dragging,
        } = edit;
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

    /// Shapes, numbers and memory, or why there is no such network; the switch of the advanced part.
    fn summary(&mut self, ui: &mut Ui, state: &AppState) {
        let mut size = "…".to_owned();
        match self.current_outline(state) {
            None => {
                quiet(ui, "Shapes will be known once data are loaded.", "");
            }
            Some(Ok(outline)) => {
                quiet(ui, &outline.shapes, "");
                size = format!(
                    "{} parameters · {}",
                    thousands(outline.parameters as u64),
                    mebibytes(outline.memory_bytes)
                );
            }
            Some(Err(error)) => complaint(ui, &format!("This network cannot be built: {error}")),
        }
        let help = "Memory for parameters, gradients, Adam's moments and the activations of one batch. The data are not included.";
        let open = &mut self.model_open;
        beside(
            ui,
            62.0,
            |ui| {
                quiet(ui, &size, help);
            },
            |ui| fold(ui, open, "advanced model"),
        );
    }

    /// The outline of the network on screen, the one being dragged if there is one.
    pub(crate) fn current_outline(
        &mut self,
        state: &AppState,
    ) -> Option<&Result<Outline, OutlineError>> {
        let net = self.net.as_ref().unwrap_or(&state.config.net);
        let batch = self.sampling.unwrap_or(state.config.sampling).batch;
        self.outline.get(net, batch, state.data.as_ref())
    }
}

fn basics(ui: &mut Ui, edit: &mut Edit) {
    row(ui, "latents κ", |ui| {
        let drag = egui::DragValue::new(&mut edit.net.latents)
            .range(1..=4096)
            .speed(0.1);
        let response = ui.add(drag);
        name(&response, "latents");
        edit.take(&response);
    });
    let shown = activation_name(edit.net.activation);
    row(ui, "activation", |ui| {
        edit.changed |= menu(ui, "activation", &mut edit.net.activation, shown, || {
            Activation::ALL
                .map(|a| Choice::new(a, activation_name(a), ""))
                .into()
        });
    });
    row(ui, "posterior σ(x)", |ui| {
        let options = [
            (PosteriorVariance::PerSample, "per input"),
            (PosteriorVariance::Global, "global"),
        ];
        edit.changed |= segmented(ui, &mut edit.net.variance, &options, false);
    });
}

fn likelihood(ui: &mut Ui, edit: &mut Edit) {
    let shown = likelihood_name(edit.net.likelihood);
    let help = "The distribution that the decoder gives for x.";
    explained(ui, "likelihood", help, |ui| {
        edit.changed |= menu(ui, "likelihood", &mut edit.net.likelihood, shown, || {
            [
                (
                    Likelihood::Gaussian,
                    "N(D(z), γI) with one γ for all dimensions, as in the theory.",
                ),
                (
                    Likelihood::GaussianPerPixel,
                    "N(D(z), diag γ(z)): the decoder also predicts log γ for every dimension.",
                ),
                (
                    Likelihood::Bernoulli,
                    "The decoder gives logits; the targets must lie between 0 and 1.",
                ),
            ]
            .map(|(l, help)| Choice::new(l, likelihood_name(l), help))
            .into()
        });
    });
}

fn estimator(ui: &mut Ui, edit: &mut Edit) {
    let net = &edit.net;
    let linear = net.decoder.is_empty() && net.likelihood == Likelihood::Gaussian;
    let mut estimator = net.estimator;
    let samples = match estimator {
        Estimator::ImportanceWeighted(samples) => samples,
        _ => DEFAULT_SAMPLES,
    };
    let shown = estimator_name(estimator);
    let help = "How the expectation over q(z|x) is estimated while training.";
    explained(ui, "estimator", help, |ui| {
        menu(ui, "estimator", &mut estimator, shown, || {
            let reason = "This needs a decoder without hidden layers and the Gaussian likelihood.";
            [
                (
                    Estimator::Sampled,
                    "One reparameterised sample per item, with the KL in closed form.",
                ),
                (
                    Estimator::Analytic,
                    "No sampling: E‖x − Wz − b‖² = ‖x − Wμ − b‖² + Σ σ_j²‖W_j‖², exactly.",
                ),
                (
                    Estimator::ImportanceWeighted(samples),
                    "−log (1/k) Σ w_i with log w = log p(x|z) + β (log p(z) − log q(z|x)). Free bits do not apply.",
                ),
            ]
            .map(|(e, help)| {
                let barred = e == Estimator::Analytic && !linear;
                Choice::new(e, estimator_name(e), help).unless(barred.then(|| reason.to_owned()))
            })
            .into()
        });
    });
    if let Estimator::ImportanceWeighted(samples) = &mut estimator {
        row(ui, "samples k", |ui| {
            let drag = egui::DragValue::new(samples)
                .range(1..=NetConfig::MAX_SAMPLES)
                .speed(0.1);
            let response = ui.add(drag);
            name(&response, "samples k");
            edit.take(&response);
        });
    }
    edit.changed |= estimator != edit.net.estimator;
    edit.net.estimator = estimator;
}

fn target(ui: &mut Ui, state: &AppState, edit: &mut Edit) {
    let mut target = edit.net.target;
    let rows = match target {
        Target::LinearMap(rows) => rows,
        _ => DEFAULT_ROWS,
    };
    let shown = target_name(target);
    let unlabelled = state
        .data
        .as_ref()
        .is_some_and(|d| d.dataset.labels.as_ref().is_none_or(Vec::is_empty));
    let help = "What the decoder is trained to reproduce.";
    explained(ui, "target", help, |ui| {
        menu(ui, "target", &mut target, shown, || {
            let reason = unlabelled.then(|| "These data have no labels.".to_owned());
            vec![
                Choice::new(
                    Target::Input,
                    target_name(Target::Input),
                    "The input x itself.",
                ),
                Choice::new(
                    Target::Labels,
                    target_name(Target::Labels),
                    "The label, one-hot encoded.",
                )
                .unless(reason),
                Choice::new(
                    Target::LinearMap(rows),
                    target_name(Target::LinearMap(rows)),
                    "y = Mx, with M drawn once from N(0, 1/d), as in the regression of Wang & Ziyin (2022).",
                ),
            ]
        });
    });
    if let Target::LinearMap(rows) = &mut target {
        row(ui, "rows of the map", |ui| {
            let drag = egui::DragValue::new(rows).range(1..=4096).speed(0.1);
            let response = ui.add(drag);
            name(&response, "rows of the map");
            edit.take(&response);
        });
    }
    edit.changed |= target != edit.net.target;
    edit.net.target = target;
}

/// What of the fold is not as at the start.
fn changed(net: &NetConfig) -> Vec<String> {
    let mut parts = Vec::new();
    if net.likelihood != Likelihood::Gaussian {
        parts.push(likelihood_name(net.likelihood).to_owned());
    }
    match net.estimator {
        Estimator::Sampled => {}
        Estimator::Analytic => parts.push(estimator_name(net.estimator).to_owned()),
        Estimator::ImportanceWeighted(k) => parts.push(format!("k = {k}")),
    }
    match net.target {
        Target::Input => {}
        Target::Labels => parts.push(target_name(net.target).to_owned()),
        Target::LinearMap(rows) => parts.push(format!("map to {rows}")),
    }
    parts
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

fn likelihood_name(likelihood: Likelihood) -> &'static str {
    match likelihood {
        Likelihood::Gaussian => "Gaussian γ",
        Likelihood::GaussianPerPixel => "γ per pixel",
        Likelihood::Bernoulli => "Bernoulli",
    }
}

fn estimator_name(estimator: Estimator) -> &'static str {
    match estimator {
        Estimator::Sampled => "sampled",
        Estimator::Analytic => "analytic",
        Estimator::ImportanceWeighted(_) => "importance-weighted",
    }
}

fn target_name(target: Target) -> &'static str {
    match target {
        Target::Input => "input",
        Target::Labels => "labels",
        Target::LinearMap(_) => "linear map",
    }
}
