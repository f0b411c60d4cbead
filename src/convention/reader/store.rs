//! Assignments.

use std::rc::Rc;

use tree_sitter::Node;

use crate::convention::factor::Factor;
use crate::convention::linear::Linear;
use crate::convention::syntax::{self, children};
use crate::convention::term::{Base, Sym, short};
use crate::convention::value::{Seq, Value};
use crate::convention::words;

use super::Reader;

impl<'t> Reader<'t> {
    /// Assigns a value to a target.
    pub(super) fn assign(&mut self, target: Node<'t>, value: Value) {
        match target.kind() {
            "identifier" => {
                let name = self.text(target);
                let value = self.called_by(name, value);
                self.set(name, value);
            }
            "attribute" => self.set_attribute(target, value),
            "subscript" => self.set_item(target, value),
            "pattern_list" | "tuple_pattern" | "list_pattern" | "tuple" | "list"
            | "expression_list" => self.unpack(target, &value),
            "parenthesized_expression"
            | "list_splat_pattern"
            | "list_splat"
            | "as_pattern_target" => {
                if let Some(inner) = children(target).first() {
                    self.assign(*inner, value);
                }
            }
            _ => {}
        }
    }

    /// Sets a name of the present function.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.frame().names.insert(name.to_owned(), value);
    }

    /// What a name is given: a size by its usual name stays a size, what a call returned goes by the name.
    fn called_by(&mut self, name: &str, value: Value) -> Value {
        let Value::Linear(linear) = &value else {
            return value;
        };
        if let (Some(size), Some(number)) = (words::size(name), linear.as_number())
            && number.fract() == 0.0
            && (1.0..1e9).contains(&number)
        {
            let own = match size {
                Factor { batch: 1.0, .. } => &mut self.sizes.batch,
                Factor { latents: 1.0, .. } => &mut self.sizes.latents,
                _ => &mut self.sizes.dim,
            };
            if own.is_none_or(|o| o == number as usize) {
                *own = Some(number as usize);
                return Value::Linear(Linear::factor(size));
            }
            return value;
        }
        let Some(sym) = linear.as_sym() else {
            return Value::Linear(crate::convention::kl::settled(linear.clone()));
        };
        let made = sym.name.contains(['(', '[', '…']);
        if !made || (words::is_kl(name) || words::is_error(name)) && sym.name.contains('(') {
            return value;
        }
        let mut renamed = linear.clone();
        renamed.terms[0].bases[0].0 = Base::Sym(Sym {
            id: sym.id,
            name: short(name),
        });
        Value::Linear(renamed)
    }

    fn unpack(&mut self, target: Node<'t>, value: &Value) {
        let targets = children(target);
        let count = targets.len();
        let items = match value {
            Value::Seq(seq) => Some(seq.items.clone()),
            Value::Dict(pairs) => {
                let keys = pairs.iter().map(|p| Value::Text(p.0.clone()));
                Some(Rc::new(keys.collect()))
            }
            Value::Shape(shape) => {
                let axes = (0..count).map(|at| Self::axis(shape, at as i64, count > 2));
                Some(Rc::new(axes.collect()))
            }
            _ => None,
        };
        let splat = targets
            .iter()
            .position(|t| matches!(t.kind(), "list_splat_pattern" | "list_splat"));
        for (at, target) in targets.iter().enumerate() {
            if !self.step() {
                return;
            }
            let item = items.as_ref().and_then(|items| match splat {
                Some(star) if at == star => {
                    let end = (items.len() + 1 + at).checked_sub(count)?;
                    let middle = items.get(at..end)?;
                    Seq::new(middle.to_vec(), false).map(Value::Seq)
                }
                Some(star) if at > star => {
                    items.get((items.len() + at).checked_sub(count)?).cloned()
                }
                _ => items.get(at).cloned(),
            });
            let item = match item {
                Some(item) => item,
                // A part of something unknown goes by the name it is given.
                None => self.part(value, at, self.text(*target)),
            };
            self.assign(*target, item);
        }
    }

    /// A part of a value that is no list.
    fn part(&mut self, value: &Value, at: usize, name: &str) -> Value {
        if let Value::Linear(linear) = value {
            let of = linear.name();
            if linear.is_term() && linear.as_sym().is_none() {
                return Value::Linear(
                    self.acted(std::slice::from_ref(linear), &format!("{of}[{at}]")),
                );
            }
            if !name.contains(['(', '[', '.']) {
                let id = self.symbol(&format!("{of}[{at}]")).id;
                if let Some(size) = words::size(name) {
                    return Value::Linear(Linear::factor(size));
                }
                return Value::Linear(Linear::sym(Sym {
                    id,
                    name: short(name),
                }));
            }
            return Value::Linear(Linear::sym(self.symbol(&format!("{of}[{at}]"))));
        }
        self.opaque(name)
    }

    fn set_attribute(&mut self, target: Node<'t>, value: Value) {
        let (Some(object), Some(name)) = (
            syntax::field(target, "object"),
            syntax::field(target, "attribute"),
        ) else {
            return;
        };
        let name = self.text(name);
        let value = self.called_by(name, value);
        let text = self.text(target);
        if let Value::Object(object) = self.value(object) {
            let before = object.fields.borrow().get(name).cloned();
            let value = self.under_condition(before, value, text);
            object.fields.borrow_mut().insert(name.to_owned(), value);
            return;
        }
        let key = key(text);
        let before = self.paths.get(&key).cloned();
        let value = self.under_condition(before, value, text);
        self.paths.insert(key, value);
    }

    /// What is held after an assignment that may not happen.
    fn under_condition(&mut self, before: Option<Value>, value: Value, text: &str) -> Value {
        match before {
            Some(before) if self.conditions > 0 => {
                self.either(&before, value, &format!("{text} under a condition"), false)
            }
            _ => value,
        }
    }

    fn set_item(&mut self, target: Node<'t>, value: Value) {
        let Some(of) = syntax::field(target, "value") else {
            return;
        };
        let index = syntax::fields(target, "subscript");
        let [index] = index.as_slice() else { return };
        let place = self.value(*index);
        let text = self.text(target);
        let value = match self.value(of) {
            Value::Dict(pairs) => {
                let Value::Text(name) = place else { return };
                let mut pairs = (*pairs).clone();
                let before = pairs.iter().find(|p| p.0 == name).map(|p| p.1.clone());
                let value = self.under_condition(before, value, text);
                if !value.is_shallow() || pairs.len() > 256 {
                    return;
                }
                match pairs.iter_mut().find(|p| p.0 == name) {
                    Some(pair) => pair.1 = value,
                    None => pairs.push((name, value)),
                }
                Value::Dict(Rc::new(pairs))
            }
            Value::Seq(seq) => {
                let Some(at) = place.as_number() else { return };
                let mut items = (*seq.items).clone();
                let at = if at < 0.0 {
                    at + items.len() as f64
                } else {
                    at
                };
                let Some(item) = items.get_mut(at as usize) else {
                    return;
                };
                *item = value;
                let Some(seq) = Seq::new(items, seq.array) else {
                    return;
                };
                Value::Seq(seq)
            }
            _ => {
                let key = key(text);
                let before = self.paths.get(&key).cloned();
                let value = self.under_condition(before, value, text);
                self.paths.insert(key, value);
                return;
            }
        };
        self.store(of, value);
    }

    /// Puts a changed value back where it was taken from.
    pub(super) fn store(&mut self, node: Node<'t>, value: Value) {
        match node.kind() {
            "identifier" => {
                let name = self.text(node);
                let here = self
                    .frames
                    .last()
                    .is_some_and(|f| f.names.contains_key(name));
                let global = self
                    .frames
                    .first()
                    .is_some_and(|f| f.names.contains_key(name));
                if !here && global {
                    self.frames[0].names.insert(name.to_owned(), value);
                } else {
                    self.set(name, value);
                }
            }
            "attribute" => self.set_attribute(node, value),
            "subscript" => self.set_item(node, value),
            _ => {}
        }
    }
}

/// The text of a path without blanks and with one kind of quotes.
pub(super) fn key(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if c == '"' { '\'' } else { c })
        .take(300)
        .collect()
}
