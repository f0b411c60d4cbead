// dx ← epilogue(gain/√(variance + ε) · (dy − Σdy/n − x̂ Σ(dy x̂)/n)), n = rows.
//
//!import step
//!import epilogue
//!import normal

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> dy: array<f32>;
@group(1) @binding(2) var<storage, read> x: array<f32>;
@group(1) @binding(3) var<storage, read> moments: array<f32>;
@group(1) @binding(4) var<storage, read> affine: array<f32>;
@group(1) @binding(5) var<storage, read> daffine: array<f32>;
@group(1) @binding(6) var<storage, read> addend: array<f32>;
@group(1) @binding(7) var<storage, read_write> dx: array<f32>;

fn bias_at(channel: u32) -> f32 {
    return 0.0;
}

fn addend_at(at: u32) -> f32 {
    return addend[at];
}

// What was normalised is what a slope is taken from.
fn output_at(at: u32) -> f32 {
    return x[at];
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
    let n = f32(call.rows);
    let inverse = inverse_deviation(channel);
    let normal = centred(at, channel) * inverse;
    let rest = dy[at] - daffine[call.width + channel] / n - normal * daffine[channel] / n;
    let value = finished(at, channel, affine[channel] * inverse * rest);
    check(value);
    dx[at] = value;
}
