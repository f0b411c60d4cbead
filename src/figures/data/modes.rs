//! The mean of the data and their leading principal components as pictures: the directions that a linear autoencoder
//! finds first, and that posterior collapse takes last.

use std::sync::Arc;

use super::rows::{byte, component_axis, over_components, rows_of};
use super::subtitle;
use crate::data::{Dataset, ImageShape, Preprocessor, Spectrum};
use crate::figures::figure_named;
use crate::figures::pictures::cell::picture;
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, Colour, ColourMap, FigureSpec, Images, Provenance, Rgb, Role, Series};

/// Pictures in a row.
const ACROSS: usize = 8;
/// Components shown as pictures beside the mean, and as lines.
const PICTURES: usize = 23;
const LINES: usize = 5;
/// Colours of either sign.
const LEVELS: usize = 255;

/// The mean and the leading principal components.
pub fn modes_figure(
    data: &Dataset,
    preprocessor: &Preprocessor,
    spectrum: &Spectrum,
    provenance: &Provenance,
) -> FigureSpec {
    let figure = figure_named("data", "Mean and principal components", provenance);
    let figure = figure.subtitle(subtitle(data));
    let mean: Vec<f32> = spectrum.mean.iter().map(|&m| m as f32).collect();
    let kept = spectrum.modes().min(spectrum.rank.max(1));
    let components: Vec<&[f32]> = (0..kept).filter_map(|i| spectrum.mode(i)).collect();
    if data.shape.is_image() {
        let mean = preprocessor.display(&mean);
        pictures(figure, data.shape, &mean, &components, spectrum)
    } else {
        lines(figure, &mean, &components, spectrum)
    }
}

/// ζ² and its share of the variance, as a caption.
fn caption(spectrum: &Spectrum, mode: usize) -> String {
    let zeta2 = spectrum.eigenvalues.get(mode).copied().unwrap_or(0.0);
    let share = if spectrum.total_variance > 0.0 {
        100.0 * zeta2 / spectrum.total_variance
    } else {
        0.0
    };
    format!("{}, {} %", format_number(zeta2, 3), format_number(share, 2))
}

fn pictures(
    figure: FigureSpec,
    shape: ImageShape,
    mean: &[f32],
    components: &[&[f32]],
    spectrum: &Spectrum,
) -> FigureSpec {
    let mean: Vec<u8> = mean.iter().map(|&v| byte(v)).collect();
    let mut images = vec![picture(shape, &mean).caption("mean")];
    let shown = components.len().min(PICTURES);
    let coloured = ImageShape {
        channels: 3,
        ..shape
    };
    for (mode, component) in components.iter().take(shown).enumerate() {
        let pixels = component_pixels(component, shape.channels);
        images.push(picture(coloured, &pixels).caption(caption(spectrum, mode)));
    }
    let rows = rows_of(images, ACROSS, |first| {
        let last = (first + ACROSS - 1).min(shown);
        match first {
            0 if last == 0 => "mean".into(),
            0 => format!("mean, modes 1–{last}"),
            _ if first == last => format!("mode {first}"),
            _ => format!("modes {first}–{last}"),
        }
    });
    figure
        .with(Images { rows })
        .note("below each mode: ζ², share of the variance")
        .note(if shape.channels == 3 {
            "components around mid-grey, each scaled to its largest value"
        } else {
            "components: blue below zero, white zero, red above, each scaled to its largest value"
        })
}

/// A component as RGB bytes, symmetric about zero: by sign for grey pictures, around mid-grey channel by channel for
/// those in colour. The largest magnitude takes the end of the scale.
fn component_pixels(component: &[f32], channels: usize) -> Arc<[u8]> {
    let most = component.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
    let share = |v: f32| if most > 0.0 { v / most } else { 0.0 };
    if channels == 3 {
        let level = |&v: &f32| (127.5 + 127.5 * share(v)).round() as u8;
        return component.iter().map(level).collect();
    }
    let end = LEVELS as f32;
    let colours: Vec<Rgb> = (0..=2 * LEVELS)
        .map(|level| ColourMap::RedBlue.at(level as f64 / (2 * LEVELS) as f64))
        .collect();
    component
        .iter()
        .flat_map(|&v| colours[(end + end * share(v)).round() as usize])
        .collect()
}

