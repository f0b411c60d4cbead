//! The tile of the data themselves: samples, mean and principal components, spectrum and intrinsic rank.

use std::sync::Arc;

use egui::{Label, RichText, Ui};

use super::content::Content;
use crate::app::state::action::Action;
use crate::app::state::concern::Concern;
use crate::app::state::{AppState, Data};
use crate::app::widgets::label::{hint, preprocess_name, sentence};
use crate::app::widgets::theme::{foldable, muted};
use crate::data::{Overview, Spectrum};
use crate::figures;
use crate::plot::{FigureSpec, Provenance};
use crate::text::{bytes, significant, thousands};

/// Classes named with their counts in the readout; all are in its tooltip.
const COUNTED: usize = 12;

/// What of the data is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum View {
    #[default]
    Samples,
    Modes,
    Spectrum,
}

/// What a figure was made of; the same means the same figure.
#[derive(Default)]
struct MadeOf {
    view: View,
    log_index: bool,
    overview: Option<Arc<Overview>>,
    spectrum: Option<Arc<Spectrum>>,
}

impl MadeOf {
    fn is(&self, other: &Self) -> bool {
        fn same<T>(a: Option<&Arc<T>>, b: Option<&Arc<T>>) -> bool {
            match (a, b) {
                (Some(a), Some(b)) => Arc::ptr_eq(a, b),
                (None, None) => true,
                _ => false,
            }
        }
        (self.view, self.log_index) == (other.view, other.log_index)
            && same(self.overview.as_ref(), other.overview.as_ref())
            && same(self.spectrum.as_ref(), other.spectrum.as_ref())
    }
}

/// The data in three views.
#[derive(Default)]
pub(super) struct DataTile {
    view: View,
    log_index: bool,
    /// The figure made last: the data do not change while a network trains on them.
    made: Option<(MadeOf, FigureSpec)>,
}

impl DataTile {
    fn make(&self, data: &Data) -> Option<FigureSpec> {
        let none = Provenance::default();
        let (dataset, spectrum) = (&data.dataset, data.spectrum.as_ref());
        Some(match self.view {
            View::Samples => figures::samples_figure(dataset, data.overview.as_ref()?, &none),
            View::Modes => figures::modes_figure(dataset, &data.preprocessor, spectrum?, &none),
            View::Spectrum => figures::spectrum_figure(dataset, spectrum?, self.log_index, &none),
        })
    }
}

impl Content for DataTile {
    fn made_of(&self) -> &'static [Concern] {
        &[Concern::Data]
    }

    fn subtitle(&self, state: &AppState) -> String {
        let overview = state.data.as_ref().and_then(|d| d.overview.as_ref());
        match self.view {
            View::Samples if overview.is_some_and(|o| o.counts.is_empty()) => "the first items",
            View::Samples => "the first of every class",
            View::Modes => "mean and principal components",
            View::Spectrum => "variances ζ² and intrinsic rank",
        }
        .into()
    }

    fn help(&self) -> &'static str {
        "Samples are the first items of every class, with the preprocessing undone. Mean & modes shows the mean of x and the \
         eigenvectors of its covariance, each with ζ² and its share of the variance. Full spectrum shows every ζ² above \
         rounding, the cumulative share of the variance, and the intrinsic rank by three definitions: the participation \
         ratio (Σζ²)²/Σζ⁴, which is r for r equal eigenvalues; the number of leading modes that hold 90, 95 and 99 % of the \
         variance; and the number of eigenvalues above rounding."
    }

    fn switches(&mut self, ui: &mut Ui, _state: &AppState, _actions: &mut Vec<Action>) -> bool {
        let views = [
            (View::Samples, "samples"),
            (View::Modes, "mean & modes"),
            (View::Spectrum, "full spectrum"),
        ];
        let mut changed = foldable(ui, &mut self.view, &views);
        if self.view == View::Spectrum {
            let options = [(false, "index"), (true, "log index")];
            changed |= foldable(ui, &mut self.log_index, &options);
        }
        changed
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, _actions: &mut Vec<Action>) -> bool {
        if let Some(data) = &state.data {
            readout(ui, data);
        }
        false
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let data = state.data.as_ref()?;
        let of = MadeOf {
            view: self.view,
            log_index: self.log_index,
            overview: data.overview.clone(),
            spectrum: data.spectrum.clone(),
        };
        if !self.made.as_ref().is_some_and(|(made, _)| made.is(&of)) {
            self.made = self.make(data).map(|figure| (of, figure));
        }
        let (_, figure) = self.made.as_ref()?;
        // Data are what they are at every step and on every device.
        let provenance = Provenance {
            step: None,
            device: String::new(),
            ..state.provenance()
        };
        Some(FigureSpec {
            provenance,
            ..figure.clone()
        })
    }

    fn empty(&self, state: &AppState) -> String {
        match (self.view, &state.opening.loading) {
            (_, Some(_)) => "Loading…",
            (View::Samples, None) => "There are no samples.",
            (_, None) => {
                "These data have no spectrum: they are too large, or computing it was cancelled."
            }
        }
        .into()
    }
}

