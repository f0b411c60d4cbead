//! Mutated files for every parser: whatever the bytes, the answer is a sound data set or one sentence.
//!
//! Each target starts from files that are read, changes bytes, inserts, repeats and cuts, and loads the result by the
//! one road that everything takes. By default a target makes a few hundred files; `COLLAPSE_FUZZ_SECONDS` gives each
//! so many seconds instead.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use collapse_explorer::config::{Constant, Crop, DataConfig, ImageOptions, Missing, Split};
use collapse_explorer::data::{Dataset, Error, Pixels, Store, load_with, preview_with};
use image::ImageFormat;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use zip::CompressionMethod;

use super::arrays::{npy, npz};
use super::matlab::{mat, matrix};
use super::pictures::{encoded, flat, folder};
use super::{gzip, idx_file, noise, put, quiet, request};

/// Files that name the classes of CIFAR.
const CLASS_NAMES: [&str; 2] = ["batches.meta.txt", "fine_label_names.txt"];
/// Files of a short run, and between two looks at the clock of a long one.
const CASES: u32 = 200;

/// One change of a file.
#[derive(Debug, Clone)]
enum Change {
    /// Another byte.
    Set(prop::sample::Index, u8),
    /// Bytes that stand for sizes, in place of what is there.
    Put(prop::sample::Index, Vec<u8>),
    Insert(prop::sample::Index, Vec<u8>),
    /// A part once more.
    Repeat(prop::sample::Index, prop::sample::Index),
    Remove(prop::sample::Index, prop::sample::Index),
    Cut(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    let number = prop_oneof![
        Just(0_u64),
        Just(1),
        Just(0x7f),
        Just(0xff),
        Just(0x7fff),
        Just(0xffff),
        Just(0x7fff_ffff),
        Just(0xffff_ffff),
        Just(u64::MAX),
        Just(i64::MAX as u64),
        any::<u64>(),
    ];
    let size = (
        number,
        prop_oneof![Just(1_usize), Just(2), Just(4), Just(8)],
        any::<bool>(),
    );
    let size = size.prop_map(|(v, n, big)| {
        if big {
            v.to_be_bytes()[8 - n..].to_vec()
        } else {
            v.to_le_bytes()[..n].to_vec()
        }
    });
    let text = prop_oneof![
        Just("-1"),
        Just("99999999999999999999"),
        Just("1e39"),
        Just("nan"),
        Just(","),
        Just("\n"),
        Just("\""),
        Just("é"),
        Just("True"),
        Just("("),
        Just("'"),
        Just(" "),
        Just("\u{feff}"),
    ];
    let text = text.prop_map(|t| t.as_bytes().to_vec());
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(i, b)| Change::Set(i, b)),
        3 => (at(), size).prop_map(|(i, b)| Change::Put(i, b)),
        2 => (at(), prop_oneof![text, proptest::collection::vec(any::<u8>(), 1..9)]).prop_map(|(i, b)| Change::Insert(i, b)),
        1 => (at(), at()).prop_map(|(i, j)| Change::Repeat(i, j)),
        1 => (at(), at()).prop_map(|(i, j)| Change::Remove(i, j)),
        1 => at().prop_map(Change::Cut),
    ]
}

/// Where a change happens: half of them in the first bytes, where headers are.
fn place(index: prop::sample::Index, len: usize) -> usize {
    let at = index.index(2 * len.max(1));
    if at < len {
        at
    } else {
        (at - len) % len.clamp(1, 64)
    }
}

