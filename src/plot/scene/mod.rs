//! A figure laid out on a page: primitives with y downwards, in units of an eighth of the text size.
//!
//! This is the only painter. The exporters write the [`Item`]s and [`Picture`]s of a [`Scene`] to a file, the window
//! turns them into shapes and textures. The text is always 8 units high, so lines, markers and margins keep their
//! proportion to it in a column, on a slide and on screen. What differs between media is what [`Medium`] lists, and
//! the [`Measure`] that knows how wide texts are.

mod annotations;
mod axes;
mod bars;
mod colour_bar;
mod gallery;
mod item;
mod layout;
mod legend;
mod lines;
mod maps;
mod pictures;
mod relief;
mod series;
pub(crate) mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) use bars::rect_of as bar_rect;
pub(crate) use gallery::Cell;
pub(crate) use item::{Align, Item, Label, Paint, Rect, Stroke};
pub(crate) use layout::Axes;
pub(crate) use legend::Entry;
pub(crate) use maps::{Contours, contours};
pub(crate) use pictures::{Picture, Pixels, Source};
pub(crate) use series::{marker_radius, rule_ends};
pub(crate) use text::{Estimate, Measure};

use super::axis::frame::Frame;
use super::colour::{Palette, Rgb};
use super::shape::relief::Relief;
use super::spec::size::Size;
use super::spec::{FigureSpec, Layer};
use item::Canvas;
use layout::Layout;

/// Text size in units.
pub(crate) const FONT: f64 = 8.0;

/// What a figure is laid out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    /// By itself: with title, margins, labels of vertical axes that read upwards, and everything the figure has.
    Paper,
    /// In a tile that bears the title: labels above and below the plot, quieter axes, lines that can be dragged marked
    /// as such, and in a small tile only what can be read.
    Screen,
}

/// Where and how a figure is laid out.
pub(crate) struct Page<'a> {
    /// In units.
    pub(crate) width: f64,
    /// In units.
    pub(crate) height: f64,
    pub(crate) medium: Medium,
    pub(crate) measure: &'a dyn Measure,
    pub(crate) palette: &'a Palette,
    /// What the axes show.
    pub(crate) frame: Frame,
    /// Pixels to the unit.
    pub(crate) density: f64,
    /// The left margin so far, kept while it fits, so that the plot does not shift when a label gets a digit shorter.
    pub(crate) left: f64,
    /// The plot's rectangle, if it is settled already.
    pub(crate) plot: Option<Rect>,
    /// The key to light up.
    pub(crate) highlight: Option<usize>,
    /// The name of the line being dragged, and where it is.
    pub(crate) dragged: Option<(&'a str, f64)>,
    /// Names, as [`layer_name`] gives them, of the layers that are not drawn.
    pub(crate) hidden: &'a BTreeSet<String>,
    /// Contours that are known already, by layer: finding them is most of the work on a figure with a heat map.
    pub(crate) contours: &'a BTreeMap<usize, Arc<Contours>>,
}

impl<'a> Page<'a> {
    /// A page of its own for the whole of `figure`, so many units wide and high.
    pub(crate) fn paper(
        figure: &FigureSpec,
        (width, height): (f64, f64),
        palette: &'a Palette,
    ) -> Self {
        static NOTHING: BTreeSet<String> = BTreeSet::new();
        static UNKNOWN: BTreeMap<usize, Arc<Contours>> = BTreeMap::new();
        Self {
            width,
            height,
            medium: Medium::Paper,
            measure: &Estimate,
            palette,
            frame: Frame::of(figure),
            // 144 dpi for 8 pt text: plenty for a smooth field.
            density: 2.0,
            left: 0.0,
            plot: None,
            highlight: None,
            dragged: None,
            hidden: &NOTHING,
            contours: &UNKNOWN,
        }
    }

    fn is_screen(&self) -> bool {
        self.medium == Medium::Screen
    }

