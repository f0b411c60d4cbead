//! What figures are made of, each with a count of changes of its own: a figure is built anew when one of those it is
//! made of has changed, and not because the pointer moved.

use super::AppState;

/// Something figures are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// The settings in force, what the theory says of them, and γ while it is learned.
    Settings,
    /// The data on screen, their overview and spectrum.
    Data,
    /// Which run is on screen, where it trains, and the run before it.
    Run,
    /// The traces: every snapshot of the trainer.
    Traces,
    /// The newest evaluation, and whether the run has settled.
    Measured,
    /// The newest pictures and gallery.
    Pictures,
    /// The landscapes of the trained network.
    Landscapes,
    /// Where the run has been.
    Trails,
    /// The choices among latents and modes, without the one under the pointer.
    Selection,
    /// Where the window looks in latent space, without the point under the pointer.
    Looks,
    /// The experiments and what came of them.
    Lab,
}

impl Concern {
    /// How many there are.
    pub const COUNT: usize = 11;
}

/// How often everything that a figure is made of has changed; zero for what it is not made of.
pub type Key = [u64; Concern::COUNT];

/// The counts that no value of the state keeps itself.
#[derive(Debug, Default)]
pub(super) struct Counts(Key);

impl Counts {
    /// Notes a change.
    pub fn grow(&mut self, concern: Concern) {
        self.0[concern as usize] += 1;
    }
}

impl AppState {
    /// Notes a change of something that figures are made of.
    pub(super) fn changed(&mut self, concerns: &[Concern]) {
        for concern in concerns {
            self.counts.grow(*concern);
        }
    }

    /// How often a concern has changed.
    pub fn generation(&self, concern: Concern) -> u64 {
        match concern {
            Concern::Trails => self.trails.generation(),
            Concern::Selection => self.selection.generation(),
            other => self.counts.0[other as usize],
        }
    }

    /// The key of a figure made of these: the same key means the same figure.
    pub fn key(&self, made_of: &[Concern]) -> Key {
        let mut key = [0; Concern::COUNT];
        for concern in made_of {
            key[*concern as usize] = self.generation(*concern);
        }
        key
    }
}
