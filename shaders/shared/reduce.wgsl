// The sum of one number per invocation, as a tree of fixed shape: the same numbers give the same
// sum in every run.

override WORKGROUP: u32 = 64u;

var<workgroup> partial: array<f32, WORKGROUP>;

// The sum over the workgroup, in every invocation. WORKGROUP must be a power of two; every
// invocation must call it.
fn workgroup_sum(value: f32, local: u32) -> f32 {
    // The previous sum must have been read by everybody.
    workgroupBarrier();
    partial[local] = value;
    workgroupBarrier();
    for (var width = WORKGROUP / 2u; width > 0u; width /= 2u) {
        if local < width {
            partial[local] += partial[local + width];
        }
        workgroupBarrier();
    }
    return partial[0];
}
