//! A figure laid out on paper: primitives with y downwards, in units of an eighth of the text size.
//!
//! The text is always 8 units high, so lines, markers and margins keep their proportion to it on a
//! column and on a slide; [`Scene::unit`] turns units into points (1/72 inch).
//!
//! Laying out once and serialising afterwards keeps every vector format alike: an exporter only
//! has to write [`Item`]s and [`Picture`]s.

mod axes;
mod key;
mod layout;
mod marks;
mod pictures;
mod relief;
pub(crate) mod text;

use super::colour::{Palette, Rgb};
use super::spec::size::Size;
use super::spec::{Dash, FigureSpec};
use layout::Layout;

/// An axis-parallel rectangle; `y` is its upper edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Rect {
    pub(crate) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// The corners from the upper left, clockwise.
    fn corners(&self) -> Vec<[f64; 2]> {
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
}

/// How a shape is painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Paint {
    pub(crate) fill: Option<Rgb>,
    /// Diagonal lines of this colour over the fill.
    pub(crate) hatch: Option<Rgb>,
    pub(crate) stroke: Option<Stroke>,
    pub(crate) opacity: f64,
}

impl Paint {
    pub(crate) fn fill(colour: Rgb) -> Self {
        Self {
            fill: Some(colour),
            hatch: None,
            stroke: None,
            opacity: 1.0,
        }
    }

    pub(crate) fn stroke(stroke: Stroke) -> Self {
        Self {
            fill: None,
            hatch: None,
            stroke: Some(stroke),
            opacity: 1.0,
        }
    }

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

/// One vector primitive.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    /// A polyline or polygon; `clip` keeps it inside the plot.
    Path {
        points: Vec<[f64; 2]>,
        closed: bool,
        paint: Paint,
        clip: bool,
    },
    /// A circle.
    Circle {
        centre: [f64; 2],
        radius: f64,
        paint: Paint,
    },
    /// A line of text.
    Text(Label),
    /// The following items belong to a thing of this name.
    Begin(String),
    /// The end of the innermost [`Item::Begin`].
    End,
}

/// A raster picture; pictures lie under all items.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    pub(crate) rect: Rect,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    /// columns·rows RGB triples from the upper left.
    pub(crate) rgb: Vec<u8>,
    /// Whether a viewer may interpolate between pixels.
    pub(crate) smooth: bool,
}

/// Text size in units.
const FONT: f64 = 8.0;

/// A figure ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scene {
    /// Points per unit.
    pub(crate) unit: f64,
    /// In units.
    pub(crate) width: f64,
    /// In units.
    pub(crate) height: f64,
    pub(crate) background: Rgb,
    /// The plot's rectangle, to which clipped items are cut.
    pub(crate) plot: Rect,
    pub(crate) pictures: Vec<Picture>,
    pub(crate) items: Vec<Item>,
}

impl Scene {
    /// Lays `figure` out at `size` in the colours of `palette`.
    pub(crate) fn build(figure: &FigureSpec, size: &Size, palette: &Palette) -> Self {
        let size = size.settled();
        let unit = size.font / FONT;
        let page = Size {
            width: size.width / unit,
            height: size.height / unit,
            font: FONT,
            dpi: size.dpi,
        };
        let mut canvas = Canvas {
            palette,
            font: FONT,
            pictures: Vec::new(),
            items: Vec::new(),
        };
        let (width, mut height) = page.points();
        let plot = if figure.has_pictures() {
            let (plot, used) = pictures::draw_rows(&mut canvas, figure, width, height);
            height = used;
            plot
        } else {
            let layout = Layout::of(figure, &page, palette);
            if figure.is_tilted() {
                relief::draw(&mut canvas, figure, &layout);
            } else {
                pictures::draw_heat_maps(&mut canvas, figure, &layout);
                axes::draw_behind(&mut canvas, figure, &layout);
                marks::draw(&mut canvas, figure, &layout);
            }
            axes::draw_front(&mut canvas, figure, &layout);
            key::draw_colour_bar(&mut canvas, figure, &layout);
            layout.plot
        };
        Self {
            unit,
            width,
            height,
            background: palette.background,
            plot,
            pictures: canvas.pictures,
            items: canvas.items,
        }
    }
}

/// What the drawing functions write on.
pub(crate) struct Canvas<'a> {
    palette: &'a Palette,
    /// Text size in units.
    font: f64,
    pictures: Vec<Picture>,
    items: Vec<Item>,
}

impl Canvas<'_> {
    fn path(&mut self, points: Vec<[f64; 2]>, closed: bool, paint: Paint, clip: bool) {
        if points.len() > 1 {
            self.items.push(Item::Path {
                points,
                closed,
                paint,
                clip,
            });
        }
    }

    fn line(&mut self, from: [f64; 2], to: [f64; 2], stroke: Stroke) {
        self.path(vec![from, to], false, Paint::stroke(stroke), false);
    }

    /// A named group of whatever `draw` draws.
    fn group(&mut self, name: &str, draw: impl FnOnce(&mut Self)) {
        self.items.push(Item::Begin(name.to_owned()));
        let before = self.items.len();
        draw(self);
        if self.items.len() == before {
            self.items.pop();
        } else {
            self.items.push(Item::End);
        }
    }

    fn label(&mut self, at: [f64; 2], text: &str, colour: Rgb, align: Align) {
        self.text(Label {
            at,
            text: text.to_owned(),
            size: self.font,
            colour,
            align,
            upright: false,
            strong: false,
            halo: None,
        });
    }

    fn text(&mut self, label: Label) {
        if !label.text.trim().is_empty() {
            self.items.push(Item::Text(label));
        }
    }
}
