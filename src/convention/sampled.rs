//! A KL that is estimated at samples of z: log q(z) − log p(z), by its densities or written out.

use super::kl::{Found, logarithms, squares, without};
use super::linear::Linear;
use super::term::{Base, Dims, Kind, Name, Prior, Term};
use super::words;

/// `−½ (z − μ)²/v − ½ log v + ½ z²/η²`: log q(z) − log p(z) with its densities written out.
pub(super) fn written_out(sum: &Linear) -> Option<Found> {
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
pub(super) fn densities(sum: &Linear) -> Option<Found> {
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
                term.remember(part);
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
