//! The figures of a run, from the values the other layers hand over.
//!
//! The window and the command line both build their figures here, so what is on screen, what a
//! button saves and what a script writes are the same figure.

pub use from_data::{class_name, modes_figure, samples_figure, spectrum_figure};
pub use from_gallery::gallery_figure;
pub use from_landscape::{basin_figure, basin_request, hessian_figure, soft_surface_figure};

pub mod collapse_curve;
pub mod collapse_path;
pub mod from_data;
pub mod from_gallery;
pub mod from_landscape;
pub mod histogram;
pub mod latent_history;
pub mod latent_space;
pub mod latent_table;
pub mod merits;
pub mod rate_distortion;
pub mod surface_hessian;
pub mod surface_net;
pub mod training;
pub mod usage;
pub mod variance;

use crate::config::RunConfig;
use crate::data::Dataset;
use crate::metrics::{Prediction, Usage};
use crate::theory::{
    Error as TheoryError, Gamma, ModeSurface, Optimum, PpcaSurface, origin_eigenvalues,
    self_consistency, variance_shares,
};
use crate::train::{Bin, History, Views};

use super::{
    Candidate, GhostRun, LatentUse, LiveEdit, ModeAtOptimum, Reconstructions, Staircase,
    SurfaceGrid, SurfaceMode, SurfacePpca, Thresholds, Training, Usage as UsageInput, UsageOrder,
    Variance, Visit,
};
use crate::figures::{
    reconstructions, staircase, surface_mode, surface_ppca, thresholds, training, usage, variance,
};
use crate::plot::axis::ticks::format_number;
use crate::plot::spec::{ColourScale, FigureSpec, Provenance};

/// Cells along each side of a loss surface.
const CELLS: usize = 120;

/// Where a run's numbers come from; `digest` is that of the data, computed once when they are loaded.
pub fn provenance(
    config: &RunConfig,
    data: &Dataset,
    digest: &str,
    device: &str,
    step: u64,
) -> Provenance {
    Provenance {
        settings: serde_json::to_string(config).unwrap_or_default(),
        seed: Some(config.sampling.seed),
        data: data.name.clone(),
        data_digest: digest.to_owned(),
        device: device.to_owned(),
        step: Some(step),
        ..Provenance::default()
    }
}

/// The spectrum, the line βγ, and the net's own thresholds. `gamma` is the value in force.
///
/// For a target that is not the input the spectrum is that of the target's explainable part.
pub fn thresholds_figure(
    prediction: &Prediction,
    gamma: f64,
    measured: Option<&Usage>,
    converged: Option<bool>,
    provenance: &Provenance,
) -> FigureSpec {
    let own = |pick| own_thresholds(measured, pick);
    let sigma2: Vec<f64> = measured
        .iter()
        .flat_map(|usage| usage.latents.iter().map(|l| l.statistics.mean_sigma2))
        .collect();
    let optimum = prediction
        .optimum
        .as_ref()
        .map(modes_at)
        .unwrap_or_default();
    let candidates = candidates(prediction);
    let prior_unit = measured.is_none_or(|m| m.eta_enc == 1.0);
    let mut figure = thresholds(&Thresholds {
        spectrum: prediction.problem.eigenvalues(),
        beta: prediction.beta,
        gamma,
        latents: prediction.problem.latents(),
        effective: &own(|l| l.threshold_from_variance),
        second: &own(|l| l.threshold_from_gain),
        sigma2: &sigma2,
        optimum: &optimum,
        total_variance: prediction.problem.total_variance(),
        candidates: &candidates,
        estimators: [
            if prior_unit {
                "this network, γβ/E σ²"
            } else {
                "this network, γβη²/E σ²"
            },
            "from its gain",
        ],
        measured_active: measured
            .filter(|u| !u.sanity.is_exploded())
            .map(|u| u.active),
        converged,
        provenance,
    });
    say_what_is_not_covered(&mut figure, prediction);
    if let Some(share) = prediction.explained {
        figure.subtitle = "ζ² of what x explains of the target; a mode lives while ζ² > βγ".into();
        let percent = format_number(100.0 * share, 3);
        let note = format!("x explains {percent} % of the target's variance");
        figure.notes.push(note);
    }
    figure
}

