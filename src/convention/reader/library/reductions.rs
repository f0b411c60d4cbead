//! Sums and means.

use crate::convention::linear::Linear;
use crate::convention::reader::Reader;
use crate::convention::reader::call::Call;
use crate::convention::reader::expression::Operation;
use crate::convention::reduce::How;
use crate::convention::term::{Base, Batch, Dims, Term, short};
use crate::convention::value::{Seq, Value};

/// What a reduction goes over.
enum Over {
    Axes {
        dims: bool,
        batch: bool,
        last: bool,
        /// Whether it is not known that these are all axes of a sample.
        some: bool,
    },
    Unknown(String),
}

impl<'t> Reader<'t> {
    /// A sum or a mean.
    pub(super) fn reduction(&mut self, call: &Call<'t>) -> Option<Value> {
        let mean = match call.name.as_str() {
            "sum" | "reduce_sum" | "nansum" | "sum_except_batch" | "fsum" => false,
            "mean" | "reduce_mean" | "nanmean" | "average" | "mean_except_batch" | "fmean" => true,
            "reduce" => return self.einops(call),
            "norm" | "dist" => return self.norm(call),
            _ => return None,
        };
        let named = ["input", "x", "a", "input_tensor", "tensor", "values"];
        let first = call.argument(0, &named)?;
        let axis = call.argument(1, &["dim", "axis", "reduction_indices", "axes"]);
        if let Some(weights) = call
            .keyword(&["weights"])
            .filter(|_| call.name == "average")
        {
            return Some(self.weighted(call, &first, &weights.clone()));
        }
        if let Value::Seq(seq) = &first {
            return Some(self.reduced_list(call, seq, mean, axis.as_ref()));
        }
        if let Value::Dict(pairs) = &first {
            let items = pairs.iter().map(|p| p.1.clone()).collect();
            let seq = Seq::new(items, false)?;
            return Some(self.reduced_list(call, &seq, mean, axis.as_ref()));
        }
        let input = self.linear(&first, call.text);
        let weights = call.keyword(&["weights", "where"]);
        if weights.is_some_and(|w| !matches!(w, Value::None)) {
            return Some(self.followed(None, &[input], call.text));
        }
        let over = if call.name.ends_with("except_batch") {
            Over::Axes {
                dims: true,
                batch: false,
                last: false,
                some: false,
            }
        } else {
            self.over(call, axis.as_ref())
        };
        let result = match over {
            Over::Axes {
                dims,
                batch,
                last,
                some,
            } => {
                let (dims, batch) = rest_of(&input, dims, batch, last && mean);
                let how = How { mean, dims, batch };
                if some && !is_flat(call.text) {
                    input.reduced_over_one(how)
                } else {
                    input.reduced(how)
                }
            }
            Over::Unknown(axis) if input.is_formula() => {
                let mut out = input.clone();
                let label = short(&format!("{} over {axis}", call.name));
                for term in out.terms.iter_mut().filter(|t| !t.is_constant()) {
                    term.bases.push((Base::Named(label.clone()), 1.0));
                }
                out
            }
            Over::Unknown(_) => Linear::sym(self.symbol(call.text)),
        };
        Some(self.followed(Some(result), &[input], call.text))
    }

