//! One figure of every kind, from numbers that look like a real run's.

use std::sync::atomic::AtomicBool;

use collapse_explorer::compute::BasinPicture;
use collapse_explorer::figures::run::{
    basin_figure, basin_request, hessian_figure, soft_surface_figure,
};
use collapse_explorer::figures::{
    CollapsePathTile, GhostRun, LatentUse, LiveEdit, PathCurve, Reconstructions, SurfaceGrid,
    SurfaceMode, SurfaceNet, SurfacePpca, Thresholds, Training, Usage, UsageOrder, collapse_path,
    latent_table, reconstructions, surface_mode, surface_net, surface_ppca, thresholds, training,
    usage,
};
use collapse_explorer::metrics::LatentUsage;
use collapse_explorer::plot::{
    Axis, ColourMap, ColourScale, FigureSpec, HeatMap, Layer, Provenance,
};
use collapse_explorer::theory::{SoftThreshold, StartSigma};
use collapse_explorer::train::LatentStatistics;

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
pub(super) fn spectrum() -> Vec<f64> {
    (1..=784).map(|i| 5.1 * f64::from(i).powf(-0.85)).collect()
}

pub(super) fn wave(k: usize) -> f64 {
    (k as f64 * 12.9898).sin() * 0.5
}

pub(super) fn thresholds_figure() -> FigureSpec {
    let spectrum = spectrum();
    let effective: Vec<f64> = (0..16)
        .map(|j| {
            if j % 3 == 0 {
                9.0 / (j as f64 + 1.0)
            } else {
                0.35 + 0.02 * wave(j)
            }
        })
        .collect();
    let second: Vec<f64> = effective.iter().map(|v| v * 1.25).collect();
    thresholds(&Thresholds {
        sigma2: &[],
        optimum: &[],
        total_variance: 0.0,
        candidates: &[],
        spectrum: &spectrum,
        beta: 1.3,
        gamma: 1.0,
        latents: 16,
        effective: &effective,
        second: &second,
        estimators: ["this network: γβ/E σ²", "gain/(2KL)"],
        measured_active: Some(6),
        converged: Some(true),
        provenance: &provenance(),
    })
}

pub(super) fn kappa_limited_figure() -> FigureSpec {
    thresholds(&Thresholds {
        sigma2: &[],
        optimum: &[],
        total_variance: 0.0,
        candidates: &[],
        spectrum: &spectrum(),
        beta: 0.3,
        gamma: 1.0,
        latents: 5,
        effective: &[],
        second: &[],
        estimators: ["", ""],
        measured_active: None,
        converged: None,
        provenance: &provenance(),
    })
}

/// Loss of one linear mode at η = 1: its minima are ±(u, v) with uv = ζ − √(βγ).
pub(super) fn mode_loss(u: f64, v: f64, zeta2: f64, beta: f64) -> f64 {
    let zeta = zeta2.sqrt();
    0.5 * ((u * v - zeta).powi(2) + u * u + beta * v * v)
}

pub(super) fn surface_mode_figure() -> FigureSpec {
    let (range, n) = ((-2.4, 2.4), 61);
    let values: Vec<f64> = SurfaceGrid::centres(range, range, n, n)
        .map(|(u, v)| mode_loss(u, v, 4.0, 1.0))
        .collect();
    surface_mode(&SurfaceMode {
        scale: ColourScale::Excess,
        grid: SurfaceGrid {
            x_range: range,
            y_range: range,
            nx: n,
            ny: n,
            values: &values,
        },
        value_label: "loss [nats]",
        mode: 6,
        zeta2: 4.0,
        beta: 1.0,
        gamma: 1.0,
        hessian: [-1.0, 3.0],
        minima: Some([[1.0, 1.0], [-1.0, -1.0]]),
        current: Some([0.8, 0.9]),
        trail: &[
            [0.1, -0.2],
            [0.15, 0.1],
            [0.4, 0.35],
            [0.65, 0.7],
            [0.8, 0.9],
        ],
        provenance: &provenance(),
    })
}

