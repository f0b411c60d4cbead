//! Sums of products, and what can be done with them without knowing any value.

use std::rc::Rc;

use super::factor::Factor;
use super::kl;
use super::term::{Base, Kind, Name, State, Sym, Term, short};

/// A sum of products.
#[derive(Debug, Clone, Default)]
pub(super) struct Linear {
    /// The products, no two alike.
    pub terms: Vec<Term>,
}

/// Most products of a sum.
const MOST: usize = 48;
/// Most things in a sum that is taken whole.
pub(super) const LARGEST: usize = 90;
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
                own.remember(term);
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
    pub(super) fn whole(&self, text: &str) -> Option<(Term, Base)> {
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
                for own in &mut product.terms {
                    factor.terms.iter().for_each(|t| own.remember(t));
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
}
