//! What a scene is made of: vector primitives in order, pictures under them, and the canvas they are drawn on.

use super::Page;
use crate::plot::colour::Rgb;
use crate::plot::spec::Dash;

/// An axis-parallel rectangle; `y` is its upper edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Rect {
    /// The rectangle with these opposite corners.
    pub(crate) fn between(a: [f64; 2], b: [f64; 2]) -> Self {
        Self {
            x: a[0].min(b[0]),
            y: a[1].min(b[1]),
            width: (a[0] - b[0]).abs(),
            height: (a[1] - b[1]).abs(),
        }
    }

    pub(crate) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub(crate) fn centre(&self) -> [f64; 2] {
        [self.x + self.width / 2.0, self.y + self.height / 2.0]
    }

    /// Whether a point lies inside or at most `slack` outside.
    pub(crate) fn holds(&self, p: [f64; 2], slack: f64) -> bool {
        p[0] >= self.x - slack
            && p[0] <= self.right() + slack
            && p[1] >= self.y - slack
            && p[1] <= self.bottom() + slack
    }

    /// The corners from the upper left, clockwise.
    pub(crate) fn corners(&self) -> Vec<[f64; 2]> {
        vec![
            [self.x, self.y],
            [self.right(), self.y],
            [self.right(), self.bottom()],
            [self.x, self.bottom()],
        ]
    }
}

/// How an outline is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stroke {
    pub(crate) colour: Rgb,
    pub(crate) width: f64,
    pub(crate) dash: Dash,
}

impl Stroke {
    pub(crate) fn solid(colour: Rgb, width: f64) -> Self {
        Self {
            colour,
            width,
            dash: Dash::Solid,
        }
    }

    /// Lengths of the strokes and of the gaps between them.
    pub(crate) fn pattern(&self) -> Option<[f64; 2]> {
        let w = self.width.max(0.7);
        match self.dash {
            Dash::Solid => None,
            Dash::Dashed => Some([w * 4.0, w * 2.5]),
            Dash::Dotted => Some([w, w * 1.8]),
        }
    }
}

/// How a shape is painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Paint {
    pub(crate) fill: Option<Rgb>,
    pub(crate) stroke: Option<Stroke>,
    pub(crate) opacity: f64,
}

impl Paint {
    pub(crate) fn fill(colour: Rgb) -> Self {
        Self {
            fill: Some(colour),
            stroke: None,
            opacity: 1.0,
        }
    }

    pub(crate) fn stroke(stroke: Stroke) -> Self {
        Self {
            fill: None,
            stroke: Some(stroke),
            opacity: 1.0,
        }
    }

    /// The same at an opacity within 0–1; one that is no number is full.
    pub(crate) fn with_opacity(mut self, opacity: f64) -> Self {
        self.opacity = if opacity.is_nan() {
            1.0
        } else {
            opacity.clamp(0.0, 1.0)
        };
        self
    }
}

/// Which end of a text lies at its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Start,
    Middle,
    End,
}

/// One line of text; `at` is on the baseline.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Label {
    pub(crate) at: [f64; 2],
    pub(crate) text: String,
    pub(crate) size: f64,
    pub(crate) colour: Rgb,
    pub(crate) align: Align,
    /// Reads upwards.
    pub(crate) upright: bool,
    /// A heavier face.
    pub(crate) strong: bool,
    /// Colour around the letters, where they lie on data.
    pub(crate) halo: Option<Rgb>,
}

impl Label {
    /// A plain label.
    pub(crate) fn new(at: [f64; 2], text: &str, size: f64, colour: Rgb, align: Align) -> Self {
        Self {
            at,
            text: text.to_owned(),
            size,
            colour,
            align,
            upright: false,
            strong: false,
            halo: None,
        }
    }
}

/// A filled quadrilateral.
pub(crate) type Face = ([[f64; 2]; 4], Rgb);

/// One vector primitive.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    /// A polyline or convex polygon; `clip` keeps it inside the plot.
    Path {
        points: Vec<[f64; 2]>,
        closed: bool,
        paint: Paint,
        clip: bool,
    },
    /// Separate straight lines of one stroke.
    Lines {
        ends: Vec<[[f64; 2]; 2]>,
        stroke: Stroke,
        opacity: f64,
        clip: bool,
    },
    /// A circle.
    Circle {
        centre: [f64; 2],
        radius: f64,
        paint: Paint,
    },
    /// The faces of a surface, the nearest last, without seams between them.
    Faces(Vec<Face>),
    /// A line of text.
    Text(Label),
    /// The following items belong to a thing of this name.
    Begin(String),
    /// The end of the innermost [`Item::Begin`].
    End,
}

/// What the drawing functions write on.
pub(crate) struct Canvas<'a> {
    pub(crate) page: &'a Page<'a>,
    /// The key that is lit up, if anything in the figure has it.
    pub(crate) lit: Option<usize>,
    pub(crate) items: Vec<Item>,
}

impl Canvas<'_> {
    pub(crate) fn path(&mut self, points: Vec<[f64; 2]>, closed: bool, paint: Paint, clip: bool) {
        if points.len() > 1 {
            self.items.push(Item::Path {
                points,
                closed,
                paint,
                clip,
            });
        }
    }

    pub(crate) fn line(&mut self, from: [f64; 2], to: [f64; 2], stroke: Stroke) {
        self.path(vec![from, to], false, Paint::stroke(stroke), false);
    }

    pub(crate) fn lines(
        &mut self,
        ends: Vec<[[f64; 2]; 2]>,
        stroke: Stroke,
        opacity: f64,
        clip: bool,
    ) {
        if !ends.is_empty() {
            self.items.push(Item::Lines {
                ends,
                stroke,
                opacity,
                clip,
            });
        }
    }

    /// A named group of whatever `draw` draws.
    pub(crate) fn group(&mut self, name: &str, draw: impl FnOnce(&mut Self)) {
        self.items.push(Item::Begin(name.to_owned()));
        let before = self.items.len();
        draw(self);
        if self.items.len() == before {
            self.items.pop();
        } else {
            self.items.push(Item::End);
        }
    }

    pub(crate) fn label(&mut self, at: [f64; 2], text: &str, colour: Rgb, align: Align) {
        self.text(Label::new(at, text, super::FONT, colour, align));
    }

    pub(crate) fn text(&mut self, label: Label) {
        if !label.text.trim().is_empty() {
            self.items.push(Item::Text(label));
        }
    }

    /// The share of full opacity of what belongs to `key`, while another key is lit up.
    pub(crate) fn dim(&self, key: Option<usize>) -> f64 {
        match (self.lit, key) {
            (Some(lit), Some(key)) if lit != key => 0.28,
            _ => 1.0,
        }
    }
}
