//! Eyes, brows, nose, mouth, cheeks, beard and glasses.

use super::canvas::{Canvas, inside, mix, smooth, times};
use super::paint::{Frame, Spot, head, skin_at, turned};
use super::person::Person;
use super::recipe::Rgb;

/// Half the height of the face's features: the middle of the eyes, the mouth and the nose, seen from the front.
const EYES: f32 = -0.06;
const MOUTH: f32 = 0.56;
const WHITE: Rgb = [0.95, 0.95, 0.94];
const DARK: Rgb = [0.10, 0.07, 0.07];

/// What hair may cover.
pub(super) fn below_hair(canvas: &mut Canvas, person: &Person, frame: &Frame) {
    hollows(canvas, person, frame);
    cheeks(canvas, person, frame);
    if person.beard > 0.0 {
        beard(canvas, person, frame);
    }
    nose(canvas, person, frame);
    mouth(canvas, person, frame);
    for side in [-1.0, 1.0] {
        eye(canvas, person, frame, side);
    }
}

/// What lies over a fringe.
pub(super) fn above_hair(canvas: &mut Canvas, person: &Person, frame: &Frame) {
    for side in [-1.0, 1.0] {
        brow(canvas, person, frame, side);
    }
    if person.glasses {
        glasses(canvas, person, frame);
    }
}

/// The middle of an eye; `side` is −1 for the left of the picture.
fn eye_spot(person: &Person, side: f32) -> Spot {
    let u = side * person.factors.eye_apart / 0.775 * 0.93;
    turned(person, u, EYES, 1.0)
}

/// Coordinates about a spot: across (undoing the foreshortening) and down.
#[inline(always)]
fn about(spot: &Spot, (x, y): (f32, f32)) -> (f32, f32) {
    ((x - spot.at.0) / spot.across, y - spot.at.1)
}

/// A soft darkening or colouring of the skin.
fn tint(
    canvas: &mut Canvas,
    frame: &Frame,
    spot: &Spot,
    [rx, ry]: [f32; 2],
    strength: f32,
    colour: Rgb,
) {
    canvas.lay(frame.around(spot.at, rx.max(ry)), |px, py| {
        let (x, y) = about(spot, frame.own(px, py));
        let r = ((x / rx).powi(2) + (y / ry).powi(2)).sqrt();
        (strength * smooth(1.0, 0.2, r), colour)
    });
}

fn hollows(canvas: &mut Canvas, person: &Person, frame: &Frame) {
    let dark = times(person.skin, 0.62);
    for side in [-1.0, 1.0] {
        let mut spot = eye_spot(person, side);
        spot.at.1 -= 0.03;
        tint(canvas, frame, &spot, [0.30, 0.20], 0.30, dark);
    }
    // Under the lower lip, and beside the nose.
    let chin = turned(person, 0.0, MOUTH + 0.15, 1.0);
    tint(canvas, frame, &chin, [0.24, 0.07], 0.28, dark);
}

fn cheeks(canvas: &mut Canvas, person: &Person, frame: &Frame) {
    let red = [person.skin[0], person.skin[1] * 0.68, person.skin[2] * 0.66];
    let raised = 0.05 * person.factors.smile;
    for side in [-1.0, 1.0] {
        let spot = turned(person, side * 0.58, 0.30 - raised, 1.0);
        let strength = person.factors.blush * 1.6;
        tint(canvas, frame, &spot, [0.27, 0.22], strength, red);
    }
}

fn eye(canvas: &mut Canvas, person: &Person, frame: &Frame, side: f32) {
    let f = &person.factors;
    let spot = eye_spot(person, side);
    let half = f.eye_size;
    // A smile narrows the eyes.
    let open = f.eye_open * (1.0 - 0.16 * f.smile.max(0.0));
    let height = half * open;
    let gaze = (f.gaze * 0.32 * half, 0.3 * person.pitch.1 * half);
    let iris = half * 0.56;
    let unit = frame.unit;
    let line = 0.040_f32;
    canvas.lay(frame.around(spot.at, half * 1.5), |px, py| {
        let (x, y) = about(&spot, frame.own(px, py));
        let y = y + side * f.eye_tilt * x;
        let s = x / half;
        let arch = (1.0 - s * s).max(0.0);
        // The upper lid is a higher arch than the lower one.
        let (upper, lower) = (-1.05 * height * arch.sqrt(), 0.72 * height * arch);
        let distance = (upper - y).max(y - lower).max(x.abs() - half);
        let white = inside(distance * unit);
        let lid = inside(((y - upper).abs() - line) * unit) * smooth(1.12, 0.92, s.abs());
        if white <= 0.0 && lid <= 0.0 {
            return (0.0, WHITE);
        }
        let (ix, iy) = (x - gaze.0, y - gaze.1);
        let r = (ix * ix + iy * iy).sqrt();
        // The white is darker under the lid.
        let shade = 0.74 + 0.26 * smooth(0.0, height, y - upper);
        let brightness = (0.55 + 0.45 * person.light[2]) * shade;
        let mut colour = times(WHITE, brightness);
        let rim = mix(person.eye, DARK, 0.55);
        let own = mix(
            mix(person.eye, [1.0; 3], 0.18),
            rim,
            smooth(0.4 * iris, iris, r),
        );
        colour = mix(colour, own, inside((r - iris) * unit));
        colour = mix(colour, DARK, inside((r - 0.48 * iris) * unit));
        let (gx, gy) = (ix - 0.35 * iris * person.light[0].signum(), iy + 0.4 * iris);
        let glint = inside(((gx * gx + gy * gy).sqrt() - 0.26 * iris) * unit);
        colour = mix(colour, [1.0; 3], 0.9 * glint);
        let lashes = mix(DARK, person.hair, 0.15);
        (white.max(lid), mix(colour, lashes, lid))
    });
}

