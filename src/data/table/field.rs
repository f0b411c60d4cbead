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
    field.len() <= 4 && list.iter().any(same)
}

/// A field without the spaces around it, nor the quotes that spaces kept from being recognised.
pub(super) fn trim(field: &[u8]) -> &[u8] {
    let field = trim_spaces(field);
    match field {
        [b'"', inner @ .., b'"'] => trim_spaces(inner),
        _ => field,
    }
}

/// A field without spaces around it, those that do not break and the narrow ones included.
fn trim_spaces(field: &[u8]) -> &[u8] {
    let mut field = field.trim_ascii();
    while let [0x80..=0xff, ..] = field {
        let Some(length) = wide_space(field) else {
            break;
        };
        field = field[length..].trim_ascii_start();
    }
    while let [.., 0x80..=0xff] = field {
        let spaces = (1..=3).rev().filter(|&n| n <= field.len());
        // In a code page of one byte the space that does not break stands behind another character.
        let inside = field.len() > 1 && field[field.len() - 2] >= 0x80;
        let found = spaces
            .filter(|&n| n > 1 || !inside)
            .find(|&n| wide_space(&field[field.len() - n..]) == Some(n));
        let Some(length) = found else {
            break;
        };
        field = field[..field.len() - length].trim_ascii_end();
    }
    field
}

/// The length of a space beyond ASCII that a text starts with.
fn wide_space(text: &[u8]) -> Option<usize> {
    match text {
        [0xc2, 0xa0, ..] => Some(2),
        [0xe2, 0x80, 0x80..=0x8b | 0xaf, ..]
        | [0xe2, 0x81, 0x9f, ..]
        | [0xe3, 0x80, 0x80, ..]
        | [0xef, 0xbb, 0xbf, ..] => Some(3),
        [0xa0, ..] => Some(1),
        _ => None,
    }
}

/// What follows the minus sign of mathematics (U+2212), if a field begins with it.
fn after_minus(field: &[u8]) -> Option<&[u8]> {
    field.strip_prefix(b"\xe2\x88\x92")
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
    if let Some(rest) = after_minus(field) {
        // One sign only.
        let digits = rest
            .first()
            .is_some_and(|b| !matches!(b, b'+' | b'-' | 0x80..));
        return digits.then(|| parsed(rest, decimal)).flatten().map(|v| -v);
    }
    let text = std::str::from_utf8(field).ok()?;
    match decimal {
        Decimal::Point => text.parse().ok(),
        Decimal::Comma if text.contains('.') => None,
        Decimal::Comma => text.replacen(',', ".", 1).parse().ok(),
    }
}

/// Whether a field is a number with one comma that may be decimal, and if so whether it may separate thousands as well.
pub(super) fn comma(field: &[u8]) -> Option<bool> {
    let field = after_minus(field).unwrap_or(field);
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
            ("\u{2212}12,345", Some(true)),
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
    fn spaces_of_every_kind_and_the_minus_of_mathematics_are_read() {
        for text in [
            "\u{a0}-3.5\u{a0}",
            " \u{2009}\u{2212}3.5 \u{202f}",
            "\"\u{2212}3.5\"",
            "\u{feff}-3.5\u{3000}",
        ] {
            let found = field(trim(text.as_bytes()), Decimal::Point);
            assert_eq!(found, Field::Number(-3.5), "{text:?}");
        }
        // The same space in a code page of one byte, and the end of another character.
        assert_eq!(trim(b"\xa03\xa0"), b"3");
        assert_eq!(trim("voil\u{e0}".as_bytes()), "voil\u{e0}".as_bytes());
        let comma = field("\u{2212}1,25".as_bytes(), Decimal::Comma);
        assert_eq!(comma, Field::Number(-1.25));
        for no in ["\u{2212}", "\u{2212}-3", "\u{2212}\u{2212}3", "\u{2013}3"] {
            assert_eq!(field(no.as_bytes(), Decimal::Point), Field::Word, "{no}");
        }
    }
}
