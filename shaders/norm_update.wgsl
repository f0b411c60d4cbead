// running ← (1 − m) running + m (mean, unbiased variance); nothing once the run has gone bad.
//
//!import step

override WORKGROUP: u32 = 64u;
override NORM_MOMENTUM: f32 = 0.1;

@group(1) @binding(1) var<storage, read> moments: array<f32>;
@group(1) @binding(2) var<storage, read_write> running: array<f32>;

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
    // n/(n − 1) for the variances, behind the means.
    let unbiased = f32(call.rows) / f32(max(call.rows, 2u) - 1u);
    let newest = moments[at] * select(1.0, unbiased, at >= call.width);
    let value = running[at] + NORM_MOMENTUM * (newest - running[at]);
    check(value);
    running[at] = value;
}
