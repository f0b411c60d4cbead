//! Numbers with something beside them: a unit, a currency, separators of thousands, brackets.

/// Longest field that is looked at, in bytes.
const LONGEST: usize = 60;
/// Longest unit that follows a number at once, and after a space, in characters.
const GLUED: usize = 5;
const SPACED: usize = 12;
/// Units of one letter.
const LETTERS: &str = "mgsKkMBLlVAWJNhdtyCFTR";
/// Units, and a mark, before a power.
const POWERED: [&str; 7] = ["m", "ft", "in", "yd", "s", "l", "^"];
/// What may stand before a number.
const BEFORE: &str = "+-\u{2212}\u{2013}(<>=~\u{2264}\u{2265}\u{2248}\u{b1}#";
/// Marks between numbers that make one quantity of them, which those of identifiers never do.
const BETWEEN: &str = "\u{b1}\u{b0}\u{2032}\u{2033}'\"/\u{d7}%";

/// What a field looks like with a mark in place of each number: `# kg`, `$#`, `#'#"`; `None` if it does not start like a
/// number, or is rather an identifier (`12-a7`), an ordinal (`3rd`) or a text.
pub(super) fn form(field: &[u8]) -> Option<String> {
    if field.len() > LONGEST || !field.iter().any(u8::is_ascii_digit) {
        return None;
    }
    // Nearly all words are names, which begin with a letter.
    if field[0].is_ascii_alphabetic() && !starts_with_code(field) {
        return None;
    }
    let text = super::text::words(field);
    let text = text.as_str();
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let (before, number) = text.split_at(start);
    let before = before.trim_end_matches(['.', ',']);
    let known = |c: char| is_currency(c) || BEFORE.contains(c) || c.is_whitespace();
    if !before.chars().all(known) && !is_code(before.trim()) {
        return None;
    }
    let parts = pieces(number);
    let form = parts
        .iter()
        .fold(before.to_owned(), |form, (gap, _)| form + "#" + gap);
    let (last, inner) = parts.split_last()?;
    let tail = last.0;
    if !inner.is_empty() {
        let joined = inner.iter().all(|(gap, _)| {
            let whole = gap.len() <= 2 * SPACED && !gap.contains([';', '|', '\t', ':', '=']);
            whole && gap.chars().any(|c| BETWEEN.contains(c))
                || whole && gap.starts_with(' ') && !gap.trim().is_empty() && is_unit(gap)
        });
        return (joined && (tail.is_empty() || is_unit(tail))).then_some(form);
    }
    let bare = before.is_empty() && tail.is_empty();
    // What is a number and no more may still be none in the dialect of its table.
    (bare && last.1 || !bare && (tail.is_empty() || is_unit(tail))).then_some(form)
}

/// A text that starts with a digit as numbers, each with what follows it and whether there are marks of thousands in it.
fn pieces(mut text: &str) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    while !text.is_empty() {
        let (end, grouped) = number(text);
        let rest = &text[end..];
        let next = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        // A power of a unit belongs to it: m2, cm^3.
        let power = &rest[next..];
        let lone = power.len() == 1 && next > 0 && matches!(power.as_bytes()[0], b'2' | b'3');
        let before = POWERED.iter().any(|unit| rest[..next].ends_with(unit));
        let next = if lone && before { rest.len() } else { next };
        pieces.push((&rest[..next], grouped));
        text = &rest[next..];
    }
    pieces
}

