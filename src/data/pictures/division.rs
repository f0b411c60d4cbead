//! How a folder of pictures is divided into parts for training, validation and test.
//!
//! Folders named for parts are looked for at every depth, below folders of classes (`cat/train`) as well as above them
//! (`train/cat`), and so are file names (`train_001.png`). A folder of which names tell that it holds several parts is
//! either divided or refused: its parts are never read as one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::config::Split;
use crate::data::split::{Role, is_aside, role};
use crate::text::thousands;

use super::tree::{Node, list, shown};

/// At most one in so many pictures is a stray beside folders that mean something.
pub(super) const STRAYS: usize = 10;

/// The part of every picture.
#[derive(Debug, Default)]
pub(super) struct Division {
    /// The parts that there are, ascending; none if the folder is not divided.
    pub(super) there: Vec<Split>,
    /// For every picture its part and the folder that tells it, as a depth (`None` where the file's name does); or
    /// `None` for a picture of no part. Empty if the folder is not divided.
    pub(super) of: Vec<Option<(Split, Option<usize>)>>,
    /// What is left out, in words.
    pub(super) remarks: Vec<String>,
    /// Pictures beside the folders of parts.
    pub(super) strays: Vec<usize>,
}

/// Pictures of one part, in a row.
struct Piece {
    pictures: std::ops::Range<usize>,
    part: Split,
    depth: Option<usize>,
}

/// What is found in one folder and below.
#[derive(Default)]
struct Plan {
    pieces: Vec<Piece>,
    strays: Vec<usize>,
    remarks: Vec<String>,
}

impl Plan {
    fn join(&mut self, other: Self) {
        self.pieces.extend(other.pieces);
        self.strays.extend(other.strays);
        self.remarks.extend(other.remarks);
    }

    fn parts(&self) -> BTreeSet<Split> {
        self.pieces.iter().map(|piece| piece.part).collect()
    }

    /// Leaves out a folder, and says so.
    fn leave(&mut self, folder: &Node<'_>) {
        let reason = if answers(folder) {
            "its name says that it holds masks, labels or pictures without classes"
        } else {
            "it belongs to no split"
        };
        self.remarks.push(format!(
            "the folder '{}' ({} pictures) is left out: {reason}",
            shown(folder.name),
            thousands(folder.len() as u64)
        ));
    }
}

/// Finds the parts of the sorted pictures `paths` of `root`.
///
/// # Errors
/// A sentence on a folder that holds several parts in a way that is not understood.
pub(super) fn divide(paths: &[PathBuf], root: &Path) -> Result<Division, String> {
    let tree = Node::of(paths, root);
    let named = |path: &PathBuf| role(&path.file_stem()?.to_string_lossy());
    let names = Names {
        paths,
        root,
        files: paths.iter().map(named).collect(),
    };
    let Some(plan) = names.resolve(&tree)? else {
        names.refuse_hidden_parts(&tree)?;
        return Ok(Division::default());
    };
    let mut of = vec![None; paths.len()];
    for piece in &plan.pieces {
        of[piece.pictures.clone()].fill(Some((piece.part, piece.depth)));
    }
    Ok(Division {
        there: plan.parts().into_iter().collect(),
        of,
        remarks: plan.remarks,
        strays: plan.strays,
    })
}

/// Whether `some` of `all` pictures are more than strays.
fn many(some: usize, all: usize) -> bool {
    some * STRAYS > all
}

/// The roles of folders in a folder.
fn roles<'n>(folders: impl IntoIterator<Item = &'n Node<'n>>) -> BTreeSet<Role> {
    folders.into_iter().filter_map(|f| f.role).collect()
}

/// Whether roles are those of different parts.
fn differ(roles: &BTreeSet<Role>) -> bool {
    roles.len() > 1
}

/// Whether a folder is called one of answers in the form of pictures, or of pictures without classes.
fn answers(folder: &Node<'_>) -> bool {
    is_aside(&folder.name.to_string_lossy())
}

/// The names of folders, for messages.
fn names<'n>(folders: impl IntoIterator<Item = &'n Node<'n>>) -> String {
    list(folders.into_iter().map(|f| shown(f.name)))
}

struct Names<'a> {
    paths: &'a [PathBuf],
    root: &'a Path,
    /// The part that the name of each file announces.
    files: Vec<Option<Role>>,
}

