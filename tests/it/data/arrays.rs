//! `.npy` and `.npz`, written here as NumPy writes them.

use std::io::{Cursor, Write};
use std::path::Path;

use collapse_explorer::config::{Colour, Crop, DataConfig, ImageOptions, Split};
use collapse_explorer::data::{ImageShape, Pixels};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{bytes, from, noise, open, put, request};

/// A `.npy` file of version 1, as `numpy.save` writes it.
pub(super) fn npy(descr: &str, shape: &str, fortran: bool, values: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': ({shape}), }}");
    while !(header.len() + 11).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(values);
    file
}

/// A `.npz` archive of these arrays.
pub(super) fn npz(arrays: &[(&str, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, content) in arrays {
        archive
            .start_file(format!("{name}.npy"), options)
            .expect("a member");
        archive.write_all(content).expect("memory takes bytes");
    }
    archive.finish().expect("memory takes bytes").into_inner()
}

fn refused(path: &Path, part: &str) {
    let error = from(path, Split::Train, None).expect_err(part).to_string();
    assert!(
        error.contains(part) && !error.contains('\n'),
        "'{error}' lacks '{part}'"
    );
}

#[test]
fn bytes_and_floats_of_both_byte_orders_are_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("array.npy");
    let write = |content: &[u8]| put(dir.path(), "array.npy", content);
    write(&npy("|u1", "3, 2, 2", false, &noise(12)));
    let data = from(&path, Split::Train, None).expect("pictures of bytes");
    assert_eq!(
        (data.name.as_str(), data.len(), bytes(&data)),
        ("array", 3, &noise(12)[..])
    );
    let shape = ImageShape {
        height: 2,
        width: 2,
        channels: 1,
    };
    assert_eq!(data.shape, shape);
    write(&npy("|u1", "2, 2, 1, 3", false, &noise(12)));
    let coloured = from(&path, Split::Train, Some(1)).expect("colour");
    assert_eq!(
        (coloured.shape.channels, bytes(&coloured)),
        (3, &noise(12)[..6])
    );
    let values = [-1.5_f32, 0.0, 3.25, 1e-3, 7.0, 255.0];
    let little4: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let big4: Vec<u8> = values.iter().flat_map(|v| v.to_be_bytes()).collect();
    let little8: Vec<u8> = values
        .iter()
        .flat_map(|v| f64::from(*v).to_le_bytes())
        .collect();
    let big8: Vec<u8> = values
        .iter()
        .flat_map(|v| f64::from(*v).to_be_bytes())
        .collect();
    for (descr, raw) in [
        ("<f4", little4),
        (">f4", big4),
        ("<f8", little8),
        (">f8", big8),
    ] {
        write(&npy(descr, "2, 3", false, &raw));
        let data = from(&path, Split::Train, None).expect(descr);
        assert_eq!(data.pixels, Pixels::Floats(values.to_vec()), "{descr}");
        assert_eq!((data.shape.width, data.len()), (3, 2));
    }
}

