//! From a skeleton to the path of the pen: what makes a digit look written by a hand.

use crate::rng::{Stream, normal, portable_cos_sin, uniform};

use super::raster::{Nib, SIDE};
use super::recipe::{Quantities, Recipe};
use super::skeleton::{Glyph, Knot, Skeletons};

/// Pieces that the curve between two knots is cut into.
const PIECES: usize = 5;
/// Step numbers from here on address writers, those below digits.
const WRITERS: u32 = 1 << 31;
/// How often a writer leaves the usual way of writing a digit.
const STRAY: f32 = 0.12;

/// Numbers within a step: choices, then quantities, then displacements and unsteadiness.
const CHOICE: u32 = 0;
const QUANTITY: u32 = 16;
const KNOTS: u32 = 64;
const WAVES: u32 = 192;
/// Numbers that a writer's habits take for each digit.
const HABIT: u32 = 256;

/// Addresses the random numbers of one digit or one writer.
#[derive(Clone, Copy)]
struct Draw {
    seed: u32,
    step: u32,
}

impl Draw {
    fn uniform(self, number: u32) -> f32 {
        uniform(self.seed, Stream::Data, number, self.step)
    }

    fn normal(self, number: u32) -> f32 {
        normal(self.seed, Stream::Data, number, self.step)
    }
}

/// One digit, ready to be inked.
pub(super) struct Written {
    pub(super) digit: u8,
    pub(super) softness: f32,
    pub(super) strokes: Vec<Vec<Nib>>,
}

/// Writes digit number `index`: everything about it follows from `seed` and `index` alone.
pub(super) fn write(skeletons: &Skeletons, recipe: &Recipe, seed: u32, index: u32) -> Written {
    let item = Draw { seed, step: index };
    let digit = ((item.uniform(CHOICE) * 10.0) as u8).min(9);
    let hand = (item.uniform(CHOICE + 1) * recipe.writers.mean) as u32;
    let writer = Draw {
        seed,
        step: WRITERS + hand,
    };
    let habit = HABIT * (1 + u32::from(digit));
    let chooser = if item.uniform(CHOICE + 2) < STRAY {
        item.uniform(CHOICE + 3)
    } else {
        writer.uniform(habit)
    };
    let glyphs = &skeletons.by_digit[usize::from(digit)];
    let glyph = choose(glyphs, chooser);
    let mut q = recipe.map(|number, v| {
        v.mean
            + v.writer * writer.normal(QUANTITY + number)
            + v.item * item.normal(QUANTITY + number)
    });
    q.bend *= glyph.looseness;
    let jitter = |number: u32| {
        let (habit, chance) = (
            writer.normal(habit + KNOTS + number),
            item.normal(KNOTS + number),
        );
        glyph.looseness * (recipe.jitter.writer * habit + recipe.jitter.item * chance)
    };
    let mut first = 0;
    let mut strokes = Vec::with_capacity(glyph.strokes.len());
    for knots in &glyph.strokes {
        let moves: Vec<[f32; 2]> = (0..knots.len() as u32)
            .map(|k| [jitter(first + 2 * k), jitter(first + 2 * k + 1)])
            .collect();
        first += 2 * knots.len() as u32;
        let moved: Vec<Knot> = knots
            .iter()
            .zip(smooth(&moves))
            .map(|(knot, [dx, dy])| warp(knot.x + dx, knot.y + dy, knot.corner, &q))
            .collect();
        strokes.push(curve(&moved));
    }
    let (cos, sin) = cos_sin(q.rotation / std::f32::consts::TAU);
    for (s, stroke) in strokes.iter_mut().enumerate() {
        let unsteady = Waves::new(item, WAVES + 16 * s as u32);
        let length = (stroke.len() - 1).max(1) as f32;
        for (i, nib) in stroke.iter_mut().enumerate() {
            let t = i as f32 / length;
            let [wx, wy, wr] = unsteady.at(t);
            let (x, y) = (nib.x + q.tremor * wx, nib.y + q.tremor * wy);
            (nib.x, nib.y) = (cos * x - sin * y, sin * x + cos * y);
            // Less ink where the pen lands and leaves.
            let end = (1.0 - 6.0 * t.min(1.0 - t)).max(0.0);
            let taper = 1.0 - q.taper.clamp(0.0, 0.6) * end;
            nib.radius = (q.radius.max(0.6) * (1.0 + q.pressure * wr) * taper).max(0.45);
        }
    }
    fit(
        &mut strokes,
        &q,
        [item.normal(CHOICE + 4), item.normal(CHOICE + 5)],
        recipe.shift.item,
    );
    Written {
        digit,
        softness: q.softness.max(0.6),
        strokes,
    }
}

/// The glyph at share `u` of the total weight.
fn choose(glyphs: &[Glyph], u: f32) -> &Glyph {
    let total: f32 = glyphs.iter().map(|g| g.weight).sum();
    let mut left = u * total;
    for glyph in glyphs {
        left -= glyph.weight;
        if left <= 0.0 {
            return glyph;
        }
    }
    &glyphs[glyphs.len() - 1]
}

