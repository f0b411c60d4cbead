//! What a landscape shows, against evaluations of parameters written explicitly on a trainer of their own.

use std::sync::Arc;

use collapse_explorer::config::{Likelihood, LiveConfig, NetConfig, PosteriorVariance};
use collapse_explorer::train::{
    CollapsePath, Evaluation, Landscape, LandscapeKind, LandscapeRequest, RunSetup, Trainer,
    evaluate,
};

use super::{Running, component, linear_net, request, small_net};
use crate::common::runs::{digits, gaussian, live, setup};

/// The evaluation of some parameters over the landscape's own items.
fn evaluated(setup: &Arc<RunSetup>, parameters: &[f32]) -> Evaluation {
    let mut trainer = Trainer::new(Arc::clone(setup)).expect("a trainer");
    let slice = trainer.plan().parameters();
    trainer.backend().write(slice, parameters).expect("a write");
    let live = setup.config.live;
    let seed = setup.config.sampling.seed;
    let samples = LandscapeRequest::SAMPLES;
    evaluate(trainer.backend(), seed, &live, samples, &|| true).expect("an evaluation")
}

/// The parameters after `steps` steps, of a run made apart.
fn trained(setup: &Arc<RunSetup>, steps: usize) -> Vec<f32> {
    let mut trainer = Trainer::new(Arc::clone(setup)).expect("a trainer");
    crate::common::runs::advance(&mut trainer, steps, 1);
    let slice = trainer.plan().parameters();
    trainer.backend().read(slice).expect("a read")
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs().max(1e-6)
}

/// Compares a few points of a complete landscape with direct evaluations.
fn check_points(setup: &Arc<RunSetup>, shown: &Landscape) {
    let plane = shown.plane.as_ref().expect("a plane");
    let [nx, ny] = shown.points;
    for (column, row) in [
        (0, 0),
        (nx - 1, 0),
        (nx / 2, ny / 2),
        (1, ny - 1),
        (nx - 2, ny / 3),
    ] {
        let at = shown.at(column, row);
        // The definition, spelled out.
        let mut parameters = plane.origin().to_vec();
        for (direction, share) in plane.directions().iter().zip(at) {
            for (p, d) in parameters.iter_mut().zip(direction) {
                *p += share as f32 * d;
            }
        }
        let expected = evaluated(setup, &parameters);
        let found = shown.values[row * nx + column].expect("a known point");
        assert!(
            close(found.sse, expected.sse),
            "{at:?}: {found:?} {}",
            expected.sse
        );
        assert!(
            close(found.kl, expected.kl),
            "{at:?}: {found:?} {}",
            expected.kl
        );
        if let Some(nll) = expected.nll {
            assert!(close(found.nll, nll), "{at:?}: {found:?} {nll}");
        }
        let loss = found.loss(shown.likelihood, shown.dim, expected.beta, expected.gamma);
        assert!(close(loss, expected.loss()), "{loss} {}", expected.loss());
    }
}

#[test]
fn a_random_plane_shows_the_objective_around_the_network() {
    let setup = setup(&digits(400), small_net(), live(0.7, 0.3, 2e-3), 32, 3);
    let mut run = Running::new(Arc::clone(&setup));
    run.steps(60);
    let asked = request(LandscapeKind::Random { seed: 5 }, 9);
    let shown = run.complete(&asked);
    assert_eq!((shown.points, shown.step, shown.samples), ([9, 9], 60, 256));
    assert_eq!(
        shown.plane.as_ref().expect("a plane").origin(),
        trained(&setup, 60)
    );
    check_points(&setup, &shown);
    // The middle is the network itself.
    let centre = shown.values[4 * 9 + 4].expect("a point");
    let expected = evaluated(&setup, &trained(&setup, 60));
    assert!(close(
        // γ as the device holds it, in single precision.
        centre.loss(Likelihood::Gaussian, 784, 0.7, expected.gamma),
        expected.loss()
    ));
    assert_eq!(shown.at(4, 4), [0.0, 0.0]);
    assert_eq!(shown.current.expect("a place").at, [0.0, 0.0]);
    // More steps move the network, not the centre; a new generation does.
    run.steps(5);
    let moved = |r: &Running| r.landscapes().iter().any(|l| l.trail.len() > 1);
    run.until("trail", moved);
    let later = Arc::clone(&run.landscapes()[0]);
    assert_eq!((later.step, later.known), (60, 81));
    let there = later
        .plane
        .as_ref()
        .expect("a plane")
        .place(&trained(&setup, 65));
    assert_eq!(later.current, there);
    assert!(
        there.expect("a place").outside > 0.5,
        "two random directions hold little of a step"
    );
    let again = run.complete(&LandscapeRequest {
        generation: 1,
        ..asked
    });
    assert_eq!((again.step, again.trail.len()), (65, 1));
}