fn apply(content: &mut Vec<u8>, change: &Change) {
    let len = content.len();
    match change {
        Change::Set(at, byte) if len > 0 => content[place(*at, len)] = *byte,
        Change::Put(at, bytes) if len > 0 => {
            let at = place(*at, len);
            for (old, new) in content[at..].iter_mut().zip(bytes) {
                *old = *new;
            }
        }
        Change::Insert(at, bytes) => {
            let at = place(*at, len.max(1)).min(len);
            content.splice(at..at, bytes.iter().copied());
        }
        Change::Repeat(from, length) if len > 0 && len < 1 << 20 => {
            let from = place(*from, len);
            let part = content[from..(from + length.index(256)).min(len)].to_vec();
            content.splice(from..from, part);
        }
        Change::Remove(from, length) if len > 0 => {
            let from = place(*from, len);
            content.drain(from..(from + length.index(64)).min(len));
        }
        Change::Cut(at) if len > 0 => content.truncate(at.index(len)),
        _ => {}
    }
}

/// What a data set promises, wherever it came from.
fn check(outcome: &Result<Dataset, Error>, case: &str) -> Result<(), TestCaseError> {
    match outcome {
        Ok(data) => {
            let values = match &data.pixels {
                Pixels::Bytes(bytes) => bytes.len(),
                Pixels::Floats(floats) => {
                    prop_assert!(floats.iter().all(|v| v.is_finite()), "{case}: not finite");
                    floats.len()
                }
                Pixels::Stored(stored) => stored.len(),
            };
            prop_assert!(
                !data.is_empty() && values == data.len() * data.dim(),
                "{case}: {values} values"
            );
            if let Some(labels) = &data.labels {
                prop_assert_eq!(labels.len(), data.len(), "{}", case);
                let named =
                    |l: &u8| data.classes.is_empty() || usize::from(*l) < data.classes.len();
                prop_assert!(labels.iter().all(named), "{case}: a class without a name");
            }
            let shown = |name: &String| {
                !name.is_empty() && name.len() < 1000 && !name.chars().any(char::is_control)
            };
            prop_assert!(data.classes.iter().all(shown), "{case}: {:?}", data.classes);
            let sentence = |text: &String| !text.is_empty() && !text.chars().any(char::is_control);
            prop_assert!(
                data.remarks.iter().all(sentence),
                "{case}: {:?}",
                data.remarks
            );
            let named = data.columns.is_empty() || data.columns.len() == data.dim();
            prop_assert!(named, "{case}: {} names", data.columns.len());
        }
        Err(error) => {
            let text = error.to_string();
            prop_assert!(
                !text.is_empty() && !text.contains('\n') && text.len() < 4000,
                "{case}: {text}"
            );
        }
    }
    Ok(())
}

