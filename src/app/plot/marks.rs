//! Lines, markers, shaded strips, rules and events.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2};

use super::marker::{self, Ink};
use super::project::Projection;
use super::{bars, heat_map};
use crate::app::widgets::theme::colour;
use crate::plot::shape::decimate::decimate;
use crate::plot::{
    Band, Dash, Direction, EventTicks, FigureSpec, Frame, Layer, Palette, Rule, Series,
};

/// What marks are painted with.
pub(crate) struct Marks<'a> {
    /// Cut to the plot.
    pub(crate) inside: Painter,
    /// Not cut, so that markers on the edge stay whole.
    pub(crate) whole: &'a Painter,
    pub(crate) p: &'a Projection,
    pub(crate) frame: &'a Frame,
    pub(crate) palette: &'a Palette,
    /// The latent to light up.
    pub(crate) highlight: Option<usize>,
    /// The line being dragged and where it is.
    pub(crate) dragged: Option<(&'a str, f64)>,
}

impl Marks<'_> {
    /// Paints every layer but texts, in order.
    pub(crate) fn paint(&self, figure: &FigureSpec, heat_maps: &heat_map::HeatMaps) {
        let highlight = self.highlight.filter(|h| knows(figure, *h));
        let dim = |latent: Option<usize>| match (highlight, latent) {
            (Some(h), Some(l)) if h != l => 0.28,
            _ => 1.0,
        };
        let mut map_index = 0;
        for layer in &figure.layers {
            match layer {
                Layer::Series(s) => self.series(s, &dim),
                Layer::Bars(b) => bars::paint(&self.inside, b, self.p, self.palette, dim),
                Layer::Band(b) => self.band(b),
                Layer::Rule(r) => self.rule(r),
                Layer::Ticks(t) => self.events(t),
                Layer::HeatMap(map) => {
                    heat_maps.paint_contours(map_index, map, &self.inside, self.p);
                    map_index += 1;
                }
                Layer::Annotation(_) | Layer::Column(_) | Layer::Images(_) => {}
            }
        }
    }

    fn series(&self, s: &Series, dim: &impl Fn(Option<usize>) -> f32) {
        let opacity = share(s.opacity);
        if let Some(style) = s.style.line() {
            let ink = colour(self.palette.rgb(s.colour)).gamma_multiply(opacity);
            let stroke = Stroke::new(style.width as f32 + 0.2, ink);
            self.line(s, stroke, style.dash);
        }
        let Some(style) = s.style.marker() else {
            return;
        };
        let background = colour(self.palette.background);
        for (index, point) in s.points.iter().enumerate() {
            let Some(at) = self.p.point(*point, s.right).filter(|at| self.p.shows(*at)) else {
                continue;
            };
            let latent = s.keys.as_ref().and_then(|l| l.get(index)).copied();
            let share = opacity * dim(latent);
            let colour = colour(self.palette.rgb(s.colour_at(index))).gamma_multiply(share);
            marker::paint(self.whole, at, style, Ink { colour, background });
        }
    }

    fn line(&self, s: &Series, stroke: Stroke, dash: Dash) {
        let columns = (self.p.rect.width() * self.whole.pixels_per_point()) as usize;
        let thinned;
        let points = if s.points.len() > columns.saturating_mul(2) {
            thinned = decimate(&s.points, &self.frame.x, columns);
            &thinned
        } else {
            &s.points
        };
        let mut run: Vec<Pos2> = Vec::with_capacity(points.len());
        for point in points {
            match self.p.point(*point, s.right) {
                Some(at) => run.push(at),
                None => polyline_owned(&self.inside, std::mem::take(&mut run), stroke, dash),
            }
        }
        polyline_owned(&self.inside, run, stroke, dash);
    }

    fn band(&self, b: &Band) {
        let axis = match b.direction {
            Direction::X => &self.p.x,
            Direction::Y => &self.p.y,
        };
        let (Some(from), Some(to)) = (axis.edge(b.from), axis.edge(b.to)) else {
            return;
        };
        let plot = self.p.rect;
        let rect = match b.direction {
            Direction::X => Rect::from_two_pos(pos2(from, plot.top()), pos2(to, plot.bottom())),
            Direction::Y => Rect::from_two_pos(pos2(plot.left(), from), pos2(plot.right(), to)),
        };
        let ink = colour(self.palette.rgb(b.colour));
        let ink = ink.gamma_multiply(share(b.opacity));
        self.inside.rect_filled(rect, 0.0, ink);
    }

    fn rule(&self, r: &Rule) {
        let value = match (self.dragged, r.draggable) {
            (Some((id, value)), Some(own)) if id == own => value,
            _ => r.value,
        };
        let Some(ends) = rule_ends(r.direction, value, self.p) else {
            return;
        };
        let width = if r.draggable.is_some() { 2.0 } else { 1.3 };
        let stroke = Stroke::new(width, colour(self.palette.rgb(r.colour)));
        polyline(&self.inside, &ends, stroke, r.dash);
    }

    fn events(&self, t: &EventTicks) {
        let stroke = Stroke::new(1.2, colour(self.palette.rgb(t.colour)));
        for &value in &t.values {
            if let Some(ends) = rule_ends(Direction::X, value, self.p) {
                polyline(&self.inside, &ends, stroke, Dash::Dashed);
            }
        }
    }
}

