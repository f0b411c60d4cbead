// dW ← Σ over samples and small pixels of (patch of large)ᵀ (pixel of small).
//
//!import step
//!import patches
//!import matmul

@group(1) @binding(1) var<storage, read> large: array<f32>;
@group(1) @binding(2) var<storage, read> small: array<f32>;
@group(1) @binding(3) var<storage, read_write> result: array<f32>;

const A_BY_K: bool = false;
const B_BY_K: bool = false;

// The patch by channels, over all pixels.
fn sizes() -> vec3<u32> {
    return vec3<u32>(call.width, call.small_channels, call.rows);
}

fn row_a(row: u32) -> vec3<u32> {
    return tap_of(row);
}

fn depth_a(k: u32) -> vec3<u32> {
    return corner_of(k);
}

fn load_a(row: vec3<u32>, depth: vec3<u32>) -> f32 {
    return patch_value(depth, row);
}

fn column_b(column: u32) -> u32 {
    return column;
}

fn depth_b(k: u32) -> u32 {
    return k * call.small_channels;
}

fn load_b(at: u32) -> f32 {
    return small[at];
}

fn place(row: u32, column: u32) -> u32 {
    return row * call.small_channels + column;
}

fn store(at: u32, column: u32, value: f32) {
    check(value);
    result[at] = value;
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    multiply(linear_group(group, groups), local);
}
