//! Calls of the matrix products.

use crate::compute::gpu::shader::Variant;
use crate::compute::op::{Epilogue, Slice};

use super::choice::{Choice, Split, workgroups};
use super::inputs::CallInputs;
use super::{Call, Operand, operands, with_epilogue};

/// A product of `rows × columns` contracted over `depth`.
pub(super) struct Product<'a> {
    pub kernel: &'static str,
    pub rows: usize,
    pub columns: usize,
    pub depth: usize,
    /// The two factors.
    pub factors: [Slice; 2],
    /// What happens to its numbers, if anything may.
    pub epilogue: Option<&'a Epilogue>,
    pub result: Slice,
    /// Where the numbers behind `result` go, if the kernel may have any.
    pub rest: Option<Operand>,
    /// The contraction is over all pixels of a batch.
    pub long: bool,
    pub inputs: CallInputs,
}

impl Product<'_> {
    /// One call, or one that leaves partial sums and one that finishes them.
    pub(super) fn calls(self, choice: Choice) -> Vec<Call> {
        let tile = choice.tile(self.rows, self.columns);
        let groups = workgroups(tile, self.rows, self.columns);
        let count = self.rows * self.columns;
        let split = choice.split(count, groups, self.depth, self.long);
        let inputs = CallInputs {
            count: count as u32,
            edge: self.result.len as u32,
            splits: split.parts as u32,
            split_depth: split.depth as u32,
            ..self.inputs
        };
        let factors = self.factors.map(Operand::from);
        let variant = Variant {
            kernel: self.kernel,
            tile: Some(tile),
        };
        let mut call = Call {
            variant,
            reads: factors.to_vec(),
            writes: vec![self.result.into()],
            inputs,
            workgroups: groups * split.parts,
            work: (count * self.depth) as u64,
        };
        call.writes.extend(self.rest);
        let finished = self.epilogue.map_or(inputs, |e| with_epilogue(inputs, e));
        let tail = self.epilogue.map_or([Operand::Absent; 3], operands);
        if split == Split::WHOLE {
            call.inputs = finished;
            if self.epilogue.is_some() {
                call.reads.extend(tail);
            }
            return vec![call];
        }
        if self.epilogue.is_some() {
            call.reads.extend([Operand::Absent; 3]);
        }
        let partials = Operand::Partials(count * split.parts);
        call.writes[0] = partials;
        let mut reads = vec![partials];
        reads.extend(tail);
        let rest = self.rest.unwrap_or(Operand::Absent);
        let finish = Call::elementwise(
            "sum_partials",
            reads,
            vec![self.result.into(), rest],
            CallInputs {
                outputs: self.columns as u32,
                ..finished
            },
            4 * split.parts,
        );
        vec![call, finish]
    }
}
