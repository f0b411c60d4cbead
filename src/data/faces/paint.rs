//! From a person to a picture: background, body, head and hair; [`features`](super::features) adds the rest.

use super::canvas::{ALL, Bounds, Canvas, SIDE, inside, mix, smooth, times, wave};
use super::features;
use super::person::Person;
use super::recipe::Rgb;

/// Where the head is in the picture, and how its own coordinates lie there: x to the right and y down, in units of
/// half its height, from its middle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) x: f32,
    pub(super) y: f32,
    /// Pixels of a unit.
    pub(super) unit: f32,
    cos: f32,
    sin: f32,
}

impl Frame {
    fn new(person: &Person) -> Self {
        let f = &person.factors;
        let middle = SIDE as f32 / 2.0;
        Self {
            x: middle + f.across,
            y: middle - 1.0 + f.down,
            unit: f.size,
            cos: person.roll.0,
            sin: person.roll.1,
        }
    }

    /// The head's coordinates of a place in the picture.
    #[inline(always)]
    pub(super) fn own(&self, px: f32, py: f32) -> (f32, f32) {
        let (dx, dy) = ((px - self.x) / self.unit, (py - self.y) / self.unit);
        (self.cos * dx + self.sin * dy, self.cos * dy - self.sin * dx)
    }

    /// The bounds in the picture of a circle about a place in the head's coordinates.
    pub(super) fn around(&self, (x, y): (f32, f32), radius: f32) -> Bounds {
        let px = self.x + self.unit * (self.cos * x - self.sin * y);
        let py = self.y + self.unit * (self.sin * x + self.cos * y);
        let reach = self.unit * radius + 1.5;
        [px - reach, py - reach, px + reach, py + reach]
    }
}

/// A place on the face, given where it would be seen from the front, as it is seen now: its coordinates, and by how
/// much lengths there look shorter across.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) at: (f32, f32),
    pub(super) across: f32,
}

/// Turns a place of the front view (shares of the half width and half height) by yaw and pitch; `out` is how far it
/// stands out of the head's ellipsoid.
pub(super) fn turned(person: &Person, u: f32, v: f32, out: f32) -> Spot {
    let z = (1.0 - (u * u + v * v).min(0.9)).sqrt() * out;
    let (cos, sin) = person.yaw;
    let (x, z) = (u * cos + z * sin, z * cos - u * sin);
    let (cos, sin) = person.pitch;
    let (y, seen) = (v * cos + z * sin, z * cos - v * sin);
    let front = (1.0 - (u * u + v * v).min(0.9)).sqrt() * out;
    Spot {
        at: (x * person.factors.width, y),
        across: (seen / front).clamp(0.45, 1.15),
    }
}

/// Half the head's width at this height.
#[inline(always)]
pub(super) fn head_width(person: &Person, y: f32) -> f32 {
    let f = &person.factors;
    let lower = y.clamp(0.0, 1.1);
    f.width * (1.0 - f.jaw * lower * lower)
}

/// Signed distance to the head's edge, in its units.
#[inline(always)]
pub(super) fn head(person: &Person, x: f32, y: f32) -> f32 {
    let width = head_width(person, y);
    let r = ((x / width) * (x / width) + y * y).sqrt();
    (r - 1.0) * width
}

/// How bright a surface with this normal is.
#[inline(always)]
fn lit(person: &Person, normal: Rgb) -> f32 {
    let [x, y, z] = person.light;
    let facing = (normal[0] * x + normal[1] * y + normal[2] * z).max(0.0);
    let ambient = person.factors.ambient;
    // A face lit from the front is as bright whatever the share of ambient light.
    ambient + (1.0 - ambient) * 1.17 * facing
}

/// A colour under the light at this brightness; skin keeps some red in its shadows.
#[inline(always)]
fn shaded(person: &Person, colour: Rgb, brightness: f32, glow: f32) -> Rgb {
    let dark = (1.0 - brightness).max(0.0) * glow;
    let own = [
        colour[0] * (1.0 + 0.28 * dark),
        colour[1],
        colour[2] * (1.0 - 0.05 * dark),
    ];
    [0, 1, 2].map(|i| own[i] * brightness * person.tint[i])
}

/// The skin's colour at a place of the head.
#[inline(always)]
pub(super) fn skin_at(person: &Person, x: f32, y: f32) -> Rgb {
    let nx = x / head_width(person, y);
    let z = (1.0 - (nx * nx + y * y).min(1.0)).sqrt();
    let brightness = lit(person, [0.95 * nx, 0.85 * y, 0.25 + 0.75 * z]);
    // The eyes lie in hollows, the lower lip throws a little shadow.
    shaded(person, person.skin, brightness, 1.0)
}

