// daffine ← Σ dy x̂ and Σ dy over rows, chunk by chunk of rows.
//
//!import step
//!import columns
//!import normal

@group(1) @binding(1) var<storage, read> dy: array<f32>;
@group(1) @binding(2) var<storage, read> x: array<f32>;
@group(1) @binding(3) var<storage, read> moments: array<f32>;
@group(1) @binding(4) var<storage, read_write> daffine: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let rows = strip(linear_group(group, groups), local, call.width);
    let channel = min(rows.column, call.width - 1u);
    let inverse = inverse_deviation(channel);
    var gain = 0.0;
    var bias = 0.0;
    for (var row = rows.first; row < rows.end; row += rows.lanes) {
        let at = row * call.width + channel;
        gain += dy[at] * centred(at, channel) * inverse;
        bias += dy[at];
    }
    let dgain = column_sum(gain, local);
    let dbias = column_sum(bias, local);
    if local < call.block && rows.column < call.width && rows.chunk * call.chunk < call.rows {
        check(dgain);
        check(dbias);
        let at = rows.chunk * 2u * call.width + rows.column;
        daffine[at] = dgain;
        daffine[at + call.width] = dbias;
    }
}
