//! Colours by meaning, and the palettes that turn them into RGB.
//!
//! A figure names roles, so the same figure is dark on screen and light on paper. What has a key
//! takes the Okabe–Ito colours by key, the same in every figure and export.

pub mod map;

use serde::{Deserialize, Serialize};

/// Red, green and blue, 0–255, sRGB.
pub type Rgb = [u8; 3];

/// What a colour means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Behind everything.
    Background,
    /// Text, axes and the most important line.
    Foreground,
    /// Secondary text and lines.
    Muted,
    /// Grid lines.
    Grid,
    /// What is switched off or without effect.
    Inactive,
    /// What is at work.
    Active,
    /// A threshold and everything that marks it.
    Threshold,
    /// The first of three colours for lines without a key: blue.
    First,
    /// The second: purple.
    Second,
    /// The third: green.
    Third,
    /// A value that is not a number.
    NotANumber,
}

/// The number, from 0, by which the same thing is known in every figure: it has one colour everywhere, and lights up
/// everywhere when it is pointed at.
pub type Key = usize;

/// A colour of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// By meaning.
    Role(Role),
    /// The colour of what has this key.
    Key(Key),
    /// A fixed colour.
    Rgb(Rgb),
}

impl From<Role> for Colour {
    fn from(role: Role) -> Self {
        Self::Role(role)
    }
}

impl From<Rgb> for Colour {
    fn from(rgb: Rgb) -> Self {
        Self::Rgb(rgb)
    }
}

/// The Okabe–Ito colours without black, which would vanish on one of the two backgrounds.
const OKABE_ITO: [Rgb; 7] = [
    [230, 159, 0],   // orange
    [86, 180, 233],  // sky blue
    [0, 158, 115],   // bluish green
    [204, 121, 167], // reddish purple
    [213, 94, 0],    // vermillion
    [240, 228, 66],  // yellow
    [0, 114, 178],   // blue
];

/// Blends `from` towards `to` by `share` (0–1).
pub fn mix(from: Rgb, to: Rgb, share: f64) -> Rgb {
    std::array::from_fn(|i| {
        let (a, b) = (f64::from(from[i]), f64::from(to[i]));
        (a + (b - a) * share.clamp(0.0, 1.0)).round() as u8
    })
}

/// The base colour of a key: the seven Okabe–Ito colours, then the same hues darker,
/// then lighter, then round again.
pub fn key_colour(key: Key) -> Rgb {
    let base = OKABE_ITO[key % OKABE_ITO.len()];
    match (key / OKABE_ITO.len()) % 3 {
        0 => base,
        1 => mix(base, [0, 0, 0], 0.35),
        _ => mix(base, [255, 255, 255], 0.4),
    }
}

/// RGB values of the roles on one background.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    /// Behind everything.
    pub background: Rgb,
    /// Text and axes.
    pub foreground: Rgb,
    /// Secondary text.
    pub muted: Rgb,
    /// Grid lines.
    pub grid: Rgb,
    /// What is switched off.
    pub inactive: Rgb,
    /// What is at work.
    pub active: Rgb,
    /// The threshold.
    pub threshold: Rgb,
    /// The first colour of lines, blue.
    pub first: Rgb,
    /// The second, purple.
    pub second: Rgb,
    /// The third, green.
    pub third: Rgb,
    /// A value that is not a number.
    pub not_a_number: Rgb,
    dark: bool,
}

impl Palette {
    /// For paper and light windows; exports use it.
    pub fn light() -> Self {
        Self {
            background: [255, 255, 255],
            foreground: [28, 32, 38],
            muted: [98, 106, 117],
            grid: [230, 233, 237],
            inactive: [148, 155, 165],
            active: [0, 114, 178],
            threshold: [196, 96, 0],
            first: [0, 114, 178],
            second: [190, 84, 142],
            third: [0, 138, 100],
            not_a_number: [255, 0, 144],
            dark: false,
        }
    }

    /// For dark windows.
    pub fn dark() -> Self {
        Self {
            background: [27, 30, 37],
            foreground: [232, 234, 238],
            muted: [142, 150, 163],
            grid: [46, 51, 61],
            inactive: [106, 114, 128],
            active: [86, 180, 233],
            threshold: [240, 169, 60],
            first: [86, 180, 233],
            second: [214, 130, 178],
            third: [38, 186, 142],
            not_a_number: [255, 64, 170],
            dark: true,
        }
    }

    /// Whether the background is dark.
    pub fn is_dark(&self) -> bool {
        self.dark
    }

    /// RGB of a colour on this background.
    pub fn rgb(&self, colour: Colour) -> Rgb {
        match colour {
            Colour::Rgb(rgb) => rgb,
            Colour::Key(key) => self.key(key),
            Colour::Role(role) => match role {
                Role::Background => self.background,
                Role::Foreground => self.foreground,
                Role::Muted => self.muted,
                Role::Grid => self.grid,
                Role::Inactive => self.inactive,
                Role::Active => self.active,
                Role::Threshold => self.threshold,
                Role::First => self.first,
                Role::Second => self.second,
                Role::Third => self.third,
                Role::NotANumber => self.not_a_number,
            },
        }
    }

    /// The colour of a key: [`key_colour`], moved away from the background only where
    /// it would be too faint on it (yellow on white, dark blue on black), the hue unchanged.
    pub fn key(&self, key: Key) -> Rgb {
        let mut rgb = key_colour(key);
        let away = if self.dark { [255; 3] } else { [0; 3] };
        for _ in 0..8 {
            if contrast(rgb, self.background) >= 1.9 {
                break;
            }
            rgb = mix(rgb, away, 0.12);
        }
        rgb
    }
}

/// Contrast ratio of two colours by the WCAG definition, 1 (same) to 21.
pub(crate) fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance of an sRGB colour, 0–1.
pub fn luminance(rgb: Rgb) -> f64 {
    let linear = rgb.map(|v| {
        let v = f64::from(v) / 255.0;
        if v <= 0.040_45 {
            v / 12.92
        } else {
            ((v + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luminance_and_contrast_have_the_known_ends() {
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
        assert!((luminance([255, 0, 0]) - 0.2126).abs() < 1e-9);
    }

    #[test]
    fn twenty_one_keys_have_twenty_one_colours_visible_on_both_backgrounds() {
        for palette in [Palette::light(), Palette::dark()] {
            let colours: Vec<Rgb> = (0..21).map(|i| palette.key(i)).collect();
            for (i, a) in colours.iter().enumerate() {
                assert!(contrast(*a, palette.background) > 1.85, "key {i}: {a:?}");
                assert!(colours[..i].iter().all(|b| b != a), "key {i} repeats");
            }
        }
    }

    #[test]
    fn most_keys_look_the_same_in_the_window_and_on_paper() {
        let same = (0..7).filter(|&i| Palette::light().key(i) == Palette::dark().key(i));
        assert!(same.count() >= 6);
    }

    #[test]
    fn text_is_readable_on_its_background() {
        for p in [Palette::light(), Palette::dark()] {
            assert!(contrast(p.foreground, p.background) > 10.0);
            assert!(contrast(p.muted, p.background) > 4.5);
            assert!(contrast(p.threshold, p.background) > 3.0);
        }
    }
}
