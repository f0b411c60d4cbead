//! Constructed cases of Dai's categories get their verdict, a healthy run and a moving one theirs.

use std::sync::Arc;

use collapse_explorer::config::{
    Activation, DataConfig, DataSource, GammaMode, LiveConfig, NetConfig, Stack,
};
use collapse_explorer::data::{self, Dataset};
use collapse_explorer::lab::Quiet;
use collapse_explorer::lab::diagnose::{
    Category, Confidence, DiagnoseRequest, Diagnosis, Probe, run,
};
use collapse_explorer::train::Trainer;

use super::spectrum;
use crate::common::runs::{advance, live, setup};

/// Three modes above a floor of five equal ones.
const FLOOR: f64 = 0.1;
const MODES: [f64; 3] = [9.0, 5.0, 2.0];
const ITEMS: usize = 256;

fn three_modes() -> Arc<Dataset> {
    let mut modes = MODES.to_vec();
    modes.extend([FLOOR; 5]);
    let config = DataConfig {
        source: DataSource::Gaussian(modes),
        limit: Some(ITEMS),
        ..DataConfig::default()
    };
    Arc::new(data::load(&config, 0, &|_| true).expect("data"))
}

/// Trains a net for `steps` and asks about it, with `probe_steps` a probe.
fn diagnose(net: NetConfig, live: LiveConfig, steps: usize, probe_steps: u64) -> Diagnosis {
    let data = three_modes();
    let setup = setup(&data, net, live, 64, 5);
    let mut trainer = Trainer::new(setup).expect("a trainer");
    advance(&mut trainer, steps, 50);
    let copy = Arc::new(trainer.copy().expect("a copy"));
    let request = DiagnoseRequest {
        copy: Arc::clone(&copy),
        known: spectrum(&data).into(),
        steps: probe_steps,
    };
    let diagnosis = run(&request, &Quiet).expect("a diagnosis");
    assert_eq!(
        trainer.checkpoint().expect("a checkpoint"),
        copy.checkpoint,
        "the run itself was touched"
    );
    diagnosis
}

/// E‖x − D(z)‖² per dimension at the linear optimum: the modes' βγ each, the rest whole.
fn error_at(active: usize, line: f64) -> f64 {
    let dead: f64 = MODES[active..].iter().sum::<f64>() + 5.0 * FLOOR;
    (dead + active as f64 * line) / 8.0
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found / expected - 1.0).abs() < tolerance,
        "{found} where {expected}"
    );
}

/// κ = 6 for data with three modes above γ = 0.2: the other three are surplus.
#[test]
fn surplus_latents_are_benign() {
    let d = diagnose(NetConfig::linear(6), live(1.0, 0.2, 0.01), 3000, 3000);
    let verdict = d.verdict.expect("a verdict");
    assert_eq!(verdict.category, Category::Surplus, "{verdict:#?}");
    assert_eq!(d.findings.now.dead.len(), 3);
    assert!(
        d.findings.outcome(Probe::Linear).is_none(),
        "nothing to gain"
    );
    assert!(d.findings.now.zeroing.abs() < 0.01);
    close(d.findings.now.mse, error_at(3, 0.2), 0.03);
    // The closed form, written out: R₃/(2γ) + Σ ½(1 + log(ζ²/γ)) + (d/2) log 2πγ.
    let gain: f64 = MODES.iter().map(|z| 0.5 + 0.5 * (z / 0.2_f64).ln()).sum();
    let expected = 0.5 / 0.4 + gain + 4.0 * (2.0 * std::f64::consts::PI * 0.2).ln();
    let linear = d.findings.linear.expect("a closed form");
    assert!(
        (linear.loss - expected).abs() < 1e-4,
        "{} {expected}",
        linear.loss
    );
    // Six latents reach the three modes and three of the five equal ones.
    close(linear.autoencoder_mse, 2.0 * FLOOR / 8.0, 1e-4);
    assert!(verdict.advice.contains("κ to 3"), "{}", verdict.advice);
    assert!(verdict.remedy.is_none());
}

