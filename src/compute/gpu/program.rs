//! A program's calls, bound and cut into submissions.

use std::ops::Range;
use std::sync::Arc;

use crate::compute::backend::Error;
use crate::compute::plan::{Plan, Program};

use super::calls::{Call, CallInputs, Operand, Setting, grid};
use super::device::{GpuDevice, Kernel};
use super::memory::Memory;

/// Bytes between the slots of a uniform buffer: what every device accepts as an offset.
pub(super) const UNIFORM_SLOT: usize = 256;

/// A kernel with its buffers.
pub(super) struct Dispatch {
    pub kernel: Arc<Kernel>,
    pub bindings: wgpu::BindGroup,
    pub grid: [u32; 2],
    /// Multiply-adds or what takes as long.
    pub work: u64,
    /// It changes what outlives the step.
    pub commits: bool,
}

/// The calls of a program, and for each whether its op commits.
pub(super) fn calls(plan: &Plan, program: Program, setting: &Setting) -> Vec<(Call, bool)> {
    let checked = program == Program::Train;
    let ops = plan.ops(program).iter().enumerate();
    ops.flat_map(|(index, op)| {
        let calls = Call::of(op, checked.then_some(index), setting);
        calls.into_iter().map(|call| (call, op.commits()))
    })
    .collect()
}

/// The largest number of partial sums that any of the calls leaves.
pub(super) fn partials(calls: &[(Call, bool)]) -> usize {
    let of = |operand: &Operand| match *operand {
        Operand::Partials(count) => count,
        _ => 0,
    };
    let most = calls.iter().flat_map(|(c, _)| c.writes.iter().map(of));
    most.max().unwrap_or(0)
}

/// Compiles and binds calls, those that exceed `budget` in slices.
pub(super) fn bind(
    gpu: &GpuDevice,
    memory: &Memory,
    calls: &[(Call, bool)],
    budget: u64,
) -> Result<Vec<Dispatch>, Error> {
    let most = gpu.device.limits().max_compute_workgroups_per_dimension;
    let slices: Vec<(&Call, bool, (usize, usize))> = calls
        .iter()
        .flat_map(|(call, commits)| {
            let slices = call.slices(budget, most).into_iter();
            slices.map(move |slice| (call, *commits, slice))
        })
        .collect();
    let constants = uniform(gpu, "calls", slices.len());
    let mut bytes = vec![0_u8; slices.len() * UNIFORM_SLOT];
    for (slot, (call, _, (first, _))) in bytes.chunks_exact_mut(UNIFORM_SLOT).zip(&slices) {
        let inputs = CallInputs {
            first_group: *first as u32,
            ..call.inputs
        };
        slot[..size_of::<CallInputs>()].copy_from_slice(bytemuck::bytes_of(&inputs));
    }
    gpu.queue.write_buffer(&constants, 0, &bytes);
    let one = |(slot, &(call, commits, (_, count))): (usize, &(&Call, bool, (usize, usize)))| {
        let kernel = gpu.kernel(call.variant, call.reads.len(), call.writes.len())?;
        let reads = call.reads.iter().map(|&o| memory.binding(o, false));
        let writes = call.writes.iter().map(|&o| memory.binding(o, true));
        let storage = reads.chain(writes).zip(1..);
        let entries: Vec<_> =
            std::iter::once(uniform_binding(&constants, slot, size_of::<CallInputs>()))
                .chain(
                    storage.map(|(resource, binding)| wgpu::BindGroupEntry { binding, resource }),
                )
                .collect();
        let bindings = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(call.variant.kernel),
            layout: &kernel.layout,
            entries: &entries,
        });
        Ok(Dispatch {
            kernel,
            bindings,
            grid: grid(count, most),
            work: call.work * count as u64 / call.workgroups.max(1) as u64,
            commits,
        })
    };
    slices.iter().enumerate().map(one).collect()
}

/// A buffer of uniform slots.
pub(super) fn uniform(gpu: &GpuDevice, label: &str, slots: usize) -> wgpu::Buffer {
    gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: (slots.max(1) * UNIFORM_SLOT) as u64,
        usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

/// Binding 0: the first `size` bytes of a slot.
pub(super) fn uniform_binding(
    buffer: &wgpu::Buffer,
    slot: usize,
    size: usize,
) -> wgpu::BindGroupEntry<'_> {
    wgpu::BindGroupEntry {
        binding: 0,
        resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer,
            offset: (slot * UNIFORM_SLOT) as u64,
            size: wgpu::BufferSize::new(size as u64),
        }),
    }
}

/// Some dispatches of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub step: usize,
    pub dispatches: Range<usize>,
}

/// `steps` runs through dispatches of this `work`, cut into submissions of at most `budget` (or of one dispatch).
pub(super) fn submissions(work: &[u64], steps: usize, budget: u64) -> Vec<Vec<Piece>> {
    let mut all = vec![Vec::new()];
    let mut spent = 0_u64;
    for step in 0..steps {
        let mut from = 0;
        let mut to = 0;
        for &work in work {
            if spent > 0 && spent + work > budget {
                push(&mut all, step, from..to);
                all.push(Vec::new());
                (from, spent) = (to, 0);
            }
            spent += work;
            to += 1;
        }
        push(&mut all, step, from..to);
    }
    all
}

fn push(all: &mut [Vec<Piece>], step: usize, dispatches: Range<usize>) {
    if let Some(last) = all.last_mut()
        && !dispatches.is_empty()
    {
        last.push(Piece { step, dispatches });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn submissions_hold_every_dispatch_once_in_order_within_the_budget() {
        let work = [5_u64, 1, 0, 9, 30, 2, 2];
        for budget in [1, 4, 10, 29, 48, 49, 50, 1000] {
            for steps in [1, 2, 5] {
                let all = submissions(&work, steps, budget);
                let order: Vec<(usize, usize)> = all
                    .iter()
                    .flatten()
                    .flat_map(|p| p.dispatches.clone().map(|d| (p.step, d)))
                    .collect();
                let expected: Vec<(usize, usize)> = (0..steps)
                    .flat_map(|s| (0..work.len()).map(move |d| (s, d)))
                    .collect();
                assert_eq!(order, expected);
                for submission in &all {
                    let each = submission.iter().flat_map(|p| p.dispatches.clone());
                    let works: Vec<u64> = each.map(|d| work[d]).collect();
                    let heavy = works.iter().filter(|w| **w > 0).count();
                    assert!(works.iter().sum::<u64>() <= budget || heavy == 1);
                    assert!(!works.is_empty());
                }
            }
        }
        assert_eq!(submissions(&work, 5, 1000).len(), 1);
    }
}
