//! Calls of the objective and of Adam.

use crate::compute::op::ObjectiveOp;

use super::Call;
use super::inputs::{CallInputs, flag, likelihood_number};

/// The call of the loss, its means, or the update.
pub(super) fn call(op: &ObjectiveOp, kernel: &'static str, base: CallInputs) -> Call {
    match *op {
        ObjectiveOp::Elbo {
            y,
            out,
            log_gamma,
            spread,
            weights,
            dout,
            sse,
            nll,
            rows,
            dim,
            channels,
            repeats,
            likelihood,
        } => {
            debug_assert!(
                spread.is_none() || weights.is_none(),
                "they share a binding"
            );
            let inputs = CallInputs {
                rows: rows as u32,
                width: dim as u32,
                channels: channels as u32,
                repeats: repeats as u32,
                likelihood: likelihood_number(likelihood),
                flags: flag(dout.is_some(), CallInputs::GRADIENT)
                    | flag(spread.is_some(), CallInputs::SPREAD)
                    | flag(weights.is_some(), CallInputs::WEIGHTS),
                ..base
            };
            let extra = spread.or(weights).into();
            let reads = vec![y.into(), out.into(), log_gamma.into(), extra];
            let writes = vec![sse.into(), nll.into(), dout.into()];
            Call::per_item(kernel, reads, writes, inputs, (rows, 64 * dim))
        }
        ObjectiveOp::Finalize {
            sse,
            nll,
            means,
            log_gamma,
            dlog_gamma,
            metrics,
            sse_rows,
            nll_rows,
            latents,
            dim,
            likelihood,
            bound,
        } => {
            let inputs = CallInputs {
                rows: sse_rows as u32,
                count: nll_rows as u32,
                width: latents as u32,
                outputs: dim as u32,
                likelihood: likelihood_number(likelihood),
                flags: flag(bound, CallInputs::BOUND),
                ..base
            };
            let reads = vec![sse.into(), nll.into(), means.into(), log_gamma.into()];
            let writes = vec![metrics.into(), dlog_gamma.into()];
            Call::per_item(kernel, reads, writes, inputs, (1, 16 * sse_rows))
        }
        ObjectiveOp::Adam {
            parameters,
            gradients,
            moment1,
            moment2,
            decoder,
            log_gamma,
        } => {
            let inputs = CallInputs {
                count: parameters.len as u32,
                decoder: decoder as u32,
                log_gamma: log_gamma as u32,
                ..base
            };
            let writes = vec![parameters.into(), moment1.into(), moment2.into()];
            Call::elementwise(kernel, vec![gradients.into()], writes, inputs, 32)
        } // `Call::of` sends nothing else here.
    }
}
