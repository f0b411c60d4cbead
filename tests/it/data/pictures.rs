//! Folders of pictures: formats, labels, CelebA, and everything that can be wrong with them.

use std::fs;
use std::path::{Path, PathBuf};

use collapse_explorer::config::{Colour, Crop, DataConfig, ImageOptions, Split};
use collapse_explorer::data::{Dataset, Error, Pixels, Store, load_with};
use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, Rgb, RgbImage};

use super::{bytes, from, open, put, quiet, real, request};

/// A picture of one colour but for its top left pixel.
pub(super) fn flat(width: u32, height: u32, colour: [u8; 3]) -> RgbImage {
    RgbImage::from_pixel(width, height, Rgb(colour))
}

pub(super) fn folder(root: &Path, name: &str) -> PathBuf {
    let path = root.join(name);
    fs::create_dir_all(&path).expect("a folder");
    path
}

fn save(path: &Path, picture: &RgbImage) {
    picture.save(path).expect("a picture");
}

/// A picture in a format's own bytes.
pub(super) fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut content = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture.clone())
        .write_to(&mut content, format)
        .expect("memory takes bytes");
    content.into_inner()
}

pub(super) const FORMATS: [ImageFormat; 5] = [
    ImageFormat::Png,
    ImageFormat::Jpeg,
    ImageFormat::Bmp,
    ImageFormat::Gif,
    ImageFormat::WebP,
];

/// A 4-component JPEG of 8 × 8 pixels, every coefficient zero: all four inks at half strength.
fn cmyk() -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    let mut segment = |marker: u8, content: &[u8]| {
        file.extend([0xff, marker]);
        file.extend((content.len() as u16 + 2).to_be_bytes());
        file.extend(content);
    };
    segment(0xee, b"Adobe\x00\x64\x00\x00\x00\x00\x00");
    segment(0xdb, &[&[0][..], &[1; 64]].concat());
    let components: Vec<u8> = (1..=4).flat_map(|id| [id, 0x11, 0]).collect();
    segment(0xc0, &[&[8, 0, 8, 0, 8, 4][..], &components].concat());
    // Two tables with the single code '0': a difference of zero, and the end of a block.
    for table in [0x00, 0x10] {
        segment(0xc4, &[&[table, 1][..], &[0; 15], &[0]].concat());
    }
    segment(0xda, &[4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]);
    file.extend([0x00, 0xff, 0xd9]);
    file
}

#[test]
fn every_format_is_decoded_whatever_its_name() {
    let dir = tempfile::tempdir().expect("a folder");
    let picture = flat(24, 24, [200, 40, 120]);
    for (i, format) in FORMATS.iter().enumerate() {
        // Right names, wrong names, and none.
        let name = [format!("{i}.jpg"), format!("{i}.dat"), format!("{i}")][i % 3].clone();
        put(dir.path(), &name, &encoded(&picture, *format));
    }
    put(dir.path(), "notes.txt", b"no picture");
    put(dir.path(), ".hidden.png", b"not looked at");
    let data = from(dir.path(), Split::Train, None).expect("five pictures");
    assert_eq!(
        (data.len(), data.shape.height, data.shape.channels),
        (5, 24, 3)
    );
    assert_eq!(data.skipped.count, 0);
    for item in 0..5 {
        for (v, expected) in data
            .display_row(item)
            .iter()
            .zip([200_u8, 40, 120].iter().cycle())
        {
            // JPEG and GIF's palette are allowed to be a little off.
            assert!(v.abs_diff(*expected) <= 4, "{item}: {v} {expected}");
        }
    }
}

#[test]
fn of_an_animation_the_first_frame_is_taken() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = fs::File::create(dir.path().join("moving.gif")).expect("a file");
    let mut encoder = image::codecs::gif::GifEncoder::new(file);
    for colour in [[250, 0, 0], [0, 0, 250]] {
        let frame = DynamicImage::ImageRgb8(flat(8, 8, colour)).into_rgba8();
        encoder
            .encode_frame(image::Frame::new(frame))
            .expect("a frame");
    }
    drop(encoder);
    let data = from(dir.path(), Split::Train, None).expect("one picture");
    assert_eq!(
        (data.len(), &data.display_row(0)[..3]),
        (1, &[250, 0, 0][..])
    );
}

