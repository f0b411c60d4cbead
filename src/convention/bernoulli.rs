//! The cross-entropy of a Bernoulli decoder, written out.

use super::kl::Found;
use super::linear::Linear;
use super::term::{Base, Kind, Term};

/// `x log p + log(1 − p) − x log(1 − p)`, or `softplus(l) − x·l` with its sign.
pub(super) fn cross_entropy(sum: &Linear) -> Option<Found> {
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
