//! The order in which the points of a grid are computed: coarse to fine, every point once.

/// Indices of an `nx`·`ny` grid (row by row), coarse grids first, and how the refinement stands.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    /// Points along x and y.
    pub(super) points: [usize; 2],
    order: Vec<u32>,
    /// For every grid from coarse to fine its stride and the number of points it is complete with.
    levels: Vec<(usize, usize)>,
}

impl Grid {
    /// A grid of `nx` columns and `ny` rows, each at least 1. It is refined by halves as far as both sides
    /// allow: 65 points as 3, 5, 9, 17, 33, 65.
    pub(super) fn new(nx: usize, ny: usize) -> Self {
        let gaps = |n: usize| n - 1;
        let mut stride = 1;
        while [nx, ny]
            .iter()
            .all(|&n| n == 1 || (gaps(n).is_multiple_of(stride * 2) && gaps(n) / (stride * 2) >= 2))
            && stride < nx.max(ny)
        {
            stride *= 2;
        }
        let mut order = Vec::with_capacity(nx * ny);
        let mut levels = Vec::new();
        let mut coarser = usize::MAX;
        while stride > 0 {
            for row in (0..ny).step_by(stride) {
                for column in (0..nx).step_by(stride) {
                    let known = coarser != usize::MAX
                        && row.is_multiple_of(coarser)
                        && column.is_multiple_of(coarser);
                    if !known {
                        order.push((row * nx + column) as u32);
                    }
                }
            }
            levels.push((stride, order.len()));
            coarser = stride;
            stride /= 2;
        }
        Self {
            points: [nx, ny],
            order,
            levels,
        }
    }

    /// Number of points.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// The index of the `turn`-th point to compute.
    pub(super) fn index(&self, turn: usize) -> Option<usize> {
        self.order.get(turn).map(|&index| index as usize)
    }

    /// The stride of the finest grid that `known` points complete; 0 if not even the first.
    pub(super) fn stride(&self, known: usize) -> usize {
        let complete = self.levels.iter().rev().find(|(_, count)| known >= *count);
        complete.map_or(0, |(stride, _)| *stride)
    }
}

#[cfg(test)]
mod tests {
    use super::Grid;

    #[test]
    fn every_point_comes_once_and_coarse_grids_first() {
        for (nx, ny, coarsest) in [
            (65, 65, 32),
            (9, 9, 4),
            (41, 1, 8),
            (2, 2, 1),
            (17, 9, 4),
            (1, 1, 1),
        ] {
            let grid = Grid::new(nx, ny);
            let mut seen: Vec<usize> = (0..grid.len()).filter_map(|t| grid.index(t)).collect();
            assert_eq!(grid.levels[0].0, coarsest, "{nx}×{ny}");
            let first: Vec<usize> = seen[..grid.levels[0].1].to_vec();
            assert!(first.iter().all(|i| (i % nx).is_multiple_of(coarsest)
                && (i / nx).is_multiple_of(coarsest)));
            seen.sort_unstable();
            assert_eq!(seen, (0..nx * ny).collect::<Vec<_>>(), "{nx}×{ny}");
        }
        let grid = Grid::new(65, 65);
        let sizes: Vec<usize> = grid.levels.iter().map(|l| l.1).collect();
        assert_eq!(sizes, [3, 5, 9, 17, 33, 65].map(|n| n * n));
        assert_eq!(grid.stride(8), 0);
        assert_eq!(grid.stride(9), 32);
        assert_eq!(grid.stride(80), 16);
        assert_eq!(grid.stride(65 * 65), 1);
        assert_eq!(grid.index(65 * 65), None);
    }
}
