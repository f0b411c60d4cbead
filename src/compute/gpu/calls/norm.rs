//! Calls of sums over rows and of batch normalisation.

use crate::compute::gpu::shader::Variant;
use crate::compute::op::NormOp;

use super::inputs::CallInputs;
use super::{Call, Operand, matrix, operands, with_epilogue};

/// Rows that one workgroup sums; sums depend on this and the shape alone.
const CHUNK: usize = 1024;
/// Most columns a workgroup sums side by side.
const BLOCK: usize = 32;

/// A call of one of the kernels that sum over rows.
pub(super) fn columns(
    kernel: &'static str,
    reads: Vec<Operand>,
    write: Operand,
    (rows, width): (usize, usize),
    chunk: usize,
    base: CallInputs,
) -> Call {
    let block = width.next_power_of_two().min(BLOCK);
    Call {
        variant: Variant::plain(kernel),
        reads,
        writes: vec![write],
        inputs: CallInputs {
            rows: rows as u32,
            width: width as u32,
            chunk: chunk as u32,
            block: block as u32,
            ..base
        },
        workgroups: rows.div_ceil(chunk) * width.div_ceil(block),
        work: (rows * width * 4) as u64,
    }
}

/// The sums of `kernel`, `fields` for every column, and where there are many rows those of its chunks first.
fn chunked(
    kernel: &'static str,
    reads: Vec<Operand>,
    output: Operand,
    (rows, width): (usize, usize),
    fields: usize,
    base: CallInputs,
) -> Vec<Call> {
    let chunks = rows.div_ceil(CHUNK);
    if chunks <= 1 {
        return vec![columns(kernel, reads, output, (rows, width), CHUNK, base)];
    }
    let partials = Operand::Partials(chunks * fields * width);
    let first = columns(kernel, reads, partials, (rows, width), CHUNK, base);
    let sum = columns(
        "sum_rows",
        vec![partials],
        output,
        (chunks, fields * width),
        chunks,
        base,
    );
    vec![first, sum]
}

/// The calls of a sum or normalisation op.
#[expect(
    clippy::too_many_lines,
    reason = "the table from op to call, one arm each"
)]
pub(super) fn calls(op: &NormOp, kernel: &'static str, base: CallInputs) -> Vec<Call> {
    match *op {
        NormOp::SumRows {
            input,
            output,
            rows,
            columns,
        } => {
            let reads = vec![input.into()];
            chunked(kernel, reads, output.into(), (rows, columns), 1, base)
        }
        NormOp::NormMoments {
            x,
            moments,
            rows,
            channels,
        } => {
            let chunks = rows.div_ceil(CHUNK);
            let shape = (rows, channels);
            let reads = vec![x.into()];
            if chunks <= 1 {
                return vec![columns(kernel, reads, moments.into(), shape, CHUNK, base)];
            }
            let partials = Operand::Partials(chunks * 2 * channels);
            let whole = CallInputs {
                count: rows as u32,
                split_depth: CHUNK as u32,
                ..base
            };
            let merge = (chunks, channels);
            vec![
                columns(kernel, reads, partials, shape, CHUNK, base),
                columns(
                    "norm_merge",
                    vec![partials],
                    moments.into(),
                    merge,
                    chunks,
                    whole,
                ),
            ]
        }
        NormOp::NormBackwardAffine {
            dy,
            x,
            moments,
            daffine,
            rows,
            channels,
        } => {
            let reads = vec![dy.into(), x.into(), moments.into()];
            chunked(kernel, reads, daffine.into(), (rows, channels), 2, base)
        }
        NormOp::NormForward {
            x,
            moments,
            affine,
            y,
            rows,
            channels,
            ref epilogue,
        } => {
            let [_, add, _] = operands(epilogue);
            let reads = vec![x.into(), moments.into(), affine.into(), add];
            let inputs = with_epilogue(matrix(base, rows, channels), epilogue);
            vec![Call::elementwise(kernel, reads, vec![y.into()], inputs, 32)]
        }
        NormOp::NormBackwardInput {
            dy,
            x,
            moments,
            affine,
            daffine,
            dx,
            rows,
            channels,
            ref epilogue,
        } => {
            let [_, add, _] = operands(epilogue);
            let slices = [dy, x, moments, affine, daffine];
            let reads = slices.into_iter().map(Operand::from).chain([add]).collect();
            let inputs = with_epilogue(matrix(base, rows, channels), epilogue);
            vec![Call::elementwise(
                kernel,
                reads,
                vec![dx.into()],
                inputs,
                32,
            )]
        }
        NormOp::NormUpdate {
            moments,
            running,
            rows,
            channels,
        } => {
            let inputs = CallInputs {
                rows: rows as u32,
                width: channels as u32,
                count: 2 * channels as u32,
                ..base
            };
            let writes = vec![running.into()];
            vec![Call::elementwise(
                kernel,
                vec![moments.into()],
                writes,
                inputs,
                8,
            )]
        }
    }
}
