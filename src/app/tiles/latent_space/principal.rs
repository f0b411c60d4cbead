//! The thread that finds the principal plane of the posterior means: an eigenproblem of many latents takes longer
//! than a frame can spare.

use std::sync::Arc;

use crate::app::threads::background::Background;
use crate::metrics::LatentPlane;
use crate::train::{Posterior, Waker};

/// The thread, what was asked of it last and what it found.
pub(super) struct Principal {
    thread: Background<Arc<Posterior>, Option<LatentPlane>>,
    asked: Option<Arc<Posterior>>,
    newest: Option<LatentPlane>,
}

impl Principal {
    /// Starts the thread, idle.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub(super) fn spawn(waker: Waker) -> std::io::Result<Self> {
        let mut before: Option<LatentPlane> = None;
        let work = move |posterior: Arc<Posterior>| {
            let plane = LatentPlane::principal(&posterior, before.as_ref());
            before.clone_from(&plane);
            plane
        };
        Ok(Self {
            thread: Background::spawn("principal", waker, work)?,
            asked: None,
            newest: None,
        })
    }

    /// Asks for the plane of these means, unless they were asked for last.
    pub(super) fn ask(&mut self, posterior: &Arc<Posterior>) {
        let known = self.asked.as_ref();
        if known.is_some_and(|asked| Arc::ptr_eq(asked, posterior)) {
            return;
        }
        self.asked = Some(Arc::clone(posterior));
        self.thread.ask(Arc::clone(posterior));
    }

    /// Takes in what was made; whether something was.
    pub(super) fn poll(&mut self) -> bool {
        let made = self.thread.take();
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
