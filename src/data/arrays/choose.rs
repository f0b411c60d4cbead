//! Which of several arrays holds the items.

use std::collections::BTreeSet;
use std::path::Path;

use crate::config::Split;
use crate::data::error::Error;
use crate::data::load::name_of;
use crate::data::split;

use super::entry::{Container, Entry};
use super::labels::Form;
use super::layout::{Layout, layout};
use super::names::numbered;

/// Most arrays that a sentence names.
const NAMED: usize = 6;

/// The array that was chosen.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    pub(super) index: usize,
    pub(super) layout: Layout,
    /// Further arrays of the same shape, one for each class, that follow it: `train1`, `train2`, …
    pub(super) classes: Vec<(usize, Layout)>,
    /// What was decided.
    pub(super) remarks: Vec<String>,
    /// The arrays that could be taken instead, if there are any.
    pub(super) others: Vec<String>,
    /// The parts that the arrays of items are of.
    pub(super) parts: Vec<Split>,
}

/// An array that may hold the items.
struct Candidate<'a> {
    index: usize,
    entry: &'a Entry,
    layout: Layout,
}

/// Chooses the items of `part`, or the array that is `asked` for: its name, or in a matrix its name and `'` for the
/// columns where the rows would be items.
///
/// # Errors
/// [`Error::Folder`] if there is no such array, or if it is not clear which one holds the items; it names them.
pub(super) fn choose(
    container: &dyn Container,
    asked: Option<&str>,
    asked_part: Split,
) -> Result<Chosen, Error> {
    let entries = container.entries();
    let fail = |reason: String| Error::Folder {
        path: container.path().into(),
        reason,
    };
    if let Some(asked) = asked {
        return by_name(entries, asked, container.path()).map_err(fail);
    }
    let usable: Vec<Candidate> = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.value.is_ok() && !is_labels_of_another(entry, entries))
        .filter_map(|(index, entry)| {
            let layout = layout(entry, &lists(entries, entry), false).ok()?;
            Some(Candidate {
                index,
                entry,
                layout,
            })
        })
        .collect();
    if usable.is_empty() {
        return Err(fail(nothing(container)));
    }
    let of = |wanted: Option<Split>| -> Vec<&Candidate> {
        let fits = |c: &&Candidate| c.entry.says().part == wanted;
        usable.iter().filter(fits).collect()
    };
    // Who names a file of one array wants that one, and the name of the file was looked at.
    let single = matches!(entries, [one] if one.name == name_of(container.path()));
    let parts: BTreeSet<Split> = usable.iter().filter_map(|c| c.entry.says().part).collect();
    let parts: Vec<Split> = parts.into_iter().collect();
    let mut remark = None;
    let candidates: Vec<&Candidate> = if single {
        usable.iter().collect()
    } else {
        let undivided = of(None);
        let training = matches!(asked_part, Split::Auto | Split::Train);
        if training && !undivided.is_empty() && !parts.contains(&Split::Train) {
            undivided
        } else {
            let taken = split::choose(asked_part, &parts, "items").map_err(|why| {
                fail(format!(
                    "{why} (its arrays: {})",
                    some(usable.iter().map(|c| c.entry))
                ))
            })?;
            remark = taken.remark;
            of(taken.part)
        }
    };
    let part = candidates.first().and_then(|c| c.entry.says().part);
    let with = |mut chosen: Chosen| {
        chosen.remarks.splice(0..0, remark);
        chosen.parts = parts;
        chosen
    };
    if let Some(chosen) = of_classes(&candidates) {
        return Ok(with(chosen));
    }
    if let Some(blocked) = better_but_unreadable(entries, &candidates, part) {
        return Err(fail(blocked));
    }
    let Some(best) = plainest(&candidates) else {
        return Err(fail(format!(
            "{} holds {} arrays of items: {}; name the one to take with --array NAME",
            noun(container.path()),
            candidates.len(),
            some(candidates.iter().map(|c| c.entry))
        )));
    };
    Ok(with(told(best, &candidates, entries)))
}

