//! Files that are not read: told by what they are, with the next step, never by their bytes.

use std::path::Path;

use super::{from, gzip, noise, put};
use collapse_explorer::config::Split;

fn told(path: &Path, parts: &[&str]) {
    let error = from(path, Split::Train, None)
        .expect_err(parts[0])
        .to_string();
    assert!(
        parts.iter().all(|part| error.contains(part)),
        "'{error}' lacks one of {parts:?}"
    );
    assert!(!error.contains("0x") && !error.contains('\n'), "{error}");
}

fn zip(names: &[&str]) -> Vec<u8> {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in names {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .expect("a member");
        zip.write_all(b"some bytes").expect("memory takes bytes");
    }
    zip.finish().expect("memory takes bytes").into_inner()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one list, which reads better whole")]
fn files_are_told_by_what_they_are() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut tar = noise(1024);
    tar[..100].fill(0);
    tar[..9].copy_from_slice(b"cats/1.pn");
    tar[257..263].copy_from_slice(b"ustar\0");
    let cifar = b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x15training batch 1 of 5q\x03".to_vec();
    for (name, content, parts) in [
        (
            "a.pt",
            zip(&["a/data.pkl", "a/version"]),
            ["PyTorch", "torch.load"],
        ),
        (
            "old.pth",
            b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80".to_vec(),
            ["PyTorch", "numpy.save"],
        ),
        (
            "a.pkl",
            b"\x80\x04\x95\x10\0\0\0\0\0\0\0".to_vec(),
            ["a Python pickle", "numpy.save"],
        ),
        (
            "data_batch_1",
            cifar.clone(),
            ["CIFAR in its Python version", "binary version"],
        ),
        (
            "a.parquet",
            b"PAR1\x15\x04\x15".to_vec(),
            ["Parquet", "read_parquet"],
        ),
        (
            "a.feather",
            b"ARROW1\0\0\xff\xff\xff\xff".to_vec(),
            ["Arrow", "read_feather"],
        ),
        (
            "a.rds",
            gzip(b"X\n\0\0\0\x03\0\x04\x02\x01"),
            ["R data file", "write.csv"],
        ),
        (
            "a.xlsx",
            zip(&["[Content_Types].xml", "xl/workbook.xml"]),
            ["Excel", "CSV"],
        ),
        (
            "a.db",
            b"SQLite format 3\0\x10\0\x01\x01".to_vec(),
            ["SQLite", "read_sql"],
        ),
        ("a.tar.gz", gzip(&tar), ["a tar archive", "tar xf"]),
        (
            "a.zip",
            zip(&["train.csv"]),
            ["zip archive of tables", "unpack"],
        ),
        (
            "a.7z",
            b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(),
            ["7-Zip", "unpack"],
        ),
        ("a.csv.bz2", b"BZh91AY&SY".to_vec(), ["bzip2", "bunzip2"]),
        (
            "a.safetensors",
            b"\x40\0\0\0\0\0\0\0{\"x\":{}}".to_vec(),
            ["safetensors", "numpy.save"],
        ),
        (
            "a.npy",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n".to_vec(),
            ["Git LFS", "git lfs pull"],
        ),
        (
            "a.csv",
            b"<!DOCTYPE html><html><title>Sign in</title>".to_vec(),
            ["a web page", "download it again"],
        ),
        (
            "a.ipynb",
            b"{\n \"cells\": [],\n \"nbformat\": 4}".to_vec(),
            ["a notebook", "run it"],
        ),
        (
            "a.py",
            b"def main():\n    pass\n".to_vec(),
            ["source text", "run it"],
        ),
        (
            "a.gz",
            gzip(&gzip(b"hello")),
            ["gzip inside gzip", "gunzip"],
        ),
        ("a.bin", noise(300), ["none of what is read", "numpy.save"]),
        ("a.h5", noise(300), ["not an HDF5 file", "called one"]),
        ("a.mat", noise(300), ["not a MATLAB file", "called one"]),
        (
            "a.npz",
            noise(300),
            ["not a zip archive of NumPy arrays", "numpy.savez"],
        ),
        ("b.npy", noise(300), ["not a NumPy array", "numpy.save"]),
        ("a", Vec::new(), ["the file is empty", "a"]),
    ] {
        put(dir.path(), name, &content);
        told(&dir.path().join(name), &parts);
    }
    // MATLAB's fourth version: type 0 (doubles), one row and two columns, a real array called x.
    let header = [0_u32, 1, 2, 0, 2].map(u32::to_le_bytes).concat();
    let old = [&header[..], b"x\0", &[0; 16]].concat();
    put(dir.path(), "old.mat", &old);
    told(
        &dir.path().join("old.mat"),
        &["MATLAB file of version 4", "-v7"],
    );
    // A folder of such files.
    let folder = dir.path().join("cifar-10-batches-py");
    std::fs::create_dir(&folder).expect("a folder");
    put(&folder, "data_batch_1", &cifar);
    put(&folder, "readme.html", b"<html>");
    told(
        &folder,
        &[
            "a folder with the file data_batch_1: CIFAR in its Python version",
            "binary version",
        ],
    );
}
