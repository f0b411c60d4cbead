//! Which minimum gradient descent ends at, from every start (W₀, μ₀): four colours of clearly
//! different lightness, so that they are told apart in grey as well.

use super::surface_mode::axis;
use super::surface_soft::{CollapsedPoint, stationary, subtitle};
use crate::plot::axis::ticks::format_number;
use crate::plot::{
    Bars, Category, Colour, ColourMap, ColourScale, FigureSpec, HeatMap, Layer, Provenance,
};

/// Everything the tile shows.
#[derive(Debug, Clone, Copy)]
pub struct SurfaceBasin<'a> {
    /// Left and right edge: W at the start.
    pub x_range: (f64, f64),
    /// Lower and upper edge: μ at the start.
    pub y_range: (f64, f64),
    /// Pixels along each side.
    pub cells: usize,
    /// Where every pixel ends, row by row from the lowest μ.
    pub basins: &'a [Category],
    /// Median number of steps until that was decided.
    pub median_steps: u32,
    /// σ at the start, in words.
    pub start: &'a str,
    /// The mode, counted from 1.
    pub mode: usize,
    /// ζ² of the mode.
    pub zeta2: f64,
    /// α, in the units of the data.
    pub alpha: f64,
    /// β.
    pub beta: f64,
    /// γ.
    pub gamma: f64,
    /// What the collapsed point is.
    pub collapsed: CollapsedPoint,
    /// (W, μ) of the lowest minimum that uses the latent, and of its mirror image; may be empty.
    pub minima: &'a [[f64; 2]],
    /// Those of a higher one beside it; may be empty.
    pub higher: &'a [[f64; 2]],
    /// What computed the picture.
    pub device: &'a str,
    /// Why it was not the chosen device, if it was not.
    pub fallback: Option<&'a str>,
    /// Where the numbers came from; the device is that of this figure.
    pub provenance: &'a Provenance,
}

/// Builds the figure.
pub fn surface_basin(input: &SurfaceBasin<'_>) -> FigureSpec {
    let mut figure = FigureSpec::new("surface_basin", "Basins of attraction");
    figure.subtitle = subtitle(
        input.mode,
        input.zeta2,
        input.alpha,
        input.beta,
        input.gamma,
    );
    figure.x = axis("W at the start", input.x_range);
    figure.y = axis("μ at the start", input.y_range);
    figure.provenance = Provenance {
        device: input.device.to_owned(),
        ..input.provenance.clone()
    };
    figure.legend = true;
    figure.notes = notes(input);
    figure.layers.push(Layer::HeatMap(HeatMap {
        id: "basins".into(),
        x_range: input.x_range,
        y_range: input.y_range,
        nx: input.cells,
        ny: input.cells,
        values: input.basins.iter().map(|c| f64::from(*c as u8)).collect(),
        colour_map: ColourMap::Basins,
        scale: ColourScale::Linear,
        range: Some((0.0, f64::from(Category::Unfinished as u8))),
        contours: Vec::new(),
        label: "ends at".into(),
        smooth: false,
    }));
    for category in Category::ALL {
        let absent = !input.basins.contains(&category);
        if absent {
            continue;
        }
        figure.layers.push(Layer::Bars(Bars {
            id: format!("basin_{}", category as u8),
            name: category.name().into(),
            items: Vec::new(),
            colour: Colour::Rgb(category.rgb()),
        }));
    }
    let best = input.collapsed != CollapsedPoint::GlobalMinimum;
    let mut marks = stationary(input.collapsed, best, input.minima, input.higher);
    for mark in &mut marks {
        // The colours already say which minimum is which; the collapsed point's kind is news.
        if let Layer::Series(series) = mark
            && series.id != "collapsed"
        {
            series.name.clear();
        }
    }
    figure.layers.extend(marks);
    figure
}

fn notes(input: &SurfaceBasin<'_>) -> Vec<String> {
    let count = |category| input.basins.iter().filter(|c| **c == category).count();
    let share = |n: usize| {
        let percent = 100.0 * n as f64 / input.basins.len().max(1) as f64;
        format!("{} %", format_number(percent, 3))
    };
    let mut notes = vec![format!(
        "collapses from {}",
        share(count(Category::Collapsed))
    )];
    let open = count(Category::Unfinished);
    if open > 0 {
        notes.push(format!("{open} undecided"));
    }
    notes.push(format!("{}² on {}", input.cells, input.device));
    notes.extend(input.fallback.map(str::to_owned));
    notes.push(format!(
        "{}, median {} steps",
        input.start, input.median_steps
    ));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notes_name_the_shares_and_the_device() {
        use Category::{Collapsed, Negative, Positive, Unfinished};
        let basins = [Collapsed, Negative, Positive, Positive];
        let provenance = Provenance::default();
        let input = SurfaceBasin {
            x_range: (-1.0, 1.0),
            y_range: (-1.0, 1.0),
            cells: 2,
            basins: &basins,
            median_steps: 41,
            start: "from σ = η",
            mode: 1,
            zeta2: 1.0,
            alpha: 0.3,
            beta: 1.0,
            gamma: 0.1,
            collapsed: CollapsedPoint::Saddle,
            minima: &[],
            higher: &[],
            device: "some device",
            fallback: None,
            provenance: &provenance,
        };
        let figure = surface_basin(&input);
        let notes = figure.notes.join(" · ");
        assert!(notes.contains("collapses from 25.0 %"), "{notes}");
        assert!(notes.contains("2² on some device") && notes.contains("median 41 steps"));
        assert!(!notes.contains("undecided"));
        assert_eq!(figure.provenance.device, "some device");
        // No colour bar: categories have names, not a scale.
        assert!(figure.heat_map().is_some() && figure.bar_map().is_none());
        let undecided = [Collapsed, Unfinished, Positive, Positive];
        let notes = surface_basin(&SurfaceBasin {
            basins: &undecided,
            ..input
        })
        .notes;
        assert!(notes.join(" · ").contains("1 undecided"));
    }
}
