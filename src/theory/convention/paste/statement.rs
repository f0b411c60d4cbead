//! A logical line as a statement: what is assigned, returned or defined.

use super::expression::{Expr, Op, parse};
use super::token::{Token, Word, tokens};

/// A statement, as far as it matters to a loss.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Statement {
    /// `a = …`, `a = b = …`, or `…` alone with no name; nothing if it cannot be read.
    Assign(Vec<String>, Option<Expr>),
    /// `a += …`
    Augment(String, Op, Option<Expr>),
    /// `return …`
    Return(Option<Expr>),
    /// `def f(…, beta=4):` with its defaults, and what stands behind the colon.
    Define(String, Vec<(String, Expr)>, Option<Box<Statement>>),
    /// `@jax.vmap`: the function below works on one sample.
    PerSample,
    /// Of no concern.
    Other,
}

/// Reads a line.
pub(super) fn statement(line: &str) -> Statement {
    let Some(all) = tokens(line) else {
        return Statement::Assign(Vec::new(), None);
    };
    of(&all, line)
}

fn of(all: &[Token], line: &str) -> Statement {
    let head = match all.first().map(|t| &t.word) {
        Some(Word::Name(name)) => name.as_str(),
        Some(Word::Sign('@')) if line.contains("vmap") => return Statement::PerSample,
        Some(Word::Sign('@')) | None => return Statement::Other,
        Some(_) => "",
    };
    match head {
        "return" => Statement::Return(parse(&all[1..], line)),
        "def" | "async" => define(all, line),
        "import" | "from" | "print" | "assert" | "raise" | "global" | "del" | "pass" => {
            Statement::Other
        }
        "if" | "elif" | "else" | "for" | "while" | "with" | "class" | "try" | "except"
        | "finally" => behind_colon(all, line).unwrap_or(Statement::Other),
        _ => assignment(all, line),
    }
}

/// The place of a sign outside of all brackets.
fn outside(all: &[Token], wanted: char) -> Option<usize> {
    let mut depth = 0_i32;
    all.iter().position(|t| {
        match t.word {
            Word::Sign('(' | '[' | '{') => depth += 1,
            Word::Sign(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        depth == 0 && t.word == Word::Sign(wanted)
    })
}

fn behind_colon(all: &[Token], line: &str) -> Option<Statement> {
    let colon = outside(all, ':')?;
    let rest = &all[colon + 1..];
    (!rest.is_empty()).then(|| of(rest, line))
}

fn define(all: &[Token], line: &str) -> Statement {
    let Some((at, name)) = all.iter().enumerate().find_map(|(at, t)| match &t.word {
        Word::Name(name) if !["def", "async"].contains(&name.as_str()) => Some((at, name.clone())),
        _ => None,
    }) else {
        return Statement::Other;
    };
    let end = outside(all, ':').unwrap_or(all.len());
    let inner = all.get(at + 2..end).unwrap_or_default();
    let (mut defaults, mut from, mut depth) = (Vec::new(), 0, 0_i32);
    for (place, token) in inner.iter().enumerate() {
        match token.word {
            Word::Sign('(' | '[' | '{') => depth += 1,
            Word::Sign(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        let closed = depth < 0 || (depth == 0 && token.word == Word::Sign(','));
        if closed {
            defaults.extend(default(&inner[from..place], line));
            from = place + 1;
        }
        if depth < 0 {
            break;
        }
    }
    Statement::Define(name, defaults, behind_colon(all, line).map(Box::new))
}

/// `beta=4` or `beta: float = 4`.
fn default(tokens: &[Token], line: &str) -> Option<(String, Expr)> {
    let Word::Name(name) = &tokens.first()?.word else {
        return None;
    };
    let equals = outside(tokens, '=')?;
    Some((name.clone(), parse(&tokens[equals + 1..], line)?))
}

fn assignment(all: &[Token], line: &str) -> Statement {
    let Some(first) = outside(all, '=') else {
        return Statement::Assign(Vec::new(), parse(all, line));
    };
    let augmented = first
        .checked_sub(1)
        .and_then(|before| match all[before].word {
            Word::Sign('+') => Some((before, Op::Add)),
            Word::Sign('-') => Some((before, Op::Subtract)),
            Word::Sign('*') => Some((before, Op::Multiply)),
            Word::Sign('/') => Some((before, Op::Divide)),
            _ => None,
        });
    if let Some((before, op)) = augmented {
        let value = parse(&all[first + 1..], line);
        return Statement::Augment(target(&all[..before], line), op, value);
    }
    let (mut names, mut rest) = (Vec::new(), all);
    while let Some(equals) = outside(rest, '=') {
        names.push(target(&rest[..equals], line));
        rest = &rest[equals + 1..];
    }
    Statement::Assign(names, parse(rest, line))
}

/// A target as a name is looked up: dense, in lower case, without a type or `self.`.
fn target(tokens: &[Token], line: &str) -> String {
    let end = outside(tokens, ':').unwrap_or(tokens.len());
    let text = match (tokens.first(), tokens[..end].last()) {
        (Some(first), Some(last)) => &line[first.from..last.to],
        _ => "",
    };
    key(text)
}

/// A name as it is looked up.
pub(super) fn key(text: &str) -> String {
    let dense: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    dense
        .strip_prefix("self.")
        .map_or(dense.clone(), str::to_owned)
}
