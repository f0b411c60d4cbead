//! What a figure can hold: series, bars, bands, rules, heat maps, texts, events and pictures.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::column::Column;
use crate::plot::colour::map::{ColourMap, nearest};
use crate::plot::colour::{Colour, Key, Rgb, Role};

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

/// A stroked line; widths are in eighths of the size of the text, on paper and on screen alike.
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

/// A marker at each point; sizes are diameters in eighths of the size of the text.
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

    /// The same at another diameter.
    #[must_use]
    pub fn sized(mut self, size: f64) -> Self {
        self.size = size;
        self
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
    /// A colour per point, where the points are different things.
    pub point_colours: Option<Vec<Colour>>,
    /// 0 (invisible) to 1.
    pub opacity: f64,
    /// Text per point for the pointer; not exported to pictures.
    pub hover: Option<Vec<String>>,
    /// The key of what each point stands for, so that what is pointed at lights up in every figure.
    pub keys: Option<Vec<Key>>,
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
            keys: None,
            right: false,
        }
    }

    /// A solid line.
    pub fn line(id: &str, name: &str, points: Vec<[f64; 2]>, colour: impl Into<Colour>) -> Self {
        let style = SeriesStyle::Line(LineStyle::default());
        Self::new(id, name, points, style, colour.into())
    }

    /// Markers only.
    pub fn markers(
        id: &str,
        name: &str,
        points: Vec<[f64; 2]>,
        marker: MarkerStyle,
        colour: impl Into<Colour>,
    ) -> Self {
        let style = SeriesStyle::Markers(marker);
        Self::new(id, name, points, style, colour.into())
    }

    /// The same with another line.
    fn restyled(mut self, line: impl FnOnce(&mut LineStyle)) -> Self {
        match &mut self.style {
            SeriesStyle::Line(style) | SeriesStyle::Both(style, _) => line(style),
            SeriesStyle::Markers(_) => {}
        }
        self
    }

    /// The same with a line of this pattern.
    #[must_use]
    pub fn dash(self, dash: Dash) -> Self {
        self.restyled(|line| line.dash = dash)
    }

    /// The same with a dashed line.
    #[must_use]
    pub fn dashed(self) -> Self {
        self.dash(Dash::Dashed)
    }

    /// The same with a dotted line.
    #[must_use]
    pub fn dotted(self) -> Self {
        self.dash(Dash::Dotted)
    }

    /// The same with a line of this width.
    #[must_use]
    pub fn width(self, width: f64) -> Self {
        self.restyled(|line| line.width = width)
    }

    /// The same with a marker at each point of the line.
    #[must_use]
    pub fn with_markers(mut self, marker: MarkerStyle) -> Self {
        let line = self.style.line().unwrap_or_default();
        self.style = SeriesStyle::Both(line, marker);
        self
    }

    /// The same at another opacity, 0 (invisible) to 1.
    #[must_use]
    pub fn opacity(mut self, opacity: f64) -> Self {
        self.opacity = opacity;
        self
    }

    /// The same with a text for the pointer at each point.
    #[must_use]
    pub fn hover(mut self, texts: impl IntoIterator<Item = String>) -> Self {
        self.hover = Some(texts.into_iter().collect());
        self
    }

    /// The same with the key of what each point stands for.
    #[must_use]
    pub fn keys(mut self, keys: impl IntoIterator<Item = Key>) -> Self {
        self.keys = Some(keys.into_iter().collect());
        self
    }

    /// The same with a colour for each point.
    #[must_use]
    pub fn point_colours(mut self, colours: impl IntoIterator<Item = Colour>) -> Self {
        self.point_colours = Some(colours.into_iter().collect());
        self
    }

    /// The same with y read on the right axis.
    #[must_use]
    pub fn on_right(mut self) -> Self {
        self.right = true;
        self
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
    /// Hatched as well as coloured: what is switched off differs by more than colour.
    pub hatched: bool,
    /// What the bar is, for the pointer and for CSV.
    pub label: String,
    /// The key of what the bar stands for.
    pub key: Option<Key>,
}

impl Bar {
    /// A plain bar from zero.
    pub fn new(x: f64, height: f64, width: f64, colour: impl Into<Colour>) -> Self {
        Self {
            x,
            base: 0.0,
            height,
            width,
            colour: colour.into(),
            hatched: false,
            label: String::new(),
            key: None,
        }
    }

    /// The same, starting elsewhere.
    #[must_use]
    pub fn from(mut self, base: f64) -> Self {
        self.base = base;
        self
    }

    /// The same, hatched or not.
    #[must_use]
    pub fn hatched(mut self, hatched: bool) -> Self {
        self.hatched = hatched;
        self
    }

    /// The same with what it is.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same with the key of what it stands for.
    #[must_use]
    pub fn key(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }
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

impl Bars {
    /// Bars under one name.
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        items: Vec<Bar>,
        colour: impl Into<Colour>,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            items,
            colour: colour.into(),
        }
    }
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

impl Band {
    fn new(direction: Direction, from: f64, to: f64, colour: impl Into<Colour>) -> Self {
        Self {
            name: String::new(),
            from,
            to,
            direction,
            colour: colour.into(),
            opacity: 0.15,
        }
    }

    /// A vertical strip between two values of x.
    pub fn x(from: f64, to: f64, colour: impl Into<Colour>) -> Self {
        Self::new(Direction::X, from, to, colour)
    }

    /// A horizontal strip between two values of y.
    pub fn y(from: f64, to: f64, colour: impl Into<Colour>) -> Self {
        Self::new(Direction::Y, from, to, colour)
    }