/// Mutates the file `name` of what `prepare` puts into a folder, and loads folder and file.
#[expect(clippy::too_many_lines, reason = "one list, which reads better whole")]
fn fuzz(name: &str, seeds: &[Vec<u8>], prepare: impl Fn(&Path)) {
    let long = std::env::var("COLLAPSE_FUZZ_SECONDS").ok();
    let long = long
        .and_then(|seconds| seconds.parse().ok())
        .map(Duration::from_secs);
    let started = Instant::now();
    let dir = tempfile::tempdir().expect("a folder");
    prepare(dir.path());
    let path = dir.path().join(name);
    // What is only read as a part of its folder.
    let in_folder =
        name.starts_with("a.") || name.starts_with("list_") || CLASS_NAMES.contains(&name);
    let counted = std::cell::Cell::new((0_u32, 0_u32));
    loop {
        // A short run is the same every time; a long one goes on with other numbers.
        let seed = if long.is_some() { fresh() } else { [7; 32] };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let config = Config {
            cases: CASES,
            failure_persistence: None,
            ..Config::default()
        };
        let strategy = (
            0..seeds.len(),
            proptest::collection::vec(change(), 1..8),
            0..6_u8,
        );
        let mut runner = TestRunner::new_with_rng(config, rng);
        let outcome = runner.run(&strategy, |(seed, changes, way)| {
            let mut content = seeds[seed].clone();
            for change in &changes {
                apply(&mut content, change);
            }
            fs::write(&path, &content).expect("a file");
            let begun = Instant::now();
            let target = if way % 2 == 0 || in_folder {
                dir.path()
            } else {
                &path
            };
            let config = DataConfig {
                split: [
                    Split::Train,
                    Split::Auto,
                    Split::Train,
                    Split::Auto,
                    Split::Validation,
                    Split::Test,
                ][usize::from(way)],
                transpose: way == 1,
                limit: (way == 2).then_some(3),
                classes: if way == 5 && !name.starts_with("a.") {
                    vec!["1".into()]
                } else {
                    Vec::new()
                },
                label: match way {
                    4 if name.starts_with("list_") => Some("Smiling".into()),
                    4 if name == "table.csv" => Some("3".into()),
                    _ => None,
                },
                missing: match way {
                    0 => Missing::Drop,
                    1 => Missing::Mean,
                    _ => Missing::Refuse,
                },
                constant: if way == 1 {
                    Constant::Drop
                } else {
                    Constant::Keep
                },
                image: if way == 3 {
                    ImageOptions {
                        side: Some(5),
                        crop: Crop::Pixels(3),
                        ..ImageOptions::default()
                    }
                } else {
                    ImageOptions::default()
                },
                ..request(target)
            };
            let case = format!("{name}, way {way}");
            let outcome = load_with(&config, 0, &Store::off(), &quiet);
            check(&outcome, &case)?;
            let preview = preview_with(&config, 0, &Store::off());
            check(&preview.map(|p| p.first), &case)?;
            prop_assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{case}: too slow"
            );
            let (all, good) = counted.get();
            counted.set((all + 1, good + u32::from(outcome.is_ok())));
            Ok(())
        });
        if let Err(error) = outcome {
            let kept = std::env::temp_dir().join(format!("collapse-fuzz-{name}"));
            let _ = fs::copy(&path, &kept);
            panic!("{name}: {error}\nthe file is {}", kept.display());
        }
        if long.is_none_or(|long| started.elapsed() > long) {
            break;
        }
    }
    let (cases, good) = counted.get();
    eprintln!("fuzz {name}: {cases} files, {good} of them still read");
    // Mutations that never leave a file readable would test nothing but the first check.
    assert!(good > 0, "{name}: nothing survived");
}

/// A seed from the system.
fn fresh() -> [u8; 32] {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let mut seed = [0; 32];
    for part in seed.chunks_exact_mut(8) {
        part.copy_from_slice(&RandomState::new().build_hasher().finish().to_le_bytes());
    }
    seed
}

fn nothing(_: &Path) {}

#[test]
fn idx() {
    let images = idx_file(8, &[6, 4, 4], &noise(96));
    let flat = idx_file(8, &[6, 16], &noise(96));
    let packed = gzip(&images);
    fuzz("train-images-idx3-ubyte", &[images, flat, packed], |dir| {
        put(
            dir,
            "train-labels-idx1-ubyte",
            &idx_file(8, &[6], &[0, 1, 2, 0, 1, 2]),
        );
    });
}

#[test]
fn idx_labels() {
    let labels = idx_file(8, &[6], &[0, 1, 2, 0, 1, 2]);
    fuzz(
        "train-labels-idx1-ubyte",
        &[labels.clone(), gzip(&labels)],
        |dir| {
            put(
                dir,
                "train-images-idx3-ubyte",
                &idx_file(8, &[6, 4, 4], &noise(96)),
            );
        },
    );
}

#[test]
fn idx_labels_of_many_columns() {
    let ints =
        |values: &[i32]| -> Vec<u8> { values.iter().flat_map(|v| v.to_be_bytes()).collect() };
    let columns = idx_file(
        0x0c,
        &[6, 2],
        &ints(&[0, 9, 1, -1, 2, 7, 0, 8, 1, 9, 2, 300]),
    );
    let single = idx_file(0x0c, &[6], &ints(&[0, 1, 2, 0, 1, 2]));
    let floats = idx_file(0x0d, &[6], &[0, 0, 0, 0].repeat(6));
    let one_hot = idx_file(8, &[6, 2], &[0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0]);
    let packed = gzip(&columns);
    fuzz(
        "train-labels-idx2-int",
        &[columns, single, floats, one_hot, packed],
        |dir| {
            put(
                dir,
                "train-images-idx3-ubyte",
                &idx_file(8, &[6, 4, 4], &noise(96)),
            );
        },
    );
}

