//! SVG: vector, text selectable, plain attributes only, so that any viewer or editor reads it.

use std::fmt::Write as _;
use std::io::Write;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::super::colour::{Palette, Rgb};
use super::super::scene::{Align, Item, Label, Paint, Picture, Pixels, Scene, Stroke};
use super::super::spec::FigureSpec;
use super::{Error, Exporter};
use crate::plot::spec::size::Size;

/// Fonts in order of preference; the first is the one the PNG exporter has at hand.
const FAMILY: &str = "Ubuntu, DejaVu Sans, Arial, sans-serif";

/// The SVG exporter; it uses the light palette.
#[derive(Debug, Clone, Copy)]
pub struct Svg;

impl Exporter for Svg {
    fn extension(&self) -> &'static str {
        "svg"
    }

    fn name(&self) -> &'static str {
        "SVG (vector)"
    }

    fn write(&self, figure: &FigureSpec, size: &Size, out: &mut dyn Write) -> Result<(), Error> {
        let palette = Palette::light();
        let (scene, unit) = Scene::on_paper(figure, size, &palette);
        out.write_all(document(figure, &scene, unit, Some(&palette))?.as_bytes())?;
        Ok(())
    }
}

/// The whole document, at `unit` points to the unit. Without the palette of the `pictures` they and the background are
/// left out, for a caller that has painted them itself.
pub(crate) fn document(
    figure: &FigureSpec,
    scene: &Scene,
    unit: f64,
    pictures: Option<&Palette>,
) -> Result<String, Error> {
    let mut writer = Writer {
        out: String::new(),
        prefix: identifier(&figure.id),
    };
    writer.head(figure, scene, unit);
    writer.definitions(scene);
    if let Some(palette) = pictures {
        let (w, h) = (number(scene.width), number(scene.height));
        let fill = hex(scene.background);
        writer.line(&format!(
            "<rect width=\"{w}\" height=\"{h}\" fill=\"{fill}\"/>"
        ));
        for picture in &scene.pictures {
            writer.picture(picture, &picture.pixels(figure, palette))?;
        }
    }
    for item in &scene.items {
        writer.item(item);
    }
    writer.line("</svg>");
    Ok(writer.out)
}

struct Writer {
    out: String,
    prefix: String,
}

