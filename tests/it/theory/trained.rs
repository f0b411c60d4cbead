//! Linear networks trained on another target and under another prior arrive where the general closed
//! form says.

use collapse_explorer::config::{LiveConfig, NetConfig, Target};
use collapse_explorer::data::{self, Preprocessor, Targets};
use collapse_explorer::figures;
use collapse_explorer::metrics::{Explainable, Prediction, Usage, predict};
use collapse_explorer::plot::{Layer, Provenance};
use collapse_explorer::theory::Gamma;
use collapse_explorer::train::{Trainer, evaluate};

use crate::common::runs::{advance, gaussian, live, setup};

const ITEMS: usize = 1024;
const SEED: u32 = 1;
/// (learning rate, steps): the first leg goes there, the others take the noise out.
const SCHEDULE: [(f64, usize); 3] = [(1e-2, 2500), (1e-3, 1000), (1e-4, 500)];
const DRAWS: u32 = 128;

/// Trains a linear net of four latents, β between two thresholds so that two modes live, and compares.
fn arrives(target: Target, gamma: f64, eta_enc: f64) {
    let data = gaussian(ITEMS);
    let plain = Preprocessor::new(collapse_explorer::config::Preprocess::None, &data)
        .expect("it can be prepared");
    let targets = Targets::new(target, &data, &plain, SEED).expect("targets");
    let go_on = |_| true;
    let spectrum = data::spectrum(&data, &plain, SEED, &go_on).expect("a spectrum");
    let cross = targets
        .as_ref()
        .map(|t| data::cross_spectrum(&data, &plain, t, SEED, &go_on).expect("a cross spectrum"));
    let known = cross
        .as_ref()
        .map_or(Explainable::Input(&spectrum), Explainable::Target);
    let problem = known.problem(4, eta_enc).expect("a problem");
    let beta = (problem.eigenvalues()[1] * problem.eigenvalues()[2]).sqrt() / gamma;
    let prediction = predict(known, 4, eta_enc, beta, Gamma::Fixed(gamma)).expect("a problem");
    let expected = prediction.optimum.clone().expect("an optimum");
    assert_eq!(expected.active, 2);

    let net = NetConfig {
        target,
        ..NetConfig::linear(4)
    };
    let start = LiveConfig {
        eta_enc,
        ..live(beta, gamma, 1e-2)
    };
    let mut trainer = Trainer::new(setup(&data, net, start, ITEMS, SEED)).expect("a run");
    for (learning_rate, steps) in SCHEDULE {
        trainer
            .set_live(LiveConfig {
                learning_rate,
                ..start
            })
            .expect("live settings");
        advance(&mut trainer, steps, 64);
    }
    let settings = *trainer.live();
    let backend = trainer.backend();
    let mut draw =
        |seed| evaluate(backend, seed, &settings, ITEMS, &|| true).expect("an evaluation");
    let mut mean = draw(0);
    mean.sse = (0..DRAWS).map(|seed| draw(seed).sse).sum::<f64>() / f64::from(DRAWS);
    assert_eq!(mean.eta_enc, eta_enc);
    let near = |found: f64, wanted: f64, tolerance: f64| (found / wanted - 1.0).abs() < tolerance;
    let what = format!("{target}, η_enc = {eta_enc}");
    assert!(
        near(mean.sse, expected.squared_error, 1e-2),
        "{what}: {} {}",
        mean.sse,
        expected.squared_error
    );
    assert!(
        near(mean.kl, expected.kl, 1e-2),
        "{what}: {} {}",
        mean.kl,
        expected.kl
    );
    let usage = Usage::new(&mean);
    assert_eq!(usage.active, 2, "{what}: {usage:?}");
    assert!(
        usage.worst_law_residual < 0.02,
        "{what}: {}",
        usage.worst_law_residual
    );
    let mut alive: Vec<_> = usage.latents.iter().filter(|l| l.active).collect();
    alive.sort_by(|a, b| {
        a.statistics
            .mean_sigma2
            .total_cmp(&b.statistics.mean_sigma2)
    });
    for (latent, mode) in alive.iter().zip(&expected.modes) {
        let found = latent.statistics;
        assert!(
            near(found.mean_sigma2, mode.sigma * mode.sigma, 0.05),
            "{what}: {found:?} {mode:?}"
        );
        assert!(
            near(found.var_mu, mode.var_mu, 0.05),
            "{what}: {found:?} {mode:?}"
        );
        let estimate = latent.threshold_from_variance.expect("an estimate");
        assert!(
            near(estimate, mode.zeta2 / gamma, 0.05),
            "{what}: {estimate} {mode:?}"
        );
    }
    tiles(&what, &usage, &prediction, gamma);
    for dead in usage.latents.iter().filter(|l| !l.active) {
        assert!(dead.collapsed, "{what}: {dead:?}");
        assert!(
            near(dead.statistics.mean_sigma2, eta_enc * eta_enc, 0.02),
            "{what}: {dead:?}"
        );
    }
}

/// The tiles: bars in units of the prior's variance end at the law's line, and what ζ² are of is said.
fn tiles(what: &str, usage: &Usage, prediction: &Prediction, gamma: f64) {
    let figure = figures::usage_figure(usage, true, &Provenance::default());
    let shown = figure.layers.iter().find_map(|layer| match layer {
        Layer::Bars(bars) if bars.id == "var_mu" => Some(bars),
        _ => None,
    });
    let bars = shown.expect("the bars of Var μ");
    assert_eq!(
        bars.name.contains("η²"),
        usage.eta_enc != 1.0,
        "{what}: {}",
        bars.name
    );
    let ends = bars.items.iter().map(|b| b.base + b.height);
    assert!(
        ends.into_iter().all(|end| (end - 1.0).abs() < 0.02),
        "{what}"
    );
    let figure = figures::thresholds_figure(prediction, gamma, None, None, &Provenance::default());
    let said = figure
        .notes
        .iter()
        .any(|n| n == "x explains 100 % of the target's variance");
    assert_eq!(
        said,
        prediction.explained.is_some(),
        "{what}: {:?}",
        figure.notes
    );
}

#[test]
fn a_linear_map_as_target() {
    arrives(Target::LinearMap(3), 0.5, 1.0);
}

#[test]
fn a_wide_and_a_narrow_prior() {
    arrives(Target::Input, 1.0, 2.0);
    arrives(Target::LinearMap(4), 1.0, 0.6);
}
