//! Threads of the program: named, told to end and joined by their owner, and never waited for.
//!
//! An owner holds a [`Handle`], the thread a [`Link`]. Values travel by a [`Queue`] where none may be lost, and by
//! [`Latest`] where only the newest counts. Whoever gives the thread something to do rings [`Handle::nudge`]; the thread
//! sleeps in [`Link::next`] until then.

mod flag;
mod latest;
mod queue;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

pub use flag::{Flag, Newest};
pub use latest::Latest;
pub use queue::{Outbox, Queue};

/// Asks the owner of a thread to look at what the thread has to say.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// How long a message waits for room before the thread looks whether it is to end.
const PATIENCE: Duration = Duration::from_millis(50);

/// The owner's side of a thread; dropping it tells the thread to end and joins it.
#[derive(Debug)]
pub struct Handle {
    stop: Flag,
    interrupt: Flag,
    bell: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Handle {
    /// Starts a thread of this name. `waker` is called whenever it has something to say.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn spawn(
        name: &str,
        waker: Waker,
        work: impl FnOnce(Link) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (bell, rung) = bounded(1);
        let (stop, interrupt) = (Flag::default(), Flag::default());
        let link = Link {
            stop: stop.clone(),
            interrupt: interrupt.clone(),
            bell: rung,
            waker,
        };
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn(move || work(link))?;
        Ok(Self {
            stop,
            interrupt,
            bell,
            thread: Some(thread),
        })
    }

    /// Wakes the thread if it sleeps. Never waits.
    pub fn nudge(&self) {
        // A full bell has been rung already.
        let _ = self.bell.try_send(());
    }

    /// Asks to leave what is under way: [`Link::is_interrupted`]. Never waits.
    pub fn interrupt(&self) {
        self.interrupt.raise();
    }

    /// Tells the thread to end and leaves it to itself: it may wait for something that never comes.
    pub fn abandon(&mut self) {
        self.end();
        self.thread = None;
    }

    /// Tells the thread to end. Never waits.
    pub fn end(&self) {
        self.stop.raise();
        self.interrupt.raise();
        self.nudge();
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.end();
        if let Some(thread) = self.thread.take() {
            // Whoever cares for a panic of the thread has caught it inside.
            let _ = thread.join();
        }
    }
}

/// The thread's own side.
pub struct Link {
    stop: Flag,
    interrupt: Flag,
    bell: Receiver<()>,
    waker: Waker,
}

impl Link {
    /// Whether the thread is to end.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_raised()
    }

    /// Forgets interrupts that came before; the one that comes with the end stays.
    pub fn begin(&self) {
        self.interrupt.lower();
        if self.is_stopping() {
            self.interrupt.raise();
        }
    }

    /// Whether what is under way is to be left.
    pub fn is_interrupted(&self) -> bool {
        self.interrupt.is_raised()
    }

    /// The flag behind [`Self::is_interrupted`], for a backend to look at.
    pub fn interrupt(&self) -> Arc<AtomicBool> {
        self.interrupt.shared()
    }

    /// The next thing to do, waiting for it; none once the thread is to end, whatever else there is to do.
    pub fn next<T>(&self, take: impl Fn() -> Option<T>) -> Option<T> {
        loop {
            if self.is_stopping() {
                return None;
            }
            match take() {
                Some(value) => return Some(value),
                None => self.wait(None),
            }
        }
    }

    /// As [`Self::next`], but what is there to do when the thread is told to end is still done.
    pub fn next_to_the_last<T>(&self, take: impl Fn() -> Option<T>) -> Option<T> {
        loop {
            // Before the last look: whatever was given before the flag went up is seen.
            let stopping = self.is_stopping();
            match take() {
                Some(value) => return Some(value),
                None if stopping => return None,
                None => self.wait(None),
            }
        }
    }

    /// Sleeps until the owner nudges, at most so long.
    pub fn wait(&self, most: Option<Duration>) {
        // Both ends of the wait mean the same: look again.
        let _ = match most {
            Some(most) => self.bell.recv_timeout(most).ok(),
            None => self.bell.recv().ok(),
        };
    }

    /// Takes a value from a queue that an [`Outbox`] fills; the owner is woken if it holds more than had room.
    pub fn take<T>(&self, queue: &Queue<T>) -> Option<T> {
        let full = queue.is_full();
        let value = queue.take();
        if full {
            self.wake_owner();
        }
        value
    }

    /// Queues a message and wakes the owner. Waits only while the owner lets the queue stay full, and not once the
    /// thread is to end: the message is then lost with its reader.
    pub fn tell<T>(&self, queue: &Queue<T>, message: T) {
        let mut waiting = Some(message);
        while let Some(message) = waiting
            && !self.is_stopping()
        {
            waiting = queue.put_within(message, PATIENCE).err();
        }
        self.wake_owner();
    }

    /// Replaces what a slot holds and wakes the owner.
    pub fn show<T>(&self, slot: &Latest<T>, value: T) {
        slot.put(value);
        self.wake_owner();
    }

    /// Asks the owner to look.
    pub fn wake_owner(&self) {
        (self.waker)();
    }
}

/// What `work` returns, or what it panicked with.
///
/// # Errors
/// The text of the panic.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panic_text(&*panic))
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "an unknown cause".into())
}

#[cfg(test)]
mod tests;
