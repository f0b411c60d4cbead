//! Where everything of a figure goes in its rectangle, once the widths of its texts are known.
//!
//! From the top: a strip with the label of the vertical axis (left) and the legend (right), the
//! plot with its tick labels, then a row with the label of the horizontal axis (left) and the notes
//! (right). Rows that do not fit a low tile are left out rather than squeezed.

use egui::{Painter, Rect, pos2, vec2};

use super::legend::{self, Legend};
use super::text;
use crate::app::widgets::theme::colour;
use crate::plot::axis::frame::ticks_of;
use crate::plot::axis::ticks::Tick;
use crate::plot::{Colouring, FigureSpec, Frame, Palette};

/// Size of tick labels, axis labels, legend and notes.
pub(crate) const FONT: f32 = 11.0;
/// Height of a row of text.
pub(crate) const ROW: f32 = 15.0;
/// Room between the plot and its tick labels.
pub(crate) const TICK_GAP: f32 = 6.0;
/// Width of the colour bar.
const BAR: f32 = 11.0;

/// A tick with the pixel it stands at.
#[derive(Debug, Clone)]
pub(crate) struct PlacedTick {
    /// x of a horizontal axis, y of a vertical one.
    pub(crate) at: f32,
    pub(crate) label: String,
    pub(crate) major: bool,
}

/// The colour bar's place and ticks.
#[derive(Debug, Clone)]
pub(crate) struct ColourBar {
    pub(crate) rect: Rect,
    pub(crate) ticks: Vec<PlacedTick>,
}

/// Places of everything around the plot.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The plot itself.
    pub(crate) plot: Rect,
    pub(crate) x_ticks: Vec<PlacedTick>,
    pub(crate) y_ticks: Vec<PlacedTick>,
    pub(crate) right_ticks: Vec<PlacedTick>,
    /// Where the label of the vertical axis and of the right one (or the colour bar) are written.
    pub(crate) top: Option<Rect>,
    /// Where the label of the horizontal axis is written, and the notes if on the same row.
    pub(crate) bottom: Option<Rect>,
    /// Rows of notes of their own, below.
    pub(crate) notes: Option<Rect>,
    pub(crate) legend: Legend,
    pub(crate) colour_bar: Option<ColourBar>,
}

impl Layout {
    /// `left` is the left margin of the previous frame, kept where it still fits so that the plot
    /// does not shift when a label gets one digit shorter.
    pub(crate) fn new(
        painter: &Painter,
        rect: Rect,
        figure: &FigureSpec,
        frame: &Frame,
        colouring: Option<&Colouring>,
        palette: &Palette,
        left: &mut f32,
    ) -> Self {
        let width = |s: &str| {
            text::galley(painter, s, FONT, colour(palette.muted))
                .size()
                .x
        };
        let widest = |ticks: &[Tick]| ticks.iter().map(|t| width(&t.label)).fold(0.0, f32::max);

        let Strips {
            legend,
            has_top,
            top_height,
            tick_rows,
            has_bottom,
            notes_rows,
        } = Strips::new(painter, rect, figure, palette, &width);
        let below = TICK_GAP
            + ROW * tick_rows
            + if has_bottom { ROW + 2.0 } else { 0.0 }
            + ROW * notes_rows as f32;
        let plot_top = rect.top() + top_height;
        let plot_bottom = (rect.bottom() - below).max(plot_top + 8.0);
        let height = plot_bottom - plot_top;

        // Vertical ticks, and the margins they need.
        let count = ((height / 42.0) as usize).clamp(2, 8);
        let mut y_ticks = figure.side_ticks(&figure.y, &frame.y, count);
        let need = widest(&y_ticks) + TICK_GAP + 4.0;
        if need > *left || need < *left - 18.0 {
            *left = need.ceil();
        }
        let mut right_margin = 10.0;
        let mut right_ticks = Vec::new();
        if let (Some(axis), Some(map)) = (&figure.right, &frame.right) {
            right_ticks = ticks_of(axis, map, count);
            right_margin = widest(&right_ticks) + TICK_GAP + 4.0;
        }
        let bar_ticks = colouring.map(|c| bar_ticks(c, count));
        if let Some(ticks) = &bar_ticks {
            right_margin += BAR + 12.0 + TICK_GAP + widest(ticks);
        }
        let plot_left = rect.left() + left.min(rect.width() * 0.4);
        let plot_right = (rect.right() - right_margin).max(plot_left + 16.0);
        let plot = Rect::from_min_max(pos2(plot_left, plot_top), pos2(plot_right, plot_bottom));

        let x_ticks = horizontal(figure, frame, &plot, rect, &width);
        let vertical = |ticks: Vec<Tick>, map: &crate::plot::AxisMap| {
            let at = |v: f64| {
                let unit = map.to_unit(v)?;
                Some(plot.bottom() - unit as f32 * plot.height())
            };
            let placed = place(ticks, at);
            without_overlap(placed, |t| (t.at - FONT * 0.62, t.at + FONT * 0.62))
        };
        let first_y = std::mem::take(&mut y_ticks);
        let colour_bar = bar_ticks.zip(colouring).map(|(ticks, c)| {
            let min = pos2(plot.right() + 12.0, plot.top());
            let rect = Rect::from_min_size(min, vec2(BAR, plot.height()));
            let at = |v: f64| {
                let unit = c.position(v)?;
                Some(rect.bottom() - unit as f32 * rect.height())
            };
            let placed = place(ticks, at);
            let ticks = without_overlap(placed, |t| (t.at - FONT * 0.62, t.at + FONT * 0.62));
            ColourBar { rect, ticks }
        });
        let label_top = plot_bottom + TICK_GAP + ROW * tick_rows + 2.0;
        let bottom = has_bottom.then(|| {
            Rect::from_min_max(
                pos2(rect.left(), label_top),
                pos2(rect.right(), label_top + ROW),
            )
        });
        let notes = (notes_rows > 0)
            .then(|| Rect::from_min_max(pos2(rect.left(), label_top + ROW), rect.right_bottom()));
        Self {
            plot,
            x_ticks,
            y_ticks: vertical(first_y, &frame.y),
            right_ticks: frame
                .right
                .map(|map| vertical(right_ticks, &map))
                .unwrap_or_default(),
            top: has_top.then(|| Rect::from_min_size(rect.min, vec2(rect.width(), legend::ROW))),
            bottom,
            notes,
            legend,
            colour_bar,
        }
    }
}

