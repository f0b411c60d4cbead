//! The mean of the data and their leading principal components as pictures: the directions that a linear autoencoder
//! finds first, and that posterior collapse takes last.

use std::sync::Arc;

use super::data_grid::{PictureSize, cell, component_axis, rows_of};
use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Axis, Colour, ColourMap, Dash, FigureSpec, Images, Layer, LineStyle, Provenance, Rgb, Role,
    Series, SeriesStyle,
};

/// Pictures in a row.
const ACROSS: usize = 8;
/// Components shown as pictures beside the mean, and as lines.
const PICTURES: usize = 23;
const LINES: usize = 5;
/// Colours of either sign.
const LEVELS: usize = 255;

/// Everything the view shows.
#[derive(Debug, Clone, Copy)]
pub struct DataModes<'a> {
    /// Size of a picture; none for plain vectors.
    pub size: Option<PictureSize>,
    /// The mean: brightness in 0..=1 for pictures, else that of x.
    pub mean: &'a [f32],
    /// The leading eigenvectors of the covariance of x, each of length one, largest eigenvalue first.
    pub components: &'a [&'a [f32]],
    /// ζ², the eigenvalues, at least one for every component.
    pub eigenvalues: &'a [f64],
    /// Σζ² over all modes.
    pub total_variance: f64,
    /// What is shown, in a few words.
    pub subtitle: &'a str,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure.
pub fn data_modes(input: &DataModes<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("data", "Mean and principal components");
    figure.subtitle = input.subtitle.into();
    figure.provenance = input.provenance.clone();
    match input.size {
        Some(size) => pictures(input, size, &mut figure),
        None => lines(input, &mut figure),
    }
    figure
}

/// ζ² and its share of the variance, as a caption.
fn caption(input: &DataModes<'_>, mode: usize) -> String {
    let zeta2 = input.eigenvalues.get(mode).copied().unwrap_or(0.0);
    let share = if input.total_variance > 0.0 {
        100.0 * zeta2 / input.total_variance
    } else {
        0.0
    };
    format!("{}, {} %", format_number(zeta2, 3), format_number(share, 2))
}

fn pictures(input: &DataModes<'_>, size: PictureSize, figure: &mut FigureSpec) {
    let mean: Arc<[u8]> = input
        .mean
        .iter()
        .map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8)
        .collect();
    let mut images = vec![cell(size, size.channels, mean, "mean".into())];
    let shown = input.components.len().min(PICTURES);
    for (mode, component) in input.components.iter().take(shown).enumerate() {
        let pixels = component_pixels(component, size.channels);
        images.push(cell(size, 3, pixels, caption(input, mode)));
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
    figure.layers.push(Layer::Images(Images { rows }));
    figure.notes = vec![
        "below each mode: ζ², share of the variance".into(),
        if size.channels == 3 {
            "components around mid-grey, each scaled to its largest value".into()
        } else {
            "components: blue below zero, white zero, red above, each scaled to its largest value"
                .into()
        },
    ];
}

/// A component as RGB bytes, symmetric about zero: by sign for grey pictures, around mid-grey channel by channel for
/// those in colour. The largest magnitude takes the end of the scale.
pub fn component_pixels(component: &[f32], channels: usize) -> Arc<[u8]> {
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

fn lines(input: &DataModes<'_>, figure: &mut FigureSpec) {
    figure.x = component_axis(input.mean.len());
    figure.y = Axis::linear("weight");
    figure.legend = true;
    figure.notes = vec!["plain vectors: the components as lines, in place of pictures".into()];
    let points = |values: &[f32]| -> Vec<[f64; 2]> {
        (1..)
            .zip(values)
            .map(|(i, &v)| [f64::from(i), f64::from(v)])
            .collect()
    };
    let mut mean = Series::line("mean", "mean", points(input.mean), Role::Muted.into());
    mean.style = SeriesStyle::Line(LineStyle {
        dash: Dash::Dashed,
        ..LineStyle::default()
    });
    figure.layers.push(Layer::Series(mean));
    for (mode, component) in input.components.iter().take(LINES).enumerate() {
        let id = format!("mode_{}", mode + 1);
        let name = format!("mode {}: {}", mode + 1, caption(input, mode));
        let series = Series::line(&id, &name, points(component), Colour::Latent(mode));
        figure.layers.push(Layer::Series(series));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input<'a>(
        size: Option<PictureSize>,
        components: &'a [&'a [f32]],
        provenance: &'a Provenance,
    ) -> DataModes<'a> {
        DataModes {
            size,
            mean: &[0.0, 1.0, 0.5, 0.5],
            components,
            eigenvalues: &[3.0, 1.0, 0.0, 0.0],
            total_variance: 4.0,
            subtitle: "",
            provenance,
        }
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
        let provenance = Provenance::default();
        let size = PictureSize {
            height: 2,
            width: 2,
            channels: 1,
        };
        let components: [&[f32]; 2] = [&[0.5; 4], &[0.5, -0.5, 0.5, -0.5]];
        let figure = data_modes(&input(Some(size), &components, &provenance));
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
        let provenance = Provenance::default();
        let components: [&[f32]; 1] = [&[0.0, 1.0, 0.0, 0.0]];
        let figure = data_modes(&input(None, &components, &provenance));
        let series: Vec<&Series> = figure.series().collect();
        assert_eq!(series.len(), 2);
        assert_eq!(series[1].points[1], [2.0, 1.0]);
        assert!(series[1].name.contains("75 %"), "{}", series[1].name);
    }
}
