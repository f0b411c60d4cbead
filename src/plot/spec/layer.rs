//! What a figure can hold: series, bars, bands, rules, heat maps, texts, events and pictures.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::column::Column;
use crate::plot::colour::Colour;
use crate::plot::colour::map::ColourMap;

/// Which of the two directions a [`Rule`] or [`Band`] fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The value is an x: a vertical line or strip.
    X,
    /// The value is a y: a horizontal line or strip.
    Y,
}

/// Stroke pattern of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dash {
    /// Unbroken.
    #[default]
    Solid,
    /// Dashes.
    Dashed,
    /// Dots.
    Dotted,
}

/// A stroked line; widths are in points (1/72 inch) in an export, logical pixels on screen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LineStyle {
    /// Stroke width.
    pub width: f64,
    /// Stroke pattern.
    pub dash: Dash,
}

impl Default for LineStyle {
    fn default() -> Self {
        Self {
            width: 1.2,
            dash: Dash::Solid,
        }
    }
}

/// Outline of a marker. Groups differ by shape as well as by colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A disc, or a circle when not filled.
    Circle,
    /// ✕, always stroked.
    Cross,
    /// A triangle standing on its base.
    TriangleUp,
    /// A square.
    Square,
    /// A circle that is never filled.
    Ring,
    /// A square on its corner.
    Diamond,
    /// A short horizontal line, for a second value beside a marker.
    Dash,
}

/// A marker at each point; sizes are diameters in points in an export, logical pixels on screen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MarkerStyle {
    /// Outline.
    pub shape: Shape,
    /// Diameter.
    pub size: f64,
    /// Filled, or only stroked.
    pub filled: bool,
}

impl MarkerStyle {
    /// A marker of this shape at the usual size.
    pub fn new(shape: Shape, filled: bool) -> Self {
        Self {
            shape,
            size: 4.5,
            filled,
        }
    }
}

/// How the points of a [`Series`] are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeriesStyle {
    /// Joined by a line.
    Line(LineStyle),
    /// Each point by itself.
    Markers(MarkerStyle),
    /// A line with markers over it.
    Both(LineStyle, MarkerStyle),
}

impl SeriesStyle {
    /// The line, if there is one.
    pub fn line(&self) -> Option<LineStyle> {
        match *self {
            Self::Line(line) | Self::Both(line, _) => Some(line),
            Self::Markers(_) => None,
        }
    }

    /// The marker, if there is one.
    pub fn marker(&self) -> Option<MarkerStyle> {
        match *self {
            Self::Markers(marker) | Self::Both(_, marker) => Some(marker),
            Self::Line(_) => None,
        }
    }
}

/// Points of one kind. A point with a NaN or infinite coordinate is not drawn and breaks the line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Stable machine name: the series' name in CSV and its identity on screen.
    pub id: String,
    /// Name in the legend; empty keeps it out of the legend.
    pub name: String,
    /// (x, y) in data units.
    #[serde(deserialize_with = "super::written::points")]
    pub points: Vec<[f64; 2]>,
    /// Line, markers or both.
    pub style: SeriesStyle,
    /// Colour of the line and of every marker not in `point_colours`.
    pub colour: Colour,
    /// A colour per point, where the points are different things (latents).
    pub point_colours: Option<Vec<Colour>>,
    /// 0 (invisible) to 1.
    pub opacity: f64,
    /// Text per point for the pointer; not exported to pictures.
    pub hover: Option<Vec<String>>,
    /// The latent each point stands for, so that one hovered latent lights up in every panel.
    pub latents: Option<Vec<usize>>,
    /// Whether y is read on the right axis.
    pub right: bool,
}

impl Series {
    fn new(
        id: &str,
        name: &str,
        points: Vec<[f64; 2]>,
        style: SeriesStyle,
        colour: Colour,
    ) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            points,
            style,
            colour,
            point_colours: None,
            opacity: 1.0,
            hover: None,
            latents: None,
            right: false,
        }
    }

    /// A solid line.
    pub fn line(id: &str, name: &str, points: Vec<[f64; 2]>, colour: Colour) -> Self {
        let style = SeriesStyle::Line(LineStyle::default());
        Self::new(id, name, points, style, colour)
    }

    /// Markers only.
    pub fn markers(
        id: &str,
        name: &str,
        points: Vec<[f64; 2]>,
        marker: MarkerStyle,
        colour: Colour,
    ) -> Self {
        Self::new(id, name, points, SeriesStyle::Markers(marker), colour)
    }

    /// The colour of point `index`.
    pub fn colour_at(&self, index: usize) -> Colour {
        self.point_colours
            .as_ref()
            .and_then(|c| c.get(index))
            .copied()
            .unwrap_or(self.colour)
    }
}

/// One bar, in data units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// Centre.
    pub x: f64,
    /// Where the bar starts.
    pub base: f64,
    /// Signed extent from `base`.
    pub height: f64,
    /// Full width.
    pub width: f64,
    /// Fill colour.
    pub colour: Colour,
    /// Hatched as well as coloured: dead things differ by more than colour.
    pub hatched: bool,
    /// What the bar is, for the pointer and for CSV.
    pub label: String,
    /// The latent the bar stands for.
    pub latent: Option<usize>,
}

