//! Built-in faces in colour, drawn by the program itself.
//!
//! A face is about forty continuous factors (`datasets/faces/recipe.txt`: head, pose, eyes, mouth, hair, light) and
//! colours from a palette (`palette.txt`), painted as softly lit shapes. Each face depends on the seed and its own
//! number alone, so any part of the set can be made at any time, in parallel. Nobody is portrayed.

mod canvas;
mod features;
mod paint;
mod person;
mod recipe;

use rayon::prelude::*;

use crate::config::Split;

use super::dataset::{Dataset, ImageShape, Pixels};
use super::error::{Error, OnProgress, report};
use super::limits::MAX_BYTES;
use canvas::SIDE;
use person::{LABELS, Person};
use recipe::Recipe;

/// Faces made when no number is asked for.
pub const DEFAULT_COUNT: usize = 10_000;
/// Most faces that can be asked for.
pub const MAX_COUNT: usize = MAX_BYTES as usize / ITEM;

/// Values of a face.
const ITEM: usize = SIDE * SIDE * 3;
/// The test split's faces are numbered from here, so that none is also a training face.
const TEST: u32 = 1 << 30;
/// Faces between two progress reports.
const CHUNK: usize = 512;

/// The factors that can be asked for as labels.
pub fn labels() -> Vec<String> {
    LABELS.iter().map(|&name| name.to_owned()).collect()
}

/// Makes `count` 64 × 64 faces of `split`, with the classes of the factor `label` if one is named; the first k of them
/// do not depend on `count`.
///
/// # Errors
/// [`Error::TooLarge`] above [`MAX_COUNT`]; [`Error::NoSuchLabel`]; [`Error::Cancelled`]; [`Error::Recipe`] if the
/// files that the program was built with are damaged.
pub fn generate(
    count: usize,
    split: Split,
    seed: u32,
    label: Option<&str>,
    progress: OnProgress<'_>,
) -> Result<Dataset, Error> {
    if count > MAX_COUNT {
        let bytes = |n: usize| (n as u64).saturating_mul(ITEM as u64);
        return Err(Error::TooLarge {
            what: format!("{count} faces"),
            needed: bytes(count),
            cap: bytes(MAX_COUNT),
            advice: "ask for fewer with a limit",
        });
    }
    let recipe = Recipe::read()?;
    let classes = match label {
        None => Vec::new(),
        Some(label) => person::classes(&recipe, label).ok_or_else(|| Error::NoSuchLabel {
            name: "faces".into(),
            label: label.into(),
            known: LABELS.join(", "),
        })?,
    };
    let (first, name) = match split {
        Split::Auto | Split::Train => (0, "faces"),
        Split::Validation | Split::Test => (TEST, "faces test"),
    };
    let mut pixels = vec![0_u8; count * ITEM];
    let mut labels = vec![0_u8; count];
    let chunks = pixels
        .chunks_mut(CHUNK * ITEM)
        .zip(labels.chunks_mut(CHUNK));
    for (chunk, (pixels, labels)) in chunks.enumerate() {
        let start = chunk * CHUNK;
        report(progress, "painting faces", start, count)?;
        pixels
            .par_chunks_mut(ITEM)
            .zip(labels)
            .enumerate()
            .for_each(|(i, (picture, class))| {
                let person = Person::new(&recipe, seed, first + (start + i) as u32);
                paint::paint(&person).write(picture);
                *class = label.map_or(0, |label| person.class(label));
            });
    }
    report(progress, "painting faces", count, count)?;
    Ok(Dataset {
        name: name.into(),
        shape: ImageShape {
            height: SIDE,
            width: SIDE,
            channels: 3,
        },
        pixels: Pixels::Bytes(pixels),
        labels: label.is_some().then_some(labels),
        classes,
        ..Dataset::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(count: usize, split: Split, seed: u32, label: Option<&str>) -> Dataset {
        generate(count, split, seed, label, &|_| true).expect("faces")
    }

    #[test]
    fn a_face_depends_on_seed_and_number_alone() {
        let few = make(8, Split::Train, 3, None);
        let many = make(CHUNK + 8, Split::Train, 3, Some("smile"));
        let (Pixels::Bytes(a), Pixels::Bytes(b)) = (&few.pixels, &many.pixels) else {
            panic!("faces are bytes")
        };
        assert_eq!(a[..], b[..a.len()]);
        assert_eq!(few.labels, None);
        assert_ne!(few.pixels, make(8, Split::Train, 4, None).pixels);
        assert_ne!(few.pixels, make(8, Split::Test, 3, None).pixels);
    }

    #[test]
    fn labels_are_classes_that_all_occur() {
        for label in labels() {
            let data = make(300, Split::Train, 1, Some(&label));
            let classes = data.labels.expect("labels");
            for class in 0..data.classes.len() {
                let count = classes.iter().filter(|&&c| usize::from(c) == class).count();
                assert!(
                    count > 5,
                    "{label}: {} occurs {count} times",
                    data.classes[class]
                );
            }
            assert!(classes.iter().all(|&c| usize::from(c) < data.classes.len()));
        }
        let error =
            generate(1, Split::Train, 0, Some("mood"), &|_| true).expect_err("no such label");
        assert!(error.to_string().contains("hair, smile"), "{error}");
        assert!(generate(usize::MAX, Split::Train, 0, None, &|_| true).is_err());
    }

    /// A factor does what its name says: pictures of the class lit from the left are brighter on the left.
    #[test]
    fn light_falls_from_where_it_comes() {
        let data = make(400, Split::Train, 2, Some("light"));
        let classes = data.labels.as_ref().expect("labels");
        let mut sums = [[0.0_f64; 2]; 3];
        for (item, &class) in classes.iter().enumerate() {
            let row = data.display_row(item);
            for (p, v) in row.iter().enumerate() {
                let (x, y) = (p / 3 % SIDE, p / 3 / SIDE);
                // Cheeks, left and right of the nose.
                if (34..46).contains(&y) && (20..28).contains(&x) {
                    sums[usize::from(class)][0] += f64::from(*v);
                } else if (34..46).contains(&y) && (36..44).contains(&x) {
                    sums[usize::from(class)][1] += f64::from(*v);
                }
            }
        }
        let ratio = sums.map(|[left, right]| left / right);
        assert!(ratio[0] > 1.05 && ratio[2] < 0.95, "{ratio:?}");
        assert!((ratio[1] - 1.0).abs() < 0.05, "{ratio:?}");
    }
}
