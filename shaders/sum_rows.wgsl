// out ← column sums: one workgroup per column.
//
//!import step
//!import reduce

@group(1) @binding(1) var<storage, read> source: array<f32>;
@group(1) @binding(2) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let column = linear_group(group, groups);
    if column >= call.width {
        return;
    }
    var sum = 0.0;
    for (var row = local; row < call.rows; row += WORKGROUP) {
        sum += source[row * call.width + column];
    }
    let total = workgroup_sum(sum, local);
    if local == 0u {
        check(total);
        output[column] = total;
    }
}
