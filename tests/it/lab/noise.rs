//! Noise on a latent of the linear model: when it collapses, whether it comes back, and what it leaves alone.

use std::cell::Cell;
use std::sync::Arc;

use collapse_explorer::config::{Estimator, LiveConfig, NetConfig};
use collapse_explorer::lab::noise::{self, NoiseRun};
use collapse_explorer::lab::{Error, NoiseRequest, Outcome, Quiet, Watcher};
use collapse_explorer::train::{RunCopy, Trainer, evaluate};

use super::ITEMS;
use crate::common::runs::{advance, gaussian, live, setup};

const BETA: f64 = 1.3;
/// The weakest living mode's ζ².
const ZETA2: f64 = 2.0;

/// A linear net of five latents near its optimum: three modes live, 9, 5 and 2; 1 and 0.3 do not.
fn main_run() -> Trainer {
    let data = gaussian(ITEMS);
    let start = live(BETA, 1.0, 1e-2);
    let mut trainer =
        Trainer::new(setup(&data, NetConfig::linear(5), start, ITEMS, 3)).expect("a run");
    for (learning_rate, steps) in [(1e-2, 2500), (2e-3, 800)] {
        let live = LiveConfig {
            learning_rate,
            ..start
        };
        trainer.set_live(live).expect("live settings");
        advance(&mut trainer, steps, 64);
    }
    trainer
}

/// The latents, by E σ², least first.
fn by_variance(trainer: &mut Trainer) -> Vec<usize> {
    let live = *trainer.live();
    let found = evaluate(trainer.backend(), 0, &live, ITEMS, &|| true).expect("an evaluation");
    let mut order: Vec<usize> = (0..5).collect();
    order.sort_by(|&a, &b| {
        let sigma2 = |j: usize| found.latents[j].mean_sigma2;
        sigma2(a).total_cmp(&sigma2(b))
    });
    order
}

fn request(copy: RunCopy, latent: usize) -> NoiseRequest {
    NoiseRequest {
        copy: Arc::new(copy),
        latent,
        levels: (0..6).map(|i| 0.5 * f64::from(i)).collect(),
        steps: 1500,
        release: 3,
        free: false,
    }
}

/// Goes on for a number of points.
struct Points {
    left: Cell<usize>,
}

impl Watcher for Points {
    fn go_on(&self) -> bool {
        self.left.get() > 0
    }

    fn found(&self, _: Outcome) {
        self.left.set(self.left.get().saturating_sub(1));
    }
}

