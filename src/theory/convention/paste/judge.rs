//! What the terms of a text make as a loss: the last statement that holds both an error and a KL is it.

use super::Reading;
use super::reader::Reader;
use super::scale::Scale;
use super::value::{Dims, Kind, Part};
use super::words;
use crate::theory::convention::{ErrorTerm, LossForm, Reduction};

/// A term that was recognised, or is only known by its name.
struct Term {
    part: Part,
    /// Whether the code says how it is computed.
    read: bool,
}

impl Term {
    fn of(parts: &[Part], is: impl Fn(&Kind) -> bool, named: fn(&str) -> bool) -> Option<Self> {
        let by_name = |p: &&Part| matches!(&p.kind, Kind::Other(name) if named(name));
        let part = parts.iter().find(|p| is(&p.kind));
        let read = part.is_some();
        part.or_else(|| parts.iter().find(by_name))
            .map(|part| Self {
                part: part.clone(),
                read,
            })
    }

    fn error(parts: &[Part]) -> Option<Self> {
        Self::of(parts, Kind::is_error, words::is_error)
    }

    fn kl(parts: &[Part]) -> Option<Self> {
        Self::of(parts, |k| *k == Kind::Kl, words::is_kl)
    }

    /// Its factor with what was left open closed: the batch averaged, Keras' last axis averaged, the rest summed.
    fn closed(&self) -> Scale {
        let mut scale = self.part.scale.clone();
        if self.part.dims == Dims::Last {
            scale.pixels -= 1;
        }
        if !self.part.batch {
            scale.batch = scale.batch.saturating_sub(1);
        }
        scale
    }
}

/// Judges what was read.
pub(super) fn judge(reader: &Reader) -> Option<Reading> {
    let results: Vec<Vec<Part>> = reader.results.iter().map(|p| reader.resolved(p)).collect();
    let results = &results;
    let whole = results
        .iter()
        .rev()
        .find(|parts| Term::error(parts).is_some() && Term::kl(parts).is_some());
    let (error, kl) = if let Some(parts) = whole {
        (Term::error(parts), Term::kl(parts))
    } else {
        // A term that was read before one that only has a name.
        let newest = |pick: fn(&[Part]) -> Option<Term>| {
            let all = || results.iter().rev().filter_map(|p| pick(p));
            all().find(|t| t.read).or_else(|| all().next())
        };
        (newest(Term::error), newest(Term::kl))
    };
    if error.is_none() && kl.is_none() {
        return None;
    }
    let mut reading = Reading {
        form: LossForm::default(),
        weight: None,
        found: Vec::new(),
        assumed: Vec::new(),
        unread: Vec::new(),
    };
    // Without such a statement, one with one of them and something else may be the loss.
    let part_of_it = |p: &&Vec<Part>| {
        let either = Term::error(p).is_some() || Term::kl(p).is_some();
        either && p.iter().filter(|p| p.kind != Kind::Plain).count() > 1
    };
    let whole = whole.or_else(|| results.iter().rev().find(part_of_it));
    fill(&mut reading, error.as_ref(), kl.as_ref(), whole);
    if reader.branched {
        reading
            .assumed
            .push("the last branch of what is chosen by an if".into());
    }
    for line in &reader.lost {
        say(&mut reading.unread, format!("`{line}`"));
    }
    Some(reading)
}

fn say(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}

