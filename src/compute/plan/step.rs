//! The ops of a training step: forward, objective, backward.

use crate::compute::op::{BatchOrder, EstimatorOp, LatentOp, NormOp, ObjectiveOp, Op, Slice};
use crate::config::{Estimator, PosteriorVariance};
use crate::model::NodeKind;
use crate::rng::Stream;

use super::backward::Stack;
use super::buffers::{Buffers, Flow};
use super::forward::{Builder, Phase};

/// What an estimator leaves for the backward pass.
struct Terms {
    /// `‖W_j‖²/2γ`, of the analytic objective.
    norms: Option<Slice>,
    /// Importance weights.
    weights: Option<Slice>,
    /// One number per row whose mean, with the KL unless it is a bound, is the loss.
    loss_rows: Slice,
}

/// Where the backward pass through the posterior begins and ends.
struct Seeds {
    dz: Slice,
    dhead: Slice,
}

impl Builder<'_> {
    /// All ops of a training step but Adam.
    pub(super) fn train(&self, buffers: &mut Buffers, flow: &Flow, metrics: Slice) -> Vec<Op> {
        let (net, latents) = (self.net, self.net.latents);
        let mut ops = self.encode(flow, BatchOrder::Shuffled, Stream::Epsilon, Phase::Train);
        let means = Slice {
            len: latents,
            ..self.table
        };
        ops.push(Op::Latent(LatentOp::LatentMeans {
            kl: flow.kl,
            means,
            rows: flow.rows,
            latents,
        }));
        ops.extend(self.decode(flow.seen, flow, Phase::Train));

        let gradients = |buffers: &mut Buffers, nodes: &[crate::model::Node], rows: usize| {
            nodes
                .iter()
                .map(|n| buffers.add(&format!("train.d_{}", n.name), rows * n.output.len()))
                .collect::<Vec<_>>()
        };
        let d_encoder = gradients(buffers, &net.encoder, flow.rows);
        let d_decoder = gradients(buffers, &net.decoder, flow.samples());
        let dz = buffers.add("train.d_z", flow.samples() * latents);
        let dout = d_decoder.last().copied();
        let terms = self.objective(&mut ops, buffers, flow, dout);
        ops.push(Op::Objective(ObjectiveOp::Finalize {
            sse: flow.sse,
            nll: terms.loss_rows,
            means,
            log_gamma: self.log_gamma(),
            dlog_gamma: self.tensor(self.gradients, "log_gamma"),
            metrics,
            sse_rows: flow.samples(),
            nll_rows: terms.loss_rows.len,
            latents,
            dim: net.target_dim(),
            likelihood: net.likelihood,
            bound: terms.weights.is_some(),
        }));
        self.backward(
            &mut ops,
            buffers,
            &Stack {
                nodes: &net.decoder,
                input: flow.seen,
                values: &flow.decoder,
                gradients: &d_decoder,
                d_input: Some(dz),
                rows: flow.samples(),
            },
        );
        let dhead = d_encoder.last().copied().unwrap_or(dz);
        self.posterior_backward(&mut ops, buffers, flow, &terms, Seeds { dz, dhead });
        self.backward(
            &mut ops,
            buffers,
            &Stack {
                nodes: &net.encoder,
                input: flow.x,
                values: &flow.encoder,
                gradients: &d_encoder,
                d_input: None,
                rows: flow.rows,
            },
        );
        self.commit_norms(&mut ops, flow);
        ops
    }

    /// The data term and, for the estimators that have one, their share of the KL.
    fn objective(
        &self,
        ops: &mut Vec<Op>,
        buffers: &mut Buffers,
        flow: &Flow,
        dout: Option<Slice>,
    ) -> Terms {
        let (net, latents) = (self.net, self.net.latents);
        let head = flow.head();
        let log_sigma2 = self.log_sigma2(self.parameters);
        let mut norms = None;
        let mut weights = None;
        let mut loss_rows = flow.nll;
        match net.estimator {
            Estimator::Sampled => ops.push(self.elbo(flow, None, None, dout)),
            Estimator::Analytic => {
                let norm = buffers.add("train.norms", latents);
                let spread = buffers.add("train.spread", flow.rows);
                ops.push(Op::Estimator(EstimatorOp::AnalyticNorms {
                    weight: self.tensor(self.parameters, "decoder.out.weight"),
                    log_gamma: self.log_gamma(),
                    norms: norm,
                    latents,
                    dim: net.target_dim(),
                }));
                ops.push(Op::Estimator(EstimatorOp::AnalyticSpread {
                    head,
                    log_sigma2,
                    norms: norm,
                    log_gamma: self.log_gamma(),
                    spread,
                    rows: flow.rows,
                    latents,
                }));
                ops.push(self.elbo(flow, Some(spread), None, dout));
                norms = Some(norm);
            }
            Estimator::ImportanceWeighted(repeats) => {
                let ratio = buffers.add("train.log_ratio", flow.samples());
                let bound = buffers.add("train.bound", flow.rows);
                let weight = buffers.add("train.weights", flow.samples());
                ops.push(self.log_ratio(flow, ratio));
                ops.push(self.elbo(flow, None, None, None));
                ops.push(Op::Estimator(EstimatorOp::ImportanceWeights {
                    nll: flow.nll,
                    ratio,
                    bound,
                    weights: weight,
                    rows: flow.rows,
                    repeats,
                }));
                ops.push(self.elbo(flow, None, Some(weight), dout));
                loss_rows = bound;
                weights = Some(weight);
            }
        }
        Terms {
            norms,
            weights,
            loss_rows,
        }
    }

    /// From the gradients of z to those of the encoder's head and of a global variance.
    fn posterior_backward(
        &self,
        ops: &mut Vec<Op>,
        buffers: &mut Buffers,
        flow: &Flow,
        terms: &Terms,
        Seeds { dz, dhead }: Seeds,
    ) {
        let (net, latents) = (self.net, self.net.latents);
        let head = flow.head();
        let log_sigma2 = self.log_sigma2(self.parameters);
        if net.estimator == Estimator::Analytic {
            ops.push(Op::Estimator(EstimatorOp::AnalyticWeight {
                head,
                log_sigma2,
                weight: self.tensor(self.parameters, "decoder.out.weight"),
                log_gamma: self.log_gamma(),
                dweight: self.tensor(self.gradients, "decoder.out.weight"),
                rows: flow.rows,
                latents,
                dim: net.target_dim(),
            }));
        }

        let dlog_sigma2_rows = (net.variance == PosteriorVariance::Global)
            .then(|| buffers.add("train.d_log_sigma2_rows", flow.rows * latents));
        ops.push(match terms.weights {
            None => Op::Latent(LatentOp::ReparameterizeBackward {
                head,
                log_sigma2,
                z: flow.z,
                dz,
                table: self.table,
                norms: terms.norms,
                dhead,
                dlog_sigma2_rows,
                rows: flow.rows,
                latents,
            }),
            Some(weights) => Op::Estimator(EstimatorOp::ImportanceBackward {
                head,
                log_sigma2,
                z: flow.z,
                dz,
                weights,
                table: self.table,
                dhead,
                dlog_sigma2_rows,
                rows: flow.rows,
                latents,
                repeats: flow.repeats,
            }),
        });
        if let (Some(input), Some(output)) = (dlog_sigma2_rows, self.log_sigma2(self.gradients)) {
            ops.push(Op::Norm(NormOp::SumRows {
                input,
                output,
                rows: flow.rows,
                columns: latents,
            }));
        }
    }

    /// The running moments take the batch's in, once nothing of the step can go wrong any more.
    fn commit_norms(&self, ops: &mut Vec<Op>, flow: &Flow) {
        let sides = [
            (&self.net.encoder, flow.rows),
            (&self.net.decoder, flow.samples()),
        ];
        for (nodes, rows) in sides {
            for node in nodes.iter().filter(|n| n.kind == NodeKind::Norm) {
                ops.push(Op::Norm(NormOp::NormUpdate {
                    moments: self.batch_moments(node),
                    running: self.part(self.parameters, node, "running"),
                    rows: rows * node.output.pixels(),
                    channels: node.output.channels,
                }));
            }
        }
    }

    pub(super) fn log_ratio(&self, flow: &Flow, ratio: Slice) -> Op {
        Op::Estimator(EstimatorOp::LogRatio {
            head: flow.head(),
            log_sigma2: self.log_sigma2(self.parameters),
            z: flow.z,
            ratio,
            rows: flow.rows,
            latents: self.net.latents,
            repeats: flow.repeats,
        })
    }
}
