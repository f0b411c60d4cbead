// norms ← ‖W_j‖²/2γ of every row j of the decoder's W: one workgroup per row.
//
//!import step
//!import reduce

@group(1) @binding(1) var<storage, read> weight: array<f32>;
@group(1) @binding(2) var<storage, read> log_gamma: array<f32>;
@group(1) @binding(3) var<storage, read_write> norms: array<f32>;

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
    for (var p = local; p < call.outputs; p += WORKGROUP) {
        let w = weight[latent * call.outputs + p];
        sum += w * w;
    }
    let total = workgroup_sum(sum, local);
    if local == 0u {
        let norm = 0.5 * exp(-log_gamma[0]) * total;
        check(norm);
        norms[latent] = norm;
    }
}
