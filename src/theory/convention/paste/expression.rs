//! Python's arithmetic and calls as a tree: what a loss is written in, and no more of the language.

use super::token::{Token, Word};

/// A piece of a statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expr {
    /// What it is.
    pub kind: Kind,
    /// How it was written.
    pub text: String,
}

/// What a piece is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Number(f64),
    Text(String),
    Name(String),
    /// `x.shape`
    Member(Box<Expr>, String),
    /// `x[0]`; the index, if it is one whole number.
    Index(Box<Expr>, Option<i64>),
    Call(Box<Expr>, Vec<Argument>),
    Minus(Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    /// `a, b` or `[a, b]`
    List(Vec<Expr>),
    /// Something else in brackets.
    Opaque,
}

/// An argument of a call, by its keyword if it has one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Argument {
    pub name: Option<String>,
    pub value: Expr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

/// Brackets within brackets beyond which nobody reads either.
const DEEPEST: usize = 40;
/// Words that are no names.
const KEYWORDS: [&str; 12] = [
    "if", "else", "for", "in", "not", "and", "or", "is", "lambda", "await", "yield", "while",
];

/// Reads all of the tokens as one expression, or as several with commas between.
pub(super) fn parse(tokens: &[Token], source: &str) -> Option<Expr> {
    let mut parser = Parser {
        tokens,
        source,
        at: 0,
        depth: 0,
    };
    let found = parser.list()?;
    (parser.at == tokens.len()).then_some(found)
}

