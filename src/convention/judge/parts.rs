//! A sum taken apart: reconstruction terms, KLs, and the rest.

use crate::convention::factor::Factor;
use crate::convention::kl;
use crate::convention::linear::Linear;
use crate::convention::sides::Uses;
use crate::convention::term::{Base, Batch, Dims, Kind, Name, Term};
use crate::convention::words;

/// A term that was recognised, or is only known by its name.
pub(super) struct Piece {
    /// The product it stands in.
    pub term: Term,
    /// What it is; `None` if only its name is known.
    pub kind: Option<Kind>,
    /// Whether the code says how it is computed.
    pub read: bool,
    /// Whether it is a KL, not an error.
    pub is_kl: bool,
    /// What it is called or of what it is.
    pub name: Name,
    /// Factors without a number.
    pub named: Vec<(Base, f64)>,
    /// The part of the data that it is taken over, and whether it is some of the samples.
    pub part: Option<(Name, bool)>,
    /// Sizes that stand among the factors as lengths of axes.
    axes: Factor,
}

/// A sum taken apart.
pub(super) struct Parts {
    pieces: Vec<Piece>,
    rest: Vec<Term>,
}

impl Parts {
    /// Takes a sum apart.
    pub fn of(sum: &Linear, uses: &Uses) -> Self {
        let mut parts = Self {
            pieces: Vec::new(),
            rest: Vec::new(),
        };
        for term in kl::settled(sum.clone()).terms {
            match Piece::of(&term, uses) {
                Some(piece) => parts.pieces.push(piece),
                // Numbers and sizes change nothing.
                None if term
                    .bases
                    .iter()
                    .all(|(b, _)| matches!(b, Base::Axis { .. })) => {}
                None => parts.rest.push(term),
            }
        }
        parts
    }

    /// The reconstruction term: one that was read before one that only has a name.
    pub fn error(&self) -> Option<&Piece> {
        self.first(false)
    }

    /// The KL, likewise.
    pub fn kl(&self) -> Option<&Piece> {
        self.first(true)
    }

    fn first(&self, kl: bool) -> Option<&Piece> {
        let all = || self.pieces.iter().filter(move |p| p.is_kl == kl);
        all().find(|p| p.read).or_else(|| all().next())
    }

    /// Every term that was recognised.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// How many products there are.
    pub fn count(&self) -> usize {
        self.pieces.len() + self.rest.len()
    }

    /// What was not recognised.
    pub fn rest_sum(&self) -> Linear {
        Linear {
            terms: self.rest.clone(),
        }
    }
}

impl Piece {
    fn of(term: &Term, uses: &Uses) -> Option<Self> {
        let (at, kind, name) = main(term)?;
        let mut term = term.clone();
        let mut part = None;
        match &term.bases[at].0 {
            Base::Known(_, of) => part = uses.errors.get(of).cloned(),
            Base::Sum(inner, _) | Base::Abs(inner, _) => {
                let common = uses.common(inner);
                let power = if kind == Some(Kind::Squared) {
                    2.0
                } else {
                    1.0
                };
                term.factor = term.factor.times(common.factor.to_the(power));
                common.notes.into_iter().for_each(|n| term.note(n));
                common.doubts.into_iter().for_each(|n| term.doubt(n));
                part = common.part;
            }
            _ => {}
        }
        let read = kind.is_some();
        let is_kl = match &kind {
            Some(kind) => matches!(kind, Kind::Kl(..)),
            None => words::is_kl(&name),
        };
        let mut named: Vec<(Base, f64)> = term.bases.clone();
        named.remove(at);
        let axes = axes(&mut named);
        Some(Self {
            term,
            kind,
            read,
            is_kl,
            name,
            named,
            part,
            axes,
        })
    }

    /// Its factor with what was left open closed: the batch averaged, Keras' last axis averaged, the rest summed.
    pub fn closed(&self) -> Factor {
        let mut factor = self.term.factor.times(self.axes);
        let state = self.term.state;
        let over = match state.dims {
            Dims::Open | Dims::Sum => 0.0,
            Dims::Last | Dims::Mean => -1.0,
        };
        if self.read {
            if self.is_kl {
                factor.latents += over;
            } else {
                factor.pixels += over;
            }
        } else if !self.is_kl {
            // What only has a name is taken for a mean.
            factor.pixels -= 1.0;
        }
        if state.batch != Batch::Sum {
            factor.batch -= 1.0;
        }
        factor
    }

    /// Whether both are the same term with the same factor.
    pub fn same(&self, other: &Self) -> bool {
        self.is_kl == other.is_kl
            && self.term.factor.near(other.term.factor)
            && self.term.alike(&other.term)
    }

    /// Whether the same things multiply both.
    pub fn same_factors(&self, other: &Self) -> bool {
        self.named.len() == other.named.len() && self.named.iter().all(|n| other.named.contains(n))
    }

    /// Whether both are to a prior of the same variance.
    pub fn same_prior(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Some(Kind::Kl(a, _)), Some(Kind::Kl(b, _))) => a == b,
            _ => false,
        }
    }
}

/// The term in a product: its place, what it is, and of what.
fn main(term: &Term) -> Option<(usize, Option<Kind>, Name)> {
    for (at, (base, power)) in term.bases.iter().enumerate() {
        if let (Base::Known(kind, of), 1.0) = (base, *power)
            && (kind.is_error() || matches!(kind, Kind::Kl(..)))
        {
            return Some((at, Some(kind.clone()), of.clone()));
        }
    }
    for (at, (base, power)) in term.bases.iter().enumerate() {
        if *power == 2.0 && base.is_difference() {
            return Some((at, Some(Kind::Squared), base.name()));
        }
        if *power == 1.0 && matches!(base, Base::Abs(..)) {
            return Some((at, Some(Kind::Absolute), base.name()));
        }
    }
    for (at, (base, power)) in term.bases.iter().enumerate() {
        if let (Base::Sym(sym), 1.0) = (base, *power)
            && (words::is_kl(&sym.name) || words::may_be_error(&sym.name))
        {
            return Some((at, None, sym.name.clone()));
        }
    }
    None
}

/// Takes the lengths of axes out of factors: all behind the first are d, or κ of what are latents.
fn axes(named: &mut Vec<(Base, f64)>) -> Factor {
    let mut out = Factor::ONE;
    while let Some((of, power, latents)) = named.iter().find_map(|(b, p)| match b {
        Base::Axis {
            of,
            index: 1,
            latents,
        } => Some((of.clone(), *p, *latents)),
        _ => None,
    }) {
        let whole: Vec<usize> = (0..named.len())
            .filter(|at| match &named[*at] {
                (Base::Axis { of: own, .. }, p) => *own == of && *p == power,
                _ => false,
            })
            .collect();
        let size = if latents {
            Factor::LATENTS
        } else {
            Factor::PIXELS
        };
        out = out.times(size.to_the(power));
        for at in whole.into_iter().rev() {
            named.remove(at);
        }
    }
    out
}
