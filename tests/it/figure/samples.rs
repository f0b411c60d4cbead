//! One figure of every kind, from values that look like a real run's.

use std::sync::atomic::AtomicBool;

use collapse_explorer::compute::{BasinPicture, StepMetrics};
use collapse_explorer::config::{Likelihood, Objective};
use collapse_explorer::data::ImageShape;
use collapse_explorer::figures::{
    basin_figure, basin_request, betas_around, collapse_path_figure, hessian_figure,
    latent_table_figure, mode_surface_figure, net_surface_figure, ppca_surface_figure,
    reconstructions_figure as pictures_figure, soft_surface_figure,
    thresholds_figure as spectrum_figure, training_figure as traces_figure,
    usage_figure as latents_figure,
};
use collapse_explorer::metrics::{Coverage, LatentUsage, Prediction, Usage};
use collapse_explorer::plot::{
    Axis, ColourMap, ColourScale, FigureSpec, HeatMap, Layer, Provenance,
};
use collapse_explorer::theory::{
    Gamma, LinearProblem, PpcaSurface, SoftThreshold, StartSigma, optimum,
};
use collapse_explorer::train::{
    Evaluation, History, Landscape, LandscapeKind, LandscapeRequest, LatentStatistics, Place,
    PointLoss, Views,
};

pub(super) fn provenance() -> Provenance {
    Provenance {
        settings: r#"{"net":{"latents":16},"live":{"beta":2.0}}"#.into(),
        seed: Some(7),
        data: "digits <10,000> & \"more\"".into(),
        data_digest: "9f86d081".into(),
        device: "CPU".into(),
        step: Some(1736),
        ..Provenance::default()
    }
}

/// A decaying spectrum like that of handwritten digits.
fn spectrum() -> Vec<f64> {
    (1..=784).map(|i| 5.1 * f64::from(i).powf(-0.85)).collect()
}

fn wave(k: usize) -> f64 {
    (k as f64 * 12.9898).sin() * 0.5
}

/// The linear model on that spectrum, γ = 1.
fn prediction(beta: f64, latents: usize) -> Prediction {
    let (spectrum, gamma) = (spectrum(), Gamma::Fixed(1.0));
    let (total, dim) = (spectrum.iter().sum(), spectrum.len());
    let problem = LinearProblem::new(spectrum, total, dim, latents, 1.0).expect("a problem");
    Prediction {
        optimum: optimum(&problem, beta, gamma),
        problem,
        beta,
        gamma,
        explained: None,
        collapse_free_beta: None,
        coverage: Coverage::Exact,
    }
}

/// Six active latents of sixteen, whose thresholds by the two estimators differ.
pub(super) fn thresholds_figure() -> FigureSpec {
    let latent = |j: usize| {
        let active = j.is_multiple_of(3);
        let sigma2 = if active {
            1.3 / 9.0 * (j as f64 + 1.0)
        } else {
            0.98
        };
        LatentStatistics {
            kl: if active { 0.8 } else { 0.0 },
            mean_sigma2: sigma2,
            var_mu: if active { 0.5 } else { 0.0 },
            gain: Some(if active { 9.0 / (j as f64 + 1.0) } else { 0.0 }),
            ..LatentStatistics::default()
        }
    };
    let usage = Usage::new(&Evaluation {
        beta: 1.3,
        gamma: 1.0,
        latents: (0..16).map(latent).collect(),
        ..Evaluation::default()
    });
    spectrum_figure(
        &prediction(1.3, 16),
        1.0,
        Some(&usage),
        Some(true),
        &provenance(),
    )
}

fn kappa_limited_figure() -> FigureSpec {
    spectrum_figure(&prediction(0.3, 5), 1.0, None, None, &provenance())
}

fn surface_mode_figure() -> FigureSpec {
    let trail = [
        [0.1, -0.2],
        [0.15, 0.1],
        [0.4, 0.35],
        [0.65, 0.7],
        [0.8, 0.9],
    ];
    let (at, scale) = ((1.0, 1.0, 1.0), ColourScale::Excess);
    mode_surface_figure(5, 4.0, at, &trail, scale, &provenance()).expect("a surface")
}

pub(super) fn surface_ppca_figure() -> FigureSpec {
    let eigenvalues = [9.0, 8.0, 4.0, 0.5];
    let columns = PpcaSurface::new(&eigenvalues, 4, &[0, 1], (2, 3), 1.0).expect("a surface");
    ppca_surface_figure(&columns, (2, 3), 3.0, ColourScale::Linear, &provenance())
}

