//! Formulas that are known by their algebra: a KL, a KL by samples, a cross-entropy.
//!
//! With v the posterior's variance and u what both quadratic terms are multiplied by,
//! `a·u·μ² + a·u·v − b·log v + …` is `2b` times the KL to a prior of variance `b/(a·u)`, up to a constant, whatever
//! v is called: σ², exp(log σ²), exp(2 log σ), softplus(ρ)². Without μ² beside v, with another coefficient, or with exp of half the logarithm, it is none.

use std::rc::Rc;

use super::factor::{Factor, near};
use super::linear::Linear;
use super::term::{Base, Kind, Name, Prior, State, Term, short};
use super::words;
use super::{bernoulli, sampled};

/// A sum with the formulas in it replaced by what they are.
pub(super) fn settled(mut sum: Linear) -> Linear {
    while sum.terms.len() > 1 {
        let found = sampled::densities(&sum)
            .or_else(|| bernoulli::cross_entropy(&sum))
            .or_else(|| kl(&sum))
            .or_else(|| sampled::written_out(&sum));
        let Some(found) = found else { break };
        let constants = found.constants;
        let state = found.term.state;
        let mut at = 0;
        sum.terms.retain(|t| {
            at += 1;
            !(found.used.contains(&(at - 1))
                || constants && t.is_constant()
                || constants && found.prior.as_ref().is_some_and(|p| is_of(t, p, state)))
        });
        sum = sum.plus(&found.term.into());
    }
    sum
}

/// A formula that was found.
pub(super) struct Found {
    /// The products it is made of.
    pub used: Vec<usize>,
    /// What it is.
    pub term: Term,
    /// Whether numbers that are added belong to it.
    pub constants: bool,
    /// What the prior's variance is made of: its logarithm belongs to it as well.
    pub prior: Option<Term>,
}

/// Whether a product is the logarithm of the prior's variance.
fn is_of(term: &Term, prior: &Term, state: State) -> bool {
    term.state == state
        && Linear::from(prior.clone())
            .log("")
            .is_some_and(|log| log.terms.iter().any(|l| l.same_bases(term)))
}

/// A logarithm of the variance: which product, the variance itself, and what multiplies its logarithm.
pub(super) struct Logarithm {
    pub at: usize,
    pub variance: Term,
    /// Factor of log v.
    pub factor: Factor,
    /// Whether v is what its name says, or has the usual form.
    pub natural: bool,
    pub name: Name,
}

/// Every way to read a product as a multiple of log v.
pub(super) fn logarithms(sum: &Linear) -> Vec<Logarithm> {
    let mut all = Vec::new();
    for (at, term) in sum.terms.iter().enumerate() {
        let [(base, power)] = term.bases.as_slice() else {
            continue;
        };
        if *power != 1.0 {
            continue;
        }
        match base {
            Base::Log(inner) => {
                for p in [2.0, 1.0] {
                    let Some(v) = inner.to_the(p, "") else {
                        continue;
                    };
                    let [v] = v.terms.as_slice() else { continue };
                    let name = inner.name();
                    let natural = match p {
                        1.0 => !words::is_deviation(&name),
                        _ => !words::is_variance(&name),
                    };
                    all.push(Logarithm {
                        at,
                        variance: v.clone(),
                        factor: term.factor.scaled(1.0 / p),
                        natural,
                        name,
                    });
                }
            }
            Base::Exp(_) | Base::Known(..) | Base::Axis { .. } => {}
            other => {
                let one = Linear::from(Term::base(other.clone()));
                for a in exponents(sum, other) {
                    let Some(v) = one.scaled(Factor::number(a)).exp() else {
                        continue;
                    };
                    let [v] = v.terms.as_slice() else { continue };
                    let name = other.name();
                    let natural = match a {
                        1.0 => !words::is_log_deviation(&name),
                        2.0 => words::is_log_deviation(&name) || !words::is_log_variance(&name),
                        _ => false,
                    };
                    all.push(Logarithm {
                        at,
                        variance: v.clone(),
                        factor: term.factor.scaled(1.0 / a),
                        natural,
                        name,
                    });
                }
            }
        }
    }
    all
}

/// What a name stands with in exponents.
fn exponents(sum: &Linear, name: &Base) -> Vec<f64> {
    let mut all: Vec<f64> = Vec::new();
    for term in &sum.terms {
        for (base, _) in &term.bases {
            let Base::Exp(inner) = base else { continue };
            for part in &inner.terms {
                if let [(own, power)] = part.bases.as_slice()
                    && *power == 1.0
                    && own == name
                    && part.factor.is_number()
                    && part.factor.number != 0.0
                {
                    let a = part.factor.number;
                    if !all.contains(&a.abs()) {
                        all.push(a.abs());
                    }
                }
            }
        }
    }
    all
}

