//! Opening data: what a path holds is looked at first, and what would take long is asked about before it starts.

use std::sync::Arc;

use super::action::Effect;
use crate::app::state::protocol::{PreviewRequest, Previewed, Strip};
use crate::config::{DataConfig, DataSource, RunConfig};
use crate::data::Preview;

use super::AppState;
use super::pace::Pace;

/// Data whose values need more than this are shown before they are loaded, as are all folders of pictures and all
/// that stays on disk.
pub const SHEET_BYTES: u64 = 256 << 20;

/// What the user does with the sheet on data to be opened.
#[derive(Debug, Clone, PartialEq)]
pub enum SheetAction {
    /// Opens it for the data now loaded.
    Change,
    /// Other settings.
    Edit(DataConfig),
    /// Loads what it shows.
    Load,
    /// Closes it, or gives up looking at a path.
    Close,
}

/// Data that may be opened.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// What would be loaded.
    pub config: DataConfig,
    /// Whether these are the data now loaded, to be loaded otherwise.
    pub reopened: bool,
    /// The newest preview and its pictures; its settings may be older than `config`.
    pub preview: Option<(Arc<Preview>, Arc<Strip>)>,
    /// Whether the preview of `config` is still being made.
    pub waiting: bool,
    /// Why `config` cannot be loaded, in one sentence.
    pub problem: Option<String>,
    /// Names of labels that can be asked for, as far as known.
    pub labels: Vec<String>,
    /// Names of classes that can be asked for, as far as known.
    pub classes: Vec<String>,
}

impl Sheet {
    fn new(config: DataConfig, reopened: bool) -> Self {
        Self {
            config,
            reopened,
            preview: None,
            waiting: true,
            problem: None,
            labels: Vec::new(),
            classes: Vec::new(),
        }
    }

    fn show(&mut self, preview: Arc<Preview>, strip: Arc<Strip>) {
        self.labels.clone_from(&preview.labels);
        if !preview.first.classes.is_empty() || preview.first.labels.is_none() {
            self.classes.clone_from(&preview.first.classes);
        }
        self.preview = Some((preview, strip));
        self.problem = None;
    }
}

/// A load under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Loading {
    /// What is loaded.
    pub source: String,
    /// How far it is.
    pub pace: Option<Pace>,
}

/// Data on their way in: those that may be loaded next, and those being loaded.
#[derive(Debug, Default)]
pub struct Opening {
    /// The sheet on screen.
    pub sheet: Option<Sheet>,
    /// What is looked at to decide whether there is need for a sheet.
    pub looking: Option<DataConfig>,
    /// A load under way.
    pub loading: Option<Loading>,
    /// The run to be shown when its data are there.
    pub(super) incoming: Option<RunConfig>,
    /// Questions asked so far; only the newest one's answer counts.
    asked: u64,
}

impl Opening {
    /// Notes that these data are being loaded, for this run if for one.
    pub(super) fn begin(&mut self, data: &DataConfig, run: Option<RunConfig>) {
        self.incoming = run;
        self.loading = Some(Loading {
            source: data.source.to_string(),
            pace: None,
        });
    }

    /// Nothing is being loaded any longer, and no run waits for it.
    pub(super) fn end(&mut self) {
        self.incoming = None;
        self.loading = None;
    }

    /// Closes the sheet; the answer to an older question, if one comes, is nobody's.
    pub(super) fn give_up(&mut self) {
        self.sheet = None;
        self.looking = None;
        self.asked += 1;
    }
}

impl AppState {
    /// Opens data: what is made or small at once, what may take long after a look and a question.
    pub(super) fn open(&mut self, config: DataConfig) -> Vec<Effect> {
        self.opening.sheet = None;
        self.opening.looking = None;
        if !matches!(config.source, DataSource::Path(_)) {
            // The answer to an older question, if one comes, is nobody's.
            self.opening.asked += 1;
            return self.load(config);
        }
        self.opening.looking = Some(config.clone());
        vec![self.ask(config)]
    }