pub(super) fn usage_figure() -> FigureSpec {
    let latent = |j: usize| {
        let strength = if j % 3 == 1 {
            1.6 / (1.0 + j as f64 * 0.35)
        } else {
            0.0
        };
        let s2 = (-2.0 * strength).exp();
        LatentStatistics {
            kl: strength,
            mean_sigma2: s2,
            var_mu: 1.0 - s2 + if strength > 0.0 { 0.04 * wave(j) } else { 0.0 },
            collapsed_share: f64::from(strength == 0.0),
            ..LatentStatistics::default()
        }
    };
    let usage = Usage::new(&Evaluation {
        latents: (0..16).map(latent).collect(),
        ..Evaluation::default()
    });
    latents_figure(&usage, true, &provenance())
}

/// A table of more latents than a page shows, some without every number.
pub(super) fn table_figure() -> FigureSpec {
    let latents: Vec<LatentUsage> = (0..30)
        .map(|j| {
            let active = j % 3 == 1;
            let strength = if active { 1.6 / (1.0 + j as f64) } else { 0.0 };
            LatentUsage {
                index: j,
                statistics: LatentStatistics {
                    kl: strength,
                    mean_sigma2: (-2.0 * strength).exp(),
                    var_mu: strength,
                    gain: (j % 5 > 0).then_some(120.0 * strength - 0.000_123),
                    gain_resampled: (j % 5 > 0).then_some(240.0 * strength),
                    ..LatentStatistics::default()
                },
                law_residual: -0.001_23 * j as f64,
                active,
                collapsed: !active,
                threshold_ratio: None,
                threshold_from_gain: active.then_some(12_345.6 / (1.0 + j as f64)),
                threshold_from_variance: active.then_some(7.0),
            }
        })
        .collect();
    latent_table_figure(&latents.iter().collect::<Vec<_>>(), &provenance())
}

pub(super) fn training_figure(log_x: bool) -> FigureSpec {
    let n = 20_000;
    let mut runs = [1.0, 1.1].map(|scale| (scale, History::default()));
    let edits = [
        (6667, "β = 1"),
        (13_334, "β = 2"),
        (13_700, "γ learned"),
        (19_500, "lr = 0.0005"),
    ];
    for k in 0..n {
        let beta = [0.3, 1.0, 2.0][(k * 3 / n).min(2)];
        let kl = 9.0 / (1.0 + beta) * (1.0 - (-(k as f64) / 900.0).exp()) + wave(k) * 0.4;
        let data = 22.0 + 20.0 * (-(k as f64) / 500.0).exp() + 3.0 * beta + wave(k + 1);
        for (scale, history) in &mut runs {
            let metrics = StepMetrics {
                loss: *scale * (data + beta * kl),
                sse: 0.0,
                kl,
                gamma: 0.04 + 0.9 * (-(k as f64) / 2500.0).exp(),
                beta,
                nll: 0.0,
                bad_op: None,
            };
            history.push(&metrics, Objective::Vae);
        }
        if let Some((_, text)) = edits.iter().find(|(step, _)| *step == k + 1) {
            runs[0].1.mark((*text).to_owned());
        }
    }
    let [(_, run), (_, ghost)] = &runs;
    traces_figure(run, Some(ghost), 784, log_x, &provenance())
}

fn reconstructions_figure() -> FigureSpec {
    let picture = |seed: usize, blur: f32| -> Vec<u8> {
        (0..28 * 28)
            .map(|k| {
                let (x, y) = ((k % 28) as f32 - 13.5, (k / 28) as f32 - 13.5);
                let r = (x * x + (1.0 + seed as f32 * 0.06) * y * y).sqrt();
                (255.0 * (1.0 - ((r - 8.0).abs() - 1.0).max(0.0) / blur).max(0.0)) as u8
            })
            .collect()
    };
    let row = |blur: f32, from: usize| (from..from + 10).map(|s| picture(s, blur)).collect();
    let views = Views {
        inputs: row(0.5, 0),
        reconstructions: row(3.0, 0),
        samples: row(3.5, 4),
        traversal: row(4.0, 8),
        traversed: 11,
        point: None,
    };
    let shape = ImageShape {
        width: 28,
        height: 28,
        channels: 1,
    };
    pictures_figure(&views, shape, &provenance())
}

/// A landscape whose loss is known everywhere: without dimensions there is no constant, and with γ = ½ the squared error
/// is the loss.
fn landscape(kind: LandscapeKind, points: [usize; 2], values: Vec<PointLoss>) -> Landscape {
    Landscape {
        request: LandscapeRequest {
            kind,
            points: points[0],
            generation: 0,
        },
        step: 1200,
        samples: 256,
        dim: 0,
        likelihood: Likelihood::Gaussian,
        x_range: (-1.0, 1.0),
        y_range: (-1.0, 1.0),
        points,
        known: values.len(),
        values: values.into_iter().map(Some).collect(),
        stride: 1,
        centre: [0.0, 0.0],
        end: None,
        current: None,
        trail: Vec::new(),
        past: Vec::new(),
        variance: None,
        problem: None,
        plane: None,
    }
}

fn point(sse: f64, kl: f64) -> PointLoss {
    PointLoss {
        sse,
        kl,
        nll: f64::NAN,
    }
}

