//! No box where a sign should be: the window's fonts have every character its sources can show.
//!
//! The harness refuses a missing glyph that is drawn; this finds those of tooltips, of messages, of
//! menus nobody opened.

use std::path::Path;

use collapse_explorer::app::widgets::theme;
use egui::{FontFamily, FontId};
use egui_kittest::Harness;

/// The characters beyond ASCII in a source file's code: comments and unit tests are not shown.
fn characters(source: &str, into: &mut Vec<char>) {
    let shown = source.split("#[cfg(test)]").next().unwrap_or_default();
    for line in shown.lines() {
        let line = line.trim_start();
        let code = if line.starts_with("//") {
            ""
        } else {
            line.split(" // ").next().unwrap_or_default()
        };
        into.extend(code.chars().filter(|c| !c.is_ascii()));
    }
}

fn visit(folder: &Path, into: &mut Vec<char>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            visit(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            characters(&std::fs::read_to_string(&path).expect("a source"), into);
        }
    }
}

/// Whether a character is of Chinese, Japanese or Korean words: names of folders are compared with such words, and
/// none of them is shown.
fn compared_with_names(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

#[test]
fn the_fonts_have_every_character_of_the_sources() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wanted = Vec::new();
    visit(&sources, &mut wanted);
    // Numbers in subscript are made of these, and ticks of superscripts.
    wanted.extend("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁻".chars());
    wanted.sort_unstable();
    wanted.dedup();
    assert!(wanted.contains(&'β') && wanted.len() > 40, "{wanted:?}");

    let harness = Harness::builder()
        .with_context_setup(theme::install_fonts)
        .build_ui(|_| {});
    let font = FontId::new(14.0, FontFamily::Proportional);
    let missing: Vec<char> = harness.ctx.fonts_mut(|fonts| {
        wanted
            .into_iter()
            // These stand only in messages of the command line.
            .filter(|c| !"✕".contains(*c))
            .filter(|&c| !compared_with_names(c))
            .filter(|&c| !fonts.has_glyph(&font, c))
            .collect()
    });
    assert!(missing.is_empty(), "no glyph for {missing:?}");
}
