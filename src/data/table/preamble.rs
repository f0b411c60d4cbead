//! What stands in front of a table: comments, a line that names the separator, the header of an ARFF file, of a series
//! matrix of GEO (lines with an exclamation mark) or of a GCT file (a version and a line of sizes).

use super::text::words;

/// What was found in front of the records.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Preamble {
    /// Bytes before the first record.
    pub(super) bytes: usize,
    /// Lines before the first record.
    pub(super) lines: u64,
    /// The separator, if a line names it, as spreadsheets write it.
    pub(super) separator: Option<u8>,
    /// The last comment, which may hold the names of the columns.
    pub(super) comment: Option<Vec<u8>>,
    /// Whether the header is that of an ARFF file.
    pub(super) relation: bool,
    /// Whether lines that begin with an exclamation mark are no records.
    pub(super) series: bool,
    /// Names of the attributes of an ARFF file.
    pub(super) names: Vec<String>,
    /// Whether the end of the header was seen.
    pub(super) ended: bool,
}

impl Preamble {
    /// What stands in front of the records of a text.
    ///
    /// # Errors
    /// The reason why an ARFF file cannot be read.
    pub(super) fn of(text: &[u8]) -> Result<Self, String> {
        let mut this = Self::default();
        let mut rest = text;
        // Whether the line before is the version of a GCT file.
        let mut version = false;
        loop {
            let end = rest
                .iter()
                .position(|b| *b == b'\n')
                .map_or(rest.len(), |at| at + 1);
            let (line, after) = rest.split_at(end);
            let line = line.trim_ascii();
            let begins = |mark: &str| {
                line.get(..mark.len())
                    .is_some_and(|l| l.eq_ignore_ascii_case(mark.as_bytes()))
            };
            if rest.is_empty() {
                return Ok(this);
            }
            let passed = if line.is_empty() || version {
                version = false;
                true
            } else if matches!(line, b"#1.2" | b"#1.3") && this.lines == 0 {
                version = true;
                true
            } else if line.first() == Some(&b'!') && !this.relation {
                this.series = true;
                true
            } else if let [b'#' | b'%', comment @ ..] = line {
                this.comment = Some(comment.trim_ascii().to_vec());
                true
            } else if begins("@relation") {
                this.relation = true;
                true
            } else if this.relation && begins("@attribute") {
                this.names.push(attribute(&line["@attribute".len()..])?);
                true
            } else if this.relation && begins("@data") {
                this.ended = true;
                true
            } else if begins("sep=") && line.len() == 5 && this.lines == 0 {
                this.separator = Some(line[4]);
                true
            } else if begins("sep=") && line.len() == 4 && this.lines == 0 {
                // The tab went with the spaces.
                this.separator = Some(b'\t');
                true
            } else {
                this.ended = true;
                false
            };
            if !passed {
                if this.relation && line.first() == Some(&b'{') {
                    return Err(
                        "it is a sparse ARFF file, which cannot be read; save it in dense form (in Weka: the filter \
                         SparseToNonSparse)"
                            .into(),
                    );
                }
                return Ok(this);
            }
            this.bytes += end;
            this.lines += 1;
            rest = after;
        }
    }
}

/// The name in a declaration `'some name' numeric`.
fn attribute(declaration: &[u8]) -> Result<String, String> {
    let text = words(declaration.trim_ascii());
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let (name, kind) = match quote {
        Some(quote) => text[1..].split_once(quote).unwrap_or((&text[1..], "")),
        None => text.split_once(char::is_whitespace).unwrap_or((&text, "")),
    };
    if kind.trim().eq_ignore_ascii_case("relational") {
        return Err("it is an ARFF file with a table inside a table, which cannot be read".into());
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_separators_are_passed() {
        let found = Preamble::of(b"\n# made\n% x y\n1 2\n3 4\n").expect("a preamble");
        assert_eq!((found.bytes, found.lines), (14, 3));
        assert_eq!(found.comment.as_deref(), Some(&b"x y"[..]));
        let found = Preamble::of(b"sep=;\na;b\n").expect("a preamble");
        assert_eq!((found.bytes, found.separator), (6, Some(b';')));
        let found = Preamble::of(b"sep=xyz\n").expect("no preamble");
        assert_eq!(found.bytes, 0);
    }

    #[test]
    fn the_headers_of_gene_expression_are_passed() {
        let text = b"!Series_title\t\"a\"\n\n!table_begin\nid\ts1\nx\t1\n";
        let found = Preamble::of(text).expect("a preamble");
        assert!(found.series && found.ended);
        assert_eq!(&text[found.bytes..], b"id\ts1\nx\t1\n");
        let text = b"#1.2\n3\t2\nNAME\tDescription\ts1\n";
        let found = Preamble::of(text).expect("a preamble");
        assert_eq!(&text[found.bytes..], b"NAME\tDescription\ts1\n");
    }

    #[test]
    fn the_header_of_arff_gives_names() {
        let text = b"% t\n@RELATION iris\n\n@ATTRIBUTE 'sepal length' REAL\n@attribute class {a,b}\n@DATA\n1,a\n";
        let found = Preamble::of(text).expect("a header");
        assert_eq!(found.names, ["sepal length", "class"]);
        assert!(found.relation && found.ended);
        assert_eq!(&text[found.bytes..], b"1,a\n");
        let sparse = Preamble::of(b"@relation a\n@attribute b real\n@data\n{0 1}\n");
        assert!(sparse.expect_err("sparse").contains("sparse"));
    }
}
