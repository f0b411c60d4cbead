//! Sums of products, and what can be done with them without knowing any value.

use std::rc::Rc;

use super::factor::{Factor, near};
use super::kl;
use super::term::{Base, Batch, Dims, Kind, Name, State, Sym, Term, short};
use super::words;

/// A sum of products.
#[derive(Debug, Clone, Default)]
pub(super) struct Linear {
    /// The products, no two alike.
    pub terms: Vec<Term>,
}

/// How numbers become one, and over what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct How {
    /// The mean, not the sum.
    pub mean: bool,
    /// Over a sample's own numbers.
    pub dims: bool,
    /// Over the batch.
    pub batch: bool,
}

/// Most products of a sum.
const MOST: usize = 48;
/// Most things in a sum that is taken whole.
const LARGEST: usize = 90;
/// What is added to a number only lest it be zero.
const TINY: f64 = 2e-4;

impl From<Term> for Linear {
    fn from(term: Term) -> Self {
        Self { terms: vec![term] }
    }
}

impl Linear {
    /// A number.
    pub fn number(value: f64) -> Self {
        Self::factor(Factor::number(value))
    }

    /// A known factor.
    pub fn factor(factor: Factor) -> Self {
        if factor.number == 0.0 {
            return Self::default();
        }
        Term::of(factor).into()
    }

    /// Something by its name.
    pub fn sym(sym: Sym) -> Self {
        Term::base(Base::Sym(sym)).into()
    }

    /// A factor that is only named.
    pub fn named(text: &str) -> Self {
        Term::base(Base::Named(short(text))).into()
    }

    /// A known term.
    pub fn known(kind: Kind, of: Name, number: f64, state: State) -> Self {
        let mut term = Term::base(Base::Known(kind, of)).scaled(Factor::number(number));
        term.state = state;
        term.into()
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        self.as_factor().filter(|f| f.is_number()).map(|f| f.number)
    }

    /// The known factor, if it is nothing else.
    pub fn as_factor(&self) -> Option<Factor> {
        match self.terms.as_slice() {
            [] => Some(Factor::number(0.0)),
            [term] if term.is_constant() => Some(term.factor),
            _ => None,
        }
    }

