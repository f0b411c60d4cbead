//! A thread for one kind of computation that must not hold up a frame: newest request in, newest answer out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, bounded};

use crate::train::{Latest, Waker};

/// A handle to the thread; dropping it joins it after the request under way.
pub(crate) struct Background<Q, A> {
    requests: Latest<Q>,
    answers: Latest<A>,
    wake: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl<Q: Send + 'static, A: Send + 'static> Background<Q, A> {
    /// Starts the thread, idle. `work` makes an answer of a request; one that panics has none.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn spawn(
        name: &str,
        waker: Waker,
        mut work: impl FnMut(Q) -> A + Send + 'static,
    ) -> std::io::Result<Self> {
        let (requests, answers) = (Latest::<Q>::default(), Latest::<A>::default());
        let (wake, queue) = bounded::<()>(1);
        let (wanted, made) = (requests.clone(), answers.clone());
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn(move || {
                while queue.recv().is_ok() {
                    while let Some(request) = wanted.take() {
                        if let Ok(answer) = catch_unwind(AssertUnwindSafe(|| work(request))) {
                            made.put(answer);
                            waker();
                        } else {
                            tracing::error!("a computation for the window panicked");
                        }
                    }
                }
            })?;
        Ok(Self {
            requests,
            answers,
            wake: Some(wake),
            thread: Some(thread),
        })
    }

    /// Asks, in place of what still waits. Never waits.
    pub fn ask(&self, request: Q) {
        self.requests.put(request);
        if let Some(wake) = &self.wake {
            // A full queue means that the thread is about to look.
            let _ = wake.try_send(());
        }
    }

    /// The newest answer, if one came since the last call.
    pub fn take(&self) -> Option<A> {
        self.answers.take()
    }
}

impl<Q, A> Drop for Background<Q, A> {
    fn drop(&mut self) {
        let _ = self.requests.take();
        // Without a sender the thread's queue ends, and so does the thread.
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn the_newest_request_is_answered_and_a_panic_is_survived() {
        let waker: Waker = Arc::new(|| {});
        let work = |n: u32| {
            assert_ne!(n, 7, "an unlucky number");
            2 * n
        };
        let background = Background::spawn("doubling", waker, work).expect("a thread");
        background.ask(7);
        let begin = Instant::now();
        let mut asked = 8;
        loop {
            background.ask(asked);
            if background.take() == Some(2 * 60) {
                break;
            }
            asked = (asked + 1).min(60);
            assert!(begin.elapsed() < Duration::from_mins(1), "no answer");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
