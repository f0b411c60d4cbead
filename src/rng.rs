//! The counter-based random stream, identical on the CPU and in WGSL.
//!
//! Threefry-2×32 with 20 rounds (Salmon et al. 2011) uses only 32-bit adds, rotates and
//! exclusive-ors, so `shaders/shared/random.wgsl` yields the same integers bit for bit.
//! A value is addressed, not drawn: key = (seed, stream), counter = (element, step). Any thread
//! may ask for any element in any order, so a run does not depend on how work was divided.

/// What a random number is for; each purpose has its own stream of the same seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Stream {
    /// Initial weights.
    Init = 1,
    /// Order of the samples within an epoch.
    Shuffle = 2,
    /// ε of the reparameterisation during training.
    Epsilon = 3,
    /// ε during evaluation, fixed so that two evaluations differ by the weights only.
    Evaluation = 4,
    /// The uniform u of dequantisation.
    Dequantize = 5,
    /// Latents drawn from the prior for display.
    Prior = 6,
    /// Synthetic data.
    Data = 7,
    /// Directions in which the loss of a trained network is looked at.
    Landscape = 8,
    /// ξ of the noise put on single latents during training.
    LatentNoise = 9,
    /// ξ of the noise put on single latents during evaluation.
    EvaluationNoise = 10,
}

impl Stream {
    /// The stream of ξ that belongs to this stream of ε.
    #[must_use]
    pub fn beside(self) -> Self {
        match self {
            Self::Evaluation => Self::EvaluationNoise,
            _ => Self::LatentNoise,
        }
    }
}

/// Threefry-2×32-20: two random words for a (key, counter) pair.
#[inline(always)]
pub fn threefry2x32(key: [u32; 2], counter: [u32; 2]) -> [u32; 2] {
    const ROTATIONS: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];
    let schedule = [key[0], key[1], 0x1BD1_1BDA ^ key[0] ^ key[1]];
    let mut x0 = counter[0].wrapping_add(schedule[0]);
    let mut x1 = counter[1].wrapping_add(schedule[1]);
    for group in 0..5 {
        for round in 0..4 {
            x0 = x0.wrapping_add(x1);
            x1 = x1.rotate_left(ROTATIONS[(group % 2) * 4 + round]) ^ x0;
        }
        let g = group + 1;
        x0 = x0.wrapping_add(schedule[g % 3]);
        x1 = x1
            .wrapping_add(schedule[(g + 1) % 3])
            .wrapping_add(g as u32);
    }
    [x0, x1]
}

/// A uniform number in (0, 1) from the upper 24 bits; never 0 or 1.
#[inline(always)]
pub fn unit_from_bits(bits: u32) -> f32 {
    ((bits >> 8) as f32 + 0.5) * (1.0 / 16_777_216.0)
}

/// Natural logarithm of a normal positive float, by exponent split and a polynomial.
///
/// WGSL promises little about its own `log`; this one uses only operations that both sides
/// round alike up to contraction, and agrees with the true value to about 1e-7 relative.
#[inline(always)]
pub fn portable_ln(x: f32) -> f32 {
    let bits = x.to_bits();
    // Scale the mantissa into [√½, √2) so the series argument stays below 0.172.
    let shifted = bits.wrapping_sub(0x3F35_04F3);
    let exponent = (shifted as i32) >> 23;
    let mantissa = f32::from_bits((shifted & 0x007F_FFFF).wrapping_add(0x3F35_04F3));
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let s2 = s * s;
    let series = 2.0 + s2 * (0.666_666_7 + s2 * (0.4 + s2 * (0.285_714_3 + s2 * 0.222_222_2)));
    s * series + exponent as f32 * std::f32::consts::LN_2
}

/// (cos 2πu, sin 2πu) of a 24-bit fraction given as raw bits, by integer quadrant reduction.
#[inline(always)]
pub fn portable_cos_sin(bits: u32) -> (f32, f32) {
    // The top two bits pick the quadrant, the next 22 the angle in it, centred on its middle.
    let quadrant = bits >> 30;
    let fraction = (((bits >> 8) & 0x003F_FFFF) as f32 + 0.5) * (1.0 / 4_194_304.0) - 0.5;
    let t = fraction * std::f32::consts::FRAC_PI_2;
    let t2 = t * t;
    let sin = t * (1.0 - t2 * (0.166_666_67 - t2 * (8.333_333e-3 - t2 * 1.984_127e-4)));
    let cos = 1.0 - t2 * (0.5 - t2 * (4.166_666_7e-2 - t2 * (1.388_888_9e-3 - t2 * 2.480_159e-5)));
    // Rotate by the middle of the quadrant, 45° + 90°·quadrant.
    let half = std::f32::consts::FRAC_1_SQRT_2;
    let (c, s) = ((cos - sin) * half, (cos + sin) * half);
    // By selects and sign bits, not by cases: a loop over angles must not branch.
    let (cos, sin) = if quadrant & 1 == 0 { (c, s) } else { (s, c) };
    let signed = |x: f32, minus: u32| f32::from_bits(x.to_bits() ^ (minus << 30 & 0x8000_0000));
    (signed(cos, quadrant + 1), signed(sin, quadrant))
}

