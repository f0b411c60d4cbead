// means ← mean over rows of the KL of every latent. One chunk: all rows.
//
//!import step
//!import columns

@group(1) @binding(1) var<storage, read> kl: array<f32>;
@group(1) @binding(2) var<storage, read_write> means: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let rows = strip(linear_group(group, groups), local, call.width);
    var sum = 0.0;
    for (var row = rows.first; row < rows.end; row += rows.lanes) {
        sum += kl[row * call.width + rows.column];
    }
    let total = column_sum(sum, local);
    if local < call.block && rows.column < call.width && rows.chunk == 0u {
        let mean = total / f32(call.rows);
        check(mean);
        means[rows.column] = mean;
    }
}
