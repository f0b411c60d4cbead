//! From a request for data to a data set.

use std::fs;
use std::io::{BufReader, ErrorKind};
use std::path::{Path, PathBuf};

use crate::config::{DataConfig, DataSource, Split};

use super::dataset::Dataset;
use super::detect::{self, Kind};
use super::error::{Error, OnProgress};
use super::limits::RESIDENT_BYTES;
use super::preview::Preview;
use super::scale::{self, Depth};
use super::source::Source;
use super::split::{Taken, choose, choose_by_name};
use super::store::Store;
use super::transpose::transpose;
use super::{
    arrays, cifar, digits, faces, formats, gaussian, idx, levels, pictures, select, table,
};

/// Items of a preview.
pub const PREVIEWED: usize = 8;
/// Items read for a preview, so that its scale is that of the load.
const LOOKED_AT: usize = 256;

/// The parts of data that are made.
const MADE: [Split; 2] = [Split::Train, Split::Test];

/// What a reader of one format gives.
#[derive(Debug)]
pub(super) struct Loaded {
    /// The first items, as many as were asked for.
    pub(super) data: Dataset,
    /// Items in the file or files.
    pub(super) total: Option<u64>,
    /// Names of labels that could be asked for.
    pub(super) labels: Vec<String>,
    /// Names of arrays of items that could be asked for, if there are several.
    pub(super) arrays: Vec<String>,
}

/// Loads or makes the data set that `config` asks for; decoded pictures are kept in the user's folder for caches.
///
/// `seed` fixes generated data (digits, faces, Gaussian) and is not used for data on disk. `progress`
/// is called on this thread with the activity and how far it is; it returns false to cancel.
///
/// # Errors
/// [`Error::Cancelled`] after `progress` returned false; any other [`Error`] as it names itself.
pub fn load(config: &DataConfig, seed: u32, progress: OnProgress<'_>) -> Result<Dataset, Error> {
    load_with(config, seed, &Store::platform(), progress)
}

/// As [`load`], with decoded pictures kept in `store`.
///
/// # Errors
/// As [`load`].
pub fn load_with(
    config: &DataConfig,
    seed: u32,
    store: &Store,
    progress: OnProgress<'_>,
) -> Result<Dataset, Error> {
    // Classes are counted out of all items, so the reader must not stop early.
    let limit = config.limit.filter(|_| config.classes.is_empty());
    let loaded = match &config.source {
        DataSource::Path(path) => {
            let (kind, path) = recognise(path)?;
            if kind == Kind::Picture {
                let (mut data, depth) = pictures::load(&path, config, store, progress)?;
                if config.transpose {
                    data = transpose(data, progress)?;
                }
                scale::decide(&mut data, config.scale, depth, progress)?;
                levels::check(config.preprocess, &data)?;
                return Ok(data);
            }
            read(kind, &path, config, limit, progress)?
        }
        _ => make(config, limit, seed, progress)?,
    };
    let mut data = loaded.data;
    // Before anything is chosen: a part of the data has the scale of the whole.
    scale::decide(&mut data, config.scale, depth(&config.source), progress)?;
    let data = select::apply(data, config, progress)?;
    levels::check(config.preprocess, &data)?;
    Ok(data)
}

/// The first eight items that `config` asks for, how many items there will be and what they will need, before
/// anything long starts.
///
/// # Errors
/// As [`load`]: what this refuses, loading would refuse too.
pub fn preview(config: &DataConfig, seed: u32) -> Result<Preview, Error> {
    preview_with(config, seed, &Store::platform())
}

/// As [`preview`], for a load with `store`.
///
/// # Errors
/// As [`load`].
pub fn preview_with(config: &DataConfig, seed: u32, store: &Store) -> Result<Preview, Error> {
    preview_cancellable(config, seed, store, &|_| true)
}