struct Parser<'a> {
    tokens: &'a [Token],
    source: &'a str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn sign(&self) -> Option<char> {
        match self.tokens.get(self.at)?.word {
            Word::Sign(c) => Some(c),
            _ => None,
        }
    }

    fn eat(&mut self, sign: char) -> bool {
        let found = self.sign() == Some(sign);
        self.at += usize::from(found);
        found
    }

    /// The text of what began at token `from` and ends before the present one.
    fn made(&self, kind: Kind, from: usize) -> Expr {
        let start = self.tokens.get(from).map_or(0, |t| t.from);
        let end = self
            .tokens
            .get(self.at.wrapping_sub(1))
            .map_or(start, |t| t.to);
        let text = self.source.get(start..end.max(start)).unwrap_or_default();
        Expr {
            kind,
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }

    fn list(&mut self) -> Option<Expr> {
        let from = self.at;
        let first = self.sum()?;
        if self.sign() != Some(',') {
            return Some(first);
        }
        let mut all = vec![first];
        while self.eat(',') {
            if self.at == self.tokens.len() || matches!(self.sign(), Some(')' | ']')) {
                break;
            }
            all.push(self.sum()?);
        }
        Some(self.made(Kind::List(all), from))
    }

    fn sum(&mut self) -> Option<Expr> {
        let from = self.at;
        let mut left = self.product()?;
        while let Some(sign @ ('+' | '-')) = self.sign() {
            self.at += 1;
            let op = if sign == '+' { Op::Add } else { Op::Subtract };
            let right = self.product()?;
            left = self.made(Kind::Binary(op, Box::new(left), Box::new(right)), from);
        }
        Some(left)
    }

    fn product(&mut self) -> Option<Expr> {
        let from = self.at;
        let mut left = self.signed()?;
        while let Some(sign @ ('*' | '/')) = self.sign() {
            self.at += 1;
            let op = if sign == '*' {
                Op::Multiply
            } else {
                Op::Divide
            };
            let right = self.signed()?;
            left = self.made(Kind::Binary(op, Box::new(left), Box::new(right)), from);
        }
        Some(left)
    }

    fn signed(&mut self) -> Option<Expr> {
        let from = self.at;
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let found = if self.eat('-') {
            let inner = self.signed()?;
            self.made(Kind::Minus(Box::new(inner)), from)
        } else if self.eat('+') {
            self.signed()?
        } else {
            self.power()?
        };
        self.depth -= 1;
        Some(found)
    }

    fn power(&mut self) -> Option<Expr> {
        let from = self.at;
        let base = self.postfix()?;
        if !self.eat('^') {
            return Some(base);
        }
        let exponent = self.signed()?;
        let kind = Kind::Binary(Op::Power, Box::new(base), Box::new(exponent));
        Some(self.made(kind, from))
    }

    fn postfix(&mut self) -> Option<Expr> {
        let from = self.at;
        let mut found = self.atom()?;
        loop {
            match self.sign() {
                Some('.') => {
                    self.at += 1;
                    let Word::Name(name) = &self.tokens.get(self.at)?.word else {
                        return None;
                    };
                    self.at += 1;
                    found = self.made(Kind::Member(Box::new(found), name.clone()), from);
                }
                Some('(') => {
                    let (opened, depth) = (self.at, self.depth);
                    let kind = if let Some(arguments) = self.arguments() {
                        Kind::Call(Box::new(found), arguments)
                    } else {
                        // Whatever stands there: only this call is not read.
                        self.at = self.closing(opened)?;
                        self.depth = depth;
                        Kind::Opaque
                    };
                    found = self.made(kind, from);
                }
                Some('[') => {
                    let close = self.closing(self.at)?;
                    let inner = &self.tokens[self.at + 1..close - 1];
                    let index = whole(inner);
                    self.at = close;
                    found = self.made(Kind::Index(Box::new(found), index), from);
                }
                _ => return Some(found),
            }
        }
    }

    fn arguments(&mut self) -> Option<Vec<Argument>> {
        let mut all = Vec::new();
        self.at += 1;
        while !self.eat(')') {
            while matches!(self.sign(), Some('*' | '^')) {
                self.at += 1;
            }
            let name = match (self.tokens.get(self.at), self.tokens.get(self.at + 1)) {
                (Some(a), Some(b)) if b.word == Word::Sign('=') => match &a.word {
                    Word::Name(name) => {
                        self.at += 2;
                        Some(name.clone())
                    }
                    _ => None,
                },
                _ => None,
            };
            let value = self.sum()?;
            all.push(Argument { name, value });
            if !self.eat(',') && self.sign() != Some(')') {
                return None;
            }
        }
        Some(all)
    }

    fn atom(&mut self) -> Option<Expr> {
        let from = self.at;
        let kind = match &self.tokens.get(self.at)?.word {
            Word::Number(value) => Kind::Number(*value),
            Word::Text(text) => Kind::Text(text.clone()),
            Word::Name(name) if KEYWORDS.contains(&name.as_str()) => return None,
            Word::Name(name) => Kind::Name(name.clone()),
            Word::Sign('{') => {
                self.at = self.closing(from)?;
                return Some(self.made(Kind::Opaque, from));
            }
            Word::Sign('(' | '[') => {
                self.at += 1;
                if matches!(self.sign(), Some(')' | ']')) {
                    self.at += 1;
                    return Some(self.made(Kind::List(Vec::new()), from));
                }
                let depth = self.depth;
                let inner = self.list();
                return match inner {
                    Some(inner) if matches!(self.sign(), Some(')' | ']')) => {
                        self.at += 1;
                        Some(self.made(inner.kind, from))
                    }
                    _ => {
                        self.at = self.closing(from)?;
                        self.depth = depth;
                        Some(self.made(Kind::Opaque, from))
                    }
                };
            }
            Word::Sign(_) => return None,
        };
        self.at += 1;
        Some(self.made(kind, from))
    }

    /// The token behind the bracket that closes the one at `open`.
    fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            match token.word {
                Word::Sign('(' | '[' | '{') => depth += 1,
                Word::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return Some(at + 1);
            }
        }
        None
    }
}

/// A whole number, with or without a sign.
fn whole(tokens: &[Token]) -> Option<i64> {
    let value = |word: &Word| match word {
        Word::Number(v) if v.fract() == 0.0 => Some(*v as i64),
        _ => None,
    };
    match tokens {
        [one] => value(&one.word),
        [minus, one] if minus.word == Word::Sign('-') => value(&one.word).map(|v| -v),
        _ => None,
    }
}
