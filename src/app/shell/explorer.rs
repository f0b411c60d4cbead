//! The application: drains its threads, applies what they and the user say, paints.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use egui::{Context, Ui};
use egui_notify::Toasts;

use crate::config::RunConfig;
use crate::data::Store;
use crate::lab::Lab;
use crate::thread::{Latest, Waker};
use crate::train::Worker;

use super::help::help_window;
use super::input::drop_hint;
use super::toolbars::{WindowAction, status_bar, top_bar};
use crate::app::panels::controls::Controls;
use crate::app::panels::data::data_sheet;
use crate::app::panels::tour;
use crate::app::state::AppState;
use crate::app::state::action::{Action, Effect, Severity};
use crate::app::state::papers::{DATA_VARIABLE, PapersAction};
use crate::app::state::tile::{SaveRequest, Tile, Workspace};
use crate::app::state::tour::{STEPS, TourAction};
use crate::app::threads::files::{FileOutcome, Files, Job};
use crate::app::threads::loader::Loader;
use crate::app::threads::papers::Papers;
use crate::app::tiles::TileBoard;
use crate::app::widgets::theme;
use crate::app::widgets::theme::{Theme, chrome};

/// Width of the left panel.
const CONTROLS_WIDTH: f32 = 272.0;
/// How long a toast stays.
const TOAST: Duration = Duration::from_secs(6);

/// Why a screenshot was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Screenshot {
    Copy,
    Save,
}

/// The window's application.
pub struct Explorer {
    pub(super) state: AppState,
    worker: Worker,
    loader: Loader,
    lab: Lab,
    papers: Papers,
    files: Files,
    controls: Controls,
    board: TileBoard,
    toasts: Toasts,
    theme: Theme,
    pub(super) help: bool,
    pictures: Latest<(Screenshot, Arc<egui::ColorImage>)>,
    frame_ms: f32,
    /// Shortest time in milliseconds between repaints that only news of the run asks for.
    pace: Arc<AtomicU64>,
}

impl Explorer {
    /// Starts the threads and loads `config`'s data.
    ///
    /// # Errors
    /// The system's error if a thread cannot be started.
    pub fn new(ctx: &Context, config: RunConfig, figures: PathBuf) -> std::io::Result<Self> {
        Self::with_store(ctx, config, figures, Store::platform())
    }

    /// As [`new`](Self::new), with decoded pictures kept in `store` and what the papers' experiments came to beside them.
    ///
    /// # Errors
    /// The system's error if a thread cannot be started.
    pub fn with_store(
        ctx: &Context,
        config: RunConfig,
        figures: PathBuf,
        store: Store,
    ) -> std::io::Result<Self> {
        let theme = Theme::default();
        theme::install_fonts(ctx);
        theme::apply(ctx, theme);
        let repaint = ctx.clone();
        let pace = Arc::new(AtomicU64::new(0));
        let wait = Arc::clone(&pace);
        // Requests that come before the wait is over are one repaint.
        let waker: Waker = Arc::new(move || {
            repaint.request_repaint_after(Duration::from_millis(wait.load(Ordering::Relaxed)));
        });
        let (mut state, effects) = AppState::new(config);
        state.lab.folder = Some(figures.join("lab"));
        let kept = store.folder().map(|folder| folder.join("papers"));
        let mut this = Self {
            state,
            worker: Worker::spawn(Arc::clone(&waker))?,
            loader: Loader::spawn(store, Arc::clone(&waker))?,
            lab: Lab::spawn(Arc::clone(&waker))?,
            papers: Papers::spawn(kept, Arc::clone(&waker))?,
            files: Files::spawn(figures, waker)?,
            controls: Controls::default(),
            board: TileBoard::default(),
            toasts: Toasts::default().with_anchor(egui_notify::Anchor::BottomRight),
            theme,
            help: false,
            pictures: Latest::default(),
            frame_ms: 0.0,
            pace,
        };
        this.carry_out(effects);
        let data = std::env::var_os(DATA_VARIABLE).filter(|v| !v.is_empty());
        this.act(Action::Papers(PapersAction::Folder(
            data.map(PathBuf::from),
        )));
        Ok(this)
    }

    /// Shows news of the run at most once in `period`; input is answered at once in any case. Where the
    /// processor draws the window, every picture is taken from training.
    pub fn set_pace(&self, period: Duration) {
        self.pace
            .store(period.as_millis() as u64, Ordering::Relaxed);
    }