    /// The axes of a call.
    fn over(&mut self, call: &Call<'t>, axis: Option<&Value>) -> Over {
        let per_sample = self.is_per_sample();
        let mut axes = Vec::new();
        let text = call
            .given
            .keywords
            .iter()
            .find(|k| matches!(&*k.0, "dim" | "axis" | "axes" | "reduction_indices"))
            .map(|k| k.2.clone())
            .or_else(|| {
                let at = 1 - usize::from(call.receiver.is_some());
                call.given.positional.get(at).map(|p| p.1.clone())
            })
            .unwrap_or_else(|| "".into());
        match axis {
            None | Some(Value::None) => {
                return Over::Axes {
                    dims: true,
                    batch: !per_sample,
                    last: false,
                    some: false,
                };
            }
            Some(Value::Seq(seq)) => {
                for item in seq.items.iter() {
                    match item.as_number() {
                        Some(number) => axes.push(number as i64),
                        None => return Over::Unknown(text.to_string()),
                    }
                }
            }
            Some(value) => match value.as_number() {
                Some(number) => axes.push(number as i64),
                None if text.contains("range(1") => axes.push(1),
                None if text.contains("range(") => axes.extend([0, 1]),
                None => return Over::Unknown(text.to_string()),
            },
        }
        // Several axes may be given one by one.
        if call.receiver.is_some() && call.keyword(&["dim", "axis"]).is_none() {
            let more = call.given.positional.iter().skip(1);
            let numbers = more.filter(|p| matches!(p.0, Value::Linear(_)));
            axes.extend(numbers.filter_map(|p| p.0.as_number()).map(|n| n as i64));
        }
        if axes.is_empty() {
            return Over::Axes {
                dims: true,
                batch: !per_sample,
                last: false,
                some: false,
            };
        }
        let first = axes.iter().any(|a| *a == 0 || *a <= -4);
        let all = [[1, 2, 3], [-1, -2, -3]]
            .iter()
            .any(|whole| whole.iter().all(|a| axes.contains(a)));
        Over::Axes {
            dims: per_sample || axes.iter().any(|a| *a != 0),
            batch: first && !per_sample,
            last: axes == [-1],
            some: !per_sample && !all && !text.contains("range("),
        }
    }

    /// The sum or mean of the items of a list.
    fn reduced_list(
        &mut self,
        call: &Call<'t>,
        seq: &Seq,
        mean: bool,
        axis: Option<&Value>,
    ) -> Value {
        // Python's own sum begins with a value, not along an axis.
        let start = axis.filter(|_| call.full == "sum").cloned();
        let axis = axis.filter(|_| start.is_none()).and_then(Value::as_number);
        let mut total = start.unwrap_or_else(|| Value::number(0.0));
        for item in seq.items.iter() {
            let item = if seq.array && axis.is_none() {
                // Every item is reduced as well.
                let input = self.linear(item, call.text);
                let how = How {
                    mean,
                    dims: true,
                    batch: !self.is_per_sample(),
                };
                Value::Linear(input.reduced(how))
            } else {
                item.clone()
            };
            total = self.added_up(&total, &item, call.text);
            if !self.step() {
                break;
            }
        }
        match axis {
            Some(axis) if seq.array && axis != 0.0 && axis != -1.0 => {
                let inputs = [self.linear(&total, call.text)];
                return self.followed(None, &inputs, call.text);
            }
            _ => {}
        }
        if mean && !seq.items.is_empty() {
            let count = Value::number(seq.items.len() as f64);
            let texts = [call.text, "their number"];
            return self.operate(Operation::Over, &total, &count, texts, call.text);
        }
        total
    }

    /// The mean of a list under weights.
    fn weighted(&mut self, call: &Call<'t>, values: &Value, weights: &Value) -> Value {
        let texts = [call.text, "weights"];
        if let (Value::Seq(values), Value::Seq(each)) = (values, weights)
            && values.items.len() == each.items.len()
        {
            let list = Value::Seq(values.clone());
            let sum = self.dot(&list, weights, texts, call.text);
            let mut whole = Value::number(0.0);
            for weight in each.items.iter() {
                whole = self.added_up(&whole, weight, call.text);
            }
            return self.operate(Operation::Over, &sum, &whole, texts, call.text);
        }
        let mut all = Vec::new();
        values.tensors(&mut all);
        self.followed(None, &all, call.text)
    }

    /// The sum of two values.
    pub(super) fn added_up(&mut self, a: &Value, b: &Value, text: &str) -> Value {
        let operation = Operation::Plus;
        self.operate(operation, a, b, [text, text], text)
    }

