//! Where everything of a figure with axes goes: margins found from the texts they must hold.
//!
//! On paper, from the top: the headings, the legend, the plot with its tick labels, the label of the horizontal axis,
//! the notes. On screen a strip above the plot holds the label of the vertical axis (left), the legend and the label of
//! the right axis or of the colour bar (right), and a strip below it the label of the horizontal axis and the notes;
//! strips that do not fit a low tile are left out rather than squeezed.

use super::colour_bar::ColourBar;
use super::item::{Align, Label, Rect};
use super::legend::Legend;
use super::text::{shorten, wrap};
use super::{FONT, Page, axes};
use crate::plot::axis::along::Along;
use crate::plot::axis::frame::{Frame, ticks_of};
use crate::plot::axis::ticks::Tick;
use crate::plot::spec::FigureSpec;

/// Room around a figure on paper.
pub(crate) const MARGIN: f64 = 6.0;
/// Length of a major tick.
pub(crate) const TICK: f64 = 3.0;
/// The title's size relative to the text's.
pub(crate) const TITLE: f64 = 1.2;
/// Height of a line of text.
pub(crate) const LINE: f64 = FONT * 1.3;
/// Room for a label that reads upwards beside the plot.
const UPRIGHT: f64 = FONT * 1.35;
/// Room between texts side by side.
const SPACE: f64 = 10.0;
/// Heights of a tile below which the strips around the plot, and below which a row of its own for the notes, are left
/// out.
const STRIPS_FROM: f64 = 73.0;
const NOTES_FROM: f64 = 145.0;

/// The plot's rectangle and where values lie in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axes {
    pub(crate) plot: Rect,
    pub(crate) frame: Frame,
    pub(crate) x: Along,
    pub(crate) y: Along,
    right: Option<Along>,
}

impl Axes {
    pub(crate) fn new(plot: Rect, frame: &Frame) -> Self {
        let vertical = |map| Along::new(map, plot.bottom(), plot.y);
        Self {
            plot,
            frame: frame.clone(),
            x: Along::new(frame.x, plot.x, plot.right()),
            y: vertical(frame.y),
            right: frame.right.map(vertical),
        }
    }

    /// The vertical axis a series is read on.
    pub(crate) fn vertical(&self, right: bool) -> &Along {
        match &self.right {
            Some(axis) if right => axis,
            _ => &self.y,
        }
    }

    /// The place of a point, if it has one.
    pub(crate) fn point(&self, p: [f64; 2], right: bool) -> Option<[f64; 2]> {
        Some([self.x.at(p[0])?, self.vertical(right).at(p[1])?])
    }

    /// Whether a place is in the plot, edges included.
    pub(crate) fn shows(&self, p: [f64; 2]) -> bool {
        self.plot.holds(p, 0.05)
    }
}

/// A figure with axes, laid out.
pub(crate) struct Layout {
    pub(crate) axes: Axes,
    pub(crate) x_ticks: Vec<Tick>,
    pub(crate) y_ticks: Vec<Tick>,
    pub(crate) right_ticks: Vec<Tick>,
    pub(crate) legend: Legend,
    pub(crate) colour_bar: Option<ColourBar>,
    /// Headings, labels of axes, notes.
    pub(crate) texts: Vec<Label>,
    /// The left margin.
    pub(crate) left: f64,
    pub(crate) notes_cut: Option<Rect>,
}