    /// Colour of axes and of the texts beside them.
    fn ink(&self) -> Rgb {
        match self.medium {
            Medium::Paper => self.palette.foreground,
            Medium::Screen => self.palette.muted,
        }
    }

    fn width_of(&self, text: &str) -> f64 {
        self.measure.width(text, FONT)
    }

    fn hides(&self, layer: &Layer) -> bool {
        !self.hidden.is_empty() && layer_name(layer).is_some_and(|name| self.hidden.contains(name))
    }
}

/// The name by which a layer that a legend can name is hidden.
pub(crate) fn layer_name(layer: &Layer) -> Option<&str> {
    match layer {
        Layer::Series(s) => Some(&s.id),
        Layer::Bars(b) => Some(&b.id),
        Layer::Band(b) => Some(&b.name),
        _ => None,
    }
}

/// A figure ready to be written or painted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scene {
    /// In units.
    pub(crate) width: f64,
    /// In units.
    pub(crate) height: f64,
    pub(crate) background: Rgb,
    /// The plot's rectangle, to which clipped items are cut.
    pub(crate) plot: Rect,
    /// They lie under all items.
    pub(crate) pictures: Vec<Picture>,
    pub(crate) items: Vec<Item>,
    /// Where values lie, in a figure with flat axes.
    pub(crate) axes: Option<Axes>,
    /// The legend's entries, for the pointer.
    pub(crate) legend: Vec<Entry>,
    /// The places of the pictures of a gallery, for the pointer.
    pub(crate) cells: Vec<Cell>,
    /// The surface, for the pointer.
    pub(crate) relief: Option<Relief>,
    /// The left margin, for the next page.
    pub(crate) left: f64,
    /// Where the notes are written, if they had to be cut short.
    pub(crate) notes_cut: Option<Rect>,
}

impl Scene {
    /// Lays `figure` out on `page`.
    pub(crate) fn build(figure: &FigureSpec, page: &Page<'_>) -> Self {
        let mut canvas = Canvas {
            page,
            lit: page.highlight.filter(|key| knows(figure, *key)),
            items: Vec::new(),
        };
        let mut scene = Self {
            width: page.width,
            height: page.height,
            background: page.palette.background,
            plot: Rect::between([0.0; 2], [0.0; 2]),
            pictures: Vec::new(),
            items: Vec::new(),
            axes: None,
            legend: Vec::new(),
            cells: Vec::new(),
            relief: None,
            left: page.left,
            notes_cut: None,
        };
        if figure.has_pictures() {
            gallery::draw(&mut canvas, figure, &mut scene);
        } else {
            let mut layout = Layout::of(figure, page);
            if page.is_screen() && layout.left != page.left {
                // Once more, with the labels where the plot begins now.
                let moved = Page {
                    left: layout.left,
                    frame: page.frame.clone(),
                    ..*page
                };
                layout = Layout::of(figure, &moved);
            }
            if figure.is_tilted() {
                scene.relief = relief::draw(&mut canvas, figure, &layout);
            } else {
                scene.pictures = maps::pictures(figure, page, &layout);
                axes::draw_grid(&mut canvas, figure, &layout);
                draw_layers(&mut canvas, figure, &layout);
                axes::draw_axes(&mut canvas, figure, &layout);
            }
            legend::draw(&mut canvas, figure, &layout.legend);
            scene
                .pictures
                .extend(colour_bar::draw(&mut canvas, figure, &layout));
            for text in layout.texts {
                canvas.text(text);
            }
            scene.plot = layout.axes.plot;
            scene.axes = (!figure.is_tilted()).then_some(layout.axes);
            scene.legend = layout.legend.entries;
            scene.left = layout.left;
            scene.notes_cut = layout.notes_cut;
        }
        scene.items = canvas.items;
        scene
    }

