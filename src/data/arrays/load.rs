//! Items and labels out of a container of arrays.

use std::path::Path;

use crate::config::DataConfig;
use crate::data::dataset::{Dataset, ImageShape, Pixels};
use crate::data::error::{Error, OnProgress, plain};
use crate::data::limits::{MAX_BYTES, RESIDENT_BYTES};
use crate::data::load::{Loaded, name_of};
use crate::data::split;

use super::beside::labels_beside;
use super::choose::{Chosen, choose};
use super::entry::{Container, Entry, read};
use super::items::{Items, read_items};
use super::labels::{Form, Told, is_readable, read_labels};
use super::open::open;

/// Most columns of labels that are offered by name.
const OFFERED: u64 = 64;

/// Loads the items of the split that `config` asks for, or of the array that it names, and their labels if there are
/// any; `limit` is how many items are read.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Folder`] if it is not clear which array holds the items, [`Error::NoSuchLabel`],
/// [`Error::TooLarge`], [`Error::Cancelled`].
pub(in crate::data) fn load(
    path: &Path,
    config: &DataConfig,
    limit: Option<usize>,
    progress: OnProgress<'_>,
) -> Result<Loaded, Error> {
    let container = open(path)?;
    let container = container.as_ref();
    let chosen = choose(container, config.array.as_deref(), config.split)?;
    let items = &container.entries()[chosen.index];
    let own = items.says().part;
    let name = match own {
        Some(_) if container.entries().len() > 1 => {
            format!("{}{}", name_of(path), split::suffix(own))
        }
        _ => name_of(path),
    };
    let mut remarks = chosen.remarks.clone();
    if !chosen.classes.is_empty() {
        return by_class(container, &chosen, name, limit, remarks, progress);
    }
    let Items {
        shape,
        pixels,
        rounded,
    } = read(container, chosen.index, |source, entry| {
        read_items(
            source,
            entry,
            &chosen.layout,
            limit,
            RESIDENT_BYTES,
            progress,
        )
    })?;
    if rounded > 0 {
        remarks.push(format!(
            "{rounded} of the values of {} are whole numbers above 16,777,216, which are kept to seven digits",
            items.name
        ));
    }
    let total = chosen.layout.total;
    let count = limit.map_or(total, |l| total.min(l as u64)) as usize;
    let wanted = Wanted {
        container,
        path,
        chosen: &chosen,
        shape,
        count,
        name: &name,
    };
    let found = wanted.labels(config.label.as_deref(), &mut remarks, progress)?;
    let (labels, classes) = found.map_or((None, Vec::new()), |(l, c)| (Some(l), c));
    let offered = wanted.offered();
    Ok(Loaded {
        data: Dataset {
            name,
            shape,
            pixels,
            labels,
            classes,
            remarks,
            splits: chosen.parts.clone(),
            ..Dataset::default()
        },
        total: Some(total),
        labels: offered,
        arrays: chosen.others.clone(),
    })
}

/// Labels and what the classes are called.
type Labels = (Vec<u8>, Vec<String>);

/// Items whose labels are wanted.
struct Wanted<'a> {
    container: &'a dyn Container,
    path: &'a Path,
    chosen: &'a Chosen,
    shape: ImageShape,
    count: usize,
    name: &'a str,
}

