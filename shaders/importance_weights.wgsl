// With log w = −nll + β ratio: bound ← −log mean w over a row's samples, weights ← w/Σw. One invocation per row.
//
//!import step
//!import random

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> nll: array<f32>;
@group(1) @binding(2) var<storage, read> ratio: array<f32>;
@group(1) @binding(3) var<storage, read_write> bound: array<f32>;
@group(1) @binding(4) var<storage, read_write> weights: array<f32>;

fn log_weight(sample: u32) -> f32 {
    return inputs.beta * ratio[sample] - nll[sample];
}

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
    let first = at * call.repeats;
    let end = first + call.repeats;
    var most = log_weight(first);
    for (var sample = first + 1u; sample < end; sample++) {
        most = max(most, log_weight(sample));
    }
    var sum = 0.0;
    for (var sample = first; sample < end; sample++) {
        sum += exp(log_weight(sample) - most);
    }
    for (var sample = first; sample < end; sample++) {
        let weight = exp(log_weight(sample) - most) / sum;
        check(weight);
        weights[sample] = weight;
    }
    let value = portable_ln(f32(call.repeats)) - most - portable_ln(sum);
    check(value);
    bound[at] = value;
}