#[test]
fn deep_and_cmyk_pictures_are_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let deep: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::from_pixel(8, 8, Luma([0x8040]));
    deep.save(dir.path().join("a.png")).expect("a picture");
    let data = from(dir.path(), Split::Train, None).expect("16 bits");
    // 0x8040 is 32,832 of 65,535.
    assert_eq!((data.shape.channels, data.display_row(0)[0]), (1, 128));
    put(dir.path(), "b.jpg", &cmyk());
    let data = from(dir.path(), Split::Train, None).expect("both");
    assert_eq!(
        (data.len(), data.shape.channels),
        (2, 3),
        "{:?}",
        data.skipped
    );
    // Half of every ink: (1 − ½)(1 − ½) of white.
    let row = data.display_row(1);
    assert!(row.iter().all(|v| v.abs_diff(64) <= 2), "{:?}", &row[..3]);
}

#[test]
fn pictures_are_cropped_sized_and_ordered() {
    let dir = tempfile::tempdir().expect("a folder");
    let below = folder(dir.path(), "b");
    // Red left, blue right, with green bars above and below that the crop takes off.
    let face = RgbImage::from_fn(178, 218, |x, y| {
        if (35..183).contains(&y) {
            Rgb(if x < 89 { [255, 0, 0] } else { [0, 0, 255] })
        } else {
            Rgb([0, 255, 0])
        }
    });
    save(&dir.path().join("a.png"), &face);
    save(&below.join("c.png"), &flat(30, 30, [10, 20, 30]));
    let data = from(dir.path(), Split::Train, None).expect("a data set");
    assert_eq!(
        (data.shape.height, data.shape.channels, data.len()),
        (64, 3, 2)
    );
    let first = data.display_row(0);
    assert_eq!(first[..3], [255, 0, 0]);
    assert_eq!(first[63 * 3..64 * 3], [0, 0, 255]);
    assert!(
        first.chunks_exact(3).all(|p| p[1] == 0),
        "the bars are gone"
    );
    assert_eq!(data.display_row(1)[..3], [10, 20, 30]);
    assert_eq!(
        from(dir.path(), Split::Train, Some(1)).expect("one").len(),
        1
    );
    let whole = open(&DataConfig {
        image: ImageOptions {
            side: Some(109),
            crop: Crop::Whole,
            colour: Colour::Grey,
        },
        ..request(dir.path())
    })
    .expect("all of it");
    assert_eq!(
        (whole.shape.height, whole.shape.width, whole.shape.channels),
        (109, 89, 1)
    );
    // 0.587 of 255 for green, and .114 for blue.
    assert_eq!(whole.display_row(0)[0], 150);
    assert_eq!(whole.display_row(0)[50 * 89 + 88], 29);
    assert_eq!(
        load_with(&request(dir.path()), 0, &Store::off(), &|_| false),
        Err(Error::Cancelled)
    );
}

fn labelled(data: &Dataset) -> (Option<&[u8]>, Vec<&str>) {
    let classes = data.classes.iter().map(String::as_str).collect();
    (data.labels.as_deref(), classes)
}

#[test]
fn sub_folders_are_classes_and_splits() {
    let dir = tempfile::tempdir().expect("a folder");
    for (split, class, count) in [("train", "cat", 2), ("train", "dog", 1), ("test", "dog", 2)] {
        let place = folder(dir.path(), &format!("{split}/{class}/deep"));
        for i in 0..count {
            save(&place.join(format!("{i}.png")), &flat(8, 8, [i as u8; 3]));
        }
    }
    let data = from(&dir.path().join("train"), Split::Train, None).expect("classes");
    assert_eq!(labelled(&data), (Some(&[0, 0, 1][..]), vec!["cat", "dog"]));
    let data = from(dir.path(), Split::Train, None).expect("a split");
    assert_eq!(labelled(&data), (Some(&[0, 0, 1][..]), vec!["cat", "dog"]));
    let data = from(dir.path(), Split::Test, None).expect("the other split");
    // A class has one number in all splits.
    assert_eq!(labelled(&data), (Some(&[1, 1][..]), vec!["cat", "dog"]));
    let data = from(&dir.path().join("test"), Split::Test, None).expect("the split alone");
    // One class says nothing.
    assert_eq!((data.len(), labelled(&data)), (2, (None, vec![])));
    let dogs = DataConfig {
        classes: vec!["dog".into()],
        ..request(&dir.path().join("train"))
    };
    assert_eq!(
        labelled(&open(&dogs).expect("dogs")),
        (Some(&[1][..]), vec!["cat", "dog"])
    );
    save(&dir.path().join("train/stray.png"), &flat(8, 8, [0; 3]));
    let data = from(&dir.path().join("train"), Split::Train, None).expect("a stray picture");
    assert_eq!((data.len(), data.labels), (4, None));
}

