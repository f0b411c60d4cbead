// What every kernel is given: the step's numbers, the call's shapes, the run's status.

// Twin of `StepInputs` in src/compute/inputs.rs, byte for byte.
struct StepInputs {
    seed: u32,
    step: u32,
    epoch: u32,
    first: u32,
    samples: u32,
    rows: u32,
    learn_gamma: u32,
    slot: u32,
    beta: f32,
    learning_rate: f32,
    correction1: f32,
    correction2_sqrt: f32,
}

// Twin of `CallInputs` in src/compute/gpu/calls.rs, byte for byte. Shapes come as numbers, not as
// pipeline constants, so that one pipeline serves every layer of every net.
struct CallInputs {
    // Index of the op in its program, or UNCHECKED.
    op: u32,
    // B.
    rows: u32,
    // Width of what comes in: d, κ, or a layer's inputs.
    width: u32,
    // Width of what goes out: a layer's outputs, else unused.
    outputs: u32,
    // Elements an elementwise kernel covers, or the offset of log γ (Adam).
    count: u32,
    // `Activation`: 0 identity, 1 relu, 2 tanh.
    activation: u32,
    // A random stream (`Stream`).
    stream: u32,
    // Bits, see the FLAG constants.
    flags: u32,
    // `PixelTransform`.
    scale: f32,
    dequantize: f32,
    logit_lambda: f32,
}

struct Status {
    // slot · 1024 + op of the earliest call that wrote a number that is not finite; NONE if none did.
    first: atomic<u32>,
    // 1 once `finalize`, which is one workgroup, has seen `first` set: no Adam acts from then on.
    latched: u32,
}

// The latents' log σ² is one parameter vector, not part of the encoder's head.
const FLAG_GLOBAL_VARIANCE: u32 = 1u;
// The optional output (dx̂ of `elbo`) is wanted.
const FLAG_GRADIENT: u32 = 2u;
// Samples come in the epoch's shuffled order.
const FLAG_SHUFFLED: u32 = 4u;
// The data are bytes, four to a word.
const FLAG_BYTES: u32 = 8u;
// A mean is taken off.
const FLAG_CENTERED: u32 = 16u;

const UNCHECKED: u32 = 0xffffffffu;
const NONE: u32 = 0xffffffffu;

@group(0) @binding(0) var<uniform> inputs: StepInputs;
@group(0) @binding(1) var<storage, read_write> status: Status;
@group(1) @binding(0) var<uniform> call: CallInputs;

fn has(flag: u32) -> bool {
    return (call.flags & flag) != 0u;
}

// This call's place among all calls of the submission; earlier is smaller.
fn order() -> u32 {
    return inputs.slot * 1024u + call.op;
}

// Notes a number that is not finite. By its bits, since compilers may fold x != x.
fn check(value: f32) {
    if (bitcast<u32>(value) & 0x7f800000u) == 0x7f800000u && call.op != UNCHECKED {
        atomicMin(&status.first, order());
    }
}

// Grids are folded to two dimensions where one would be too long.
fn linear_group(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return group.y * groups.x + group.x;
}
