//! `.npz` archives: which of their arrays are the items, and which the labels.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use crate::config::Split;
use crate::data::dataset::Dataset;
use crate::data::error::{Error, OnProgress, plain};
use crate::data::load::{Loaded, name_of};
use crate::data::pictures;
use crate::data::source::Source;

use super::array::{item_shape, read_items};
use super::header::Header;
use super::labels::{Form, read_labels};
use super::names::Names;

/// Most arrays looked at.
const MAX_ARRAYS: usize = 256;

/// Names told of an archive that holds something else.
const NAMED: usize = 4;

/// One array of the archive.
struct Member {
    index: usize,
    name: String,
    says: Names,
    header: Header,
}

impl Member {
    /// How it may tell the classes of items.
    fn form(&self) -> Option<Form> {
        Form::of(&self.header, self.says)
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
    let mut labels = None;
    for (member, form) in labels_of(&members, items) {
        labels = with_member(&mut archive, path, member.index, |source| {
            read_labels(source, form, total, count, progress)
        })?;
        if labels.is_some() {
            break;
        }
        tracing::info!(
            "{}: {} holds no classes (whole numbers from 0 on, or one-hot rows), so it is not taken as labels",
            path.display(),
            member.name
        );
    }
    let split = match items.says.split {
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
        arrays: Vec::new(),
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
                says: Names::of(&name),
                name,
                header,
            }),
            Err(error) => first_failure = first_failure.or(Some(error)),
        }
    }
    if !members.is_empty() {
        return Ok(members);
    }
    let names = archive.file_names().filter_map(Result::ok);
    let names: Vec<String> = names.map(|name| plain(&name, 100)).collect();
    match first_failure {
        Some(error) if names.iter().any(is_called_array) => Err(error),
        _ => Err(Error::malformed(path, 0, without_arrays(&names))),
    }
}

fn is_called_array(name: &String) -> bool {
    let ending = Path::new(name).extension();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("npy"))
}

/// What is said of an archive of these files, none of which is an array or called one.
fn without_arrays(names: &[String]) -> String {
    let files = || names.iter().filter(|name| !name.ends_with('/'));
    let some: Vec<&str> = files().take(NAMED).map(String::as_str).collect();
    if some.is_empty() {
        "it is a zip archive that holds no file".into()
    } else if files().any(|name| pictures::has_picture_name(Path::new(name))) {
        "it is a zip archive of pictures, not of NumPy arrays; unpack it and open the folder".into()
    } else {
        format!(
            "it is a zip archive without NumPy arrays (it holds {})",
            some.join(", ")
        )
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
        found.retain(|m| m.says.split == wanted && !m.says.validation);
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
            "the archive holds no array of items (N × d, N × H × W or N × H × W × C of u1, b1, f2, f4 or f8)".into(),
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

/// Whether an array may be the labels of another one, which has the same N and may not be labels itself.
fn is_labels_of_another(member: &Member, members: &[Member]) -> bool {
    member.form().is_some()
        && members.iter().any(|other| {
            other.index != member.index
                && other.form().is_none()
                && other.header.sizes.len() > 1
                && other.header.sizes.first() == member.header.sizes.first()
        })
}

/// What may be the labels of these items, the likeliest first: as many, and of the same split; rather what is called
/// labels, and rather integers.
fn labels_of<'a>(members: &'a [Member], items: &Member) -> Vec<(&'a Member, Form)> {
    let mut found: Vec<(&Member, Form)> = members
        .iter()
        .filter(|m| {
            m.index != items.index
                && m.header.sizes.first() == items.header.sizes.first()
                && m.says.split == items.says.split
                && !m.says.validation
        })
        .filter_map(|m| Some((m, m.form()?)))
        .collect();
    found.sort_by_key(|(m, form)| (!m.says.label, *form, &m.name));
    found
}

/// Gives the unpacked content of one member to `f`.
fn with_member<R: Read + Seek, T>(
    archive: &mut ZipArchive<R>,
    path: &Path,
    index: usize,
    f: impl FnOnce(&mut Source<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let member = archive.by_index(index).map_err(|e| broken(path, &e))?;
    let method = member.compression();
    if !matches!(
        method,
        CompressionMethod::Stored | CompressionMethod::Deflated
    ) {
        let reason = format!(
            "its content is compressed with a method that is not supported ({method}); save the arrays with \
             numpy.savez or numpy.savez_compressed"
        );
        return Err(Error::malformed(path, 0, reason));
    }
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
