//! What a field holds: a number, nothing, or words.

/// What stands between a number's whole part and its fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decimal {
    Point,
    Comma,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Field {
    /// A finite number.
    Number(f32),
    /// A number beyond 32 bits.
    Infinite,
    /// Nothing, or a mark that stands for it.
    Missing,
    /// True or false.
    Truth(bool),
    /// Anything else.
    Word,
}

/// What stands for a missing value, in lower case, wherever it is found.
const GAPS: [&str; 10] = [
    "", "?", "na", "n/a", "nan", "null", "<na>", "#n/a", "nat", "-nan",
];
/// What stands for one among numbers only: classes may be called so (`+` and `-`).
const GAPS_AMONG_NUMBERS: [&str; 5] = ["none", ".", "-", "--", "nil"];

fn is_one_of(field: &[u8], list: &[&str]) -> bool {
    let same = |mark: &&str| field.eq_ignore_ascii_case(mark.as_bytes());
    field.len() <= 4 && list.iter().any(|mark| same(&mark))
}

/// A field without the spaces around it, nor the quotes that spaces kept from being recognised.
pub(super) fn trim(field: &[u8]) -> &[u8] {
    let field = field.trim_ascii();
    match field {
        [b'"', inner @ .., b'"'] => inner.trim_ascii(),
        _ => field,
    }
}

/// Whether a field among words holds nothing.
pub(super) fn is_gap(field: &[u8]) -> bool {
    is_one_of(field, &GAPS)
}

/// A whole number of up to three digits, of which pictures consist.
#[inline]
pub(super) fn short(field: &[u8]) -> Option<u16> {
    let digit = |b: u8| {
        let d = b.wrapping_sub(b'0');
        (d < 10).then_some(u16::from(d))
    };
    match *field {
        [a] => digit(a),
        [a, b] => Some(10 * digit(a)? + digit(b)?),
        [a, b, c] => Some(100 * digit(a)? + 10 * digit(b)? + digit(c)?),
        _ => None,
    }
}

/// What a trimmed field holds where numbers are expected.
pub(super) fn field(field: &[u8], decimal: Decimal) -> Field {
    if let Some(value) = short(field) {
        return Field::Number(value.into());
    }
    if is_one_of(field, &GAPS) || is_one_of(field, &GAPS_AMONG_NUMBERS) {
        return Field::Missing;
    }
    // Anything longer than the longest way to write a double is no number.
    if field.len() < 400
        && let Some(value) = parsed(field, decimal)
    {
        return if value.is_finite() {
            Field::Number(value)
        } else {
            Field::Infinite
        };
    }
    if field.eq_ignore_ascii_case(b"true") {
        Field::Truth(true)
    } else if field.eq_ignore_ascii_case(b"false") {
        Field::Truth(false)
    } else {
        Field::Word
    }
}

fn parsed(field: &[u8], decimal: Decimal) -> Option<f32> {
    let text = std::str::from_utf8(field).ok()?;
    match decimal {
        Decimal::Point => text.parse().ok(),
        Decimal::Comma if text.contains('.') => None,
        Decimal::Comma => text.replacen(',', ".", 1).parse().ok(),
    }
}

/// Whether a field is a number with one comma that may be decimal, and if so whether it may separate thousands as well.
pub(super) fn comma(field: &[u8]) -> Option<bool> {
    let at = field.iter().position(|b| *b == b',')?;
    if field.contains(&b'.') || parsed(field, Decimal::Comma).is_none() {
        // 1,234.5 and 1,234,567 have commas that can only separate thousands.
        let bare: Vec<u8> = field.iter().copied().filter(|b| *b != b',').collect();
        let groups = field[at..].split(|b| *b == b',' || *b == b'.').skip(1);
        let of_three = groups.clone().count() > 0 && groups.take(1).all(|g| g.len() == 3);
        return (of_three && parsed(&bare, Decimal::Point).is_some()).then_some(true);
    }
    let whole = field[..at].strip_prefix(b"-").unwrap_or(&field[..at]);
    let three = field.len() == at + 4 && field[at + 1..].iter().all(u8::is_ascii_digit);
    Some(three && matches!(whole.len(), 1..=3) && whole[0] != b'0')
}

/// Whether a word looks like a date or a time of day.
pub(super) fn is_date(field: &[u8]) -> bool {
    let digits = field.iter().filter(|b| b.is_ascii_digit()).count();
    let marks = field
        .iter()
        .filter(|b| matches!(b, b'-' | b'/' | b':' | b'.'));
    let others = field.iter().filter(|b| {
        !matches!(
            b,
            b'0'..=b'9' | b'-' | b'/' | b':' | b'.' | b' ' | b'T' | b'Z' | b'+'
        )
    });
    digits >= 3 && marks.count() >= 2 && others.count() == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_told_apart() {
        for (text, wanted) in [
            ("7", Field::Number(7.0)),
            ("255", Field::Number(255.0)),
            ("007", Field::Number(7.0)),
            ("-1.5e2", Field::Number(-150.0)),
            (".5", Field::Number(0.5)),
            ("inf", Field::Infinite),
            ("-Infinity", Field::Infinite),
            ("1e99", Field::Infinite),
            ("", Field::Missing),
            ("NaN", Field::Missing),
            ("NA", Field::Missing),
            ("?", Field::Missing),
            ("-", Field::Missing),
            ("None", Field::Missing),
            ("TRUE", Field::Truth(true)),
            ("false", Field::Truth(false)),
            ("0x10", Field::Word),
            ("1,2", Field::Word),
            ("\u{e9}", Field::Word),
            ("nano", Field::Word),
        ] {
            assert_eq!(field(text.as_bytes(), Decimal::Point), wanted, "{text}");
        }
        let comma = |text: &str| field(text.as_bytes(), Decimal::Comma);
        assert_eq!(comma("-1,25"), Field::Number(-1.25));
        assert_eq!(comma("3"), Field::Number(3.0));
        assert_eq!(comma("1.5"), Field::Word);
        assert!(!is_gap(b"-") && !is_gap(b"None") && is_gap(b"?"));
    }

    #[test]
    fn commas_that_may_be_of_thousands_are_told() {
        for (text, wanted) in [
            ("1,5", Some(false)),
            ("-0,123", Some(false)),
            ("1,234", Some(true)),
            ("-12,345", Some(true)),
            ("1,234,567", Some(true)),
            ("1,234.5", Some(true)),
            ("1,2345", Some(false)),
            ("1234,567", Some(false)),
            ("1.5", None),
            ("a,b", None),
            (",", None),
        ] {
            assert_eq!(comma(text.as_bytes()), wanted, "{text}");
        }
    }

    #[test]
    fn dates_are_words_with_numbers_in_them() {
        for yes in [
            "2020-01-31",
            "31/12/2020",
            "12:30:00",
            "2020-01-31T12:00:00Z",
            "1.5.2020",
        ] {
            assert!(is_date(yes.as_bytes()), "{yes}");
        }
        for no in ["A-1-2-3", "12-a", "setosa", "AAACCTGAGAAACCAT-1"] {
            assert!(!is_date(no.as_bytes()), "{no}");
        }
    }
}
