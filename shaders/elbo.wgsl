// sse ← ‖x̂ − x‖² of every row; dx̂ ← (x̂ − x)/(γB) where asked for. One workgroup per row.
//
//!import step
//!import reduce

@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> xhat: array<f32>;
@group(1) @binding(3) var<storage, read> log_gamma: array<f32>;
@group(1) @binding(4) var<storage, read_write> sse: array<f32>;
@group(1) @binding(5) var<storage, read_write> dxhat: array<f32>;

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
    let scale = 1.0 / (exp(log_gamma[0]) * f32(call.rows));
    var sum = 0.0;
    for (var p = local; p < call.width; p += WORKGROUP) {
        let at = row * call.width + p;
        let residual = xhat[at] - x[at];
        sum += residual * residual;
        if has(FLAG_GRADIENT) {
            let gradient = residual * scale;
            check(gradient);
            dxhat[at] = gradient;
        }
    }
    let total = workgroup_sum(sum, local);
    if local == 0u {
        check(total);
        sse[row] = total;
    }
}