    /// The name alone, if it is one.
    pub fn as_sym(&self) -> Option<&Sym> {
        match self.terms.as_slice() {
            [term] if term.factor == Factor::ONE => match term.bases.as_slice() {
                [(Base::Sym(sym), power)] if *power == 1.0 => Some(sym),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a term of a loss is in it, or something named like one.
    pub fn is_term(&self) -> bool {
        self.terms.iter().any(Term::is_term)
    }

    /// Whether a term of a loss stands in it as a summand, not only within a factor.
    pub fn is_sum_of_terms(&self) -> bool {
        self.terms.iter().any(Term::is_summand)
    }

    /// Whether it is a formula, not just a factor: a term, or a part of one such as μ², log σ².
    pub fn is_formula(&self) -> bool {
        self.is_term()
            || self.terms.iter().any(|t| {
                t.bases.iter().any(|(base, power)| {
                    *power == 2.0 || matches!(base, Base::Exp(_) | Base::Log(_))
                })
            })
    }

    /// How many things it is made of.
    pub fn size(&self) -> usize {
        let bases = |t: &Term| t.bases.iter().map(|(b, _)| b.size()).sum::<usize>();
        self.terms.iter().map(|t| 1 + bases(t)).sum()
    }

    /// What it is called in a sentence.
    pub fn name(&self) -> Name {
        match self.terms.as_slice() {
            [] => "0".into(),
            [term] if term.factor == Factor::ONE => {
                let names: Vec<_> = term.bases.iter().map(|(b, _)| b.name()).collect();
                short(&names.join("·"))
            }
            terms => {
                let of = |t: &Term| t.bases.first().map(|(b, _)| b.name());
                let names: Vec<_> = terms.iter().filter_map(of).collect();
                short(&names.join(", "))
            }
        }
    }

    /// Whether both are the same.
    pub fn same(&self, other: &Self) -> bool {
        self.terms.len() == other.terms.len()
            && self.terms.iter().all(|t| {
                other
                    .terms
                    .iter()
                    .any(|o| t.factor.near(o.factor) && t.alike(o))
            })
    }

    /// Times a known factor.
    pub fn scaled(&self, factor: Factor) -> Self {
        if factor.number == 0.0 {
            // A term that is switched off stays, lest nobody hear of it.
            let mut off = Self::default();
            if self.is_term() {
                let zero = Term::base(Base::Named("a factor of zero".into()));
                off.terms = self.terms.iter().map(|t| t.times(&zero)).collect();
            }
            return off;
        }
        let terms = self.terms.iter().map(|t| t.clone().scaled(factor));
        Self {
            terms: terms.collect(),
        }
    }

    /// The sum.
    pub fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        for term in &other.terms {
            let alike = |t: &&mut Term| t.factor.same_sizes(term.factor) && t.alike(term);
            if let Some(own) = sum.terms.iter_mut().find(alike) {
                let before = own.factor.number.abs();
                own.factor.number += term.factor.number;
                for note in &term.notes {
                    own.note(note.clone());
                }
                if own.factor.number.abs() <= 1e-12 * before {
                    own.factor.number = 0.0;
                }
            } else {
                sum.terms.push(term.clone());
            }
        }
        sum.terms.retain(|t| t.factor.number != 0.0);
        sum
    }

    /// The difference.
    pub fn minus(&self, other: &Self) -> Self {
        self.plus(&other.scaled(Factor::number(-1.0)))
    }

    /// Whether it is more than can be followed.
    pub fn is_too_large(&self) -> bool {
        self.terms.len() > MOST || self.size() > 8 * LARGEST
    }

    /// Taken whole, with what all its products share taken out: `(shared, rest)`.
    fn whole(&self, text: &str) -> Option<(Term, Base)> {
        if self.size() > LARGEST {
            return None;
        }
        let first = self.terms.first()?;
        let mut shared = Term::of(Factor {
            number: first.factor.number,
            ..first.factor
        });
        if !self.terms.iter().all(|t| t.factor.same_sizes(first.factor)) {
            shared.factor = Factor::number(first.factor.number);
        }
        shared.bases = first
            .bases
            .iter()
            .filter(|b| !matches!(b.0, Base::Exp(_)))
            .filter(|b| self.terms.iter().all(|t| t.bases.contains(b)))
            .cloned()
            .collect();
        // exp(s) of every product alike.
        if let Some(exp) = first.bases.iter().find(|b| matches!(b.0, Base::Exp(_)))
            && self.terms.iter().all(|t| t.bases.contains(exp))
        {
            shared.bases.push(exp.clone());
        }
        let inverse = shared.to_the(-1.0)?;
        let rest = self.terms.iter().map(|t| Term {
            state: t.state,
            ..t.times(&inverse)
        });
        let rest = Self {
            terms: rest.collect(),
        };
        Some((shared, Base::Sum(Rc::new(rest), short(text))))
    }

    /// The product, where it can be followed; `text` is what it was written as.
    pub fn times(&self, other: &Self, texts: [&str; 2]) -> Option<Self> {
        for (factor, of) in [(self, other), (other, self)] {
            if let Some(known) = factor.as_factor() {
                let mut product = of.scaled(known);
                let notes = factor.terms.iter().flat_map(|t| &t.notes);
                for (note, term) in notes
                    .flat_map(|n| (0..product.terms.len()).map(move |at| (n, at)))
                    .collect::<Vec<_>>()
                {
                    product.terms[term].note(note.clone());
                }
                return Some(product);
            }
        }
        let (a, b) = (kl::settled(self.clone()), kl::settled(other.clone()));
        if a.terms.len() > 1 && b.terms.len() > 1 {
            if a.same(&b) {
                return a.to_the(2.0, texts[0]);
            }
            let whole = |l: &Self, text: &str| {
                let (shared, base) = l.whole(text)?;
                Some(Self::from(shared.times(&Term::base(base))))
            };
            if a.is_term() {
                return a.times(&whole(&b, texts[1])?, texts);
            }
            if b.is_term() {
                return whole(&a, texts[0])?.times(&b, texts);
            }
            if a.terms.len() * b.terms.len() > 12 {
                return whole(&a, texts[0])?.times(&whole(&b, texts[1])?, texts);
            }
        }
        // A factor in brackets stays whole where it multiplies a term.
        for (term, sum, text) in [(&a, &b, texts[1]), (&b, &a, texts[0])] {
            if term.terms.len() == 1 && term.is_term() && sum.terms.len() > 1 && !sum.is_term() {
                let (shared, base) = sum.whole(text)?;
                let factor = shared.times(&Term::base(base));
                return Some(term.terms[0].times(&factor).into());
            }
        }
        let mut product = Self::default();
        for own in &a.terms {
            for factor in &b.terms {
                product = product.plus(&own.times(factor).into());
            }
        }
        Some(product)
    }

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

    /// The quotient.
    pub fn over(&self, other: &Self, texts: [&str; 2]) -> Option<Self> {
        if let Some(factor) = other.as_factor() {
            if factor.number == 0.0 {
                return None;
            }
            let mut inverse = other.clone();
            for term in &mut inverse.terms {
                term.factor = Factor::ONE.over(term.factor);
            }
            return self.times(&inverse, texts);
        }
        self.times(&other.to_the(-1.0, texts[1])?, texts)
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
            for note in &term.notes {
                own.note(note.clone());
            }
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
            let named = |b: &(Base, f64)| matches!(&b.0, Base::Sym(s) if words::is_latent(&s.name));
            t.bases.iter().any(named)
        };
        if things.len() == 1 {
            return matches!(things[0].bases.as_slice(), [(b @ Base::Sym(_), p)] if *p == 1.0 && b.is_difference());
        }
        things.len() > 1
            && whole
            && !things.iter().all(mean)
            && !(things.iter().any(mean) && things.iter().any(latent))
    }

    /// Its sum or mean.
    pub fn reduced(&self, how: How) -> Self {
        let mut out = kl::settled(self.clone());
        let known =
            |t: &Term| t.known().is_some() || t.bases.iter().any(|(b, _)| b.is_difference());
        let open = |pick: fn(State) -> bool| out.terms.iter().any(|t| known(t) && pick(t.state));
        let spreads = [
            !how.mean && how.batch && open(|s| s.batch == Batch::Open),
            !how.mean && how.dims && open(|s| s.dims == Dims::Open),
        ];
        for term in &mut out.terms {
            term.reduce(how, spreads);
        }
        // What differed only in its state may have become alike.
        Self::default().plus(&out)
    }
}

impl Term {
    /// Reduces it, as far as it is not yet. A number that is one for all stands once in every place of a sum:
    /// `spreads` says whether there are such places, in the batch and in a sample.
    fn reduce(&mut self, how: How, spreads: [bool; 2]) {
        if self.is_constant() {
            return;
        }
        let known = self.known().is_some();
        if how.batch {
            if self.state.batch == Batch::Open {
                self.state.batch = if how.mean { Batch::Mean } else { Batch::Sum };
            } else if spreads[0] && known {
                self.factor.batch += 1.0;
                self.note(
                    "a term that is one number for the batch is added to every sample".into(),
                );
            }
        }
        if !how.dims {
            return;
        }
        match self.state.dims {
            Dims::Open => self.state.dims = if how.mean { Dims::Mean } else { Dims::Sum },
            Dims::Last if how.mean => self.state.dims = Dims::Mean,
            Dims::Last if how.batch => {
                self.note("flat pictures, whose last axis is all pixels".into());
                self.state.dims = Dims::Mean;
            }
            Dims::Last => {
                self.note("one channel, as Keras' losses average over the last axis".into());
                self.state.dims = Dims::Sum;
            }
            Dims::Sum | Dims::Mean => {
                if spreads[1] && known {
                    let text = "the numbers that a term per sample is added to before a sum";
                    self.bases.push((Base::Named(text.into()), 1.0));
                }
            }
        }
    }
}
