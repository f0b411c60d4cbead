//! A figure as plain data: what is drawn, in data units, with no pixels and no drawing code.
//!
//! The window draws a [`FigureSpec`] on screen and [`super::export`] writes the same value to a
//! file, so a panel and its export cannot disagree. Coordinates are always in data units; a
//! logarithmic axis is a property of the [`Axis`], never of the numbers.

pub mod column;
pub mod layer;
pub mod size;
mod written;

use serde::{Deserialize, Serialize};

pub use self::column::{Cell, Column};
pub use self::layer::*;
use self::size::Size;
use super::axis::frame::{AxisMap, ticks_of};
use super::axis::ticks::Tick;
pub use super::shape::relief::Tilt;

/// How an axis places its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Equal differences are equal distances.
    #[default]
    Linear,
    /// Equal ratios are equal distances; values at or below zero are not drawn.
    Log10,
}

/// One axis: label, scale and, if they are not to be found from the data, range and ticks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Axis {
    /// What is measured, e.g. `temperature`; empty for no label.
    pub label: String,
    /// The unit, shown in brackets after the label, e.g. `m/s`; empty for none.
    pub unit: String,
    /// Linear or logarithmic.
    pub scale: Scale,
    /// Least and largest value shown, in data units; found from the layers if absent.
    pub range: Option<(f64, f64)>,
    /// Tick values and their labels where the axis is categorical; computed if absent.
    pub ticks: Option<Vec<(f64, String)>>,
}

impl Axis {
    /// A linear axis with this label, range and ticks from the data.
    pub fn linear(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            ..Self::default()
        }
    }

    /// A logarithmic axis with this label, range and ticks from the data.
    pub fn log10(label: impl Into<String>) -> Self {
        Self {
            scale: Scale::Log10,
            ..Self::linear(label)
        }
    }

    /// The same axis with a unit.
    #[must_use]
    pub fn with_unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// The same axis with a fixed range in data units.
    #[must_use]
    pub fn with_range(mut self, from: f64, to: f64) -> Self {
        self.range = Some((from, to));
        self
    }

    /// The same axis with fixed, labelled ticks.
    #[must_use]
    pub fn with_ticks(mut self, ticks: Vec<(f64, String)>) -> Self {
        self.ticks = Some(ticks);
        self
    }

    /// The label with its unit, as it is written beside the axis: `speed [m/s]`.
    pub fn text(&self) -> String {
        match (self.label.is_empty(), self.unit.is_empty()) {
            (_, true) => self.label.clone(),
            (true, false) => format!("[{}]", self.unit),
            (false, false) => format!("{} [{}]", self.label, self.unit),
        }
    }
}

/// Where the numbers of a figure came from. It holds no time of day, so exporting the same figure
/// twice gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Name and version of the program.
    pub program: String,
    /// The settings in force as JSON; empty if there were none.
    pub settings: String,
    /// The seed of random numbers.
    pub seed: Option<u32>,
    /// Name of the data set.
    pub data: String,
    /// Digest of the data set's contents.
    pub data_digest: String,
    /// The processor that computed.
    pub device: String,
    /// Steps done.
    pub step: Option<u64>,
}

impl Default for Provenance {
    fn default() -> Self {
        Self {
            program: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
            settings: String::new(),
            seed: None,
            data: String::new(),
            data_digest: String::new(),
            device: String::new(),
            step: None,
        }
    }
}

impl Provenance {
    /// One JSON object; settings that are valid JSON are nested, others kept as text.
    pub fn to_json(&self) -> String {
        let mut object = serde_json::json!({
            "program": self.program,
            "seed": self.seed,
            "data": self.data,
            "data_digest": self.data_digest,
            "device": self.device,
            "step": self.step,
        });
        if !self.settings.is_empty() {
            object["settings"] = serde_json::from_str(&self.settings)
                .unwrap_or_else(|_| serde_json::Value::String(self.settings.clone()));
        }
        object.to_string()
    }
}

