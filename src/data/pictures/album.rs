//! Which pictures a request means, and their classes, before any is decoded.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::config::{DataConfig, Split};
use crate::data::dataset::Skipped;
use crate::data::error::{Error, OnProgress, plain};
use crate::data::load::name_of;
use crate::data::select::wanted;

use super::celeba::{self, Attributes};
use super::walk::walk;

/// Names of folders that hold a split.
const TRAIN: &[&str] = &["train", "training"];
const TEST: &[&str] = &["test", "testing"];
const VALIDATION: &[&str] = &["val", "valid", "validation"];
/// At most one in so many pictures is a stray beside folders that mean something. With more of them the folders mean
/// nothing: a heap of pictures, some of which happen to be sorted.
const STRAYS: usize = 10;

/// The pictures of a request, in the order of their paths.
#[derive(Debug, Default)]
pub(super) struct Album {
    pub(super) name: String,
    pub(super) paths: Vec<PathBuf>,
    pub(super) labels: Option<Vec<u8>>,
    pub(super) classes: Vec<String>,
    /// Names of labels that can be asked for.
    pub(super) choices: Vec<String>,
    /// Folders that could not be listed, and pictures that lie beside the folders that count.
    pub(super) skipped: Skipped,
}

impl Album {
    /// Lists the pictures below `folder`: of the split, with labels, of the classes, up to the limit.
    ///
    /// # Errors
    /// [`Error::Folder`] without any; [`Error::NoSuchLabel`], [`Error::Choice`], [`Error::Malformed`] for a list.
    pub(super) fn open(
        folder: &Path,
        config: &DataConfig,
        progress: OnProgress<'_>,
    ) -> Result<Self, Error> {
        let found = walk(folder, progress)?;
        let mut album = Self {
            name: folder_name(folder),
            paths: found.paths,
            skipped: found.skipped,
            ..Self::default()
        };
        if album.paths.is_empty() {
            let reason = match album.skipped.listed.first() {
                Some((path, reason)) => format!(
                    "no picture in it can be read ({}: {reason})",
                    path.display()
                ),
                None => "no picture in it can be read (PNG, JPEG, BMP, GIF or WebP)".into(),
            };
            return Err(Error::Folder {
                path: folder.into(),
                reason,
            });
        }
        if celeba::is_celeba(folder) {
            album.as_celeba(folder, config)?;
        } else {
            album.as_folders(folder, config)?;
        }
        let wanted = wanted(
            &album.name,
            &config.classes,
            &album.classes,
            album.labels.as_deref(),
        )?;
        if let Some(table) = wanted {
            album.retain(|_, label| label.is_some_and(|l| table[usize::from(l)]));
        }
        let limit = config.limit.unwrap_or(usize::MAX);
        album.paths.truncate(limit);
        if let Some(labels) = &mut album.labels {
            labels.truncate(limit);
        }
        Ok(album)
    }

    /// Keeps the pictures of which `keep` is true.
    fn retain(&mut self, mut keep: impl FnMut(&Path, Option<u8>) -> bool) {
        let labels = self.labels.take();
        let label = |i: usize| labels.as_ref().map(|l| l[i]);
        let kept: Vec<bool> = self
            .paths
            .iter()
            .enumerate()
            .map(|(i, path)| keep(path, label(i)))
            .collect();
        let mut flags = kept.iter();
        self.paths.retain(|_| flags.next() == Some(&true));
        self.labels = labels.map(|labels| {
            let kept = labels.into_iter().zip(&kept);
            kept.filter(|(_, keep)| **keep).map(|(l, _)| l).collect()
        });
    }

    /// Leaves out the pictures with no folder number `depth`, and says why.
    fn leave_strays(&mut self, folder: &Path, depth: usize, reason: &str) {
        let stray = |path: &Path| component(path, folder, depth).is_none();
        let strays: Vec<PathBuf> = self.paths.iter().filter(|p| stray(p)).cloned().collect();
        self.retain(|path, _| !stray(path));
        for path in strays {
            self.skipped.add(path, reason.into());
        }
    }

