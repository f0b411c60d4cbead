//! A thread for one kind of computation that must not hold up a frame: newest request in, newest answer out.

use crate::thread::{Handle, Latest, Waker, caught};

/// A handle to the thread; dropping it joins it after the request under way.
pub(crate) struct Background<Q, A> {
    requests: Latest<Q>,
    answers: Latest<A>,
    handle: Handle,
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
        let (inbox, shown) = (requests.clone(), answers.clone());
        let handle = Handle::spawn(name, waker, move |link| {
            while let Some(request) = link.next(|| inbox.take()) {
                match caught(|| work(request)) {
                    Ok(answer) => link.show(&shown, answer),
                    Err(reason) => {
                        tracing::error!("a computation for the window panicked: {reason}");
                    }
                }
            }
        })?;
        Ok(Self {
            requests,
            answers,
            handle,
        })
    }

    /// Asks, in place of what still waits. Never waits.
    pub fn ask(&self, request: Q) {
        self.requests.put(request);
        self.handle.nudge();
    }

    /// The newest answer, if one came since the last call.
    pub fn take(&self) -> Option<A> {
        self.answers.take()
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
