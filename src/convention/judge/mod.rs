//! What the values of a snippet make as a loss.

mod missing;
mod parts;
mod say;

use super::factor::{Factor, near};
use super::form::{ErrorTerm, LossForm, Reduction};
use super::kl;
use super::linear::Linear;
use super::reader::{Candidate, Rank, Reader};
use super::reading::Reading;
use super::term::{Batch, Kind, Prior};

use parts::{Parts, Piece};
use say::{say, sentences, weights};

/// Judges what was read.
pub(super) fn judge(reader: &Reader<'_>) -> Option<Reading> {
    let all: Vec<(&Candidate, Parts)> = reader
        .candidates
        .iter()
        .map(|c| (c, Parts::of(&c.value, &reader.uses)))
        .collect();
    let whole = all
        .iter()
        .filter(|(_, p)| p.error().is_some() && p.kl().is_some())
        .max_by_key(|(c, _)| c.rank);
    let (error, kl) = match whole {
        Some((_, parts)) => (parts.error(), parts.kl()),
        None => (newest(&all, Parts::error), newest(&all, Parts::kl)),
    };
    if error.is_none() && kl.is_none() && !reader.wrong_terms && reader.no_data.is_empty() {
        return None;
    }
    let mut reading = Reading {
        form: LossForm::default(),
        weight: None,
        eta_enc: None,
        sizes: reader.sizes,
        found: Vec::new(),
        assumed: Vec::new(),
        unread: Vec::new(),
    };
    if error.is_none() && kl.is_none() {
        // Where it cannot be read is all that can be said.
        reading.unread.clone_from(&reader.lost);
        for of in &reader.no_data {
            let text = format!("an error of {of}, which are no data and their reconstruction");
            say(&mut reading.unread, text);
        }
        return Some(reading);
    }
    fill(&mut reading, error, kl, whole.is_some());
    // Without such a value, the newest with one of the two and more may be the loss.
    let rest = whole.or_else(|| {
        let more = |p: &Parts| (p.error().is_some() || p.kl().is_some()) && p.count() > 1;
        all.iter()
            .filter(|(_, p)| more(p))
            .max_by_key(|(c, _)| c.rank)
    });
    if let Some((_, parts)) = rest {
        others(&mut reading, parts, error, kl);
    } else if kl.is_none_or(|k| !k.read) {
        // A formula that is nearly a KL is never part of anything that is.
        let why = |(_, p): &&(&Candidate, Parts)| p.rest_sum().terms.len() > 1;
        if let Some((_, parts)) = all.iter().rev().find(why)
            && let Some(text) = kl::why_none(&parts.rest_sum())
        {
            say(&mut reading.unread, text);
        }
    }
    if whole.is_none() {
        for text in &reader.vague {
            let text = format!("`{text}`, which may be the loss");
            say(&mut reading.unread, text);
        }
    }
    missing::missing(&mut reading, &all, whole.map(|w| w.0));
    if whole.is_none() {
        missing::dropped(&mut reading, &all, &reader.without_terms);
    }
    if let Some((candidate, parts)) = whole {
        differing(&mut reading, candidate, parts, &all);
        missing::in_turn(&mut reading, candidate, parts, &all, &reader.loops);
    }
    for line in &reader.lost {
        say(&mut reading.unread, line.clone());
    }
    if !reading.unread.is_empty() && !weight_is_known(&reading) {
        reading.weight = None;
    }
    Some(reading)
}

fn weight_is_known(reading: &Reading) -> bool {
    !reading.unread.iter().any(|u| u.contains("which acts on"))
}

/// The newest piece of a kind: one that was read before one that only has a name.
fn newest<'a>(
    all: &'a [(&Candidate, Parts)],
    pick: impl Fn(&'a Parts) -> Option<&'a Piece>,
) -> Option<&'a Piece> {
    let pieces: Vec<&Piece> = all.iter().rev().filter_map(|(_, p)| pick(p)).collect();
    let read = pieces.iter().find(|p| p.read).copied();
    read.or_else(|| pieces.first().copied())
}

