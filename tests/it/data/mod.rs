//! The data layer against real files, published numbers and hostile input.

mod archives;
mod arrays;
mod cifar;
mod containers;
mod dialects;
mod foreign;
mod formats;
mod fuzz;
mod hostile;
mod matlab;
mod measures;
mod parts;
mod pictures;
mod preprocessing;
mod preview;
mod scale;
mod sets;
mod splits;
mod storages;
mod store;
mod stored;
mod strays;
mod tables;

use std::cell::Cell;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use collapse_explorer::config::{DataConfig, DataSource, Preprocess, Split};
use collapse_explorer::data::{
    Dataset, Error, Pixels, Preprocessor, Progress, Store, idx, load, load_with, spectrum,
};
use flate2::Compression;
use flate2::write::GzEncoder;

fn quiet(_: Progress) -> bool {
    true
}

/// The folder of real data, or a note that the test is skipped.
fn real(test: &str, folder: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("COLLAPSE_DATA") else {
        eprintln!("SKIPPED {test}: COLLAPSE_DATA is not set");
        return None;
    };
    Some(PathBuf::from(root).join(folder))
}

fn from(path: &Path, split: Split, limit: Option<usize>) -> Result<Dataset, Error> {
    let config = DataConfig {
        source: DataSource::Path(path.to_path_buf()),
        split,
        limit,
        ..DataConfig::default()
    };
    open(&config)
}

/// Loads without keeping anything.
fn open(config: &DataConfig) -> Result<Dataset, Error> {
    load_with(config, 0, &Store::off(), &quiet)
}

/// A request for what is at `path`.
fn request(path: &Path) -> DataConfig {
    DataConfig {
        source: DataSource::Path(path.to_path_buf()),
        ..DataConfig::default()
    }
}

fn bytes(data: &Dataset) -> &[u8] {
    match &data.pixels {
        Pixels::Bytes(bytes) => bytes,
        Pixels::Floats(_) | Pixels::Stored(_) => panic!("expected bytes"),
    }
}

/// Mean and standard deviation of all values / 255.
fn moments(data: &Dataset) -> (f64, f64) {
    let (mut sum, mut square) = (0_u64, 0_u64);
    for &v in bytes(data) {
        sum += u64::from(v);
        square += u64::from(v) * u64::from(v);
    }
    let n = bytes(data).len() as f64;
    let mean = sum as f64 / n / 255.0;
    (mean, (square as f64 / n / 65025.0 - mean * mean).sqrt())
}

fn eigenvalues(data: &Dataset) -> Vec<f64> {
    let preprocessor = Preprocessor::new(Preprocess::None, data).expect("it can be prepared");
    let found = spectrum(data, &preprocessor, 0, &quiet).expect("a spectrum");
    found.eigenvalues
}

#[test]
fn mnist_has_its_published_numbers() {
    let Some(folder) = real("mnist_has_its_published_numbers", "mnist") else {
        return;
    };
    let data = from(&folder, Split::Train, None).expect("MNIST loads");
    assert_eq!(
        (data.name.as_str(), data.len(), data.dim()),
        ("MNIST train", 60_000, 784)
    );
    let labels = data.labels.as_ref().expect("labels");
    assert_eq!(labels.len(), 60_000);
    assert_eq!(labels[..5], [5, 0, 4, 1, 9]);
    let (mean, std) = moments(&data);
    assert!(
        (mean - 0.1307).abs() < 5e-5 && (std - 0.3081).abs() < 5e-5,
        "{mean} {std}"
    );
    let found = eigenvalues(&data);
    for (found, published) in found.iter().zip([5.117, 3.741, 3.253, 2.842, 2.567]) {
        assert!((found - published).abs() < 5e-4, "{found} {published}");
    }
    let test = from(&folder, Split::Test, Some(100)).expect("the test split loads");
    assert_eq!((test.name.as_str(), test.len()), ("MNIST test", 100));
    assert_eq!(test.labels.expect("labels")[..5], [7, 2, 1, 0, 4]);
    let file = folder.join("train-images-idx3-ubyte.gz");
    let few = from(&file, Split::Auto, Some(1000)).expect("a file is taken as it is");
    assert_eq!(bytes(&few), &bytes(&data)[..784_000]);
    assert_eq!(few.labels.as_deref(), Some(&labels[..1000]));
    let error = from(&file, Split::Test, None).expect_err("the other part");
    assert!(error.to_string().contains("but no test images"), "{error}");
}

#[test]
fn fashion_mnist_has_its_published_numbers() {
    let Some(folder) = real("fashion_mnist_has_its_published_numbers", "fashion-mnist") else {
        return;
    };
    let data = from(&folder, Split::Train, None).expect("Fashion-MNIST loads");
    assert_eq!(
        (data.name.as_str(), data.len()),
        ("Fashion-MNIST train", 60_000)
    );
    let (mean, std) = moments(&data);
    assert!(
        (mean - 0.2860).abs() < 5e-5 && (std - 0.3530).abs() < 5e-5,
        "{mean} {std}"
    );
}

