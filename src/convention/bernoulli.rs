//! The cross-entropy of a Bernoulli decoder, written out.

use super::factor::{Factor, near};
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
        // The data may be scaled, as bytes are by 1/255: in both products alike.
        let of_data = |t: &Term, log: &Linear, sign: f64| {
            t.bases.len() == 2
                && t.factor.same_sizes(rest.factor)
                && t.factor.number * rest.factor.number * sign > 0.0
                && t.bases
                    .iter()
                    .any(|(b, p)| *p == 1.0 && matches!(b, Base::Log(l) if l.same(log)))
        };
        let p = one.minus(q).without_tiny();
        let with = find(&|t: &Term| of_data(t, &p, 1.0));
        let against = find(&|t: &Term| {
            let scale = |w: usize| t.factor.near(sum.terms[w].factor.scaled(-1.0));
            of_data(t, q, -1.0) && with.is_none_or(scale)
        });
        let by = |at: usize, of: Factor| sum.terms[at].factor.over(of).number.abs();
        let mut scale = with.map_or(1.0, |w| by(w, rest.factor));
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
                let against = t.factor.number * rest.factor.number * logits.factor.number < 0.0;
                t.factor.same_sizes(rest.factor)
                    && against
                    && t.bases.len() == logits.bases.len() + 1
                    && logits.bases.iter().all(|b| t.bases.contains(b))
            });
            let Some(product) = product else { continue };
            scale = by(product, rest.factor.scaled(logits.factor.number));
            (vec![at, product], 1.0)
        };
        let base = Base::Known(Kind::Bernoulli, q.name());
        let mut term = Term::base(base).scaled(rest.factor.scaled(number));
        term.state = rest.state;
        term.detached = rest.detached;
        for at in &used {
            term.remember(&sum.terms[*at]);
        }
        if [255.0, 256.0].iter().any(|n| near(scale * n, 1.0)) {
            term.note(
                "the data of the cross-entropy are bytes, scaled to numbers between 0 and 1".into(),
            );
        } else if !near(scale, 1.0) {
            term.doubt(
                format!("a factor of {scale} of the data: in a cross-entropy it is no factor of the term")
                    .into(),
            );
        }
        return Some(Found {
            used,
            term,
            constants: false,
            prior: None,
        });
    }
    None
}
