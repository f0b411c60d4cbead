//! The legend: one entry for every named layer, in rows above the plot and never over the data.

use super::bars;
use super::item::{Align, Canvas, Label, Paint, Rect, Stroke};
use super::series::marker;
use super::text::shorten;
use super::{FONT, Page, layer_name};
use crate::plot::colour::{Colour, luminance};
use crate::plot::spec::{FigureSpec, Layer, SeriesStyle};

/// Height of a row.
const ROW: f64 = FONT * 1.4;
/// Width of the key before each name.
const KEY: f64 = 14.0;
/// Room between a key and its name.
const GAP: f64 = 3.0;
/// Room between entries.
const SPACE: f64 = FONT * 1.3;
/// Share of full opacity of an entry whose layer is hidden.
const FAINT: f64 = 0.3;

/// The picture before a name.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Key {
    Series(SeriesStyle, f64),
    Bar { hatched: bool },
    Band(f64),
}

/// One entry in place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// Key and name.
    pub(crate) rect: Rect,
    key: Key,
    colour: Colour,
    pub(crate) name: String,
    /// The layer's name, as [`layer_name`] gives it.
    pub(crate) layer: String,
    /// Whether the layer is drawn.
    pub(crate) shown: bool,
}

/// The legend in place.
#[derive(Debug, Default)]
pub(crate) struct Legend {
    pub(crate) entries: Vec<Entry>,
    /// How many entries had no room, and where that is said.
    more: Option<([f64; 2], usize)>,
    rows: usize,
}

impl Legend {
    /// Height of all rows.
    pub(crate) fn height(&self) -> f64 {
        if self.rows == 0 {
            0.0
        } else {
            ROW * self.rows as f64 + FONT * 0.2
        }
    }

    /// Places the entries from the left in at most `most` rows of width `room`.
    pub(crate) fn flow(
        figure: &FigureSpec,
        page: &Page<'_>,
        (left, top): (f64, f64),
        room: f64,
        most: usize,
    ) -> Self {
        let mut legend = Self::default();
        let (mut x, mut row) = (0.0, 0);
        let mut left_out = 0;
        for mut entry in entries(figure, page) {
            entry.name = shorten(page.measure, &entry.name, FONT, room - KEY - GAP);
            let own = KEY + GAP + page.width_of(&entry.name);
            if x > 0.0 && x + own > room {
                x = 0.0;
                row += 1;
            }
            if row >= most || room < KEY * 2.0 {
                left_out += 1;
                continue;
            }
            entry.rect = Rect {
                x: left + x,
                y: top + FONT * 0.1 + row as f64 * ROW,
                width: own,
                height: ROW,
            };
            legend.entries.push(entry);
            legend.rows = row + 1;
            x += own + SPACE;
        }
        // Where entries are left out, there is room to say how many.
        while left_out > 0
            && legend
                .entries
                .last()
                .is_some_and(|last| last.rect.right() + more_width(page, left_out) > left + room)
        {
            legend.entries.pop();
            left_out += 1;
        }
        if let (Some(last), true) = (legend.entries.last(), left_out > 0) {
            let at = [last.rect.right() + FONT * 0.5, baseline(&last.rect)];
            legend.more = Some((at, left_out));
        }
        legend
    }

    /// Places the entries on the right of a strip at the top of the page: on the row of labels that take `before` on
    /// the left and `after` on the right if they fit there, else in rows below it.
    pub(crate) fn beside(figure: &FigureSpec, page: &Page<'_>, before: f64, after: f64) -> Self {
        let most = match page.height {
            h if h < 124.0 => 1,
            h if h < 190.0 => 2,
            _ => 3,
        };
        let room = page.width - before - after;
        let mut legend = Self::flow(figure, page, (before, 0.0), room, 1);
        let mut right = page.width - after;
        // A low tile spares the row and shows what fits.
        if legend.more.is_some() && most > 1 {
            let reserved = before + after > 0.0;
            let top = if reserved { ROW } else { 0.0 };
            legend = Self::flow(figure, page, (0.0, top), page.width, most);
            legend.rows += usize::from(reserved);
            right = page.width;
        }
        legend.align_right(page, right);
        legend
    }

