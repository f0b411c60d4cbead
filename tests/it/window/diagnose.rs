//! Asking why latents are dead, the run's numbers, and translating a loss.

use collapse_explorer::app::Tile;
use collapse_explorer::app::state::AppState;
use collapse_explorer::config::{
    DataConfig, DataSource, GammaMode, NetConfig, Preprocess, RunConfig,
};
use collapse_explorer::lab::Stage;
use collapse_explorer::lab::diagnose::Category;
use egui::accesskit::Role;
use egui::{Event, Vec2};

use super::{Window, config};

/// A linear net with κ = 3 on data whose third mode is below γ = 3: category (ii).
fn held_too_large() -> RunConfig {
    let mut base = config();
    base.data = DataConfig {
        source: DataSource::Gaussian(vec![9.0, 5.0, 2.0, 0.1, 0.1, 0.1, 0.1, 0.1]),
        limit: Some(256),
        ..DataConfig::default()
    };
    base.net = NetConfig::linear(3);
    base.live.gamma = 3.0;
    // Adam's noise must not lift the dead latent over the threshold of active ones.
    base.live.learning_rate = 0.003;
    base
}

fn made(state: &AppState, stage: &Stage) -> bool {
    let made = state.lab.diagnosis.as_ref();
    made.is_some_and(|m| m.stage == *stage)
}

#[test]
fn a_gamma_held_too_large_is_diagnosed_and_mended_with_one_click() {
    let mut window = Window::open(Vec2::new(1700.0, 1000.0), held_too_large());
    window.until("two live latents of three", |s| {
        s.prediction.is_some() && s.usage.active == 2 && s.usage.latents.len() == 3
    });
    window.until("a settled run", |s| {
        s.snapshot.as_ref().is_some_and(|s| s.step > 6000)
    });
    window.pick("Diagnose");
    window.frames(3);
    assert!(window.says("Start finds out why latents are dead"));
    window.set(Role::SpinButton, "diagnosis steps", 2000.0);
    assert!(window.says("5 probes, 14,000 steps at most"));
    window.press("Start diagnosis");
    window.until("a diagnosis", |s| made(s, &Stage::Finished));
    let made = window.state().lab.diagnosis.as_ref().expect("made");
    let verdict = made.result.as_ref().and_then(|d| d.verdict.clone());
    let verdict = verdict.expect("a verdict");
    assert_eq!(verdict.category, Category::Pressure, "{verdict:#?}");
    for text in [
        Category::Pressure.title(),
        verdict.advice.as_str(),
        "Confidence: ",
    ] {
        assert!(window.says(text), "'{text}' is not on screen");
    }
    // The run itself has not changed, and goes on as it was.
    assert_eq!(window.state().config.live.gamma_mode, GammaMode::Fixed);
    window.until("the run going on", |s| s.playing);
    window.pick("Errors");
    assert!(window.has(Role::Figure, Tile::Diagnosis.title()));
    window.pick("Answers");
    window.press("Do it");
    assert_eq!(window.state().config.live.gamma_mode, GammaMode::Learned);
    window.until("the third latent alive", |s| s.usage.active == 3);
}

#[test]
fn a_diagnosis_can_be_stopped() {
    let mut window = Window::ready();
    window.pick("Diagnose");
    window.frames(3);
    window.set(Role::SpinButton, "diagnosis steps", 1e7);
    window.press("Start diagnosis");
    window.until("a start", |s| made(s, &Stage::Running));
    window.press("Stop diagnosis");
    window.until("the end", |s| made(s, &Stage::Stopped));
    window.until("the run going on", |s| s.playing);
    assert!(window.has(Role::Button, "Start diagnosis"));
}

