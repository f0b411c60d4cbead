//! Loops over values that the code gives, and names that are given another value.

use tree_sitter::Node;

use crate::convention::linear::Linear;
use crate::convention::syntax::{self, children};
use crate::convention::term::{Name, Sym, short};
use crate::convention::value::Value;

use super::Reader;

/// A loop over known values.
#[derive(Debug, Clone)]
pub(in crate::convention) struct Turns {
    /// What it runs over, as written: `b in [1, 4]`.
    pub text: Name,
    /// The line, from 1.
    pub line: usize,
    /// The names of numbers that are used in it, with the numbers in turn.
    pub numbers: Vec<(Name, Vec<f64>)>,
}

/// Most loops that are remembered.
const MOST: usize = 256;

impl<'t> Reader<'t> {
    /// Begins a loop over known values.
    pub(super) fn begin_turns(&mut self, left: Node<'t>, right: Node<'t>) -> bool {
        if self.loops.len() >= MOST {
            return false;
        }
        let text = format!("{} in {}", self.text(left), self.text(right));
        self.turns.push(self.loops.len());
        self.loops.push(Turns {
            text: short(&text),
            line: right.start_position().row + 1,
            numbers: Vec::new(),
        });
        true
    }

    /// Remembers the numbers of a round.
    pub(super) fn turn(&mut self, left: Node<'t>, body: Node<'t>) {
        let Some(at) = self.turns.last().copied() else {
            return;
        };
        let mut open = vec![left];
        while let Some(node) = open.pop() {
            if !self.step() {
                return;
            }
            open.extend(children(node));
            if node.kind() != "identifier" {
                continue;
            }
            let name = self.text(node);
            let Some(number) = self.lookup(name).and_then(Value::as_number) else {
                continue;
            };
            let numbers = &mut self.loops[at].numbers;
            if let Some(own) = numbers.iter_mut().find(|n| &*n.0 == name) {
                own.1.push(number);
            } else if self.is_used(name, body) {
                self.loops[at].numbers.push((name.into(), vec![number]));
            }
        }
    }

    /// Ends a loop.
    pub(super) fn end_turns(&mut self) {
        self.turns.pop();
    }

    /// A name that runs over numbers of a range goes by both.
    pub(super) fn name_range(&mut self, left: Node<'t>, right: Node<'t>) {
        let text = self.text(right);
        let function = text.split('(').next().unwrap_or_default();
        let last = function.rsplit('.').next().unwrap_or_default();
        let numbers = [
            "range",
            "linspace",
            "arange",
            "logspace",
            "geomspace",
            "count",
        ];
        if left.kind() != "identifier" || !numbers.contains(&last) {
            return;
        }
        let name = self.text(left);
        let id = self.symbol(name).id;
        let sym = Sym {
            id,
            name: short(&format!("{name} in {text}")),
        };
        self.set(name, Value::Linear(Linear::sym(sym)));
    }

    /// Whether a name is used in a block for more than what is shown or where something stands.
    fn is_used(&mut self, name: &str, body: Node<'t>) -> bool {
        let mut open = vec![body];
        while let Some(node) = open.pop() {
            if !self.step() {
                return true;
            }
            let shown = node.kind() == "call"
                && syntax::field(node, "function").is_some_and(|f| self.text(f) == "print");
            if node.kind() == "identifier" && self.text(node) == name {
                return true;
            }
            if node.kind() == "subscript" {
                open.extend(syntax::field(node, "value"));
            } else if node.kind() != "string" && !shown {
                open.extend(children(node));
            }
        }
        false
    }

    /// What the names and fields that are to be assigned hold.
    pub(super) fn held(&mut self, left: Node<'t>) -> Vec<(&'t str, usize)> {
        let targets = match left.kind() {
            "pattern_list" | "tuple_pattern" | "list_pattern" => children(left),
            _ => vec![left],
        };
        let mut all = Vec::new();
        for target in targets.into_iter().take(8) {
            let name = self.text(target);
            let value = match target.kind() {
                "identifier" => self.lookup(name).cloned(),
                "attribute" => Some(self.value(target)),
                _ => None,
            };
            let terms = match value {
                Some(Value::Linear(held)) => held.terms.iter().filter(|t| t.is_term()).count(),
                _ => 0,
            };
            all.push((name, terms));
        }
        all
    }

    /// Remembers whether a name that held two terms of a loss is given a value with fewer. Under a condition that did
    /// not hold before, both values stay possible.
    pub(super) fn overwritten(&mut self, before: &[(&'t str, usize)], left: Node<'t>, from: usize) {
        let conditions = self.conditions;
        let after = self.held(left);
        let mut fewer = false;
        for ((name, before), (_, after)) in before.iter().zip(after) {
            let under = self.written.insert((*name).to_owned(), conditions);
            let same = under.is_some_and(|under| conditions <= under);
            fewer |= same && *before > 1 && (1..*before).contains(&after);
        }
        for candidate in self.candidates.iter_mut().skip(from) {
            candidate.overwrites = fewer;
        }
    }
}
