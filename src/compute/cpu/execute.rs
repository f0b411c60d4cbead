//! The table from op to twin.

use crate::compute::inputs::StepInputs;
use crate::compute::op::{
    DenseOp, Epilogue, Finish, Gather, GatherSource, ImageOp, LatentOp, NormOp, Op, Slice,
};

use super::backend::CpuBackend;
use super::conv::{convolve, convolve_transposed, convolve_weight};
use super::dense::{
    dense_backward_input, dense_backward_weight, dense_forward, mask_latents, sum_rows,
};
use super::epilogue::{Finishing, Tail, pointwise};
use super::gather::{gather, gather_targets};
use super::latent::{Posterior, latent_means, reparameterize_backward, reparameterize_forward};
use super::modes::show_latents;
use super::norm::{
    norm_backward_affine, norm_backward_input, norm_forward, norm_moments, norm_update,
};
use super::real::Real;
use super::resample::{max_pool, max_pool_backward, upsample, upsample_backward};
use super::statistics::latent_statistics;

impl<T: Real> CpuBackend<T> {
    /// Lends a slice to write while everything else can be read.
    pub(super) fn with(&mut self, slice: Slice, work: impl FnOnce(&Self, &mut [T])) {
        let mut buffer = std::mem::take(&mut self.buffers[slice.buffer.0]);
        work(self, &mut buffer[slice.range()]);
        self.buffers[slice.buffer.0] = buffer;
    }

    /// Lends two slices of different buffers, the second if there is one.
    pub(super) fn with_two(
        &mut self,
        first: Slice,
        second: Option<Slice>,
        work: impl FnOnce(&Self, &mut [T], Option<&mut [T]>),
    ) {
        let mut other = second.map(|s| std::mem::take(&mut self.buffers[s.buffer.0]));
        self.with(first, |this, first| {
            let slice = second.zip(other.as_deref_mut());
            work(this, first, slice.map(|(s, buffer)| &mut buffer[s.range()]));
        });
        if let (Some(slice), Some(buffer)) = (second, other) {
            self.buffers[slice.buffer.0] = buffer;
        }
    }

