//! Whether the first line of a table holds the names of the columns. It is taken for that only if it cannot be an item.

use csv::ByteRecord;

use super::field::{Decimal, Field, field, trim};
use super::measure;
use super::profile::{Kind, Profile};

/// So many numbers in steps of one are names even above whole numbers, if most of them lie outside the range of these.
const LONG: usize = 10;
/// So many are names wherever they lie.
const VERY_LONG: usize = 20;
/// Lines below that must be there to say that the first is unlike them all.
const LINES: usize = 10;

/// What the first line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// An item.
    Item,
    /// Names of the columns.
    Names,
    /// Names that are numbers, which could have been taken for an item.
    NumbersAsNames,
    /// What pandas makes of an item that it took for names: 0, 0.1, 0.2 for three zeros.
    Mangled,
    /// An item whose numbers count up as names might.
    ItemLikeNames,
}

/// What the first record is, by what the columns below hold.
pub(super) fn first(
    record: &ByteRecord,
    below: &[(ByteRecord, u64)],
    profiles: &[Profile],
    decimal: Decimal,
) -> First {
    let fields: Vec<Field> = record.iter().map(|f| field(trim(f), decimal)).collect();
    let is_word = |f: &Field| matches!(f, Field::Word | Field::Truth(_));
    // A word above numbers cannot be an item's value.
    let foreign = fields
        .iter()
        .zip(profiles)
        .zip(record)
        .any(|((f, profile), raw)| {
            *f == Field::Word
                && matches!(profile.kind(), Kind::Number | Kind::Truth)
                && measure::form(trim(raw)).is_none()
        });
    let numbers: Vec<f32> = fields.iter().copied().filter_map(number).collect();
    if numbers.is_empty() {
        return if foreign { First::Names } else { First::Item };
    }
    if fields.contains(&Field::Infinite) || below.is_empty() {
        return First::Item;
    }
    let counting = steps(&numbers) == Some(1.0);
    let rising = numbers.windows(2).all(|w| w[0] < w[1]);
    if foreign {
        let names = numbers.len() >= 3 && steps(&numbers).is_some() || numbers.len() >= 8 && rising;
        return if names {
            First::NumbersAsNames
        } else {
            First::Item
        };
    }
    let recurs = fields.iter().enumerate().any(|(column, f)| {
        is_word(f)
            && below
                .iter()
                .any(|(r, _)| r.get(column) == record.get(column))
    });
    // Numbers that count up line by line are data: 0, 1, 2 above 3, 4, 5.
    let next: Vec<f32> = fields
        .iter()
        .zip(&below[0].0)
        .filter(|(f, _)| number(**f).is_some())
        .filter_map(|(_, value)| number(field(trim(value), decimal)))
        .collect();
    let as_below = if counting {
        steps(&next) == Some(1.0)
    } else {
        next.windows(2).all(|w| w[0] < w[1])
    };
    if recurs || as_below || below.len() < 2 && numbers.len() < LONG {
        return First::Item;
    }
    let above: Vec<(f32, &Profile)> = fields
        .iter()
        .zip(profiles)
        .filter_map(|(f, profile)| Some((number(*f)?, profile)))
        .collect();
    let most = |count: usize| 2 * count > above.len();
    let real = most(above.iter().filter(|(_, p)| p.fractions > 0).count());
    let outside = above
        .iter()
        .filter(|(v, p)| p.range.is_none_or(|[low, high]| *v < low || *v > high))
        .count();
    if counting {
        let least = match numbers[0] {
            0.0 => 3,
            1.0 => 5,
            1900.0..=2100.0 => 3,
            _ => LONG,
        };
        let long = numbers.len() >= VERY_LONG || numbers.len() >= LONG && most(outside);
        let indexed = numbers[0] == 0.0 && fields[0] == Field::Missing && counts(below, decimal);
        let names = long || indexed || real && numbers.len() >= least;
        let like = numbers.len() >= 3;
        return match (names, like) {
            (true, _) => First::NumbersAsNames,
            (false, true) => First::ItemLikeNames,
            (false, false) => First::Item,
        };
    }
    let many = numbers.len() >= LONG && below.len() >= LINES && all_differ(record);
    // Wavelengths above what was measured there.
    if many && rising && outside == above.len() {
        return First::NumbersAsNames;
    }
    // 0, 0.1, 0.2 … above whole numbers.
    let whole = above.iter().all(|(_, p)| p.fractions == 0);
    let fractions = above.iter().filter(|(v, _)| v.fract() != 0.0).count();
    if many && whole && most(fractions) {
        return First::Mangled;
    }
    First::Item
}

fn number(field: Field) -> Option<f32> {
    match field {
        Field::Number(value) => Some(value),
        _ => None,
    }
}