    /// `einops.reduce(x, 'b c h w -> b', 'sum')`.
    fn einops(&mut self, call: &Call<'t>) -> Option<Value> {
        let operands = call.operands();
        match operands.as_slice() {
            [
                (value, _),
                (Value::Text(pattern), _),
                (Value::Text(how), _),
                ..,
            ] => {
                let (before, after) = pattern.split_once("->")?;
                let first = before.split_whitespace().next()?;
                let keeps = after.split_whitespace().any(|name| name == first);
                let kept = after.split_whitespace().count();
                let mean = &**how == "mean";
                let input = self.linear(value, call.text);
                if !(mean || &**how == "sum") || kept > usize::from(keeps) {
                    return Some(self.followed(None, &[input], call.text));
                }
                Some(Value::Linear(input.reduced(How {
                    mean,
                    dims: true,
                    batch: !keeps,
                })))
            }
            // functools.reduce(operator.add, terms).
            [(function, _), (Value::Seq(seq), _), ..] => {
                let name = match function {
                    Value::Linear(l) => l.name(),
                    _ => "".into(),
                };
                let mut total: Option<Value> = None;
                for item in seq.items.iter() {
                    total = Some(match total {
                        None => item.clone(),
                        Some(total) if name.ends_with("add") => {
                            self.added_up(&total, item, call.text)
                        }
                        Some(total) => {
                            let given = crate::convention::value::Given {
                                positional: vec![(total, "a".into()), (item.clone(), "b".into())],
                                keywords: Vec::new(),
                            };
                            self.invoke(function, given, call.node)?
                        }
                    });
                }
                total
            }
            _ => None,
        }
    }

    /// ‖x − x̂‖, whose square is a sum of squares.
    fn norm(&mut self, call: &Call<'t>) -> Option<Value> {
        let operands = call.operands();
        let first = operands.first()?;
        let mut input = self.linear(&first.0, &first.1);
        if call.name == "dist" {
            let second = operands.get(1)?;
            input = input.minus(&self.linear(&second.0, &second.1));
        }
        let order = call
            .argument(1, &["p", "ord"])
            .filter(|_| call.name == "norm")
            .and_then(|v| v.as_number());
        let two = order.is_none_or(|o| o == 2.0);
        let axis = call
            .argument(2, &["dim", "axis"])
            .and_then(|v| v.as_number());
        let squared = if two {
            input.to_the(2.0, call.text)
        } else if order == Some(1.0) {
            input.abs(call.text)
        } else {
            None
        };
        let per_sample = self.is_per_sample();
        let reduced = squared.map(|s| {
            let how = How {
                mean: false,
                dims: axis != Some(0.0),
                batch: !per_sample && (axis.is_none() || axis == Some(0.0)),
            };
            if axis.is_some() && !per_sample && !is_flat(call.text) {
                s.reduced_over_one(how)
            } else {
                s.reduced(how)
            }
        });
        let result = if two {
            reduced.and_then(|r| r.to_the(0.5, call.text))
        } else {
            reduced
        };
        Some(self.followed(result, &[input], call.text))
    }

    /// A product of two arrays of a few values, or of something with itself.
    pub(super) fn inner(a: &Linear, b: &Linear, text: &str) -> Option<Linear> {
        if a.same(b) && a.as_factor().is_none() {
            return Some(a.to_the(2.0, text)?.reduced(How {
                mean: false,
                dims: true,
                batch: false,
            }));
        }
        None
    }
}

impl Reader<'_> {
    /// `a @ b`.
    pub(in crate::convention::reader) fn dot(
        &mut self,
        a: &Value,
        b: &Value,
        texts: [&str; 2],
        text: &str,
    ) -> Value {
        if let (Value::Seq(x), Value::Seq(y)) = (a, b)
            && x.items.len() == y.items.len()
        {
            let mut total = Value::number(0.0);
            for (x, y) in x.items.iter().zip(y.items.iter()) {
                let times = Operation::Times;
                let product = self.operate(times, x, y, texts, text);
                total = self.added_up(&total, &product, text);
            }
            return total;
        }
        let (x, y) = (self.linear(a, texts[0]), self.linear(b, texts[1]));
        let inner = Self::inner(&x, &y, text);
        self.followed(inner, &[x, y], text)
    }
}

/// Whether what is reduced is made flat where it is.
fn is_flat(text: &str) -> bool {
    ["flatten(", "view(", "reshape("]
        .iter()
        .any(|mark| text.contains(mark))
}

/// The last axis of one number per sample is the batch.
fn rest_of(input: &Linear, dims: bool, batch: bool, last: bool) -> (bool, bool) {
    let known = |t: &&Term| t.known().is_some();
    let per_sample = input.terms.iter().any(|t| known(&t))
        && input.terms.iter().filter(known).all(|t| {
            matches!(t.state.dims, Dims::Sum | Dims::Mean) && t.state.batch == Batch::Open
        });
    if last && per_sample {
        return (false, true);
    }
    (dims, batch)
}
