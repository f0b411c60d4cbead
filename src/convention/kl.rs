//! Formulas that are known by their algebra: a KL, a KL by samples, a cross-entropy.
//!
//! With v the posterior's variance and u what both quadratic terms are multiplied by,
//! `a·u·μ² + a·u·v − b·log v + …` is `2b` times the KL to a prior of variance `b/(a·u)`, up to a constant, whatever
//! v is called: σ², exp(log σ²), exp(2 log σ), softplus(ρ)². Without μ² beside v, with another coefficient, or with exp of half the logarithm, it is none.

use std::rc::Rc;

use super::factor::{Factor, near};
use super::linear::Linear;
use super::term::{Base, Dims, Kind, Name, Prior, State, Term, short};
use super::words;

/// A sum with the formulas in it replaced by what they are.
pub(super) fn settled(mut sum: Linear) -> Linear {
    while sum.terms.len() > 1 {
        let found = densities(&sum)
            .or_else(|| cross_entropy(&sum))
            .or_else(|| kl(&sum))
            .or_else(|| sampled(&sum));
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
struct Found {
    /// The products it is made of.
    used: Vec<usize>,
    /// What it is.
    term: Term,
    /// Whether numbers that are added belong to it.
    constants: bool,
    /// What the prior's variance is made of: its logarithm belongs to it as well.
    prior: Option<Term>,
}

/// Whether a product is the logarithm of the prior's variance.
fn is_of(term: &Term, prior: &Term, state: State) -> bool {
    term.state == state
        && Linear::from(prior.clone())
            .log("")
            .is_some_and(|log| log.terms.iter().any(|l| l.same_bases(term)))
}

/// A logarithm of the variance: which product, the variance itself, and what multiplies its logarithm.
struct Logarithm {
    at: usize,
    variance: Term,
    /// Factor of log v.
    factor: Factor,
    /// Whether v is what its name says, or has the usual form.
    natural: bool,
    name: Name,
}

/// Every way to read a product as a multiple of log v.
fn logarithms(sum: &Linear) -> Vec<Logarithm> {
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
fn without(term: &Term, variance: &Term) -> Option<Term> {
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
fn squares(sum: &Linear, state: State) -> Vec<(usize, Name, Term, u8)> {
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
                part.notes.iter().for_each(|n| found.note(n.clone()));
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

/// `−½ (z − μ)²/v − ½ log v + ½ z²/η²`: log q(z) − log p(z) with its densities written out.
fn sampled(sum: &Linear) -> Option<Found> {
    for log in logarithms(sum) {
        let own = &sum.terms[log.at];
        let inverse = log.variance.to_the(-1.0)?;
        for (at, whole, rest, _) in squares(sum, own.state) {
            let Some(left) = without(&rest, &inverse) else {
                continue;
            };
            if at == log.at || !left.is_constant() || !left.factor.near(log.factor) {
                continue;
            }
            let base = sum.terms[at].bases.iter().find(|(_, p)| *p == 2.0);
            let Some((Base::Sum(inner, _), _)) = base else {
                continue;
            };
            for (other, name, rest, _) in squares(sum, own.state) {
                let inside = inner
                    .terms
                    .iter()
                    .any(|t| Linear::from(t.clone()).name() == name);
                let ratio = -rest.factor.number / log.factor.number;
                if other == at || !inside || !rest.is_constant() || ratio <= 0.0 {
                    continue;
                }
                if !rest.factor.same_sizes(log.factor) {
                    continue;
                }
                let prior = Prior {
                    variance: 1.0 / ratio,
                    unread: None,
                };
                let mut term = Term::base(Base::Known(Kind::Kl(prior, true), whole.clone()));
                term.factor = log.factor.scaled(-2.0);
                term.state = own.state;
                return Some(Found {
                    used: vec![log.at, at, other],
                    term,
                    constants: true,
                    prior: None,
                });
            }
        }
    }
    None
}

/// A log density of z in a product: its place, whether it is the posterior's, and the prior it is of.
fn density(term: &Term) -> Option<(usize, bool, Prior, Name)> {
    term.bases
        .iter()
        .enumerate()
        .find_map(|(at, (base, power))| {
            if *power != 1.0 {
                return None;
            }
            match base {
                Base::Known(Kind::LogPosterior, of) => {
                    Some((at, true, Prior::standard(), of.clone()))
                }
                Base::Known(Kind::LogPrior(prior), of) => {
                    Some((at, false, prior.clone(), of.clone()))
                }
                Base::Sym(sym) => words::log_density(&sym.name)
                    .map(|sign| (at, sign > 0.0, Prior::standard(), sym.name.clone())),
                _ => None,
            }
        })
}

/// log q(z) − log p(z).
fn densities(sum: &Linear) -> Option<Found> {
    for (at, q) in sum.terms.iter().enumerate() {
        let Some((q_at, true, _, of)) = density(q) else {
            continue;
        };
        for (other, p) in sum.terms.iter().enumerate() {
            let Some((p_at, false, prior, name)) = density(p) else {
                continue;
            };
            let rest = |t: &Term, at: usize| {
                let mut t = t.clone();
                t.bases.remove(at);
                t
            };
            let opposite =
                q.factor.near(p.factor.scaled(-1.0)) && rest(q, q_at).same_bases(&rest(p, p_at));
            if !opposite || q.state != p.state {
                continue;
            }
            let mut term = rest(q, q_at);
            for (part, at, name) in [(q, q_at, &of), (p, p_at, &name)] {
                part.notes.iter().for_each(|n| term.note(n.clone()));
                if matches!(part.bases[at].0, Base::Sym(_)) {
                    term.note(
                        format!("`{name}` is a log density of z, one number per sample").into(),
                    );
                    if term.state.dims == Dims::Open {
                        term.state.dims = Dims::Sum;
                    }
                }
            }
            let base = Base::Known(Kind::Kl(prior, true), of.clone());
            term.bases.push((base, 1.0));
            return Some(Found {
                used: vec![at, other],
                term,
                constants: false,
                prior: None,
            });
        }
    }
    None
}

/// `x log p + log(1 − p) − x log(1 − p)`, or `softplus(l) − x·l` with its sign.
fn cross_entropy(sum: &Linear) -> Option<Found> {
    let one = Linear::number(1.0);
    for (at, rest) in sum.terms.iter().enumerate() {
        let [(Base::Log(q), power)] = rest.bases.as_slice() else {
            continue;
        };
        if *power != 1.0 {
            continue;
        }
        let like = |t: &&Term| t.state == rest.state && t.detached == rest.detached;
        let find =
            |want: &dyn Fn(&Term) -> bool| sum.terms.iter().position(|t| like(&t) && want(t));
        let of_data = |t: &Term, log: &Linear, sign: f64| {
            t.bases.len() == 2
                && t.factor.near(rest.factor.scaled(sign))
                && t.bases
                    .iter()
                    .any(|(b, p)| *p == 1.0 && matches!(b, Base::Log(l) if l.same(log)))
        };
        let p = one.minus(q).without_tiny();
        let with = find(&|t: &Term| of_data(t, &p, 1.0));
        let against = find(&|t: &Term| of_data(t, q, -1.0));
        let (used, number) = if let (Some(with), Some(against)) = (with, against) {
            (vec![at, with, against], -1.0)
        } else {
            // log(1 + eˡ) − x·l.
            let Some(logits) = q.minus(&one).log("") else {
                continue;
            };
            let [logits] = logits.terms.as_slice() else {
                continue;
            };
            let product = find(&|t: &Term| {
                t.factor.near(rest.factor.scaled(-logits.factor.number))
                    && t.bases.len() == logits.bases.len() + 1
                    && logits.bases.iter().all(|b| t.bases.contains(b))
            });
            let Some(product) = product else { continue };
            (vec![at, product], 1.0)
        };
        let base = Base::Known(Kind::Bernoulli, q.name());
        let mut term = Term::base(base).scaled(rest.factor.scaled(number));
        term.state = rest.state;
        term.detached = rest.detached;
        return Some(Found {
            used,
            term,
            constants: false,
            prior: None,
        });
    }
    None
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
