//! Calls of the importance-weighted and the analytic objective.

use crate::compute::op::EstimatorOp;

use super::inputs::{CallInputs, flag};
use super::{Call, Operand, matrix};

/// The call of an estimator's op.
#[expect(
    clippy::too_many_lines,
    reason = "the table from op to call, one arm each"
)]
pub(super) fn call(op: &EstimatorOp, kernel: &'static str, base: CallInputs) -> Call {
    let global = |shared: bool| flag(shared, CallInputs::GLOBAL_VARIANCE);
    match *op {
        EstimatorOp::LogRatio {
            head,
            log_sigma2,
            z,
            ratio,
            rows,
            latents,
            repeats,
        } => {
            let inputs = CallInputs {
                count: (rows * repeats) as u32,
                repeats: repeats as u32,
                flags: global(log_sigma2.is_some()),
                ..matrix(base, rows, latents)
            };
            let reads = vec![head.into(), log_sigma2.into(), z.into()];
            Call::elementwise(kernel, reads, vec![ratio.into()], inputs, 32 * latents)
        }
        EstimatorOp::ImportanceWeights {
            nll,
            ratio,
            bound,
            weights,
            rows,
            repeats,
        } => {
            let inputs = CallInputs {
                count: rows as u32,
                repeats: repeats as u32,
                ..matrix(base, rows, 1)
            };
            let reads = vec![nll.into(), ratio.into()];
            let writes = vec![bound.into(), weights.into()];
            Call::elementwise(kernel, reads, writes, inputs, 64 * repeats)
        }
        EstimatorOp::ImportanceBackward {
            head,
            log_sigma2,
            z,
            dz,
            weights,
            table,
            dhead,
            dlog_sigma2_rows,
            rows,
            latents,
            repeats,
        } => {
            let inputs = CallInputs {
                repeats: repeats as u32,
                flags: global(log_sigma2.is_some()),
                ..matrix(base, rows, latents)
            };
            let reads = [head, z, dz, weights, table].map(Operand::from).to_vec();
            let writes = vec![dhead.into(), dlog_sigma2_rows.into()];
            Call::elementwise(kernel, reads, writes, inputs, 16 * repeats)
        }
        EstimatorOp::AnalyticNorms {
            weight,
            log_gamma,
            norms,
            latents,
            dim,
        } => {
            let inputs = CallInputs {
                width: latents as u32,
                outputs: dim as u32,
                ..base
            };
            let reads = vec![weight.into(), log_gamma.into()];
            let size = (latents, 8 * dim);
            Call::per_item(kernel, reads, vec![norms.into()], inputs, size)
        }
        EstimatorOp::AnalyticSpread {
            head,
            log_sigma2,
            norms,
            log_gamma,
            spread,
            rows,
            latents,
        } => {
            let inputs = CallInputs {
                count: rows as u32,
                flags: global(log_sigma2.is_some()),
                ..matrix(base, rows, latents)
            };
            let reads = vec![
                head.into(),
                log_sigma2.into(),
                norms.into(),
                log_gamma.into(),
            ];
            Call::elementwise(kernel, reads, vec![spread.into()], inputs, 16 * latents)
        }
        EstimatorOp::AnalyticWeight {
            head,
            log_sigma2,
            weight,
            log_gamma,
            dweight,
            rows,
            latents,
            dim,
        } => {
            let inputs = CallInputs {
                outputs: dim as u32,
                flags: global(log_sigma2.is_some()),
                ..matrix(base, rows, latents)
            };
            let reads = vec![
                head.into(),
                log_sigma2.into(),
                weight.into(),
                log_gamma.into(),
            ];
            let size = (latents, 8 * dim + 16 * rows);
            Call::per_item(kernel, reads, vec![dweight.into()], inputs, size)
        }
    }
}
