//! Calls of convolutions, pooling, upsampling and elementwise ops.

use crate::compute::gpu::shader::Variant;
use crate::compute::op::{ImageOp, Slice};
use crate::model::{Geometry, Shape};

use super::choice::{Choice, Split, workgroups};
use super::inputs::{CallInputs, flag};
use super::product::Product;
use super::{Call, Operand, operands, with_epilogue};

/// `base` with a geometry.
fn connected(base: CallInputs, g: &Geometry) -> CallInputs {
    CallInputs {
        width: g.patch() as u32,
        kernel: g.kernel as u32,
        stride: g.stride as u32,
        padding: g.padding as u32,
        large_height: g.large.height as u32,
        large_width: g.large.width as u32,
        large_channels: g.large.channels as u32,
        small_height: g.small.height as u32,
        small_width: g.small.width as u32,
        small_channels: g.small.channels as u32,
        ..base
    }
}

/// `base` with an image and one of half its sides, `count` elements of one of which are computed.
fn halved(base: CallInputs, large: Shape, small: Shape, count: usize) -> CallInputs {
    CallInputs {
        count: count as u32,
        channels: large.channels as u32,
        large_height: large.height as u32,
        large_width: large.width as u32,
        small_height: small.height as u32,
        small_width: small.width as u32,
        ..base
    }
}

/// The image that pooling makes of one.
fn pooled(shape: Shape) -> Shape {
    Shape {
        height: shape.height / 2,
        width: shape.width / 2,
        ..shape
    }
}

/// The image of twice the sides.
fn doubled(shape: Shape) -> Shape {
    Shape {
        height: 2 * shape.height,
        width: 2 * shape.width,
        ..shape
    }
}

/// The calls of an image op.
#[expect(
    clippy::too_many_lines,
    reason = "the table from op to call, one arm each"
)]
pub(super) fn calls(
    op: &ImageOp,
    kernel: &'static str,
    base: CallInputs,
    choice: Choice,
) -> Vec<Call> {
    let elementwise = |reads: Vec<Operand>, written: Operand, inputs: CallInputs, cost: usize| {
        vec![Call::elementwise(
            kernel,
            reads,
            vec![written],
            inputs,
            cost,
        )]
    };
    match *op {
        ImageOp::Convolve {
            large,
            weight,
            small,
            rows,
            ref geometry,
            ref epilogue,
        } => {
            let pixels = rows * geometry.small.pixels();
            Product {
                kernel,
                rows: pixels,
                columns: geometry.small.channels,
                depth: geometry.patch(),
                factors: [large, weight],
                epilogue: Some(epilogue),
                result: small,
                rest: None,
                long: false,
                inputs: CallInputs {
                    rows: pixels as u32,
                    ..connected(base, geometry)
                },
            }
            .calls(choice)
        }
        ImageOp::ConvolveWeight {
            large,
            small,
            dweight,
            rows,
            ref geometry,
        } => {
            let pixels = rows * geometry.small.pixels();
            Product {
                kernel,
                rows: geometry.patch(),
                columns: geometry.small.channels,
                depth: pixels,
                factors: [large, small],
                epilogue: None,
                result: dweight,
                rest: None,
                long: true,
                inputs: CallInputs {
                    rows: pixels as u32,
                    ..connected(base, geometry)
                },
            }
            .calls(choice)
        }
        ImageOp::ConvolveTransposed {
            small,
            weight,
            large,
            rows,
            ref geometry,
            ref epilogue,
        } => {
            let base = with_epilogue(connected(base, geometry), epilogue);
            let [bias, add, of] = operands(epilogue);
            vec![transposed(
                kernel,
                vec![small.into(), weight.into(), bias, add, of],
                large,
                rows,
                geometry,
                base,
                choice,
            )]
        }
        ImageOp::Pointwise {
            x,
            y,
            channels,
            ref epilogue,
            ..
        } => {
            let [bias, add, of] = operands(epilogue);
            let inputs = CallInputs {
                count: y.len as u32,
                channels: channels as u32,
                ..with_epilogue(base, epilogue)
            };
            elementwise(vec![x.into(), bias, add, of], y.into(), inputs, 16)
        }
        ImageOp::MaxPool { x, y, shape, .. } => {
            let inputs = halved(base, shape, pooled(shape), y.len);
            elementwise(vec![x.into()], y.into(), inputs, 32)
        }
        ImageOp::MaxPoolBackward {
            dy,
            x,
            dx,
            shape,
            ref epilogue,
            ..
        } => {
            let inputs = halved(base, shape, pooled(shape), dx.len);
            let [_, add, _] = operands(epilogue);
            let inputs = with_epilogue(inputs, epilogue);
            elementwise(vec![dy.into(), x.into(), add], dx.into(), inputs, 32)
        }
        ImageOp::Upsample {
            x,
            y,
            shape,
            bilinear,
            ..
        } => {
            let inputs = CallInputs {
                flags: flag(bilinear, CallInputs::BILINEAR),
                ..halved(base, doubled(shape), shape, y.len)
            };
            elementwise(vec![x.into()], y.into(), inputs, 32)
        }
        ImageOp::UpsampleBackward {
            dy,
            dx,
            shape,
            bilinear,
            ref epilogue,
            ..
        } => {
            let inputs = CallInputs {
                flags: flag(bilinear, CallInputs::BILINEAR),
                ..halved(base, doubled(shape), shape, dx.len)
            };
            let [_, add, of] = operands(epilogue);
            let inputs = with_epilogue(inputs, epilogue);
            elementwise(vec![dy.into(), add, of], dx.into(), inputs, 64)
        }
    }
}

/// A transposed convolution: a dense product for each of stride² classes of pixels, all in one call.
fn transposed(
    kernel: &'static str,
    reads: Vec<Operand>,
    large: Slice,
    rows: usize,
    g: &Geometry,
    base: CallInputs,
    choice: Choice,
) -> Call {
    let lines = g.large.height.div_ceil(g.stride) * g.large.width.div_ceil(g.stride);
    let channels = g.large.channels;
    let tile = choice.tile(rows * lines, channels);
    let groups = workgroups(tile, rows * lines, channels);
    Call {
        variant: Variant {
            kernel,
            tile: Some(tile),
        },
        reads,
        writes: vec![large.into()],
        inputs: CallInputs {
            rows: rows as u32,
            count: large.len as u32,
            split_depth: Split::WHOLE.depth as u32,
            chunk: groups as u32,
            ..base
        },
        workgroups: groups * g.stride * g.stride,
        work: (rows * g.macs()) as u64,
    }
}