/// In the place of the predicted count, which is the first note, that there is none.
fn say_what_is_not_covered(figure: &mut FigureSpec, prediction: &Prediction) {
    if let (Some(limit), Some(count)) = (prediction.coverage.uncovered(), figure.notes.first_mut())
    {
        *count = limit.sentence();
    }
}

/// The thresholds a network's latents have by one estimator; NaN for those without.
fn own_thresholds(
    measured: Option<&Usage>,
    pick: fn(&crate::metrics::LatentUsage) -> Option<f64>,
) -> Vec<f64> {
    measured
        .iter()
        .flat_map(|usage| &usage.latents)
        // A dead latent has no threshold of its own: both estimates are noise around β.
        .map(|l| pick(l).filter(|_| l.active).unwrap_or(f64::NAN))
        .collect()
}

fn modes_at(optimum: &Optimum) -> Vec<ModeAtOptimum> {
    let numbers = |m: &crate::theory::Mode| ModeAtOptimum {
        lambda: m.lambda,
        theta: m.theta,
        sigma2: m.sigma * m.sigma,
    };
    optimum.modes.iter().map(numbers).collect()
}

/// With γ learned, the line βγ of every assumed number of active modes.
fn candidates(prediction: &Prediction) -> Vec<Candidate> {
    let beta = prediction.beta;
    if prediction.gamma != Gamma::Learned {
        return Vec::new();
    }
    let line = |s: &crate::theory::GammaSolution| Candidate {
        m: s.m,
        line: beta * s.gamma,
        consistent: s.valid,
    };
    let found = self_consistency(&prediction.problem, beta, None, 2);
    found.map_or_else(|_| Vec::new(), |f| f.solutions.iter().map(line).collect())
}

/// Predicted and measured numbers of active latents against β.
pub fn staircase_figure(
    prediction: &Prediction,
    measured: Option<&Usage>,
    visited: &[Visit],
    provenance: &Provenance,
) -> FigureSpec {
    let stairs = prediction
        .staircase()
        .map_or_else(|_| Vec::new(), |s| s.stairs);
    // Where several modes die at once the stair is as much higher.
    let mut thresholds: Vec<f64> = stairs
        .windows(2)
        .flat_map(|w| std::iter::repeat_n(w[0].to, w[0].active - w[1].active))
        .collect();
    thresholds.reverse();
    let learned = prediction.gamma == Gamma::Learned;
    staircase(&Staircase {
        thresholds: &thresholds,
        latents: prediction.problem.latents(),
        beta: prediction.beta,
        predicted: prediction.active(),
        network: &own_thresholds(measured, |l| l.threshold_from_variance),
        visited,
        collapse_free: prediction.collapse_free_beta.filter(|_| learned),
        provenance,
    })
}

/// The variance that the leading modes hold; `error` is E‖x − D(z)‖² measured.
pub fn variance_figure(
    prediction: &Prediction,
    error: Option<f64>,
    provenance: &Provenance,
) -> FigureSpec {
    let shares: Vec<[f64; 2]> = variance_shares(&prediction.problem)
        .iter()
        .map(|s| [s.share, s.cumulative])
        .collect();
    variance(&Variance {
        shares: &shares,
        total: prediction.problem.total_variance(),
        alive: prediction.active(),
        latents: prediction.problem.latents(),
        error,
        provenance,
    })
}

/// Every latent's KL, E σ² and Var μ, the latter two in units of the prior's variance.
pub fn usage_figure(measured: &Usage, by_kl: bool, provenance: &Provenance) -> FigureSpec {
    let prior = measured.eta_enc * measured.eta_enc;
    let latents: Vec<LatentUse> = measured
        .latents
        .iter()
        .map(|l| LatentUse {
            kl: l.statistics.kl,
            mean_sigma2: l.statistics.mean_sigma2 / prior,
            var_mu: l.statistics.var_mu / prior,
            dead: !l.active,
        })
        .collect();
    usage(&UsageInput {
        latents: &latents,
        order: if by_kl {
            UsageOrder::ByKl
        } else {
            UsageOrder::ByIndex
        },
        collapsed_percent: Some(measured.collapse_percent).filter(|share| !share.is_nan()),
        epsilon_delta: (Usage::EPSILON, Usage::DELTA),
        eta_enc: measured.eta_enc,
        active_threshold: Usage::ACTIVE_VARIANCE,
        provenance,
    })
}

