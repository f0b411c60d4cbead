//! Colours by meaning, and the palettes that turn them into RGB.
//!
//! A figure names roles, so the same figure is dark on screen and light on paper. Latents take
//! the Okabe–Ito colours by index, the same in every panel, run and export.

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
    /// Collapsed latents and modes.
    Dead,
    /// Active modes.
    Alive,
    /// The threshold βγ and everything that marks it.
    Threshold,
    /// The first of three line colours that name no latent: the reconstruction term.
    Reconstruction,
    /// The KL term.
    Kl,
    /// γ, the decoder variance.
    Gamma,
    /// A value that is not a number.
    NotANumber,
}

/// A colour of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// By meaning.
    Role(Role),
    /// The colour of latent number `.0` (from 0).
    Latent(usize),
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

/// The base colour of latent `index`: the seven Okabe–Ito colours, then the same hues darker,
/// then lighter, then round again.
pub fn latent_colour(index: usize) -> Rgb {
    let base = OKABE_ITO[index % OKABE_ITO.len()];
    match (index / OKABE_ITO.len()) % 3 {
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
    /// Collapsed things.
    pub dead: Rgb,
    /// Active modes.
    pub alive: Rgb,
    /// The threshold.
    pub threshold: Rgb,
    /// The reconstruction term.
    pub reconstruction: Rgb,
    /// The KL term.
    pub kl: Rgb,
    /// γ.
    pub gamma: Rgb,
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
            dead: [148, 155, 165],
            alive: [0, 114, 178],
            threshold: [196, 96, 0],
            reconstruction: [0, 114, 178],
            kl: [190, 84, 142],
            gamma: [0, 138, 100],
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
            dead: [106, 114, 128],
            alive: [86, 180, 233],
            threshold: [240, 169, 60],
            reconstruction: [86, 180, 233],
            kl: [214, 130, 178],
            gamma: [38, 186, 142],
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
            Colour::Latent(index) => self.latent(index),
            Colour::Role(role) => match role {
                Role::Background => self.background,
                Role::Foreground => self.foreground,
                Role::Muted => self.muted,
                Role::Grid => self.grid,
                Role::Dead => self.dead,
                Role::Alive => self.alive,
                Role::Threshold => self.threshold,
                Role::Reconstruction => self.reconstruction,
                Role::Kl => self.kl,
                Role::Gamma => self.gamma,
                Role::NotANumber => self.not_a_number,
            },
        }
    }

    /// The colour of latent `index`: [`latent_colour`], moved away from the background only where
    /// it would be too faint on it (yellow on white, dark blue on black), the hue unchanged.
    pub fn latent(&self, index: usize) -> Rgb {
        let mut rgb = latent_colour(index);
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
    fn twenty_one_latents_have_twenty_one_colours_visible_on_both_backgrounds() {
        for palette in [Palette::light(), Palette::dark()] {
            let colours: Vec<Rgb> = (0..21).map(|i| palette.latent(i)).collect();
            for (i, a) in colours.iter().enumerate() {
                assert!(contrast(*a, palette.background) > 1.85, "latent {i}: {a:?}");
                assert!(colours[..i].iter().all(|b| b != a), "latent {i} repeats");
            }
        }
    }

    #[test]
    fn most_latents_look_the_same_in_the_window_and_on_paper() {
        let same = (0..7).filter(|&i| Palette::light().latent(i) == Palette::dark().latent(i));
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