    /// Lays `figure` out by itself at a physical size, in the colours of `palette`; returns the scene and the points
    /// (1/72 inch) to the unit.
    pub(crate) fn on_paper(figure: &FigureSpec, size: &Size, palette: &Palette) -> (Self, f64) {
        let size = size.settled();
        let unit = size.font / FONT;
        let (width, height) = size.points();
        let page = Page::paper(figure, (width / unit, height / unit), palette);
        (Self::build(figure, &page), unit)
    }
}

/// Draws every layer that is not a picture, in order; texts come last, on top.
fn draw_layers(canvas: &mut Canvas<'_>, figure: &FigureSpec, layout: &Layout) {
    let axes = &layout.axes;
    for (index, layer) in figure.layers.iter().enumerate() {
        if canvas.page.hides(layer) {
            continue;
        }
        match layer {
            Layer::Series(s) => canvas.group(&s.id, |c| series::draw(c, s, axes)),
            Layer::Bars(b) => canvas.group(&b.id, |c| bars::draw(c, b, axes)),
            Layer::Band(b) => lines::band(canvas, b, axes),
            Layer::Rule(r) => lines::rule(canvas, r, axes),
            Layer::HeatMap(m) => canvas.group(&m.id, |c| maps::draw_contours(c, m, index, axes)),
            Layer::Ticks(t) => canvas.group(&t.id, |c| lines::events(c, t, axes)),
            Layer::Annotation(_) | Layer::Column(_) | Layer::Images(_) => {}
        }
    }
    canvas.group("labels", |c| annotations::draw(c, figure, axes));
}

