//! One tile: its content, and the figure of it, which is built anew only when something it is made of has changed.

use super::content::{Content, content};
use crate::app::plot::PlotView;
use crate::app::state::AppState;
use crate::app::state::concern::Key;
use crate::app::state::tile::Tile;
use crate::plot::FigureSpec;

/// A tile's content and figure.
pub(super) struct Pane {
    pub content: Box<dyn Content>,
    pub view: PlotView,
    pub figure: Option<FigureSpec>,
    /// What the figure was made of; none if it must be built anew.
    made_of: Option<Key>,
    builds: u64,
}

impl Pane {
    /// A tile as it is at the start.
    pub fn new(tile: Tile) -> Self {
        Self {
            content: content(tile),
            view: PlotView::linked(),
            figure: None,
            made_of: None,
            builds: 0,
        }
    }

    /// How often the figure was built.
    pub fn builds(&self) -> u64 {
        self.builds
    }

    /// The tile itself shows something else now.
    pub fn outdate(&mut self) {
        self.made_of = None;
    }

    /// Builds the figure anew if it would be another.
    pub fn refresh(&mut self, state: &AppState) {
        let news = self.content.poll();
        let key = state.key(self.content.made_of());
        if news || self.made_of != Some(key) {
            self.figure = self.content.figure(state);
            self.made_of = Some(key);
            self.builds += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::app::state::action::{Action, Effect};
    use crate::app::state::lab::SweepSettings;
    use crate::app::state::looks::Look;
    use crate::app::threads::loader::Loader;
    use crate::config::{DataConfig, DeviceChoice, LiveConfig, NetConfig, RunConfig};
    use crate::data::Store;
    use crate::lab::Parameter;
    use crate::plot::Provenance;
    use crate::train::{LandscapeKind, LandscapeRequest, Worker};

    /// A state that lives as in the window, with every tile beside it.
    struct Bench {
        state: AppState,
        worker: Worker,
        loader: Loader,
        tiles: Vec<Watched>,
    }

    /// A tile with its figure of last time, as text, and what that was made of.
    struct Watched {
        tile: Tile,
        content: Box<dyn Content>,
        figure: Option<String>,
        key: Option<Key>,
    }

    impl Bench {
        fn new() -> Self {
            let config = RunConfig {
                data: DataConfig {
                    limit: Some(60),
                    ..DataConfig::default()
                },
                net: NetConfig::dense(&[8], 4),
                device: DeviceChoice::Cpu,
                ..RunConfig::default()
            };
            let (state, effects) = AppState::new(config);
            let waker: crate::train::Waker = Arc::new(|| {});
            let mut bench = Self {
                state,
                worker: Worker::spawn(Arc::clone(&waker)).expect("a thread"),
                loader: Loader::spawn(Store::off(), waker).expect("a thread"),
                tiles: Tile::ALL
                    .map(|tile| Watched {
                        tile,
                        content: content(tile),
                        figure: None,
                        key: None,
                    })
                    .into(),
            };
            bench.carry_out(effects);
            bench
        }

        fn carry_out(&mut self, effects: Vec<Effect>) {
            for effect in effects {
                match effect {
                    Effect::Command(command) => self.worker.send(command),
                    Effect::Live(params) => self.worker.set_live(params),
                    Effect::Load(config, seed) => self.loader.load(config, seed),
                    _ => {}
                }
            }
        }

        /// Applies something, and checks every tile after it.
        fn step(&mut self, what: &str, change: impl FnOnce(&mut AppState) -> Vec<Effect>) {
            let effects = change(&mut self.state);
            self.carry_out(effects);
            let state = &self.state;
            for watched in &mut self.tiles {
                let now = watched.content.figure(state).map(|figure| {
                    // The origin is written when the figure is saved, and is not on screen.
                    let plain = FigureSpec {
                        provenance: Provenance::default(),
                        ..figure
                    };
                    serde_json::to_string(&plain).expect("text")
                });
                let key = Some(state.key(watched.content.made_of()));
                assert!(
                    key != watched.key || now == watched.figure,
                    "{what} changed the figure of {:?}, which does not say that it is made of that",
                    watched.tile
                );
                (watched.figure, watched.key) = (now, key);
            }
        }

        fn act(&mut self, action: Action) {
            let what = format!("{action:?}");
            self.step(&what, |state| state.apply(action));
        }

        /// Takes in what the threads have said; true if a snapshot was among it.
        fn drain(&mut self) -> bool {
            while let Some(message) = self.loader.message() {
                self.step("the loader", |state| state.loaded(message));
            }
            while let Some(event) = self.worker.event() {
                self.step("an event", |state| state.event(event));
            }
            let snapshot = self.worker.snapshot();
            let there = snapshot.is_some();
            if let Some(snapshot) = snapshot {
                self.step("a snapshot", |state| state.snapshot(snapshot));
            }
            std::thread::sleep(Duration::from_millis(2));
            there
        }

        /// Takes in what the threads say until there are so many more snapshots.
        fn live(&mut self, snapshots: usize) {
            let begin = Instant::now();
            let mut seen = 0;
            while seen < snapshots {
                assert!(begin.elapsed() < Duration::from_mins(1), "no snapshot");
                seen += usize::from(self.drain());
            }
        }

        /// Takes in what the threads say in a while; a run that is paused may say nothing.
        fn wait(&mut self) {
            let begin = Instant::now();
            while begin.elapsed() < Duration::from_millis(200) {
                self.drain();
            }
        }
    }

    /// A figure that is not built anew must be the one that would be built.
    #[test]
    fn a_figure_that_changes_has_another_key() {
        let mut bench = Bench::new();
        bench.live(4);
        while bench.state.prediction.is_none() || bench.state.trails.moments.is_empty() {
            bench.live(1);
        }
        let live = bench.state.config.live;
        for action in [
            Action::Live(LiveConfig { beta: 2.0, ..live }),
            Action::Mode(1),
            Action::Traverse(2),
            Action::ToggleZero(0),
            Action::ToggleZero(0),
            Action::ToggleHold(1),
            Action::SortByKl(false),
            Action::Look(Look::NewCorners),
            Action::Look(Look::Corners([1, 2, 3])),
            Action::Landscape(
                Tile::CollapsePath,
                Some(LandscapeRequest {
                    kind: LandscapeKind::Path,
                    points: LandscapeRequest::PATH_POINTS,
                    generation: 0,
                }),
            ),
            // The sweep itself is not run, so the live run must not wait for it.
            Action::PauseForLab(false),
            Action::StartSweep(SweepSettings {
                parameter: Parameter::Beta,
                from: 0.5,
                to: 2.0,
                points: 2,
                most_steps: 50,
            }),
            Action::StopLab,
            Action::TogglePlay,
            Action::Step,
            Action::Reset,
            Action::TogglePlay,
            Action::NewSeed,
        ] {
            bench.act(action);
            bench.wait();
        }
        let figures = bench.tiles.iter().filter(|w| w.figure.is_some());
        assert!(figures.count() >= 10, "most tiles have something to show");
    }

    #[test]
    fn the_pointer_is_no_concern_of_a_figure() {
        let mut bench = Bench::new();
        bench.live(2);
        let keys = |bench: &Bench| -> Vec<Key> {
            let key = |w: &Watched| bench.state.key(w.content.made_of());
            bench.tiles.iter().map(key).collect()
        };
        let before = keys(&bench);
        bench.state.apply(Action::Hover(Some(1)));
        bench
            .state
            .apply(Action::Look(Look::Decode(Some(vec![0.0; 4]))));
        assert_eq!(keys(&bench), before);
        let beta = LiveConfig {
            beta: 3.0,
            ..bench.state.config.live
        };
        bench.state.apply(Action::Live(beta));
        assert_ne!(keys(&bench), before);
    }
}
