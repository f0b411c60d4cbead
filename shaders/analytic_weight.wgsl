// dW_j ← dW_j + (mean over rows of σ_j²/γ) W_j: one workgroup per latent j.
//
//!import step
//!import reduce
//!import posterior

@group(1) @binding(1) var<storage, read> head: array<f32>;
@group(1) @binding(2) var<storage, read> log_sigma2: array<f32>;
@group(1) @binding(3) var<storage, read> weight: array<f32>;
@group(1) @binding(4) var<storage, read> log_gamma: array<f32>;
@group(1) @binding(5) var<storage, read_write> dweight: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let latent = linear_group(group, groups);
    if latent >= call.width {
        return;
    }
    var sum = 0.0;
    for (var row = local; row < call.rows; row += WORKGROUP) {
        sum += exp(posterior_log_variance(row, latent));
    }
    let factor = exp(-log_gamma[0]) / f32(call.rows) * workgroup_sum(sum, local);
    for (var p = local; p < call.outputs; p += WORKGROUP) {
        let at = latent * call.outputs + p;
        let value = dweight[at] + factor * weight[at];
        check(value);
        dweight[at] = value;
    }
}
