//! A linear VAE trained by Adam must arrive at the closed form: its loss, its living modes, its σ²,
//! its learned γ, and the thresholds read off its own statistics.
//!
//! Near a threshold escape and decay are slow: at 10 % from it the curvature of the escaping
//! direction is about 5 % of that of the others. Adam divides by the gradient's size, so that a rate
//! of 10⁻² covers the distance of about 1 in some hundred steps whatever the curvature; the
//! [`SCHEDULE`]'s first leg gives it twenty times as many. Its later legs take the noise out: with a
//! rate r Adam's weights wander by about r, and the loss by r² times a curvature.

use std::sync::Arc;

use collapse_explorer::config::{GammaMode, LiveConfig, NetConfig, PosteriorVariance, Preprocess};
use collapse_explorer::data::{self, Dataset};
use collapse_explorer::metrics::Usage;
use collapse_explorer::theory::{Gamma, LinearProblem, Optimum, optimum};
use collapse_explorer::train::{Evaluation, LatentGain, Trainer, evaluate, measure_gains};

use crate::common::preprocessor;
use crate::common::runs::{SPECTRUM, advance, gaussian, live, setup};

/// Items: enough to average ε over a step, few enough for thousands of steps a second.
pub(super) const ITEMS: usize = 1024;
/// (learning rate, steps).
pub(super) const SCHEDULE: [(f64, usize); 3] = [(1e-2, 2500), (1e-3, 1000), (1e-4, 500)];
/// Draws of ε an evaluation is averaged over: one alone has an error of about 1 % of the loss, and
/// at 10 % from a threshold the estimate from the gain multiplies the gain's error by twenty.
const DRAWS: u32 = 256;

/// Trains from scratch along the schedule.
pub(super) fn trained(data: &Arc<Dataset>, net: NetConfig, start: LiveConfig) -> Trainer {
    let mut trainer = Trainer::new(setup(data, net, start, ITEMS, 1)).expect("a run");
    for (learning_rate, steps) in SCHEDULE {
        let live = LiveConfig {
            learning_rate,
            ..start
        };
        trainer.set_live(live).expect("live settings");
        advance(&mut trainer, steps, 64);
    }
    trainer
}

/// The statistics of a run over all items, with squared error and gains averaged over many draws.
fn measured(trainer: &mut Trainer) -> Evaluation {
    let live = *trainer.live();
    let backend = trainer.backend();
    let (latents, samples) = (backend.plan().net.latents, backend.plan().samples);
    let chunks = samples.div_ceil(backend.plan().chunk);
    let mask = vec![1.0; latents];
    let mut draw = |seed| evaluate(backend, seed, &live, samples, &|| true).expect("an evaluation");
    let mut mean = draw(0);
    assert_eq!(mean.samples, ITEMS);
    mean.sse = (0..DRAWS).map(|seed| draw(seed).sse).sum::<f64>() / f64::from(DRAWS);
    for (j, latent) in mean.latents.iter_mut().enumerate() {
        // The gain of a latent that does nothing is not asked for.
        if latent.var_mu > Usage::ACTIVE_VARIANCE {
            let gain = |seed| {
                measure_gains(backend, seed, &live, 0..chunks, j..j + 1, &mask, &|| true)
                    .expect("a gain")[0]
            };
            let gains: Vec<LatentGain> = (0..DRAWS).map(gain).collect();
            let mean = |pick: fn(&LatentGain) -> f64| {
                Some(gains.iter().map(pick).sum::<f64>() / f64::from(DRAWS))
            };
            latent.gain = mean(|g| g.zeroed);
            latent.gain_resampled = mean(|g| g.resampled);
        }
    }
    mean
}

pub(super) fn closed_form(data: &Dataset, latents: usize, beta: f64, gamma: Gamma) -> Optimum {
    let bound = preprocessor(Preprocess::None, data);
    let spectrum = data::spectrum(data, &bound, 0, &|_| true).expect("a spectrum");
    for (found, wanted) in spectrum.eigenvalues.iter().zip(SPECTRUM) {
        assert!((found - wanted).abs() < 1e-5 * wanted, "{found} {wanted}");
    }
    let problem = LinearProblem::vae(spectrum.eigenvalues, data.dim(), latents).expect("a problem");
    optimum(&problem, beta, gamma).expect("an optimum")
}

fn relative(measured: f64, expected: f64) -> f64 {
    (measured - expected).abs() / expected.abs()
}

