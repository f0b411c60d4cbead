//! `theory`: the linear model's optimum for a data set.

use std::io::Write as _;

use serde::Serialize;

use crate::data::{self, Preprocessor, Targets};
use crate::metrics::{Explainable, predict};
use crate::theory::{Gamma, ppca_fit, thresholds_beta_learned};

use super::args::TheoryArguments;
use super::error::Error;
use super::loading::{self, DataReport};

/// The JSON object; its keys are a contract.
#[derive(Debug, Serialize)]
struct Report {
    eigenvalues: Vec<f64>,
    thresholds_beta: Vec<f64>,
    active: usize,
    sigma2: Vec<f64>,
    loss: Option<f64>,
    gamma: f64,
    ppca: PpcaReport,
    /// E‖y − ȳ‖² and the share of it that the input explains; only with `--target`.
    #[serde(skip_serializing_if = "Option::is_none")]
    target_variance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explained: Option<f64>,
    #[serde(flatten)]
    data: DataReport,
}

#[derive(Debug, Serialize)]
struct PpcaReport {
    sigma2: f64,
    log_likelihood: Option<f64>,
}

/// Runs the command.
pub(super) fn run(arguments: &TheoryArguments) -> Result<(), Error> {
    let (beta, gamma) = arguments.objective.values()?;
    let eta_enc = crate::config::positive("η_enc", arguments.eta_enc)?;
    let config = arguments.data.config()?;
    let dataset = loading::load(&config, 0)?;
    let line = loading::Line::new();
    let proceed = |progress: data::Progress| line.tell(progress);
    let preprocessor = Preprocessor::of(&config, &dataset)?;
    loading::warn_of_scale(&config, &dataset, &preprocessor, 0);
    let spectrum = data::spectrum(&dataset, &preprocessor, 0, &proceed)?;
    let targets = Targets::new(arguments.target, &dataset, &preprocessor, 0)?;
    let relate = |t: &Targets| data::cross_spectrum(&dataset, &preprocessor, t, 0, &proceed);
    let cross = targets.as_ref().map(relate).transpose()?;
    drop(line);
    let explainable = match &cross {
        Some(cross) => Explainable::Target(cross),
        None => Explainable::Input(&spectrum),
    };
    let latents = arguments.latent.unwrap_or(16.min(spectrum.dim()));
    crate::config::in_range("latents", latents, 1, crate::config::NetConfig::MAX_WIDTH)?;
    // The linear model itself is asked for, not a run.
    let mode = if arguments.objective.learn_gamma {
        Gamma::Learned
    } else {
        Gamma::Fixed(gamma)
    };
    let prediction = predict(explainable, latents, eta_enc, beta, mode)?;
    let optimum = prediction.optimum.clone()?;
    let ppca = ppca_fit(&spectrum.filled(), spectrum.dim(), latents)?;
    let report = Report {
        thresholds_beta: optimum.modes.iter().map(|m| m.beta_threshold).collect(),
        active: optimum.active,
        sigma2: optimum.sigma2_per_latent(&prediction.problem),
        loss: Some(optimum.loss).filter(|l| l.is_finite()),
        gamma: optimum.gamma,
        ppca: PpcaReport {
            sigma2: ppca.sigma2,
            log_likelihood: Some(ppca.log_likelihood).filter(|l| l.is_finite()),
        },
        eigenvalues: prediction.problem.eigenvalues().to_vec(),
        target_variance: cross.as_ref().map(|c| c.total_variance),
        explained: prediction.explained,
        data: DataReport::of(&dataset),
    };
    let mut out = std::io::stdout().lock();
    if arguments.json {
        let text = serde_json::to_string(&report).map_err(|e| Error::Print(e.into()))?;
        return writeln!(out, "{text}").map_err(Error::Print);
    }
    // With γ learned a mode's threshold is not ζ²/γ at the present γ, for γ moves with β.
    let dies_at = if arguments.objective.learn_gamma {
        thresholds_beta_learned(&prediction.problem)
    } else {
        report.thresholds_beta.clone()
    };
    if cross.is_none() && !spectrum.is_whole() {
        eprintln!(
            "the {} leading of {} modes are known; the others together hold {:.3} % of the variance",
            spectrum.eigenvalues.len(),
            spectrum.dim(),
            100.0 * (1.0 - spectrum.eigenvalues.iter().sum::<f64>() / spectrum.total_variance),
        );
    }
    let text = describe(
        &format!("{}: {} items", dataset.name, spectrum.samples),
        prediction.problem.dim(),
        beta,
        latents,
        &report,
        &dies_at,
    );
    out.write_all(text.as_bytes()).map_err(Error::Print)
}

fn describe(
    data: &str,
    dim: usize,
    beta: f64,
    latents: usize,
    report: &Report,
    dies_at: &[f64],
) -> String {
    let mut text = format!(
        "{data}, d = {dim}, κ = {latents}, β = {beta}, γ = {:.6}\n",
        report.gamma
    );
    if let (Some(variance), Some(explained)) = (report.target_variance, report.explained) {
        text += &format!(
            "the input explains {:.2} % of the target's variance, {variance:.6}; ζ² are that part's modes\n",
            100.0 * explained
        );
    }
    text += &format!(
        "{} of {latents} latents alive (a mode lives while ζ² > βγ = {:.6})\n",
        report.active,
        beta * report.gamma
    );
    if let Some(loss) = report.loss {
        text += &format!("least loss {loss:.6} nats per sample\n");
    }
    text += "\nmode        ζ²     dies at β        σ²\n";
    for mode in 0..report.eigenvalues.len().min(latents + 4) {
        let sigma2 = report
            .sigma2
            .get(mode)
            .map_or_else(|| "—".to_owned(), |s| format!("{s:.5}"));
        text += &format!(
            "{:4} {:9.4} {:12.4} {:>10} {}\n",
            mode + 1,
            report.eigenvalues[mode],
            dies_at.get(mode).copied().unwrap_or(f64::NAN),
            sigma2,
            if mode < report.active { "alive" } else { "✕" }
        );
    }
    text + &format!(
        "\npPCA of the input with κ = {latents}: σ² = {:.6}, log likelihood {}\n",
        report.ppca.sigma2,
        report.ppca.log_likelihood.map_or_else(
            || "unbounded".to_owned(),
            |l| format!("{l:.4} nats per sample")
        )
    )
}
