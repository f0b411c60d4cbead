//! What people paste, made Python: fences of Markdown, prompts, magics of notebooks, numbers of lines, indentation.

use super::brackets;
use super::error::Error;
use super::syntax;

/// Longest text that is read, in bytes.
const LONGEST: usize = 200_000;

/// The code cells of a Jupyter notebook, one after the other.
///
/// # Errors
/// [`Error::Notebook`] if the text is no notebook.
pub fn notebook(text: &str) -> Result<String, Error> {
    let whole: serde_json::Value =
        serde_json::from_str(text).map_err(|e| Error::Notebook(e.to_string()))?;
    let cells = whole
        .get("cells")
        .and_then(|c| c.as_array())
        .ok_or_else(|| Error::Notebook("it has no list of cells".into()))?;
    let mut code = String::new();
    for cell in cells {
        if cell.get("cell_type").and_then(|t| t.as_str()) != Some("code") {
            continue;
        }
        match cell.get("source") {
            Some(serde_json::Value::String(source)) => code += source,
            Some(serde_json::Value::Array(lines)) => {
                lines
                    .iter()
                    .filter_map(|l| l.as_str())
                    .for_each(|l| code += l);
            }
            _ => {}
        }
        code += "\n";
    }
    Ok(code)
}

/// Longest line that is read, in bytes: nobody writes longer ones, and they may be nested without end.
const LONGEST_LINE: usize = 4_000;

/// The text as Python, and what of it was left out.
pub(super) fn prepare(text: &str) -> (String, Vec<String>) {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut left_out = Vec::new();
    if end < text.len() {
        left_out.push(format!(
            "what follows the first {LONGEST} bytes of the text"
        ));
    }
    let text = text[..end]
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace(['\u{a0}', '\u{feff}', '\0'], " ")
        .replace(['‘', '’'], "'")
        .replace(['“', '”'], "\"")
        .replace('−', "-");
    let mut lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter_mut().enumerate() {
        if line.len() > LONGEST_LINE {
            if left_out.len() < 8 {
                left_out.push(format!(
                    "line {}, which has more than {LONGEST_LINE} bytes",
                    at + 1
                ));
            }
            *line = "";
        }
    }
    let lines = unquoted(lines);
    let lines = unfenced(lines);
    let lines = unmarked(lines);
    let lines: Vec<String> = lines.iter().map(|l| plain(l)).collect();
    let code = indented(&lines);
    let (code, repaired) = brackets::closed(code);
    left_out.extend(repaired);
    (code, left_out)
}

/// Lines without the mark of a quotation in mails and Markdown.
fn unquoted<'t>(lines: Vec<&'t str>) -> Vec<&'t str> {
    let mut filled = lines.iter().filter(|l| !l.trim().is_empty());
    let quoted = |l: &&str| l.starts_with('>') && !l.starts_with(">>");
    if lines.is_empty() || !filled.all(quoted) {
        return lines;
    }
    let without = |l: &&'t str| -> &'t str {
        let after = l.strip_prefix("> ").or_else(|| l.strip_prefix('>'));
        after.unwrap_or(l)
    };
    lines.iter().map(without).collect()
}

/// The code between Markdown's fences, if there are any.
fn unfenced(lines: Vec<&str>) -> Vec<&str> {
    let is_fence = |line: &str| {
        let line = line.trim_start();
        line.starts_with("```") || line.starts_with("~~~")
    };
    let is_python =
        || syntax::tree(&lines.join("\n")).is_some_and(|t| syntax::wrong_bytes(&t) == 0);
    if !lines.iter().any(|l| is_fence(l)) || is_python() {
        return lines;
    }
    let mut inside = false;
    let mut kept = Vec::new();
    for line in lines {
        let fence = is_fence(line);
        inside ^= fence;
        // Lines keep their numbers.
        kept.push(if inside && !fence { line } else { "" });
    }
    kept
}

/// Lines without the number in front of each, or the marks of a difference between files.
fn unmarked(lines: Vec<&str>) -> Vec<&str> {
    let filled = || lines.iter().filter(|l| !l.trim().is_empty());
    let numbers: Vec<u64> = filled()
        .filter_map(|l| leading_number(l).map(|n| n.0))
        .collect();
    if numbers.len() > 1 && numbers.len() == filled().count() && numbers.is_sorted() {
        return lines
            .iter()
            .map(|l| leading_number(l).map_or(*l, |n| n.1))
            .collect();
    }
    if filled().any(|l| l.starts_with("@@ ")) {
        let left_out = |l: &str| {
            ["-", "@@", "diff ", "index ", "+++", "---"]
                .iter()
                .any(|m| l.starts_with(m))
        };
        return lines
            .iter()
            .map(|l| {
                if left_out(l) {
                    ""
                } else {
                    l.strip_prefix(['+', ' ']).unwrap_or(l)
                }
            })
            .collect();
    }
    lines
}

