//! The figure of noise on a latent, from what the lab hands over.

use crate::config::Likelihood;
use crate::lab::{NoisePoint, NoiseRun};

use crate::figures::{NoiseInput, NoiseMark, noise};
use crate::plot::axis::ticks::format_number;
use crate::plot::spec::{FigureSpec, Provenance};

/// The experiment as far as it got.
pub fn noise_figure(run: &NoiseRun, provenance: &Provenance) -> FigureSpec {
    let marks: Vec<NoiseMark> = run.points.iter().map(|p| mark(run, p)).collect();
    noise(&NoiseInput {
        latent: run.latent,
        worth: match run.likelihood {
            Likelihood::Gaussian => "gain/(2γ)",
            _ => "gain",
        },
        levels: run.levels.len(),
        release: run.release,
        most: run.levels.last().copied().unwrap_or(0.0),
        marks: &marks,
        crossing: run.crossing(),
        collapse: run.collapse(),
        theory: run.predicted_collapse().and_then(|noise| place(run, noise)),
        revival: run.revival(),
        notes: &notes(run),
        provenance,
    })
}

/// Where a noise is among the levels, between which it is interpolated.
fn place(run: &NoiseRun, noise: f64) -> Option<f64> {
    let above = run.levels.iter().position(|level| *level >= noise)?;
    let below = above.checked_sub(1)?;
    let (low, high) = (run.levels[below], run.levels[above]);
    Some(below as f64 + (noise - low) / (high - low))
}

fn mark(run: &NoiseRun, point: &NoisePoint) -> NoiseMark {
    let n = |value: f64| format_number(value, 4);
    let place = if point.released {
        "noise removed".to_owned()
    } else {
        format!("noise {}", n(point.noise))
    };
    let state = if run.is_active(point) {
        "active"
    } else {
        "collapsed"
    };
    let hover = format!(
        "{place}, after {} steps\nworth {} ± {} nats, squared error {}\ncost {} nats, KL {}\nE σ² {}, Var μ {}: \
         {state}\nloss {}, squared error {}, {} latents active",
        point.steps,
        n(point.gain),
        format_number(point.gain_error, 2),
        n(point.gain_sse),
        n(point.cost()),
        n(point.kl),
        n(point.sigma2),
        n(point.var_mu),
        format_number(point.loss, 6),
        n(point.sse),
        point.active,
    );
    NoiseMark {
        noise: point.noise,
        gain: point.gain,
        measurable: point.is_measurable(),
        cost: point.cost(),
        sigma2: point.sigma2,
        var_mu: point.var_mu,
        hover,
    }
}

fn notes(run: &NoiseRun) -> Vec<String> {
    let mut notes = Vec::new();
    let noise_at = |at: usize| format_number(run.levels.get(at).copied().unwrap_or(0.0), 3);
    match run.crossing() {
        Some(at) => notes.push(format!("gain below β·KL from n = {}", noise_at(at))),
        None if run.points.len() >= run.levels.len() => {
            notes.push("gain stays above β·KL".into());
        }
        None => {}
    }
    match run.collapse() {
        Some(at) if at < run.levels.len() => {
            notes.push(format!("collapsed from n = {}", noise_at(at)));
        }
        Some(_) => notes.push("collapsed after the noise".into()),
        None if run.points.len() >= run.levels.len() => notes.push("not collapsed".into()),
        None => {}
    }
    let after = run.points.iter().filter(|p| p.released).count();
    match run.revival() {
        Some(at) => {
            let steps = (at + 1 - run.levels.len()) as u64 * run.steps;
            notes.push(format!("active again {steps} steps after the noise"));
        }
        None if after > 0 && run.collapse().is_some() => notes.push(format!(
            "no revival in {} steps without noise",
            after as u64 * run.steps
        )),
        None => {}
    }
    let unclear = run.points.iter().filter(|p| !p.is_measurable()).count();
    if unclear > 0 {
        notes.push(format!(
            "gain within twice its error: {unclear} of {}",
            run.points.len()
        ));
    }
    if !run.held.is_empty() {
        notes.push(format!("held inactive: {}", run.held.len()));
    }
    notes
}