#[test]
fn points_hold_for_every_likelihood_and_a_shared_variance() {
    for (likelihood, variance) in [
        (Likelihood::Bernoulli, PosteriorVariance::Global),
        (Likelihood::GaussianPerPixel, PosteriorVariance::PerSample),
    ] {
        let net = NetConfig {
            likelihood,
            variance,
            ..small_net()
        };
        let setup = setup(&digits(100), net, live(1.0, 0.3, 1e-3), 32, 3);
        let mut run = Running::new(Arc::clone(&setup));
        run.steps(20);
        let shown = run.complete(&request(LandscapeKind::Collapse { seed: 2 }, 5));
        assert_eq!(shown.samples, 100);
        check_points(&setup, &shown);
        // The collapsed end: x = 1 is between the columns of this grid; the path has it.
        let path = run.complete(&request(LandscapeKind::Path, 5));
        let end = path.values[40].expect("the end");
        assert!(end.kl.abs() < 1e-5, "{end:?}");
        let mean = evaluated(
            &setup,
            &path.plane.as_ref().expect("a line").parameters([1.0, 0.0]),
        );
        assert!((mean.nll.expect("a likelihood") - end.nll).abs() < 1e-9 * end.nll.abs());
        let found = CollapsePath::of(&path, 1.0, 0.3).expect("both ends");
        assert!(found.gammas[1].is_nan() && found.gammas[2].is_nan() && found.beta_prime.is_some());
        assert!(found.curves[2].is_empty() && found.curves[0].len() == 41);
    }
}

/// E‖x − x̄‖² over the first 256 items, from the data.
fn variance(setup: &RunSetup) -> f64 {
    let dim = setup.data.dim();
    let count = setup.data.len().min(256);
    let mut row = vec![0.0; dim];
    let (mut sums, mut squares) = (vec![0.0; dim], 0.0);
    for item in 0..count {
        setup.preprocessor.row_into(&setup.data, 0, item, &mut row);
        for (sum, &x) in sums.iter_mut().zip(&row) {
            *sum += f64::from(x);
            squares += f64::from(x) * f64::from(x);
        }
    }
    let n = count as f64;
    squares / n - sums.iter().map(|s| (s / n) * (s / n)).sum::<f64>()
}

#[test]
fn the_path_ends_in_full_collapse_and_costs_the_same_at_gamma_prime() {
    for net in [
        small_net(),
        linear_net(3),
        NetConfig {
            encoder: "8".parse().expect("a stack"),
            decoder: "res(8,4),12".parse().expect("a stack"),
            variance: PosteriorVariance::Global,
            ..small_net()
        },
    ] {
        let eta = LiveConfig {
            eta_enc: 1.7,
            ..live(0.6, 0.05, 5e-3)
        };
        let setup = setup(&digits(300), net, eta, 32, 3);
        let mut run = Running::new(Arc::clone(&setup));
        run.steps(500);
        let asked = request(LandscapeKind::Path, 9);
        let path = run.complete(&asked);
        assert_eq!((path.points, path.end), ([41, 1], Some([1.0, 0.0])));
        let here = evaluated(&setup, &trained(&setup, 500));
        let v = variance(&setup);
        let found = CollapsePath::of(&path, 0.6, 0.05).expect("both ends");
        assert!(close(found.error, here.sse));
        assert!(
            (found.kl - here.kl).abs() < 1e-5 && here.kl > 1.0,
            "{} {}",
            found.kl,
            here.kl
        );
        // The decoder gives the mean of the items, whatever z: V is their variance.
        assert!(
            (found.variance / v - 1.0).abs() < 1e-5,
            "{} {v}",
            found.variance
        );
        let [gamma, star, prime] = found.gammas;
        assert_eq!(gamma, 0.05);
        assert!(close(star, here.sse / 784.0));
        assert!(
            v > 1.1 * here.sse,
            "it has learned something: {v} {}",
            here.sse
        );
        let expected = (v - here.sse) / (2.0 * 0.6 * here.kl);
        assert!((prime / expected - 1.0).abs() < 1e-4, "{prime} {expected}");
        // Proposition 2: the same price at γ′, collapse dearer below and cheaper above.
        let [at_gamma, _, at_prime] = found.ends;
        assert!((at_prime[0] - at_prime[1]).abs() < 1e-12 * (v / prime + 0.6 * here.kl));
        assert_eq!(at_gamma[1] > at_gamma[0], gamma < prime);
        let above = CollapsePath::of(&path, 0.6, prime * 1.01)
            .expect("both ends")
            .ends[0];
        let below = CollapsePath::of(&path, 0.6, prime * 0.99)
            .expect("both ends")
            .ends[0];
        assert!(above[1] < above[0] && below[1] > below[0]);
        // At β′ and the γ in force they cost the same too.
        let level = CollapsePath::of(&path, found.beta_prime.expect("a KL"), 0.05)
            .expect("ends")
            .ends[0];
        assert!((level[0] - level[1]).abs() < 1e-9 * level[0].abs());
        // Nothing but head, first layer and last bias moves.
        let line = path.plane.as_ref().expect("a line");
        let trainer = Trainer::new(Arc::clone(&setup)).expect("a trainer");
        for tensor in trainer.plan().arena.tensors() {
            let still = line.directions()[0][tensor.range()]
                .iter()
                .all(|d| *d == 0.0);
            if tensor.name.starts_with("encoder.0.") || tensor.name == "log_gamma" {
                assert!(still, "{} moves", tensor.name);
            }
        }
    }
}

