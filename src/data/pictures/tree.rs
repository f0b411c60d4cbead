//! The folders of pictures, as a tree: what lies in which, without asking the system again.

use std::ffi::OsStr;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use crate::data::error::plain;
use crate::data::split::{Role, role, short_roles};

/// One folder that holds pictures, in itself or below.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) name: &'a OsStr,
    /// Folders between the root and this one; the root's own is nothing.
    pub(super) depth: usize,
    /// The pictures in it and below, as numbers of the sorted list.
    pub(super) range: Range<usize>,
    /// Those that lie in the folder itself.
    pub(super) loose: Vec<usize>,
    /// The folders in it that hold pictures.
    pub(super) folders: Vec<Node<'a>>,
    /// The part that its name announces.
    pub(super) role: Option<Role>,
}

/// The folders between `root` and a picture.
pub(super) fn folders_of<'a>(path: &'a Path, root: &Path) -> Vec<&'a OsStr> {
    let inner = path.strip_prefix(root).ok().and_then(Path::parent);
    inner.map_or_else(Vec::new, |inner| {
        inner.components().map(Component::as_os_str).collect()
    })
}

/// A name for messages.
pub(super) fn shown(name: &OsStr) -> String {
    plain(&name.to_string_lossy(), 100)
}

impl<'a> Node<'a> {
    /// The tree of `paths` below `root`, which are sorted.
    pub(super) fn of(paths: &'a [PathBuf], root: &Path) -> Self {
        let folders: Vec<Vec<&OsStr>> = paths.iter().map(|p| folders_of(p, root)).collect();
        Self::build(OsStr::new(""), 0, 0..paths.len(), &folders)
    }

    fn build(
        name: &'a OsStr,
        depth: usize,
        range: Range<usize>,
        folders: &[Vec<&'a OsStr>],
    ) -> Self {
        let mut node = Self {
            name,
            depth,
            range: range.clone(),
            loose: Vec::new(),
            folders: Vec::new(),
            role: role(&name.to_string_lossy()),
        };
        // Sorted paths hold the pictures of every folder in a row.
        let mut at = range.start;
        while at < range.end {
            let Some(&own) = folders[at].get(depth) else {
                node.loose.push(at);
                at += 1;
                continue;
            };
            let same = |f: &Vec<&OsStr>| f.get(depth) == Some(&own);
            let length = folders[at..range.end]
                .iter()
                .take_while(|f| same(f))
                .count();
            node.folders
                .push(Self::build(own, depth + 1, at..at + length, folders));
            at += length;
        }
        let names: Vec<_> = node
            .folders
            .iter()
            .map(|f| f.name.to_string_lossy())
            .collect();
        if let Some(roles) = short_roles(names.iter().map(AsRef::as_ref)) {
            for (folder, role) in node.folders.iter_mut().zip(roles) {
                folder.role = Some(role);
            }
        }
        node
    }

    /// Pictures in it and below.
    pub(super) fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether `test` holds of a folder below.
    pub(super) fn any_below(&self, test: &dyn Fn(&Node<'_>) -> bool) -> bool {
        self.folders.iter().any(|f| test(f) || f.any_below(test))
    }
}

/// Names as a list for messages, the first of them.
pub(super) fn list(names: impl Iterator<Item = String>) -> String {
    const NAMED: usize = 4;
    let names: Vec<String> = names.map(|name| format!("'{name}'")).collect();
    let more = names.len().saturating_sub(NAMED);
    let mut text = names[..names.len() - more].join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}
