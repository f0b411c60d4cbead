//! A converged sweep of the linear model is one curve, the closed form's; an unconverged one is a loop.

use std::cell::Cell;
use std::sync::Arc;

use collapse_explorer::config::{
    Activation, GammaMode, LiveConfig, NetConfig, RunConfig, Stack, Target,
};
use collapse_explorer::data::{Targets, cross_spectrum};
use collapse_explorer::lab::hysteresis::run;
use collapse_explorer::lab::{
    Direction, Error, Hysteresis, HysteresisRequest, Outcome, Parameter, Quiet, Watcher, loop_area,
};
use collapse_explorer::train::RunSetup;

use super::linear_sweep;
use crate::common::runs::SPECTRUM;

fn whole(request: &HysteresisRequest) -> Hysteresis {
    let mut sweep = Hysteresis::new(request).expect("a sweep");
    run(request, &mut sweep, &Quiet).expect("a whole sweep");
    assert!(sweep.is_complete());
    sweep
}

/// L of the linear model at γ = 1, from the sum over modes as it is written, without the theory module.
fn closed_form(beta: f64) -> f64 {
    let modes = SPECTRUM.iter().filter(|&&zeta2| zeta2 > beta);
    let gained: f64 = modes
        .map(|zeta2| -zeta2 / 2.0 + beta / 2.0 + beta / 2.0 * (zeta2 / beta).ln())
        .sum();
    SPECTRUM.iter().sum::<f64>() / 2.0 + gained + 2.5 * (2.0 * std::f64::consts::PI).ln()
}

/// f32 sums of a loss of about 10 are good to some 1e-6; Adam at its last rate of 1e-3 leaves the weights
/// within about 1e-3, and with curvatures of order 10 the loss within about 1e-5.
const TOLERANCE: f64 = 2e-5;

#[test]
fn a_converged_linear_sweep_has_zero_width_and_is_the_closed_form() {
    let request = linear_sweep(10, 20_000);
    let sweep = whole(&request);
    for point in &sweep.points {
        let what = format!("{:?} at β = {}", point.direction, point.value);
        assert!(
            point.converged,
            "{what}: not settled in {} steps",
            point.steps
        );
        let expected = closed_form(point.value);
        let found = point.measured.loss;
        assert!(
            (found - expected).abs() < TOLERANCE,
            "{what}: {found} where {expected}"
        );
        let predicted = point
            .predicted_loss
            .expect("a linear net has a closed form");
        assert!(
            (predicted - expected).abs() < 1e-5,
            "{what}: {predicted} {expected}"
        );
        let living = SPECTRUM
            .iter()
            .filter(|&&zeta2| zeta2 > point.value)
            .count();
        assert_eq!(point.measured.active, living, "{what}");
        assert_eq!(point.predicted_active, Some(living), "{what}");
        // σ² of the living is β/ζ², of the others 1.
        let mut sigma2 = point.measured.sigma2.clone();
        sigma2.sort_by(f64::total_cmp);
        for (found, zeta2) in sigma2.iter().zip(SPECTRUM) {
            let wanted = (point.value / zeta2).min(1.0);
            assert!(
                (found - wanted).abs() < 5e-3,
                "{what}: σ² {found} where {wanted}"
            );
        }
    }
    // Both ways crossed every threshold.
    let counts = |d: Direction| -> Vec<usize> {
        let of = sweep.points.iter().filter(|p| p.direction == d);
        of.map(|p| p.measured.active).collect()
    };
    let down: Vec<usize> = counts(Direction::Down).into_iter().rev().collect();
    assert_eq!(counts(Direction::Up), down);
    assert_eq!((down[0], down[9]), (5, 0));
    let area = loop_area(&sweep, true).expect("a loop");
    assert_eq!((area.pairs, area.active), (10, 0.0));
    assert!(area.widest < TOLERANCE, "{area:?}");
    let decades = (14.0_f64 / 0.15).ln();
    assert!(
        area.loss < TOLERANCE * decades && (area.covered - 1.0).abs() < 1e-9,
        "{area:?}"
    );
}

/// The same sweep without the time it needs is a loop, and says that it is none to trust.
#[test]
fn without_enough_steps_the_loop_opens_and_is_flagged() {
    let sweep = whole(&linear_sweep(10, 60));
    assert!(sweep.points.iter().all(|p| !p.converged && p.steps == 60));
    assert_eq!(loop_area(&sweep, true), None, "nothing settled");
    let open = loop_area(&sweep, false).expect("a loop");
    assert!(open.loss > 0.1 && open.widest > 0.1, "{open:?}");
    assert!(open.active > 0.0, "{open:?}");
}

/// Stops after a number of points.
struct Impatient(Cell<usize>);

impl Watcher for Impatient {
    fn go_on(&self) -> bool {
        self.0.get() > 0
    }

