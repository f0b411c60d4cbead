// spread ← 2γ Σ_j σ_j² norms_j of every row: one invocation per row.
//
//!import step
//!import posterior

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> head: array<f32>;
@group(1) @binding(2) var<storage, read> log_sigma2: array<f32>;
@group(1) @binding(3) var<storage, read> norms: array<f32>;
@group(1) @binding(4) var<storage, read> log_gamma: array<f32>;
@group(1) @binding(5) var<storage, read_write> spread: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = linear_group(group, groups) * WORKGROUP + local;
    if at >= call.count {
        return;
    }
    var sum = 0.0;
    for (var latent = 0u; latent < call.width; latent++) {
        sum += exp(posterior_log_variance(at, latent)) * norms[latent];
    }
    let value = 2.0 * exp(log_gamma[0]) * sum;
    check(value);
    spread[at] = value;
}
