//! β between this program and somebody's code, both ways: a loss is pasted or put together, and its weight becomes β
//! here, or β here its weight.

use egui::{ComboBox, DragValue, RichText, Ui};

use crate::app::state::AppState;
use crate::app::state::action::Action;
use crate::app::widgets::theme::muted;
use crate::config::LiveConfig;
use crate::convention::{ErrorTerm, Factor, LossForm, Reduction, Sizes, read_loss};
use crate::text::significant;

use super::parts::{complaint, quiet, row};
use crate::app::widgets::label::{hint, name, sentence};

/// The window and what stands in it.
pub(crate) struct Translator {
    /// Whether it is on screen.
    pub open: bool,
    form: LossForm,
    /// w.
    weight: f64,
    /// w as the pasted code has it, with the sizes in it, until another is put in.
    factor: Option<Factor>,
    /// Whether something in the pasted code could not be placed: there is no β until w is put in by hand.
    unresolved: bool,
    /// d of the code's data; that of the present data until it is changed.
    dim: Option<usize>,
    /// κ of the code; the present network's until it is changed.
    latents: Option<usize>,
    /// The batch of the code; the present one until it is changed.
    batch: Option<usize>,
    pasted: String,
    /// What the pasted text was taken for, one line each.
    read: Vec<String>,
    /// What in it could not be placed.
    warnings: Vec<String>,
    unread: bool,
}

impl Default for Translator {
    fn default() -> Self {
        Self {
            open: false,
            form: LossForm::default(),
            weight: 1.0,
            factor: None,
            unresolved: false,
            dim: None,
            latents: None,
            batch: None,
            pasted: String::new(),
            read: Vec::new(),
            warnings: Vec::new(),
            unread: false,
        }
    }
}

impl Translator {
    /// The sizes of the present run, or the user's own.
    fn sizes(&self, state: &AppState) -> Sizes {
        let dim = state.data.as_ref().map_or(1, |d| d.dataset.dim());
        Sizes {
            dim: self.dim.unwrap_or(dim),
            latents: self.latents.unwrap_or(state.config.net.latents),
            batch: self.batch.unwrap_or(state.config.sampling.batch),
            gamma: state.gamma(),
        }
    }

    /// The weight of this form that is β here, as short as it can be.
    pub fn here(&self, state: &AppState) -> String {
        let weight = self.form.weight(state.config.live.beta, &self.sizes(state));
        let weight = weight.map_or_else(|_| "—".into(), |w| significant(w, 3));
        let half = if self.form.error_half { "½ " } else { "" };
        let error = match (self.form.error, self.form.error_dims) {
            (ErrorTerm::Squared, Reduction::Sum) => "SSE",
            (ErrorTerm::Squared, Reduction::Mean) => "MSE",
            (ErrorTerm::Bernoulli, Reduction::Sum) => "BCE",
            (ErrorTerm::Bernoulli, Reduction::Mean) => "mean BCE",
            (ErrorTerm::Absolute, Reduction::Sum) => "L1",
            (ErrorTerm::Absolute, Reduction::Mean) => "mean L1",
        };
        format!("{half}{error} + {weight}·KL")
    }

    /// Draws the window, if it is open.
    pub fn window(&mut self, ui: &Ui, state: &AppState, actions: &mut Vec<Action>) {
        let mut open = self.open;
        egui::Window::new("Translate a loss")
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .default_width(430.0)
            .default_pos([300.0, 120.0])
            .show(ui.ctx(), |ui| self.contents(ui, state, actions));
        self.open = open;
    }

    fn contents(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
        ui.spacing_mut().item_spacing.y = 6.0;
        muted(
            ui,
            "Paste the lines of your code that compute the loss, or describe the loss below.",
        );
        let entry = ui.add(
            egui::TextEdit::multiline(&mut self.pasted)
                .code_editor()
                .desired_rows(4)
                .desired_width(f32::INFINITY)
                .hint_text("recon = F.mse_loss(x_hat, x)\nkld = -0.5 * torch.sum(1 + logvar - …)\nloss = recon + 0.00025 * kld"),
        );
        name(&entry, "loss code");
        if entry.changed() {
            self.read();
        }
        for line in &self.read {
            quiet(ui, line, "");
        }
        for line in &self.warnings {
            complaint(ui, &format!("Not understood: {line}"));
        }
        if self.unread {
            complaint(
                ui,
                "No reconstruction error and no KL term was recognised in this text.",
            );
        }
        ui.separator();
        self.error(ui);
        self.kl(ui);
        self.own_sizes(ui, state);
        if let Some(factor) = self.factor {
            self.weight = factor.at(&self.sizes(state));
        }
        ui.separator();
        self.results(ui, state, actions);
    }

    fn read(&mut self) {
        self.read.clear();
        self.warnings.clear();
        self.unread = false;
        self.unresolved = false;
        self.factor = None;
        if self.pasted.trim().is_empty() {
            return;
        }
        match read_loss(&self.pasted) {
            Some(reading) => {
                self.form = reading.form;
                self.weight = 1.0;
                self.factor = reading.weight;
                self.unresolved = !reading.unread.is_empty();
                // The code's own sizes, where it gives them numbers.
                self.dim = reading.sizes.dim.or(self.dim);
                self.latents = reading.sizes.latents.or(self.latents);
                self.batch = reading.sizes.batch.or(self.batch);
                let assumed = reading.assumed.into_iter().map(|a| format!("Assumed: {a}"));
                self.read = reading.found.into_iter().chain(assumed).collect();
                self.warnings = reading.unread;
            }
            None => self.unread = true,
        }
    }

