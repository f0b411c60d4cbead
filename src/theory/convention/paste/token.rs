//! A statement's words.

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub word: Word,
    /// Byte of its beginning in the line.
    pub from: usize,
    /// Byte behind its end.
    pub to: usize,
}

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    Number(f64),
    /// In lower case: `BCE` and `bce` are one name to a reader.
    Name(String),
    Text(String),
    /// One sign; `^` is a power, `?` a sign that ends the reading, such as a comparison.
    Sign(char),
}

/// More words than any statement of a loss has. Trees are as deep as this at most.
const MOST: usize = 600;

/// The words of a line; `None` if there are too many.
pub(super) fn tokens(line: &str) -> Option<Vec<Token>> {
    let mut all = Vec::new();
    let mut rest = line.char_indices().peekable();
    while let Some((from, c)) = rest.next() {
        if c.is_whitespace() {
            continue;
        }
        let end = |rest: &mut std::iter::Peekable<std::str::CharIndices<'_>>| {
            rest.peek().map_or(line.len(), |(at, _)| *at)
        };
        let digit = |c: char| c.is_ascii_digit();
        let next_is_digit = rest.peek().is_some_and(|(_, c)| digit(*c));
        let word = if digit(c) || (c == '.' && next_is_digit) {
            let mut last = c;
            // With an exponent a sign stands inside: 1e-3.
            while rest.peek().is_some_and(|(_, n)| {
                digit(*n)
                    || matches!(n, '.' | '_' | 'e' | 'E')
                    || (matches!(n, '-' | '+') && matches!(last, 'e' | 'E'))
            }) {
                if let Some((_, n)) = rest.next() {
                    last = n;
                }
            }
            let text = line[from..end(&mut rest)].replace('_', "");
            text.parse().map_or(Word::Sign('?'), Word::Number)
        } else if c == '½' {
            Word::Number(0.5)
        } else if c.is_alphabetic() || c == '_' {
            while rest
                .peek()
                .is_some_and(|(_, n)| (n.is_alphanumeric() && *n != '²') || *n == '_')
            {
                rest.next();
            }
            Word::Name(line[from..end(&mut rest)].to_lowercase())
        } else if c == '"' || c == '\'' {
            let mut text = String::new();
            for (_, n) in rest.by_ref() {
                if n == c {
                    break;
                }
                text.push(n);
            }
            Word::Text(text.to_lowercase())
        } else {
            let next = rest.peek().map(|(_, n)| *n);
            let (sign, two) = match (c, next) {
                ('*', Some('*')) => ('^', true),
                // A division that rounds down is one all the same.
                ('/', Some('/')) => ('/', true),
                ('=' | '<' | '>' | '!' | ':', Some('=')) | ('-', Some('>')) => ('?', true),
                ('²', _) => ('²', false),
                ('%' | '<' | '>' | '!' | '|' | '&' | '~' | '?' | '$', _) => ('?', false),
                (c, _) => (c, false),
            };
            if two {
                rest.next();
            }
            Word::Sign(sign)
        };
        let to = end(&mut rest);
        if word == Word::Sign('²') {
            all.push(Token {
                word: Word::Sign('^'),
                from,
                to,
            });
            all.push(Token {
                word: Word::Number(2.0),
                from,
                to,
            });
        } else {
            all.push(Token { word, from, to });
        }
        if all.len() > MOST {
            return None;
        }
    }
    Some(all)
}