/// A whole figure.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FigureSpec {
    /// Stable machine name, fit for a file name.
    pub id: String,
    /// Heading; empty for none.
    pub title: String,
    /// A second, quieter heading; empty for none.
    pub subtitle: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis on the left.
    pub y: Axis,
    /// A second vertical axis on the right, for [`Series::right`].
    pub right: Option<Axis>,
    /// What is drawn, in order.
    pub layers: Vec<Layer>,
    /// From where the heat map is seen as a relief; flat if absent.
    pub tilt: Option<Tilt>,
    /// Short numbers shown under the plot.
    pub notes: Vec<String>,
    /// Whether a legend is shown.
    pub legend: bool,
    /// Where the numbers came from.
    pub provenance: Provenance,
    /// Physical size of an export.
    pub size: Size,
    /// What keys are the numbers of, as a heading in a table; `key` if empty.
    #[serde(default)]
    pub keyed_by: String,
}

impl FigureSpec {
    /// An empty figure with a machine name and a heading.
    pub fn new(id: &str, title: &str) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            ..Self::default()
        }
    }

    /// The same with a second, quieter heading.
    #[must_use]
    pub fn subtitle(mut self, subtitle: impl Into<String>) -> Self {
        self.subtitle = subtitle.into();
        self
    }

    /// The same with this horizontal axis.
    #[must_use]
    pub fn x(mut self, axis: Axis) -> Self {
        self.x = axis;
        self
    }

    /// The same with this vertical axis on the left.
    #[must_use]
    pub fn y(mut self, axis: Axis) -> Self {
        self.y = axis;
        self
    }

    /// The same with a second vertical axis on the right.
    #[must_use]
    pub fn right(mut self, axis: Axis) -> Self {
        self.right = Some(axis);
        self
    }

    /// The same with a legend.
    #[must_use]
    pub fn with_legend(mut self) -> Self {
        self.legend = true;
        self
    }

    /// The same with one more short number under the plot.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same with more short numbers under the plot.
    #[must_use]
    pub fn with_notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// The same with one more thing drawn, on top.
    #[must_use]
    pub fn with(mut self, layer: impl Into<Layer>) -> Self {
        self.push(layer);
        self
    }

    /// One more thing drawn, on top.
    pub fn push(&mut self, layer: impl Into<Layer>) {
        self.layers.push(layer.into());
    }

    /// Whether the figure is a grid of pictures: then it has no axes and other layers are not drawn.
    pub fn has_pictures(&self) -> bool {
        self.layers.iter().any(|l| matches!(l, Layer::Images(_)))
    }

    /// Whether the heat map is drawn as a relief, with its axes along the ground.
    pub fn is_tilted(&self) -> bool {
        self.tilt.is_some() && self.heat_map().is_some()
    }

    /// The label beside the plot for one of the figure's axes; a relief has none there.
    pub(crate) fn side_text(&self, axis: &Axis) -> String {
        if self.is_tilted() {
            String::new()
        } else {
            axis.text()
        }
    }

    /// The ticks beside the plot for one of the figure's axes; a relief has none there.
    pub(crate) fn side_ticks(&self, axis: &Axis, map: &AxisMap, count: usize) -> Vec<Tick> {
        if self.is_tilted() {
            Vec::new()
        } else {
            ticks_of(axis, map, count)
        }
    }

    /// The series, in order.
    pub fn series(&self) -> impl Iterator<Item = &Series> {
        self.layers.iter().filter_map(|layer| match layer {
            Layer::Series(series) => Some(series),
            _ => None,
        })
    }

    /// The heat map whose colour bar is drawn: the first, unless its values are names.
    pub fn bar_map(&self) -> Option<&HeatMap> {
        self.heat_map().filter(|m| !m.is_of_names())
    }

    /// The series of this machine name.
    pub fn series_of(&self, id: &str) -> Option<&Series> {
        self.series().find(|series| series.id == id)
    }

    /// The first heat map.
    pub fn heat_map(&self) -> Option<&HeatMap> {
        self.layers.iter().find_map(|layer| match layer {
            Layer::HeatMap(map) => Some(map),
            _ => None,
        })
    }
}
