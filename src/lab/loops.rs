//! How far the way up and the way down of a sweep lie apart.

use super::hysteresis::{Direction, Hysteresis, HysteresisPoint};

/// The area of a sweep's loop, ∫|down − up| d ln value by the trapezium rule.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LoopArea {
    /// Of the loss, in nats.
    pub loss: f64,
    /// Of the number of active latents.
    pub active: f64,
    /// Largest |down − up| of the loss at one value, in nats.
    pub widest: f64,
    /// How much of the sweep's range, 0 to 1 in the logarithm, the integral covers.
    pub covered: f64,
    /// Values that count.
    pub pairs: usize,
}

/// The loop's area over the values at which both ways are there: settled both, if `converged_only`.
///
/// The integral joins neighbouring values of the sweep only: where one is missing nothing is assumed. `None` without two
/// such neighbours.
pub fn loop_area(sweep: &Hysteresis, converged_only: bool) -> Option<LoopArea> {
    let at = |index: usize, direction: Direction| -> Option<&HysteresisPoint> {
        sweep
            .points
            .iter()
            .find(|p| p.index == index && p.direction == direction)
            .filter(|p| p.converged || !converged_only)
    };
    let gaps: Vec<Option<[f64; 3]>> = (0..sweep.values.len())
        .map(|index| {
            let (up, down) = (at(index, Direction::Up)?, at(index, Direction::Down)?);
            let (a, b) = (&up.measured, &down.measured);
            Some([
                sweep.values[index].ln(),
                (b.loss - a.loss).abs(),
                b.active.abs_diff(a.active) as f64,
            ])
        })
        .collect();
    let mut area = LoopArea {
        pairs: gaps.iter().flatten().count(),
        widest: gaps.iter().flatten().map(|g| g[1]).fold(0.0, f64::max),
        ..LoopArea::default()
    };
    let mut joined = false;
    for pair in gaps.windows(2) {
        if let [Some(a), Some(b)] = pair {
            let width = b[0] - a[0];
            area.loss += width * f64::midpoint(a[1], b[1]);
            area.active += width * f64::midpoint(a[2], b[2]);
            area.covered += width;
            joined = true;
        }
    }
    let whole = sweep.values.last()?.ln() - sweep.values.first()?.ln();
    area.covered = if whole > 0.0 {
        area.covered / whole
    } else {
        0.0
    };
    joined.then_some(area)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Measurement, Parameter};

    fn sweep(rows: &[(f64, f64, bool)]) -> Hysteresis {
        let mut sweep = Hysteresis {
            values: (0..rows.len()).map(|i| (i as f64).exp()).collect(),
            parameter: Parameter::Beta,
            ..Hysteresis::default()
        };
        for (index, &(up, down, converged)) in rows.iter().enumerate() {
            for (direction, loss) in [(Direction::Up, up), (Direction::Down, down)] {
                sweep.points.push(HysteresisPoint {
                    index,
                    value: sweep.values[index],
                    direction,
                    converged: converged || direction == Direction::Up,
                    measured: Measurement {
                        loss,
                        active: usize::from(loss > 1.5),
                        ..Measurement::default()
                    },
                    ..HysteresisPoint::default()
                });
            }
        }
        sweep
    }

    #[test]
    fn the_area_is_the_trapezium_over_settled_pairs_only() {
        // ln β = 0, 1, 2, 3; |down − up| = 0, 1, 1, 2, the last unsettled; of the active, 0, 1, 0.
        let sweep = sweep(&[
            (1.0, 1.0, true),
            (1.0, 2.0, true),
            (3.0, 2.0, true),
            (0.0, 2.0, false),
        ]);
        let settled = loop_area(&sweep, true).expect("neighbours");
        assert!((settled.loss - 1.5).abs() < 1e-12, "{settled:?}");
        assert!((settled.active - 1.0).abs() < 1e-12, "{settled:?}");
        assert!((settled.covered - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!((settled.pairs, settled.widest), (3, 1.0));
        let all = loop_area(&sweep, false).expect("neighbours");
        assert!((all.loss - 3.0).abs() < 1e-12 && (all.covered - 1.0).abs() < 1e-12);
        assert_eq!(all.widest, 2.0);
    }

    #[test]
    fn nothing_is_assumed_across_a_hole() {
        let sweep = sweep(&[(1.0, 2.0, true), (1.0, 2.0, false), (1.0, 2.0, true)]);
        assert_eq!(loop_area(&sweep, true), None);
        assert!(loop_area(&Hysteresis::default(), false).is_none());
    }
}