/// Whether anything in the figure has this key.
fn knows(figure: &FigureSpec, key: usize) -> bool {
    figure.layers.iter().any(|layer| match layer {
        Layer::Series(s) => s.keys.as_ref().is_some_and(|l| l.contains(&key)),
        Layer::Bars(b) => b.items.iter().any(|i| i.key == Some(key)),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::spec::{
        Anchor, Annotation, Axis, Band, Bar, Bars, Dash, Direction, EventTicks, MarkerStyle, Rule,
        Series, Shape,
    };
    use crate::plot::{Colour, Role};

    /// Every kind of mark.
    fn figure() -> FigureSpec {
        let ink: Colour = Role::Threshold.into();
        let mut figure = FigureSpec::new("f", "All of them");
        figure.x = Axis::linear("step").with_range(0.0, 10.0);
        figure.y = Axis::log10("value").with_range(0.1, 100.0);
        figure.right = Some(Axis::linear("other").with_range(0.0, 1.0));
        figure.legend = true;
        figure.notes = vec!["a note".into()];
        let points: Vec<[f64; 2]> = (0..12)
            .map(|k| [f64::from(k), 1.0 + f64::from(k)])
            .collect();
        let line = Series::line("line", "a line", points.clone(), ink);
        let mut other = Series::line("other", "another", vec![[1.0, 0.2], [9.0, 0.7]], ink);
        other.right = true;
        figure.layers = vec![
            Layer::Band(Band {
                name: "band".into(),
                from: 2.0,
                to: f64::INFINITY,
                direction: Direction::X,
                colour: ink,
                opacity: 0.3,
            }),
            Layer::Series(line),
            Layer::Series(other),
            Layer::Bars(Bars {
                id: "bars".into(),
                name: "bars".into(),
                items: vec![Bar {
                    x: 4.0,
                    base: 0.0,
                    height: 20.0,
                    width: 0.8,
                    colour: ink,
                    hatched: true,
                    label: String::new(),
                    key: None,
                }],
                colour: ink,
            }),
            Layer::Rule(Rule {
                direction: Direction::Y,
                value: 3.0,
                label: "three".into(),
                colour: ink,
                dash: Dash::Dotted,
                draggable: None,
            }),
            Layer::Ticks(EventTicks {
                id: "events".into(),
                values: vec![2.0, 2.2],
                labels: vec!["older".into(), "newer".into()],
                colour: ink,
            }),
            Layer::Annotation(Annotation {
                at: [8.0, 50.0],
                text: "there".into(),
                colour: ink,
                anchor: Anchor::Above,
            }),
        ];
        for (k, shape) in [
            Shape::Circle,
            Shape::Cross,
            Shape::TriangleUp,
            Shape::Square,
        ]
        .into_iter()
        .enumerate()
        {
            let marker = MarkerStyle::new(shape, k % 2 == 0);
            let id = format!("marks{k}");
            let marks = Series::markers(&id, &id, points.clone(), marker, ink);
            figure.layers.push(Layer::Series(marks));
        }
        figure
    }

    /// Everything in and over the plot: what is neither axes nor around them.
    fn inside(scene: &Scene) -> Vec<&Item> {
        let begin = |item: &Item, wanted: &str| matches!(item, Item::Begin(n) if n == wanted);
        let axes = scene.items.iter().position(|i| begin(i, "axes"));
        scene.items[..axes.expect("axes")].iter().collect()
    }

    #[test]
    fn screen_and_paper_draw_the_same_in_the_same_plot() {
        let (figure, palette) = (figure(), Palette::light());
        let plot = Rect {
            x: 40.0,
            y: 50.0,
            width: 300.0,
            height: 180.0,
        };
        let on = |medium| {
            let page = Page {
                medium,
                plot: Some(plot),
                ..Page::paper(&figure, (400.0, 300.0), &palette)
            };
            Scene::build(&figure, &page)
        };
        let (paper, screen) = (on(Medium::Paper), on(Medium::Screen));
        assert_eq!(screen.plot, plot);
        // On paper the last label under the plot may make it narrower; here it does not.
        assert_eq!(paper.plot, plot);
        let (a, b) = (inside(&paper), inside(&screen));
        assert!(a.len() > 60, "{}", a.len());
        // The grids differ where one has room for more ticks; nothing else may.
        for (a, b) in a.iter().zip(&b) {
            assert_eq!(a, b);
        }
        assert_eq!(a.len(), b.len());
    }

    #[test]
    fn the_newest_event_has_the_first_place() {
        let (figure, palette) = (figure(), Palette::light());
        let page = Page::paper(&figure, (400.0, 300.0), &palette);
        let scene = Scene::build(&figure, &page);
        let place = |wanted: &str| {
            let mut texts = scene.items.iter().filter_map(|i| match i {
                Item::Text(l) if l.text == wanted => Some(l.at),
                _ => None,
            });
            texts.next().expect("the label is drawn")
        };
        // To the right of its line, in the first row; the older one makes way.
        let axes = scene.axes.as_ref().expect("axes");
        let line = axes.x.at(2.2).expect("on the axis");
        let [x, y] = place("newer");
        assert!(
            (x - line - 3.0).abs() < 1e-9 && y < axes.plot.y + 1.25 * FONT,
            "{x} {y}"
        );
        assert_ne!(place("older"), [x, y]);
        place("there");
    }

    #[test]
    fn hidden_layers_are_not_drawn_but_keep_their_entry_and_the_axes() {
        let (figure, palette) = (figure(), Palette::light());
        let hidden = BTreeSet::from(["line".to_owned(), "band".to_owned()]);
        let whole = Scene::build(&figure, &Page::paper(&figure, (400.0, 300.0), &palette));
        let page = Page {
            hidden: &hidden,
            ..Page::paper(&figure, (400.0, 300.0), &palette)
        };
        let part = Scene::build(&figure, &page);
        let begins = |s: &Scene, id: &str| s.items.contains(&Item::Begin(id.into()));
        assert!(begins(&whole, "line") && !begins(&part, "line") && begins(&part, "bars"));
        assert_eq!(whole.legend.len(), part.legend.len());
        assert!(
            part.legend
                .iter()
                .all(|e| e.shown != hidden.contains(&e.layer))
        );
        assert_eq!(whole.axes, part.axes);
    }
}
