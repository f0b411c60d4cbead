//! A compact legend in rows above the plot, right-aligned, never over the data.

use std::borrow::Cow;
use std::sync::Arc;

use egui::{Align2, Color32, Galley, Painter, Rect, Stroke, pos2, vec2};

use super::marker::{self, Ink};
use super::marks::share;
use super::{bars, text};
use crate::app::widgets::theme::colour;
use crate::plot::colour::luminance;
use crate::plot::{Band, Bars, Dash, FigureSpec, Layer, MarkerStyle, Palette, Series};

/// Height of a row.
pub(crate) const ROW: f32 = 17.0;
/// Width of the key before each name.
const KEY: f32 = 15.0;
/// Room between a key and its name.
const GAP: f32 = 4.0;
/// Room between entries.
const SPACE: f32 = 13.0;

/// What stands before a name.
#[derive(Debug, Clone)]
enum Key {
    Series {
        line: Option<(f32, Dash)>,
        marker: Option<MarkerStyle>,
    },
    Box {
        hatched: bool,
    },
    /// The text itself is the key: "+2" for entries without room.
    None,
}

#[derive(Debug, Clone)]
struct Entry {
    key: Key,
    ink: Color32,
    name: Arc<Galley>,
    row: usize,
    x: f32,
}

/// The laid-out legend.
#[derive(Debug, Default)]
pub(crate) struct Legend {
    entries: Vec<Entry>,
    /// Rows taken at the top of the figure.
    pub(crate) rows: usize,
    top: f32,
}

impl Legend {
    /// Lays the legend out in `rect`: on the first row beside labels that take `reserved` pixels
    /// (`right` of them on the right) where it fits, else in rows of its own below.
    pub(crate) fn flow(
        painter: &Painter,
        figure: &FigureSpec,
        palette: &Palette,
        rect: Rect,
        reserved: f32,
        right: f32,
    ) -> Self {
        let ink = colour(palette.foreground).gamma_multiply(0.86);
        let items: Vec<(Key, Color32, Arc<Galley>)> = if figure.legend {
            let items = figure.layers.iter().filter_map(|l| item(l, palette));
            items
                .map(|(key, c, name)| {
                    let room = rect.width() - KEY - GAP;
                    (
                        key,
                        c,
                        text::elided(painter, &name, super::layout::FONT, ink, room),
                    )
                })
                .collect()
        } else {
            Vec::new()
        };
        if items.is_empty() {
            return Self::default();
        }
        let width = |g: &Galley| KEY + GAP + g.size().x;
        let total: f32 = items.iter().map(|i| width(&i.2) + SPACE).sum::<f32>() - SPACE;
        let beside = rect.width() - reserved;
        let most_rows = match rect.height() {
            h if h < 170.0 => 1,
            h if h < 260.0 => 2,
            _ => 3,
        };
        // A low tile spares one row and shows what fits beside the labels; a higher one starts the
        // legend below them.
        let on_label_row = total <= beside || most_rows == 1 || reserved == 0.0;
        let (first, room, right_edge) = if on_label_row && reserved > 0.0 {
            (0, beside, rect.right() - right)
        } else {
            (usize::from(reserved > 0.0), rect.width(), rect.right())
        };
        let mut legend = Self {
            entries: Vec::with_capacity(items.len()),
            rows: first,
            top: rect.top(),
        };
        let (mut row, mut x) = (first, 0.0);
        let count = items.len();
        for (i, (key, ink, name)) in items.into_iter().enumerate() {
            let own = width(&name);
            if x > 0.0 && x + own > room {
                row += 1;
                x = 0.0;
            }
            if row >= first + most_rows || own > room {
                let left = format!("+{}", count - i);
                let name = text::galley(painter, &left, super::layout::FONT, colour(palette.muted));
                legend.push_overflow(name, room);
                break;
            }
            legend.rows = row + 1;
            legend.entries.push(Entry {
                key,
                ink,
                name,
                row,
                x,
            });
            x += own + SPACE;
        }
        legend.align_right(right_edge, &width);
        legend
    }

