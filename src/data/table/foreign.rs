//! What a text is if it is no table, and what to do with it.

use super::dialect::Dialect;
use super::preamble::Preamble;
use super::text::{decoded, is_text, words};

/// What text that starts like this is called and what helps, if it has the form of something well known.
fn known(text: &[u8]) -> Option<String> {
    let text = text.trim_ascii_start();
    let start = words(&text[..text.len().min(200)]).to_lowercase();
    let told = match start.as_bytes() {
        b if b.starts_with(b"%%matrixmarket") => {
            "a matrix in Matrix Market format (.mtx), which cannot be read; in Python numpy.save('data.npy', \
             scipy.io.mmread(FILE).toarray()) makes it an array that can, of which every row is an item (genes × cells \
             want .toarray().T)"
        }
        b if b.starts_with(b"version https://git-lfs") => {
            "only the pointer to a file that Git LFS keeps elsewhere; fetch the file itself with 'git lfs pull', or \
             download it from the web page of the repository"
        }
        [b'<', ..] => {
            "a web page or other markup (HTML, XML) rather than data; perhaps the page was saved in place of the file \
             that it links to"
        }
        [b'{', ..] | [b'[', b'{' | b'[' | b'"', ..] => {
            "JSON, which cannot be read; in Python pandas.read_json(FILE).to_csv('data.csv', index=False) makes it a \
             table if it is one (lines=True where every line is a record of its own)"
        }
        _ if is_libsvm(text) => {
            "a sparse table in LIBSVM format (label index:value …), which cannot be read; in Python x, y = \
             sklearn.datasets.load_svmlight_file(FILE) and numpy.savez('data.npz', x=x.toarray(), y=y) make it one \
             that can"
        }
        _ => return None,
    };
    Some(format!("it is {told}"))
}

/// Whether a line is `label index:value index:value …`.
fn is_libsvm(text: &[u8]) -> bool {
    let line = text.split(|b| *b == b'\n').next().unwrap_or(text);
    let mut parts = line
        .split(u8::is_ascii_whitespace)
        .filter(|part| !part.is_empty());
    let number = |part: &[u8]| {
        let text = std::str::from_utf8(part).ok();
        text.is_some_and(|t| t.parse::<f32>().is_ok())
    };
    let pair = |part: &[u8]| {
        let at = part.iter().position(|b| *b == b':');
        at.is_some_and(|at| {
            let index = &part[..at];
            !index.is_empty() && index.iter().all(u8::is_ascii_digit) && number(&part[at + 1..])
        })
    };
    let label = parts.next().is_some_and(number);
    let mut pairs = parts.peekable();
    // What was looked at may end within the last pair.
    label
        && pairs.peek().is_some_and(|p| pair(p))
        && pairs.take(8).filter(|p| !pair(p)).count() <= 1
}

/// Why a text is not read as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::data) struct Refusal {
    /// The reason in a sentence.
    pub(in crate::data) reason: String,
    /// Whether it has fields of which some are numbers, so that it may be a table with a broken line.
    pub(in crate::data) uneven: bool,
}

/// What content that starts like this is: a table, or the reason why it is none.
fn judge(start: &[u8], complete: bool) -> Result<(), Refusal> {
    let other = |reason: String| Refusal {
        reason,
        uneven: false,
    };
    let text = decoded(start);
    if !is_text(&text) {
        return Err(other("it holds bytes that are no text".into()));
    }
    if let Some(told) = known(&text) {
        return Err(other(told));
    }
    let none = |why: &str| {
        Err(other(format!(
            "it is text, but not a table of numbers: {why}"
        )))
    };
    let preamble = match Preamble::of(&text) {
        Ok(preamble) if preamble.relation => return Ok(()),
        Ok(preamble) => preamble,
        Err(why) => return Err(other(why)),
    };
    let body = text.get(preamble.bytes..).unwrap_or_default();
    let Some(look) = Dialect::guess(body, b'"', complete) else {
        return none("it holds no line but comments");
    };
    if look.columns < 2 {
        none("its lines hold one field each")
    } else if look.alike < 0.5 {
        Err(Refusal {
            reason:
                "it is text, but not a table of numbers: its lines hold different numbers of fields"
                    .into(),
            uneven: true,
        })
    } else if look.numeric == 0 {
        none("none of its columns holds numbers")
    } else {
        Ok(())
    }
}

