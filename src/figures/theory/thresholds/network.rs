//! The trained network's own thresholds γβⱼ, largest first, by both estimators.

use super::Shown;
use crate::metrics::LatentUsage;
use crate::plot::axis::ticks::format_number;
use crate::plot::{Colour, MarkerStyle, Role, Series, Shape};

/// Latents with a threshold of their own. A dead one has none: both estimates are noise around β.
fn alive<'a>(input: &Shown<'a>) -> impl Iterator<Item = &'a LatentUsage> {
    let all = input.measured.map_or(&[][..], |usage| &usage.latents);
    all.iter().filter(|latent| latent.active)
}

/// Every estimate of a threshold, by either way.
pub(super) fn estimates(input: &Shown<'_>) -> impl Iterator<Item = f64> {
    alive(input).flat_map(|l| {
        l.threshold_from_variance
            .into_iter()
            .chain(l.threshold_from_gain)
    })
}

/// The estimates, the second beside the first, and a line between the two where they disagree.
pub(super) fn series(input: &Shown<'_>) -> Vec<Series> {
    let Some(usage) = input.measured.filter(|u| !u.latents.is_empty()) else {
        return Vec::new();
    };
    let first = |l: &LatentUsage| l.threshold_from_variance.filter(|v| v.is_finite());
    let second = |l: &LatentUsage| l.threshold_from_gain.filter(|v| v.is_finite());
    let mut ranked: Vec<(f64, &LatentUsage)> =
        alive(input).filter_map(|l| Some((first(l)?, l))).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let placed = || (1..).map(f64::from).zip(ranked.iter().map(|(_, l)| *l));
    let mut all = Vec::new();
    let gaps: Vec<[f64; 2]> = placed()
        .filter_map(|(x, l)| Some([first(l)?, second(l)?].map(|beta| [x, input.gamma * beta])))
        .flat_map(|[from, to]| [from, to, [f64::NAN; 2]])
        .collect();
    if !gaps.is_empty() {
        let line = Series::line("disagreement", "", gaps, Role::Muted);
        all.push(line.width(1.0).opacity(0.7));
    }
    let one = |id: &str, name: &str, value: &dyn Fn(&LatentUsage) -> Option<f64>, marker| {
        let known: Vec<(f64, f64, &LatentUsage)> = placed()
            .filter_map(|(x, l)| Some((x, value(l)?, l)))
            .collect();
        let points = known.iter().map(|(x, beta, _)| [*x, input.gamma * beta]);
        Series::markers(id, name, points.collect(), marker, Role::Foreground)
            .point_colours(known.iter().map(|(.., l)| Colour::Key(l.index)))
            .keys(known.iter().map(|(.., l)| l.index))
            .hover(known.iter().map(|(.., l)| describe(l)))
    };
    let name = if usage.eta_enc == 1.0 {
        "this network, γβ/E σ²"
    } else {
        "this network, γβη²/E σ²"
    };
    let triangle = MarkerStyle::new(Shape::TriangleUp, false).sized(6.5);
    all.push(one("network", name, &first, triangle));
    let dash = MarkerStyle::new(Shape::Dash, false).sized(5.5);
    all.push(one("network_2", "from its gain", &second, dash));
    all
}

/// Everything there is to say of a latent, for the pointer.
fn describe(latent: &LatentUsage) -> String {
    let number = |v: f64| format_number(v, 4);
    let first = latent.threshold_from_variance.unwrap_or(f64::NAN);
    let mut text = format!(
        "latent z{}: E σ² = {}\nthreshold β = {} from its variance",
        latent.index,
        number(latent.statistics.mean_sigma2),
        number(first)
    );
    match latent.threshold_from_gain.filter(|v| v.is_finite()) {
        Some(second) => {
            let apart = 100.0 * (second - first).abs() / first;
            text += &format!(
                "\nthreshold β = {} from its gain ({} % apart)",
                number(second),
                format_number(apart, 2)
            );
        }
        None => text += "\nno estimate from its gain yet",
    }
    text
}