pub(super) fn surface_ppca_figure() -> FigureSpec {
    let (range, n) = ((-3.0, 3.0), 80);
    let nll = |l: f64, e: f64| 0.5 * ((1.0 + e * e).ln() + l / (1.0 + e * e));
    let values: Vec<f64> = SurfaceGrid::centres(range, range, n, n)
        .map(|(a, b)| nll(4.0, a) + nll(0.5, b))
        .collect();
    surface_ppca(&SurfacePpca {
        scale: ColourScale::Linear,
        best: [0.0; 2],
        grid: SurfaceGrid {
            x_range: range,
            y_range: range,
            nx: n,
            ny: n,
            values: &values,
        },
        value_label: "negative log likelihood [nats]",
        modes: [3, 4],
        eigenvalues: [4.0, 0.5],
        sigma2: 1.0,
        provenance: &provenance(),
    })
}

pub(super) fn usage_figure() -> FigureSpec {
    let latents: Vec<LatentUse> = (0..16)
        .map(|j| {
            let strength = if j % 3 == 1 {
                1.6 / (1.0 + j as f64 * 0.35)
            } else {
                0.0
            };
            let s2 = (-2.0 * strength).exp();
            LatentUse {
                kl: strength,
                mean_sigma2: s2,
                var_mu: 1.0 - s2 + if strength > 0.0 { 0.04 * wave(j) } else { 0.0 },
                dead: strength == 0.0,
            }
        })
        .collect();
    usage(&Usage {
        latents: &latents,
        order: UsageOrder::ByKl,
        collapsed_percent: Some(68.75),
        epsilon_delta: (0.01, 0.01),
        eta_enc: 1.0,
        active_threshold: 0.01,
        provenance: &provenance(),
    })
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
    latent_table(&latents.iter().collect::<Vec<_>>(), &provenance())
}

pub(super) fn training_figure(log_x: bool) -> FigureSpec {
    let n = 20_000;
    let steps: Vec<f64> = (0..n).map(|k| k as f64).collect();
    let beta: Vec<f64> = (0..n)
        .map(|k| [0.3, 1.0, 2.0][(k * 3 / n).min(2)])
        .collect();
    let kl: Vec<f64> = (0..n)
        .map(|k| 9.0 / (1.0 + beta[k]) * (1.0 - (-(k as f64) / 900.0).exp()) + wave(k) * 0.4)
        .collect();
    let rec: Vec<f64> = (0..n)
        .map(|k| 22.0 + 20.0 * (-(k as f64) / 500.0).exp() + 3.0 * beta[k] + wave(k + 1))
        .collect();
    let loss: Vec<f64> = (0..n).map(|k| rec[k] + beta[k] * kl[k]).collect();
    let gamma: Vec<f64> = (0..n)
        .map(|k| 0.04 + 0.9 * (-(k as f64) / 2500.0).exp())
        .collect();
    let ghost: Vec<f64> = loss.iter().map(|v| v * 1.1).collect();
    let edit = |step: f64, label: &str| LiveEdit {
        step,
        label: label.into(),
    };
    training(&Training {
        steps: &steps,
        loss: &loss,
        loss_spread: &[],
        names: ["loss", "reconstruction"],
        reconstruction: &rec,
        kl: &kl,
        gamma: &gamma,
        beta: &beta,
        edits: &[
            edit(6667.0, "β = 1"),
            edit(13_334.0, "β = 2"),
            edit(13_700.0, "γ learned"),
            edit(19_500.0, "lr = 0.0005"),
        ],
        ghost: Some(GhostRun {
            steps: &steps,
            loss: &ghost,
        }),
        log_x,
        log_y: false,
        provenance: &provenance(),
    })
}

