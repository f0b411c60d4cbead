// What is left of a product whose contraction was split: the parts summed in order, and the epilogue.
//
//!import step
//!import operands

override WORKGROUP: u32 = 64u;

// Part by part, `count` numbers each.
@group(1) @binding(1) var<storage, read> parts: array<f32>;
@group(1) @binding(2) var<storage, read> bias: array<f32>;
@group(1) @binding(3) var<storage, read> addend: array<f32>;
@group(1) @binding(4) var<storage, read> before: array<f32>;
@group(1) @binding(5) var<storage, read_write> result: array<f32>;
// What lies behind `edge`: a weight gradient's bias.
@group(1) @binding(6) var<storage, read_write> rest: array<f32>;

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
    var sum = parts[at];
    for (var split = 1u; split < call.splits; split++) {
        sum += parts[split * call.count + at];
    }
    let value = finished(at, at % call.outputs, sum);
    check(value);
    if at < call.edge {
        result[at] = value;
    } else {
        rest[at - call.edge] = value;
    }
}
