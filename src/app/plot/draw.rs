//! Turns a scene's items into egui's shapes: no placing, no choosing, only colours, pixels and fonts.

use std::sync::Arc;

use egui::epaint::{Tessellator, TextShape};
use egui::{Color32, FontId, Galley, Mesh, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use crate::app::widgets::theme::colour;
use crate::plot::scene::{self, Align, FONT, Item, Label, Measure, Paint, Scene};

/// Size of the text on screen, in logical pixels.
pub(crate) const TEXT: f32 = 11.0;
/// Logical pixels to a unit of the scene.
pub(crate) const UNIT: f32 = TEXT / FONT as f32;

/// Where a scene lies on screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    /// The scene's upper left corner.
    pub(crate) origin: Pos2,
}

impl Place {
    /// On screen.
    pub(crate) fn at(self, p: [f64; 2]) -> Pos2 {
        self.origin + vec2(p[0] as f32, p[1] as f32) * UNIT
    }

    /// On the page.
    pub(crate) fn from(self, at: Pos2) -> [f64; 2] {
        let p = (at - self.origin) / UNIT;
        [f64::from(p.x), f64::from(p.y)]
    }

    /// A rectangle on screen.
    pub(crate) fn rect(self, r: &scene::Rect) -> Rect {
        Rect::from_min_max(self.at([r.x, r.y]), self.at([r.right(), r.bottom()]))
    }
}

/// Widths of texts in the window's fonts.
pub(crate) struct Galleys<'a>(pub(crate) &'a Painter);

impl Measure for Galleys<'_> {
    fn width(&self, text: &str, size: f64) -> f64 {
        f64::from(galley(self.0, text, size).size().x / UNIT)
    }
}

fn galley(painter: &Painter, text: &str, size: f64) -> Arc<Galley> {
    let font = FontId::proportional(size as f32 * UNIT);
    painter.layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER)
}

/// The shapes of a scene as triangles, in order, in runs that are cut to the plot or are not: a frame in which nothing
/// has changed costs a copy of them.
///
/// The texts are not among them: egui keeps what it has laid out itself, and throws it away when it fills its atlas.
pub(crate) struct Drawing {
    runs: Vec<(bool, Arc<Mesh>)>,
}

impl Drawing {
    /// The shapes of `scene` at `place`.
    pub(crate) fn of(scene: &Scene, place: Place, painter: &Painter) -> Self {
        let mut drawing = Runs::new(scene, place, painter);
        let pen = Pen { place, painter };
        let mut shapes = Vec::new();
        for item in &scene.items {
            match item {
                Item::Path {
                    points,
                    closed,
                    paint,
                    clip,
                } => {
                    pen.path(points, *closed, paint, &mut shapes);
                    drawing.take(*clip, &mut shapes);
                }
                Item::Lines {
                    ends,
                    stroke,
                    opacity,
                    clip,
                } => {
                    let paint = Paint::stroke(*stroke).with_opacity(*opacity);
                    for ends in ends {
                        pen.path(ends, false, &paint, &mut shapes);
                    }
                    drawing.take(*clip, &mut shapes);
                }
                Item::Circle {
                    centre,
                    radius,
                    paint,
                } => {
                    let (fill, stroke) = pen.inks(paint);
                    let (at, radius) = (place.at(*centre), *radius as f32 * UNIT);
                    let circle = Shape::Circle(egui::epaint::CircleShape {
                        center: at,
                        radius,
                        fill,
                        stroke,
                    });
                    shapes.push(circle);
                    drawing.take(false, &mut shapes);
                }
                Item::Faces(faces) => {
                    let mut mesh = Mesh::default();
                    for (corners, rgb) in faces {
                        let first = mesh.vertices.len() as u32;
                        for corner in corners {
                            mesh.colored_vertex(place.at(*corner), colour(*rgb));
                        }
                        mesh.add_triangle(first, first + 1, first + 2);
                        mesh.add_triangle(first, first + 2, first + 3);
                    }
                    shapes.push(Shape::mesh(mesh));
                    drawing.take(true, &mut shapes);
                }
                Item::Text(_) | Item::Begin(_) | Item::End => {}
            }
        }
        let runs = drawing.made.into_iter();
        Self {
            runs: runs.map(|(clip, mesh)| (clip, Arc::new(mesh))).collect(),
        }
    }

    /// Paints the shapes, then the texts of `scene` over them.
    pub(crate) fn paint(&self, scene: &Scene, place: Place, painter: &Painter) {
        let plot = place.rect(&scene.plot).expand(1.0);
        let inside = painter.with_clip_rect(plot.intersect(painter.clip_rect()));
        for (clip, mesh) in &self.runs {
            let on = if *clip { &inside } else { painter };
            on.add(Shape::Mesh(Arc::clone(mesh)));
        }
        for item in &scene.items {
            if let Item::Text(label) = item {
                write(painter, label, place);
            }
        }
    }
}

/// The runs of a drawing while it is made.
struct Runs {
    made: Vec<(bool, Mesh)>,
    tessellator: Tessellator,
    plot: Rect,
}

