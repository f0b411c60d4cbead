//! What was read becomes a data set: classes, identifiers, constants, pictures, and what is to be said of all that.

use crate::config::{Constant, DataConfig, Missing};
use crate::data::dataset::{Dataset, ImageShape, Pixels};
use crate::data::error::{Error, plain};
use crate::data::load::{Loaded, name_of};
use crate::text::{significant, thousands};

use super::classes::{Source, Table};
use super::columns::{Names, Plan, Role};
use super::records::Records;
use super::rows::Rows;
use super::values::{Range, Values};
use super::{colour, pixels};

/// Fewest lines that show that a column counts them.
const COUNTED: usize = 5;
/// Least number that a column without a name holds if it numbers the items but does not count them.
const LARGE: f32 = 1000.0;
/// Names listed in a remark.
const LISTED: usize = 6;
/// Deviations of columns that differ by more than this factor are remarked on.
const FAR_APART: f64 = 100.0;
/// Items that show the deviations.
const LOOKED_AT: usize = 10_000;

/// Makes a data set of what was read.
///
/// # Errors
/// [`Error::Malformed`] if nothing is left; [`Error::Choice`] for labels or classes that cannot be had.
pub(super) fn finish(
    records: &Records<'_>,
    mut rows: Rows,
    plan: Plan,
    config: &DataConfig,
    mut remarks: Vec<String>,
) -> Result<Loaded, Error> {
    let path = records.path();
    let name = name_of(path);
    let fail = |reason: &str| Error::malformed(path, 0, reason);
    let stored = plan.stored();
    if rows.total == 0 {
        return Err(fail(if rows.dropped > 0 {
            "every line of the table lacks a value, so none is left; --missing mean puts the means of the columns there"
        } else {
            "the table holds no line of numbers"
        }));
    }
    let filled = if stored.is_empty() {
        Vec::new()
    } else {
        rows.values.fill(stored.len())
    };
    let mut ranges = rows.values.ranges(stored.len());
    let table = Table {
        plan: &plan,
        stored: &stored,
        values: &rows.values,
        ranges: &ranges,
    };
    let chosen = table.choose();
    let choices = table.choices();
    let found = match chosen {
        Some(Source::Words(number)) if plan.words[number].are_few() => {
            Some(plan.words[number].classes())
        }
        Some(Source::Stored(stored)) => table.numbered(stored),
        Some(Source::Words(_)) | None => None,
    };
    if let (Some(column), None) = (plan.asked, &found) {
        return Err(Error::Choice {
            name,
            reason: format!(
                "{} holds no classes: they are at most 256 different words or whole numbers",
                plan.names.shown(column)
            ),
        });
    }
    let class_column = found.as_ref().and(chosen).map(|source| table.column(source));
    let (codes, classes) = found.unwrap_or_default();

    // Columns that are no values.
    let mut out = plan.out.clone();
    for words in &plan.words {
        if Some(words.column) != class_column {
            let mut why = words.described();
            if words.are_classes() {
                why = format!("{why}; --label '{}' takes them as classes", plan.names.choice(words.column));
            }
            out.push((words.column, why));
        }
    }
    let mut kept: Vec<bool> = stored.iter().map(|&c| Some(c) != class_column).collect();
    let numbering = (class_column != stored.first().copied())
        .then(|| numbering(&plan, &stored, &rows.values, &ranges, &kept))
        .flatten();
    if let Some(column) = numbering
        && kept.iter().filter(|k| **k).count() > 1
    {
        kept[0] = false;
        out.push((column, "it numbers the items".into()));
    }

    // Lines without a class.
    let mut labels: Vec<u8> = codes.iter().copied().flatten().collect();
    if labels.len() < codes.len() {
        let number = plan.words.iter().find(|w| Some(w.column) == class_column);
        let line = number.and_then(super::words::Words::gap).unwrap_or(0);
        if config.missing != Missing::Drop {
            let place = class_column.map_or_else(String::new, |c| plan.names.place(c));
            return Err(records.bad_line(
                line,
                &format!("the class in {place} is missing; --missing drop leaves such lines out"),
            ));
        }
        let whole: Vec<bool> = codes.iter().map(Option::is_some).collect();
        rows.values.keep_rows(&whole, stored.len());
        let lost = (codes.len() - labels.len()) as u64;
        rows.dropped += lost;
        rows.total = rows.total.saturating_sub(lost);
        if labels.is_empty() {
            return Err(fail("no line of the table has a class"));
        }
        let mut each = whole.iter();
        rows.item_names.retain(|_| each.next().is_none_or(|kept| *kept));
        ranges = rows.values.ranges(stored.len());
    }

    let mut keep = Kept::of(&stored, &plan.names, &ranges, &kept);
    let mut shape = pixels::shape(&keep.names, &keep.ranges);
    let constant: Vec<usize> = keep.constant();
    if shape.is_none() && labels_or_items(&labels, &rows) > 1 && !constant.is_empty() {
        let listed = list(&plan.names, constant.iter().copied());
        if config.constant == Constant::Drop {
            for (place, kept) in kept.iter_mut().enumerate() {
                *kept &= !ranges[place].is_constant();
            }
            keep = Kept::of(&stored, &plan.names, &ranges, &kept);
            remarks.push(format!("{listed} never change and are left out"));
        } else {
            remarks.push(format!(
                "{listed} never change; --constant drop leaves them out"
            ));
        }
    } else if shape.is_some() && config.constant == Constant::Drop && !constant.is_empty() {
        remarks.push("pixels that never change stay, since the picture needs them".into());
    }
    if keep.columns.is_empty() {
        return Err(fail(
            "there is no column of values: what it holds are words, classes, or numbers of lines",
        ));
    }
    if kept.contains(&false) {
        rows.values.keep_columns(&kept);
    }
    let mut data = Dataset {
        name,
        labels: class_column.map(|_| std::mem::take(&mut labels)),
        classes,
        table: shape.is_none(),
        columns: keep.names.iter().map(|n| plain(n, 200)).collect(),
        ..Dataset::default()
    };

    describe(&plan, class_column, &data, &mut out, &mut remarks);
    describe_gaps(&rows, &stored, &plan.names, &filled, &mut remarks);
    if records.blank > 0 {
        remarks.push(format!("{} empty lines are passed over", thousands(records.blank)));
    }
    let width = keep.columns.len();
    if shape.is_none() {
        let items = rows.values.len() / width;
        if config.transpose {
            rows.values.transpose(width);
            data.labels = None;
            data.classes = Vec::new();
            data.columns = if rows.item_names.len() == items {
                rows.item_names.iter().map(|n| plain(n, 200)).collect()
            } else {
                Vec::new()
            };
            rows.total = width as u64;
            remarks.push(format!(
                "the table is turned: its {} columns are the items, of {} values each",
                thousands(width as u64),
                thousands(items as u64)
            ));
        } else if width > items && items > 1 && plan.item_names().is_some() {
            remarks.push(format!(
                "the {} rows are the items and the {} columns their values; --transpose turns the table where it is \
                 the other way round",
                thousands(items as u64),
                thousands(width as u64)
            ));
        }
    }
    let turned = shape.is_none() && config.transpose;
    let dim = if turned {
        rows.values.len() / width
    } else {
        width
    };
    let shape = *shape.get_or_insert(ImageShape {
        height: 1,
        width: dim,
        channels: 1,
    });
    if data.table && !turned {
        remarks.extend(scales(&rows.values, width, &keep.columns, &plan.names));
    }
    if shape.channels == 3 {
        match &mut rows.values {
            Values::Bytes(bytes) => colour::alternate(bytes, shape.width),
            Values::Floats(floats) => colour::alternate(floats, shape.width),
        }
    }
    data.shape = shape;
    data.pixels = match rows.values {
        Values::Bytes(bytes) => Pixels::Bytes(bytes),
        Values::Floats(floats) => Pixels::Floats(floats),
    };
    data.remarks = remarks;
    Ok(Loaded {
        data,
        total: Some(rows.total),
        labels: if choices.len() > 1 { choices } else { Vec::new() },
    })
}

