//! A network as lists of ops over named buffers.
//!
//! Building a plan needs no device and allocates nothing large: shapes, memory and the order of the
//! kernels can be looked at, checked and tested on their own. Both backends execute the same plan;
//! buffers are named so that a message can say *which* tensor went wrong.

use crate::config::{Activation, PosteriorVariance};
use crate::model::{Arena, DenseSpec, NetSpec};
use crate::rng::Stream;

use super::inputs::StepMetrics;
use super::op::{BatchOrder, BufferId, BufferSpec, Op, Slice, StatisticsLayout};

/// The op lists of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// One optimisation step on a shuffled batch.
    Train,
    /// Forward and statistics of a chunk of samples in file order.
    Evaluate,
    /// Decodes the `evaluate.z` that is there, under the current mask.
    Decode,
}

/// Buffers of one batch flowing through the net.
#[derive(Debug, Clone)]
struct Flow {
    x: Slice,
    encoder: Vec<Slice>,
    z: Slice,
    kl: Slice,
    decoder: Vec<Slice>,
    sse: Slice,
}

/// A network's buffers and op lists.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The network.
    pub net: NetSpec,
    /// Layout of parameters, gradients and moments.
    pub arena: Arena,
    /// B of a training step.
    pub batch: usize,
    /// Rows of an evaluation chunk.
    pub chunk: usize,
    /// n, the number of samples the data set must have.
    pub samples: usize,
    /// All buffers.
    pub buffers: Vec<BufferSpec>,
    train: Vec<Op>,
    evaluate: Vec<Op>,
    decode: Vec<Op>,
    slots: Slots,
}

/// The slices that users of a plan ask for.
#[derive(Debug, Clone, Copy)]
struct Slots {
    parameters: Slice,
    gradients: Slice,
    moment1: Slice,
    moment2: Slice,
    metrics: Slice,
    mask: Slice,
    x: Slice,
    head: Slice,
    z: Slice,
    xhat: Slice,
    sse: Slice,
    statistics: Slice,
}

impl Plan {
    /// Most training steps of one submission, hence rows of the metrics buffer.
    pub const MAX_STEPS: usize = 64;
    /// Largest evaluation chunk.
    pub const MAX_CHUNK: usize = 256;

    /// Plans `net` on a data set of `samples` items with batches of `batch` (at most `samples`).
    pub fn new(net: NetSpec, batch: usize, samples: usize) -> Self {
        let arena = Arena::new(&net);
        let batch = batch.clamp(1, samples.max(1));
        let chunk = Self::MAX_CHUNK.min(samples.max(1));
        let mut buffers = Buffers(Vec::new());
        let parameters = buffers.add("parameters", arena.len());
        let gradients = buffers.add("gradients", arena.len());
        let moment1 = buffers.add("moment1", arena.len());
        let moment2 = buffers.add("moment2", arena.len());
        let metrics = buffers.add("metrics", Self::MAX_STEPS * StepMetrics::ROW);
        let mask = buffers.add("mask", net.latents);
        let statistics = buffers.add("statistics", StatisticsLayout::FIELDS * net.latents);
        let z_masked = buffers.add("evaluate.z_masked", chunk * net.latents);
        let flow = buffers.flow("train", &net, batch);
        let eval = buffers.flow("evaluate", &net, chunk);
        let builder = Builder {
            net: &net,
            arena: &arena,
            parameters,
            gradients,
        };
        let mut train = builder.forward(&flow, batch, BatchOrder::Shuffled, Stream::Epsilon);
        train.extend(builder.decode(flow.z, &flow, batch));
        builder.backward(&mut train, &mut buffers, &flow, metrics, batch);
        train.push(Op::Adam {
            parameters,
            gradients,
            moment1,
            moment2,
            log_gamma: builder.tensor(parameters, "log_gamma").offset,
        });

        let mask_op = Op::MaskLatents {
            z: eval.z,
            mask,
            output: z_masked,
            rows: chunk,
            latents: net.latents,
        };
        let mut decode = vec![mask_op];
        decode.extend(builder.decode(z_masked, &eval, chunk));
        decode.push(builder.elbo(&eval, chunk, None));
        let mut evaluate =
            builder.forward(&eval, chunk, BatchOrder::Sequential, Stream::Evaluation);
        evaluate.push(Op::LatentStatistics {
            head: *eval.encoder.last().unwrap_or(&eval.x),
            log_sigma2: builder.log_sigma2(parameters),
            kl: eval.kl,
            statistics,
            rows: chunk,
            latents: net.latents,
        });
        evaluate.extend(decode.iter().copied());
        let slots = Slots {
            parameters,
            gradients,
            moment1,
            moment2,
            metrics,
            mask,
            x: eval.x,
            head: *eval.encoder.last().unwrap_or(&eval.x),
            z: eval.z,
            xhat: *eval.decoder.last().unwrap_or(&eval.x),
            sse: eval.sse,
            statistics,
        };
        Self {
            net,
            arena,
            batch,
            chunk,
            samples,
            buffers: buffers.0,
            train,
            evaluate,
            decode,
            slots,
        }
    }

