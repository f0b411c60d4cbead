//! The header of a `.npy` array: a magic, a version, and a Python dictionary of type, order and sizes.

use crate::data::error::{Error, plain};
use crate::data::source::Source;

/// Most bytes of a header; NumPy's own are 118.
const MAX_HEADER: usize = 1 << 16;
/// Most sizes of an array.
const MAX_RANK: usize = 32;

/// How one value is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// Unsigned bytes.
    Byte,
    /// Bytes that are true unless zero.
    Bool,
    /// Floats of 16, 32 or 64 bits.
    Float { bytes: usize, big: bool },
    /// Other integers, which only labels may be.
    Integer {
        bytes: usize,
        signed: bool,
        big: bool,
    },
}

impl Value {
    /// Bytes of one value.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Byte | Self::Bool => 1,
            Self::Float { bytes, .. } | Self::Integer { bytes, .. } => bytes,
        }
    }

    /// Reads `|u1`, `<f4`, `>f8`, `<i8` and their like.
    fn parse(text: &str) -> Option<Self> {
        let mut letters = text.chars();
        let big = match letters.next()? {
            '>' => true,
            // Of one byte there is no order; '=' is the order of the machine that wrote it, mostly little.
            '<' | '|' | '=' => false,
            _ => return None,
        };
        let kind = letters.next()?;
        let bytes: usize = letters.as_str().parse().ok()?;
        match (kind, bytes) {
            ('u', 1) => Some(Self::Byte),
            ('b', 1) => Some(Self::Bool),
            ('f', 2 | 4 | 8) => Some(Self::Float { bytes, big }),
            ('i' | 'u', 1 | 2 | 4 | 8) => Some(Self::Integer {
                bytes,
                signed: kind == 'i',
                big,
            }),
            _ => None,
        }
    }
}

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) value: Value,
    pub(super) sizes: Vec<u64>,
    /// Whether the first index moves fastest, not the last; never where there is but one index.
    pub(super) fortran: bool,
    /// Bytes before the first value.
    pub(super) length: u64,
}

impl Header {
    /// Reads and checks the header.
    pub(super) fn read(source: &mut Source<'_>) -> Result<Self, Error> {
        let bad = |offset: u64, reason: &str| Error::malformed(source.path(), offset, reason);
        let cut = bad(source.offset(), "the header of the array is cut off");
        let wrong = bad(0, "it does not start as a NumPy array does");
        let unknown = bad(6, "its version of the .npy format is not 1, 2 or 3");
        let long = bad(8, "its header is longer than 65536 bytes");
        let mut start = [0; 8];
        if source.fill(&mut start)? < start.len() {
            return Err(cut);
        }
        if &start[..6] != b"\x93NUMPY" {
            return Err(wrong);
        }
        let mut size = [0; 4];
        let width = match start[6] {
            1 => 2,
            2 | 3 => 4,
            _ => return Err(unknown),
        };
        if source.fill(&mut size[..width])? < width {
            return Err(cut);
        }
        let size = u32::from_le_bytes(size) as usize;
        if size > MAX_HEADER {
            return Err(long);
        }
        let mut text = vec![0; size];
        if source.fill(&mut text)? < size {
            return Err(cut);
        }
        let length = 8 + width as u64 + size as u64;
        let text = String::from_utf8_lossy(&text);
        parse(&text, length).map_err(|reason| Error::malformed(source.path(), 10, reason))
    }

    /// `60000 × 28 × 28 values of 1 byte`.
    pub(super) fn promise(&self) -> String {
        let (sizes, bytes) = (self.sizes_text(), self.value.bytes());
        let plural = if bytes == 1 { "" } else { "s" };
        format!("{sizes} values of {bytes} byte{plural}")
    }

    /// `60000 × 28 × 28`.
    pub(super) fn sizes_text(&self) -> String {
        let sizes: Vec<String> = self.sizes.iter().map(u64::to_string).collect();
        sizes.join(" × ")
    }
}

/// The dictionary of a header.
fn parse(text: &str, length: u64) -> Result<Header, String> {
    let unreadable = || "its header is no dictionary of 'descr', 'fortran_order' and 'shape'";
    let after = |key: &str| -> Result<&str, String> {
        let quoted = [format!("'{key}'"), format!("\"{key}\"")];
        let rest = quoted.iter().find_map(|q| text.split_once(q.as_str()));
        let rest = rest.map(|(_, rest)| rest.trim_start());
        let rest = rest.and_then(|rest| rest.strip_prefix(':'));
        rest.map(str::trim_start).ok_or_else(|| unreadable().into())
    };
    let descr = after("descr")?;
    let quote = descr.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let Some(quote) = quote else {
        return Err(
            "its values are records of several fields; only plain arrays can be read".into(),
        );
    };
    let (descr, _) = descr[1..].split_once(quote).ok_or_else(unreadable)?;
    let value = Value::parse(descr).ok_or_else(|| {
        let descr = plain(descr, 20);
        format!("its values are of type '{descr}'; only u1, b1, f2, f4 and f8 can be read")
    })?;
    let order = after("fortran_order")?;
    let fortran = order.starts_with("True");
    if !fortran && !order.starts_with("False") {
        return Err(unreadable().into());
    }
    let (inside, _) = after("shape")?
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(')'))
        .ok_or_else(unreadable)?;
    let mut sizes = Vec::new();
    for size in inside.split(',').map(str::trim).filter(|s| !s.is_empty()) {
        // Old versions write long integers with an L.
        let size = size.strip_suffix('L').unwrap_or(size);
        sizes.push(size.parse::<u64>().map_err(|_| unreadable())?);
        if sizes.len() > MAX_RANK {
            return Err(format!("it has more than {MAX_RANK} sizes"));
        }
    }
    Ok(Header {
        value,
        // The order says nothing of an array with one size.
        fortran: fortran && sizes.len() > 1,
        sizes,
        length,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dictionaries_are_read_in_every_spelling() {
        let good = parse(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }   \n",
            80,
        )
        .expect("a header");
        let value = Value::Float {
            bytes: 4,
            big: false,
        };
        assert_eq!((good.value, &good.sizes[..]), (value, &[3, 4][..]));
        let odd = r#"{"shape":(7L,),"fortran_order":True,"descr":"|u1"}"#;
        let odd = parse(odd, 80).expect("a header");
        assert_eq!((odd.value, &odd.sizes[..]), (Value::Byte, &[7][..]));
        assert!(!good.fortran && !odd.fortran, "one size has no order");
        for (descr, value) in [
            ("|b1", Value::Bool),
            (
                ">f2",
                Value::Float {
                    bytes: 2,
                    big: true,
                },
            ),
        ] {
            let text = format!("{{'descr': '{descr}', 'fortran_order': True, 'shape': (3, 4)}}");
            let header = parse(&text, 80).expect(descr);
            assert_eq!((header.value, header.fortran), (value, true));
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (text, part) in [
            (
                "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (3, 4)}",
                "no dictionary",
            ),
            (
                "{'descr': '<c8', 'fortran_order': False, 'shape': (3,)}",
                "'<c8'",
            ),
            (
                "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,)}",
                "several fields",
            ),
            (
                "{'descr': '|O', 'fortran_order': False, 'shape': (3,)}",
                "'|O'",
            ),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}",
                "no dictionary",
            ),
            ("{'descr': '<f4', 'fortran_order': False}", "no dictionary"),
            ("", "no dictionary"),
        ] {
            let error = parse(text, 80).expect_err(text);
            assert!(error.contains(part), "{error}");
        }
    }
}
