// sse ← ‖mean − y‖² + spread and nll ← −log p(y|z) of every row; dout ← w ∂nll/∂out where asked for, w the row's
// weight over B, or 1/B. One workgroup per row.
//
//!import step
//!import activation
//!import random
//!import reduce

@group(1) @binding(1) var<storage, read> y: array<f32>;
@group(1) @binding(2) var<storage, read> out: array<f32>;
@group(1) @binding(3) var<storage, read> log_gamma: array<f32>;
// The rows' spreads or their weights: no objective has both.
@group(1) @binding(4) var<storage, read> extra: array<f32>;
@group(1) @binding(5) var<storage, read_write> sse: array<f32>;
@group(1) @binding(6) var<storage, read_write> nll: array<f32>;
@group(1) @binding(7) var<storage, read_write> dout: array<f32>;

const LOG_2_PI: f32 = 1.8378771;

const GAUSSIAN: u32 = 0u;
const BERNOULLI: u32 = 1u;

fn put(at: u32, gradient: f32) {
    if has(FLAG_GRADIENT) {
        check(gradient);
        dout[at] = gradient;
    }
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let row = linear_group(group, groups);
    if row >= call.rows {
        return;
    }
    var factor = 1.0 / f32(call.rows / call.repeats);
    if has(FLAG_WEIGHTS) {
        factor *= extra[row];
    }
    let target_row = (row / call.repeats) * call.width;
    let inverse_variance = exp(-log_gamma[0]);
    var squares = 0.0;
    var rest = 0.0;
    for (var p = local; p < call.width; p += WORKGROUP) {
        let value = y[target_row + p];
        if call.likelihood == GAUSSIAN {
            let at = row * call.width + p;
            let residual = out[at] - value;
            squares += residual * residual;
            put(at, residual * inverse_variance * factor);
        } else if call.likelihood == BERNOULLI {
            // nll = max(l, 0) − y l + log(1 + e^−|l|).
            let at = row * call.width + p;
            let logit = out[at];
            let residual = sigmoid(logit) - value;
            squares += residual * residual;
            rest += max(logit, 0.0) - value * logit + portable_ln(1.0 + exp(-abs(logit)));
            put(at, residual * factor);
        } else {
            // Every pixel's means, then its log γ.
            let pixel = p / call.channels;
            let at = row * 2u * call.width + p + pixel * call.channels;
            let log_variance = out[at + call.channels];
            let own = exp(-log_variance);
            let residual = out[at] - value;
            let square = residual * residual;
            squares += square;
            rest += 0.5 * (square * own + LOG_2_PI + log_variance);
            put(at, residual * own * factor);
            put(at + call.channels, 0.5 * (1.0 - square * own) * factor);
        }
    }
    var total = workgroup_sum(squares, local);
    let others = workgroup_sum(rest, local);
    if local != 0u {
        return;
    }
    if has(FLAG_SPREAD) {
        total += extra[row];
    }
    var loss = others;
    if call.likelihood == GAUSSIAN {
        loss = 0.5 * inverse_variance * total + 0.5 * f32(call.width) * (LOG_2_PI + log_gamma[0]);
    }
    if has(FLAG_WEIGHTS) {
        total *= f32(call.repeats) * extra[row];
    }
    check(total);
    check(loss);
    sse[row] = total;
    nll[row] = loss;
}
