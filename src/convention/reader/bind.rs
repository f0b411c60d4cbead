//! Calls of the snippet's own functions.

use std::collections::HashMap;
use std::rc::Rc;

use tree_sitter::Node;

use crate::convention::syntax::{self, children};
use crate::convention::value::{Given, Value};

use super::{Frame, Reader};

/// Deepest calls of the snippet's functions in each other.
const CALLS: usize = 24;

impl<'t> Reader<'t> {
    /// The value of a function for given arguments; what is not given is its default or stands for itself.
    pub(super) fn apply(
        &mut self,
        function: usize,
        receiver: Option<Value>,
        given: Given,
    ) -> Value {
        let Some(definition) = self.functions.get(function).copied() else {
            return Value::None;
        };
        self.called.insert(function);
        let again = self.active.iter().filter(|a| **a == function).count();
        if again > 0 || self.active.len() >= CALLS || !self.step() {
            let text = self.text(definition.node);
            let name = text.lines().next().unwrap_or_default().to_owned();
            let inputs: Vec<_> = given
                .positional
                .iter()
                .filter_map(|(v, _)| match v {
                    Value::Linear(l) => Some(l.clone()),
                    _ => None,
                })
                .collect();
            return self.followed(None, &inputs, &format!("{name} (calls itself)"));
        }
        let mut given = given;
        if let Some(receiver) = receiver
            && !definition.is_static
        {
            given.positional.insert(0, (receiver, "self".into()));
        }
        let names = self.parameters(definition.node, given);
        let per_sample = definition.per_sample || self.is_per_sample();
        let outer = self.captured.get(&function).cloned();
        self.active.push(function);
        let conditions = std::mem::take(&mut self.conditions);
        self.frames.push(Frame {
            names,
            outer,
            per_sample,
            returns: Vec::new(),
        });
        let value = match (
            definition.node.kind(),
            syntax::field(definition.node, "body"),
        ) {
            ("lambda", Some(body)) => self.value(body),
            (_, Some(body)) => {
                self.block(body);
                if let Some(frame) = self.frames.last_mut() {
                    let returns = std::mem::take(&mut frame.returns);
                    self.returned(returns)
                } else {
                    Value::None
                }
            }
            _ => Value::None,
        };
        self.frames.pop();
        self.conditions = conditions;
        self.active.pop();
        value
    }

    /// What a function returns, where it depends on conditions.
    fn returned(&mut self, returns: Vec<(Value, bool)>) -> Value {
        let mut out: Option<Value> = None;
        for (value, _) in returns {
            out = Some(match out {
                None => value,
                Some(before) => self.either(&value, before, "an earlier return", false),
            });
        }
        out.unwrap_or(Value::None)
    }

    fn parameters(&mut self, function: Node<'t>, given: Given) -> HashMap<String, Value> {
        let mut names = HashMap::new();
        let mut positional = given.positional.into_iter();
        let mut keywords = given.keywords;
        let list = syntax::field(function, "parameters").map_or_else(Vec::new, children);
        for parameter in list {
            if !self.step() {
                break;
            }
            let (target, default) = match parameter.kind() {
                "identifier" => (Some(parameter), None),
                "default_parameter" | "typed_default_parameter" => (
                    syntax::field(parameter, "name"),
                    syntax::field(parameter, "value"),
                ),
                "typed_parameter" => (children(parameter).first().copied(), None),
                "list_splat_pattern" => {
                    let rest: Vec<Value> = positional.by_ref().map(|p| p.0).collect();
                    if let Some(name) = children(parameter).first()
                        && !rest.is_empty()
                    {
                        names.insert(self.text(*name).to_owned(), Value::list(rest));
                    }
                    continue;
                }
                "dictionary_splat_pattern" => {
                    if let Some(name) = children(parameter).first()
                        && !keywords.is_empty()
                    {
                        let pairs = keywords.drain(..).map(|(n, v, _)| (n, v));
                        names.insert(
                            self.text(*name).to_owned(),
                            Value::Dict(Rc::new(pairs.collect())),
                        );
                    }
                    continue;
                }
                _ => (None, None),
            };
            let Some(target) = target else { continue };
            let name = match target.kind() {
                "list_splat_pattern" | "dictionary_splat_pattern" => continue,
                _ => self.text(target),
            };
            let named = keywords.iter().position(|k| &*k.0 == name);
            let value = if let Some(at) = named {
                Some(keywords.remove(at).1)
            } else {
                positional.next().map(|p| p.0)
            };
            let value = match (value, default) {
                (Some(value), _) => value,
                (None, Some(default)) => self.default(name, default),
                (None, None) => match self.frames.first().and_then(|f| f.names.get(name)) {
                    // An argument of the same name further down is most likely what it is called with.
                    Some(value) if !matches!(value, Value::Function(..) | Value::Class(_)) => {
                        let text = format!("`{name}` is what has that name outside the function");
                        value.clone().each(&mut |t| t.note(text.as_str().into()))
                    }
                    _ => self.opaque(name),
                },
            };
            names.insert(name.to_owned(), value);
        }
        names
    }

    fn default(&mut self, name: &str, default: Node<'t>) -> Value {
        let value = self.value(default);
        let text = format!("`{name}` is {}, its default", self.text(default));
        match value {
            Value::Linear(mut linear) if linear.as_number().is_some() => {
                linear
                    .terms
                    .iter_mut()
                    .for_each(|t| t.note(text.as_str().into()));
                Value::Linear(linear)
            }
            other => other,
        }
    }
}
