//! Calls of the dense layers.

use crate::compute::op::DenseOp;

use super::Call;
use super::choice::Choice;
use super::inputs::{CallInputs, flag};
use super::product::Product;

/// The calls of a dense op.
pub(super) fn calls(
    op: &DenseOp,
    kernel: &'static str,
    base: CallInputs,
    choice: Choice,
) -> Vec<Call> {
    let numbers = |rows: usize, inputs: usize, outputs: usize| CallInputs {
        rows: rows as u32,
        width: inputs as u32,
        outputs: outputs as u32,
        ..base
    };
    match *op {
        DenseOp::Forward {
            x,
            weight,
            y,
            rows,
            inputs,
            outputs,
            ref epilogue,
        } => Product {
            kernel,
            rows,
            columns: outputs,
            depth: inputs,
            factors: [x, weight],
            epilogue: Some(epilogue),
            result: y,
            rest: None,
            long: false,
            inputs: numbers(rows, inputs, outputs),
        }
        .calls(choice),
        DenseOp::BackwardInput {
            dy,
            weight,
            dx,
            rows,
            inputs,
            outputs,
            ref epilogue,
        } => Product {
            kernel,
            rows,
            columns: inputs,
            depth: outputs,
            factors: [dy, weight],
            epilogue: Some(epilogue),
            result: dx,
            rest: None,
            long: false,
            inputs: numbers(rows, inputs, outputs),
        }
        .calls(choice),
        DenseOp::BackwardWeight {
            x,
            dy,
            dweight,
            dbias,
            rows,
            inputs,
            outputs,
        } => Product {
            kernel,
            // The bias is one more row.
            rows: inputs + usize::from(dbias.is_some()),
            columns: outputs,
            depth: rows,
            factors: [x, dy],
            epilogue: None,
            result: dweight,
            rest: Some(dbias.into()),
            long: false,
            inputs: CallInputs {
                flags: flag(dbias.is_some(), CallInputs::GRADIENT),
                ..numbers(rows, inputs, outputs)
            },
        }
        .calls(choice),
    }
}
