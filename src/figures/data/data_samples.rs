//! Samples of the data, a row for each class: what there is to be learned.

use std::sync::Arc;

use super::data_grid::{PictureSize, cell, component_axis, rows_of};
use crate::plot::{
    Axis, Colour, FigureSpec, Images, Layer, LineStyle, Provenance, Series, SeriesStyle,
};

/// Pictures in a row of data without classes.
const ACROSS: usize = 12;
/// Pictures in the row of a class; where classes are few each has rows of [`ACROSS`].
const OF_CLASS: usize = 16;
const FEW: usize = 4;
/// Vectors of a class that are drawn as lines.
const LINES: usize = 4;
/// Those of data without classes.
const UNLABELLED: usize = 16;

/// Some samples of one class.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleRow<'a> {
    /// The class; empty for data without labels.
    pub name: String,
    /// Samples of this class in the data.
    pub count: usize,
    /// Values of some of them: brightness in 0..=1 for pictures, else x.
    pub samples: &'a [Vec<f32>],
}

/// Everything the view shows.
#[derive(Debug, Clone, Copy)]
pub struct DataSamples<'a> {
    /// Size of a picture; none for plain vectors.
    pub size: Option<PictureSize>,
    /// The classes.
    pub rows: &'a [SampleRow<'a>],
    /// Classes there are, shown or not.
    pub classes: usize,
    /// What is shown, in a few words.
    pub subtitle: &'a str,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Builds the figure: pictures in rows, or plain vectors as lines over their components.
pub fn data_samples(input: &DataSamples<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("data", "Samples");
    figure.subtitle = input.subtitle.into();
    figure.provenance = input.provenance.clone();
    if input.classes > input.rows.len() {
        let note = format!(
            "the first {} of {} classes",
            input.rows.len(),
            input.classes
        );
        figure.notes.push(note);
    }
    match input.size {
        Some(size) => figure.layers.push(Layer::Images(pictures(input, size))),
        None => lines(input, &mut figure),
    }
    figure
}

fn pictures(input: &DataSamples<'_>, size: PictureSize) -> Images {
    let picture = |values: &Vec<f32>| {
        let bytes: Arc<[u8]> = values.iter().map(|&v| byte(v)).collect();
        cell(size, size.channels, bytes, String::new())
    };
    let mut rows = Vec::new();
    for row in input.rows {
        let label = |first| match (first, row.name.as_str()) {
            (0, name) if !name.is_empty() => format!("{name} · {}", row.count),
            _ => String::new(),
        };
        let images = row.samples.iter().map(picture);
        rows.extend(if input.rows.len() > FEW {
            rows_of(images.take(OF_CLASS).collect(), OF_CLASS, label)
        } else {
            rows_of(images.collect(), ACROSS, label)
        });
    }
    Images { rows }
}

/// 0–1 to 0–255, rounded; NaN is black.
fn byte(value: f32) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

fn lines(input: &DataSamples<'_>, figure: &mut FigureSpec) {
    let dim = input
        .rows
        .iter()
        .flat_map(|r| r.samples)
        .map(Vec::len)
        .max();
    figure.x = component_axis(dim.unwrap_or(0));
    figure.y = Axis::linear("x");
    figure.legend = input.classes > 0;
    let (lines, whose) = if input.classes > 0 {
        (LINES, "of each class ")
    } else {
        (UNLABELLED, "")
    };
    let note = format!("plain vectors: the first {lines} {whose}as lines over their components");
    figure.notes.push(note);
    for (at, row) in input.rows.iter().enumerate() {
        for (k, values) in row.samples.iter().take(lines).enumerate() {
            let points = (1..)
                .zip(values)
                .map(|(i, &v)| [f64::from(i), f64::from(v)]);
            let name = if k == 0 { row.name.as_str() } else { "" };
            let id = format!("class_{at}_{k}");
            let mut series = Series::line(&id, name, points.collect(), Colour::Latent(at));
            series.style = SeriesStyle::Line(LineStyle {
                width: 0.9,
                ..LineStyle::default()
            });
            series.opacity = 0.8;
            figure.layers.push(Layer::Series(series));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_its_row_and_data_without_classes_a_grid() {
        let provenance = Provenance::default();
        let (dark, light) = (vec![vec![0.0; 4]; 2], vec![vec![1.0; 4]; 3]);
        let size = PictureSize {
            height: 2,
            width: 2,
            channels: 1,
        };
        let row = |name: &str, samples| SampleRow {
            name: name.into(),
            count: 9,
            samples,
        };
        let rows = [row("dark", &dark[..]), row("light", &light[..])];
        let input = DataSamples {
            size: Some(size),
            rows: &rows,
            classes: 5,
            subtitle: "",
            provenance: &provenance,
        };
        let figure = data_samples(&input);
        let Layer::Images(images) = &figure.layers[0] else {
            panic!("pictures")
        };
        assert_eq!(images.rows[1].label, "light · 9");
        assert_eq!(images.rows[1].images.len(), 3);
        assert_eq!(*images.rows[1].images[0].pixels, [255; 4]);
        assert!(figure.notes[0].contains("2 of 5"), "{:?}", figure.notes);

        let many = vec![vec![0.5; 4]; 30];
        let rows = [row("", &many[..])];
        let figure = data_samples(&DataSamples {
            rows: &rows,
            classes: 0,
            ..input
        });
        let Layer::Images(images) = &figure.layers[0] else {
            panic!("pictures")
        };
        let lengths: Vec<usize> = images.rows.iter().map(|r| r.images.len()).collect();
        assert_eq!(lengths, [12, 12, 6]);
    }

    #[test]
    fn vectors_are_lines_over_their_components() {
        let provenance = Provenance::default();
        let samples = [vec![1.0, -2.0, 0.5]];
        let figure = data_samples(&DataSamples {
            size: None,
            rows: &[SampleRow {
                name: String::new(),
                count: 1,
                samples: &samples,
            }],
            classes: 0,
            subtitle: "",
            provenance: &provenance,
        });
        let series = figure.series().next().expect("a line");
        assert_eq!(series.points, [[1.0, 1.0], [2.0, -2.0], [3.0, 0.5]]);
    }
}
