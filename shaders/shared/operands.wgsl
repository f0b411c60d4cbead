// The operands of an epilogue where each is a buffer of its own: the importing kernel declares `bias`, `addend`
// and `before`, the output of the activation to differentiate.
//
//!import epilogue

fn bias_at(channel: u32) -> f32 {
    return bias[channel];
}

fn addend_at(at: u32) -> f32 {
    return addend[at];
}

fn output_at(at: u32) -> f32 {
    return before[at];
}
