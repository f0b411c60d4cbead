//! Every evaluated sample on a plane of latent space: the posterior's mean with a circle of area in proportion to
//! its variance (Asperti 2019, figure 1).

use crate::figures::figure_named;
use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Annotation, Axis, Colour, FigureSpec, MarkerStyle, Provenance, Role, Series, Shape,
};

/// One sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// μ along the two directions.
    pub mu: [f64; 2],
    /// The radius of a circle of the same area as the posterior's ellipse at one σ; √(σ₁ σ₂) for two latents.
    pub radius: f64,
    /// Its class, where the data have classes.
    pub class: Option<u8>,
}

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct LatentSpace<'a> {
    /// What the two directions are.
    pub axes: &'a [String; 2],
    /// The samples.
    pub places: &'a [Place],
    /// How many of the samples, from the first, have their circle drawn.
    pub circles: usize,
    /// Names of the classes; numbers where there are none.
    pub classes: &'a [String],
    /// Where the first samples have been, each oldest first.
    pub trails: &'a [Vec<[f64; 2]>],
    /// Named samples.
    pub named: &'a [(usize, &'static str)],
    /// The prior's standard deviation.
    pub prior: f64,
    /// Where the numbers came from.
    pub provenance: &'a Provenance,
}

/// Corners of a drawn circle.
const CORNERS: usize = 28;
/// Classes beyond these share a colour: nobody tells more apart.
const CLASSES: usize = 12;

/// Builds the figure.
pub fn latent_space(input: &LatentSpace<'_>) -> FigureSpec {
    let reach = half_width(input);
    let axis = |name: &String| Axis::linear(name).with_range(-reach, reach);
    let [x, y] = input.axes;
    let mut figure = figure_named("latent_space", "Latent space", input.provenance)
        .subtitle("circles: posterior σ")
        .x(axis(x))
        .y(axis(y))
        .note(format!("{} samples", input.places.len()));
    let with_classes = input.places.iter().any(|p| p.class.is_some());
    figure.legend = with_classes;
    if !input.places.is_empty() {
        let mean = input.places.iter().map(|p| p.radius).sum::<f64>() / input.places.len() as f64;
        figure = figure.note(format!("mean √(σσ′) = {}", format_number(mean, 3)));
    }
    let thin = |id: &str, points: Vec<[f64; 2]>, colour: Colour| {
        Series::line(id, "", points, colour).width(0.8)
    };
    let prior = ring([0.0; 2], 2.0 * input.prior).collect();
    figure.push(
        thin("prior", prior, Role::Muted.into())
            .dashed()
            .opacity(0.8),
    );
    let shown = &input.places[..input.circles.min(input.places.len())];
    let class_of = |p: &Place| usize::from(p.class.unwrap_or(0)) % CLASSES;
    let groups = if with_classes { CLASSES } else { 1 };
    for class in 0..groups {
        let of_class = shown.iter().filter(|p| class_of(p) == class);
        let circle = |p: &Place| ring(p.mu, p.radius).chain([[f64::NAN; 2]]);
        let circles: Vec<[f64; 2]> = of_class.flat_map(circle).collect();
        if !circles.is_empty() {
            let id = format!("circles_{class}");
            figure.push(thin(&id, circles, Colour::Key(class)).opacity(0.45));
        }
    }
    for class in 0..groups {
        let of_class = input.places.iter().filter(|p| class_of(p) == class);
        let points: Vec<[f64; 2]> = of_class.map(|p| p.mu).collect();
        if points.is_empty() {
            continue;
        }
        let name = match (with_classes, input.classes.get(class)) {
            (false, _) => String::new(),
            (true, Some(name)) => name.clone(),
            (true, None) => class.to_string(),
        };
        let marker = MarkerStyle::new(Shape::Circle, true).sized(2.6);
        let id = format!("class_{class}");
        let series = Series::markers(&id, &name, points, marker, Colour::Key(class));
        figure.push(series.opacity(0.8));
    }
    for (k, trail) in input.trails.iter().enumerate().filter(|(_, t)| t.len() > 1) {
        let colour = Colour::Key(input.places.get(k).map_or(0, class_of));
        figure.push(thin(&format!("trail_{k}"), trail.clone(), colour).opacity(0.9));
    }
    mark(&mut figure, input);
    figure
}

/// A circle as a closed line.
fn ring([x, y]: [f64; 2], radius: f64) -> impl Iterator<Item = [f64; 2]> {
    (0..=CORNERS).map(move |k| {
        let angle = std::f64::consts::TAU * k as f64 / CORNERS as f64;
        [x + radius * angle.cos(), y + radius * angle.sin()]
    })
}

/// A ring and a letter at each named sample.
fn mark(figure: &mut FigureSpec, input: &LatentSpace<'_>) {
    let place = |(k, name): &(usize, &'static str)| Some((input.places.get(*k)?.mu, *name));
    let named: Vec<([f64; 2], &str)> = input.named.iter().filter_map(place).collect();
    if named.is_empty() {
        return;
    }
    let marker = MarkerStyle::new(Shape::Ring, false).sized(8.0);
    let points = named.iter().map(|(at, _)| *at).collect();
    figure.push(Series::markers(
        "named",
        "",
        points,
        marker,
        Role::Foreground,
    ));
    for (at, name) in named {
        figure.push(Annotation::new(at, name));
    }
}

/// Half the side of the plot: all means and two σ of the prior.
fn half_width(input: &LatentSpace<'_>) -> f64 {
    let far = input
        .places
        .iter()
        .flat_map(|p| p.mu)
        .filter(|v| v.is_finite())
        .fold(0.0, |far: f64, v| far.max(v.abs()));
    (far * 1.08).max(2.2 * input.prior)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_their_own_colour_and_name_and_circles_their_radius() {
        let provenance = Provenance::default();
        let place = |x: f64, class| Place {
            mu: [x, 0.0],
            radius: 0.5,
            class: Some(class),
        };
        let figure = latent_space(&LatentSpace {
            axes: &["z3".into(), "z5".into()],
            places: &[place(1.0, 0), place(4.0, 1), place(2.0, 1)],
            circles: 2,
            classes: &["cat".into(), "dog".into()],
            trails: &[],
            named: &[(1, "A"), (9, "B")],
            prior: 1.0,
            provenance: &provenance,
        });
        assert_eq!(
            (figure.x.label.as_str(), figure.y.label.as_str()),
            ("z3", "z5")
        );
        let named: Vec<(&str, usize)> = figure
            .series()
            .filter(|s| !s.name.is_empty())
            .map(|s| (s.name.as_str(), s.points.len()))
            .collect();
        assert_eq!(named, [("cat", 1), ("dog", 2)]);
        // Only the first two samples have circles: one each.
        let circle = figure
            .series()
            .find(|s| s.id == "circles_1")
            .expect("circles");
        let furthest = circle.points.iter().map(|p| p[0]).filter(|v| v.is_finite());
        assert!((furthest.fold(f64::MIN, f64::max) - 4.5).abs() < 1e-9);
        assert_eq!(circle.points.len(), CORNERS + 2);
        assert!(figure.x.range.is_some_and(|(_, to)| to > 4.0));
        // There is no tenth sample.
        let rings = figure.series().find(|s| s.id == "named").expect("rings");
        assert_eq!(rings.points, [[4.0, 0.0]]);
    }
}
