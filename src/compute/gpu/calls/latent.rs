//! Calls of the reparameterisation and of what is known about latents.

use crate::compute::op::LatentOp;

use super::inputs::{CallInputs, flag};
use super::norm::columns;
use super::{Call, Operand, matrix};

/// The calls of a latent op.
#[expect(
    clippy::too_many_lines,
    reason = "the table from op to call, one arm each"
)]
pub(super) fn calls(op: &LatentOp, kernel: &'static str, base: CallInputs) -> Vec<Call> {
    match *op {
        LatentOp::ReparameterizeForward {
            head,
            log_sigma2,
            z,
            table,
            seen,
            kl,
            rows,
            latents,
            repeats,
            noise,
        } => {
            let inputs = CallInputs {
                count: (rows * repeats * latents) as u32,
                repeats: repeats as u32,
                stream: noise as u32,
                flags: flag(log_sigma2.is_some(), CallInputs::GLOBAL_VARIANCE),
                ..matrix(base, rows, latents)
            };
            let reads = vec![head.into(), log_sigma2.into(), table.into()];
            let writes = vec![z.into(), seen.into(), kl.into()];
            vec![Call::elementwise(kernel, reads, writes, inputs, 128)]
        }
        LatentOp::LatentMeans {
            kl,
            means,
            rows,
            latents,
        } => {
            let shape = (rows, latents);
            let reads = vec![kl.into()];
            vec![columns(
                kernel,
                reads,
                means.into(),
                shape,
                rows.max(1),
                base,
            )]
        }
        LatentOp::ReparameterizeBackward {
            head,
            log_sigma2,
            z,
            dz,
            table,
            norms,
            dhead,
            dlog_sigma2_rows,
            rows,
            latents,
        } => {
            let inputs = CallInputs {
                flags: flag(log_sigma2.is_some(), CallInputs::GLOBAL_VARIANCE),
                ..matrix(base, rows, latents)
            };
            let shared = [head.into(), log_sigma2.into()];
            let mut reads = shared.to_vec();
            reads.extend([z, dz, table].map(Operand::from));
            let writes = vec![dhead.into(), dlog_sigma2_rows.into()];
            let first = Call::elementwise(kernel, reads, writes.clone(), inputs, 32);
            let second = norms.map(|norms| {
                let mut reads = shared.to_vec();
                reads.push(norms.into());
                Call::elementwise("reparameterize_norms", reads, writes, inputs, 16)
            });
            std::iter::once(first).chain(second).collect()
        }
        LatentOp::MaskLatents {
            z,
            mask,
            output,
            rows,
            latents,
        } => {
            let reads = vec![z.into(), mask.into()];
            let inputs = matrix(base, rows, latents);
            vec![Call::elementwise(
                kernel,
                reads,
                vec![output.into()],
                inputs,
                8,
            )]
        }
        LatentOp::LatentStatistics {
            head,
            log_sigma2,
            kl,
            statistics,
            rows,
            latents,
        } => {
            let inputs = CallInputs {
                flags: flag(log_sigma2.is_some(), CallInputs::GLOBAL_VARIANCE),
                ..matrix(base, rows, latents)
            };
            let reads = vec![head.into(), log_sigma2.into(), kl.into()];
            let size = (latents, 64 * rows);
            vec![Call::per_item(
                kernel,
                reads,
                vec![statistics.into()],
                inputs,
                size,
            )]
        }
    }
}
