//! One matrix of a MATLAB file: what it is called, and where its values are.

use crate::data::arrays::{Entry, MAX_ENTRIES, Value};
use crate::data::error::{Error, plain};

use super::tag::{MATRIX, Reader, Tag};

/// Most bytes of a name, and of the names of a structure's fields.
const MAX_NAME: usize = 4096;
const MAX_FIELDS: usize = 1 << 16;
/// Most sizes of an array.
const MAX_RANK: usize = 32;
/// How deep structures inside structures are followed.
const MAX_DEPTH: usize = 8;

/// What a matrix is.
struct Head {
    class: u8,
    complex: bool,
    logical: bool,
    sizes: Vec<u64>,
    name: String,
}

/// Lists the arrays of a matrix whose content has `size` bytes.
///
/// # Errors
/// [`Error::Malformed`], after what was listed before.
pub(super) fn list(
    reader: &mut Reader<'_, '_>,
    size: u64,
    entries: &mut Vec<Entry>,
) -> Result<(), Error> {
    matrix(reader, size, None, 0, entries)
}

/// As [`list`] for the field `called` of a structure, `depth` structures down.
fn matrix(
    reader: &mut Reader<'_, '_>,
    size: u64,
    called: Option<&str>,
    depth: usize,
    entries: &mut Vec<Entry>,
) -> Result<(), Error> {
    // An empty field.
    if size == 0 || entries.len() >= MAX_ENTRIES {
        return Ok(());
    }
    let end = reader.offset().saturating_add(size);
    let head = head(reader)?;
    let name = called.map_or_else(|| head.name.clone(), str::to_owned);
    let what = match head.class {
        1 => "a cell array; save the array inside it: x = c{1}; save('x.mat', 'x')",
        2 if head.sizes.iter().all(|&s| s == 1) && depth < MAX_DEPTH => {
            return structure(reader, end, &name, depth, entries);
        }
        2 => "an array of structures; save one of their fields: x = s(1).name; save('x.mat', 'x')",
        3 | 16 | 17 => {
            "a MATLAB object, such as a table or strings; save its numbers: x = double(a); save('x.mat', 'x')"
        }
        4 => "text, not numbers",
        5 => "a sparse matrix; save it as full(a)",
        _ if head.complex => "complex numbers; save real(a), or abs(a)",
        6..=15 => "",
        _ => "of a class that is not known",
    };
    let mut entry = Entry {
        name,
        value: Err(format!("it is {what}")),
        sizes: vector(&head.sizes),
        fortran: vector(&head.sizes).len() > 1,
        matlab: true,
        start: 0,
        ends: false,
    };
    if what.is_empty() && !head.sizes.contains(&0) {
        let tag = reader.tag()?;
        let value = if head.logical {
            Some(Value::Bool).filter(|_| matches!(tag.kind, 1 | 2))
        } else {
            value(tag, reader.is_big())
        };
        let value = value
            .ok_or_else(|| reader.bad("an array of the MATLAB file has values of no known type"))?;
        let count = head.sizes.iter().try_fold(1_u64, |n, &s| n.checked_mul(s));
        let bytes = count.and_then(|n| n.checked_mul(value.bytes() as u64));
        let start = reader.offset();
        if bytes != Some(tag.size) || start.saturating_add(tag.size) > end {
            return Err(
                reader.bad("the sizes of an array of the MATLAB file are not those of its values")
            );
        }
        entry.value = Ok(value);
        entry.start = start;
    } else if what.is_empty() {
        entry.value = Err("it holds no values".into());
    }
    entries.push(entry);
    reader.skip(end.saturating_sub(reader.offset()))
}

/// The fields of a structure, called `name/field`.
fn structure(
    reader: &mut Reader<'_, '_>,
    end: u64,
    name: &str,
    depth: usize,
    entries: &mut Vec<Entry>,
) -> Result<(), Error> {
    let tag = reader.tag()?;
    let length = reader.bytes(tag, 8)?;
    let length = reader.numbers(&length).first().copied().unwrap_or(0) as usize;
    let tag = reader.tag()?;
    let names = reader.bytes(tag, MAX_FIELDS)?;
    if length == 0 || length > 64 {
        return Err(reader.bad("a structure of the MATLAB file has fields without names"));
    }
    for field in names.chunks_exact(length) {
        if reader.offset() >= end {
            break;
        }
        let tag = reader.tag()?;
        if tag.kind != MATRIX {
            return Err(reader.bad("a field of a structure of the MATLAB file is no array"));
        }
        let size = tag.size.min(end.saturating_sub(reader.offset()));
        let start = reader.offset();
        let called = format!("{name}/{}", text(field));
        matrix(reader, size, Some(&called), depth + 1, entries)?;
        let left = start.saturating_add(size).saturating_sub(reader.offset());
        reader.skip(left)?;
    }
    Ok(())
}

/// Flags, sizes and name.
fn head(reader: &mut Reader<'_, '_>) -> Result<Head, Error> {
    let tag = reader.tag()?;
    let flags = reader.bytes(tag, 8)?;
    let flags = reader.numbers(&flags).first().copied();
    let flags = flags.ok_or_else(|| reader.bad("an array of the MATLAB file has no flags"))?;
    let class = (flags & 0xff) as u8;
    // What a function or an object is called stands where others have their sizes.
    if class == 16 || class == 17 {
        let tag = reader.tag()?;
        let name = reader.bytes(tag, MAX_NAME)?;
        return Ok(Head {
            class,
            complex: false,
            logical: false,
            sizes: Vec::new(),
            name: text(&name),
        });
    }
    let tag = reader.tag()?;
    let sizes = reader.bytes(tag, 4 * MAX_RANK)?;
    let sizes = reader.numbers(&sizes);
    if sizes.iter().any(|&s| s > i32::MAX as u32) {
        return Err(reader.bad("an array of the MATLAB file has a negative size"));
    }
    let tag = reader.tag()?;
    let name = reader.bytes(tag, MAX_NAME)?;
    Ok(Head {
        class,
        complex: flags & 0x800 != 0,
        logical: flags & 0x200 != 0,
        sizes: sizes.into_iter().map(u64::from).collect(),
        name: text(&name),
    })
}

/// How the values after this tag are stored.
fn value(tag: Tag, big: bool) -> Option<Value> {
    Some(match tag.kind {
        1 => Value::integer(1, true, big),
        2 => Value::integer(1, false, big),
        3 => Value::integer(2, true, big),
        4 => Value::integer(2, false, big),
        5 => Value::integer(4, true, big),
        6 => Value::integer(4, false, big),
        12 => Value::integer(8, true, big),
        13 => Value::integer(8, false, big),
        7 => Value::Float { bytes: 4, big },
        9 => Value::Float { bytes: 8, big },
        _ => return None,
    })
}

/// A single row or column as a list: MATLAB has no arrays of one size.
fn vector(sizes: &[u64]) -> Vec<u64> {
    match *sizes {
        [1, n] | [n, 1] => vec![n],
        _ => sizes.to_vec(),
    }
}

fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    plain(&String::from_utf8_lossy(&bytes[..end]), 63)
}