    pub(super) fn posterior(
        &self,
        head: Slice,
        log_sigma2: Option<Slice>,
        latents: usize,
    ) -> Posterior<'_, T> {
        Posterior {
            head: self.slice(head),
            global: log_sigma2.map(|s| self.slice(s)),
            latents,
        }
    }

    fn tail(&self, epilogue: &Epilogue, inputs: &StepInputs) -> Tail<'_, T> {
        Tail {
            bias: epilogue.bias.map(|s| self.slice(s)),
            add: epilogue.add.map(|s| self.slice(s)),
            finish: match epilogue.finish {
                Finish::Activate(activation) => Finishing::Activate(activation),
                Finish::Slope { of, activation } => Finishing::Slope {
                    of: self.slice(of),
                    activation,
                },
            },
            alpha: T::of_f32(inputs.alpha),
        }
    }

    /// Runs one op.
    pub(super) fn execute_op(&mut self, op: &Op, inputs: &StepInputs) {
        match op {
            Op::Gather(op) => self.execute_gather(op, inputs),
            Op::Dense(op) => self.execute_dense(op, inputs),
            Op::Image(op) => self.execute_image(op, inputs),
            Op::Norm(op) => self.execute_norm(op, inputs),
            Op::Latent(op) => self.execute_latent(op, inputs),
            Op::Estimator(op) => self.execute_estimator(op, inputs),
            Op::Objective(op) => self.execute_objective(op, inputs),
        }
    }

    fn execute_gather(&mut self, op: &Gather, inputs: &StepInputs) {
        let Gather {
            x,
            dim,
            order,
            source,
            ..
        } = *op;
        self.with(x, |this, x| {
            let (data, pre) = (&this.data, &this.preprocessor);
            match source {
                GatherSource::Input => gather(x, dim, order, inputs, data, pre),
                GatherSource::Target => gather_targets(x, dim, order, inputs, pre),
            }
        });
    }

    fn execute_dense(&mut self, op: &DenseOp, inputs: &StepInputs) {
        match *op {
            DenseOp::Forward {
                x,
                weight,
                y,
                rows,
                inputs: width,
                outputs,
                epilogue,
            } => self.with(y, |this, y| {
                let tail = this.tail(&epilogue, inputs);
                let sizes = [rows, width, outputs];
                dense_forward(this.slice(x), this.slice(weight), y, sizes, tail);
            }),
            DenseOp::BackwardInput {
                dy,
                weight,
                dx,
                rows,
                inputs: width,
                outputs,
                epilogue,
            } => self.with(dx, |this, dx| {
                let tail = this.tail(&epilogue, inputs);
                let sizes = [rows, width, outputs];
                dense_backward_input(this.slice(dy), this.slice(weight), dx, sizes, tail);
            }),
            DenseOp::BackwardWeight {
                x,
                dy,
                dweight,
                dbias,
                rows,
                inputs: width,
                outputs,
            } => {
                // Both outputs lie in the gradient arena, the bias after its weight.
                let both = dbias.map_or(dweight, |b| Slice {
                    len: b.range().end - dweight.offset,
                    ..dweight
                });
                self.with(both, |this, out| {
                    let (weights, rest) = out.split_at_mut(dweight.len);
                    let bias = dbias.map(|b| {
                        let padding = rest.len() - b.len;
                        &mut rest[padding..]
                    });
                    let sizes = [rows, width, outputs];
                    dense_backward_weight(this.slice(x), this.slice(dy), weights, bias, sizes);
                });
            }
        }
    }

    fn execute_image(&mut self, op: &ImageOp, inputs: &StepInputs) {
        match *op {
            ImageOp::Convolve {
                large,
                weight,
                small,
                geometry,
                epilogue,
                ..
            } => self.with(small, |this, small| {
                let tail = this.tail(&epilogue, inputs);
                let (large, weight) = (this.slice(large), this.slice(weight));
                convolve(large, weight, small, &geometry, tail, &this.scratch);
            }),
            ImageOp::ConvolveTransposed {
                small,
                weight,
                large,
                geometry,
                epilogue,
                ..
            } => self.with(large, |this, large| {
                let tail = this.tail(&epilogue, inputs);
                let (small, weight) = (this.slice(small), this.slice(weight));
                convolve_transposed(small, weight, large, &geometry, tail, &this.scratch);
            }),
            ImageOp::ConvolveWeight {
                large,
                small,
                dweight,
                geometry,
                ..
            } => {
                let mut partials = std::mem::take(&mut self.partials);
                self.with(dweight, |this, dweight| {
                    let (large, small) = (this.slice(large), this.slice(small));
                    let scratch = &this.scratch;
                    convolve_weight(large, small, dweight, &geometry, scratch, &mut partials);
                });
                self.partials = partials;
            }
            ImageOp::Pointwise {
                x,
                y,
                channels,
                epilogue,
                ..
            } => self.with(y, |this, y| {
                pointwise(this.slice(x), y, channels, this.tail(&epilogue, inputs));
            }),
            ImageOp::MaxPool { x, y, shape, .. } => {
                self.with(y, |this, y| max_pool(this.slice(x), y, shape));
            }
            ImageOp::MaxPoolBackward {
                dy,
                x,
                dx,
                shape,
                epilogue,
                ..
            } => self.with(dx, |this, dx| {
                let tail = this.tail(&epilogue, inputs);
                max_pool_backward(this.slice(dy), this.slice(x), dx, shape, tail);
            }),
            ImageOp::Upsample {
                x,
                y,
                shape,
                bilinear,
                ..
            } => self.with(y, |this, y| upsample(this.slice(x), y, shape, bilinear)),
            ImageOp::UpsampleBackward {
                dy,
                dx,
                shape,
                bilinear,
                epilogue,
                ..
            } => self.with(dx, |this, dx| {
                let tail = this.tail(&epilogue, inputs);
                upsample_backward(this.slice(dy), dx, shape, bilinear, tail);
            }),
        }
    }

    fn execute_norm(&mut self, op: &NormOp, inputs: &StepInputs) {
        match *op {
            NormOp::SumRows { input, output, .. } => {
                self.with(output, |this, out| sum_rows(this.slice(input), out));
            }
            NormOp::NormMoments {
                x,
                moments,
                channels,
                ..
            } => self.with(moments, |this, moments| {
                norm_moments(this.slice(x), moments, channels);
            }),
            NormOp::NormForward {
                x,
                moments,
                affine,
                y,
                channels,
                epilogue,
                ..
            } => self.with(y, |this, y| {
                let tail = this.tail(&epilogue, inputs);
                let (moments, affine) = (this.slice(moments), this.slice(affine));
                norm_forward(this.slice(x), moments, affine, y, channels, tail);
            }),
            NormOp::NormBackwardAffine {
                dy,
                x,
                moments,
                daffine,
                channels,
                ..
            } => self.with(daffine, |this, daffine| {
                let moments = this.slice(moments);
                norm_backward_affine(this.slice(dy), this.slice(x), moments, daffine, channels);
            }),
            NormOp::NormBackwardInput {
                dy,
                x,
                moments,
                affine,
                daffine,
                dx,
                channels,
                epilogue,
                ..
            } => self.with(dx, |this, dx| {
                let tail = this.tail(&epilogue, inputs);
                norm_backward_input(
                    [this.slice(dy), this.slice(x)],
                    this.slice(moments),
                    this.slice(affine),
                    this.slice(daffine),
                    dx,
                    channels,
                    tail,
                );
            }),
            NormOp::NormUpdate {
                moments,
                running,
                rows,
                ..
            } => self.with(running, |this, running| {
                norm_update(this.slice(moments), running, rows);
            }),
        }
    }

    fn execute_latent(&mut self, op: &LatentOp, inputs: &StepInputs) {
        match *op {
            LatentOp::ReparameterizeForward {
                head,
                log_sigma2,
                z,
                table,
                seen,
                kl,
                latents,
                repeats,
                noise,
                ..
            } => {
                self.with_two(z, Some(kl), |this, z, kl| {
                    let posterior = this.posterior(head, log_sigma2, latents);
                    let kl = kl.unwrap_or_default();
                    reparameterize_forward(posterior, noise, repeats, inputs, z, kl);
                });
                self.with(seen, |this, seen| {
                    show_latents(this.slice(z), this.slice(table), noise, inputs, seen);
                });
            }
            LatentOp::LatentMeans { kl, means, .. } => {
                self.with(means, |this, means| latent_means(this.slice(kl), means));
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
                latents,
                ..
            } => self.with_two(dhead, dlog_sigma2_rows, |this, dhead, rows| {
                let posterior = this.posterior(head, log_sigma2, latents);
                let norms = norms.map(|s| this.slice(s));
                let pair = [this.slice(z), this.slice(dz)];
                let table = this.slice(table);
                reparameterize_backward(posterior, inputs, pair, table, norms, dhead, rows);
            }),
            LatentOp::MaskLatents {
                z, mask, output, ..
            } => self.with(output, |this, out| {
                mask_latents(this.slice(z), this.slice(mask), out);
            }),
            LatentOp::LatentStatistics {
                head,
                log_sigma2,
                kl,
                statistics,
                rows,
                latents,
            } => self.with(statistics, |this, out| {
                let counted = rows.min(inputs.rows as usize);
                let posterior = this.posterior(head, log_sigma2, latents);
                latent_statistics(posterior, this.slice(kl), counted, out);
            }),
        }
    }
}