/// An opacity within 0–1; one that is no number is full, as in an export.
pub(crate) fn share(opacity: f64) -> f32 {
    if opacity.is_nan() {
        1.0
    } else {
        opacity.clamp(0.0, 1.0) as f32
    }
}

/// Whether anything in the figure stands for this latent.
fn knows(figure: &FigureSpec, latent: usize) -> bool {
    figure.layers.iter().any(|layer| match layer {
        Layer::Series(s) => s.keys.as_ref().is_some_and(|l| l.contains(&latent)),
        Layer::Bars(b) => b.items.iter().any(|i| i.key == Some(latent)),
        _ => false,
    })
}

/// The ends of a line across the plot, if it is in it.
pub(crate) fn rule_ends(direction: Direction, value: f64, p: &Projection) -> Option<[Pos2; 2]> {
    let plot = p.rect;
    let ends = match direction {
        Direction::X => {
            let x = p.x.at(value)?;
            [pos2(x, plot.bottom()), pos2(x, plot.top())]
        }
        Direction::Y => {
            let y = p.y.at(value)?;
            [pos2(plot.left(), y), pos2(plot.right(), y)]
        }
    };
    p.shows(ends[0]).then_some(ends)
}

/// Paints a line through `points` in a stroke pattern.
pub(crate) fn polyline(painter: &Painter, points: &[Pos2], stroke: Stroke, dash: Dash) {
    polyline_owned(painter, points.to_vec(), stroke, dash);
}

fn polyline_owned(painter: &Painter, points: Vec<Pos2>, stroke: Stroke, dash: Dash) {
    match (points.as_slice(), dash) {
        ([], _) => {}
        // A point between two gaps is a dot, not nothing.
        ([one], _) => {
            painter.circle_filled(*one, stroke.width.max(1.2), stroke.color);
        }
        (_, Dash::Solid) => {
            painter.line(points, stroke);
        }
        (_, Dash::Dashed) => painter.extend(Shape::dashed_line(&points, stroke, 4.5, 3.5)),
        (_, Dash::Dotted) => {
            let radius = (stroke.width * 0.6).max(0.8);
            painter.extend(Shape::dotted_line(&points, stroke.color, 4.0, radius));
        }
    }
}

/// The colour that text over data is rimmed with: light letters lie on dark data.
pub(crate) fn rim_for(ink: Color32, palette: &Palette) -> Color32 {
    let luminance = crate::plot::colour::luminance([ink.r(), ink.g(), ink.b()]);
    if (luminance > 0.3) == palette.is_dark() {
        colour(palette.background)
    } else {
        colour(palette.foreground)
    }
}
