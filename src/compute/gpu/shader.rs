//! The kernels' text: files, the import directive, and the pipeline constants of every variant.

use crate::compute::inputs::StepInputs;
use crate::compute::op::StatisticsLayout;
use crate::model::Node;

/// Why a kernel's text cannot be put together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShaderError {
    /// No such kernel.
    #[error("there is no kernel '{name}'")]
    UnknownKernel {
        /// What was asked for.
        name: String,
    },
    /// A directive names a file that does not exist.
    #[error("'{file}' imports '{import}', which does not exist in shaders/shared")]
    UnknownImport {
        /// The importing file.
        file: String,
        /// What it asks for.
        import: String,
    },
}

macro_rules! files {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../shaders/", $folder, $name, ".wgsl")))),+]
    };
}

/// The kernels, by [`crate::compute::Op::kernel`], and [`PARTS_OF_OPS`] and [`BESIDE_PLANS`].
const KERNELS: &[(&str, &str)] = files!("":
    "adam",
    "analytic_norms",
    "analytic_spread",
    "analytic_weight",
    "basin",
    "convolve",
    "convolve_transposed",
    "convolve_weight",
    "dense_backward_input",
    "dense_backward_weight",
    "dense_forward",
    "elbo",
    "finalize",
    "gather",
    "importance_backward",
    "importance_weights",
    "latent_means",
    "latent_statistics",
    "log_ratio",
    "mask_latents",
    "max_pool",
    "max_pool_backward",
    "norm_backward_affine",
    "norm_backward_input",
    "norm_forward",
    "norm_merge",
    "norm_moments",
    "norm_update",
    "pointwise",
    "reparameterize_backward",
    "reparameterize_forward",
    "reparameterize_norms",
    "sum_partials",
    "sum_rows",
    "upsample",
    "upsample_backward",
);

/// The kernels that are no op of their own but a part of one.
pub const PARTS_OF_OPS: [&str; 3] = ["norm_merge", "reparameterize_norms", "sum_partials"];

/// The descents of basin maps.
pub(super) const BASIN: &str = "basin";

/// The kernels that belong to no plan: what theory computes on a device.
pub const BESIDE_PLANS: [&str; 1] = [BASIN];

/// What kernels share.
const SHARED: &[(&str, &str)] = files!("shared/":
    "activation",
    "bilinear",
    "bits",
    "columns",
    "epilogue",
    "matmul_registers",
    "matmul_tiled",
    "matmul_wide",
    "modes",
    "normal",
    "operands",
    "patches",
    "pooling",
    "posterior",
    "random",
    "reduce",
    "step",
);

/// The directive, alone on a line: `//!import NAME`.
const DIRECTIVE: &str = "//!import ";

/// The import that stands for the matrix product of the variant.
const MATMUL: &str = "matmul";

/// Whether a kernel is a matrix product.
fn is_product(kernel: &str) -> bool {
    kernel.starts_with("dense_") || kernel.starts_with("convolve")
}

fn find(files: &'static [(&str, &str)], name: &str) -> Option<&'static str> {
    files
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, text)| *text)
}

/// The names of all kernels.
pub fn kernel_names() -> impl Iterator<Item = &'static str> {
    KERNELS.iter().map(|(name, _)| *name)
}

/// How a matrix product is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tile {
    /// 8 × 8 numbers in the registers of each of 8 invocations: software adapters.
    Registers,
    /// 32 × 32 in workgroup memory, 64 invocations: small products on a GPU.
    Small,
    /// 64 × 64 in workgroup memory, 256 invocations of 4 × 4: large products on a GPU with few registers.
    Large,
    /// 64 × 64 in workgroup memory, 64 invocations of 8 × 8: large products on a GPU with many.
    Wide,
    /// 128 × 128 in workgroup memory, 256 invocations of 8 × 8: the largest products.
    Huge,
}

impl Tile {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Registers,
        Self::Small,
        Self::Large,
        Self::Wide,
        Self::Huge,
    ];

    /// Rows and columns of the product that one workgroup computes.
    pub fn extent(self) -> [usize; 2] {
        match self {
            Self::Registers => [8, 64],
            Self::Small => [32, 32],
            Self::Large | Self::Wide => [64, 64],
            Self::Huge => [128, 128],
        }
    }

    fn workgroup(self) -> u32 {
        match self {
            Self::Registers => 8,
            Self::Small | Self::Wide => 64,
            Self::Large | Self::Huge => 256,
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Registers => "matmul_registers",
            Self::Small | Self::Large => "matmul_tiled",
            Self::Wide | Self::Huge => "matmul_wide",
        }
    }
}

/// A kernel with everything that is fixed when its pipeline is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Variant {
    /// The kernel's name.
    pub kernel: &'static str,
    /// Its matrix product, if it has one.
    pub tile: Option<Tile>,
}

impl Variant {
    /// A kernel without a matrix product.
    pub fn plain(kernel: &'static str) -> Self {
        Self { kernel, tile: None }
    }

