// Exact twin of src/rng.rs: the same integers bit for bit, the same polynomials.

const STREAM_SHUFFLE: u32 = 2u;
const STREAM_DEQUANTIZE: u32 = 5u;

const FEISTEL_ROUNDS: u32 = 6u;

fn rotate_left(x: u32, by: u32) -> u32 {
    return (x << by) | (x >> (32u - by));
}

// Four Threefry rounds.
fn threefry_rounds(x: vec2<u32>, by: vec4<u32>) -> vec2<u32> {
    var a = x.x;
    var b = x.y;
    a += b;
    b = rotate_left(b, by.x) ^ a;
    a += b;
    b = rotate_left(b, by.y) ^ a;
    a += b;
    b = rotate_left(b, by.z) ^ a;
    a += b;
    b = rotate_left(b, by.w) ^ a;
    return vec2<u32>(a, b);
}

// Threefry-2×32-20: two random words for a (key, counter) pair.
fn threefry2x32(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
    let even = vec4<u32>(13u, 15u, 26u, 6u);
    let odd = vec4<u32>(17u, 29u, 16u, 24u);
    let k2 = 0x1bd11bdau ^ key.x ^ key.y;
    var x = counter + key;
    x = threefry_rounds(x, even) + vec2<u32>(key.y, k2 + 1u);
    x = threefry_rounds(x, odd) + vec2<u32>(k2, key.x + 2u);
    x = threefry_rounds(x, even) + vec2<u32>(key.x, key.y + 3u);
    x = threefry_rounds(x, odd) + vec2<u32>(key.y, k2 + 4u);
    x = threefry_rounds(x, even) + vec2<u32>(k2, key.x + 5u);
    return x;
}

// A uniform number in (0, 1) from the upper 24 bits; never 0 or 1.
fn unit_from_bits(bits: u32) -> f32 {
    return (f32(bits >> 8u) + 0.5) * (1.0 / 16777216.0);
}

// Natural logarithm of a normal positive float, by exponent split and a polynomial.
fn portable_ln(x: f32) -> f32 {
    let shifted = bitcast<u32>(x) - 0x3f3504f3u;
    let exponent = bitcast<i32>(shifted) >> 23u;
    let mantissa = bitcast<f32>((shifted & 0x007fffffu) + 0x3f3504f3u);
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let s2 = s * s;
    let series = 2.0 + s2 * (0.6666667 + s2 * (0.4 + s2 * (0.2857143 + s2 * 0.2222222)));
    return s * series + f32(exponent) * 0.6931472;
}

// (cos 2πu, sin 2πu) of a 24-bit fraction given as raw bits, by integer quadrant reduction.
fn portable_cos_sin(bits: u32) -> vec2<f32> {
    let quadrant = bits >> 30u;
    let fraction = (f32((bits >> 8u) & 0x003fffffu) + 0.5) * (1.0 / 4194304.0) - 0.5;
    let t = fraction * 1.5707964;
    let t2 = t * t;
    let sine = t * (1.0 - t2 * (0.16666667 - t2 * (8.333333e-3 - t2 * 1.984127e-4)));
    let cosine = 1.0 - t2 * (0.5 - t2 * (4.1666667e-2 - t2 * (1.3888889e-3 - t2 * 2.480159e-5)));
    let half = 0.70710677;
    let c = (cosine - sine) * half;
    let s = (cosine + sine) * half;
    switch quadrant {
        case 0u: { return vec2<f32>(c, s); }
        case 1u: { return vec2<f32>(-s, c); }
        case 2u: { return vec2<f32>(-c, -s); }
        default: { return vec2<f32>(s, -c); }
    }
}

// The standard normal number `index` of a (stream, step): pairs share one Threefry call.
fn random_normal(seed: u32, stream: u32, index: u32, step: u32) -> f32 {
    let words = threefry2x32(vec2<u32>(seed, stream), vec2<u32>(index / 2u, step));
    let radius = sqrt(-2.0 * portable_ln(unit_from_bits(words.x)));
    let direction = portable_cos_sin(words.y);
    return radius * select(direction.y, direction.x, index % 2u == 0u);
}

// The uniform number in (0, 1) at `index` of a (stream, step).
fn random_uniform(seed: u32, stream: u32, index: u32, step: u32) -> f32 {
    let words = threefry2x32(vec2<u32>(seed, stream), vec2<u32>(index / 2u, step));
    return unit_from_bits(select(words.y, words.x, index % 2u == 0u));
}

fn mix32(value: u32) -> u32 {
    var bits = value;
    bits = (bits ^ (bits >> 16u)) * 0x85ebca6bu;
    bits = (bits ^ (bits >> 13u)) * 0xc2b2ae35u;
    return bits ^ (bits >> 16u);
}

// A keyed permutation of 0..n evaluated at `index`.
fn permute(seed: u32, epoch: u32, n: u32, index: u32) -> u32 {
    let bits = (33u - countLeadingZeros(max(n, 2u) - 1u)) / 2u;
    let mask = (1u << bits) - 1u;
    let keys = threefry2x32(vec2<u32>(seed, STREAM_SHUFFLE), vec2<u32>(epoch, 0u));
    var value = index;
    loop {
        var left = value >> bits;
        var right = value & mask;
        for (var round = 0u; round < FEISTEL_ROUNDS; round++) {
            let key = select(keys.y, keys.x, round % 2u == 0u);
            let word = mix32((right + key) ^ (round * 0x9e3779b9u));
            let next = left ^ (word & mask);
            left = right;
            right = next;
        }
        value = (left << bits) | right;
        if value < n {
            break;
        }
    }
    return value;
}
