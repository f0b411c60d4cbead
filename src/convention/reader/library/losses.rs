//! The reconstruction losses of the libraries.

use std::rc::Rc;

use tree_sitter::Node;

use crate::convention::factor::Factor;
use crate::convention::linear::Linear;
use crate::convention::reader::Reader;
use crate::convention::reader::call::Call;
use crate::convention::reduce::How;
use crate::convention::term::{Base, Batch, Dims, Kind, Name, State, short};
use crate::convention::value::{Given, LossMade, Value};

/// How a loss is reduced unless the call says otherwise.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Usual {
    /// The mean of everything.
    Mean,
    /// The sum of everything.
    Sum,
    /// The mean over the last axis.
    Last,
    /// Not at all.
    Open,
}

/// A loss of a library.
struct Known {
    /// Names in small letters.
    names: &'static [&'static str],
    kind: Kind,
    number: f64,
    usual: Usual,
    /// Whether the name is that of a class, whose object is called.
    made: bool,
}

const fn row(
    names: &'static [&'static str],
    kind: Kind,
    number: f64,
    usual: Usual,
    made: bool,
) -> Known {
    Known {
        names,
        kind,
        number,
        usual,
        made,
    }
}

/// What the libraries have.
const LOSSES: &[Known] = &[
    row(&["mse_loss"], Kind::Squared, 1.0, Usual::Mean, false),
    row(
        &["mseloss", "meansquarederror"],
        Kind::Squared,
        1.0,
        Usual::Mean,
        true,
    ),
    row(
        &["mse", "mean_squared_error", "meansquarederrorloss"],
        Kind::Squared,
        1.0,
        Usual::Last,
        false,
    ),
    row(
        &["squared_error", "squared_difference"],
        Kind::Squared,
        1.0,
        Usual::Open,
        false,
    ),
    row(
        &["binary_cross_entropy", "binary_cross_entropy_with_logits"],
        Kind::Bernoulli,
        1.0,
        Usual::Mean,
        false,
    ),
    row(
        &["bceloss", "bcewithlogitsloss", "binarycrossentropy"],
        Kind::Bernoulli,
        1.0,
        Usual::Mean,
        true,
    ),
    row(
        &["binary_crossentropy"],
        Kind::Bernoulli,
        1.0,
        Usual::Last,
        false,
    ),
    row(
        &[
            "sigmoid_cross_entropy_with_logits",
            "sigmoid_binary_cross_entropy",
        ],
        Kind::Bernoulli,
        1.0,
        Usual::Open,
        false,
    ),
    row(&["l1_loss"], Kind::Absolute, 1.0, Usual::Mean, false),
    row(
        &["l1loss", "meanabsoluteerror"],
        Kind::Absolute,
        1.0,
        Usual::Mean,
        true,
    ),
    row(
        &["mae", "mean_absolute_error"],
        Kind::Absolute,
        1.0,
        Usual::Last,
        false,
    ),
    row(
        &[
            "smooth_l1_loss",
            "huber_loss",
            "cross_entropy",
            "nll_loss",
            "poisson_nll_loss",
            "cosine_similarity",
            "categorical_crossentropy",
            "sparse_categorical_crossentropy",
            "softmax_cross_entropy",
            "huber",
            "softmax_cross_entropy_with_integer_labels",
            "softmax_cross_entropy_with_logits",
            "sparse_softmax_cross_entropy_with_logits",
        ],
        Kind::OtherError,
        1.0,
        Usual::Mean,
        false,
    ),
    row(
        &[
            "smoothl1loss",
            "huberloss",
            "crossentropyloss",
            "nllloss",
            "poissonnllloss",
            "huber",
            "categoricalcrossentropy",
            "sparsecategoricalcrossentropy",
        ],
        Kind::OtherError,
        1.0,
        Usual::Mean,
        true,
    ),
];

impl Usual {
    fn how(self) -> Option<How> {
        let mean = match self {
            Self::Mean => true,
            Self::Sum => false,
            Self::Last | Self::Open => return None,
        };
        Some(How {
            mean,
            dims: true,
            batch: true,
        })
    }
}

