//! Results kept by what they are results of: a figure drawn again trains nothing.

use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::disk::{Kept, digest};

use super::error::Error;

/// A folder of results, or none.
#[derive(Debug, Clone, Default)]
pub struct Keep {
    kept: Option<Kept>,
}

impl Keep {
    /// Keeps nothing.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Keeps results in a folder, which is made when the first is written.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self {
            kept: Some(Kept::new(folder)),
        }
    }

    /// The result kept under a key, or else what `make` makes, which is then kept.
    ///
    /// A file that is not what it should be is made anew; one that cannot be written is an error, because hours of
    /// training would be lost in silence.
    ///
    /// # Errors
    /// Whatever `make` fails with, [`Error::Write`].
    pub fn get_or<T: Serialize + DeserializeOwned>(
        &self,
        key: &str,
        make: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Some(kept) = &self.kept else {
            return make();
        };
        // Two keys of one digest are told apart by the key in the file.
        let name = digest(key);
        if let Some(value) = kept.read(&name, key) {
            return Ok(value);
        }
        let value = make()?;
        kept.write(&name, key, &value)
            .map_err(|source| Error::Write {
                path: kept.path(&name),
                source,
            })?;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_result_is_made_once_and_a_broken_file_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let keep = Keep::in_folder(folder.path().join("kept"));
        let mut made = 0;
        let mut get = |key: &str| {
            keep.get_or(key, || {
                made += 1;
                Ok(vec![1.5, f64::from(made)])
            })
            .expect("a result")
        };
        assert_eq!(get("a"), [1.5, 1.0]);
        assert_eq!(get("a"), [1.5, 1.0]);
        assert_eq!(get("b"), [1.5, 2.0]);
        for entry in fs::read_dir(folder.path().join("kept")).expect("a folder") {
            fs::write(entry.expect("an entry").path(), "{\"key\": \"a\", ").expect("written");
        }
        assert_eq!(get("a"), [1.5, 3.0]);
        let failing = keep.get_or::<f64>("c", || Err(Error::Stopped));
        assert!(matches!(failing, Err(Error::Stopped)));
    }
}
