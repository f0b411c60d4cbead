//! When the pictures that are made on request are due: at once for a new question, and for a network that has moved
//! on only as often as training can spare.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::train::protocol::ViewRequest;
use crate::train::trainer::{TrainError, Trainer};

use super::decode::to_pictures;
use super::gallery::{Decoded, Gallery, GalleryRequest};

/// Renewing what is shown may take this share of the time since the last renewal while a run trains.
const SHARE: f64 = 0.07;
/// Longest time between renewals, whatever they cost.
const PATIENCE: Duration = Duration::from_secs(3);

/// What an answer depends on besides the question.
#[derive(Clone, PartialEq)]
struct Key {
    step: u64,
    zeroed: Vec<usize>,
    eta: f64,
}

/// Whether and when questions are answered.
struct Turn<'a> {
    key: Key,
    training: bool,
    keep_going: &'a dyn Fn() -> bool,
}

/// One kind of picture: the newest answer and what it cost.
struct Peek<Q, T> {
    /// The question answered last, be it with nothing.
    asked: Option<(Q, Key)>,
    answer: Option<Arc<T>>,
    made: Instant,
    cost: Duration,
}

impl<Q, T> Default for Peek<Q, T> {
    fn default() -> Self {
        Self {
            asked: None,
            answer: None,
            made: Instant::now(),
            cost: Duration::ZERO,
        }
    }
}

impl<Q: Clone + PartialEq, T> Peek<Q, T> {
    fn is_due(&self, question: &Q, turn: &Turn<'_>) -> bool {
        let Some((_, key)) = self.asked.as_ref().filter(|(q, _)| q == question) else {
            return true;
        };
        if *key == turn.key {
            return false;
        }
        let only_steps = key.zeroed == turn.key.zeroed && key.eta == turn.key.eta;
        let fair = self.cost.div_f64(SHARE).min(PATIENCE);
        !(only_steps && turn.training) || self.made.elapsed() >= fair
    }

    /// Answers the question if that is due, or forgets the last answer; whether something changed, or nothing if
    /// a command waits and what was made may be half made.
    fn look(
        &mut self,
        question: Option<&Q>,
        turn: &Turn<'_>,
        answer: impl FnOnce(&Q) -> Result<Option<T>, TrainError>,
    ) -> Result<Option<bool>, TrainError> {
        let Some(question) = question else {
            self.asked = None;
            return Ok(Some(self.answer.take().is_some()));
        };
        if !self.is_due(question, turn) {
            return Ok(Some(false));
        }
        let begin = Instant::now();
        let answer = answer(question)?;
        if !(turn.keep_going)() {
            return Ok(None);
        }
        self.answer = answer.map(Arc::new);
        self.asked = Some((question.clone(), turn.key.clone()));
        self.made = Instant::now();
        self.cost = begin.elapsed();
        Ok(Some(true))
    }
}

/// The newest answers to what is asked for besides the examples.
#[derive(Default)]
pub(in crate::train) struct Peeks {
    point: Peek<Vec<f32>, Decoded>,
    gallery: Peek<GalleryRequest, Gallery>,
}

impl Peeks {
    /// Answers what `view` asks, if that is due; whether an answer changed, or nothing if a command waits.
    ///
    /// # Errors
    /// [`TrainError`] if the device fails.
    pub(in crate::train) fn look(
        &mut self,
        trainer: &mut Trainer,
        view: &ViewRequest,
        training: bool,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Option<bool>, TrainError> {
        let turn = Turn {
            key: Key {
                step: trainer.step(),
                zeroed: view.zeroed.clone(),
                eta: trainer.live().eta_enc,
            },
            training,
            keep_going,
        };
        let asked = view.decode.as_ref();
        let Some(moved) = self.point.look(asked, &turn, |z| point(trainer, z))? else {
            return Ok(None);
        };
        let asked = view.gallery.as_ref();
        let renewed = self.gallery.look(asked, &turn, |r| trainer.gallery(r))?;
        Ok(renewed.map(|renewed| renewed || moved))
    }

    /// The newest point.
    pub(in crate::train) fn point(&self) -> Option<Arc<Decoded>> {
        self.point.answer.clone()
    }

    /// The newest gallery.
    pub(in crate::train) fn gallery(&self) -> Option<Arc<Gallery>> {
        self.gallery.answer.clone()
    }
}

/// Decodes one point; none if it does not fit the network, or the decoder makes no pictures.
fn point(trainer: &mut Trainer, z: &[f32]) -> Result<Option<Decoded>, TrainError> {
    let net = &trainer.plan().net;
    let d = net.dim;
    if net.target != net.input || z.len() != net.latents {
        return Ok(None);
    }
    let values = trainer.decode(z)?;
    let mut pictures = to_pictures(&trainer.setup().preprocessor, &values, d);
    Ok(pictures.pop().map(|picture| Decoded {
        z: z.to_vec(),
        step: trainer.step(),
        picture,
    }))
}