/// CelebA as it is laid out, in small.
fn celeba(root: &Path, partition: bool) {
    let pictures = folder(root, "img_align_celeba");
    let mut attributes = "4\nBald Smiling \n".to_owned();
    let mut parts = String::new();
    for (i, (bald, smiling, part)) in [
        ("-1", " 1", 0),
        (" 1", " 1", 0),
        ("-1", "-1", 1),
        (" 1", "-1", 2),
    ]
    .iter()
    .enumerate()
    {
        let name = format!("{:06}.jpg", i + 1);
        save(&pictures.join(&name), &flat(178, 218, [40 * i as u8; 3]));
        attributes.push_str(&format!("{name} {bald} {smiling}\n"));
        parts.push_str(&format!("{name} {part}\n"));
    }
    put(root, "list_attr_celeba.txt", attributes.as_bytes());
    if partition {
        put(root, "list_eval_partition.txt", parts.as_bytes());
    }
}

#[test]
fn celeba_has_attributes_and_a_partition() {
    let dir = tempfile::tempdir().expect("a folder");
    celeba(dir.path(), false);
    let error = from(dir.path(), Split::Test, None).expect_err("no partition, no split");
    assert!(error.to_string().contains("is not divided"), "{error}");
    let all = from(dir.path(), Split::Auto, None).expect("all of it");
    assert_eq!(
        (all.name.as_str(), all.len(), all.labels.as_ref()),
        ("CelebA", 4, None)
    );
    celeba(dir.path(), true);
    for root in [
        dir.path().to_path_buf(),
        dir.path().join("img_align_celeba"),
    ] {
        let smiling = DataConfig {
            label: Some("smiling".into()),
            ..request(&root)
        };
        let train = open(&smiling).expect("the training part");
        assert_eq!(
            (train.name.as_str(), train.dim()),
            ("CelebA train", 64 * 64 * 3)
        );
        assert_eq!(
            labelled(&train),
            (Some(&[1, 1][..]), vec!["not smiling", "smiling"])
        );
        let bald = DataConfig {
            split: Split::Test,
            label: Some("Bald".into()),
            classes: vec!["1".into()],
            ..request(&root)
        };
        let test = open(&bald).expect("the test part");
        assert_eq!(
            (test.len(), test.labels, test.pixels.are_bytes()),
            (1, Some(vec![1]), true)
        );
    }
    let unknown = DataConfig {
        label: Some("Tall".into()),
        ..request(dir.path())
    };
    let error = open(&unknown).expect_err("no such attribute").to_string();
    assert!(
        error.contains("no labels 'Tall'") && error.contains("Bald, Smiling"),
        "{error}"
    );
    put(
        dir.path(),
        "list_attr_celeba.txt",
        b"4\nBald Smiling\n000001.jpg 1 7\n",
    );
    let smiling = DataConfig {
        label: Some("Smiling".into()),
        ..request(dir.path())
    };
    let error = open(&smiling).expect_err("a bad line").to_string();
    assert!(error.contains("line 3: the value of Smiling"), "{error}");
    put(
        dir.path(),
        "list_eval_partition.txt",
        b"000001.jpg 9\n000002.jpg 5\n",
    );
    let error = from(dir.path(), Split::Train, None)
        .expect_err("a bad partition")
        .to_string();
    assert!(error.contains("line 2 is not a file and a part"), "{error}");
}

#[test]
fn real_faces_have_their_attributes() {
    let Some(root) = real("real_faces_have_their_attributes", "celeba-1000") else {
        return;
    };
    let smiling = DataConfig {
        label: Some("Smiling".into()),
        limit: Some(5),
        ..request(&root)
    };
    let data = open(&smiling).expect("faces");
    // Lines 1 to 5 of the list, column 32.
    assert_eq!(data.labels.as_deref(), Some(&[1, 1, 0, 0, 0][..]));
    assert_eq!(data.classes, ["not Smiling", "Smiling"]);
}

#[test]
fn damaged_pictures_are_left_out_and_listed_until_they_are_too_many() {
    let dir = tempfile::tempdir().expect("a folder");
    for i in 0..12 {
        let place = folder(dir.path(), ["even", "odd"][i % 2]);
        save(
            &place.join(format!("{i:02}.png")),
            &flat(8, 8, [i as u8; 3]),
        );
    }
    let cut = |name: &str| {
        let path = dir.path().join(name);
        let whole = fs::read(&path).expect("bytes");
        fs::write(&path, &whole[..whole.len() / 2]).expect("a file");
        path
    };
    let path = cut("even/00.png");
    let data = from(dir.path(), Split::Train, None).expect("the others");
    assert_eq!((data.len(), data.shape.height), (11, 8));
    assert_eq!(
        data.labels.as_deref(),
        Some(&[0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1][..])
    );
    assert_eq!(bytes(&data)[0], 2, "the first that is left");
    assert_eq!(data.skipped.count, 1);
    let (listed, reason) = &data.skipped.listed[0];
    assert!(
        *listed == path && !reason.is_empty() && !reason.contains('\n'),
        "{reason}"
    );
    cut("odd/05.png");
    let error = from(dir.path(), Split::Train, None)
        .expect_err("too many")
        .to_string();
    assert!(
        error.contains("2 of its 12 pictures cannot be read, more than one in 10"),
        "{error}"
    );
}

