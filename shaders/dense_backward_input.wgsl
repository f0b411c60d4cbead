// dx ← (dy Wᵀ) ⊙ f′, with f′ taken from the activation's output x.
//
//!import step
//!import activation
//!import matmul

@group(1) @binding(1) var<storage, read> dy: array<f32>;
@group(1) @binding(2) var<storage, read> weight: array<f32>;
@group(1) @binding(3) var<storage, read> x: array<f32>;
@group(1) @binding(4) var<storage, read_write> dx: array<f32>;

const A_BY_K: bool = true;
const B_BY_K: bool = true;

fn sizes() -> vec3<u32> {
    return vec3<u32>(call.rows, call.width, call.outputs);
}

fn load_a(row: u32, k: u32) -> f32 {
    return dy[row * call.outputs + k];
}

fn load_b(k: u32, column: u32) -> f32 {
    return weight[column * call.outputs + k];
}

fn store(row: u32, column: u32, value: f32) {
    let at = row * call.width + column;
    let result = value * activation_slope(call.activation, x[at]);
    check(result);
    dx[at] = result;
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    multiply(linear_group(group, groups), local);
}