/// A plane through a network with everything on it: a hole, a way before and after, a collapsed end.
fn surface_net_figure() -> FigureSpec {
    let n = 33;
    let at = |k: usize| -1.0 + 2.0 * k as f64 / (n - 1) as f64;
    let mut values: Vec<PointLoss> = (0..n * n)
        .map(|k| (at(k % n), at(k / n)))
        .map(|(a, b)| 40.0 * (a * a + 0.3 * a * b + 2.0 * b * b) + 900.0 * (b - a * a).powi(4))
        .map(|loss| point(loss, 0.0))
        .collect();
    values[0].sse = f64::NAN;
    let kind = LandscapeKind::Collapse { seed: 1 };
    let mut shown = landscape(kind, [n, n], values);
    shown.current = Some(Place {
        at: [0.3, -0.2],
        outside: 0.0,
    });
    shown.trail = vec![[0.0, 0.0], [0.1, -0.1], [0.3, -0.2]];
    shown.past = vec![[-0.9, 0.8], [-0.6, 0.2], [-0.2, 0.1]];
    shown.end = Some([1.0, 0.0]);
    let from = provenance();
    net_surface_figure(&shown, 1.0, 0.5, ColourScale::Excess, &from).expect("a figure")
}

/// The price of collapse at three γ.
fn collapse_path_figure_of_three() -> FigureSpec {
    let values = (0..=40)
        .map(|k| f64::from(k) / 40.0)
        .map(|t| point(8.0 + 44.0 * t + 30.0 * t * (1.0 - t), 26.0 * (1.0 - t)))
        .collect();
    let mut shown = landscape(LandscapeKind::Path, [41, 1], values);
    (shown.x_range, shown.y_range) = ((0.0, 1.0), (0.0, 0.0));
    shown.dim = 196;
    collapse_path_figure(&shown, 1.0, 0.05, &provenance()).expect("a figure")
}

/// A figure with a blocky heat map that has holes and a clipped range, on a log colour scale.
pub(super) fn phase_figure() -> FigureSpec {
    let mut figure = FigureSpec::new("phase", "Phase diagram with a hole");
    figure.x = Axis::log10("β");
    figure.y = Axis::linear("depth");
    let mut values: Vec<f64> = (0..48)
        .map(|k| 10_f64.powf(f64::from(k % 8) / 2.0 - 2.0 + f64::from(k / 8) * 0.3))
        .collect();
    values[20] = f64::NAN;
    values[21] = f64::INFINITY;
    figure.layers.push(Layer::HeatMap(HeatMap {
        id: "loss".into(),
        x_range: (0.01, 100.0),
        y_range: (0.5, 6.5),
        nx: 8,
        ny: 6,
        values,
        colour_map: ColourMap::Viridis,
        categories: Vec::new(),
        scale: ColourScale::Log10,
        range: Some((0.03, 30.0)),
        contours: vec![],
        label: "loss [nats]".into(),
        smooth: false,
    }));
    figure.notes.push("range clipped to 0.03–30".into());
    figure.keyed_by = "latent".into();
    figure.provenance = provenance();
    figure
}

/// One mode under a soft threshold and the basins of its minima, from the theory itself.
fn landscape_figures() -> [(&'static str, FigureSpec); 3] {
    let model = SoftThreshold::new(5.1, 0.7, 1.3, 1.0, 1.0).expect("a valid model");
    let request = basin_request(&model, StartSigma::Prior).expect("a rectangle");
    let map = request
        .compute::<f32>(48, &AtomicBool::new(false))
        .expect("not cancelled");
    let picture = BasinPicture {
        map,
        device: "CPU · f32".into(),
        fallback: None,
    };
    let from = provenance();
    let limit = model.alpha_limits().global;
    let soft = soft_surface_figure(0, &model, 48, limit, &from).expect("a surface");
    let hessian =
        hessian_figure(0, 5.1, (1.3, 1.0, 1.0), &betas_around(5.1, 1.3), &from).expect("a curve");
    [
        ("surface_soft", soft),
        ("surface_basin", basin_figure(0, &picture, &from)),
        ("surface_hessian", hessian),
    ]
}

pub(super) fn samples() -> Vec<(&'static str, FigureSpec)> {
    let mut samples = vec![
        ("thresholds", thresholds_figure()),
        ("thresholds_kappa", kappa_limited_figure()),
        ("surface_mode", surface_mode_figure()),
        ("surface_ppca", surface_ppca_figure()),
        ("surface_net", surface_net_figure()),
        ("collapse_path", collapse_path_figure_of_three()),
        ("usage", usage_figure()),
        ("latent_table", table_figure()),
        ("training", training_figure(false)),
        ("training_log", training_figure(true)),
        ("reconstructions", reconstructions_figure()),
        ("phase", phase_figure()),
    ];
    samples.extend(landscape_figures());
    samples.extend(super::galleries::gallery_figures());
    samples
}