impl Wanted<'_> {
    /// The labels: those that are asked for, or the likeliest.
    fn labels(
        &self,
        asked: Option<&str>,
        remarks: &mut Vec<String>,
        progress: OnProgress<'_>,
    ) -> Result<Option<Labels>, Error> {
        if let Some(asked) = asked {
            return self.asked(asked, progress).map(Some);
        }
        let candidates = self.candidates();
        let named = candidates.iter().any(|(entry, ..)| entry.says().label);
        if !named && candidates.len() > 1 {
            let names: Vec<&str> = candidates
                .iter()
                .map(|(e, ..)| e.name.as_str())
                .take(6)
                .collect();
            remarks.push(format!(
                "no labels are taken: which of {} they are is not plain; --label NAME takes one",
                names.join(", ")
            ));
            return Ok(None);
        }
        for (entry, index, form) in &candidates {
            match self.read(self.container, *index, *form, progress)? {
                Told::Classes(labels, classes) => {
                    let labels = self.digits_from_zero(labels, &entry.name, remarks);
                    return Ok(Some((labels, classes)));
                }
                Told::Nothing(why) => remarks.push(format!(
                    "{} is not taken as labels: {why}{}",
                    entry.told(),
                    if entry.sizes.get(1).is_some_and(|&k| k > 1) {
                        format!("; --label {}:0 takes the first column", entry.name)
                    } else {
                        String::new()
                    }
                )),
            }
        }
        if candidates.is_empty() {
            self.say_other_counts(remarks);
            return self.beside(remarks, progress);
        }
        Ok(None)
    }

    /// The labels in a file of their own.
    fn beside(
        &self,
        remarks: &mut Vec<String>,
        progress: OnProgress<'_>,
    ) -> Result<Option<Labels>, Error> {
        if self.path.is_dir() {
            return Ok(None);
        }
        let Some(found) = labels_beside(self.path) else {
            return Ok(None);
        };
        let entry = &found.container.entries()[found.index];
        let file = plain(&found.file, 100);
        let held = entry.sizes.first().copied().unwrap_or(0);
        if held != self.chosen.layout.total {
            remarks.push(format!(
                "{file} holds {held} labels and there are {} items, so they are not taken",
                self.chosen.layout.total
            ));
            return Ok(None);
        }
        let told = self.read(found.container.as_ref(), found.index, found.form, progress)?;
        match told {
            Told::Classes(labels, classes) => {
                remarks.push(format!("the labels are those of {file}"));
                Ok(Some((labels, classes)))
            }
            Told::Nothing(why) => {
                remarks.push(format!("{file} is not taken as labels: {why}"));
                Ok(None)
            }
        }
    }

    /// The labels of this name, or of this column.
    fn asked(&self, asked: &str, progress: OnProgress<'_>) -> Result<Labels, Error> {
        let readable = self.readable();
        let offered = self.offered();
        let unknown = || Error::NoSuchLabel {
            name: self.name.into(),
            label: asked.into(),
            known: if offered.is_empty() {
                "none".into()
            } else {
                offered.join(", ")
            },
        };
        let whole = readable.iter().find(|(entry, _)| entry.name == asked);
        let of_column = || {
            let (name, column) = asked.rsplit_once(':').unwrap_or(("", asked));
            let column: usize = column.trim().parse().ok()?;
            let mut fits = readable.iter().filter(|(entry, _)| {
                let columns = entry
                    .sizes
                    .get(1)
                    .is_some_and(|&k| (column as u64) < k && k > 1);
                columns && (entry.name == name || name.is_empty() && entry.says().label)
            });
            let found = fits.next()?;
            fits.next()
                .is_none()
                .then_some((found.1, Form::Column(column)))
        };
        let (index, form) = match whole {
            Some((entry, index)) if entry.sizes.get(1).is_none_or(|&k| k == 1) => {
                (*index, Form::Column(0))
            }
            Some((_, index)) => (*index, Form::OneHot),
            None => of_column().ok_or_else(unknown)?,
        };
        match self.read(self.container, index, form, progress)? {
            Told::Classes(labels, classes) => Ok((labels, classes)),
            Told::Nothing(why) => Err(Error::Choice {
                name: self.name.into(),
                reason: format!("'{asked}' cannot be the labels: {why}"),
            }),
        }
    }

    fn read(
        &self,
        container: &dyn Container,
        index: usize,
        form: Form,
        progress: OnProgress<'_>,
    ) -> Result<Told, Error> {
        let total = self.chosen.layout.total;
        read(container, index, |source, entry| {
            let upright = upright(entry, total);
            read_labels(source, &upright, form, total, self.count, progress)
        })
    }

    /// The arrays beside the items with a row for each of them.
    fn readable(&self) -> Vec<(Entry, usize)> {
        let entries = self.container.entries();
        let (part, total) = (
            entries[self.chosen.index].says().part,
            self.chosen.layout.total,
        );
        let others = entries
            .iter()
            .enumerate()
            .filter(|(i, _)| *i != self.chosen.index);
        others
            .map(|(index, entry)| (upright(entry, total), index))
            .filter(|(e, _)| {
                e.sizes.first() == Some(&total) && e.says().part == part && is_readable(e)
            })
            .collect()
    }

    /// What may be the labels, the likeliest first: rather what is called labels, and rather integers.
    fn candidates(&self) -> Vec<(Entry, usize, Form)> {
        let form = |(entry, index): (Entry, usize)| {
            let form = Form::of(&entry)?;
            Some((entry, index, form))
        };
        let mut found: Vec<(Entry, usize, Form)> =
            self.readable().into_iter().filter_map(form).collect();
        found.sort_by_key(|(e, _, form)| (!e.says().label, *form, e.name.clone()));
        found
    }

    /// The names that labels can be asked for by, where there is a choice.
    fn offered(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut choice = false;
        for (entry, _) in self.readable() {
            match entry.sizes.get(1) {
                None | Some(1) => names.push(entry.name),
                Some(&columns) => {
                    // Rows of numbers are rather items, unless they are called labels or are whole numbers.
                    let float = entry.value.as_ref().is_ok_and(|v| v.is_float());
                    if columns <= OFFERED && (entry.says().label || !float || columns <= 16) {
                        choice = true;
                        names.extend((0..columns).map(|k| format!("{}:{k}", entry.name)));
                    }
                }
            }
        }
        if choice || names.len() > 1 {
            names
        } else {
            Vec::new()
        }
    }

    /// Says of arrays that are called labels that there are not as many as items.
    fn say_other_counts(&self, remarks: &mut Vec<String>) {
        let entries = self.container.entries();
        let part = entries[self.chosen.index].says().part;
        let others = entries.iter().enumerate().filter(|(i, e)| {
            *i != self.chosen.index && e.says().label && e.says().part == part && e.sizes.len() == 1
        });
        for (_, entry) in others.take(3) {
            remarks.push(format!(
                "{} is not taken as labels: there are {} items",
                entry.told(),
                self.chosen.layout.total
            ));
        }
    }

    /// The labels of pictures of digits that MATLAB counted from 1, where 10 stands for the digit 0.
    fn digits_from_zero(
        &self,
        mut labels: Vec<u8>,
        name: &str,
        remarks: &mut Vec<String>,
    ) -> Vec<u8> {
        let matlab = self.container.entries()[self.chosen.index].matlab;
        let digits = matches!(
            (self.shape.height, self.shape.width, self.shape.channels),
            (32, 32, 3) | (1, 400, 1)
        );
        let tens = labels.contains(&10) && labels.iter().all(|&l| (1..=10).contains(&l));
        if matlab && digits && tens {
            for label in &mut labels {
                *label %= 10;
            }
            remarks.push(format!("label 10 of {name} is taken as the digit 0"));
        }
        labels
    }
}

