// Per-latent statistics over the rows that count: one workgroup per latent. Deviations are taken
// from the mean in a second pass, since E[μ²] − E[μ]² cancels.
//
//!import step
//!import reduce
//!import posterior

@group(1) @binding(1) var<storage, read> head: array<f32>;
@group(1) @binding(2) var<storage, read> log_sigma2: array<f32>;
@group(1) @binding(3) var<storage, read> kl: array<f32>;
@group(1) @binding(4) var<storage, read_write> statistics: array<f32>;

// Rows of `StatisticsLayout`.
const MEAN_MU: u32 = 0u;
const M2_MU: u32 = 1u;
const SUM_SIGMA2: u32 = 2u;
const SUM_KL: u32 = 3u;
const COLLAPSED: u32 = 4u;

// `StatisticsLayout::EPSILON`.
override COLLAPSE_EPSILON: f32 = 0.01;

fn put(field: u32, latent: u32, value: f32) {
    check(value);
    statistics[field * call.width + latent] = value;
}

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
    let rows = min(inputs.rows, call.rows);
    var sum_mu = 0.0;
    var sum_sigma2 = 0.0;
    var sum_kl = 0.0;
    var collapsed = 0.0;
    for (var row = local; row < rows; row += WORKGROUP) {
        let divergence = kl[row * call.width + latent];
        sum_mu += posterior_mean(row, latent);
        sum_sigma2 += exp(posterior_log_variance(row, latent));
        sum_kl += divergence;
        collapsed += select(0.0, 1.0, divergence < COLLAPSE_EPSILON);
    }
    let mean = workgroup_sum(sum_mu, local) / f32(max(rows, 1u));
    var sum_squares = 0.0;
    for (var row = local; row < rows; row += WORKGROUP) {
        let deviation = posterior_mean(row, latent) - mean;
        sum_squares += deviation * deviation;
    }
    let squares = workgroup_sum(sum_squares, local);
    let total_sigma2 = workgroup_sum(sum_sigma2, local);
    let total_kl = workgroup_sum(sum_kl, local);
    let total_collapsed = workgroup_sum(collapsed, local);
    if local == 0u {
        put(MEAN_MU, latent, mean);
        put(M2_MU, latent, squares);
        put(SUM_SIGMA2, latent, total_sigma2);
        put(SUM_KL, latent, total_kl);
        put(COLLAPSED, latent, total_collapsed);
    }
}
