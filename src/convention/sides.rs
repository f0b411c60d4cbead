//! The two sides of a reconstruction error: the factor that both have, and whether they are data and a reconstruction.

use std::collections::HashMap;

use super::factor::{Factor, near};
use super::linear::Linear;
use super::term::{Base, Name, Sym, Term, short};
use super::words;

/// What the snippet does with the things that stand in an error, by their symbols.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// What a network of the snippet is given, with the factor it is given with.
    pub given: Vec<(Vec<(Base, f64)>, Factor)>,
    /// What a function that is not in the snippet returns, by the function's name.
    pub made: HashMap<u32, Name>,
    /// Parts of a tensor, and whether they are some of the samples rather than some of the numbers of each.
    pub parts: HashMap<u32, (Name, bool)>,
    /// Errors of libraries that are taken over a part of the data, by what they are of.
    pub errors: HashMap<Name, (Name, bool)>,
}

/// What the sides of an error have in common.
#[derive(Debug, Clone)]
pub(super) struct Common {
    /// The factor of both.
    pub factor: Factor,
    /// What is taken for granted.
    pub notes: Vec<Name>,
    /// What cannot be placed.
    pub doubts: Vec<Name>,
    /// The part of the data that the error is taken over, and whether it is some of the samples.
    pub part: Option<(Name, bool)>,
}

/// The terms of a difference that are more than numbers.
fn things(difference: &Linear) -> Vec<&Term> {
    let all = difference.terms.iter();
    all.filter(|t| !t.is_constant()).collect()
}

/// The thing itself, if a product is nothing but a number times it.
fn thing(term: &Term) -> Option<&Sym> {
    match term.bases.as_slice() {
        [(Base::Sym(sym), power)] if *power == 1.0 => Some(sym),
        _ => None,
    }
}

fn has(term: &Term, is: impl Fn(&str) -> bool) -> bool {
    let named = |b: &(Base, f64)| matches!(&b.0, Base::Sym(s) if is(&s.name));
    term.bases.iter().any(named)
}

/// Whether a difference is of latents, or of numbers that stand for many, and so of no data.
pub(super) fn is_of_no_data(difference: &Linear) -> bool {
    let things = things(difference);
    let latent = |t: &&Term| has(t, |n| words::is_latent(n) || words::is_log_variance(n));
    let mean = |t: &&Term| has(t, words::is_mean);
    let alone = things.len() == 1 && !things[0].bases.iter().any(|(b, _)| b.is_difference());
    things.iter().any(latent)
        || things.iter().all(mean)
        || alone
        || things.iter().any(|t| t.is_reduced() || t.known().is_some())
}

/// Most things that are remembered.
const MOST: usize = 256;

impl Uses {
    /// Remembers what a function that is not in the snippet is given.
    pub fn give(&mut self, value: &Linear) {
        for term in things(value) {
            let scaled = !term.factor.near(Factor::ONE) || term.bases.len() > 1;
            if scaled && !term.is_reduced() && !term.is_term() && self.given.len() < MOST {
                self.given.push((term.bases.clone(), term.factor));
            }
        }
    }

    /// What the sides of a difference have in common.
    pub fn common(&self, difference: &Linear) -> Common {
        let mut out = Common {
            factor: Factor::ONE,
            notes: Vec::new(),
            doubts: Vec::new(),
            part: None,
        };
        let things = things(difference);
        let factors: Vec<Factor> = things.iter().map(|t| self.factor(t)).collect();
        let Some(first) = factors.first() else {
            return out;
        };
        let size = |f: &Factor| Factor {
            number: f.number.abs(),
            ..*f
        };
        let opposite = |f: &[Factor]| f.len() != 2 || f[0].number * f[1].number < 0.0;
        if factors.iter().all(|f| size(f).near(size(first))) && opposite(&factors) {
            out.factor = size(first);
        } else if let Some((factor, note)) = self.by_a_network(&things, &factors) {
            out.factor = factor;
            out.notes.push(note);
        } else {
            out.doubts.push(different(&things, &factors));
        }
        self.one_sided(&things, &mut out);
        self.parts(&things, &mut out);
        self.features(&things, &mut out);
        out
    }