/// What is above and below the plot.
struct Strips {
    legend: Legend,
    has_top: bool,
    top_height: f32,
    tick_rows: f32,
    has_bottom: bool,
    notes_rows: usize,
}

impl Strips {
    fn new(
        painter: &Painter,
        rect: Rect,
        figure: &FigureSpec,
        palette: &Palette,
        width: &impl Fn(&str) -> f32,
    ) -> Self {
        let has_room = rect.height() >= 100.0;
        let vertical = figure.side_text(&figure.y);
        let right = right_label(figure);
        let taken = |label: &str| {
            if label.is_empty() {
                0.0
            } else {
                width(label).min(rect.width() * 0.5) + 14.0
            }
        };
        let legend = if has_room {
            let reserved = taken(&vertical) + taken(&right);
            Legend::flow(painter, figure, palette, rect, reserved, taken(&right))
        } else {
            Legend::default()
        };
        let wants_top = legend.rows > 0 || !vertical.is_empty() || !right.is_empty();
        let has_top = wants_top && has_room;
        let wants_bottom = !figure.side_text(&figure.x).is_empty() || !figure.notes.is_empty();
        Self {
            top_height: if has_top {
                legend::ROW * legend.rows.max(1) as f32 + 5.0
            } else {
                6.0
            },
            legend,
            has_top,
            tick_rows: tick_rows(figure) as f32,
            has_bottom: wants_bottom && rect.height() >= 110.0,
            notes_rows: notes_rows(painter, figure, palette, rect),
        }
    }
}

/// What is written at the top right: the right axis, or the colour bar.
pub(crate) fn right_label(figure: &FigureSpec) -> String {
    match (&figure.right, figure.bar_map()) {
        (Some(axis), _) => axis.text(),
        (None, Some(map)) => map.label.clone(),
        (None, None) => String::new(),
    }
}

/// The notes as one text.
pub(crate) fn notes_text(figure: &FigureSpec) -> String {
    figure.notes.join(" · ")
}

/// Rows the notes get of their own: none where they fit beside the axis label or the tile is low.
fn notes_rows(painter: &Painter, figure: &FigureSpec, palette: &Palette, rect: Rect) -> usize {
    if figure.notes.is_empty() || rect.height() < 200.0 {
        return 0;
    }
    let ink = colour(palette.foreground);
    let label = text::galley(painter, &figure.side_text(&figure.x), FONT, ink)
        .size()
        .x;
    let notes = text::galley(painter, &notes_text(figure), FONT, ink)
        .size()
        .x;
    usize::from(label + notes + 70.0 > rect.width())
}

