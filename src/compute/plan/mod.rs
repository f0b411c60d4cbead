//! A network as lists of ops over named buffers.
//!
//! Building a plan needs no device and allocates nothing large: shapes, memory and the order of the
//! kernels can be looked at, checked and tested on their own. Both backends execute the same plan;
//! buffers are named so that a message can say *which* tensor went wrong.

mod backward;
mod buffers;
mod forward;
mod step;

use crate::config::Likelihood;
use crate::model::{Arena, NetSpec};
use crate::rng::Stream;

use super::inputs::StepMetrics;
use super::op::{
    BatchOrder, BufferId, BufferSpec, LatentOp, ObjectiveOp, Op, Slice, StatisticsLayout,
};
use buffers::Buffers;
use forward::{Builder, Phase};

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
    modes: Slice,
    x: Slice,
    y: Slice,
    head: Slice,
    z: Slice,
    out: Slice,
    sse: Slice,
    nll: Slice,
    ratio: Slice,
    statistics: Slice,
}

impl Plan {
    /// Most training steps of one submission, hence rows of the metrics buffer.
    pub const MAX_STEPS: usize = 64;
    /// Largest evaluation chunk.
    pub const MAX_CHUNK: usize = 256;

    /// Plans `net` on a data set of `samples` items with batches of `batch` (at most `samples`), with
    /// targets of their own if `target`.
    pub fn new(net: NetSpec, batch: usize, samples: usize, target: bool) -> Self {
        let arena = Arena::new(&net);
        let batch = batch.clamp(1, samples.max(1));
        let chunk = Self::chunk_rows(&net).min(samples.max(1));
        let latents = net.latents;
        let mut buffers = Buffers(Vec::new());
        let parameters = buffers.add("parameters", arena.len());
        let gradients = buffers.add("gradients", arena.len());
        let moment1 = buffers.add("moment1", arena.len());
        let moment2 = buffers.add("moment2", arena.len());
        let metrics = buffers.add("metrics", Self::MAX_STEPS * StepMetrics::ROW);
        let mask = buffers.add("mask", latents);
        let table = buffers.add("latents", 3 * latents);
        let statistics = buffers.add("statistics", StatisticsLayout::FIELDS * latents);
        let z_masked = buffers.add("evaluate.z_masked", chunk * latents);
        let ratio = buffers.add("evaluate.log_ratio", chunk);
        let flow = buffers.flow("train", &net, target, batch, net.estimator.samples());
        let eval = buffers.flow("evaluate", &net, target, chunk, 1);
        let moments = forward::moments(&net, &mut buffers);
        let builder = Builder {
            net: &net,
            arena: &arena,
            parameters,
            gradients,
            table,
            moments,
        };
        let mut train = builder.train(&mut buffers, &flow, metrics);
        train.push(Op::Objective(ObjectiveOp::Adam {
            parameters,
            gradients,
            moment1,
            moment2,
            decoder: arena.decoder_start(),
            log_gamma: builder.log_gamma().offset,
        }));

        let mask_op = Op::Latent(LatentOp::MaskLatents {
            z: eval.seen,
            mask,
            output: z_masked,
            rows: chunk,
            latents,
        });
        let mut decode = vec![mask_op];
        decode.extend(builder.decode(z_masked, &eval, Phase::Evaluate));
        decode.push(builder.elbo(&eval, None, None, None));
        let mut evaluate = builder.encode(
            &eval,
            BatchOrder::Sequential,
            Stream::Evaluation,
            Phase::Evaluate,
        );
        evaluate.push(Op::Latent(LatentOp::LatentStatistics {
            head: eval.head(),
            log_sigma2: builder.log_sigma2(parameters),
            kl: eval.kl,
            statistics,
            rows: chunk,
            latents,
        }));
        evaluate.push(builder.log_ratio(&eval, ratio));
        evaluate.extend(decode.iter().copied());
        let slots = Slots {
            parameters,
            gradients,
            moment1,
            moment2,
            metrics,
            mask,
            modes: Slice {
                offset: latents,
                len: 2 * latents,
                ..table
            },
            x: eval.x,
            y: eval.y,
            head: eval.head(),
            z: eval.seen,
            out: eval.out(),
            sse: eval.sse,
            nll: eval.nll,
            ratio,
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

    /// Rows of an evaluation chunk: fewer for heavy networks, so that a chunk takes well under a tenth of a
    /// second and a command is answered in time.
    fn chunk_rows(net: &NetSpec) -> usize {
        const CHUNK_MACS: usize = 1 << 30;
        let rows = CHUNK_MACS / net.forward_macs().max(1);
        (rows / 16 * 16).clamp(16, Self::MAX_CHUNK)
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

    /// The latents' modes, `2 × κ`: keep, then the standard deviation of the noise. What the decoder sees of
    /// `z_j`, in training and in evaluation, is `keep_j z_j + n_j ξ_j`. To be read and written, not bound: it is not aligned.
    pub fn latent_modes(&self) -> Slice {
        self.slots.modes
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

    /// What the decoder saw of z of the last evaluated chunk, `chunk × κ`, before the mask; write it to decode one's
    /// own.
    pub fn z(&self) -> Slice {
        self.slots.z
    }

    /// The target of the last evaluated chunk, `chunk × target dimension`; x itself unless the run has
    /// another target.
    pub fn y(&self) -> Slice {
        self.slots.y
    }

    /// The decoder's output over the last evaluated or decoded chunk, `chunk × NetSpec::out_dim`;
    /// [`Self::reconstructions`] makes means of it.
    pub fn out(&self) -> Slice {
        self.slots.out
    }

    /// Decoder means from rows of its output: the output itself, its mean half, or the sigmoid of its logits.
    pub fn reconstructions(&self, mut out: Vec<f32>) -> Vec<f32> {
        match self.net.likelihood {
            Likelihood::Gaussian => out,
            Likelihood::Bernoulli => {
                for value in &mut out {
                    *value = 1.0 / (1.0 + (-*value).exp());
                }
                out
            }
            Likelihood::GaussianPerPixel => {
                let channels = self.net.target.channels;
                let pixels = out.chunks_exact(2 * channels);
                pixels.flat_map(|p| p[..channels].to_vec()).collect()
            }
        }
    }

    /// −log p(y|z) of the rows of the last evaluated or decoded chunk.
    pub fn nll(&self) -> Slice {
        self.slots.nll
    }

    /// log p(z) − log q(z|x) of the rows of the last evaluated chunk.
    pub fn log_ratio(&self) -> Slice {
        self.slots.ratio
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