    /// The ops of a program in order.
    pub fn ops(&self, program: Program) -> &[Op] {
        match program {
            Program::Train => &self.train,
            Program::Evaluate => &self.evaluate,
            Program::Decode => &self.decode,
        }
    }

    /// Batches of an epoch; a last partial batch is dropped (the shuffle differs every epoch).
    pub fn batches_per_epoch(&self) -> usize {
        (self.samples / self.batch).max(1)
    }

    /// Bytes of all buffers, data set excluded.
    pub fn memory_bytes(&self) -> u64 {
        self.buffers.iter().map(|b| b.len as u64 * 4).sum()
    }

    /// The whole parameter arena.
    pub fn parameters(&self) -> Slice {
        self.slots.parameters
    }

    /// The whole gradient arena.
    pub fn gradients(&self) -> Slice {
        self.slots.gradients
    }

    /// Adam's moments, first and second.
    pub fn moments(&self) -> [Slice; 2] {
        [self.slots.moment1, self.slots.moment2]
    }

    /// The metrics ring, [`Self::MAX_STEPS`] rows of [`StepMetrics::ROW`].
    pub fn metrics(&self) -> Slice {
        self.slots.metrics
    }

    /// The latent mask, κ.
    pub fn mask(&self) -> Slice {
        self.slots.mask
    }

    /// x of the last evaluated chunk, `chunk × d`.
    pub fn x(&self) -> Slice {
        self.slots.x
    }

    /// The encoder's head over the last evaluated chunk: `chunk × 2κ` (μ | log σ²), or `chunk × κ` (μ)
    /// with a global variance.
    pub fn head(&self) -> Slice {
        self.slots.head
    }

    /// z of the last evaluated chunk, `chunk × κ`, unmasked; write it to decode one's own.
    pub fn z(&self) -> Slice {
        self.slots.z
    }

    /// Decoder mean of the last evaluated or decoded chunk, `chunk × d`.
    pub fn xhat(&self) -> Slice {
        self.slots.xhat
    }

    /// ‖x − x̂‖² of the rows of the last evaluated or decoded chunk.
    pub fn sse(&self) -> Slice {
        self.slots.sse
    }

    /// Per-latent statistics of the last evaluated chunk; see [`StatisticsLayout`].
    pub fn statistics(&self) -> Slice {
        self.slots.statistics
    }

    /// A parameter tensor by name.
    pub fn parameter(&self, name: &str) -> Option<Slice> {
        self.arena.get(name).map(|t| Slice {
            buffer: self.slots.parameters.buffer,
            offset: t.offset,
            len: t.len(),
        })
    }

