//! Telling what a file that is not IDX is, so that its error helps.

use super::error::Error;
use super::source::Source;

/// First bytes of well-known formats and what to call them.
const KNOWN: &[(&[u8], &str)] = &[
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"RIFF", "a RIFF file (perhaps a WebP picture)"),
    (b"PK\x03\x04", "a zip archive (perhaps .npz)"),
    (b"\x93NUM", "a NumPy array (.npy)"),
    (b"\x89HDF", "an HDF5 file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zX", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"%PDF", "a PDF document"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x02", "a Python pickle"),
    (b"<htm", "a web page"),
    (b"<!DO", "a web page"),
    (b"PAR1", "a Parquet file"),
];

/// What content that starts like this is called, if it is something well known.
pub(super) fn name_of(start: &[u8]) -> Option<&'static str> {
    let known = KNOWN.iter().find(|(magic, _)| start.starts_with(magic));
    known.map(|(_, name)| *name)
}

/// Whether content that starts like this is a picture that can be decoded.
pub(super) fn is_picture(start: &[u8]) -> bool {
    start.starts_with(b"\x89PNG\r\n")
        || start.starts_with(b"\xff\xd8\xff")
        || start.starts_with(b"GIF8")
        || (start.starts_with(b"BM") && start.len() >= 14 && start[6..10] == [0; 4])
        || (start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP"))
        || super::pictures::is_tiff_or_pnm(start)
}

/// The first bytes, for messages: `0x504b0304`.
pub(super) fn hex(start: &[u8]) -> String {
    let mut text = "0x".to_owned();
    for byte in start.iter().take(4) {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// Name of an IDX value type other than unsigned bytes.
pub(super) fn idx_type(code: u8) -> Option<&'static str> {
    Some(match code {
        0x09 => "signed bytes",
        0x0b => "16-bit integers",
        0x0c => "32-bit integers",
        0x0d => "32-bit floats",
        0x0e => "64-bit floats",
        _ => return None,
    })
}

/// The error for a file whose first (decompressed) bytes, up to four, are not IDX.
pub(super) fn foreign(source: &Source<'_>, start: &[u8]) -> Error {
    let hex = hex(start);
    let found = format!("its first bytes are {hex}; an IDX image file starts with 0x00000803");
    let reason = if start.starts_with(&[0x1f, 0x8b]) && source.is_compressed() {
        format!("it is gzip inside gzip, decompress it once: {found}")
    } else if matches!(start, [1..=4, 0x08, 0, 0]) {
        format!("it is an IDX file with its byte order swapped: {found}")
    } else if let Some(name) = name_of(start) {
        format!("it is {name}, not an IDX file: {found}")
    } else if start.len() < 4 {
        format!("it is too short to be an IDX file: {found}")
    } else {
        format!("it is not an IDX file: {found}")
    };
    Error::malformed(source.path(), 0, reason)
}