fn labels_or_items(labels: &[u8], rows: &Rows) -> usize {
    if labels.is_empty() { rows.count } else { labels.len() }
}

/// The columns that stay.
struct Kept {
    columns: Vec<usize>,
    names: Vec<String>,
    ranges: Vec<Range>,
}

impl Kept {
    fn of(stored: &[usize], names: &Names, ranges: &[Range], kept: &[bool]) -> Self {
        let places: Vec<usize> = (0..stored.len()).filter(|&place| kept[place]).collect();
        Self {
            columns: places.iter().map(|&p| stored[p]).collect(),
            names: places.iter().filter_map(|&p| names.0.get(stored[p]).cloned()).collect(),
            ranges: places.iter().map(|&p| ranges[p]).collect(),
        }
    }

    fn constant(&self) -> Vec<usize> {
        let columns = self.columns.iter().zip(&self.ranges);
        columns.filter(|(_, range)| range.is_constant()).map(|(c, _)| *c).collect()
    }
}

/// The first stored column, if it numbers the items.
fn numbering(
    plan: &Plan,
    stored: &[usize],
    values: &Values,
    ranges: &[Range],
    kept: &[bool],
) -> Option<usize> {
    let (&column, range) = (stored.first()?, ranges.first()?);
    let names = &plan.names;
    if plan.roles[column] != Role::Value || !range.whole {
        return None;
    }
    let called: Vec<String> = stored.iter().filter_map(|&c| names.0.get(c).cloned()).collect();
    if pixels::are_called_pixels(&called) {
        return None;
    }
    let numbers: Vec<f32> = values.column(0, stored.len()).collect();
    let counts = numbers.len() >= COUNTED
        && matches!(numbers[0], 0.0 | 1.0)
        && numbers.windows(2).all(|w| w[1] == w[0] + 1.0);
    if column == 0 && counts && !names.is_coordinate(column) {
        return Some(column);
    }
    // Numbers of customers or patients, which do not count up.
    let distinct = |numbers: &[f32]| {
        let mut sorted = numbers.to_vec();
        sorted.sort_unstable_by(f32::total_cmp);
        sorted.dedup();
        10 * sorted.len() >= 9 * numbers.len()
    };
    if numbers.len() < 3 || !distinct(&numbers) {
        return None;
    }
    if names.are_there() {
        return names.ends_as_id(column).then_some(column);
    }
    let large = |range: &Range| range.whole && range.low >= LARGE;
    let alone = !ranges.iter().zip(kept).skip(1).any(|(r, k)| *k && large(r));
    (column == 0 && large(range) && alone).then_some(column)
}