/// The number of a line and what follows it.
fn leading_number(line: &str) -> Option<(u64, &str)> {
    let line = line.trim_start();
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number = line[..digits].parse().ok()?;
    let rest = &line[digits..];
    match rest.chars().next() {
        None => Some((number, rest)),
        Some(mark @ (':' | '|' | '.' | ' ' | '\t')) => {
            let rest = &rest[mark.len_utf8()..];
            let rest = match (mark, rest.trim_start().strip_prefix('|')) {
                (' ' | '\t', Some(after)) => after.strip_prefix(' ').unwrap_or(after),
                _ => rest,
            };
            // What continues a sum is no numbered line.
            let first = rest.trim_start().chars().next();
            (!matches!(first, Some('+' | '-' | '*' | '/' | ',' | ')'))).then_some((number, rest))
        }
        Some(_) => None,
    }
}

/// A line without a prompt; empty if it is a magic or a command of a notebook.
fn plain(line: &str) -> String {
    let mut rest = line;
    let trimmed = line.trim_start();
    for prompt in [">>> ", ">>>", "... ", "...\t"] {
        if let Some(after) = trimmed.strip_prefix(prompt) {
            rest = after;
            break;
        }
    }
    if let Some(after) = trimmed.strip_prefix("...:") {
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    if let Some(after) = trimmed.strip_prefix("In [")
        && let Some((_, code)) = after.split_once("]:")
    {
        rest = code.strip_prefix(' ').unwrap_or(code);
    }
    let trimmed = rest.trim_start();
    if trimmed.starts_with('%') || trimmed.starts_with('!') || trimmed.starts_with("Out[") {
        return String::new();
    }
    rest.replace('\t', "    ")
}

/// The lines under the indentation that makes most of them Python.
fn indented(lines: &[String]) -> String {
    let margin = |lines: &[String]| {
        let filled = lines.iter().filter(|l| !l.trim().is_empty());
        filled.map(|l| l.len() - l.trim_start().len()).min()
    };
    let without = |lines: &[String], by: usize| -> Vec<String> {
        let cut = |l: &String| {
            l.get(by.min(l.len() - l.trim_start().len())..)
                .map(str::to_owned)
        };
        lines.iter().filter_map(cut).collect()
    };
    let dedented = without(lines, margin(lines).unwrap_or(0));
    let join = |lines: &[String]| lines.join("\n") + "\n";
    let first = dedented.iter().position(|l| !l.trim().is_empty());
    let mut options = vec![join(&dedented)];
    if let Some(first) = first {
        // A copy that began in the middle of its first line.
        let (head, tail) = dedented.split_at(first + 1);
        let mut late: Vec<String> = head.iter().map(|l| l.trim_start().to_owned()).collect();
        let by = margin(tail).unwrap_or(0);
        if by > 0 {
            late.extend(without(tail, by));
            options.push(join(&late));
        }
        // What has no blocks needs no indentation.
        let flat: Vec<String> = dedented.iter().map(|l| l.trim_start().to_owned()).collect();
        if !flat.iter().any(|l| l.trim_end().ends_with(':')) {
            options.push(join(&flat));
        }
    }
    // Code that stands indented between lines of prose.
    let is_code = |l: &String| l.starts_with("    ") || l.trim().is_empty();
    let is_prose = |l: &String| !l.contains(['=', '(', '@']) && !l.trim_end().ends_with('\\');
    if dedented.iter().any(is_code) && dedented.iter().all(|l| is_code(l) || is_prose(l)) {
        let kept = dedented.iter().map(|l| {
            let code = Some(l).filter(|l| is_code(l));
            code.cloned().unwrap_or_default()
        });
        let kept: Vec<String> = kept.collect();
        let by = margin(&kept).unwrap_or(0);
        options.push(join(&without(&kept, by)));
    }
    let mut best = (usize::MAX, String::new());
    for option in options {
        let wrong = syntax::tree(&option).map_or(usize::MAX - 1, |t| syntax::wrong_bytes(&t));
        if wrong < best.0 {
            best = (wrong, option);
        }
        if best.0 == 0 {
            break;
        }
    }
    best.1
}
