//! Keeps the thread pool's threads awake while a run of short parallel sections lasts.
//!
//! A sleeping thread can take longer to wake than an op takes to compute; without this the second
//! thread would arrive when the work is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Pauses between two looks for work: a look costs the busy threads a cache line.
const PAUSES: usize = 32;

/// Runs `work`, on a thread of the pool and with the others awake if it will share parts of itself;
/// entering the pool once, and not for every part, saves a wake-up each.
pub(super) fn on_threads<R: Send>(shares: bool, work: impl FnOnce() -> R + Send) -> R {
    if !shares {
        return work();
    }
    rayon::scope(|_| {
        let _awake = Awake::new();
        work()
    })
}

/// While it lives, the pool's other threads look for work without going to sleep.
struct Awake(Arc<AtomicBool>);

impl Awake {
    /// Calls the other threads of the current pool; to be made on one of its threads.
    fn new() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let caller = rayon::current_thread_index();
        let flag = Arc::clone(&over);
        // Nobody waits for these: a thread that comes late finds the flag set and leaves. The copy on
        // the caller's own thread must leave at once, for it runs on top of the work it would wait for.
        rayon::spawn_broadcast(move |context| {
            if caller.is_none_or(|index| index == context.index()) {
                return;
            }
            while !flag.load(Ordering::Relaxed) {
                if rayon::yield_now() != Some(rayon::Yield::Executed) {
                    for _ in 0..PAUSES {
                        std::hint::spin_loop();
                    }
                }
            }
        });
        Self(over)
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
