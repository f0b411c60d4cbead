//! The classes that folders of pictures stand for.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::config::Split;
use crate::data::split;

use super::division::STRAYS;
use super::tree::{folders_of, list, shown};

/// Most classes: a label is a byte.
const MOST: usize = 256;
/// More folders than this are no parts of a data set.
const MOST_PARTS: usize = 4;

/// The classes of a folder, the same for all its parts.
#[derive(Debug)]
pub(super) struct Classes {
    /// Their names, sorted.
    pub(super) names: Vec<String>,
    /// The class of every picture; `None` for one that lies beside the folders of the classes.
    pub(super) of: Vec<Option<u8>>,
    /// What makes the classes doubtful, in words.
    pub(super) remark: Option<String>,
}

/// One picture: its part, the folders between the root and it without the one that names the part, and that one.
struct Picture<'a> {
    part: Option<Split>,
    folders: Vec<&'a OsStr>,
    named: Option<&'a OsStr>,
}

/// The classes of the sorted pictures `paths` of `root`, of which `of` tells the parts (empty if there are none) and
/// `part` is to be used; `None` where the folders do not sort them.
///
/// The first folders that differ are the classes, of all parts together: a class has one number in all of them.
pub(super) fn find(
    paths: &[PathBuf],
    root: &Path,
    of: &[Option<(Split, Option<usize>)>],
    part: Option<Split>,
) -> Option<Classes> {
    let mut pictures: Vec<Option<Picture<'_>>> = Vec::with_capacity(paths.len());
    for (index, path) in paths.iter().enumerate() {
        let mut folders = folders_of(path, root);
        let own = of.get(index).copied().flatten();
        if part.is_some() && own.is_none() {
            pictures.push(None);
            continue;
        }
        let depth = own.and_then(|(_, depth)| depth);
        let named = depth
            .filter(|&d| d < folders.len())
            .map(|d| folders.remove(d));
        // Many archives unpack into a folder of their own name.
        while let Some(depth) = depth
            && named.is_some()
            && folders.get(depth).copied() == named
        {
            folders.remove(depth);
        }
        pictures.push(Some(Picture {
            part: own.map(|(part, _)| part),
            folders,
            named,
        }));
    }
    strip_doubles(&mut pictures);
    by_folders(&pictures, part).or_else(|| by_stems(&pictures, part))
}

