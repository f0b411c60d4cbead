//! What a file is that is not read: told by its content, with the next step to take.

mod known;

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{Error, plain};
use super::source::Source;
use super::{detect, mat, pictures};
#[cfg(not(feature = "hdf5"))]
use known::HDF5;
use known::{
    CIFAR, DATA, EXCEL, JOBLIB, Known, MAT_4, NOT_DATA, OTHER, PICKLE, TFRECORD, TORCH, UNPACK, WEB,
};

/// What a file is, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) what: String,
    pub(super) next: String,
    /// Whether it holds data, so that it may be why a folder is given.
    data: bool,
}

impl Told {
    fn new(what: impl Into<String>, next: impl Into<String>, data: bool) -> Self {
        Self {
            what: what.into(),
            next: next.into(),
            data,
        }
    }

    /// As the error for the file at `path`.
    pub(super) fn error(self, path: &Path) -> Error {
        Error::Foreign {
            path: path.into(),
            what: self.what,
            next: self.next,
        }
    }
}

/// What content that starts like this is, if it is something known that is not read.
pub(super) fn told(path: &Path, start: &[u8]) -> Option<Told> {
    let marked = |of: &[Known], data| {
        let here = |k: &&Known| {
            start
                .get(k.at..)
                .is_some_and(|rest| rest.starts_with(k.mark))
        };
        let found = of.iter().find(here)?;
        Some(Told::new(found.what, found.next, data))
    };
    tar_of_cifar(start)
        .or_else(|| marked(DATA, true))
        .or_else(|| pickle(start))
        .or_else(|| written(path, start))
        .or_else(|| unmarked(path, start))
        .or_else(|| marked(OTHER, false))
}

fn has(start: &[u8], part: &[u8]) -> bool {
    start.windows(part.len()).any(|w| w == part)
}

/// The archive that CIFAR comes in, told by the name of its first entry.
fn tar_of_cifar(start: &[u8]) -> Option<Told> {
    let tar = start.get(257..262) == Some(b"ustar");
    (tar && start.starts_with(b"cifar-10") && has(&start[..100], b"-py")).then(|| {
        Told::new(
            "a tar archive of CIFAR in its Python version",
            "get the binary version (cifar-10-binary.tar.gz or cifar-100-binary.tar.gz), unpack it and open the folder",
            true,
        )
    })
}

/// Pickles: a protocol and an opcode, in the old protocol a text.
fn pickle(start: &[u8]) -> Option<Told> {
    let binary = matches!(start, [0x80, 2..=5, ..]);
    let old = [
        &b"(dp"[..],
        b"(lp",
        b"ccopy_reg",
        b"cnumpy",
        b"c__builtin__",
    ];
    if !binary && !old.iter().any(|o| start.starts_with(o)) {
        return None;
    }
    Some(
        if has(start, b"batch_label") || has(start, b"fine_labels") {
            Told::new("CIFAR in its Python version (a pickle)", CIFAR, true)
        } else if has(start, b"joblib") {
            Told::new("a joblib file", JOBLIB, true)
        } else if has(start, b"torch") {
            Told::new("a PyTorch pickle", TORCH, true)
        } else {
            Told::new("a Python pickle", PICKLE, true)
        },
    )
}

/// Texts that are no tables.
fn written(path: &Path, start: &[u8]) -> Option<Told> {
    let text = start
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(start)
        .trim_ascii_start();
    let begins = |with: &str| {
        let head = text.get(..with.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(with.as_bytes()))
    };
    let told = |what: &str, next: &str, data| Some(Told::new(what, next, data));
    if begins("<!doctype html") || begins("<html") || begins("<head") {
        told("a web page", WEB, true)
    } else if begins("<svg") || begins("<?xml") {
        told("XML text", NOT_DATA, false)
    } else if begins("{") && has(text, b"\"cells\"") {
        told(
            "a notebook",
            "run it and let it save the array with numpy.save(\"x.npy\", a)",
            false,
        )
    } else if begins("{") || begins("[") {
        told(
            "JSON text",
            "convert it: import json, numpy; numpy.save(\"x.npy\", numpy.array(json.load(open(\"FILE\"))))",
            false,
        )
    } else if begins("#!") || begins("import ") || begins("from ") || ending(path) == "py" {
        told(
            "a program's source text",
            "run it and give the data that it saves",
            false,
        )
    } else {
        None
    }
}

