//! Latents that are held out of training or have noise put on them, against the closed forms of what is left.

use std::f64::consts::PI;
use std::sync::Arc;

use collapse_explorer::config::{Estimator, LiveConfig, NetConfig};
use collapse_explorer::data::Dataset;
use collapse_explorer::theory::Gamma;
use collapse_explorer::train::{Evaluation, LatentMode, TrainError, Trainer, evaluate};

use super::closed_form::{ITEMS, SCHEDULE, closed_form, trained};
use crate::common::runs::{SPECTRUM, advance, gaussian, live, setup};

/// Trains on along the schedule from where it is.
fn settle(trainer: &mut Trainer) {
    for (learning_rate, steps) in SCHEDULE {
        let live = LiveConfig {
            learning_rate,
            ..*trainer.live()
        };
        trainer.set_live(live).expect("live settings");
        advance(trainer, steps, 64);
    }
}

/// The statistics over all items, the squared error averaged over many draws.
fn averaged(trainer: &mut Trainer) -> Evaluation {
    const DRAWS: u32 = 256;
    let live = *trainer.live();
    let mut draw =
        |seed| evaluate(trainer.backend(), seed, &live, ITEMS, &|| true).expect("an evaluation");
    let mut mean = draw(0);
    mean.sse = (0..DRAWS).map(|seed| draw(seed).sse).sum::<f64>() / f64::from(DRAWS);
    mean
}

fn assert_loss(what: &str, found: &Evaluation, expected: f64) {
    let error = (found.loss() - expected).abs() / expected.abs();
    assert!(
        error < 1e-3,
        "{what}: {} where the closed form has {expected}",
        found.loss()
    );
}

/// Of three latents on three living modes the one with the weakest is held: the other two are at the optimum of two,
/// and it comes back when it is released.
#[test]
fn a_held_latent_collapses_and_the_rest_is_the_optimum_without_it() {
    let data: Arc<Dataset> = gaussian(ITEMS);
    let mut trainer = trained(&data, NetConfig::linear(3), live(1.0, 1.0, 1e-2));
    let before = averaged(&mut trainer);
    let optimum = |latents| closed_form(&data, latents, 1.0, Gamma::Fixed(1.0)).loss;
    assert_loss("before", &before, optimum(3));
    let weakest = (0..3)
        .max_by(|&a, &b| {
            let sigma2 = |j: usize| before.latents[j].mean_sigma2;
            sigma2(a).total_cmp(&sigma2(b))
        })
        .expect("a latent");
    let held = LatentMode::holding(&[weakest], 3);
    trainer.set_latent_modes(&held).expect("modes");
    settle(&mut trainer);
    let while_held = averaged(&mut trainer);
    let latent = while_held.latents[weakest];
    assert!(latent.var_mu < 1e-4, "{latent:?}");
    assert!((latent.mean_sigma2 - 1.0).abs() < 1e-2, "{latent:?}");
    assert_loss("held", &while_held, optimum(2));
    let kept = while_held.latents.iter().filter(|l| l.var_mu > 0.1).count();
    assert_eq!(kept, 2);

    let free = vec![LatentMode::default(); 3];
    trainer.set_latent_modes(&free).expect("modes");
    settle(&mut trainer);
    let after = averaged(&mut trainer);
    assert_loss("released", &after, optimum(3));
    let error = (after.latents[weakest].var_mu - before.latents[weakest].var_mu).abs();
    assert!(error < 0.02, "{:?}", after.latents[weakest]);
}

