//! The thread that finds the principal plane of the posterior means: an eigenproblem of many latents takes longer
//! than a frame can spare.

use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, bounded};

use crate::metrics::LatentPlane;
use crate::train::{Latest, Posterior, Waker};

/// A handle to the thread; dropping it stops and joins it.
pub(super) struct Principal {
    orders: Latest<Arc<Posterior>>,
    made: Latest<Option<LatentPlane>>,
    wake: Option<Sender<()>>,
    /// What was asked last.
    asked: Option<Arc<Posterior>>,
    newest: Option<LatentPlane>,
    thread: Option<JoinHandle<()>>,
}

impl Principal {
    /// Starts the thread, idle.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub(super) fn spawn(waker: Waker) -> std::io::Result<Self> {
        let (orders, made) = (Latest::<Arc<Posterior>>::default(), Latest::default());
        let (wake, queue) = bounded::<()>(1);
        let (waiting, answers) = (orders.clone(), made.clone());
        let thread = std::thread::Builder::new()
            .name("principal".into())
            .spawn(move || {
                let mut before = None;
                while queue.recv().is_ok() {
                    while let Some(posterior) = waiting.take() {
                        let plane = LatentPlane::principal(&posterior, before.as_ref());
                        before.clone_from(&plane);
                        answers.put(plane);
                        waker();
                    }
                }
            })?;
        Ok(Self {
            orders,
            made,
            wake: Some(wake),
            asked: None,
            newest: None,
            thread: Some(thread),
        })
    }

    /// Asks for the plane of these means, unless they were asked for last.
    pub(super) fn ask(&mut self, posterior: &Arc<Posterior>) {
        let known = self.asked.as_ref();
        if known.is_some_and(|asked| Arc::ptr_eq(asked, posterior)) {
            return;
        }
        self.asked = Some(Arc::clone(posterior));
        self.orders.put(Arc::clone(posterior));
        if let Some(wake) = &self.wake {
            let _ = wake.try_send(());
        }
    }

    /// Takes in what was made; whether something was.
    pub(super) fn poll(&mut self) -> bool {
        let made = self.made.take();
        let news = made.is_some();
        if let Some(plane) = made {
            self.newest = plane;
        }
        news
    }

    /// The newest plane.
    pub(super) fn newest(&self) -> Option<&LatentPlane> {
        self.newest.as_ref()
    }
}

impl Drop for Principal {
    fn drop(&mut self) {
        let _ = self.orders.take();
        // Without a sender the thread's queue ends, and so does the thread.
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
