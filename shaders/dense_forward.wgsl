// y ← epilogue(x W).
//
//!import step
//!import operands
//!import matmul

@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> weight: array<f32>;
@group(1) @binding(3) var<storage, read> bias: array<f32>;
@group(1) @binding(4) var<storage, read> addend: array<f32>;
@group(1) @binding(5) var<storage, read> before: array<f32>;
@group(1) @binding(6) var<storage, read_write> result: array<f32>;

const A_BY_K: bool = true;
const B_BY_K: bool = false;

fn sizes() -> vec3<u32> {
    return vec3<u32>(call.rows, call.outputs, call.width);
}

fn row_a(row: u32) -> vec3<u32> {
    return vec3<u32>(row * call.width, 0u, 0u);
}

fn depth_a(k: u32) -> vec3<u32> {
    return vec3<u32>(k, 0u, 0u);
}

fn load_a(row: vec3<u32>, depth: vec3<u32>) -> f32 {
    return x[row.x + depth.x];
}

fn column_b(column: u32) -> u32 {
    return column;
}

fn depth_b(k: u32) -> u32 {
    return k * call.outputs;
}

fn load_b(at: u32) -> f32 {
    return weight[at];
}

fn place(row: u32, column: u32) -> u32 {
    return row * call.outputs + column;
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
    multiply(linear_group(group, groups), local);
}