/// The array called `asked`.
fn by_name(entries: &[Entry], asked: &str, path: &Path) -> Result<Chosen, String> {
    let plain = |name: &str| name.strip_suffix(".npy").unwrap_or(name).to_lowercase();
    let find = |name: &str| {
        let exact = entries.iter().position(|e| e.name == name);
        exact.or_else(|| entries.iter().position(|e| plain(&e.name) == plain(name)))
    };
    let found = find(asked).map(|index| (index, false));
    let turned = || Some((find(asked.strip_suffix('\'')?)?, true));
    let Some((index, swapped)) = found.or_else(turned) else {
        return Err(format!(
            "{} holds no array '{asked}' (it holds {})",
            noun(path),
            some(entries.iter())
        ));
    };
    let entry = &entries[index];
    if let Err(what) = &entry.value {
        return Err(format!("{}: {what}", entry.told()));
    }
    let layout = layout(entry, &lists(entries, entry), swapped)
        .map_err(|why| format!("{}: {why}", entry.told()))?;
    let remarks = unusual(entry, &layout).into_iter().collect();
    Ok(Chosen {
        index,
        layout,
        classes: Vec::new(),
        remarks,
        others: choices(
            entries
                .iter()
                .filter(|e| e.value.is_ok() && e.sizes.len() > 1),
        ),
        parts: Vec::new(),
    })
}

/// The one that is plainly meant: a single one; the only pictures among vectors; the best name.
fn plainest<'a>(candidates: &[&'a Candidate<'a>]) -> Option<&'a Candidate<'a>> {
    let best_name = |of: &[&'a Candidate<'a>]| {
        let rank = |c: &&'a Candidate<'a>| c.entry.says().rank;
        let least = of.iter().filter_map(rank).min()?;
        let mut best = of.iter().filter(|c| rank(c) == Some(least));
        let first = best.next()?;
        best.next().is_none().then_some(*first)
    };
    if let [one] = candidates {
        return Some(one);
    }
    let pictures: Vec<&Candidate> = candidates
        .iter()
        .copied()
        .filter(|c| c.layout.is_picture())
        .collect();
    // A few pictures beside many vectors may be anything, filters for instance.
    let most = candidates.iter().map(|c| c.layout.total).max()?;
    let plain: Vec<&Candidate> = pictures
        .into_iter()
        .filter(|c| c.layout.total == most || c.entry.says().rank.is_some())
        .collect();
    match plain[..] {
        [] => best_name(candidates),
        [one] => Some(one),
        _ => best_name(&plain),
    }
}

/// The choice of `best`, with what was left.
fn told(best: &Candidate<'_>, candidates: &[&Candidate<'_>], entries: &[Entry]) -> Chosen {
    let mut remarks = Vec::new();
    let left = candidates.iter().filter(|c| c.index != best.index);
    let left: Vec<&Entry> = left.map(|c| c.entry).collect();
    if !left.is_empty() {
        remarks.push(format!(
            "took the array {} and left {}; --array NAME takes another",
            best.entry.told(),
            some(left.iter().copied())
        ));
    }
    remarks.extend(unusual(best.entry, &best.layout));
    let unread = entries
        .iter()
        .filter(|e| e.says().part == best.entry.says().part);
    let unread = unread.filter_map(|e| Some((e, e.value.as_ref().err()?)));
    for (entry, what) in unread.take(NAMED) {
        remarks.push(format!("left the array {}: {what}", entry.name));
    }
    Chosen {
        index: best.index,
        layout: best.layout.clone(),
        classes: Vec::new(),
        remarks,
        others: if left.is_empty() && best.layout.unusual.is_none() {
            Vec::new()
        } else {
            choices(candidates.iter().map(|c| c.entry))
        },
        parts: Vec::new(),
    }
}

/// The names to choose from; a matrix made for MATLAB may be taken by its rows or its columns.
fn choices<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<String> {
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.name.clone());
        if entry.matlab && entry.sizes.len() == 2 {
            names.push(format!("{}'", entry.name));
        }
    }
    names
}

/// What is said of an order of sizes that is not the usual one.
fn unusual(entry: &Entry, layout: &Layout) -> Option<String> {
    let order = layout.unusual?;
    Some(if entry.sizes.len() == 2 {
        let other = if order.ends_with("row") {
            "columns"
        } else {
            "rows"
        };
        format!(
            "{} is taken as {order}; --array \"{}'\" takes its {other}",
            entry.told(),
            entry.name
        )
    } else {
        format!("{} is taken as {order}", entry.told())
    })
}

