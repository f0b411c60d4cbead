//! The calls that losses are made of, in PyTorch, TensorFlow, Keras, JAX and NumPy.

use super::expression::{Argument, Expr, Kind as Written};
use super::losses::{distribution, loss, ready_made};
use super::reader::Reader;
use super::scale::{Scale, short};
use super::statement::key;
use super::value::{Kind, Part, Reduce, Value};
use super::words;

/// A call, taken apart.
pub(super) struct Call<'a> {
    /// The whole of it, as written.
    pub text: &'a str,
    /// The name of the function, without what stands before it.
    pub name: String,
    /// The whole name.
    pub full: String,
    /// What the function works on, if it is a method.
    pub receiver: Option<&'a Expr>,
    pub arguments: &'a [Argument],
}

impl<'a> Call<'a> {
    fn new(
        whole: &'a Expr,
        function: &'a Expr,
        arguments: &'a [Argument],
        reader: &Reader,
    ) -> Self {
        let full = key(&function.text);
        let (name, receiver) = match &function.kind {
            Written::Member(of, name) => {
                let of_text = key(&of.text);
                let root = of_text.split(['.', '(', '[']).next().unwrap_or_default();
                let library = words::is_library(&of_text) && !reader.knows(root);
                let own = of_text == "self" || of.text.to_lowercase() == "self";
                let plain = matches!(of.kind, Written::Name(_) | Written::Member(..));
                let method = !(own || (library && plain));
                (name.clone(), method.then_some(&**of))
            }
            Written::Name(name) => (name.clone(), None),
            _ => (String::new(), None),
        };
        Self {
            text: &whole.text,
            // `add_` is `add` in place.
            name: name.trim_end_matches('_').to_owned(),
            full,
            receiver,
            arguments,
        }
    }

    /// What the function works on, then its other arguments without keywords.
    pub fn operands(&self) -> Vec<&'a Expr> {
        let plain = self.arguments.iter().filter(|a| a.name.is_none());
        self.receiver
            .into_iter()
            .chain(plain.map(|a| &a.value))
            .collect()
    }

    pub fn keyword(&self, names: &[&str]) -> Option<&'a Expr> {
        let named = |a: &&Argument| a.name.as_deref().is_some_and(|n| names.contains(&n));
        self.arguments.iter().find(named).map(|a| &a.value)
    }
}

/// The value of a call.
pub(super) fn call(
    reader: &mut Reader,
    whole: &Expr,
    function: &Expr,
    arguments: &[Argument],
) -> Value {
    // A loss made before, or on the spot, is called.
    let made = match &function.kind {
        Written::Call(..) => Some(reader.value(function)),
        _ => reader.known(&key(&function.text)),
    };
    if let Some(Value::Loss(part)) = made {
        return Value::Sum(vec![part]);
    }
    let call = Call::new(whole, function, arguments, reader);
    if call.receiver.is_none()
        && let Some(value) = reader.function(&call.name)
    {
        return value;
    }
    let opaque = || Value::Opaque(short(&whole.text));
    if let Some(value) = loss(reader, &call) {
        return value;
    }
    let operands = call.operands();
    if matches!(
        call.name.as_str(),
        "normal" | "multivariatenormaldiag" | "bernoulli" | "independent"
    ) {
        return distribution(reader, &call, &operands);
    }
    let Some(first) = operands.first() else {
        return opaque();
    };
    let second = operands.get(1).copied();
    let texts = [first.text.as_str(), second.map_or("", |s| s.text.as_str())];
    match call.name.as_str() {
        "sum" | "reduce_sum" | "nansum" | "mean" | "reduce_mean" | "nanmean" | "average" => {
            let mean = call.name.contains("mean") || call.name == "average";
            let how = over(&call, mean, reader.is_per_sample());
            reader.value(first).reduced(how, &whole.text)
        }
        "square" => reader.value(first).squared(&whole.text),
        "squared_difference" => Value::Sum(vec![Part::new(Kind::Squared, 1.0)]),
        "pow" | "power" => {
            let power = second
                .or(call.keyword(&["exponent"]))
                .map(|e| reader.value(e));
            match power {
                Some(Value::Scalar(p)) if p.plain() == Some(2.0) => {
                    reader.value(first).squared(&whole.text)
                }
                _ => opaque(),
            }
        }
        "exp" | "expm1" | "softplus" => Value::Sum(vec![Part::new(Kind::Plain, 1.0)]),
        "log" | "log1p" | "log_sigmoid" | "logsigmoid" => match reader.value(first) {
            Value::Scalar(scale) => scale
                .plain()
                .filter(|v| *v > 0.0)
                .map_or_else(opaque, |v| Value::Scalar(Scale::number(v.ln()))),
            _ => Value::Sum(vec![Part::new(Kind::Log, 1.0)]),
        },
        "abs" | "absolute" => absolute(reader.value(first), &whole.text),
        "norm" => norm(reader, &call, first),
        "add" | "sub" | "subtract" => {
            let sign = if call.name == "add" { 1.0 } else { -1.0 };
            match second {
                Some(second) => {
                    let other = reader.value(second);
                    reader.value(first).plus(other, sign, &whole.text, texts)
                }
                None => opaque(),
            }
        }
        "mul" | "multiply" => match second {
            Some(second) => {
                let other = reader.value(second);
                reader.value(first).by(other, &whole.text, texts)
            }
            None => opaque(),
        },
        "div" | "divide" | "true_divide" => match second {
            Some(second) => {
                let other = reader.value(second);
                reader.value(first).over(&other, &whole.text, texts)
            }
            None => opaque(),
        },
        "neg" | "negative" => reader
            .value(first)
            .scaled(&Scale::number(-1.0), &whole.text),
        "len" | "size" | "numel" | "prod" => size(&call, first).map_or_else(opaque, Value::Scalar),
        "clamp" | "clip" | "maximum" | "max" | "minimum" | "min" | "relu" | "clip_by_value"
        | "where" => bent(reader, &operands, &whole.text),
        "view" | "reshape" | "flatten" | "squeeze" | "unsqueeze" | "expand_dims" | "cpu"
        | "item" | "float" | "double" | "int" | "detach" | "to" | "clone" | "contiguous"
        | "cast" | "tensor" | "constant" | "asarray" | "array" | "ravel" | "type"
        | "stop_gradient" | "add_loss" | "cuda" | "astype" => reader.value(first),
        "kl_divergence" | "kl_div" => ready_made(reader, &operands),
        "log_prob" => match reader.value(first) {
            Value::Distribution(Some(part), _) => Value::Sum(vec![part]),
            _ => opaque(),
        },
        _ => opaque(),
    }
}

