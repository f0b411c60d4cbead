//! The thread that computes landscapes, coarse to fine, so that no frame waits for them.
//!
//! A newer request cancels an older one; results go through a newest-wins slot.

use crate::compute::BasinComputer;
use crate::config::DeviceChoice;
use crate::figures;
use crate::plot::{FigureSpec, Provenance};
use crate::theory::{BasinMap, SoftThreshold, StartSigma};
use crate::thread::{Flag, Handle, Latest, Link, Waker, caught};

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
    cancel: Flag,
}

/// A handle to the thread; dropping it cancels, stops and joins.
pub(super) struct Landscapes {
    orders: Latest<Order>,
    made: Latest<Made>,
    current: Option<(Request, Flag)>,
    handle: Handle,
}

impl Landscapes {
    /// Starts the thread, idle.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn spawn(waker: Waker) -> std::io::Result<Self> {
        let (orders, made) = (Latest::<Order>::default(), Latest::default());
        let (inbox, shown) = (orders.clone(), made.clone());
        let handle = Handle::spawn("landscapes", waker, move |link| {
            let side = Side {
                link,
                orders: inbox,
                made: shown,
            };
            side.work();
        })?;
        Ok(Self {
            orders,
            made,
            current: None,
            handle,
        })
    }

    /// Asks for a landscape, unless it was the last one asked for; cancels whatever else is under way.
    pub fn ask(&mut self, request: Request) {
        if self.current.as_ref().is_some_and(|(r, _)| *r == request) {
            return;
        }
        self.cancel();
        let cancel = Flag::default();
        self.current = Some((request.clone(), cancel.clone()));
        self.orders.put(Order { request, cancel });
        self.handle.nudge();
    }

    /// What was made since the last call.
    pub fn take(&self) -> Option<Made> {
        self.made.take()
    }

    fn cancel(&self) {
        if let Some((_, cancel)) = &self.current {
            cancel.raise();
        }
    }
}

impl Drop for Landscapes {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// The thread's side.
struct Side {
    link: Link,
    orders: Latest<Order>,
    made: Latest<Made>,
}

impl Side {
    fn work(self) {
        let mut computer = BasinComputer::default();
        while let Some(order) = self.link.next(|| self.orders.take()) {
            if let Err(reason) = caught(|| self.carry_out(&order, &mut computer)) {
                computer = BasinComputer::default();
                let message = format!("computing the landscape panicked: {reason}");
                self.tell(&order, Err(message));
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
                        if order.cancel.is_raised() {
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
                computer.compute(
                    &request,
                    device,
                    finest,
                    order.cancel.as_ref(),
                    &mut progress,
                );
            }
        }
    }

    fn tell(&self, order: &Order, figure: Result<FigureSpec, String>) {
        let made = Made {
            request: order.request.clone(),
            figure,
        };
        self.link.show(&self.made, made);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::sync::{Arc, Condvar, Mutex};
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
