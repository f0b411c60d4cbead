//! CIFAR-10 and CIFAR-100 in their binary versions: records of one or two label bytes and 3,072 bytes of a 32 × 32
//! picture, the red plane, then the green, then the blue.
//!
//! The files have no header. One is recognised by a length that is a whole number of records, and by label bytes
//! that are classes: below 10 for CIFAR-10; below 20 (coarse) and 100 (fine) for CIFAR-100.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::config::{DataConfig, Split};

use super::dataset::{Dataset, ImageShape, Pixels};
use super::error::{Error, OnProgress, plain, report};
use super::load::Loaded;
use super::source::Source;
use super::split::{self, Taken, choose};

/// Side and bytes of a picture.
const SIDE: usize = 32;
const PLANE: usize = SIDE * SIDE;
const PICTURE: usize = 3 * PLANE;
/// Records whose labels are looked at to recognise a file.
const SAMPLED: u64 = 4096;
/// Records read at a time.
const BLOCK: usize = 256;
/// Most bytes of a compressed file's content.
const MAX_CONTENT: usize = 1 << 30;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Ten,
    Hundred,
}

impl Version {
    const ALL: [Self; 2] = [Self::Ten, Self::Hundred];

    fn labels(self) -> usize {
        match self {
            Self::Ten => 1,
            Self::Hundred => 2,
        }
    }

    fn record(self) -> usize {
        self.labels() + PICTURE
    }

    /// Whether these label bytes are classes.
    fn allows(self, labels: &[u8]) -> bool {
        match (self, labels) {
            (Self::Ten, [label, ..]) => *label < 10,
            (Self::Hundred, [coarse, fine, ..]) => *coarse < 20 && *fine < 100,
            _ => false,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Ten => "CIFAR-10",
            Self::Hundred => "CIFAR-100",
        }
    }
}

/// The version of content of this length, whose label bytes of a record `at` gives.
fn version(length: u64, mut at: impl FnMut(u64) -> Option<[u8; 2]>) -> Option<Version> {
    Version::ALL.into_iter().find(|version| {
        let record = version.record() as u64;
        let records = length / record;
        let step = records.div_ceil(SAMPLED).max(1);
        length.is_multiple_of(record)
            && records > 0
            && (0..records)
                .step_by(step as usize)
                .all(|r| at(r * record).is_some_and(|labels| version.allows(&labels)))
    })
}

/// The version of the file at `path`, if it is one of them.
fn version_of(path: &Path) -> Option<Version> {
    let mut file = File::open(path).ok()?;
    let mut magic = [0; 2];
    file.read_exact(&mut magic).ok()?;
    if magic == [0x1f, 0x8b] {
        // Only the whole content could tell; so the name must promise it.
        if !has_cifar_name(path) {
            return None;
        }
        let content = Source::open(path)
            .ok()?
            .read_vec(MAX_CONTENT, "", &|_| true)
            .ok()?;
        return version_of_content(&content);
    }
    let length = file.metadata().ok()?.len();
    version(length, |at| {
        let mut labels = [0; 2];
        file.seek(SeekFrom::Start(at)).ok()?;
        file.read_exact(&mut labels).ok()?;
        Some(labels)
    })
}

fn version_of_content(content: &[u8]) -> Option<Version> {
    version(content.len() as u64, |at| {
        content.get(at as usize..)?.first_chunk().copied()
    })
}

/// Whether the file at `path` is a CIFAR binary.
pub(super) fn is_cifar(path: &Path) -> bool {
    version_of(path).is_some()
}

/// Whether a file's name is that of a CIFAR binary, for errors about one that is damaged.
pub(super) fn has_cifar_name(path: &Path) -> bool {
    let name = file_name(path).to_lowercase();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    let ending = plain.rsplit_once('.').map(|(_, ending)| ending);
    ending == Some("bin")
        && (name.contains("batch") || name.starts_with("train.") || name.starts_with("test."))
}

/// The split that a file's name announces.
fn split_of(path: &Path) -> Option<Split> {
    let name = file_name(path).to_lowercase();
    split::part(&name).or_else(|| name.contains("data_batch").then_some(Split::Train))
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Files of one part, and what is known of the choice.
struct Chosen {
    /// In the order of their names.
    files: Vec<PathBuf>,
    /// The parts that there are.
    splits: Vec<Split>,
    taken: Taken,
}

/// The files at `path` for the split that is asked for.
fn files_of(path: &Path, asked: Split) -> Result<Chosen, Error> {
    let mut files = vec![path.to_path_buf()];
    if path.is_dir() {
        let entries = fs::read_dir(path).map_err(|e| Error::io(path, 0, &e))?;
        files = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.is_file() && (has_cifar_name(path) || is_cifar(path)))
            .collect();
        files.sort();
    }
    let there: BTreeSet<Split> = files.iter().filter_map(|file| split_of(file)).collect();
    let splits: Vec<Split> = there.into_iter().collect();
    let taken = choose(asked, &splits, "images").map_err(|reason| Error::Folder {
        path: path.into(),
        reason,
    })?;
    files.retain(|file| split_of(file) == taken.part);
    Ok(Chosen {
        files,
        splits,
        taken,
    })
}

