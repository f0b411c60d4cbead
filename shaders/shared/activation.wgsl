// The activations and their slopes, taken from the activation's output.

const RELU: u32 = 1u;
const TANH: u32 = 2u;

fn activate(kind: u32, a: f32) -> f32 {
    switch kind {
        // Not max(a, 0), which may turn a NaN into 0 and hide it.
        case RELU: { return select(a, 0.0, a < 0.0); }
        // Beyond ±10 the float nearest to tanh a is ±1; some drivers divide infinities there.
        case TANH: { return select(tanh(clamp(a, -10.0, 10.0)), a, is_nan(a)); }
        default: { return a; }
    }
}

fn activation_slope(kind: u32, y: f32) -> f32 {
    switch kind {
        case RELU: { return select(0.0, 1.0, y > 0.0); }
        case TANH: { return 1.0 - y * y; }
        default: { return 1.0; }
    }
}

fn is_nan(a: f32) -> bool {
    return (bitcast<u32>(a) & 0x7fffffffu) > 0x7f800000u;
}
