//! Where the samples are must not change a single bit: in one buffer, in several, or on the host.

use collapse_explorer::compute::Error;
use collapse_explorer::compute::gpu::{GpuBackend, Options};
use collapse_explorer::config::{Preprocess, Target};

use super::cases::{CASES, Case, Problem};
use super::device;
use super::ways::outcome;
use crate::common::recipes::{BASE, Recipe};

/// Bytes whose rows do not fill words, with noise of their own, floats, centred ones, targets.
fn problems(samples: usize, batch: usize) -> Vec<Problem> {
    let targets = Recipe {
        target: Target::LinearMap(3),
        batch,
        samples,
        bytes: true,
        preprocess: Preprocess::Dequantize,
        ..BASE
    };
    let cases = [4, 2, 0].map(|index: usize| {
        Case {
            batch,
            samples,
            ..CASES[index]
        }
        .problem()
    });
    let all: Vec<Problem> = cases
        .into_iter()
        .chain([Problem::of_recipe("targets", &targets)])
        .collect();
    all
}

/// Bytes of a stored sample and its target.
fn row_bytes(problem: &Problem) -> (u64, u64) {
    let data = match problem.data.pixels {
        collapse_explorer::data::Pixels::Bytes(_) | collapse_explorer::data::Pixels::Stored(_) => 1,
        collapse_explorer::data::Pixels::Floats(_) => 4,
    };
    let targets = problem.pre.targets.as_ref().map_or(0, |t| 4 * t.dim);
    ((data * problem.data.dim()) as u64, targets as u64)
}

#[test]
fn shards_and_streams_give_the_bits_of_one_buffer() {
    for problem in problems(600, 5) {
        let whole = problem.device(&Options::default());
        assert_eq!((whole.shards(), whole.streams()), (1, false));
        let expected = outcome(&problem, whole, 9, 9);

        let (data, target) = row_bytes(&problem);
        let sharded = Options {
            shard_bytes: Some(250 * data.max(target)),
            ..Options::default()
        };
        let gpu = problem.device(&sharded);
        let rows = 250 * data.max(target) / data;
        assert_eq!(gpu.shards() as u64, 600_u64.div_ceil(rows));
        assert!(gpu.shards() > 1);
        assert!(
            outcome(&problem, gpu, 9, 9) == expected,
            "{} shards",
            problem.title
        );

        // One byte too little for plan and data together.
        let streamed = Options {
            memory: Some(problem.plan.memory_bytes() + 600 * (data + target) - 1),
            // Samples of two steps at a time.
            stream_bytes: Some(2 * 5 * (data + target) as usize),
            ..Options::default()
        };
        let gpu = problem.device(&streamed);
        assert!(gpu.streams(), "{}", problem.title);
        assert!(
            outcome(&problem, gpu, 9, 9) == expected,
            "{} stream",
            problem.title
        );
    }
}

#[test]
fn what_does_not_fit_says_which_batch_would() {
    let problem = Case {
        samples: 600,
        batch: 200,
        ..CASES[1]
    }
    .problem();
    let (data, _) = row_bytes(&problem);
    let open = |plan, memory| {
        let options = Options {
            memory: Some(memory),
            ..Options::default()
        };
        GpuBackend::on(device(), plan, &problem.data, &problem.pre, &options)
    };
    let with_batch = |batch| {
        Case {
            samples: 600,
            batch,
            ..CASES[1]
        }
        .plan()
    };
    // Enough for a batch of 100 with all its data.
    let memory = with_batch(100).memory_bytes() + 600 * data;
    let Some(Error::TooLarge { suggestion, .. }) = open(with_batch(200), memory).err() else {
        panic!("it fits");
    };
    let said = suggestion.split_whitespace().last();
    let batch: usize = said.and_then(|w| w.parse().ok()).expect("a number");
    assert!((100..200).contains(&batch), "{suggestion}");
    assert!(open(with_batch(batch), memory).is_ok());
    assert!(open(with_batch(batch + 1), memory).is_err());
    // Too small for anything.
    let Some(Error::TooLarge { suggestion, .. }) = open(with_batch(200), 1000).err() else {
        panic!("it fits");
    };
    assert!(suggestion.contains("narrower"), "{suggestion}");
}