/// An array as one with a row for each item: in MATLAB they may be the columns.
fn upright(entry: &Entry, total: u64) -> Entry {
    let turned = entry.matlab
        && matches!(entry.sizes[..], [rows, columns] if rows != total && columns == total);
    let mut upright = entry.clone();
    if turned {
        upright.sizes.reverse();
        upright.fortran = !upright.fortran;
    }
    upright
}

/// The items of arrays of one class each, one array after the other.
fn by_class(
    container: &dyn Container,
    chosen: &Chosen,
    name: String,
    limit: Option<usize>,
    remarks: Vec<String>,
    progress: OnProgress<'_>,
) -> Result<Loaded, Error> {
    let first = (chosen.index, chosen.layout.clone());
    let all: Vec<_> = std::iter::once(&first).chain(&chosen.classes).collect();
    let total: u64 = all
        .iter()
        .map(|(_, layout)| layout.total)
        .fold(0, u64::saturating_add);
    let d = chosen.layout.shape.dim() as u64;
    let mut left = limit.map_or(total, |l| total.min(l as u64));
    if left.saturating_mul(d).saturating_mul(4) > MAX_BYTES {
        return Err(Error::TooLarge {
            what: container.path().display().to_string(),
            needed: left.saturating_mul(d).saturating_mul(4),
            cap: MAX_BYTES,
            advice: "read fewer items with a limit",
        });
    }
    let (mut bytes, mut floats, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    let mut whole = true;
    for (class, (index, layout)) in all.into_iter().enumerate() {
        let wanted = left.min(layout.total);
        if wanted == 0 {
            break;
        }
        let items = read(container, *index, |source, entry| {
            read_items(
                source,
                entry,
                layout,
                Some(wanted as usize),
                u64::MAX,
                progress,
            )
        })?;
        left -= wanted;
        labels.resize(labels.len() + wanted as usize, class as u8);
        match items.pixels {
            Pixels::Bytes(v) if whole => bytes.extend(v),
            Pixels::Bytes(v) => floats.extend(v.into_iter().map(f32::from)),
            Pixels::Floats(v) => {
                if whole {
                    floats = bytes.drain(..).map(f32::from).collect();
                    whole = false;
                }
                floats.extend(v);
            }
            Pixels::Stored(_) => {}
        }
    }
    Ok(Loaded {
        data: Dataset {
            name,
            shape: chosen.layout.shape,
            pixels: if whole {
                Pixels::Bytes(bytes)
            } else {
                Pixels::Floats(floats)
            },
            labels: Some(labels),
            remarks,
            splits: chosen.parts.clone(),
            ..Dataset::default()
        },
        total: Some(total),
        labels: Vec::new(),
        arrays: chosen.others.clone(),
    })
}
