//! Lists, dictionaries, arrays of a few values, and Python's own functions.

use std::rc::Rc;

use tree_sitter::Node;

use crate::convention::linear::Linear;
use crate::convention::reader::Reader;
use crate::convention::reader::call::Call;
use crate::convention::term::Name;
use crate::convention::value::{Given, Seq, Value};

impl<'t> Reader<'t> {
    /// A call that makes, changes or reads a container.
    #[allow(clippy::too_many_lines, reason = "a table")]
    pub(super) fn container(&mut self, call: &Call<'t>) -> Option<Value> {
        let operands = call.operands();
        let first = operands.first().map(|o| o.0.clone());
        match (call.name.as_str(), first) {
            (
                "stack" | "hstack" | "vstack" | "tensor" | "array" | "asarray" | "as_tensor"
                | "constant" | "convert_to_tensor" | "floattensor",
                Some(Value::Seq(seq)),
            ) => Seq::new((*seq.items).clone(), true).map(Value::Seq),
            ("add_n" | "accumulate_n", Some(Value::Seq(seq))) => {
                let mut total = Value::number(0.0);
                for item in seq.items.iter() {
                    total = self.added_up(&total, item, call.text);
                }
                Some(total)
            }
            ("cat" | "concat" | "concatenate", Some(value @ Value::Seq(_))) if value.is_term() => {
                let mut all = Vec::new();
                value.tensors(&mut all);
                Some(Value::Linear(self.acted(&all, call.text)))
            }
            ("list" | "tuple", Some(value)) if call.receiver.is_none() => match value {
                Value::Seq(_) => Some(value),
                other => Self::items(&other).map(Value::list),
            },
            ("list" | "tuple", None) if call.full == call.name => Some(Value::list(Vec::new())),
            ("dict", first) if call.receiver.is_none() => {
                let mut pairs = match first {
                    Some(Value::Dict(pairs)) => (*pairs).clone(),
                    _ => Vec::new(),
                };
                pairs.extend(
                    call.given
                        .keywords
                        .iter()
                        .map(|k| (k.0.clone(), k.1.clone())),
                );
                pairs.retain(|p| p.1.is_shallow());
                Some(Value::Dict(Rc::new(pairs)))
            }
            ("zip", Some(_)) => Self::zipped(&operands),
            ("product", Some(Value::Seq(_))) if call.receiver.is_none() => {
                Self::products(&operands)
            }
            ("product", Some(_)) if &*call.receiver_text == "itertools" => {
                Self::products(&operands[1..])
            }
            ("enumerate", Some(value)) => {
                let items = Self::items(&value)?;
                let pairs = items
                    .into_iter()
                    .enumerate()
                    .map(|(at, item)| Value::list(vec![Value::number(at as f64), item]));
                Some(Value::list(pairs.collect()))
            }
            ("reversed" | "sorted", Some(Value::Seq(seq))) => Some(Value::Seq(seq)),
            ("range", Some(_)) => Self::range(call, &operands),
            ("map", Some(function)) => {
                let Some(Value::Seq(rows)) = Self::zipped(&operands[1..]) else {
                    return None;
                };
                let mapped = rows
                    .items
                    .iter()
                    .map(|row| self.call_with(&function, row, call.node));
                Some(Value::list(mapped.collect::<Option<Vec<_>>>()?))
            }
            ("values", Some(Value::Dict(pairs))) => {
                Some(Value::list(pairs.iter().map(|p| p.1.clone()).collect()))
            }
            ("keys", Some(value @ Value::Dict(_))) => Self::items(&value).map(Value::list),
            ("items", Some(Value::Dict(pairs))) => {
                let pairs = pairs
                    .iter()
                    .map(|p| Value::list(vec![Value::Text(p.0.clone()), p.1.clone()]));
                Some(Value::list(pairs.collect()))
            }
            ("get" | "pop", Some(Value::Dict(pairs))) => {
                let Value::Text(name) = &operands.get(1)?.0 else {
                    return None;
                };
                let found = pairs.iter().find(|p| p.0 == *name).map(|p| p.1.clone());
                found.or_else(|| operands.get(2).map(|o| o.0.clone()))
            }
            ("append" | "extend" | "insert" | "add", Some(Value::Seq(seq))) => {
                self.grown(call, &seq)
            }
            ("update" | "setdefault", Some(Value::Dict(pairs))) => self.updated(call, &pairs),
            ("partial", Some(function))
                if !matches!(function, Value::None | Value::Text(_) | Value::Seq(_)) =>
            {
                let given = Given {
                    positional: call.given.positional.iter().skip(1).cloned().collect(),
                    keywords: call.given.keywords.clone(),
                };
                Some(Value::Partial(Rc::new(function), Rc::new(given)))
            }
            ("vmap" | "pmap", Some(function)) => {
                let callable = matches!(
                    function,
                    Value::Function(..) | Value::Partial(..) | Value::Gradient(..) | Value::Loss(_)
                );
                callable.then(|| {
                    if call.name == "vmap" {
                        Value::PerSample(Rc::new(function))
                    } else {
                        function
                    }
                })
            }
            ("jit" | "filter_jit" | "compile" | "checkpoint" | "wraps", Some(function))
                if matches!(
                    function,
                    Value::Function(..)
                        | Value::Partial(..)
                        | Value::Gradient(..)
                        | Value::PerSample(_)
                        | Value::Object(_)
                        | Value::Loss(_)
                ) =>
            {
                Some(function)
            }
            ("add_argument", _) => {
                self.default_of_argument(call);
                Some(Value::None)
            }
            (
                "int" | "float" | "bool" | "abs" | "round" | "max" | "min" | "maximum" | "minimum",
                Some(_),
            ) => Self::of_numbers(call, &operands),
            _ => None,
        }
    }

