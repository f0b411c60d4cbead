//! What the users of threads rely on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::*;

fn no_waker() -> Waker {
    Arc::new(|| {})
}

/// Waits until something holds; fails after a minute.
fn until(what: &str, holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_mins(1), "never: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_slot_holds_the_newest_and_gives_it_once() {
    let slot = Latest::default();
    let other = slot.clone();
    slot.put(1);
    slot.put(2);
    assert!(other.is_waiting());
    assert_eq!(other.take(), Some(2));
    assert_eq!(slot.take(), None);
}

#[test]
fn a_queue_is_bounded_and_gives_back_what_has_no_room() {
    let queue = Queue::new(2);
    assert_eq!(queue.put(1), Ok(()));
    assert_eq!(queue.put(2), Ok(()));
    assert!(queue.is_full());
    assert_eq!(queue.put(3), Err(3));
    let begin = Instant::now();
    assert_eq!(queue.put_within(3, Duration::from_millis(20)), Err(3));
    assert!(begin.elapsed() >= Duration::from_millis(20));
    assert_eq!(
        [queue.take(), queue.take(), queue.take()],
        [Some(1), Some(2), None]
    );
}

#[test]
fn an_outbox_loses_nothing_and_keeps_the_order() {
    let queue = Queue::new(2);
    let outbox = Outbox::new(queue.clone());
    for value in 0..5 {
        outbox.send(value);
    }
    assert!(!outbox.resend(), "there is no room");
    assert!(!outbox.is_empty(), "three are held back");
    assert_eq!(queue.take(), Some(0));
    // Room for one: the oldest of those held back comes first, not the one sent now.
    outbox.send(5);
    let mut seen = Vec::new();
    while let Some(value) = queue.take() {
        seen.push(value);
        outbox.resend();
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
    assert!(outbox.is_empty());
}

#[test]
fn the_owner_hears_of_room_in_a_full_queue() {
    let woken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&woken);
    let waker: Waker = Arc::new(move || {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let queue = Queue::new(2);
    let inside = queue.clone();
    let outbox = Outbox::new(queue);
    for value in 0..3 {
        outbox.send(value);
    }
    let seen = Queue::new(8);
    let told = seen.clone();
    let handle = Handle::spawn("taking", waker, move |link| {
        while let Some(value) = link.next(|| link.take(&inside)) {
            assert_eq!(told.put(value), Ok(()));
        }
    })
    .expect("a thread");
    until("a wake-up", || woken.load(Ordering::SeqCst) > 0);
    // Sent and to be taken, unless the thread has yet to make room for it.
    until("the last", || {
        outbox.resend();
        outbox.is_empty()
    });
    handle.nudge();
    let mut all = Vec::new();
    let begin = Instant::now();
    while all.len() < 3 {
        all.extend(seen.take());
        assert!(begin.elapsed() < Duration::from_mins(1), "only {all:?}");
    }
    assert_eq!(all, [0, 1, 2]);
}

#[test]
fn a_thread_has_its_name_and_is_joined_when_dropped() {
    let name = Latest::default();
    let (told, ended) = (name.clone(), Flag::default());
    let end = ended.clone();
    let handle = Handle::spawn("a name", no_waker(), move |link| {
        told.put(std::thread::current().name().map(ToOwned::to_owned));
        while link.next(|| None::<()>).is_some() {}
        std::thread::sleep(Duration::from_millis(20));
        end.raise();
    })
    .expect("a thread");
    until("a name", || name.is_waiting());
    assert_eq!(name.take().flatten().as_deref(), Some("a name"));
    assert!(!ended.is_raised());
    drop(handle);
    assert!(ended.is_raised(), "dropped before the thread had ended");
}

#[test]
fn an_interrupt_reaches_the_work_under_way_and_so_does_the_end() {
    let (begun, left) = (Flag::default(), Latest::default());
    let (begin, leave) = (begun.clone(), left.clone());
    let orders = Latest::default();
    let inbox = orders.clone();
    let handle = Handle::spawn("working", no_waker(), move |link| {
        while let Some(order) = link.next(|| inbox.take()) {
            link.begin();
            begin.raise();
            while !link.is_interrupted() {
                std::thread::yield_now();
            }
            leave.put((order, link.is_stopping()));
        }
    })
    .expect("a thread");
    orders.put(1);
    handle.nudge();
    until("the first begun", || begun.is_raised());
    handle.interrupt();
    until("the first left", || left.is_waiting());
    assert_eq!(left.take(), Some((1, false)));
    begun.lower();
    orders.put(2);
    handle.nudge();
    until("the second begun", || begun.is_raised());
    drop(handle);
    assert_eq!(left.take(), Some((2, true)));
}

#[test]
fn what_must_still_be_done_is_done_before_the_end_and_the_rest_is_not() {
    for thorough in [true, false] {
        let (jobs, done) = (Queue::new(8), Queue::new(8));
        let (inbox, outbox) = (jobs.clone(), done.clone());
        let gate = Flag::default();
        let closed = gate.clone();
        let handle = Handle::spawn("jobs", no_waker(), move |link| {
            let next = || {
                if thorough {
                    link.next_to_the_last(|| inbox.take())
                } else {
                    link.next(|| inbox.take())
                }
            };
            while let Some(job) = next() {
                while !closed.is_raised() && !link.is_stopping() {
                    std::thread::yield_now();
                }
                let _ = outbox.put(job);
            }
        })
        .expect("a thread");
        for job in 0..3 {
            assert_eq!(jobs.put(job), Ok(()));
        }
        handle.nudge();
        until("the first is under way", || jobs.len() < 3);
        drop(handle);
        let mut all = Vec::new();
        while let Some(job) = done.take() {
            all.push(job);
        }
        let expected: &[i32] = if thorough { &[0, 1, 2] } else { &[0] };
        assert_eq!(all, expected);
    }
}

#[test]
fn a_message_waits_for_room_but_not_for_a_reader_who_is_gone() {
    let messages = Queue::new(1);
    let told = messages.clone();
    let handle = Handle::spawn("telling", no_waker(), move |link| {
        for number in 0..3 {
            link.tell(&told, number);
        }
    })
    .expect("a thread");
    until("a full queue", || messages.is_full());
    assert_eq!(messages.take(), Some(0));
    until("the second", || messages.is_full());
    // Nobody reads on: the thread ends all the same.
    drop(handle);
    assert_eq!(messages.take(), Some(1));
}

#[test]
fn a_panic_becomes_a_text() {
    assert_eq!(caught(|| 7), Ok(7));
    let seven = 7;
    let said = caught(|| assert_ne!(seven, 7, "unlucky")).expect_err("a panic");
    assert!(said.contains("unlucky"), "{said}");
    assert_eq!(
        caught(|| std::panic::panic_any("plain")),
        Err::<(), _>("plain".into())
    );
    assert_eq!(
        caught(|| std::panic::panic_any(3_u8)),
        Err::<(), _>("an unknown cause".into())
    );
}
