//! One product: a known factor times what stands in the code.

use std::rc::Rc;

use super::factor::Factor;
use super::linear::Linear;
use super::words;

/// A name or a piece of code, shared by all that came of it.
pub(super) type Name = Rc<str>;

/// A piece of code, cut to what fits in a sentence, on one line.
pub(super) fn short(text: &str) -> Name {
    const LONGEST: usize = 48;
    let mut out = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
            count += 1;
        }
        for c in word.chars() {
            if count >= LONGEST {
                out.push('…');
                return out.into();
            }
            out.push(c);
            count += 1;
        }
    }
    out.into()
}

/// Something whose value the code does not give.
#[derive(Debug, Clone)]
pub(super) struct Sym {
    /// What tells it from others.
    pub id: u32,
    /// What it is called.
    pub name: Name,
}

/// The prior that a KL is taken to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prior {
    /// Its variance, as far as it is a number.
    pub variance: f64,
    /// What else its variance is made of.
    pub unread: Option<Name>,
}

impl Prior {
    /// N(0, 1).
    pub fn standard() -> Self {
        Self {
            variance: 1.0,
            unread: None,
        }
    }
}

/// What a term that is known measures.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// (x − x̂)².
    Squared,
    /// −x log x̂ − (1 − x) log(1 − x̂).
    Bernoulli,
    /// |x − x̂|.
    Absolute,
    /// ½ (μ²/η² + σ²/η² − log(σ²/η²) − 1); true if it is estimated at a sample of z.
    Kl(Prior, bool),
    /// log q(z|x) at a sample of z.
    LogPosterior,
    /// log p(z) at a sample of z.
    LogPrior(Prior),
    /// A reconstruction term of another decoder.
    OtherError,
}

impl Kind {
    /// Whether it is a reconstruction term.
    pub fn is_error(&self) -> bool {
        matches!(
            self,
            Self::Squared | Self::Bernoulli | Self::Absolute | Self::OtherError
        )
    }
}

/// What a product is made of.
#[derive(Debug, Clone)]
pub(super) enum Base {
    /// Something by its name.
    Sym(Sym),
    /// A term that is known, and of what.
    Known(Kind, Name),
    /// A sum taken whole.
    Sum(Rc<Linear>, Name),
    /// exp of a sum.
    Exp(Rc<Linear>),
    /// The logarithm of a sum or of one thing.
    Log(Rc<Linear>),
    /// The absolute value of a sum.
    Abs(Rc<Linear>, Name),
    /// The length of an axis behind the first.
    Axis {
        /// Of what.
        of: Name,
        /// Which.
        index: u8,
        /// Whether it is of latents, not of pixels.
        latents: bool,
    },
    /// A factor that is named and nothing else is known of.
    Named(Name),
}

impl PartialEq for Base {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sym(a), Self::Sym(b)) => a.id == b.id,
            (Self::Known(a, of), Self::Known(b, other)) => a == b && of == other,
            (Self::Sum(a, _), Self::Sum(b, _))
            | (Self::Exp(a), Self::Exp(b))
            | (Self::Log(a), Self::Log(b))
            | (Self::Abs(a, _), Self::Abs(b, _)) => Rc::ptr_eq(a, b) || a.same(b),
            (
                Self::Axis { of, index, .. },
                Self::Axis {
                    of: other,
                    index: at,
                    ..
                },
            ) => of == other && index == at,
            (Self::Named(a), Self::Named(b)) => a == b,
            _ => false,
        }
    }
}

impl Base {
    /// What it is called in a sentence.
    pub fn name(&self) -> Name {
        match self {
            Self::Sym(sym) => sym.name.clone(),
            Self::Known(kind, of) => match kind {
                Kind::Squared => format!("the squared error of {of}").into(),
                Kind::Bernoulli => format!("the cross-entropy of {of}").into(),
                Kind::Absolute => format!("the absolute error of {of}").into(),
                Kind::Kl(..) => "a KL".into(),
                Kind::LogPosterior => "log q(z)".into(),
                Kind::LogPrior(_) => "log p(z)".into(),
                Kind::OtherError => of.clone(),
            },
            Self::Sum(_, text) | Self::Abs(_, text) | Self::Named(text) => text.clone(),
            Self::Exp(inner) => short(&format!("exp({})", inner.name())),
            Self::Log(inner) => short(&format!("log({})", inner.name())),
            Self::Axis { of, index, .. } => format!("{of}.shape[{index}]").into(),
        }
    }