/// As [`preview_with`], given up when `progress` returns false.
///
/// # Errors
/// As [`load`].
pub fn preview_cancellable(
    config: &DataConfig,
    seed: u32,
    store: &Store,
    progress: OnProgress<'_>,
) -> Result<Preview, Error> {
    // Classes can only be counted when all labels are read; arrays are quick to read.
    let items = match config.source {
        DataSource::Path(_) => LOOKED_AT,
        _ => PREVIEWED,
    };
    let limit = config.classes.is_empty().then_some(items);
    let (loaded, may_stay) = match &config.source {
        DataSource::Path(path) => {
            let (kind, path) = recognise(path)?;
            if kind == Kind::Picture {
                let (mut preview, depth) =
                    pictures::preview(&path, config, store, PREVIEWED, progress)?;
                if config.transpose {
                    preview.first = transpose(preview.first, progress)?;
                }
                scale::decide(&mut preview.first, config.scale, depth, progress)?;
                return Ok(preview);
            }
            let plain = config.image.is_default() && config.classes.is_empty() && !config.transpose;
            let may_stay = plain && matches!(kind, Kind::Idx | Kind::Npy);
            (read(kind, &path, config, limit, progress)?, may_stay)
        }
        _ => (make(config, limit, seed, progress)?, false),
    };
    let all = DataConfig {
        limit: None,
        transpose: false,
        image: crate::config::ImageOptions::default(),
        ..config.clone()
    };
    let mut data = loaded.data;
    scale::decide(&mut data, config.scale, depth(&config.source), progress)?;
    let chosen = select::apply(data, &all, progress)?;
    let count = match limit {
        Some(_) => loaded.total.unwrap_or(chosen.len() as u64),
        None => chosen.len() as u64,
    };
    let first = DataConfig {
        limit: Some(config.limit.unwrap_or(PREVIEWED).clamp(1, PREVIEWED)),
        classes: Vec::new(),
        ..config.clone()
    };
    let first = select::apply(chosen, &first, progress)?;
    levels::check(config.preprocess, &first)?;
    let count = config.limit.map_or(count, |l| count.min(l as u64));
    let width = if first.pixels.are_bytes() { 1 } else { 4 };
    let bytes = count * first.dim() as u64 * width;
    Ok(Preview {
        // Compressed files, truth values and arrays in Fortran order, which cannot stay, are seldom so large.
        on_disk: may_stay && width == 1 && bytes > RESIDENT_BYTES,
        first,
        count,
        bytes,
        labels: loaded.labels,
        arrays: loaded.arrays,
        decoding: None,
    })
}

/// What is at `path`, and the file or folder to read.
fn recognise(path: &Path) -> Result<(Kind, PathBuf), Error> {
    let metadata = fs::metadata(path).map_err(|e| match e.kind() {
        ErrorKind::NotADirectory => Error::Missing { path: path.into() },
        _ => Error::io(path, 0, &e),
    })?;
    if metadata.is_dir() {
        return detect::folder(path);
    }
    if !metadata.is_file() {
        return Err(Error::Unsupported {
            path: path.into(),
            what: "something that is neither a file nor a folder".into(),
        });
    }
    match detect::file(path) {
        Some(Kind::Picture) => Err(one_picture(path)),
        Some(kind) => Ok((kind, path.into())),
        // Its name, if nothing else, says whose error helps.
        None if cifar::has_cifar_name(path) => Ok((Kind::Cifar, path.into())),
        None => unknown(path),
    }
}

fn one_picture(path: &Path) -> Error {
    let pages = fs::File::open(path).is_ok_and(|f| pictures::has_pages(&mut BufReader::new(f)));
    let reason = if pages {
        "it is a TIFF file of several pages, of which a folder of pictures would give the first; save the pages as an \
         array: import numpy, tifffile; numpy.save(\"x.npy\", tifffile.imread(\"FILE\"))"
    } else {
        "it is one picture; give the folder that holds the pictures"
    };
    Error::malformed(path, 0, reason)
}

/// What cannot be recognised is left to the reader that its name calls for, which knows what is wrong with it; else it
/// is told what it is.
fn unknown(path: &Path) -> Result<(Kind, PathBuf), Error> {
    let mut start = vec![0; detect::START];
    let held = Source::open(path)?.fill(&mut start)?;
    let start = &start[..held];
    if start.is_empty() {
        return Err(Error::malformed(path, 0, "the file is empty"));
    }
    if idx::has_idx_name(path) {
        return Ok((Kind::Idx, path.into()));
    }
    if let Some(told) = formats::told(path, start) {
        return Err(told.error(path));
    }
    let reason = match formats::inner_ending(path).as_str() {
        "npy" => "it is not a NumPy array, though it is called one: save it anew with numpy.save",
        "npz" => {
            "it is not a zip archive of NumPy arrays, though it is called one: save it anew with numpy.savez"
        }
        "mat" => {
            "it is not a MATLAB file, though it is called one: save it anew with save('x.mat', '-v7')"
        }
        "h5" | "hdf5" | "h5ad" => {
            "it is not an HDF5 file, though it is called one: save it anew or download it again"
        }
        ending => {
            let refusal = table::refusal(start, held < detect::START);
            if formats::is_table_ending(ending) && refusal.as_ref().is_some_and(|r| r.uneven) {
                // Whoever reads tables says what is wrong with this one.
                return Ok((Kind::Csv, path.into()));
            }
            if let Some(refusal) = refusal {
                return Err(Error::malformed(path, 0, refusal.reason));
            }
            "it is none of what is read: IDX, CIFAR binaries, .npy, .npz, .mat, HDF5, tables (CSV), folders of pictures; \
             save its numbers with numpy.save"
        }
    };
    Err(Error::malformed(path, 0, reason))
}

