//! The header of a `.npy` array: a magic, a version, and a Python dictionary of type, order and sizes.

use crate::data::arrays::{Entry, Value};
use crate::data::error::{Error, plain};
use crate::data::source::Source;

/// Most bytes of a header; NumPy's own are 118.
const MAX_HEADER: usize = 1 << 16;
/// Most sizes of an array.
const MAX_RANK: usize = 32;

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// How a value is stored, or what there is instead.
    pub(super) value: Result<Value, String>,
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

    /// As an array of this name.
    pub(super) fn entry(self, name: &str) -> Entry {
        Entry {
            name: name.to_owned(),
            value: self.value,
            sizes: self.sizes,
            fortran: self.fortran,
            matlab: false,
            start: self.length,
            ends: true,
        }
    }
}

/// Reads `|u1`, `<f4`, `>f8`, `<i8` and their like; the error says what the values are instead, and what to do.
fn value(descr: &str) -> Result<Value, String> {
    let (order, rest) = descr.split_at_checked(1).unwrap_or(("", ""));
    // Of one byte there is no order; '=' is the order of the machine that wrote it, mostly little.
    let big = order == ">";
    let (kind, size) = rest.split_at_checked(1).unwrap_or(("", ""));
    let bytes: usize = size
        .split('[')
        .next()
        .and_then(|s| s.parse().ok())
        .unwrap_or(0);
    let known = matches!(order, "<" | ">" | "|" | "=");
    let what = match (kind, bytes) {
        ("u", 1 | 2 | 4 | 8) if known => return Ok(Value::integer(bytes, false, big)),
        ("i", 1 | 2 | 4 | 8) if known => return Ok(Value::integer(bytes, true, big)),
        ("b", 1) if known => return Ok(Value::Bool),
        ("f", 2 | 4 | 8) if known => return Ok(Value::Float { bytes, big }),
        ("f", _) => {
            "long floats, which only some machines have; save a.astype(\"float64\") with numpy.save"
        }
        ("c", _) => "complex numbers; save a.real, or numpy.abs(a), with numpy.save",
        ("O", _) => {
            "Python objects (pickled), which are not read because a pickle can run any program; save a plain array of \
             numbers, e.g. numpy.stack(list(a))"
        }
        ("S" | "U" | "a", _) => "texts, not numbers",
        ("M" | "m", _) => "dates or times; save them as numbers, a.astype(\"float64\")",
        ("V", _) => "raw bytes or records; save one plain array of numbers with numpy.save",
        _ => {
            let descr = plain(descr, 20);
            return Err(format!(
                "its values are of the type '{descr}', which is not known; save it as float32"
            ));
        }
    };
    Err(format!("its values are {what}"))
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
    let value = match quote {
        Some(quote) => {
            let (descr, _) = descr[1..].split_once(quote).ok_or_else(unreadable)?;
            value(descr)
        }
        None => Err(
            "its values are records of several fields; save one of them as a plain array, numpy.save(\"x.npy\", \
             a[\"name\"])"
                .into(),
        ),
    };
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
        assert_eq!((good.value, &good.sizes[..]), (Ok(value), &[3, 4][..]));
        let odd = r#"{"shape":(7L,),"fortran_order":True,"descr":"|u1"}"#;
        let odd = parse(odd, 80).expect("a header");
        assert_eq!((odd.value, &odd.sizes[..]), (Ok(Value::Byte), &[7][..]));
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
            assert_eq!((header.value, header.fortran), (Ok(value), true));
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (descr, part) in [
            ("'<c8'", "complex numbers"),
            ("'<f16'", "long floats"),
            ("'|O'", "pickled"),
            ("'<U5'", "texts"),
            ("'<M8[ns]'", "dates"),
            ("'|V3'", "raw bytes"),
            ("'x'", "of the type 'x'"),
            ("'é'", "of the type 'é'"),
            ("[('a', '<f4'), ('b', '<i4')]", "several fields"),
        ] {
            let text = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (3, 4)}}");
            let header = parse(&text, 80).expect("a header");
            let what = header.value.expect_err(descr);
            assert!(what.contains(part), "{what}");
            assert_eq!(header.sizes, [3, 4]);
        }
        for text in [
            "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (3, 4)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}",
            "{'descr': '<f4', 'fortran_order': False}",
            "",
        ] {
            let error = parse(text, 80).expect_err(text);
            assert!(error.contains("no dictionary"), "{error}");
        }
    }
}
