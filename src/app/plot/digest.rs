//! A fast digest of a slice of numbers: has this grid changed since it was painted?

/// Odd 64-bit constants of the usual multiply-and-fold hash.
const MULTIPLIERS: [u64; 4] = [
    0x9e37_79b9_7f4a_7c15,
    0xbf58_476d_1ce4_e5b9,
    0x94d0_49bb_1331_11eb,
    0xd6e8_feb8_6659_fd93,
];

/// Accumulates 64-bit words. Not for untrusted use; a chance collision is one in 2⁶⁴.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digest(u64);

impl Digest {
    pub(crate) fn new() -> Self {
        Self(0x243f_6a88_85a3_08d3)
    }

    /// Adds one word.
    pub(crate) fn word(&mut self, word: u64) {
        self.0 = fold(self.0 ^ word, MULTIPLIERS[0]);
    }

    /// Adds numbers by their bits, so that NaN and −0 count, in four independent lanes.
    pub(crate) fn numbers(&mut self, values: &[f64]) {
        let mut lanes = MULTIPLIERS;
        let mut chunks = values.chunks_exact(4);
        for chunk in &mut chunks {
            for (lane, value) in lanes.iter_mut().zip(chunk) {
                *lane = (*lane ^ value.to_bits())
                    .wrapping_mul(MULTIPLIERS[1])
                    .rotate_left(29);
            }
        }
        for value in chunks.remainder() {
            self.word(value.to_bits());
        }
        for lane in lanes {
            self.word(lane);
        }
        self.word(values.len() as u64);
    }

    pub(crate) fn finish(self) -> u64 {
        self.0
    }
}

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> u64 {
        let mut digest = Digest::new();
        digest.numbers(values);
        digest.finish()
    }

    #[test]
    fn any_changed_moved_or_added_number_changes_the_digest() {
        let base: Vec<f64> = (0..1003).map(|i| f64::from(i).sin()).collect();
        let digest = of(&base);
        assert_eq!(of(&base.clone()), digest);
        for i in [0, 1, 5, 999, 1000, 1002] {
            let mut other = base.clone();
            other[i] = f64::NAN;
            assert_ne!(of(&other), digest, "{i}");
        }
        let mut swapped = base.clone();
        swapped.swap(8, 12);
        assert_ne!(of(&swapped), digest);
        assert_ne!(of(&base[..1002]), digest);
        assert_ne!(of(&[0.0]), of(&[-0.0]));
    }
}