impl Layout {
    pub(crate) fn of(figure: &FigureSpec, page: &Page<'_>) -> Self {
        let mut texts = Vec::new();
        let strips = if page.is_screen() {
            Strips::on_screen(figure, page, &mut texts)
        } else {
            Strips::on_paper(figure, page, &mut texts)
        };
        let height = (strips.bottom - strips.top).max(8.0);
        let rows = ((height / (FONT * 2.4)) as usize).clamp(2, 8);
        let beside = !page.is_screen();
        let edge = if beside { MARGIN } else { 0.0 };

        let y_ticks = figure.side_ticks(&figure.y, &page.frame.y, rows);
        let mut left = edge + side(&y_ticks, page);
        if beside && !figure.side_text(&figure.y).is_empty() {
            left += UPRIGHT;
        }
        // What fitted a moment ago still does, unless it is far too much.
        if left <= page.left && left > page.left - SPACE * 1.3 {
            left = page.left;
        } else {
            left = left.ceil();
        }

        let mut right = page.width - edge;
        let mut right_ticks = Vec::new();
        let mut upright = Vec::new();
        if let (Some(axis), Some(map)) = (&figure.right, &page.frame.right) {
            right_ticks = ticks_of(axis, map, rows);
            if beside && !axis.text().is_empty() {
                upright.push((right - FONT * 0.25, axis.text()));
                right -= UPRIGHT;
            }
            right -= side(&right_ticks, page);
        } else if !beside {
            right -= SPACE * 0.7;
        }
        let mut colour_bar = ColourBar::of(figure, page, (strips.top, height), rows);
        if let Some(bar) = &mut colour_bar {
            if beside && !bar.label.is_empty() {
                upright.push((right - FONT * 0.25, bar.label.clone()));
                right -= UPRIGHT;
            }
            let labels = bar.ticks.iter().map(|t| page.width_of(&t.label));
            right -= labels.fold(0.0, f64::max) + TICK + 2.5;
            bar.rect.x = right - bar.rect.width;
            right = bar.rect.x - FONT * 1.1;
        }
        let most = page.width * if beside { 1.0 } else { 0.4 };
        let x = left.min(most);
        let mut plot = Rect {
            x,
            y: strips.top,
            width: (right - x).max(8.0),
            height,
        };
        if let Some(settled) = page.plot {
            plot = settled;
        }
        let mut axes = Axes::new(plot, &page.frame);
        let x_ticks = axes::horizontal_ticks(figure, page, &axes);
        if beside {
            // The last label is centred on its tick and may stick out at the right.
            let ends = x_ticks.iter().filter(|t| t.major).filter_map(|t| {
                Some(axes.x.at(t.value)? + page.width_of(&t.label) / 2.0 - (page.width - MARGIN))
            });
            plot.width = (plot.width - ends.fold(0.0, f64::max)).max(8.0);
            axes = Axes::new(plot, &page.frame);
            let middle = plot.x + plot.width / 2.0;
            let text = figure.side_text(&figure.x);
            texts.push(Label::new(
                [middle, strips.x_label],
                &text,
                FONT,
                page.ink(),
                Align::Middle,
            ));
            upright.push((MARGIN + FONT * 0.85, figure.side_text(&figure.y)));
            texts.extend(
                upright
                    .iter()
                    .map(|(x, text)| upright_label(page, &plot, *x, text)),
            );
        }
        let legend = strips.legend;
        Self {
            axes,
            x_ticks,
            y_ticks,
            right_ticks,
            legend,
            colour_bar,
            texts,
            left,
            notes_cut: strips.notes_cut,
        }
    }
}

/// A text that reads upwards, centred on the plot's height, its baseline at `x`.
fn upright_label(page: &Page<'_>, plot: &Rect, x: f64, text: &str) -> Label {
    let text = shorten(page.measure, text, FONT, plot.bottom() + FONT * 2.0);
    let at = [x, plot.y + plot.height / 2.0];
    Label {
        upright: true,
        ..Label::new(at, &text, FONT, page.ink(), Align::Middle)
    }
}

/// Room beside the plot for the ticks of a vertical axis and their labels.
fn side(ticks: &[Tick], page: &Page<'_>) -> f64 {
    let labels = ticks.iter().map(|t| page.width_of(&t.label));
    labels.fold(0.0, f64::max) + TICK + 2.5
}

/// What is above and below the plot.
struct Strips {
    /// The plot's upper and lower edge.
    top: f64,
    bottom: f64,
    legend: Legend,
    /// Baseline of the label of x under the plot, on paper.
    x_label: f64,
    notes_cut: Option<Rect>,
}

impl Strips {
    fn on_paper(figure: &FigureSpec, page: &Page<'_>, texts: &mut Vec<Label>) -> Self {
        let room = page.width - 2.0 * MARGIN;
        let under = headings(figure, page, texts);
        let legend = Legend::flow(figure, page, (MARGIN, under), room, usize::MAX);
        let bottom_of_legend = under + legend.height();
        let notes = note_lines(figure, page, room);
        let notes_top = page.height - MARGIN - notes.len() as f64 * LINE;
        for (i, text) in notes.iter().enumerate() {
            let at = [MARGIN, notes_top + (i as f64 + 0.8) * LINE];
            texts.push(Label::new(
                at,
                text,
                FONT,
                page.palette.foreground,
                Align::Start,
            ));
        }
        let x_label = notes_top - if notes.is_empty() { 1.0 } else { FONT * 0.45 };
        let label_top = if figure.side_text(&figure.x).is_empty() {
            x_label
        } else {
            x_label - FONT * 1.05
        };
        Self {
            // Half a tick label sticks out above the plot.
            top: bottom_of_legend + FONT * 0.65,
            bottom: label_top - FONT * 1.15 * tick_lines(figure) - TICK - 1.0,
            legend,
            x_label,
            notes_cut: None,
        }
    }

