//! Contour lines of a grid: marching squares, joined into polylines.
//!
//! Each cell between four neighbouring samples is crossed by the level at points found by linear
//! interpolation along its edges. A crossing is named by its edge, so that segments of adjacent
//! cells join without comparing floating-point coordinates.

use std::collections::HashMap;

use crate::plot::spec::HeatMap;
use crate::plot::spec::layer::ColourScale;

/// A contour line in grid coordinates: (0, 0) is the first sample, (1, 0) its neighbour along x.
/// A closed line repeats its first point at the end.
pub type Polyline = Vec<[f64; 2]>;

/// An edge of the grid: of sample (i, j) towards +x (`false`) or +y (`true`).
type Edge = (usize, usize, bool);

/// The lines on which a grid of `nx`·`ny` values (row by row from the lowest y) equals `level`.
///
/// Cells with a corner that is not finite have no contour. Where a cell is a saddle, the mean of
/// its corners decides how the two lines pass. Returns nothing for a grid smaller than 2×2 or of
/// the wrong length.
pub fn contours(values: &[f64], nx: usize, ny: usize, level: f64) -> Vec<Polyline> {
    if nx < 2 || ny < 2 || nx.checked_mul(ny) != Some(values.len()) || !level.is_finite() {
        return Vec::new();
    }
    let mut segments = Vec::new();
    for j in 0..ny - 1 {
        for i in 0..nx - 1 {
            cell(values, nx, level, (i, j), &mut segments);
        }
    }
    join(&segments)
        .into_iter()
        .map(|edges| {
            edges
                .into_iter()
                .map(|e| crossing(values, nx, level, e))
                .collect()
        })
        .collect()
}

/// The lines on which a heat map equals `level`, in shares of its rectangle: (0, 0) is the lower
/// left corner, (1, 1) the upper right, along the axes' own scales. Values stand at cell centres;
/// the half cell out to the edges is extrapolated linearly, so that lines reach the edges.
pub fn heat_map_contours(map: &HeatMap, level: f64) -> Vec<Polyline> {
    let (nx, ny) = (map.nx, map.ny);
    if nx < 2 || ny < 2 || nx.checked_mul(ny) != Some(map.values.len()) {
        return Vec::new();
    }
    // One more sample on every side, on the edge itself.
    let sample = |i: usize, n: usize| match i {
        0 => (0, 1),
        _ if i > n => (n - 1, n - 2),
        _ => (i - 1, i - 1),
    };
    let outward = |near: f64, next: f64| near + (near - next) / 2.0;
    let mut padded = Vec::with_capacity((nx + 2) * (ny + 2));
    for j in 0..ny + 2 {
        let (j0, j1) = sample(j, ny);
        for i in 0..nx + 2 {
            let (i0, i1) = sample(i, nx);
            let row = |j: usize| outward(map.values[j * nx + i0], map.values[j * nx + i1]);
            padded.push(outward(row(j0), row(j1)));
        }
    }
    let share = |at: f64, n: usize| {
        let n = n as f64;
        let cell = if at < 1.0 {
            at / 2.0
        } else if at > n {
            n - 0.5 + (at - n) / 2.0
        } else {
            at - 0.5
        };
        cell / n
    };
    contours(&padded, nx + 2, ny + 2, level)
        .into_iter()
        .map(|line| {
            line.into_iter()
                .map(|[i, j]| [share(i, nx), share(j, ny)])
                .collect()
        })
        .collect()
}