#[test]
fn a_folder_of_faces_is_a_data_set() {
    let Some(root) = real("a_folder_of_faces_is_a_data_set", "celeba-1000") else {
        return;
    };
    let data = from(&root, Split::Train, Some(40)).expect("faces load");
    assert_eq!((data.len(), data.dim()), (40, 64 * 64 * 3));
    let (mean, deviation) = moments(&data);
    // Aligned faces: mid-grey on average, with the contrast of photographs.
    assert!((0.35..0.6).contains(&mean), "{mean}");
    assert!((0.2..0.35).contains(&deviation), "{deviation}");
    let inner = from(&root.join("img_align_celeba"), Split::Train, Some(40)).expect("faces load");
    assert_eq!(inner.digest(), data.digest());
}

#[test]
fn other_formats_are_named() {
    let Some(root) = real("other_formats_are_named", "") else {
        return;
    };
    for (folder, part) in [
        (
            "celeba-1000/img_align_celeba/000001.jpg",
            "it is one picture; give the folder",
        ),
        (
            "mnist/train-labels-idx1-ubyte.gz",
            "it is an IDX labels file",
        ),
        ("mnist/nothing", "there is no such file or folder"),
        (
            "mnist/train-images-idx3-ubyte.gz/x",
            "there is no such file or folder",
        ),
        (".", "its sub-folder"),
    ] {
        let error = from(&root.join(folder), Split::Train, None).expect_err(folder);
        assert!(error.to_string().contains(part), "{folder}: {error}");
    }
}

#[test]
fn built_in_digits_resemble_mnist() {
    let data = load(&DataConfig::default(), 0, &quiet).expect("digits");
    assert_eq!(
        (data.name.as_str(), data.len(), data.dim()),
        ("digits", 10_000, 784)
    );
    let (mean, std) = moments(&data);
    assert!(
        (mean - 0.1307).abs() < 0.01 && (std - 0.3081).abs() < 0.02,
        "{mean} {std}"
    );
    let found = eigenvalues(&data);
    // MNIST's eigenvalues at these indices (the first five as published).
    let mnist = [
        (0, 5.117),
        (1, 3.741),
        (2, 3.253),
        (3, 2.842),
        (4, 2.567),
        (19, 0.608),
        (49, 0.170),
        (99, 0.053),
    ];
    for (i, expected) in mnist {
        let ratio = found[i] / expected;
        assert!(
            (0.8..1.25).contains(&ratio),
            "eigenvalue {i}: {} against {expected}",
            found[i]
        );
    }
    let total: f64 = found.iter().sum();
    assert!((total / 52.725 - 1.0).abs() < 0.1, "{total}");
}

/// An IDX file: type, sizes, payload.
fn idx_file(kind: u8, sizes: &[u32], payload: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, kind, sizes.len() as u8];
    for size in sizes {
        file.extend(size.to_be_bytes());
    }
    file.extend(payload);
    file
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).expect("memory takes bytes");
    encoder.finish().expect("memory takes bytes")
}

/// Bytes that do not compress.
fn noise(n: u32) -> Vec<u8> {
    (0..n)
        .map(|i| (i.wrapping_mul(2_654_435_761).rotate_left(7) ^ i) as u8)
        .collect()
}

#[test]
fn plain_and_compressed_files_read_alike() {
    let payload = noise(30);
    for sizes in [&[5, 2, 3][..], &[5, 6], &[5, 1, 2, 3]] {
        let file = idx_file(8, sizes, &payload);
        for content in [file.clone(), gzip(&file)] {
            let all = idx::parse(&content, Path::new("f"), None, &quiet).expect("good");
            assert_eq!((all.bytes.as_slice(), all.count_in_file), (&payload[..], 5));
            assert_eq!(all.shape.dim(), 6);
            let two = idx::parse(&content, Path::new("f"), Some(2), &quiet).expect("good");
            assert_eq!(
                (two.bytes.as_slice(), two.count_in_file),
                (&payload[..12], 5)
            );
        }
        // With a limit the rest need not even be there.
        assert!(
            idx::parse(
                &file[..4 * sizes.len() + 4 + 12],
                Path::new("f"),
                Some(2),
                &quiet
            )
            .is_ok()
        );
    }
}

fn put(folder: &Path, name: &str, content: &[u8]) {
    fs::write(folder.join(name), content).expect("a temporary file");
}