impl Runs {
    fn new(scene: &Scene, place: Place, painter: &Painter) -> Self {
        let options = painter.ctx().tessellation_options(|options| *options);
        // Without egui's prepared discs, which lie in an atlas that may be made anew.
        let tessellator = Tessellator::new(painter.pixels_per_point(), options, [1, 1], Vec::new());
        Self {
            made: Vec::new(),
            tessellator,
            plot: place.rect(&scene.plot),
        }
    }

    /// Adds shapes that are to be cut to the plot, or not. Inside the plot both are the same, and then the run before
    /// goes on: every run is a call of the graphics library.
    fn take(&mut self, clip: bool, shapes: &mut Vec<Shape>) {
        for shape in shapes.drain(..) {
            let inside = self.plot.contains_rect(shape.visual_bounding_rect());
            let goes_on = self
                .made
                .last()
                .is_some_and(|(own, _)| inside || *own == clip);
            if !goes_on {
                self.made.push((clip, Mesh::default()));
            }
            if let Some((_, mesh)) = self.made.last_mut() {
                self.tessellator.tessellate_shape(shape, mesh);
            }
        }
    }
}

/// Turns outlines into shapes.
struct Pen<'a> {
    place: Place,
    painter: &'a Painter,
}

impl Pen<'_> {
    fn inks(&self, paint: &Paint) -> (Color32, Stroke) {
        let ink = |rgb| colour(rgb).gamma_multiply(paint.opacity as f32);
        let fill = paint.fill.map_or(Color32::TRANSPARENT, ink);
        // Thinner than a pixel is fainter, not thinner.
        let least = 1.0 / self.painter.pixels_per_point();
        let stroke = paint.stroke.map_or(Stroke::NONE, |s| {
            Stroke::new((s.width as f32 * UNIT).max(least), ink(s.colour))
        });
        (fill, stroke)
    }

    fn path(&self, points: &[[f64; 2]], closed: bool, paint: &Paint, out: &mut Vec<Shape>) {
        let (fill, stroke) = self.inks(paint);
        let pattern = paint.stroke.and_then(|s| s.pattern());
        if let (&[a, b], false) = (points, closed) {
            let (mut a, mut b) = (self.place.at(a), self.place.at(b));
            // A line along an axis is as sharp as the pixels are.
            let sharp = |v: f32| self.painter.round_to_pixel_center(v);
            if stroke.width < 2.5 && a.x == b.x {
                (a.x, b.x) = (sharp(a.x), sharp(b.x));
            } else if stroke.width < 2.5 && a.y == b.y {
                (a.y, b.y) = (sharp(a.y), sharp(b.y));
            }
            match pattern {
                None => out.push(Shape::line_segment([a, b], stroke)),
                Some(pattern) => dashed(&[a, b], stroke, pattern, out),
            }
            return;
        }
        let points: Vec<Pos2> = points.iter().map(|p| self.place.at(*p)).collect();
        match pattern {
            _ if closed => out.push(Shape::convex_polygon(points, fill, stroke)),
            None => out.push(Shape::line(points, stroke)),
            Some(pattern) => dashed(&points, stroke, pattern, out),
        }
    }
}

fn dashed(points: &[Pos2], stroke: Stroke, pattern: [f64; 2], out: &mut Vec<Shape>) {
    let [on, off] = pattern.map(|length| length as f32 * UNIT);
    out.extend(Shape::dashed_line(points, stroke, on, off));
}

/// Writes one line of text.
fn write(painter: &Painter, label: &Label, place: Place) {
    let galley = galley(painter, &label.text, label.size);
    let width = galley.size().x;
    let before = match label.align {
        Align::Start => 0.0,
        Align::Middle => width / 2.0,
        Align::End => width,
    };
    let rise = baseline(&galley);
    let (at, ink) = (place.at(label.at), colour(label.colour));
    if label.upright {
        let corner = at + vec2(-rise, before);
        let angle = -std::f32::consts::FRAC_PI_2;
        painter.add(TextShape::new(corner, galley, ink).with_angle(angle));
        return;
    }
    let min = at - vec2(before, rise);
    let pixels = painter.pixels_per_point();
    let min = (min.to_vec2() * pixels).round() / pixels;
    let min = pos2(min.x, min.y);
    if let Some(halo) = label.halo {
        let rim = colour(halo).gamma_multiply(0.7);
        for (dx, dy) in [
            (-1, 0),
            (1, 0),
            (0, -1),
            (0, 1),
            (-1, -1),
            (1, 1),
            (-1, 1),
            (1, -1),
        ] {
            let at = min + vec2(dx as f32, dy as f32);
            painter.galley(at, Arc::clone(&galley), rim);
        }
    }
    painter.galley(min, galley, ink);
}

/// From the top of a text to its baseline.
fn baseline(galley: &Galley) -> f32 {
    let first = galley.rows.first();
    let glyph = first.and_then(|row| row.glyphs.first());
    match (first, glyph) {
        (Some(row), Some(glyph)) => row.pos.y + glyph.pos.y,
        _ => galley.size().y * 0.8,
    }
}
