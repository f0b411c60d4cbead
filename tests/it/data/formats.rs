//! Kinds of picture files: read, or named with the next step.

use std::fs;
use std::path::Path;

use collapse_explorer::config::{DataConfig, Split};
use collapse_explorer::data::{Dataset, Pixels, Store, load_with, preview_with};
use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgb, Rgba};

use super::pictures::{encoded, flat, folder};
use super::{bytes, from, open, put, quiet, request};

/// The values of the only picture below `root`.
fn only(root: &Path) -> (usize, Vec<u8>) {
    let data = from(root, Split::Auto, None).expect("a picture");
    assert_eq!(data.len(), 1, "{:?}", data.skipped);
    (data.shape.channels, bytes(&data).to_vec())
}

#[test]
fn netpbm_and_tiff_are_read_at_every_depth() {
    let grey = vec![0, 10, 200, 255];
    for (name, content, channels, expected) in [
        ("a.pgm", b"P5\n# by hand\n2 2\n255\n\x00\x0a\xc8\xff".to_vec(), 1, grey.clone()),
        ("a.PGM", b"P2 2 2 255 0 10 200 255\n".to_vec(), 1, grey.clone()),
        // A level of 15 is white: 1 is 17 of 255.
        ("a.pgm", b"P2\n2 2\n15\n0 1 14 15\n".to_vec(), 1, vec![0, 17, 238, 255]),
        ("a.ppm", b"P6\n2 2\n255\n\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c".to_vec(), 3, (1..=12).collect()),
        // Ink is black.
        ("a.pbm", b"P1\n2 2\n1 0\n0 1\n".to_vec(), 1, vec![0, 255, 255, 0]),
        ("a.pam", b"P7\nWIDTH 2\nHEIGHT 2\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n\x00\x0a\xc8\xff".to_vec(), 1, grey.clone()),
    ] {
        for name in [name, "noname"] {
            let dir = tempfile::tempdir().expect("a folder");
            put(dir.path(), name, &content);
            assert_eq!(only(dir.path()), (channels, expected.clone()), "{name}: {content:?}");
        }
    }
    let written = |picture: DynamicImage, name: &str| {
        let dir = tempfile::tempdir().expect("a folder");
        let mut content = std::io::Cursor::new(Vec::new());
        picture
            .write_to(&mut content, ImageFormat::Tiff)
            .expect("a picture");
        put(dir.path(), name, content.get_ref());
        only(dir.path())
    };
    let eight = ImageBuffer::<Luma<u8>, _>::from_vec(2, 2, grey.clone()).expect("four");
    assert_eq!(written(eight.into(), "a.tif"), (1, grey.clone()));
    // v/257, the bytes of 16 bits.
    let deep = grey.iter().map(|&v| u16::from(v) * 257).collect();
    let deep = ImageBuffer::<Luma<u16>, _>::from_vec(2, 2, deep).expect("four");
    assert_eq!(written(deep.into(), "a.TIFF"), (1, grey));
    let colour = ImageBuffer::<Rgb<u8>, _>::from_vec(2, 2, (1..=12).collect()).expect("four");
    assert_eq!(written(colour.into(), "nothing"), (3, (1..=12).collect()));
}

#[test]
fn real_numbers_in_tiff_are_refused_with_the_next_step() {
    let dir = tempfile::tempdir().expect("a folder");
    let picture = ImageBuffer::<Rgb<f32>, _>::from_pixel(3, 3, Rgb([0.5, 1.5, -2.0]));
    DynamicImage::ImageRgb32F(picture)
        .save(dir.path().join("a.tif"))
        .expect("a picture");
    let error = from(dir.path(), Split::Auto, None)
        .expect_err("floats")
        .to_string();
    assert!(
        error.contains("32-bit numbers rather than levels") && error.contains("NumPy array"),
        "{error}"
    );
    // Grey ones, which the library does not write: one strip of a 2 × 1 picture.
    let entry = |tag: u16, kind: u16, value: u32| {
        [
            &tag.to_le_bytes()[..],
            &kind.to_le_bytes(),
            &1_u32.to_le_bytes(),
            &value.to_le_bytes(),
        ]
        .concat()
    };
    let entries = [
        entry(256, 4, 2),
        entry(257, 4, 1),
        entry(258, 3, 32),
        entry(259, 3, 1),
        entry(262, 3, 1),
        entry(273, 4, 8),
        entry(277, 3, 1),
        entry(278, 4, 1),
        entry(279, 4, 8),
        entry(339, 3, 3),
    ];
    let pixels = [0.5_f32, 1.5].map(f32::to_le_bytes).concat();
    let count = (entries.len() as u16).to_le_bytes();
    let file = [
        b"II*\0",
        &16_u32.to_le_bytes()[..],
        &pixels,
        &count,
        &entries.concat(),
        &[0; 4],
    ]
    .concat();
    put(dir.path(), "a.tif", &file);
    let error = from(dir.path(), Split::Auto, None)
        .expect_err("floats")
        .to_string();
    assert!(
        error.contains("32-bit numbers rather than levels"),
        "{error}"
    );
}