/// Formats without a mark, told by their structure.
fn unmarked(path: &Path, start: &[u8]) -> Option<Told> {
    let length = start
        .first_chunk::<8>()
        .map_or(u64::MAX, |l| u64::from_le_bytes(*l));
    if mat::is_version_4(start) {
        return Some(Told::new("a MATLAB file of version 4", MAT_4, true));
    }
    if length < 100 << 20 && start.get(8..10) == Some(b"{\"") {
        let next = "they are the weights of a network or tensors; save one tensor as an array: import \
                    safetensors.numpy, numpy; numpy.save(\"x.npy\", safetensors.numpy.load_file(\"FILE\")[\"NAME\"])";
        return Some(Told::new("a safetensors file", next, true));
    }
    let checked = start
        .get(8..12)
        .and_then(|c| c.try_into().ok())
        .map(u32::from_le_bytes);
    if checked.is_some() && checked == start.get(..8).map(masked_checksum) {
        return Some(Told::new("a TFRecord file", TFRECORD, true));
    }
    // A stream of Arrow messages, as the Datasets library keeps them, has only a length.
    if ending(path) == "arrow" && start.starts_with(&[0xff; 4]) {
        let next = "convert it: import datasets, numpy; d = datasets.Dataset.from_file(\"FILE\"); numpy.save(\"x.npy\", \
                    numpy.stack([numpy.asarray(i) for i in d[\"image\"]]))";
        return Some(Told::new("a stream of Arrow tables", next, true));
    }
    if ending(path) == "onnx" && start.starts_with(&[0x08]) {
        return Some(Told::new("a network (ONNX)", NOT_DATA, false));
    }
    if start.first() == Some(&0x78)
        && matches!(start.get(1), Some(0x01 | 0x5e | 0x9c | 0xda))
        && !is_text(start)
    {
        return Some(Told::new("zlib data, perhaps a joblib file", JOBLIB, true));
    }
    None
}

/// The checksum of `TFRecord` files (CRC-32C, masked), which stands behind the length of each record.
fn masked_checksum(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let odd = crc & 1 == 1;
            crc >>= 1;
            if odd {
                crc ^= 0x82f6_3b78;
            }
        }
    }
    (!crc).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// The ending of a file's name in lower case, that of what is packed if it ends in `.gz`.
pub(super) fn inner_ending(path: &Path) -> String {
    match ending(path).as_str() {
        "gz" => ending(&path.with_extension("")),
        plain => plain.to_owned(),
    }
}

fn ending(path: &Path) -> String {
    let ending = path.extension().unwrap_or_default();
    ending.to_string_lossy().to_lowercase()
}

/// Whether content that starts like this is text.
pub(super) fn is_text(start: &[u8]) -> bool {
    !start.is_empty()
        && start
            .iter()
            .all(|b| matches!(b, b'\t' | b'\n' | 0x0c | b'\r' | 0x20..=0x7e | 0x80..))
}

/// What is said of a zip archive of these files, none of which is an array.
pub(super) fn archive(names: &[String]) -> String {
    let files = || names.iter().filter(|name| !name.ends_with('/'));
    let any = |part: &str| files().any(|name| name.to_lowercase().ends_with(part));
    let some: Vec<&str> = files().take(4).map(String::as_str).collect();
    let told = |what: &str, next: &str| format!("it is {what}; {next}");
    if some.is_empty() {
        "it is a zip archive that holds no file".into()
    } else if any("data.pkl") {
        told("a PyTorch file (a zip archive with a pickle)", TORCH)
    } else if any("xl/workbook.xml") {
        told("an Excel workbook", EXCEL)
    } else if any("content.xml") && any("mimetype") {
        told("an OpenDocument file", EXCEL)
    } else if any("word/document.xml") {
        told("a Word document", NOT_DATA)
    } else if any("model.weights.h5") {
        told("a network (Keras)", NOT_DATA)
    } else if files().any(|name| pictures::has_picture_name(Path::new(name))) {
        "it is a zip archive of pictures, not of NumPy arrays; unpack it and open the folder".into()
    } else if any(".csv") || any(".tsv") {
        "it is a zip archive of tables; unpack it and open the .csv file".into()
    } else {
        format!(
            "it is a zip archive without NumPy arrays (it holds {}); {UNPACK}",
            some.join(", ")
        )
    }
}

/// Why nothing in a folder is read, if it holds data in another format.
pub(super) fn folder(path: &Path) -> Option<Error> {
    let listed = fs::read_dir(path).ok()?.take(1000).filter_map(Result::ok);
    let mut files: Vec<_> = listed.map(|e| e.path()).filter(|p| p.is_file()).collect();
    files.sort();
    let look = |file: &PathBuf| {
        let mut start = vec![0; detect::START];
        let held = Source::open(file)
            .and_then(|mut s| s.fill(&mut start))
            .ok()?;
        let found = told(file, &start[..held]).filter(|t| t.data)?;
        Some((file.clone(), found))
    };
    let mut found: Vec<(PathBuf, Told)> = files.iter().take(64).filter_map(look).collect();
    // Of several the one that says most: pickles of CIFAR lie beside one that is just a pickle.
    let best = found.iter().position(|(_, t)| t.what.contains("CIFAR"));
    if found.is_empty() {
        return None;
    }
    let (file, told) = found.swap_remove(best.unwrap_or(0));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Some(Error::Foreign {
        path: path.into(),
        what: format!(
            "a folder with the file {}: {}",
            plain(&name, 100),
            told.what
        ),
        next: told.next,
    })
}

