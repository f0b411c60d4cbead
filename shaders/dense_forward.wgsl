// y ← f(x W + b).
//
//!import step
//!import activation
//!import matmul

@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> weight: array<f32>;
@group(1) @binding(3) var<storage, read> bias: array<f32>;
@group(1) @binding(4) var<storage, read_write> y: array<f32>;

const A_BY_K: bool = true;
const B_BY_K: bool = false;

fn sizes() -> vec3<u32> {
    return vec3<u32>(call.rows, call.outputs, call.width);
}

fn load_a(row: u32, k: u32) -> f32 {
    return x[row * call.width + k];
}

fn load_b(k: u32, column: u32) -> f32 {
    return weight[k * call.outputs + column];
}

fn store(row: u32, column: u32, value: f32) {
    let result = activate(call.activation, value + bias[column]);
    check(result);
    y[row * call.outputs + column] = result;
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    multiply(linear_group(group, groups), local);
}