/// Appends the 0, 1 or 2 segments of one cell.
fn cell(values: &[f64], nx: usize, level: f64, at: (usize, usize), out: &mut Vec<(Edge, Edge)>) {
    let (i, j) = at;
    let corner = |di: usize, dj: usize| values[(j + dj) * nx + i + di];
    // Anticlockwise from the lower left; edge k joins corner k to corner k+1.
    let corners = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
    if corners.iter().any(|v| !v.is_finite()) {
        return;
    }
    let edges: [Edge; 4] = [
        (i, j, false),
        (i + 1, j, true),
        (i, j + 1, false),
        (i, j, true),
    ];
    let above = corners.map(|v| v >= level);
    let crossed: Vec<usize> = (0..4).filter(|&k| above[k] != above[(k + 1) % 4]).collect();
    match crossed[..] {
        [a, b] => out.push((edges[a], edges[b])),
        [..] if crossed.len() == 4 => {
            let centre = corners.iter().map(|v| v / 4.0).sum::<f64>() >= level;
            // Cut off the corners that differ from the centre.
            if above[0] == centre {
                out.push((edges[0], edges[1]));
                out.push((edges[2], edges[3]));
            } else {
                out.push((edges[3], edges[0]));
                out.push((edges[1], edges[2]));
            }
        }
        _ => {}
    }
}

/// The point of `edge` at which the level is crossed.
fn crossing(values: &[f64], nx: usize, level: f64, (i, j, up): Edge) -> [f64; 2] {
    let a = values[j * nx + i];
    let b = if up {
        values[(j + 1) * nx + i]
    } else {
        values[j * nx + i + 1]
    };
    let share = ((level - a) / (b - a)).clamp(0.0, 1.0);
    let share = if share.is_nan() { 0.5 } else { share };
    if up {
        [i as f64, j as f64 + share]
    } else {
        [i as f64 + share, j as f64]
    }
}

/// Joins segments that share an edge into chains, open ones first. An edge has at most two segments.
fn join(segments: &[(Edge, Edge)]) -> Vec<Vec<Edge>> {
    let mut at: HashMap<Edge, [Option<usize>; 2]> = HashMap::with_capacity(segments.len() + 1);
    for (index, &(a, b)) in segments.iter().enumerate() {
        for edge in [a, b] {
            let slots = at.entry(edge).or_default();
            slots[usize::from(slots[0].is_some())] = Some(index);
        }
    }
    let mut used = vec![false; segments.len()];
    let mut lines = Vec::new();
    let ends = segments
        .iter()
        .flat_map(|&(a, b)| [a, b])
        .filter(|e| at[e][1].is_none());
    let starts: Vec<Edge> = ends.chain(segments.iter().map(|&(a, _)| a)).collect();
    for start in starts {
        let mut line = vec![start];
        let mut here = start;
        while let Some(next) = at[&here].iter().flatten().copied().find(|&s| !used[s]) {
            used[next] = true;
            let (a, b) = segments[next];
            here = if a == here { b } else { a };
            line.push(here);
        }
        if line.len() > 1 {
            lines.push(line);
        }
    }
    lines
}

/// `count` levels for contours of values between `low` and `high`, evenly spaced along a scale
/// that gives more of them near `low`, where the minima of a loss surface are.
pub fn levels(low: f64, high: f64, count: usize, scale: ColourScale) -> Vec<f64> {
    if !(low.is_finite() && high.is_finite() && low < high) {
        return Vec::new();
    }
    (1..=count)
        .map(|k| {
            let share = k as f64 / (count + 1) as f64;
            match scale {
                ColourScale::Excess => low + ((high - low).ln_1p() * share).exp_m1(),
                ColourScale::Linear | ColourScale::Log10 => low + (high - low) * share * share,
            }
        })
        .collect()
}

impl HeatMap {
    /// The same map with other colours, and with contours to match.
    pub fn rescale(&mut self, scale: ColourScale) {
        let finite = self.values.iter().copied().filter(|v| v.is_finite());
        let low = finite.clone().fold(f64::INFINITY, f64::min);
        let high = finite.fold(f64::NEG_INFINITY, f64::max);
        self.contours = levels(low, high, self.contours.len(), scale);
        self.scale = scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(n: usize, f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        let at = |i: usize| -1.0 + 2.0 * i as f64 / (n - 1) as f64;
        (0..n * n).map(|k| f(at(k % n), at(k / n))).collect()
    }

    #[test]
    fn a_circle_is_one_closed_line_of_the_right_length() {
        let n = 101;
        let lines = contours(&grid(n, |x, y| x * x + y * y), n, n, 0.49);
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        assert_eq!(line.first(), line.last());
        let scale = 2.0 / (n - 1) as f64;
        let mut length = 0.0;
        for pair in line.windows(2) {
            length += (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]) * scale;
            let r = (pair[0][0] * scale - 1.0).hypot(pair[0][1] * scale - 1.0);
            assert!((r - 0.7).abs() < 2e-4, "radius {r}");
        }
        assert!(
            (length - std::f64::consts::TAU * 0.7).abs() < 2e-3,
            "{length}"
        );
    }

