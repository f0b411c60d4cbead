//! What figures 1 and 2 share: sweeps in β of three nets, drawn and judged against the linear theory.

use crate::config::{
    Activation, Estimator, LiveConfig, NetConfig, PosteriorVariance, RunConfig, SamplingConfig,
    Target,
};
use crate::metrics::Known;
use crate::papers::context::Ready;
use crate::papers::{Check, Context, Error, Verdict};
use crate::plot::{Axis, Colour, FigureSpec, Layer, MarkerStyle, Role, Rule, Series, Shape};
use crate::theory::{Gamma, LinearProblem, optimum};

/// κ of the paper's figures.
pub(super) const LATENTS: usize = 5;
/// `η_dec`² of the paper's figures.
const GAMMA: f64 = 1.0;
/// Swept β as shares of ζ₁², the threshold of complete collapse; the two around 1 bracket it.
pub(super) const SHARES: [f64; 8] = [0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 1.15, 1.4];
/// The σ that a latent's must exceed to count as the prior's.
const NEAR_PRIOR: f64 = 0.97;

/// A kind of network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Net {
    /// No hidden layer.
    Linear,
    /// One hidden layer on each side.
    Relu,
    /// The same with tanh.
    Tanh,
}

impl Net {
    pub(super) const ALL: [Self; 3] = [Self::Linear, Self::Relu, Self::Tanh];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Relu => "ReLU",
            Self::Tanh => "tanh",
        }
    }

    fn role(self) -> Role {
        match self {
            Self::Linear => Role::Foreground,
            Self::Relu => Role::Active,
            Self::Tanh => Role::Second,
        }
    }

    fn shape(self) -> Shape {
        match self {
            Self::Linear => Shape::Ring,
            Self::Relu => Shape::Circle,
            Self::Tanh => Shape::TriangleUp,
        }
    }

    /// Every net gives log σ² per sample, as the paper's do.
    pub(super) fn config(self, hidden: usize, target: Target) -> NetConfig {
        let net = match self {
            Self::Linear => NetConfig {
                variance: PosteriorVariance::PerSample,
                // The same optimum as with samples, without their noise.
                estimator: Estimator::Analytic,
                ..NetConfig::linear(LATENTS)
            },
            Self::Relu => NetConfig::dense(&[hidden], LATENTS),
            Self::Tanh => NetConfig {
                activation: Activation::Tanh,
                ..NetConfig::dense(&[hidden], LATENTS)
            },
        };
        NetConfig { target, ..net }
    }
}

/// How a net is trained at each β.
#[derive(Debug, Clone, Copy)]
pub(super) struct Training {
    pub hidden: usize,
    pub target: Target,
    pub learning_rate: f64,
    pub batch: usize,
    pub seed: u32,
    pub steps: u64,
}

impl Training {
    pub(super) fn config(&self, net: Net, beta: f64) -> RunConfig {
        RunConfig {
            net: net.config(self.hidden, self.target),
            live: LiveConfig {
                beta,
                gamma: GAMMA,
                learning_rate: self.learning_rate,
                ..LiveConfig::default()
            },
            sampling: SamplingConfig {
                batch: self.batch,
                seed: self.seed,
            },
            ..RunConfig::default()
        }
    }
}

/// What a trained net came to at one β.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub beta: f64,
    /// L in nats without its constant, as the paper draws it.
    pub loss: f64,
    /// √(E σ²) of every latent, ascending.
    pub sigma: Vec<f64>,
    pub active: usize,
}

/// A net at every β.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    pub net: Net,
    pub points: Vec<Point>,
}

/// (d/2) log 2πγ, which the paper leaves out of its loss.
fn constant(problem: &LinearProblem) -> f64 {
    0.5 * problem.dim() as f64 * (2.0 * std::f64::consts::PI * GAMMA).ln()
}