    /// Names what is at `offset` of a buffer, for messages: a tensor for the arenas, else the buffer.
    pub fn describe(&self, buffer: BufferId, offset: usize) -> String {
        let spec = &self.buffers[buffer.0];
        if spec.len == self.arena.len() && buffer.0 < 4 {
            format!("{} of {}", spec.name, self.arena.name_at(offset))
        } else {
            spec.name.clone()
        }
    }
}

/// The growing list of buffers.
struct Buffers(Vec<BufferSpec>);

impl Buffers {
    fn add(&mut self, name: &str, len: usize) -> Slice {
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

    fn flow(&mut self, prefix: &str, net: &NetSpec, rows: usize) -> Flow {
        let mut layers = |layers: &[DenseSpec]| {
            layers
                .iter()
                .map(|l| self.add(&format!("{prefix}.{}", l.name), rows * l.outputs))
                .collect::<Vec<_>>()
        };
        let encoder = layers(&net.encoder);
        let decoder = layers(&net.decoder);
        Flow {
            x: self.add(&format!("{prefix}.x"), rows * net.dim),
            encoder,
            z: self.add(&format!("{prefix}.z"), rows * net.latents),
            kl: self.add(&format!("{prefix}.kl"), rows * net.latents),
            decoder,
            sse: self.add(&format!("{prefix}.sse"), rows),
        }
    }
}

/// Emits ops for a net.
struct Builder<'a> {
    net: &'a NetSpec,
    arena: &'a Arena,
    parameters: Slice,
    gradients: Slice,
}

