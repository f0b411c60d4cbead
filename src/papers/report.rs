//! Reports as files: figures, JSON, and one HTML page with every figure and verdict.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::disk::write_text;
use crate::plot::export::{Exporter as _, Svg};
use crate::plot::{FigureSpec, save};

use super::check::{Check, Verdict};
use super::error::Error;
use super::run::Report;

/// Writes a report's figures and its JSON into `folder`, and notes the files in it.
///
/// # Errors
/// [`Error::Figure`], [`Error::Write`].
pub fn write(report: &mut Report, folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|source| Error::Write {
        path: folder.to_owned(),
        source,
    })?;
    let mut files = Vec::new();
    for figure in &report.figures {
        for extension in ["svg", "png", "csv"] {
            let path = folder.join(format!("{}.{extension}", figure.id));
            save(figure, &path)?;
            files.push(path.display().to_string());
        }
    }
    let path = folder.join(format!("{}.json", report.id));
    files.push(path.display().to_string());
    report.files = files;
    let text = serde_json::to_string_pretty(&report).unwrap_or_default();
    replace(&path, &text)
}

/// Writes `index.html` with these reports, self-contained, into `folder`; its path.
///
/// # Errors
/// [`Error::Write`], [`Error::Figure`].
pub fn write_page(reports: &[Report], folder: &Path) -> Result<PathBuf, Error> {
    let path = folder.join("index.html");
    replace(&path, &page(reports)?)?;
    Ok(path)
}

fn replace(path: &Path, text: &str) -> Result<(), Error> {
    write_text(path, text).map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
    })
}

const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1c2330;background:#fff}\
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.5rem}table{border-collapse:collapse;width:100%;font-size:14px}\
td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #dde1e8;vertical-align:top}\
blockquote{margin:.5rem 0;padding-left:.8rem;border-left:3px solid #c3cad6;color:#455066}\
.pass{color:#176f3d}.near{color:#8a5a00}.miss{color:#b3261e}.skipped{color:#6b7280}figure{margin:1rem 0}\
svg{max-width:100%;height:auto}small{color:#6b7280}";

fn page(reports: &[Report]) -> Result<String, Error> {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Posterior collapse: the papers' figures \
         and tables</title><style>{STYLE}</style></head><body>\n<h1>Posterior collapse: the papers' figures and \
         tables</h1>\n"
    );
    html += "<table><tr><th>experiment</th><th>paper</th><th>verdict</th><th>checks</th><th>seconds</th></tr>\n";
    for r in reports {
        let passed = r
            .checks
            .iter()
            .filter(|c| c.verdict == Verdict::Pass)
            .count();
        let _ = writeln!(
            html,
            "<tr><td><a href=\"#{0}\">{0}</a> {1}</td><td>{2}</td><td>{3}</td><td>{passed} of {4} pass</td><td>{5:.0}</td></tr>",
            escape(&r.id),
            escape(&r.title),
            escape(r.paper),
            badge(r.verdict()),
            r.checks.len(),
            r.seconds
        );
    }
    html += "</table>\n";
    for r in reports {
        section(&mut html, r)?;
    }
    html += "</body></html>\n";
    Ok(html)
}

fn section(html: &mut String, r: &Report) -> Result<(), Error> {
    let _ = writeln!(
        html,
        "<h2 id=\"{0}\">{1} <small>{0}, {2}</small></h2>\n<blockquote>{3}</blockquote>",
        escape(&r.id),
        escape(&r.title),
        escape(r.paper),
        escape(&r.claim)
    );
    if !r.shrunk.is_empty() {
        let _ = writeln!(
            html,
            "<p><small>Smaller here: {}.</small></p>",
            escape(&r.shrunk.join("; "))
        );
    }
    checks(html, &r.checks);
    for figure in &r.figures {
        let _ = writeln!(html, "<figure>{}</figure>", svg(figure)?);
    }
    Ok(())
}

fn checks(html: &mut String, all: &[Check]) {
    *html +=
        "<table><tr><th>claim</th><th>expected</th><th>measured</th><th></th><th>note</th></tr>\n";
    for c in all {
        let _ = writeln!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td><small>{}</small></td></tr>",
            escape(&c.name),
            escape(&c.expected),
            escape(&c.measured),
            badge(Some(c.verdict)),
            escape(&c.note)
        );
    }
    *html += "</table>\n";
}

fn badge(verdict: Option<Verdict>) -> String {
    verdict.map_or_else(
        || "–".into(),
        |v| format!("<b class=\"{0}\">{0}</b>", v.word()),
    )
}

/// The figure as an element of the page: what comes before `<svg` is for a file of its own.
fn svg(figure: &FigureSpec) -> Result<String, Error> {
    let mut bytes = Vec::new();
    Svg.write(figure, &figure.size, &mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(text
        .find("<svg")
        .map_or(text.clone(), |at| text[at..].to_owned()))
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_paper_says_cannot_break_the_page() {
        assert_eq!(escape("a < b & \"c\""), "a &lt; b &amp; &quot;c&quot;");
    }
}