/// One latent on a mode with a = ζ²/(βγ) under noise of variance n². Minimising −(a/2)v/(v + w + n²) + ½(v + w − ln w − 1)
/// over v = Var μ and w = σ² gives a w² = w + n² and v = a w (1 − w), until a = 1 + n², where w = 1 and v = 0.
#[test]
fn noise_on_a_latent_of_a_linear_net_gives_the_closed_form_until_it_collapses() {
    let a = SPECTRUM[0];
    let data: Arc<Dataset> = gaussian(ITEMS);
    let mut trainer = trained(&data, NetConfig::linear(1), live(1.0, 1.0, 1e-2));
    let total: f64 = SPECTRUM.iter().sum();
    // Twice within the range of life, once beyond its end at √8, and back.
    for noise in [1.0, 2.0, 3.5, 0.0_f64] {
        let modes = [LatentMode { keep: true, noise }];
        trainer.set_latent_modes(&modes).expect("modes");
        settle(&mut trainer);
        let found = averaged(&mut trainer);
        let latent = found.latents[0];
        let n2 = noise * noise;
        let w = if 1.0 + n2 < a {
            (1.0 + (1.0 + 4.0 * a * n2).sqrt()) / (2.0 * a)
        } else {
            1.0
        };
        let v = a * w * (1.0 - w);
        let explained = if v > 0.0 { a * (1.0 - w) } else { 0.0 };
        let expected =
            0.5 * total + 2.5 * (2.0 * PI).ln() + 0.5 * (v + w - w.ln() - 1.0 - explained);
        assert!(
            (latent.mean_sigma2 - w).abs() < 0.03 * w,
            "noise {noise}: σ² {} for {w}",
            latent.mean_sigma2
        );
        assert!(
            (latent.var_mu - v).abs() < 0.03 * v + 2e-3,
            "noise {noise}: Var μ {} for {v}",
            latent.var_mu
        );
        assert_loss(&format!("noise {noise}"), &found, expected);
    }
}

#[test]
fn modes_are_seen_by_evaluations_and_leave_nothing_behind() {
    let data = gaussian(64);
    let net = NetConfig::linear(2);
    let mut trainer = Trainer::new(setup(&data, net, live(1.0, 1.0, 1e-2), 64, 1)).expect("a run");
    advance(&mut trainer, 200, 64);
    let live = *trainer.live();
    let look = |trainer: &mut Trainer| {
        evaluate(trainer.backend(), 0, &live, 64, &|| true).expect("an evaluation")
    };
    let plain = look(&mut trainer);
    let noisy = [
        LatentMode {
            keep: true,
            noise: 2.0,
        },
        LatentMode::HELD,
    ];
    trainer.set_latent_modes(&noisy).expect("modes");
    let disturbed = look(&mut trainer);
    assert!(disturbed.sse > 1.2 * plain.sse, "{}", disturbed.sse);
    // The posterior itself is what it was.
    assert_eq!(disturbed.latents, plain.latents);
    let state = trainer.checkpoint().expect("a state");
    let free = vec![LatentMode::default(); 2];
    trainer.set_latent_modes(&free).expect("modes");
    assert_eq!(look(&mut trainer), plain);
    assert_eq!(trainer.checkpoint().expect("a state"), state);
}

#[test]
fn modes_that_cannot_be_are_refused_in_a_sentence() {
    let data = gaussian(64);
    let start = live(1.0, 1.0, 1e-2);
    let mut sampled =
        Trainer::new(setup(&data, NetConfig::linear(2), start, 64, 1)).expect("a run");
    let noise = |noise| vec![LatentMode { keep: true, noise }; 2];
    for (modes, reason) in [
        (noise(-1.0), "the standard deviation -1 of the noise on z0"),
        (noise(f64::NAN), "the standard deviation NaN"),
        (noise(f64::INFINITY), "the standard deviation inf"),
        (
            vec![LatentMode::HELD; 3],
            "3 modes were given for 2 latents",
        ),
    ] {
        let error = sampled.set_latent_modes(&modes).expect_err(reason);
        assert!(matches!(error, TrainError::LatentModes { .. }));
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(sampled.latent_modes(), [LatentMode::default(); 2]);
    }
    let net = NetConfig {
        estimator: Estimator::Analytic,
        ..NetConfig::linear(2)
    };
    let mut analytic = Trainer::new(setup(&data, net, start, 64, 1)).expect("a run");
    let error = analytic
        .set_latent_modes(&[LatentMode::HELD; 2])
        .expect_err("the analytic estimator");
    assert!(error.to_string().contains("closed form"), "{error}");
    analytic
        .set_latent_modes(&[LatentMode::default(); 2])
        .expect("nothing is done to a latent");
}