    fn align_right(&mut self, page: &Page<'_>, right: f64) {
        let more = self.more.map_or(0.0, |(_, n)| more_width(page, n));
        let last = self.entries.last().map(|e| e.rect.y);
        let ends: Vec<(f64, f64)> = self
            .entries
            .iter()
            .map(|e| (e.rect.y, e.rect.right()))
            .collect();
        for entry in &mut self.entries {
            let row = ends.iter().filter(|(y, _)| *y == entry.rect.y);
            let mut end = row.map(|(_, end)| *end).fold(0.0, f64::max);
            if Some(entry.rect.y) == last {
                end += more;
            }
            entry.rect.x += (right - end).max(0.0);
        }
        if let (Some((at, _)), Some(last)) = (&mut self.more, self.entries.last()) {
            at[0] = last.rect.right() + FONT * 0.5;
        }
    }
}

/// Room for saying how many entries are left out.
fn more_width(page: &Page<'_>, count: usize) -> f64 {
    FONT * 0.5 + page.width_of(&format!("+{count}"))
}

fn baseline(rect: &Rect) -> f64 {
    rect.y + rect.height / 2.0 + FONT * 0.35
}

fn entries(figure: &FigureSpec, page: &Page<'_>) -> Vec<Entry> {
    let layers = figure.layers.iter().filter(|_| figure.legend);
    layers
        .filter_map(|layer| {
            let (key, colour, name) = match layer {
                Layer::Series(s) => {
                    let name = match (s.right, &figure.right) {
                        (true, Some(_)) if page.is_screen() => format!("{} (right)", s.name),
                        _ => s.name.clone(),
                    };
                    let name = if s.name.trim().is_empty() {
                        String::new()
                    } else {
                        name
                    };
                    (Key::Series(s.style, s.opacity), s.colour, name)
                }
                Layer::Bars(b) => {
                    let hatched = !b.items.is_empty() && b.items.iter().all(|i| i.hatched);
                    (Key::Bar { hatched }, b.colour, b.name.clone())
                }
                Layer::Band(b) => (Key::Band(b.opacity), b.colour, b.name.clone()),
                _ => return None,
            };
            (!name.trim().is_empty()).then(|| Entry {
                rect: Rect::between([0.0; 2], [0.0; 2]),
                key,
                colour,
                name,
                layer: layer_name(layer).unwrap_or_default().to_owned(),
                shown: !page.hides(layer),
            })
        })
        .collect()
}

/// Draws the legend where it was placed.
///
/// Marks on a heat map are made to be seen on it. Where they would not be seen on the page, their keys lie on a chip of
/// the map's dark end.
pub(crate) fn draw(canvas: &mut Canvas<'_>, figure: &FigureSpec, legend: &Legend) {
    let map = figure.heat_map().map(|map| map.at(0.1));
    let palette = canvas.page.palette;
    canvas.group("legend", |c| {
        for entry in &legend.entries {
            let colour = palette.rgb(entry.colour);
            let share = if entry.shown { 1.0 } else { FAINT };
            let unseen = (luminance(colour) - luminance(palette.background)).abs() < 0.2;
            let [x, middle] = [entry.rect.x, entry.rect.centre()[1]];
            let half = FONT * 0.42;
            let box_ = Rect::between([x + 1.0, middle - half], [x + KEY - 1.0, middle + half]);
            if let Some(chip) = map.filter(|_| unseen) {
                c.path(
                    box_.corners(),
                    true,
                    Paint::fill(chip).with_opacity(share),
                    false,
                );
            }
            match entry.key {
                Key::Series(style, opacity) => {
                    let opacity = opacity.max(0.25) * share;
                    if let Some(line) = style.line() {
                        let stroke = Stroke {
                            colour,
                            width: line.width,
                            dash: line.dash,
                        };
                        let ends = vec![[x, middle], [x + KEY, middle]];
                        c.path(
                            ends,
                            false,
                            Paint::stroke(stroke).with_opacity(opacity),
                            false,
                        );
                    }
                    if let Some(style) = style.marker() {
                        marker(c, [x + KEY / 2.0, middle], style, colour, opacity);
                    }
                }
                Key::Bar { hatched } => bars::bar(c, box_, colour, hatched, share, false),
                Key::Band(opacity) => {
                    let mut paint = Paint::fill(colour).with_opacity(opacity.max(0.25) * share);
                    paint.stroke = Some(Stroke::solid(colour, 0.4));
                    c.path(box_.corners(), true, paint, false);
                }
            }
            let ink = if entry.shown {
                palette.foreground
            } else {
                palette.muted
            };
            let at = [x + KEY + GAP, baseline(&entry.rect)];
            c.text(Label::new(at, &entry.name, FONT, ink, Align::Start));
        }
        if let Some((at, count)) = legend.more {
            c.label(at, &format!("+{count}"), palette.muted, Align::Start);
        }
    });
}
