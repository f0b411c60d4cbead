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
/// Most attributes.
const MAX_ATTRIBUTES: usize = 256;

/// The first of these files in `folder`, in the folder above or in one named `Anno` or `Eval` beside the pictures.
fn list(folder: &Path, names: [&str; 2]) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let own = folder.file_name().is_some_and(|n| n == "img_align_celeba");
    let mut places = vec![folder.clone(), folder.join("Anno"), folder.join("Eval")];
    // The folder of pictures itself may be given; the lists are beside it.
    if own && let Some(above) = folder.parent() {
        places.extend([above.to_path_buf(), above.join("Anno"), above.join("Eval")]);
    }
    places
        .iter()
        .flat_map(|place| names.map(|name| place.join(name)))
        .find(|path| path.is_file())
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

    /// The values of one attribute by file name: true where it is 1.
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
                    Some("1") => values.insert(file, true),
                    Some("-1" | "0") => values.insert(file, false),
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

/// The split of every picture by file name (`None` for validation), if there is such a list.
///
/// # Errors
/// [`Error::Malformed`] naming the line.
pub(super) fn partition(folder: &Path) -> Result<Option<HashMap<String, Option<Split>>>, Error> {
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
            [_, "0"] => Some(Some(Split::Train)),
            [_, "1"] => Some(None),
            [_, "2"] => Some(Some(Split::Test)),
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
            splits.insert(parts[0].to_owned(), split);
        }
        offset += line.len() as u64 + 1;
    }
    Ok(Some(splits))
}