/// Trains a net at every β.
pub(super) fn sweep(
    context: &Context<'_>,
    ready: &Ready,
    problem: &LinearProblem,
    net: Net,
    training: &Training,
    shares: &[f64],
) -> Result<Curve, Error> {
    let threshold = problem.eigenvalues().first().copied().unwrap_or(0.0) / GAMMA;
    let mut points = Vec::new();
    for &share in shares {
        context.go_on()?;
        let beta = share * threshold;
        let setup = Context::setup(ready, training.config(net, beta));
        let result = context
            .train(&setup, &Known::default(), training.steps)?
            .measured;
        let mut sigma: Vec<f64> = result.sigma2.iter().map(|s| s.sqrt()).collect();
        sigma.sort_by(f64::total_cmp);
        points.push(Point {
            beta,
            loss: result.loss - constant(problem),
            sigma,
            active: result.active,
        });
    }
    Ok(Curve { net, points })
}

/// L* without its constant and the σ of every latent, ascending.
pub(super) fn theory(problem: &LinearProblem, beta: f64) -> Result<(f64, Vec<f64>), Error> {
    let best = optimum(problem, beta, Gamma::Fixed(GAMMA))?;
    let mut sigma: Vec<f64> = best.sigma2_per_latent(problem);
    for s in &mut sigma {
        *s = s.sqrt();
    }
    sigma.sort_by(f64::total_cmp);
    Ok((best.loss - constant(problem), sigma))
}

/// What a check counts: values of β.
pub(super) const COUNTED: &str = "β at which as many σ leave the prior's as predicted";

/// Loss, σ and the threshold of complete collapse of one net against the linear theory.
///
/// `share` is the tolerance on the loss, in the loss of complete collapse, for the reason `why`.
pub(super) fn checks(
    problem: &LinearProblem,
    curve: &Curve,
    share: f64,
    why: &str,
) -> Result<Vec<Check>, Error> {
    let name = curve.net.name();
    let whole = problem.total_variance() / (2.0 * GAMMA);
    let (mut loss, mut sigma) = (0.0_f64, 0.0_f64);
    // Where a σ is farthest off, and whether the losses that are off are below the theory's.
    let (mut place, mut below) = (0.0, true);
    for point in &curve.points {
        let (best, predicted) = theory(problem, point.beta)?;
        let off = (point.loss - best) / whole;
        loss = loss.max(off.abs());
        below &= off <= share;
        for (found, expected) in point.sigma.iter().zip(&predicted) {
            if (found - expected).abs() > sigma {
                sigma = (found - expected).abs();
                place = point.beta;
            }
        }
    }
    let title = format!("{name}: farthest the loss is from L*, as a share of that of collapse");
    let mut fits = Check::at_most(&title, 0.0, loss, share, why);
    if fits.verdict != Verdict::Pass && below {
        fits = fits.because("Where it is off the net is better than any linear one could be");
    }
    let mut all = vec![fits];
    if curve.net == Net::Linear {
        let title = format!("{name}: farthest a σ is from its closed form");
        let why = "σ is about √(β/ζ²), so this is a fraction of a percent of β; what is left is Adam's wander";
        let mut check = Check::at_most(&title, 0.0, sigma, 0.003, why);
        if check.verdict != Verdict::Pass {
            check = check.because(&format!(
                "Farthest at β = {}, while the loss is within {} % of its closed form everywhere: latents of like ζ² turn into each \
                 other, and pass their thresholds, at next to no cost",
                crate::text::significant(place, 3),
                crate::text::significant(100.0 * loss, 2)
            ));
        }
        all.push(check);
    }
    let mut others = Vec::new();
    for point in &curve.points {
        let (_, predicted) = theory(problem, point.beta)?;
        let of = |sigma: &[f64]| sigma.iter().filter(|s| **s < NEAR_PRIOR).count();
        let (expected, found) = (of(&predicted), of(&point.sigma));
        if expected != found {
            let beta = crate::text::significant(point.beta, 3);
            others.push(format!("{found} for {expected} at β = {beta}"));
        }
    }
    let title = format!("{name}: {COUNTED}");
    let why = "a σ below 0.97 has left it; near a threshold the training slows down without end";
    let counted = curve.points.len() - others.len();
    let mut check = Check::counts(&title, curve.points.len(), counted, why);
    if !others.is_empty() {
        check = check.because(&others.join(", "));
    }
    all.push(check);
    let threshold = problem.eigenvalues().first().copied().unwrap_or(0.0) / GAMMA;
    let (below, above): (Vec<&Point>, Vec<&Point>) =
        curve.points.iter().partition(|p| p.beta < threshold);
    let alive = below.iter().all(|p| p.active > 0);
    let dead = above
        .iter()
        .all(|p| p.active == 0 && p.sigma.iter().all(|s| *s > NEAR_PRIOR));
    let last = below.last().map_or(0, |p| p.active);
    let first = above.first().map_or(0, |p| p.active);
    let title = format!("{name}: complete collapse between 0.85 ζ₁² and 1.15 ζ₁²");
    let measured = format!("{last} active below, {first} above");
    let why = "every swept β below has an active latent, none above has one";
    let mut check = Check::holds(
        &title,
        "active below, none above",
        alive && dead,
        &measured,
        why,
    );
    if let (false, Some(nearest)) = (alive, below.last()) {
        let stake = whole - theory(problem, nearest.beta)?.0;
        check = check.because(&format!(
            "next below the threshold collapse costs only {} nats more, and the net has not left it",
            crate::text::significant(stake, 2)
        ));
    }
    all.push(check);
    Ok(all)
}