#[test]
fn arrays_that_cannot_be_used_are_explained() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("array.npy");
    let nan = [f32::NAN.to_le_bytes(), 1.0_f32.to_le_bytes()].concat();
    let huge = "18446744073709551615, 2";
    for (content, part) in [
        (
            npy("<c8", "2, 3", false, &[0; 48]),
            "its values are complex numbers",
        ),
        (
            npy("|u1", "6", false, &[0; 6]),
            "array (6): it is a list of single values",
        ),
        (
            npy("|u1", "2, 6, 4, 5", false, &[0; 240]),
            "array (2 × 6 × 4 × 5): it is films or volumes of 6 frames or slices of 4 × 5",
        ),
        (npy("|u1", "0, 3", false, &[]), "it holds no values"),
        (npy("|u1", "3, 0", false, &[]), "it holds no values"),
        (npy("|u1", huge, false, &[0; 9]), "cut off after 9 bytes"),
        (
            npy("|u1", "2, 18446744073709551615, 4", false, &[0; 9]),
            "one item of it needs more than",
        ),
        (
            npy("<f4", "4, 3", false, &[0; 40]),
            "cut off after 40 bytes",
        ),
        (
            npy("<f4", "1, 2", false, &nan),
            "value 0 of array is not a finite number",
        ),
        (
            npy("<f2", "1, 2", false, &[0, 0x3c, 0, 0x7c]),
            "value 1 of array is not a finite number",
        ),
        // Fortran order promises as much as C order, and more than memory is not even tried.
        (
            npy("|u1", "3, 2", true, &[0; 5]),
            "3 × 2 values of 1 byte, but the array is cut off after 5 bytes (byte 133)",
        ),
        (
            npy("|u1", "3, 2", false, &[0; 7]),
            "3 × 2 values of 1 byte, but more bytes follow (byte 134)",
        ),
        (
            npy("<f4", "2, 1", true, &[0; 9]),
            "2 × 1 values of 4 bytes, but more bytes follow",
        ),
        // Found by fuzzing: a line break out of the file in the message.
        (
            npy("\nu1", "2, 3", false, &[0; 6]),
            "values are of the type '\u{fffd}u1'",
        ),
        (b"\x93NUMPY\x09\x00".to_vec(), "version of the .npy format"),
        (
            b"\x93NUMPY\x02\x00\xff\xff\xff\xff".to_vec(),
            "longer than 65536",
        ),
        (
            npy("|u1", "3, 2", false, &[0; 6])[..40].to_vec(),
            "header of the array is cut off",
        ),
        (b"nothing of the kind".to_vec(), "it is not a NumPy array"),
    ] {
        put(dir.path(), "array.npy", &content);
        refused(&path, part);
    }
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one list of files, each with what is said of it"
)]
fn archives_choose_by_split_and_bring_labels() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("mnist.npz");
    let longs = |labels: &[i64]| {
        labels
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    let arrays = [
        ("x_train", npy("|u1", "3, 2, 2", false, &noise(12))),
        ("y_train", npy("<i8", "3,", false, &longs(&[7, 0, 255]))),
        ("x_test", npy("|u1", "2, 2, 2", false, &[9; 8])),
        ("y_test", npy("|u1", "2, 1", false, &[4, 5])),
    ];
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        put(dir.path(), "mnist.npz", &npz(&arrays, method));
        let train = from(&path, Split::Train, None).expect("the training arrays");
        assert_eq!(
            (train.name.as_str(), bytes(&train)),
            ("mnist train", &noise(12)[..])
        );
        assert_eq!(train.labels, Some(vec![7, 0, 255]));
        let test = from(&path, Split::Test, Some(1)).expect("the test arrays");
        assert_eq!(
            (bytes(&test), test.labels.as_deref()),
            (&[9; 4][..], Some(&[4][..]))
        );
    }
    // One array alone; a folder that holds nothing but an archive is that archive.
    put(
        dir.path(),
        "mnist.npz",
        &npz(
            &[("arr_0", npy("<f8", "1, 2", false, &[0; 16]))],
            CompressionMethod::Deflated,
        ),
    );
    assert_eq!(
        from(dir.path(), Split::Auto, None)
            .expect("one array")
            .labels,
        None
    );
    let two = [
        ("a", npy("|u1", "1, 2", false, &[0; 2])),
        ("b", npy("|u1", "1, 2", false, &[0; 2])),
    ];
    put(
        dir.path(),
        "mnist.npz",
        &npz(&two, CompressionMethod::Stored),
    );
    refused(
        &path,
        "holds 2 arrays of items: a (1 × 2), b (1 × 2); name the one to take with --array NAME",
    );
    let wrong = [
        ("x", npy("|u1", "2, 2", false, &[0; 4])),
        ("y", npy("<i8", "2,", false, &longs(&[1, -1]))),
    ];
    put(
        dir.path(),
        "mnist.npz",
        &npz(&wrong, CompressionMethod::Stored),
    );
    let data = from(&path, Split::Train, None).expect("numbers that are no classes stay out");
    assert_eq!(data.labels, None);
    assert!(
        data.remarks
            .iter()
            .any(|r| r.contains("label 1 is -1, not a class from 0 to 255")),
        "{:?}",
        data.remarks
    );
    put(
        dir.path(),
        "mnist.npz",
        &npz(
            &[("y", npy("<i8", "2,", false, &longs(&[1, 2])))],
            CompressionMethod::Stored,
        ),
    );
    refused(
        &path,
        "y (2): it is a list of single values, such as labels",
    );
    put(
        dir.path(),
        "mnist.npz",
        &npz(&[("readme", b"words".to_vec())], CompressionMethod::Stored),
    );
    refused(&path, "the header of the array is cut off");
    // Found by fuzzing: a line break out of the file in the message.
    put(
        dir.path(),
        "mnist.npz",
        &npz(
            &[
                ("\na", npy("|u1", "1, 2", false, &[0; 2])),
                ("b", npy("|u1", "1, 2", false, &[0; 2])),
            ],
            CompressionMethod::Stored,
        ),
    );
    refused(&path, "\u{fffd}a (1 × 2)");
    let whole = npz(&arrays, CompressionMethod::Deflated);
    put(dir.path(), "mnist.npz", &whole[..whole.len() - 30]);
    refused(&path, "zip archive is damaged or cut off");
}

