//! Results on disk: one JSON value per line, the file replaced whole.
//!
//! Whoever kills the program finds the file before or after the newest line, never half of it.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::disk::write_whole;

use super::error::Error;

/// A file of results. Lines that are there stay as they are, byte for byte.
#[derive(Debug, Clone)]
pub struct Lines {
    path: PathBuf,
    kept: Vec<String>,
    cut: Option<usize>,
}

impl Lines {
    /// Reads a file and the values of its lines; blank lines are passed over. A file that is not there holds none.
    ///
    /// A last line without its end that is no value was cut off where it was copied or the disk was full: it is left out,
    /// and [`Self::cut`] names it.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read, [`Error::Line`] naming the line that is not such a value.
    pub fn open<T: DeserializeOwned>(path: &Path) -> Result<(Self, Vec<T>), Error> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(source) => {
                return Err(Error::File {
                    action: "read",
                    path: path.to_owned(),
                    source,
                });
            }
        };
        // A cut may lie within a character.
        let text = String::from_utf8_lossy(&bytes);
        let whole = text.matches('\n').count();
        let (mut kept, mut values, mut cut) = (Vec::new(), Vec::new(), None);
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            match serde_json::from_str(line) {
                Ok(value) => {
                    values.push(value);
                    kept.push(line.to_owned());
                }
                Err(_) if index == whole => cut = Some(index + 1),
                Err(error) => {
                    return Err(Error::Line {
                        path: path.to_owned(),
                        line: index + 1,
                        reason: reason(&error),
                    });
                }
            }
        }
        let path = path.to_owned();
        Ok((Self { path, kept, cut }, values))
    }

    /// The number, from 1, of a last line that was cut off and left out.
    pub fn cut(&self) -> Option<usize> {
        self.cut
    }

    /// Leaves out the lines whose values, in the order of [`Self::open`], are not to be kept; the file itself changes with
    /// the next [`Self::push`].
    pub fn retain(&mut self, keep: &[bool]) {
        let mut keep = keep.iter();
        self.kept.retain(|_| keep.next().copied().unwrap_or(true));
    }

    /// Adds a line to the file; its folder is made if need be.
    ///
    /// # Errors
    /// [`Error::File`]; the old file stays.
    pub fn push<T: Serialize>(&mut self, value: &T) -> Result<(), Error> {
        let failed = |source: std::io::Error| Error::File {
            action: "write",
            path: self.path.clone(),
            source,
        };
        let line = serde_json::to_string(value).map_err(|e| failed(e.into()))?;
        self.kept.push(line);
        let write = || {
            if let Some(folder) = self.path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            write_whole(&self.path, |out| {
                self.kept
                    .iter()
                    .try_for_each(|line| writeln!(out, "{line}"))
            })
        };
        write().map_err(failed)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_and_a_bad_one_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new").join("runs.jsonl");
        let open = || Lines::open::<Vec<f64>>(&path);
        let (mut lines, values) = open().expect("no file yet");
        assert!(values.is_empty());
        // A number whose shortest text a fast parser reads as its neighbour stays what it is in the file.
        let awkward = vec![7.641_262_275_252_576];
        lines.push(&awkward).expect("written");
        lines.push(&vec![2.0, 3.0]).expect("written");
        let before = std::fs::read_to_string(&path).expect("read");
        let (mut lines, values) = open().expect("read");
        assert_eq!(values.len(), 2);
        lines.retain(&[true, false]);
        lines.push(&vec![4.0]).expect("written");
        let after = std::fs::read_to_string(&path).expect("read");
        assert_eq!(after, before.replace("[2.0,3.0]", "[4.0]"));
        let parent = path.parent().expect("a folder");
        assert_eq!(std::fs::read_dir(parent).expect("read").count(), 1);
        // The last line without its end was cut off; with its end, or before the last, it is an error.
        for (text, cut) in [
            ("[1]\n[2]", None),
            ("[1]\n[2, 3", Some(2)),
            ("[1", Some(1)),
            ("[1]\n\0\0", Some(2)),
        ] {
            std::fs::write(&path, text).expect("written");
            let (lines, values) = open().expect(text);
            assert_eq!(
                (lines.cut(), values.len()),
                (cut, text.matches(']').count()),
                "{text}"
            );
        }
        std::fs::write(
            &path,
            "[1]\n[2, \u{3b2}".as_bytes().split_last().expect("bytes").1,
        )
        .expect("written");
        assert_eq!(open().expect("read").0.cut(), Some(2));
        for text in ["[1]\n[2, 3\n", "[1\n[2]", "[1\n[2"] {
            std::fs::write(&path, text).expect("written");
            assert!(open().is_err(), "{text}");
        }
        std::fs::write(&path, "[1]\n\n[2, x]\n").expect("written");
        let error = open().expect_err("bad").to_string();
        assert!(
            error.contains("runs.jsonl', line 3:") && error.contains("column 5"),
            "{error}"
        );
    }
}
