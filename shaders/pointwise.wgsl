// y ← epilogue(x), element by element.
//
//!import step
//!import operands

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> bias: array<f32>;
@group(1) @binding(3) var<storage, read> addend: array<f32>;
@group(1) @binding(4) var<storage, read> before: array<f32>;
@group(1) @binding(5) var<storage, read_write> y: array<f32>;

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
    let value = finished(at, at % call.channels, x[at]);
    check(value);
    y[at] = value;
}