/// A small archive whose array unpacks to much more than it promises, or promises more than it can hold.
#[test]
fn bombs_are_not_unpacked() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("bomb.npz");
    let zeros = npy("|u1", "4, 2", false, &vec![0; 64 << 20]);
    put(
        dir.path(),
        "bomb.npz",
        &npz(&[("x", zeros)], CompressionMethod::Deflated),
    );
    // No more is unpacked than promised, and one byte that tells that there is more.
    refused(&path, "more bytes follow");
    let data = from(&path, Split::Train, Some(3)).expect("the first three");
    assert_eq!(data.len(), 3);
    let lie = npy("|u1", "4000000000, 1000", false, &vec![0; 1 << 20]);
    put(
        dir.path(),
        "bomb.npz",
        &npz(&[("x", lie)], CompressionMethod::Deflated),
    );
    refused(&path, "too small to hold them");
}

#[test]
fn arrays_of_pictures_are_cropped_sized_and_coloured_on_request() {
    let dir = tempfile::tempdir().expect("a folder");
    // Two pictures of 4 × 6: a bright middle square, dark sides.
    let one: Vec<u8> = (0..24)
        .map(|p| if (1..5).contains(&(p % 6)) { 200 } else { 0 })
        .collect();
    put(
        dir.path(),
        "a.npy",
        &npy("|u1", "2, 4, 6", false, &[one.clone(), one].concat()),
    );
    let ask = |image: ImageOptions| {
        open(&DataConfig {
            image,
            ..request(&dir.path().join("a.npy"))
        })
        .expect("resized")
    };
    let middle = ask(ImageOptions {
        crop: Crop::Pixels(4),
        ..ImageOptions::default()
    });
    assert_eq!((middle.shape.height, middle.shape.width), (4, 4));
    assert!(
        bytes(&middle).iter().all(|&v| v == 200),
        "{:?}",
        bytes(&middle)
    );
    let large = ask(ImageOptions {
        side: Some(12),
        colour: Colour::Rgb,
        ..ImageOptions::default()
    });
    let shape = ImageShape {
        height: 8,
        width: 12,
        channels: 3,
    };
    assert_eq!((large.shape, large.len()), (shape, 2));
    let pixels = bytes(&large);
    assert!(pixels.chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2]));
    assert_eq!((pixels[0], pixels[6 * 3]), (0, 200));
    put(dir.path(), "a.npy", &npy("|u1", "2, 12", false, &[0; 24]));
    let vector = DataConfig {
        image: ImageOptions {
            side: Some(2),
            ..ImageOptions::default()
        },
        ..request(&dir.path().join("a.npy"))
    };
    let error = open(&vector).expect_err("vectors have no side").to_string();
    assert!(error.contains("items are vectors"), "{error}");
}
