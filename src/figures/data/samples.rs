//! Samples of the data, a row for each class: what there is to be learned.

use super::rows::{byte, component_axis, over_components, rows_of};
use super::{class_name, subtitle};
use crate::data::{Dataset, Examples, Overview};
use crate::figures::figure_named;
use crate::figures::pictures::cell::picture;
use crate::plot::{Axis, Colour, FigureSpec, ImageCell, Images, Provenance, Series};

/// Pictures in a row of data without classes.
const ACROSS: usize = 12;
/// Pictures in the row of a class; where classes are few each has rows of [`ACROSS`].
const OF_CLASS: usize = 16;
const FEW: usize = 4;
/// Vectors of a class that are drawn as lines.
const LINES: usize = 4;
/// Those of data without classes.
const UNLABELLED: usize = 16;

/// Some samples of every class: pictures in rows, or plain vectors as lines over their components.
pub fn samples_figure(data: &Dataset, overview: &Overview, provenance: &Provenance) -> FigureSpec {
    let mut figure = figure_named("data", "Samples", provenance).subtitle(subtitle(data));
    let (shown, classes) = (overview.examples.len(), overview.counts.len());
    if classes > shown {
        figure = figure.note(format!("the first {shown} of {classes} classes"));
    }
    if data.shape.is_image() {
        figure.with(pictures(data, overview))
    } else {
        lines(figure, data, overview)
    }
}

/// The name of the examples' class; empty for data without labels.
fn name(data: &Dataset, of: &Examples) -> String {
    of.class.map_or_else(String::new, |c| class_name(data, c))
}

fn pictures(data: &Dataset, overview: &Overview) -> Images {
    let cell = |values: &Vec<f32>| {
        let bytes: Vec<u8> = values.iter().map(|&v| byte(v)).collect();
        picture(data.shape, &bytes)
    };
    let mut rows = Vec::new();
    for examples in &overview.examples {
        let name = name(data, examples);
        let counted = overview.counts.iter();
        let count = counted.filter(|(class, _)| examples.class == Some(*class));
        let count: usize = count.map(|(_, count)| *count).sum();
        let label = |first| match (first, name.as_str()) {
            (0, name) if !name.is_empty() => format!("{name} · {count}"),
            _ => String::new(),
        };
        let (most, across) = if overview.examples.len() > FEW {
            (OF_CLASS, OF_CLASS)
        } else {
            (usize::MAX, ACROSS)
        };
        let images: Vec<ImageCell> = examples.rows.iter().take(most).map(cell).collect();
        rows.extend(rows_of(images, across, label));
    }
    Images { rows }
}

fn lines(mut figure: FigureSpec, data: &Dataset, overview: &Overview) -> FigureSpec {
    let labelled = !overview.counts.is_empty();
    let (lines, whose) = if labelled {
        (LINES, "of each class ")
    } else {
        (UNLABELLED, "")
    };
    figure.legend = labelled;
    for (at, examples) in overview.examples.iter().enumerate() {
        let name = name(data, examples);
        for (k, values) in examples.rows.iter().take(lines).enumerate() {
            let name = if k == 0 { &*name } else { "" };
            let id = format!("class_{at}_{k}");
            let line = Series::line(&id, name, over_components(values), Colour::Key(at));
            figure.push(line.width(0.9).opacity(0.8));
        }
    }
    let rows = overview.examples.iter().flat_map(|e| &e.rows);
    figure
        .x(component_axis(rows.map(Vec::len).max().unwrap_or(0)))
        .y(Axis::linear("x"))
        .note(format!(
            "plain vectors: the first {lines} {whose}as lines over their components"
        ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageShape;
    use crate::plot::Layer;

    fn data(shape: [usize; 2], classes: &[&str]) -> Dataset {
        Dataset {
            shape: ImageShape {
                height: shape[0],
                width: shape[1],
                channels: 1,
            },
            classes: classes.iter().map(|&c| c.to_owned()).collect(),
            ..Dataset::default()
        }
    }

    fn examples(class: Option<u8>, rows: Vec<Vec<f32>>) -> Examples {
        Examples { class, rows }
    }

    #[test]
    fn every_class_has_its_row_and_data_without_classes_a_grid() {
        let overview = Overview {
            counts: (0..5).map(|class| (class, 9)).collect(),
            examples: vec![
                examples(Some(0), vec![vec![0.0; 4]; 2]),
                examples(Some(1), vec![vec![1.0; 4]; 3]),
            ],
            ..Overview::default()
        };
        let none = Provenance::default();
        let figure = samples_figure(&data([2, 2], &["dark", "light"]), &overview, &none);
        let Layer::Images(images) = &figure.layers[0] else {
            panic!("pictures")
        };
        assert_eq!(images.rows[1].label, "light · 9");
        assert_eq!(images.rows[1].images.len(), 3);
        assert_eq!(*images.rows[1].images[0].pixels, [255; 4]);
        assert!(figure.notes[0].contains("2 of 5"), "{:?}", figure.notes);

        let overview = Overview {
            examples: vec![examples(None, vec![vec![0.5; 4]; 30])],
            ..Overview::default()
        };
        let figure = samples_figure(&data([2, 2], &[]), &overview, &none);
        let Layer::Images(images) = &figure.layers[0] else {
            panic!("pictures")
        };
        let lengths: Vec<usize> = images.rows.iter().map(|r| r.images.len()).collect();
        assert_eq!(lengths, [12, 12, 6]);
    }

    #[test]
    fn vectors_are_lines_over_their_components() {
        let overview = Overview {
            examples: vec![examples(None, vec![vec![1.0, -2.0, 0.5]])],
            ..Overview::default()
        };
        let figure = samples_figure(&data([1, 3], &[]), &overview, &Provenance::default());
        let series = figure.series().next().expect("a line");
        assert_eq!(series.points, [[1.0, 1.0], [2.0, -2.0], [3.0, 0.5]]);
    }
}
