//! Brackets that are not closed, as in code that was cut off: they are closed where the next statement begins, or at the
//! end, so that the rest can be read. Every line for which that is done is named.

use super::syntax;
use super::term::short;

/// Most lines that are named.
const MOST: usize = 8;

/// The code with its brackets closed, if that makes more of it Python, and the lines that were changed.
pub(super) fn closed(code: String) -> (String, Vec<String>) {
    let wrong = |code: &str| syntax::tree(code).map_or(usize::MAX, |t| syntax::wrong_bytes(&t));
    let before = wrong(&code);
    if before == 0 {
        return (code, Vec::new());
    }
    let (repaired, named) = repaired(&code);
    if named.is_empty() || wrong(&repaired) >= before {
        return (code, Vec::new());
    }
    (repaired, named)
}

/// What is open at a place of the code.
struct Open {
    close: char,
    /// The line it was opened in, and the indentation of that line.
    line: usize,
    indentation: usize,
}

fn repaired(code: &str) -> (String, Vec<String>) {
    let mut lines: Vec<String> = code.lines().map(str::to_owned).collect();
    let mut open: Vec<Open> = Vec::new();
    let mut named: Vec<String> = Vec::new();
    let mut name = |line: usize, text: &str, what: &str| {
        if named.len() < MOST {
            named.push(format!(
                "`{}` in line {}, which is no Python: {what}",
                short(text.trim()),
                line + 1
            ));
        }
    };
    let mut last = 0;
    for at in 0..lines.len() {
        let line = lines[at].clone();
        if line.trim().is_empty() {
            continue;
        }
        let indentation = line.len() - line.trim_start().len();
        if let Some(first) = open.first()
            && indentation <= first.indentation
            && begins(line.trim())
        {
            name(
                first.line,
                &lines[first.line].clone(),
                "a bracket is not closed",
            );
            close(&mut lines[last], &mut open);
        }
        last = at;
        let (kept, too_many) = scan(&line, at, indentation, &mut open);
        if too_many {
            name(at, &line, "a bracket is closed that was not opened");
            lines[at] = kept;
        }
    }
    if let Some(first) = open.first() {
        name(
            first.line,
            &lines[first.line].clone(),
            "a bracket is not closed",
        );
        close(&mut lines[last], &mut open);
    }
    (lines.join("\n") + "\n", named)
}

/// Closes all that is open at the end of a line, before a comment.
fn close(line: &mut String, open: &mut Vec<Open>) {
    let mut end = code_of(line).trim_end().len();
    // What was cut off after an operator or a comma goes on with nothing.
    let kept = line[..end].trim_end_matches(['+', '-', '*', '/', ',', '.', '=', ' ']);
    end = kept.len();
    let closers: String = open.drain(..).rev().map(|o| o.close).collect();
    *line = format!("{}{closers}", &line[..end]);
}

/// The line without a comment.
fn code_of(line: &str) -> &str {
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') => return &line[..at],
            (None, '\'' | '"') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            _ => {}
        }
    }
    line
}

/// Follows the brackets of a line; the line without the closing ones that nothing opened, and whether there are any.
fn scan(line: &str, at: usize, indentation: usize, open: &mut Vec<Open>) -> (String, bool) {
    let mut kept = String::new();
    let mut too_many = false;
    let mut quote = None;
    for c in code_of(line).chars() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            (None, '(' | '[' | '{') => open.push(Open {
                close: match c {
                    '(' => ')',
                    '[' => ']',
                    _ => '}',
                },
                line: at,
                indentation,
            }),
            (None, ')' | ']' | '}') => {
                if open.last().is_some_and(|o| o.close == c) {
                    open.pop();
                } else {
                    too_many = true;
                    continue;
                }
            }
            _ => {}
        }
        kept.push(c);
    }
    (kept, too_many)
}

/// Whether a line begins a statement.
fn begins(line: &str) -> bool {
    let word: String = line
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
        .collect();
    let rest = line[word.len()..].trim_start();
    let statement = [
        "return", "def", "class", "if", "for", "while", "with", "import", "from", "try", "else",
        "elif", "print", "assert", "raise", "yield", "del",
    ];
    let assigned = ["=", "+=", "-=", "*=", "/="]
        .iter()
        .any(|sign| rest.starts_with(sign))
        && !rest.starts_with("==");
    let called = word.contains('.') && rest.starts_with('(') && line.ends_with(')');
    !word.is_empty() && (assigned || called || statement.contains(&&*word)) || line.starts_with('@')
}