    /// The split by partition, and the attribute asked for as labels. A picture that a list lacks is left out.
    fn as_celeba(&mut self, folder: &Path, config: &DataConfig) -> Result<(), Error> {
        self.name = "CelebA".into();
        if let Some(parts) = celeba::partition(folder)? {
            self.retain(|path, _| {
                let part = file_name(path).and_then(|name| parts.get(name));
                part == Some(&Some(config.split))
            });
            self.name.push_str(split_name(config.split));
            if self.paths.is_empty() {
                return Err(Error::Folder {
                    path: folder.into(),
                    reason: format!(
                        "its partition has no picture for{}",
                        split_name(config.split)
                    ),
                });
            }
        }
        let Some(attributes) = Attributes::find(folder)? else {
            return match &config.label {
                Some(label) => Err(no_labels(folder, label, "")),
                None => Ok(()),
            };
        };
        self.choices.clone_from(&attributes.names);
        let Some(label) = &config.label else {
            return Ok(());
        };
        let values = attributes.values(label)?;
        self.retain(|path, _| file_name(path).is_some_and(|name| values.contains_key(name)));
        let label_of = |path: &PathBuf| file_name(path).and_then(|name| values.get(name));
        let labels = self.paths.iter().filter_map(label_of);
        self.labels = Some(labels.map(|&v| u8::from(v)).collect());
        self.classes = vec![format!("not {label}"), label.clone()];
        Ok(())
    }

    /// Folders named for splits choose the split; the folders in them, or in `folder` itself, are the classes. A few
    /// pictures beside such folders are left out: one forgotten picture must not merge splits or take all labels.
    fn as_folders(&mut self, folder: &Path, config: &DataConfig) -> Result<(), Error> {
        let mut depth = 0;
        if self.has_splits(folder) {
            depth = 1;
            self.leave_strays(folder, 0, "it lies beside the folders of the splits");
            let names = match config.split {
                Split::Train => TRAIN,
                Split::Test => TEST,
            };
            self.retain(|path, _| {
                component(path, folder, 0).is_some_and(|part| is_one_of(part, names))
            });
            self.name.push_str(split_name(config.split));
            if self.paths.is_empty() {
                return Err(Error::Folder {
                    path: folder.into(),
                    reason: format!(
                        "it holds no folder of pictures for{}",
                        split_name(config.split)
                    ),
                });
            }
        }
        if let Some(label) = &config.label {
            return Err(no_labels(folder, label, "its sub-folders, without a name"));
        }
        let parts = below(&self.paths, folder, depth);
        let distinct: BTreeSet<&OsStr> = parts.iter().flatten().copied().collect();
        // One class says nothing, and a label is a byte.
        if !(2..=256).contains(&distinct.len()) || !few_strays(&parts) {
            return Ok(());
        }
        let distinct: Vec<&OsStr> = distinct.into_iter().collect();
        let class = |part: &&OsStr| distinct.binary_search(part).ok().map(|i| i as u8);
        let labels = parts.iter().flatten().filter_map(class).collect();
        self.classes = distinct
            .iter()
            .map(|name| plain(&name.to_string_lossy(), 100))
            .collect();
        self.leave_strays(folder, depth, "it lies beside the folders of the classes");
        self.labels = Some(labels);
        Ok(())
    }

    /// Whether the folders in `folder` are all named for splits, one of them for training or test, and hold all
    /// pictures but a few strays.
    fn has_splits(&self, folder: &Path) -> bool {
        let parts = below(&self.paths, folder, 0);
        let all = [TRAIN, TEST, VALIDATION].concat();
        let known = [TRAIN, TEST].concat();
        few_strays(&parts)
            && parts.iter().flatten().all(|part| is_one_of(part, &all))
            && parts.iter().flatten().any(|part| is_one_of(part, &known))
    }
}

/// Whether no more pictures than [`STRAYS`] allows lie in no folder.
fn few_strays(parts: &[Option<&OsStr>]) -> bool {
    let strays = parts.iter().filter(|part| part.is_none()).count();
    strays * STRAYS <= parts.len()
}

fn no_labels(folder: &Path, label: &str, known: &str) -> Error {
    Error::NoSuchLabel {
        name: folder.display().to_string(),
        label: label.into(),
        known: if known.is_empty() { "none" } else { known }.into(),
    }
}

fn split_name(split: Split) -> &'static str {
    match split {
        Split::Train => " train",
        Split::Test => " test",
    }
}

fn file_name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

/// What a person calls the folder, `.` and links resolved.
fn folder_name(folder: &Path) -> String {
    let full = folder.canonicalize();
    name_of(full.as_deref().unwrap_or(folder))
}

/// The folder number `depth` between `folder` and a picture, if there is one.
fn component<'a>(path: &'a Path, folder: &Path, depth: usize) -> Option<&'a OsStr> {
    let inner = path.strip_prefix(folder).ok()?.parent()?;
    inner.components().nth(depth).map(Component::as_os_str)
}

fn below<'a>(paths: &'a [PathBuf], folder: &Path, depth: usize) -> Vec<Option<&'a OsStr>> {
    paths.iter().map(|p| component(p, folder, depth)).collect()
}

fn is_one_of(part: &OsStr, names: &[&str]) -> bool {
    let part = part.to_string_lossy().to_lowercase();
    names.contains(&part.as_str())
}
