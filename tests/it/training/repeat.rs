//! The same seed is the same run, bit for bit, however it is driven; a divergence is caught.

use collapse_explorer::config::{LiveConfig, NetConfig};
use collapse_explorer::train::{TrainError, Trainer, evaluate};

use crate::common::runs::{advance, digits, live, setup};

fn net() -> NetConfig {
    NetConfig {
        encoder: vec![24].into(),
        decoder: vec![24].into(),
        latents: 4,
        ..NetConfig::default()
    }
}

/// A small net on 200 digits: 6 batches to an epoch, so that 70 steps cross many epoch ends.
fn trainer(seed: u32) -> Trainer {
    Trainer::new(setup(&digits(200), net(), live(1.0, 0.1, 1e-3), 32, seed)).expect("a run")
}

/// Losses of a run's next `steps` steps, as bits.
fn losses(trainer: &mut Trainer, steps: usize, burst: usize) -> Vec<u64> {
    let bits = |m: &collapse_explorer::compute::StepMetrics| m.loss.to_bits();
    advance(trainer, steps, burst).iter().map(bits).collect()
}

#[test]
fn the_same_seed_is_the_same_run_however_it_is_driven() {
    let once = losses(&mut trainer(3), 70, 64);
    assert!(
        once.windows(2).all(|w| w[0] != w[1]),
        "every step must see another batch"
    );
    assert_eq!(once, losses(&mut trainer(3), 70, 1), "one step a call");
    assert_eq!(once, losses(&mut trainer(3), 70, 7), "seven steps a call");

    let mut watched = trainer(3);
    let mut seen = Vec::new();
    for _ in 0..7 {
        seen.extend(losses(&mut watched, 10, 10));
        evaluate(watched.backend(), 3, &LiveConfig::default(), 200, &|| true)
            .expect("an evaluation");
    }
    assert_eq!(once, seen, "evaluations in between");

    watched.reset().expect("a reset");
    assert_eq!(once, losses(&mut watched, 70, 64), "after a reset");

    let other = losses(&mut trainer(4), 70, 64);
    assert!(
        once.iter().zip(&other).all(|(a, b)| a != b),
        "another seed is another run"
    );
}

#[test]
fn a_checkpoint_brings_the_run_back_bit_for_bit() {
    let mut trainer = trainer(5);
    advance(&mut trainer, 40, 64);
    let checkpoint = trainer.checkpoint().expect("a checkpoint");
    assert_eq!(checkpoint.step, 40);
    let first = losses(&mut trainer, 50, 64);
    trainer.restore(&checkpoint).expect("restored");
    assert_eq!(trainer.step(), 40);
    assert_eq!(first, losses(&mut trainer, 50, 3));
    // A run of its own from the same place: weights, moments and clock are all there is.
    let mut twin = self::trainer(5);
    twin.restore(&checkpoint).expect("restored");
    assert_eq!(first, losses(&mut twin, 50, 64));
}

#[test]
fn an_absurd_rate_diverges_with_tensor_and_step_and_can_be_undone() {
    let mut trainer = trainer(6);
    advance(&mut trainer, 10, 64);
    let checkpoint = trainer.checkpoint().expect("a checkpoint");
    let usual = *trainer.live();
    let first = losses(&mut trainer, 20, 64);
    trainer.restore(&checkpoint).expect("restored");

    trainer.set_live(live(1.0, 0.1, 1e30)).expect("a live rate");
    let mut metrics = Vec::new();
    let error = trainer
        .train(64, true, &mut metrics)
        .expect_err("weights of 1e30 must overflow");
    // Step 11 still computes a loss from good weights, and its update ruins them.
    assert_eq!(metrics.len(), 1);
    assert_eq!(metrics[0].loss.to_bits(), first[0]);
    let TrainError::Diverged { step, tensor, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(*step, 12, "{error}");
    let message = error.to_string();
    assert!(
        message.contains("step 12") && message.contains(tensor.as_str()),
        "{message}"
    );
    assert!(tensor.chars().any(char::is_alphabetic), "{tensor:?}");

    trainer.restore(&checkpoint).expect("restored");
    trainer.set_live(usual).expect("the old rate");
    assert_eq!(first, losses(&mut trainer, 20, 64));
}

#[test]
fn a_poisoned_parameter_is_named() {
    for (parameter, tensor) in [
        ("encoder.0.weight", "encoder.0"),
        ("decoder.out.bias", "decoder.out"),
    ] {
        let mut trainer = trainer(7);
        let checkpoint = trainer.checkpoint().expect("a checkpoint");
        let first = losses(&mut trainer, 5, 64);
        trainer.restore(&checkpoint).expect("restored");
        let slice = trainer.plan().parameter(parameter).expect("a parameter");
        let mut values = trainer.backend().read(slice).expect("values");
        values[1] = f32::NAN;
        trainer.backend().write(slice, &values).expect("written");
        let error = trainer
            .train(5, true, &mut Vec::new())
            .expect_err("a NaN must be seen");
        match &error {
            TrainError::Diverged {
                step: 1, tensor: t, ..
            } => {
                assert!(t.contains(tensor), "{parameter}: blamed {t}");
            }
            other => panic!("{parameter}: {other:?}"),
        }
        trainer.restore(&checkpoint).expect("restored");
        assert_eq!(first, losses(&mut trainer, 5, 64), "{parameter}");
    }
}

#[test]
fn live_settings_out_of_range_are_refused_and_the_old_ones_stay() {
    let mut trainer = trainer(8);
    let before = *trainer.live();
    for bad in [
        live(f64::NAN, 0.1, 1e-3),
        live(1.0, 0.0, 1e-3),
        live(1.0, 0.1, f64::INFINITY),
    ] {
        let error = trainer.set_live(bad).expect_err("refused");
        assert!(matches!(error, TrainError::Config(_)), "{error:?}");
        assert_eq!(*trainer.live(), before);
    }
}
