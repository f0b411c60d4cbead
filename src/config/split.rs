//! Which part of a data set is used.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The part of a divided data set that is used.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// The training items; where there are none, what there is.
    #[default]
    Auto,
    /// The training items.
    Train,
    /// The items on which choices are made.
    Validation,
    /// The held-out items.
    Test,
}

impl Split {
    /// All splits, in the order of a menu.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Train, Self::Validation, Self::Test];

    /// The split's name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