#[test]
fn cifar() {
    let record = |labels: &[u8]| [labels, &noise(3072)].concat();
    let ten = [record(&[1]), record(&[9])].concat();
    let hundred = [record(&[1, 2]), record(&[19, 99])].concat();
    let packed = gzip(&ten);
    fuzz("data_batch_1.bin", &[ten, hundred, packed], nothing);
}

/// The names of the classes, beside records that need them.
fn label_names(name: &str, count: usize, labels: &[u8]) {
    let lines = |end: &str| -> Vec<u8> {
        let name = |i: usize| format!("name {i}{end}");
        (0..count).map(name).collect::<String>().into_bytes()
    };
    let spaced = [b"\xef\xbb\xbf\n \n".to_vec(), lines(" \n\n")].concat();
    fuzz(name, &[lines("\n"), lines("\r\n"), spaced], |dir| {
        let record = [labels, &noise(3072)].concat();
        put(dir, "data_batch_1.bin", &record.repeat(4));
    });
}

#[test]
fn cifar_label_names() {
    label_names(CLASS_NAMES[0], 10, &[1]);
}

#[test]
fn cifar_fine_label_names() {
    label_names(CLASS_NAMES[1], 100, &[3, 77]);
}

#[test]
fn npy_arrays() {
    let bytes = npy("|u1", "6, 4, 4", false, &noise(96));
    let floats = npy("<f4", "6, 4", false, &[0, 0, 128, 63].repeat(24));
    let doubles = npy(">f8", "2, 2, 2, 3", false, &[0; 192]);
    let halves = npy("<f2", "6, 4", true, &[0, 60].repeat(24));
    let truths = npy("|b1", "2, 4, 4", true, &[1; 32]);
    let first = npy(">i2", "6, 3, 2, 2", false, &[1, 0].repeat(72));
    let longs = npy("<u8", "6, 4", true, &[7, 0, 0, 0, 0, 0, 0, 0].repeat(24));
    let packed = gzip(&bytes);
    let seeds = [bytes, floats, doubles, halves, truths, first, longs, packed];
    fuzz("array.npy", &seeds, nothing);
}

#[test]
fn npz_archives() {
    let arrays = [
        ("x_train", npy("|u1", "6, 4, 4", false, &noise(96))),
        (
            "y_train",
            npy("<i8", "6,", false, &[1, 0, 0, 0, 0, 0, 0, 0].repeat(6)),
        ),
        ("x_test", npy("|u1", "2, 4, 4", false, &noise(32))),
    ];
    let one_hot = [
        ("x", npy("|u1", "6, 4, 4", false, &noise(96))),
        (
            "y",
            npy("|u1", "6, 2", true, &[1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1]),
        ),
        (
            "labels",
            npy("<f4", "6,", false, &[0, 0, 128, 63].repeat(6)),
        ),
    ];
    let methods = [CompressionMethod::Stored, CompressionMethod::Deflated];
    let several = [
        ("metadata", npy("|O", "", false, b"\x80\x02.")),
        ("imgs", npy("|u1", "6, 4, 4", false, &noise(96))),
        (
            "latents_values",
            npy("<f4", "6, 2", false, &[0, 0, 128, 63].repeat(12)),
        ),
        (
            "latents_classes",
            npy("<i2", "6, 2", false, &[1, 0].repeat(12)),
        ),
    ];
    let seeds = methods.map(|m| [npz(&arrays, m), npz(&one_hot, m), npz(&several, m)]);
    fuzz("arrays.npz", &seeds.concat(), nothing);
}