/// Displacements averaged with their neighbours' at equal strength: a hand errs smoothly.
fn smooth(moves: &[[f32; 2]]) -> impl Iterator<Item = [f32; 2]> {
    // The weights ¼, ½, ¼ shrink the standard deviation by √(3/8).
    const RESTORE: f32 = 1.632_993;
    let last = moves.len() - 1;
    (0..moves.len()).map(move |k| {
        let (before, after) = (moves[k.saturating_sub(1)], moves[(k + 1).min(last)]);
        [0, 1].map(|axis| RESTORE * (0.25 * (before[axis] + after[axis]) + 0.5 * moves[k][axis]))
    })
}

/// The smooth deformations of the whole digit, about its middle.
fn warp(x: f32, y: f32, corner: bool, q: &Quantities<f32>) -> Knot {
    let (x, y) = (x - 0.5, y - 0.5);
    let bump = 1.0 - 4.0 * y * y;
    let wide = q.width.max(0.4) * (1.0 - 2.0 * q.balance.clamp(-0.45, 0.45) * y);
    Knot {
        x: x * wide - q.slant * y + q.bend * (2.0 / 3.0 - bump),
        y: y + q.waist * bump,
        corner,
    }
}

/// A smooth curve through the knots (Catmull and Rom), broken at the corners.
fn curve(knots: &[Knot]) -> Vec<Nib> {
    let nib = |x, y| Nib { x, y, radius: 0.0 };
    let mut path = Vec::with_capacity(1 + PIECES * knots.len());
    path.push(nib(knots[0].x, knots[0].y));
    for i in 0..knots.len() - 1 {
        let (p1, p2) = (knots[i], knots[i + 1]);
        // Beyond an end or a corner the curve goes on as if mirrored in the knot.
        let mirrored = |at: Knot, from: Knot| Knot {
            x: 2.0 * at.x - from.x,
            y: 2.0 * at.y - from.y,
            corner: false,
        };
        let p0 = if i == 0 || p1.corner {
            mirrored(p1, p2)
        } else {
            knots[i - 1]
        };
        let p3 = match knots.get(i + 2) {
            Some(&next) if !p2.corner => next,
            _ => mirrored(p2, p1),
        };
        for step in 1..=PIECES {
            let t = step as f32 / PIECES as f32;
            let at = |a: f32, b: f32, c: f32, d: f32| {
                let slope = 0.5 * (c - a);
                let quadratic = a - 2.5 * b + 2.0 * c - 0.5 * d;
                let cubic = 0.5 * (d - a) + 1.5 * (b - c);
                b + t * (slope + t * (quadratic + t * cubic))
            };
            path.push(nib(at(p0.x, p1.x, p2.x, p3.x), at(p0.y, p1.y, p2.y, p3.y)));
        }
    }
    path
}

/// (cos, sin) of a share of a full turn, the same on every machine.
fn cos_sin(turn: f32) -> (f32, f32) {
    portable_cos_sin(((turn - turn.floor()) * 4_294_967_296.0) as u32)
}

/// Three smooth random functions of the share t along a stroke: x, y and pressure.
struct Waves {
    phases: [[f32; 2]; 3],
    frequencies: [f32; 2],
}

impl Waves {
    fn new(draw: Draw, first: u32) -> Self {
        let phase = |k: u32| draw.uniform(first + k);
        Self {
            phases: [0, 2, 4].map(|k| [phase(k), phase(k + 1)]),
            frequencies: [0.6 + 0.9 * phase(6), 2.0 + 2.5 * phase(7)],
        }
    }

    fn at(&self, t: f32) -> [f32; 3] {
        self.phases.map(|[slow, fast]| {
            let (_, a) = cos_sin(slow + t * self.frequencies[0]);
            let (_, b) = cos_sin(fast + t * self.frequencies[1]);
            a + 0.6 * b
        })
    }
}

/// Scales the strokes so that their ink fills a box of `size` pixels, and puts their centre of
/// mass at the picture's centre plus a small shift.
fn fit(strokes: &mut [Vec<Nib>], q: &Quantities<f32>, shift: [f32; 2], spread: f32) {
    let mut low = [f32::INFINITY; 2];
    let mut high = [f32::NEG_INFINITY; 2];
    for nib in strokes.iter().flatten() {
        for (axis, v) in [nib.x, nib.y].into_iter().enumerate() {
            low[axis] = low[axis].min(v);
            high[axis] = high[axis].max(v);
        }
    }
    let extent = (high[0] - low[0]).max(high[1] - low[1]).max(0.1);
    let scale = (q.size.clamp(12.0, 24.0) - 2.0 * q.radius.max(0.6)) / extent;
    let (mut mass, mut mx, mut my) = (0.0, 0.0, 0.0);
    for piece in strokes.iter().flat_map(|stroke| stroke.windows(2)) {
        let (a, b) = (piece[0], piece[1]);
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let weight = (dx * dx + dy * dy).sqrt() * (a.radius + b.radius) + 1e-9;
        mass += weight;
        mx += weight * 0.5 * (a.x + b.x);
        my += weight * 0.5 * (a.y + b.y);
    }
    let middle = 0.5 * SIDE as f32;
    for nib in strokes.iter_mut().flatten() {
        nib.x = (nib.x - mx / mass) * scale + middle + spread * shift[0];
        nib.y = (nib.y - my / mass) * scale + middle + spread * shift[1];
    }
}