/// What a sum or mean goes over.
fn over(call: &Call<'_>, mean: bool, per_sample: bool) -> Reduce {
    let axis = call
        .keyword(&["dim", "axis", "reduction_indices", "axes"])
        .or_else(|| call.operands().get(1).copied())
        .filter(|a| !a.text.eq_ignore_ascii_case("none"));
    let everything = Reduce {
        mean,
        dims: true,
        batch: !per_sample,
    };
    let Some(axis) = axis else {
        return everything;
    };
    let items: Vec<&Expr> = match &axis.kind {
        Written::List(items) => items.iter().collect(),
        _ => vec![axis],
    };
    let first = items.iter().filter(|i| i.text == "0").count();
    Reduce {
        mean,
        dims: first < items.len() || per_sample,
        batch: first > 0 && !per_sample,
    }
}

fn absolute(value: Value, text: &str) -> Value {
    if let Some(part) = value.difference() {
        return Value::Sum(vec![Part {
            kind: Kind::Absolute,
            ..part
        }]);
    }
    bend(value, text)
}

/// A term under a function that is not linear: it stays, and the function is named.
fn bend(value: Value, text: &str) -> Value {
    match value {
        Value::Sum(_) => value.scaled(&Scale::unread(text), text),
        Value::Opaque(name) if words::is_kl(&name) || words::is_error(&name) => {
            Value::Opaque(name).scaled(&Scale::unread(text), text)
        }
        _ => Value::Opaque(short(text)),
    }
}

fn bent(reader: &mut Reader, operands: &[&Expr], text: &str) -> Value {
    let mut term = None;
    for operand in operands {
        let value = reader.value(operand);
        let is_term = match &value {
            Value::Sum(parts) => parts
                .iter()
                .any(|p| p.kind.is_error() || p.kind == Kind::Kl),
            Value::Opaque(name) => words::is_kl(name) || words::is_error(name),
            _ => false,
        };
        if is_term && term.is_none() {
            term = Some(value);
        }
    }
    term.map_or_else(|| Value::Opaque(short(text)), |value| bend(value, text))
}

/// ‖x − x̂‖, whose square is a sum of squares.
fn norm(reader: &mut Reader, call: &Call<'_>, first: &Expr) -> Value {
    let Some(mut part) = reader.value(first).difference() else {
        return Value::Opaque(short(call.text));
    };
    let axis = call.keyword(&["dim", "axis"]);
    part.reduce(Reduce {
        mean: false,
        dims: true,
        batch: axis.is_none() && !reader.is_per_sample(),
    });
    Value::Difference(part)
}

/// The number of something, where it is one of the three sizes.
fn size(call: &Call<'_>, first: &Expr) -> Option<Scale> {
    let of = key(&first.text);
    let mean = words::is_mean(&of) || words::is_log_variance(&of);
    let whole = if mean {
        Scale::latents()
    } else {
        Scale::pixels()
    };
    let index = call.operands().get(1).map(|e| key(&e.text));
    match (call.name.as_str(), index.as_deref()) {
        ("len", _) if of.contains("dataset") || of.contains("loader") => None,
        ("len", _) | ("size", Some("0")) => Some(Scale::batch()),
        ("size", Some("1" | "-1")) => Some(along(&of)),
        ("prod", _) if of.ends_with("[1:]") || !of.contains(".shape") => {
            of.contains("shape").then_some(whole)
        }
        ("numel", _) if of.ends_with("[0]") => Some(whole),
        ("numel" | "prod", _) => Some(whole.times(&Scale::batch())),
        ("size", None) if call.receiver.is_none() => Some(whole.times(&Scale::batch())),
        _ => None,
    }
}

/// The length of the second axis of something.
pub(super) fn along(of: &str) -> Scale {
    if words::is_mean(of) || words::is_log_variance(of) {
        return Scale::latents();
    }
    let mut scale = Scale::pixels();
    scale.assumed.push(format!(
        "the second axis of {} is all its pixels",
        short(of)
    ));
    scale
}
