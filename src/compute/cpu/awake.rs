//! Keeps the thread pool's threads awake while a run of short parallel sections lasts.
//!
//! A sleeping thread can take longer to wake than an op takes to compute; without this the second
//! thread would arrive when the work is done.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Pauses between two looks for work: a look costs the busy threads a cache line.
const PAUSES: usize = 32;
/// Looks between two looks at the clock.
const LOOKS: usize = 64;
/// A thread that finds nothing for so long goes back to sleep.
///
/// This is what makes the watch safe. A thread that waits for its share of a product runs other jobs
/// meanwhile; were the watch of that very product among them, it would stand on top of what it waits for,
/// and without a limit it would stand there for ever.
const IDLE: Duration = Duration::from_millis(1);

thread_local! {
    /// Whether this thread is watching already, with something it has found on top.
    static WATCHING: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` on a thread of the pool, if it will share parts of itself: entering the pool once, and not for
/// every part, saves a wake-up each.
pub(super) fn on_threads<R: Send>(shares: bool, work: impl FnOnce() -> R + Send) -> R {
    if shares {
        rayon::scope(|_| work())
    } else {
        work()
    }
}

/// While it lives, the pool's other threads look for work without going to sleep; renewed every step.
pub(super) struct Awake(Arc<AtomicBool>);

impl Awake {
    /// Calls the other threads of the current pool; to be made on one of its threads.
    pub(super) fn new() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let caller = rayon::current_thread_index();
        let flag = Arc::clone(&over);
        // Nobody waits for these: a thread that comes late finds the flag set and leaves. The copy on
        // the caller's own thread must leave at once, for it runs on top of the work it would wait for.
        rayon::spawn_broadcast(move |context| {
            if caller.is_some_and(|index| index != context.index()) && !WATCHING.replace(true) {
                watch(&flag);
                WATCHING.set(false);
            }
        });
        Self(over)
    }
}

/// Looks for work until the flag is set or there is none for [`IDLE`].
fn watch(over: &AtomicBool) {
    let mut since = Instant::now();
    loop {
        for _ in 0..LOOKS {
            if over.load(Ordering::Relaxed) {
                return;
            }
            if rayon::yield_now() == Some(rayon::Yield::Executed) {
                since = Instant::now();
                continue;
            }
            for _ in 0..PAUSES {
                std::hint::spin_loop();
            }
        }
        if since.elapsed() > IDLE {
            return;
        }
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_under_it_ends_and_so_does_it() {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(3)
            .build()
            .expect("a pool");
        let sum = |n: u64| {
            let _awake = Awake::new();
            let (a, b) = rayon::join(|| (0..n).sum::<u64>(), || (0..n).rev().sum::<u64>());
            a + b
        };
        // Several at a time in one pool: each one's watchers may find themselves on another's thread.
        let sums: Vec<u64> = pool.install(|| {
            use rayon::prelude::*;
            (0..200_u64).into_par_iter().map(sum).collect()
        });
        for (n, sum) in (0..200_u64).zip(sums) {
            assert_eq!(sum, n * n.saturating_sub(1));
        }
    }
}
