// dμ ← dz + β g μ/(η²B), d log σ² ← dz (z − μ)/2 + β g (σ²/η² − 1)/2B, with g = 0 for a latent that free bits hold
// and dz keep times the gradient of what the decoder saw.
//
//!import step
//!import posterior
//!import modes

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> head: array<f32>;
@group(1) @binding(2) var<storage, read> log_sigma2: array<f32>;
@group(1) @binding(3) var<storage, read> z: array<f32>;
@group(1) @binding(4) var<storage, read> dz: array<f32>;
@group(1) @binding(5) var<storage, read> table: array<f32>;
@group(1) @binding(6) var<storage, read_write> dhead: array<f32>;
@group(1) @binding(7) var<storage, read_write> dlog_sigma2_rows: array<f32>;

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
    let variance = exp(posterior_log_variance(row, latent));
    let prior_precision = 1.0 / inputs.prior_variance;
    let held = inputs.free_bits > 0.0 && table[latent] < inputs.free_bits;
    let share = select(inputs.beta / f32(call.rows), 0.0, held);
    let g = kept(latent, dz[at]);
    let dmu = g + share * mu * prior_precision;
    // s σ ε is z − μ: no second draw.
    let dlog_variance = 0.5 * (g * (z[at] - mu) + share * (variance * prior_precision - 1.0));
    check(dmu);
    check(dlog_variance);
    dhead[row * head_width() + latent] = dmu;
    if has(FLAG_GLOBAL_VARIANCE) {
        dlog_sigma2_rows[at] = dlog_variance;
    } else {
        dhead[row * head_width() + call.width + latent] = dlog_variance;
    }
}
