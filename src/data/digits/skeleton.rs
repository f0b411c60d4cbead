//! The skeletons: `datasets/digits/skeletons.txt` as data.

use crate::data::error::Error;

/// The file, part of the program.
const TEXT: &str = include_str!("../../../datasets/digits/skeletons.txt");
/// Its name in errors.
const FILE: &str = "digits/skeletons.txt";

/// A point a stroke passes through, in units of the digit's height, y down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Knot {
    pub(super) x: f32,
    pub(super) y: f32,
    /// Whether the stroke turns sharply here.
    pub(super) corner: bool,
}

/// One way of writing a digit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Glyph {
    pub(super) digit: u8,
    pub(super) weight: f32,
    /// Multiplies jitter and bend.
    pub(super) looseness: f32,
    pub(super) strokes: Vec<Vec<Knot>>,
}

/// Every glyph, by digit.
pub(super) struct Skeletons {
    pub(super) by_digit: [Vec<Glyph>; 10],
}

impl Skeletons {
    /// Reads the built-in file.
    pub(super) fn read() -> Result<Self, Error> {
        Self::parse(TEXT)
    }

    fn parse(text: &str) -> Result<Self, Error> {
        let mut by_digit: [Vec<Glyph>; 10] = Default::default();
        let mut digit = None;
        let mut last = 0;
        for (index, line) in text.lines().enumerate() {
            last = index + 1;
            let bad = |reason: &str| Error::Recipe {
                file: FILE,
                line: index + 1,
                reason: reason.into(),
            };
            let line = line.split('#').next().unwrap_or("").trim();
            let mut words = line.split_whitespace();
            match words.next() {
                None => {}
                Some("glyph") => {
                    let glyph = parse_glyph(words).ok_or_else(|| {
                        bad("a glyph line is 'glyph DIGIT NAME WEIGHT LOOSENESS', the weight above zero")
                    })?;
                    digit = Some(usize::from(glyph.digit));
                    by_digit[usize::from(glyph.digit)].push(glyph);
                }
                Some("stroke") => {
                    let stroke = words
                        .map(parse_knot)
                        .collect::<Option<Vec<Knot>>>()
                        .filter(|stroke| stroke.len() >= 2)
                        .ok_or_else(|| bad("a stroke line is 'stroke X,Y X,Y ...'"))?;
                    digit
                        .and_then(|d| by_digit[d].last_mut())
                        .ok_or_else(|| bad("a stroke comes before any glyph"))?
                        .strokes
                        .push(stroke);
                }
                Some(_) => return Err(bad("a line starts with 'glyph' or 'stroke'")),
            }
        }
        for (digit, glyphs) in by_digit.iter().enumerate() {
            if glyphs.is_empty() || glyphs.iter().any(|g| g.strokes.is_empty()) {
                return Err(Error::Recipe {
                    file: FILE,
                    line: last,
                    reason: format!("the digit {digit} lacks a glyph or a stroke"),
                });
            }
        }
        Ok(Self { by_digit })
    }
}

fn parse_glyph<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<Glyph> {
    let digit: u8 = words.next()?.parse().ok().filter(|d| *d < 10)?;
    let _name = words.next()?;
    let weight: f32 = words.next()?.parse().ok().filter(|w| *w > 0.0)?;
    let looseness: f32 = words.next()?.parse().ok().filter(|l| *l >= 0.0)?;
    Some(Glyph {
        digit,
        weight,
        looseness,
        strokes: Vec::new(),
    })
}

fn parse_knot(word: &str) -> Option<Knot> {
    let corner = word.ends_with('!');
    let (x, y) = word.trim_end_matches('!').split_once(',')?;
    Some(Knot {
        x: x.parse().ok()?,
        y: y.parse().ok()?,
        corner,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_can_be_written_in_several_ways() {
        let skeletons = Skeletons::read().expect("a result");
        for glyphs in &skeletons.by_digit {
            assert!(glyphs.len() >= 4);
        }
        assert!(
            skeletons.by_digit[7].iter().any(|g| g.strokes.len() == 2),
            "a barred 7"
        );
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (text, line) in [
            ("glyph 7 plain 1", 1),
            ("\nstroke 0,0 1,1", 2),
            ("glyph 1 a 1 1\nstroke 0,0", 2),
            ("# nothing\nglif", 2),
            ("glyph 1 a 1 1\nstroke 0,0 1,1", 2),
        ] {
            match Skeletons::parse(text) {
                Err(Error::Recipe { line: at, .. }) => assert_eq!(at, line, "{text}"),
                _ => panic!("{text} was accepted"),
            }
        }
    }
}
