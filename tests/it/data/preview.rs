//! What a request will give, before it is loaded.

use collapse_explorer::config::{Colour, DataConfig, DataSource, ImageOptions, Split};
use collapse_explorer::data::{Error, Store, load_with, preview_cancellable, preview_with};

use super::pictures::{flat, folder};
use super::{idx_file, noise, open, put, quiet, real, request};

/// The preview must be the first items of what is loaded, and count them right.
fn agrees(config: &DataConfig) {
    let preview = preview_with(config, 3, &Store::off()).expect("a preview");
    let data = load_with(config, 3, &Store::off(), &quiet).expect("a data set");
    assert_eq!(preview.count as usize, data.len(), "{config:?}");
    assert_eq!(
        preview.bytes as usize,
        data.len() * data.dim() * if data.pixels.are_bytes() { 1 } else { 4 }
    );
    assert_eq!(preview.first.shape, data.shape);
    assert_eq!(preview.first.len(), data.len().min(8));
    assert_eq!(
        (&preview.first.name, &preview.first.classes),
        (&data.name, &data.classes)
    );
    for item in 0..preview.first.len() {
        assert_eq!(
            preview.first.display_row(item),
            data.display_row(item),
            "{item} of {config:?}"
        );
    }
    assert_eq!(
        preview.first.labels.as_deref(),
        data.labels.as_deref().map(|l| &l[..preview.first.len()])
    );
}

#[test]
fn it_is_the_start_of_what_is_loaded() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = folder(dir.path(), "pictures");
    for i in 0..20_u8 {
        let class = folder(&place, ["a", "b"][usize::from(i % 2)]);
        flat(10, 12, [i, 9, 9])
            .save(class.join(format!("{i:02}.png")))
            .expect("a picture");
    }
    let arrays = folder(dir.path(), "arrays");
    put(
        &arrays,
        "x-images-idx3-ubyte",
        &idx_file(8, &[50, 4, 4], &noise(800)),
    );
    let labels: Vec<u8> = (0..50).map(|i| i % 3).collect();
    put(&arrays, "x-labels-idx1-ubyte", &idx_file(8, &[50], &labels));
    for source in [
        DataSource::Path(place),
        DataSource::Path(arrays),
        DataSource::Faces,
    ] {
        let label = (source == DataSource::Faces).then(|| "smile".to_owned());
        let plain = DataConfig {
            source,
            limit: Some(30),
            label,
            ..DataConfig::default()
        };
        agrees(&plain);
        agrees(&DataConfig {
            classes: vec!["1".into()],
            ..plain.clone()
        });
        agrees(&DataConfig {
            image: ImageOptions {
                side: Some(6),
                colour: Colour::Grey,
                ..ImageOptions::default()
            },
            split: match plain.source {
                DataSource::Path(_) => Split::Auto,
                _ => Split::Test,
            },
            limit: None,
            ..plain
        });
    }
    let gone = request(&dir.path().join("gone"));
    assert_eq!(
        preview_with(&gone, 0, &Store::off()).err(),
        open(&gone).err()
    );
}

#[test]
fn only_pictures_that_are_not_kept_take_time_to_decode_and_a_look_can_be_given_up() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = folder(dir.path(), "pictures");
    for i in 0..3 {
        let path = place.join(format!("{i}.png"));
        flat(40, 40, [i, 9, 9]).save(path).expect("a picture");
    }
    let store = Store::at(dir.path().join("kept"));
    let decoding = |config: &DataConfig| {
        let preview = preview_with(config, 0, &store).expect("a preview");
        preview.decoding
    };
    let plain = request(&place);
    assert!(decoding(&plain).is_some_and(|time| !time.is_zero()));
    load_with(&plain, 0, &store, &quiet).expect("pictures");
    assert!(decoding(&plain).is_some_and(|time| time.is_zero()));
    // At another size they are decoded anew.
    let mut other = plain.clone();
    other.image.side = Some(8);
    assert!(decoding(&other).is_some_and(|time| !time.is_zero()));
    let built_in = DataConfig {
        limit: Some(10),
        ..DataConfig::default()
    };
    assert_eq!(decoding(&built_in), None);
    let stopped = preview_cancellable(&plain, 0, &store, &|_| false);
    assert_eq!(stopped.err(), Some(Error::Cancelled));
}

#[test]
fn labels_that_can_be_chosen_are_named() {
    let Some(root) = real("labels_that_can_be_chosen_are_named", "celeba-1000") else {
        return;
    };
    let preview = preview_with(&request(&root), 0, &Store::off()).expect("a preview");
    assert_eq!((preview.labels.len(), preview.count), (40, 1000));
    assert_eq!(preview.labels[31], "Smiling");
    let store = Store::at("unused").with_resident(1 << 20);
    assert!(
        preview_with(&request(&root), 0, &store)
            .expect("a preview")
            .on_disk
    );
}