    /// Every variant that can be asked for.
    pub fn all() -> Vec<Self> {
        kernel_names()
            .flat_map(|kernel| {
                let tiles: &[Tile] = if is_product(kernel) { &Tile::ALL } else { &[] };
                let plain = tiles.is_empty().then(|| Self::plain(kernel));
                let tiled = tiles.iter().map(move |&tile| Self {
                    kernel,
                    tile: Some(tile),
                });
                plain.into_iter().chain(tiled)
            })
            .collect()
    }

    /// Invocations of a workgroup.
    pub fn workgroup(self) -> u32 {
        match self.tile {
            Some(tile) => tile.workgroup(),
            // One workgroup does all of `finalize`, and one sums many rows.
            None => match self.kernel {
                "finalize"
                | "sum_rows"
                | "latent_means"
                | "norm_moments"
                | "norm_merge"
                | "norm_backward_affine" => 256,
                _ => 64,
            },
        }
    }

    /// The whole WGSL text.
    ///
    /// # Errors
    /// [`ShaderError`] if the kernel or an import does not exist.
    pub fn source(self) -> Result<String, ShaderError> {
        let text = find(KERNELS, self.kernel).ok_or_else(|| ShaderError::UnknownKernel {
            name: self.kernel.to_owned(),
        })?;
        resolve(self.kernel, text, self.tile)
    }

    /// The pipeline constants, by name.
    pub fn constants(self) -> Vec<(&'static str, f64)> {
        let mut constants = vec![("WORKGROUP", f64::from(self.workgroup()))];
        if let Some(tile) = self.tile.filter(|t| *t != Tile::Registers) {
            let block = tile.extent()[0] as u32;
            // So that every invocation loads one quad of each factor.
            let depth = self.workgroup() / (block / 4);
            constants.extend([
                ("BLOCK", f64::from(block)),
                ("DEPTH", f64::from(depth)),
                ("TILE", f64::from(depth * (block / 4 + 1))),
            ]);
        }
        match self.kernel {
            "adam" => constants.extend([
                ("BETA1", StepInputs::BETA1),
                ("BETA2", StepInputs::BETA2),
                ("REST1", 1.0 - StepInputs::BETA1),
                ("REST2", 1.0 - StepInputs::BETA2),
                ("EPSILON", f64::from(StepInputs::EPSILON)),
            ]),
            "norm_forward" | "norm_backward_affine" | "norm_backward_input" => {
                constants.push(("NORM_EPSILON", f64::from(Node::NORM_EPSILON)));
            }
            "norm_update" => {
                constants.push(("NORM_MOMENTUM", f64::from(Node::NORM_MOMENTUM)));
            }
            "latent_statistics" => {
                constants.push(("COLLAPSE_EPSILON", f64::from(StatisticsLayout::EPSILON)));
            }
            _ => {}
        }
        constants
    }
}

/// Puts every file that `text` imports, directly or not, once before it.
///
/// # Errors
/// [`ShaderError::UnknownImport`].
pub fn resolve(file: &str, text: &str, tile: Option<Tile>) -> Result<String, ShaderError> {
    let mut included = Vec::new();
    let mut out = String::new();
    include(file, text, tile, &mut included, &mut out)?;
    Ok(out)
}

fn include(
    file: &str,
    text: &str,
    tile: Option<Tile>,
    included: &mut Vec<String>,
    out: &mut String,
) -> Result<(), ShaderError> {
    for import in text
        .lines()
        .filter_map(|l| l.trim().strip_prefix(DIRECTIVE))
    {
        let import = import.trim();
        let name = match tile {
            Some(tile) if import == MATMUL => tile.file(),
            _ => import,
        };
        if included.iter().any(|n| n == name) {
            continue;
        }
        let shared = find(SHARED, name).ok_or_else(|| ShaderError::UnknownImport {
            file: file.to_owned(),
            import: import.to_owned(),
        })?;
        included.push(name.to_owned());
        include(name, shared, tile, included, out)?;
    }
    out.push_str(text);
    out.push('\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_come_once_and_unknown_ones_are_refused() {
        let text = "//!import step\n//!import step\n// body\n";
        let whole = resolve("test", text, None).expect("known imports");
        assert_eq!(whole.matches("struct StepSlot").count(), 1);
        assert!(whole.ends_with("// body\n\n"));
        assert_eq!(
            resolve("test", "//!import stop\n", None),
            Err(ShaderError::UnknownImport {
                file: "test".into(),
                import: "stop".into()
            })
        );
        assert!(Variant::plain("nothing").source().is_err());
    }

    #[test]
    fn the_product_follows_the_tile() {
        for tile in Tile::ALL {
            let variant = Variant {
                kernel: "dense_forward",
                tile: Some(tile),
            };
            let source = variant.source().expect("a kernel");
            assert_eq!(source.contains("tile_a"), tile != Tile::Registers);
            let [rows, columns] = tile.extent();
            let per_invocation = if matches!(tile, Tile::Small | Tile::Large) {
                16
            } else {
                64
            };
            assert_eq!(
                rows * columns,
                variant.workgroup() as usize * per_invocation
            );
        }
    }
}