/// Bars of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    /// Stable machine name.
    pub id: String,
    /// Name in the legend; empty keeps it out of the legend.
    pub name: String,
    /// The bars.
    pub items: Vec<Bar>,
    /// Colour of the legend's key.
    pub colour: Colour,
}

/// A shaded strip across the whole plot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// What the strip means; empty keeps it out of the legend.
    pub name: String,
    /// One end in data units; −∞ (or 0 on a log axis) reaches the edge of the plot.
    #[serde(deserialize_with = "super::written::from")]
    pub from: f64,
    /// The other end; +∞ reaches the edge of the plot.
    #[serde(deserialize_with = "super::written::to")]
    pub to: f64,
    /// Which coordinate `from` and `to` are.
    pub direction: Direction,
    /// Fill colour.
    pub colour: Colour,
    /// 0 (invisible) to 1.
    pub opacity: f64,
}

/// A straight line across the whole plot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Which coordinate `value` is.
    pub direction: Direction,
    /// Where, in data units.
    pub value: f64,
    /// Text written at the line; empty for none.
    pub label: String,
    /// Colour of line and text.
    pub colour: Colour,
    /// Stroke pattern.
    pub dash: Dash,
    /// The name of the setting that dragging the line changes, if the window may drag it.
    #[serde(skip_deserializing)]
    pub draggable: Option<&'static str>,
}

/// How the values of a heat map become positions along its colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColourScale {
    /// Equal differences are equally far apart.
    #[default]
    Linear,
    /// Equal ratios are equally far apart; values at or below zero count as not a number.
    Log10,
    /// log(1 + what exceeds the least value): a shallow valley beside high walls shows both.
    Excess,
}

/// A grid of values shown by colour, with optional contours.
///
/// The nx·ny cells divide the rectangle equally *along the axes* (in log10 on a log axis); a value
/// stands at its cell's centre. A value that is NaN or infinite gets a colour of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeatMap {
    /// Stable machine name.
    pub id: String,
    /// Left and right edge in data units.
    pub x_range: (f64, f64),
    /// Bottom and top edge in data units.
    pub y_range: (f64, f64),
    /// Cells along x.
    pub nx: usize,
    /// Cells along y.
    pub ny: usize,
    /// nx·ny values, row by row from the lowest y, each row from the lowest x.
    #[serde(deserialize_with = "super::written::values")]
    pub values: Vec<f64>,
    /// Colours.
    pub colour_map: ColourMap,
    /// How values become positions along the colour map.
    pub scale: ColourScale,
    /// Values at the two ends of the colour map; those of the finite values if absent. Values
    /// beyond it take the end's colour, and the colour bar says so with `≤` and `≥`.
    pub range: Option<(f64, f64)>,
    /// Values at which contours are drawn.
    pub contours: Vec<f64>,
    /// Label of the colour bar.
    pub label: String,
    /// Whether the values sample a smooth function and may be interpolated between cell centres.
    pub smooth: bool,
}

/// Which part of an annotation's text lies at its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// The text is centred above the point.
    #[default]
    Above,
    /// The text is centred below the point.
    Below,
    /// The text starts to the right of the point.
    Right,
    /// The text ends to the left of the point.
    Left,
    /// The text is centred on the point.
    Centre,
}

/// A short text at a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Annotation {
    /// Where, in data units.
    pub at: [f64; 2],
    /// What it says.
    pub text: String,
    /// Text colour.
    pub colour: Colour,
    /// Where the text lies relative to the point.
    pub anchor: Anchor,
}

/// Labelled events along x, such as live edits of β during training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventTicks {
    /// Stable machine name.
    pub id: String,
    /// Where, in data units of x.
    pub values: Vec<f64>,
    /// One label per value; a missing or empty one is not written.
    pub labels: Vec<String>,
    /// Colour of lines and labels.
    pub colour: Colour,
}

/// One small picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageCell {
    /// Columns of pixels.
    pub width: usize,
    /// Rows of pixels.
    pub height: usize,
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
    /// width·height·channels bytes, interleaved, from the top left.
    #[serde(with = "super::written::pixels")]
    pub pixels: Arc<[u8]>,
    /// Text under the picture; empty for none.
    pub caption: String,
}

/// Pictures side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageRow {
    /// What the row shows, written to its left.
    pub label: String,
    /// The pictures, from the left.
    pub images: Vec<ImageCell>,
}

/// A grid of pictures. A figure with pictures has no axes, and nothing else is drawn in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Images {
    /// Rows from the top.
    pub rows: Vec<ImageRow>,
}

/// One thing drawn; layers are drawn in order, later ones on top.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Points, joined or not.
    Series(Series),
    /// Bars.
    Bars(Bars),
    /// A shaded strip.
    Band(Band),
    /// A straight line.
    Rule(Rule),
    /// A grid of values.
    HeatMap(HeatMap),
    /// A short text.
    Annotation(Annotation),
    /// Events along x.
    Ticks(EventTicks),
    /// A column of a table.
    Column(Column),
    /// Pictures.
    Images(Images),
}
