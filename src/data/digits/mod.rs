//! Built-in handwritten digits, drawn by the program itself.
//!
//! A digit is a skeleton (`datasets/digits/skeletons.txt`: several ways of writing each digit)
//! bent, slanted and shaken as a hand does it (`datasets/digits/recipe.txt`: by how much, between
//! writers and within one), then inked with a pen of varying pressure and fitted into the 20×20
//! middle of a 28×28 picture, centred by mass, as MNIST is. Each digit depends on the seed and
//! its own number alone, so any part of the set can be made at any time, in parallel.

mod pen;
mod raster;
mod recipe;
mod skeleton;

use rayon::prelude::*;

use crate::config::Split;

use super::dataset::{Dataset, ImageShape, Pixels};
use super::error::{Error, OnProgress, report};
use raster::SIDE;
use recipe::Recipe;
use skeleton::Skeletons;

/// Digits made when no number is asked for.
pub const DEFAULT_COUNT: usize = 10_000;
/// Most digits that can be asked for.
pub const MAX_COUNT: usize = 1 << 22;

/// The test split's digits are numbered from here, so that none is also a training digit.
const TEST: u32 = 1 << 30;
/// Digits between two progress reports.
const CHUNK: usize = 2048;

/// Makes `count` labelled 28×28 digits of `split`; the first k of them do not depend on `count`.
///
/// # Errors
/// [`Error::TooLarge`] above [`MAX_COUNT`]; [`Error::Cancelled`]; [`Error::Recipe`] if the
/// recipe files that the program was built with are damaged.
pub fn generate(
    count: usize,
    split: Split,
    seed: u32,
    progress: OnProgress<'_>,
) -> Result<Dataset, Error> {
    if count > MAX_COUNT {
        let bytes = |n: usize| (n as u64).saturating_mul((SIDE * SIDE) as u64);
        return Err(Error::TooLarge {
            what: format!("{count} digits"),
            needed: bytes(count),
            cap: bytes(MAX_COUNT),
            advice: "ask for fewer with a limit",
        });
    }
    let skeletons = Skeletons::read()?;
    let recipe = Recipe::read()?;
    let (first, name) = match split {
        Split::Auto | Split::Train => (0, "digits"),
        Split::Validation | Split::Test => (TEST, "digits test"),
    };
    let mut pixels = vec![0_u8; count * SIDE * SIDE];
    let mut labels = vec![0_u8; count];
    let chunks = pixels
        .chunks_mut(CHUNK * SIDE * SIDE)
        .zip(labels.chunks_mut(CHUNK));
    for (chunk, (pixels, labels)) in chunks.enumerate() {
        let start = chunk * CHUNK;
        report(progress, "drawing digits", start, count)?;
        pixels
            .par_chunks_mut(SIDE * SIDE)
            .zip(labels)
            .enumerate()
            .for_each(|(i, (picture, label))| {
                let index = first + (start + i) as u32;
                *label = draw(&skeletons, &recipe, seed, index, picture);
            });
    }
    report(progress, "drawing digits", count, count)?;
    Ok(Dataset {
        name: name.into(),
        shape: ImageShape {
            height: SIDE,
            width: SIDE,
            channels: 1,
        },
        pixels: Pixels::Bytes(pixels),
        labels: Some(labels),
        ..Dataset::default()
    })
}

/// Draws digit number `index` into `picture` and returns which digit it is.
fn draw(skeletons: &Skeletons, recipe: &Recipe, seed: u32, index: u32, picture: &mut [u8]) -> u8 {
    let written = pen::write(skeletons, recipe, seed, index);
    let mut ink = [0.0; SIDE * SIDE];
    for stroke in &written.strokes {
        raster::draw(stroke, written.softness, &mut ink);
    }
    for (byte, ink) in picture.iter_mut().zip(&ink) {
        *byte = (ink * 255.0 + 0.5) as u8;
    }
    written.digit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(count: usize, split: Split, seed: u32) -> Dataset {
        generate(count, split, seed, &|_| true).expect("a result")
    }

    #[test]
    fn a_digit_depends_on_seed_and_number_alone() {
        let few = make(50, Split::Train, 3);
        let many = make(CHUNK + 50, Split::Train, 3);
        let (Pixels::Bytes(a), Pixels::Bytes(b)) = (&few.pixels, &many.pixels) else {
            panic!("digits are bytes")
        };
        assert_eq!(a[..], b[..a.len()]);
        assert_eq!(
            few.labels.as_ref().expect("a result")[..],
            many.labels.as_ref().expect("a result")[..50]
        );
        assert_ne!(few.pixels, make(50, Split::Train, 4).pixels);
        assert_ne!(few.pixels, make(50, Split::Test, 3).pixels);
    }

    #[test]
    fn digits_fill_the_middle_and_are_centred() {
        let data = make(500, Split::Train, 0);
        let Pixels::Bytes(bytes) = &data.pixels else {
            panic!("digits are bytes")
        };
        for (i, picture) in bytes.chunks(SIDE * SIDE).enumerate() {
            let (mut mass, mut mx, mut my) = (0.0, 0.0, 0.0);
            let (mut low, mut high) = ([SIDE; 2], [0; 2]);
            for (p, &v) in picture.iter().enumerate() {
                let (x, y) = (p % SIDE, p / SIDE);
                mass += f64::from(v);
                mx += f64::from(v) * (x as f64 + 0.5);
                my += f64::from(v) * (y as f64 + 0.5);
                if v > 127 {
                    low = [low[0].min(x), low[1].min(y)];
                    high = [high[0].max(x), high[1].max(y)];
                }
            }
            assert!(
                (mx / mass - 14.0).abs() < 2.5 && (my / mass - 14.0).abs() < 2.5,
                "{i}"
            );
            let longest = (high[0] - low[0]).max(high[1] - low[1]) + 1;
            assert!((17..=23).contains(&longest), "digit {i} is {longest} long");
        }
    }

    #[test]
    fn all_labels_occur_about_equally() {
        let data = make(4000, Split::Train, 1);
        let mut counts = [0; 10];
        for &label in data.labels.as_ref().expect("a result") {
            counts[usize::from(label)] += 1;
        }
        // Five standard deviations of a binomial with p = 1/10.
        assert!(
            counts.iter().all(|&c: &i32| (c - 400).abs() < 95),
            "{counts:?}"
        );
    }
}