/// The error for an HDF5 file where the program was built without its reader.
#[cfg(not(feature = "hdf5"))]
pub(super) fn without_hdf5(path: &Path) -> Error {
    Told::new(
        "an HDF5 file, for which this program was built without a reader",
        HDF5,
        true,
    )
    .error(path)
}

/// Whether files with this ending are usually tables as text.
pub(super) fn is_table_ending(ending: &str) -> bool {
    matches!(
        ending,
        "csv" | "tsv" | "txt" | "data" | "dat" | "amat" | "tab" | "arff"
    )
}

/// Whether content that starts like this is a picture that can be decoded.
pub(super) fn is_picture(start: &[u8]) -> bool {
    start.starts_with(b"\x89PNG\r\n")
        || start.starts_with(b"\xff\xd8\xff")
        || start.starts_with(b"GIF8")
        || (start.starts_with(b"BM") && start.len() >= 14 && start[6..10] == [0; 4])
        || (start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP"))
        || pictures::is_tiff_or_pnm(start)
}

/// Name of an IDX value type other than unsigned bytes.
pub(super) fn idx_type(code: u8) -> Option<&'static str> {
    Some(match code {
        0x09 => "signed bytes",
        0x0b => "16-bit integers",
        0x0c => "32-bit integers",
        0x0d => "32-bit floats",
        0x0e => "64-bit floats",
        _ => return None,
    })
}

/// The error for a file that is called IDX and whose first (decompressed) bytes, up to four, are not.
pub(super) fn foreign(source: &Source<'_>, start: &[u8]) -> Error {
    let path = source.path();
    if matches!(start, [1..=4, 0x08, 0, 0]) {
        return Error::malformed(path, 0, "it is an IDX file with its byte order swapped");
    }
    if start.len() < 4 {
        return Error::malformed(path, 0, "it is too short to be an IDX file");
    }
    let mut more = vec![0; detect::START];
    let held = Source::open(path)
        .and_then(|mut s| s.fill(&mut more))
        .unwrap_or(0);
    let start = if held == 0 { start } else { &more[..held] };
    match told(path, start) {
        Some(told) => told.error(path),
        None if start.starts_with(b"PK") => Told::new(
            "a zip archive, though it is called an IDX file",
            UNPACK,
            true,
        )
        .error(path),
        None if start.starts_with(b"\x93NUM") => {
            let what = "a NumPy array, though it is called an IDX file";
            Told::new(what, "call it by a name that ends in .npy", true).error(path)
        }
        None => Error::malformed(
            path,
            0,
            "it is not an IDX file, though it is called one: download it again, or give it the name of what it is",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(name: &str, start: &[u8]) -> String {
        told(Path::new(name), start).map_or_else(String::new, |t| t.what)
    }

    #[test]
    fn formats_are_told_by_their_content() {
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        let mut cifar = tar.clone();
        cifar[..20].copy_from_slice(b"cifar-10-batches-py/");
        // A length of 5 and its masked checksum, worked out in Python with a CRC-32C that gives the published check
        // value 0xe3069283 for "123456789".
        let record = [&5_u64.to_le_bytes()[..], &[0xea, 0xb2, 0x04, 0x3e]].concat();
        for (name, start, part) in [
            (
                "x.pt",
                &b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."[..],
                "PyTorch",
            ),
            (
                "data_batch_1",
                b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U",
                "CIFAR",
            ),
            ("x.pkl", b"\x80\x04\x95\x00\x00", "a Python pickle"),
            ("x.pkl", b"\x80\x03cjoblib.numpy_pickle\n", "joblib"),
            ("x.bin", b"PAR1\x15\x04", "Parquet"),
            ("x", b"ARROW1\0\0", "Arrow"),
            ("x.rds", b"X\n\0\0\0\x03\0\x04", "R data file"),
            ("x.tar.gz", &tar, "a tar archive"),
            (
                "cifar-10-python.tar.gz",
                &cifar,
                "CIFAR in its Python version",
            ),
            ("x.db", b"SQLite format 3\0", "SQLite"),
            ("x.safetensors", b"\x40\0\0\0\0\0\0\0{\"a\":", "safetensors"),
            ("x", b"  <!DOCTYPE html><html>", "a web page"),
            (
                "x.npy",
                b"version https://git-lfs.github.com/spec/v1\noid",
                "Git LFS",
            ),
            ("x.ipynb", b"{\n \"cells\": [", "a notebook"),
            ("x.py", b"def f():\n", "source text"),
            ("x.gz", b"\x1f\x8b\x08", "gzip inside gzip"),
            ("x.xz", b"\xfd7zXZ\0", "an xz file"),
            ("x.tfrecord", &record, "TFRecord"),
        ] {
            let found = what(name, start);
            assert!(found.contains(part), "{name}: '{found}' lacks '{part}'");
        }
        for (name, start) in [("x", &b"hello, world"[..]), ("x", b""), ("x", &[7; 300])] {
            assert_eq!(what(name, start), "", "{start:?}");
        }
    }
}