/// `columns 'a', 'b' and 7 more`.
fn list(names: &Names, columns: impl ExactSizeIterator<Item = usize>) -> String {
    let count = columns.len();
    let shown: Vec<String> = columns
        .take(LISTED)
        .map(|c| match names.shown(c).strip_prefix("column ") {
            Some(name) => name.to_owned(),
            None => names.shown(c),
        })
        .collect();
    let more = if count > LISTED {
        format!(" and {} more", thousands((count - LISTED) as u64))
    } else {
        String::new()
    };
    let what = if count == 1 { "column" } else { "columns" };
    format!("{what} {}{more}", shown.join(", "))
}

/// Says where the classes are and which columns are left out.
fn describe(
    plan: &Plan,
    class_column: Option<usize>,
    data: &Dataset,
    out: &mut [(usize, String)],
    remarks: &mut Vec<String>,
) {
    if let Some(column) = class_column
        && !plan.names.is_label(column)
        && plan.asked.is_none()
    {
        let some: Vec<&str> = data.classes.iter().take(LISTED).map(String::as_str).collect();
        let which = match some[..] {
            [] => String::new(),
            _ if data.classes.len() > LISTED => format!(" ({}, …)", some.join(", ")),
            _ => format!(" ({})", some.join(", ")),
        };
        remarks.push(format!("the classes are those of {}{which}", plan.names.shown(column)));
    }
    out.sort_unstable();
    // Columns that are left out for the same reason share a sentence.
    let mut rest: Vec<(usize, &str)> = out.iter().map(|(c, why)| (*c, why.as_str())).collect();
    while let Some(&(_, why)) = rest.first() {
        let (same, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(_, w)| *w == why);
        let listed = list(&plan.names, same.iter().map(|(c, _)| *c));
        let verb = if same.len() == 1 {
            format!("is left out: {why}")
        } else {
            format!("are left out; of each, {why}")
        };
        remarks.push(format!("{listed} {verb}"));
        rest = others;
    }
}

/// Says what became of missing values.
fn describe_gaps(
    rows: &Rows,
    stored: &[usize],
    names: &Names,
    filled: &[usize],
    remarks: &mut Vec<String>,
) {
    if rows.dropped > 0 {
        remarks.push(format!(
            "{} of {} lines are left out, because a value is missing",
            thousands(rows.dropped),
            thousands(rows.dropped + rows.total)
        ));
    }
    let sum: usize = filled.iter().sum();
    if sum > 0 {
        let with: Vec<usize> = stored
            .iter()
            .zip(filled)
            .filter(|(_, count)| **count > 0)
            .map(|(c, _)| *c)
            .collect();
        remarks.push(format!(
            "{} missing values are the means of their columns ({})",
            thousands(sum as u64),
            list(names, with.into_iter())
        ));
    }
}

/// Advice if the deviations of the columns lie far apart.
fn scales(values: &Values, width: usize, columns: &[usize], names: &Names) -> Option<String> {
    let deviations = values.deviations(width, LOOKED_AT);
    let varied = || {
        let pairs = deviations.iter().zip(columns);
        pairs.filter(|(d, _)| **d > 0.0).map(|(&d, &c)| (d, c))
    };
    let (least, low) = varied().min_by(|a, b| a.0.total_cmp(&b.0))?;
    let (most, high) = varied().max_by(|a, b| a.0.total_cmp(&b.0))?;
    (most > FAR_APART * least).then(|| {
        format!(
            "the columns have very different scales: the standard deviation of {} is {}, that of {} only {}; with \
             --preprocess standardize every column counts alike",
            names.shown(high),
            significant(most, 3),
            names.shown(low),
            significant(least, 3)
        )
    })
}