    /// How many things it is made of.
    pub fn size(&self) -> usize {
        match self {
            Self::Sum(l, _) | Self::Exp(l) | Self::Log(l) | Self::Abs(l, _) => 1 + l.size(),
            _ => 1,
        }
    }

    /// Whether it is a difference of two things that are not both means of a distribution.
    pub fn is_difference(&self) -> bool {
        match self {
            Self::Sum(inner, _) => inner.is_difference(),
            Self::Sym(sym) => words::is_difference(&sym.name),
            _ => false,
        }
    }

    /// Whether it holds a term of a loss somewhere.
    fn holds_term(&self) -> bool {
        match self {
            Self::Known(..) => true,
            Self::Sum(l, _) | Self::Exp(l) | Self::Log(l) | Self::Abs(l, _) => {
                l.terms.iter().any(Term::is_term)
            }
            Self::Sym(sym) => words::is_kl(&sym.name) || words::is_error(&sym.name),
            _ => false,
        }
    }
}

/// What of a sample's own numbers a term still has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dims {
    /// All of them.
    Open,
    /// All but the last axis, over which Keras' losses take their mean.
    Last,
    /// None: their sum.
    Sum,
    /// None: their mean.
    Mean,
}

/// What of the batch a term still has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Batch {
    /// All of it.
    Open,
    /// Its sum.
    Sum,
    /// Its mean.
    Mean,
}

/// How far a term is reduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    /// Over the numbers of a sample.
    pub dims: Dims,
    /// Over the batch.
    pub batch: Batch,
}

impl State {
    /// Element by element.
    pub const OPEN: Self = Self {
        dims: Dims::Open,
        batch: Batch::Open,
    };
    /// One number per sample, a sum over its own.
    pub const PER_SAMPLE: Self = Self {
        dims: Dims::Sum,
        batch: Batch::Open,
    };

    fn rank(self) -> u8 {
        u8::from(self.dims != Dims::Open) + u8::from(self.batch != Batch::Open)
    }
}

/// One product.
#[derive(Debug, Clone)]
pub(super) struct Term {
    /// What of it is known.
    pub factor: Factor,
    /// What else, each with its power.
    pub bases: Vec<(Base, f64)>,
    /// How far it is reduced.
    pub state: State,
    /// Whether no gradient flows through it.
    pub detached: bool,
    /// What was taken for granted on the way.
    pub notes: Vec<Name>,
    /// What could not be placed on the way, one sentence each: with any of it there is no β.
    pub doubts: Vec<Name>,
}

/// Most remarks kept with a term.
const REMARKS: usize = 8;

impl Term {
    /// A factor alone.
    pub fn of(factor: Factor) -> Self {
        Self {
            factor,
            bases: Vec::new(),
            state: State::OPEN,
            detached: false,
            notes: Vec::new(),
            doubts: Vec::new(),
        }
    }

    /// One thing.
    pub fn base(base: Base) -> Self {
        Self {
            bases: vec![(base, 1.0)],
            ..Self::of(Factor::ONE)
        }
    }

    /// Times a known factor.
    pub fn scaled(mut self, factor: Factor) -> Self {
        self.factor = self.factor.times(factor);
        self
    }

    /// Whether anything was summed or averaged in it.
    pub fn is_reduced(&self) -> bool {
        self.state != State::OPEN
    }

    /// Whether nothing but a known factor is in it.
    pub fn is_constant(&self) -> bool {
        self.bases.is_empty()
    }

    /// The term that is known in it.
    pub fn known(&self) -> Option<(&Kind, &Name)> {
        self.bases.iter().find_map(|(base, power)| match base {
            Base::Known(kind, of) if *power == 1.0 => Some((kind, of)),
            _ => None,
        })
    }

    /// Whether it is a term of a loss, or named like one, rather than a factor or a part of a formula.
    pub fn is_term(&self) -> bool {
        self.bases.iter().any(|(base, power)| {
            base.holds_term()
                || (*power == 2.0 && base.is_difference())
                || matches!(base, Base::Abs(..))
        })
    }

    /// Whether it is a term of a loss itself, not only a factor that holds one.
    pub fn is_summand(&self) -> bool {
        self.bases.iter().any(|(base, power)| match base {
            Base::Known(..) | Base::Abs(..) => true,
            Base::Sym(sym) => words::is_kl(&sym.name) || words::is_error(&sym.name),
            Base::Sum(..) if *power == 2.0 && base.is_difference() => true,
            Base::Sum(..) => base.holds_term() && *power == 1.0,
            _ => false,
        })
    }

