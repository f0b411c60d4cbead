//! The thread that computes landscapes, coarse to fine, so that no frame waits for them.
//!
//! A newer request cancels an older one; results go through a newest-wins slot.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::compute::BasinComputer;
use crate::config::DeviceChoice;
use crate::figures;
use crate::plot::{FigureSpec, Provenance};
use crate::theory::{BasinMap, SoftThreshold, StartSigma};
use crate::train::{Latest, Waker};

/// Points along each side of the energy surface, coarse to fine.
const SURFACE_LEVELS: [usize; 3] = [32, 64, 128];

/// What to compute.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    /// The energy over (W, μ).
    Energy(SoftThreshold),
    /// The basins of its minima from this σ, on this device.
    Basins(SoftThreshold, StartSigma, DeviceChoice),
}

/// A request; equal requests have equal answers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Request {
    /// What to compute.
    pub wanted: Wanted,
    /// The mode, from 0, for the heading.
    pub mode: usize,
}

/// What came of a request so far: ever finer figures, or why there is none.
pub(super) struct Made {
    pub request: Request,
    pub figure: Result<FigureSpec, String>,
}

/// A request under way and the flag that ends it.
struct Order {
    request: Request,
    cancel: Arc<AtomicBool>,
}

/// A handle to the thread; dropping it cancels, stops and joins.
pub(super) struct Landscapes {
    orders: Latest<Order>,
    made: Latest<Made>,
    wake: Option<Sender<()>>,
    current: Option<(Request, Arc<AtomicBool>)>,
    thread: Option<JoinHandle<()>>,
}

impl Landscapes {
    /// Starts the thread, idle.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn spawn(waker: Waker) -> std::io::Result<Self> {
        let (orders, made) = (Latest::<Order>::default(), Latest::default());
        let (wake, queue) = bounded(1);
        let side = Side {
            orders: orders.clone(),
            made: made.clone(),
            wake: queue,
            waker,
        };
        let thread = std::thread::Builder::new()
            .name("landscapes".into())
            .spawn(move || side.work())?;
        Ok(Self {
            orders,
            made,
            wake: Some(wake),
            current: None,
            thread: Some(thread),
        })
    }

    /// Asks for a landscape, unless it was the last one asked for; cancels whatever else is under way.
    pub fn ask(&mut self, request: Request) {
        if self.current.as_ref().is_some_and(|(r, _)| *r == request) {
            return;
        }
        self.cancel();
        let cancel = Arc::new(AtomicBool::new(false));
        self.current = Some((request.clone(), Arc::clone(&cancel)));
        self.orders.put(Order { request, cancel });
        if let Some(wake) = &self.wake {
            let _ = wake.try_send(());
        }
    }

    /// What was made since the last call.
    pub fn take(&self) -> Option<Made> {
        self.made.take()
    }

    fn cancel(&self) {
        if let Some((_, cancel)) = &self.current {
            cancel.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for Landscapes {
    fn drop(&mut self) {
        self.cancel();
        let _ = self.orders.take();
        // Without a sender the thread's queue ends, and so does the thread.
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The thread's side.
struct Side {
    orders: Latest<Order>,
    made: Latest<Made>,
    wake: Receiver<()>,
    waker: Waker,
}

impl Side {
    fn work(self) {
        let mut computer = BasinComputer::default();
        while self.wake.recv().is_ok() {
            while let Some(order) = self.orders.take() {
                let work = AssertUnwindSafe(|| self.carry_out(&order, &mut computer));
                if catch_unwind(work).is_err() {
                    computer = BasinComputer::default();
                    self.tell(&order, Err("computing the landscape panicked".into()));
                }
            }
        }
    }

    fn carry_out(&self, order: &Order, computer: &mut BasinComputer) {
        let mode = order.request.mode;
        match &order.request.wanted {
            Wanted::Energy(model) => {
                let provenance = Provenance {
                    device: "CPU · f64".into(),
                    ..Provenance::default()
                };
                let mut limit = None;
                for (level, cells) in SURFACE_LEVELS.into_iter().enumerate() {
                    // The coarsest is cheap and always shown, so that a drag is followed.
                    if level > 0 {
                        if order.cancel.load(Ordering::Relaxed) {
                            return;
                        }
                        limit = limit.or_else(|| model.alpha_limits().global);
                    }
                    let figure =
                        figures::soft_surface_figure(mode, model, cells, limit, &provenance);
                    self.tell(order, figure.map_err(|e| e.to_string()));
                }
            }
            Wanted::Basins(model, start, device) => {
                let request = match figures::basin_request(model, *start) {
                    Ok(request) => request,
                    Err(error) => return self.tell(order, Err(error.to_string())),
                };
                let finest = BasinMap::LEVELS.into_iter().max().unwrap_or(1);
                let mut progress = |picture| {
                    let figure = figures::basin_figure(mode, &picture, &Provenance::default());
                    self.tell(order, Ok(figure));
                };
                computer.compute(&request, device, finest, &order.cancel, &mut progress);
            }
        }
    }

    fn tell(&self, order: &Order, figure: Result<FigureSpec, String>) {
        self.made.put(Made {
            request: order.request.clone(),
            figure,
        });
        (self.waker)();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::sync::{Condvar, Mutex};
    use std::time::{Duration, Instant};

    use super::*;

    fn request(alpha: f64) -> Request {
        let model = SoftThreshold::new(4.0, alpha, 1.0, 0.5, 1.0).unwrap();
        Request {
            wanted: Wanted::Basins(model, StartSigma::Prior, DeviceChoice::Cpu),
            mode: 0,
        }
    }

    #[test]
    fn the_newest_request_is_answered_to_the_end_and_dropping_joins() {
        let rung = Arc::new((Mutex::new(0_usize), Condvar::new()));
        let bell = Arc::clone(&rung);
        let waker: Waker = Arc::new(move || {
            *bell.0.lock().unwrap() += 1;
            bell.1.notify_all();
        });
        let mut landscapes = Landscapes::spawn(waker).unwrap();
        for k in 0..20 {
            landscapes.ask(request(0.1 * f64::from(k)));
        }
        let newest = request(0.1 * 19.0);
        let begin = Instant::now();
        loop {
            assert!(begin.elapsed() < Duration::from_mins(1), "no finest map");
            let finest = landscapes.take().is_some_and(|made| {
                let cells = made.figure.unwrap().heat_map().map_or(0, |m| m.nx);
                made.request == newest && cells == 256
            });
            if finest {
                break;
            }
            let guard = rung.0.lock().unwrap();
            drop(
                rung.1
                    .wait_timeout(guard, Duration::from_millis(20))
                    .unwrap(),
            );
        }
        // Cancelled in the middle, the thread ends all the same.
        landscapes.ask(request(0.55));
        drop(landscapes);
    }
}
