// y ← x with twice the sides, by repetition or bilinear interpolation between pixel centres.
//
//!import step
//!import bilinear

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read_write> y: array<f32>;

// A number of sample `sample` of x.
fn pixel_at(sample: u32, row: u32, column: u32, channel: u32) -> f32 {
    return x[((sample * call.small_height + row) * call.small_width + column) * call.channels + channel];
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = linear_group(group, groups) * WORKGROUP + local;
    if at >= call.count {
        return;
    }
    let channel = at % call.channels;
    let pixel = at / call.channels;
    let column = pixel % call.large_width;
    let line = pixel / call.large_width;
    let row = line % call.large_height;
    let sample = line / call.large_height;
    var value = 0.0;
    if has(FLAG_BILINEAR) {
        let down = between(row, call.small_height);
        let right = between(column, call.small_width);
        let upper = (1.0 - right.share) * pixel_at(sample, down.first, right.first, channel)
            + right.share * pixel_at(sample, down.first, right.second, channel);
        let lower = (1.0 - right.share) * pixel_at(sample, down.second, right.first, channel)
            + right.share * pixel_at(sample, down.second, right.second, channel);
        value = (1.0 - down.share) * upper + down.share * lower;
    } else {
        value = pixel_at(sample, row / 2u, column / 2u, channel);
    }
    check(value);
    y[at] = value;
}