    /// Says how many entries were left out, if there is room for that.
    fn push_overflow(&mut self, name: Arc<Galley>, room: f32) {
        let Some(last) = self.entries.last() else {
            return;
        };
        let x = last.x + KEY + GAP + last.name.size().x + SPACE - KEY;
        if x + KEY + GAP + name.size().x <= room {
            let (row, ink) = (last.row, last.ink);
            self.entries.push(Entry {
                key: Key::None,
                ink,
                name,
                row,
                x,
            });
        }
    }

    fn align_right(&mut self, right_edge: f32, width: &impl Fn(&Galley) -> f32) {
        for row in 0..self.rows {
            let of_row = |e: &&mut Entry| e.row == row;
            let end = self.entries.iter().filter(|e| e.row == row);
            let end = end.map(|e| e.x + width(&e.name)).fold(0.0, f32::max);
            let shift = right_edge - end;
            self.entries
                .iter_mut()
                .filter(of_row)
                .for_each(|e| e.x += shift);
        }
    }

    /// Paints the legend.
    pub(crate) fn paint(&self, painter: &Painter, background: Color32) {
        for entry in &self.entries {
            let y = self.top + ROW * (entry.row as f32 + 0.5);
            let centre = pos2(entry.x + KEY / 2.0, y);
            let ink = Ink {
                colour: entry.ink,
                background,
            };
            match &entry.key {
                Key::Series {
                    line,
                    marker: style,
                } => {
                    if let Some((width, dash)) = line {
                        let ends = [centre - vec2(KEY / 2.0, 0.0), centre + vec2(KEY / 2.0, 0.0)];
                        let stroke = Stroke::new(width.max(1.4), entry.ink);
                        super::marks::polyline(painter, &ends, stroke, *dash);
                    }
                    if let Some(style) = style {
                        marker::paint(painter, centre, *style, ink);
                    }
                }
                Key::Box { hatched } => {
                    let rect = Rect::from_center_size(centre, vec2(9.0, 9.0));
                    painter.rect_filled(rect, 1.5, entry.ink);
                    if *hatched {
                        bars::hatch(painter, rect, Stroke::new(1.0, background));
                    }
                }
                Key::None => {}
            }
            let at = pos2(entry.x + KEY + GAP, y);
            text::put(painter, at, Align2::LEFT_CENTER, Arc::clone(&entry.name));
        }
    }
}

fn item<'a>(layer: &'a Layer, palette: &Palette) -> Option<(Key, Color32, Cow<'a, str>)> {
    match layer {
        Layer::Series(s) if !s.name.trim().is_empty() => Some(series_item(s, palette)),
        Layer::Bars(Bars {
            name,
            items,
            colour: c,
            ..
        }) if !name.trim().is_empty() => {
            let hatched = !items.is_empty() && items.iter().all(|b| b.hatched);
            Some((Key::Box { hatched }, colour(palette.rgb(*c)), name.into()))
        }
        Layer::Band(Band {
            name,
            colour: c,
            opacity,
            ..
        }) if !name.trim().is_empty() => {
            let ink = colour(palette.rgb(*c)).gamma_multiply(share(*opacity).max(0.25));
            Some((Key::Box { hatched: false }, ink, name.into()))
        }
        _ => None,
    }
}

fn series_item<'a>(s: &'a Series, palette: &Palette) -> (Key, Color32, Cow<'a, str>) {
    let mut rgb = palette.rgb(s.colour);
    if (luminance(rgb) - luminance(palette.background)).abs() < 0.05 {
        // A mark made for a heat map: on the panel itself it would be white on white.
        rgb = palette.foreground;
    }
    let ink = colour(rgb).gamma_multiply(share(s.opacity).max(0.25));
    let line = s.style.line().map(|l| (l.width as f32, l.dash));
    let key = Key::Series {
        line,
        marker: s.style.marker(),
    };
    let name = if s.right {
        format!("{} (right)", s.name).into()
    } else {
        s.name.as_str().into()
    };
    (key, ink, name)
}