/// The length of the number that a text starts with, and whether there are marks of thousands or several marks in it.
fn number(text: &str) -> (usize, bool) {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let mut end = digits(0);
    let mut marks = 0;
    let mut thousands = false;
    while let Some(mark) = text[end..].chars().next() {
        let group = digits(end + mark.len_utf8());
        let separates = match mark {
            '.' | ',' => group > 0,
            '_' | '\'' | '\u{2019}' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' => group == 3,
            _ => false,
        };
        if !separates {
            break;
        }
        marks += 1;
        thousands |= !matches!(mark, '.');
        end += mark.len_utf8() + group;
    }
    if let [b'e' | b'E', rest @ ..] = &bytes[end..] {
        let sign = usize::from(matches!(rest.first(), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    // 1.2.3 is a version, 192.168.0.1 an address.
    (end, marks > 0 && thousands)
}

/// Whether what follows a number is a unit.
fn is_unit(text: &str) -> bool {
    let spaced = text.starts_with(char::is_whitespace);
    let unit = text.trim();
    let length = unit.chars().count();
    if unit.is_empty() || matches!(unit, ")" | "+") {
        return true;
    }
    let known = |c: char| {
        c.is_alphabetic()
            || is_currency(c)
            || "%\u{2030}\u{b0}\u{b5}\u{3bc}\u{b2}\u{b3}^/*\u{b7}\u{2032}\u{2033}'\"+)-. 23\u{2126}\u{2212}\u{b9}\u{207b}".contains(c)
    };
    if !unit.chars().all(known) || unit.split_whitespace().count() > 2 {
        return false;
    }
    if spaced {
        return length <= SPACED;
    }
    if matches!(
        unit.to_ascii_lowercase().as_str(),
        "st" | "nd" | "rd" | "th"
    ) {
        return false;
    }
    match length {
        1 => {
            unit.chars()
                .all(|c| !c.is_ascii_alphabetic() || LETTERS.contains(c))
                && !"-.".contains(unit)
        }
        _ => length <= GLUED && !unit.starts_with(['-', '.']),
    }
}

fn is_currency(c: char) -> bool {
    c == '$' || matches!(c, '\u{a2}'..='\u{a5}' | '\u{20a0}'..='\u{20cf}')
}

/// `USD`, `R$`, `Rs.`: the code of a currency.
fn is_code(text: &str) -> bool {
    matches!(
        text.trim_end_matches('.').to_ascii_uppercase().as_str(),
        "USD"
            | "EUR"
            | "GBP"
            | "CHF"
            | "JPY"
            | "INR"
            | "RS"
            | "R$"
            | "US$"
            | "CNY"
            | "AUD"
            | "CAD"
            | "A$"
            | "C$"
            | "KR"
    )
}

fn starts_with_code(field: &[u8]) -> bool {
    let end = field.iter().position(u8::is_ascii_digit).unwrap_or(0);
    std::str::from_utf8(&field[..end]).is_ok_and(|before| is_code(before.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_something_beside_them_are_told_from_identifiers() {
        for (text, wanted) in [
            ("0.126%", "#%"),
            ("$3", "$#"),
            ("-$3.50", "-$#"),
            ("3 \u{20ac}", "# \u{20ac}"),
            ("USD 12", "USD #"),
            ("1.37 kg", "# kg"),
            ("1.37kg", "#kg"),
            ("12\u{b0}", "#\u{b0}"),
            ("21.5\u{b0}C", "#\u{b0}C"),
            ("1_000", "#"),
            ("1'000", "#"),
            ("1 000 000", "#"),
            ("1.000,5", "#"),
            ("1,000", "#"),
            ("(3)", "(#)"),
            ("(3.5)", "(#)"),
            ("<0.5", "<#"),
            ("19M", "#M"),
            ("10,000+", "#+"),
            ("159lbs", "#lbs"),
            ("5'7", "#'#"),
            ("5 ft 7 in", "# ft # in"),
            ("3.5 \u{b1} 0.1", "# \u{b1} #"),
            ("120/80", "#/#"),
            ("3 m/s2", "# m/s2"),
            ("12 m\u{b2}", "# m\u{b2}"),
            ("\u{2013}3.5", "\u{2013}#"),
            ("3 bedrooms", "# bedrooms"),
        ] {
            assert_eq!(form(text.as_bytes()).as_deref(), Some(wanted), "{text}");
        }
        for no in [
            "P001",
            "GSM123",
            "chr1:1234",
            "1:1234",
            "550e8400-e29b-41d4-a716-446655440000",
            "9f86d081",
            "0x1F",
            "192.168.0.1",
            "1.2.3",
            "555-123-4567",
            "10-20",
            "3rd",
            "1st",
            "12 Main Street East",
            "7-Eleven",
            "3T3",
            "1a",
            "12-a7",
            "setosa",
            "PC 17599",
            "A/5 21171",
            "0 1 x 3 4",
            "0,125;\"ape\";\"0",
            "",
        ] {
            assert_eq!(form(no.as_bytes()), None, "{no}");
        }
    }
}