fn fill(reading: &mut Reading, error: Option<&Term>, kl: Option<&Term>, whole: Option<&Vec<Part>>) {
    let closed = |term: Option<&Term>| term.map(Term::closed);
    // A term that is only known by its name is assumed to be what is most usual, apart from its factor.
    let e = closed(error.filter(|t| t.read)).unwrap_or_else(|| {
        let named = error.map_or(1.0, |t| t.part.scale.number);
        let mut scale = Scale::number(named);
        (scale.pixels, scale.batch) = (-1, -1);
        scale.unread = error.map_or_else(Vec::new, |t| t.part.scale.unread.clone());
        scale
    });
    let k = closed(kl.filter(|t| t.read)).unwrap_or_else(|| {
        let named = kl.map_or(1.0, |t| t.part.scale.number);
        let mut scale = Scale::number(named);
        scale.batch = if error.is_some_and(|t| t.read) {
            e.batch
        } else {
            -1
        };
        scale.unread = kl.map_or_else(Vec::new, |t| t.part.scale.unread.clone());
        scale
    });
    sizes(reading, &e, &k);
    let own = kl.filter(|t| t.read).and_then(|t| t.part.own);
    reading.form.kl_half = own.map(f64::abs) != Some(2.0);
    let halved = if reading.form.kl_half { 1.0 } else { 0.5 };
    let both_read = [error, kl].into_iter().flatten().all(|t| t.read);
    numbers(reading, e.number, k.number * halved, both_read);
    sentences(reading, error, kl);
    for term in [error, kl].into_iter().flatten().filter(|t| !t.read) {
        if let Kind::Other(name) = &term.part.kind
            && name.contains('(')
        {
            say(&mut reading.unread, format!("`{name}`, what it computes"));
        }
    }
    for (scale, term) in [(&e, "error"), (&k, "KL")] {
        let other = if term == "KL" { &e } else { &k };
        // What multiplies both changes nothing.
        for factor in scale.unread.iter().filter(|f| !other.unread.contains(f)) {
            say(
                &mut reading.unread,
                format!("`{factor}`, which acts on the {term}"),
            );
        }
        for text in &scale.assumed {
            say(&mut reading.assumed, text.clone());
        }
    }
    let added = whole.is_some_and(|p| Term::kl(p).is_some());
    weights(reading, &k, &e, added);
    if let Some(parts) = whole {
        rest(reading, parts, error, kl);
    }
}

/// The reductions from the powers of the three sizes. Only their ratio between the terms matters.
fn sizes(reading: &mut Reading, e: &Scale, k: &Scale) {
    let mut power = |name: &str, value: i32| match value {
        0 => Reduction::Sum,
        -1 => Reduction::Mean,
        beyond => {
            let text = format!("a factor of the {name} too many or too few");
            say(&mut reading.unread, text);
            if beyond > 0 {
                Reduction::Sum
            } else {
                Reduction::Mean
            }
        }
    };
    let dims = power("number of pixels", e.pixels.saturating_sub(k.pixels));
    let latents = power("number of latents", k.latents.saturating_sub(e.latents));
    let (mut a, mut b) = (e.batch, k.batch);
    if !(-1..=0).contains(&a) || !(-1..=0).contains(&b) {
        // The same power of the batch on both changes nothing.
        let most = a.max(b);
        (a, b) = (a.saturating_sub(most), b.saturating_sub(most));
    }
    let (error_batch, kl_batch) = (power("batch", a), power("batch", b));
    reading.form = LossForm {
        error_dims: dims,
        error_batch,
        kl_latents: latents,
        kl_batch,
        ..reading.form
    };
}

/// The numbers before the terms. A term known by its name may be a log likelihood, which is taken away.
fn numbers(reading: &mut Reading, error: f64, kl: f64, both_read: bool) {
    if !(error * kl).is_finite() || error * kl == 0.0 {
        reading
            .unread
            .push("a factor of zero or beyond all numbers".into());
        return;
    }
    if both_read && error * kl < 0.0 {
        reading
            .unread
            .push("the sign: one term is added, the other taken away".into());
    }
    let size = error.abs();
    reading.form.error_half = size == 0.5;
    reading.form.error_variance = if size == 0.5 || size == 1.0 {
        1.0
    } else {
        1.0 / size
    };
    reading.weight = Some(kl.abs());
}