pub(super) fn reconstructions_figure() -> FigureSpec {
    let picture = |seed: usize, blur: f32| -> Vec<f32> {
        (0..28 * 28)
            .map(|k| {
                let (x, y) = ((k % 28) as f32 - 13.5, (k / 28) as f32 - 13.5);
                let r = (x * x + (1.0 + seed as f32 * 0.06) * y * y).sqrt();
                (1.0 - ((r - 8.0).abs() - 1.0).max(0.0) / blur).max(0.0)
            })
            .collect()
    };
    let row = |blur: f32, from: usize| {
        (from..from + 10)
            .flat_map(|s| picture(s, blur))
            .collect::<Vec<_>>()
    };
    let at: Vec<f64> = (0..10).map(|k| -3.0 + 6.0 * f64::from(k) / 9.0).collect();
    reconstructions(&Reconstructions {
        width: 28,
        height: 28,
        channels: 1,
        inputs: &row(0.5, 0),
        reconstructions: &row(3.0, 0),
        prior_samples: &row(3.5, 4),
        traversal: Some((11, &row(4.0, 8))),
        traversal_at: &at,
        provenance: &provenance(),
    })
}

/// A plane through a network with everything on it: a hole, a way before and after, a collapsed end.
pub(super) fn surface_net_figure() -> FigureSpec {
    let (range, n) = ((-1.1, 1.1), 33);
    let mut values: Vec<f64> = SurfaceGrid::centres(range, range, n, n)
        .map(|(a, b)| 40.0 * (a * a + 0.3 * a * b + 2.0 * b * b) + 900.0 * (b - a * a).powi(4))
        .collect();
    values[0] = f64::NAN;
    surface_net(&SurfaceNet {
        grid: SurfaceGrid {
            x_range: range,
            y_range: range,
            nx: n,
            ny: n,
            values: &values,
        },
        view: [(-1.0, 1.0); 2],
        axes: [
            "from the network (0) to full collapse (1)",
            "random direction",
        ],
        scale: ColourScale::Excess,
        subtitle: "towards full collapse · step 1200",
        centre: [0.0, 0.0],
        current: Some([0.3, -0.2]),
        trail: &[[0.0, 0.0], [0.1, -0.1], [0.3, -0.2]],
        past: &[[-0.9, 0.8], [-0.6, 0.2], [-0.2, 0.1]],
        end: Some(([1.0, 0.0], "full collapse")),
        notes: &["least loss here 12.3 nats".into()],
        provenance: &provenance(),
    })
}

/// The price of collapse at three γ.
pub(super) fn collapse_path_figure() -> FigureSpec {
    let way = |height: f64, end: f64| -> Vec<[f64; 2]> {
        (0..=40)
            .map(|k| f64::from(k) / 40.0)
            .map(|t| [t, -30.0 + end * t + height * t * (1.0 - t)])
            .collect()
    };
    let (now, star, prime) = (way(80.0, 60.0), way(140.0, 110.0), way(20.0, 0.0));
    let curve = |gamma, points, end| PathCurve {
        gamma,
        points,
        ends: [-30.0, -30.0 + end],
    };
    collapse_path(&CollapsePathTile {
        curves: [
            curve(0.05, &now, 60.0),
            curve(0.041, &star, 110.0),
            curve(0.84, &prime, 0.0),
        ],
        beta: 1.0,
        has_gamma: true,
        beta_prime: Some(7.0),
        subtitle: "β = 1.00 · step 1200",
        provenance: &provenance(),
    })
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
        scale: ColourScale::Log10,
        range: Some((0.03, 30.0)),
        contours: vec![],
        label: "loss [nats]".into(),
        smooth: false,
    }));
    figure.notes.push("range clipped to 0.03–30".into());
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
    let hessian = hessian_figure(0, 5.1, (1.3, 1.0, 1.0), &from).expect("a curve");
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
        ("collapse_path", collapse_path_figure()),
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