/// Thresholds as the paper's dashed lines.
fn rules(problem: &LinearProblem) -> Vec<Layer> {
    let thresholds = problem.eigenvalues().iter().take(LATENTS).enumerate();
    thresholds
        .map(|(i, zeta2)| {
            let rule = Rule::x(zeta2 / GAMMA, Role::Threshold).dashed();
            let label = if i == 0 { "complete collapse" } else { "" };
            rule.label(label).into()
        })
        .collect()
}

/// β at which the theory is drawn.
fn fine(problem: &LinearProblem) -> Vec<f64> {
    let most = 1.45 * problem.eigenvalues().first().copied().unwrap_or(1.0) / GAMMA;
    (1..=240).map(|i| most * f64::from(i) / 240.0).collect()
}

/// Loss against β, theory and nets.
pub(super) fn loss_figure(problem: &LinearProblem, curves: &[Curve]) -> Result<FigureSpec, Error> {
    let mut figure = crate::figures::blank("loss", "Training loss against β")
        .subtitle("dashed: the predicted thresholds ζ²/γ")
        .x(Axis::linear("β"))
        .y(Axis::linear("L without its constant").with_unit("nats"))
        .with_legend();
    figure.layers = rules(problem);
    let mut best = Vec::new();
    for beta in fine(problem) {
        best.push([beta, theory(problem, beta)?.0]);
    }
    figure.push(Series::line("theory", "linear theory", best, Role::Muted).width(1.5));
    for curve in curves {
        let points = curve.points.iter().map(|p| [p.beta, p.loss]).collect();
        let (net, name) = (curve.net, curve.net.name());
        let marker = MarkerStyle::new(net.shape(), net != Net::Linear).sized(5.5);
        figure.push(Series::markers(name, name, points, marker, net.role()));
    }
    Ok(figure)
}