fn fill(reading: &mut Reading, error: Option<&Piece>, kl: Option<&Piece>, added: bool) {
    // A term that is only known by its name is assumed to be what is most usual, apart from its factor.
    let e = error.map_or_else(
        || Factor {
            pixels: -1.0,
            batch: -1.0,
            ..Factor::ONE
        },
        Piece::closed,
    );
    let mut k = kl.map_or_else(
        || Factor {
            batch: e.batch,
            ..Factor::ONE
        },
        Piece::closed,
    );
    if let Some(kl) = kl
        && !kl.read
        && kl.term.state.batch == Batch::Open
        && error.is_some_and(|e| e.read)
    {
        k.batch += e.batch + 1.0;
    }
    let leftover = sizes(&mut reading.form, e, k);
    numbers(reading, e.number, k.number, leftover, error, kl);
    sentences(reading, error, kl);
    for piece in [error, kl].into_iter().flatten() {
        let (term, other) = if piece.is_kl {
            ("KL", error)
        } else {
            ("error", kl)
        };
        if !piece.read && piece.name.contains('(') {
            say(
                &mut reading.unread,
                format!("`{}`, what it computes", piece.name),
            );
        }
        for factor in &piece.named {
            let shared = other.is_some_and(|o| {
                o.named
                    .iter()
                    .any(|f| f.0 == factor.0 && near(f.1, factor.1))
            });
            if shared {
                let text = format!("`{}` acts on both terms alike", factor.0.name());
                say(&mut reading.assumed, text);
            } else {
                let text = format!("`{}`, which acts on the {term}", factor.0.name());
                say(&mut reading.unread, text);
            }
        }
        for note in &piece.term.notes {
            say(&mut reading.assumed, note.to_string());
        }
        for doubt in &piece.term.doubts {
            say(&mut reading.unread, doubt.to_string());
        }
        if piece.term.detached {
            say(
                &mut reading.unread,
                format!("the {term} is detached: no gradient flows through it"),
            );
        }
    }
    if let Some(Kind::Kl(prior, _)) = kl.and_then(|k| k.kind.as_ref()) {
        match &prior.unread {
            Some(name) => say(
                &mut reading.unread,
                format!("`{name}`, the variance of the prior"),
            ),
            None => reading.eta_enc = Some(prior.variance.sqrt()),
        }
    }
    if let Some(piece) = error.filter(|e| e.kind == Some(Kind::OtherError)) {
        say(
            &mut reading.unread,
            format!(
                "`{}`, an error of neither a Gaussian nor a Bernoulli decoder",
                piece.name
            ),
        );
    }
    weights(reading, kl, added);
}

/// The reductions from the powers of the three sizes: only their ratio between the terms matters. What the form
/// cannot hold is returned.
fn sizes(form: &mut LossForm, e: Factor, k: Factor) -> Factor {
    let reduction = |power: f64| {
        if power < -0.5 {
            (Reduction::Mean, -1.0)
        } else {
            (Reduction::Sum, 0.0)
        }
    };
    let (error_dims, dims) = reduction(e.pixels - k.pixels);
    let (kl_latents, latents) = reduction(k.latents - e.latents);
    let (mut a, mut b) = (e.batch, k.batch);
    if !(-1.0..=0.0).contains(&a) || !(-1.0..=0.0).contains(&b) {
        // The same power of the batch on both changes nothing.
        let most = a.max(b);
        (a, b) = (a - most, b - most);
    }
    let ((error_batch, a), (kl_batch, b)) = (reduction(a), reduction(b));
    *form = LossForm {
        error_dims,
        error_batch,
        kl_latents,
        kl_batch,
        ..*form
    };
    Factor {
        number: 1.0,
        pixels: k.pixels - e.pixels + dims,
        latents: k.latents - e.latents - latents,
        batch: k.batch - e.batch - (b - a),
    }
}

