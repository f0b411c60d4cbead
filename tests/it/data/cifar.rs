//! CIFAR binaries, real and made here.

use std::fs;
use std::path::Path;

use collapse_explorer::config::{DataConfig, Split};

use super::{bytes, from, gzip, moments, open, put, real, request};

/// A record: labels, then a picture whose planes are constant but for the first pixel.
fn record(labels: &[u8], [red, green, blue]: [u8; 3]) -> Vec<u8> {
    let mut record = labels.to_vec();
    for value in [red, green, blue] {
        let mut plane = vec![value; 1024];
        plane[0] = value / 2;
        record.extend(plane);
    }
    record
}

fn ten(labels: &[u8]) -> Vec<u8> {
    let one = |&label: &u8| record(&[label], [200, 100, label]);
    labels.iter().flat_map(one).collect()
}

#[test]
fn the_real_test_set_has_its_published_numbers() {
    let Some(folder) = real(
        "the_real_test_set_has_its_published_numbers",
        "cifar10-test",
    ) else {
        return;
    };
    let data = from(&folder, Split::Test, None).expect("CIFAR-10 loads");
    assert_eq!(
        (data.name.as_str(), data.len(), data.dim()),
        ("CIFAR-10 test", 10_000, 3072)
    );
    let labels = data.labels.as_ref().expect("labels");
    for class in 0..10 {
        let items = labels.iter().map(|&label| usize::from(label == class));
        assert_eq!(items.sum::<usize>(), 1000);
    }
    // The test images' means per channel, which differ from the training images' (.4914, .4822, .4465) by under 0.01.
    let mut sums = [0_u64; 3];
    for pixel in bytes(&data).chunks_exact(3) {
        for (sum, &v) in sums.iter_mut().zip(pixel) {
            *sum += u64::from(v);
        }
    }
    for (sum, published) in sums.iter().zip([0.4914, 0.4822, 0.4465]) {
        let mean = *sum as f64 / (10_000.0 * 1024.0 * 255.0);
        assert!((mean - published).abs() < 0.01, "{mean} {published}");
    }
    let (_, std) = moments(&data);
    assert!((std - 0.25).abs() < 0.01, "{std}");
    let error = from(&folder, Split::Train, None).expect_err("no training images");
    assert!(
        error.to_string().contains("choose the split 'test'"),
        "{error}"
    );
    for path in [folder.clone(), folder.join("test_batch.bin")] {
        let file = from(&path, Split::Auto, Some(7)).expect("what there is");
        assert_eq!(bytes(&file), &bytes(&data)[..7 * 3072]);
        assert_eq!(file.name, "CIFAR-10 test");
        assert_eq!(
            file.remarks,
            ["there are no training images here, so the test images are used"]
        );
        assert!(from(&path, Split::Train, None).is_err());
    }
}

#[test]
fn planes_become_pixels_and_batches_come_in_order() {
    let dir = tempfile::tempdir().expect("a folder");
    put(dir.path(), "data_batch_1.bin", &ten(&[3, 1]));
    put(dir.path(), "data_batch_2.bin", &ten(&[4, 1, 5]));
    put(dir.path(), "test_batch.bin", &ten(&[9]));
    let names = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";
    put(dir.path(), "batches.meta.txt", names.as_bytes());
    let data = from(dir.path(), Split::Train, None).expect("two batches");
    assert_eq!(data.name, "CIFAR-10 train");
    assert_eq!(data.labels.as_deref(), Some(&[3, 1, 4, 1, 5][..]));
    assert_eq!(data.classes[3], "cat");
    let row = data.display_row(0);
    assert_eq!(row[..6], [100, 50, 1, 200, 100, 3]);
    let test = from(dir.path(), Split::Test, None).expect("the test batch");
    assert_eq!(test.labels, Some(vec![9]));
    let cats = DataConfig {
        classes: vec!["Automobile".into(), "5".into()],
        limit: Some(2),
        ..request(dir.path())
    };
    let chosen = open(&cats).expect("two classes");
    assert_eq!(chosen.labels.as_deref(), Some(&[1, 1][..]));
    assert_eq!(chosen.display_row(1), data.display_row(3));
    let unknown = DataConfig {
        classes: vec!["zebra".into()],
        ..request(dir.path())
    };
    let error = open(&unknown).expect_err("no zebras").to_string();
    assert!(
        error.contains("no class 'zebra'") && error.contains("airplane"),
        "{error}"
    );
}

#[test]
fn the_hundred_have_fine_and_coarse_labels() {
    let dir = tempfile::tempdir().expect("a folder");
    let file: Vec<u8> = [[19_u8, 99], [0, 7], [4, 30]]
        .iter()
        .flat_map(|labels| record(labels, [1, 2, 3]))
        .collect();
    put(dir.path(), "train.bin", &file);
    let data = from(dir.path(), Split::Train, None).expect("CIFAR-100");
    assert_eq!(data.name, "CIFAR-100 train");
    assert_eq!(data.labels.as_deref(), Some(&[99, 7, 30][..]));
    assert!(
        data.classes.is_empty(),
        "names are given by a file that is not here"
    );
    let coarse = DataConfig {
        label: Some("coarse".into()),
        ..request(dir.path())
    };
    assert_eq!(open(&coarse).expect("coarse").labels, Some(vec![19, 0, 4]));
    let other = DataConfig {
        label: Some("smell".into()),
        ..request(dir.path())
    };
    assert!(
        open(&other)
            .expect_err("no")
            .to_string()
            .contains("fine, coarse")
    );
    // Compressed, and under any name that says what it is.
    put(dir.path(), "train.bin", b"");
    fs::remove_file(dir.path().join("train.bin")).expect("gone");
    put(dir.path(), "train.bin.gz", &gzip(&file));
    let packed = from(dir.path(), Split::Train, Some(2)).expect("compressed");
    assert_eq!(packed.labels, Some(vec![99, 7]));
}

#[test]
fn damaged_files_are_explained() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("data_batch_1.bin");
    let refused = |content: &[u8], path: &Path| {
        fs::write(path, content).expect("a file");
        let error = from(path, Split::Train, None)
            .expect_err("damaged")
            .to_string();
        assert!(
            error.contains("data_batch_1.bin") && !error.contains('\n'),
            "{error}"
        );
        error
    };
    let good = ten(&[1, 2, 3]);
    let cut = refused(&good[..good.len() - 5], &path);
    assert!(
        cut.contains("9214 bytes are no whole number of CIFAR records"),
        "{cut}"
    );
    let labels = refused(&ten(&[1, 77, 3]), &path);
    assert!(labels.contains("cut off or damaged"), "{labels}");
    // Recognised by its content alone, whatever the name.
    let odd = dir.path().join("pictures");
    fs::write(&odd, &good).expect("a file");
    assert_eq!(
        from(&odd, Split::Auto, None).expect("CIFAR").labels,
        Some(vec![1, 2, 3])
    );
}