/// Lines of text the x tick labels take.
fn tick_rows(figure: &FigureSpec) -> usize {
    let ticks = figure.x.ticks.iter().flatten();
    let lines = ticks.map(|(_, label)| label.lines().count()).max();
    lines.unwrap_or(1).clamp(1, 2)
}

fn place(ticks: Vec<Tick>, at: impl Fn(f64) -> Option<f32>) -> Vec<PlacedTick> {
    ticks
        .into_iter()
        .filter_map(|t| {
            Some(PlacedTick {
                at: at(t.value)?,
                label: t.label,
                major: t.major,
            })
        })
        .collect()
}

/// Drops labels that would overlap one that is kept.
fn without_overlap(
    mut ticks: Vec<PlacedTick>,
    extent: impl Fn(&PlacedTick) -> (f32, f32),
) -> Vec<PlacedTick> {
    let mut kept: Vec<(f32, f32)> = Vec::with_capacity(ticks.len());
    for tick in &mut ticks {
        if tick.label.is_empty() {
            continue;
        }
        let (a, b) = extent(tick);
        if kept.iter().any(|&(c, d)| a < d && c < b) {
            tick.label.clear();
        } else {
            kept.push((a, b));
        }
    }
    ticks
}

/// Ticks of the horizontal axis: as many as fit. Of categorical ticks every n-th keeps its label.
fn horizontal(
    figure: &FigureSpec,
    frame: &Frame,
    plot: &Rect,
    rect: Rect,
    width: &impl Fn(&str) -> f32,
) -> Vec<PlacedTick> {
    let at = |v: f64| {
        let unit = frame.x.to_unit(v)?;
        Some(plot.left() + unit as f32 * plot.width())
    };
    if figure.x.ticks.is_some() {
        let mut ticks = place(figure.side_ticks(&figure.x, &frame.x, 0), at);
        let widest = ticks.iter().map(|t| width(&t.label)).fold(0.0, f32::max);
        let step = match (ticks.first(), ticks.last()) {
            (Some(a), Some(b)) if ticks.len() > 1 => (b.at - a.at).abs() / (ticks.len() - 1) as f32,
            _ => plot.width(),
        };
        let every = ((widest + 5.0) / step.max(0.1)).ceil().max(1.0) as usize;
        for (i, tick) in ticks.iter_mut().enumerate() {
            if i % every != 0 {
                tick.label.clear();
            }
        }
        return ticks;
    }
    let mut count = ((plot.width() / 48.0) as usize).clamp(3, 10);
    loop {
        let ticks = place(figure.side_ticks(&figure.x, &frame.x, count), at);
        let labels: Vec<&PlacedTick> = ticks.iter().filter(|t| !t.label.is_empty()).collect();
        let widest = labels.iter().map(|t| width(&t.label)).fold(0.0, f32::max);
        let tight = labels.windows(2).any(|w| w[1].at - w[0].at < widest + 14.0);
        if count <= 2 || !tight {
            return without_overlap(ticks, |t| {
                let half = width(&t.label) / 2.0;
                let middle = inside(t.at, half, rect);
                (middle - half - 4.0, middle + half + 4.0)
            });
        }
        count -= 1;
    }
}

/// The middle of a label of this half width, moved inside the figure.
pub(crate) fn inside(at: f32, half: f32, rect: Rect) -> f32 {
    at.max(rect.left() + half).min(rect.right() - half)
}

/// Ticks of the colour bar; clipped ends say so.
fn bar_ticks(colouring: &Colouring, count: usize) -> Vec<Tick> {
    use crate::plot::axis::ticks::format_short;
    let mut out = colouring.ticks(count.min(6));
    out.retain(|t| t.major);
    let mut end = |value: f64, sign: &str| {
        let here = colouring.position(value);
        out.retain(|t| match (colouring.position(t.value), here) {
            (Some(a), Some(b)) => (a - b).abs() > 0.1,
            _ => true,
        });
        let label = format!("{sign} {}", format_short(value, 3));
        out.push(Tick {
            value,
            label,
            major: true,
        });
    };
    if colouring.clipped_low {
        end(colouring.low, "≤");
    }
    if colouring.clipped_high {
        end(colouring.high, "≥");
    }
    out
}
