//! What outlives a run: the data opened before, and what the user is told.

use super::action::{Notice, Severity};

/// Most entries of the list of recent data.
const RECENT: usize = 8;

/// What outlives a run.
#[derive(Debug)]
pub struct Session {
    /// Data opened before, newest first.
    pub recent: Vec<String>,
    /// Sentences not yet shown.
    pub notices: Vec<Notice>,
    /// The last error, until something succeeds.
    pub problem: Option<String>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            recent: ["digits", "faces", "gaussian:9,5,2,1,0.3"]
                .map(str::to_owned)
                .to_vec(),
            notices: Vec::new(),
            problem: None,
        }
    }
}

impl Session {
    /// Tells the user of an error.
    pub fn refuse(&mut self, text: String) {
        self.problem = Some(text.clone());
        self.notices.push(Notice {
            severity: Severity::Error,
            text,
        });
    }

    /// Tells the user something that is no error.
    pub fn inform(&mut self, text: String) {
        self.notices.push(Notice {
            severity: Severity::Info,
            text,
        });
    }

    /// Something succeeded: the last error is over.
    pub(super) fn succeed(&mut self) {
        self.problem = None;
    }

    /// Puts data at the head of the list of recent ones.
    pub(super) fn remember(&mut self, source: String) {
        self.recent.retain(|r| *r != source);
        self.recent.insert(0, source);
        self.recent.truncate(RECENT);
    }

    /// The sentences not yet shown, which are shown by whoever takes them.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }
}