fn brow(canvas: &mut Canvas, person: &Person, frame: &Frame, side: f32) {
    let f = &person.factors;
    let u = side * f.eye_apart / 0.775 * 0.93;
    let spot = turned(person, u, EYES - f.brow_high, 1.0);
    let half = f.eye_size * 1.32;
    let colour = mix(times(person.hair, 0.72), person.skin, 0.12);
    canvas.lay(frame.around(spot.at, half * 1.3), |px, py| {
        let (x, y) = about(&spot, frame.own(px, py));
        // From the inner end (−1) to the outer (1).
        let s = side * x / half;
        let middle = 0.05 * s * s - 0.035 + f.brow_tilt * 0.20 * -s;
        let thick = f.brow_thick * (1.0 - 0.55 * smooth(-0.2, 1.0, s));
        let ends = smooth(1.05, 0.80, s.abs());
        let cover = inside(((y - middle).abs() - thick) * frame.unit) * ends;
        (0.9 * cover, colour)
    });
}

fn nose(canvas: &mut Canvas, person: &Person, frame: &Frame) {
    let f = &person.factors;
    let tip = turned(person, 0.0, EYES + f.nose, 1.16);
    let root = turned(person, 0.0, EYES - 0.02, 1.03);
    let dark = times(person.skin, 0.60);
    let bright = mix(person.skin, [1.0, 0.97, 0.92], 0.45);
    let away = if person.light[0] > 0.0 { -1.0 } else { 1.0 };
    let slant = 0.25 + 0.75 * person.light[0].abs();
    let length = tip.at.1 - root.at.1;
    canvas.lay(frame.around(tip.at, length + 0.15), |px, py| {
        let (x, y) = frame.own(px, py);
        let t = ((y - root.at.1) / length).clamp(0.0, 1.0);
        let middle = root.at.0 + t * (tip.at.0 - root.at.0);
        let half = 0.035 + 0.6 * f.nose_wide * t * t;
        // A shadow down the side away from the light.
        let dx = (x - middle) * away;
        let beside = smooth(0.0, half, dx) * smooth(half * 2.1, half, dx);
        let within = smooth(-0.05, 0.15, (y - root.at.1) / length)
            * smooth(1.12, 0.95, (y - root.at.1) / length);
        (0.42 * slant * beside * within, dark)
    });
    let ridge = [0.35 * f.nose_wide, 0.10];
    let mut light = tip;
    light.at.1 -= 0.07;
    light.at.0 -= 0.02 * away;
    tint(
        canvas,
        frame,
        &light,
        [ridge[0] * 1.6, ridge[1] * 1.5],
        0.42,
        bright,
    );
    // Under the tip, and the nostrils.
    let mut under = tip;
    under.at.1 += 0.045;
    tint(
        canvas,
        frame,
        &under,
        [f.nose_wide * 1.25, 0.05],
        0.45,
        dark,
    );
    for side in [-1.0, 1.0] {
        let mut hole = tip;
        hole.at.0 += side * 0.55 * f.nose_wide * tip.across;
        hole.at.1 += 0.03;
        tint(
            canvas,
            frame,
            &hole,
            [0.055, 0.036],
            0.8,
            times(person.skin, 0.34),
        );
    }
}