    /// The same with a name in the legend.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The same at another opacity, 0 (invisible) to 1.
    #[must_use]
    pub fn opacity(mut self, opacity: f64) -> Self {
        self.opacity = opacity;
        self
    }
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

impl Rule {
    fn new(direction: Direction, value: f64, colour: impl Into<Colour>) -> Self {
        Self {
            direction,
            value,
            label: String::new(),
            colour: colour.into(),
            dash: Dash::Solid,
            draggable: None,
        }
    }

    /// A vertical line at a value of x.
    pub fn x(value: f64, colour: impl Into<Colour>) -> Self {
        Self::new(Direction::X, value, colour)
    }

    /// A horizontal line at a value of y.
    pub fn y(value: f64, colour: impl Into<Colour>) -> Self {
        Self::new(Direction::Y, value, colour)
    }

    /// The same with a text written at it.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same with this stroke pattern.
    #[must_use]
    pub fn dash(mut self, dash: Dash) -> Self {
        self.dash = dash;
        self
    }

    /// The same, dashed.
    #[must_use]
    pub fn dashed(self) -> Self {
        self.dash(Dash::Dashed)
    }

    /// The same, dotted.
    #[must_use]
    pub fn dotted(self) -> Self {
        self.dash(Dash::Dotted)
    }

    /// The same, and dragging it changes the setting of this name.
    #[must_use]
    pub fn draggable(mut self, setting: &'static str) -> Self {
        self.draggable = Some(setting);
        self
    }
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

/// What a value of a heat map stands for, where values are names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// What it is called.
    pub name: String,
    /// Its colour.
    pub colour: Rgb,
}

impl Category {
    /// A name and its colour.
    pub fn new(name: impl Into<String>, colour: Rgb) -> Self {
        Self {
            name: name.into(),
            colour,
        }
    }
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
    /// Colours of values that are numbers.
    pub colour_map: ColourMap,
    /// What the values 0, 1, 2, … stand for, where they are names and not numbers: then these colours are shown and no
    /// colour bar. Empty for numbers.
    pub categories: Vec<Category>,
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

impl HeatMap {
    /// A map of this rectangle (x, then y), of nx·ny values, with the usual colours, interpolated.
    pub fn new(
        id: &str,
        [x_range, y_range]: [(f64, f64); 2],
        (nx, ny): (usize, usize),
        values: Vec<f64>,
    ) -> Self {
        Self {
            id: id.to_owned(),
            x_range,
            y_range,
            nx,
            ny,
            values,
            colour_map: ColourMap::default(),
            categories: Vec::new(),
            scale: ColourScale::Linear,
            range: None,
            contours: Vec::new(),
            label: String::new(),
            smooth: true,
        }
    }

    /// The same with a label at its colour bar.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same with other colours.
    #[must_use]
    pub fn colours(mut self, colour_map: ColourMap, scale: ColourScale) -> Self {
        self.colour_map = colour_map;
        self.scale = scale;
        self
    }

    /// The same with the values at the two ends of its colours.
    #[must_use]
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// The same with one colour for each whole cell.
    #[must_use]
    pub fn blocky(mut self) -> Self {
        self.smooth = false;
        self
    }

    /// Whether the values are names, not numbers: such a map has a legend instead of a colour bar.
    pub fn is_of_names(&self) -> bool {
        !self.categories.is_empty()
    }

    /// The name of a value, where values are names.
    pub fn name_of(&self, value: f64) -> Option<&str> {
        let found = (0..).zip(&self.categories);
        let mut found = found.filter(|(number, _)| f64::from(*number) == value);
        found.next().map(|(_, category)| &*category.name)
    }

    /// The colour at a position along the colours, clamped to 0–1.
    pub fn at(&self, position: f64) -> Rgb {
        nearest(&self.categories, position)
            .map_or_else(|| self.colour_map.at(position), |c| c.colour)
    }

    /// The values at the two ends of the colours, if they are given.
    pub(crate) fn asked_range(&self) -> Option<(f64, f64)> {
        let last = self.categories.len().checked_sub(1);
        last.map_or(self.range, |last| Some((0.0, last as f64)))
    }
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

impl Annotation {
    /// A text in the colour of text, above its point.
    pub fn new(at: [f64; 2], text: impl Into<String>) -> Self {
        Self {
            at,
            text: text.into(),
            colour: Role::Foreground.into(),
            anchor: Anchor::Above,
        }
    }

    /// The same in another colour.
    #[must_use]
    pub fn colour(mut self, colour: impl Into<Colour>) -> Self {
        self.colour = colour.into();
        self
    }

    /// The same with another part of the text at its point.
    #[must_use]
    pub fn anchor(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }
}

/// Labelled events along x, such as settings that were changed on the way.
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

impl ImageCell {
    /// A picture without a caption.
    pub fn new([width, height, channels]: [usize; 3], pixels: impl Into<Arc<[u8]>>) -> Self {
        Self {
            width,
            height,
            channels,
            pixels: pixels.into(),
            caption: String::new(),
        }
    }

    /// A place left free.
    pub fn blank() -> Self {
        Self::new([0, 0, 1], [])
    }

    /// The same with a text under it.
    #[must_use]
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = caption.into();
        self
    }
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

macro_rules! layer_from {
    ($($kind:ident: $value:ident),*) => {
        $(impl From<$value> for Layer {
            fn from(value: $value) -> Self {
                Self::$kind(value)
            }
        })*
    };
}

layer_from!(
    Series: Series,
    Bars: Bars,
    Band: Band,
    Rule: Rule,
    HeatMap: HeatMap,
    Annotation: Annotation,
    Ticks: EventTicks,
    Column: Column,
    Images: Images
);