#[test]
fn labels_beside() {
    let labels = npy("|u1", "6,", false, &[0, 1, 2, 0, 1, 2]);
    let packed = npz(&[("arr_0", labels.clone())], CompressionMethod::Deflated);
    fuzz("y_train.npy", &[labels, packed], |dir| {
        put(
            dir,
            "x_train.npy",
            &npy("|u1", "6, 4, 4", false, &noise(96)),
        );
    });
}

#[test]
fn matlab_files() {
    let pictures = matrix("X", 9, &[4, 4, 3, 6], 2, &noise(288));
    let labels = matrix("y", 6, &[6, 1], 2, &[1, 2, 10, 1, 2, 3]);
    let rows = matrix("a", 6, &[6, 5], 9, &[0, 0, 0, 0, 0, 0, 240, 63].repeat(30));
    let truth = matrix("b", 0x0209, &[6, 5], 2, &[1; 30]);
    let cell = matrix("c", 1, &[1, 1], 14, &[]);
    let both = [pictures, labels];
    let rest = [rows, truth, cell];
    let seeds = [
        mat(&both, false),
        mat(&both, true),
        mat(&rest, false),
        mat(&rest, true),
    ];
    fuzz("arrays.mat", &seeds, nothing);
}

#[cfg(feature = "hdf5")]
#[test]
fn hdf5_files() {
    let file = |chunked: bool| {
        let mut builder = hdf5_pure::FileBuilder::new();
        let images = builder
            .create_dataset("images")
            .with_u8_data(&noise(96))
            .with_shape(&[6, 4, 4]);
        if chunked {
            images
                .with_chunks(&[2, 4, 4])
                .with_shuffle()
                .with_deflate(6);
        }
        builder
            .create_dataset("labels")
            .with_i64_data(&[0, 1, 2, 0, 1, 2]);
        let mut group = builder.create_group("more");
        group
            .create_dataset("z")
            .with_f32_data(&[0.5; 12])
            .with_shape(&[6, 2]);
        builder.add_group(group.finish());
        builder.finish().expect("an HDF5 file")
    };
    fuzz("arrays.h5", &[file(false), file(true)], nothing);
}

#[test]
fn csv_tables() {
    let line = |label: &str| format!("{label}{}\n", ["1", "22", "255", "0"].repeat(4).join(","));
    let bare = [line("1,"), line("0,"), line("2,")].concat();
    let headed = format!("label{}\n{bare}", ",p".repeat(16));
    let placed = format!(
        "id{},y\n9{},1\n8{},0\n",
        ",p".repeat(16),
        ",3".repeat(16),
        ",4".repeat(16)
    );
    let colour = format!("{}\n{}\n", ["pixel"; 192].join(","), ["7"; 192].join(","));
    let spaced = "0.5 -1e3\n2 7.25\n3 1\n".to_owned();
    let words = "id,\"a, b\",c,species\r\n1,2.5,NA,\"x\"\r\n2,3.5,1,y\r\n3,1,1,x\r\n".to_owned();
    let commas = "a;b;c\n1,5;2;True\n2,5;-3,25;False\n0,5;7;True\n".to_owned();
    let relation =
        "% t\n@relation r\n@attribute 'a b' real\n@attribute class {x,y}\n@data\n1,x\n2.5,y\n3,x\n";
    let named = "# a b c\n\"r 1\" 1 2.5 ?\n\"r 2\"\t4 5 6\n\"r 1\" 7 8 9\n".to_owned();
    let lists = "emotion,pixels,Usage\n0,1 2 3 4,Training\n1,5 6 7 8,Training\n".to_owned();
    let parts = "emotion,pixels,Usage\n0,1 2 nan 4,Training\n1,5 6 7 8,PublicTest\n2,9 8 7 6,Training\n0,1 2 3 4,\"PrivateTest\"\n";
    let truths = "a,is_train,b,test\n1,T,2.5,0\n2,F,\u{2212}3,1\n\u{a0}4,T,,0\n5,F,6,1\n";
    let measures =
        "when,a,b,c\n2020-01-02,1.5 kg,$3,<5\n3/1/2020,2 kg,\"(4,000)\",7\n07:01,3%,5'7,8\n";
    let series = "!title\t\"a\"\n\n!begin\nid\ts1\ts2\nx\t1\t2.5\ny\t3\t4\n!end\n";
    let gct = "#1.2\n2\t2\nNAME\tDescription\ts1\ts2\nx\td\t1\t2.5\ny\te\t3\t4\n";
    let wide: String = "pixel0,pixel1\u{e9}\n1,2\n".into();
    let utf16 = "\u{feff}a\tb\n1\t2,5\n3\t4,5\n".encode_utf16();
    let utf16: Vec<u8> = utf16.flat_map(u16::to_le_bytes).collect();
    let packed = gzip(bare.as_bytes());
    let seeds = [
        bare,
        headed,
        placed,
        colour,
        spaced,
        words,
        commas,
        relation.into(),
        named,
        lists,
        parts.into(),
        truths.into(),
        measures.into(),
        series.into(),
        gct.into(),
        wide,
    ];
    let seeds = seeds.map(String::into_bytes);
    fuzz(
        "table.csv",
        &[&seeds[..], &[packed, utf16]].concat(),
        nothing,
    );
}

