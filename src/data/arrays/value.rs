//! How the values of an array are stored, and single values as numbers.

/// How one value is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::data) enum Value {
    /// Unsigned bytes.
    Byte,
    /// Bytes that are true unless zero.
    Bool,
    /// Floats of 16, 32 or 64 bits.
    Float {
        /// 2, 4 or 8.
        bytes: usize,
        /// Whether the first byte is the most significant.
        big: bool,
    },
    /// Other integers.
    Integer {
        /// 1, 2, 4 or 8.
        bytes: usize,
        /// Whether they may be negative.
        signed: bool,
        /// Whether the first byte is the most significant.
        big: bool,
    },
}

impl Value {
    /// Bytes of one value.
    pub(in crate::data) fn bytes(self) -> usize {
        match self {
            Self::Byte | Self::Bool => 1,
            Self::Float { bytes, .. } | Self::Integer { bytes, .. } => bytes,
        }
    }

    /// Unsigned or signed whole numbers of so many bytes.
    pub(in crate::data) fn integer(bytes: usize, signed: bool, big: bool) -> Self {
        match (bytes, signed) {
            (1, false) => Self::Byte,
            _ => Self::Integer { bytes, signed, big },
        }
    }

    /// Whether the values may have a fraction.
    pub(super) fn is_float(self) -> bool {
        matches!(self, Self::Float { .. })
    }
}

/// A float of two, four or eight bytes as the nearest of four.
pub(super) fn float(bytes: &[u8], big: bool) -> f32 {
    match *bytes {
        [a, b] => half(u16::from_be_bytes(if big { [a, b] } else { [b, a] })),
        [a, b, c, d] if big => f32::from_be_bytes([a, b, c, d]),
        [a, b, c, d] => f32::from_le_bytes([a, b, c, d]),
        _ => double(bytes, big) as f32,
    }
}

/// A float of eight bytes.
fn double(bytes: &[u8], big: bool) -> f64 {
    match <[u8; 8]>::try_from(bytes) {
        Ok(eight) if big => f64::from_be_bytes(eight),
        Ok(eight) => f64::from_le_bytes(eight),
        Err(_) => f64::NAN,
    }
}

/// An IEEE 754 number of 16 bits: a sign, five bits of exponent, ten of fraction. It has every value of such a number.
fn half(bits: u16) -> f32 {
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f32::from(bits & 0x3ff) / 1024.0;
    let size = match exponent {
        // Below the smallest power there is no leading one.
        0 => fraction * 2.0_f32.powi(-14),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction) * 2.0_f32.powi(exponent - 15),
    };
    if bits >> 15 == 0 { size } else { -size }
}

/// The first value of `bytes` as a number, NaN if they are too few; integers above 2⁵³ lose their last digits, which no class has.
pub(super) fn number(value: Value, bytes: &[u8]) -> f64 {
    let Some(bytes) = bytes.get(..value.bytes()) else {
        return f64::NAN;
    };
    match value {
        Value::Byte | Value::Bool => {
            let byte = bytes.first().copied().unwrap_or(0);
            f64::from(if value == Value::Bool {
                u8::from(byte != 0)
            } else {
                byte
            })
        }
        Value::Float { bytes: 8, big } => double(bytes, big),
        Value::Float { big, .. } => f64::from(float(bytes, big)),
        Value::Integer { signed, big, .. } => integer(bytes, signed, big),
    }
}

fn integer(bytes: &[u8], signed: bool, big: bool) -> f64 {
    let most = |so_far: i128, &byte: &u8| so_far << 8 | i128::from(byte);
    let whole = if big {
        bytes.iter().fold(0, most)
    } else {
        bytes.iter().rev().fold(0, most)
    };
    let bits = 8 * bytes.len().min(8);
    let negative = signed && bits > 0 && whole >> (bits - 1) & 1 == 1;
    (if negative { whole - (1 << bits) } else { whole }) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bit patterns and values of the standard's own examples of 16-bit numbers.
    #[test]
    fn halves_are_read_as_the_standard_has_them() {
        for (bits, value) in [
            (0x0000_u16, 0.0_f32),
            (0x0001, 5.960_464_5e-8),
            (0x03ff, 6.097_555e-5),
            (0x0400, 6.103_515_6e-5),
            (0x3555, 0.333_251_95),
            (0x3bff, 0.999_511_7),
            (0x3c00, 1.0),
            (0x3c01, 1.000_976_6),
            (0x7bff, 65504.0),
            (0xc000, -2.0),
            (0x7c00, f32::INFINITY),
            (0xfc00, f32::NEG_INFINITY),
        ] {
            assert_eq!(float(&bits.to_le_bytes(), false), value, "{bits:#06x}");
            assert_eq!(float(&bits.to_be_bytes(), true), value, "{bits:#06x}");
        }
        assert!(half(0x7e00).is_nan() && half(0x8000).is_sign_negative());
    }

    #[test]
    fn integers_of_all_sizes_keep_their_sign() {
        let int = |bytes, signed, big| Value::Integer { bytes, signed, big };
        for (value, bytes, expected) in [
            (int(1, true, false), &[0xff][..], -1.0),
            (int(2, true, true), &[0xff, 0x00], -256.0),
            (int(2, false, true), &[0xff, 0x00], 65280.0),
            (int(4, true, false), &[7, 0, 0, 0], 7.0),
            (
                int(8, true, false),
                &[0xfe, 255, 255, 255, 255, 255, 255, 255],
                -2.0,
            ),
            (Value::Bool, &[9], 1.0),
            (Value::Byte, &[9], 9.0),
        ] {
            assert_eq!(number(value, bytes), expected, "{value:?} {bytes:?}");
        }
        let eight = Value::Float {
            bytes: 8,
            big: true,
        };
        assert_eq!(number(eight, &0.1_f64.to_be_bytes()), 0.1);
    }
}
