//! CSV: every number of a figure in one long, tidy table, at full precision.
//!
//! One row per value, and one line per row: texts of several lines are joined by `; `. `layer` counts the figure's layers from 0, `kind` says what the layer is,
//! `index` counts within it. Which columns are filled depends on the kind:
//!
//! | kind | x | y | value |
//! |---|---|---|---|
//! | `series` | x | y | |
//! | `bar` | centre | base | signed height |
//! | `band` | an end (X) | an end (Y) | |
//! | `rule` | where (X) | where (Y) | |
//! | `heat_map` | cell centre | cell centre | value |
//! | `contour` | | | level |
//! | `annotation` | x | y | |
//! | `cell` | column | row, from 0 downwards | number |
//! | `event` | x | | |
//! | `pixel` | column | row from the top | byte |

use std::borrow::Cow;
use std::io::Write;

use super::super::spec::{Column, Direction, FigureSpec, HeatMap, Images, Layer, Scale};
use super::{Error, Exporter};
use crate::plot::axis::frame::AxisMap;
use crate::plot::colour::Key;
use crate::plot::spec::size::Size;

/// The CSV exporter: all data, whatever range is shown.
#[derive(Debug, Clone, Copy)]
pub struct Csv;

impl Exporter for Csv {
    fn extension(&self) -> &'static str {
        "csv"
    }

    fn name(&self) -> &'static str {
        "CSV (data)"
    }

    fn write(&self, figure: &FigureSpec, _size: &Size, out: &mut dyn Write) -> Result<(), Error> {
        let mut comment = |name: &str, value: &str| -> Result<(), Error> {
            if !value.is_empty() {
                writeln!(out, "# {name}: {}", on_one_line(value))?;
            }
            Ok(())
        };
        comment("figure", &figure.id)?;
        comment("title", &figure.title)?;
        comment("subtitle", &figure.subtitle)?;
        comment("x", &figure.x.text())?;
        comment("y", &figure.y.text())?;
        if let Some(axis) = &figure.right {
            comment("right y", &axis.text())?;
        }
        for note in &figure.notes {
            comment("note", note)?;
        }
        comment("provenance", &figure.provenance.to_json())?;
        let key = match figure.keyed_by.as_str() {
            "" => "key",
            name => name,
        };
        writeln!(
            out,
            "layer,kind,series,index,x,y,value,{},label",
            quoted(key)
        )?;
        for (number, layer) in figure.layers.iter().enumerate() {
            rows(figure, number, layer, out)?;
        }
        Ok(())
    }
}

/// One line of the table.
#[derive(Default)]
struct Row<'a> {
    layer: usize,
    kind: &'static str,
    series: &'a str,
    index: usize,
    x: Option<f64>,
    y: Option<f64>,
    value: Option<f64>,
    key: Option<Key>,
    label: &'a str,
}

impl Row<'_> {
    fn write(&self, out: &mut dyn Write) -> Result<(), Error> {
        let [x, y, value] = [self.x, self.y, self.value].map(|v| v.map(exact).unwrap_or_default());
        let key = self.key.map(|k| k.to_string()).unwrap_or_default();
        let (series, label) = (quoted(self.series), quoted(self.label));
        writeln!(
            out,
            "{},{},{series},{},{x},{y},{value},{key},{label}",
            self.layer, self.kind, self.index
        )?;
        Ok(())
    }
}

fn rows(
    figure: &FigureSpec,
    layer_number: usize,
    layer: &Layer,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let start = Row {
        layer: layer_number,
        ..Row::default()
    };
    let directed = |direction, v| match direction {
        Direction::X => (Some(v), None),
        Direction::Y => (None, Some(v)),
    };
    match layer {
        Layer::Series(s) => {
            for (index, p) in s.points.iter().enumerate() {
                Row {
                    kind: "series",
                    series: &s.id,
                    index,
                    x: Some(p[0]),
                    y: Some(p[1]),
                    key: s.keys.as_ref().and_then(|k| k.get(index)).copied(),
                    label: s
                        .hover
                        .as_ref()
                        .and_then(|h| h.get(index))
                        .map_or("", |t| t),
                    ..start
                }
                .write(out)?;
            }
        }
        Layer::Bars(bars) => {
            for (index, bar) in bars.items.iter().enumerate() {
                Row {
                    kind: "bar",
                    series: &bars.id,
                    index,
                    x: Some(bar.x),
                    y: Some(bar.base),
                    value: Some(bar.height),
                    key: bar.key,
                    label: &bar.label,
                    ..start
                }
                .write(out)?;
            }
        }
        Layer::Band(band) => {
            for (index, end) in [band.from, band.to].into_iter().enumerate() {
                let (x, y) = directed(band.direction, end);
                Row {
                    kind: "band",
                    series: &band.name,
                    index,
                    x,
                    y,
                    ..start
                }
                .write(out)?;
            }
        }
        Layer::Rule(rule) => {
            let (x, y) = directed(rule.direction, rule.value);
            Row {
                kind: "rule",
                series: rule.draggable.unwrap_or_default(),
                x,
                y,
                label: &rule.label,
                ..start
            }
            .write(out)?;
        }
        Layer::HeatMap(map) => heat_map(figure, &start, map, out)?,
        Layer::Annotation(note) => Row {
            kind: "annotation",
            x: Some(note.at[0]),
            y: Some(note.at[1]),
            label: &note.text,
            ..start
        }
        .write(out)?,
        Layer::Column(column) => cells(&start, column, out)?,
        Layer::Ticks(ticks) => {
            for (index, &x) in ticks.values.iter().enumerate() {
                Row {
                    kind: "event",
                    series: &ticks.id,
                    index,
                    x: Some(x),
                    label: ticks.labels.get(index).map_or("", |t| t),
                    ..start
                }
                .write(out)?;
            }
        }
        Layer::Images(images) => pixels(&start, images, out)?,
    }
    Ok(())
}