/// Asserts everything the closed form says about a converged linear net.
fn assert_at_optimum(what: &str, trainer: &mut Trainer, expected: &Optimum) {
    let evaluation = measured(trainer);
    let usage = Usage::new(&evaluation);
    let beta = evaluation.beta;
    let gamma = expected.gamma;
    assert_eq!(usage.active, expected.active, "{what}: {usage:?}");
    assert!(
        relative(evaluation.loss(), expected.loss) < 1e-3,
        "{what}: loss {} where the closed form has {}",
        evaluation.loss(),
        expected.loss
    );
    assert!(
        relative(evaluation.gamma, gamma) < 1e-2,
        "{what}: γ {} where the closed form has {gamma}",
        evaluation.gamma
    );
    assert!(
        usage.worst_law_residual < 0.02,
        "{what}: law residual {}",
        usage.worst_law_residual
    );
    let mut active: Vec<_> = usage.latents.iter().filter(|l| l.active).collect();
    // The diagonal σ breaks the rotation, but not the order in which latents take the modes.
    active.sort_by(|a, b| {
        a.statistics
            .mean_sigma2
            .total_cmp(&b.statistics.mean_sigma2)
    });
    for (latent, zeta2) in active.iter().zip(SPECTRUM) {
        let sigma2 = beta * gamma / zeta2;
        assert!(
            relative(latent.statistics.mean_sigma2, sigma2) < 0.05,
            "{what}: σ² {} where βγ/ζ² is {sigma2}",
            latent.statistics.mean_sigma2
        );
        let estimate = latent
            .threshold_from_variance
            .expect("an active latent has an estimate");
        let threshold = zeta2 / gamma;
        assert!(
            relative(estimate, threshold) < 0.05,
            "{what}: threshold from variance {estimate} where ζ²/γ is {threshold}"
        );
        // At 10 % from its threshold a latent's KL, 0.053, is at the edge of what is measured.
        let on_the_edge = 0.5 * (1.0 / sigma2).ln() < 1.5 * Usage::MEASURABLE_KL;
        match latent.threshold_from_gain {
            Some(estimate) => assert!(
                relative(estimate, threshold) < 0.05,
                "{what}: threshold from gain {estimate} where ζ²/γ is {threshold}"
            ),
            None => assert!(on_the_edge, "{what}: no estimate from the gain: {latent:?}"),
        }
        // A draw from the prior adds λ² = ζ² − βγ to what its absence costs, which is as much again.
        let resampled = latent.statistics.gain_resampled.expect("measured");
        let twice = 2.0 * (zeta2 - beta * gamma);
        assert!(
            (resampled - twice).abs() < 0.05 * zeta2,
            "{what}: resampled gain {resampled} where 2(ζ² − βγ) is {twice}"
        );
    }
    for dead in usage.latents.iter().filter(|l| !l.active) {
        assert!(
            dead.collapsed,
            "{what}: neither active nor collapsed: {dead:?}"
        );
    }
}

fn at_fixed_gamma(threshold: usize, factor: f64, variance: PosteriorVariance) {
    let data = gaussian(ITEMS);
    let beta = SPECTRUM[threshold] * factor;
    let net = NetConfig {
        variance,
        ..NetConfig::linear(6)
    };
    let mut trainer = trained(&data, net, live(beta, 1.0, 1e-2));
    let expected = closed_form(&data, 6, beta, Gamma::Fixed(1.0));
    // What the name of the test promises, without the theory module.
    let living = SPECTRUM.iter().filter(|&&zeta2| zeta2 > beta).count();
    assert_eq!(expected.active, living);
    assert_eq!(living, threshold + usize::from(factor < 1.0));
    assert_at_optimum(&format!("β = {beta}"), &mut trainer, &expected);
}

#[test]
fn below_every_threshold_its_mode_lives() {
    for threshold in 0..SPECTRUM.len() {
        at_fixed_gamma(threshold, 0.9, PosteriorVariance::Global);
    }
}

#[test]
fn above_every_threshold_its_mode_is_dead() {
    for threshold in 0..SPECTRUM.len() {
        at_fixed_gamma(threshold, 1.1, PosteriorVariance::Global);
    }
}

#[test]
fn a_variance_per_sample_arrives_at_the_same_optimum() {
    at_fixed_gamma(2, 0.75, PosteriorVariance::PerSample);
}

#[test]
fn a_learned_gamma_arrives_at_the_closed_form() {
    // κ = 3: R₃ = 1.3 and γ = 1.3/(5 − 3β) while three modes live; at β = 1.5 that γ, 2.6, would
    // kill the third (2 < 3.9), so two live and γ = 3.3/(5 − 2·1.5).
    for (beta, gamma, active) in [(1.0, 0.65, 3), (1.5, 1.65, 2)] {
        let data = gaussian(ITEMS);
        let start = LiveConfig {
            gamma_mode: GammaMode::Learned,
            ..live(beta, 1.0, 1e-2)
        };
        let mut trainer = trained(&data, NetConfig::linear(3), start);
        let expected = closed_form(&data, 3, beta, Gamma::Learned);
        assert_eq!(expected.active, active);
        assert!(relative(expected.gamma, gamma) < 1e-5);
        assert_at_optimum(&format!("γ learned, β = {beta}"), &mut trainer, &expected);
    }
}
