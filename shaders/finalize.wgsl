// The batch means: loss, sse, KL, γ, β, raw nll into row `slot` of the metrics; d log γ, or log of the optimal γ if γ
// is set. One workgroup.
//
//!import step
//!import random
//!import reduce

@group(1) @binding(1) var<storage, read> sse: array<f32>;
@group(1) @binding(2) var<storage, read> nll: array<f32>;
@group(1) @binding(3) var<storage, read> means: array<f32>;
@group(1) @binding(4) var<storage, read> log_gamma: array<f32>;
@group(1) @binding(5) var<storage, read_write> metrics: array<f32>;
@group(1) @binding(6) var<storage, read_write> dlog_gamma: array<f32>;

// `StepMetrics::ROW`.
const ROW: u32 = 8u;

// `rows` is the length of `sse`, `count` that of `nll`, `width` is κ, `outputs` is d.
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32) {
    var sum = 0.0;
    for (var row = local; row < call.rows; row += WORKGROUP) {
        sum += sse[row];
    }
    let mean_sse = workgroup_sum(sum, local) / f32(call.rows);
    sum = 0.0;
    for (var row = local; row < call.count; row += WORKGROUP) {
        sum += nll[row];
    }
    let mean_nll = workgroup_sum(sum, local) / f32(call.count);
    sum = 0.0;
    // The KL in the loss is Σ_j max(λ, KL_j) with λ the free bits.
    var counted = 0.0;
    for (var latent = local; latent < call.width; latent += WORKGROUP) {
        let kl = means[latent];
        let held = inputs.free_bits > 0.0 && kl < inputs.free_bits;
        sum += kl;
        counted += select(kl, inputs.free_bits, held);
    }
    let mean_kl = workgroup_sum(sum, local);
    let counted_kl = workgroup_sum(counted, local);
    if local == 0u {
        let gamma = exp(log_gamma[0]);
        let loss = mean_nll + select(inputs.beta * counted_kl, 0.0, has(FLAG_BOUND));
        var gradient = 0.0;
        if call.likelihood == 0u {
            if trains(SET_GAMMA) {
                // A floor keeps an exact fit finite.
                gradient = portable_ln(max(mean_sse / f32(call.outputs), 1e-30));
            } else {
                gradient = 0.5 * f32(call.outputs) - 0.5 * mean_sse * exp(-log_gamma[0]);
            }
        }
        // What was found before this call is complete; every later commit must know.
        if atomicLoad(&status.first) != NONE {
            status.latched = 1u;
        }
        check(loss);
        check(mean_sse);
        check(gamma);
        check(gradient);
        let at = inputs.slot * ROW;
        metrics[at] = loss;
        metrics[at + 1u] = mean_sse;
        metrics[at + 2u] = mean_kl;
        metrics[at + 3u] = gamma;
        metrics[at + 4u] = inputs.beta;
        metrics[at + 5u] = mean_nll;
        metrics[at + 6u] = 0.0;
        metrics[at + 7u] = 0.0;
        dlog_gamma[0] = gradient;
    }
}
