// Descents on the soft-threshold landscape, one per invocation: which minimum each ends at.
//
// No op of a plan. Exact twin of src/theory/basin/descent.rs, where the equations are.

// Twin of `BasinInputs` in src/compute/gpu/basin.rs, byte for byte.
struct BasinInputs {
    // w, m, τ of a minimum and the square of the distance from which every descent ends there.
    target_1: vec4<f32>,
    target_2: vec4<f32>,
    // α/ζ and βγ/ζ².
    alpha: f32,
    ratio: f32,
    // Whether the collapsed point is a minimum.
    collapsible: u32,
    // Descents.
    count: u32,
    // Most steps of this dispatch, and of a descent in all.
    steps: u32,
    most_steps: u32,
}

// Twin of `BasinState` there.
struct BasinState {
    w: f32,
    m: f32,
    tau: f32,
    step: f32,
    excess: f32,
    fate: u32,
    steps: u32,
}

struct Slope {
    excess: f32,
    passing: f32,
    gradient: vec3<f32>,
}

override WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<uniform> inputs: BasinInputs;
@group(0) @binding(1) var<storage, read_write> states: array<BasinState>;

const UNFINISHED: u32 = 0u;
const COLLAPSED: u32 = 1u;
const POSITIVE: u32 = 2u;
const NEGATIVE: u32 = 3u;

const REACH: f32 = 0.05;
const GROWTH: f32 = 1.2;
const ROUNDING: f32 = 2e-7;
const BELOW: f32 = 1e-3;
const NEAR: f32 = 0.02;
const WEAKER: f32 = 0.1;
const TAIL: f32 = 12.0;
const LEAST_NOISE: f32 = 1e-20;

// Φ(a), φ(a) and the first two moments of one side of the threshold.
fn threshold_side(over: f32, noise: f32) -> vec4<f32> {
    let a = max(min(over / max(noise, LEAST_NOISE), TAIL), -TAIL);
    let density = exp(-0.5 * a * a) * 0.3989422804014327;
    let t = 1.0 / (1.0 + 0.25 * abs(a));
    var q = 0.0521751878054;
    q = q * t + -0.214039058114;
    q = q * t + 0.260185151153;
    q = q * t + -0.0996306115592;
    q = q * t + 0.171137528137;
    q = q * t + 0.143996415174;
    q = q * t + 0.205266866385;
    q = q * t + 0.234218129539;
    q = q * t + 0.250004578778;
    q = q * t + 0.24999997728;
    let far = density * t * q;
    let share = select(1.0 - far, far, a < 0.0);
    let first = over * share + noise * density;
    let second = (over * over + noise * noise) * share + over * noise * density;
    return vec4<f32>(share, density, first, second);
}

// Energy above the collapsed point's, gradient, and the share of the noise that passes the threshold.
fn slope(at: vec3<f32>) -> Slope {
    let w = at.x;
    let m = at.y;
    let tau = at.z;
    let sigma = exp(tau);
    let mean = w * m;
    let noise = abs(w) * sigma;
    let plus = threshold_side(mean - inputs.alpha, noise);
    let minus = threshold_side(-mean - inputs.alpha, noise);
    let first = plus.z - minus.z;
    let passing = plus.x + minus.x;
    let x = tau + tau;
    var spread = sigma * sigma - 1.0 - x;
    if abs(x) < 0.25 {
        spread = x * x * (0.5 + x * (0.16666667 + x * (0.041666668 + x * (0.008333334 + x * (0.0013888889 + x * 0.0001984127)))));
    }
    let by_mean = first - passing;
    let by_noise = noise * passing - (plus.y - minus.y);
    let direction = select(1.0, -1.0, w < 0.0);
    var found: Slope;
    found.excess = 0.5 * (plus.w + minus.w) - first + inputs.ratio * 0.5 * (m * m + spread);
    found.passing = passing;
    found.gradient = vec3<f32>(
        by_mean * m + by_noise * sigma * direction,
        by_mean * w + inputs.ratio * m,
        by_noise * noise + inputs.ratio * (sigma * sigma - 1.0),
    );
    return found;
}

fn close(at: vec3<f32>, to: vec4<f32>) -> bool {
    let x = abs(at.x) - to.x;
    let y = select(at.y, -at.y, at.x < 0.0) - to.y;
    let z = at.z - to.z;
    return x * x + y * y + z * z < to.w;
}

fn fate_of(at: vec3<f32>, here: Slope) -> u32 {
    let side = select(POSITIVE, NEGATIVE, at.x < 0.0);
    if here.excess < -BELOW {
        return side;
    }
    if close(at, inputs.target_1) || close(at, inputs.target_2) {
        return side;
    }
    var silent = at.x * at.x < NEAR * NEAR;
    if inputs.alpha > 0.0 {
        silent = here.passing * (at.x * at.x + inputs.alpha * inputs.alpha) <= WEAKER * inputs.ratio * at.x * at.x;
    }
    if inputs.collapsible != 0u && silent && at.y * at.y + at.z * at.z < NEAR * NEAR {
        return COLLAPSED;
    }
    return UNFINISHED;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= inputs.count {
        return;
    }
    var state = states[id.x];
    if state.fate != UNFINISHED || state.steps >= inputs.most_steps {
        return;
    }
    var at = vec3<f32>(state.w, state.m, state.tau);
    var here = slope(at);
    var step = state.step;
    var fate = fate_of(at, here);
    let most = min(inputs.steps, inputs.most_steps - state.steps);
    var done = 0u;
    while done < most && fate == UNFINISHED {
        done += 1u;
        let g = here.gradient;
        let length = sqrt(g.x * g.x + g.y * g.y + g.z * g.z);
        var used = step;
        if step * length > REACH {
            used = REACH / length;
        }
        let next = at - used * g;
        let there = slope(next);
        if there.excess <= here.excess + ROUNDING * abs(here.excess) {
            at = next;
            here = there;
            step = used * GROWTH;
            fate = fate_of(at, here);
        } else {
            step = 0.5 * used;
        }
    }
    state.w = at.x;
    state.m = at.y;
    state.tau = at.z;
    state.step = step;
    state.excess = here.excess;
    state.fate = fate;
    state.steps += done;
    states[id.x] = state;
}
