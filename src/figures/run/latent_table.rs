//! Every number there is on every latent as a table: what the window lists, for a page and for CSV.

use crate::figures::figure_named;
use crate::metrics::{LatentUsage, Quantity};
use crate::plot::axis::ticks::format_number;
use crate::plot::{Axis, Cell, Column, FigureSpec, Provenance, Role, Size};

/// Rows of a picture; CSV has them all.
const ROWS: usize = 16;

/// Every quantity of these latents, a row each in this order.
pub fn latent_table_figure(latents: &[&LatentUsage], provenance: &Provenance) -> FigureSpec {
    let shown = latents.len().clamp(1, ROWS);
    let heading = |q: Quantity| match q.unit() {
        "nats" => format!("{}\n[nats]", q.heading()),
        _ => q.heading().to_owned(),
    };
    let columns = Quantity::ALL.into_iter().enumerate();
    let columns = columns.map(|(i, q)| (i as f64, heading(q))).collect();
    let name = |l: &LatentUsage| {
        let dead = if l.active { "" } else { " ×" };
        format!("z{}{dead}", l.index)
    };
    // Rows go down, ticks are named from the bottom up.
    let rows = latents.iter().take(shown).enumerate().rev();
    let rows = rows.map(|(r, l)| (-(r as f64), name(l))).collect();
    let across = Axis::linear("").with_range(-0.6, Quantity::COUNT as f64 - 0.4);
    let down = Axis::linear("").with_range(0.6 - shown as f64, 0.6);
    let mut figure = figure_named("latents", "Latents", provenance)
        .x(across.with_ticks(columns))
        .y(down.with_ticks(rows))
        .note("gains in squared error of a sample");
    figure.size = Size::TWO_COLUMNS.with_height(0.9 + 0.17 * shown as f64);
    for (at, quantity) in Quantity::ALL.into_iter().enumerate() {
        let cells = latents.iter().enumerate().map(|(row, latent)| {
            let value = quantity.of(latent);
            Cell {
                y: -(row as f64),
                value: Some(value).filter(|v| v.is_finite()),
                text: if value.is_nan() {
                    "–".into()
                } else {
                    format_number(value, 3)
                },
                key: Some(latent.index),
                colour: if latent.active {
                    Role::Foreground.into()
                } else {
                    Role::Muted.into()
                },
            }
        });
        figure.push(Column {
            id: quantity.id().into(),
            x: at as f64,
            cells: cells.collect(),
        });
    }
    if latents.len() > shown {
        figure.notes.push(format!(
            "the first {shown} of {} latents; CSV has them all",
            latents.len()
        ));
    }
    figure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Layer;
    use crate::train::LatentStatistics;

    #[test]
    fn every_number_is_in_its_column_and_row() {
        let latent = |index: usize, gain_resampled| LatentUsage {
            index,
            statistics: LatentStatistics {
                kl: 0.5,
                gain: Some(2.0),
                gain_resampled,
                ..LatentStatistics::default()
            },
            law_residual: 0.0,
            active: true,
            collapsed: false,
            threshold_ratio: None,
            threshold_from_gain: None,
            threshold_from_variance: None,
        };
        let all: Vec<LatentUsage> = (0..40)
            .map(|j| latent(j, (j != 7).then_some(4.125 + j as f64)))
            .collect();
        let rows: Vec<&LatentUsage> = all.iter().rev().collect();
        let figure = latent_table_figure(&rows, &Provenance::default());
        let column = figure.layers.iter().find_map(|l| match l {
            Layer::Column(c) if c.id == "gain_resampled" => Some(c),
            _ => None,
        });
        let column = column.expect("a column of the resampled gain");
        assert_eq!(column.cells.len(), 40);
        assert_eq!(
            (column.cells[0].key, column.cells[0].value),
            (Some(39), Some(43.125))
        );
        let without = &column.cells[32];
        assert_eq!((without.key, without.value), (Some(7), None));
        assert_eq!(without.y, -32.0);
        let ticks = figure.y.ticks.expect("a name for every row");
        assert!(ticks.len() == 16 && ticks.windows(2).all(|w| w[0].0 < w[1].0));
        assert_eq!(ticks[15], (0.0, "z39".to_owned()));
        assert!(figure.notes[1].contains("16 of 40"));
    }
}