    #[test]
    fn a_plane_is_one_open_straight_line_exactly() {
        // v = 3i + 0.5 crosses level 5 at i = 1.5 in every row.
        let values: Vec<f64> = (0..12).map(|k| 3.0 * f64::from(k % 4) + 0.5).collect();
        let lines = contours(&values, 4, 3, 5.0);
        assert_eq!(lines.len(), 1);
        let mut line = lines[0].clone();
        line.sort_by(|a, b| a[1].total_cmp(&b[1]));
        assert_eq!(line, [[1.5, 0.0], [1.5, 1.0], [1.5, 2.0]]);
    }

    #[test]
    fn a_saddle_cell_follows_the_mean_of_its_corners() {
        // High on one diagonal; the mean (0.6) is above the level, so the low corners are cut off.
        let lines = contours(&[1.0, 0.2, 0.2, 1.0], 2, 2, 0.5);
        assert_eq!(lines.len(), 2);
        for line in &lines {
            let middle = [
                f64::midpoint(line[0][0], line[1][0]),
                f64::midpoint(line[0][1], line[1][1]),
            ];
            let to_low = (middle[0] - 1.0)
                .hypot(middle[1])
                .min(middle[0].hypot(middle[1] - 1.0));
            assert!(to_low < 0.5, "{line:?}");
        }
    }

    #[test]
    fn two_wells_give_two_loops_below_and_one_above_the_pass() {
        let n = 81;
        let f = |x: f64, y: f64| (4.0 * x * x - 1.0).powi(2) + y * y;
        let values = grid(n, f);
        assert_eq!(contours(&values, n, n, 0.5).len(), 2);
        let above = contours(&values, n, n, 1.05);
        assert_eq!(above.iter().filter(|l| l.first() == l.last()).count(), 0);
    }

    #[test]
    fn a_heat_map_of_a_plane_has_straight_contours_from_edge_to_edge() {
        // v = x + 2y on [0, 1]², sampled at cell centres, is 1.2 on the line from (0, 0.6) to (1, 0.1).
        let (nx, ny) = (7, 5);
        let at = |k: usize, n: usize| (k as f64 + 0.5) / n as f64;
        let map = HeatMap {
            id: String::new(),
            x_range: (0.0, 1.0),
            y_range: (0.0, 1.0),
            nx,
            ny,
            values: (0..nx * ny)
                .map(|k| at(k % nx, nx) + 2.0 * at(k / nx, ny))
                .collect(),
            colour_map: crate::plot::ColourMap::Viridis,
            categories: Vec::new(),
            scale: ColourScale::Linear,
            range: None,
            contours: vec![],
            label: String::new(),
            smooth: true,
        };
        let lines = heat_map_contours(&map, 1.2);
        assert_eq!(lines.len(), 1);
        assert!(
            lines[0]
                .iter()
                .all(|[x, y]| (x + 2.0 * y - 1.2).abs() < 1e-12)
        );
        let xs = lines[0].iter().map(|p| p[0]);
        assert!(xs.clone().fold(1.0, f64::min) < 1e-12 && xs.fold(0.0, f64::max) > 1.0 - 1e-12);
    }

    #[test]
    fn holes_break_lines_and_bad_grids_have_none() {
        let mut values = grid(21, |x, _| x);
        values[10 * 21 + 10] = f64::NAN;
        assert_eq!(contours(&values, 21, 21, 0.01).len(), 2);
        assert!(contours(&values, 20, 21, 0.0).is_empty());
        assert!(contours(&[], 0, 0, 0.0).is_empty());
        assert!(contours(&[1.0; 9], 3, 3, f64::NAN).is_empty());
    }
}
