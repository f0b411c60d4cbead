// dW ← xᵀ dy, db ← column sums of dy.
//
// The bias is one more row of W whose input is always 1, so one product yields both.
//
//!import step
//!import matmul

@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> dy: array<f32>;
@group(1) @binding(3) var<storage, read_write> dweight: array<f32>;
@group(1) @binding(4) var<storage, read_write> dbias: array<f32>;

const A_BY_K: bool = false;
const B_BY_K: bool = false;

fn sizes() -> vec3<u32> {
    return vec3<u32>(call.width + 1u, call.outputs, call.rows);
}

fn load_a(row: u32, k: u32) -> f32 {
    if row == call.width {
        return 1.0;
    }
    return x[k * call.width + row];
}

fn load_b(k: u32, column: u32) -> f32 {
    return dy[k * call.outputs + column];
}

fn store(row: u32, column: u32, value: f32) {
    check(value);
    if row == call.width {
        dbias[column] = value;
    } else {
        dweight[row * call.outputs + column] = value;
    }
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    multiply(linear_group(group, groups), local);
}