impl Builder<'_> {
    fn tensor(&self, arena: Slice, name: &str) -> Slice {
        // Every name asked for here was laid out by `Arena::new` from the same net.
        let (offset, len) = self.arena.get(name).map_or((0, 0), |t| (t.offset, t.len()));
        debug_assert!(len > 0, "no tensor {name}");
        Slice {
            buffer: arena.buffer,
            offset,
            len,
        }
    }

    fn layer_tensor(&self, arena: Slice, layer: &DenseSpec, part: &str) -> Slice {
        self.tensor(arena, &format!("{}.{part}", layer.name))
    }

    fn log_sigma2(&self, arena: Slice) -> Option<Slice> {
        (self.net.variance == PosteriorVariance::Global).then(|| self.tensor(arena, "log_sigma2"))
    }

    fn dense(&self, layer: &DenseSpec, x: Slice, y: Slice, rows: usize) -> Op {
        Op::DenseForward {
            x,
            weight: self.layer_tensor(self.parameters, layer, "weight"),
            bias: self.layer_tensor(self.parameters, layer, "bias"),
            y,
            rows,
            inputs: layer.inputs,
            outputs: layer.outputs,
            activation: layer.activation,
        }
    }

    /// Gather, encoder and reparameterisation.
    fn forward(&self, flow: &Flow, rows: usize, order: BatchOrder, noise: Stream) -> Vec<Op> {
        let mut ops = vec![Op::Gather {
            x: flow.x,
            rows,
            dim: self.net.dim,
            order,
        }];
        let mut input = flow.x;
        for (layer, &output) in self.net.encoder.iter().zip(&flow.encoder) {
            ops.push(self.dense(layer, input, output, rows));
            input = output;
        }
        ops.push(Op::ReparameterizeForward {
            head: input,
            log_sigma2: self.log_sigma2(self.parameters),
            z: flow.z,
            kl: flow.kl,
            rows,
            latents: self.net.latents,
            noise,
        });
        ops
    }

    /// The decoder from `z`.
    fn decode(&self, z: Slice, flow: &Flow, rows: usize) -> Vec<Op> {
        let mut input = z;
        let mut ops = Vec::with_capacity(self.net.decoder.len());
        for (layer, &output) in self.net.decoder.iter().zip(&flow.decoder) {
            ops.push(self.dense(layer, input, output, rows));
            input = output;
        }
        ops
    }

    fn elbo(&self, flow: &Flow, rows: usize, dxhat: Option<Slice>) -> Op {
        Op::Elbo {
            x: flow.x,
            xhat: *flow.decoder.last().unwrap_or(&flow.x),
            log_gamma: self.tensor(self.parameters, "log_gamma"),
            dxhat,
            sse: flow.sse,
            rows,
            dim: self.net.dim,
        }
    }

    /// The objective and every gradient, the forward in reverse.
    fn backward(
        &self,
        ops: &mut Vec<Op>,
        buffers: &mut Buffers,
        flow: &Flow,
        metrics: Slice,
        rows: usize,
    ) {
        let (net, latents) = (self.net, self.net.latents);
        let mut gradient_buffers = |layers: &[DenseSpec]| {
            layers
                .iter()
                .map(|l| buffers.add(&format!("train.d_{}", l.name), rows * l.outputs))
                .collect::<Vec<_>>()
        };
        let d_encoder = gradient_buffers(&net.encoder);
        let d_decoder = gradient_buffers(&net.decoder);
        let dz = buffers.add("train.d_z", rows * latents);

        ops.push(self.elbo(flow, rows, d_decoder.last().copied()));
        ops.push(Op::Finalize {
            sse: flow.sse,
            kl: flow.kl,
            log_gamma: self.tensor(self.parameters, "log_gamma"),
            dlog_gamma: self.tensor(self.gradients, "log_gamma"),
            metrics,
            rows,
            latents,
            dim: net.dim,
        });
        self.stack_backward(
            ops,
            &net.decoder,
            flow.z,
            &flow.decoder,
            &d_decoder,
            Some(dz),
            rows,
        );

        let dlog_sigma2_rows = (net.variance == PosteriorVariance::Global)
            .then(|| buffers.add("train.d_log_sigma2_rows", rows * latents));
        ops.push(Op::ReparameterizeBackward {
            head: *flow.encoder.last().unwrap_or(&flow.x),
            log_sigma2: self.log_sigma2(self.parameters),
            z: flow.z,
            dz,
            dhead: *d_encoder.last().unwrap_or(&dz),
            dlog_sigma2_rows,
            rows,
            latents,
        });
        if let (Some(input), Some(output)) = (dlog_sigma2_rows, self.log_sigma2(self.gradients)) {
            ops.push(Op::SumRows {
                input,
                output,
                rows,
                columns: latents,
            });
        }
        self.stack_backward(
            ops,
            &net.encoder,
            flow.x,
            &flow.encoder,
            &d_encoder,
            None,
            rows,
        );
    }

    /// Backward through a stack of layers whose input is `input` and whose outputs are `ys`; the
    /// gradient of the input itself goes to `d_input` if somebody needs it.
    #[expect(
        clippy::too_many_arguments,
        reason = "a private helper over one stack's buffers"
    )]
    fn stack_backward(
        &self,
        ops: &mut Vec<Op>,
        layers: &[DenseSpec],
        input: Slice,
        ys: &[Slice],
        dys: &[Slice],
        d_input: Option<Slice>,
        rows: usize,
    ) {
        for (index, layer) in layers.iter().enumerate().rev() {
            let (x, activation, dx) = if index == 0 {
                (input, Activation::Identity, d_input)
            } else {
                (
                    ys[index - 1],
                    layers[index - 1].activation,
                    Some(dys[index - 1]),
                )
            };
            if let Some(dx) = dx {
                ops.push(Op::DenseBackwardInput {
                    dy: dys[index],
                    weight: self.layer_tensor(self.parameters, layer, "weight"),
                    x,
                    dx,
                    rows,
                    inputs: layer.inputs,
                    outputs: layer.outputs,
                    activation,
                });
            }
            ops.push(Op::DenseBackwardWeight {
                x,
                dy: dys[index],
                dweight: self.layer_tensor(self.gradients, layer, "weight"),
                dbias: self.layer_tensor(self.gradients, layer, "bias"),
                rows,
                inputs: layer.inputs,
                outputs: layer.outputs,
            });
        }
    }
}