    /// Names factors without a number that only one side has: `w*a` beside `b`, `(x − m)/s` beside `r`.
    fn one_sided(&self, things: &[&Term], out: &mut Common) {
        let shared = |b: &(Base, f64)| things.iter().all(|t| t.bases.contains(b));
        let made = |t: &Term| {
            let of =
                |b: &(Base, f64)| matches!(&b.0, Base::Sym(s) if self.made.contains_key(&s.id));
            t.bases.iter().any(of)
        };
        for own in things
            .iter()
            .filter(|t| things.len() > 1 && !self.is_given(t))
        {
            let factors: Vec<_> = own.bases.iter().filter(|b| !shared(b)).collect();
            let divided = factors.iter().any(|b| b.1 < 0.0);
            if factors.len() < 2 || things.len() > 2 && !divided {
                continue;
            }
            let plain = |t: &&&Term| std::ptr::eq(**t, *own) || thing(t).is_some();
            if made(own) && things.iter().all(|t| plain(&t)) {
                let text = format!("{}, a product, is the reconstruction", name(own));
                out.notes.push(text.into());
            } else {
                let text = format!(
                    "{}: a factor that the other side of the error has not",
                    name(own)
                );
                out.doubts.push(text.into());
            }
        }
    }

    /// Whether a network of the snippet is given it.
    fn is_given(&self, term: &Term) -> bool {
        self.given.iter().any(|(bases, _)| {
            bases.len() == term.bases.len() && bases.iter().all(|b| term.bases.contains(b))
        })
    }

    /// The factor of a side, 1 for what a network of the snippet is given.
    fn factor(&self, term: &Term) -> Factor {
        let same = |bases: &[(Base, f64)]| {
            bases.len() == term.bases.len() && bases.iter().all(|b| term.bases.contains(b))
        };
        let mut given = self.given.iter().filter(|(bases, _)| same(bases));
        match given.next() {
            Some((_, first)) if given.all(|(_, f)| f.near(*first)) => term.factor.over(*first),
            _ => term.factor,
        }
    }

    /// What is to be said of factors of the two sides of a cross-entropy: none of them is one of the term.
    pub fn probabilities(&self, sides: [&Linear; 2], out: &mut Common) {
        let both: Vec<&Term> = sides.iter().flat_map(|s| things(s)).collect();
        self.one_sided(&both, out);
        let named = |t: &&&Term| thing(t).is_none() && !self.is_given(t);
        let shared = |b: &&(Base, f64)| both.iter().all(|t| t.bases.contains(b));
        if let Some(term) = both.iter().find(named)
            && let Some((factor, _)) = term.bases.iter().find(shared)
        {
            let text = format!(
                "`{}`, a factor of both sides of a cross-entropy",
                factor.name()
            );
            out.doubts.push(text.into());
        }
        let scales: Vec<(Factor, f64)> = sides
            .iter()
            .map(|side| {
                let offset = side.terms.iter().find(|t| t.is_constant());
                let factor = things(side).first().map_or(Factor::ONE, |t| self.factor(t));
                (factor, offset.map_or(0.0, |t| t.factor.number))
            })
            .collect();
        let is_one = |s: &(Factor, f64)| s.0.near(Factor::ONE);
        if scales.iter().all(is_one) {
            return;
        }
        let names = sides.map(|s| format!("`{}`", s.name())).join(" and ");
        let to_unit = |s: &(Factor, f64)| {
            let (number, offset) = (s.0.number, s.1);
            s.0.is_number()
                && (offset == 0.0 && [255.0, 256.0].iter().any(|n| near(number * n, 1.0))
                    || near(number, 0.5) && near(offset, 0.5))
        };
        if scales.iter().filter(|s| !is_one(s)).count() == 1 && scales.iter().any(to_unit) {
            out.notes.push(
                format!("one of {names} is scaled to numbers between 0 and 1: those are the data")
                    .into(),
            );
        } else {
            out.doubts.push(
                format!("a factor of {names}: in a cross-entropy it is no factor of the term")
                    .into(),
            );
        }
    }