#[test]
fn the_latent_collapses_under_noise_revives_without_and_the_main_run_is_untouched() {
    let mut main = main_run();
    let order = by_variance(&mut main);
    let (weakest, dead) = (order[2], [order[3], order[4]]);
    let before = main.checkpoint().expect("a state");
    let request = request(main.copy().expect("a copy"), weakest);
    let mut whole = NoiseRun::new(&request).expect("an experiment");
    noise::run(&request, &mut whole, &Quiet).expect("a run to its end");

    assert_eq!(whole.points.len(), 9);
    let mut held = whole.held.clone();
    held.sort_unstable();
    let mut expected = dead.to_vec();
    expected.sort_unstable();
    assert_eq!(held, expected);

    // The first level is the linear optimum: gain ζ² − βγ, KL ½ log(ζ²/βγ), σ² = βγ/ζ².
    let a = ZETA2 / BETA;
    let first = &whole.points[0];
    assert!(
        (first.gain - 0.5 * (ZETA2 - BETA)).abs() < 0.05,
        "{first:?}"
    );
    assert!(
        (first.cost() - 0.5 * BETA * a.ln()).abs() < 0.03,
        "{first:?}"
    );
    assert!((first.sigma2 - 1.0 / a).abs() < 0.03, "{first:?}");
    assert!(first.is_measurable() && first.gain_error < 0.1, "{first:?}");
    // The second is the optimum under noise: a w² = w + n², Var μ = a w (1 − w).
    let w = (1.0 + (1.0 + 4.0 * a * 0.25).sqrt()) / (2.0 * a);
    let second = &whole.points[1];
    assert!((second.sigma2 - w).abs() < 0.04, "{second:?} {w}");
    assert!(
        (second.var_mu - a * w * (1.0 - w)).abs() < 0.04,
        "{second:?}"
    );
    // It ends at n = √(a − 1) = 0.73, so that it is gone by the next levels.
    let collapse = whole.collapse().expect("a collapse");
    assert!((2..=3).contains(&collapse), "{:?}", whole.points);
    let noisy = &whole.points[5];
    assert!(noisy.var_mu < 1e-3 && noisy.sigma2 > 0.97, "{noisy:?}");
    assert!(noisy.loss > first.loss, "{noisy:?}");
    assert_eq!(noisy.active, 2);
    assert!(whole.crossing().is_some_and(|c| c <= 5));
    let last = &whole.points[8];
    assert_eq!(last.active, 3, "held latents stay held: {last:?}");
    assert!(whole.revival().is_some_and(|at| at >= 6), "{last:?}");
    assert!((last.var_mu - first.var_mu).abs() < 0.05, "{last:?}");
    assert!(
        (last.loss - first.loss).abs() < 0.01 * first.loss,
        "{last:?}"
    );

    assert_eq!(main.checkpoint().expect("a state"), before);

    // Stopped and gone on with, it is the same experiment.
    let mut parts = NoiseRun::new(&request).expect("an experiment");
    let two = Points { left: Cell::new(2) };
    let stopped = noise::run(&request, &mut parts, &two).expect_err("a stop");
    assert!(matches!(stopped, Error::Stopped));
    assert_eq!(parts.points[..], whole.points[..2]);
    noise::run(&request, &mut parts, &Quiet).expect("a run to its end");
    assert_eq!(parts, whole);

    // It is plain data.
    let text = serde_json::to_string(&whole).expect("JSON");
    let read: NoiseRun = serde_json::from_str(&text).expect("an experiment");
    assert_eq!((read.held, read.levels), (whole.held, whole.levels));
    for (read, point) in read.points.iter().zip(&whole.points) {
        // Text has every digit, but its reader may round the last.
        assert!((read.loss - point.loss).abs() < 1e-12 * point.loss);
        assert_eq!((read.steps, read.released), (point.steps, point.released));
    }
}

#[test]
fn what_is_no_experiment_is_refused() {
    let data = gaussian(ITEMS);
    let start = live(BETA, 1.0, 1e-2);
    let new = |net: NetConfig| Trainer::new(setup(&data, net, start, ITEMS, 3)).expect("a run");
    let copy = new(NetConfig::linear(5)).copy().expect("a copy");
    let good = request(copy, 1);
    let refused = |request: &NoiseRequest, reason: &str| {
        let error = NoiseRun::new(request).expect_err(reason);
        assert!(error.to_string().contains(reason), "{error}");
    };
    let with = |change: &dyn Fn(&mut NoiseRequest)| {
        let mut bad = good.clone();
        change(&mut bad);
        bad
    };
    refused(&with(&|r| r.latent = 5), "no latent z5");
    refused(&with(&|r| r.levels = vec![0.5, 1.0]), "begin at 0");
    refused(&with(&|r| r.levels = vec![0.0, 1.0, 1.0]), "ascend");
    refused(&with(&|r| r.steps = 0), "at least one step");
    let analytic = NetConfig {
        estimator: Estimator::Analytic,
        ..NetConfig::linear(5)
    };
    let copy = new(analytic).copy().expect("a copy");
    refused(&request(copy, 1), "closed form");
    // With a β above every threshold nothing is active.
    let far = live(40.0, 1.0, 1e-2);
    let mut collapsed =
        Trainer::new(setup(&data, NetConfig::linear(5), far, ITEMS, 3)).expect("a run");
    advance(&mut collapsed, 1500, 64);
    let request = request(collapsed.copy().expect("a copy"), 1);
    let mut run = NoiseRun::new(&request).expect("an experiment");
    let error = noise::run(&request, &mut run, &Quiet).expect_err("a dead latent");
    assert!(error.to_string().contains("z1 is not active"), "{error}");
}
