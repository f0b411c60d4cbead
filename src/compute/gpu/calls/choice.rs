//! How a product is divided: the tile of a workgroup, and the parts of a long contraction.

use crate::compute::backend::DeviceKind;
use crate::compute::gpu::shader::Tile;

/// Numbers of partial sums a product may write, 64 MiB.
const MOST_PARTIALS: usize = 16 << 20;
/// Least length of a part.
const LEAST_DEPTH: usize = 64;
/// Most parts made to keep a device busy.
const MOST_SPLITS: usize = 16;
/// Length of a part of a sum over all pixels of a batch: shorter ones would only cost memory, longer ones accuracy.
const LONG_DEPTH: usize = 4096;

/// What decides how products are divided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::compute::gpu) struct Choice {
    /// The kind of device to suit.
    pub kind: DeviceKind,
    /// Always this tile.
    pub tile: Option<Tile>,
    /// Always about as many parts.
    pub splits: Option<usize>,
}

/// Parts of a contraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Split {
    /// How many.
    pub parts: usize,
    /// Length of each but the last.
    pub depth: usize,
}

impl Split {
    /// All of a contraction.
    pub(super) const WHOLE: Self = Self {
        parts: 1,
        depth: 1 << 30,
    };
}

impl Choice {
    /// Workgroups that keep the device busy: two for each of its units.
    fn enough(self) -> usize {
        2 * match self.kind {
            DeviceKind::Cpu | DeviceKind::Software => 2,
            DeviceKind::IntegratedGpu => 16,
            DeviceKind::DiscreteGpu => 132,
        }
    }

    /// The tile for a product of `rows × columns`: the largest that still makes enough workgroups and does not lie
    /// half outside.
    pub(super) fn tile(self, rows: usize, columns: usize) -> Tile {
        if let Some(tile) = self.tile {
            return tile;
        }
        let large: &[Tile] = match self.kind {
            DeviceKind::Cpu | DeviceKind::Software => return Tile::Registers,
            DeviceKind::IntegratedGpu => &[Tile::Large],
            DeviceKind::DiscreteGpu => &[Tile::Huge, Tile::Wide],
        };
        let suits = |tile: &&Tile| {
            let [high, wide] = tile.extent();
            workgroups(**tile, rows, columns) >= self.enough()
                && 2 * rows > high
                && 2 * columns > wide
        };
        large.iter().find(suits).copied().unwrap_or(Tile::Small)
    }

    /// The parts of a product of `count` numbers in `groups` workgroups contracted over `depth`; `long` if the
    /// contraction is over all pixels of a batch.
    pub(super) fn split(self, count: usize, groups: usize, depth: usize, long: bool) -> Split {
        let busy = self
            .enough()
            .div_ceil(groups.max(1))
            .min(MOST_SPLITS)
            .min(depth / LEAST_DEPTH);
        let accurate = if long { depth.div_ceil(LONG_DEPTH) } else { 1 };
        let wanted = self.splits.unwrap_or(busy.max(accurate));
        let parts = wanted.min(MOST_PARTIALS / count.max(1)).min(depth).max(1);
        if parts == 1 {
            return Split::WHOLE;
        }
        let depth_of_part = depth.div_ceil(parts);
        Split {
            parts: depth.div_ceil(depth_of_part),
            depth: depth_of_part,
        }
    }
}

/// Workgroups of a product.
pub(super) fn workgroups(tile: Tile, rows: usize, columns: usize) -> usize {
    let [high, wide] = tile.extent();
    rows.div_ceil(high) * columns.div_ceil(wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: DeviceKind) -> Choice {
        Choice {
            kind,
            tile: None,
            splits: None,
        }
    }

    #[test]
    fn tiles_follow_device_and_shape() {
        assert_eq!(of(DeviceKind::Software).tile(128, 1024), Tile::Registers);
        let discrete = of(DeviceKind::DiscreteGpu);
        assert_eq!(discrete.tile(128, 256), Tile::Small);
        assert_eq!(discrete.tile(2048, 1024), Tile::Wide);
        assert_eq!(discrete.tile(8192, 1024), Tile::Huge);
        assert_eq!(discrete.tile(1 << 20, 64), Tile::Wide);
        let integrated = of(DeviceKind::IntegratedGpu);
        assert_eq!(integrated.tile(1024, 1024), Tile::Large);
        // Half of a large tile would lie outside.
        assert_eq!(discrete.tile(1 << 20, 32), Tile::Small);
    }

    #[test]
    fn parts_cover_the_contraction_and_none_is_empty() {
        for kind in [
            DeviceKind::Software,
            DeviceKind::IntegratedGpu,
            DeviceKind::DiscreteGpu,
        ] {
            for depth in [0, 1, 63, 64, 127, 784, 1000, 100_352, 1 << 20] {
                for groups in [1, 3, 40, 500] {
                    for long in [false, true] {
                        let split = of(kind).split(5000, groups, depth, long);
                        assert!(split.parts * split.depth >= depth, "{split:?} {depth}");
                        assert!(split.parts == 1 || (split.parts - 1) * split.depth < depth);
                        assert!(!long || depth < 8192 || split.depth <= LONG_DEPTH);
                    }
                }
            }
        }
        // A batch of 128 through 784 × 1024 on a large device: 128 tiles are too few.
        assert!(
            of(DeviceKind::DiscreteGpu)
                .split(128 * 1024, 128, 784, false)
                .parts
                > 1
        );
        assert_eq!(
            of(DeviceKind::Software).split(128 * 1024, 256, 784, false),
            Split::WHOLE
        );
        // Partial sums are held back.
        assert_eq!(
            of(DeviceKind::DiscreteGpu).split(1 << 25, 1, 1 << 20, true),
            Split::WHOLE
        );
    }
}
