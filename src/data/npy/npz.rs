//! `.npz` archives: which of their arrays are the items, and which the labels.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use crate::config::Split;
use crate::data::dataset::Dataset;
use crate::data::error::{Error, OnProgress, plain};
use crate::data::load::{Loaded, name_of};
use crate::data::source::Source;

use super::array::{are_labels, item_shape, read_items, read_labels};
use super::header::Header;

/// Most arrays looked at.
const MAX_ARRAYS: usize = 256;

/// One array of the archive.
struct Member {
    index: usize,
    name: String,
    header: Header,
}

impl Member {
    fn split(&self) -> Option<Split> {
        let name = self.name.to_lowercase();
        if name.contains("train") {
            Some(Split::Train)
        } else if name.contains("test") {
            Some(Split::Test)
        } else {
            None
        }
    }

    /// Whether it is named as what a validation split holds, which is never used.
    fn is_validation(&self) -> bool {
        self.name.to_lowercase().contains("val")
    }
}

/// Loads the items of `split` and their labels, if there are any.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Folder`] if it is not clear which array holds the items, [`Error::TooLarge`],
/// [`Error::Cancelled`].
pub(in crate::data) fn load(
    path: &Path,
    split: Split,
    limit: Option<usize>,
    progress: OnProgress<'_>,
) -> Result<Loaded, Error> {
    let file = File::open(path).map_err(|e| Error::io(path, 0, &e))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|e| broken(path, &e))?;
    let members = members(&mut archive, path)?;
    let items = choose(&members, path, split)?;
    let total = items.header.sizes[0];
    let read = with_member(&mut archive, path, items.index, |source| {
        let header = Header::read(source)?;
        read_items(source, &header, limit, u64::MAX, progress)
    })?;
    let count = limit.map_or(total, |l| total.min(l as u64)) as usize;
    let labels = match labels_of(&members, items) {
        Some(member) => Some(with_member(&mut archive, path, member.index, |source| {
            read_labels(source, total, count, progress)
        })?),
        None => None,
    };
    let split = match items.split() {
        Some(Split::Train) => " train",
        Some(Split::Test) => " test",
        None => "",
    };
    Ok(Loaded {
        data: Dataset {
            name: format!("{}{split}", name_of(path)),
            shape: read.shape,
            pixels: read.pixels,
            labels,
            ..Dataset::default()
        },
        total: Some(total),
        labels: Vec::new(),
    })
}

/// The arrays whose headers can be read.
fn members<R: Read + Seek>(archive: &mut ZipArchive<R>, path: &Path) -> Result<Vec<Member>, Error> {
    let mut members = Vec::new();
    let mut first_failure = None;
    for index in 0..archive.len().min(MAX_ARRAYS) {
        let header = with_member(archive, path, index, Header::read);
        let name = archive
            .name_for_index(index)
            .and_then(Result::ok)
            .map_or_else(String::new, |name| plain(&name, 100));
        match header {
            Ok(header) => members.push(Member {
                index,
                name,
                header,
            }),
            Err(error) => first_failure = first_failure.or(Some(error)),
        }
    }
    match first_failure {
        Some(error) if members.is_empty() => Err(error),
        _ => Ok(members),
    }
}

/// The array of items for `split`.
fn choose<'a>(members: &'a [Member], path: &Path, split: Split) -> Result<&'a Member, Error> {
    let usable: Vec<&Member> = members
        .iter()
        .filter(|m| item_shape(path, &m.header).is_ok() && !is_labels_of_another(m, members))
        .collect();
    let fail = |reason: String| Error::Folder {
        path: path.into(),
        reason,
    };
    let of = |wanted: Option<Split>| -> Vec<&Member> {
        let mut found = usable.clone();
        found.retain(|m| m.split() == wanted && !m.is_validation());
        found
    };
    let mut chosen = of(Some(split));
    if chosen.is_empty() {
        chosen = of(None);
    }
    let names = |of: &[&Member]| {
        let names: Vec<&str> = of.iter().take(6).map(|m| m.name.as_str()).collect();
        names.join(", ")
    };
    match chosen[..] {
        [one] => Ok(one),
        [] if usable.is_empty() => Err(fail(
            "the archive holds no array of items (N × d, N × H × W or N × H × W × C of u1, f4 or f8)".into(),
        )),
        [] => Err(fail(format!(
            "the archive holds no array for this split (it holds {})",
            names(&usable)
        ))),
        _ => Err(fail(format!(
            "the archive holds {} arrays of items ({}); save one of them as .npy",
            chosen.len(),
            names(&chosen)
        ))),
    }
}

/// Whether an array may be the labels of another one: N × 1 integers beside an array with the same N and more sizes.
fn is_labels_of_another(member: &Member, members: &[Member]) -> bool {
    are_labels(&member.header)
        && members.iter().any(|other| {
            other.index != member.index
                && !are_labels(&other.header)
                && other.header.sizes.first() == member.header.sizes.first()
        })
}

/// The labels that belong to these items: as many, and of the same split; the first by name if there are several.
fn labels_of<'a>(members: &'a [Member], items: &Member) -> Option<&'a Member> {
    members
        .iter()
        .filter(|m| {
            are_labels(&m.header)
                && m.index != items.index
                && m.header.sizes.first() == items.header.sizes.first()
                && m.split() == items.split()
                && !m.is_validation()
        })
        .min_by_key(|m| &m.name)
}

/// Gives the unpacked content of one member to `f`.
fn with_member<R: Read + Seek, T>(
    archive: &mut ZipArchive<R>,
    path: &Path,
    index: usize,
    f: impl FnOnce(&mut Source<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let member = archive.by_index(index).map_err(|e| broken(path, &e))?;
    let packed = member.compressed_size();
    // What is stored uncompressed is as long as it says; bounds for compressed data hold for it too.
    f(&mut Source::unpacked(path, member, packed))
}

fn broken(path: &Path, error: &ZipError) -> Error {
    match error {
        ZipError::Io(e) if e.kind() != std::io::ErrorKind::UnexpectedEof => Error::io(path, 0, e),
        ZipError::FileNotFound => Error::malformed(path, 0, "the archive lacks one of its arrays"),
        ZipError::UnsupportedArchive(what) => Error::malformed(
            path,
            0,
            format!(
                "the zip archive cannot be read: {what} (arrays must be stored or deflated, unencrypted)"
            ),
        ),
        _ => Error::malformed(path, 0, "the zip archive is damaged or cut off"),
    }
}
