//! Which minimum gradient descent ends at, from every start (W₀, μ₀): four colours of clearly
//! different lightness, so that they are told apart in grey as well.

use super::surface::axis;
use super::surface_soft::{reach, stationary, subtitle};
use crate::compute::BasinPicture;
use crate::figures::figure_named;
use crate::plot::axis::ticks::format_number;
use crate::plot::{Bars, Category, FigureSpec, HeatMap, Provenance, Rgb};
use crate::theory::{BasinRequest, Error, Fate, SoftThreshold, StartSigma};

/// Ends by their number in the figure, with names and colours: lighter from each to the next by a factor of two at
/// least, so that they differ in grey too, and dark enough for white marks but the last.
const ENDS: [(Fate, &str, Rgb); 4] = [
    (Fate::Collapsed, "collapses", [48, 52, 60]),
    (Fate::Negative, "lives, W < 0", [30, 92, 168]),
    (Fate::Positive, "lives, W > 0", [214, 146, 40]),
    (Fate::Unfinished, "undecided", [240, 240, 240]),
];

/// The starts whose basins are mapped: those of the surface.
///
/// # Errors
/// [`Error`] if the model's numbers span no rectangle.
pub fn basin_request(model: &SoftThreshold, start: StartSigma) -> Result<BasinRequest, Error> {
    let (half_w, half_mu) = reach(model);
    let request = BasinRequest::new(*model, (-half_w, half_w), (-half_mu, half_mu))?;
    Ok(BasinRequest { start, ..request })
}

/// A basin map; its provenance names the device that computed it.
pub fn basin_figure(mode: usize, picture: &BasinPicture, provenance: &Provenance) -> FigureSpec {
    let (map, request) = (&picture.map, &picture.map.request);
    let number = |fate: &Fate| ENDS.iter().position(|(end, ..)| end == fate);
    let values = map.fates.iter();
    let values = values.map(|fate| number(fate).map_or(f64::NAN, |n| n as f64));
    let ranges = [request.w_range, request.mu_range];
    let basins = HeatMap {
        categories: ENDS.map(|(_, name, rgb)| Category::new(name, rgb)).into(),
        ..HeatMap::new("basins", ranges, (map.cells, map.cells), values.collect())
    };
    let mut figure = figure_named("surface_basin", "Basins of attraction", provenance)
        .subtitle(subtitle(mode, &request.model))
        .x(axis("W at the start", ranges[0]))
        .y(axis("μ at the start", ranges[1]))
        .with_legend()
        .with_notes(notes(picture))
        .with(basins.label("ends at").blocky());
    figure.provenance.device.clone_from(&picture.device);
    for (number, (fate, name, rgb)) in ENDS.into_iter().enumerate() {
        if map.fates.contains(&fate) {
            figure.push(Bars::new(format!("basin_{number}"), name, Vec::new(), rgb));
        }
    }
    for mut series in stationary(&request.model) {
        // The colours already say which minimum is which; the collapsed point's kind is news.
        if series.id != "collapsed" {
            series.name.clear();
        }
        figure.push(series);
    }
    figure
}

fn notes(picture: &BasinPicture) -> Vec<String> {
    let map = &picture.map;
    let share = 100.0 * map.count(Fate::Collapsed) as f64 / map.fates.len().max(1) as f64;
    let mut notes = vec![format!("collapses from {} %", format_number(share, 3))];
    let open = map.count(Fate::Unfinished);
    if open > 0 {
        notes.push(format!("{open} undecided"));
    }
    notes.push(format!("{}² on {}", map.cells, picture.device));
    notes.extend(picture.fallback.clone());
    let mut steps = map.steps.clone();
    let middle = steps.len() / 2;
    let median = if steps.is_empty() {
        0
    } else {
        *steps.select_nth_unstable(middle).1
    };
    let start = match map.request.start {
        StartSigma::Prior => "from σ = η",
        StartSigma::Profiled => "from the best σ",
    };
    notes.push(format!("{start}, median {median} steps"));
    notes
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::plot::colour::luminance;

    fn picture() -> BasinPicture {
        let model = SoftThreshold::new(4.0, 0.6, 1.0, 0.4, 1.0).expect("a model");
        let request = basin_request(&model, StartSigma::Prior).expect("a request");
        let go = AtomicBool::new(false);
        BasinPicture {
            map: request.compute::<f32>(16, &go).expect("a map"),
            device: "some device".into(),
            fallback: None,
        }
    }

    #[test]
    fn colours_differ_in_lightness() {
        let lightness = ENDS.map(|(.., rgb)| luminance(rgb));
        assert!(
            lightness.windows(2).all(|l| l[1] > 2.0 * l[0]),
            "{lightness:?}"
        );
    }

    #[test]
    fn a_basin_figure_shows_every_pixel_of_its_map() {
        let picture = picture();
        let collapsed = picture.map.count(Fate::Collapsed);
        assert!(collapsed > 0);
        let figure = basin_figure(0, &picture, &Provenance::default());
        let map = figure.heat_map().expect("a map");
        let shown = map.values.iter().filter(|v| **v == 0.0);
        assert_eq!((map.values.len(), shown.count()), (256, collapsed));
        assert_eq!(map.name_of(0.0), Some("collapses"));
        // Names have a legend, not a colour bar.
        assert!(figure.bar_map().is_none());
    }

    #[test]
    fn the_notes_name_the_shares_and_the_device() {
        let mut picture = picture();
        picture.map.cells = 2;
        picture.map.steps = vec![3, 90, 41, 5];
        picture.map.fates = vec![
            Fate::Collapsed,
            Fate::Negative,
            Fate::Positive,
            Fate::Positive,
        ];
        let figure = basin_figure(0, &picture, &Provenance::default());
        let notes = figure.notes.join(" · ");
        assert!(notes.contains("collapses from 25.0 %"), "{notes}");
        assert!(notes.contains("2² on some device"), "{notes}");
        assert!(notes.contains("from σ = η, median 41 steps"), "{notes}");
        assert!(!notes.contains("undecided"));
        assert_eq!(figure.provenance.device, "some device");
        picture.map.fates[1] = Fate::Unfinished;
        let notes = basin_figure(0, &picture, &Provenance::default()).notes;
        assert!(notes.join(" · ").contains("1 undecided"));
    }
}
