//! The figure of a diagnosis: the error each probe came to, and how many latents live there.

use crate::lab::diagnose::{Diagnosis, Findings, Probe};

use crate::plot::axis::ticks::format_number;
use crate::plot::colour::{Colour, Role};
use crate::plot::spec::layer::{Anchor, Annotation, Bar, Bars, Dash, Direction, Layer, Rule};
use crate::plot::spec::{Axis, FigureSpec, Provenance};

/// One bar: name under it, error, active latents.
struct Column {
    name: &'static str,
    mse: f64,
    active: usize,
    colour: Colour,
}

fn columns(f: &Findings) -> Vec<Column> {
    let mut all = vec![Column {
        name: "the run",
        mse: f.now.mse,
        active: f.active(),
        colour: Role::Foreground.into(),
    }];
    for outcome in &f.outcomes {
        let (name, role) = match outcome.probe {
            Probe::Control => ("nudged", Role::Muted),
            Probe::Calibrated => ("calibrated", Role::Gamma),
            Probe::Twin => ("autoencoder", Role::Alive),
            Probe::Warm => ("from its weights", Role::Reconstruction),
            Probe::Linear => ("from linear", Role::Threshold),
        };
        all.push(Column {
            name,
            mse: outcome.mse,
            active: outcome.active,
            colour: role.into(),
        });
    }
    all
}

/// What the probes of a diagnosis came to.
pub fn diagnosis_figure(of: &Diagnosis, provenance: &Provenance) -> FigureSpec {
    let f = &of.findings;
    let columns = columns(f);
    let mut figure = FigureSpec::new("diagnosis", "Diagnosis");
    figure.subtitle = of.verdict.as_ref().map_or_else(
        || "probes on copies of the run".into(),
        |v| format!("{}, confidence {}", v.category.title(), v.confidence.word()),
    );
    let ticks = columns.iter().enumerate();
    let ticks = ticks.map(|(k, c)| (k as f64, c.name.to_owned())).collect();
    figure.x = Axis::linear("")
        .with_range(-0.6, columns.len() as f64 - 0.4)
        .with_ticks(ticks);
    let highest = columns
        .iter()
        .map(|c| c.mse)
        .chain(f.variance)
        .fold(0.0, f64::max);
    figure.y =
        Axis::linear("squared error per dimension").with_range(0.0, 1.15 * highest.max(1e-12));
    figure.provenance = provenance.clone();
    let bar = |(k, c): (usize, &Column)| Bar {
        x: k as f64,
        base: 0.0,
        height: c.mse,
        width: 0.62,
        colour: c.colour,
        hatched: false,
        label: format!("{}: {}, {} live", c.name, format_number(c.mse, 3), c.active),
        latent: None,
    };
    figure.layers.push(Layer::Bars(Bars {
        id: "error".into(),
        name: String::new(),
        items: columns.iter().enumerate().map(bar).collect(),
        colour: Role::Foreground.into(),
    }));
    let line = |value: f64, label: &str| {
        Layer::Rule(Rule {
            direction: Direction::Y,
            value,
            label: label.into(),
            colour: Role::Dead.into(),
            dash: Dash::Dashed,
            draggable: None,
        })
    };
    if let Some(variance) = f.variance {
        figure.layers.push(line(variance, "full collapse"));
    }
    if let Some(linear) = f.linear {
        figure
            .layers
            .push(line(linear.autoencoder_mse, "best linear autoencoder"));
    }
    for (k, c) in columns.iter().enumerate() {
        figure.layers.push(Layer::Annotation(Annotation {
            at: [k as f64, c.mse],
            text: format!("{} of {} live", c.active, f.latents),
            colour: Role::Foreground.into(),
            anchor: Anchor::Above,
        }));
    }
    if let Some(verdict) = &of.verdict {
        figure.notes.push(verdict.meaning.clone());
        figure.notes.push(verdict.advice.clone());
        let lines = verdict.evidence.iter();
        figure
            .notes
            .extend(lines.map(|e| format!("{} {}", e.question, e.answer)));
    }
    figure
}
