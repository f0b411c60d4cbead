//! Dates and times of day as tables write them.

/// Months as they begin in English.
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
/// Longest date with a time and a zone, in bytes.
const LONGEST: usize = 40;

/// Whether a word looks like a date, a time of day, or both.
pub(super) fn is_date(field: &[u8]) -> bool {
    let Some(text) = std::str::from_utf8(field)
        .ok()
        .filter(|t| t.len() <= LONGEST)
    else {
        return false;
    };
    // The day and its time stand apart by a space, a comma or a T between digits.
    let mut words: Vec<&str> = text
        .split([' ', ',', '\u{a0}'])
        .filter(|w| !w.is_empty())
        .collect();
    if let [first, ..] = words[..]
        && let Some((day, time)) = first.split_once('T')
        && day.ends_with(|c: char| c.is_ascii_digit())
    {
        words.splice(0..1, [day, time]);
    }
    let zone = |w: &str| {
        matches!(
            w,
            "AM" | "PM" | "am" | "pm" | "a.m." | "p.m." | "UTC" | "GMT" | "Z"
        )
    };
    let is_offset = |w: &str| {
        w.strip_prefix(['+', '-'])
            .is_some_and(|rest| is_time(rest) || rest.len() == 4 && is_number(rest))
    };
    let (mut days, mut times) = (0, 0);
    let mut rest = &words[..];
    while let [first, after @ ..] = rest {
        if is_day(first) {
            days += 1;
        } else if is_time(first) {
            times += 1;
        } else if let [second, third, after @ ..] = after
            && days == 0
            && is_spelt(&[first, second, third])
        {
            days += 1;
            rest = after;
            continue;
        } else if !(days + times > 0 && (zone(first) || is_offset(first))) {
            return false;
        }
        rest = after;
    }
    days <= 1 && times <= 1 && days + times > 0
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn number(text: &str, most: u32) -> Option<u32> {
    let value = text
        .parse()
        .ok()
        .filter(|_| is_number(text) && text.len() <= 4)?;
    (value <= most).then_some(value)
}

fn is_month(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let lower = lower.trim_end_matches('.');
    lower.len() >= 3
        && lower.bytes().all(|b| b.is_ascii_lowercase())
        && MONTHS
            .iter()
            .any(|m| lower.starts_with(m) && lower.len() <= 9)
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && number(text, 2999).is_some_and(|y| y >= 1000)
}

/// Numbers or the name of a month for a day of a month of a year, in any order that is in use.
fn is_spelt(parts: &[&str; 3]) -> bool {
    let month = |t: &str| is_month(t) || t.len() <= 2 && number(t, 12).is_some_and(|m| m >= 1);
    let day = |t: &str| t.len() <= 2 && number(t, 31).is_some_and(|d| d >= 1);
    let year = |t: &str| is_year(t) || t.len() == 2 && is_number(t);
    let [a, b, c] = *parts;
    let named = parts.iter().filter(|p| is_month(p)).count();
    let orders = day(a) && month(b) && year(c) || month(a) && day(b) && year(c);
    // With spaces or without a year of four digits three small numbers are anything.
    named <= 1 && (orders || is_year(a) && month(b) && day(c))
}

/// `2020-01-31`, `31/12/2020`, `1.5.20`, `01-Jan-2020`, `2020-01`, `Jan-2020`.
fn is_day(word: &str) -> bool {
    ['-', '/', '.'].iter().any(|&mark| {
        let parts: Vec<&str> = word.split(mark).collect();
        match parts[..] {
            // 1.2.13 is rather a version.
            [a, b, c] if mark == '.' && c.len() < 4 => {
                a.len() == 2 && b.len() == 2 && is_spelt(&[a, b, c])
            }
            [a, b, c] => is_spelt(&[a, b, c]),
            [a, b] if mark != '.' => {
                let month =
                    |t: &str| is_month(t) || t.len() == 2 && number(t, 12).is_some_and(|m| m >= 1);
                is_year(a) && month(b) || month(a) && is_year(b)
            }
            _ => false,
        }
    })
}

/// `7:01`, `07:01:30.5`, `18.00.00`, with `Z`, `+01:00`, `PM` at the end.
fn is_time(word: &str) -> bool {
    let word = word.strip_suffix('Z').unwrap_or(word);
    let word = ["AM", "PM", "am", "pm"]
        .iter()
        .find_map(|end| word.strip_suffix(end))
        .unwrap_or(word);
    let word = match word.rfind(['+', '-']) {
        Some(at) if word[..at].contains(':') => &word[..at],
        _ => word,
    };
    let small = |t: &str| t.len() == 2 && number(t, 59).is_some();
    let hour = |t: &str| t.len() <= 2 && number(t, 24).is_some();
    let second = |t: &str| {
        let (whole, fraction) = t.split_once(['.', ',']).unwrap_or((t, "0"));
        t.len() >= 2 && small(whole) && is_number(fraction)
    };
    let colons: Vec<&str> = word.split(':').collect();
    match colons[..] {
        [h, m] => hour(h) && small(m),
        [h, m, s] => hour(h) && small(m) && second(s),
        [only] => {
            let points: Vec<&str> = only.split('.').collect();
            matches!(points[..], [h, m, s] if h.len() == 2 && hour(h) && small(m) && small(s))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_words_with_numbers_in_them() {
        for yes in [
            "2020-01-31",
            "31/12/2020",
            "12/31/20",
            "12:30:00",
            "07:01",
            "7:01",
            "18.00.00",
            "2020-01-31T12:00:00Z",
            "2020-01-31T12:00:00+01:00",
            "2020-01-31 12:00:00.250",
            "1/5/2011 0:00",
            "5/1/2011 3:07 PM",
            "1.5.2020",
            "01-Jan-2020",
            "Jan 5, 2020",
            "5 January 2020",
            "2020-01",
            "Jan-2020",
            "2020/1/5",
        ] {
            assert!(is_date(yes.as_bytes()), "{yes}");
        }
        for no in [
            "A-1-2-3",
            "12-a",
            "setosa",
            "AAACCTGAGAAACCAT-1",
            "192.168.0.1",
            "1.2.3",
            "1.2.13",
            "555-123-4567",
            "chr1:1234",
            "10-20",
            "25:70",
            "may",
            "march",
            "PM",
            "550e8400-e29b-41d4-a716-446655440000",
            "7 8 9",
            "",
        ] {
            assert!(!is_date(no.as_bytes()), "{no}");
        }
    }
}
