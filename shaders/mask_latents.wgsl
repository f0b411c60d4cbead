// out ← z with every latent multiplied by its mask.
//
//!import step

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> z: array<f32>;
@group(1) @binding(2) var<storage, read> mask: array<f32>;
@group(1) @binding(3) var<storage, read_write> output: array<f32>;

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
    let value = z[at] * mask[at % call.width];
    check(value);
    output[at] = value;
}
