// dW ← xᵀ dy, db ← column sums of dy.
//
// The bias is one more row of W whose input is always 1, so one product yields both.
//
//!import step
//!import matmul

@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> dy: array<f32>;
@group(1) @binding(3) var<storage, read_write> result: array<f32>;
@group(1) @binding(4) var<storage, read_write> dbias: array<f32>;

const A_BY_K: bool = false;
const B_BY_K: bool = false;

fn sizes() -> vec3<u32> {
    return vec3<u32>(call.width + select(0u, 1u, has(FLAG_GRADIENT)), call.outputs, call.rows);
}

fn row_a(row: u32) -> vec3<u32> {
    return vec3<u32>(row, 0u, 0u);
}

fn depth_a(k: u32) -> vec3<u32> {
    return vec3<u32>(k * call.width, 0u, 0u);
}

fn load_a(row: vec3<u32>, depth: vec3<u32>) -> f32 {
    if row.x == call.width {
        return 1.0;
    }
    return x[row.x + depth.x];
}

fn column_b(column: u32) -> u32 {
    return column;
}

fn depth_b(k: u32) -> u32 {
    return k * call.outputs;
}

fn load_b(at: u32) -> f32 {
    return dy[at];
}

fn place(row: u32, column: u32) -> u32 {
    return row * call.outputs + column;
}

fn store(at: u32, column: u32, value: f32) {
    check(value);
    if at < call.edge {
        result[at] = value;
    } else {
        dbias[at - call.edge] = value;
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
