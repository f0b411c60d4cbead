// What a normalisation makes of a number. The importing kernel declares `x` and `moments`, means then variances.

override NORM_EPSILON: f32 = 1e-5;

// 1/√(variance + ε).
fn inverse_deviation(channel: u32) -> f32 {
    return 1.0 / sqrt(moments[call.width + channel] + NORM_EPSILON);
}

// x − mean.
fn centred(at: u32, channel: u32) -> f32 {
    return x[at] - moments[channel];
}
