//! Fields and numbers of a line, and telling a table from other text.

/// What stands between two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// This byte.
    Byte(u8),
    /// One or several spaces.
    Spaces,
}

impl Separator {
    /// The separator of a line: the first of comma, semicolon and tab that is in it, else spaces.
    pub(super) fn of(line: &[u8]) -> Self {
        [b',', b';', b'\t']
            .into_iter()
            .find(|s| line.contains(s))
            .map_or(Self::Spaces, Self::Byte)
    }

    /// The fields of a line, without spaces and quotes around them.
    pub(super) fn fields(self, line: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
        line.split(move |b| match self {
            Self::Byte(byte) => *b == byte,
            Self::Spaces => *b == b' ',
        })
        .map(trim)
        .filter(move |field| self != Self::Spaces || !field.is_empty())
        .map(|field| {
            let inner = field
                .strip_prefix(b"\"")
                .and_then(|f| f.strip_suffix(b"\""));
            inner.unwrap_or(field)
        })
    }
}

/// A line without the spaces around it.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

/// A finite number; whole numbers of up to three digits, of which pictures consist, take a short way.
pub(super) fn number(field: &[u8]) -> Option<f32> {
    if let [b'0'..=b'9'] | [b'0'..=b'9', b'0'..=b'9'] | [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9'] =
        field
    {
        let value = field
            .iter()
            .fold(0_u16, |v, d| 10 * v + u16::from(d - b'0'));
        return Some(f32::from(value));
    }
    let value: f32 = std::str::from_utf8(field).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// Whether content that starts like this is a table: text whose first or second line is several numbers.
pub(in crate::data) fn is_table(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let is_text = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..);
    if start.is_empty() || !start.iter().all(is_text) {
        return false;
    }
    let mut lines = start.split(|b| *b == b'\n').map(trim);
    // A line longer than what was looked at has lost its end: its last field may be half a number.
    let (Some(first), second) = (lines.next(), lines.next()) else {
        return false;
    };
    let numbers = |line: &[u8]| {
        let separator = Separator::of(line);
        let fields = separator.fields(line);
        let count = fields.clone().count();
        count > 1 && fields.take((count - 1).max(1)).all(|f| number(f).is_some())
    };
    numbers(first)
        || (Separator::of(first).fields(first).count() > 1 && second.is_some_and(numbers))
}

/// Whether content that starts like this is one unfinished line of several fields: perhaps a header of many columns.
pub(in crate::data) fn may_be_header(start: &[u8]) -> bool {
    let is_text = |b: &u8| matches!(b, b'\t' | b'\r' | 0x20..=0x7e | 0x80..);
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    start.iter().all(is_text) && Separator::of(start).fields(start).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_told_from_text() {
        for yes in [
            "1,2,3\n4,5,6\n",
            "\u{feff}label;a;b\r\n1;2;3\r\n",
            "0.5 1e3 -2",
            "1\t2\n",
            "\"a\",\"b\"\n\"1\",\"2\"\n",
        ] {
            assert!(is_table(yes.as_bytes()), "{yes:?}");
        }
        for no in [
            "",
            "a,b\nc,d\n",
            "42\n",
            "<html>\n1,2\n",
            "1,2\u{1}\n",
            "{\"a\": 1, \"b\": 2}",
        ] {
            assert!(!is_table(no.as_bytes()), "{no:?}");
        }
    }

    #[test]
    fn a_header_may_be_longer_than_what_was_looked_at() {
        assert!(may_be_header(b"pixel0,pixel1,pix"));
        for no in ["one", "1,2\n3", "a,b\u{1}"] {
            assert!(!may_be_header(no.as_bytes()), "{no:?}");
        }
    }

    #[test]
    fn numbers_are_finite() {
        for (text, value) in [
            ("7", Some(7.0)),
            ("255", Some(255.0)),
            ("-1.5e2", Some(-150.0)),
        ] {
            assert_eq!(number(text.as_bytes()), value);
        }
        for wrong in ["", "nan", "inf", "1e99", "0x10", "1,2", "\u{e9}"] {
            assert_eq!(number(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
