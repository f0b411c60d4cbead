//! The reconstruction losses of the libraries, distributions and the KL between two of them.

use super::calls::Call;
use super::expression::{Expr, Kind as Written};
use super::reader::Reader;
use super::scale::{Scale, short};
use super::value::{Dims, Kind, Part, Reduce, Value, parts};

/// A loss of a library: its terms, or the loss itself where it is only made.
pub(super) fn loss(reader: &mut Reader, call: &Call<'_>) -> Option<Value> {
    use Kind::{Absolute, Bernoulli, Squared};
    let mean = Reduce {
        mean: true,
        dims: true,
        batch: true,
    };
    let total = Reduce {
        mean: false,
        ..mean
    };
    // How it is reduced unless the call says otherwise; Keras' functions average over the last axis.
    let (kind, number, usual, last) = match call.name.as_str() {
        "mse_loss" | "mseloss" | "meansquarederror" => (Squared, 1.0, Some(mean), false),
        "mse" | "mean_squared_error" => (Squared, 1.0, None, true),
        "squared_error" => (Squared, 1.0, None, false),
        "l2_loss" if call.full.contains("optax") => (Squared, 0.5, None, false),
        "l2_loss" => (Squared, 0.5, Some(total), false),
        "binary_cross_entropy"
        | "binary_cross_entropy_with_logits"
        | "bceloss"
        | "bcewithlogitsloss"
        | "binarycrossentropy" => (Bernoulli, 1.0, Some(mean), false),
        "binary_crossentropy" => (Bernoulli, 1.0, None, true),
        "sigmoid_cross_entropy_with_logits" | "sigmoid_binary_cross_entropy" => {
            (Bernoulli, 1.0, None, false)
        }
        "l1_loss" | "l1loss" | "meanabsoluteerror" => (Absolute, 1.0, Some(mean), false),
        "mae" | "mean_absolute_error" => (Absolute, 1.0, None, true),
        _ => return None,
    };
    let mut part = Part::new(kind, number);
    if last {
        part.dims = Dims::Last;
    }
    let said = call.keyword(&["reduction"]).or_else(|| {
        call.arguments
            .iter()
            .map(|a| &a.value)
            .find(|v| matches!(v.kind, Written::Text(_)))
    });
    let off = |names: &[&str]| {
        let value = call.keyword(names).map(|v| v.text.to_lowercase());
        value.is_some_and(|v| v == "false")
    };
    let word = said.map(|s| s.text.to_lowercase());
    let how = match word.as_deref() {
        Some(word) if word.contains("none") => None,
        Some(word) if word.contains("batchmean") => {
            part.reduce(Reduce {
                batch: false,
                ..total
            });
            Some(mean)
        }
        Some(word) if word.contains("mean") || word.contains("over_batch") => Some(mean),
        Some(word) if word.contains("sum") => {
            // A reduction that the call names replaces Keras' mean over the last axis.
            part.dims = Dims::Open;
            Some(total)
        }
        Some(word) => {
            part.scale = part
                .scale
                .times(&Scale::unread(&format!("reduction={word}")));
            usual
        }
        None if off(&["reduce"]) => None,
        None if off(&["size_average"]) => Some(total),
        None => usual,
    };
    if let Some(how) = how {
        part.reduce(Reduce {
            batch: how.batch && !reader.is_per_sample(),
            ..how
        });
    }
    if let Some(weight) = call.keyword(&["weight", "pos_weight", "sample_weight"]) {
        part.scale = part
            .scale
            .times(&Scale::unread(&format!("weight={}", weight.text)));
    }
    let made = matches!(
        call.name.as_str(),
        "mseloss"
            | "meansquarederror"
            | "bceloss"
            | "bcewithlogitsloss"
            | "binarycrossentropy"
            | "l1loss"
            | "meanabsoluteerror"
    );
    // `tf.nn.l2_loss(d)` squares whatever it is given.
    if call.name == "l2_loss"
        && let [only] = call.operands().as_slice()
        && reader.value(only).difference().is_none()
    {
        return Some(Value::Opaque(short(call.text)));
    }
    Some(if made {
        Value::Loss(part)
    } else {
        Value::Sum(vec![part])
    })
}

/// A KL between two distributions.
pub(super) fn ready_made(reader: &mut Reader, operands: &[&Expr]) -> Value {
    let mut part = Part::new(Kind::Kl, 1.0);
    for operand in operands {
        if let Value::Distribution(_, true) = reader.value(operand) {
            part.dims = Dims::Done;
        }
    }
    if reader.is_per_sample() {
        part.batch = false;
    }
    Value::Sum(vec![part])
}

/// A distribution, by what its log density is of x.
pub(super) fn distribution(reader: &mut Reader, call: &Call<'_>, operands: &[&Expr]) -> Value {
    let of_sample = call.name == "multivariatenormaldiag";
    match call.name.as_str() {
        "independent" => match operands.first().map(|e| reader.value(e)) {
            Some(Value::Distribution(part, _)) => {
                let part = part.map(|mut p| {
                    p.dims = Dims::Done;
                    p
                });
                Value::Distribution(part, true)
            }
            _ => Value::Distribution(None, true),
        },
        "bernoulli" => Value::Distribution(Some(Part::new(Kind::Bernoulli, -1.0)), false),
        _ => {
            let deviation = call
                .keyword(&["scale", "scale_diag"])
                .or_else(|| operands.get(1).copied());
            let mut part = Part::new(Kind::Squared, -0.5);
            if of_sample {
                part.dims = Dims::Done;
            }
            if let Some(deviation) = deviation {
                let scale = match reader.value(deviation) {
                    Value::Scalar(scale) => scale,
                    other => parts(other, &deviation.text)
                        .first()
                        .map_or_else(|| Scale::number(1.0), |_| Scale::unread(&deviation.text)),
                };
                part = part.times(&scale.to_the(-2));
            }
            Value::Distribution(Some(part), of_sample)
        }
    }
}
