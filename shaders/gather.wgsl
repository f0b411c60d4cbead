// x ← preprocessed samples, or their targets: one workgroup per row. Where the data lie in several buffers, a call per
// buffer, each for the rows whose sample is there; where they do not fit, the rows come in order.
//
//!import step
//!import random

override WORKGROUP: u32 = 64u;

// The stored values: bytes four to a word, or floats.
@group(1) @binding(1) var<storage, read> data: array<u32>;
// The mean, then, if the data are standardised, one over the standard deviations.
@group(1) @binding(2) var<storage, read> mean: array<f32>;
@group(1) @binding(3) var<storage, read_write> x: array<f32>;

var<workgroup> shared_sample: u32;

fn stored_value(element: u32) -> f32 {
    if has(FLAG_BYTES) {
        return f32((data[element / 4u] >> (8u * (element % 4u))) & 0xffu);
    }
    return bitcast<f32>(data[element]);
}

// Twin of `PixelTransform::apply`.
fn pixel_value(value: f32, u: f32) -> f32 {
    let w = (value - call.offset + u * call.dequantize) * call.scale;
    if call.logit_lambda > 0.0 {
        let p = call.logit_lambda + (1.0 - 2.0 * call.logit_lambda) * w;
        return portable_ln(p / (1.0 - p));
    }
    return w;
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let row = linear_group(group, groups);
    if row >= call.rows {
        return;
    }
    if local == 0u {
        // Positions past the end wrap; they do not count.
        var position = (inputs.first + row) % inputs.samples;
        if has(FLAG_SHUFFLED) {
            position = permute(inputs.seed, inputs.epoch, inputs.samples, position);
        }
        shared_sample = position;
    }
    let sample = workgroupUniformLoad(&shared_sample);
    let local_sample = sample - call.first_sample;
    // Samples before the first wrap to huge numbers.
    if local_sample >= call.sample_count {
        return;
    }
    let stored = select(local_sample, inputs.streamed + row, has(FLAG_STREAMED));
    // Evaluations draw the same noise every time.
    let draw = select(0xffffffffu, inputs.step, has(FLAG_SHUFFLED));
    for (var p = local; p < call.width; p += WORKGROUP) {
        var u = 0.0;
        if call.dequantize > 0.0 {
            // By the sample, wherever it is stored.
            u = random_uniform(inputs.seed, STREAM_DEQUANTIZE, sample * call.width + p, draw);
        }
        var value = pixel_value(stored_value(stored * call.width + p), u);
        if has(FLAG_CENTERED) {
            value -= mean[p];
        }
        if has(FLAG_STANDARDIZED) {
            value *= mean[call.width + p];
        }
        check(value);
        x[row * call.width + p] = value;
    }
}
