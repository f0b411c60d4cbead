//! Finding the image set, its labels and its name in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::config::Split;
use crate::data::error::Error;

use super::names::{file_name, friendly, key, labels_key, split as split_of, usual_role};
use crate::data::source::Source;

/// Entries of a folder looked at, and files of unknown name opened to see what they are.
const MAX_ENTRIES: usize = 100_000;
const MAX_PEEKS: usize = 256;

/// What will be read, and what it is called.
pub(super) struct Found {
    /// The images file.
    pub(super) images: PathBuf,
    /// The labels file, if there is one.
    pub(super) labels: Option<PathBuf>,
    /// The data set's name.
    pub(super) name: String,
}

/// What one file of a folder is.
struct Entry {
    path: PathBuf,
    key: String,
    is_images: bool,
}

/// The IDX files of a folder, and what else was seen.
struct Listing {
    idx: Vec<Entry>,
    subfolders: Vec<PathBuf>,
    files: usize,
}

/// The images file at `path` with the labels beside it.
pub(super) fn around_file(path: &Path) -> Found {
    let own = key(path);
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let labels = labels_key(&own).and_then(|wanted| {
        let entries = fs::read_dir(parent).ok()?;
        let found = entries
            .take(MAX_ENTRIES)
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|other| key(other) == wanted && other.is_file());
        preferred(found, path)
    });
    let name = if usual_role(&own) == Some(true) {
        friendly(parent, split_of(&own))
    } else {
        file_name(path)
    };
    Found {
        images: path.to_path_buf(),
        labels,
        name,
    }
}

/// Of several spellings of one file the one compressed as `like` is, then the first by name.
fn preferred(candidates: impl Iterator<Item = PathBuf>, like: &Path) -> Option<PathBuf> {
    let gz = |path: &Path| {
        path.extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("gz"))
    };
    candidates.min_by_key(|path| (gz(path) != gz(like), path.clone()))
}

/// Whether a file of the folder is called like an image set.
fn names_a_set(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| {
        entries
            .by_ref()
            .take(64)
            .any(|entry| entry.is_ok_and(|e| usual_role(&key(&e.path())) == Some(true)))
    })
}

/// Whether a folder, or one right below it, has a file that is called like an image set.
pub(super) fn promises_sets(folder: &Path) -> bool {
    let below = |entries: fs::ReadDir| {
        entries
            .take(MAX_ENTRIES)
            .filter_map(Result::ok)
            .filter(|e| e.file_type().is_ok_and(|kind| kind.is_dir()))
            .any(|e| names_a_set(&e.path()))
    };
    names_a_set(folder) || fs::read_dir(folder).is_ok_and(below)
}

/// The image set of `split` in `folder`.
pub(super) fn find(folder: &Path, split: Split) -> Result<Found, Error> {
    let listing = list(folder)?;
    let images: Vec<&Entry> = listing.idx.iter().filter(|e| e.is_images).collect();
    if images.is_empty() {
        return Err(nothing(folder, &listing));
    }
    let of = |wanted: Option<Split>| -> Vec<&Entry> {
        let mut found: Vec<&Entry> = images
            .iter()
            .copied()
            .filter(|e| split_of(&e.key) == wanted)
            .collect();
        // `x` and `x.gz` are one file; the plain one is quicker to read and sorts first.
        found.sort_by(|a, b| (&a.key, &a.path).cmp(&(&b.key, &b.path)));
        found.dedup_by(|later, first| later.key == first.key);
        found
    };
    let mut candidates = of(Some(split));
    if candidates.is_empty() {
        candidates = of(None);
    }
    let refuse = |reason: String| {
        Err(Error::Folder {
            path: folder.to_path_buf(),
            reason,
        })
    };
    let chosen = match candidates[..] {
        [one] => one,
        [] => {
            let (has, lacks) = match split {
                Split::Train => ("test", "training"),
                Split::Test => ("training", "test"),
            };
            return refuse(format!(
                "the folder holds {has} images but no {lacks} images"
            ));
        }
        _ => {
            let names: Vec<String> = candidates
                .iter()
                .take(4)
                .map(|e| file_name(&e.path))
                .collect();
            return refuse(format!(
                "the folder holds {} image sets ({}); name one of the files",
                candidates.len(),
                names.join(", ")
            ));
        }
    };
    let labels: Vec<&Entry> = listing.idx.iter().filter(|e| !e.is_images).collect();
    let wanted = labels_key(&chosen.key);
    let by_name = labels.iter().filter(|e| Some(&e.key) == wanted.as_ref());
    let labels = preferred(by_name.map(|e| e.path.clone()), &chosen.path).or_else(|| {
        // One image file and one labels file of any names belong together.
        match (&images[..], &labels[..]) {
            ([_], [one]) => Some(one.path.clone()),
            _ => None,
        }
    });
    Ok(Found {
        images: chosen.path.clone(),
        labels,
        name: friendly(folder, split_of(&chosen.key)),
    })
}

/// Looks at the files of a folder, by name where it is a usual one, else by content.
fn list(folder: &Path) -> Result<Listing, Error> {
    let mut listing = Listing {
        idx: Vec::new(),
        subfolders: Vec::new(),
        files: 0,
    };
    let mut peeks = 0;
    let entries = fs::read_dir(folder).map_err(|e| Error::io(folder, 0, &e))?;
    for entry in entries.take(MAX_ENTRIES) {
        let path = entry.map_err(|e| Error::io(folder, 0, &e))?.path();
        if path.is_dir() {
            listing.subfolders.push(path);
            continue;
        }
        if !path.is_file() {
            continue;
        }
        listing.files += 1;
        let key = key(&path);
        let role = if let Some(role) = usual_role(&key) {
            Some(role)
        } else if peeks < MAX_PEEKS {
            peeks += 1;
            peek(&path)
        } else {
            None
        };
        if let Some(is_images) = role {
            listing.idx.push(Entry {
                path,
                key,
                is_images,
            });
        }
    }
    Ok(listing)
}

/// Whether a file's content starts as IDX images (`true`) or IDX labels (`false`).
fn peek(path: &Path) -> Option<bool> {
    let mut magic = [0; 4];
    let got = Source::open(path).ok()?.fill(&mut magic).ok()?;
    match (got, magic) {
        (4, [0, 0, 8, 2..=4]) => Some(true),
        (4, [0, 0, 8, 1]) => Some(false),
        _ => None,
    }
}

/// The error for a folder without IDX images, with the most helpful thing that can be said.
fn nothing(folder: &Path, listing: &Listing) -> Error {
    let path = folder.to_path_buf();
    let wanted = "an IDX image file such as train-images-idx3-ubyte.gz";
    let inner = listing.subfolders.iter().find(|sub| names_a_set(sub));
    let reason = if let Some(inner) = inner {
        format!(
            "the folder itself does not hold {wanted}; its sub-folder '{}' does",
            file_name(inner)
        )
    } else if !listing.idx.is_empty() {
        format!("the folder holds IDX labels but not {wanted}")
    } else if listing.files == 0 && listing.subfolders.is_empty() {
        format!("the folder is empty; it should hold {wanted}")
    } else {
        format!(
            "the folder does not hold {wanted}, nor pictures, CIFAR binaries, .npy, .npz or CSV"
        )
    };
    Error::Folder { path, reason }
}
