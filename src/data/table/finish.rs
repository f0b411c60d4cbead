//! What was read becomes a data set: classes, identifiers, constants and pictures are told apart.

use crate::config::{Constant, DataConfig, Missing};
use crate::data::dataset::{Dataset, ImageShape, Pixels};
use crate::data::error::{Error, plain};
use crate::data::load::{Loaded, name_of};

use super::classes::{Source, Table};
use super::columns::{Plan, Role};
use super::records::Records;
use super::remarks::Remarks;
use super::rows::Rows;
use super::values::{Range, Values};
use super::words::Words;
use super::{colour, pixels};

/// Fewest lines that show that a column counts them.
const COUNTED: usize = 5;
/// Least number that a column without a name holds if it numbers the items but does not count them.
const LARGE: f32 = 1000.0;
/// More than the number of any part of the data that is told by numbers.
const MOST_FOLDS: f32 = 32.0;
/// Longest name of a value, in characters.
const LONGEST: usize = 200;

/// A table that is being finished.
struct Finish<'a> {
    path: &'a std::path::Path,
    config: &'a DataConfig,
    plan: &'a Plan,
    rows: Rows,
    /// Of every stored value the column that it comes from, and what it is called.
    stored: Vec<usize>,
    names: Vec<String>,
    ranges: Vec<Range>,
    /// Which of the stored values belong to the items.
    kept: Vec<bool>,
    remarks: Remarks<'a>,
}

/// The classes of the items.
#[derive(Default)]
struct Classes {
    column: Option<usize>,
    labels: Vec<u8>,
    names: Vec<String>,
    /// What could have been asked for instead.
    choices: Vec<String>,
}

/// Makes a data set of what was read.
///
/// # Errors
/// [`Error::Malformed`] if nothing is left, or a class is missing; [`Error::Choice`] for labels that are no classes.
pub(super) fn finish(
    records: &Records<'_>,
    rows: Rows,
    plan: &Plan,
    config: &DataConfig,
    remarks: Vec<String>,
) -> Result<Loaded, Error> {
    let stored = plan.stored();
    let mut work = Finish {
        path: records.path(),
        config,
        plan,
        names: plan.stored_names(),
        ranges: Vec::new(),
        kept: vec![true; stored.len()],
        remarks: Remarks::new(&plan.names, remarks),
        stored,
        rows,
    };
    if work.rows.total == 0 {
        return Err(work.fail(if work.rows.dropped > 0 {
            "every line of the table lacks a value, so none is left; the setting 'missing' can put the means of the columns there"
        } else {
            "the table holds no line of numbers"
        }));
    }
    if !work.stored.is_empty() {
        let filled = work.rows.values.fill(work.stored.len());
        work.remarks.filled(&work.stored, &filled);
        for (kept, filled) in work.kept.iter_mut().zip(&filled) {
            *kept = filled.is_some();
        }
        work.ranges = work.rows.values.ranges(work.stored.len());
    }
    let mut classes = work.classes()?;
    work.leave_out(&classes);
    let picture = work.shape();
    if !work.kept.contains(&true) {
        return Err(work.fail(
            "there is no column of values: what it holds are words, classes, or numbers of lines",
        ));
    }
    work.remarks
        .lines(work.rows.dropped, work.rows.total, records.blank);
    if work.kept.contains(&false) {
        work.rows.values.keep_columns(&work.kept);
        let mut kept = work.kept.iter();
        work.names.retain(|_| kept.next().is_none_or(|k| *k));
        let mut kept = work.kept.iter();
        work.stored.retain(|_| kept.next().is_none_or(|k| *k));
    }
    if picture.is_none() && config.transpose {
        work.transpose();
        classes = Classes::default();
    }
    Ok(work.loaded(picture, classes))
}

