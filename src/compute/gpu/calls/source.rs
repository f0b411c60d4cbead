//! Calls of the gather: where the samples are, and a call for every place.

use crate::compute::op::{BatchOrder, Gather, GatherSource};

use super::inputs::{CallInputs, flag};
use super::{Call, Operand, Setting};

/// Where the rows of an array are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::compute::gpu) enum Source {
    /// In buffers of this many rows each, the last perhaps of fewer.
    Resident {
        /// Rows of a buffer.
        rows: usize,
        /// Rows in all.
        total: usize,
    },
    /// On the host, which sends the rows of a submission in the order in which its steps use them.
    Streamed,
}

impl Source {
    /// First row and number of rows of every buffer.
    pub(in crate::compute::gpu) fn shards(&self) -> Vec<(usize, usize)> {
        match *self {
            Self::Resident { rows, total } => (0..total)
                .step_by(rows.max(1))
                .map(|first| (first, rows.min(total - first)))
                .collect(),
            Self::Streamed => vec![(0, 0)],
        }
    }
}

/// The calls of a gather, one per buffer.
pub(super) fn calls(
    op: &Gather,
    kernel: &'static str,
    base: CallInputs,
    setting: &Setting,
) -> Vec<Call> {
    let Gather {
        x,
        rows,
        dim,
        order,
        source,
    } = *op;
    let shuffled = flag(order == BatchOrder::Shuffled, CallInputs::SHUFFLED);
    let inputs = CallInputs {
        rows: rows as u32,
        width: dim as u32,
        flags: shuffled,
        scale: 1.0,
        ..base
    };
    let (places, mean, inputs) = match source {
        GatherSource::Input => {
            let mean = if setting.centered {
                Operand::Mean
            } else {
                Operand::Absent
            };
            let inputs = CallInputs {
                flags: shuffled
                    | flag(setting.bytes, CallInputs::BYTES)
                    | flag(setting.centered, CallInputs::CENTERED)
                    | flag(setting.standardized, CallInputs::STANDARDIZED),
                offset: setting.transform.offset as f32,
                scale: setting.transform.scale as f32,
                dequantize: setting.transform.dequantize,
                logit_lambda: setting.transform.logit_lambda,
                ..inputs
            };
            (&setting.data, mean, inputs)
        }
        GatherSource::Target => (&setting.targets, Operand::Absent, inputs),
    };
    let streamed = *places == Source::Streamed;
    let call = |(shard, (first, count)): (usize, (usize, usize))| {
        let inputs = CallInputs {
            first_sample: first as u32,
            sample_count: if streamed { u32::MAX } else { count as u32 },
            flags: inputs.flags | flag(streamed, CallInputs::STREAMED),
            ..inputs
        };
        let data = match source {
            GatherSource::Input => Operand::Data(shard),
            GatherSource::Target => Operand::Target(shard),
        };
        Call::per_item(
            kernel,
            vec![data, mean],
            vec![x.into()],
            inputs,
            (rows, 64 * dim),
        )
    };
    places.shards().into_iter().enumerate().map(call).collect()
}