/// The step between numbers that are evenly spaced.
fn steps(numbers: &[f32]) -> Option<f32> {
    let step = numbers.get(1)? - numbers[0];
    let even = |w: &[f32]| (w[1] - w[0] - step).abs() <= 1e-3 * step.abs();
    (step != 0.0 && numbers.windows(2).all(even)).then_some(step)
}

/// Whether the first column counts the lines from 0.
fn counts(below: &[(ByteRecord, u64)], decimal: Decimal) -> bool {
    below.iter().enumerate().all(|(line, (record, _))| {
        let first = record.get(0).map(|f| field(trim(f), decimal));
        first == Some(Field::Number(line as f32))
    })
}

fn all_differ(record: &ByteRecord) -> bool {
    let mut fields: Vec<&[u8]> = record.iter().collect();
    fields.sort_unstable();
    fields.windows(2).all(|w| w[0] != w[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> First {
        let records: Vec<(ByteRecord, u64)> = text
            .split('\n')
            .map(|line| (line.split(',').collect(), 0))
            .collect();
        let columns = records[0].0.len();
        let profiles = Profile::of(&records[1..], columns, Decimal::Point);
        first(&records[0].0, &records[1..], &profiles, Decimal::Point)
    }

    #[test]
    fn a_line_that_can_be_an_item_is_one() {
        for (text, wanted) in [
            ("a,b\n1,2", First::Names),
            ("a,\n1,2", First::Names),
            ("name,a\nx,1\ny,2", First::Names),
            ("NA,1,2.5\n3,4,5.5\n6,8,8.1\n9,1,2.2", First::Item),
            ("NA,?,\n3,4,5.5\n6,8,8.1", First::Item),
            ("x,1,2.5\n3,4,5.5\n6,8,8.1", First::Item),
            (
                "842302,M,17.99\n842517,M,20.57\n84300903,B,19.69",
                First::Item,
            ),
            ("setosa,?\nvirginica,2\nsetosa,3", First::Item),
            ("label,0,1,2\n5,0.5,1,2\n3,4,5,9", First::NumbersAsNames),
            ("0,1,2\n0.5,0.1,0.2\n0.3,0.9,0.1", First::NumbersAsNames),
            (",0,1\n0,0.5,0.1\n1,0.3,0.2", First::NumbersAsNames),
            (",0,1\n0,7,4\n1,9,2", First::NumbersAsNames),
            (",0,1\n5,7,4\n1,9,2", First::Item),
            (
                "0,1,2,3,4,5,6,7,8,9\n0,9,3,0,5,0,1,0,9,0\n9,0,2,9,2,9,8,9,0,9",
                First::ItemLikeNames,
            ),
            ("1,2,3\n0.5,0.1,0.2\n0.3,0.9,0.1", First::ItemLikeNames),
            ("0,1,2\n3,4,5\n6,7,8", First::Item),
            ("0,1,2\n7,3,5\n6,9,8", First::ItemLikeNames),
            (
                "1990,1991,1992\n0.5,0.1,0.2\n0.3,0.9,0.1",
                First::NumbersAsNames,
            ),
            (
                "land,1990,1991,1992\nx,0.5,0.1,0.2\ny,0.3,0.9,0.1",
                First::NumbersAsNames,
            ),
            (
                "setosa,1,2,3\nsetosa,0.5,0.1,0.2\nx,0.3,0.9,0.1",
                First::Item,
            ),
            (
                "0,1,2,3,4,5,6,7,8,9\n0,0,3,0,5,0,1,0,1,0\n0,0,0,0,9,0,8,0,0,0",
                First::NumbersAsNames,
            ),
            ("1,2\n3.5,4.5\n3,9", First::Item),
        ] {
            assert_eq!(verdict(text), wanted, "{text}");
        }
    }

    #[test]
    fn names_that_are_unlike_every_item_are_names() {
        let lines = |first: String, value: &str| {
            let item = |i: usize| {
                let value = |j: usize| format!("{}", (i * 7 + j * 5) % 9) + value;
                (0..12).map(value).collect::<Vec<_>>().join(",")
            };
            let items: Vec<String> = (0..12).map(item).collect();
            format!("{first}\n{}", items.join("\n"))
        };
        let wavelengths: Vec<String> = (0..12).map(|i| (400 + i * i).to_string()).collect();
        assert_eq!(
            verdict(&lines(wavelengths.join(","), ".5")),
            First::NumbersAsNames
        );
        let renamed: Vec<String> = (0..12).map(|i| format!("0.{i}")).collect();
        assert_eq!(verdict(&lines(renamed.join(","), "")), First::Mangled);
        assert_eq!(verdict(&lines(renamed.join(","), ".5")), First::Item);
    }
}