/// Arrays `train0`, `train1`, … of items of one shape, which are one class each.
fn of_classes(candidates: &[&Candidate<'_>]) -> Option<Chosen> {
    let mut numbers: Vec<(usize, &Candidate)> = Vec::new();
    let mut stem = None;
    for candidate in candidates {
        let (before, number) = numbered(&candidate.entry.name)?;
        if *stem.get_or_insert(before) != before {
            return None;
        }
        numbers.push((number, candidate));
    }
    candidates.first()?.entry.says().part?;
    numbers.sort_by_key(|(number, _)| *number);
    let (_, first) = numbers.first()?;
    let in_order = numbers
        .iter()
        .enumerate()
        .all(|(i, (number, _))| i == *number);
    let alike = |c: &Candidate| {
        c.layout.shape == first.layout.shape && c.entry.sizes.len() == first.entry.sizes.len()
    };
    if numbers.len() < 2
        || numbers.len() > 256
        || !in_order
        || !numbers.iter().all(|(_, c)| alike(c))
    {
        return None;
    }
    Some(Chosen {
        index: first.index,
        layout: first.layout.clone(),
        classes: numbers[1..]
            .iter()
            .map(|(_, c)| (c.index, c.layout.clone()))
            .collect(),
        remarks: vec![format!(
            "took the {} arrays {}0 to {}{} as the classes 0 to {}",
            numbers.len(),
            stem?,
            stem?,
            numbers.len() - 1,
            numbers.len() - 1
        )],
        others: choices(candidates.iter().map(|c| c.entry)),
        parts: Vec::new(),
    })
}

/// Why an array that has the name of items cannot be read, where no other has such a name.
fn better_but_unreadable(
    entries: &[Entry],
    candidates: &[&Candidate<'_>],
    part: Option<Split>,
) -> Option<String> {
    let known = candidates.iter().filter_map(|c| c.entry.says().rank).min();
    let unread = entries.iter().filter(|e| {
        e.says()
            .part
            .is_none_or(|p| part.is_none_or(|part| p == part))
    });
    let unread = unread.filter_map(|e| Some((e.says().rank?, e, e.value.as_ref().err()?)));
    let (rank, entry, what) = unread.min_by_key(|(rank, ..)| *rank)?;
    let pictures = candidates.iter().any(|c| c.layout.is_picture());
    (!pictures && known.is_none_or(|known| rank < known)).then(|| {
        format!(
            "its array {} cannot be read: {what}; --array NAME takes another ({})",
            entry.name,
            some(candidates.iter().map(|c| c.entry))
        )
    })
}

/// What is said of a container without an array of items: what its arrays are instead.
fn nothing(container: &dyn Container) -> String {
    let entries = container.entries();
    let why = |e: &Entry| match &e.value {
        Err(what) => format!("{}: {what}", e.name),
        Ok(_) => match layout(e, &[], false) {
            Err(why) => format!("{}: {why}", e.told()),
            Ok(_) => e.told(),
        },
    };
    let held: Vec<String> = entries.iter().take(NAMED).map(why).collect();
    match (&held[..], entries.len()) {
        ([], _) => format!("{} holds no array", noun(container.path())),
        ([one], 1) => one.clone(),
        _ => format!(
            "{} holds no array of items (N × d, N × H × W or N × H × W × C); it holds {}",
            noun(container.path()),
            held.join("; ")
        ),
    }
}

/// Whether an array may be the labels of another one, which has the same N and may not be labels itself.
fn is_labels_of_another(entry: &Entry, entries: &[Entry]) -> bool {
    Form::of(entry).is_some()
        && entries.iter().any(|other| {
            other.name != entry.name
                && other.value.is_ok()
                && Form::of(other).is_none()
                && other.sizes.len() > 1
                && (other.sizes.first() == entry.sizes.first()
                    || other.matlab && other.sizes.last() == entry.sizes.first())
        })
}

/// The lengths of the lists that may be the labels of `entry`.
pub(super) fn lists(entries: &[Entry], entry: &Entry) -> Vec<u64> {
    let part = entry.says().part;
    let beside = entries
        .iter()
        .filter(|e| e.name != entry.name && e.says().part == part);
    let lengths = beside.filter_map(|e| match e.sizes[..] {
        [n] | [n, 1] if n > 1 && e.value.is_ok() => Some(n),
        _ => None,
    });
    lengths.collect()
}

/// `imgs (1200 × 64 × 64), latents_values (1200 × 6)`.
fn some<'a>(entries: impl Iterator<Item = &'a Entry>) -> String {
    let told: Vec<String> = entries.map(Entry::told).collect();
    let more = told.len().saturating_sub(NAMED);
    let text = told[..told.len().min(NAMED)].join(", ");
    if more == 0 {
        text
    } else {
        format!("{text} and {more} more")
    }
}

/// What a container is called in a sentence.
fn noun(path: &Path) -> &'static str {
    if path.is_dir() {
        "the folder"
    } else {
        "the file"
    }
}