    /// Remembers a remark.
    pub fn note(&mut self, text: Name) {
        if !self.notes.contains(&text) && self.notes.len() < REMARKS {
            self.notes.push(text);
        }
    }

    /// Remembers what could not be placed.
    pub fn doubt(&mut self, text: Name) {
        if !self.doubts.contains(&text) && self.doubts.len() < REMARKS {
            self.doubts.push(text);
        }
    }

    /// Remembers what another product does.
    pub fn remember(&mut self, other: &Self) {
        other.notes.iter().for_each(|n| self.note(n.clone()));
        other.doubts.iter().for_each(|n| self.doubt(n.clone()));
    }

    /// Whether the products are the same but for their factors.
    pub fn alike(&self, other: &Self) -> bool {
        self.state == other.state && self.detached == other.detached && self.same_bases(other)
    }

    /// Whether the same things are in both, to the same powers.
    pub fn same_bases(&self, other: &Self) -> bool {
        self.bases.len() == other.bases.len()
            && self
                .bases
                .iter()
                .all(|b| other.bases.iter().any(|o| b.1 == o.1 && b.0 == o.0))
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Self {
        let state = self.state_with(other);
        let mut product = Self {
            factor: self.factor.times(other.factor),
            bases: self.bases.clone(),
            state,
            detached: self.detached || other.detached,
            notes: self.notes.clone(),
            doubts: self.doubts.clone(),
        };
        product.remember(other);
        let reduced = self.state.rank() > 0 && other.state.rank() > 0;
        for (base, _) in &other.bases {
            // The product of two sums is no sum of products.
            if reduced && self.bases.iter().any(|(own, _)| own == base) {
                let whole = Linear {
                    terms: vec![other.clone()],
                };
                let base = Base::Sum(Rc::new(whole), base.name());
                product.bases.push((base, 1.0));
                return product;
            }
        }
        for (base, power) in &other.bases {
            product.push(base.clone(), *power);
        }
        product
    }

    /// Whether it is one number for all: what it holds was reduced before it was made.
    fn is_scalar(&self) -> bool {
        self.bases.iter().all(|(base, _)| match base {
            Base::Sum(inner, _) => inner.terms.iter().all(|t| t.state.rank() > 0),
            _ => false,
        })
    }

    fn state_with(&self, other: &Self) -> State {
        if self.is_constant() {
            return other.state;
        }
        if other.is_constant() {
            return self.state;
        }
        match (self.is_scalar(), other.is_scalar()) {
            (true, false) => return other.state,
            (false, true) => return self.state,
            _ => {}
        }
        match (self.is_summand(), other.is_summand()) {
            (true, false) => self.state,
            (false, true) => other.state,
            _ if other.state.rank() > self.state.rank() => other.state,
            _ => self.state,
        }
    }

    /// Multiplies by a power of something.
    fn push(&mut self, base: Base, power: f64) {
        if let Base::Exp(inner) = &base {
            let inner = inner.scaled(Factor::number(power));
            let at = self
                .bases
                .iter()
                .position(|(b, _)| matches!(b, Base::Exp(_)));
            let whole = match at {
                Some(at) => match self.bases.swap_remove(at) {
                    (Base::Exp(own), p) => own.scaled(Factor::number(p)).plus(&inner),
                    _ => inner,
                },
                None => inner,
            };
            if !whole.terms.is_empty() {
                self.bases.push((Base::Exp(Rc::new(whole)), 1.0));
            }
            return;
        }
        if let Some(at) = self.bases.iter().position(|(b, _)| *b == base) {
            self.bases[at].1 += power;
            if self.bases[at].1.abs() < 1e-12 {
                self.bases.remove(at);
            }
        } else {
            self.bases.push((base, power));
        }
    }

    /// A power of it; `None` where it has none.
    pub fn to_the(&self, power: f64) -> Option<Self> {
        if self.factor.number < 0.0 && power.fract() != 0.0 {
            return None;
        }
        let mut out = Self {
            factor: self.factor.to_the(power),
            bases: Vec::new(),
            ..self.clone()
        };
        for (base, own) in &self.bases {
            out.push(base.clone(), own * power);
        }
        Some(out)
    }
}
