//! CelebA as it is downloaded: a folder of pictures, a list of 40 attributes for each, and a list of which are for
//! training.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::config::Split;
use crate::data::error::{Error, plain};

/// The lists; with commas as some copies have them.
const ATTRIBUTES: [&str; 2] = ["list_attr_celeba.txt", "list_attr_celeba.csv"];
const PARTITION: [&str; 2] = ["list_eval_partition.txt", "list_eval_partition.csv"];
/// Most bytes of a list; the real ones have 26 and 3 MB.
const MAX_LIST: u64 = 1 << 30;
/// Entries of a folder looked at for folders in it.
const MAX_ENTRIES: usize = 1024;
/// Most attributes.
const MAX_ATTRIBUTES: usize = 256;

/// What the folder of pictures is called wherever CelebA is offered.
const OWN_NAME: &str = "celeba";
/// Folders above the one that is given, and folders in it, in which lists are looked for. A download may hold the
/// folder of pictures in one of the same name.
const ABOVE: usize = 2;
const MAX_BELOW: usize = 16;

/// The first of these files in `folder`, in one named `Anno` or `Eval` in it, in the folders above if this is the
/// folder of pictures itself, or in the only folder in it that has any.
fn list(folder: &Path, names: [&str; 2]) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let mut places = vec![folder.clone()];
    let own = |place: &Path| {
        place
            .file_name()
            .is_some_and(|n| n.to_string_lossy().to_lowercase().contains(OWN_NAME))
    };
    let mut place = folder.as_path();
    for _ in 0..ABOVE {
        let Some(above) = place.parent().filter(|_| own(place)) else {
            break;
        };
        places.push(above.to_path_buf());
        place = above;
    }
    if let Ok(entries) = fs::read_dir(&folder) {
        let folders = entries.take(MAX_ENTRIES).filter_map(Result::ok);
        let folders = folders.filter(|e| e.file_type().is_ok_and(|kind| kind.is_dir()));
        let mut folders: Vec<PathBuf> = folders.take(MAX_BELOW).map(|e| e.path()).collect();
        folders.retain(|place| !is_beside(place));
        // A folder of several data sets is none of them.
        if let [only] = &folders[..]
            && own(only)
        {
            places.push(only.clone());
        }
    }
    places
        .iter()
        .flat_map(|place| [place.clone(), place.join("Anno"), place.join("Eval")])
        .flat_map(|place| names.map(|name| place.join(name)))
        .find(|path| path.is_file())
}

/// Whether a folder is what an archiver or a system leaves beside others.
fn is_beside(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| {
        let name = name.as_encoded_bytes();
        name.starts_with(b".") || name.starts_with(b"__")
    })
}

/// Whether a folder is CelebA: the attributes are in it or beside it.
pub(in crate::data) fn is_celeba(folder: &Path) -> bool {
    list(folder, ATTRIBUTES).is_some() || list(folder, PARTITION).is_some()
}

/// The lines of a list as fields; a header is told by `is_header`.
fn lines(path: &Path) -> Result<String, Error> {
    let fail = |e: &std::io::Error| Error::io(path, 0, e);
    let length = fs::metadata(path).map_err(|e| fail(&e))?.len();
    if length > MAX_LIST {
        return Err(Error::malformed(
            path,
            0,
            format!("the list has {length} bytes, more than {MAX_LIST}"),
        ));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|e| fail(&e))?;
    file.take(MAX_LIST)
        .read_to_end(&mut bytes)
        .map_err(|e| fail(&e))?;
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

/// A file's name without its ending: copies as PNG go by the lists of the JPEG files.
pub(super) fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c == ',' || c.is_whitespace())
        .filter(|field| !field.is_empty())
}

/// The attributes of every picture.
pub(super) struct Attributes {
    /// Their names, in order.
    pub(super) names: Vec<String>,
    path: PathBuf,
    text: String,
}

impl Attributes {
    /// Reads the names, if there is such a list.
    ///
    /// # Errors
    /// [`Error`] if the list cannot be read.
    pub(super) fn find(folder: &Path) -> Result<Option<Self>, Error> {
        let Some(path) = list(folder, ATTRIBUTES) else {
            return Ok(None);
        };
        let text = lines(&path)?;
        // A count may stand first; then the names; then a file and its values on each line.
        let names = text
            .lines()
            .take(2)
            .find(|line| fields(line).count() > 1)
            .map(|line| {
                let all = fields(line).filter(|name| *name != "image_id");
                all.map(|name| plain(name, 100))
                    .take(MAX_ATTRIBUTES)
                    .collect()
            })
            .unwrap_or_default();
        Ok(Some(Self { names, path, text }))
    }

    /// The values of one attribute by the stems of file names: true where it is 1.
    ///
    /// # Errors
    /// [`Error::NoSuchLabel`] for a name that is not in the list, [`Error::Malformed`] naming the line.
    pub(super) fn values(&self, name: &str) -> Result<HashMap<&str, bool>, Error> {
        let found = self.names.iter().position(|n| n.eq_ignore_ascii_case(name));
        let Some(column) = found else {
            return Err(Error::NoSuchLabel {
                name: self.path.display().to_string(),
                label: name.into(),
                known: self.names.join(", "),
            });
        };
        let mut values = HashMap::new();
        let mut offset = 0;
        for (index, line) in self.text.lines().enumerate() {
            let mut parts = fields(line);
            let file = parts.next().unwrap_or("");
            // The count and the names name no file.
            if index > 1 || file.contains('.') {
                match parts.nth(column) {
                    Some("1") => values.insert(stem(file), true),
                    Some("-1" | "0") => values.insert(stem(file), false),
                    _ if file.is_empty() => None,
                    _ => {
                        return Err(Error::malformed(
                            &self.path,
                            offset,
                            format!("line {}: the value of {name} is not 1 or -1", index + 1),
                        ));
                    }
                };
            }
            offset += line.len() as u64 + 1;
        }
        Ok(values)
    }
}

/// The split of every picture by the stem of the file name, if there is such a list.
///
/// # Errors
/// [`Error::Malformed`] naming the line.
pub(super) fn partition(folder: &Path) -> Result<Option<HashMap<String, Split>>, Error> {
    let Some(path) = list(folder, PARTITION) else {
        return Ok(None);
    };
    let text = lines(&path)?;
    let mut splits = HashMap::new();
    let mut offset = 0;
    for (index, line) in text.lines().enumerate() {
        let parts: Vec<&str> = fields(line).take(3).collect();
        let split = match parts[..] {
            [] => None,
            [_, "0"] => Some(Split::Train),
            [_, "1"] => Some(Split::Validation),
            [_, "2"] => Some(Split::Test),
            // The names of the columns.
            _ if index == 0 => None,
            _ => {
                return Err(Error::malformed(
                    &path,
                    offset,
                    format!("line {} is not a file and a part from 0 to 2", index + 1),
                ));
            }
        };
        if let Some(split) = split {
            splits.insert(stem(parts[0]).to_owned(), split);
        }
        offset += line.len() as u64 + 1;
    }
    Ok(Some(splits))
}
