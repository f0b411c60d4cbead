//! Pasted code cut into logical lines: comments go, lines within open brackets are one, `;` parts statements.

/// One statement's text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Columns before it, which say what belongs to a function.
    pub indent: usize,
    /// The text, trimmed.
    pub text: String,
}

/// The logical lines of a text, in order.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut all: Vec<Line> = Vec::new();
    for line in within_brackets(text) {
        match all.last_mut() {
            Some(last) if goes_on(last, &line) => {
                last.text.truncate(last.text.trim_end_matches('\\').len());
                last.text.push(' ');
                last.text.push_str(&line.text);
            }
            _ => all.push(line),
        }
    }
    all
}

/// Whether a line is the rest of the one before it, by a `\`, an operator at its end or one at the other's beginning.
fn goes_on(before: &Line, line: &Line) -> bool {
    let open = ["\\", "+", "-", "*", "/", "=", ","];
    let deeper = line.indent > before.indent && !before.text.ends_with(':');
    open.iter().any(|sign| before.text.ends_with(sign))
        || ["+", "*", "/", "."]
            .iter()
            .any(|sign| line.text.starts_with(sign))
        || (deeper && line.text.starts_with('-'))
}

/// Lines joined while a bracket is open, without comments and texts in triple quotes.
fn within_brackets(text: &str) -> Vec<Line> {
    let chars: Vec<char> = text.chars().collect();
    let mut lines = Vec::new();
    let (mut current, mut depth, mut at) = (String::new(), 0_usize, 0);
    let mut quote: Option<char> = None;
    while let Some(&c) = chars.get(at) {
        at += 1;
        if let Some(open) = quote {
            current.push(c);
            if c == open || c == '\n' {
                quote = None;
            }
            if c != '\n' {
                continue;
            }
        }
        match c {
            '#' => {
                while chars.get(at).is_some_and(|c| *c != '\n') {
                    at += 1;
                }
            }
            '"' | '\'' if chars.get(at) == Some(&c) && chars.get(at + 1) == Some(&c) => {
                at += 2;
                while at < chars.len() && !chars[at..].starts_with(&[c, c, c]) {
                    at += 1;
                }
                at = (at + 3).min(chars.len());
            }
            '"' | '\'' => {
                quote = Some(c);
                current.push(c);
            }
            '(' | '[' | '{' => {
                depth += 1;
                current.push(c);
            }
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                current.push(c);
            }
            '\n' | '\r' | ';' if depth == 0 => {
                finish(&mut current, &mut lines);
            }
            '\n' | '\r' | '\t' => current.push(' '),
            '−' | '–' => current.push('-'),
            '×' | '·' => current.push('*'),
            c => current.push(c),
        }
    }
    finish(&mut current, &mut lines);
    lines
}

fn finish(current: &mut String, lines: &mut Vec<Line>) {
    let text = current.trim();
    if !text.is_empty() {
        lines.push(Line {
            indent: current.chars().take_while(|c| c.is_whitespace()).count(),
            text: text.to_owned(),
        });
    }
    current.clear();
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn what_belongs_together_is_one_line() {
        let texts = |text| -> Vec<String> { lines(text).into_iter().map(|l| l.text).collect() };
        assert_eq!(
            texts("kl = f(\n  a,  # the mean\n  b\n) # done\nx = 1; y = '#2'\n"),
            ["kl = f(   a,     b )", "x = 1", "y = '#2'"]
        );
        assert_eq!(
            texts("loss = a \\\n + b\nr = c\n    .sum(1)\n\"\"\"a\nloss\"\"\"\nq = d +\n e"),
            ["loss = a  + b", "r = c .sum(1)", "q = d + e"]
        );
        assert!(lines("# all of it").is_empty());
        assert_eq!(lines("def f(x):\n    -x")[1].indent, 4);
        assert!(lines("'''never closed").is_empty());
    }
}