    fn error(&mut self, ui: &mut Ui) {
        row(ui, "measured by", |ui| {
            let response = ComboBox::from_id_salt("kind of error")
                .width(150.0)
                .selected_text(sentence(self.form.error.name()))
                .show_ui(ui, |ui| {
                    for term in ErrorTerm::ALL {
                        let text = sentence(term.name());
                        ui.selectable_value(&mut self.form.error, term, text);
                    }
                })
                .response;
            name(&response, "kind of error");
        });
        row(ui, "error", |ui| {
            let variance = DragValue::new(&mut self.form.error_variance)
                .range(1e-9..=1e9)
                .speed(0.01)
                .prefix("/ ")
                .custom_formatter(|v, _| significant(v, 4));
            let response = ui.add(variance);
            name(&response, "loss variance");
            response.on_hover_text(
                "A further divisor of the error, such as a variance in your code; 1 for none.",
            );
            ui.checkbox(&mut self.form.error_half, "½");
            reduction(
                ui,
                "error over batch",
                " over batch",
                &mut self.form.error_batch,
            );
            reduction(
                ui,
                "error over pixels",
                " over pixels",
                &mut self.form.error_dims,
            );
        });
    }

    fn kl(&mut self, ui: &mut Ui) {
        row(ui, "KL", |ui| {
            ui.checkbox(&mut self.form.kl_half, "Includes ½")
                .on_hover_text(
                    "KL = ½ Σ (μ² + σ² − log σ² − 1). Code that leaves the ½ out counts it twice.",
                );
            reduction(ui, "KL over batch", " over batch", &mut self.form.kl_batch);
            reduction(
                ui,
                "KL over latents",
                " over latents",
                &mut self.form.kl_latents,
            );
        });
    }

    fn own_sizes(&mut self, ui: &mut Ui, state: &AppState) {
        let sizes = self.sizes(state);
        let size = |ui: &mut Ui, own: &mut Option<usize>, now: usize, prefix: &str, label| {
            let mut value = now;
            let drag = DragValue::new(&mut value)
                .range(1..=100_000_000)
                .prefix(prefix);
            let response = ui.add(drag);
            name(&response, label);
            if response.changed() {
                *own = Some(value);
            }
            hint(response, "", prefix);
        };
        row(ui, "sizes in that code", |ui| {
            size(ui, &mut self.batch, sizes.batch, "batch ", "code batch");
            size(ui, &mut self.latents, sizes.latents, "κ ", "code latents");
            size(ui, &mut self.dim, sizes.dim, "pixels ", "code pixels");
        });
    }

    fn results(&mut self, ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
        let sizes = self.sizes(state);
        let live = state.config.live;
        ui.label(RichText::new(self.form.formula("w")).monospace());
        row(ui, "w in your code", |ui| {
            let beta = self.form.beta(self.weight, &sizes);
            let known = beta.ok().filter(|_| !self.unresolved);
            let button = ui.add_enabled(known.is_some(), egui::Button::new("Use this β"));
            if let Some(beta) = known.filter(|_| button.clicked()) {
                actions.push(Action::Live(LiveConfig { beta, ..live }));
            }
            let text = known.map_or_else(|| "—".into(), |b| significant(b, 4));
            ui.label(RichText::new(format!("is β = {text}")).strong());
            let speed = 0.01 * self.weight;
            let drag = DragValue::new(&mut self.weight)
                .range(1e-12..=1e12)
                .speed(speed)
                .custom_formatter(|v, _| significant(v, 5));
            let response = ui.add(drag);
            name(&response, "code weight");
            if response.changed() {
                // Whoever says what w is has read the code.
                self.factor = None;
                self.unresolved = false;
            }
        });
        row(
            ui,
            &format!("β = {} here", significant(live.beta, 4)),
            |ui| {
                let weight = self.form.weight(live.beta, &sizes);
                let button = ui
                    .add_enabled(weight.is_ok(), egui::Button::new("Copy"))
                    .on_hover_text("Copies the number.");
                let text = weight.map_or_else(|_| "—".into(), |w| significant(w, 5));
                if button.clicked() {
                    ui.ctx().copy_text(text.clone());
                }
                ui.label(RichText::new(format!("is w = {text}")).strong());
            },
        );
        let note = match self.form.error {
            ErrorTerm::Squared => format!(
                "This holds at the present γ = {}. While γ is fixed only βγ matters; if γ is learned, the translation changes with it.",
                significant(sizes.gamma, 4)
            ),
            ErrorTerm::Bernoulli => {
                "A cross-entropy is already in nats, so this is the β of a Bernoulli decoder, for any γ.".into()
            }
            ErrorTerm::Absolute => {
                "An absolute error belongs to a Laplace decoder. It does not correspond to a Gaussian decoder, so there is no β for it.".into()
            }
        };
        ui.add(egui::Label::new(RichText::new(note).small().weak()).wrap());
    }
}

fn reduction(ui: &mut Ui, label: &'static str, over: &str, value: &mut Reduction) {
    let response = ComboBox::from_id_salt(label)
        .width(112.0)
        .selected_text(sentence(&format!("{}{over}", value.word())))
        .show_ui(ui, |ui| {
            for option in [Reduction::Sum, Reduction::Mean] {
                let text = sentence(&format!("{}{over}", option.word()));
                ui.selectable_value(value, option, text);
            }
        })
        .response;
    name(&response, label);
}