fn lines(
    mut figure: FigureSpec,
    mean: &[f32],
    components: &[&[f32]],
    spectrum: &Spectrum,
) -> FigureSpec {
    let line = Series::line("mean", "mean", over_components(mean), Role::Muted);
    figure.push(line.dashed());
    for (mode, component) in components.iter().take(LINES).enumerate() {
        let id = format!("mode_{}", mode + 1);
        let name = format!("mode {}: {}", mode + 1, caption(spectrum, mode));
        let points = over_components(component);
        figure.push(Series::line(&id, &name, points, Colour::Key(mode)));
    }
    figure
        .x(component_axis(mean.len()))
        .y(Axis::linear("weight"))
        .with_legend()
        .note("plain vectors: the components as lines, in place of pictures")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Preprocess;
    use crate::data::{Pixels, spectrum};
    use crate::plot::Layer;

    /// Components (½, ½, ½, ½) and (½, −½, ½, −½) with ζ² = 3 and 1, around the mean (0, 1, ½, ½).
    fn figure(height: usize, width: usize) -> FigureSpec {
        let data = Dataset {
            shape: ImageShape {
                height,
                width,
                channels: 1,
            },
            pixels: Pixels::Bytes(vec![0; 4]),
            ..Dataset::default()
        };
        let preprocessor = Preprocessor::new(Preprocess::None, &data).expect("it can be prepared");
        let spectrum = Spectrum {
            mean: vec![0.0, 1.0, 0.5, 0.5],
            eigenvalues: vec![3.0, 1.0, 0.0, 0.0],
            eigenvectors: vec![0.5, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, -0.5],
            total_variance: 4.0,
            samples: 1,
            rank: 2,
        };
        modes_figure(&data, &preprocessor, &spectrum, &Provenance::default())
    }

    #[test]
    fn components_are_symmetric_about_zero() {
        let rgb = component_pixels(&[0.4, -0.4, 0.0, 0.2], 1);
        let [red, blue, white] = [0, 1, 2].map(|i| &rgb[3 * i..3 * i + 3]);
        assert!(red[0] > 80 && red[2] < 60, "{red:?}");
        assert!(blue[2] > 80 && blue[0] < 60, "{blue:?}");
        assert!(white.iter().all(|v| *v > 235), "{white:?}");
        // Turning the sign around exchanges the ends.
        let turned = component_pixels(&[-0.4, 0.4, 0.0, -0.2], 1);
        assert_eq!((&turned[..3], &turned[3..6]), (blue, red));
        let colour = component_pixels(&[0.5, -0.5, 0.0], 3);
        assert_eq!(*colour, [255, 0, 128]);
        assert_eq!(*component_pixels(&[0.0; 3], 3), [128; 3]);
    }

    #[test]
    fn every_mode_has_its_eigenvalue_and_share() {
        let figure = figure(2, 2);
        let Layer::Images(images) = &figure.layers[0] else {
            panic!("pictures")
        };
        let row = &images.rows[0];
        assert_eq!(row.label, "mean, modes 1–2");
        let captions: Vec<&str> = row.images.iter().map(|i| i.caption.as_str()).collect();
        assert_eq!(captions, ["mean", "3.00, 75 %", "1.00, 25 %"]);
        assert_eq!(*row.images[0].pixels, [0, 255, 128, 128]);
    }

    #[test]
    fn plain_vectors_are_lines() {
        let figure = figure(1, 4);
        let series: Vec<&Series> = figure.series().collect();
        assert_eq!(series.len(), 3);
        assert_eq!(series[2].points[1], [2.0, -0.5]);
        assert!(series[1].name.contains("75 %"), "{}", series[1].name);
    }

    #[test]
    fn two_pixels_that_rise_and_fall_together_have_known_components() {
        // The left column is 128 ± (s, s) in two of four items, 128 ± (t, −t) in the others: the eigenvectors are
        // (1, 1)/√2 and (1, −1)/√2.
        let (s, t) = (100_i32, 30_i32);
        let item = |a: i32, b: i32| [(128 + a) as u8, 77, (128 + b) as u8, 77];
        let bytes = [item(s, s), item(-s, -s), item(t, -t), item(-t, t)].concat();
        let data = Dataset {
            shape: ImageShape {
                height: 2,
                width: 2,
                channels: 1,
            },
            pixels: Pixels::Bytes(bytes),
            ..Dataset::default()
        };
        let preprocessor = Preprocessor::new(Preprocess::None, &data).expect("it can be prepared");
        let found = spectrum(&data, &preprocessor, 0, &|_| true).expect("a spectrum");
        // |(s, s)|² = 2s² in half of the items: s², to the precision of x, which is 32-bit.
        for (mode, level) in [(0, s), (1, t)] {
            let expected = (f64::from(level) / 255.0).powi(2);
            assert!((found.eigenvalues[mode] - expected).abs() < 1e-6 * expected);
        }
        let figure = modes_figure(&data, &preprocessor, &found, &Provenance::default());
        let Layer::Images(images) = &figure.layers[0] else {
            panic!("pictures")
        };
        // Only two modes have any variance.
        let cells = &images.rows[0].images;
        assert_eq!(cells.len(), 3);
        assert_eq!(*cells[0].pixels, [128, 77, 128, 77]);
        let pixels = |component: [f32; 4]| component_pixels(&component, 1);
        assert_eq!(cells[1].pixels, pixels([1.0, 0.0, 1.0, 0.0]));
        let (one, other) = (pixels([1.0, 0.0, -1.0, 0.0]), pixels([-1.0, 0.0, 1.0, 0.0]));
        assert!(cells[2].pixels == one || cells[2].pixels == other);
        // 10000/(10000 + 900) of the variance.
        assert!(cells[1].caption.ends_with("92 %"), "{}", cells[1].caption);
    }
}