#[test]
fn the_collapsed_solution_of_convolutions_is_collapsed() {
    let net = NetConfig {
        encoder: "conv4k3s2:bn,8".parse().expect("a stack"),
        decoder: "98,7x7x2:bn,deconv3k4s2,deconvoutk4s2"
            .parse()
            .expect("a stack"),
        ..small_net()
    };
    let setup = setup(&digits(200), net, live(1.0, 0.1, 3e-3), 32, 3);
    let mut run = Running::new(Arc::clone(&setup));
    run.steps(80);
    let path = run.complete(&request(LandscapeKind::Path, 9));
    assert_eq!(path.problem, None);
    let end = path.values[40].expect("the end");
    assert!(end.kl.abs() < 1e-5, "{end:?}");
    // One number a channel cannot make the mean image, but the error cannot be below its variance, and must be
    // below that of the best grey.
    let v = variance(&setup);
    assert!(end.sse >= v * (1.0 - 1e-6), "{} {v}", end.sse);
    let again = evaluated(
        &setup,
        &path.plane.as_ref().expect("a line").parameters([1.0, 0.0]),
    );
    assert!(close(again.sse, end.sse));
    // The sum of the reconstructions' residuals is zero: the bias is fit.
    let mut trainer = Trainer::new(Arc::clone(&setup)).expect("a trainer");
    let plan = trainer.plan();
    let (slice, y, out) = (plan.parameters(), plan.y(), plan.out());
    let parameters = path.plane.as_ref().expect("a line").parameters([1.0, 0.0]);
    trainer
        .backend()
        .write(slice, &parameters)
        .expect("a write");
    let config = setup.config.live;
    evaluate(trainer.backend(), 3, &config, 200, &|| true).expect("an evaluation");
    let mean =
        |values: Vec<f32>| values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64;
    let (y, out) = (
        trainer.backend().read(y).expect("y"),
        trainer.backend().read(out).expect("out"),
    );
    assert_eq!(y.len(), 200 * 784);
    assert!((mean(y) - mean(out)).abs() < 1e-5);
}

#[test]
fn one_latent_is_scaled_and_pushed_along_a_component() {
    // A linear decoder: the push is the eigenvector itself.
    let run_setup = setup(&gaussian(300), linear_net(3), live(1.0, 1.0, 5e-3), 50, 3);
    let mut run = Running::new(Arc::clone(&run_setup));
    run.steps(100);
    let kind = LandscapeKind::Latent {
        latent: 1,
        component: component(&run_setup, 2),
    };
    let shown = run.complete(&request(kind, 5));
    assert_eq!((shown.centre, shown.end), ([1.0, 0.0], Some([0.0, 0.0])));
    check_points(&run_setup, &shown);
    let trainer = Trainer::new(Arc::clone(&run_setup)).expect("a trainer");
    let plane = shown.plane.as_ref().expect("a plane");
    let weight = trainer
        .plan()
        .arena
        .get("decoder.out.weight")
        .expect("a weight")
        .offset;
    let [scale, push] = [0, 1].map(|i| &plane.directions()[i]);
    let mode = components_of(&run_setup, 2);
    assert_eq!(push[weight + 5..weight + 10], mode);
    assert_eq!(push.iter().filter(|v| **v != 0.0).count(), 5);
    let parameters = trained(&run_setup, 100);
    assert_eq!(
        scale[weight + 5..weight + 10],
        parameters[weight + 5..weight + 10]
    );
    // At x = 0 the latent is dead and the others are as they were.
    let dead = evaluated(&run_setup, &plane.parameters([0.0, 0.0]));
    let alive = evaluated(&run_setup, &parameters);
    assert!(dead.latents[1].kl.abs() < 1e-5 && alive.latents[1].kl > 0.01);
    assert!((dead.latents[0].kl - alive.latents[0].kl).abs() < 1e-5);
    // The network stands at (1, 0).
    let place = plane.place(&parameters).expect("a place");
    assert!((place.at[0] - 1.0).abs() < 1e-5 && place.at[1].abs() < 1e-5 && place.outside < 1e-3);
}