/// Whether content that starts like this is a table: text whose lines have several fields, some of them numbers.
pub(in crate::data) fn is_table(start: &[u8]) -> bool {
    judge(start, false).is_ok()
}

/// Whether content that starts like this is an unfinished line of several fields, perhaps below one of the names of
/// many columns, or nothing but comments, so that more must be seen to tell whether it is a table.
pub(in crate::data) fn may_be_header(start: &[u8]) -> bool {
    let text = decoded(start);
    if !is_text(&text) || known(&text).is_some() {
        return false;
    }
    let Ok(preamble) = Preamble::of(&text) else {
        return false;
    };
    let body = text.get(preamble.bytes..).unwrap_or_default();
    let lines = body
        .split(|b| *b == b'\n')
        .filter(|l| !l.trim_ascii().is_empty());
    let separated = |b: &u8| matches!(b, b',' | b';' | b'\t' | b'|' | b' ');
    let unfinished = !body.ends_with(b"\n");
    match lines.take(3).collect::<Vec<_>>()[..] {
        [] => true,
        // Names, and perhaps an unfinished line.
        [line] | [line, _] => unfinished && line.iter().any(separated),
        _ => false,
    }
}

/// Why text that starts like this is not read; `None` for what is no text at all.
pub(in crate::data) fn refusal(start: &[u8], complete: bool) -> Option<Refusal> {
    if !is_text(&decoded(start)) {
        return None;
    }
    judge(start, complete).err()
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
            "1,2,3\r4,5,6\r",
            "\"a\",\"b\"\n\"1\",\"2\"\n",
            "alcohol;acid\n1,5;2,5\n",
            "842302,M,17.99\n842517,M,20.57\n",
            "NA,1,2.5\n3,4,5.5\n",
            "a,b\n,2\n1,3\n",
            "5.1,3.5,Iris-setosa\n",
            "# made by hand\n# x y\n1 2\n3 4\n",
            "% a title\n@relation iris\n@attribute a numeric\n",
            "sep=;\na;b\n1;2\n",
            "name,a,b\nx,1,2\ny,1",
        ] {
            assert!(
                is_table(yes.as_bytes()),
                "{yes:?}: {:?}",
                judge(yes.as_bytes(), false)
            );
        }
        for no in [
            "",
            "a,b\nc,d\n",
            "42\n",
            "<html>\n1,2\n",
            "1,2\u{1}\n",
            "{\"a\": 1, \"b\": 2}",
            "[[1, 2], [3, 4]]",
            "1 3:0.5 7:1\n0 1:2\n",
            "%%MatrixMarket matrix coordinate real general\n3 3 2\n1 1 5\n",
            "A line of words, and more.\nAnother 2 lines, of words\nand more of 7 them\n",
        ] {
            assert!(!is_table(no.as_bytes()), "{no:?}");
        }
    }

    #[test]
    fn more_is_looked_at_where_the_start_does_not_tell() {
        for more in [
            "pixel0,pixel1,pix",
            "a,b\n1,",
            "# only\n# comments\n",
            "# a\nx,y",
        ] {
            assert!(may_be_header(more.as_bytes()), "{more:?}");
        }
        for no in [
            "one",
            "1,2\n3\n",
            "a,b\n1,2\n3,4",
            "a,b\u{1}",
            "<html> a, b",
        ] {
            assert!(!may_be_header(no.as_bytes()), "{no:?}");
        }
    }

    #[test]
    fn what_is_no_table_is_told_by_what_it_is() {
        for (text, part) in [
            ("{\"a\": [1, 2]}", "JSON"),
            ("[[1, 2], [3, 4]]", "JSON"),
            ("<!DOCTYPE html>", "web page"),
            ("+1 3:0.5 7:1\n-1 1:2\n", "LIBSVM"),
            ("%%MatrixMarket matrix", "Matrix Market"),
            (
                "version https://git-lfs.github.com/spec/v1\noid sha256:4",
                "Git LFS",
            ),
            ("a,b\nc,d\n", "none of its columns holds numbers"),
            ("some prose\n", "none of its columns holds numbers"),
            ("prose\n", "one field"),
        ] {
            let told = refusal(text.as_bytes(), true).expect(text).reason;
            assert!(told.contains(part) && !told.contains("0x"), "{told}");
        }
        assert_eq!(refusal(b"\x00\x01", true), None);
    }
}
