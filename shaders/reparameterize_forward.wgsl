// z ← μ + σ ε and the KL of every row and latent: one invocation per number.
//
//!import step
//!import random
//!import posterior

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> head: array<f32>;
@group(1) @binding(2) var<storage, read> log_sigma2: array<f32>;
@group(1) @binding(3) var<storage, read_write> z: array<f32>;
@group(1) @binding(4) var<storage, read_write> kl: array<f32>;

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
    let row = at / call.width;
    let latent = at % call.width;
    let mu = posterior_mean(row, latent);
    let log_variance = posterior_log_variance(row, latent);
    let epsilon = random_normal(inputs.seed, call.stream, at, inputs.step);
    let sample = mu + exp(0.5 * log_variance) * epsilon;
    let divergence = 0.5 * (mu * mu + exp(log_variance) - log_variance - 1.0);
    check(sample);
    check(divergence);
    z[at] = sample;
    kl[at] = divergence;
}