impl<'t> Reader<'t> {
    /// A loss of a library: its value, or the loss itself where it is only made.
    pub(super) fn loss(&mut self, call: &Call<'t>) -> Option<Value> {
        match call.name.as_str() {
            "l2_loss" => return self.half_squares(call),
            "gaussian_nll_loss" => {
                let made = Self::reduced_as(call, Kind::Squared, 0.5, Usual::Mean, false);
                let given = Given {
                    positional: call.operands(),
                    keywords: call.given.keywords.clone(),
                };
                return Some(self.gaussian(&made, &given, call));
            }
            "gaussiannllloss" => {
                let mut made = Self::reduced_as(call, Kind::Squared, 0.5, Usual::Mean, true);
                made.gaussian = true;
                return Some(Value::Loss(Rc::new(made)));
            }
            "kl_div" if call.is_of("F") || call.is_of("functional") => return None,
            _ => {}
        }
        let known = LOSSES
            .iter()
            .find(|l| l.names.contains(&call.name.as_str()))?;
        // TensorFlow 1 averages over everything.
        let first_tensorflow = call.is_of("losses")
            && call.is_of("tf")
            && !call.is_of("keras")
            && call.name == "mean_squared_error";
        let usual = if first_tensorflow {
            Usual::Mean
        } else {
            known.usual
        };
        let made = Self::reduced_as(call, known.kind.clone(), known.number, usual, known.made);
        if known.made {
            return Some(Value::Loss(Rc::new(made)));
        }
        let given = Given {
            positional: call.operands(),
            keywords: call.given.keywords.clone(),
        };
        Some(self.measured(&made, &given, call.node))
    }

    /// A loss with the reduction and the weights that a call names.
    fn reduced_as(call: &Call<'t>, kind: Kind, number: f64, usual: Usual, class: bool) -> LossMade {
        let keras = class && !call.name.ends_with("loss");
        let words: Vec<&Value> = call
            .keyword(&["reduction"])
            .into_iter()
            .chain(
                call.given
                    .positional
                    .iter()
                    .map(|p| &p.0)
                    .filter(|v| matches!(v, Value::Text(_))),
            )
            .collect();
        let off = |name: &str| call.keyword(&[name]).and_then(Value::truth) == Some(false);
        let mut made = LossMade {
            kind,
            number,
            how: usual.how(),
            last: usual == Usual::Last,
            named: Vec::new(),
            gaussian: false,
        };
        // The old arguments of PyTorch, by place too.
        let old = |at: usize| {
            class
                .then(|| call.given.positional.get(at))
                .flatten()
                .and_then(|p| match p.0 {
                    Value::Bool(value) => Some(value),
                    _ => None,
                })
        };
        match words.first() {
            Some(Value::Text(word)) => {
                let word = word.to_lowercase();
                if word.contains("none") {
                    made.how = None;
                    made.last |= keras;
                } else if word.contains("batchmean") {
                    made.how = Some(How {
                        mean: true,
                        dims: false,
                        batch: true,
                    });
                } else if word.contains("mean") || word.contains("over_batch") {
                    made.how = Usual::Mean.how();
                } else if word.contains("sum") {
                    made.last = keras;
                    made.how = Usual::Sum.how();
                } else {
                    made.named.push(format!("reduction='{word}'").into());
                }
            }
            Some(Value::None) => {}
            Some(other) => {
                // Keras names its reductions by constants.
                let text = match other {
                    Value::Linear(linear) => linear.name().to_string(),
                    _ => call.text.to_owned(),
                };
                let lower = text.to_lowercase();
                if lower.ends_with("none") {
                    made.how = None;
                    made.last |= keras;
                } else if lower.ends_with("reduction.sum") {
                    made.last = keras;
                    made.how = Usual::Sum.how();
                } else if !lower.contains("over_batch") {
                    made.named
                        .push(format!("reduction={}", short(&text)).into());
                }
            }
            None if off("reduce") => made.how = None,
            None if off("size_average") || old(0) == Some(false) => made.how = Usual::Sum.how(),
            None => {}
        }
        for (name, value, text) in &call.given.keywords {
            if matches!(
                &**name,
                "weight" | "pos_weight" | "sample_weight" | "label_smoothing"
            ) && !matches!(value, Value::None)
                && value.as_number()
                    != Some(if &**name == "label_smoothing" {
                        0.0
                    } else {
                        1.0
                    })
            {
                made.named.push(short(&format!("{name}={text}")));
            }
        }
        made
    }

    /// A loss of two things.
    pub(in crate::convention::reader) fn measured(
        &mut self,
        loss: &LossMade,
        given: &Given,
        node: Node<'t>,
    ) -> Value {
        if loss.gaussian {
            let call = Call {
                node,
                text: self.text(node),
                name: "gaussian_nll_loss".into(),
                full: "gaussian_nll_loss".into(),
                receiver: None,
                receiver_text: "".into(),
                given: given.clone(),
            };
            return self.gaussian(loss, given, &call);
        }
        if let Some((value, text)) = given.positional.first()
            && loss.kind == Kind::OtherError
            && !matches!(value, Value::Linear(_) | Value::Seq(_))
        {
            return self.opaque(&short(text));
        }
        let names: Vec<&str> = given
            .positional
            .iter()
            .filter(|p| !matches!(p.0, Value::Text(_)))
            .map(|p| &*p.1)
            .chain(given.keywords.iter().map(|k| &*k.2))
            .take(2)
            .collect();
        let mut of = names;
        of.sort_unstable();
        let of: Name = if loss.kind == Kind::OtherError {
            short(self.text(node))
        } else {
            short(&of.join(" and "))
        };
        let Some(mut term) = self.error_of(loss, given, of, node) else {
            return Value::Linear(Linear::named(self.text(node)));
        };
        self.finish(loss, given, &mut term);
        Value::Linear(term)
    }