/// Paints a person.
pub(super) fn paint(person: &Person) -> Canvas {
    let mut canvas = Canvas::new();
    let frame = Frame::new(person);
    background(&mut canvas, person);
    hair_behind(&mut canvas, person, &frame);
    body(&mut canvas, person, &frame);
    ears(&mut canvas, person, &frame);
    canvas.lay(frame.around((0.0, 0.0), 1.05), |px, py| {
        let (x, y) = frame.own(px, py);
        let distance = head(person, x, y);
        if distance > 0.1 {
            return (0.0, [0.0; 3]);
        }
        (inside(distance * frame.unit), skin_at(person, x, y))
    });
    features::below_hair(&mut canvas, person, &frame);
    hair_in_front(&mut canvas, person, &frame);
    features::above_hair(&mut canvas, person, &frame);
    canvas
}

fn background(canvas: &mut Canvas, person: &Person) {
    let f = &person.factors;
    let [above, below] = person.back;
    canvas.lay(ALL, |px, py| {
        let (x, y) = (px / SIDE as f32 - 0.5, py / SIDE as f32 - 0.5);
        let share = smooth(-0.55, 0.55, y + f.horizon * x);
        // The wall is brighter where the light comes from, and darker in the corners.
        let glow = 0.16 * (person.light[0] * x + person.light[1] * y);
        let corner = 1.06 - 0.35 * (x * x + y * y);
        let colour = times(mix(above, below, share), corner + glow);
        (
            1.0,
            [0, 1, 2].map(|i| colour[i] * (0.5 + 0.5 * person.tint[i])),
        )
    });
}

fn body(canvas: &mut Canvas, person: &Person, frame: &Frame) {
    let f = &person.factors;
    let unit = frame.unit;
    // The neck stays where it is when the head turns.
    let neck = 0.45 * f.width / 0.775;
    let top = frame.y + 0.45 * unit;
    let bounds = [frame.x - unit, top, frame.x + unit, SIDE as f32];
    canvas.lay(bounds, |px, py| {
        let x = (px - frame.x) / unit;
        let y = (py - frame.y) / unit;
        let widening = 0.22 * smooth(1.1, 1.75, y);
        let cover = inside((x.abs() - neck - widening) * unit);
        let round = (1.0 - (x / (neck + 0.05)).powi(2).min(1.0)).sqrt();
        // The chin's shadow.
        let shadow = 1.0 - 0.34 * (1.0 - smooth(0.85, 1.45, y));
        let brightness = lit(person, [x / neck * 0.8, 0.1, 0.3 + 0.7 * round]) * shadow;
        (cover, shaded(person, person.skin, brightness, 1.0))
    });
    let shoulders = frame.y + 1.32 * unit;
    let bounds = [0.0, shoulders - 1.0, SIDE as f32, SIDE as f32];
    canvas.lay(bounds, |px, py| {
        let x = (px - frame.x) / unit;
        let y = (py - shoulders) / unit;
        // Sloping shoulders with a round neckline.
        let slope = y - 0.30 * (x.abs() - 0.35).max(0.0).powi(2) - 0.05 * x.abs();
        let neckline = 0.42 - ((x * x) / 0.55 + (y + 0.12).powi(2)).sqrt();
        let distance = (-slope).max(neckline);
        let fold = 0.04 * wave(1.1 * x + 0.4 * y);
        let brightness = lit(person, [0.55 * x, -0.35, 0.75]) * (0.92 + fold - 0.06 * y);
        (
            inside(distance * unit),
            shaded(person, person.cloth, brightness, 0.0),
        )
    });
}

fn ears(canvas: &mut Canvas, person: &Person, frame: &Frame) {
    let f = &person.factors;
    for side in [-1.0_f32, 1.0] {
        // The ear that turns towards us moves inward, the other disappears.
        let turn = -side * person.yaw.1;
        let centre = (
            side * f.width * (0.985 - 0.30 * turn.max(0.0)),
            0.06 + 0.3 * person.pitch.1,
        );
        let (rx, ry) = (f.ears * (0.85 + turn).clamp(0.15, 1.3), f.ears * 1.5);
        canvas.lay(frame.around(centre, ry), |px, py| {
            let (x, y) = frame.own(px, py);
            let (dx, dy) = ((x - centre.0) / rx, (y - centre.1) / ry);
            let r = (dx * dx + dy * dy).sqrt();
            let brightness =
                lit(person, [0.7 * side, 0.0, 0.65]) * (0.78 + 0.2 * smooth(0.3, 0.8, r));
            (
                inside((r - 1.0) * rx * frame.unit),
                shaded(person, person.skin, brightness, 1.2),
            )
        });
    }
}