#[test]
fn of_several_pages_the_first_is_taken_and_that_is_said() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut content = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(flat(4, 4, [9; 3]))
        .write_to(&mut content, ImageFormat::Tiff)
        .expect("a picture");
    let mut file = content.into_inner();
    let first = u32::from_le_bytes(file[4..8].try_into().expect("four")) as usize;
    let entries = usize::from(u16::from_le_bytes(
        file[first..first + 2].try_into().expect("two"),
    ));
    let next = first + 2 + 12 * entries;
    assert_eq!(file[next..next + 4], [0; 4]);
    // The next page has a directory of its own, with the pixels of the first.
    let again = (file.len() as u32).to_le_bytes();
    put(dir.path(), "one.tif", &file);
    assert!(
        from(dir.path(), Split::Auto, None)
            .expect("one page")
            .remarks
            .is_empty()
    );
    file.extend_from_within(first..next + 4);
    file[next..next + 4].copy_from_slice(&again);
    put(dir.path(), "one.tif", &file);
    let data = from(dir.path(), Split::Auto, None).expect("pages");
    assert_eq!((data.len(), bytes(&data)[0]), (1, 9));
    assert_eq!(
        data.remarks,
        ["1 picture is of several pages, of which the first is used"]
    );
}

/// The levels of a data set of 16 bits.
fn deep(data: &Dataset) -> &[f32] {
    let Pixels::Floats(levels) = &data.pixels else {
        panic!("levels of 16 bits")
    };
    levels
}

/// Puts a grey picture of 16 bits of these levels, 4 by 4.
fn put_deep(root: &Path, name: &str, levels: impl Fn(u32) -> u16) {
    let deep = ImageBuffer::from_fn(4, 4, |x, y| Luma([levels(4 * y + x)]));
    deep.save(root.join(name)).expect("a picture");
}

#[test]
fn sixteen_bits_keep_their_levels_and_tell_their_depth() {
    // The depth is that of the largest level; 4,095 is white for 12 bits.
    for (most, white) in [
        (900, 1023.0),
        (4095, 4095.0),
        (9000, 16383.0),
        (58_000, 65535.0),
    ] {
        for ending in ["png", "tif"] {
            let dir = tempfile::tempdir().expect("a folder");
            put_deep(dir.path(), &format!("a.{ending}"), |i| {
                (i as u16) * (most / 15)
            });
            put_deep(dir.path(), &format!("b.{ending}"), |i| {
                if i == 3 { most } else { 1 }
            });
            let data = from(dir.path(), Split::Auto, None).expect("two pictures");
            let levels = deep(&data);
            let expected: Vec<f32> = (0..16).map(|i| f32::from(i * (most / 15))).collect();
            assert_eq!(levels[..16], expected);
            assert_eq!(levels[19], f32::from(most));
            let scaling = data.scaling();
            assert_eq!(
                (scaling.divisor, scaling.levels),
                (white, Some(white as u32 + 1))
            );
            assert!(!scaling.obvious, "it is said");
        }
    }
}

#[test]
fn eight_bits_in_sixteen_are_eight() {
    let dir = tempfile::tempdir().expect("a folder");
    put_deep(dir.path(), "a.png", |i| (i as u16) * 257);
    let data = from(dir.path(), Split::Auto, None).expect("a picture");
    assert_eq!(bytes(&data), (0..16).collect::<Vec<u8>>());
    assert_eq!(data.scaling().divisor, 255.0);
}