impl Finish<'_> {
    fn fail(&self, reason: &str) -> Error {
        Error::malformed(self.path, 0, reason)
    }

    /// The classes of the items; lines without one are left out if that was asked for.
    fn classes(&mut self) -> Result<Classes, Error> {
        let plan = self.plan;
        let table = Table {
            plan,
            stored: &self.stored,
            values: &self.rows.values,
            ranges: &self.ranges,
        };
        let mut choices = table.choices();
        if choices.len() < 2 {
            choices.clear();
        }
        let chosen = table.choose();
        let found = chosen.and_then(|source| {
            let found = match source {
                Source::Words(number) => plan.words[number]
                    .are_few()
                    .then(|| plan.words[number].classes()),
                Source::Stored(stored) => table.numbered(stored),
            };
            found.map(|(codes, names)| (table.column(source), codes, names))
        });
        let Some((column, codes, names)) = found else {
            return match plan.asked {
                None => Ok(Classes {
                    choices,
                    ..Classes::default()
                }),
                Some(column) => Err(Error::Choice {
                    name: name_of(self.path),
                    reason: format!(
                        "{} holds no classes, which are at most 256 different words or whole numbers",
                        plan.names.shown(column)
                    ),
                }),
            };
        };
        let labels: Vec<u8> = codes.iter().copied().flatten().collect();
        if labels.len() < codes.len() {
            self.drop_unlabelled(column, &codes)?;
        }
        if labels.is_empty() {
            return Err(self.fail("no line of the table has a class"));
        }
        self.remarks.classes(column, &names, plan.asked.is_some());
        Ok(Classes {
            column: Some(column),
            labels,
            names,
            choices,
        })
    }

    /// Leaves out the lines without a class.
    fn drop_unlabelled(&mut self, column: usize, codes: &[Option<u8>]) -> Result<(), Error> {
        if self.config.missing != Missing::Drop {
            let words = self.plan.words.iter().find(|w| w.column == column);
            let line = words.and_then(Words::gap).unwrap_or(0);
            let place = self.plan.names.place(column);
            return Err(self.fail(&format!(
                "line {line}: the class in {place} is missing; the setting 'missing' can drop such lines"
            )));
        }
        let whole: Vec<bool> = codes.iter().map(Option::is_some).collect();
        let lost = whole.iter().filter(|w| !**w).count();
        self.rows.values.keep_rows(&whole, self.stored.len());
        self.rows.count -= lost;
        self.rows.dropped += lost as u64;
        self.rows.total = self.rows.total.saturating_sub(lost as u64);
        let mut each = whole.iter();
        self.rows
            .item_names
            .retain(|_| each.next().is_none_or(|kept| *kept));
        if self.rows.count > 0 && !self.stored.is_empty() {
            self.ranges = self.rows.values.ranges(self.stored.len());
        }
        Ok(())
    }

    /// Leaves out the columns that are no values, and says so.
    fn leave_out(&mut self, classes: &Classes) {
        let plan = self.plan;
        let mut out = plan.out.clone();
        for words in &plan.words {
            if Some(words.column) != classes.column {
                let choice = plan.names.choice(words.column);
                let mut why = words.described();
                if words.are_classes() {
                    why = format!("{why}; choose the label '{choice}' to take them as classes");
                }
                if plan.names.is_part(words.column) {
                    why.push_str(
                        "; they name no parts for training and test, so all lines are read together",
                    );
                }
                out.push((words.column, why));
            }
        }
        for (kept, column) in self.kept.iter_mut().zip(&self.stored) {
            if !*kept {
                out.push((*column, "it is empty in the lines that are used".into()));
            }
            *kept &= Some(*column) != classes.column;
        }
        for stored in 0..self.stored.len() {
            let column = self.stored[stored];
            let alone = self.kept.iter().filter(|k| **k).count() < 2;
            if self.kept[stored]
                && !alone
                && plan.names.numbers_parts(column)
                && self.are_folds(stored)
            {
                self.kept[stored] = false;
                let why = "it numbers parts of the data, which are read together";
                out.push((column, why.into()));
            }
        }
        let others = self.kept.iter().skip(1).any(|k| *k);
        if others && let Some((column, why)) = self.numbering(classes.column) {
            self.kept[0] = false;
            out.push((column, why.into()));
        }
        self.remarks.left_out(out);
    }

    /// Whether a stored column holds few different whole numbers, as those of folds.
    fn are_folds(&self, stored: usize) -> bool {
        let range = self.ranges[stored];
        let few = range.is_of_bytes() && range.high < MOST_FOLDS;
        few && self.plan.roles[self.stored[stored]] == Role::Value
    }

    /// The first stored column, if it numbers the items, and why that is so.
    fn numbering(&self, class: Option<usize>) -> Option<(usize, &'static str)> {
        let (&column, range) = (self.stored.first()?, self.ranges.first()?);
        let names = &self.plan.names;
        let value = self.plan.roles[column] == Role::Value && Some(column) != class;
        if !value || !range.whole || pixels::are_called_pixels(&self.names) {
            return None;
        }
        let numbers: Vec<f32> = self.rows.values.column(0, self.stored.len()).collect();
        let counts = numbers.len() >= COUNTED
            && matches!(numbers[0], 0.0 | 1.0)
            && numbers.windows(2).all(|w| w[1] == w[0] + 1.0);
        if column == 0 && counts && !names.is_coordinate(column) {
            return Some((column, "it numbers the items"));
        }
        // Numbers of customers or patients, which do not count up.
        if numbers.len() < 3 || !nearly_all_differ(&numbers) {
            return None;
        }
        if names.are_there() {
            let id = names.ends_as_id(column);
            return id.then_some((column, "it numbers the items"));
        }
        let large = |range: &Range| range.whole && range.low >= LARGE;
        let others = self.ranges.iter().zip(&self.kept).skip(1);
        let alone = !others
            .filter(|(_, kept)| **kept)
            .any(|(range, _)| large(range));
        let why = "its numbers are large, whole and nearly all different, so they are taken for those of the items; a \
                   first line of names keeps it";
        (column == 0 && large(range) && alone).then_some((column, why))
    }

    /// The shape of the items if their columns are pixels, and what is to be said of columns that never change.
    fn shape(&mut self) -> Option<ImageShape> {
        let mut ranges = self.ranges.clone();
        let mut names = self.names.clone();
        let mut kept = self.kept.iter();
        ranges.retain(|_| kept.next().is_none_or(|k| *k));
        let mut kept = self.kept.iter();
        names.retain(|_| kept.next().is_none_or(|k| *k));
        let picture = pixels::shape(&names, &ranges).filter(|_| !ranges.is_empty());
        let fixed = |place: &usize| self.kept[*place] && self.ranges[*place].is_constant();
        let constant: Vec<usize> = (0..self.stored.len()).filter(fixed).collect();
        if constant.is_empty() || self.rows.count < 2 {
            return picture;
        }
        let drop = self.config.constant == Constant::Drop;
        match (picture, drop) {
            (Some(_), false) => {}
            (Some(_), true) => self
                .remarks
                .say("pixels that never change stay, since the picture needs them"),
            (None, _) => {
                let columns = constant.iter().map(|&place| self.stored[place]).collect();
                self.remarks.constant(columns, drop);
                for place in constant {
                    self.kept[place] = !drop;
                }
            }
        }
        picture
    }

    /// Makes items of the columns.
    fn transpose(&mut self) {
        let (width, items) = (self.stored.len(), self.rows.count);
        self.rows.values.transpose(width);
        self.remarks.turned(width, items);
        let named = self.rows.item_names.len() == items;
        self.names = if named {
            std::mem::take(&mut self.rows.item_names)
        } else {
            Vec::new()
        };
        self.rows.total = width as u64;
        self.rows.count = width;
        self.stored = vec![0; items];
    }

    /// The data set.
    fn loaded(mut self, picture: Option<ImageShape>, classes: Classes) -> Loaded {
        let width = self.stored.len();
        let mut values = self.rows.values;
        let shape = picture.unwrap_or(ImageShape {
            height: 1,
            width,
            channels: 1,
        });
        let wide = width > self.rows.count && self.rows.count > 1;
        if picture.is_none() && !self.config.transpose && wide && self.plan.item_names().is_some() {
            self.remarks.may_be_turned(self.rows.count, width);
        }
        if shape.channels == 3 {
            match &mut values {
                Values::Bytes(bytes) => colour::alternate(bytes, shape.width),
                Values::Floats(floats) => colour::alternate(floats, shape.width),
            }
        }
        let data = Dataset {
            name: name_of(self.path),
            shape,
            pixels: match values {
                Values::Bytes(bytes) => Pixels::Bytes(bytes),
                Values::Floats(floats) => Pixels::Floats(floats),
            },
            labels: classes.column.map(|_| classes.labels),
            classes: classes.names,
            table: picture.is_none(),
            columns: self.names.iter().map(|n| plain(n, LONGEST)).collect(),
            remarks: self.remarks.into_sentences(),
            ..Dataset::default()
        };
        Loaded {
            data,
            total: Some(self.rows.total),
            labels: classes.choices,
            arrays: Vec::new(),
        }
    }
}

fn nearly_all_differ(numbers: &[f32]) -> bool {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    sorted.dedup();
    10 * sorted.len() >= 9 * numbers.len()
}
