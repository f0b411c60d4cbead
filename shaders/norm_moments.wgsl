// moments ← mean and (biased) variance of every channel, chunk by chunk of rows; `norm_merge` makes one of them.
//
// Deviations are taken from the mean in a second pass, since E[x²] − E[x]² cancels.
//
//!import step
//!import columns

@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read_write> moments: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let rows = strip(linear_group(group, groups), local, call.width);
    let first = rows.chunk * call.chunk;
    let count = f32(max(rows.end, first) - first);
    var sum = 0.0;
    for (var row = rows.first; row < rows.end; row += rows.lanes) {
        sum += x[row * call.width + rows.column];
    }
    let mean = column_sum(sum, local) / count;
    var squares = 0.0;
    for (var row = rows.first; row < rows.end; row += rows.lanes) {
        let deviation = x[row * call.width + rows.column] - mean;
        squares += deviation * deviation;
    }
    let variance = column_sum(squares, local) / count;
    if local < call.block && rows.column < call.width && first < call.rows {
        check(mean);
        check(variance);
        let at = rows.chunk * 2u * call.width + rows.column;
        moments[at] = mean;
        moments[at + call.width] = variance;
    }
}
