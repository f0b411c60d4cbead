//! Results on disk: one JSON value per line, the file replaced whole.
//!
//! A file is written beside its target and renamed, so whoever kills the program finds the file before or
//! after the newest line, never half of it.

use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::Error;

/// The values of a file, one per line; blank lines are passed over. A file that is not there holds none.
///
/// # Errors
/// [`Error::File`] if it cannot be read, [`Error::Line`] naming the line that is not such a value.
pub fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Error> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => {
            return Err(Error::File {
                action: "read",
                path: path.to_owned(),
                source,
            });
        }
    };
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| Error::Line {
                path: path.to_owned(),
                line: index + 1,
                reason: reason(&error),
            })
        })
        .collect()
}

/// What a JSON error says, without its own count of lines, which is of the one line it saw.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let column = error.column();
    match text.split_once(" at line ") {
        Some((what, _)) => format!("{what} (column {column})"),
        None => text,
    }
}

/// Writes one line per value in place of what the file held; its folder is made if need be.
///
/// # Errors
/// [`Error::File`]; the old file stays.
pub fn write_lines<T: Serialize>(path: &Path, values: &[T]) -> Result<(), Error> {
    let partial = path.with_extension("partial");
    let outcome = (|| {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut out = BufWriter::new(std::fs::File::create(&partial)?);
        for value in values {
            serde_json::to_writer(&mut out, value)?;
            writeln!(out)?;
        }
        out.into_inner()
            .map_err(std::io::IntoInnerError::into_error)?
            .sync_all()?;
        std::fs::rename(&partial, path)
    })();
    outcome.map_err(|source| {
        // The write's own error is the one worth telling.
        let _ = std::fs::remove_file(&partial);
        Error::File {
            action: "write",
            path: path.to_owned(),
            source,
        }
    })
}

/// FNV-1a over a text: names what results belong to. It is for telling apart, not for security.
pub(super) fn digest(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_and_a_bad_one_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new").join("runs.jsonl");
        assert!(read_lines::<Vec<u32>>(&path).expect("no file").is_empty());
        write_lines(&path, &[vec![1, 2], vec![3]]).expect("written");
        write_lines(&path, &[vec![1, 2], vec![3], vec![]]).expect("written");
        assert_eq!(read_lines::<Vec<u32>>(&path).expect("read").len(), 3);
        assert_eq!(
            std::fs::read_dir(path.parent().expect("a folder"))
                .expect("read")
                .count(),
            1
        );
        std::fs::write(&path, "[1]\n\n[2, x]\n").expect("written");
        let error = read_lines::<Vec<u32>>(&path).expect_err("bad").to_string();
        assert!(
            error.contains("runs.jsonl', line 3:") && error.contains("column 5"),
            "{error}"
        );
    }

    /// Published values of 64-bit FNV-1a.
    #[test]
    fn the_digest_is_fnv_1a() {
        assert_eq!(digest(""), "cbf29ce484222325");
        assert_eq!(digest("foobar"), "85944171f73967e8");
    }
}