/// What there is to know of the data in numbers.
fn readout(ui: &mut Ui, data: &Data) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(10.0, 1.0);
        ui.label(RichText::new(&data.dataset.name).small().strong());
        for (text, help) in facts(data) {
            hint(muted(ui, sentence(&text)), help, &text);
        }
    });
    let Some(overview) = data.overview.as_ref().filter(|o| !o.counts.is_empty()) else {
        return;
    };
    let (short, all) = classes(data, overview);
    ui.add(Label::new(RichText::new(short).small().weak()).truncate())
        .on_hover_text(all);
}

/// Each fact with what it means.
fn facts(data: &Data) -> Vec<(String, &'static str)> {
    let dataset = &data.dataset;
    let shape = dataset.shape;
    let size = match (shape.is_image(), shape.channels) {
        (true, 1) => format!("{}×{}", shape.height, shape.width),
        (true, channels) => format!("{}×{}×{channels}", shape.height, shape.width),
        (false, _) => format!("{} values", thousands(shape.dim() as u64)),
    };
    let memory = dataset.memory_bytes();
    let on_disk = matches!(dataset.pixels, crate::data::Pixels::Stored(_));
    let mut facts = vec![
        (
            format!("n = {} × {size}", thousands(dataset.len() as u64)),
            "Number of items, and the shape of each.",
        ),
        (
            if on_disk {
                format!("on disk, {} in memory", bytes(memory as u64))
            } else {
                format!("{} in memory", bytes(memory as u64))
            },
            "Size of the stored values and labels. x is computed batch by batch.",
        ),
        (
            format!("scale: {}", dataset.scaling().reason),
            "How stored values are brought to the model's scale. It can be changed in the data section on the left.",
        ),
        (
            format!("preprocessing: {}", preprocess_name(data.config.preprocess)),
            "How values on that scale become x.",
        ),
    ];
    if let Some(overview) = &data.overview
        && overview.log_det != 0.0
    {
        facts.push((
            format!(
                "log-det {} nats",
                significant(overview.log_det, 5).replace('-', "−")
            ),
            "log |det ∂x/∂v| of the preprocessing per sample, with v in grey levels, averaged over the first items. Since \
             log p(v) = log p(x) + log-det, it makes densities under different preprocessings comparable.",
        ));
    }
    facts.push((
        format!("digest {}", data.digest),
        "Two data sets with the same digest hold the same numbers, whatever they are called.",
    ));
    if dataset.skipped.count > 0 {
        facts.push((
            format!("{} files skipped", thousands(dataset.skipped.count as u64)),
            "The left panel lists the files and the reasons.",
        ));
    }
    if data.overview.as_ref().is_some_and(|o| o.counts.is_empty()) {
        facts.push(("no labels".into(), "These data do not come with classes."));
    }
    facts
}

/// The classes with their counts: some on a line, all of them on many.
fn classes(data: &Data, overview: &Overview) -> (String, String) {
    let all: Vec<String> = overview
        .counts
        .iter()
        .map(|(class, count)| {
            let name = figures::class_name(&data.dataset, *class);
            format!("{name}: {}", thousands(*count as u64))
        })
        .collect();
    let count = all.len();
    let mut short = format!(
        "{count} classes · {}",
        all[..count.min(COUNTED)].join(" · ")
    );
    if count > COUNTED {
        short += " · …";
    }
    (short, all.join("\n"))
}
