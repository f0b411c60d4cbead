//! Thinning of long lines to about two points per pixel column, without losing a spike or a gap.

use crate::plot::axis::frame::AxisMap;

/// Thins a line for a plot `columns` pixels wide.
///
/// Of every stretch of consecutive points that fall in one pixel column the lowest and the highest
/// are kept, in their order; so are the first and last point of every unbroken stretch, and one
/// NaN point for every gap. A line of at most 2·`columns` points is returned unchanged.
pub fn decimate(points: &[[f64; 2]], x: &AxisMap, columns: usize) -> Vec<[f64; 2]> {
    if points.len() <= columns.saturating_mul(2).max(4) {
        return points.to_vec();
    }
    let mut out: Vec<[f64; 2]> = Vec::with_capacity(columns.saturating_mul(2));
    let column = |p: &[f64; 2]| {
        let unit = x.to_unit(p[0]).filter(|_| p[1].is_finite())?;
        Some((unit.clamp(-1.0, 2.0) * columns as f64).floor() as i64)
    };
    let mut start = 0;
    while start < points.len() {
        let Some(first) = column(&points[start]) else {
            if out.last().is_some_and(|p| !p[1].is_nan()) {
                out.push([f64::NAN, f64::NAN]);
            }
            start += 1;
            continue;
        };
        let run = points[start..]
            .iter()
            .take_while(|p| column(p) == Some(first))
            .count();
        let end = start + run;
        let opens = start == 0 || column(&points[start - 1]).is_none();
        let closes = end == points.len() || column(&points[end]).is_none();
        keep(&points[start..end], opens, closes, &mut out);
        start = end;
    }
    out
}

/// Appends what is kept of the points of one column.
fn keep(run: &[[f64; 2]], opens: bool, closes: bool, out: &mut Vec<[f64; 2]>) {
    let mut low = 0;
    let mut high = 0;
    for (i, p) in run.iter().enumerate() {
        if p[1] < run[low][1] {
            low = i;
        }
        if p[1] > run[high][1] {
            high = i;
        }
    }
    let last = run.len() - 1;
    let mut kept = [
        low.min(high),
        low.max(high),
        if opens { 0 } else { low },
        if closes { last } else { high },
    ];
    kept.sort_unstable();
    let mut previous = None;
    for index in kept {
        if previous != Some(index) {
            out.push(run[index]);
        }
        previous = Some(index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Scale;

    #[test]
    fn spikes_ends_and_gaps_survive() {
        let n = 100_000;
        let mut points: Vec<[f64; 2]> = (0..n)
            .map(|i| [f64::from(i), (f64::from(i) * 0.001).sin()])
            .collect();
        points[31_415][1] = 50.0;
        points[77_777][1] = -40.0;
        for p in &mut points[50_000..50_010] {
            p[1] = f64::NAN;
        }
        let x = AxisMap::new(Scale::Linear, 0.0, f64::from(n - 1));
        let thin = decimate(&points, &x, 400);
        assert!(thin.len() <= 2 * 401 + 8, "{}", thin.len());
        assert!(thin.contains(&[31_415.0, 50.0]));
        assert!(thin.contains(&[77_777.0, -40.0]));
        assert_eq!(thin.first(), points.first());
        assert_eq!(thin.last(), points.last());
        assert_eq!(thin.iter().filter(|p| p[1].is_nan()).count(), 1);
        assert!(thin.contains(&points[49_999]) && thin.contains(&points[50_010]));
        let kept: Vec<f64> = thin.iter().map(|p| p[0]).filter(|x| !x.is_nan()).collect();
        assert!(kept.windows(2).all(|w| w[0] < w[1]), "order is kept");
    }

    #[test]
    fn a_short_line_is_untouched() {
        let points = vec![[0.0, 1.0], [f64::NAN, 2.0], [2.0, 3.0]];
        let x = AxisMap::new(Scale::Linear, 0.0, 2.0);
        let same = decimate(&points, &x, 100);
        assert_eq!(same.len(), 3);
        assert_eq!(same[2], points[2]);
    }
}
