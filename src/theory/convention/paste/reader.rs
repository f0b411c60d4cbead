//! Statements in order, each name standing for what it was assigned last.

use std::collections::HashMap;

use super::calls::{along, call};
use super::expression::{Expr, Kind as Written, Op};
use super::lines::Line;
use super::scale::{Scale, short};
use super::statement::{Statement, key, statement};
use super::value::{Kind, Part, Value, parts, settle};
use super::words;

/// What has been read so far.
#[derive(Default)]
pub(super) struct Reader {
    names: HashMap<String, Value>,
    functions: HashMap<String, Value>,
    /// The function whose body is being read: its name, its indent, whether it sees one sample only.
    inside: Option<(String, usize, bool)>,
    /// Whether the next function sees one sample only.
    decorated: bool,
    /// The terms of everything assigned or returned, in order.
    pub results: Vec<Vec<Part>>,
    /// Whether there are branches, of which the last counts.
    pub branched: bool,
    /// Statements that name a term of a loss and could not be read.
    pub lost: Vec<String>,
}

impl Reader {
    /// Takes a line in.
    pub fn read(&mut self, line: &Line) {
        if self
            .inside
            .as_ref()
            .is_some_and(|(_, indent, _)| line.indent <= *indent)
        {
            self.inside = None;
        }
        self.branched |= ["elif", "else"].iter().any(|w| line.text.starts_with(w));
        let found = statement(&line.text);
        self.take(found, line);
    }

    fn take(&mut self, found: Statement, line: &Line) {
        match found {
            Statement::Assign(names, Some(value)) => {
                let value = self.value(&value);
                self.assign(&names, value);
            }
            Statement::Augment(name, op, Some(written)) => {
                let value = self.value(&written);
                self.augment(&name, op, value, &written.text);
            }
            Statement::Return(Some(value)) => {
                let value = self.value(&value);
                let value = match value {
                    Value::Several(all) => {
                        let mut all = all.into_iter();
                        let first = all.next();
                        // What else is returned matters less than the first.
                        all.for_each(|v| self.keep(v));
                        first.unwrap_or(Value::Opaque(String::new()))
                    }
                    value => value,
                };
                self.define(&value);
                self.keep(value);
            }
            Statement::Define(name, defaults, body) => {
                for (name, value) in defaults {
                    let value = self.value(&value);
                    if matches!(value, Value::Scalar(_)) {
                        self.names.insert(name, value);
                    }
                }
                self.inside = Some((name, line.indent, std::mem::take(&mut self.decorated)));
                if let Some(body) = body {
                    self.take(*body, line);
                }
            }
            Statement::PerSample => self.decorated = true,
            Statement::Assign(names, None) => {
                for name in &names {
                    self.names.remove(name);
                }
                self.lose(line);
            }
            Statement::Augment(_, _, None) | Statement::Return(None) => self.lose(line),
            Statement::Other => {}
        }
    }

    fn lose(&mut self, line: &Line) {
        let words: Vec<&str> = line
            .text
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .collect();
        if words
            .iter()
            .any(|w| words::is_kl(w) || words::is_error(w) || *w == "loss")
        {
            self.lost.push(short(&line.text));
        }
    }

    fn assign(&mut self, names: &[String], value: Value) {
        for name in names.iter().filter(|n| n.contains(',') && !n.contains('[')) {
            let each = name.trim_matches(['(', ')']).split(',').map(str::to_owned);
            match &value {
                Value::Several(all) => {
                    for (name, value) in each.zip(all.clone()) {
                        self.assign(&[name], value);
                    }
                }
                _ => each.for_each(|name| {
                    self.names.remove(&name);
                }),
            }
        }
        let value = match value {
            Value::Sum(parts) => {
                let mut parts = settle(parts);
                let alone = !parts.iter().any(|p| p.kind.is_error());
                let its_own = names.iter().any(|n| words::is_kl(n));
                for part in parts.iter_mut().filter(|_| alone) {
                    if its_own || part.own.is_none() {
                        part.own = Some(part.scale.number);
                    }
                }
                Value::Sum(parts)
            }
            value => value,
        };
        for name in names {
            match &value {
                // A name says more than a call that is not known, unless only the call does.
                Value::Opaque(text) if !(words::is_kl(text) || words::is_error(text)) => {
                    self.names.remove(name);
                }
                value => {
                    self.names.insert(name.clone(), value.clone());
                }
            }
        }
        self.keep(value);
    }

    fn augment(&mut self, name: &str, op: Op, value: Value, text: &str) {
        let before = self.names.get(name).cloned();
        let whole = format!("{name} … {text}");
        let texts = [name, text];
        if before.is_none() && matches!(op, Op::Add | Op::Subtract) {
            let terms = parts(value, text);
            // What is only summed up for a report is no loss.
            let named = |p: &Part, is: fn(&str) -> bool| matches!(&p.kind, Kind::Other(n) if is(n));
            let error = |p: &Part| p.kind.is_error() || named(p, words::is_error);
            let kl = |p: &Part| p.kind == Kind::Kl || named(p, words::is_kl);
            let both = terms.iter().any(error) && terms.iter().any(kl);
            if !both {
                let sign = if op == Op::Add { 1.0 } else { -1.0 };
                let sum =
                    Value::Opaque(name.to_owned()).plus(Value::Sum(terms), sign, &whole, texts);
                self.assign(&[name.to_owned()], sum);
            }
            return;
        }
        let before = before.unwrap_or_else(|| Value::Opaque(name.to_owned()));
        let after = match op {
            Op::Add => before.plus(value, 1.0, &whole, texts),
            Op::Subtract => before.plus(value, -1.0, &whole, texts),
            Op::Multiply => before.by(value, &whole, texts),
            _ => before.over(&value, &whole, texts),
        };
        self.assign(&[name.to_owned()], after);
    }

