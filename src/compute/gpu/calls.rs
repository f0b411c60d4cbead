//! Which kernel an op becomes: its buffers, its numbers, its number of workgroups.

use bytemuck::{Pod, Zeroable};

use crate::compute::backend::DeviceKind;
use crate::compute::op::{BatchOrder, Op, Slice};
use crate::config::Activation;
use crate::data::PixelTransform;

use super::shader::{Tile, Variant};

/// The numbers that are fixed for a call; `CallInputs` of `shaders/shared/step.wgsl`, byte for byte.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct CallInputs {
    /// Index of the op in its program, or [`Status::NONE`] to let any number pass.
    pub op: u32,
    /// B.
    pub rows: u32,
    /// Width of what comes in: d, κ, or a layer's inputs.
    pub width: u32,
    /// Width of what goes out.
    pub outputs: u32,
    /// Elements of an elementwise kernel; the offset of log γ for Adam.
    pub count: u32,
    /// 0 identity, 1 relu, 2 tanh.
    pub activation: u32,
    /// A random stream.
    pub stream: u32,
    /// Bits of the `FLAG` constants.
    pub flags: u32,
    /// Of the pixel transform.
    pub scale: f32,
    /// Of the pixel transform.
    pub dequantize: f32,
    /// Of the pixel transform.
    pub logit_lambda: f32,
}

impl CallInputs {
    const GLOBAL_VARIANCE: u32 = 1;
    const GRADIENT: u32 = 2;
    const SHUFFLED: u32 = 4;
    const BYTES: u32 = 8;
    const CENTERED: u32 = 16;
}

/// Whether the run is sound; `Status` of `shaders/shared/step.wgsl`, byte for byte.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
pub struct Status {
    /// slot · [`Self::OPS`] + op of the earliest bad call of the submission, or [`Self::NONE`].
    pub first: u32,
    /// 1 once no later Adam may act.
    pub latched: u32,
}

impl Status {
    /// Nothing was bad.
    pub const NONE: u32 = u32::MAX;
    /// More than a program has ops.
    pub const OPS: u32 = 1024;
    /// A sound run.
    pub const SOUND: Self = Self {
        first: Self::NONE,
        latched: 0,
    };

    /// The slot and the op of the first bad call.
    pub fn bad(self) -> Option<(u32, usize)> {
        (self.first != Self::NONE)
            .then_some((self.first / Self::OPS, (self.first % Self::OPS) as usize))
    }
}

/// What a storage binding refers to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operand {
    /// Part of a plan buffer.
    Slice(Slice),
    /// The data set.
    Data,
    /// The preprocessor's mean.
    Mean,
    /// Nothing: the op does not have this operand.
    Absent,
}

impl From<Slice> for Operand {
    fn from(slice: Slice) -> Self {
        Self::Slice(slice)
    }
}

impl From<Option<Slice>> for Operand {
    fn from(slice: Option<Slice>) -> Self {
        slice.map_or(Self::Absent, Self::Slice)
    }
}

/// A kernel call, ready to be bound.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub variant: Variant,
    /// Bindings 1.. of group 1, read only.
    pub reads: Vec<Operand>,
    /// The bindings after them, written.
    pub writes: Vec<Operand>,
    pub inputs: CallInputs,
    pub workgroups: usize,
}

/// What else decides a call than the op.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub transform: PixelTransform,
    pub bytes: bool,
    pub centered: bool,
    pub tiles: TileChoice,
}

/// How the tile of a product is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TileChoice {
    /// By shape, for a kind of device.
    For(DeviceKind),
    /// Always this one.
    Fixed(Tile),
}

impl TileChoice {
    /// The tile for a product of `rows × columns`: the large one if that still makes enough
    /// workgroups to keep the device busy.
    fn tile(self, rows: usize, columns: usize) -> Tile {
        let kind = match self {
            Self::Fixed(tile) => return tile,
            Self::For(kind) => kind,
        };
        let enough = match kind {
            DeviceKind::Cpu | DeviceKind::Software => return Tile::Registers,
            DeviceKind::IntegratedGpu => 32,
            DeviceKind::DiscreteGpu => 256,
        };
        if workgroups(Tile::Large, rows, columns) >= enough {
            Tile::Large
        } else {
            Tile::Small
        }
    }
}

fn workgroups(tile: Tile, rows: usize, columns: usize) -> usize {
    let [high, wide] = tile.extent();
    rows.div_ceil(high) * columns.div_ceil(wide)
}

/// The grid of `workgroups` in two dimensions of at most `most` each; kernels ignore the surplus.
pub(super) fn grid(workgroups: usize, most: u32) -> [u32; 2] {
    let most = most.max(1) as usize;
    if workgroups <= most {
        [workgroups as u32, 1]
    } else {
        [most as u32, workgroups.div_ceil(most) as u32]
    }
}

impl Call {
    /// The call of op number `index` of a training program, or of another program (`None`), whose
    /// numbers may be anything.
    #[expect(
        clippy::too_many_lines,
        reason = "the table from op to kernel, one arm each"
    )]
    pub(super) fn of(op: &Op, index: Option<usize>, setting: Setting) -> Self {
        unimplemented!("{} {index:?} {setting:?}", op.kernel())
    }
}

fn dense(
    base: CallInputs,
    rows: usize,
    inputs: usize,
    outputs: usize,
    activation: Activation,
) -> CallInputs {
    CallInputs {
        rows: rows as u32,
        width: inputs as u32,
        outputs: outputs as u32,
        activation: match activation {
            Activation::Identity => 0,
            Activation::Relu => 1,
            Activation::Tanh => 2,
            Activation::LeakyRelu => 3,
            Activation::Sigmoid => 4,
            Activation::Elu => 5,
            Activation::SoftThreshold => 6,
        },
        ..base
    }
}

fn latent(base: CallInputs, rows: usize, width: usize) -> CallInputs {
    CallInputs {
        rows: rows as u32,
        width: width as u32,
        count: (rows * width) as u32,
        ..base
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_cover_all_workgroups_within_the_limit() {
        for workgroups in [1, 2, 65_535, 65_536, 70_000, 200_000, 15_625_001] {
            let [x, y] = grid(workgroups, 65_535);
            assert!(x <= 65_535 && y <= 65_535);
            assert!(x as usize * y as usize >= workgroups);
        }
    }

    #[test]
    fn tiles_follow_device_and_shape() {
        let software = TileChoice::For(DeviceKind::Software);
        assert_eq!(software.tile(128, 1024), Tile::Registers);
        let discrete = TileChoice::For(DeviceKind::DiscreteGpu);
        assert_eq!(discrete.tile(128, 256), Tile::Small);
        assert_eq!(discrete.tile(1024, 1024), Tile::Large);
    }
}