/// Loads a file or the files of a folder; of CIFAR-100's labels the fine ones, unless `config.label` is `coarse`.
///
/// # Errors
/// [`Error::Folder`], [`Error::Malformed`] for files cut off or of another kind, [`Error::NoSuchLabel`],
/// [`Error::Cancelled`].
pub(super) fn load(
    path: &Path,
    config: &DataConfig,
    limit: Option<usize>,
    progress: OnProgress<'_>,
) -> Result<Loaded, Error> {
    let Chosen {
        files,
        splits,
        taken,
    } = files_of(path, config.split)?;
    let Some(first) = files.first() else {
        return Err(not_whole(path));
    };
    let version = version_of(first).ok_or_else(|| not_whole(first))?;
    let label = label_index(path, version, config.label.as_deref())?;
    let mut total = 0;
    let mut pixels = Vec::new();
    let mut labels = Vec::new();
    for file in &files {
        let most = limit.map_or(usize::MAX, |l| l - labels.len());
        total += read(
            file,
            version,
            label,
            most,
            &mut pixels,
            &mut labels,
            progress,
        )?;
    }
    let folder = if path.is_dir() {
        path
    } else {
        path.parent().unwrap_or(path)
    };
    let data = Dataset {
        name: format!("{}{}", version.name(), split::suffix(taken.part)),
        shape: ImageShape {
            height: SIDE,
            width: SIDE,
            channels: 3,
        },
        pixels: Pixels::Bytes(pixels),
        labels: Some(labels),
        classes: class_names(folder, version, label),
        splits,
        remarks: taken.remark.into_iter().collect(),
        ..Dataset::default()
    };
    Ok(Loaded {
        data,
        total: Some(total),
        labels: match version {
            Version::Ten => Vec::new(),
            Version::Hundred => vec!["fine".into(), "coarse".into()],
        },
        arrays: Vec::new(),
    })
}

fn not_whole(path: &Path) -> Error {
    let length = fs::metadata(path).map_or(0, |m| m.len());
    Error::malformed(
        path,
        length,
        format!(
            "its {length} bytes are no whole number of CIFAR records (3073 bytes each with one label, 3074 with two) \
             whose labels are classes; the file is cut off or damaged"
        ),
    )
}

/// Which label byte is asked for.
fn label_index(path: &Path, version: Version, label: Option<&str>) -> Result<usize, Error> {
    match (version, label) {
        (Version::Ten, None | Some("fine")) | (Version::Hundred, Some("coarse")) => Ok(0),
        (Version::Hundred, None | Some("fine")) => Ok(1),
        (Version::Ten, Some(other)) => Err(no_label(path, other, "fine")),
        (Version::Hundred, Some(other)) => Err(no_label(path, other, "fine, coarse")),
    }
}

fn no_label(path: &Path, label: &str, known: &str) -> Error {
    Error::NoSuchLabel {
        name: path.display().to_string(),
        label: label.into(),
        known: known.into(),
    }
}

/// Appends the first `most` records of a file; returns how many the file holds.
fn read(
    path: &Path,
    version: Version,
    label: usize,
    most: usize,
    pixels: &mut Vec<u8>,
    labels: &mut Vec<u8>,
    progress: OnProgress<'_>,
) -> Result<u64, Error> {
    let mut source = Source::open(path)?;
    if source.is_compressed() {
        let content = source.read_vec(MAX_CONTENT, "reading images", progress)?;
        if source.is_cut() || version_of_content(&content) != Some(version) {
            return Err(not_whole(path));
        }
        let unpacked = Source::from_bytes(path, &content)?;
        return records(
            unpacked,
            content.len(),
            version,
            label,
            most,
            pixels,
            labels,
            progress,
        );
    }
    if version_of(path) != Some(version) {
        return Err(not_whole(path));
    }
    let length = source.stored_payload(0).unwrap_or(0) as usize;
    records(
        source, length, version, label, most, pixels, labels, progress,
    )
}

#[expect(clippy::too_many_arguments, reason = "one caller's state, passed on")]
fn records(
    mut source: Source<'_>,
    length: usize,
    version: Version,
    label: usize,
    most: usize,
    pixels: &mut Vec<u8>,
    labels: &mut Vec<u8>,
    progress: OnProgress<'_>,
) -> Result<u64, Error> {
    let record = version.record();
    let held = length / record;
    let wanted = held.min(most);
    let mut block = vec![0; BLOCK * record];
    for start in (0..wanted).step_by(BLOCK) {
        report(progress, "reading images", start, wanted)?;
        let count = BLOCK.min(wanted - start);
        let block = &mut block[..count * record];
        if source.fill(block)? < block.len() {
            return Err(not_whole(source.path()));
        }
        for one in block.chunks_exact(record) {
            labels.push(one[label]);
            let planes = &one[version.labels()..];
            let (red, rest) = planes.split_at(PLANE);
            let (green, blue) = rest.split_at(PLANE);
            for ((r, g), b) in red.iter().zip(green).zip(blue) {
                pixels.extend([*r, *g, *b]);
            }
        }
    }
    report(progress, "reading images", wanted, wanted)?;
    Ok(held as u64)
}

/// The names in the text file that comes with the data, if it is there and has as many as there are classes.
fn class_names(folder: &Path, version: Version, label: usize) -> Vec<String> {
    let (file, count) = match (version, label) {
        (Version::Ten, _) => ("batches.meta.txt", 10),
        (Version::Hundred, 0) => ("coarse_label_names.txt", 20),
        (Version::Hundred, _) => ("fine_label_names.txt", 100),
    };
    let mut text = String::new();
    let read =
        File::open(folder.join(file)).and_then(|f| f.take(1 << 16).read_to_string(&mut text));
    if read.is_err() {
        return Vec::new();
    }
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    let names: Vec<String> = lines.map(|line| plain(line, 100)).collect();
    if names.len() == count {
        names
    } else {
        Vec::new()
    }
}
