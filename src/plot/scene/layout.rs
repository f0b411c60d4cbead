//! Where everything goes: margins found from the texts they must hold.

use super::super::colour::{Colour, Palette};
use super::super::spec::{FigureSpec, Layer, SeriesStyle};
use super::Rect;
use super::text::{width, wrap};
use crate::plot::axis::frame::{Frame, ticks_of};
use crate::plot::axis::ticks::Tick;
use crate::plot::colour::map::Colouring;
use crate::plot::spec::size::Size;

/// The picture of a legend entry.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Key {
    Series(SeriesStyle, f64),
    Bar { hatched: bool },
    Band(f64),
}

/// One legend entry in place; `x` is the left end of its key.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) x: f64,
    pub(crate) baseline: f64,
    pub(crate) key: Key,
    pub(crate) colour: Colour,
    pub(crate) name: String,
}

/// Text in place: (x, baseline, text).
pub(crate) type Placed = (f64, f64, String);

/// The colour bar in place.
#[derive(Debug, Clone)]
pub(crate) struct ColourBar {
    pub(crate) rect: Rect,
    pub(crate) colouring: Colouring,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) label: String,
    pub(crate) label_x: f64,
}

/// A figure with axes, laid out.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) plot: Rect,
    pub(crate) frame: Frame,
    pub(crate) x_ticks: Vec<Tick>,
    pub(crate) y_ticks: Vec<Tick>,
    pub(crate) right_ticks: Vec<Tick>,
    pub(crate) title: Vec<Placed>,
    pub(crate) subtitle: Vec<Placed>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) notes: Vec<Placed>,
    /// Baselines of the labels of x, and x positions of the rotated labels of y and right.
    pub(crate) x_label: f64,
    pub(crate) y_label: f64,
    pub(crate) right_label: f64,
    pub(crate) colour_bar: Option<ColourBar>,
}

/// Room around the whole figure.
pub(crate) const MARGIN: f64 = 6.0;
/// Length of a major tick.
pub(crate) const TICK: f64 = 3.0;
/// Width of a legend key.
pub(crate) const KEY: f64 = 14.0;
/// The title's size relative to the text's.
pub(crate) const TITLE: f64 = 1.2;

impl Layout {
    pub(crate) fn of(figure: &FigureSpec, size: &Size, palette: &Palette) -> Self {
        let (page_width, page_height) = size.points();
        let font = size.font;
        let line = font * 1.3;
        let frame = Frame::of(figure);
        let room = page_width - 2.0 * MARGIN;

        let header = Header::of(figure, font, room);
        let (entries, legend_bottom) = legend(figure, font, room, header.bottom);
        let note_lines = note_lines(figure, font, room);

        let bottom_of_notes = page_height - MARGIN;
        let notes_top = bottom_of_notes - note_lines.len() as f64 * line;
        let x_text = figure.side_text(&figure.x);
        let x_label = notes_top
            - if note_lines.is_empty() {
                1.0
            } else {
                font * 0.45
            };
        let x_label_top = if x_text.is_empty() {
            x_label
        } else {
            x_label - font * 1.05
        };
        let plot_bottom = x_label_top - font * 1.15 * tick_lines(figure) - TICK - 1.0;
        // Half a tick label sticks out above the plot.
        let plot_top = legend_bottom + font * 0.65;
        let plot_height = (plot_bottom - plot_top).max(8.0);

        let rows = row_count(plot_height, font);
        let y_ticks = figure.side_ticks(&figure.y, &frame.y, rows);
        let y_label = MARGIN + font * 0.85;
        let has_y_text = !figure.side_text(&figure.y).is_empty();
        let left = MARGIN + side(&y_ticks, font) + if has_y_text { font * 1.35 } else { 0.0 };

        let mut right_edge = page_width - MARGIN;
        let mut right_label = right_edge;
        let mut right_ticks = Vec::new();
        if let (Some(axis), Some(map)) = (&figure.right, &frame.right) {
            right_ticks = ticks_of(axis, map, rows);
            if !axis.text().is_empty() {
                right_label = right_edge - font * 0.25;
                right_edge -= font * 1.35;
            }
            right_edge -= side(&right_ticks, font);
        }
        let colour_bar = colour_bar(figure, palette, (plot_top, plot_height), font, right_edge);
        if let Some(bar) = &colour_bar {
            right_edge = bar.rect.x - font * 1.2;
        }
        let plot_width = (right_edge - left).max(8.0);
        let columns = ((plot_width / (font * 4.5)) as usize).clamp(2, 10);
        let x_ticks = figure.side_ticks(&figure.x, &frame.x, columns);
        // The last label is centred on its tick and may stick out at the right.
        let out = last_label_overhang(&x_ticks, &frame, font, right_edge, plot_width, page_width);
        let plot = Rect {
            x: left,
            y: plot_top,
            width: (plot_width - out).max(8.0),
            height: plot_height,
        };
        let notes = note_lines
            .into_iter()
            .enumerate()
            .map(|(i, text)| (MARGIN, notes_top + (i as f64 + 0.8) * line, text))
            .collect();
        Self {
            plot,
            frame,
            x_ticks,
            y_ticks,
            right_ticks,
            title: header.title,
            subtitle: header.subtitle,
            entries,
            notes,
            x_label,
            y_label,
            right_label,
            colour_bar,
        }
    }

    /// Horizontal position of a value, if it has one.
    pub(crate) fn x(&self, value: f64) -> Option<f64> {
        self.frame
            .x
            .to_unit(value)
            .map(|u| self.plot.x + near(u) * self.plot.width)
    }

    /// Vertical position of a value on the left or the right axis, if it has one.
    pub(crate) fn y(&self, value: f64, right: bool) -> Option<f64> {
        let unit = self.frame.vertical(right).to_unit(value)?;
        Some(self.plot.bottom() - near(unit) * self.plot.height)
    }
}

