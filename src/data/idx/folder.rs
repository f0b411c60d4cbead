//! Finding the image set, its labels and its name in a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::config::Split;
use crate::data::error::{Error, plain};
use crate::data::split::{self, Taken, choose, choose_by_name};

use super::names::{
    belong_together, file_name, friendly, key, lies_on_its_side, set_name, usual_role,
};
use crate::data::source::Source;

/// Entries of a folder looked at, and files of unknown name opened to see what they are.
const MAX_ENTRIES: usize = 100_000;
const MAX_PEEKS: usize = 256;
/// Sets and files named in a message.
const NAMED: usize = 6;
/// What a set holds, for messages.
const THINGS: &str = "images";

/// Which set is asked for, where there may be several.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The part.
    pub(super) split: Split,
    /// The set's name.
    pub(super) set: Option<&'a str>,
}

/// What will be read, and what it is called.
pub(super) struct Found {
    /// The images file.
    pub(super) images: PathBuf,
    /// The labels file, if there is one.
    pub(super) labels: Option<PathBuf>,
    /// The data set's name.
    pub(super) name: String,
    /// The sets that there are, if there are several.
    pub(super) sets: Vec<String>,
    /// The parts that there are, if there are parts.
    pub(super) splits: Vec<Split>,
    /// What was decided, in sentences.
    pub(super) remarks: Vec<String>,
    /// Whether the pictures are known to be stored column by column.
    pub(super) on_its_side: bool,
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
///
/// # Errors
/// [`Error::Folder`] if its name is that of another part than the one asked for.
pub(super) fn around_file(path: &Path, asked: Asked<'_>) -> Result<Found, Error> {
    let own = key(path);
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let taken = choose_by_name(path, asked.split, THINGS)?;
    let beside: Vec<PathBuf> = fs::read_dir(parent).map_or_else(
        |_| Vec::new(),
        |entries| {
            let entries = entries.take(MAX_ENTRIES).filter_map(Result::ok);
            entries.map(|entry| entry.path()).collect()
        },
    );
    let labels = beside
        .into_iter()
        .filter(|other| belong_together(&own, &key(other)) && other.is_file());
    let labels = preferred(labels, path);
    let set = set_name(&own);
    let known = usual_role(&own) == Some(true);
    Ok(Found {
        images: path.to_path_buf(),
        labels,
        name: if known {
            friendly(parent, &set, taken.part)
        } else {
            file_name(path)
        },
        sets: Vec::new(),
        splits: taken.part.into_iter().collect(),
        remarks: taken.remark.into_iter().collect(),
        on_its_side: known && lies_on_its_side(parent, &set),
    })
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

/// The image set that is asked for in `folder`.
///
/// # Errors
/// [`Error::Folder`] if there is none, or several and nothing tells which.
pub(super) fn find(folder: &Path, asked: Asked<'_>) -> Result<Found, Error> {
    let listing = list(folder)?;
    let mut images: Vec<&Entry> = listing.idx.iter().filter(|e| e.is_images).collect();
    if images.is_empty() {
        return Err(nothing(folder, &listing));
    }
    // `x` and `x.gz` are one file; the plain one is quicker to read and sorts first.
    images.sort_by(|a, b| (&a.key, &a.path).cmp(&(&b.key, &b.path)));
    images.dedup_by(|later, first| later.key == first.key);
    let refuse = |reason: String| Error::Folder {
        path: folder.to_path_buf(),
        reason,
    };
    let sets: BTreeSet<String> = images.iter().map(|e| set_name(&e.key)).collect();
    let (set, mut candidates) = one_set(&images, asked.set).map_err(refuse)?;
    let there: BTreeSet<Split> = candidates
        .iter()
        .filter_map(|e| split::part(&e.key))
        .collect();
    let splits: Vec<Split> = there.into_iter().collect();
    let Taken { part, remark } = if splits.is_empty() {
        let by_name = choose_by_name(folder, asked.split, THINGS)?;
        Taken {
            part: None,
            ..by_name
        }
    } else {
        choose(asked.split, &splits, THINGS).map_err(refuse)?
    };
    candidates.retain(|e| split::part(&e.key) == part);
    let [chosen] = candidates[..] else {
        return Err(refuse(format!(
            "the folder holds {} image sets ({}); name one of the files",
            candidates.len(),
            names(candidates.iter().map(|e| file_name(&e.path)))
        )));
    };
    let labels: Vec<&Entry> = listing.idx.iter().filter(|e| !e.is_images).collect();
    let own = labels
        .iter()
        .filter(|e| belong_together(&chosen.key, &e.key));
    let found = preferred(own.map(|e| e.path.clone()), &chosen.path).or_else(|| {
        // One image file and one labels file of any names belong together.
        match (&images[..], &labels[..]) {
            ([_], [one]) => Some(one.path.clone()),
            _ => None,
        }
    });
    let mut remarks: Vec<String> = remark.into_iter().collect();
    let lonely = |e: &&&Entry| !images.iter().any(|i| belong_together(&i.key, &e.key));
    if found.is_none()
        && let Some(other) = labels.iter().find(lonely)
    {
        remarks.push(format!(
            "the labels in {} are not used: by its name it does not belong to {}",
            file_name(&other.path),
            file_name(&chosen.path)
        ));
    }
    Ok(Found {
        images: chosen.path.clone(),
        labels: found,
        sets: if sets.len() > 1 {
            sets.into_iter().collect()
        } else {
            Vec::new()
        },
        name: friendly(
            folder,
            if usual_role(&chosen.key).is_some() {
                &set
            } else {
                ""
            },
            part,
        ),
        splits,
        remarks,
        on_its_side: lies_on_its_side(folder, &set),
    })
}

/// Names as a list for messages, the first of them.
fn names(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.map(|name| plain(&name, 100)).collect();
    if names.len() > NAMED {
        names.truncate(NAMED);
        names.push("…".into());
    }
    names.join(", ")
}

/// The images of one set, and its name: the one asked for, or the only one.
///
/// # Errors
/// A sentence that names the sets.
fn one_set<'a>(
    images: &[&'a Entry],
    asked: Option<&str>,
) -> Result<(String, Vec<&'a Entry>), String> {
    let mut sets: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in images {
        sets.entry(set_name(&entry.key)).or_default().push(entry);
    }
    let count = sets.len();
    let shown = |(set, entries): (&String, &Vec<&Entry>)| match (set.as_str(), &entries[..]) {
        ("", [first, ..]) => file_name(&first.path),
        _ => set.clone(),
    };
    let list = names(sets.iter().map(shown));
    if let Some(asked) = asked {
        let asked = asked.to_lowercase().replace(['_', '.'], "-");
        let means = |set: &str| set == asked || set.rsplit('-').next() == Some(asked.as_str());
        let Some(found) = sets.into_iter().find(|(set, _)| means(set)) else {
            return Err(format!(
                "the folder holds no image set '{asked}'; there are: {list}"
            ));
        };
        return Ok(found);
    }
    let example = sets
        .keys()
        .find(|set| !set.is_empty())
        .cloned()
        .unwrap_or_default();
    match sets.pop_first() {
        Some(only) if count == 1 => Ok(only),
        _ => Err(format!(
            "the folder holds {count} image sets ({list}); choose one, as with --array {example}, or open one of the \
             files"
        )),
    }
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
        (4, [0, 0, 8, 1] | [0, 0, 9 | 0x0b | 0x0c, 1 | 2]) => Some(false),
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
        "the folder is empty; it should hold pictures, arrays (.npy, .npz, .mat), a table (CSV), IDX or CIFAR files".into()
    } else {
        format!(
            "the folder holds nothing that can be read: no pictures, arrays (.npy, .npz, .mat), tables (CSV), CIFAR binaries, \
             nor {wanted}"
        )
    };
    Error::Folder { path, reason }
}
