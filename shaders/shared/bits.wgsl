// What compilers may not be trusted with: they may take it that there are no NaNs.

fn is_nan(a: f32) -> bool {
    return (bitcast<u32>(a) & 0x7fffffffu) > 0x7f800000u;
}
