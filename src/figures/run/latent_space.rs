//! Every evaluated sample on a plane of latent space: the posterior's mean with a circle of area in proportion to
//! its variance (Asperti 2019, figure 1).

use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Anchor, Annotation, Axis, Colour, Dash, FigureSpec, Layer, LineStyle, MarkerStyle, Provenance,
    Role, Series, SeriesStyle, Shape,
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
    let mut figure = FigureSpec::new("latent_space", "Latent space");
    figure.subtitle = "circles: posterior σ".into();
    let reach = half_width(input);
    let axis = |name: &String| Axis::linear(name).with_range(-reach, reach);
    let [x, y] = input.axes;
    (figure.x, figure.y) = (axis(x), axis(y));
    figure.provenance = input.provenance.clone();
    let with_classes = input.places.iter().any(|p| p.class.is_some());
    figure.legend = with_classes;
    figure.notes = vec![format!("{} samples", input.places.len())];
    if !input.places.is_empty() {
        let mean = input.places.iter().map(|p| p.radius).sum::<f64>() / input.places.len() as f64;
        figure
            .notes
            .push(format!("mean √(σσ′) = {}", format_number(mean, 3)));
    }
    let ring = |centre: [f64; 2], radius: f64| -> Vec<[f64; 2]> {
        (0..=CORNERS)
            .map(|k| {
                let angle = std::f64::consts::TAU * k as f64 / CORNERS as f64;
                [
                    centre[0] + radius * angle.cos(),
                    centre[1] + radius * angle.sin(),
                ]
            })
            .collect()
    };
    let thin = |points: Vec<[f64; 2]>, id: &str, colour: Colour, opacity, dash| {
        let mut series = Series::line(id, "", points, colour);
        series.style = SeriesStyle::Line(LineStyle { width: 0.8, dash });
        series.opacity = opacity;
        Layer::Series(series)
    };
    figure.layers.push(thin(
        ring([0.0; 2], 2.0 * input.prior),
        "prior",
        Role::Muted.into(),
        0.8,
        Dash::Dashed,
    ));
    let shown = &input.places[..input.circles.min(input.places.len())];
    let class_of = |p: &Place| usize::from(p.class.unwrap_or(0)) % CLASSES;
    let groups = if with_classes { CLASSES } else { 1 };
    for class in 0..groups {
        let circles: Vec<[f64; 2]> = shown
            .iter()
            .filter(|p| class_of(p) == class)
            .flat_map(|p| {
                let mut points = ring(p.mu, p.radius);
                points.push([f64::NAN; 2]);
                points
            })
            .collect();
        if !circles.is_empty() {
            let id = format!("circles_{class}");
            figure
                .layers
                .push(thin(circles, &id, Colour::Latent(class), 0.45, Dash::Solid));
        }
    }
    for class in 0..groups {
        let points: Vec<[f64; 2]> = input
            .places
            .iter()
            .filter(|p| class_of(p) == class)
            .map(|p| p.mu)
            .collect();
        if points.is_empty() {
            continue;
        }
        let name = match (with_classes, input.classes.get(class)) {
            (false, _) => String::new(),
            (true, Some(name)) => name.clone(),
            (true, None) => class.to_string(),
        };
        let marker = MarkerStyle {
            size: 2.6,
            ..MarkerStyle::new(Shape::Circle, true)
        };
        let id = format!("class_{class}");
        let mut series = Series::markers(&id, &name, points, marker, Colour::Latent(class));
        series.opacity = 0.8;
        figure.layers.push(Layer::Series(series));
    }
    for (k, trail) in input.trails.iter().enumerate().filter(|(_, t)| t.len() > 1) {
        let colour = input.places.get(k).map_or(0, class_of);
        let id = format!("trail_{k}");
        figure.layers.push(thin(
            trail.clone(),
            &id,
            Colour::Latent(colour),
            0.9,
            Dash::Solid,
        ));
    }
    mark(&mut figure, input);
    figure
}

/// A ring and a letter at each named sample.
fn mark(figure: &mut FigureSpec, input: &LatentSpace<'_>) {
    let place = |(k, name): &(usize, &'static str)| Some((input.places.get(*k)?.mu, *name));
    let named: Vec<([f64; 2], &str)> = input.named.iter().filter_map(place).collect();
    if named.is_empty() {
        return;
    }
    let marker = MarkerStyle {
        size: 8.0,
        ..MarkerStyle::new(Shape::Ring, false)
    };
    let points = named.iter().map(|(at, _)| *at).collect();
    let colour = Colour::from(Role::Foreground);
    let rings = Series::markers("named", "", points, marker, colour);
    figure.layers.push(Layer::Series(rings));
    for (at, name) in named {
        figure.layers.push(Layer::Annotation(Annotation {
            at,
            text: name.to_owned(),
            colour,
            anchor: Anchor::Above,
        }));
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