/// How many labels fit one above the other.
fn row_count(height: f64, font: f64) -> usize {
    ((height / (font * 2.4)) as usize).clamp(2, 8)
}

/// Room beside the plot for the ticks of a vertical axis and their labels.
fn side(ticks: &[Tick], font: f64) -> f64 {
    ticks
        .iter()
        .map(|t| width(&t.label, font))
        .fold(0.0, f64::max)
        + TICK
        + 2.5
}

/// The colour bar, its label's right edge at `right_edge`.
fn colour_bar(
    figure: &FigureSpec,
    palette: &Palette,
    (y, height): (f64, f64),
    font: f64,
    mut right_edge: f64,
) -> Option<ColourBar> {
    let map = figure.bar_map()?;
    let colouring = Colouring::of(map, palette);
    let ticks = super::key::bar_ticks(&colouring, row_count(height, font));
    let label_x = right_edge - font * 0.25;
    if !map.label.is_empty() {
        right_edge -= font * 1.35;
    }
    let bar = font * 1.1;
    let rect = Rect {
        x: right_edge - side(&ticks, font) - bar,
        y,
        width: bar,
        height,
    };
    Some(ColourBar {
        rect,
        colouring,
        ticks,
        label: map.label.clone(),
        label_x,
    })
}

/// Lines of text under the plot that the labels of the x ticks take.
fn tick_lines(figure: &FigureSpec) -> f64 {
    let ticks = figure.x.ticks.iter().flatten();
    ticks
        .map(|(_, label)| label.lines().count())
        .max()
        .unwrap_or(1)
        .clamp(1, 3) as f64
}

/// Keeps positions far outside the plot within what every renderer's numbers can hold.
fn near(unit: f64) -> f64 {
    unit.clamp(-50.0, 51.0)
}

/// The notes, as many to a line as fit, never breaking inside one that fits a line alone.
fn note_lines(figure: &FigureSpec, font: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for note in &figure.notes {
        let joined = lines.last().map(|l| format!("{l} · {note}"));
        match joined {
            Some(text) if width(&text, font) <= room => {
                lines.pop();
                lines.push(text);
            }
            _ => lines.extend(wrap(note, font, room)),
        }
    }
    lines
}

fn last_label_overhang(
    ticks: &[Tick],
    frame: &Frame,
    font: f64,
    right_edge: f64,
    plot_width: f64,
    page_width: f64,
) -> f64 {
    ticks
        .iter()
        .filter(|t| t.major)
        .filter_map(|t| {
            let unit = frame.x.to_unit(t.value)?;
            let end = right_edge - (1.0 - unit) * plot_width + width(&t.label, font) / 2.0;
            Some(end - (page_width - MARGIN))
        })
        .fold(0.0, f64::max)
}

struct Header {
    title: Vec<Placed>,
    subtitle: Vec<Placed>,
    bottom: f64,
}

impl Header {
    /// Title and subtitle; on one line if both fit.
    fn of(figure: &FigureSpec, font: f64, room: f64) -> Self {
        let mut bottom = MARGIN;
        let mut place = |texts: Vec<String>, size: f64| -> Vec<Placed> {
            texts
                .into_iter()
                .map(|text| {
                    bottom += size * 1.25;
                    (MARGIN, bottom - size * 0.3, text)
                })
                .collect()
        };
        let title_size = font * TITLE;
        let title = place(wrap(&figure.title, title_size, room), title_size);
        let after = width(&figure.title, title_size) + font * 0.6;
        let subtitle = match title.as_slice() {
            [(x, y, _)] if after + width(&figure.subtitle, font) <= room => {
                if figure.subtitle.is_empty() {
                    Vec::new()
                } else {
                    vec![(x + after, *y, figure.subtitle.clone())]
                }
            }
            _ => place(wrap(&figure.subtitle, font, room), font),
        };
        Self {
            title,
            subtitle,
            bottom,
        }
    }
}

/// Places the legend in rows under the header; returns the entries and the bottom edge.
fn legend(figure: &FigureSpec, font: f64, room: f64, top: f64) -> (Vec<Entry>, f64) {
    let mut entries = Vec::new();
    let row = font * 1.4;
    let (mut x, mut bottom) = (MARGIN, top + row + font * 0.2);
    for (key, colour, name) in legend_items(figure) {
        let own = KEY + 3.0 + width(&name, font);
        if x > MARGIN && x + own > MARGIN + room {
            x = MARGIN;
            bottom += row;
        }
        entries.push(Entry {
            x,
            baseline: bottom - font * 0.4,
            key,
            colour,
            name: super::text::shorten(&name, font, room - KEY - 3.0),
        });
        x += own + font * 1.3;
    }
    let bottom = if entries.is_empty() { top } else { bottom };
    (entries, bottom)
}

fn legend_items(figure: &FigureSpec) -> Vec<(Key, Colour, String)> {
    if !figure.legend {
        return Vec::new();
    }
    let named = |name: &String| !name.trim().is_empty();
    figure
        .layers
        .iter()
        .filter_map(|layer| match layer {
            Layer::Series(s) if named(&s.name) => {
                Some((Key::Series(s.style, s.opacity), s.colour, s.name.clone()))
            }
            Layer::Bars(b) if named(&b.name) => {
                let hatched = !b.items.is_empty() && b.items.iter().all(|i| i.hatched);
                Some((Key::Bar { hatched }, b.colour, b.name.clone()))
            }
            Layer::Band(b) if named(&b.name) => {
                Some((Key::Band(b.opacity), b.colour, b.name.clone()))
            }
            _ => None,
        })
        .collect()
}
