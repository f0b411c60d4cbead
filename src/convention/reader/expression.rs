//! Expressions.

use std::rc::Rc;

use tree_sitter::Node;

use crate::convention::linear::Linear;
use crate::convention::syntax::{self, children};
use crate::convention::term::short;
use crate::convention::value::{Seq, Value};

use super::{DEEPEST, Rank, Reader};

/// An arithmetic operation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Plus,
    Minus,
    Times,
    Over,
    Power,
}

impl Operation {
    fn of(sign: &str) -> Option<Self> {
        Some(match sign.trim_end_matches('=') {
            "+" => Self::Plus,
            "-" => Self::Minus,
            "*" => Self::Times,
            "/" => Self::Over,
            "**" => Self::Power,
            _ => return None,
        })
    }
}

impl<'t> Reader<'t> {
    /// What an expression comes to.
    pub(super) fn value(&mut self, node: Node<'t>) -> Value {
        let text = self.text(node);
        if self.depth >= DEEPEST {
            self.lose("code that is nested too deeply to be followed");
            return self.opaque(&short(text));
        }
        if !self.step() {
            return self.opaque(&short(text));
        }
        self.depth += 1;
        let value = self.evaluate(node, text);
        self.depth -= 1;
        value
    }

    fn evaluate(&mut self, node: Node<'t>, text: &'t str) -> Value {
        match node.kind() {
            "identifier" => match self.lookup(text).cloned() {
                Some(value) => self.settled_name(text, &value, text),
                None => self.opaque(text),
            },
            "integer" | "float" => {
                syntax::number(text).map_or_else(|| self.opaque(text), Value::number)
            }
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "none" => Value::None,
            "string" | "concatenated_string" => {
                Value::Text(syntax::string(node, self.source).as_str().into())
            }
            "parenthesized_expression" | "await" | "list_splat" => match children(node).first() {
                Some(inner) => self.value(*inner),
                None => self.opaque(text),
            },
            "unary_operator" => self.unary(node, text),
            "binary_operator" => self.binary(node, text),
            "call" => self.call(node),
            "attribute" => self.attribute(node, text),
            "subscript" => self.subscript(node, text),
            "tuple" | "list" | "set" | "expression_list" | "pattern_list" => self.items_of(node),
            "dictionary" => self.dictionary(node),
            "conditional_expression" => self.conditional(node, text),
            "comparison_operator" => self.comparison(node, text),
            "boolean_operator" => self.boolean(node, text),
            "not_operator" => {
                let inner = syntax::field(node, "argument").map(|a| self.value(a));
                match inner.and_then(|v| v.truth()) {
                    Some(truth) => Value::Bool(!truth),
                    None => self.opaque(text),
                }
            }
            "assignment" => {
                let Some(right) = syntax::field(node, "right") else {
                    return Value::None;
                };
                let value = self.value(right);
                if let Some(left) = syntax::field(node, "left") {
                    let before = self.held(left);
                    self.assign(left, value.clone());
                    let from = self.candidates.len();
                    self.candidate(Rank::Written, &value, node);
                    self.overwritten(&before, left, from);
                }
                value
            }
            "augmented_assignment" => self.augmented(node, text),
            "named_expression" => {
                let (Some(name), Some(value)) =
                    (syntax::field(node, "name"), syntax::field(node, "value"))
                else {
                    return Value::None;
                };
                let value = self.value(value);
                self.assign(name, value.clone());
                value
            }
            "lambda" => {
                let at = self.define(node, false, false, None);
                Value::Function(at, None)
            }
            "list_comprehension"
            | "generator_expression"
            | "set_comprehension"
            | "dictionary_comprehension" => self.comprehension(node),
            "as_pattern" => {
                let parts = children(node);
                let value = parts.first().map_or(Value::None, |p| self.value(*p));
                if let Some(alias) = syntax::field(node, "alias")
                    .or_else(|| parts.get(1).copied())
                    .and_then(|a| children(a).first().copied())
                {
                    self.assign(alias, value.clone());
                }
                value
            }
            "yield" => {
                if let Some(inner) = children(node).first() {
                    let value = self.value(*inner);
                    self.candidate(Rank::Returned, &value, *inner);
                }
                Value::None
            }
            _ => self.opaque(text),
        }
    }

    /// The value of a node as a tensor.
    pub(super) fn tensor(&mut self, node: Node<'t>) -> Linear {
        let value = self.value(node);
        let text = self.text(node);
        self.linear(&value, text)
    }

    fn unary(&mut self, node: Node<'t>, text: &str) -> Value {
        let Some(inner) = syntax::field(node, "argument") else {
            return self.opaque(text);
        };
        match text.chars().next() {
            Some('-') => {
                let value = self.value(inner);
                let minus = Value::number(-1.0);
                self.operate(
                    Operation::Times,
                    &minus,
                    &value,
                    ["-1", self.text(inner)],
                    text,
                )
            }
            Some('+') => self.value(inner),
            _ => {
                let input = self.tensor(inner);
                self.followed(None, &[input], text)
            }
        }
    }