#[test]
fn eight_bits_beside_sixteen_have_the_same_white() {
    for first in ["a", "z"] {
        let dir = tempfile::tempdir().expect("a folder");
        // So many that the deep one is not among those that decide on shape and colour.
        for i in 0..20 {
            let grey = ImageBuffer::from_pixel(4, 4, Luma([200_u8]));
            grey.save(dir.path().join(format!("b{i:02}.png")))
                .expect("a picture");
        }
        put_deep(dir.path(), &format!("{first}.png"), |_| 30_000);
        let data = from(dir.path(), Split::Auto, None).expect("pictures");
        let odd = if first == "a" { 0 } else { 20 };
        // 200·257 and 30,000, of 65,535.
        for (index, item) in deep(&data).chunks_exact(16).enumerate() {
            assert_eq!(item[0], if index == odd { 30_000.0 } else { 51_400.0 });
        }
        assert_eq!(data.scaling().divisor, 65_535.0);
        assert!(data.remarks[0].starts_with("20 pictures are of 8 bits beside others of 16"));
    }
}

#[test]
fn sixteen_bits_are_kept_and_made_smaller_with_their_depth() {
    let dir = tempfile::tempdir().expect("a folder");
    let cache = tempfile::tempdir().expect("a folder");
    // One bright pixel of 4,000; half as many pixels a side leave at most 1,001.
    put_deep(dir.path(), "a.png", |i| if i == 5 { 4000 } else { 1 });
    let config = DataConfig {
        image: collapse_explorer::config::ImageOptions {
            side: Some(1),
            ..Default::default()
        },
        ..request(dir.path())
    };
    let store = Store::at(cache.path());
    let first = load_with(&config, 0, &store, &quiet).expect("decoded");
    let again = load_with(&config, 0, &store, &quiet).expect("kept");
    assert_eq!(first, again);
    assert_eq!(first.scaling().divisor, 4095.0);
    // (4000 + 15)/16 is 250.9; the weights of a triangle give the centre more.
    let level = deep(&first)[0];
    assert!(level > 250.0 && level < 1001.0, "{level}");
}

#[test]
fn every_ending_of_jpeg_is_one() {
    let dir = tempfile::tempdir().expect("a folder");
    let picture = encoded(&flat(8, 8, [80; 3]), ImageFormat::Jpeg);
    for name in ["a.JPG", "b.jpe", "c.jfif", "d.pjpeg", "e.jpeg"] {
        put(dir.path(), name, &picture);
    }
    assert_eq!(from(dir.path(), Split::Auto, None).expect("five").len(), 5);
}

#[test]
fn what_transparency_hides_is_not_data() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = folder(dir.path(), "icons");
    for i in 0..12_u8 {
        let pixel = |x: u32, y: u32| {
            // A red square; what is around it is hidden, and differs.
            if (2..6).contains(&x) && (2..6).contains(&y) {
                Rgba([200, 0, 0, 255])
            } else {
                Rgba([i * 20, (x * 30) as u8, (y * 30) as u8, 0])
            }
        };
        let icon = ImageBuffer::from_fn(8, 8, pixel);
        icon.save(place.join(format!("{i:02}.png")))
            .expect("a picture");
    }
    let store = Store::at(dir.path().join("kept"));
    // Decoded, and then as it is kept.
    for _ in 0..2 {
        let data = load_with(&request(&place), 0, &store, &quiet).expect("icons");
        let first = &bytes(&data)[..192];
        assert!(bytes(&data).chunks_exact(192).all(|item| item == first));
        assert_eq!(
            (&first[..3], &first[(2 * 8 + 2) * 3..][..3]),
            (&[255; 3][..], &[200, 0, 0][..])
        );
        assert_eq!(
            data.remarks,
            ["12 pictures are transparent in places and laid on white, as most programs show them"]
        );
    }
    let preview = preview_with(&request(&place), 0, &store).expect("a preview");
    assert!(
        preview.first.remarks[0].contains("laid on white"),
        "{:?}",
        preview.first.remarks
    );
    // Half of grey 100 on white: (100·128 + 255·127)/255 is 177.2.
    let half = folder(dir.path(), "half");
    ImageBuffer::from_pixel(4, 4, LumaA([100_u8, 128]))
        .save(half.join("a.png"))
        .expect("a picture");
    assert_eq!(only(&half), (1, vec![177; 16]));
    // Opaque pictures are as they were, and nothing is said.
    let opaque = folder(dir.path(), "opaque");
    ImageBuffer::from_pixel(4, 4, Rgba([1_u8, 2, 3, 255]))
        .save(opaque.join("a.png"))
        .expect("a picture");
    let data = from(&opaque, Split::Auto, None).expect("a picture");
    assert_eq!(
        (&bytes(&data)[..3], data.remarks.len()),
        (&[1, 2, 3][..], 0)
    );
}

