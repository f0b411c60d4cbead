// z ← μ + s σ ε, seen ← keep z + n ξ and the KL of every row and latent, ½(μ²/η² + σ²/η² − log(σ²/η²) − 1): one
// invocation per number of z, the samples of a row one after the other.
//
//!import step
//!import random
//!import posterior
//!import modes

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> head: array<f32>;
@group(1) @binding(2) var<storage, read> log_sigma2: array<f32>;
@group(1) @binding(3) var<storage, read> table: array<f32>;
@group(1) @binding(4) var<storage, read_write> z: array<f32>;
@group(1) @binding(5) var<storage, read_write> seen: array<f32>;
@group(1) @binding(6) var<storage, read_write> kl: array<f32>;

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
    let sample = at / call.width;
    let latent = at % call.width;
    let row = sample / call.repeats;
    let mu = posterior_mean(row, latent);
    let log_variance = posterior_log_variance(row, latent);
    var epsilon = 0.0;
    if inputs.noise != 0.0 {
        epsilon = random_normal(inputs.seed, call.stream, at, inputs.step);
    }
    let value = mu + inputs.noise * exp(0.5 * log_variance) * epsilon;
    check(value);
    z[at] = value;
    var shown = kept(latent, value);
    let spread = noise_of(latent);
    if spread != 0.0 {
        shown += spread * random_normal(inputs.seed, call.stream + NOISE_STREAM, at, inputs.step);
    }
    check(shown);
    seen[at] = shown;
    if sample % call.repeats == 0u {
        let log_share = log_variance - portable_ln(inputs.prior_variance);
        let divergence = 0.5 * (mu * mu * (1.0 / inputs.prior_variance) + exp(log_share) - log_share - 1.0);
        check(divergence);
        kl[row * call.width + latent] = divergence;
    }
}
