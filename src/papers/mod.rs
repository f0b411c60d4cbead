//! The papers' figures and tables as experiments: settings, run, figure, checks.
//!
//! Each is one small file under its paper's name. What they share stands here: what an experiment is
//! ([`Experiment`]), what it may use ([`Context`]: data, trained runs kept by content), how a claim is judged
//! ([`Check`]), how all of it is written down ([`report`]).

mod check;
mod context;
mod error;
mod keep;
mod kept_reports;
pub mod report;
mod run;

mod asperti;
mod dai;
mod li;
mod lucas;
mod wang;

use serde::Serialize;

use crate::config::RunConfig;
use crate::plot::FigureSpec;

pub use check::{Check, Verdict};
pub use context::{Context, DataSet, Effort};
pub use error::Error;
pub use keep::Keep;
pub(crate) use kept_reports::KeptReports;
pub use run::{Report, failed, run};

/// A paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// Lucas, Tucker, Grosse & Norouzi, 2019: Don't Blame the ELBO!
    Lucas2019,
    /// Wang & Ziyin, 2022: Posterior Collapse of a Linear Latent Variable Model.
    Wang2022,
    /// Dai, Wang & Wipf, 2020: The Usual Suspects?
    Dai2020,
    /// Asperti, 2019: Variational Autoencoders and the Variable Collapse Phenomenon.
    Asperti2019,
    /// Li, 2022: a reproduction of Lucas et al.
    Li2022,
}

impl Paper {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 5] = [
        Self::Lucas2019,
        Self::Wang2022,
        Self::Dai2020,
        Self::Asperti2019,
        Self::Li2022,
    ];

    /// Authors and year.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lucas2019 => "Lucas et al. 2019",
            Self::Wang2022 => "Wang & Ziyin 2022",
            Self::Dai2020 => "Dai, Wang & Wipf 2020",
            Self::Asperti2019 => "Asperti 2019",
            Self::Li2022 => "Li 2022",
        }
    }
}

/// What an experiment came to.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// Its figures, as the paper draws them.
    pub figures: Vec<FigureSpec>,
    /// Its claims, judged.
    pub checks: Vec<Check>,
    /// What is smaller here than in the paper, one phrase each; empty if nothing is.
    pub shrunk: Vec<String>,
    /// The setting to open as a live run, if one stands for the experiment.
    pub live: Option<RunConfig>,
}

/// What an experiment takes on two cores without a GPU: the quick version alone as measured, the full one as its steps say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// Seconds of the quick version.
    pub quick_s: u32,
    /// Seconds of the full one.
    pub full_s: u32,
    /// Memory of the full one in MiB.
    pub full_mib: u32,
}

impl Cost {
    const fn new(quick_s: u32, full_s: u32, full_mib: u32) -> Self {
        Self {
            quick_s,
            full_s,
            full_mib,
        }
    }

    /// Bytes of memory of the full version.
    pub fn full_bytes(self) -> u64 {
        u64::from(self.full_mib) << 20
    }

    /// Seconds at this effort.
    pub fn seconds(self, effort: Effort) -> u32 {
        match effort {
            Effort::Quick => self.quick_s,
            Effort::Full => self.full_s,
        }
    }
}

/// A figure or table of a paper that can be made here.
pub struct Experiment {
    /// `lucas-fig1`.
    pub id: &'static str,
    /// Whose.
    pub paper: Paper,
    /// What it is, in a few words.
    pub title: &'static str,
    /// The paper's claim, in one sentence.
    pub claim: &'static str,
    /// The data it is about; none if it makes its own.
    pub data: Option<DataSet>,
    /// What it takes.
    pub cost: Cost,
    /// Makes it.
    make: fn(&Context<'_>) -> Result<Results, Error>,
}

impl std::fmt::Debug for Experiment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Experiment")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Every experiment, by paper and in the paper's order.
pub const ALL: [&Experiment; 30] = [
    &lucas::fig1::EXPERIMENT,
    &lucas::fig2::EXPERIMENT,
    &lucas::fig3::EXPERIMENT,
    &lucas::fig4::EXPERIMENT,
    &lucas::table1::EXPERIMENT,
    &lucas::fig5_6::EXPERIMENT,
    &lucas::fig7_9::EXPERIMENT,
    &lucas::table3_5::EXPERIMENT,
    &lucas::fig10_11::EXPERIMENT,
    &lucas::fig12_13::EXPERIMENT,
    &wang::fig1::EXPERIMENT,
    &wang::fig2::EXPERIMENT,
    &wang::fig3::EXPERIMENT,
    &wang::thm3::EXPERIMENT,
    &wang::etadec::EXPERIMENT,
    &dai::prop1::EXPERIMENT,
    &dai::prop2::EXPERIMENT,
    &dai::fig1::EXPERIMENT,
    &dai::fig1_middle::EXPERIMENT,
    &dai::fig1_bottom::EXPERIMENT,
    &dai::fig2::EXPERIMENT,
    &dai::taxonomy::EXPERIMENT,
    &asperti::fig1::EXPERIMENT,
    &asperti::fig2::EXPERIMENT,
    &asperti::table1::EXPERIMENT,
    &asperti::fig3::EXPERIMENT,
    &asperti::fig5::EXPERIMENT,
    &asperti::fig7::EXPERIMENT,
    &asperti::law::EXPERIMENT,
    &li::fig1_8::EXPERIMENT,
];

/// The experiment of this name.
///
/// # Errors
/// [`Error::Unknown`].
pub fn find(id: &str) -> Result<&'static Experiment, Error> {
    let found = ALL.into_iter().find(|e| e.id == id);
    found.ok_or_else(|| Error::Unknown(id.to_owned()))
}