    /// What the function being read comes to.
    fn define(&mut self, value: &Value) {
        let Some((name, _, per_sample)) = &self.inside else {
            return;
        };
        let value = match value.clone() {
            Value::Sum(parts) => {
                let mut parts = settle(parts);
                for part in parts.iter_mut().filter(|_| *per_sample) {
                    part.batch = false;
                }
                Value::Sum(parts)
            }
            value => value,
        };
        if matches!(value, Value::Sum(_)) {
            self.functions.insert(name.clone(), value);
        }
    }

    fn keep(&mut self, value: Value) {
        match value {
            Value::Several(all) => all.into_iter().for_each(|v| self.keep(v)),
            Value::Sum(parts) => self.results.push(settle(parts)),
            Value::Opaque(name) if words::is_kl(&name) || words::is_error(&name) => {
                self.results.push(parts(Value::Opaque(name), ""));
            }
            _ => {}
        }
    }

    /// Whether the function being read sees one sample only.
    pub fn is_per_sample(&self) -> bool {
        self.inside
            .as_ref()
            .is_some_and(|(_, _, per_sample)| *per_sample)
    }

    /// Whether a name was assigned.
    pub fn knows(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// What a name stands for.
    pub fn known(&self, name: &str) -> Option<Value> {
        self.names.get(name).cloned()
    }

    /// A sum with names that stand for terms only further down put in, such as a function's arguments.
    pub fn resolved(&self, parts: &[Part]) -> Vec<Part> {
        let mut all = Vec::new();
        for part in parts {
            let later = match &part.kind {
                Kind::Other(name) => self.known(&key(name)),
                _ => None,
            };
            match later {
                Some(Value::Sum(terms))
                    if terms
                        .iter()
                        .any(|t| t.kind.is_error() || t.kind == Kind::Kl) =>
                {
                    all.extend(terms.into_iter().map(|t| t.times(&part.scale)));
                }
                _ => all.push(part.clone()),
            }
        }
        all
    }

    /// What a function defined in the text comes to.
    pub fn function(&self, name: &str) -> Option<Value> {
        self.functions.get(name).cloned()
    }

    /// The value of an expression.
    pub fn value(&mut self, written: &Expr) -> Value {
        let text = written.text.as_str();
        let opaque = || Value::Opaque(short(text));
        match &written.kind {
            Written::Number(number) => Value::Scalar(Scale::number(*number)),
            Written::Text(_) | Written::Opaque => opaque(),
            Written::Name(_) | Written::Member(..) => self.named(text),
            Written::Index(of, index) => self.indexed(written, of, *index),
            Written::Call(function, arguments) => call(self, written, function, arguments),
            Written::Minus(inner) => self.value(inner).scaled(&Scale::number(-1.0), text),
            Written::List(items) => Value::Several(items.iter().map(|i| self.value(i)).collect()),
            Written::Binary(op, left, right) => {
                let texts = [left.text.as_str(), right.text.as_str()];
                let (a, b) = (self.value(left), self.value(right));
                match op {
                    Op::Add => a.plus(b, 1.0, text, texts),
                    Op::Subtract => a.plus(b, -1.0, text, texts),
                    Op::Multiply => a.by(b, text, texts),
                    Op::Divide => a.over(&b, text, texts),
                    Op::Power => match b {
                        Value::Scalar(p) => power(a, &p, text),
                        _ => opaque(),
                    },
                }
            }
        }
    }

    fn named(&self, text: &str) -> Value {
        let name = key(text);
        if let Some(scale) = words::size(&name) {
            return Value::Scalar(scale);
        }
        if matches!(
            name.as_str(),
            "np.pi" | "math.pi" | "torch.pi" | "jnp.pi" | "numpy.pi"
        ) {
            return Value::Scalar(Scale::number(std::f64::consts::PI));
        }
        self.known(&name)
            .unwrap_or_else(|| Value::Opaque(short(text)))
    }

    /// `x.shape[0]`, `tf.shape(x)[0]`, or an entry under a name.
    fn indexed(&mut self, written: &Expr, of: &Expr, index: Option<i64>) -> Value {
        let shaped = match &of.kind {
            Written::Member(x, name) if name == "shape" => Some(key(&x.text)),
            Written::Call(function, arguments) => match &function.kind {
                Written::Member(x, name) if name == "size" && arguments.is_empty() => {
                    Some(key(&x.text))
                }
                Written::Member(_, name) if name == "shape" || name == "int_shape" => {
                    arguments.first().map(|a| key(&a.value.text))
                }
                _ => None,
            },
            _ => None,
        };
        match (shaped, index) {
            (Some(_), Some(0)) => Value::Scalar(Scale::batch()),
            (Some(x), Some(1 | -1)) => Value::Scalar(along(&x)),
            _ => self.named(&written.text),
        }
    }
}

fn power(base: Value, exponent: &Scale, text: &str) -> Value {
    let whole = exponent
        .plain()
        .filter(|p| p.fract() == 0.0 && p.abs() < 10.0);
    match (base, exponent.plain()) {
        (base, Some(2.0)) => base.squared(text),
        (Value::Scalar(scale), Some(p)) => match (scale.plain(), whole) {
            (Some(number), _) => Value::Scalar(Scale::number(number.powf(p))),
            (None, Some(p)) => Value::Scalar(scale.to_the(p as i32)),
            _ => Value::Opaque(short(text)),
        },
        _ => Value::Opaque(short(text)),
    }
}
