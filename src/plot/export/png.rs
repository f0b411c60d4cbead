//! PNG: the SVG of the same figure drawn at its dots per inch, with physical size and provenance.
//!
//! Rasters are painted first by [`paint_picture`], exactly pixel by pixel where they are hard-edged;
//! resvg then draws the vector part on top, with the fonts the window uses, so the picture does not
//! depend on what is installed.

use std::io::Write;
use std::sync::{Arc, OnceLock};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use resvg::tiny_skia::{FilterQuality, Pixmap, PixmapPaint, Transform};
use resvg::usvg::{self, fontdb};

use super::super::colour::Palette;
use super::super::scene::{Picture, Pixels, Scene};
use super::super::spec::FigureSpec;
use super::{Error, Exporter, svg};
use crate::plot::spec::size::Size;

/// Largest number of pixels of an export: 400 MB while drawing.
const MOST_PIXELS: u64 = 100_000_000;

/// The PNG exporter; it uses the light palette.
#[derive(Debug, Clone, Copy)]
pub struct Png;

impl Exporter for Png {
    fn extension(&self) -> &'static str {
        "png"
    }

    fn name(&self) -> &'static str {
        "PNG (pixels)"
    }

    fn write(&self, figure: &FigureSpec, size: &Size, out: &mut dyn Write) -> Result<(), Error> {
        let raster = render(figure, size, &Palette::light())?;
        let file = encode_rgb(&raster.rgb, raster.width, raster.height)?;
        // After the signature (8 bytes) and IHDR (25).
        let (head, rest) = file.split_at(33.min(file.len()));
        out.write_all(head)?;
        out.write_all(&chunk(*b"pHYs", &physical(size.settled().dpi)))?;
        let provenance = figure.provenance.to_json();
        out.write_all(&chunk(*b"iTXt", &text("Provenance", &provenance)))?;
        if !figure.title.is_empty() {
            out.write_all(&chunk(*b"iTXt", &text("Title", &figure.title)))?;
        }
        out.write_all(rest)?;
        Ok(())
    }
}

/// A drawn figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// width·height RGB triples from the upper left.
    pub rgb: Vec<u8>,
}

/// Draws `figure` at `size` and its dots per inch in the colours of `palette`, for a file or for
/// the clipboard.
///
/// # Errors
/// [`Error::TooLarge`] above 100 million pixels, [`Error::Render`] if the drawing library refuses.
pub fn render(figure: &FigureSpec, size: &Size, palette: &Palette) -> Result<Raster, Error> {
    let dpi = size.settled().dpi;
    let (scene, unit) = Scene::on_paper(figure, size, palette);
    let scale = unit * dpi / 72.0;
    let (width, height) = (
        (scene.width * scale).round().max(1.0) as u64,
        (scene.height * scale).round().max(1.0) as u64,
    );
    if width * height > MOST_PIXELS {
        return Err(Error::TooLarge { width, height });
    }
    let failed = |what: &str| Error::Render(what.to_owned());
    let mut pixmap =
        Pixmap::new(width as u32, height as u32).ok_or_else(|| failed("no memory for it"))?;
    let [r, g, b] = scene.background;
    pixmap.fill(resvg::tiny_skia::Color::from_rgba8(r, g, b, 255));
    for picture in &scene.pictures {
        paint_picture(
            picture,
            &picture.pixels(figure, palette),
            scale,
            &mut pixmap,
        );
    }
    let options = usvg::Options {
        font_family: "Ubuntu".to_owned(),
        fontdb: fonts(),
        ..usvg::Options::default()
    };
    let document = svg::document(figure, &scene, unit, None)?;
    let tree = usvg::Tree::from_str(&document, &options).map_err(|e| failed(&e.to_string()))?;
    // usvg takes CSS pixels (96 to the inch); the view box is in units.
    let across = width as f32 / tree.size().width();
    let down = height as f32 / tree.size().height();
    resvg::render(
        &tree,
        Transform::from_scale(across, down),
        &mut pixmap.as_mut(),
    );
    let rgb = pixmap
        .data()
        .chunks_exact(4)
        .flat_map(|p| [p[0], p[1], p[2]])
        .collect();
    Ok(Raster {
        width: width as usize,
        height: height as usize,
        rgb,
    })
}

