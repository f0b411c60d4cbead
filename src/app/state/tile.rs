//! Which tiles there are, and what can be asked of one.

use crate::plot::FigureSpec;

/// A tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tile {
    /// The spectrum of the data and the line βγ.
    Thresholds,
    /// A loss surface.
    Surface,
    /// KL, E σ² and Var μ of every latent.
    Usage,
    /// Pictures of the model: examples, a plane, zeroed samples, traversals.
    Pictures,
    /// The traces of the run.
    Training,
    /// The loss on the way to full collapse.
    CollapsePath,
    /// β up and down with warm starts.
    Sweep,
    /// Active latents over two settings.
    Phase,
    /// (ε, δ)-collapse at every ε.
    CollapseCurve,
    /// The posterior's σ over latents and samples.
    SigmaHistogram,
    /// KL against squared error.
    RateDistortion,
    /// Two latents of every sample.
    LatentSpace,
    /// The run's numbers: bound, γ*, rate, distortion.
    Merits,
    /// The data themselves.
    Data,
    /// Why latents are dead.
    Diagnosis,
    /// Growing noise on one latent.
    Noise,
    /// The papers' figures and tables.
    Papers,
}

impl Tile {
    /// All of them, in reading order.
    pub const ALL: [Self; 17] = [
        Self::Thresholds,
        Self::Surface,
        Self::Usage,
        Self::Pictures,
        Self::Training,
        Self::CollapsePath,
        Self::Sweep,
        Self::Phase,
        Self::CollapseCurve,
        Self::SigmaHistogram,
        Self::RateDistortion,
        Self::LatentSpace,
        Self::Merits,
        Self::Data,
        Self::Diagnosis,
        Self::Noise,
        Self::Papers,
    ];

    /// The heading of the tile.
    pub fn title(self) -> &'static str {
        match self {
            Self::Thresholds => "Singular-value thresholds",
            Self::Surface => "Loss surface",
            Self::Usage => "Latent usage",
            Self::Pictures => "Pictures",
            Self::Training => "Training",
            Self::CollapsePath => "Collapse path",
            Self::Sweep => "Hysteresis sweep",
            Self::Phase => "Phase diagram",
            Self::CollapseCurve => "(ε, δ)-collapse",
            Self::SigmaHistogram => "Histogram of σ",
            Self::RateDistortion => "Rate and distortion",
            Self::LatentSpace => "Latent space",
            Self::Merits => "Figures of merit",
            Self::Data => "Data",
            Self::Diagnosis => "Diagnosis",
            Self::Noise => "Noise on a latent",
            Self::Papers => "The papers' figures and tables",
        }
    }

    /// Stem of the files that its figure is saved to.
    pub fn file_stem(self) -> &'static str {
        match self {
            Self::Thresholds => "thresholds",
            Self::Surface => "surface",
            Self::Usage => "usage",
            Self::Pictures => "pictures",
            Self::Training => "training",
            Self::CollapsePath => "collapse_path",
            Self::Sweep => "sweep",
            Self::Phase => "phase",
            Self::CollapseCurve => "collapse_curve",
            Self::SigmaHistogram => "sigma_histogram",
            Self::RateDistortion => "rate_distortion",
            Self::LatentSpace => "latent_space",
            Self::Merits => "merits",
            Self::Data => "data",
            Self::Diagnosis => "diagnosis",
            Self::Noise => "noise",
            Self::Papers => "paper",
        }
    }
}

/// An arrangement of the tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workspace {
    /// A run as it trains.
    Live,
    /// What there is to learn.
    Data,
    /// Theory, surfaces and experiments.
    Lab,
    /// What the latents do, measured every way.
    Instruments,
    /// Why latents are dead, and what brings them back.
    Diagnose,
    /// What the papers claim, made and judged here.
    Papers,
}

impl Workspace {
    /// All of them, in the order of their buttons.
    pub const ALL: [Self; 6] = [
        Self::Live,
        Self::Data,
        Self::Lab,
        Self::Instruments,
        Self::Diagnose,
        Self::Papers,
    ];

    /// The text of its button.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Live => "Live",
            Self::Data => "Data",
            Self::Lab => "Theory lab",
            Self::Instruments => "Instruments",
            Self::Diagnose => "Diagnose",
            Self::Papers => "Papers",
        }
    }

    /// The tiles shown at the start, in rows from the top, each row with its share of the height.
    pub(crate) fn rows(self) -> &'static [(f32, &'static [Tile])] {
        match self {
            Self::Live => &[
                (1.15, &[Tile::Thresholds, Tile::Surface]),
                (1.0, &[Tile::Usage, Tile::Pictures]),
                (0.75, &[Tile::Training]),
            ],
            Self::Data => &[(2.0, &[Tile::Data]), (1.0, &[Tile::Thresholds])],
            Self::Lab => &[
                (1.0, &[Tile::Thresholds, Tile::Surface]),
                (1.0, &[Tile::CollapsePath, Tile::Sweep, Tile::Phase]),
            ],
            Self::Instruments => &[
                (1.0, &[Tile::Usage, Tile::LatentSpace]),
                (
                    1.0,
                    &[
                        Tile::CollapseCurve,
                        Tile::SigmaHistogram,
                        Tile::RateDistortion,
                    ],
                ),
            ],
            Self::Diagnose => &[
                (1.15, &[Tile::Diagnosis, Tile::Merits]),
                (1.0, &[Tile::Usage, Tile::Noise]),
            ],
            Self::Papers => &[(1.0, &[Tile::Papers])],
        }
    }
}

/// A file the user asked for.
#[derive(Debug, Clone)]
pub(crate) struct SaveRequest {
    /// The figure.
    pub figure: FigureSpec,
    /// Stem of the file.
    pub stem: String,
    /// `png`, `svg` or `csv`.
    pub extension: &'static str,
    /// Whether a dialog asks where.
    pub ask: bool,
}