    fn binary(&mut self, node: Node<'t>, text: &'t str) -> Value {
        // Long chains lean to the left: they are walked, not descended.
        let mut chain = Vec::new();
        let mut first = node;
        while first.kind() == "binary_operator" {
            let Some(left) = syntax::field(first, "left") else {
                break;
            };
            chain.push(first);
            first = left;
        }
        let mut value = self.value(first);
        let mut left_text = self.text(first);
        for node in chain.into_iter().rev() {
            if !self.step() {
                return self.opaque(&short(text));
            }
            let (Some(sign), Some(right)) = (
                syntax::field(node, "operator"),
                syntax::field(node, "right"),
            ) else {
                return self.opaque(text);
            };
            let whole = self.text(node);
            let other = self.value(right);
            let right_text = self.text(right);
            value = match Operation::of(self.text(sign)) {
                Some(operation) => {
                    self.operate(operation, &value, &other, [left_text, right_text], whole)
                }
                None if self.text(sign) == "@" => {
                    self.dot(&value, &other, [left_text, right_text], whole)
                }
                None => {
                    let inputs = [
                        self.linear(&value, left_text),
                        self.linear(&other, right_text),
                    ];
                    match (
                        inputs[0].as_number(),
                        inputs[1].as_number(),
                        self.text(sign),
                    ) {
                        (Some(a), Some(b), "//") if b != 0.0 => Value::number((a / b).floor()),
                        _ => self.followed(None, &inputs, whole),
                    }
                }
            };
            left_text = whole;
        }
        value
    }

    /// Arithmetic, item by item where one of the two is an array.
    pub(super) fn operate(
        &mut self,
        operation: Operation,
        a: &Value,
        b: &Value,
        texts: [&str; 2],
        text: &str,
    ) -> Value {
        match (a, b) {
            (Value::Seq(x), Value::Seq(y))
                if (x.array || y.array) && x.items.len() == y.items.len() && self.step() =>
            {
                let pairs = x.items.iter().zip(y.items.iter());
                let items: Vec<_> = pairs
                    .map(|(a, b)| self.operate(operation, a, b, texts, text))
                    .collect();
                return Seq::new(items, true).map_or(Value::None, Value::Seq);
            }
            (Value::Seq(x), Value::Seq(y)) if operation == Operation::Plus => {
                let items = x.items.iter().chain(y.items.iter()).cloned().collect();
                return Value::list(items);
            }
            (Value::Seq(x), other) if x.array && self.step() => {
                let items: Vec<_> = x
                    .items
                    .iter()
                    .map(|a| self.operate(operation, a, other, texts, text))
                    .collect();
                return Seq::new(items, true).map_or(Value::None, Value::Seq);
            }
            (other, Value::Seq(y)) if y.array && self.step() => {
                let items: Vec<_> = y
                    .items
                    .iter()
                    .map(|b| self.operate(operation, other, b, texts, text))
                    .collect();
                return Seq::new(items, true).map_or(Value::None, Value::Seq);
            }
            _ => {}
        }
        let (x, y) = (self.linear(a, texts[0]), self.linear(b, texts[1]));
        self.steps += (x.terms.len() + 1) * (y.terms.len() + 1) / 8;
        let result = match operation {
            Operation::Plus => Some(x.plus(&y)),
            Operation::Minus => Some(x.minus(&y)),
            Operation::Times => x.times(&y, texts),
            Operation::Over => x.over(&y, texts),
            Operation::Power => match (x.as_number(), y.as_number()) {
                (Some(a), Some(b)) => Some(Linear::number(a.powf(b))),
                (_, Some(power)) if !x.is_sum_of_terms() || x.is_root_of(power) => {
                    x.to_the(power, texts[0])
                }
                _ => None,
            },
        };
        self.followed(result, &[x, y], text)
    }

    fn augmented(&mut self, node: Node<'t>, text: &'t str) -> Value {
        let (Some(left), Some(right), Some(sign)) = (
            syntax::field(node, "left"),
            syntax::field(node, "right"),
            syntax::field(node, "operator"),
        ) else {
            return Value::None;
        };
        let (a, b) = (self.value(left), self.value(right));
        let texts = [self.text(left), self.text(right)];
        let value = if let Some(operation) = Operation::of(self.text(sign)) {
            self.operate(operation, &a, &b, texts, text)
        } else {
            let inputs = [self.linear(&a, texts[0]), self.linear(&b, texts[1])];
            self.followed(None, &inputs, text)
        };
        self.store(left, value.clone());
        self.candidate(Rank::Written, &value, node);
        value
    }

    fn items_of(&mut self, node: Node<'t>) -> Value {
        let mut items = Vec::new();
        for part in children(node) {
            let value = self.value(part);
            match (part.kind(), value) {
                ("list_splat", Value::Seq(seq)) => items.extend(seq.items.iter().cloned()),
                (_, value) => items.push(value),
            }
            if items.len() > 512 {
                break;
            }
        }
        Value::list(items)
    }

