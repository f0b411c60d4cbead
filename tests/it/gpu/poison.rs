//! Kernels read only what was written before, and write only where they should: every buffer that a step fills
//! starts as NaN, and behind every buffer lies a zone nobody may touch.

use std::collections::BTreeSet;

use collapse_explorer::compute::gpu::{GpuBackend, Options, Tile};
use collapse_explorer::compute::{Backend, BufferId, Op, Program, Slice};

use super::cases::{Problem, prepare};

/// Length of the zones, and what they hold.
const ZONE: usize = 64;
const SENTINEL: f32 = -12_345.5;

/// What the ops of some programs write, without what outlives a step.
fn outputs(problem: &Problem, programs: &[Program]) -> Vec<Slice> {
    let ops = programs.iter().flat_map(|p| problem.plan.ops(*p));
    let kept = [
        problem.plan.metrics().buffer,
        problem.plan.parameters().buffer,
    ];
    ops.filter(|op| !op.commits())
        .flat_map(Op::outputs)
        .filter(|slice| !kept.contains(&slice.buffer))
        .collect()
}

fn zone(problem: &Problem, buffer: usize) -> Slice {
    Slice {
        buffer: BufferId(buffer),
        offset: problem.plan.buffers[buffer].len,
        len: ZONE,
    }
}

/// Runs everything; with `poison`, from NaN and with zones behind the buffers.
fn run(problem: &Problem, options: &Options, poison: bool) -> Vec<(String, Vec<f32>)> {
    let plan = &problem.plan;
    let options = Options {
        red_zone: if poison { ZONE } else { 0 },
        ..*options
    };
    let mut gpu: GpuBackend = problem.device(&options);
    prepare(&mut gpu);
    let slices = outputs(
        problem,
        &[Program::Train, Program::Evaluate, Program::Decode],
    );
    if poison {
        gpu.overwrite_scratch(f32::NAN).expect("a write");
        for slice in &slices {
            let poison = vec![f32::NAN; slice.len];
            gpu.write(*slice, &poison).expect("a write");
        }
        for buffer in 0..plan.buffers.len() {
            gpu.write(zone(problem, buffer), &[SENTINEL; ZONE])
                .expect("a write");
        }
    }
    gpu.train(&[problem.inputs(9, 1.3, 1e-2)]).expect("a step");
    gpu.run(Program::Evaluate, &problem.evaluation(1, plan.chunk))
        .expect("an evaluation");
    if poison {
        for buffer in 0..plan.buffers.len() {
            let found = gpu.read(zone(problem, buffer)).expect("a read");
            assert!(
                found.iter().all(|v| *v == SENTINEL),
                "{} {:?}: something wrote behind {}",
                problem.title,
                options.tile,
                plan.buffers[buffer].name
            );
        }
    }
    let named = |slice: &Slice| (plan.describe(slice.buffer, slice.offset), *slice);
    let [first, second] = plan.moments();
    let kept = [
        plan.parameters(),
        first,
        second,
        plan.gradients(),
        plan.metrics(),
    ];
    let wanted: Vec<(String, Slice)> = slices.iter().chain(&kept).map(named).collect();
    wanted
        .into_iter()
        .map(|(name, slice)| (name, gpu.read(slice).expect("a read")))
        .collect()
}

#[test]
fn nothing_that_was_not_written_is_read_and_nothing_is_written_outside() {
    let tiles = [Some(Tile::Registers), Some(Tile::Small)];
    for problem in Problem::all() {
        for tile in tiles {
            let options = Options {
                tile,
                splits: tile.filter(|t| *t == Tile::Small).map(|_| 2),
                ..Options::default()
            };
            let (clean, poisoned) = (
                run(&problem, &options, false),
                run(&problem, &options, true),
            );
            let mut names = BTreeSet::new();
            for ((name, clean), (_, poisoned)) in clean.iter().zip(&poisoned) {
                let same = clean
                    .iter()
                    .zip(poisoned)
                    .all(|(a, b)| a.to_bits() == b.to_bits() && a.is_finite());
                if !same {
                    names.insert(name.clone());
                }
            }
            assert!(names.is_empty(), "{} {tile:?}: {names:?}", problem.title);
        }
    }
}