/// Takes off a folder that holds all of a part and names it once more, as `seg_train` in `seg_train`.
fn strip_doubles(pictures: &mut [Option<Picture<'_>>]) {
    let parts: BTreeSet<Split> = pictures.iter().flatten().filter_map(|p| p.part).collect();
    for part in parts {
        let own = |p: &&mut Picture<'_>| p.part == Some(part);
        loop {
            let mut first = pictures.iter_mut().flatten().filter(own);
            let name = first.next().and_then(|p| p.folders.first().copied());
            let Some(name) = name.filter(|n| split::role(&n.to_string_lossy()).is_some()) else {
                break;
            };
            if first.any(|p| p.folders.first() != Some(&name)) {
                break;
            }
            for picture in pictures.iter_mut().flatten().filter(own) {
                picture.folders.remove(0);
            }
        }
    }
}

/// The classes by the first level of folders that differ.
fn by_folders(pictures: &[Option<Picture<'_>>], part: Option<Split>) -> Option<Classes> {
    let all = || pictures.iter().flatten();
    let deepest = all().map(|p| p.folders.len()).max()?;
    for level in 0..deepest {
        let chosen = all().filter(|p| p.part == part);
        let strays = chosen.clone().filter(|p| p.folders.len() <= level).count();
        if strays * STRAYS > chosen.count() {
            return None;
        }
        let (names, said) = names_at(pictures, level, part);
        if names.len() > MOST || names.len() > 1 && !said {
            return None;
        }
        if names.len() > 1 {
            let names: Vec<&OsStr> = names.into_iter().collect();
            let class = |p: &Picture<'_>| {
                let at = names.binary_search(p.folders.get(level)?).ok()?;
                u8::try_from(at).ok()
            };
            return Some(Classes {
                of: pictures.iter().map(|p| class(p.as_ref()?)).collect(),
                names: names.iter().map(|name| shown(name)).collect(),
                remark: alike(pictures, level),
            });
        }
    }
    None
}

/// The names of folders at a level, of all parts together, and whether those of `part` are among them. A part with one
/// folder that no other has is not sorted: `unknown`, or the part's own name once more.
fn names_at<'p>(
    pictures: &[Option<Picture<'p>>],
    level: usize,
    part: Option<Split>,
) -> (BTreeSet<&'p OsStr>, bool) {
    let mut of: BTreeMap<Option<Split>, BTreeSet<&OsStr>> = BTreeMap::new();
    for picture in pictures.iter().flatten() {
        if let Some(name) = picture.folders.get(level) {
            of.entry(picture.part).or_default().insert(name);
        }
    }
    let sorted = |own: &Option<Split>, names: &BTreeSet<&OsStr>| {
        let others = || of.iter().filter(|(other, _)| *other != own);
        names.len() > 1
            || others().next().is_none()
            || others().any(|(_, other)| !names.is_disjoint(other))
    };
    let kept = of.iter().filter(|(own, names)| sorted(own, names));
    let names = kept.clone().flat_map(|(_, names)| names.iter().copied());
    (names.collect(), kept.clone().any(|(own, _)| *own == part))
}

/// The classes by what the names of the parts' folders say besides: `cats_train`, `dogs_train`. All parts have to
/// have the same.
fn by_stems(pictures: &[Option<Picture<'_>>], part: Option<Split>) -> Option<Classes> {
    let mut stems: BTreeMap<&OsStr, String> = BTreeMap::new();
    let mut by_part: BTreeMap<Option<Split>, BTreeSet<&OsStr>> = BTreeMap::new();
    for picture in pictures.iter().flatten() {
        let named = picture.named?;
        let spell = || split::stem(&named.to_string_lossy());
        stems.entry(named).or_insert_with(spell);
        by_part.entry(picture.part).or_default().insert(named);
    }
    let own = stems_of(by_part.get(&part)?, &stems);
    let alike = by_part.values().all(|names| stems_of(names, &stems) == own);
    if !alike || !(2..=MOST).contains(&own.len()) || own.contains("") {
        return None;
    }
    let names: Vec<&str> = own.into_iter().collect();
    let class = |p: &Picture<'_>| {
        let stem = stems.get(p.named?)?;
        u8::try_from(names.binary_search(&stem.as_str()).ok()?).ok()
    };
    Some(Classes {
        of: pictures.iter().map(|p| class(p.as_ref()?)).collect(),
        names: names.iter().map(|name| shown(OsStr::new(name))).collect(),
        remark: None,
    })
}

/// A warning where the folders at `level`, of no part, all hold the same two or more folders: they may be parts by
/// names that are not known.
fn alike(pictures: &[Option<Picture<'_>>], level: usize) -> Option<String> {
    let mut inner: BTreeMap<&OsStr, BTreeSet<&OsStr>> = BTreeMap::new();
    for picture in pictures.iter().flatten() {
        if picture.part.is_some() {
            return None;
        }
        let own = inner.entry(picture.folders.get(level)?).or_default();
        own.insert(picture.folders.get(level + 1)?);
    }
    let first = inner.values().next()?;
    if first.len() < 2 || inner.len() > MOST_PARTS || inner.values().any(|other| other != first) {
        return None;
    }
    Some(format!(
        "the folders {} are taken for classes, but each holds the same folders ({}): if they are parts of the data, such \
         as training and test, give one of them, or name them 'train' and 'test'",
        list(inner.keys().map(|name| shown(name))),
        list(first.iter().map(|name| shown(name)))
    ))
}

/// What these names are without the words for parts.
fn stems_of<'s>(
    names: &BTreeSet<&'s OsStr>,
    stems: &'s BTreeMap<&'s OsStr, String>,
) -> BTreeSet<&'s str> {
    names
        .iter()
        .filter_map(|name| stems.get(name).map(String::as_str))
        .collect()
}