impl Names<'_> {
    /// The parts of the pictures below `node`; `None` where nothing tells of any.
    fn resolve(&self, node: &Node<'_>) -> Result<Option<Plan>, String> {
        if differ(&roles(&node.folders)) {
            return self.folders(node).map(Some);
        }
        if !node.any_below(&|f| f.role.is_some()) {
            return self.files(node);
        }
        let mut below = Vec::new();
        for folder in &node.folders {
            below.push(self.resolve(folder)?);
        }
        if below.iter().any(Option::is_some)
            && let Some(plan) = self.above(node, below)?
        {
            return Ok(Some(plan));
        }
        self.alone(node)
    }

    /// A folder in which folders are named for different parts.
    fn folders(&self, node: &Node<'_>) -> Result<Plan, String> {
        let (own, others): (Vec<_>, Vec<_>) = node.folders.iter().partition(|f| f.role.is_some());
        let left = others.iter().map(|f| f.len()).sum::<usize>() + node.loose.len();
        if left * 2 > node.len() {
            return Err(format!(
                "{} holds folders named for splits ({}) beside {left} pictures of no split; give one of its folders, or \
                 rename those that are classes",
                self.place(node),
                names(own)
            ));
        }
        let has_test = own.iter().any(|f| f.role == Some(Role::Of(Split::Test)));
        let mut by_part: BTreeMap<Split, Vec<&Node<'_>>> = BTreeMap::new();
        for &folder in &own {
            if let Some(role) = folder.role {
                self.refuse_parts_in_a_part(folder, role)?;
                by_part.entry(role.part(has_test)).or_default().push(folder);
            }
        }
        let mut plan = Plan {
            strays: node.loose.clone(),
            ..Plan::default()
        };
        for (part, folders) in by_part {
            // Answers in the form of pictures lie beside the pictures themselves.
            let only_answers = folders.iter().all(|f| answers(f));
            for folder in folders {
                if answers(folder) && !only_answers {
                    plan.leave(folder);
                    continue;
                }
                plan.pieces.push(Piece {
                    pictures: folder.range.clone(),
                    part,
                    depth: Some(node.depth),
                });
            }
        }
        for folder in others {
            plan.leave(folder);
        }
        Ok(plan)
    }

    /// A folder whose folders are divided each by itself: classes, or one that holds everything.
    fn above(&self, node: &Node<'_>, below: Vec<Option<Plan>>) -> Result<Option<Plan>, String> {
        let (divided, whole): (Vec<_>, Vec<_>) = node
            .folders
            .iter()
            .zip(below)
            .partition(|(_, plan)| plan.is_some());
        let left = whole.iter().map(|(f, _)| f.len()).sum::<usize>() + node.loose.len();
        if many(left, node.len()) {
            let mut parts = divided
                .iter()
                .filter_map(|(_, p)| Some(p.as_ref()?.parts()));
            // Among folders of anything, one called `train` may hold pictures of trains.
            if parts.all(|parts| parts.iter().all(|&part| part == Split::Train)) {
                return Ok(None);
            }
            let beside = if whole.is_empty() {
                format!("{} pictures", node.loose.len())
            } else {
                names(whole.iter().map(|(f, _)| *f))
            };
            return Err(format!(
                "in {}, {} is divided into splits and {beside} beside it is not; give one of the folders",
                self.place(node),
                names(divided.iter().map(|(f, _)| *f))
            ));
        }
        let only_answers = divided.iter().all(|(f, _)| answers(f));
        let mut plan = Plan {
            strays: node.loose.clone(),
            ..Plan::default()
        };
        for (folder, own) in divided {
            match own {
                Some(own) if !answers(folder) || only_answers => plan.join(own),
                _ => plan.leave(folder),
            }
        }
        for (folder, _) in whole {
            plan.leave(folder);
        }
        Ok(Some(plan))
    }

    /// Pictures whose own names announce parts.
    fn files(&self, node: &Node<'_>) -> Result<Option<Plan>, String> {
        let named: Vec<(usize, Role)> = node
            .range
            .clone()
            .filter_map(|i| Some((i, self.files[i]?)))
            .collect();
        let kinds: BTreeSet<Role> = named.iter().map(|(_, role)| *role).collect();
        if !differ(&kinds) || !many(named.len(), node.len()) {
            return Ok(None);
        }
        let unnamed = node.len() - named.len();
        if many(unnamed, node.len()) {
            let first = |kind: &Role| named.iter().find(|(_, role)| role == kind);
            let file = |kind: &Role| Some(shown(self.paths[first(kind)?.0].file_name()?));
            return Err(format!(
                "some pictures in {} are named for splits ({}) and {unnamed} are not; put each split into a folder of \
                 its own",
                self.place(node),
                list(kinds.iter().filter_map(file))
            ));
        }
        let has_test = kinds.contains(&Role::Of(Split::Test));
        let pieces = named.iter().map(|&(index, role)| Piece {
            pictures: index..index + 1,
            part: role.part(has_test),
            depth: None,
        });
        Ok(Some(Plan {
            pieces: pieces.collect(),
            strays: node
                .range
                .clone()
                .filter(|&i| self.files[i].is_none())
                .collect(),
            remarks: Vec::new(),
        }))
    }

    /// A folder in which folders are named for one part only.
    fn alone(&self, node: &Node<'_>) -> Result<Option<Plan>, String> {
        let (own, others): (Vec<_>, Vec<_>) = node.folders.iter().partition(|f| f.role.is_some());
        let Some(role) = own.first().and_then(|f| f.role) else {
            return Ok(None);
        };
        let part = role.part(false);
        let (aside, beside): (Vec<_>, Vec<_>) = others.into_iter().partition(|f| answers(f));
        let count: usize = beside.iter().map(|f| f.len()).sum();
        if part == Split::Train && many(count, node.len()) {
            // Pictures of trains, beside other classes.
            return Ok(None);
        }
        if many(count + node.loose.len(), node.len()) {
            let what = if beside.is_empty() {
                format!("{} pictures", node.loose.len())
            } else {
                names(beside)
            };
            let own = names(own);
            return Err(format!(
                "{} holds {own}, named for a split, beside {what} of no split; give one of the folders, put the \
                 training pictures into a folder 'train', or rename {own} if that is a class",
                self.place(node)
            ));
        }
        let mut plan = Plan {
            strays: node.loose.clone(),
            ..Plan::default()
        };
        for folder in own {
            self.refuse_parts_in_a_part(folder, role)?;
            plan.pieces.push(Piece {
                pictures: folder.range.clone(),
                part,
                depth: Some(node.depth),
            });
        }
        for folder in aside.into_iter().chain(beside) {
            plan.leave(folder);
        }
        Ok(Some(plan))
    }

    /// Refuses the folder of one part in which others lie.
    fn refuse_parts_in_a_part(&self, folder: &Node<'_>, role: Role) -> Result<(), String> {
        let Some(plan) = self.resolve(folder)? else {
            return Ok(());
        };
        // The same name twice, one in the other, is how many archives unpack.
        if plan.parts().into_iter().eq([role.part(false)]) {
            return Ok(());
        }
        Err(format!(
            "the folder '{}' is named for one split and holds others; give one of its folders",
            shown(folder.name)
        ))
    }

    /// Refuses a folder that seems undivided though names of different parts occur in it.
    fn refuse_hidden_parts(&self, tree: &Node<'_>) -> Result<(), String> {
        let mut found: BTreeMap<Role, String> = BTreeMap::new();
        gather(tree, Path::new(""), &mut found);
        // Of files so many that they are no chance.
        let mut counts: BTreeMap<Role, (usize, &Path)> = BTreeMap::new();
        for (path, role) in self.paths.iter().zip(&self.files) {
            if let Some(role) = role {
                counts.entry(*role).or_insert((0, path)).0 += 1;
            }
        }
        for (role, (count, first)) in counts {
            if many(count, self.files.len()) {
                let below = first.strip_prefix(self.root).unwrap_or(first);
                found
                    .entry(role)
                    .or_insert_with(|| shown(below.as_os_str()));
            }
        }
        if found.len() < 2 {
            return Ok(());
        }
        Err(format!(
            "names in it are those of different splits ({}), but they do not lie side by side; give one of the folders",
            list(found.into_values())
        ))
    }

    /// What a folder is called in a message.
    fn place(&self, node: &Node<'_>) -> String {
        let first = self.paths.get(node.range.start);
        let below = first.and_then(|p| p.strip_prefix(self.root).ok());
        let below: PathBuf = below
            .map(|p| p.components().take(node.depth).collect())
            .unwrap_or_default();
        if node.depth == 0 {
            "the folder".into()
        } else {
            format!("'{}'", shown(below.as_os_str()))
        }
    }
}

/// One folder of every role, by its path.
fn gather(node: &Node<'_>, place: &Path, found: &mut BTreeMap<Role, String>) {
    for folder in &node.folders {
        let own = place.join(folder.name);
        if let Some(role) = folder.role {
            found.entry(role).or_insert_with(|| shown(own.as_os_str()));
        }
        gather(folder, &own, found);
    }
}
