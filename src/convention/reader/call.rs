//! Calls: of the snippet's functions, classes and objects, of losses made before, of methods, of libraries.

use std::rc::Rc;

use tree_sitter::Node;

use crate::convention::linear::Linear;
use crate::convention::syntax::{self, children};
use crate::convention::term::{Name, short};
use crate::convention::value::{Given, Value};
use crate::convention::words;

use super::{Rank, Reader};

/// A call of something that the snippet does not define.
pub(super) struct Call<'t> {
    /// The call.
    pub node: Node<'t>,
    /// The whole of it, as written.
    pub text: &'t str,
    /// The function's name without what stands before it, in small letters, without the `_` of what works in place.
    pub name: String,
    /// The whole name.
    pub full: String,
    /// What the function works on, if it is a method.
    pub receiver: Option<(Value, Node<'t>)>,
    /// What it works on, as written.
    pub receiver_text: Name,
    /// The arguments.
    pub given: Given,
}

impl Call<'_> {
    /// What the function works on, then its other arguments without keywords.
    pub fn operands(&self) -> Vec<(Value, Name)> {
        let receiver = self
            .receiver
            .iter()
            .map(|(value, _)| (value.clone(), self.receiver_text.clone()));
        receiver
            .chain(self.given.positional.iter().cloned())
            .collect()
    }

    /// An argument by one of its names.
    pub fn keyword(&self, names: &[&str]) -> Option<&Value> {
        let found = self.given.keywords.iter().find(|k| names.contains(&&*k.0));
        found.map(|k| &k.1)
    }

    /// An argument by its place behind what the function works on, or by one of its names.
    pub fn argument(&self, at: usize, names: &[&str]) -> Option<Value> {
        let by_place = || self.operands().get(at).map(|o| o.0.clone());
        self.keyword(names).cloned().or_else(by_place)
    }

    /// Whether it is called as part of a library whose name has a part.
    pub fn is_of(&self, library: &str) -> bool {
        self.receiver.is_none() && self.full.split('.').any(|part| part == library)
    }
}

impl<'t> Reader<'t> {
    /// The value of a call.
    pub(super) fn call(&mut self, node: Node<'t>) -> Value {
        let text = self.text(node);
        let Some(function) = syntax::field(node, "function") else {
            return self.opaque(text);
        };
        let mut receiver = None;
        let (callee, name) = if function.kind() == "attribute" {
            let (Some(of), Some(name)) = (
                syntax::field(function, "object"),
                syntax::field(function, "attribute"),
            ) else {
                return self.opaque(text);
            };
            let name = self.text(name);
            let object = self.value(of);
            let callee = self.method_of(&object, name, function, of);
            let library = matches!(&object, Value::Linear(l) if l.as_sym().is_some_and(|s| {
                words::is_library(&s.name) && !s.name.contains('(')
            }));
            if !library {
                receiver = Some((object, of));
            }
            (callee, name.to_owned())
        } else {
            let callee = self.value(function);
            let name = match &callee {
                Value::Linear(l) => l.as_sym().map(|s| s.name.to_string()),
                _ => None,
            };
            (
                callee,
                name.unwrap_or_else(|| self.text(function).to_owned()),
            )
        };
        let given = self.arguments(node);
        if let Some(value) = self.invoke(&callee, given.clone(), node) {
            return value;
        }
        let full = match &callee {
            Value::Linear(l) => l.as_sym().map_or(name.clone(), |s| s.name.to_string()),
            _ => name.clone(),
        };
        let last = name.rsplit('.').next().unwrap_or(&name);
        let in_place = last.ends_with('_') && !last.starts_with('_');
        let receiver_text = receiver
            .as_ref()
            .map_or_else(|| "".into(), |(_, of)| short(self.text(*of)));
        let call = Call {
            receiver_text,
            node,
            text,
            name: last.trim_end_matches('_').to_lowercase(),
            full,
            receiver,
            given,
        };
        let value = self.library(&call).unwrap_or_else(|| self.unknown(&call));
        if in_place
            && let Some((_, of)) = &call.receiver
            && matches!(of.kind(), "identifier" | "attribute" | "subscript")
        {
            self.store(*of, value.clone());
        }
        value
    }

    /// What a method's name stands for: a function of the snippet, or the name alone.
    fn method_of(&mut self, object: &Value, name: &str, function: Node<'t>, of: Node<'t>) -> Value {
        let text = self.text(function);
        match object {
            Value::Object(_) | Value::Class(_) => {
                let of = self.text(of);
                self.attribute_of(object, name, of, text)
            }
            Value::Linear(linear) => {
                let found = self.paths.get(&super::store::key(text)).cloned();
                if let Some(value) = found {
                    return value;
                }
                let Some(sym) = linear.as_sym() else {
                    return self.opaque(text);
                };
                let whole = format!("{}.{name}", sym.name);
                if !words::is_library(&sym.name) {
                    // A method whose class was not pasted with it.
                    let global = self.frames.first().and_then(|f| f.names.get(name));
                    if let Some(Value::Function(at, None)) = global
                        && self.takes_self(*at)
                    {
                        return bound(*at, object);
                    }
                    let method = (0..self.classes.len())
                        .rev()
                        .find_map(|class| self.classes[class].methods.get(name).copied());
                    if let Some(at) = method.filter(|at| self.takes_self(*at)) {
                        return bound(at, object);
                    }
                }
                Value::Linear(Linear::sym(self.symbol(&whole)))
            }
            _ => Value::Linear(Linear::sym(self.symbol(text))),
        }
    }

