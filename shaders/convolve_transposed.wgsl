// large ← epilogue(the transpose of a convolution applied to small), as a gather.
//
// Large row y hears from small row r through tap i where y = r·stride + i − padding: only taps congruent to
// y + padding. So rows and columns fall into stride² families, and within a family every pixel has the same taps:
// each family is a dense product that wastes nothing. Workgroups are numbered family by family.
//
//!import step
//!import operands
//!import matmul

@group(1) @binding(1) var<storage, read> small: array<f32>;
@group(1) @binding(2) var<storage, read> weight: array<f32>;
@group(1) @binding(3) var<storage, read> bias: array<f32>;
@group(1) @binding(4) var<storage, read> addend: array<f32>;
@group(1) @binding(5) var<storage, read> before: array<f32>;
@group(1) @binding(6) var<storage, read_write> result: array<f32>;

const A_BY_K: bool = true;
const B_BY_K: bool = true;

// What the family of this workgroup makes of rows (x) and columns (y): their residue, how many there are, the first
// tap, how many taps, and the small line that the first line hears from through the first tap.
struct Family {
    residue: vec2<u32>,
    lines: vec2<u32>,
    first_tap: vec2<u32>,
    taps: vec2<u32>,
    first_small: vec2<u32>,
}

var<private> family: Family;

fn family_of(index: u32) -> Family {
    let stride = vec2<u32>(call.stride);
    let residue = vec2<u32>(index / call.stride, index % call.stride);
    let large_size = vec2<u32>(call.large_height, call.large_width);
    let first_tap = (residue + call.padding) % stride;
    return Family(
        residue,
        (large_size + stride - 1u - residue) / stride,
        first_tap,
        // No tap where the first would lie outside the kernel.
        (max(vec2<u32>(call.kernel), first_tap) - first_tap + stride - 1u) / stride,
        (residue + call.padding) / stride,
    );
}

// Pixels of the family by channels, over taps and small channels.
fn sizes() -> vec3<u32> {
    return vec3<u32>(
        call.rows * family.lines.x * family.lines.y,
        call.large_channels,
        family.taps.x * family.taps.y * call.small_channels,
    );
}

// First element of the small sample, and the small pixel heard from through the first tap.
fn row_a(row: u32) -> vec3<u32> {
    let line = row / family.lines.y;
    return vec3<u32>(
        (line / family.lines.x) * (call.small_height * call.small_width * call.small_channels),
        line % family.lines.x + family.first_small.x,
        row % family.lines.y + family.first_small.y,
    );
}

// Channel, and number of the tap within the family.
fn depth_a(k: u32) -> vec3<u32> {
    let tap = k / call.small_channels;
    return vec3<u32>(k % call.small_channels, tap / family.taps.y, tap % family.taps.y);
}

// A later tap hears from an earlier small pixel; one before the image wraps to a huge number.
fn load_a(row: vec3<u32>, depth: vec3<u32>) -> f32 {
    let r = row.y - depth.y;
    let c = row.z - depth.z;
    if r >= call.small_height || c >= call.small_width {
        return 0.0;
    }
    return small[row.x + (r * call.small_width + c) * call.small_channels + depth.x];
}

fn column_b(column: u32) -> u32 {
    return column * call.small_channels;
}

fn depth_b(k: u32) -> u32 {
    let depth = depth_a(k);
    let tap = family.first_tap + call.stride * depth.yz;
    return (tap.x * call.kernel + tap.y) * (call.large_channels * call.small_channels) + depth.x;
}

fn load_b(at: u32) -> f32 {
    return weight[at];
}

fn place(row: u32, column: u32) -> u32 {
    let line = row / family.lines.y;
    let sample = line / family.lines.x;
    let y = family.residue.x + call.stride * (line % family.lines.x);
    let x = family.residue.y + call.stride * (row % family.lines.y);
    return ((sample * call.large_height + y) * call.large_width + x) * call.large_channels + column;
}

fn store(at: u32, column: u32, value: f32) {
    let finished_value = finished(at, column, value);
    check(finished_value);
    result[at] = finished_value;
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    // `chunk` is the number of workgroups of a family.
    let block = linear_group(group, groups);
    let index = block / call.chunk;
    if index >= call.stride * call.stride {
        return;
    }
    family = family_of(index);
    multiply(block % call.chunk, local);
}