#[test]
fn the_numbers_of_the_run_are_there_with_its_mutual_information() {
    let mut window = Window::ready();
    window.pick("Diagnose");
    window.frames(10);
    for name in [
        "σ²-tuned ELBO",
        "Best γ*",
        "(0.01, 0.01)-collapsed",
        "Variance explained",
    ] {
        assert!(window.says(name), "{name}");
    }
    let begin = std::time::Instant::now();
    while !window.says("I(x; z)") {
        assert!(begin.elapsed().as_secs() < 30, "no mutual information");
        window.frames(1);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(window.says("Bits per dimension") && window.says("Ceiling log N"));
    window.pick("ELBO");
    assert!(window.has(Role::Figure, "ELBO over training"));
}

/// The log-determinant is that of the very items the bound is over: the first 1,024, with the run's own noise.
#[test]
fn bits_per_dimension_add_a_log_determinant_over_the_items_evaluated() {
    let mut config = config();
    config.data.limit = Some(1500);
    config.data.preprocess = Preprocess::Logit;
    let mut window = Window::open(egui::vec2(1440.0, 900.0), config);
    window.until("statistics", |s| {
        s.snapshot.as_ref().is_some_and(|s| s.evaluation.is_some())
    });
    window.press("Pause");
    window.paused();
    window.pick("Diagnose");
    window.frames(5);
    let state = window.state();
    let data = state.data.as_ref().expect("data");
    let mean = |items: usize| {
        let mut x = vec![0.0; data.dataset.dim()];
        let rows = (0..items).map(|item| {
            data.preprocessor.row_into(&data.dataset, 0, item, &mut x);
            data.preprocessor.log_det_row(&x)
        });
        rows.sum::<f64>() / items as f64
    };
    let evaluation = state.snapshot.as_ref().and_then(|s| s.evaluation.clone());
    let evaluation = evaluation.expect("statistics");
    assert_eq!(evaluation.samples, 1024);
    let (right, half) = (mean(1024), mean(512));
    assert!(
        (right - half).abs() > 0.02,
        "{right} {half}: these items cannot tell"
    );
    let found = evaluation.log_det.expect("measured");
    assert!((found - right).abs() < 1e-6, "{found} {right} {half}");
    let d = data.dataset.dim() as f64;
    let bits = -(evaluation.elbo_tuned() + right) / (d * 2.0_f64.ln());
    let beside = |name: &str| -> f64 {
        let (_, at) = window.text(|text| text == name);
        let row = window.texts();
        let mut row: Vec<_> = row
            .into_iter()
            .filter(|(_, p)| (p.y - at.y).abs() < 4.0 && p.x > at.x)
            .collect();
        row.sort_by(|a, b| a.1.x.total_cmp(&b.1.x));
        row[0].0.replace('−', "-").parse().expect("a number")
    };
    assert!((beside("Log-det") / right - 1.0).abs() < 1e-4);
    assert!((beside("Bits per dimension") / bits - 1.0).abs() < 1e-3);
}

/// What is pasted and cannot be placed is said, and so is what kind of error it is.
#[test]
fn a_pasted_cross_entropy_is_called_one_and_an_unknown_factor_is_named() {
    let mut window = Window::tall();
    window.press("MSE + 0.00255·KL");
    window
        .control(Role::MultilineTextInput, "loss code")
        .click();
    window.frames(2);
    let code = "BCE = F.binary_cross_entropy(y, x.view(-1, 784), reduction='sum')\n\
                KLD = -0.5 * torch.sum(\n    1 + logvar - mu.pow(2) - logvar.exp()\n)\n\
                return BCE + w(t) * KLD";
    window.harness.event(Event::Text(code.to_owned()));
    window.frames(3);
    assert!(window.says("cross-entropy of a Bernoulli decoder"));
    assert!(window.says("Not understood: `w(t)`"));
    // With a factor unread there is no β, until w is put in by hand.
    assert!(window.says("is β = —") && !window.says("is β = 1"));
    window.set(Role::SpinButton, "code weight", 2.0);
    assert!(window.says("is β = 2"));
    window.choose("kind of error", "Absolute error");
    assert!(window.says("there is no β for it") && window.says("is β = —"));
    window.choose("kind of error", "Squared error");
    assert!(window.says("is β = 1"));
}

/// Everything summed, batch included: w = 5 is β = 2.5.
const CODE: &str = "rec = F.mse_loss(y, x, reduction='sum')\n\
                    kl = -0.5*torch.sum(1+logvar-mu**2-logvar.exp())\n\
                    loss = rec + 5*kl";

#[test]
fn a_pasted_loss_becomes_beta() {
    let mut window = Window::tall();
    window.press("MSE + 0.00255·KL");
    assert!(window.says("Paste the lines of your code"));
    window
        .control(Role::MultilineTextInput, "loss code")
        .click();
    window.frames(2);
    window.harness.event(Event::Text(CODE.to_owned()));
    window.frames(3);
    assert!(window.says("sum over pixels, sum over the batch"));
    assert!(window.says("is β = 2.5"));
    window.press("Use this β");
    assert!((window.beta() - 2.5).abs() < 1e-12);
    // β = 2.5 here is their w = 5, by the same form.
    assert!(window.says("is w = 5"));
    window.set(Role::SpinButton, "code weight", 3.0);
    window.press("Use this β");
    assert!((window.beta() - 1.5).abs() < 1e-12);
}
