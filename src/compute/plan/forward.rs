//! The forward ops of a stack of nodes and of the objective.

use crate::compute::op::{
    BatchOrder, DenseOp, Epilogue, Finish, Gather, GatherSource, ImageOp, LatentOp, NormOp,
    ObjectiveOp, Op, Slice,
};
use crate::config::PosteriorVariance;
use crate::model::{Arena, NetSpec, Node, NodeKind, Source};
use crate::rng::Stream;

use super::buffers::{Buffers, Flow};

/// Whose moments a normalisation uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The batch's.
    Train,
    /// The running ones.
    Evaluate,
}

/// Emits ops for a net.
pub(super) struct Builder<'a> {
    pub net: &'a NetSpec,
    pub arena: &'a Arena,
    pub parameters: Slice,
    pub gradients: Slice,
    /// Mean KL, keep and noise of every latent, `3 × κ`.
    pub table: Slice,
    /// The batch's moments of every normalisation, by node name.
    pub moments: Vec<(String, Slice)>,
}

impl Builder<'_> {
    /// The tensor `name` of one of the arenas.
    pub(super) fn tensor(&self, arena: Slice, name: &str) -> Slice {
        // Every name asked for here was laid out by `Arena::new` from the same net.
        let (offset, len) = self.arena.get(name).map_or((0, 0), |t| (t.offset, t.len()));
        debug_assert!(len > 0, "no tensor {name}");
        Slice {
            buffer: arena.buffer,
            offset,
            len,
        }
    }

    pub(super) fn part(&self, arena: Slice, node: &Node, part: &str) -> Slice {
        self.tensor(arena, &format!("{}.{part}", node.name))
    }

    pub(super) fn bias(&self, arena: Slice, node: &Node) -> Option<Slice> {
        (node.bias() > 0).then(|| self.part(arena, node, "bias"))
    }

    pub(super) fn log_sigma2(&self, arena: Slice) -> Option<Slice> {
        (self.net.variance == PosteriorVariance::Global).then(|| self.tensor(arena, "log_sigma2"))
    }

    pub(super) fn log_gamma(&self) -> Slice {
        self.tensor(self.parameters, "log_gamma")
    }

    /// The batch moments of a normalisation.
    pub(super) fn batch_moments(&self, node: &Node) -> Slice {
        let found = self.moments.iter().find(|(name, _)| *name == node.name);
        debug_assert!(found.is_some(), "no moments of {}", node.name);
        found.map_or(self.parameters, |(_, slice)| *slice)
    }

    /// Gather, encoder and reparameterisation.
    pub(super) fn encode(
        &self,
        flow: &Flow,
        order: BatchOrder,
        noise: Stream,
        phase: Phase,
    ) -> Vec<Op> {
        let rows = flow.rows;
        let mut ops = vec![Op::Gather(Gather {
            x: flow.x,
            rows,
            dim: self.net.dim,
            order,
            source: GatherSource::Input,
        })];
        if flow.y != flow.x {
            ops.push(Op::Gather(Gather {
                x: flow.y,
                rows,
                dim: self.net.target_dim(),
                order,
                source: GatherSource::Target,
            }));
        }
        self.stack(
            &mut ops,
            &self.net.encoder,
            flow.x,
            &flow.encoder,
            rows,
            phase,
        );
        ops.push(Op::Latent(LatentOp::ReparameterizeForward {
            head: flow.head(),
            log_sigma2: self.log_sigma2(self.parameters),
            z: flow.z,
            table: self.table,
            seen: flow.seen,
            kl: flow.kl,
            rows,
            latents: self.net.latents,
            repeats: flow.repeats,
            noise,
        }));
        ops
    }

    /// The decoder from `z`.
    pub(super) fn decode(&self, z: Slice, flow: &Flow, phase: Phase) -> Vec<Op> {
        let mut ops = Vec::with_capacity(self.net.decoder.len());
        self.stack(
            &mut ops,
            &self.net.decoder,
            z,
            &flow.decoder,
            flow.samples(),
            phase,
        );
        ops
    }

    pub(super) fn elbo(
        &self,
        flow: &Flow,
        spread: Option<Slice>,
        weights: Option<Slice>,
        dout: Option<Slice>,
    ) -> Op {
        Op::Objective(ObjectiveOp::Elbo {
            y: flow.y,
            out: flow.out(),
            log_gamma: self.log_gamma(),
            spread,
            weights,
            dout,
            sse: flow.sse,
            nll: flow.nll,
            rows: flow.samples(),
            dim: self.net.target_dim(),
            channels: self.net.target.channels,
            repeats: flow.repeats,
            likelihood: self.net.likelihood,
        })
    }

    fn stack(
        &self,
        ops: &mut Vec<Op>,
        nodes: &[Node],
        input: Slice,
        outputs: &[Slice],
        rows: usize,
        phase: Phase,
    ) {
        let value = |source: Source| match source {
            Source::Input => input,
            Source::Node(at) => outputs[at],
        };
        for (node, &y) in nodes.iter().zip(outputs) {
            let x = value(node.input);
            let epilogue = Epilogue {
                bias: self.bias(self.parameters, node),
                add: node.skip.map(value),
                finish: Finish::Activate(node.activation),
            };
            let shape = node.input_shape;
            let (pixels, channels) = (rows * node.output.pixels(), node.output.channels);
            match node.kind {
                NodeKind::Dense { .. } => ops.push(Op::Dense(DenseOp::Forward {
                    x,
                    weight: self.part(self.parameters, node, "weight"),
                    y,
                    rows,
                    inputs: shape.len(),
                    outputs: node.output.len(),
                    epilogue,
                })),
                NodeKind::Conv { geometry, .. } => ops.push(Op::Image(ImageOp::Convolve {
                    large: x,
                    weight: self.part(self.parameters, node, "weight"),
                    small: y,
                    rows,
                    geometry,
                    epilogue,
                })),
                NodeKind::ConvTranspose { geometry, .. } => {
                    ops.push(Op::Image(ImageOp::ConvolveTransposed {
                        small: x,
                        weight: self.part(self.parameters, node, "weight"),
                        large: y,
                        rows,
                        geometry,
                        epilogue,
                    }));
                }
                NodeKind::Norm => {
                    let moments = match phase {
                        Phase::Train => {
                            let moments = self.batch_moments(node);
                            ops.push(Op::Norm(NormOp::NormMoments {
                                x,
                                moments,
                                rows: pixels,
                                channels,
                            }));
                            moments
                        }
                        Phase::Evaluate => self.part(self.parameters, node, "running"),
                    };
                    ops.push(Op::Norm(NormOp::NormForward {
                        x,
                        moments,
                        affine: self.part(self.parameters, node, "affine"),
                        y,
                        rows: pixels,
                        channels,
                        epilogue,
                    }));
                }
                NodeKind::MaxPool => ops.push(Op::Image(ImageOp::MaxPool { x, y, rows, shape })),
                NodeKind::Nearest | NodeKind::Bilinear => ops.push(Op::Image(ImageOp::Upsample {
                    x,
                    y,
                    rows,
                    shape,
                    bilinear: node.kind == NodeKind::Bilinear,
                })),
                NodeKind::Pointwise { .. } => ops.push(Op::Image(ImageOp::Pointwise {
                    x,
                    y,
                    rows: pixels,
                    channels,
                    epilogue,
                })),
            }
        }
    }
}

/// Buffers for the batch moments of every normalisation of the net.
pub(super) fn moments(net: &NetSpec, buffers: &mut Buffers) -> Vec<(String, Slice)> {
    net.nodes()
        .filter(|n| n.kind == NodeKind::Norm)
        .map(|n| {
            let name = format!("train.{}.moments", n.name);
            (n.name.clone(), buffers.add(&name, 2 * n.output.channels))
        })
        .collect()
}
