// Adam over the whole arena, in PyTorch's order of operations; one invocation per number. Does nothing to a part
// that is not trained, and nothing at all once a step of the run has produced a number that is not finite.
//
//!import step

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> gradients: array<f32>;
@group(1) @binding(2) var<storage, read_write> parameters: array<f32>;
@group(1) @binding(3) var<storage, read_write> moment1: array<f32>;
@group(1) @binding(4) var<storage, read_write> moment2: array<f32>;

// Twins of `StepInputs::BETA1`, `BETA2` and `EPSILON`.
override BETA1: f32 = 0.9;
override BETA2: f32 = 0.999;
override EPSILON: f32 = 1e-8;
// 1 − β₁ and 1 − β₂, rounded once from their exact values.
override REST1: f32 = 0.1;
override REST2: f32 = 0.001;

// Whether the part of the arena with element `at` is trained; log γ is the last number, then comes padding.
fn is_trained(at: u32) -> bool {
    if at < call.decoder {
        return trains(TRAIN_ENCODER);
    }
    if at < call.log_gamma {
        return trains(TRAIN_DECODER);
    }
    if at == call.log_gamma {
        return trains(LEARN_GAMMA);
    }
    return trains(TRAIN_ENCODER) && trains(TRAIN_DECODER) && trains(LEARN_GAMMA);
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
    if gone_bad() {
        return;
    }
    let gradient = gradients[at];
    if is_trained(at) {
        let first = BETA1 * moment1[at] + REST1 * gradient;
        let second = BETA2 * moment2[at] + REST2 * gradient * gradient;
        let denominator = sqrt(second) / inputs.correction2_sqrt + EPSILON;
        let value = parameters[at] - inputs.learning_rate / inputs.correction1 * (first / denominator);
        check(value);
        check(first);
        check(second);
        parameters[at] = value;
        moment1[at] = first;
        moment2[at] = second;
    }
    // Where γ is set, its gradient's slot holds its new logarithm.
    if at == call.log_gamma && trains(SET_GAMMA) {
        check(gradient);
        parameters[at] = gradient;
    }
}
