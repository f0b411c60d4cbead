//! The figure of a diagnosis: the error each probe came to, and how many latents live there.

use crate::figures::figure_named;
use crate::lab::diagnose::{Diagnosis, Findings, Probe};
use crate::plot::axis::ticks::format_number;
use crate::plot::{Annotation, Axis, Bar, Bars, FigureSpec, Provenance, Role, Rule};

/// One bar: name under it, error, active latents.
struct Column {
    name: &'static str,
    mse: f64,
    active: usize,
    colour: Role,
}

fn columns(f: &Findings) -> Vec<Column> {
    let mut all = vec![Column {
        name: "the run",
        mse: f.now.mse,
        active: f.active(),
        colour: Role::Foreground,
    }];
    for outcome in &f.outcomes {
        let (name, role) = match outcome.probe {
            Probe::Control => ("nudged", Role::Muted),
            Probe::Calibrated => ("calibrated", Role::Third),
            Probe::Twin => ("autoencoder", Role::Active),
            Probe::Warm => ("from its weights", Role::First),
            Probe::Linear => ("from linear", Role::Threshold),
        };
        all.push(Column {
            name,
            mse: outcome.mse,
            active: outcome.active,
            colour: role,
        });
    }
    all
}

/// What the probes of a diagnosis came to.
pub fn diagnosis_figure(of: &Diagnosis, provenance: &Provenance) -> FigureSpec {
    let f = &of.findings;
    let columns = columns(f);
    let names = columns.iter().enumerate();
    let names = names.map(|(k, c)| (k as f64, c.name.to_owned())).collect();
    let errors = columns.iter().map(|c| c.mse).chain(f.variance);
    let highest = errors.fold(0.0, f64::max).max(1e-12);
    let bar = |(k, c): (usize, &Column)| {
        let label = format!("{}: {}, {} live", c.name, format_number(c.mse, 3), c.active);
        Bar::new(k as f64, c.mse, 0.62, c.colour).label(label)
    };
    let bars = columns.iter().enumerate().map(bar).collect();
    let mut figure = figure_named("diagnosis", "Diagnosis", provenance)
        .subtitle(of.verdict.as_ref().map_or_else(
            || "probes on copies of the run".into(),
            |v| format!("{}, confidence {}", v.category.title(), v.confidence.word()),
        ))
        .x(Axis::linear("")
            .with_range(-0.6, columns.len() as f64 - 0.4)
            .with_ticks(names))
        .y(Axis::linear("squared error per dimension").with_range(0.0, 1.15 * highest))
        .with(Bars::new("error", "", bars, Role::Foreground));
    let line = |value: f64, label: &str| Rule::y(value, Role::Inactive).label(label).dashed();
    if let Some(variance) = f.variance {
        figure.push(line(variance, "full collapse"));
    }
    if let Some(linear) = f.linear {
        figure.push(line(linear.autoencoder_mse, "best linear autoencoder"));
    }
    for (k, c) in columns.iter().enumerate() {
        let text = format!("{} of {} live", c.active, f.latents);
        figure.push(Annotation::new([k as f64, c.mse], text));
    }
    if let Some(verdict) = &of.verdict {
        let evidence = verdict.evidence.iter();
        figure = figure
            .note(&*verdict.meaning)
            .note(&*verdict.advice)
            .with_notes(evidence.map(|e| format!("{} {}", e.question, e.answer)));
    }
    figure
}
