//! Which kernel calls an op becomes: their buffers, their numbers, their number of workgroups.
//!
//! Most ops are one call. A product whose contraction is split, or a sum over many rows, is two: partial sums, and
//! what makes one of them.

mod choice;
mod dense;
mod estimator;
mod image;
mod inputs;
mod latent;
mod norm;
mod objective;
mod product;
mod source;

use bytemuck::Zeroable;

use crate::compute::op::{Epilogue, Finish, Op, Slice};
use crate::config::Activation;
use crate::data::PixelTransform;

use super::shader::Variant;
use inputs::{activation_number, flag};

pub(super) use choice::Choice;
pub use inputs::{CallInputs, Status, StepSlot};
pub(super) use source::Source;

/// What a storage binding refers to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operand {
    /// Part of a plan buffer.
    Slice(Slice),
    /// A shard of the data set.
    Data(usize),
    /// A shard of the targets.
    Target(usize),
    /// The preprocessor's mean.
    Mean,
    /// This many partial sums.
    Partials(usize),
    /// Nothing: the op does not have this operand.
    Absent,
}

impl From<Slice> for Operand {
    fn from(slice: Slice) -> Self {
        Self::Slice(slice)
    }
}

impl From<Option<Slice>> for Operand {
    fn from(slice: Option<Slice>) -> Self {
        slice.map_or(Self::Absent, Self::Slice)
    }
}

/// A kernel call, ready to be bound.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub variant: Variant,
    /// Bindings 1.. of group 1, read only.
    pub reads: Vec<Operand>,
    /// The bindings after them, written.
    pub writes: Vec<Operand>,
    pub inputs: CallInputs,
    pub workgroups: usize,
    /// Multiply-adds or what takes as long, to keep submissions short.
    pub work: u64,
}

/// What else decides a call than the op.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub transform: PixelTransform,
    pub bytes: bool,
    pub centered: bool,
    pub standardized: bool,
    pub choice: Choice,
    /// Where the samples are.
    pub data: Source,
    /// Where their targets are.
    pub targets: Source,
}

/// The grid of `workgroups` in two dimensions of at most `most` each; kernels ignore the surplus.
pub(super) fn grid(workgroups: usize, most: u32) -> [u32; 2] {
    let most = most.max(1) as usize;
    if workgroups <= most {
        [workgroups as u32, 1]
    } else {
        [most as u32, workgroups.div_ceil(most) as u32]
    }
}

impl Call {
    /// The calls of op number `index` of a training program, or of another program (`None`), whose
    /// numbers may be anything.
    pub(super) fn of(op: &Op, index: Option<usize>, setting: &Setting) -> Vec<Self> {
        let base = CallInputs {
            op: index.map_or(Status::NONE, |i| i as u32),
            splits: 1,
            repeats: 1,
            ..CallInputs::zeroed()
        };
        let kernel = op.kernel();
        match op {
            Op::Gather(op) => source::calls(op, kernel, base, setting),
            Op::Dense(op) => dense::calls(op, kernel, base, setting.choice),
            Op::Image(op) => image::calls(op, kernel, base, setting.choice),
            Op::Norm(op) => norm::calls(op, kernel, base),
            Op::Latent(op) => latent::calls(op, kernel, base),
            Op::Estimator(op) => vec![estimator::call(op, kernel, base)],
            Op::Objective(op) => vec![objective::call(op, kernel, base)],
        }
    }

    /// A call with one invocation per element of `inputs.count`, each worth about `cost` multiply-adds.
    fn elementwise(
        kernel: &'static str,
        reads: Vec<Operand>,
        writes: Vec<Operand>,
        inputs: CallInputs,
        cost: usize,
    ) -> Self {
        let variant = Variant::plain(kernel);
        let count = inputs.count as usize;
        Self {
            variant,
            reads,
            writes,
            inputs,
            workgroups: count.div_ceil(variant.workgroup() as usize),
            work: (count * cost) as u64,
        }
    }

    /// A call with one workgroup per item, each worth about `cost` multiply-adds.
    fn per_item(
        kernel: &'static str,
        reads: Vec<Operand>,
        writes: Vec<Operand>,
        inputs: CallInputs,
        (items, cost): (usize, usize),
    ) -> Self {
        Self {
            variant: Variant::plain(kernel),
            reads,
            writes,
            inputs,
            workgroups: items,
            work: (items * cost) as u64,
        }
    }

    /// The call in pieces of at most `budget` of work: the first workgroup and the number of each.
    ///
    /// Every piece but the last is a grid without surplus.
    pub(super) fn slices(&self, budget: u64, most: u32) -> Vec<(usize, usize)> {
        let most = most.max(1) as usize;
        let pieces = usize::try_from(self.work.div_ceil(budget.max(1))).unwrap_or(usize::MAX);
        let mut size = self.workgroups.div_ceil(pieces.max(1)).max(1);
        if size > most {
            size = size / most * most;
        }
        (0..self.workgroups)
            .step_by(size)
            .map(|first| (first, size.min(self.workgroups - first)))
            .collect()
    }
}

/// `base` with the numbers of an epilogue.
fn with_epilogue(base: CallInputs, epilogue: &Epilogue) -> CallInputs {
    let (activation, slope) = match epilogue.finish {
        Finish::Activate(f) => (f, false),
        Finish::Slope { activation, .. } => (activation, true),
    };
    CallInputs {
        activation: activation_number(activation),
        flags: base.flags
            | flag(epilogue.bias.is_some(), CallInputs::BIAS)
            | flag(epilogue.add.is_some(), CallInputs::ADD)
            | flag(slope, CallInputs::SLOPE),
        ..base
    }
}

/// The buffers of an epilogue: bias, what is added, what a slope is taken from.
fn operands(epilogue: &Epilogue) -> [Operand; 3] {
    let of = match epilogue.finish {
        Finish::Slope { of, activation } if activation != Activation::Identity => of.into(),
        _ => Operand::Absent,
    };
    [epilogue.bias.into(), epilogue.add.into(), of]
}

/// `base` with rows and width, and one element for each.
fn matrix(base: CallInputs, rows: usize, width: usize) -> CallInputs {
    CallInputs {
        rows: rows as u32,
        width: width as u32,
        count: (rows * width) as u32,
        ..base
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_cover_all_workgroups_within_the_limit() {
        for workgroups in [1, 2, 65_535, 65_536, 70_000, 200_000, 15_625_001] {
            let [x, y] = grid(workgroups, 65_535);
            assert!(x <= 65_535 && y <= 65_535);
            assert!(x as usize * y as usize >= workgroups);
        }
    }

    #[test]
    fn slices_cover_every_workgroup_once_and_only_the_last_has_surplus() {
        for (workgroups, work, budget) in [
            (1, 10, 1),
            (7, 70, 20),
            (200_000, 1 << 30, 1 << 28),
            (65_536, 9, 100),
            (300, 0, 5),
        ] {
            let inputs = CallInputs::zeroed();
            let call = Call {
                workgroups,
                work,
                ..Call::per_item("adam", vec![], vec![], inputs, (1, 1))
            };
            let slices = call.slices(budget, 65_535);
            let mut next = 0;
            for (index, &(first, count)) in slices.iter().enumerate() {
                assert_eq!(first, next);
                let [x, y] = grid(count, 65_535);
                assert!(index + 1 == slices.len() || x as usize * y as usize == count);
                next += count;
            }
            assert_eq!(next, workgroups);
        }
    }
}
