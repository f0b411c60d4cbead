//! Powers, exponentials, logarithms and absolute values of sums.

use std::rc::Rc;

use super::factor::{Factor, near};
use super::linear::{LARGEST, Linear};
use super::term::{Base, State, Term, short};
use super::words;

/// What is added to a number only lest it be zero.
const TINY: f64 = 2e-4;

impl Linear {
    /// A power of it.
    pub fn to_the(&self, power: f64, text: &str) -> Option<Self> {
        if power == 0.0 {
            return Some(Self::number(1.0));
        }
        if self.terms.len() > 1 {
            let plain = self.without_tiny();
            if plain.terms.len() == 1 {
                return plain.to_the(power, text);
            }
            return plain.whole_to_the(power, text);
        }
        match self.terms.as_slice() {
            [] if power > 0.0 => Some(Self::default()),
            [] => None,
            [term] => {
                if let [(Base::Sum(inner, _), own)] = term.bases.as_slice()
                    && near(own * power, 1.0)
                    && term.state == inner.state()
                {
                    return Some(inner.scaled(term.factor.to_the(power)));
                }
                let sizes = term.bases.iter().all(|(b, _)| {
                    matches!(b, Base::Axis { .. } | Base::Named(_))
                        || matches!(b, Base::Sym(s) if !words::is_formula(&s.name))
                });
                if term.state == State::OPEN || power == -1.0 || sizes {
                    return term.to_the(power).map(Self::from);
                }
                // A power of a sum is no sum of powers.
                self.whole_to_the(power, text)
            }
            _ => self.whole_to_the(power, text),
        }
    }

    /// Whether its power is what was taken the root of.
    pub fn is_root_of(&self, power: f64) -> bool {
        match self.terms.as_slice() {
            [term] => {
                matches!(term.bases.as_slice(), [(Base::Sum(..), own)] if near(own * power, 1.0))
            }
            _ => power == 1.0,
        }
    }

    fn whole_to_the(&self, power: f64, text: &str) -> Option<Self> {
        if self.terms.len() > 1 {
            let (shared, base) = self.whole(text)?;
            let mut whole = shared.to_the(power)?;
            whole.bases.push((base, power));
            whole.state = self.state();
            return Some(whole.into());
        }
        if self.size() > LARGEST {
            return None;
        }
        let mut whole = Term::base(Base::Sum(Rc::new(self.clone()), short(text)));
        whole.bases[0].1 = power;
        whole.state = self.state();
        Some(whole.into())
    }

    /// The state of its first product.
    fn state(&self) -> State {
        let first = self.terms.iter().find(|t| !t.is_constant());
        first.map_or(State::OPEN, |t| t.state)
    }

    /// exp of it.
    pub fn exp(&self) -> Option<Self> {
        let mut out = Term::of(Factor::ONE);
        let mut rest = Self::default();
        for term in &self.terms {
            match term.bases.as_slice() {
                [] if term.factor.is_number() => out.factor.number *= term.factor.number.exp(),
                [(Base::Log(inner), power)] if *power == 1.0 && term.factor.is_number() => {
                    let power = inner.to_the(term.factor.number, &inner.name())?;
                    let [only] = power.terms.as_slice() else {
                        return None;
                    };
                    out = out.times(only);
                }
                _ => rest = rest.plus(&term.clone().into()),
            }
        }
        if !out.factor.number.is_finite() || rest.size() > LARGEST {
            return None;
        }
        if !rest.terms.is_empty() {
            let state = rest.state();
            let mut exp = Term::base(Base::Exp(Rc::new(rest)));
            exp.state = state;
            out = out.times(&exp);
        }
        Some(out.into())
    }