/// The numbers before the terms. A term known by its name may be a log likelihood, which is taken away.
fn numbers(
    reading: &mut Reading,
    e: f64,
    k: f64,
    leftover: Factor,
    error: Option<&Piece>,
    kl: Option<&Piece>,
) {
    if !(e * k).is_finite() || e * k == 0.0 {
        say(
            &mut reading.unread,
            "a factor of zero or beyond all numbers".into(),
        );
        return;
    }
    let both_read = [error, kl].into_iter().flatten().all(|p| p.read);
    if both_read && e * k < 0.0 && error.is_some() && kl.is_some() {
        say(
            &mut reading.unread,
            "the sign: one term is added, the other taken away".into(),
        );
    }
    let size = e.abs();
    let form = &mut reading.form;
    form.error_half = near(size, 0.5);
    form.error_variance = if form.error_half || near(size, 1.0) {
        1.0
    } else {
        1.0 / size
    };
    if let Some(piece) = error {
        form.error = match piece.kind {
            Some(Kind::Bernoulli) => ErrorTerm::Bernoulli,
            Some(Kind::Absolute) => ErrorTerm::Absolute,
            None if super::words::is_cross_entropy(&piece.name) => ErrorTerm::Bernoulli,
            _ => ErrorTerm::Squared,
        };
    }
    reading.weight = Some(leftover.scaled(k.abs()));
}

/// Other terms of the same sum.
fn others(reading: &mut Reading, parts: &Parts, error: Option<&Piece>, kl: Option<&Piece>) {
    for piece in parts.pieces() {
        let taken = if piece.is_kl { kl } else { error };
        if taken.is_some_and(|t| std::ptr::eq(t, piece) || t.same(piece)) {
            continue;
        }
        let alike = taken.is_some_and(|t| {
            piece.is_kl
                && t.read
                && piece.read
                && t.closed().near(piece.closed())
                && t.same_factors(piece)
                && t.same_prior(piece)
        });
        if alike {
            let text = "several KLs with the same factor are one over all their latents";
            say(&mut reading.assumed, text.into());
        } else if piece.is_kl {
            say(
                &mut reading.unread,
                format!("a second KL, `{}`", piece.name),
            );
        } else {
            say(
                &mut reading.unread,
                format!("a second reconstruction term, `{}`", piece.name),
            );
        }
    }
    let rest = parts.rest_sum();
    let why = kl::why_none(&rest);
    if let Some(text) = &why {
        say(&mut reading.unread, text.clone());
    }
    for term in &rest.terms {
        let name = Linear::from(super::term::Term {
            factor: Factor::ONE,
            ..term.clone()
        })
        .name();
        if why.is_none() && !term.is_constant() {
            say(&mut reading.unread, format!("`{name}`, a term of its own"));
        }
    }
}

/// How a value weighs the terms.
struct Ratio {
    /// The KL's factor over the error's.
    factor: Factor,
    /// How many factors of each have no number.
    named: [usize; 2],
    /// The prior.
    prior: Option<Prior>,
}

impl Ratio {
    fn of(parts: &Parts) -> Option<Self> {
        let (error, kl) = (parts.error()?, parts.kl()?);
        Some(Self {
            factor: kl.closed().over(error.closed()),
            named: [kl.named.len(), error.named.len()],
            prior: match &kl.kind {
                Some(Kind::Kl(prior, _)) => Some(prior.clone()),
                _ => None,
            },
        })
    }

    fn same(&self, other: &Self) -> bool {
        self.factor.near(other.factor) && self.named == other.named && self.prior == other.prior
    }
}

/// Other values as near to an optimiser that weigh the terms in another way.
fn differing(
    reading: &mut Reading,
    chosen: &Candidate,
    parts: &Parts,
    all: &[(&Candidate, Parts)],
) {
    if chosen.rank < Rank::Returned {
        return;
    }
    let own = Ratio::of(parts);
    for (candidate, parts) in all {
        if candidate.rank != chosen.rank || candidate.line == chosen.line {
            continue;
        }
        let same = match (&own, Ratio::of(parts)) {
            (Some(a), Some(b)) => a.same(&b),
            _ => true,
        };
        if !same {
            let text = format!(
                "the loss is `{}` in line {}; `{}` in line {} weighs the terms differently",
                chosen.text, chosen.line, candidate.text, candidate.line
            );
            say(&mut reading.assumed, text);
        }
    }
}