fn mouth(canvas: &mut Canvas, person: &Person, frame: &Frame) {
    let f = &person.factors;
    let spot = turned(person, 0.0, MOUTH, 1.03);
    let half = f.mouth * (1.0 + 0.16 * f.smile.max(0.0));
    let bend = 0.13 * f.smile;
    let gap = 0.13 * f.open;
    let lip = [
        person.skin[0] * 0.84,
        person.skin[1] * 0.56,
        person.skin[2] * 0.58,
    ];
    let unit = frame.unit;
    canvas.lay(frame.around(spot.at, half + 0.15), |px, py| {
        let (x, y) = about(&spot, frame.own(px, py));
        let s = x / half;
        let arch = (1.0 - s * s).max(0.0);
        // The line between the lips: its corners rise with a smile.
        let middle = bend * (0.45 - s * s);
        let (upper, lower) = (middle - 0.35 * gap * arch, middle + 0.75 * gap * arch);
        let bow = 0.75 + 0.25 * smooth(0.0, 0.22, s.abs());
        let top = upper - f.lips * arch.sqrt() * bow;
        let bottom = lower + 1.25 * f.lips * arch.sqrt();
        let distance = (top - y).max(y - bottom).max(x.abs() - half);
        let cover = inside(distance * unit);
        let line = inside(((y - middle).abs() - 0.014) * unit) * smooth(1.16, 1.0, s.abs());
        let line = if gap > 0.03 {
            line * smooth(0.85, 1.0, s.abs())
        } else {
            line
        };
        if cover <= 0.0 && line <= 0.0 {
            return (0.0, lip);
        }
        // The upper lip faces down, the lower one catches the light.
        let under = smooth(lower, bottom, y);
        let light = 0.5 + 0.5 * skin_level(person, frame, px, py);
        let shine = 0.16 * smooth(0.6, 0.0, (under - 0.45).abs() * 2.0) * smooth(0.7, 0.0, s.abs());
        let level = if y < middle { 0.80 } else { 0.98 } * light;
        let mut colour = mix(
            times(lip, level),
            [1.0; 3],
            if y > lower { shine } else { 0.0 },
        );
        let open = inside((upper - y).max(y - lower) * unit).min(smooth(0.0, 0.05, gap));
        let teeth = smooth(0.04, 0.09, gap)
            * inside((y - upper - 0.5 * gap * arch) * unit)
            * smooth(0.85, 0.65, s.abs());
        let within = mix([0.26, 0.08, 0.09], [0.93, 0.91, 0.87], 0.92 * teeth);
        colour = mix(colour, within, open);
        let seam = mix(colour, times(lip, 0.42), line * (1.0 - open));
        (cover.max(0.85 * line), seam)
    });
}

/// How bright the skin is here, as a share of its own colour.
#[inline(always)]
fn skin_level(person: &Person, frame: &Frame, px: f32, py: f32) -> f32 {
    let (x, y) = frame.own(px, py);
    (skin_at(person, x, y)[1] / person.skin[1].max(0.05)).clamp(0.0, 1.3)
}

fn beard(canvas: &mut Canvas, person: &Person, frame: &Frame) {
    let mouth = turned(person, 0.0, MOUTH, 1.03).at;
    canvas.lay(frame.around((0.0, 0.0), 1.05), |px, py| {
        let (x, y) = frame.own(px, py);
        if y < -0.1 {
            return (0.0, person.hair);
        }
        let (dx, dy) = (x - mouth.0, y - mouth.1);
        // Along the jaw and above the lip, thinner on the cheeks.
        let jaw = smooth(0.02, 0.42, y + 0.55 * dx.abs() - 0.34);
        let lip = smooth(0.12, 0.05, (dy + 0.16).abs()) * smooth(0.36, 0.22, dx.abs());
        let edge = inside(head(person, x, y) * frame.unit);
        let level = skin_level(person, frame, px, py);
        let cover = person.beard * jaw.max(lip) * edge;
        (cover, times(person.hair, 0.45 + 0.55 * level))
    });
}

fn glasses(canvas: &mut Canvas, person: &Person, frame: &Frame) {
    let spots = [-1.0, 1.0].map(|side| eye_spot(person, side));
    let (rx, ry) = (0.285, 0.225);
    let dark = mix([0.13, 0.12, 0.13], person.cloth, 0.25);
    for spot in &spots {
        canvas.lay(frame.around(spot.at, rx + 0.05), |px, py| {
            let (x, y) = about(spot, frame.own(px, py));
            let (dx, dy) = (x / rx, (y - 0.015) / ry);
            // Between an ellipse and a rectangle.
            let r = (dx.powi(4) + dy.powi(4)).sqrt().sqrt();
            let frame_cover = inside(((r - 1.0).abs() * ry - 0.026) * frame.unit);
            let glare = if r < 1.0 {
                0.07 + 0.10 * smooth(-0.2, 0.6, -dx - dy)
            } else {
                0.0
            };
            if frame_cover > 0.0 {
                (frame_cover, dark)
            } else {
                (glare, [0.92, 0.96, 1.0])
            }
        });
    }
    let [left, right] = spots.map(|s| s.at);
    let (from, to) = (
        left.0 + rx * spots[0].across,
        right.0 - rx * spots[1].across,
    );
    let y0 = 0.5 * (left.1 + right.1) - 0.05;
    canvas.lay(frame.around((0.5 * (from + to), y0), 0.25), |px, py| {
        let (x, y) = frame.own(px, py);
        let beyond = (from - x).max(x - to);
        (
            inside(((y - y0).abs() - 0.024).max(beyond) * frame.unit),
            dark,
        )
    });
}
