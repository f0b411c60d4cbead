//! The part of the table from op to twin that concerns the objective.

use crate::compute::inputs::{StepInputs, StepMetrics};
use crate::compute::op::{EstimatorOp, ObjectiveOp};

use super::adam::{Parts, adam};
use super::analytic::{analytic_norms, analytic_spread, analytic_weight};
use super::backend::CpuBackend;
use super::importance::{importance_backward, importance_weights, log_ratio};
use super::objective::{ElboInputs, Sums, elbo, finalize};
use super::real::Real;

impl<T: Real> CpuBackend<T> {
    pub(super) fn execute_estimator(&mut self, op: &EstimatorOp, inputs: &StepInputs) {
        match *op {
            EstimatorOp::LogRatio {
                head,
                log_sigma2,
                z,
                ratio,
                latents,
                repeats,
                ..
            } => self.with(ratio, |this, ratio| {
                let posterior = this.posterior(head, log_sigma2, latents);
                log_ratio(posterior, inputs, this.slice(z), ratio, repeats);
            }),
            EstimatorOp::ImportanceWeights {
                nll,
                ratio,
                bound,
                weights,
                ..
            } => self.with_two(bound, Some(weights), |this, bound, weights| {
                let (nll, ratio) = (this.slice(nll), this.slice(ratio));
                importance_weights(nll, ratio, inputs, bound, weights.unwrap_or_default());
            }),
            EstimatorOp::ImportanceBackward {
                head,
                log_sigma2,
                z,
                dz,
                weights,
                table,
                dhead,
                dlog_sigma2_rows,
                latents,
                ..
            } => self.with_two(dhead, dlog_sigma2_rows, |this, dhead, rows| {
                let posterior = this.posterior(head, log_sigma2, latents);
                let pair = [this.slice(z), this.slice(dz)];
                let (weights, table) = (this.slice(weights), this.slice(table));
                importance_backward(posterior, inputs, pair, weights, table, dhead, rows);
            }),
            EstimatorOp::AnalyticNorms {
                weight,
                log_gamma,
                norms,
                ..
            } => self.with(norms, |this, norms| {
                analytic_norms(this.slice(weight), this.slice(log_gamma)[0], norms);
            }),
            EstimatorOp::AnalyticSpread {
                head,
                log_sigma2,
                norms,
                log_gamma,
                spread,
                latents,
                ..
            } => self.with(spread, |this, spread| {
                let posterior = this.posterior(head, log_sigma2, latents);
                let log_gamma = this.slice(log_gamma)[0];
                analytic_spread(posterior, this.slice(norms), log_gamma, spread);
            }),
            EstimatorOp::AnalyticWeight {
                head,
                log_sigma2,
                weight,
                log_gamma,
                dweight,
                rows,
                latents,
                ..
            } => self.with(dweight, |this, dweight| {
                let posterior = this.posterior(head, log_sigma2, latents);
                let log_gamma = this.slice(log_gamma)[0];
                analytic_weight(posterior, this.slice(weight), log_gamma, dweight, rows);
            }),
        }
    }

    pub(super) fn execute_objective(&mut self, op: &ObjectiveOp, inputs: &StepInputs) {
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
                dim,
                channels,
                repeats,
                likelihood,
                ..
            } => {
                let mut d = dout.map(|s| std::mem::take(&mut self.buffers[s.buffer.0]));
                self.with_two(sse, Some(nll), |this, sse, nll| {
                    let read = ElboInputs {
                        y: this.slice(y),
                        log_gamma: this.slice(log_gamma)[0],
                        spread: spread.map(|s| this.slice(s)),
                        weights: weights.map(|s| this.slice(s)),
                        dim,
                        channels,
                        repeats,
                        likelihood,
                    };
                    let out = this.slice(out);
                    elbo(read, out, d.as_deref_mut(), sse, nll.unwrap_or_default());
                });
                if let (Some(slice), Some(buffer)) = (dout, d) {
                    self.buffers[slice.buffer.0] = buffer;
                }
            }
            ObjectiveOp::Finalize {
                sse,
                nll,
                means,
                log_gamma,
                dlog_gamma,
                metrics,
                dim,
                likelihood,
                bound,
                ..
            } => {
                let mut gradient = T::ZERO;
                self.with(metrics, |this, metrics| {
                    let sums = Sums {
                        sse: this.slice(sse),
                        nll: this.slice(nll),
                        means: this.slice(means),
                        log_gamma: this.slice(log_gamma)[0],
                        dim,
                        likelihood,
                        bound,
                    };
                    let row = inputs.slot as usize * StepMetrics::ROW;
                    gradient = finalize(sums, inputs, &mut metrics[row..]);
                });
                self.slice_mut(dlog_gamma)[0] = gradient;
            }
            ObjectiveOp::Adam {
                parameters,
                gradients,
                moment1,
                moment2,
                decoder,
                log_gamma,
            } => {
                let mut finite = true;
                let mut p = std::mem::take(&mut self.buffers[parameters.buffer.0]);
                self.with_two(moment1, Some(moment2), |this, m, v| {
                    let parts = Parts { decoder, log_gamma };
                    let g = this.slice(gradients);
                    finite = adam(&mut p, g, m, v.unwrap_or_default(), parts, inputs);
                });
                self.buffers[parameters.buffer.0] = p;
                self.halted |= !finite;
            }
        }
    }
}
