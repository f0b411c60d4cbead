//! Expressions.

use std::rc::Rc;

use tree_sitter::Node;

use crate::convention::factor::Factor;
use crate::convention::linear::Linear;
use crate::convention::syntax::{self, children};
use crate::convention::term::{Base, Term, short};
use crate::convention::value::{Seq, Shape, Value};
use crate::convention::words;

use super::store::key;
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
                    self.assign(left, value.clone());
                    self.candidate(Rank::Written, &value, node);
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
            "ERROR" => {
                self.lose(&format!("`{}`, which is no Python", short(text)));
                self.opaque(text)
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

    fn attribute(&mut self, node: Node<'t>, text: &'t str) -> Value {
        let (Some(of), Some(name)) = (
            syntax::field(node, "object"),
            syntax::field(node, "attribute"),
        ) else {
            return self.opaque(text);
        };
        let name = self.text(name);
        let object = self.value(of);
        self.attribute_of(&object, name, self.text(of), text)
    }

    /// A part of a value by its name.
    pub(super) fn attribute_of(
        &mut self,
        object: &Value,
        name: &str,
        object_text: &str,
        text: &str,
    ) -> Value {
        if let Some(value) = self.paths.get(&key(text)).cloned() {
            return self.settled_name(name, &value, text);
        }
        match object {
            Value::Object(object) => {
                if let Some(value) = self.member(object, name) {
                    return self.settled_name(name, &value, text);
                }
                self.opaque(text)
            }
            Value::Class(class) => match self.method(*class, name) {
                Some(method) => Value::Function(method, None),
                None => self
                    .class_field(*class, name)
                    .unwrap_or_else(|| self.opaque(text)),
            },
            Value::Dict(pairs) => match pairs.iter().find(|p| &*p.0 == name) {
                Some(pair) => pair.1.clone(),
                None => self.opaque(text),
            },
            Value::Dist(dist) => {
                let found = match name {
                    "loc" | "mean" => dist.loc.clone(),
                    "variance" => dist.variance.clone(),
                    "scale" | "stddev" => dist.variance.as_ref().and_then(|v| v.to_the(0.5, text)),
                    _ => None,
                };
                found.map_or_else(|| self.opaque(text), Value::Linear)
            }
            Value::Linear(linear) => match name {
                "shape" => Value::Shape(self.shape(linear, object_text)),
                "T" | "data" | "mT" => object.clone(),
                _ if linear.is_formula() && linear.as_sym().is_none() => {
                    self.followed(None, std::slice::from_ref(linear), text)
                }
                _ => {
                    // The name that was given stands for the thing; a library keeps its own.
                    let whole = match linear.as_sym() {
                        Some(sym) if !sym.name.contains(['(', '…']) => {
                            format!("{}.{name}", sym.name)
                        }
                        _ => text.to_owned(),
                    };
                    if let Some(value) = self.paths.get(&key(&whole)) {
                        return value.clone();
                    }
                    if let Some(number) = words::constant(&whole) {
                        return Value::number(number);
                    }
                    if let Some(value) = self.defaults.get(name).cloned()
                        && words::is_arguments(object_text)
                    {
                        return value;
                    }
                    self.opaque(&whole)
                }
            },
            _ => self.opaque(text),
        }
    }

    /// The shape of a tensor.
    pub(super) fn shape(&self, linear: &Linear, text: &str) -> Shape {
        let of = if linear.as_sym().is_some() {
            linear.name()
        } else {
            short(text)
        };
        let latents = [&*of, text]
            .iter()
            .any(|n| words::is_mean(n) || words::is_log_variance(n) || words::is_latent(n));
        Shape {
            of,
            latents,
            per_sample: self.is_per_sample(),
            from: 0,
        }
    }

    /// The length of an axis; `many` if the shape is known to have more than two.
    pub(super) fn axis(shape: &Shape, at: i64, many: bool) -> Value {
        let at = if at >= 0 {
            at + i64::from(shape.from)
        } else {
            at
        };
        if at == 0 && !shape.per_sample {
            return Value::Linear(Linear::factor(Factor::BATCH));
        }
        if !many && (at == -1 || shape.per_sample) || at < 0 {
            let factor = if shape.latents {
                Factor::LATENTS
            } else {
                Factor::PIXELS
            };
            let mut term = Term::of(factor);
            if !shape.latents {
                term.note(format!("the last axis of {} is all its pixels", shape.of).into());
            }
            return Value::Linear(term.into());
        }
        let index = u8::try_from(at).unwrap_or(u8::MAX);
        Value::Linear(
            Term::base(Base::Axis {
                of: shape.of.clone(),
                index,
                latents: shape.latents,
            })
            .into(),
        )
    }

    fn subscript(&mut self, node: Node<'t>, text: &'t str) -> Value {
        if let Some(value) = self.paths.get(&key(text)) {
            return value.clone();
        }
        let Some(of) = syntax::field(node, "value") else {
            return self.opaque(text);
        };
        let object = self.value(of);
        let index = syntax::fields(node, "subscript");
        let [index] = index.as_slice() else {
            return self.sliced(&object, text);
        };
        if index.kind() == "slice" {
            return self.slice(&object, *index, text);
        }
        let place = self.value(*index);
        match (&object, &place) {
            (Value::Dict(pairs), Value::Text(name)) => match pairs.iter().find(|p| p.0 == *name) {
                Some(pair) => pair.1.clone(),
                None => self.opaque(text),
            },
            (Value::Seq(seq), place) if place.as_number().is_some() => {
                let at = place.as_number().unwrap_or(0.0);
                let at = if at < 0.0 {
                    at + seq.items.len() as f64
                } else {
                    at
                };
                match seq.items.get(at as usize) {
                    Some(item) if at >= 0.0 => item.clone(),
                    _ => self.opaque(text),
                }
            }
            (Value::Shape(shape), place) => match place.as_number() {
                Some(at) => Self::axis(shape, at as i64, false),
                None => self.opaque(text),
            },
            _ => self.sliced(&object, text),
        }
    }

    /// A part of a tensor whose place does not matter, or an entry of something unknown.
    fn sliced(&mut self, object: &Value, text: &str) -> Value {
        match object {
            Value::Linear(linear) if linear.is_term() => {
                if linear.terms.iter().all(|t| t.known().is_none()) {
                    return self.opaque(text);
                }
                self.followed(None, std::slice::from_ref(linear), text)
            }
            Value::Linear(linear) if linear.is_formula() => object.clone(),
            Value::Seq(_) | Value::Dict(_) if object.is_term() => {
                let mut all = Vec::new();
                object.tensors(&mut all);
                Value::Linear(self.acted(&all, text))
            }
            _ => Value::Linear(Linear::sym(self.symbol(text))),
        }
    }

    fn slice(&mut self, object: &Value, index: Node<'t>, text: &str) -> Value {
        let bounds = self.text(index);
        let start = bounds.split(':').next().unwrap_or_default().trim();
        let open = bounds.trim_end().ends_with(':') && bounds.matches(':').count() == 1;
        match object {
            Value::Shape(shape) if open => Value::Shape(Shape {
                from: shape.from + start.parse::<u8>().unwrap_or(0).min(8),
                ..shape.clone()
            }),
            Value::Seq(seq) if open => {
                let skip = start.parse::<usize>().unwrap_or(0);
                let items = seq.items.iter().skip(skip).cloned().collect();
                Seq::new(items, seq.array).map_or(Value::None, Value::Seq)
            }
            _ => self.sliced(object, text),
        }
    }

    fn comprehension(&mut self, node: Node<'t>) -> Value {
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
            for item in all {
                self.assign(left, item);
                self.clauses(rest, body, items);
            }
            return;
        }
        self.assign_unknown(left);
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