fn cells(start: &Row<'_>, column: &Column, out: &mut dyn Write) -> Result<(), Error> {
    for (index, cell) in column.cells.iter().enumerate() {
        Row {
            kind: "cell",
            series: &column.id,
            index,
            x: Some(column.x),
            y: Some(cell.y),
            value: cell.value,
            key: cell.key,
            label: &cell.text,
            ..*start
        }
        .write(out)?;
    }
    Ok(())
}

fn heat_map(
    figure: &FigureSpec,
    start: &Row<'_>,
    map: &HeatMap,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let centre = |scale: Scale, (from, to): (f64, f64), cell: usize, cells: usize| {
        let share = (cell as f64 + 0.5) / cells as f64;
        match scale {
            Scale::Linear => from + (to - from) * share,
            Scale::Log10 => AxisMap {
                scale,
                low: from,
                high: to,
            }
            .from_unit(share),
        }
    };
    for (index, &value) in map.values.iter().enumerate() {
        let (i, j) = (index % map.nx.max(1), index / map.nx.max(1));
        Row {
            kind: "heat_map",
            series: &map.id,
            index,
            x: Some(centre(figure.x.scale, map.x_range, i, map.nx)),
            y: Some(centre(figure.y.scale, map.y_range, j, map.ny)),
            value: Some(value),
            ..*start
        }
        .write(out)?;
    }
    for (index, &level) in map.contours.iter().enumerate() {
        Row {
            kind: "contour",
            series: &map.id,
            index,
            value: Some(level),
            ..*start
        }
        .write(out)?;
    }
    Ok(())
}

/// Bytes of every picture; `series` is the row, `label` the picture and, in colour, the channel.
fn pixels(start: &Row<'_>, images: &Images, out: &mut dyn Write) -> Result<(), Error> {
    for row in &images.rows {
        for (number, image) in row.images.iter().enumerate() {
            let channels = image.channels.max(1);
            for (index, &byte) in image.pixels.iter().enumerate() {
                let pixel = index / channels;
                let label = match (image.channels, index % channels) {
                    (3, 0) => format!("{number} red"),
                    (3, 1) => format!("{number} green"),
                    (3, _) => format!("{number} blue"),
                    _ => number.to_string(),
                };
                Row {
                    kind: "pixel",
                    series: &row.label,
                    index,
                    x: Some((pixel % image.width.max(1)) as f64),
                    y: Some((pixel / image.width.max(1)) as f64),
                    value: Some(f64::from(byte)),
                    label: &label,
                    ..*start
                }
                .write(out)?;
            }
        }
    }
    Ok(())
}

/// The shortest decimal that parses back to the same number; `NaN`, `inf` and `-inf` as such.
fn exact(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || !value.is_finite() || (1e-5..1e16).contains(&size) {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

/// Whether a reader may take this character for the end of a line.
fn breaks_line(c: char) -> bool {
    c.is_control() && c != '\t' || matches!(c, '\u{2028}' | '\u{2029}')
}

/// A text on one line: `; ` where a label on screen begins a new one. Many readers take a record for a line, quotes or
/// not.
fn on_one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(breaks_line) {
        return text.into();
    }
    let parts = text.split(breaks_line).map(str::trim);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("; ").into()
}

/// A field on one line, quoted where it must be.
fn quoted(text: &str) -> String {
    let text = on_one_line(text);
    if text.contains([',', '"']) || text.starts_with('#') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.into_owned()
    }
}
