//! The papers' own thread: makes their experiments one after another, and remembers what came of them.
//!
//! The window sends instructions by a bounded queue and reads finished reports from another; how far the experiment
//! under way is, is a newest-wins slot. Neither side ever waits for the other's work.

mod kept;
mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::app::state::protocol::{PapersMessage, PapersProgress, PapersRequest};
use crate::train::{Latest, Waker};

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
    commands: Option<Sender<Command>>,
    messages: Receiver<PapersMessage>,
    progress: Latest<PapersProgress>,
    /// Number of the request that may go on; none of an older one may.
    newest: Arc<AtomicU64>,
    interrupt: Arc<AtomicBool>,
    quit: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Papers {
    /// Starts the thread, idle; results are kept in `folder`, if there is one.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn spawn(folder: Option<PathBuf>, waker: Waker) -> std::io::Result<Self> {
        let (commands, queue) = bounded(COMMANDS);
        let (message_queue, messages) = bounded(MESSAGES);
        let progress = Latest::default();
        let newest = Arc::new(AtomicU64::new(0));
        let interrupt = Arc::new(AtomicBool::new(false));
        let quit = Arc::new(AtomicBool::new(false));
        let side = Side {
            folder,
            queue,
            messages: message_queue,
            progress: progress.clone(),
            newest: Arc::clone(&newest),
            interrupt: Arc::clone(&interrupt),
            quit: Arc::clone(&quit),
            waker,
        };
        let thread = std::thread::Builder::new()
            .name("papers".into())
            .spawn(move || side.work())?;
        Ok(Self {
            commands: Some(commands),
            messages,
            progress,
            newest,
            interrupt,
            quit,
            thread: Some(thread),
        })
    }

    /// Looks for data sets in a folder and for what was made with them before. False if too much waits. Never waits.
    pub fn look(&self, data: Option<PathBuf>) -> bool {
        self.send(Command::Look(data))
    }

    /// Makes experiments in place of those under way. False if too much waits. Never waits.
    pub fn make(&self, request: PapersRequest) -> bool {
        self.newest.store(request.number, Ordering::SeqCst);
        self.interrupt.store(true, Ordering::SeqCst);
        self.send(Command::Make(request))
    }

    /// Stops what is under way within a part of a step. Never waits.
    pub fn stop(&self) {
        // Before the flag: the thread takes the flag down first and looks at the number then.
        self.newest.store(0, Ordering::SeqCst);
        self.interrupt.store(true, Ordering::SeqCst);
    }

    fn send(&self, command: Command) -> bool {
        self.commands
            .as_ref()
            .is_some_and(|commands| commands.try_send(command).is_ok())
    }

    /// The next message, if there is one.
    pub fn message(&self) -> Option<PapersMessage> {
        self.messages.try_recv().ok()
    }

    /// How far the experiment under way is, if that changed since the last call.
    pub fn progress(&self) -> Option<PapersProgress> {
        self.progress.take()
    }
}

impl Drop for Papers {
    fn drop(&mut self) {
        self.quit.store(true, Ordering::SeqCst);
        self.stop();
        // A closed queue wakes the thread.
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // Its panics were turned into messages; there is nobody left to tell of another.
            let _ = thread.join();
        }
    }
}
