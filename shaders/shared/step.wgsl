// What every kernel is given: the step's numbers, the call's shapes, the run's status.

// Twin of `StepSlot` in src/compute/gpu/calls/inputs.rs, byte for byte: `StepInputs` and what only a device needs.
struct StepSlot {
    seed: u32,
    step: u32,
    epoch: u32,
    first: u32,
    samples: u32,
    rows: u32,
    trained: u32,
    slot: u32,
    beta: f32,
    learning_rate: f32,
    correction1: f32,
    correction2_sqrt: f32,
    noise: f32,
    free_bits: f32,
    alpha: f32,
    prior_variance: f32,
    // First row of the step in the buffer of streamed samples.
    streamed: u32,
}

// Twin of `CallInputs` in src/compute/gpu/calls/inputs.rs, byte for byte. Shapes come as numbers, not as
// pipeline constants, so that one pipeline serves every layer of every net.
struct CallInputs {
    // Index of the op in its program, or UNCHECKED.
    op: u32,
    // B, or B times the pixels.
    rows: u32,
    // Width of what comes in: d, κ, channels, or a layer's inputs.
    width: u32,
    // Width of what goes out: a layer's outputs, else unused.
    outputs: u32,
    // Elements an elementwise kernel covers, or a product has.
    count: u32,
    // `Activation`: 0 identity, 1 relu, 2 tanh, 3 leaky relu, 4 sigmoid, 5 elu, 6 soft threshold.
    activation: u32,
    // A random stream (`Stream`).
    stream: u32,
    // Bits, see the FLAG constants.
    flags: u32,
    // `PixelTransform`.
    offset: f32,
    scale: f32,
    dequantize: f32,
    logit_lambda: f32,
    // Number of the first workgroup: a long call is several dispatches.
    first_group: u32,
    // Parts of a product's contraction, and their length.
    splits: u32,
    split_depth: u32,
    // Elements of a product that go to its first output; the rest go to the second.
    edge: u32,
    // Samples of z per row.
    repeats: u32,
    // Channels of a pixel.
    channels: u32,
    // `Likelihood`: 0 Gaussian, 1 Bernoulli, 2 a variance per pixel.
    likelihood: u32,
    // `Geometry`, or the shape of an image in its `large` part.
    kernel: u32,
    stride: u32,
    padding: u32,
    large_height: u32,
    large_width: u32,
    large_channels: u32,
    small_height: u32,
    small_width: u32,
    small_channels: u32,
    // The samples that are in the data buffer.
    first_sample: u32,
    sample_count: u32,
    // Where the decoder's parameters, and log γ, begin.
    decoder: u32,
    log_gamma: u32,
    // Rows that a workgroup sums, and the columns it sums side by side (a power of two).
    chunk: u32,
    block: u32,
}

struct Status {
    // slot · OPS + op of the earliest call that wrote a number that is not finite; NONE if none did.
    first: atomic<u32>,
    // 1 once `finalize`, which is one workgroup, has seen `first` set: nothing is committed from then on.
    latched: u32,
}

// The latents' log σ² is one parameter vector, not part of the encoder's head.
const FLAG_GLOBAL_VARIANCE: u32 = 1u;
// The optional output (dout of `elbo`, db of a dense layer) is wanted.
const FLAG_GRADIENT: u32 = 2u;
// Samples come in the epoch's shuffled order.
const FLAG_SHUFFLED: u32 = 4u;
// The data are bytes, four to a word.
const FLAG_BYTES: u32 = 8u;
// A mean is taken off.
const FLAG_CENTERED: u32 = 16u;
// `Epilogue`: it has a bias, it adds an array, it multiplies by a slope rather than activates.
const FLAG_BIAS: u32 = 32u;
const FLAG_ADD: u32 = 64u;
const FLAG_SLOPE: u32 = 128u;
// `elbo` has rows to add to the squared error, or importance weights.
const FLAG_SPREAD: u32 = 256u;
const FLAG_WEIGHTS: u32 = 512u;
// The loss is a bound that holds the KL already.
const FLAG_BOUND: u32 = 1024u;
// The data are the rows of the submission, in order.
const FLAG_STREAMED: u32 = 2048u;
// Interpolation rather than repetition.
const FLAG_BILINEAR: u32 = 4096u;
// What is left after the mean is multiplied, by the values behind it.
const FLAG_STANDARDIZED: u32 = 8192u;

// Bits of `StepInputs::trained`.
const TRAIN_ENCODER: u32 = 1u;
const TRAIN_DECODER: u32 = 2u;
const LEARN_GAMMA: u32 = 4u;
const SET_GAMMA: u32 = 8u;

const UNCHECKED: u32 = 0xffffffffu;
const NONE: u32 = 0xffffffffu;
// `Status::OPS`.
const OPS: u32 = 16384u;

@group(0) @binding(0) var<uniform> inputs: StepSlot;
@group(0) @binding(1) var<storage, read_write> status: Status;
@group(1) @binding(0) var<uniform> call: CallInputs;

fn has(flag: u32) -> bool {
    return (call.flags & flag) != 0u;
}

fn trains(bit: u32) -> bool {
    return (inputs.trained & bit) != 0u;
}

// This call's place among all calls of the submission; earlier is smaller.
fn order() -> u32 {
    return inputs.slot * OPS + call.op;
}

// Notes a number that is not finite. By its bits, since compilers may fold x != x.
fn check(value: f32) {
    if (bitcast<u32>(value) & 0x7f800000u) == 0x7f800000u && call.op != UNCHECKED {
        atomicMin(&status.first, order());
    }
}

// Whether an earlier call of the run went bad. A bad number found by this very call does not count, so that
// the outcome does not depend on which invocation came first.
fn gone_bad() -> bool {
    return status.latched != 0u || atomicLoad(&status.first) < order();
}

// Grids are folded to two dimensions where one would be too long, and cut where they would take too long.
fn linear_group(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return call.first_group + group.y * groups.x + group.x;
}
