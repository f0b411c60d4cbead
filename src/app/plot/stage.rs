//! The scene of a figure as it was last painted, built anew only when something it shows has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use egui::{Painter, Rect, Ui, Vec2};
use serde::Serialize;

use super::digest::digest;
use super::draw::{Drawing, Galleys, Place, UNIT};
use super::textures::Textures;
use crate::plot::scene::{self, Contours, Medium, Page, Scene};
use crate::plot::{AxisMap, FigureSpec, Frame, Layer, Palette};

/// What a scene is asked to show.
pub(crate) struct Asked<'a> {
    pub(crate) figure: &'a FigureSpec,
    /// Of the figure.
    pub(crate) digest: u64,
    /// The whole figure on screen.
    pub(crate) rect: Rect,
    pub(crate) palette: &'a Palette,
    pub(crate) highlight: Option<usize>,
    pub(crate) hidden: &'a BTreeSet<String>,
}

/// A scene with its shapes, on screen.
struct Set {
    key: u64,
    scene: Scene,
    drawing: Drawing,
    place: Place,
}

/// The last scenes of one figure: the one on screen, and what it is made of.
#[derive(Default)]
pub(crate) struct Stage {
    set: Option<Set>,
    pub(crate) textures: Textures,
    /// Left margin of the last scene.
    left: f64,
    /// Contours by layer, and the digests of the maps they are of.
    contours: BTreeMap<usize, Arc<Contours>>,
    maps: BTreeMap<usize, u64>,
    /// Scenes built so far.
    pub(crate) built: u64,
}

/// What a scene depends on, beside the figure itself.
#[derive(Serialize)]
struct Key<'a> {
    digest: u64,
    rect: [(f32, f32); 2],
    pixels: f32,
    axes: [(f64, f64); 2],
    right: Option<(f64, f64)>,
    plot: Option<[f64; 4]>,
    dragged: Option<(&'a str, f64)>,
    highlight: Option<usize>,
    hidden: &'a BTreeSet<String>,
    dark: bool,
}

impl Stage {
    /// Makes the scene that shows what is asked for with these axes.
    ///
    /// With a `plot` its rectangle stays where it is, whatever room the labels take.
    pub(crate) fn ask(
        &mut self,
        ui: &Ui,
        asked: &Asked<'_>,
        frame: &Frame,
        dragged: Option<(&str, f64)>,
        plot: Option<scene::Rect>,
    ) {
        let (rect, pixels) = (asked.rect, ui.pixels_per_point());
        let ends = |map: &AxisMap| (map.low, map.high);
        let key = digest(&Key {
            digest: asked.digest,
            rect: [rect.min, rect.max].map(|p| (p.x, p.y)),
            pixels,
            axes: [&frame.x, &frame.y].map(ends),
            right: frame.right.as_ref().map(ends),
            plot: plot.map(|p| [p.x, p.y, p.width, p.height]),
            dragged,
            highlight: asked.highlight,
            hidden: asked.hidden,
            dark: asked.palette.is_dark(),
        });
        if self.set.as_ref().is_some_and(|set| set.key == key) {
            return;
        }
        self.find_contours(asked.figure);
        let painter = ui.painter();
        let page = Page {
            width: f64::from(rect.width() / UNIT),
            height: f64::from(rect.height() / UNIT),
            medium: Medium::Screen,
            measure: &Galleys(painter),
            palette: asked.palette,
            frame: frame.clone(),
            density: f64::from(UNIT * pixels),
            left: self.left,
            plot,
            highlight: asked.highlight,
            dragged,
            hidden: asked.hidden,
            contours: &self.contours,
        };
        let place = Place { origin: rect.min };
        let scene = Scene::build(asked.figure, &page);
        let (ctx, figure, palette) = (ui.ctx(), asked.figure, asked.palette);
        let maps = &self.maps;
        self.textures
            .update(ctx, (figure, maps), &scene, palette, place);
        if plot.is_none() {
            self.left = scene.left;
        }
        self.built += 1;
        self.set = Some(Set {
            key,
            drawing: Drawing::of(&scene, place, painter),
            scene,
            place,
        });
    }

    /// Finds the contours of the maps that have changed.
    fn find_contours(&mut self, figure: &FigureSpec) {
        let maps = figure.layers.iter().enumerate();
        let maps: Vec<_> = maps
            .filter_map(|(index, layer)| match layer {
                Layer::HeatMap(map) => Some((index, map, digest(map))),
                _ => None,
            })
            .collect();
        for &(index, map, key) in &maps {
            if self.maps.insert(index, key) != Some(key) {
                self.contours.insert(index, Arc::new(scene::contours(map)));
            }
        }
        self.maps
            .retain(|index, _| maps.iter().any(|m| m.0 == *index));
        self.contours
            .retain(|index, _| self.maps.contains_key(index));
    }

    /// Paints the scene asked for last.
    pub(crate) fn paint(&self, painter: &Painter) {
        if let Some(Set {
            scene,
            drawing,
            place,
            ..
        }) = &self.set
        {
            self.textures.paint(scene, *place, painter);
            drawing.paint(scene, *place, painter);
        }
    }

    /// The scene asked for last.
    pub(crate) fn last(&self) -> Option<(&Scene, Place)> {
        self.set.as_ref().map(|set| (&set.scene, set.place))
    }
}

/// Whether a figure can be drawn in a tile of this size at all.
pub(crate) fn has_room(size: Vec2) -> bool {
    size.is_finite() && size.x >= 24.0 && size.y >= 24.0
}