    /// Applies what was done with the sheet.
    pub(super) fn sheet(&mut self, action: SheetAction) -> Vec<Effect> {
        match action {
            SheetAction::Change => {
                let config = self.config.data.clone();
                let mut sheet = Sheet::new(config.clone(), true);
                sheet.classes = self.numbered_classes();
                self.opening.sheet = Some(sheet);
                self.opening.looking = None;
                vec![self.ask(config)]
            }
            SheetAction::Edit(mut config) => {
                let Some(sheet) = &mut self.opening.sheet else {
                    return Vec::new();
                };
                if config.label != sheet.config.label {
                    // The classes of other labels have other names.
                    config.classes.clear();
                    sheet.classes.clear();
                }
                sheet.config = config.clone();
                if let Err(error) = config.validate() {
                    sheet.problem = Some(error.to_string());
                    sheet.waiting = false;
                    self.opening.asked += 1;
                    return Vec::new();
                }
                sheet.waiting = true;
                vec![self.ask(config)]
            }
            SheetAction::Load => {
                self.opening.asked += 1;
                match self.opening.sheet.take() {
                    Some(sheet) => self.load(sheet.config),
                    None => Vec::new(),
                }
            }
            SheetAction::Close => {
                self.opening.asked += 1;
                self.opening.sheet = None;
                self.opening.looking = None;
                Vec::new()
            }
        }
    }

    /// Takes in a preview; the answer to an older question is dropped.
    pub(super) fn previewed(&mut self, answer: Previewed) -> Vec<Effect> {
        if answer.request.number != self.opening.asked {
            return Vec::new();
        }
        let outcome = answer.outcome;
        if let Some(config) = self.opening.looking.take() {
            match outcome {
                Err(none) if none.choice_may_help => {
                    let mut sheet = Sheet::new(config, false);
                    sheet.waiting = false;
                    sheet.problem = Some(none.reason);
                    self.opening.sheet = Some(sheet);
                }
                Err(none) => self.session.refuse(none.reason),
                Ok((preview, _)) if is_quick(&preview) => return self.load(config),
                Ok((preview, strip)) => {
                    let mut sheet = Sheet::new(config, false);
                    sheet.show(preview, strip);
                    sheet.waiting = false;
                    self.opening.sheet = Some(sheet);
                }
            }
        } else if let Some(sheet) = &mut self.opening.sheet {
            sheet.waiting = false;
            match outcome {
                Ok((preview, strip)) => sheet.show(preview, strip),
                Err(none) => sheet.problem = Some(none.reason),
            }
        }
        Vec::new()
    }

    fn ask(&mut self, config: DataConfig) -> Effect {
        self.opening.asked += 1;
        Effect::Preview(PreviewRequest {
            config,
            seed: self.config.sampling.seed,
            number: self.opening.asked,
        })
    }

    /// The numbers of the classes of the data now loaded, where all of them are and they have no names.
    fn numbered_classes(&self) -> Vec<String> {
        let whole = self.config.data.classes.is_empty();
        let data = self
            .data
            .as_ref()
            .filter(|d| whole && d.dataset.classes.is_empty());
        let overview = data.and_then(|d| d.overview.as_ref());
        overview.map_or_else(Vec::new, |o| {
            o.counts
                .iter()
                .map(|(class, _)| class.to_string())
                .collect()
        })
    }
}