/// γ = 3 held: the mode of 2 is below the line, and pays as soon as γ is what the error says.
#[test]
fn a_gamma_held_too_large_is_found_and_mended() {
    let d = diagnose(NetConfig::linear(3), live(1.0, 3.0, 0.01), 2000, 3000);
    let verdict = d.verdict.expect("a verdict");
    assert_eq!(verdict.category, Category::Pressure, "{verdict:#?}");
    assert_eq!(verdict.confidence, Confidence::High, "{:?}", verdict.doubts);
    assert_eq!(d.findings.now.dead.len(), 1);
    let calibrated = d.findings.outcome(Probe::Calibrated).expect("made");
    assert_eq!(calibrated.active, 3);
    // pPCA's γ: the mean of the five equal eigenvalues.
    close(calibrated.gamma, FLOOR, 0.1);
    let remedy = verdict.remedy.expect("live settings can mend it");
    assert_eq!((remedy.gamma_mode, remedy.beta), (GammaMode::Learned, 1.0));
}

/// β = 3 with γ learned: two modes live at γ = 2.5/(8 − 2β) = 1.25, and βγ = 3.75 is above the third.
#[test]
fn a_beta_held_too_large_is_found() {
    let settings = LiveConfig {
        gamma_mode: GammaMode::Learned,
        ..live(3.0, 1.0, 0.01)
    };
    let d = diagnose(NetConfig::linear(3), settings, 3000, 3000);
    let verdict = d.verdict.expect("a verdict");
    assert_eq!(verdict.category, Category::Pressure, "{verdict:#?}");
    assert!(
        verdict.advice.contains("Lower β to 1"),
        "{}",
        verdict.advice
    );
}

/// Sixteen tanh layers of four: nothing gets through them, with or without the KL, where a linear VAE gains much.
#[test]
fn a_net_too_deep_to_train_is_a_bad_minimum() {
    let net = NetConfig {
        encoder: Stack::dense(&[4; 16]),
        decoder: Stack::dense(&[4; 16]),
        activation: Activation::Tanh,
        ..NetConfig::linear(3)
    };
    let d = diagnose(net, live(1.0, 0.2, 1e-3), 600, 600);
    let verdict = d.verdict.expect("a verdict");
    assert_eq!(verdict.category, Category::BadMinimum, "{verdict:#?}");
    assert!(d.findings.now.dead.len() == 3, "{:?}", d.findings.now);
    let twin = d.findings.outcome(Probe::Twin).expect("made");
    let linear = d.findings.linear.expect("a closed form");
    assert!(twin.mse > 10.0 * linear.autoencoder_mse);
    // The same layers hold the linear optimum, and keep or better it.
    let restart = d.findings.outcome(Probe::Linear).expect("made");
    assert_eq!(restart.active, 3);
    assert!(
        restart.loss < linear.loss + 0.3,
        "{} {}",
        restart.loss,
        linear.loss
    );
    assert!(
        verdict.advice.contains("32 hidden layers"),
        "{}",
        verdict.advice
    );
}

#[test]
fn a_healthy_run_is_said_to_be() {
    let d = diagnose(NetConfig::linear(3), live(1.0, 0.2, 0.01), 2000, 2000);
    let verdict = d.verdict.expect("a verdict");
    assert_eq!(verdict.category, Category::Healthy, "{verdict:#?}");
    assert_eq!(d.findings.outcomes.len(), 1, "no counterfactual is needed");
}

/// Thirty steps in, a latent that will die is alive.
#[test]
fn a_run_that_still_moves_is_not_judged() {
    let d = diagnose(NetConfig::linear(3), live(1.0, 3.0, 3e-3), 30, 1500);
    let verdict = d.verdict.expect("a verdict");
    assert_eq!(verdict.category, Category::Inconclusive, "{verdict:#?}");
    assert!(!verdict.doubts.is_empty());
}
