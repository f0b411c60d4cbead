//! Results kept by what they are results of.

use std::fs;
use std::io;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::write_text;

/// A folder of results, each one JSON file with the key it was kept under: a file of another key, of another program's
/// making or cut short is as if it were not there.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    folder: PathBuf,
}

#[derive(Deserialize)]
struct Read<T> {
    key: String,
    value: T,
}

#[derive(Serialize)]
struct Written<'a, T> {
    key: &'a str,
    value: &'a T,
}

impl Kept {
    /// Results in a folder, which is made when the first is written.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The file of a result.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }

    /// The result kept in the file `name` under `key`, if there is one.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str, key: &str) -> Option<T> {
        let text = fs::read_to_string(self.path(name)).ok()?;
        let read: Read<T> = serde_json::from_str(&text).ok()?;
        (read.key == key).then_some(read.value)
    }

    /// Keeps a result in the file `name` under `key`.
    ///
    /// # Errors
    /// The system's error if it cannot be written; what was kept before stays.
    pub(crate) fn write<T: Serialize>(&self, name: &str, key: &str, value: &T) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let text = serde_json::to_string(&Written { key, value })?;
        write_text(&self.path(name), &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_comes_back_under_its_own_key_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = Kept::new(folder.path().join("new"));
        assert_eq!(kept.read::<Vec<f64>>("a", "key"), None);
        kept.write("a", "key", &vec![1.5, 2.0]).expect("written");
        assert_eq!(kept.read("a", "key"), Some(vec![1.5, 2.0]));
        assert_eq!(kept.read::<Vec<f64>>("a", "another key"), None);
        assert_eq!(kept.read::<String>("a", "key"), None, "another kind");
        let path = kept.path("a");
        let text = fs::read_to_string(&path).expect("read");
        fs::write(&path, &text[..text.len() - 1]).expect("written");
        assert_eq!(kept.read::<Vec<f64>>("a", "key"), None, "cut short");
    }
}
