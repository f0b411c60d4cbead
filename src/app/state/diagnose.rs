//! Asking why latents are dead: a copy of the run, and the experiment on it.

use std::sync::Arc;

use super::action::Effect;
use crate::lab::{DiagnoseRequest, Request};
use crate::train::{Command, RunCopy};

use super::AppState;

/// A diagnosis as the tile asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiagnoseSettings {
    /// Most steps of a probe.
    pub steps: u64,
}

impl AppState {
    /// Starts a diagnosis of the run as it is, of which the worker is asked for a copy.
    pub(super) fn start_diagnosis(&mut self, settings: DiagnoseSettings) -> Vec<Effect> {
        if self.run.is_none() {
            return Vec::new();
        }
        let made = self.made(settings, None);
        self.lab.copying = Some(made.id);
        self.lab.diagnosis = Some(made);
        // Before the pause: the copy is of the run as it is now.
        let mut effects = vec![Effect::Command(Command::Copy)];
        effects.extend(self.wait_for_lab());
        effects
    }

    /// Starts the diagnosis that waits for a copy under this number, if there is one.
    pub(super) fn diagnose_copy(&mut self, id: u64, copy: &Arc<RunCopy>) -> Option<Vec<Effect>> {
        let known = self.known();
        let made = self.lab.diagnosis.as_mut().filter(|m| m.id == id)?;
        made.provenance.step = Some(copy.checkpoint.step);
        let request = DiagnoseRequest {
            copy: Arc::clone(copy),
            known,
            steps: made.settings.steps,
        };
        Some(self.begin(id, Request::Diagnose(request)))
    }
}