    /// The reduction and the named factors of a loss.
    fn finish(&mut self, loss: &LossMade, given: &Given, value: &mut Linear) {
        for term in &mut value.terms {
            if term.is_constant() {
                continue;
            }
            if loss.last {
                term.state.dims = Dims::Last;
            }
            for name in &loss.named {
                term.bases.push((Base::Named(name.clone()), 1.0));
            }
            // Keras takes weights where the loss is called.
            if let Some(weight) = given.keywords.iter().find(|k| &*k.0 == "sample_weight")
                && !loss.named.iter().any(|n| n.starts_with("sample_weight"))
            {
                let name = short(&format!("sample_weight={}", weight.2));
                term.bases.push((Base::Named(name), 1.0));
            }
        }
        let Some(how) = loss.how else { return };
        let batch = how.batch && !self.is_per_sample();
        if how.dims {
            *value = value.reduced(How { batch, ..how });
        } else {
            // The sum over a sample, the mean over the batch.
            for term in value.terms.iter_mut().filter(|t| !t.is_constant()) {
                term.state.dims = Dims::Sum;
                if batch {
                    term.state.batch = Batch::Mean;
                }
            }
        }
    }

    /// ½ (log v + (x − x̂)²/v).
    fn gaussian(&mut self, made: &LossMade, given: &Given, call: &Call<'t>) -> Value {
        let variance = given
            .keywords
            .iter()
            .find(|k| &*k.0 == "var")
            .map(|k| (k.1.clone(), k.2.clone()))
            .or_else(|| given.positional.get(2).cloned());
        let names: Vec<&str> = given.positional.iter().take(2).map(|p| &*p.1).collect();
        let of = short(&names.join(" and "));
        let square = Linear::known(Kind::Squared, of, 0.5, State::OPEN);
        let sides: Vec<Linear> = given
            .positional
            .iter()
            .take(2)
            .map(|(value, text)| self.linear(value, text))
            .collect();
        let square = match sides.as_slice() {
            [a, b] => match self.between(square, a, b) {
                Some(square) => square,
                None => return Value::Linear(Linear::named(call.text)),
            },
            _ => square,
        };
        let Some((variance, text)) = variance else {
            return self.followed(None, &[square], call.text);
        };
        let v = self.linear(&variance, &text);
        let v = v.without_tiny();
        let texts = [call.text, &*text];
        let log = v.log(&text).map(|l| l.scaled(Factor::number(0.5)));
        let sum = square
            .over(&v, texts)
            .map(|s| log.map_or(s.clone(), |l| s.plus(&l)));
        let Some(mut sum) = sum else {
            return self.followed(None, &[square], call.text);
        };
        self.finish(made, given, &mut sum);
        Value::Linear(sum)
    }

    /// Half the squares of one thing, or of the difference of two.
    fn half_squares(&mut self, call: &Call<'t>) -> Option<Value> {
        let operands = call.operands();
        let (first, text) = operands.first()?;
        let input = self.linear(first, text);
        let difference = match operands.get(1) {
            Some((second, text)) if call.is_of("optax") => input.minus(&self.linear(second, text)),
            _ => input,
        };
        let half = Factor::number(0.5);
        let squares = difference.to_the(2.0, call.text)?.scaled(half);
        if call.is_of("optax") {
            return Some(Value::Linear(squares));
        }
        Some(Value::Linear(squares.reduced(How {
            mean: false,
            dims: true,
            batch: !self.is_per_sample(),
        })))
    }

    /// The loss that Keras knows by a name, of given things.
    pub(super) fn loss_by_name(
        &mut self,
        name: &str,
        given: &Given,
        node: Node<'t>,
    ) -> Option<Value> {
        let lower = name.rsplit('.').next().unwrap_or(name).to_lowercase();
        let known = LOSSES.iter().find(|l| l.names.contains(&lower.as_str()))?;
        let made = LossMade {
            kind: known.kind.clone(),
            number: known.number,
            how: known.usual.how(),
            last: known.usual == Usual::Last,
            named: Vec::new(),
            gaussian: false,
        };
        Some(self.measured(&made, given, node))
    }
}