/// Files whose headers promise what no memory holds.
#[test]
fn huge_headers_are_not_believed() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut png = encoded(&flat(8, 8, [1; 3]), ImageFormat::Png);
    // Width and height of the first chunk, and its checksum.
    png[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    put(dir.path(), "huge.png", &png);
    let mut bmp = encoded(&flat(8, 8, [1; 3]), ImageFormat::Bmp);
    bmp[18..26].copy_from_slice(&[255, 255, 255, 127, 255, 255, 255, 127]);
    put(dir.path(), "huge.bmp", &bmp);
    put(dir.path(), "empty.png", b"");
    put(dir.path(), "text.jpg", b"this is no picture");
    let error = from(dir.path(), Split::Train, None)
        .expect_err("nothing to read")
        .to_string();
    assert!(
        error.contains("no picture in it can be read") && !error.contains('\n'),
        "{error}"
    );
    for i in 0..60 {
        save(&dir.path().join(format!("{i:02}.png")), &flat(8, 8, [i; 3]));
    }
    let data = from(dir.path(), Split::Train, None).expect("the good ones");
    assert_eq!(
        (data.len(), data.skipped.count),
        (60, 4),
        "{:?}",
        data.skipped
    );
    let reasons: Vec<&str> = data
        .skipped
        .listed
        .iter()
        .map(|(_, r)| r.as_str())
        .collect();
    assert!(reasons.contains(&"the file is empty"), "{reasons:?}");
    assert!(
        reasons.iter().any(|r| r.contains("larger than 16384")),
        "{reasons:?}"
    );
    assert!(
        reasons.iter().any(|r| r.contains("no picture of a kind")),
        "{reasons:?}"
    );
}

#[cfg(unix)]
#[test]
fn links_that_lead_in_circles_and_closed_folders_do_no_harm() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = tempfile::tempdir().expect("a folder");
    let inner = folder(dir.path(), "inner");
    save(&inner.join("a.png"), &flat(8, 8, [1; 3]));
    symlink(dir.path(), inner.join("up")).expect("a link");
    symlink(&inner, dir.path().join("again")).expect("a link");
    symlink(inner.join("gone"), inner.join("dangling.png")).expect("a link");
    symlink(inner.join("a.png"), inner.join("b.png")).expect("a link");
    let data = from(dir.path(), Split::Train, None).expect("two pictures");
    // The folder is seen once, under the first of its names; the link to a file is a picture of its own.
    assert_eq!(
        (data.len(), data.skipped.count),
        (2, 0),
        "{:?}",
        data.skipped
    );
    let closed = folder(dir.path(), "closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).expect("own folder");
    let readable = fs::read_dir(&closed).is_ok();
    let data = from(dir.path(), Split::Train, None);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("own folder");
    let data = data.expect("the rest");
    if readable {
        eprintln!("SKIPPED the closed folder: this user may read everything");
    } else {
        assert_eq!((data.len(), data.skipped.count), (2, 1));
        assert_eq!(
            data.skipped.listed[0],
            (closed, "permission to read it is denied".into())
        );
    }
}

#[test]
fn nothing_to_read_is_one_sentence() {
    let dir = tempfile::tempdir().expect("a folder");
    for (path, part) in [
        (dir.path().to_path_buf(), "the folder is empty"),
        (dir.path().join("gone"), "there is no such file or folder"),
    ] {
        let error = from(&path, Split::Train, None).expect_err(part).to_string();
        assert!(error.contains(part) && !error.contains('\n'), "{error}");
    }
    save(&dir.path().join("one.png"), &flat(8, 8, [1; 3]));
    let one = dir.path().join("one.png");
    let error = from(&one, Split::Train, None)
        .expect_err("one picture")
        .to_string();
    assert!(
        error.contains("give the folder that holds the pictures"),
        "{error}"
    );
    let data = load_with(&request(dir.path()), 0, &Store::off(), &quiet).expect("a folder of one");
    assert!(matches!(data.pixels, Pixels::Bytes(_)));
}