#[test]
fn kinds_that_cannot_be_read_are_counted_and_named() {
    for (ending, part, step) in [
        ("heic", "60 HEIC pictures", "magick mogrify -format png"),
        ("AVIF", "60 AVIF pictures", "magick mogrify -format png"),
        ("svg", "60 drawings (SVG", "render them"),
        ("nef", "60 raw photographs", "develop them"),
        ("dcm", "60 DICOM images", "pydicom"),
        ("exr", "60 pictures of real numbers", "NumPy"),
        ("mp4", "60 videos", "ffmpeg"),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let place = folder(dir.path(), "pictures");
        for i in 0..60 {
            put(&place, &format!("{i}.{ending}"), b"\0\0\0\x20ftyp");
        }
        put(dir.path(), "readme.md", b"words");
        let error = from(dir.path(), Split::Auto, None)
            .expect_err(ending)
            .to_string();
        assert!(error.contains(part) && error.contains(step), "{error}");
        assert!(error.contains("PNG, JPEG"), "{error}");
    }
    // Among others they are left out, which is said.
    let dir = tempfile::tempdir().expect("a folder");
    for i in 0..12 {
        flat(6, 6, [i; 3])
            .save(dir.path().join(format!("{i}.png")))
            .expect("a picture");
    }
    put(dir.path(), "a.heic", b"\0\0\0\x20ftypheic");
    let data = open(&request(dir.path())).expect("the others");
    assert_eq!((data.len(), data.skipped.count), (12, 0));
    assert_eq!(
        data.remarks,
        ["1 HEIC picture in the folder cannot be read and is left out"]
    );
}

#[test]
fn celebas_inner_folders_keep_their_lists() {
    let dir = tempfile::tempdir().expect("a folder");
    let inner = folder(dir.path(), "archive/img_align_celeba/img_align_celeba");
    let root = dir.path().join("archive");
    let mut attributes = "image_id,Bald,Smiling\n".to_owned();
    let mut parts = "image_id,partition\n".to_owned();
    for i in 1..=8_u32 {
        let name = format!("{i:06}.jpg");
        flat(178, 218, [i as u8 * 20; 3])
            .save(inner.join(&name))
            .expect("a picture");
        attributes.push_str(&format!("{name},-1,{}\n", if i % 2 == 0 { 1 } else { -1 }));
        // Five for training, one for validation, two for test.
        let part = [0, 0, 0, 0, 0, 1, 2, 2][i as usize - 1];
        parts.push_str(&format!("{name},{part}\n"));
    }
    put(&root, "list_attr_celeba.csv", attributes.as_bytes());
    put(&root, "list_eval_partition.csv", parts.as_bytes());
    for path in [
        dir.path().join("archive"),
        root.join("img_align_celeba"),
        inner.clone(),
    ] {
        for (split, count) in [
            (Split::Auto, 5),
            (Split::Train, 5),
            (Split::Validation, 1),
            (Split::Test, 2),
        ] {
            let data = from(&path, split, None).expect("faces");
            assert_eq!(data.len(), count, "{} {split}", path.display());
            assert!(data.name.starts_with("CelebA "), "{}", data.name);
            assert_eq!((data.shape.height, data.shape.width), (64, 64));
            assert_eq!(data.splits, [Split::Train, Split::Validation, Split::Test]);
        }
        let smiling = DataConfig {
            label: Some("Smiling".into()),
            classes: vec!["Smiling".into()],
            ..request(&path)
        };
        // Numbers 2 and 4 of the first five.
        assert_eq!(open(&smiling).expect("smiles").len(), 2);
    }
    // Copies of another kind go by the same lists; what the lists lack is said.
    fs::remove_file(inner.join("000001.jpg")).expect("gone");
    flat(178, 218, [20; 3])
        .save(inner.join("000001.png"))
        .expect("a picture");
    flat(178, 218, [20; 3])
        .save(inner.join("face.png"))
        .expect("a picture");
    let data = from(&inner, Split::Train, None).expect("faces");
    assert_eq!(data.len(), 5);
    assert_eq!(
        data.remarks,
        ["its partition does not name 1 of the pictures, which are left out"]
    );
}
