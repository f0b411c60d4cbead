// ratio ← Σ_j log p(z_j) − log q(z_j|x) = ½ Σ_j [(z − μ)²/σ² + log σ² − z²/η² − log η²]: one invocation per sample.
//
//!import step
//!import random
//!import posterior

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> head: array<f32>;
@group(1) @binding(2) var<storage, read> log_sigma2: array<f32>;
@group(1) @binding(3) var<storage, read> z: array<f32>;
@group(1) @binding(4) var<storage, read_write> ratio: array<f32>;

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
    let row = at / call.repeats;
    let prior_precision = 1.0 / inputs.prior_variance;
    let log_eta2 = portable_ln(inputs.prior_variance);
    var sum = 0.0;
    for (var latent = 0u; latent < call.width; latent++) {
        let value = z[at * call.width + latent];
        let deviation = value - posterior_mean(row, latent);
        let log_variance = posterior_log_variance(row, latent);
        let own = deviation * deviation * exp(-log_variance) + log_variance;
        sum += own - value * value * prior_precision - log_eta2;
    }
    let result = 0.5 * sum;
    check(result);
    ratio[at] = result;
}
