//! What the first bytes of TIFF and PNM files tell.

use std::io::{self, Read, Seek, SeekFrom};

/// Most bytes of an entry's table that are stepped over.
const MAX_TABLE: u64 = 1 << 24;

/// Whether content that starts like this is a TIFF or a PNM picture.
pub(in crate::data) fn is_tiff_or_pnm(start: &[u8]) -> bool {
    is_tiff(start) || is_pnm(start)
}

/// Whether it is TIFF, in either byte order and of either size.
fn is_tiff(start: &[u8]) -> bool {
    let marks = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"];
    start.len() >= 8 && marks.iter().any(|mark| start.starts_with(*mark))
}

/// Whether it is one of the formats of Netpbm: `P5`, white space or remarks, and a number. A table may well start with
/// a column `P5`, but not with a number after it.
fn is_pnm(start: &[u8]) -> bool {
    let [b'P', kind @ b'1'..=b'7', space, rest @ ..] = start else {
        return false;
    };
    if !space.is_ascii_whitespace() {
        return false;
    }
    let rest = rest.trim_ascii_start();
    if *kind == b'7' {
        let words = [
            &b"WIDTH"[..],
            b"HEIGHT",
            b"DEPTH",
            b"MAXVAL",
            b"TUPLTYPE",
            b"#",
        ];
        return words.iter().any(|word| rest.starts_with(word));
    }
    rest.first()
        .is_some_and(|c| c.is_ascii_digit() || *c == b'#')
}

/// Whether a TIFF file holds more than one page: its first directory names another. False for what is no such file.
pub(super) fn has_pages<R: Read + Seek>(file: &mut R) -> io::Result<bool> {
    let mut header = [0; 16];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut header)?;
    if !is_tiff(&header) {
        return Ok(false);
    }
    let little = header[0] == b'I';
    let big = header[2..4].contains(&b'+');
    // Sizes of an offset, of a count of entries, and of one entry.
    let (offset, count, entry) = if big { (8, 8, 20) } else { (4, 2, 12) };
    let first = number(&header[if big { 8..16 } else { 4..8 }], little);
    let mut bytes = [0; 8];
    file.seek(SeekFrom::Start(first))?;
    file.read_exact(&mut bytes[..count])?;
    let table = number(&bytes[..count], little).saturating_mul(entry);
    if table > MAX_TABLE {
        return Ok(false);
    }
    let next = first.saturating_add(count as u64).saturating_add(table);
    file.seek(SeekFrom::Start(next))?;
    file.read_exact(&mut bytes[..offset])?;
    Ok(number(&bytes[..offset], little) != 0)
}

fn number(bytes: &[u8], little: bool) -> u64 {
    let join = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    if little {
        bytes.iter().rev().fold(0, join)
    } else {
        bytes.iter().fold(0, join)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// A header, one directory without entries, and the offset of the next.
    fn file(little: bool, next: u32) -> Vec<u8> {
        let two = |v: u16| {
            if little {
                v.to_le_bytes()
            } else {
                v.to_be_bytes()
            }
        };
        let four = |v: u32| {
            if little {
                v.to_le_bytes()
            } else {
                v.to_be_bytes()
            }
        };
        let mark: &[u8] = if little { b"II" } else { b"MM" };
        [mark, &two(42), &four(8), &two(0), &four(next), &[0; 8]].concat()
    }

    #[test]
    fn netpbm_is_told_from_tables() {
        for (start, is) in [
            (&b"P5\n92 112\n255\n"[..], true),
            (b"P6 # by hand\n2 2", true),
            (b"P7\nWIDTH 3\n", true),
            (b"P1\tP2\tP3\n1\t2\t3\n", false),
            (b"P5,P6\n1,2\n", false),
            (b"P8\n1 1\n", false),
            (b"P5", false),
        ] {
            assert_eq!(is_pnm(start), is, "{start:?}");
        }
    }

    #[test]
    fn a_second_directory_is_a_second_page() {
        for little in [true, false] {
            for (next, pages) in [(0, false), (64, true)] {
                let mut file = Cursor::new(file(little, next));
                assert_eq!(has_pages(&mut file).ok(), Some(pages));
            }
        }
        assert_eq!(has_pages(&mut Cursor::new([0; 32])).ok(), Some(false));
        assert!(has_pages(&mut Cursor::new(b"II*\0")).is_err());
    }
}
