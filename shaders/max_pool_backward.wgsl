// dx ← epilogue(dy at the first largest pixel of every block, 0 elsewhere), as a gather.
//
//!import step
//!import epilogue
//!import pooling

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> dy: array<f32>;
@group(1) @binding(2) var<storage, read> x: array<f32>;
@group(1) @binding(3) var<storage, read> addend: array<f32>;
@group(1) @binding(4) var<storage, read_write> dx: array<f32>;

fn bias_at(channel: u32) -> f32 {
    return 0.0;
}

fn addend_at(at: u32) -> f32 {
    return addend[at];
}

// The pooled images are what a slope is taken from.
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
    let channel = at % call.channels;
    let pixel = at / call.channels;
    let column = pixel % call.large_width;
    let line = pixel / call.large_width;
    let row = line % call.large_height;
    var value = 0.0;
    // An odd last row or column belongs to no block.
    if row < 2u * call.small_height && column < 2u * call.small_width {
        let sample = line / call.large_height;
        let pooled = (sample * call.small_height + row / 2u) * call.small_width + column / 2u;
        let place = pooled * call.channels + channel;
        if largest(block_elements(place)) == at {
            value = dy[place];
        }
    }
    let result = finished(at, channel, value);
    check(result);
    dx[at] = result;
}
