//! A loss without one of the terms, and one that is computed with several weights.

use crate::convention::reader::{Candidate, Rank, Turns};
use crate::convention::reading::Reading;
use crate::convention::term::Name;
use crate::convention::words;

use super::Ratio;
use super::parts::Parts;
use super::say::{rounded, say};

type All<'a, 'b> = [(&'b Candidate, Parts)];

/// The term that a value lacks, if it has the other.
fn lacks(parts: &Parts) -> Option<&'static str> {
    match (parts.error().is_some(), parts.kl().is_some()) {
        (true, false) => Some("KL"),
        (false, true) => Some("reconstruction error"),
        _ => None,
    }
}

/// Says of a value that is the loss by where it goes, and lacks a term, that it does.
pub(super) fn missing(reading: &mut Reading, all: &All<'_, '_>, chosen: Option<&Candidate>) {
    let optimised: Vec<_> = all
        .iter()
        .filter(|(c, p)| c.rank == Rank::Optimised && (p.error().is_some() || p.kl().is_some()))
        .collect();
    if !optimised.is_empty() {
        let error = optimised.iter().any(|(_, p)| p.error().is_some());
        let kl = optimised.iter().any(|(_, p)| p.kl().is_some());
        if !(error && kl) {
            say_newest(reading, optimised.iter().map(|a| (a.0, &a.1)));
        }
        return;
    }
    if chosen.is_some_and(|c| c.rank >= Rank::Returned) {
        return;
    }
    if returned(reading, all) {
        return;
    }
    match chosen {
        Some(chosen) => {
            let later = |c: &Candidate| {
                let same = c.name == chosen.name || c.name.is_none() || chosen.name.is_none();
                c.overwrites && c.scope == chosen.scope && same && c.at > chosen.at
            };
            say_newest(
                reading,
                all.iter().filter(|(c, _)| later(c)).map(|a| (a.0, &a.1)),
            );
        }
        None if all.iter().any(|(_, p)| p.kl().is_some())
            && all.iter().any(|(_, p)| p.error().is_some()) =>
        {
            let named = |c: &Candidate| c.name.as_ref().is_some_and(|n| words::is_loss(n));
            say_newest(
                reading,
                all.iter().filter(|(c, _)| named(c)).map(|a| (a.0, &a.1)),
            );
        }
        None => {}
    }
}

/// Says of a function that computes both terms and returns neither that it does.
pub(super) fn dropped(
    reading: &mut Reading,
    all: &All<'_, '_>,
    functions: &[(usize, usize, Name)],
) {
    for (scope, line, text) in functions {
        let here = || all.iter().filter(|(c, _)| c.scope == Some(*scope));
        let both =
            here().any(|(_, p)| p.error().is_some()) && here().any(|(_, p)| p.kl().is_some());
        if both {
            let text = format!("what `{text}` in line {line} returns has neither term in it");
            say(&mut reading.unread, text);
        }
    }
}

/// What a function returns without a term that it computes.
fn returned(reading: &mut Reading, all: &All<'_, '_>) -> bool {
    let mut found = false;
    for (candidate, parts) in all.iter().filter(|(c, _)| c.rank == Rank::Returned) {
        let Some(lack) = lacks(parts) else { continue };
        let is_it = |p: &Parts| match lack {
            "KL" => p.kl().is_some(),
            _ => p.error().is_some(),
        };
        let here = || all.iter().filter(|(c, _)| c.scope == candidate.scope);
        let beside =
            here().any(|(c, p)| c.rank == Rank::Beside && c.at == candidate.at && is_it(p));
        let computed = here().any(|(_, p)| is_it(p));
        let whole = here()
            .any(|(c, p)| c.rank == Rank::Returned && p.error().is_some() && p.kl().is_some());
        if computed && !whole && (candidate.called_loss || !beside) {
            let text = format!(
                "what `{}` in line {} returns has no {lack} in it",
                candidate.text, candidate.line
            );
            say(&mut reading.unread, text);
            found = true;
        }
    }
    found
}

fn say_newest<'a>(reading: &mut Reading, all: impl Iterator<Item = (&'a Candidate, &'a Parts)>) {
    let lacking = all.filter_map(|(c, p)| lacks(p).map(|lack| (c, lack)));
    if let Some((candidate, lack)) = lacking.max_by_key(|(c, _)| c.at) {
        let line = if candidate.line == 0 {
            String::new()
        } else {
            format!(" in line {}", candidate.line)
        };
        say(
            &mut reading.unread,
            format!("the loss `{}`{line} has no {lack} in it", candidate.text),
        );
    }
}

impl Turns {
    /// What changes from round to round, with its values.
    fn sentences(&self) -> Vec<String> {
        let changing = |n: &&(Name, Vec<f64>)| n.1.iter().any(|v| *v != n.1[0]);
        let mut all = Vec::new();
        for (name, numbers) in self.numbers.iter().filter(changing) {
            let mut shown: Vec<String> = Vec::new();
            for number in numbers.iter().map(|v| rounded(*v)) {
                if !shown.contains(&number) && shown.len() < 9 {
                    shown.push(if shown.len() < 8 {
                        number
                    } else {
                        "…".into()
                    });
                }
            }
            all.push(format!(
                "`{name}`, which acts on the loss: it takes {} in turn",
                shown.join(", ")
            ));
        }
        if all.is_empty() {
            all.push(format!(
                "`{}`, which acts on the loss: another value in every round",
                self.text
            ));
        }
        all
    }
}

/// Says of a loss that is computed several times, with other weights each time, what they come from.
pub(super) fn in_turn(
    reading: &mut Reading,
    chosen: &Candidate,
    parts: &Parts,
    all: &All<'_, '_>,
    loops: &[Turns],
) {
    let own = Ratio::of(parts);
    let here: Vec<(&Candidate, Ratio)> = all
        .iter()
        .filter(|(c, _)| c.at == chosen.at && c.line == chosen.line && c.rank == chosen.rank)
        .filter_map(|(c, p)| Some((*c, Ratio::of(p)?)))
        .collect();
    let differ = |own: &Ratio| here.iter().any(|h| !h.1.same(own));
    if chosen.line == 0 || !own.as_ref().is_some_and(differ) {
        return;
    }
    // A loop whose rounds weigh the terms alike has nothing to do with it.
    let matters = |at: &usize| {
        let mut within = here.iter().filter(|h| h.0.turns.contains(at));
        let first = within.next();
        first.is_none_or(|first| within.any(|h| !h.1.same(&first.1)))
    };
    let around: Vec<usize> = chosen.turns.iter().copied().filter(matters).collect();
    let around: Vec<&Turns> = if chosen.turns.is_empty() {
        loops.iter().filter(|l| l.line == chosen.line).collect()
    } else {
        around.iter().filter_map(|at| loops.get(*at)).collect()
    };
    let said = !around.is_empty();
    for turns in around {
        for text in turns.sentences() {
            say(&mut reading.unread, text);
        }
    }
    if !said {
        let mut weights: Vec<String> = Vec::new();
        for (_, ratio) in &here {
            let weight = rounded(ratio.factor.number);
            if weights.len() < 8 && !weights.contains(&weight) {
                weights.push(weight);
            }
        }
        let text = format!(
            "the weight, which acts on the loss `{}` in line {}: the KL stands beside the error with {} in turn",
            chosen.text,
            chosen.line,
            weights.join(", ")
        );
        say(&mut reading.unread, text);
    }
}