fn components_of(setup: &RunSetup, mode: usize) -> Vec<f32> {
    super::components(setup)
        .mode(mode)
        .expect("a mode")
        .to_vec()
}

#[test]
fn a_deep_decoder_is_pushed_along_its_gradient() {
    let setup = setup(&digits(200), small_net(), live(1.0, 0.1, 3e-3), 32, 3);
    let mut run = Running::new(Arc::clone(&setup));
    run.steps(50);
    let kind = LandscapeKind::Latent {
        latent: 2,
        component: component(&setup, 1),
    };
    let shown = run.complete(&request(kind, 5));
    assert_eq!(shown.problem, None);
    check_points(&setup, &shown);
    let trainer = Trainer::new(Arc::clone(&setup)).expect("a trainer");
    let arena = &trainer.plan().arena;
    let values = |name: &str, from: &[f32]| from[arena.get(name).expect(name).range()].to_vec();
    let parameters = trained(&setup, 50);
    let found = values(
        "decoder.0.weight",
        &shown.plane.as_ref().expect("a plane").directions()[1],
    );
    // The chain rule by hand: D = relu(zW + b) U + c at z = 0, so g_h = 1[b_h > 0]·⟨U_h, p⟩.
    let (bias, out) = (
        values("decoder.0.bias", &parameters),
        values("decoder.out.weight", &parameters),
    );
    let mode = components_of(&setup, 1);
    let gradient: Vec<f64> = bias
        .iter()
        .zip(out.chunks_exact(784))
        .map(|(b, row)| {
            let product: f64 = row.iter().zip(&mode).map(|(u, p)| f64::from(u * p)).sum();
            // Where the bend lies within the nudge the finite difference is between the two slopes.
            match *b {
                b if b > 0.02 => product,
                b if b < -0.02 => 0.0,
                b => product * f64::from((b + 0.02) / 0.04),
            }
        })
        .collect();
    let length = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
    for (found, expected) in found[48..72].iter().zip(&gradient) {
        assert!(
            (f64::from(*found) - expected / length).abs() < 1e-3,
            "{found} {}",
            expected / length
        );
    }
    assert!(found[..48].iter().chain(&found[72..]).all(|v| *v == 0.0));
}

#[test]
fn the_trajectory_leads_to_the_network() {
    let setup = setup(&digits(200), small_net(), live(1.0, 0.1, 3e-3), 32, 3);
    let mut run = Running::new(Arc::clone(&setup));
    let asked = request(LandscapeKind::Trajectory, 9);
    let early = run.complete(&asked);
    assert!(
        early
            .problem
            .as_ref()
            .is_some_and(|p| p.contains("no trajectory")),
        "{:?}",
        early.problem
    );
    run.steps(120);
    let shown = run.complete(&LandscapeRequest {
        generation: 1,
        ..asked
    });
    assert_eq!(shown.problem, None);
    check_points(&setup, &shown);
    let plane = shown.plane.as_ref().expect("a plane");
    assert_eq!(plane.origin(), trained(&setup, 120));
    // The first state is the initial one; its place is where the plane says.
    let start = trained(&setup, 0);
    let place = plane.place(&start).expect("a place");
    assert!(
        (place.at[0] - shown.past[0][0]).abs() < 1e-3 * place.at[0].abs(),
        "{place:?}"
    );
    assert!(
        (place.at[1] - shown.past[0][1]).abs() < 1e-3 * place.at[0].abs(),
        "{place:?}"
    );
    assert!(place.at[0] < 0.0);
    let [first, second] = shown.variance.expect("shares");
    assert!(first > second && second > 0.0 && first + second <= 1.0 + 1e-9);
    assert!(first > 0.5, "a short run goes one way: {first}");
    // β and γ recolour without another evaluation.
    let point = shown.values[0].expect("a point");
    let by_hand =
        point.sse / (2.0 * 0.4) + 392.0 * (std::f64::consts::TAU * 0.4).ln() + 3.0 * point.kl;
    assert!(close(
        point.loss(Likelihood::Gaussian, 784, 3.0, 0.4),
        by_hand
    ));
}