/// The traces of a run on data of dimension `dim`, and of the run before it.
///
/// While γ is held, the constant (d/2) log 2πγ is left out of the loss and its data term: it would
/// hide everything that moves. Once γ is learned it is no constant and stays in.
pub fn training_figure(
    history: &History,
    ghost: Option<&History>,
    dim: usize,
    log_x: bool,
    provenance: &Provenance,
) -> FigureSpec {
    let held = |h: &History| {
        let moving = h.bins().iter().filter(|b| b.gamma.min < b.gamma.max);
        moving.count() <= h.marks().len()
    };
    let without_constant = held(history) && ghost.is_none_or(held);
    let constant = |b: &Bin| {
        if without_constant {
            0.5 * dim as f64 * (2.0 * std::f64::consts::PI * b.gamma.mean).ln()
        } else {
            0.0
        }
    };
    let column = |h: &History, pick: &dyn Fn(&Bin) -> f64| -> Vec<f64> {
        h.bins().iter().map(pick).collect()
    };
    let middle = |b: &Bin| b.step as f64 + (b.count as f64 - 1.0) / 2.0;
    let loss = |b: &Bin| b.loss.mean - constant(b);
    let edits: Vec<LiveEdit> = history
        .marks()
        .iter()
        .map(|m| LiveEdit {
            step: m.step as f64,
            label: m.text.clone(),
        })
        .collect();
    // A long ghost would squeeze a young run into a corner: it grows along.
    let reach = (1.25 * history.steps() as f64).max(500.0);
    let ghost = ghost.map(|g| {
        let until = g.bins().partition_point(|b| (b.step as f64) < reach);
        let cut = |pick: &dyn Fn(&Bin) -> f64| g.bins()[..until].iter().map(pick).collect();
        let columns: (Vec<f64>, Vec<f64>) = (cut(&middle), cut(&loss));
        columns
    });
    let spread: Vec<[f64; 2]> = history
        .bins()
        .iter()
        .map(|b| [b.loss.min - constant(b), b.loss.max - constant(b)])
        .collect();
    let losses = column(history, &loss);
    let mut figure = training(&Training {
        steps: &column(history, &middle),
        loss: &losses,
        loss_spread: &spread,
        reconstruction: &column(history, &|b| b.reconstruction.mean - constant(b)),
        names: if without_constant {
            ["loss − (d/2) log 2πγ", "|x − D(z)|²/2γ"]
        } else {
            ["loss", "reconstruction"]
        },
        kl: &column(history, &|b| b.kl.mean),
        gamma: &column(history, &|b| b.gamma.mean),
        beta: &column(history, &|b| b.beta.mean),
        edits: &edits,
        ghost: ghost.as_ref().map(|(steps, loss)| GhostRun { steps, loss }),
        log_x,
        log_y: false,
        provenance,
    });
    figure.y.range = calm_range(&losses);
    figure
}

