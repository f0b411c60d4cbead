//! Which pictures a request means, and their classes, before any is decoded.

use std::path::{Path, PathBuf};

use crate::config::{DataConfig, Split};
use crate::data::dataset::Skipped;
use crate::data::error::{Error, OnProgress};
use crate::data::load::name_of;
use crate::data::select::wanted;
use crate::data::split::{self, choose};

use super::answers;
use super::celeba::{self, Attributes};
use super::classes;
use super::division::divide;
use super::foreign::READABLE;
use super::walk::walk;

/// What a folder holds, for messages.
const THINGS: &str = "pictures";

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
    /// The parts that there are, if the folder is divided.
    pub(super) splits: Vec<Split>,
    /// What was decided, in sentences.
    pub(super) remarks: Vec<String>,
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
            name: name_of(&canonical(folder)),
            paths: found.paths,
            skipped: found.skipped,
            ..Self::default()
        };
        if album.paths.is_empty() {
            let reason = match album.skipped.listed.first() {
                _ if found.foreign.count() > 0 => found.foreign.refusal(),
                Some((path, reason)) => format!(
                    "no picture in it can be read ({}: {reason})",
                    path.display()
                ),
                None => format!("no picture in it can be read ({READABLE})"),
            };
            return Err(Error::Folder {
                path: folder.into(),
                reason,
            });
        }
        album.remarks.extend(found.foreign.remark());
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

    /// Takes the part that is asked for of those that there are.
    fn choose(
        &mut self,
        folder: &Path,
        asked: Split,
        there: Vec<Split>,
    ) -> Result<Option<Split>, Error> {
        // A folder of one part may say so by its own name, which is the data set's.
        let divided = !there.is_empty();
        let by_name = split::part(&name_of(&canonical(folder)));
        let there = if divided {
            there
        } else {
            by_name.into_iter().collect()
        };
        let taken = choose(asked, &there, THINGS).map_err(|reason| Error::Folder {
            path: folder.into(),
            reason,
        })?;
        self.splits = there;
        if !divided {
            return Ok(None);
        }
        self.remarks.extend(taken.remark);
        self.name.push_str(&split::suffix(taken.part));
        Ok(taken.part)
    }

    /// The split by partition, and the attribute asked for as labels. A picture that a list lacks is left out.
    fn as_celeba(&mut self, folder: &Path, config: &DataConfig) -> Result<(), Error> {
        self.name = "CelebA".into();
        let partition = celeba::partition(folder)?;
        let of = |path: &Path| {
            let parts = partition.as_ref()?;
            parts.get(listed_name(path)?).copied()
        };
        let mut there: Vec<Split> = self.paths.iter().filter_map(|path| of(path)).collect();
        there.sort_unstable();
        there.dedup();
        if partition.is_some() {
            let unlisted = self.paths.iter().filter(|path| of(path).is_none()).count();
            self.say_unlisted(folder, unlisted, "its partition")?;
        }
        if let Some(part) = self.choose(folder, config.split, there)? {
            self.retain(|path, _| of(path) == Some(part));
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
        let listed =
            |path: &PathBuf| listed_name(path).is_some_and(|name| values.contains_key(name));
        let unlisted = self.paths.iter().filter(|path| !listed(path)).count();
        self.say_unlisted(folder, unlisted, "its list of attributes")?;
        self.retain(|path, _| listed_name(path).is_some_and(|name| values.contains_key(name)));
        let label_of = |path: &PathBuf| listed_name(path).and_then(|name| values.get(name));
        let labels = self.paths.iter().filter_map(label_of);
        self.labels = Some(labels.map(|&v| u8::from(v)).collect());
        self.classes = vec![format!("not {label}"), label.clone()];
        Ok(())
    }

    /// Says how many pictures a list lacks, which are left out.
    ///
    /// # Errors
    /// [`Error::Folder`] if it lacks them all.
    fn say_unlisted(&mut self, folder: &Path, unlisted: usize, list: &str) -> Result<(), Error> {
        if unlisted == self.paths.len() {
            return Err(Error::Folder {
                path: folder.into(),
                reason: format!("{list} names none of its {unlisted} pictures"),
            });
        }
        if unlisted > 0 {
            self.remarks.push(format!(
                "{list} does not name {unlisted} of the pictures, which are left out"
            ));
        }
        Ok(())
    }

    /// Names that tell of splits choose the pictures; the folders of those left are the classes. A few pictures beside
    /// such folders are left out: one forgotten picture must not merge splits or take all labels.
    fn as_folders(&mut self, folder: &Path, config: &DataConfig) -> Result<(), Error> {
        let answers = answers::find(&self.paths, folder);
        let mut flags = answers.are.iter();
        self.paths.retain(|_| flags.next() != Some(&true));
        self.remarks.extend(answers.remarks);
        let division = divide(&self.paths, folder).map_err(|reason| Error::Folder {
            path: folder.into(),
            reason,
        })?;
        let part = self.choose(folder, config.split, division.there)?;
        if let Some(label) = &config.label {
            return Err(no_labels(folder, label, "its sub-folders, without a name"));
        }
        let classes = classes::find(&self.paths, folder, &division.of, part);
        if part.is_some() {
            self.remarks.extend(division.remarks);
            for stray in division.strays {
                let path = self.paths[stray].clone();
                self.skipped
                    .add(path, "it lies beside the folders of the splits".into());
            }
        }
        let mut labels = Vec::new();
        for (index, path) in std::mem::take(&mut self.paths).into_iter().enumerate() {
            let own = division.of.get(index).copied().flatten();
            if part.is_some() && own.map(|(part, _)| part) != part {
                continue;
            }
            if let Some(classes) = &classes {
                let Some(label) = classes.of[index] else {
                    self.skipped
                        .add(path, "it lies beside the folders of the classes".into());
                    continue;
                };
                labels.push(label);
            }
            self.paths.push(path);
        }
        if let Some(classes) = classes {
            self.remarks.extend(classes.remark);
            self.labels = Some(labels);
            self.classes = classes.names;
        }
        Ok(())
    }
}

fn no_labels(folder: &Path, label: &str, known: &str) -> Error {
    Error::NoSuchLabel {
        name: folder.display().to_string(),
        label: label.into(),
        known: if known.is_empty() { "none" } else { known }.into(),
    }
}

/// A file's name as lists have it.
fn listed_name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str().map(celeba::stem)
}

/// The folder, `.` and links resolved.
fn canonical(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.into())
}