    fn dictionary(&mut self, node: Node<'t>) -> Value {
        let mut pairs: Vec<(Rc<str>, Value)> = Vec::new();
        for part in children(node) {
            if part.kind() == "dictionary_splat" {
                if let Some(Value::Dict(more)) = children(part).first().map(|p| self.value(*p)) {
                    pairs.extend(more.iter().cloned());
                }
                continue;
            }
            let (Some(name), Some(value)) =
                (syntax::field(part, "key"), syntax::field(part, "value"))
            else {
                continue;
            };
            let name = match self.value(name) {
                Value::Text(text) => text,
                _ => short(self.text(name)),
            };
            let value = self.value(value);
            if !value.is_shallow() || pairs.len() > 256 {
                continue;
            }
            match pairs.iter_mut().find(|p| p.0 == name) {
                Some(pair) => pair.1 = value,
                None => pairs.push((name, value)),
            }
        }
        Value::Dict(Rc::new(pairs))
    }

    fn conditional(&mut self, node: Node<'t>, text: &str) -> Value {
        let parts = children(node);
        let [taken, condition, other] = parts.as_slice() else {
            return self.opaque(text);
        };
        match self.value(*condition).truth() {
            Some(true) => self.value(*taken),
            Some(false) => self.value(*other),
            None => {
                let (taken, other) = (self.value(*taken), self.value(*other));
                match (&taken, &other) {
                    (Value::Linear(a), Value::Linear(b))
                        if a.as_number().is_some() && b.as_number().is_some() && !a.same(b) =>
                    {
                        Value::Linear(Linear::named(text))
                    }
                    _ => self.either(&other, taken, text, true),
                }
            }
        }
    }

    fn comparison(&mut self, node: Node<'t>, text: &str) -> Value {
        let parts = children(node);
        let [left, right] = parts.as_slice() else {
            return self.opaque(text);
        };
        let sign = text
            .get(left.end_byte() - node.start_byte()..right.start_byte() - node.start_byte())
            .unwrap_or_default()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let (a, b) = (self.value(*left), self.value(*right));
        let equal = match (&a, &b) {
            (Value::Text(a), Value::Text(b)) => Some(a == b),
            (Value::None, Value::None) => Some(true),
            (Value::Bool(a), Value::Bool(b)) => Some(a == b),
            (Value::Linear(l), Value::None) | (Value::None, Value::Linear(l))
                if l.as_sym().is_none() =>
            {
                Some(false)
            }
            (
                Value::None,
                Value::Text(_)
                | Value::Bool(_)
                | Value::Seq(_)
                | Value::Dict(_)
                | Value::Loss(_)
                | Value::Function(..)
                | Value::Dist(_),
            )
            | (
                Value::Text(_)
                | Value::Bool(_)
                | Value::Seq(_)
                | Value::Dict(_)
                | Value::Loss(_)
                | Value::Function(..)
                | Value::Dist(_),
                Value::None,
            ) => Some(false),
            _ => match (a.as_number(), b.as_number()) {
                (Some(a), Some(b)) => Some(a == b),
                _ => None,
            },
        };
        let order = a
            .as_number()
            .zip(b.as_number())
            .and_then(|(a, b)| a.partial_cmp(&b));
        let truth = match sign.as_str() {
            "==" | "is" => equal,
            "!=" | "is not" => equal.map(|e| !e),
            "<" => order.map(std::cmp::Ordering::is_lt),
            "<=" => order.map(std::cmp::Ordering::is_le),
            ">" => order.map(std::cmp::Ordering::is_gt),
            ">=" => order.map(std::cmp::Ordering::is_ge),
            "in" | "not in" => match (&a, &b) {
                (Value::Text(a), Value::Seq(all)) => {
                    let known = all.items.iter().all(|v| matches!(v, Value::Text(_)));
                    let held = all
                        .items
                        .iter()
                        .any(|v| matches!(v, Value::Text(b) if a == b));
                    known.then_some(held == (sign == "in"))
                }
                (Value::Text(a), Value::Dict(all)) => {
                    Some(all.iter().any(|p| p.0 == *a) == (sign == "in"))
                }
                _ => None,
            },
            _ => None,
        };
        truth.map_or_else(|| self.opaque(text), Value::Bool)
    }

    fn boolean(&mut self, node: Node<'t>, text: &str) -> Value {
        let (Some(left), Some(right)) = (syntax::field(node, "left"), syntax::field(node, "right"))
        else {
            return self.opaque(text);
        };
        let sign = syntax::field(node, "operator").map_or("", |o| self.text(o));
        let (a, b) = (self.value(left), self.value(right));
        match (a.truth(), sign) {
            (Some(true), "and") | (Some(false), "or") => b,
            (Some(_), _) => a,
            (None, "and") if b.truth() == Some(false) => b,
            (None, _) => {
                let inputs = [
                    self.linear(&a, self.text(left)),
                    self.linear(&b, self.text(right)),
                ];
                self.followed(None, &inputs, text)
            }
        }
    }
}
