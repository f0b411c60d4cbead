//! Where a loss goes: to an optimiser, to a model, to a log.

use std::rc::Rc;

use crate::convention::linear::Linear;
use crate::convention::reader::call::Call;
use crate::convention::reader::{Rank, Reader};
use crate::convention::term::short;
use crate::convention::value::{Given, Value};

/// Functions that only show what they are given.
const LOGS: &[&str] = &[
    "log",
    "log_dict",
    "log_metrics",
    "add_scalar",
    "add_scalars",
    "print",
    "info",
    "debug",
    "scalar",
    "update_state",
    "set_postfix",
    "set_description",
    "add_metric",
    "write",
    "track",
];

impl<'t> Reader<'t> {
    /// Calls that use a loss.
    pub(super) fn optimiser(&mut self, call: &Call<'t>) -> Option<Value> {
        let operands = call.operands();
        match call.name.as_str() {
            // The terms of this loss stand in statements that sample.
            name if name.starts_with("trace") && name.contains("elbo") => {
                self.wrong_terms = true;
                self.lose(&format!(
                    "`{}` in line {}, a loss of what the model and the guide sample",
                    short(call.text),
                    call.node.start_position().row + 1
                ));
                None
            }
            "backward" | "manual_backward" | "minimize" | "compute_gradients" | "apply_loss" => {
                let first = operands.iter().map(|o| &o.0).find(|v| v.is_term());
                let named = call.keyword(&["loss", "tensor"]);
                if let Some(value) = first.or(named).cloned() {
                    let value = self.made(&value, call);
                    self.optimised_value(&value, call.node);
                }
                Some(Value::None)
            }
            "gradient" | "gradients" | "jacobian" => {
                let value = operands.iter().map(|o| &o.0).find(|v| v.is_term()).cloned();
                self.optimised_value(&value?, call.node);
                Some(self.opaque(call.text))
            }
            "grad" | "value_and_grad" | "filter_grad" | "filter_value_and_grad" => {
                let first = operands.first().map(|o| o.0.clone())?;
                let with_value = call.name.contains("value");
                if first.is_term() {
                    self.optimised_value(&first, call.node);
                    return Some(self.opaque(call.text));
                }
                // It may never be called in what was pasted.
                let callable = matches!(
                    first,
                    Value::Function(..) | Value::PerSample(_) | Value::Partial(..)
                );
                if callable {
                    let none = Given {
                        positional: Vec::new(),
                        keywords: Vec::new(),
                    };
                    let value = self.invoke(&first, none, call.node)?;
                    self.optimised_value(&value, call.node);
                    return Some(Value::Gradient(Rc::new(first), with_value));
                }
                None
            }
            "add_loss" => {
                let value = operands
                    .iter()
                    .map(|o| o.0.clone())
                    .rfind(|v| !matches!(v, Value::Object(_)))
                    .or_else(|| call.keyword(&["losses"]).cloned())?;
                let value = self.made(&value, call);
                self.add_loss(&value, call.node);
                Some(value)
            }
            "kldivergenceregularizer" | "kldivergenceaddloss" => {
                let weight = call.argument(1, &["weight"]).and_then(|w| w.as_number());
                let kl =
                    Self::kl_of_names("the regularizer's distributions", weight.unwrap_or(1.0));
                self.add_loss(&Value::Linear(kl), call.node);
                Some(self.opaque(call.text))
            }
            "compile" => {
                self.compiled_with(call);
                Some(Value::None)
            }
            "log" | "print" if call.receiver.is_none() && call.full != call.name => None,
            name if LOGS.contains(&name) && !Self::is_mathematical(call) => {
                let keywords = call.given.keywords.iter().map(|k| k.1.clone());
                let all: Vec<Value> = operands.into_iter().map(|o| o.0).chain(keywords).collect();
                for value in all.iter().filter(|v| v.is_term()) {
                    self.candidate(Rank::Logged, value, call.node);
                }
                Some(Value::None)
            }
            _ => None,
        }
    }

    /// Whether `log` is the logarithm.
    fn is_mathematical(call: &Call<'t>) -> bool {
        if call.name != "log" {
            return false;
        }
        let text_first = matches!(call.given.positional.first(), Some((Value::Text(_), _)));
        let fields = matches!(call.given.positional.first(), Some((Value::Dict(_), _)));
        !text_first && !fields
    }

    /// A loss that is given as a function without arguments.
    fn made(&mut self, value: &Value, call: &Call<'t>) -> Value {
        if let Value::Function(..) | Value::Partial(..) = value {
            let none = Given {
                positional: Vec::new(),
                keywords: Vec::new(),
            };
            if let Some(made) = self.invoke(value, none, call.node) {
                return made;
            }
        }
        value.clone()
    }

    /// `compile(loss=…, loss_weights=…)`.
    fn compiled_with(&mut self, call: &Call<'t>) {
        let losses = match call.argument(2, &["loss"]) {
            Some(Value::Dict(pairs)) => pairs.iter().map(|p| p.1.clone()).collect(),
            Some(Value::Seq(seq)) => (*seq.items).clone(),
            Some(Value::None) | None => return,
            Some(value) => vec![value],
        };
        let weights = match call.keyword(&["loss_weights"]) {
            Some(Value::Dict(pairs)) => pairs.iter().map(|p| p.1.clone()).collect(),
            Some(Value::Seq(seq)) => (*seq.items).clone(),
            Some(value @ Value::Linear(_)) => vec![value.clone()],
            _ => Vec::new(),
        };
        let mut total = Linear::default();
        for (at, loss) in losses.iter().enumerate() {
            let Some(mut value) = self.compiled_loss(loss, call) else {
                continue;
            };
            if let Some(Value::Linear(weight)) = weights.get(at) {
                let product = value.times(weight, [call.text, "loss_weights"]);
                if let Value::Linear(product) =
                    self.followed(product, std::slice::from_ref(&value), "loss_weights")
                {
                    value = product;
                }
            } else if call.keyword(&["loss_weights"]).is_some() && weights.is_empty() {
                value = self.acted(&[value], "loss_weights");
            }
            total = total.plus(&value);
        }
        self.compile(total);
    }

    fn compiled_loss(&mut self, loss: &Value, call: &Call<'t>) -> Option<Linear> {
        let names = [("y_true", "y_true"), ("y_pred", "y_pred")];
        let operands: Vec<_> = names
            .iter()
            .map(|(name, text)| (self.opaque(name), (*text).into()))
            .collect();
        let given = Given {
            positional: operands,
            keywords: Vec::new(),
        };
        let value = match loss {
            Value::Text(name) => self.loss_by_name(name, &given, call.node),
            Value::Linear(l) if l.as_sym().is_some() => {
                let name = l.name();
                self.loss_by_name(&name, &given, call.node)
            }
            other => self.invoke(other, given, call.node),
        }?;
        let linear = self.linear(&value, call.text);
        // Keras averages what is left over everything.
        Some(linear.reduced(crate::convention::reduce::How {
            mean: true,
            dims: true,
            batch: true,
        }))
    }
}
