//! The whole window under a simulated user, by accessible label: no screen, no GPU.
//!
//! Threads are real: data are loaded and a network trains while the window is stepped.

mod controls;
mod data;
mod diagnose;
mod glyphs;
mod instruments;
mod lab;
mod landscapes;
mod latent;
mod layout;
mod model;
mod noise;
mod objective;
mod opening;
mod papers;
mod surfaces;
mod symbols;
mod thresholds;

use std::time::{Duration, Instant};

use collapse_explorer::app::Explorer;
use collapse_explorer::app::state::AppState;
use collapse_explorer::config::{
    DataConfig, DataSource, DeviceChoice, NetConfig, RunConfig, SamplingConfig,
};
use collapse_explorer::data::Store;
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Shape, Vec2, epaint::TextShape};
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};
use egui_kittest::{Harness, Node};

/// How long a thread may take on a busy machine before the test gives up.
const PATIENCE: Duration = Duration::from_secs(30);
/// Items of the data; with the batch of 32 an epoch has nine steps.
const ITEMS: usize = 300;

/// A small run on a few digits, so that an unoptimised build trains many steps a second.
fn config() -> RunConfig {
    RunConfig {
        data: DataConfig {
            source: DataSource::Digits,
            limit: Some(ITEMS),
            ..DataConfig::default()
        },
        net: NetConfig {
            encoder: vec![32].into(),
            decoder: vec![32].into(),
            latents: 8,
            ..NetConfig::default()
        },
        sampling: SamplingConfig { batch: 32, seed: 0 },
        device: DeviceChoice::Cpu,
        ..RunConfig::default()
    }
}

/// A window and the folder its figures would go to.
struct Window {
    harness: Harness<'static, Explorer>,
    figures: tempfile::TempDir,
}

impl Window {
    /// A window as it opens; nothing is kept in the user's folders.
    fn open(size: Vec2, config: RunConfig) -> Self {
        let figures = tempfile::tempdir().expect("a folder");
        let folder = figures.path().to_owned();
        let harness = Harness::builder()
            .with_size(size)
            .with_max_steps(2)
            .build_eframe(move |cc| {
                let store = Store::off();
                Explorer::with_store(&cc.egui_ctx, config, folder, store).expect("threads start")
            });
        Self { harness, figures }
    }

    /// A window whose data are there, with their spectrum, while a network trains.
    fn ready() -> Self {
        Self::ready_in(Vec2::new(1440.0, 900.0))
    }

    /// The same in a window so tall that the left panel shows everything at once.
    fn tall() -> Self {
        Self::ready_in(Vec2::new(1440.0, 1500.0))
    }

    fn ready_in(size: Vec2) -> Self {
        let mut window = Self::open(size, config());
        window.until("prediction", |s| s.prediction.is_some());
        window.until("statistics", |s| {
            s.snapshot.as_ref().is_some_and(|s| s.evaluation.is_some())
        });
        window
    }

    fn state(&self) -> &AppState {
        self.harness.state().state()
    }

    fn frames(&mut self, count: usize) {
        self.harness.run_steps(count);
    }

    /// Steps the window until `wanted`, as a screen would.
    fn until(&mut self, what: &str, mut wanted: impl FnMut(&AppState) -> bool) {
        let begin = Instant::now();
        while !wanted(self.state()) {
            assert!(
                begin.elapsed() < PATIENCE,
                "no {what}; problem: {:?}",
                self.state().session.problem
            );
            self.frames(1);
            std::thread::sleep(Duration::from_millis(2));
        }
        self.frames(2);
    }

    /// The control with this role and name; the names alone also stand beside their controls.
    fn control<'a>(&'a self, role: Role, label: &'a str) -> Node<'a> {
        let found: Vec<Node<'a>> = self
            .harness
            .query_all(by().role(role).label(label))
            .collect();
        assert_eq!(
            found.len(),
            1,
            "{role:?} '{label}': {} of them",
            found.len()
        );
        found.into_iter().next().expect("one")
    }

