//! How many: of the batch, of pixels, of latents.

use crate::convention::factor::Factor;
use crate::convention::linear::Linear;
use crate::convention::reader::Reader;
use crate::convention::reader::call::Call;
use crate::convention::value::{Shape, Value};

impl<'t> Reader<'t> {
    /// A number of something, or a shape.
    pub(super) fn size(&mut self, call: &Call<'t>) -> Option<Value> {
        let operands = call.operands();
        let (first, text) = operands.first()?;
        let text = match &call.receiver {
            Some((_, node)) => self.text(*node),
            None => text,
        };
        match call.name.as_str() {
            "len" => match first {
                Value::Seq(seq) => Some(Value::number(seq.items.len() as f64)),
                Value::Dict(pairs) => Some(Value::number(pairs.len() as f64)),
                Value::Linear(l) => {
                    let name = l.name();
                    let all = [
                        "dataset", "loader", "data", "train", "history", "losses", "list",
                    ];
                    let whole = all
                        .iter()
                        .any(|mark| name.contains(mark) || text.ends_with(mark));
                    (!whole && !l.is_term()).then(|| {
                        let shape = self.shape(l, text);
                        Self::axis(&shape, 0, false)
                    })
                }
                _ => None,
            },
            "size" | "shape" | "int_shape" | "get_shape" if !matches!(first, Value::Shape(_)) => {
                let Value::Linear(l) = first else { return None };
                let shape = self.shape(l, text);
                let at = call.argument(1, &["dim"]).and_then(|v| v.as_number());
                match at {
                    Some(at) => Some(Self::axis(&shape, at as i64, false)),
                    None if call.name == "size" && call.receiver.is_none() => {
                        Some(Self::count(&shape))
                    }
                    None => Some(Value::Shape(shape)),
                }
            }
            "as_list" => matches!(first, Value::Shape(_)).then(|| first.clone()),
            "numel" | "nelement" => match first {
                Value::Linear(l) => {
                    let item = text.ends_with("[0]");
                    let shape = self.shape(l, text);
                    Some(Self::count(&Shape {
                        from: u8::from(item),
                        ..shape
                    }))
                }
                Value::Shape(shape) => Some(Self::count(shape)),
                _ => None,
            },
            "prod" | "reduce_prod" => match first {
                Value::Shape(shape) => Some(Self::count(shape)),
                Value::Seq(seq) => {
                    let mut product = Linear::number(1.0);
                    for item in seq.items.iter() {
                        let item = self.linear(item, call.text);
                        product = product.times(&item, [call.text, call.text])?;
                    }
                    Some(Value::Linear(product))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// All numbers of a shape.
    fn count(shape: &Shape) -> Value {
        let own = if shape.latents {
            Factor::LATENTS
        } else {
            Factor::PIXELS
        };
        let whole = if shape.from > 0 || shape.per_sample {
            own
        } else {
            own.times(Factor::BATCH)
        };
        Value::Linear(Linear::factor(whole))
    }
}
