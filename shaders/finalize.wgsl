// The batch means: loss, sse, KL, γ, β into row `slot` of the metrics; d log γ. One workgroup.
//
//!import step
//!import reduce

@group(1) @binding(1) var<storage, read> sse: array<f32>;
@group(1) @binding(2) var<storage, read> kl: array<f32>;
@group(1) @binding(3) var<storage, read> log_gamma: array<f32>;
@group(1) @binding(4) var<storage, read_write> metrics: array<f32>;
@group(1) @binding(5) var<storage, read_write> dlog_gamma: array<f32>;

const LOG_2_PI: f32 = 1.8378771;
// `StepMetrics::ROW`.
const ROW: u32 = 8u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32) {
    var sum = 0.0;
    for (var row = local; row < call.rows; row += WORKGROUP) {
        sum += sse[row];
    }
    let mean_sse = workgroup_sum(sum, local) / f32(call.rows);
    sum = 0.0;
    // `count` is B κ, `width` is d.
    for (var at = local; at < call.count; at += WORKGROUP) {
        sum += kl[at];
    }
    let mean_kl = workgroup_sum(sum, local) / f32(call.rows);
    if local == 0u {
        let gamma = exp(log_gamma[0]);
        let half_d = 0.5 * f32(call.width);
        let distortion = mean_sse / (2.0 * gamma);
        let loss = distortion + half_d * (LOG_2_PI + log_gamma[0]) + inputs.beta * mean_kl;
        let gradient = half_d - distortion;
        // What was found before this call is complete; every later Adam must know.
        if atomicLoad(&status.first) != NONE {
            status.latched = 1u;
        }
        check(loss);
        check(gamma);
        check(gradient);
        let at = inputs.slot * ROW;
        metrics[at] = loss;
        metrics[at + 1u] = mean_sse;
        metrics[at + 2u] = mean_kl;
        metrics[at + 3u] = gamma;
        metrics[at + 4u] = inputs.beta;
        metrics[at + 5u] = 0.0;
        metrics[at + 6u] = 0.0;
        metrics[at + 7u] = 0.0;
        dlog_gamma[0] = gradient;
    }
}