/// Reads the first `limit` items of what was recognised, apart from pictures.
fn read(
    kind: Kind,
    path: &Path,
    config: &DataConfig,
    limit: Option<usize>,
    progress: OnProgress<'_>,
) -> Result<Loaded, Error> {
    // A file that holds one part only may say by its name which; a table may hold columns that tell.
    let single = match kind {
        Kind::Npy => Some(choose_by_name(path, config.split, "items")?),
        _ => None,
    };
    let mut loaded = match kind {
        Kind::Cifar => return cifar::load(path, config, limit, progress),
        Kind::Csv => table::load(path, config, limit, progress)?,
        Kind::Idx => without_choice(idx::load_counted(path, config, limit, progress)?, config)?,
        Kind::Picture => return Err(one_picture(path)),
        Kind::Npy | Kind::Npz | Kind::Mat | Kind::Hdf5 | Kind::Arrays => {
            arrays::load(path, config, limit, progress)?
        }
    };
    if let Some(Taken { part, remark }) = single
        && loaded.data.splits.is_empty()
    {
        loaded.data.splits.extend(part);
        loaded.data.remarks.extend(remark);
    }
    Ok(loaded)
}

/// Makes built-in data; what is on disk is read.
fn make(
    config: &DataConfig,
    limit: Option<usize>,
    seed: u32,
    progress: OnProgress<'_>,
) -> Result<Loaded, Error> {
    let total = |default: usize| config.limit.unwrap_or(default);
    let taken = choose(config.split, &MADE, "items").map_err(|reason| Error::Choice {
        name: config.source.to_string(),
        reason,
    })?;
    let split = taken.part.unwrap_or_default();
    let counted = |data: Dataset, total: usize| Loaded {
        data: Dataset {
            splits: MADE.into(),
            ..data
        },
        total: Some(total as u64),
        labels: Vec::new(),
        arrays: Vec::new(),
    };
    let loaded = match &config.source {
        DataSource::Faces => {
            let total = total(faces::DEFAULT_COUNT);
            let count = limit.map_or(total, |l| l.min(total));
            let label = config.label.as_deref();
            let data = faces::generate(count, split, seed, label, progress)?;
            return Ok(Loaded {
                labels: faces::labels(),
                ..counted(data, total)
            });
        }
        DataSource::Gaussian(spectrum) => {
            // The covariance is that of all the samples, so the first of few are not the first of many.
            let data = gaussian::generate(spectrum, config.limit, split, seed, progress)?;
            let total = data.len();
            counted(data, total)
        }
        DataSource::Path(path) => {
            let (kind, path) = recognise(path)?;
            return read(kind, &path, config, limit, progress);
        }
        DataSource::Digits => {
            let total = total(digits::DEFAULT_COUNT);
            let count = limit.map_or(total, |l| l.min(total));
            counted(digits::generate(count, split, seed, progress)?, total)
        }
    };
    without_choice(loaded, config)
}

/// Who says how deep the grey levels of a source are.
fn depth(source: &DataSource) -> Depth {
    match source {
        DataSource::Digits | DataSource::Faces => Depth::EightBits,
        DataSource::Gaussian(_) | DataSource::Path(_) => Depth::Unknown,
    }
}

/// Refuses a choice of labels where there is none.
fn without_choice(loaded: Loaded, config: &DataConfig) -> Result<Loaded, Error> {
    match &config.label {
        None => Ok(loaded),
        Some(label) => Err(Error::NoSuchLabel {
            name: loaded.data.name,
            label: label.clone(),
            known: "one kind at most, which has no name".into(),
        }),
    }
}

/// What a file is called without its endings, a folder as a whole.
pub(super) fn name_of(path: &Path) -> String {
    let name = path
        .file_name()
        .map_or_else(|| "data".into(), |n| n.to_string_lossy().into_owned());
    if path.is_dir() {
        return name;
    }
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if stem.is_empty() {
        name.into()
    } else {
        stem.into()
    }
}
