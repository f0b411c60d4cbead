//! Errors of two sides: the factor that both have, and sides that are no data.

use tree_sitter::Node;

use crate::convention::factor::Factor;
use crate::convention::linear::Linear;
use crate::convention::reader::Reader;
use crate::convention::sides;
use crate::convention::term::{Kind, Name, State, Term, short};
use crate::convention::value::{Given, LossMade, Value};

/// What the libraries call the two sides of a loss.
const SIDES: &[&str] = &[
    "input",
    "target",
    "y_true",
    "y_pred",
    "labels",
    "logits",
    "predictions",
    "targets",
    "preds",
    "output",
    "x",
    "y",
    "a",
    "b",
    "pred",
];

/// An error with something that could not be placed.
fn doubted(mut error: Linear, text: &str) -> Linear {
    error.terms.iter_mut().for_each(|t| t.doubt(text.into()));
    error
}

impl<'t> Reader<'t> {
    /// The error of two sides, element by element; `None` if they are no data and reconstruction.
    pub(super) fn error_of(
        &mut self,
        loss: &LossMade,
        given: &Given,
        of: Name,
        node: Node<'t>,
    ) -> Option<Linear> {
        let error = Linear::known(loss.kind.clone(), of, loss.number, State::OPEN);
        let error = if given.positional.iter().any(|p| &*p.1 == "...") {
            doubted(error, "`...`, which stands for arguments that are left out")
        } else {
            error
        };
        let by_name = given.keywords.iter().filter(|k| SIDES.contains(&&*k.0));
        let values = given.positional.iter().map(|p| (p.0.clone(), p.1.clone()));
        let sides: Vec<Linear> = values
            .filter(|v| !matches!(v.0, Value::Text(_) | Value::Bool(_)))
            .chain(by_name.map(|k| (k.1.clone(), k.2.clone())))
            .take(2)
            .map(|(value, text)| self.linear(&value, &text))
            .collect();
        let [a, b] = sides.as_slice() else {
            let text = format!(
                "`{}`, of which the arguments are missing",
                short(self.text(node))
            );
            return Some(doubted(error, &text));
        };
        self.between(error, a, b)
    }

    /// An error with the factor that both of its sides have, and with what is to be said of them.
    pub(super) fn between(&mut self, error: Linear, a: &Linear, b: &Linear) -> Option<Linear> {
        let Some((kind, of)) = error.terms.iter().find_map(Term::known) else {
            return Some(error);
        };
        let (kind, of) = (kind.clone(), of.clone());
        let difference = a.minus(b);
        if kind == Kind::OtherError || difference.terms.is_empty() {
            return Some(error);
        }
        if sides::is_of_no_data(&difference) {
            if self.no_data.len() < 4 && !self.no_data.contains(&of) {
                self.no_data.push(of);
            }
            return None;
        }
        let mut common = self.uses.common(&difference);
        if let Some(part) = common.part.take() {
            self.uses.errors.insert(of, part);
        }
        let mut factor = Term::of(common.factor);
        if kind == Kind::Bernoulli {
            factor = Term::of(Factor::ONE);
            common.doubts.clear();
            self.uses.probabilities([a, b], &mut common);
        } else if let Some((shared, _)) = difference.whole("") {
            factor.bases.extend(shared.bases);
        }
        if kind == Kind::Squared {
            factor = factor.to_the(2.0)?;
        }
        common.notes.into_iter().for_each(|n| factor.note(n));
        common.doubts.into_iter().for_each(|n| factor.doubt(n));
        let times = |t: &Term| Term {
            state: t.state,
            ..t.times(&factor)
        };
        Some(Linear {
            terms: error.terms.iter().map(times).collect(),
        })
    }
}
