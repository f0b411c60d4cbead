//! What a name stands for after something that may or may not have happened.

use std::collections::HashMap;
use std::rc::Rc;

use crate::convention::factor::near;
use crate::convention::linear::Linear;
use crate::convention::term::{Base, Term, short};
use crate::convention::value::{Seq, Value};

use super::Reader;

impl Reader<'_> {
    /// `taken` if a condition holds, else `other`. A factor that depends on it is named; which of two formulas is
    /// meant is assumed and said. With `strict` a term that may be missing is named as well.
    pub(super) fn either(
        &mut self,
        other: &Value,
        taken: Value,
        condition: &str,
        strict: bool,
    ) -> Value {
        let (Value::Linear(a), Value::Linear(b)) = (other, &taken) else {
            return self.either_whole(other, taken, condition, strict);
        };
        if a.same(b) {
            return taken;
        }
        if a.is_term() || b.is_term() {
            return Value::Linear(self.either_term(a, b, condition, strict));
        }
        if b.as_sym().is_some() && a.as_factor().is_none() {
            return taken;
        }
        // Parts of a formula: the one under the condition.
        if a.is_formula() || b.is_formula() {
            let chosen = if b.is_formula() { b } else { a };
            return Value::Linear(noted(chosen.clone(), condition));
        }
        Value::Linear(Linear::named(&format!(
            "{condition}: {} or {}",
            described(b),
            described(a)
        )))
    }

    fn either_whole(
        &mut self,
        other: &Value,
        taken: Value,
        condition: &str,
        strict: bool,
    ) -> Value {
        match (other, taken) {
            (Value::Seq(a), Value::Seq(b)) if a.items.len() == b.items.len() && self.step() => {
                let pairs = a.items.iter().zip(b.items.iter());
                let items: Vec<Value> = pairs
                    .take(64)
                    .map(|(a, b)| self.either(a, b.clone(), condition, strict))
                    .collect();
                Seq::new(items, b.array).map_or(Value::None, Value::Seq)
            }
            (Value::Dict(a), Value::Dict(b)) if self.step() => {
                let mut all: Vec<_> = (*b).clone();
                for (name, value) in a.iter().take(64) {
                    match all.iter_mut().find(|p| p.0 == *name) {
                        Some(pair) => {
                            pair.1 = self.either(value, pair.1.clone(), condition, strict);
                        }
                        None => all.push((name.clone(), value.clone())),
                    }
                }
                Value::Dict(Rc::new(all))
            }
            (other, Value::None) => other.clone(),
            (other, taken) if other.is_term() && !taken.is_term() => other.clone(),
            (_, taken) => taken.each(&mut |t| {
                if t.is_term() {
                    t.note(said(condition));
                }
            }),
        }
    }

    fn either_term(&mut self, a: &Linear, b: &Linear, condition: &str, strict: bool) -> Linear {
        let (chosen, rest) = if b.is_term() { (b, a) } else { (a, b) };
        let real = |l: &Linear| l.terms.iter().filter(|t| !t.is_constant()).count();
        if strict && real(rest) == 0 {
            return self.acted(std::slice::from_ref(chosen), condition);
        }
        // The same terms with other factors: what differs alike in all changes nothing.
        let mut ratios = Vec::new();
        for term in chosen.terms.iter().filter(|t| !t.is_constant()) {
            let known = |t: &&Term| match (t.known(), term.known()) {
                (Some(a), Some(b)) => a == b,
                (None, None) => t.same_bases(term),
                _ => false,
            };
            let Some(other) = rest.terms.iter().find(known) else {
                ratios.push(None);
                continue;
            };
            let same = other.state == term.state
                && other.same_bases(term)
                && other.factor.same_sizes(term.factor);
            ratios.push(Some(if same {
                term.factor.number / other.factor.number
            } else {
                f64::NAN
            }));
        }
        let all = ratios.iter().flatten();
        let alike = ratios.iter().all(Option::is_some)
            && (all.clone().all(|r| near(*r, ratios[0].unwrap_or(f64::NAN)))
                || all.clone().all(|r| r.is_nan()) && ratios.len() > 1);
        let mut out = chosen.clone();
        let mut at = 0;
        for term in &mut out.terms {
            if term.is_constant() {
                continue;
            }
            let differs = !alike || ratios.len() == 1;
            match ratios[at] {
                Some(ratio) if differs && !near(ratio, 1.0) => {
                    term.bases.push((Base::Named(short(condition)), 1.0));
                }
                Some(ratio) if near(ratio, 1.0) => {}
                _ => term.note(said(condition)),
            }
            at += 1;
        }
        out
    }

    /// The names after a block that may not have been run, `before` and `after` it.
    pub(super) fn join(
        &mut self,
        before: &HashMap<String, Value>,
        after: HashMap<String, Value>,
        condition: &str,
    ) -> HashMap<String, Value> {
        self.steps += after.len() / 4;
        let mut joined = HashMap::with_capacity(after.len());
        for (name, value) in after {
            let value = match before.get(&name) {
                Some(other) => self.either(other, value, condition, false),
                None => value,
            };
            joined.insert(name, value);
        }
        for (name, value) in before {
            joined.entry(name.clone()).or_insert_with(|| value.clone());
        }
        joined
    }

    /// The names after a loop whose rounds are not known: what was added in a round is added that often.
    pub(super) fn repeated(
        &mut self,
        before: &HashMap<String, Value>,
        after: HashMap<String, Value>,
        rounds: &str,
    ) -> HashMap<String, Value> {
        self.steps += after.len() / 4;
        let mut out = HashMap::with_capacity(after.len());
        for (name, value) in after {
            let value = match (before.get(&name), value) {
                (Some(Value::Linear(old)), Value::Linear(new)) => {
                    Value::Linear(grown(old, &new, rounds))
                }
                (Some(Value::Seq(old)), Value::Seq(new)) if new.items.len() > old.items.len() => {
                    let grown = new.items.iter().enumerate().map(|(at, item)| {
                        let mut many = |t: &mut Term| {
                            if at >= old.items.len() {
                                t.bases.push((Base::Named(short(rounds)), 1.0));
                            }
                        };
                        item.clone().each(&mut many)
                    });
                    Seq::new(grown.collect(), new.array).map_or(Value::None, Value::Seq)
                }
                (_, value) => value,
            };
            out.insert(name, value);
        }
        out
    }
}

fn grown(old: &Linear, new: &Linear, rounds: &str) -> Linear {
    let kept = old.as_number().is_some_and(|n| n == 0.0)
        || old.terms.iter().all(|t| {
            new.terms
                .iter()
                .any(|n| n.alike(t) && n.factor.same_sizes(t.factor))
        });
    let added = new.minus(old);
    if !kept || added.terms.is_empty() {
        return new.clone();
    }
    let factor = Term::base(Base::Named(short(rounds)));
    let mut out = old.clone();
    for term in &added.terms {
        out = out.plus(&term.times(&factor).into());
    }
    out
}

fn said(condition: &str) -> crate::convention::term::Name {
    format!("`{}` holds", short(condition)).into()
}

fn noted(mut linear: Linear, condition: &str) -> Linear {
    linear
        .terms
        .iter_mut()
        .for_each(|t| t.note(said(condition)));
    linear
}

fn described(linear: &Linear) -> String {
    match linear.as_number() {
        Some(number) => number.to_string(),
        None => linear.name().to_string(),
    }
}