fn sentences(reading: &mut Reading, error: Option<&Term>, kl: Option<&Term>) {
    let form = &mut reading.form;
    match error {
        Some(term) if term.read => {
            form.error = match term.part.kind {
                Kind::Bernoulli => ErrorTerm::Bernoulli,
                Kind::Absolute => ErrorTerm::Absolute,
                _ => ErrorTerm::Squared,
            };
            let name = match form.error {
                ErrorTerm::Squared => "squared error",
                ErrorTerm::Bernoulli => "binary cross-entropy of a Bernoulli decoder",
                ErrorTerm::Absolute => "absolute error (L1)",
            };
            let half = if form.error_half { "half the " } else { "" };
            let factor = if form.error_variance == 1.0 {
                String::new()
            } else {
                format!(", times {}", rounded(1.0 / form.error_variance))
            };
            reading.found.push(format!(
                "{half}{name}: {} over pixels, {} over the batch{factor}",
                form.error_dims.word(),
                form.error_batch.word()
            ));
            match form.error {
                ErrorTerm::Squared => {}
                ErrorTerm::Bernoulli => reading
                    .found
                    .push("a cross-entropy is nats already: β here is that of a Bernoulli decoder, without γ".into()),
                ErrorTerm::Absolute => reading
                    .found
                    .push("an absolute error has no Gaussian equivalent: no β translates it".into()),
            }
            if term.part.dims == Dims::Open {
                reading
                    .assumed
                    .push("the error is summed over pixels".into());
            }
        }
        term => {
            let cross = matches!(term.map(|t| &t.part.kind), Some(Kind::Other(n)) if words::is_cross_entropy(n));
            let name = if cross {
                form.error = ErrorTerm::Bernoulli;
                "mean binary cross-entropy"
            } else {
                "mean squared error"
            };
            let text = format!("{name} over pixels and batch{}", named(term));
            reading.assumed.push(text);
        }
    }
    match kl {
        Some(term) if term.read => {
            let twice = if form.kl_half { "" } else { "without its ½, " };
            reading.found.push(format!(
                "KL: {twice}{} over latents, {} over the batch",
                form.kl_latents.word(),
                form.kl_batch.word()
            ));
            if term.part.dims == Dims::Open {
                reading.assumed.push("the KL is summed over latents".into());
            }
        }
        term => reading.assumed.push(format!(
            "KL summed over latents, {} over the batch{}",
            if form.kl_batch == Reduction::Sum {
                "summed"
            } else {
                "averaged"
            },
            named(term)
        )),
    }
}

/// The name of a term of which the code says no more.
fn named(term: Option<&Term>) -> String {
    match term.map(|t| &t.part.kind) {
        Some(Kind::Other(name)) => format!(", for `{name}`"),
        _ => String::new(),
    }
}

/// What is said of the weight.
fn weights(reading: &mut Reading, k: &Scale, e: &Scale, added: bool) {
    let unknown = k.unread.iter().any(|f| !e.unread.contains(f));
    match reading.weight {
        Some(weight) if !unknown && (added || weight != 1.0) => {
            reading
                .found
                .push(format!("weight of the KL: {}", rounded(weight)));
        }
        Some(weight) => {
            reading
                .assumed
                .push(format!("weight of the KL: {}", rounded(weight)));
            // A number that is known to be only part of the weight still counts.
            reading.weight = (weight != 1.0).then_some(weight);
        }
        None => reading.assumed.push("weight of the KL: 1".into()),
    }
}

/// Other terms of the same sum.
fn rest(reading: &mut Reading, parts: &[Part], error: Option<&Term>, kl: Option<&Term>) {
    // Each of the two once: a second of the same kind is another term.
    let mut taken: Vec<&Part> = [error, kl].into_iter().flatten().map(|t| &t.part).collect();
    for part in parts {
        if let Some(at) = taken.iter().position(|t| *t == part) {
            taken.remove(at);
            continue;
        }
        let text = match &part.kind {
            Kind::Plain => continue,
            Kind::Other(name) => format!("`{name}`, a term of its own"),
            Kind::Kl => "a second KL".into(),
            Kind::Square => "a square of something".into(),
            Kind::Log | Kind::LogProduct => "a term with a logarithm".into(),
            _ => "a second reconstruction term".into(),
        };
        say(&mut reading.unread, text);
    }
}

/// A number as short as it can be.
fn rounded(value: f64) -> String {
    let short = format!("{value:.6e}");
    short.parse::<f64>().unwrap_or(value).to_string()
}
