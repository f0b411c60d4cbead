//! The factors of a face and its colours: `datasets/faces/recipe.txt` and `palette.txt` as data.

use crate::data::error::Error;

/// The files, part of the program.
const RECIPE: &str = include_str!("../../../datasets/faces/recipe.txt");
const PALETTE: &str = include_str!("../../../datasets/faces/palette.txt");
/// Their names in errors.
const RECIPE_FILE: &str = "faces/recipe.txt";
const PALETTE_FILE: &str = "faces/palette.txt";

/// Red, green and blue in 0..=1.
pub(super) type Rgb = [f32; 3];

/// How one factor is distributed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Spread {
    pub(super) mean: f32,
    pub(super) deviation: f32,
    pub(super) least: f32,
    pub(super) most: f32,
}

macro_rules! factors {
    ($($name:ident),+ $(,)?) => {
        /// Every factor of the recipe; the comments in the file say what each means.
        #[derive(Debug, Clone, Copy, PartialEq, Default)]
        pub(super) struct Factors<T> {
            $(pub(super) $name: T),+
        }

        impl<T: Copy> Factors<T> {
            /// The same factors after `f`, which is told each one's number.
            pub(super) fn map<U>(&self, mut f: impl FnMut(u32, T) -> U) -> Factors<U> {
                let mut number = 0..;
                let mut next = || number.next().unwrap_or(0);
                Factors { $($name: f(next(), self.$name)),+ }
            }

            fn field_mut(&mut self, name: &str) -> Option<&mut T> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)+
                    _ => None,
                }
            }

            const NAMES: &[&str] = &[$(stringify!($name)),+];
        }
    };
}

factors! {
    size, across, down, width, jaw, ears, yaw, pitch, roll, skin, blush, eye_size, eye_open, eye_apart, eye_tilt,
    gaze, brow_high, brow_tilt, brow_thick, nose, nose_wide, mouth, smile, open, lips, fringe, sides, swoop, volume,
    length, curl, light_x, light_y, light_warm, ambient, horizon, glasses, beard,
}

/// The colours of the palette.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Palette {
    pub(super) skin: Vec<Rgb>,
    pub(super) hair: Vec<(String, f32, Rgb)>,
    pub(super) eye: Vec<(f32, Rgb)>,
    pub(super) cloth: Vec<Rgb>,
    pub(super) back: Vec<[Rgb; 2]>,
}

/// Both files.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recipe {
    pub(super) factors: Factors<Spread>,
    pub(super) palette: Palette,
}

impl Recipe {
    /// Reads the built-in files.
    pub(super) fn read() -> Result<Self, Error> {
        Ok(Self {
            factors: factors(RECIPE)?,
            palette: palette(PALETTE)?,
        })
    }
}

/// The lines with something on them, each with its number from 1, and a maker of errors.
fn lines(text: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    text.lines().enumerate().filter_map(|(index, line)| {
        let line = line.split('#').next().unwrap_or("");
        let words: Vec<&str> = line.split_whitespace().collect();
        (!words.is_empty()).then_some((index + 1, words))
    })
}

fn factors(text: &str) -> Result<Factors<Spread>, Error> {
    let bad = |line: usize, reason: String| Error::Recipe {
        file: RECIPE_FILE,
        line,
        reason,
    };
    let mut found: Factors<Option<Spread>> = Factors::default();
    for (line, words) in lines(text) {
        let numbers: Vec<f32> = words[1..].iter().map_while(|w| w.parse().ok()).collect();
        let &[mean, deviation, least, most] = numbers.as_slice() else {
            return Err(bad(
                line,
                "a line is 'name mean deviation least most'".into(),
            ));
        };
        if least > most || deviation < 0.0 {
            return Err(bad(
                line,
                "a deviation is not negative, and least is not above most".into(),
            ));
        }
        let slot = found
            .field_mut(words[0])
            .ok_or_else(|| bad(line, format!("there is no factor '{}'", words[0])))?;
        *slot = Some(Spread {
            mean,
            deviation,
            least,
            most,
        });
    }
    for &name in Factors::<Option<Spread>>::NAMES {
        if found.field_mut(name).is_some_and(|v| v.is_none()) {
            let reason = format!("the factor '{name}' is missing");
            return Err(bad(text.lines().count(), reason));
        }
    }
    Ok(found.map(|_, spread| spread.unwrap_or_default()))
}

fn colour(text: &str) -> Option<Rgb> {
    let mut parts = text.split(',').map(|p| p.parse::<u8>().ok());
    let mut next = || Some(f32::from(parts.next()??) / 255.0);
    let rgb = [next()?, next()?, next()?];
    parts.next().is_none().then_some(rgb)
}

fn palette(text: &str) -> Result<Palette, Error> {
    let mut palette = Palette::default();
    for (line, words) in lines(text) {
        let weight = |text: &str| text.parse::<f32>().ok().filter(|w| *w > 0.0);
        let added = match words[..] {
            ["skin", rgb] => colour(rgb).map(|c| palette.skin.push(c)),
            ["hair", name, share, rgb] => colour(rgb)
                .zip(weight(share))
                .map(|(c, w)| palette.hair.push((name.into(), w, c))),
            ["eye", share, rgb] => colour(rgb)
                .zip(weight(share))
                .map(|(c, w)| palette.eye.push((w, c))),
            ["cloth", rgb] => colour(rgb).map(|c| palette.cloth.push(c)),
            ["back", one, other] => colour(one)
                .zip(colour(other))
                .map(|(a, b)| palette.back.push([a, b])),
            _ => None,
        };
        if added.is_none() {
            return Err(Error::Recipe {
                file: PALETTE_FILE,
                line,
                reason:
                    "it is none of skin, hair, eye, cloth and back with their weights and colours"
                        .into(),
            });
        }
    }
    let complete = palette.skin.len() > 1
        && !palette.hair.is_empty()
        && !palette.eye.is_empty()
        && !palette.cloth.is_empty()
        && !palette.back.is_empty();
    if complete {
        Ok(palette)
    } else {
        Err(Error::Recipe {
            file: PALETTE_FILE,
            line: text.lines().count(),
            reason: "a kind of colour is missing".into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_files_are_complete() {
        let recipe = Recipe::read().expect("a recipe");
        assert!(recipe.factors.size.mean > 10.0);
        assert!(recipe.palette.hair.iter().any(|(name, ..)| name == "blond"));
    }

    #[test]
    fn wrong_lines_are_named() {
        for (text, part) in [
            ("# c\nyaw 0 1", "line 2: a line is"),
            ("yawn 0 1 2 3", "'yawn'"),
            ("yaw 0 1 3 2", "least is not above most"),
            ("yaw 0 1 -1 1", "'size' is missing"),
        ] {
            let error = factors(text).expect_err(text).to_string();
            assert!(error.contains(part), "{error}");
        }
        for (text, part) in [
            ("skin 1,2", "line 1"),
            ("hair black -3 1,2,3", "line 1"),
            ("skin 1,2,300", "line 1"),
            ("skin 1,2,3", "missing"),
        ] {
            let error = palette(text).expect_err(text).to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
