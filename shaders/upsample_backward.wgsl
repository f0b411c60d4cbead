// dx ← epilogue(transpose of `upsample` applied to dy), as a gather.
//
//!import step
//!import epilogue
//!import bilinear

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> dy: array<f32>;
@group(1) @binding(2) var<storage, read> addend: array<f32>;
@group(1) @binding(3) var<storage, read> before: array<f32>;
@group(1) @binding(4) var<storage, read_write> dx: array<f32>;

fn bias_at(channel: u32) -> f32 {
    return 0.0;
}

fn addend_at(at: u32) -> f32 {
    return addend[at];
}

fn output_at(at: u32) -> f32 {
    return before[at];
}

// The share of small line `at` in large line `large`.
fn share_of(at: u32, large: u32, length: u32) -> f32 {
    if !has(FLAG_BILINEAR) {
        return select(0.0, 1.0, large / 2u == at);
    }
    let lines = between(large, length);
    return select(0.0, 1.0 - lines.share, lines.first == at) + select(0.0, lines.share, lines.second == at);
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
    let column = pixel % call.small_width;
    let line = pixel / call.small_width;
    let row = line % call.small_height;
    let sample = line / call.small_height;
    // Only the lines 2r − 1 to 2r + 2 hear from line r.
    let last_row = min(2u * row + 2u, call.large_height - 1u);
    let last_column = min(2u * column + 2u, call.large_width - 1u);
    var sum = 0.0;
    for (var r = max(2u * row, 1u) - 1u; r <= last_row; r++) {
        let down = share_of(row, r, call.small_height);
        for (var c = max(2u * column, 1u) - 1u; c <= last_column; c++) {
            let share = down * share_of(column, c, call.small_width);
            sum += share * dy[((sample * call.large_height + r) * call.large_width + c) * call.channels + channel];
        }
    }
    let value = finished(at, channel, sum);
    check(value);
    dx[at] = value;
}
