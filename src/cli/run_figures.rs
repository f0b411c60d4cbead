//! The figures of a run, written by a command.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{RunConfig, Target};
use crate::figures;
use crate::metrics::Usage;
use crate::plot::{ColourScale, FigureSpec, save};
use crate::train::{Evaluation, History, Trainer};

use super::error::Error;
use super::running::Known;

/// Pictures in a row.
const EXAMPLES: usize = 10;

/// The settings of a run as they are now.
pub(super) fn now(trainer: &Trainer) -> RunConfig {
    RunConfig {
        live: *trainer.live(),
        ..trainer.setup().config.clone()
    }
}

/// Makes the folder files are to go to.
pub(super) fn make_folder(dir: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(dir).map_err(|source| Error::Write {
        path: dir.to_owned(),
        source,
    })
}

/// Writes the figures of a run as it stands, each as PNG, SVG and CSV, named `figure-stem`.
pub(super) fn write_figures(
    trainer: &mut Trainer,
    known: &Known,
    history: &History,
    evaluation: &Evaluation,
    out: &Path,
    stem: &str,
) -> Result<(), Error> {
    let usage = Usage::new(evaluation);
    let beta = evaluation.beta;
    let setup = Arc::clone(trainer.setup());
    let config = now(trainer);
    let prediction = known.predict(&config, trainer.step())?;
    let device = trainer.backend().device().name.clone();
    let digest = format!("{:016x}", setup.data.digest());
    let from = figures::provenance(&config, &setup.data, &digest, &device, trainer.step());
    let views = trainer.views(beta, EXAMPLES, &known.spectrum)?;
    let ceiling = trainer
        .baseline()
        .and_then(|b| b.ceiling(trainer.live(), beta));
    let converged = Some(history.is_stationary(ceiling));
    let constant_dim = evaluation.likelihood.constant_dim(evaluation.dim);
    let mut all: Vec<(&str, FigureSpec)> = vec![
        (
            "thresholds",
            figures::thresholds_figure(
                &prediction,
                evaluation.gamma,
                Some(&usage),
                converged,
                &from,
            ),
        ),
        ("usage", figures::usage_figure(&usage, true, &from)),
        (
            "training",
            figures::training_figure(history, None, constant_dim, false, &from),
        ),
    ];
    if setup.data.shape.is_image() && config.net.target == Target::Input {
        let figure = figures::reconstructions_figure(&views, setup.data.shape, &from);
        all.push(("reconstructions", figure));
    }
    if let Some(&zeta2) = prediction.problem.eigenvalues().first() {
        let trail: Vec<[f64; 2]> = views.point.iter().map(|p| [p.u, p.v]).collect();
        let at = (beta, evaluation.gamma, evaluation.eta_enc);
        let scale = ColourScale::Excess;
        let figure = figures::mode_surface_figure(0, zeta2, at, &trail, scale, &from)?;
        all.push(("surface", figure));
    }
    for (name, figure) in all {
        for extension in ["png", "svg", "csv"] {
            let suffix = if stem.is_empty() {
                String::new()
            } else {
                format!("-{stem}")
            };
            let path: PathBuf = out.join(format!("{name}{suffix}.{extension}"));
            save(&figure, &path)?;
        }
    }
    Ok(())
}
