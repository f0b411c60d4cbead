//! A scene's pictures as textures, uploaded only when their pixels change.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{
    Color32, ColorImage, Context, Mesh, Painter, Rect, TextureFilter, TextureHandle,
    TextureOptions, pos2, vec2,
};

use super::atlas::Atlas;
use super::digest::digest;
use super::draw::Place;
use crate::app::widgets::theme::colour;
use crate::plot::scene::{Picture, Pixels, Scene, Source};
use crate::plot::{FigureSpec, Palette};

/// Enlarged pixels, averaged when reduced.
pub(crate) const CRISP: TextureOptions = TextureOptions {
    magnification: TextureFilter::Nearest,
    minification: TextureFilter::Linear,
    ..TextureOptions::NEAREST
};

/// One heat map as a texture.
struct Map {
    key: u64,
    texture: TextureHandle,
}

/// The textures of one figure.
#[derive(Default)]
pub(crate) struct Textures {
    maps: Vec<Map>,
    atlas: Atlas,
    bars: Vec<Arc<Mesh>>,
    uploads: u64,
}

impl Textures {
    /// Textures uploaded so far.
    pub(crate) fn uploads(&self) -> u64 {
        self.uploads + self.atlas.uploads
    }

    /// Makes textures of what has changed in a scene that was just built; `maps` are the digests of the figure's heat
    /// maps, by layer.
    pub(crate) fn update(
        &mut self,
        ctx: &Context,
        (figure, maps): (&FigureSpec, &BTreeMap<usize, u64>),
        scene: &Scene,
        palette: &Palette,
        place: Place,
    ) {
        self.bars.clear();
        let mut count = 0;
        for picture in &scene.pictures {
            match picture.source {
                Source::Map { layer, from, to } => {
                    let size = (picture.columns, picture.rows);
                    let key = digest(&(maps.get(&layer), from, to, size, palette.is_dark()));
                    self.map(
                        ctx,
                        count,
                        key,
                        || picture.pixels(figure, palette),
                        picture.smooth,
                    );
                    count += 1;
                }
                Source::Bar(_) => {
                    let pixels = picture.pixels(figure, palette);
                    self.bars.push(Arc::new(bar(picture, &pixels, place)));
                }
                Source::Image { .. } => {}
            }
        }
        self.maps.truncate(count);
        if figure.has_pictures() {
            self.atlas.update(ctx, figure);
        }
    }

    fn map(
        &mut self,
        ctx: &Context,
        index: usize,
        key: u64,
        pixels: impl FnOnce() -> Pixels,
        smooth: bool,
    ) {
        if self.maps.get(index).is_some_and(|m| m.key == key) {
            return;
        }
        let pixels = pixels();
        let image = ColorImage::from_rgb([pixels.columns, pixels.rows], &pixels.rgb);
        let options = if smooth {
            TextureOptions::LINEAR
        } else {
            TextureOptions::NEAREST
        };
        self.uploads += 1;
        match self.maps.get_mut(index) {
            Some(map) => {
                map.texture.set(image, options);
                map.key = key;
            }
            None => self.maps.push(Map {
                key,
                texture: ctx.load_texture("heat map", image, options),
            }),
        }
    }

    /// Paints the scene's pictures.
    pub(crate) fn paint(&self, scene: &Scene, place: Place, painter: &Painter) {
        let plot = place.rect(&scene.plot);
        let inside = painter.with_clip_rect(plot.intersect(painter.clip_rect()));
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        let (mut maps, mut bars) = (self.maps.iter(), self.bars.iter());
        for picture in &scene.pictures {
            match picture.source {
                Source::Map { .. } => {
                    if let Some(map) = maps.next() {
                        let rect = place.rect(&picture.rect);
                        inside.image(map.texture.id(), rect, whole, Color32::WHITE);
                    }
                }
                Source::Bar(_) => {
                    if let Some(mesh) = bars.next() {
                        painter.add(Arc::clone(mesh));
                    }
                }
                Source::Image { layer, row, column } => {
                    let rect = place.rect(&picture.rect);
                    self.atlas.paint((layer, row, column), rect, painter);
                }
            }
        }
    }
}

/// A colour bar as coloured strips: a texture would be larger than what it holds.
fn bar(picture: &Picture, pixels: &Pixels, place: Place) -> Mesh {
    let rect = place.rect(&picture.rect);
    let mut mesh = Mesh::default();
    let step = rect.height() / pixels.rows.max(1) as f32;
    for (row, rgb) in pixels.rgb.chunks_exact(3).enumerate() {
        let min = rect.min + vec2(0.0, row as f32 * step);
        let strip = Rect::from_min_size(min, vec2(rect.width(), step));
        mesh.add_colored_rect(strip, colour([rgb[0], rgb[1], rgb[2]]));
    }
    mesh
}