/// Two independent standard normals for one (stream, element, step), by Box and Muller.
#[inline(always)]
pub fn normal_pair(seed: u32, stream: Stream, element: u32, step: u32) -> (f32, f32) {
    let [a, b] = threefry2x32([seed, stream as u32], [element, step]);
    let radius = (-2.0 * portable_ln(unit_from_bits(a))).sqrt();
    let (cos, sin) = portable_cos_sin(b);
    (radius * cos, radius * sin)
}

/// The standard normal number `index` of a (stream, step): pairs share one Threefry call.
#[inline(always)]
pub fn normal(seed: u32, stream: Stream, index: u32, step: u32) -> f32 {
    let (even, odd) = normal_pair(seed, stream, index / 2, step);
    if index.is_multiple_of(2) { even } else { odd }
}

/// The uniform number in (0, 1) at `index` of a (stream, step).
#[inline(always)]
pub fn uniform(seed: u32, stream: Stream, index: u32, step: u32) -> f32 {
    let words = threefry2x32([seed, stream as u32], [index / 2, step]);
    unit_from_bits(words[(index % 2) as usize])
}

/// Rounds of the keyed Feistel permutation.
const FEISTEL_ROUNDS: u32 = 6;

/// Scrambles 32 bits (the finaliser of MurmurHash3): enough between the rounds of a permutation,
/// where a whole Threefry call would cost as much as a small network's step.
#[inline(always)]
fn mix(mut bits: u32) -> u32 {
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x85EB_CA6B);
    bits = (bits ^ (bits >> 13)).wrapping_mul(0xC2B2_AE35);
    bits ^ (bits >> 16)
}

/// A keyed permutation of `0..n`: the order of the samples in an epoch.
///
/// A balanced Feistel network over the next power of four, walked until it lands inside `0..n`,
/// needs no table on the device and no upload per epoch.
#[derive(Debug, Clone, Copy)]
pub struct Permutation {
    n: u32,
    /// Half the bits of the network's domain.
    bits: u32,
    keys: [u32; 2],
}

impl Permutation {
    /// The order of epoch `epoch`; `n` must be at least 1.
    pub fn new(seed: u32, epoch: u32, n: u32) -> Self {
        Self {
            n,
            bits: (32 - (n.max(2) - 1).leading_zeros()).div_ceil(2),
            keys: threefry2x32([seed, Stream::Shuffle as u32], [epoch, 0]),
        }
    }

    /// Where several indices, each below `n`, go; independent of each other, so that they can be
    /// computed side by side.
    #[inline(always)]
    pub fn at<const N: usize>(&self, indices: [u32; N]) -> [u32; N] {
        let mut values = indices;
        for value in &mut values {
            debug_assert!(*value < self.n);
            *value = self.scramble(*value);
        }
        // A value outside walks on; most are inside at once.
        while values.iter().any(|&value| value >= self.n) {
            for value in &mut values {
                let next = self.scramble(*value);
                *value = if *value < self.n { *value } else { next };
            }
        }
        values
    }

    /// The network: a permutation of its whole domain.
    #[inline(always)]
    fn scramble(&self, value: u32) -> u32 {
        let mask = (1_u32 << self.bits) - 1;
        let (mut left, mut right) = (value >> self.bits, value & mask);
        for round in 0..FEISTEL_ROUNDS {
            let key = self.keys[(round % 2) as usize];
            let word = mix(right.wrapping_add(key) ^ round.wrapping_mul(0x9E37_79B9));
            (left, right) = (right, left ^ (word & mask));
        }
        (left << self.bits) | right
    }
}