    /// A factor of what a network returns is part of the network, where the other side has none.
    fn by_a_network(&self, things: &[&Term], factors: &[Factor]) -> Option<(Factor, Name)> {
        let [a, b] = things else { return None };
        for (own, other, at) in [(a, b, 0), (b, a, 1)] {
            let output = |t: &Term| thing(t).is_some_and(|s| self.made.contains_key(&s.id));
            let plain = factors[1 - at].is_number() && near(factors[1 - at].number.abs(), 1.0);
            if output(own) && !output(other) && plain && factors[at].is_number() {
                let name = thing(own).map(|s| s.name.clone())?;
                let text = format!(
                    "`{name}` times {} is the reconstruction",
                    rounded(factors[at].number.abs())
                );
                return Some((Factor::ONE, text.into()));
            }
        }
        None
    }

    /// Whether both sides are parts of something.
    fn parts(&self, things: &[&Term], out: &mut Common) {
        let part = |t: &&Term| {
            let syms = t.bases.iter().filter_map(|(b, _)| match b {
                Base::Sym(s) => self.parts.get(&s.id),
                _ => None,
            });
            syms.into_iter().next().cloned()
        };
        let parts: Option<Vec<_>> = things.iter().map(part).collect();
        out.part = parts.and_then(|all| {
            let pixels = all.iter().find(|p| !p.1).or_else(|| all.first());
            pixels.cloned()
        });
    }

    /// Whether both sides went through the same unknown function.
    fn features(&self, things: &[&Term], out: &mut Common) {
        let bent = |t: &&Term| {
            t.bases.iter().any(|(base, power)| {
                matches!(base, Base::Exp(_) | Base::Log(_) | Base::Abs(..)) || *power != 1.0
            })
        };
        if things.len() > 1 && things.iter().all(bent) {
            let names = things.iter().map(|t| name(t)).collect::<Vec<_>>();
            out.doubts.push(
                format!(
                    "the error is one of {}, functions of the data and the reconstruction",
                    names.join(" and ")
                )
                .into(),
            );
        }
        let function = |t: &&Term| thing(t).and_then(|s| self.made.get(&s.id));
        let mut functions = things.iter().map(function);
        let Some(Some(first)) = functions.next() else {
            return;
        };
        if things.len() > 1 && functions.all(|f| f == Some(first)) && !is_of_shape(first) {
            out.doubts.push(
                format!(
                    "the error is one of what `{first}` makes of its arguments, not of the data"
                )
                .into(),
            );
        }
    }
}

/// Whether a function only takes something out, or arranges numbers in another way.
fn is_of_shape(function: &str) -> bool {
    let lower = function.to_lowercase();
    let takes = ["get", "pop", "getattr", "next"];
    if takes.contains(&function) {
        return true;
    }
    ["flatten", "reshape", "view", "cast", "permute", "numpy"]
        .iter()
        .any(|mark| lower.contains(mark))
}

/// A product without its factor, as it is shown.
fn name(term: &Term) -> String {
    let names: Vec<_> = term.bases.iter().map(|(b, _)| b.name()).collect();
    format!("`{}`", short(&names.join("·")))
}

fn different(things: &[&Term], factors: &[Factor]) -> Name {
    let number = |f: &Factor| {
        let sizes = f.sizes_in_words();
        let times = if sizes.is_empty() { "" } else { "·" };
        format!("{}{times}{sizes}", rounded(f.number))
    };
    let names: Vec<_> = things.iter().map(|t| name(t)).collect();
    let numbers: Vec<_> = factors.iter().map(number).collect();
    format!(
        "{}: they enter the error with different factors, {}",
        names.join(" and "),
        numbers.join(" and ")
    )
    .into()
}

/// A number as short as it can be.
fn rounded(value: f64) -> String {
    let short = format!("{value:.4e}");
    short.parse::<f64>().unwrap_or(value).to_string()
}
