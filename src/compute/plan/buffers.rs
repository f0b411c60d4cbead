//! The growing list of a plan's buffers.

use crate::compute::op::{BufferId, BufferSpec, Slice};
use crate::model::{NetSpec, Node};

/// All buffers asked for so far.
pub(super) struct Buffers(pub Vec<BufferSpec>);

impl Buffers {
    pub(super) fn add(&mut self, name: &str, len: usize) -> Slice {
        self.0.push(BufferSpec {
            name: name.to_owned(),
            len,
        });
        Slice {
            buffer: BufferId(self.0.len() - 1),
            offset: 0,
            len,
        }
    }

    /// One buffer per node's output.
    fn outputs(&mut self, prefix: &str, nodes: &[Node], rows: usize) -> Vec<Slice> {
        nodes
            .iter()
            .map(|n| self.add(&format!("{prefix}.{}", n.name), rows * n.output.len()))
            .collect()
    }

    /// The buffers of a batch of `rows` flowing through the net with `repeats` samples per row.
    pub(super) fn flow(
        &mut self,
        prefix: &str,
        net: &NetSpec,
        target: bool,
        rows: usize,
        repeats: usize,
    ) -> Flow {
        let x = self.add(&format!("{prefix}.x"), rows * net.dim);
        let y = if target {
            self.add(&format!("{prefix}.y"), rows * net.target_dim())
        } else {
            x
        };
        let encoder = self.outputs(prefix, &net.encoder, rows);
        let samples = rows * repeats;
        Flow {
            rows,
            repeats,
            x,
            y,
            encoder,
            z: self.add(&format!("{prefix}.z"), samples * net.latents),
            seen: self.add(&format!("{prefix}.z_seen"), samples * net.latents),
            kl: self.add(&format!("{prefix}.kl"), rows * net.latents),
            decoder: self.outputs(prefix, &net.decoder, samples),
            sse: self.add(&format!("{prefix}.sse"), samples),
            nll: self.add(&format!("{prefix}.nll"), samples),
        }
    }
}

/// Buffers of one batch flowing through the net.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    /// Rows of x.
    pub rows: usize,
    /// Samples of z per row.
    pub repeats: usize,
    pub x: Slice,
    /// The target: x itself, or a buffer of its own.
    pub y: Slice,
    /// Outputs of the encoder's nodes.
    pub encoder: Vec<Slice>,
    pub z: Slice,
    /// What the decoder sees of z.
    pub seen: Slice,
    pub kl: Slice,
    /// Outputs of the decoder's nodes.
    pub decoder: Vec<Slice>,
    pub sse: Slice,
    pub nll: Slice,
}

impl Flow {
    /// Rows of z and of everything after it.
    pub(super) fn samples(&self) -> usize {
        self.rows * self.repeats
    }

    /// The encoder's head.
    pub(super) fn head(&self) -> Slice {
        self.encoder.last().copied().unwrap_or(self.x)
    }

    /// The decoder's output.
    pub(super) fn out(&self) -> Slice {
        self.decoder.last().copied().unwrap_or(self.z)
    }
}