/// Paints one raster; `scale` is pixels per unit.
fn paint_picture(picture: &Picture, pixels: &Pixels, scale: f64, on: &mut Pixmap) {
    let Some(mut source) = Pixmap::new(picture.columns as u32, picture.rows as u32) else {
        return;
    };
    for (to, from) in source
        .data_mut()
        .chunks_exact_mut(4)
        .zip(pixels.rgb.chunks_exact(3))
    {
        to.copy_from_slice(&[from[0], from[1], from[2], 255]);
    }
    let r = picture.rect;
    let transform = Transform::from_row(
        (r.width * scale / picture.columns as f64) as f32,
        0.0,
        0.0,
        (r.height * scale / picture.rows as f64) as f32,
        (r.x * scale) as f32,
        (r.y * scale) as f32,
    );
    let paint = PixmapPaint {
        quality: if picture.smooth {
            FilterQuality::Bilinear
        } else {
            FilterQuality::Nearest
        },
        ..PixmapPaint::default()
    };
    on.draw_pixmap(0, 0, source.as_ref(), &paint, transform, None);
}

/// The window's own fonts, loaded once.
fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    FONTS
        .get_or_init(|| {
            let mut database = fontdb::Database::new();
            for data in egui::FontDefinitions::default().font_data.into_values() {
                let bytes = Arc::clone(&data.font);
                database.load_font_source(fontdb::Source::Binary(bytes));
            }
            database.set_sans_serif_family("Ubuntu");
            Arc::new(database)
        })
        .clone()
}

/// RGB pixels as a PNG file.
pub(crate) fn encode_rgb(rgb: &[u8], width: usize, height: usize) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    PngEncoder::new_with_quality(&mut out, CompressionType::Default, FilterType::Adaptive)
        .write_image(rgb, width as u32, height as u32, ExtendedColorType::Rgb8)
        .map_err(|e| Error::Render(e.to_string()))?;
    Ok(out)
}

/// The contents of a pHYs chunk: pixels per metre along x and y.
fn physical(dpi: f64) -> Vec<u8> {
    let per_metre = ((dpi / 0.0254).round() as u32).to_be_bytes();
    [per_metre.as_slice(), &per_metre, &[1]].concat()
}

/// The contents of an uncompressed iTXt chunk with no language.
fn text(keyword: &str, value: &str) -> Vec<u8> {
    let value = value.replace('\0', "");
    [keyword.as_bytes(), &[0; 5], value.as_bytes()].concat()
}

/// A PNG chunk: length, type, contents, check sum.
fn chunk(kind: [u8; 4], contents: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), contents].concat();
    let length = (contents.len() as u32).to_be_bytes();
    [length.as_slice(), &body, &crc32(&body).to_be_bytes()].concat()
}

/// CRC-32 as PNG defines it (reflected, polynomial 0x04C11DB7).
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_sum_is_the_standard_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        // Every PNG ends in this chunk.
        assert_eq!(
            chunk(*b"IEND", &[]),
            [0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xAE, 0x42, 0x60, 0x82]
        );
    }

    #[test]
    fn every_character_a_figure_may_write_has_a_glyph() {
        let options = usvg::Options {
            font_family: "Ubuntu".to_owned(),
            fontdb: fonts(),
            ..usvg::Options::default()
        };
        for c in "AZaz09βγσζκμηεδλ²⁰¹³⁴⁵⁶⁷⁸⁹⁻₁₂×·−–…∞≤≥≈→√".chars()
        {
            let document = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"20\">\
                 <text y=\"15\" font-size=\"10\">{c}</text></svg>"
            );
            let tree = usvg::Tree::from_str(&document, &options).expect("well-formed");
            let usvg::Node::Text(text) = &tree.root().children()[0] else {
                panic!("{c:?} was dropped");
            };
            let glyphs: Vec<u32> = text
                .layouted()
                .iter()
                .flat_map(|span| span.positioned_glyphs.iter().map(|g| g.id.0))
                .collect();
            assert!(
                !glyphs.is_empty() && glyphs.iter().all(|&id| id != 0),
                "{c:?}: {glyphs:?}"
            );
        }
    }
}