impl Writer {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn head(&mut self, figure: &FigureSpec, scene: &Scene, unit: f64) {
        let (w, h) = (number(scene.width), number(scene.height));
        let across = number(scene.width * unit);
        let down = number(scene.height * unit);
        self.line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        self.line(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" \
             xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
             width=\"{across}pt\" height=\"{down}pt\" viewBox=\"0 0 {w} {h}\" font-family=\"{FAMILY}\">"
        ));
        if !figure.title.is_empty() {
            self.line(&format!("<title>{}</title>", escape(&figure.title)));
        }
        let provenance = escape(&figure.provenance.to_json());
        self.line(&format!("<metadata>{provenance}</metadata>"));
    }

    /// The plot's clip path.
    fn definitions(&mut self, scene: &Scene) {
        let plot = scene.plot;
        let prefix = self.prefix.clone();
        self.line("<defs>");
        self.line(&format!(
            "<clipPath id=\"{prefix}-plot\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>",
            number(plot.x),
            number(plot.y),
            number(plot.width),
            number(plot.height)
        ));
        self.line("</defs>");
    }

    fn picture(&mut self, picture: &Picture, pixels: &Pixels) -> Result<(), Error> {
        // Hard-edged pictures are enlarged, so that a viewer that smooths only softens the edges.
        let factor = if picture.smooth || picture.columns == 1 {
            1
        } else {
            (112 / picture.columns.max(picture.rows).max(1)).clamp(1, 8)
        };
        let pixels = enlarge(pixels, factor);
        let bytes = super::png::encode_rgb(&pixels.rgb, pixels.columns, pixels.rows)?;
        let rendering = if picture.smooth { "auto" } else { "pixelated" };
        let r = picture.rect;
        let data = BASE64_STANDARD.encode(&bytes);
        self.line(&format!(
            "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" \
             image-rendering=\"{rendering}\" xlink:href=\"data:image/png;base64,{data}\"/>",
            number(r.x),
            number(r.y),
            number(r.width),
            number(r.height),
        ));
        Ok(())
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Begin(name) => {
                let id = format!("{}-{}", self.prefix, identifier(name));
                self.line(&format!("<g id=\"{id}\">"));
            }
            Item::End => self.line("</g>"),
            Item::Text(label) => self.label(label),
            Item::Circle {
                centre,
                radius,
                paint,
            } => {
                let shape = format!(
                    "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"",
                    number(centre[0]),
                    number(centre[1]),
                    number(*radius)
                );
                self.painted(&shape, paint, false);
            }
            Item::Path {
                points,
                closed,
                paint,
                clip,
            } => {
                let close = if *closed { "Z" } else { "" };
                let shape = format!("<path d=\"{}{close}\"", path(points));
                self.painted(&shape, paint, *clip);
            }
            Item::Lines {
                ends,
                stroke,
                opacity,
                clip,
            } => {
                let all: String = ends.iter().map(|ends| path(ends)).collect();
                let paint = Paint::stroke(*stroke).with_opacity(*opacity);
                self.painted(&format!("<path d=\"{all}\""), &paint, *clip);
            }
            Item::Faces(faces) => {
                for (corners, rgb) in faces {
                    // A hairline of the same colour closes the seams that viewers leave between polygons.
                    let paint = Paint {
                        stroke: Some(Stroke::solid(*rgb, 0.25)),
                        ..Paint::fill(*rgb)
                    };
                    let shape = format!("<path d=\"{}Z\"", path(corners));
                    self.painted(&shape, &paint, true);
                }
            }
        }
    }

    /// Writes a shape in its colours.
    fn painted(&mut self, shape: &str, paint: &Paint, clip: bool) {
        let mut text = shape.to_owned();
        let clip = if clip {
            format!(" clip-path=\"url(#{}-plot)\"", self.prefix)
        } else {
            String::new()
        };
        let fill = paint.fill.map_or_else(|| "none".to_owned(), hex);
        let _ = write!(text, " fill=\"{fill}\"");
        if let Some(stroke) = paint.stroke {
            let width = number(stroke.width);
            let _ = write!(
                text,
                " stroke=\"{}\" stroke-width=\"{width}\"",
                hex(stroke.colour)
            );
            text.push_str(" stroke-linejoin=\"round\"");
            if let Some([on, off]) = stroke.pattern().map(|p| p.map(number)) {
                let _ = write!(text, " stroke-dasharray=\"{on} {off}\"");
            }
        }
        if paint.opacity < 1.0 {
            let _ = write!(text, " opacity=\"{}\"", number(paint.opacity));
        }
        self.line(&format!("{text}{clip}/>"));
    }

    fn label(&mut self, label: &Label) {
        let (x, y) = (number(label.at[0]), number(label.at[1]));
        let anchor = match label.align {
            Align::Start => "start",
            Align::Middle => "middle",
            Align::End => "end",
        };
        let place = if label.upright {
            format!("transform=\"translate({x} {y}) rotate(-90)\"")
        } else {
            format!("x=\"{x}\" y=\"{y}\"")
        };
        let colour = hex(label.colour);
        // A hairline in the text's own colour makes a light face heavier; around a halo it is the
        // background's.
        let stroke = match label.halo {
            Some(halo) => format!(
                " stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
                hex(halo),
                number(label.size * 0.3)
            ),
            None if label.strong => {
                format!(
                    " stroke=\"{colour}\" stroke-width=\"{}\"",
                    number(label.size * 0.045)
                )
            }
            None => String::new(),
        };
        self.line(&format!(
            "<text {place} font-size=\"{}\" text-anchor=\"{anchor}\" fill=\"{colour}\"{stroke}>{}</text>",
            number(label.size),
            escape(&label.text)
        ));
    }
}

/// The commands that draw a line through points.
fn path(points: &[[f64; 2]]) -> String {
    let mut d = String::new();
    for (i, p) in points.iter().enumerate() {
        d.push(if i == 0 { 'M' } else { 'L' });
        d.push_str(&number(p[0]));
        d.push(' ');
        d.push_str(&number(p[1]));
    }
    d
}

/// Each pixel as a square of `factor`² pixels.
fn enlarge(pixels: &Pixels, factor: usize) -> Pixels {
    let (columns, rows) = (pixels.columns * factor, pixels.rows * factor);
    let mut rgb = Vec::with_capacity(columns * rows * 3);
    for row in 0..rows {
        for column in 0..columns {
            let at = (row / factor * pixels.columns + column / factor) * 3;
            rgb.extend_from_slice(&pixels.rgb[at..at + 3]);
        }
    }
    Pixels { columns, rows, rgb }
}

/// A coordinate with two decimals (about 1/7200 inch), without trailing zeros.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

fn hex(rgb: Rgb) -> String {
    format!("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2])
}

/// Text safe in XML content and attributes; characters XML cannot hold are dropped.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// A name fit for an XML id.
fn identifier(name: &str) -> String {
    let mut id: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    if !id.starts_with(|c: char| c.is_ascii_alphabetic()) {
        id.insert(0, 'f');
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_exponents() {
        assert_eq!(number(1.0), "1");
        assert_eq!(number(-0.001), "0");
        assert_eq!(number(100.0), "100");
        assert_eq!(number(12.345_6), "12.35");
        assert_eq!(number(1e-9), "0");
    }

    #[test]
    fn text_is_escaped_and_control_characters_dropped() {
        assert_eq!(
            escape("a<b & \"c\"\u{0}\u{b}"),
            "a&lt;b &amp; &quot;c&quot;"
        );
        assert_eq!(identifier("7 βγ"), "f7---");
    }
}
