// The activations and their slopes, taken from the activation's output.
//
//!import bits

const RELU: u32 = 1u;
const TANH: u32 = 2u;
const LEAKY_RELU: u32 = 3u;
const SIGMOID: u32 = 4u;
const ELU: u32 = 5u;
const SOFT_THRESHOLD: u32 = 6u;

// The slope of the leaky ReLU below zero.
const LEAK: f32 = 0.01;

// 1/(1 + e⁻ᵃ). Beyond ±80 e overflows, and it is 0 or 1 anyway.
fn sigmoid(a: f32) -> f32 {
    return select(1.0 / (1.0 + exp(-clamp(a, -80.0, 80.0))), a, is_nan(a));
}

fn activate(kind: u32, a: f32) -> f32 {
    switch kind {
        // Not max(a, 0), which may turn a NaN into 0 and hide it.
        case RELU: { return select(a, 0.0, a < 0.0); }
        // Beyond ±10 the float nearest to tanh a is ±1; some drivers divide infinities there.
        case TANH: { return select(tanh(clamp(a, -10.0, 10.0)), a, is_nan(a)); }
        case LEAKY_RELU: { return select(a, LEAK * a, a < 0.0); }
        case SIGMOID: { return sigmoid(a); }
        // e⁰ above zero, so that nothing overflows there.
        case ELU: { return select(a, exp(min(a, 0.0)) - 1.0, a < 0.0); }
        // Written so that NaN stays NaN.
        case SOFT_THRESHOLD: {
            let above = select(a - inputs.alpha, 0.0, a < inputs.alpha);
            let below = select(a + inputs.alpha, 0.0, a > -inputs.alpha);
            return above + below;
        }
        default: { return a; }
    }
}

// v ⊙ f′ where f gave y.
fn sloped(kind: u32, v: f32, y: f32) -> f32 {
    switch kind {
        case RELU: { return select(0.0, v, y > 0.0); }
        case TANH: { return v * (1.0 - y * y); }
        case LEAKY_RELU: { return select(LEAK * v, v, y > 0.0); }
        case SIGMOID: { return v * (y * (1.0 - y)); }
        case ELU: { return v * select(y + 1.0, 1.0, y > 0.0); }
        case SOFT_THRESHOLD: { return select(v, 0.0, y == 0.0); }
        default: { return v; }
    }
}
