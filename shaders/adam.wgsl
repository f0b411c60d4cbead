// Adam over the whole arena, in PyTorch's order of operations; one invocation per number.
// Does nothing once a step of the run has produced a number that is not finite.
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

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = linear_group(group, groups) * WORKGROUP + local;
    // A bad number found by this very call does not stop the rest of it, so that the outcome does
    // not depend on which invocation came first.
    if at >= call.width || status.latched != 0u || atomicLoad(&status.first) < order() {
        return;
    }
    // `count` is the place of log γ.
    if at == call.count && inputs.learn_gamma == 0u {
        return;
    }
    let gradient = gradients[at];
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