/// σ of every latent against β for one net.
pub(super) fn sigma_figure(problem: &LinearProblem, curve: &Curve) -> Result<FigureSpec, Error> {
    let name = curve.net.name();
    let id = format!("sigma-{}", name.to_lowercase());
    let mut figure = crate::figures::blank(&id, &format!("σ against β, {name} net"))
        .subtitle("lines: linear theory; markers: trained, latents by σ")
        .x(Axis::linear("β"))
        .y(Axis::linear("σ, averaged over the data").with_range(0.0, 1.1));
    figure.layers = rules(problem);
    let mut lines = vec![Vec::new(); LATENTS];
    for beta in fine(problem) {
        for (points, sigma) in lines.iter_mut().zip(theory(problem, beta)?.1) {
            points.push([beta, sigma]);
        }
    }
    for (i, points) in lines.into_iter().enumerate() {
        let line = Series::line(&format!("theory-{}", i + 1), "", points, Colour::Key(i));
        figure.push(line.width(1.5));
    }
    for i in 0..LATENTS {
        let of = |p: &Point| p.sigma.get(i).map(|s| [p.beta, *s]);
        let points = curve.points.iter().filter_map(of).collect();
        let marker = MarkerStyle::new(curve.net.shape(), true);
        let id = format!("sigma-{}", i + 1);
        figure.push(Series::markers(&id, "", points, marker, Colour::Key(i)));
    }
    Ok(figure)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZETA2: [f64; 3] = [9.0, 4.0, 1.0];

    fn problem() -> LinearProblem {
        LinearProblem::new(ZETA2.to_vec(), 15.0, 6, LATENTS, 1.0).expect("a problem")
    }

    /// The closed form written out, `E‖y‖²/2 + Σ (−ζ²/2 + β/2 + (β/2) log(ζ²/β))`, and σ = √β/ζ.
    #[test]
    fn what_is_drawn_as_theory_is_the_closed_form() {
        for beta in [0.3_f64, 2.0, 5.0, 12.0] {
            let alive = || ZETA2.iter().filter(|z| **z > beta);
            let terms = alive().map(|z| 0.5 * (beta - z + beta * (z / beta).ln()));
            let expected = 7.5 + terms.sum::<f64>();
            let mut sigmas: Vec<f64> = alive().map(|z| (beta / z).sqrt()).collect();
            sigmas.resize(LATENTS, 1.0);
            let (loss, sigma) = theory(&problem(), beta).expect("an optimum");
            assert!((loss - expected).abs() < 1e-12, "{loss} {expected}");
            let off = sigma.iter().zip(&sigmas).map(|(a, b)| (a - b).abs());
            assert!(off.fold(0.0, f64::max) < 1e-12, "{sigma:?} {sigmas:?}");
        }
    }

    /// A curve that follows the theory but for `loss` nats, or with every latent kept alive for ever.
    fn curve(loss: f64, immortal: bool) -> Curve {
        let of = |share: f64| {
            let beta = share * ZETA2[0];
            let (best, sigma) = theory(&problem(), beta).expect("an optimum");
            Point {
                beta,
                loss: best + loss,
                active: if immortal {
                    1
                } else {
                    sigma.iter().filter(|s| **s < 1.0).count()
                },
                sigma,
            }
        };
        Curve {
            net: Net::Linear,
            points: SHARES.into_iter().map(of).collect(),
        }
    }

    #[test]
    fn the_checks_fail_when_fed_wrong_curves() {
        use Verdict::{Miss, Pass};
        let verdicts = |curve: &Curve| -> Vec<Verdict> {
            let all = checks(&problem(), curve, 0.01, "").expect("checks");
            all.into_iter().map(|c| c.verdict).collect()
        };
        assert_eq!(verdicts(&curve(0.0, false)), [Pass; 4]);
        // Twice a hundredth of 7.5 nats is 0.15.
        assert_eq!(verdicts(&curve(0.16, false)), [Miss, Pass, Pass, Pass]);
        assert_eq!(verdicts(&curve(0.0, true)), [Pass, Pass, Pass, Miss]);
        let mut lost = curve(0.0, false);
        for point in &mut lost.points {
            point.sigma = vec![1.0; LATENTS];
        }
        assert_eq!(verdicts(&lost), [Pass, Miss, Miss, Pass]);
        let mut shrunk = curve(0.0, false);
        shrunk.points[0].sigma[0] -= 0.01;
        assert_eq!(verdicts(&shrunk), [Pass, Miss, Pass, Pass]);
    }
}
