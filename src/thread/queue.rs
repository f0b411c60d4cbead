//! Bounded queues of values that must not be lost.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, TrySendError, bounded};

/// A bounded queue; both sides have the same.
#[derive(Debug)]
pub struct Queue<T> {
    sender: Sender<T>,
    receiver: Receiver<T>,
}

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        Self {
            sender: self.sender.clone(),
            receiver: self.receiver.clone(),
        }
    }
}

impl<T> Queue<T> {
    /// An empty queue with room for `bound` values.
    pub fn new(bound: usize) -> Self {
        let (sender, receiver) = bounded(bound);
        Self { sender, receiver }
    }

    /// Adds a value. Never waits.
    ///
    /// # Errors
    /// The value, if the queue is full.
    pub fn put(&self, value: T) -> Result<(), T> {
        self.sender
            .try_send(value)
            .map_err(TrySendError::into_inner)
    }

    /// Adds a value, waiting so long for room.
    ///
    /// # Errors
    /// The value, if the queue is still full then.
    pub fn put_within(&self, value: T, patience: Duration) -> Result<(), T> {
        self.sender
            .send_timeout(value, patience)
            .map_err(SendTimeoutError::into_inner)
    }

    /// The oldest value, if there is one.
    pub fn take(&self) -> Option<T> {
        self.receiver.try_recv().ok()
    }

    /// How many values wait.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.receiver.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.receiver.is_empty()
    }

    /// Whether there is no room.
    pub fn is_full(&self) -> bool {
        self.receiver.is_full()
    }
}

/// The sending end of a [`Queue`] for one who must neither wait nor lose anything: what finds no room is held back and
/// follows, in order, when there is room.
#[derive(Debug)]
pub struct Outbox<T> {
    queue: Queue<T>,
    held: Mutex<VecDeque<T>>,
}

impl<T> Outbox<T> {
    /// Sends by this queue.
    pub fn new(queue: Queue<T>) -> Self {
        Self {
            queue,
            held: Mutex::default(),
        }
    }

    /// Sends a value now or as soon as there is room. Never waits.
    pub fn send(&self, value: T) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.push_back(value);
        Self::pass_on(&self.queue, &mut held);
    }

    /// Sends what was held back as far as there is room; whether anything was sent. Never waits.
    pub fn resend(&self) -> bool {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let before = held.len();
        Self::pass_on(&self.queue, &mut held);
        held.len() < before
    }

    /// Whether nothing is held back.
    pub fn is_empty(&self) -> bool {
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty()
    }

    fn pass_on(queue: &Queue<T>, held: &mut VecDeque<T>) {
        while let Some(value) = held.pop_front() {
            if let Err(value) = queue.put(value) {
                held.push_front(value);
                return;
            }
        }
    }
}
