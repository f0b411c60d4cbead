//! Labels in a file of their own beside the items': `kmnist-train-labels.npz`, `y_train.npy`.

use std::path::Path;

use crate::data::load::name_of;

use super::entry::Container;
use super::folder::files;
use super::labels::Form;
use super::names::{Names, key};
use super::open::file;

/// An array of labels in another file.
pub(super) struct Beside {
    pub(super) container: Box<dyn Container>,
    pub(super) index: usize,
    pub(super) form: Form,
    /// What the file is called.
    pub(super) file: String,
}

/// The labels that stand beside the file at `path`: in a file whose name differs in the words for items and labels
/// only, or that is called labels and nothing else.
pub(super) fn labels_beside(path: &Path) -> Option<Beside> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let own = key(&name_of(path));
    let mut found: Vec<(bool, std::path::PathBuf)> = files(folder)
        .ok()?
        .into_iter()
        .filter(|other| other.file_name() != path.file_name())
        .filter_map(|other| {
            let stem = name_of(&other);
            let key = key(&stem);
            let fits = key == own || key.is_empty();
            (Names::of(&stem).label && fits).then_some((key != own, other))
        })
        .collect();
    found.sort();
    let (_, path) = found.into_iter().next()?;
    let container = file(&path).ok()?;
    let form = |(index, entry)| Some((index, Form::called(entry, true, false)?));
    let (index, form) = container.entries().iter().enumerate().find_map(form)?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    Some(Beside {
        container,
        index,
        form,
        file: name,
    })
}