/// The colour of hair at a place of the head, with strands along `grain`.
#[inline(always)]
fn hair_at(person: &Person, x: f32, y: f32, grain: f32) -> Rgb {
    let r = x * x + y * y;
    let z = (1.0 - (0.7 * r).min(1.0)).sqrt();
    let strands = 0.5 * wave(grain) + 0.5 * wave(2.3 * grain + 0.8 * x);
    // A band of shine across the crown.
    let shine =
        0.30 * smooth(0.30, 0.0, (y + 0.72 - 0.25 * person.light[1]).abs()) * (0.6 + 0.4 * strands);
    let brightness = lit(person, [0.75 * x, 0.75 * y, 0.2 + 0.8 * z]) * (0.86 + 0.14 * strands);
    let colour = mix(person.hair, [0.95, 0.92, 0.88], 0.30 * shine);
    shaded(person, colour, brightness + shine * 0.35, 0.3)
}

fn hair_behind(canvas: &mut Canvas, person: &Person, frame: &Frame) {
    let f = &person.factors;
    let (wide, high) = (f.width + 0.05 + f.volume, 1.0 + f.volume);
    let shift = -0.12 * person.yaw.1;
    canvas.lay(ALL, |px, py| {
        let (x, y) = frame.own(px, py);
        // Far outside, whatever the waves.
        if x.abs() > 1.3 * wide + 0.1 || y > (f.length + 0.25).max(1.35) {
            return (0.0, [0.0; 3]);
        }
        let wavy = f.curl * 0.05 * (wave(1.7 * y + 0.3) + 0.5 * wave(3.1 * y + 1.3 * x));
        let x = x - shift;
        let crown = {
            let (dx, dy) = (x / (wide + wavy), (y + 0.05) / high);
            ((dx * dx + dy * dy).sqrt() - 1.0) * wide
        };
        // Below the crown it hangs, a little wider, to its length.
        let hang = wide * (0.98 + 0.10 * y.clamp(0.0, 1.4)) + wavy;
        let falls = (x.abs() - hang)
            .max(y - f.length - 0.10 * wave(2.0 * x))
            .max(-y);
        let distance = if f.length > 0.1 {
            crown.min(falls)
        } else {
            crown.max(y - 0.30)
        };
        if distance > 0.1 {
            return (0.0, [0.0; 3]);
        }
        // It lies behind, in the head's shadow.
        let colour = times(hair_at(person, x, 0.6 * y, 4.0 * x + wavy * 6.0), 0.80);
        (inside(distance * frame.unit), colour)
    });
}

fn hair_in_front(canvas: &mut Canvas, person: &Person, frame: &Frame) {
    let f = &person.factors;
    let (wide, high) = (f.width + 0.02 + 0.45 * f.volume, 1.0 + 0.8 * f.volume);
    let top = turned(person, 0.0, -f.fringe, 1.0).at;
    canvas.lay(frame.around((0.0, -0.1), 1.35), |px, py| {
        let (x, y) = frame.own(px, py);
        let wavy = f.curl * 0.04 * wave(2.4 * x + 0.2) + 0.012 * wave(7.0 * x);
        let q = (x - top.0) / f.width;
        let line = top.1 + f.sides * q * q * q * q + f.swoop * 0.5 * q + wavy;
        let (dx, dy) = (x / wide, y / high);
        let cap = ((dx * dx + dy * dy).sqrt() - 1.0) * wide;
        // Sideburns end in front of the ears.
        let end = if f.length > 0.3 { 0.55 } else { 0.10 };
        let distance = cap.max(y - line).max(y - end);
        if distance > 0.1 {
            return (0.0, [0.0; 3]);
        }
        let grain = 3.2 * (x - top.0) + 1.2 * f.swoop * y + 3.0 * wavy;
        // Darker where it meets the skin.
        let depth = 0.82 + 0.18 * smooth(0.0, 0.22, line - y);
        (
            inside(distance * frame.unit),
            times(hair_at(person, x, y, grain), depth),
        )
    });
}
