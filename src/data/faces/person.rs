//! One face as numbers: its factors, its colours, and the classes they fall into.

use crate::rng::{Stream, normal, portable_cos_sin, uniform};

use super::canvas::mix;
use super::recipe::{Factors, Recipe, Rgb};

/// Numbers of a face's draws: choices first, then factors.
const CHOICE: u32 = 0;
const FACTOR: u32 = 32;
/// How far a colour strays from the palette's.
const STRAY: f32 = 0.03;

/// Everything that decides a picture.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) factors: Factors<f32>,
    pub(super) skin: Rgb,
    pub(super) hair: Rgb,
    /// Which of the palette's hair colours.
    pub(super) hair_class: u8,
    pub(super) eye: Rgb,
    pub(super) cloth: Rgb,
    pub(super) back: [Rgb; 2],
    pub(super) glasses: bool,
    /// Strength of a beard, 0 for none.
    pub(super) beard: f32,
    /// (cos, sin) of yaw, pitch and roll.
    pub(super) yaw: (f32, f32),
    pub(super) pitch: (f32, f32),
    pub(super) roll: (f32, f32),
    /// Towards the light, of length 1.
    pub(super) light: Rgb,
    /// The light's colour.
    pub(super) tint: Rgb,
}

impl Person {
    /// Face number `index`: it follows from `seed` and `index` alone.
    pub(super) fn new(recipe: &Recipe, seed: u32, index: u32) -> Self {
        let chance = |number: u32| uniform(seed, Stream::Data, CHOICE + number, index);
        let factors = recipe.factors.map(|number, spread| {
            let v = normal(seed, Stream::Data, FACTOR + number, index);
            (spread.mean + spread.deviation * v).clamp(spread.least, spread.most)
        });
        let palette = &recipe.palette;
        let stray = |colour: Rgb, first: u32| -> Rgb {
            let light = STRAY * (2.0 * chance(first) - 1.0);
            [0, 1, 2].map(|i| {
                let own = 0.6 * STRAY * (2.0 * chance(first + 1 + i as u32) - 1.0);
                colour[i] * (1.0 + 2.0 * light) + own
            })
        };
        let place = factors.skin * (palette.skin.len() - 1) as f32;
        let lower = (place as usize).min(palette.skin.len() - 2);
        let skin = mix(
            palette.skin[lower],
            palette.skin[lower + 1],
            place - lower as f32,
        );
        let weights: Vec<f32> = palette.hair.iter().map(|(_, weight, _)| *weight).collect();
        let hair = choose(&weights, chance(0));
        let weights: Vec<f32> = palette.eye.iter().map(|(weight, _)| *weight).collect();
        let eye = palette.eye[choose(&weights, chance(1))].1;
        let one = |count: usize, u: f32| ((u * count as f32) as usize).min(count - 1);
        let back = palette.back[one(palette.back.len(), chance(2))];
        let other = palette.back[one(palette.back.len(), chance(3))];
        let blend = 0.35 * chance(4);
        let warm = factors.light_warm;
        let (x, y, z) = (factors.light_x, factors.light_y, 0.85);
        let length = (x * x + y * y + z * z).sqrt();
        let has_beard = chance(5) < recipe.factors.beard.mean;
        Self {
            skin: stray(skin, 8),
            hair: stray(palette.hair[hair].2, 12),
            hair_class: hair as u8,
            eye: stray(eye, 16),
            cloth: stray(palette.cloth[one(palette.cloth.len(), chance(6))], 20),
            back: [0, 1].map(|i| stray(mix(back[i], other[i], blend), 24)),
            glasses: chance(7) < recipe.factors.glasses.mean,
            beard: if has_beard {
                0.35 + 0.6 * chance(28)
            } else {
                0.0
            },
            yaw: cos_sin(factors.yaw),
            pitch: cos_sin(factors.pitch),
            roll: cos_sin(factors.roll),
            light: [x / length, y / length, z / length],
            tint: [1.0 + 0.07 * warm, 1.0 + 0.01 * warm, 1.0 - 0.09 * warm],
            factors,
        }
    }
}

/// The number at share `u` of the total weight.
fn choose(weights: &[f32], u: f32) -> usize {
    let mut left = u * weights.iter().sum::<f32>();
    for (i, weight) in weights.iter().enumerate() {
        left -= weight;
        if left <= 0.0 {
            return i;
        }
    }
    weights.len() - 1
}

/// (cos, sin) of an angle in radians, the same on every machine.
fn cos_sin(angle: f32) -> (f32, f32) {
    let turn = angle / std::f32::consts::TAU;
    portable_cos_sin(((turn - turn.floor()) * 4_294_967_296.0) as u32)
}

/// The labels that can be asked for: a factor, and what its classes are called.
pub(super) const LABELS: &[&str] = &["hair", "smile", "pose", "light", "glasses"];

/// What the classes of a label are called; `None` for no such label.
pub(super) fn classes(recipe: &Recipe, label: &str) -> Option<Vec<String>> {
    let names: &[&str] = match label {
        "hair" => {
            let hair = recipe.palette.hair.iter();
            return Some(hair.map(|(name, ..)| name.clone()).collect());
        }
        "smile" => &["frown", "neutral", "smile"],
        "pose" | "light" => &["left", "front", "right"],
        "glasses" => &["no glasses", "glasses"],
        _ => return None,
    };
    Some(names.iter().map(|&n| n.to_owned()).collect())
}

impl Person {
    /// The class of a label of [`LABELS`].
    pub(super) fn class(&self, label: &str) -> u8 {
        let third = |v: f32, edge: f32| u8::from(v > -edge) + u8::from(v > edge);
        match label {
            "hair" => self.hair_class,
            "smile" => third(self.factors.smile - 0.15, 0.2),
            "pose" => third(self.factors.yaw, 0.1),
            "light" => third(self.factors.light_x, 0.25),
            _ => u8::from(self.glasses),
        }
    }
}