/// Whether data are there so quickly that a question would only be in the way.
fn is_quick(preview: &Preview) -> bool {
    preview.decoding.is_none() && !preview.on_disk && preview.bytes <= SHEET_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::state::protocol::NoPreview;
    use std::time::Duration;

    use crate::data::Dataset;

    fn preview(bytes: u64, decoding: Option<Duration>) -> (Arc<Preview>, Arc<Strip>) {
        let preview = Preview {
            first: Dataset::default(),
            count: 1,
            bytes,
            on_disk: false,
            labels: Vec::new(),
            arrays: Vec::new(),
            decoding,
        };
        let strip = Strip {
            item: [0; 2],
            items: Vec::new(),
        };
        (Arc::new(preview), Arc::new(strip))
    }

    fn asked(effects: &[Effect]) -> PreviewRequest {
        match effects {
            [Effect::Preview(request)] => request.clone(),
            other => panic!("one question, not {other:?}"),
        }
    }

    fn opened(
        state: &mut AppState,
        outcome: Result<(Arc<Preview>, Arc<Strip>), NoPreview>,
    ) -> Vec<Effect> {
        let config = state.path_request("somewhere".into());
        let request = asked(&state.open(config));
        state.previewed(Previewed { request, outcome })
    }

    #[test]
    fn only_what_may_take_long_is_asked_about() {
        let (mut state, _) = AppState::new(RunConfig::default());
        state.opening.loading = None;
        let built_in = state.data_request(DataSource::Faces);
        assert!(matches!(state.open(built_in)[..], [Effect::Load(..)]));
        let small = opened(&mut state, Ok(preview(SHEET_BYTES, None)));
        assert!(matches!(small[..], [Effect::Load(..)]));
        for long in [
            preview(SHEET_BYTES + 1, None),
            preview(9, Some(Duration::ZERO)),
        ] {
            assert!(opened(&mut state, Ok(long)).is_empty());
            assert!(state.opening.sheet.is_some());
            assert!(matches!(
                state.sheet(SheetAction::Load)[..],
                [Effect::Load(..)]
            ));
            assert!(state.opening.sheet.is_none());
        }
        let none = |choice_may_help| NoPreview {
            reason: "no such split".into(),
            choice_may_help,
        };
        assert!(opened(&mut state, Err(none(false))).is_empty());
        assert_eq!(
            state.session.problem.take().as_deref(),
            Some("no such split")
        );
        assert!(state.opening.sheet.is_none());
        // What other settings may help is said where they are.
        assert!(opened(&mut state, Err(none(true))).is_empty());
        let sheet = state.opening.sheet.as_ref().expect("a sheet");
        assert_eq!(sheet.problem.as_deref(), Some("no such split"));
        assert!(state.session.problem.is_none());
    }

    #[test]
    fn the_answer_to_an_older_question_is_dropped() {
        let (mut state, _) = AppState::new(RunConfig::default());
        let first = state.path_request("first".into());
        let old = asked(&state.open(first));
        let second = state.path_request("second".into());
        let new = asked(&state.open(second.clone()));
        let answer = |request, outcome| Previewed { request, outcome };
        assert!(
            state
                .previewed(answer(old, Ok(preview(1, None))))
                .is_empty()
        );
        // Given up: the answer loads nothing.
        state.sheet(SheetAction::Close);
        assert!(
            state
                .previewed(answer(new, Ok(preview(1, None))))
                .is_empty()
        );
        let again = asked(&state.open(second.clone()));
        let effects = state.previewed(answer(again, Ok(preview(1, None))));
        assert!(matches!(&effects[..], [Effect::Load(config, _)] if *config == second));
    }

    #[test]
    fn other_labels_forget_the_classes_and_a_wrong_number_is_said_at_once() {
        let (mut state, _) = AppState::new(RunConfig::default());
        opened(&mut state, Ok(preview(1, Some(Duration::ZERO))));
        let mut config = state
            .opening
            .sheet
            .as_ref()
            .expect("a sheet")
            .config
            .clone();
        config.classes = vec!["a".into()];
        assert_eq!(
            asked(&state.sheet(SheetAction::Edit(config.clone()))).config,
            config
        );
        config.label = Some("Smiling".into());
        let request = asked(&state.sheet(SheetAction::Edit(config.clone())));
        assert!(request.config.classes.is_empty());
        config.image.side = Some(1);
        assert!(state.sheet(SheetAction::Edit(config)).is_empty());
        let sheet = state.opening.sheet.as_ref().expect("a sheet");
        assert!(sheet.problem.as_ref().is_some_and(|p| p.contains("side")));
    }

    #[test]
    fn another_source_takes_no_choice_of_classes_along() {
        let (mut state, _) = AppState::new(RunConfig::default());
        state.config.data.classes = vec!["3".into()];
        state.config.data.image.side = Some(16);
        let own = state.data_request(state.config.data.source.clone());
        assert_eq!(own.image.side, Some(16));
        let other = state.path_request("elsewhere".into());
        assert!(other.classes.is_empty() && other.image.is_default());
    }
}
