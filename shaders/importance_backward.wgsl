// dμ ← Σ_i g_i, d log σ² ← Σ_i [g_i (z_i − μ)/2 − β w_i/2B], g_i = keep dz_i + β w_i z_i/(η²B): one invocation per
// row and latent.
//
//!import step
//!import modes

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> head: array<f32>;
@group(1) @binding(2) var<storage, read> z: array<f32>;
@group(1) @binding(3) var<storage, read> dz: array<f32>;
@group(1) @binding(4) var<storage, read> weights: array<f32>;
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
    let head_width = select(2u, 1u, has(FLAG_GLOBAL_VARIANCE)) * call.width;
    let mu = head[row * head_width + latent];
    let prior_precision = 1.0 / inputs.prior_variance;
    let share = inputs.beta / f32(call.rows);
    var dmu = 0.0;
    var dlog_variance = 0.0;
    for (var sample = row * call.repeats; sample < (row + 1u) * call.repeats; sample++) {
        let value = z[sample * call.width + latent];
        let weight = share * weights[sample];
        let g = kept(latent, dz[sample * call.width + latent]) + weight * value * prior_precision;
        dmu += g;
        dlog_variance += 0.5 * (g * (value - mu) - weight);
    }
    check(dmu);
    check(dlog_variance);
    dhead[row * head_width + latent] = dmu;
    if has(FLAG_GLOBAL_VARIANCE) {
        dlog_sigma2_rows[at] = dlog_variance;
    } else {
        dhead[row * head_width + call.width + latent] = dlog_variance;
    }
}
