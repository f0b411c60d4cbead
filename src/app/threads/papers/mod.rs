//! The papers' own thread: makes their experiments one after another, and remembers what came of them.
//!
//! The window sends instructions by a bounded queue and reads finished reports from another; how far the experiment
//! under way is, is a newest-wins slot. Neither side ever waits for the other's work.

mod work;

use std::path::PathBuf;

use crate::app::state::protocol::{PapersMessage, PapersProgress, PapersRequest};
use crate::thread::{Handle, Latest, Newest, Outbox, Queue, Waker};

use work::Side;

/// Instructions that may wait.
const COMMANDS: usize = 16;
/// Messages that may wait: more than there are experiments.
const MESSAGES: usize = 64;

enum Command {
    /// Looks for data sets in a folder, and for reports of before.
    Look(Option<PathBuf>),
    Make(PapersRequest),
}

/// A handle to the thread; dropping it stops and joins the thread.
pub(crate) struct Papers {
    commands: Outbox<Command>,
    messages: Queue<PapersMessage>,
    progress: Latest<PapersProgress>,
    /// The request that may go on; no older one may.
    newest: Newest,
    handle: Handle,
}

impl Papers {
    /// Starts the thread, idle; results are kept in `folder`, if there is one.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn spawn(folder: Option<PathBuf>, waker: Waker) -> std::io::Result<Self> {
        let (commands, messages) = (Queue::new(COMMANDS), Queue::new(MESSAGES));
        let (progress, newest) = (Latest::default(), Newest::default());
        let inbox = commands.clone();
        let (told, shown, valid) = (messages.clone(), progress.clone(), newest.clone());
        let handle = Handle::spawn("papers", waker, move |link| {
            let side = Side {
                link,
                folder,
                commands: inbox,
                messages: told,
                progress: shown,
                newest: valid,
            };
            side.work();
        })?;
        Ok(Self {
            commands: Outbox::new(commands),
            messages,
            progress,
            newest,
            handle,
        })
    }

    /// Looks for data sets in a folder and for what was made with them before. Never waits.
    pub fn look(&self, data: Option<PathBuf>) {
        self.send(Command::Look(data));
    }

    /// Makes experiments in place of those under way. Never waits.
    pub fn make(&self, request: PapersRequest) {
        self.newest.set(request.number);
        self.handle.interrupt();
        self.send(Command::Make(request));
    }

    /// Stops what is under way within a part of a step. Never waits.
    pub fn stop(&self) {
        // Before the flag: the thread takes the flag down first and looks at the number then.
        self.newest.set(0);
        self.handle.interrupt();
    }

    fn send(&self, command: Command) {
        self.commands.send(command);
        self.handle.nudge();
    }

    /// The next message, if there is one.
    pub fn message(&self) -> Option<PapersMessage> {
        if self.commands.resend() {
            self.handle.nudge();
        }
        self.messages.take()
    }

    /// How far the experiment under way is, if that changed since the last call.
    pub fn progress(&self) -> Option<PapersProgress> {
        self.progress.take()
    }
}
