//! The data-loading thread: reading, preprocessing and the spectrum never block the window.

mod previews;

use std::sync::Arc;

use crate::app::state::protocol::{LoadedData, LoaderMessage, PreviewRequest, Relation};
use crate::config::DataConfig;
use crate::data::{self, Overview, Preprocessor, Progress, Store, Targets};
use crate::thread::{Handle, Latest, Link, Newest, Queue, Waker, caught};

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
    messages: Queue<LoaderMessage>,
    progress: Latest<Progress>,
    newest: Newest,
    handle: Handle,
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
        let (messages, progress) = (Queue::new(MESSAGES), Latest::default());
        let newest = Newest::default();
        let inbox = requests.clone();
        let (told, shown, valid) = (messages.clone(), progress.clone(), newest.clone());
        let handle = Handle::spawn("data-loader", waker, move |link| {
            let side = Side {
                link,
                store,
                requests: inbox,
                messages: told,
                progress: shown,
                newest: valid,
            };
            side.work();
        })?;
        Ok(Self {
            requests,
            messages,
            progress,
            newest,
            handle,
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
        let number = self.newest.advance();
        self.requests.put(Request { work, number });
        self.handle.nudge();
    }

    /// Cancels whatever is under way.
    pub fn cancel(&self) {
        self.newest.advance();
    }

    /// The next message, if there is one.
    pub fn message(&self) -> Option<LoaderMessage> {
        let previewed = || Some(LoaderMessage::Previewed(Box::new(self.previews.answer()?)));
        self.messages
            .take()
            .or_else(|| self.progress.take().map(LoaderMessage::Progress))
            .or_else(previewed)
    }
}

/// The thread's side.
struct Side {
    link: Link,
    store: Store,
    requests: Latest<Request>,
    messages: Queue<LoaderMessage>,
    progress: Latest<Progress>,
    newest: Newest,
}

impl Side {
    fn work(self) {
        while let Some(request) = self.link.next(|| self.requests.take()) {
            let outcome = caught(|| match &request.work {
                Work::Load(config, seed) => self.load(&request, config, *seed),
                Work::Relate(relation) => self.relate(&request, relation),
            });
            let failure = match (outcome, &request.work) {
                (Ok(Ok(())), _) => None,
                (Ok(Err(error)), _) => Some(error.to_string()),
                (Err(reason), Work::Load(config, _)) => {
                    Some(format!("reading {} panicked: {reason}", config.source))
                }
                (Err(reason), Work::Relate(_)) => Some(format!(
                    "relating the target to the data panicked: {reason}"
                )),
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
        self.newest.is(request.number) && !self.link.is_stopping()
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
            self.link.show(&self.progress, progress);
            self.is_newest(request)
        };
        let dataset = Arc::new(data::load_with(config, seed, &self.store, &proceed)?);
        let preprocessor = Arc::new(Preprocessor::of(config, &dataset)?);
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
        self.link.tell(&self.messages, message);
    }
}