/// From zero (or the least loss) to a little above all but the highest fiftieth of the losses, where a spike would
/// otherwise squeeze the rest into a line; none if there is no such spike.
fn calm_range(losses: &[f64]) -> Option<(f64, f64)> {
    let mut sorted: Vec<f64> = losses.iter().copied().filter(|l| l.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (least, most) = (*sorted.first()?, *sorted.last()?);
    let usual = sorted[(sorted.len() * 49 / 50).min(sorted.len() - 1)];
    let floor = least.min(0.0);
    (sorted.len() > 50 && most - floor > 2.5 * (usual - floor))
        .then_some((floor, floor + 1.3 * (usual - floor)))
}

/// Inputs, reconstructions, prior samples and a traversal.
pub fn reconstructions_figure(
    views: &Views,
    data: &Dataset,
    provenance: &Provenance,
) -> FigureSpec {
    let shape = data.shape;
    let flat = |images: &[Vec<u8>]| -> Vec<f32> {
        images
            .iter()
            .flatten()
            .map(|&v| f32::from(v) / 255.0)
            .collect()
    };
    let traversal = flat(&views.traversal);
    let steps = views.traversal.len();
    let at: Vec<f64> = (0..steps)
        .map(|i| -3.0 + 6.0 * i as f64 / (steps.max(2) - 1) as f64)
        .collect();
    reconstructions(&Reconstructions {
        width: shape.width,
        height: shape.height,
        channels: shape.channels,
        inputs: &flat(&views.inputs),
        reconstructions: &flat(&views.reconstructions),
        prior_samples: &flat(&views.samples),
        traversal: Some((views.traversed, &traversal)),
        traversal_at: &at,
        provenance,
    })
}

/// The loss over one linear mode's decoder strength u and encoder strength v, σ at its best, under a
/// prior N(0, `eta_enc`²).
///
/// # Errors
/// [`TheoryError`] if ζ², β, γ or `eta_enc` is out of range.
pub fn mode_surface_figure(
    mode: usize,
    zeta2: f64,
    (beta, gamma, eta_enc): (f64, f64, f64),
    trail: &[[f64; 2]],
    scale: ColourScale,
    provenance: &Provenance,
) -> Result<FigureSpec, TheoryError> {
    let surface = ModeSurface::new(zeta2, beta, gamma, eta_enc)?;
    let (u, v) = surface.minimum();
    let zeta = zeta2.sqrt();
    // A net far away from the optimum stretches the view, but not until the optimum is a dot.
    let reach = |values: [f64; 2], index: usize| {
        let base = values[0].max(values[1]);
        trail
            .last()
            .map_or(0.0, |p| p[index].abs() * 1.15)
            .clamp(base, 3.0 * base)
    };
    let half_u = reach([1.5 * zeta / eta_enc, 1.35 * u], 0);
    let half_v = reach([1.5 * eta_enc, 1.35 * v], 1);
    let (x_range, y_range) = ((-half_u, half_u), (-half_v, half_v));
    let values: Vec<f64> = SurfaceGrid::centres(x_range, y_range, CELLS, CELLS)
        .map(|(u, v)| surface.profiled_loss(u, v))
        .collect();
    Ok(surface_mode(&SurfaceMode {
        grid: SurfaceGrid {
            x_range,
            y_range,
            nx: CELLS,
            ny: CELLS,
            values: &values,
        },
        scale,
        value_label: "loss [nats]",
        mode: mode + 1,
        zeta2,
        beta,
        gamma,
        hessian: origin_eigenvalues(zeta2, beta, gamma, eta_enc)?,
        minima: surface.is_active().then_some([[u, v], [-u, -v]]),
        current: trail.last().copied(),
        trail,
        provenance,
    }))
}

/// The pPCA likelihood around two zero columns (Lucas et al., Fig. 1): the leading `kept` modes are
/// in the model, columns along modes `a` and `b` grow from zero.
///
/// # Errors
/// [`TheoryError`] if a mode or σ² is out of range.
pub fn ppca_surface_figure(
    eigenvalues: &[f64],
    kept: usize,
    (a, b): (usize, usize),
    sigma2: f64,
    scale: ColourScale,
    provenance: &Provenance,
) -> Result<FigureSpec, TheoryError> {
    let kept: Vec<usize> = (0..kept).filter(|k| *k != a && *k != b).collect();
    let surface = PpcaSurface::new(eigenvalues, eigenvalues.len(), &kept, (a, b), sigma2)?;
    let pair = [eigenvalues[a], eigenvalues[b]];
    let half = 1.8 * pair[0].max(pair[1]).max(sigma2).sqrt();
    let range = (-half, half);
    let values: Vec<f64> = SurfaceGrid::centres(range, range, CELLS, CELLS)
        .map(|(x, y)| -surface.log_likelihood(x, y))
        .collect();
    Ok(surface_ppca(&SurfacePpca {
        grid: SurfaceGrid {
            x_range: range,
            y_range: range,
            nx: CELLS,
            ny: CELLS,
            values: &values,
        },
        scale,
        best: surface.maximum().into(),
        value_label: "negative log likelihood [nats]",
        modes: [a + 1, b + 1],
        eigenvalues: pair,
        sigma2,
        provenance,
    }))
}