/// [`Permutation`] evaluated at one `index`.
///
/// `n` must be at least 1 and `index < n`.
#[inline]
pub fn permute(seed: u32, epoch: u32, n: u32, index: u32) -> u32 {
    Permutation::new(seed, epoch, n).at([index])[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers of the Random123 distribution for threefry2x32-20.
    #[test]
    fn threefry_known_answers() {
        assert_eq!(threefry2x32([0, 0], [0, 0]), [0x6b20_0159, 0x99ba_4efe]);
        assert_eq!(
            threefry2x32([u32::MAX; 2], [u32::MAX; 2]),
            [0x1cb9_96fc, 0xbb00_2be7]
        );
        assert_eq!(
            threefry2x32([0x1319_8a2e, 0x0370_7344], [0x243f_6a88, 0x85a3_08d3]),
            [0xc492_3a9c, 0x483d_f7a0]
        );
    }

    #[test]
    fn portable_functions_match_the_standard_library() {
        for i in 0..200_000_u32 {
            let bits = i.wrapping_mul(2_654_435_761);
            let u = unit_from_bits(bits);
            let exact = f64::from(u).ln();
            assert!((f64::from(portable_ln(u)) - exact).abs() <= 3e-7 * (1.0 + exact.abs()));
            let (c, s) = portable_cos_sin(bits);
            // The stream's own angle: quadrant and the centred 22-bit fraction.
            let turn = (f64::from(bits >> 8) + 0.5) / 16_777_216.0;
            let (es, ec) = (turn * std::f64::consts::TAU).sin_cos();
            assert!((f64::from(c) - ec).abs() < 1e-6, "{bits:#x}: {c} {ec}");
            assert!((f64::from(s) - es).abs() < 1e-6, "{bits:#x}: {s} {es}");
        }
    }

    #[test]
    fn normals_have_the_moments_of_a_normal() {
        let n = 400_000_u32;
        let mut moments = [0.0_f64; 4];
        for i in 0..n {
            let x = f64::from(normal(7, Stream::Epsilon, i, 3));
            for (power, m) in moments.iter_mut().enumerate() {
                *m += x.powi(power as i32 + 1) / f64::from(n);
            }
        }
        // Five standard errors of each moment at this sample size.
        assert!(moments[0].abs() < 5.0 / f64::from(n).sqrt());
        assert!((moments[1] - 1.0).abs() < 5.0 * (2.0 / f64::from(n)).sqrt());
        assert!(moments[2].abs() < 5.0 * (15.0 / f64::from(n)).sqrt());
        assert!((moments[3] - 3.0).abs() < 5.0 * (96.0 / f64::from(n)).sqrt());
    }

    /// Values of the stream as it is defined; a run repeats only while they stay.
    #[test]
    fn permutation_is_the_walk_it_is_defined_as() {
        let walk = |seed, epoch, n: u32, index| {
            let bits = (32 - (n.max(2) - 1).leading_zeros()).div_ceil(2);
            let mask = (1_u32 << bits) - 1;
            let keys = threefry2x32([seed, Stream::Shuffle as u32], [epoch, 0]);
            let mut value: u32 = index;
            loop {
                let (mut left, mut right) = (value >> bits, value & mask);
                for round in 0..6_u32 {
                    let key = keys[(round % 2) as usize];
                    let word = mix(right.wrapping_add(key) ^ round.wrapping_mul(0x9E37_79B9));
                    (left, right) = (right, left ^ (word & mask));
                }
                value = (left << bits) | right;
                if value < n {
                    return value;
                }
            }
        };
        for n in [1_u32, 2, 5, 17, 1000, 60_000] {
            let order = Permutation::new(9, 4, n);
            for first in (0..n).step_by(7) {
                let indices: [u32; 16] = std::array::from_fn(|i| (first + i as u32) % n);
                assert_eq!(order.at(indices), indices.map(|i| walk(9, 4, n, i)));
            }
        }
    }

    #[test]
    fn permutation_is_a_bijection_and_changes_with_the_epoch() {
        for n in [1_u32, 2, 3, 5, 16, 17, 1000, 4097] {
            let mut seen = vec![false; n as usize];
            for i in 0..n {
                let j = permute(11, 2, n, i) as usize;
                assert!(!seen[j], "{n}: {j} twice");
                seen[j] = true;
            }
        }
        // Neighbours must not stay neighbours: the mean distance of a random order is n/3.
        let n = 10_000_u32;
        let distance: f64 = (1..n)
            .map(|i| f64::from(permute(3, 1, n, i).abs_diff(permute(3, 1, n, i - 1))))
            .sum::<f64>()
            / f64::from(n - 1);
        assert!(
            (distance / (f64::from(n) / 3.0) - 1.0).abs() < 0.03,
            "{distance}"
        );
        let order = |epoch| {
            (0..100)
                .map(|i| permute(11, epoch, 100, i))
                .collect::<Vec<_>>()
        };
        assert_ne!(order(0), order(1));
    }
}
