//! Digests that tell things apart; none of them is for security.

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// 64-bit FNV-1a of a text, as 16 hexadecimal digits.
pub(crate) fn digest(text: &str) -> String {
    let hash = text.bytes().fold(BASIS, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    });
    format!("{hash:016x}")
}

/// The FNV-1a step over 64-bit words, with a shift so that high bits reach the low ones.
pub(crate) struct Fnv(u64);

impl Fnv {
    /// A hash of nothing yet.
    pub(crate) fn new() -> Self {
        Self(BASIS)
    }

    /// The hash of all so far.
    pub(crate) fn value(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    /// Hashes one word.
    pub(crate) fn word(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(PRIME);
        self.0 = mixed ^ (mixed >> 29);
    }

    /// Hashes an array as little-endian words, the last one padded with zeros, then the length.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.end(bytes, bytes.len());
    }

    /// Hashes the whole words of an array; the bytes that are left over.
    pub(crate) fn words<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        rest
    }

    /// Hashes the last bytes of an array of `len` bytes in all.
    pub(crate) fn end(&mut self, bytes: &[u8], len: usize) {
        let rest = self.words(bytes);
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.word(u64::from_le_bytes(last));
        self.word(len as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published values of 64-bit FNV-1a.
    #[test]
    fn the_digest_is_fnv_1a() {
        assert_eq!(digest(""), "cbf29ce484222325");
        assert_eq!(digest("foobar"), "85944171f73967e8");
    }
}
