//! Which tiles there are, and what can be asked of one.

use crate::figure::FigureSpec;

/// A tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tile {
    /// The spectrum and the line βγ.
    Thresholds,
    /// A loss surface.
    Surface,
    /// What every latent does.
    Usage,
    /// Pictures.
    Reconstructions,
    /// Traces.
    Training,
}

impl Tile {
    /// All of them, in reading order.
    pub const ALL: [Self; 5] = [
        Self::Thresholds,
        Self::Surface,
        Self::Usage,
        Self::Reconstructions,
        Self::Training,
    ];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Thresholds => "Singular-value thresholds",
            Self::Surface => "Loss surface",
            Self::Usage => "Latent usage",
            Self::Reconstructions => "Reconstructions & samples",
            Self::Training => "Training",
        }
    }

    pub(super) fn subtitle(self) -> &'static str {
        match self {
            Self::Thresholds => "a mode lives while ζ² > βγ",
            Self::Surface | Self::Reconstructions => "",
            Self::Usage => "hover to highlight · click to zero",
            Self::Training => "mean, with range behind",
        }
    }

    /// Stem of its files.
    pub fn file_stem(self) -> &'static str {
        match self {
            Self::Thresholds => "thresholds",
            Self::Surface => "surface",
            Self::Usage => "usage",
            Self::Reconstructions => "reconstructions",
            Self::Training => "training",
        }
    }
}

/// A file the user asked for.
#[derive(Debug, Clone)]
pub(super) struct SaveRequest {
    /// The figure.
    pub figure: FigureSpec,
    /// Stem of the file.
    pub stem: &'static str,
    /// `png`, `svg` or `csv`.
    pub extension: &'static str,
    /// Whether a dialog asks where.
    pub ask: bool,
}