/// One damaged picture among twelve.
fn picture(name: &str, format: ImageFormat) {
    let mut detailed = flat(16, 12, [0; 3]);
    for (x, y, pixel) in detailed.enumerate_pixels_mut() {
        pixel.0 = [(x * 16) as u8, (y * 20) as u8, (x * y) as u8];
    }
    let seeds = [
        encoded(&detailed, format),
        encoded(&flat(40, 40, [9, 8, 7]), format),
    ];
    fuzz(name, &seeds, |dir| {
        for i in 0..11_u8 {
            let picture = flat(9, 9, [i, i, 200]);
            picture
                .save(dir.join(format!("z{i:02}.png")))
                .expect("a picture");
        }
    });
}

#[test]
fn png_pictures() {
    picture("a.png", ImageFormat::Png);
}

#[test]
fn jpeg_pictures() {
    picture("a.jpg", ImageFormat::Jpeg);
}

#[test]
fn bmp_pictures() {
    picture("a.bmp", ImageFormat::Bmp);
}

#[test]
fn gif_pictures() {
    picture("a.gif", ImageFormat::Gif);
}

#[test]
fn webp_pictures() {
    picture("a.webp", ImageFormat::WebP);
}

#[test]
fn tiff_pictures() {
    picture("a.tif", ImageFormat::Tiff);
}

#[test]
fn pnm_pictures() {
    picture("a.ppm", ImageFormat::Pnm);
}

fn faces(dir: &Path) {
    let place = folder(dir, "img_align_celeba");
    for i in 1..=4_u8 {
        let picture = flat(9, 11, [i, i, 200]);
        picture
            .save(place.join(format!("{i:06}.png")))
            .expect("a picture");
    }
}

#[test]
fn celeba_attributes() {
    let list =
        "4\nBald Smiling\n000001.png -1 1\n000002.png 1 1\n000003.png 1 -1\n000004.png 1 -1\n";
    let commas = "image_id,Bald,Smiling\n000001.png,-1,1\n000002.png,1,1\n";
    fuzz("list_attr_celeba.txt", &[list.into(), commas.into()], faces);
}

#[test]
fn celeba_partition() {
    let list = "000001.png 0\n000002.png 0\n000003.png 1\n000004.png 2\n";
    fuzz(
        "list_eval_partition.txt",
        &[list.into(), list.replace(' ', ",").into()],
        faces,
    );
}