    fn takes_self(&self, function: usize) -> bool {
        let Some(definition) = self.functions.get(function) else {
            return false;
        };
        let list = syntax::field(definition.node, "parameters").map_or_else(Vec::new, children);
        list.first().is_some_and(|p| self.text(*p) == "self")
    }

    /// The arguments of a call.
    fn arguments(&mut self, node: Node<'t>) -> Given {
        let mut given = Given {
            positional: Vec::new(),
            keywords: Vec::new(),
        };
        let Some(list) = syntax::field(node, "arguments") else {
            return given;
        };
        if list.kind() == "generator_expression" {
            let value = self.value(list);
            given.positional.push((value, short(self.text(list))));
            return given;
        }
        for part in children(list) {
            let text = self.text(part);
            match part.kind() {
                "keyword_argument" => {
                    let (Some(name), Some(value)) =
                        (syntax::field(part, "name"), syntax::field(part, "value"))
                    else {
                        continue;
                    };
                    let label = short(self.text(value));
                    let value = self.value(value);
                    given.keywords.push((self.text(name).into(), value, label));
                }
                "dictionary_splat" => {
                    if let Some(Value::Dict(pairs)) = children(part).first().map(|p| self.value(*p))
                    {
                        for (name, value) in pairs.iter() {
                            given
                                .keywords
                                .push((name.clone(), value.clone(), name.clone()));
                        }
                    }
                }
                "list_splat" => match self.value(part) {
                    Value::Seq(seq) => {
                        let items = seq.items.iter().cloned();
                        given.positional.extend(items.map(|v| (v, short(text))));
                    }
                    value => given.positional.push((value, short(text))),
                },
                _ => {
                    let value = self.value(part);
                    given.positional.push((value, short(text)));
                }
            }
            if given.positional.len() > 128 {
                break;
            }
        }
        given
    }

    /// Calls a value that can be called.
    pub(super) fn invoke(&mut self, callee: &Value, given: Given, node: Node<'t>) -> Option<Value> {
        Some(match callee {
            Value::Function(at, object) => {
                let receiver = object.clone().map(Value::Object);
                self.apply(*at, receiver, given)
            }
            Value::Class(class) => self.instance(*class, given),
            Value::Object(object) => {
                let method = ["forward", "__call__", "call"]
                    .iter()
                    .find_map(|name| self.method(object.class, name))?;
                self.apply(method, Some(callee.clone()), given)
            }
            Value::Loss(loss) => self.measured(loss, &given, node),
            Value::PerSample(inner) => {
                let before = self.frame().per_sample;
                self.frame().per_sample = true;
                let value = self.invoke(inner, given, node);
                self.frame().per_sample = before;
                value?
            }
            Value::Gradient(inner, with_value) => {
                let value = self.invoke(inner, given, node)?;
                self.optimised_value(&value, node);
                let gradient = self.opaque(&format!("grad({})", short(self.text(node))));
                if *with_value {
                    Value::list(vec![value, gradient])
                } else {
                    gradient
                }
            }
            Value::Partial(inner, before) => {
                let mut all = (**before).clone();
                all.positional.extend(given.positional);
                all.keywords
                    .retain(|k| given.keywords.iter().all(|g| g.0 != k.0));
                all.keywords.extend(given.keywords);
                if let Value::Linear(linear) = &**inner {
                    let full = linear.as_sym()?.name.to_string();
                    let last = full.rsplit('.').next().unwrap_or(&full);
                    let call = Call {
                        node,
                        text: self.text(node),
                        name: last.trim_end_matches('_').to_lowercase(),
                        full: full.clone(),
                        receiver: None,
                        receiver_text: "".into(),
                        given: all,
                    };
                    return Some(self.library(&call).unwrap_or_else(|| self.unknown(&call)));
                }
                self.invoke(inner, all, node)?
            }
            _ => return None,
        })
    }

    /// A loss that is differentiated; the first of several values.
    pub(super) fn optimised_value(&mut self, value: &Value, node: Node<'t>) {
        let first = match value {
            Value::Seq(seq) => seq.items.first().cloned().unwrap_or(Value::None),
            other => other.clone(),
        };
        self.candidate(Rank::Optimised, &first, node);
    }

    /// A call of which nothing is known: its terms go on with the call named.
    fn unknown(&mut self, call: &Call<'t>) -> Value {
        let mut all = Vec::new();
        for (value, _) in call.operands() {
            value.tensors(&mut all);
        }
        let made = call.full.rsplit('.').next().unwrap_or_default();
        if made.starts_with(|c: char| c.is_uppercase())
            && call.given.positional.is_empty()
            && !call.given.keywords.is_empty()
        {
            // A record of results.
            let pairs = call
                .given
                .keywords
                .iter()
                .map(|k| (k.0.clone(), k.1.clone()));
            return Value::Dict(Rc::new(pairs.filter(|p| p.1.is_shallow()).collect()));
        }
        for (_, value, _) in &call.given.keywords {
            value.tensors(&mut all);
        }
        if all.iter().any(Linear::is_term) {
            return Value::Linear(self.acted(&all, call.text));
        }
        for value in &all {
            self.uses.give(value);
        }
        let value = self.opaque(call.text);
        if let Value::Linear(linear) = &value
            && let Some(sym) = linear.as_sym()
            && all.iter().any(|l| l.as_factor().is_none())
        {
            let function = match call.receiver {
                Some(_) => &call.name,
                None => &call.full,
            };
            self.uses.made.insert(sym.id, short(function));
        }
        value
    }
}

/// A function with the object it works on given first.
fn bound(function: usize, object: &Value) -> Value {
    let given = Given {
        positional: vec![(object.clone(), "self".into())],
        keywords: Vec::new(),
    };
    Value::Partial(Rc::new(Value::Function(function, None)), Rc::new(given))
}