    /// The logarithm of it.
    pub fn log(&self, text: &str) -> Option<Self> {
        let inner = self.without_tiny();
        if inner.size() > LARGEST {
            return None;
        }
        let [term] = inner.terms.as_slice() else {
            if inner.terms.is_empty() {
                return None;
            }
            let (shared, base) = inner.whole(text)?;
            let Base::Sum(rest, _) = base else {
                return None;
            };
            // Only a positive number may be taken out.
            if shared.is_constant() && shared.factor == Factor::ONE {
                return Some(Self::log_of(inner.clone()));
            }
            if shared.factor.number <= 0.0 {
                return Some(Self::log_of(inner.clone()));
            }
            let out = Self::from(shared).log(text)?;
            return Some(out.plus(&Self::log_of((*rest).clone())));
        };
        if term.factor.number <= 0.0 {
            return None;
        }
        let mut out = Self::number(term.factor.number.ln());
        if !term.factor.is_number() {
            out = out.plus(&Self::named(&format!(
                "log({})",
                term.factor.sizes_in_words()
            )));
        }
        for (base, power) in &term.bases {
            let part = match base {
                Base::Exp(inner) => (**inner).clone(),
                Base::Sum(inner, _) => Self::log_of((**inner).clone()),
                other => {
                    let mut one = Term::base(other.clone());
                    one.state = term.state;
                    Self::log_of(one.into())
                }
            };
            out = out.plus(&part.scaled(Factor::number(*power)));
        }
        for own in &mut out.terms {
            own.remember(term);
        }
        Some(out)
    }

    fn log_of(inner: Self) -> Self {
        let state = inner.state();
        let mut log = Term::base(Base::Log(Rc::new(inner)));
        log.state = state;
        log.into()
    }

    /// Without numbers that are added only lest the rest be zero.
    pub fn without_tiny(&self) -> Self {
        let tiny =
            |t: &Term| t.is_constant() && t.factor.is_number() && t.factor.number.abs() <= TINY;
        if self.terms.iter().all(tiny) {
            return self.clone();
        }
        let mut out = self.clone();
        out.terms.retain(|t| !tiny(t));
        for term in out
            .terms
            .iter_mut()
            .filter(|t| t.is_constant() && t.factor.is_number())
        {
            let whole = term.factor.number.round();
            if whole != 0.0 && (term.factor.number - whole).abs() <= TINY {
                term.factor.number = whole;
            }
        }
        out
    }

    /// The absolute value, where it is an error or a number.
    pub fn abs(&self, text: &str) -> Option<Self> {
        if let Some(number) = self.as_number() {
            return Some(Self::number(number.abs()));
        }
        let (shared, base) = self.whole(text)?;
        if let Base::Sum(inner, text) = base
            && inner.is_difference()
        {
            let mut abs = Term::base(Base::Abs(inner, text));
            abs.factor = shared.factor;
            abs.factor.number = abs.factor.number.abs();
            let mut abs = abs.times(&Term {
                factor: Factor::ONE,
                ..shared
            });
            abs.state = self.state();
            return Some(abs.into());
        }
        match self.terms.as_slice() {
            [term] if matches!(term.bases.as_slice(), [(Base::Sym(s), p)] if *p == 1.0 && words::is_difference(&s.name)) =>
            {
                let mut abs = Term::base(Base::Abs(Rc::new(self.clone()), short(text)));
                abs.state = term.state;
                Some(abs.into())
            }
            _ => None,
        }
    }

    /// Whether it is a difference of two things that are not both means of a distribution.
    pub fn is_difference(&self) -> bool {
        let things: Vec<&Term> = self.terms.iter().filter(|t| !t.is_constant()).collect();
        let mean = |t: &&Term| {
            let named = |b: &(Base, f64)| matches!(&b.0, Base::Sym(s) if words::is_mean(&s.name));
            t.bases.iter().any(named)
        };
        let whole = things
            .iter()
            .all(|t| !t.is_term() && t.state == State::OPEN);
        let latent = |t: &&Term| {
            let named = |b: &(Base, f64)| matches!(&b.0, Base::Sym(s) if words::is_latent(&s.name) || words::is_log_variance(&s.name));
            t.bases.iter().any(named)
        };
        if things.len() == 1 {
            return matches!(things[0].bases.as_slice(), [(b @ Base::Sym(_), p)] if *p == 1.0 && b.is_difference());
        }
        things.len() > 1 && whole && !things.iter().all(mean) && !things.iter().any(latent)
    }
}