    /// The name of the one slider that begins like this.
    fn slider_starting(&self, starts: &str) -> String {
        let names: Vec<String> = self
            .harness
            .query_all(by().role(Role::Slider))
            .filter_map(|node| node.accesskit_node().label())
            .filter(|name| name.starts_with(starts))
            .collect();
        assert_eq!(names.len(), 1, "{names:?}");
        names.into_iter().next().expect("one")
    }

    /// Whether there is such a control.
    fn has(&self, role: Role, label: &str) -> bool {
        self.harness
            .query_all(by().role(role).label(label))
            .next()
            .is_some()
    }

    /// Clicks with the pointer, as a hand would, and lets the window take it in.
    fn press(&mut self, label: &str) {
        self.control(Role::Button, label).click();
        self.frames(3);
    }

    /// Sets a slider or a number through accessibility, as a screen reader would.
    fn set(&mut self, role: Role, label: &str, value: f64) {
        self.control(role, label).set_value_accesskit(value);
        self.frames(3);
    }

    /// Replaces the text of a field and confirms it.
    fn enter(&mut self, label: &str, text: &str) {
        self.control(Role::TextInput, label).click();
        self.frames(2);
        self.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.harness.event(Event::Text(text.to_owned()));
        self.frames(2);
        self.harness.key_press(Key::Enter);
        self.frames(3);
    }

    /// Picks an entry of a drop-down menu.
    fn choose(&mut self, menu: &str, entry: &str) {
        self.control(Role::ComboBox, menu).click();
        self.frames(3);
        self.press(entry);
    }

    /// Drags with the primary button, as a hand would.
    fn drag(&mut self, from: Pos2, to: Pos2) {
        let button = |pos, pressed| Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        let events = [
            Event::PointerMoved(from),
            button(from, true),
            Event::PointerMoved(from.lerp(to, 0.5)),
            Event::PointerMoved(to),
            button(to, false),
        ];
        for event in events {
            self.harness.event(event);
            self.frames(1);
        }
        self.frames(2);
    }

    /// Chooses one of several buttons side by side.
    fn pick(&mut self, label: &str) {
        self.control(Role::RadioButton, label).click();
        self.frames(3);
    }

    /// Steps the window until something painted contains this.
    fn until_it_says(&mut self, part: &str) {
        let begin = Instant::now();
        while !self.says(part) {
            assert!(
                begin.elapsed() < PATIENCE,
                "nothing says '{part}': {:?}",
                self.texts()
            );
            self.frames(1);
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Whether something painted contains this.
    fn says(&self, part: &str) -> bool {
        self.texts().iter().any(|(text, _)| text.contains(part))
    }

    fn run(&self) -> u64 {
        self.state().run.as_ref().expect("a run").id.0
    }

    fn predicted(&self) -> usize {
        self.state()
            .prediction
            .as_ref()
            .expect("a prediction")
            .active()
    }

    fn beta(&self) -> f64 {
        self.state().config.live.beta
    }

    fn step(&self) -> u64 {
        self.state().snapshot.as_ref().map_or(0, |s| s.step)
    }

    /// Waits until the worker has shown a state that does not train.
    fn paused(&mut self) -> u64 {
        self.until("pause", |s| {
            !s.playing && s.snapshot.as_ref().is_some_and(|s| !s.playing)
        });
        self.step()
    }

    /// Every text painted in the last frame, with where.
    fn texts(&self) -> Vec<(String, Pos2)> {
        fn collect(shape: &Shape, into: &mut Vec<(String, Pos2)>) {
            match shape {
                Shape::Text(TextShape { pos, galley, .. }) => {
                    into.push((galley.text().to_owned(), *pos));
                }
                Shape::Vec(shapes) => shapes.iter().for_each(|s| collect(s, into)),
                _ => {}
            }
        }
        let mut texts = Vec::new();
        for clipped in &self.harness.output().shapes {
            collect(&clipped.shape, &mut texts);
        }
        texts
    }

    /// The one painted text that satisfies `wanted`.
    fn text(&self, wanted: impl Fn(&str) -> bool) -> (String, Pos2) {
        let mut found = self.texts();
        found.retain(|(text, _)| wanted(text));
        assert!(!found.is_empty(), "no such text among {:?}", self.texts());
        found.swap_remove(0)
    }
}