    fn call_with(&mut self, function: &Value, row: &Value, node: Node<'t>) -> Option<Value> {
        let items = Self::items(row)?;
        let given = Given {
            positional: items.into_iter().map(|v| (v, "item".into())).collect(),
            keywords: Vec::new(),
        };
        self.invoke(function, given, node)
    }

    fn zipped(operands: &[(Value, Name)]) -> Option<Value> {
        let lists: Option<Vec<Vec<Value>>> = operands.iter().map(|o| Self::items(&o.0)).collect();
        let lists = lists?;
        let count = lists.iter().map(Vec::len).min()?;
        let rows = (0..count).map(|at| Value::list(lists.iter().map(|l| l[at].clone()).collect()));
        Some(Value::list(rows.collect()))
    }

    /// Every choice of one item of each list.
    fn products(operands: &[(Value, Name)]) -> Option<Value> {
        let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
        for (list, _) in operands {
            let items = Self::items(list)?;
            if rows.len() * items.len() > 64 {
                return None;
            }
            rows = rows
                .iter()
                .flat_map(|row| {
                    let with = |item: &Value| row.iter().chain([item]).cloned().collect();
                    items.iter().map(with).collect::<Vec<Vec<Value>>>()
                })
                .collect();
        }
        Some(Value::list(rows.into_iter().map(Value::list).collect()))
    }

    /// The places of a list; any other range is a loop whose rounds are not known.
    fn range(call: &Call<'t>, operands: &[(Value, Name)]) -> Option<Value> {
        let count = operands.last()?.0.as_number()?;
        (call.text.contains("len(") && operands.len() == 1 && (0.0..=64.0).contains(&count)).then(
            || {
                Value::list(
                    (0..count as usize)
                        .map(|at| Value::number(at as f64))
                        .collect(),
                )
            },
        )
    }

    fn grown(&mut self, call: &Call<'t>, seq: &Seq) -> Option<Value> {
        let (_, of) = call.receiver.as_ref()?;
        let last = call.given.positional.last()?.0.clone();
        let mut items = (*seq.items).clone();
        match (call.name.as_str(), last) {
            ("extend", Value::Seq(more)) => items.extend(more.items.iter().cloned()),
            (_, last) => items.push(last),
        }
        let grown = Seq::new(items, seq.array)?;
        self.store(*of, Value::Seq(grown));
        Some(Value::None)
    }

    fn updated(&mut self, call: &Call<'t>, pairs: &Rc<Vec<(Name, Value)>>) -> Option<Value> {
        let (_, of) = call.receiver.as_ref()?;
        let mut all = (**pairs).clone();
        let mut more: Vec<(Name, Value)> = match call.given.positional.first() {
            Some((Value::Dict(more), _)) => (**more).clone(),
            Some((Value::Text(name), _)) => {
                vec![(name.clone(), call.given.positional.get(1)?.0.clone())]
            }
            _ => Vec::new(),
        };
        more.extend(
            call.given
                .keywords
                .iter()
                .map(|k| (k.0.clone(), k.1.clone())),
        );
        for (name, value) in more {
            if !value.is_shallow() {
                continue;
            }
            match all.iter_mut().find(|p| p.0 == name) {
                Some(pair) => pair.1 = value,
                None => all.push((name, value)),
            }
        }
        self.store(*of, Value::Dict(Rc::new(all)));
        Some(Value::None)
    }

    /// `parser.add_argument('--beta', default=4)`.
    fn default_of_argument(&mut self, call: &Call<'t>) {
        let names = call.given.positional.iter().filter_map(|p| match &p.0 {
            Value::Text(text) => Some(text.trim_start_matches('-').replace('-', "_")),
            _ => None,
        });
        let Some(name) = names.max_by_key(String::len) else {
            return;
        };
        let choices = call.given.keywords.iter().find(|k| &*k.0 == "choices");
        let Some(default) = call.keyword(&["default"]).cloned() else {
            if let Some((_, Value::Seq(seq), text)) = choices
                && seq.items.len() > 1
                && seq.items.iter().all(|v| v.as_number().is_some())
            {
                let sym = self.symbol(&format!("{name}, one of {text}"));
                self.defaults.insert(name, Value::Linear(Linear::sym(sym)));
            }
            return;
        };
        let of = choices.map_or_else(String::new, |c| format!(", of {}", c.2));
        let text = format!("`{name}` is its default on the command line{of}");
        let default = match default {
            Value::Linear(mut linear) => {
                linear
                    .terms
                    .iter_mut()
                    .for_each(|t| t.note(text.as_str().into()));
                Value::Linear(linear)
            }
            other => other,
        };
        self.defaults.insert(name, default);
    }

    /// Python's functions of numbers; of terms they are functions like any other.
    fn of_numbers(call: &Call<'t>, operands: &[(Value, Name)]) -> Option<Value> {
        let numbers: Option<Vec<f64>> = operands.iter().map(|o| o.0.as_number()).collect();
        let Some(numbers) = numbers else {
            return match (call.name.as_str(), operands) {
                // What is taken out as a number has no gradient.
                ("float" | "int", [(value, _)]) => Some(if call.receiver.is_some() {
                    value.clone()
                } else {
                    value.clone().each(&mut |t| t.detached |= t.is_term())
                }),
                _ => None,
            };
        };
        let first = *numbers.first()?;
        Some(Value::number(match call.name.as_str() {
            "int" => first.trunc(),
            "abs" => first.abs(),
            "round" => first.round(),
            "max" | "maximum" => numbers.iter().copied().fold(first, f64::max),
            "min" | "minimum" => numbers.iter().copied().fold(first, f64::min),
            "bool" => return Some(Value::Bool(first != 0.0)),
            _ => first,
        }))
    }
}
