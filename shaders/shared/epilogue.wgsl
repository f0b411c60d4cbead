// What a linear op does to a number before it stores it: y = f(value + bias + add), or
// dx = (value + add) ⊙ f′ with f′ taken from the activation's output.
//
// The importing kernel says where the operands are: bias_at(channel), addend_at(element), output_at(element).
//
//!import activation

fn finished(at: u32, channel: u32, value: f32) -> f32 {
    var result = value;
    if has(FLAG_ADD) {
        result += addend_at(at);
    }
    if has(FLAG_SLOPE) {
        if call.activation == 0u {
            return result;
        }
        return sloped(call.activation, result, output_at(at));
    }
    if has(FLAG_BIAS) {
        result += bias_at(channel);
    }
    return activate(call.activation, result);
}
