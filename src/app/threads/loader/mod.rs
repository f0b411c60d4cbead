//! The data-loading thread: reading, preprocessing and the spectrum never block the window.

mod previews;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::app::state::protocol::{LoadedData, LoaderMessage, PreviewRequest, Relation};
use crate::config::DataConfig;
use crate::data::{self, Overview, Preprocessor, Progress, Store, Targets};
use crate::train::{Latest, Waker};

use previews::Previews;

/// Messages that may wait.
const MESSAGES: usize = 16;

/// A request and its number; a newer one cancels an older.
struct Request {
    work: Work,
    number: u64,
}

enum Work {
    Load(DataConfig, u32),
    Relate(Relation),
}

/// A handle to the thread; dropping it cancels, stops and joins.
pub struct Loader {
    requests: Latest<Request>,
    wake: Sender<()>,
    messages: Receiver<LoaderMessage>,
    progress: Latest<Progress>,
    newest: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    previews: Previews,
}

impl Loader {
    /// Starts the thread, idle; decoded pictures are kept in `store`.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn spawn(store: Store, waker: Waker) -> std::io::Result<Self> {
        let previews = Previews::spawn(store.clone(), Arc::clone(&waker))?;
        let requests = Latest::<Request>::default();
        let progress = Latest::default();
        let (wake, wake_queue) = bounded(1);
        let (message_queue, messages) = bounded(MESSAGES);
        let newest = Arc::new(AtomicU64::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let side = Side {
            store,
            requests: requests.clone(),
            wake: wake_queue,
            messages: message_queue,
            progress: progress.clone(),
            newest: Arc::clone(&newest),
            stop: Arc::clone(&stop),
            waker,
        };
        let thread = std::thread::Builder::new()
            .name("data-loader".into())
            .spawn(move || side.work())?;
        Ok(Self {
            requests,
            wake,
            messages,
            progress,
            newest,
            stop,
            thread: Some(thread),
            previews,
        })
    }

    /// Asks for data; cancels whatever is under way.
    pub fn load(&self, config: DataConfig, seed: u32) {
        self.request(Work::Load(config, seed));
    }

    /// Asks what data explain of a target; cancels whatever is under way, so it is for a loader that
    /// loads nothing.
    pub fn relate(&self, relation: Relation) {
        self.request(Work::Relate(relation));
    }

    /// Asks what data would be; disturbs no load.
    pub fn preview(&self, request: PreviewRequest) {
        self.previews.ask(request);
    }

    fn request(&self, work: Work) {
        let number = self.newest.fetch_add(1, Ordering::Relaxed) + 1;
        self.requests.put(Request { work, number });
        let _ = self.wake.try_send(());
    }

    /// Cancels whatever is under way.
    pub fn cancel(&self) {
        self.newest.fetch_add(1, Ordering::Relaxed);
    }

    /// The next message, if there is one.
    pub fn message(&self) -> Option<LoaderMessage> {
        let previewed = || Some(LoaderMessage::Previewed(Box::new(self.previews.answer()?)));
        self.messages
            .try_recv()
            .ok()
            .or_else(|| self.progress.take().map(LoaderMessage::Progress))
            .or_else(previewed)
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.cancel();
        let _ = self.wake.try_send(());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The thread's side.
struct Side {
    store: Store,
    requests: Latest<Request>,
    wake: Receiver<()>,
    messages: Sender<LoaderMessage>,
    progress: Latest<Progress>,
    newest: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    waker: Waker,
}

impl Side {
    fn work(self) {
        while !self.stop.load(Ordering::Relaxed) {
            let Some(request) = self.requests.take() else {
                let _ = self.wake.recv();
                continue;
            };
            let outcome = catch_unwind(AssertUnwindSafe(|| match &request.work {
                Work::Load(config, seed) => self.load(&request, config, *seed),
                Work::Relate(relation) => self.relate(&request, relation),
            }));
            let failure = match (outcome, &request.work) {
                (Ok(Ok(())), _) => None,
                (Ok(Err(error)), _) => Some(error.to_string()),
                (Err(_), Work::Load(config, _)) => {
                    Some(format!("reading {} panicked", config.source))
                }
                (Err(_), Work::Relate(_)) => {
                    Some("relating the target to the data panicked".into())
                }
            };
            let _ = self.progress.take();
            match failure {
                Some(message) if matches!(request.work, Work::Relate(_)) => {
                    self.unrelated(&request, message);
                }
                // A load that a newer one replaced ends without a word.
                Some(message) if self.is_newest(&request) => {
                    self.tell(LoaderMessage::Failed(message));
                }
                Some(_) if !self.requests.is_waiting() => {
                    self.tell(LoaderMessage::Failed("loading was cancelled".into()));
                }
                _ => {}
            }
        }
    }

    /// Tells why a target was not related, unless a newer request replaced this one.
    fn unrelated(&self, request: &Request, message: String) {
        if self.is_newest(request) {
            self.tell(LoaderMessage::Unrelated(message));
        }
    }

    fn is_newest(&self, request: &Request) -> bool {
        self.newest.load(Ordering::Relaxed) == request.number
    }

    fn relate(&self, request: &Request, relation: &Relation) -> Result<(), data::Error> {
        let proceed = |_: Progress| self.is_newest(request);
        let Relation {
            dataset,
            preprocessor,
            target,
            seed,
        } = relation;
        if let Some(targets) = Targets::new(*target, dataset, preprocessor, *seed)? {
            let cross = data::cross_spectrum(dataset, preprocessor, &targets, *seed, &proceed)?;
            self.tell(LoaderMessage::Related(Arc::new(cross), *seed));
        }
        Ok(())
    }

    fn load(&self, request: &Request, config: &DataConfig, seed: u32) -> Result<(), data::Error> {
        let proceed = |progress: Progress| {
            self.progress.put(progress);
            (self.waker)();
            self.is_newest(request)
        };
        let dataset = Arc::new(data::load_with(config, seed, &self.store, &proceed)?);
        let preprocessor = Preprocessor::new(config.preprocess, &dataset)?;
        let preprocessor = Arc::new(preprocessor.with_lambda(config.logit_lambda));
        self.tell(LoaderMessage::Loaded(Box::new(LoadedData {
            config: config.clone(),
            dataset: Arc::clone(&dataset),
            preprocessor: Arc::clone(&preprocessor),
            digest: format!("{:016x}", dataset.digest()),
        })));
        let overview = Overview::new(&dataset, &preprocessor, seed);
        self.tell(LoaderMessage::Overview(Arc::new(overview)));
        self.tell(
            match data::spectrum(&dataset, &preprocessor, seed, &proceed) {
                Ok(spectrum) => LoaderMessage::Spectrum(Arc::new(spectrum)),
                Err(data::Error::Cancelled) => return Err(data::Error::Cancelled),
                Err(error) => LoaderMessage::NoSpectrum(error.to_string()),
            },
        );
        Ok(())
    }

    fn tell(&self, message: LoaderMessage) {
        let mut message = message;
        while !self.stop.load(Ordering::Relaxed) {
            let patience = std::time::Duration::from_millis(50);
            match self.messages.send_timeout(message, patience) {
                Err(crossbeam_channel::SendTimeoutError::Timeout(again)) => message = again,
                _ => break,
            }
        }
        (self.waker)();
    }
}
