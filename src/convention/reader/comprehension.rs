//! Comprehensions and generators.

use std::rc::Rc;

use tree_sitter::Node;

use crate::convention::syntax::{self, children};
use crate::convention::term::{Base, short};
use crate::convention::value::Value;

use super::Reader;

impl<'t> Reader<'t> {
    pub(super) fn comprehension(&mut self, node: Node<'t>) -> Value {
        let parts = children(node);
        let Some(body) = syntax::field(node, "body") else {
            return Value::None;
        };
        let clauses: Vec<_> = parts
            .iter()
            .filter(|p| matches!(p.kind(), "for_in_clause" | "if_clause"))
            .copied()
            .collect();
        let names = self.frame().names.clone();
        self.steps += names.len() / 4;
        let mut items = Vec::new();
        self.clauses(&clauses, body, &mut items);
        self.frame().names = names;
        if node.kind() == "dictionary_comprehension" {
            let pairs = items.into_iter().filter_map(|v| match v {
                Value::Seq(seq) => match seq.items.as_slice() {
                    [Value::Text(name), value] => Some((name.clone(), value.clone())),
                    [name, value] => {
                        let number = name.as_number()?;
                        Some((number.to_string().into(), value.clone()))
                    }
                    _ => None,
                },
                _ => None,
            });
            return Value::Dict(Rc::new(pairs.collect()));
        }
        Value::list(items)
    }

    fn clauses(&mut self, clauses: &[Node<'t>], body: Node<'t>, items: &mut Vec<Value>) {
        if !self.step() || items.len() > 256 {
            return;
        }
        let Some((first, rest)) = clauses.split_first() else {
            let item = if body.kind() == "pair" {
                let pair = ["key", "value"].map(|f| syntax::field(body, f));
                let values = pair.map(|n| n.map_or(Value::None, |n| self.value(n)));
                Value::list(values.to_vec())
            } else {
                self.value(body)
            };
            items.push(item);
            return;
        };
        if first.kind() == "if_clause" {
            let condition = children(*first)
                .first()
                .map(|c| (self.value(*c).truth(), *c));
            match condition {
                Some((Some(false), _)) => {}
                Some((None, at)) => {
                    let from = items.len();
                    self.clauses(rest, body, items);
                    let label = short(&format!("if {}", self.text(at)));
                    Self::label(items, from, &label);
                }
                _ => self.clauses(rest, body, items),
            }
            return;
        }
        let (Some(left), Some(right)) = (
            syntax::field(*first, "left"),
            syntax::field(*first, "right"),
        ) else {
            return;
        };
        let over = self.value(right);
        if let Some(all) = Self::items(&over).filter(|all| all.len() <= 64) {
            let several = all.len() > 1 && self.begin_turns(left, right);
            for item in all {
                self.assign(left, item);
                if several {
                    self.turn(left, body);
                }
                self.clauses(rest, body, items);
            }
            if several {
                self.end_turns();
            }
            return;
        }
        self.assign_unknown(left, &over);
        self.name_range(left, right);
        let from = items.len();
        self.clauses(rest, body, items);
        let label = short(self.text(*first));
        Self::label(items, from, &label);
    }

    /// Names what stands an unknown number of times in a list.
    fn label(items: &mut [Value], from: usize, label: &Rc<str>) {
        for item in items.iter_mut().skip(from) {
            let value = std::mem::replace(item, Value::None);
            *item = value.each(&mut |t| {
                if !t.is_constant() {
                    t.bases.push((Base::Named(label.clone()), 1.0));
                }
            });
        }
    }

    /// The items of a value that is a list of known length.
    pub(super) fn items(value: &Value) -> Option<Vec<Value>> {
        match value {
            Value::Seq(seq) => Some((*seq.items).clone()),
            Value::Dict(pairs) => Some(pairs.iter().map(|p| Value::Text(p.0.clone())).collect()),
            _ => None,
        }
    }
}
