// d log σ² ← d log σ² + σ² n/B: what the analytic objective adds to `reparameterize_backward`, whose storage buffers
// are as many as a device need offer without it.
//
//!import step
//!import posterior

override WORKGROUP: u32 = 64u;

@group(1) @binding(1) var<storage, read> head: array<f32>;
@group(1) @binding(2) var<storage, read> log_sigma2: array<f32>;
@group(1) @binding(3) var<storage, read> norms: array<f32>;
@group(1) @binding(4) var<storage, read_write> dhead: array<f32>;
@group(1) @binding(5) var<storage, read_write> dlog_sigma2_rows: array<f32>;

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
    let row = at / call.width;
    let latent = at % call.width;
    let more = exp(posterior_log_variance(row, latent)) * norms[latent] / f32(call.rows);
    check(more);
    if has(FLAG_GLOBAL_VARIANCE) {
        dlog_sigma2_rows[at] += more;
    } else {
        dhead[row * head_width() + call.width + latent] += more;
    }
}