    fn on_screen(figure: &FigureSpec, page: &Page<'_>, texts: &mut Vec<Label>) -> Self {
        let has_room = page.height >= STRIPS_FROM;
        let (y_text, right_text) = (figure.side_text(&figure.y), right_text(figure));
        let half = |text: &str| shorten(page.measure, text, FONT, page.width * 0.5);
        let taken = |text: &str| match page.width_of(text) {
            w if w > 0.0 => w + SPACE,
            _ => 0.0,
        };
        let mut legend = Legend::default();
        let mut top = FONT * 0.6;
        if has_room {
            let (y_text, right_text) = (half(&y_text), half(&right_text));
            let (left, right) = (taken(&y_text), taken(&right_text));
            legend = Legend::beside(figure, page, left, right);
            let rows = legend.height();
            if rows > 0.0 || left + right > 0.0 {
                top = rows.max(LINE) + FONT * 0.5;
            }
            let baseline = LINE * 0.5 + FONT * 0.35;
            let mut put = |x: f64, text: &str, align| {
                texts.push(Label::new([x, baseline], text, FONT, page.ink(), align));
            };
            put(0.0, &y_text, Align::Start);
            put(page.width, &right_text, Align::End);
        }
        let x_text = figure.side_text(&figure.x);
        let has_bottom =
            has_room && page.height >= 80.0 && !(x_text.is_empty() && figure.notes.is_empty());
        let notes = figure.notes.join(" · ");
        let x_width = taken(&x_text);
        // A row of their own where they do not fit beside the label of the axis and the tile is high enough.
        let own_row = has_bottom
            && !notes.is_empty()
            && page.height >= NOTES_FROM
            && x_width > 0.0
            && x_width + page.width_of(&notes) + SPACE * 3.0 > page.width;
        let mut bottom = page.height;
        let mut notes_cut = None;
        if has_bottom {
            let baseline = page.height - FONT * 0.4;
            let x_line = baseline - if own_row { LINE } else { 0.0 };
            bottom = x_line - FONT * 1.05;
            let room = if own_row || notes.is_empty() {
                0.95
            } else {
                0.4
            };
            let left = (page.left.max(FONT * 2.0)).min(page.width * 0.3);
            let room = page.width * room - left;
            let x_text = if room > FONT * 2.0 {
                shorten(page.measure, &x_text, FONT, room)
            } else {
                String::new()
            };
            texts.push(Label::new(
                [left, x_line],
                &x_text,
                FONT,
                page.ink(),
                Align::Start,
            ));
            let used = if own_row || x_text.is_empty() {
                0.0
            } else {
                left + taken(&x_text)
            };
            let room = page.width - used;
            if room > 18.0 && !notes.is_empty() {
                let text = shorten(page.measure, &notes, FONT, room);
                if text != notes {
                    notes_cut = Some(Rect::between(
                        [used, baseline - FONT],
                        [page.width, baseline + FONT * 0.3],
                    ));
                }
                let at = [page.width, baseline];
                texts.push(Label::new(
                    at,
                    &text,
                    FONT,
                    page.palette.foreground,
                    Align::End,
                ));
            }
        }
        Self {
            top,
            bottom: bottom - FONT * 1.15 * tick_lines(figure) - TICK - 1.0,
            legend,
            x_label: 0.0,
            notes_cut,
        }
    }
}

/// What is written above the right edge on screen: the label of the right axis, or of the colour bar.
fn right_text(figure: &FigureSpec) -> String {
    match (&figure.right, figure.bar_map()) {
        (Some(axis), _) => axis.text(),
        (None, Some(map)) => map.label.clone(),
        (None, None) => String::new(),
    }
}

/// Lines of text under the plot that the labels of the x ticks take.
fn tick_lines(figure: &FigureSpec) -> f64 {
    let ticks = figure.x.ticks.iter().flatten();
    let lines = ticks.map(|(_, label)| label.lines().count());
    lines.max().unwrap_or(1).clamp(1, 3) as f64
}

/// The notes, as many to a line as fit, never breaking inside one that fits a line alone.
pub(crate) fn note_lines(figure: &FigureSpec, page: &Page<'_>, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for note in &figure.notes {
        let joined = lines.last().map(|l| format!("{l} · {note}"));
        match joined {
            Some(text) if page.width_of(&text) <= room => {
                lines.pop();
                lines.push(text);
            }
            _ => lines.extend(wrap(page.measure, note, FONT, room)),
        }
    }
    lines
}

/// Title and subtitle at the top of a page, on one line if both fit; returns where they end.
pub(crate) fn headings(figure: &FigureSpec, page: &Page<'_>, texts: &mut Vec<Label>) -> f64 {
    let room = page.width - 2.0 * MARGIN;
    let (ink, muted) = (page.palette.foreground, page.palette.muted);
    let mut bottom = MARGIN;
    let size = FONT * TITLE;
    let lines = wrap(page.measure, &figure.title, size, room);
    let one_line = lines.len() == 1;
    for line in lines {
        bottom += size * 1.25;
        texts.push(Label {
            strong: true,
            ..Label::new(
                [MARGIN, bottom - size * 0.3],
                &line,
                size,
                ink,
                Align::Start,
            )
        });
    }
    let after = page.measure.width(&figure.title, size) + FONT * 0.6;
    if one_line && after + page.width_of(&figure.subtitle) <= room {
        let at = [MARGIN + after, bottom - size * 0.3];
        texts.push(Label::new(at, &figure.subtitle, FONT, muted, Align::Start));
        return bottom;
    }
    for line in wrap(page.measure, &figure.subtitle, FONT, room) {
        bottom += FONT * 1.25;
        let at = [MARGIN, bottom - FONT * 0.3];
        texts.push(Label::new(at, &line, FONT, muted, Align::Start));
    }
    bottom
}
