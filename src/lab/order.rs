//! The order in which a grid is filled: corners first, then ever finer.

/// All cells (x, y) of an `nx`·`ny` grid: first the corners, then every cell of a lattice of
/// half the distance, and so on, so that the map is a picture of the whole from early on.
pub(super) fn coarse_to_fine(nx: usize, ny: usize) -> Vec<(usize, usize)> {
    let mut order = Vec::with_capacity(nx * ny);
    if nx == 0 || ny == 0 {
        return order;
    }
    let mut seen = vec![false; nx * ny];
    let mut distance = (nx.max(ny) - 1).max(1).next_power_of_two();
    loop {
        let lattice = |n: usize| {
            let mut at: Vec<usize> = (0..n).step_by(distance).collect();
            if at.last() != Some(&(n - 1)) {
                at.push(n - 1);
            }
            at
        };
        for &y in &lattice(ny) {
            for &x in &lattice(nx) {
                if !std::mem::replace(&mut seen[y * nx + x], true) {
                    order.push((x, y));
                }
            }
        }
        if distance == 1 {
            return order;
        }
        distance /= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_come_first_and_every_cell_once() {
        for (nx, ny) in [(1, 1), (5, 1), (2, 3), (9, 6), (16, 16), (7, 12)] {
            let order = coarse_to_fine(nx, ny);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!((order.len(), sorted.len()), (nx * ny, nx * ny));
            let corners = nx.min(2) * ny.min(2);
            let first = order.iter().take(corners);
            let edge = |at: usize, n: usize| at == 0 || at == n - 1;
            assert!(first.into_iter().all(|&(x, y)| edge(x, nx) && edge(y, ny)));
        }
        assert!(coarse_to_fine(0, 3).is_empty());
    }

    /// After a quarter of a square the largest hole is two cells wide, not three quarters of the map.
    #[test]
    fn an_unfinished_grid_is_coarse_not_partial() {
        let order = coarse_to_fine(17, 17);
        let done = &order[..81];
        for x in 0..17_usize {
            for y in 0..17_usize {
                let near = done
                    .iter()
                    .any(|&(a, b)| a.abs_diff(x) <= 1 && b.abs_diff(y) <= 1);
                assert!(near, "nothing near {x}, {y}");
            }
        }
    }
}