#[test]
fn folders_are_understood_or_explained() {
    let images = |n: u32| idx_file(8, &[n, 2, 2], &noise(4 * n));
    let labels = |n: u32| idx_file(8, &[n], &noise(n));
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = |name: &str| {
        let path = root.path().join(name);
        fs::create_dir(&path).expect("a folder");
        path
    };
    let refused = |path: &Path, split, part: &str| {
        let error = from(path, split, None).expect_err(part).to_string();
        assert!(error.contains(part), "'{error}' lacks '{part}'");
    };

    let one = folder("cells");
    put(&one, "data.bin.txt", &gzip(&images(3)));
    put(&one, "notes.md", b"hello");
    for split in [Split::Auto, Split::Train] {
        let data = from(&one, split, None).expect("a set without splits");
        assert_eq!(
            (data.name.as_str(), data.len(), data.labels),
            ("cells", 3, None)
        );
    }
    refused(
        &one,
        Split::Test,
        "is not divided into training and test images",
    );
    put(&one, "more", &images(2));
    refused(&one, Split::Train, "holds 2 image sets");

    let both = folder("my-mnist-copy");
    put(&both, "train-images.idx3-ubyte", &images(4));
    put(&both, "train-images.idx3-ubyte.gz", &gzip(&images(4)));
    put(&both, "train-labels.idx1-ubyte.gz", &gzip(&labels(4)));
    let data = from(&both, Split::Train, Some(3)).expect("mixed spellings");
    assert_eq!(data.name, "MNIST train");
    assert_eq!(data.labels.as_deref(), Some(&noise(4)[..3]));
    let file = both.join("train-images.idx3-ubyte");
    let data = from(&file, Split::Train, None).expect("a file with a labels sibling");
    assert_eq!(
        (data.name.as_str(), data.labels.map(|l| l.len())),
        ("MNIST train", Some(4))
    );
    refused(
        &both,
        Split::Test,
        "holds training images but no test images",
    );
    put(&both, "train-labels.idx1-ubyte.gz", &labels(5));
    refused(&both, Split::Train, "holds 5 labels, but");
    put(&both, "train-labels.idx1-ubyte.gz", &images(4));
    refused(&both, Split::Train, "has the name of a labels file");

    let empty = folder("empty");
    refused(&empty, Split::Train, "the folder is empty");
    put(&empty, "train-labels-idx1-ubyte", &labels(4));
    refused(&empty, Split::Train, "holds IDX labels but not");
    put(&empty, "train-images-idx3-ubyte", &[]);
    refused(&empty, Split::Train, "the file is empty");
    refused(
        &root.path().join("gone"),
        Split::Train,
        "there is no such file",
    );

    let text = folder("text");
    put(&text, "readme", b"words");
    refused(&text, Split::Train, "nothing that can be read");
    put(&text, "a.npy", b"\x93NUMPY");
    refused(&text, Split::Train, "the header of the array is cut off");
    put(&text, "b.csv", b"1,2,3\n4,5,6\n");
    refused(
        &text,
        Split::Train,
        "holds 2 arrays or tables (a.npy, b.csv)",
    );
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf8_work() {
    use std::os::unix::ffi::OsStrExt;
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = root.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    if fs::create_dir(&folder).is_err() {
        eprintln!("SKIPPED names_that_are_not_utf8_work: the file system refuses such names");
        return;
    }
    put(
        &folder,
        "train-images-idx3-ubyte",
        &idx_file(8, &[1, 2, 2], &[1; 4]),
    );
    put(&folder, "train-labels-idx1-ubyte", &idx_file(8, &[1], &[3]));
    let data = from(&folder, Split::Train, None).expect("a non-UTF-8 folder");
    assert_eq!(data.name, "caf\u{fffd} train");
    let file = folder.join("train-images-idx3-ubyte");
    assert_eq!(
        from(&file, Split::Train, None)
            .expect("a file in it")
            .labels,
        Some(vec![3])
    );
}

#[cfg(unix)]
#[test]
fn unreadable_files_are_explained() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().expect("a temporary folder");
    put(root.path(), "data", &idx_file(8, &[1, 2, 2], &[1; 4]));
    let file = root.path().join("data");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o0)).expect("own file");
    if fs::File::open(&file).is_ok() {
        eprintln!("SKIPPED unreadable_files_are_explained: this user may read everything");
        return;
    }
    let error = from(&file, Split::Train, None).expect_err("no permission");
    assert_eq!(error, Error::Denied { path: file });
}

#[test]
fn work_stops_when_told_to() {
    let payload = vec![0; 8 << 20];
    let content = gzip(&idx_file(8, &[8 << 10, 32, 32], &payload));
    let calls = Cell::new(0);
    let stopped = idx::parse(&content, Path::new("f"), None, &|progress| {
        calls.set(calls.get() + 1);
        assert_eq!(progress.total, Some(8 << 20));
        progress.done < 3 << 20
    });
    assert_eq!((stopped, calls.get()), (Err(Error::Cancelled), 4));
    for source in [DataSource::Digits, DataSource::Gaussian(vec![1.0, 2.0])] {
        let config = DataConfig {
            source,
            ..DataConfig::default()
        };
        assert_eq!(load(&config, 0, &|_| false), Err(Error::Cancelled));
    }
}
