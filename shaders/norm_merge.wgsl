// moments ← mean and variance of all rows from those of the chunks: the chunks' variances, and what their means
// deviate from the whole mean. One workgroup per strip of columns; `rows` counts chunks, `count` the rows in all,
// `split_depth` those of a chunk.
//
//!import step
//!import columns

@group(1) @binding(1) var<storage, read> parts: array<f32>;
@group(1) @binding(2) var<storage, read_write> moments: array<f32>;

fn rows_of(chunk: u32) -> f32 {
    return f32(min(call.split_depth, call.count - chunk * call.split_depth));
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let rows = strip(linear_group(group, groups), local, call.width);
    var sum = 0.0;
    for (var part = rows.first; part < rows.end; part += rows.lanes) {
        sum += rows_of(part) * parts[part * 2u * call.width + rows.column];
    }
    let mean = column_sum(sum, local) / f32(call.count);
    var squares = 0.0;
    for (var part = rows.first; part < rows.end; part += rows.lanes) {
        let at = part * 2u * call.width + rows.column;
        let deviation = parts[at] - mean;
        squares += rows_of(part) * (parts[at + call.width] + deviation * deviation);
    }
    let variance = column_sum(squares, local) / f32(call.count);
    if local < call.block && rows.column < call.width && rows.chunk == 0u {
        check(mean);
        check(variance);
        moments[rows.column] = mean;
        moments[rows.column + call.width] = variance;
    }
}
