// y ← epilogue(gain (x − mean)/√(variance + ε) + bias). The epilogue has no bias of its own and no slope.
//
//!import step
//!import epilogue
//!import normal

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> moments: array<f32>;
@group(1) @binding(3) var<storage, read> affine: array<f32>;
@group(1) @binding(4) var<storage, read> addend: array<f32>;
@group(1) @binding(5) var<storage, read_write> y: array<f32>;

fn bias_at(channel: u32) -> f32 {
    return 0.0;
}

fn addend_at(at: u32) -> f32 {
    return addend[at];
}

fn output_at(at: u32) -> f32 {
    return 0.0;
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
    let channel = at % call.width;
    let scale = affine[channel] * inverse_deviation(channel);
    let value = finished(at, channel, centred(at, channel) * scale + affine[call.width + channel]);
    check(value);
    y[at] = value;
}