/// v⁻¹ times a product, if nothing of v is left.
pub(super) fn without(term: &Term, variance: &Term) -> Option<Term> {
    let inverse = variance.to_the(-1.0)?;
    let left = plain(term).times(&plain(&inverse));
    let touches = left.bases.iter().any(|(base, _)| {
        variance.bases.iter().any(|(v, _)| match (base, v) {
            (Base::Exp(a), Base::Exp(b)) => a
                .terms
                .iter()
                .any(|t| b.terms.iter().any(|o| t.same_bases(o))),
            _ => base == v,
        })
    });
    (!touches && left.bases.len() < term.bases.len().max(1) + 1).then_some(left)
}

/// The product as if it were not reduced.
fn plain(term: &Term) -> Term {
    Term {
        state: State::OPEN,
        ..term.clone()
    }
}

/// Products that are one thing squared times something, and that something.
pub(super) fn squares(sum: &Linear, state: State) -> Vec<(usize, Name, Term, u8)> {
    let mut all = Vec::new();
    for (at, term) in sum.terms.iter().enumerate() {
        if term.state != state {
            continue;
        }
        for (base, power) in &term.bases {
            if *power != 2.0 {
                continue;
            }
            let mut rest = plain(term);
            rest.bases.retain(|(b, _)| b != base);
            let rank = match base {
                Base::Sym(s) if words::is_mean(&s.name) => 0,
                Base::Sum(..) if !base.is_difference() => 1,
                Base::Sym(_) => 2,
                Base::Sum(..) => 3,
                _ => continue,
            };
            all.push((at, base.name(), rest, rank));
        }
    }
    all.sort_by_key(|s| s.3);
    all
}

/// The KL in a sum.
fn kl(sum: &Linear) -> Option<Found> {
    let mut best: Option<(bool, Found)> = None;
    for log in logarithms(sum) {
        let own = &sum.terms[log.at];
        for (at, term) in sum.terms.iter().enumerate() {
            if at == log.at || term.state != own.state || term.detached != own.detached {
                continue;
            }
            let Some(u) = without(term, &log.variance) else {
                continue;
            };
            // The logarithm is taken away where the variance is added.
            if !u.factor.same_sizes(log.factor) || u.factor.number * log.factor.number >= 0.0 {
                continue;
            }
            let squares = squares(sum, own.state);
            let Some((square, mean, ..)) = squares.iter().find(|(s, _, rest, _)| {
                *s != at && *s != log.at && rest.factor.near(u.factor) && rest.same_bases(&u)
            }) else {
                continue;
            };
            let ratio = -log.factor.number / u.factor.number;
            let standard = near(ratio, 1.0) && u.bases.is_empty();
            if !standard && !log.natural {
                continue;
            }
            let unread = (!u.bases.is_empty()).then(|| {
                let names: Vec<_> = u.bases.iter().map(|(b, _)| b.name()).collect();
                short(&names.join("·"))
            });
            let prior = Prior {
                variance: ratio,
                unread,
            };
            let of = short(&format!("{mean}, {}", log.name));
            let mut found = Term::base(Base::Known(Kind::Kl(prior, false), of));
            found.factor = log.factor.scaled(-2.0);
            found.state = own.state;
            found.detached = own.detached;
            for part in [own, term, &sum.terms[*square]] {
                found.remember(part);
            }
            if !log.natural {
                let text = format!(
                    "`{}` is what the KL makes of it, not what its name says",
                    log.name
                );
                found.note(text.into());
            }
            let found = Found {
                used: vec![log.at, at, *square],
                term: found,
                constants: true,
                prior: (!u.bases.is_empty()).then(|| Term {
                    factor: Factor::ONE,
                    ..u.clone()
                }),
            };
            if standard {
                return Some(found);
            }
            if best.as_ref().is_none_or(|b| !b.0) {
                best = Some((log.natural, found));
            }
        }
    }
    best.map(|b| b.1)
}

/// Why the parts of a formula that looks like a KL are none, where they do.
pub(super) fn why_none(sum: &Linear) -> Option<String> {
    for log in logarithms(sum) {
        let own = &sum.terms[log.at];
        let exps = sum.terms.iter().enumerate().filter(|(at, t)| {
            *at != log.at
                && t.state == own.state
                && t.bases.iter().any(|(b, p)| match b {
                    Base::Exp(inner) => *p == 1.0 && touches(inner, own),
                    other => Linear::from(Term::base(other.clone())).name() == log.name,
                })
        });
        let exps: Vec<_> = exps.map(|(_, t)| t).collect();
        let squares = squares(sum, own.state);
        let squares: Vec<_> = squares.iter().filter(|s| s.3 < 3).collect();
        if exps.is_empty() && squares.is_empty() {
            continue;
        }
        let formula = "½ (μ² + σ² − log σ² − 1)";
        return Some(if squares.is_empty() {
            format!(
                "the sum with `{}` is not a KL: {formula} has a μ², this has none",
                log.name
            )
        } else if exps.is_empty() {
            format!(
                "the sum with `{}` is not a KL: {formula} has a σ², this has none",
                log.name
            )
        } else {
            format!(
                "the sum with `{}` is not a KL: its coefficients or powers are not those of {formula} for any prior variance",
                log.name
            )
        });
    }
    None
}

fn touches(exponent: &Rc<Linear>, log: &Term) -> bool {
    exponent.terms.iter().any(|t| t.same_bases(log))
}