    fn found(&self, _: Outcome) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

#[test]
fn a_stopped_sweep_goes_on_to_the_same_end() {
    let request = linear_sweep(4, 300);
    let mut sweep = Hysteresis::new(&request).expect("a sweep");
    for points in [3, 1, 2] {
        let outcome = run(&request, &mut sweep, &Impatient(Cell::new(points)));
        assert!(matches!(outcome, Err(Error::Stopped)), "{outcome:?}");
    }
    assert_eq!(sweep.points.len(), 6);
    run(&request, &mut sweep, &Quiet).expect("the rest");
    let at_once = whole(&request);
    assert_eq!(sweep.points, at_once.points);
}

#[test]
fn gamma_is_swept_as_a_held_value_and_predicts_its_own_thresholds() {
    let mut request = linear_sweep(4, 3000);
    let base = RunSetup::clone(&request.setup);
    let live = LiveConfig {
        beta: 2.0,
        gamma_mode: GammaMode::Learned,
        ..base.config.live
    };
    request.setup = Arc::new(RunSetup {
        config: RunConfig {
            live,
            ..base.config.clone()
        },
        ..base
    });
    request.parameter = Parameter::Gamma;
    // ζ² > βγ at β = 2: thresholds 4.5, 2.5, 1, 0.5 and 0.15.
    request.values = vec![0.3, 0.7, 3.5];
    let sweep = whole(&request);
    for (found, wanted) in sweep.thresholds.iter().zip([4.5, 2.5, 1.0, 0.5, 0.15]) {
        assert!((found / wanted - 1.0).abs() < 1e-4, "{found} {wanted}");
    }
    for (point, active) in sweep.points.iter().zip([4, 3, 1, 1, 3, 4]) {
        assert!(
            (point.measured.gamma / point.value - 1.0).abs() < 1e-6,
            "{point:?}"
        );
        assert_eq!(
            (point.measured.active, point.predicted_active),
            (active, Some(active))
        );
    }
}

/// A network no closed form covers gets the linear count to compare with, but no loss.
#[test]
fn a_nonlinear_net_is_swept_without_a_promise_of_its_loss() {
    let mut request = linear_sweep(2, 40);
    let base = RunSetup::clone(&request.setup);
    let net = NetConfig {
        encoder: Stack::dense(&[6]),
        decoder: Stack::dense(&[6]),
        latents: 3,
        activation: Activation::Tanh,
        ..NetConfig::default()
    };
    request.setup = Arc::new(RunSetup {
        config: RunConfig {
            net,
            ..base.config.clone()
        },
        ..base
    });
    let sweep = whole(&request);
    for point in &sweep.points {
        assert_eq!(point.predicted_loss, None);
        assert!(point.predicted_active.is_some() && point.measured.loss.is_finite());
        assert_eq!(point.measured.sigma2.len(), 3);
    }
    assert_eq!(sweep.thresholds.len(), 3, "κ = 3 can reach three modes");
}

/// y = Mx has thresholds of its own, 2/3 or so of those of x: they are what is compared with, or nothing is.
#[test]
fn a_sweep_is_compared_with_the_theory_of_its_own_target() {
    let mut request = linear_sweep(2, 20_000);
    let base = RunSetup::clone(&request.setup);
    let mut config = base.config.clone();
    config.net.target = Target::LinearMap(2);
    let targets = Targets::new(
        config.net.target,
        &base.data,
        &base.preprocessor,
        config.sampling.seed,
    );
    let targets = targets.expect("targets").expect("a map");
    let cross = cross_spectrum(&base.data, &base.preprocessor, &targets, 0, &|_| true);
    let cross = cross.expect("a cross spectrum");
    let [first, second] = cross.eigenvalues[..] else {
        panic!("two modes")
    };
    request.setup = Arc::new(RunSetup { config, ..base });
    // Both alive, one alive.
    request.values = vec![0.3 * second, (first * second).sqrt()];
    let unknown = whole(&HysteresisRequest {
        most_steps: 10,
        ..request.clone()
    });
    assert!(unknown.thresholds.is_empty());
    assert!(unknown.points.iter().all(|p| p.predicted_active.is_none()));
    request.known.cross = Some(Arc::new(cross));
    let sweep = whole(&request);
    assert_eq!(sweep.thresholds.len(), 2);
    for point in &sweep.points {
        let living = 2 - point.index;
        assert_eq!(point.predicted_active, Some(living), "{point:?}");
        assert_eq!(point.measured.active, living, "{point:?}");
        let least = point.predicted_loss.expect("a closed form");
        assert!((point.measured.loss - least).abs() < TOLERANCE, "{point:?}");
    }
}

/// Free bits keep latents that the theory has die: no count, no line.
#[test]
fn what_the_theory_does_not_cover_is_swept_without_it() {
    let mut request = linear_sweep(2, 10);
    let base = RunSetup::clone(&request.setup);
    let mut config = base.config.clone();
    config.live.free_bits = 0.2;
    request.setup = Arc::new(RunSetup { config, ..base });
    let sweep = whole(&request);
    assert!(sweep.thresholds.is_empty());
    for point in &sweep.points {
        assert_eq!((point.predicted_active, point.predicted_loss), (None, None));
    }
}

#[test]
fn values_that_are_no_sweep_are_refused() {
    for (values, wanted) in [
        (vec![1.0], "at least two"),
        (vec![2.0, 1.0], "ascend"),
        (vec![-1.0, 1.0], "β must be a positive"),
    ] {
        let request = HysteresisRequest {
            values,
            ..linear_sweep(3, 100)
        };
        let error = Hysteresis::new(&request).expect_err("no sweep").to_string();
        assert!(error.contains(wanted), "{error}");
    }
}
