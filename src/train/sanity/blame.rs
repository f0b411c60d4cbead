//! Names the tensor that has left all range.

use crate::compute::{Backend, Error, Program};

/// How many times the largest number of the input a tensor's largest may be, before it is the one to name.
const BEYOND: f32 = 1e6;

/// The first tensor of the training program, in the order of computation, with a number a million times as large as the
/// largest that goes in (or 1), else the one with the largest number; and that number.
///
/// # Errors
/// [`Error`] if the device fails.
pub(crate) fn largest(backend: &mut dyn Backend) -> Result<(String, f64), Error> {
    let plan = backend.plan();
    let outputs: Vec<_> = plan
        .ops(Program::Train)
        .iter()
        .filter(|op| !op.commits())
        .flat_map(crate::compute::Op::outputs)
        .filter(|slice| slice.buffer != plan.metrics().buffer)
        .collect();
    let names: Vec<String> = outputs
        .iter()
        .map(|slice| plan.describe(slice.buffer, slice.offset))
        .collect();
    let mut most = |slice| -> Result<f32, Error> {
        let values = backend.read(slice)?;
        Ok(values.iter().fold(0.0_f32, |most, v| most.max(v.abs())))
    };
    let mut limit = None;
    let mut found = ("the loss".to_owned(), 0.0_f32);
    for (slice, name) in outputs.into_iter().zip(names) {
        let size = most(slice)?;
        // The program begins by gathering the input.
        let limit = *limit.get_or_insert(BEYOND * size.max(1.0));
        if size > found.1 {
            found = (name, size);
        }
        if size > limit {
            break;
        }
    }
    Ok((found.0, f64::from(found.1)))
}
