//! A folder of files of arrays, read as one container: the arrays are called as their files are.

use std::fs;
use std::path::{Path, PathBuf};

use crate::data::detect;
use crate::data::error::{Error, plain};
use crate::data::formats;
use crate::data::load::name_of;

use super::entry::{Container, Entry, MAX_ENTRIES, Visit};
use super::open::{file, is_container};

/// Most files of a folder that are looked into.
const MAX_FILES: usize = 64;
/// Most entries of a folder that are looked at.
const MAX_LISTED: usize = 10_000;

/// The arrays of the files of a folder.
pub(super) struct Folder {
    path: PathBuf,
    files: Vec<Box<dyn Container>>,
    entries: Vec<Entry>,
    /// The file and the number in it of each array.
    places: Vec<(usize, usize)>,
}

impl Folder {
    /// Lists the arrays of all files of the folder that can be read.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let mut folder = Self {
            path: path.to_owned(),
            files: Vec::new(),
            entries: Vec::new(),
            places: Vec::new(),
        };
        let mut failure = None;
        for file_path in files(path)? {
            match file(&file_path) {
                Ok(container) => folder.add(&name_of(&file_path), container),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            Some(error) if folder.entries.is_empty() => Err(error),
            _ => Ok(folder),
        }
    }

    fn add(&mut self, stem: &str, container: Box<dyn Container>) {
        let stem = plain(stem, 100);
        let alone = container.entries().len() == 1;
        for (index, entry) in container.entries().iter().enumerate() {
            if self.entries.len() == MAX_ENTRIES {
                break;
            }
            self.entries.push(Entry {
                name: if alone {
                    stem.clone()
                } else {
                    format!("{stem}/{}", entry.name)
                },
                ..entry.clone()
            });
            self.places.push((self.files.len(), index));
        }
        self.files.push(container);
    }
}

/// The files of a folder that hold arrays, by name.
pub(super) fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let listed = fs::read_dir(path).map_err(|e| Error::io(path, 0, &e))?;
    let listed = listed.take(MAX_LISTED).filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = listed.map(|entry| entry.path()).collect();
    paths.retain(|p| !is_hidden(p) && p.is_file());
    paths.sort();
    let holds = |p: &PathBuf| may_hold_arrays(p) && detect::file(p).is_some_and(is_container);
    Ok(paths.into_iter().filter(holds).take(MAX_FILES).collect())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// Whether a file's name says that it may hold arrays; zip archives of other things are many.
fn may_hold_arrays(path: &Path) -> bool {
    !matches!(
        formats::inner_ending(path).as_str(),
        "zip" | "pt" | "pth" | "xlsx" | "docx" | "jar" | "whl"
    )
}

impl Container for Folder {
    fn path(&self) -> &Path {
        &self.path
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn visit(&self, index: usize, visit: Visit<'_>) -> Result<(), Error> {
        let (file, index) = self.places.get(index).copied().unwrap_or((usize::MAX, 0));
        match self.files.get(file) {
            Some(file) => file.visit(index, visit),
            None => Err(Error::malformed(&self.path, 0, "one of its arrays is gone")),
        }
    }
}