    /// What the window shows.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// How often the figure of a tile was built: only when something it is made of has changed.
    pub fn builds(&self, tile: Tile) -> u64 {
        self.board.builds(tile)
    }

    fn carry_out(&self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Command(command) => self.worker.send(command),
                Effect::Live(params) => self.worker.set_live(params),
                Effect::Load(config, seed) => self.loader.load(config, seed),
                Effect::Preview(request) => self.loader.preview(request),
                Effect::Relate(relation) => self.loader.relate(relation),
                Effect::CancelLoad => self.loader.cancel(),
                Effect::Experiment(id, request) => self.lab.start(id, *request),
                Effect::StopLab => self.lab.stop(),
                Effect::LookForPapers(data) => self.papers.look(data),
                Effect::RunPapers(request) => self.papers.make(request),
                Effect::StopPapers => self.papers.stop(),
                Effect::PickPapersFolder => self.files.send(Job::PickPapersFolder),
                Effect::SaveReports { reports, page, ask } => {
                    self.files.send(Job::SaveReports { reports, page, ask });
                }
            }
        }
    }

    pub(super) fn act(&mut self, action: Action) {
        let effects = self.state.apply(action);
        self.carry_out(effects);
    }

    /// Takes in everything the threads have to say. Painting never waits for them.
    pub fn drain(&mut self) {
        while let Some(message) = self.loader.message() {
            let effects = self.state.loaded(message);
            self.carry_out(effects);
        }
        while let Some(event) = self.worker.event() {
            let effects = self.state.event(event);
            self.carry_out(effects);
        }
        if let Some(snapshot) = self.worker.snapshot() {
            let shown = self.state.snapshot.as_ref().map_or(0, |s| s.step);
            if shown == 0 && snapshot.step > 0 {
                tracing::info!("first training snapshot at step {}", snapshot.step);
            }
            let effects = self.state.snapshot(snapshot);
            self.carry_out(effects);
        }
        if let Some(status) = self.lab.status() {
            let effects = self.state.lab_status(status);
            self.carry_out(effects);
        }
        if let Some(progress) = self.papers.progress() {
            self.state.papers_progress(progress);
        }
        while let Some(message) = self.papers.message() {
            let effects = self.state.papers_message(message);
            self.carry_out(effects);
        }
        while let Some(outcome) = self.files.outcome() {
            match outcome {
                FileOutcome::Saved(path) => self
                    .state
                    .session
                    .inform(format!("Saved {}", path.display())),
                FileOutcome::Failed(reason) => self.state.session.refuse(reason),
                FileOutcome::PickedPapersFolder(path) => {
                    self.act(Action::Papers(PapersAction::Folder(Some(path))));
                }
                FileOutcome::Picked(path) => {
                    let request = self.state.path_request(path);
                    self.act(Action::Open(request));
                }
            }
        }
        for notice in self.state.session.take_notices() {
            let toast = match notice.severity {
                Severity::Info => self.toasts.basic(notice.text),
                Severity::Error => {
                    let colour = chrome(self.theme).error;
                    self.toasts.custom(notice.text, "!".into(), colour)
                }
            };
            // The library's own signs and closing cross are in no font of the window.
            toast.duration(Some(TOAST)).closable(false);
        }
    }

    fn screenshots(&mut self, ctx: &Context) {
        let Some((what, image)) = self.pictures.take() else {
            return;
        };
        match what {
            Screenshot::Copy => {
                ctx.copy_image((*image).clone());
                self.state
                    .session
                    .inform("The window was copied to the clipboard.".into());
            }
            Screenshot::Save => {
                let [width, height] = image.size;
                let rgba = image
                    .pixels
                    .iter()
                    .flat_map(egui::Color32::to_array)
                    .collect();
                self.files.send(Job::SaveWindow(width, height, rgba));
            }
        }
    }

    fn window_action(&mut self, ctx: &Context, action: WindowAction) {
        match action {
            WindowAction::ToggleTheme => {
                self.theme = self.theme.toggled();
                theme::apply(ctx, self.theme);
            }
            WindowAction::CopyWindow => self.take_screenshot(ctx, Screenshot::Copy),
            WindowAction::SaveWindow => self.take_screenshot(ctx, Screenshot::Save),
            WindowAction::SaveFigures => {
                let mut requests = Vec::new();
                for (tile, figure) in self.board.figures(&self.state) {
                    for extension in ["png", "svg", "csv"] {
                        requests.push(SaveRequest {
                            figure: figure.clone(),
                            stem: tile.file_stem().to_owned(),
                            extension,
                            ask: false,
                        });
                    }
                }
                self.send_job(Job::SaveAll(requests));
            }
            WindowAction::Show(workspace) => self.board.set_workspace(workspace),
            WindowAction::ResetLayout => self.board.reset_layout(),
            WindowAction::ToggleTile(tile) => self.board.toggle(tile),
            WindowAction::ToggleHelp => self.help = !self.help,
        }
    }

    fn take_screenshot(&mut self, ctx: &Context, what: Screenshot) {
        // A toast in the picture would be noise.
        self.toasts.dismiss_all_toasts();
        let (slot, repaint) = (self.pictures.clone(), ctx.clone());
        let callback = egui::ScreenshotCallback::new(move |image| {
            slot.put((what, image));
            repaint.request_repaint();
        });
        ctx.send_viewport_cmd(egui::ViewportCommand::Screenshot(callback));
    }

    fn send_job(&mut self, job: Job) {
        self.files.send(job);
    }

    /// Paints the whole window and applies what the user did.
    pub fn paint(&mut self, ui: &mut Ui) {
        let begin = Instant::now();
        let ctx = ui.ctx().clone();
        self.dropped_files(&ctx);
        self.screenshots(&ctx);
        self.shortcuts(&ctx);
        let mut actions = Vec::new();
        let mut window_actions = Vec::new();
        let mut saves = Vec::new();
        let c = chrome(self.theme);
        let bar = egui::Frame::new()
            .fill(c.panel)
            .inner_margin(egui::Margin::symmetric(12, 6));
        let visible = self.board.visible();
        egui::Panel::top("top").frame(bar).show(ui, |ui| {
            ui.set_height(30.0);
            let shown = (self.board.workspace(), &*visible);
            top_bar(ui, &self.state, shown, &mut actions, &mut window_actions);
        });
        egui::Panel::bottom("status").frame(bar).show(ui, |ui| {
            ui.set_height(18.0);
            status_bar(ui, &self.state, self.frame_ms);
        });
        let side = egui::Frame::new()
            .fill(c.window)
            .inner_margin(egui::Margin {
                left: 8,
                right: 2,
                top: 8,
                bottom: 8,
            });
        let mut open_dialog = false;
        egui::Panel::left("controls")
            .frame(side)
            .resizable(false)
            .show_separator_line(false)
            .exact_size(CONTROLS_WIDTH)
            .show(ui, |ui| {
                theme::tile_frame(self.theme).show(ui, |ui| {
                    egui::ScrollArea::vertical()
                        .auto_shrink([false, false])
                        .show(ui, |ui| {
                            // Room for the bar that appears while the pointer is in the panel.
                            ui.set_max_width(ui.available_width() - 6.0);
                            open_dialog = self.controls.ui(ui, &self.state, &mut actions);
                        });
                });
            });
        let centre = egui::Frame::new()
            .fill(c.window)
            .inner_margin(egui::Margin::same(8));
        if let Some(tour) = &self.state.tour {
            tour::panel(ui, &self.state, tour, &mut actions);
        }
        egui::CentralPanel::default().frame(centre).show(ui, |ui| {
            self.board.ui(ui, &self.state, &mut actions, &mut saves);
        });
        drop_hint(&ctx);
        data_sheet(&ctx, &self.state, &mut actions);
        if help_window(&ctx, &mut self.help) {
            actions.push(Action::Tour(TourAction::Start));
        }
        self.toasts.show(ui);
        if open_dialog {
            self.files.send(Job::PickData);
        }
        for action in actions {
            match action {
                Action::NoiseOn(_) => self.board.reveal(Tile::Noise),
                Action::OpenRun(_) => self.board.set_workspace(Workspace::Live),
                _ => {}
            }
            let toured = matches!(action, Action::Tour(_));
            self.act(action);
            if toured && let Some(tour) = &self.state.tour {
                self.board.set_workspace(STEPS[tour.step].workspace);
            }
        }
        for request in saves {
            self.send_job(Job::Save(Box::new(request)));
        }
        for action in window_actions {
            self.window_action(&ctx, action);
        }
        let elapsed = begin.elapsed().as_secs_f32() * 1e3;
        self.frame_ms += (elapsed - self.frame_ms) * 0.1;
    }
}

impl eframe::App for Explorer {
    fn logic(&mut self, _ctx: &Context, _frame: &mut eframe::Frame) {
        self.drain();
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        self.paint(ui);
        if let Some(seconds) = frame.info().cpu_usage {
            self.frame_ms += (seconds * 1e3 - self.frame_ms) * 0.1;
        }
    }
}
