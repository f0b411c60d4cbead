//! How wide text is, and how it is fitted into the room there is.

/// Knows how wide texts are.
pub(crate) trait Measure {
    /// Width of `text` (of its widest line) at `size`, in the unit of `size`.
    fn width(&self, text: &str, size: f64) -> f64;
}

/// Widths without a font: a generous estimate that holds for Ubuntu, Arial and `DejaVu Sans` alike, because a viewer
/// of an SVG may have any of them. Margins made from it never clip.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Estimate;

impl Measure for Estimate {
    fn width(&self, text: &str, size: f64) -> f64 {
        let line = |l: &str| l.chars().map(advance).sum::<f64>();
        text.lines().map(line).fold(0.0, f64::max) * size
    }
}

/// Advance of one character in em.
fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '|' | '\'' | '.' | ',' | ':' | ';' | '!' | 'ι' => 0.31,
        'I' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | ' ' | '·' | '-' => 0.39,
        '⁰'..='₎' | '¹' | '²' | '³' => 0.42,
        'm' | 'w' | 'M' | 'W' | 'Σ' | '→' | '∞' | '%' | '@' | '—' => 0.92,
        '×' | '−' | '=' | '+' | '<' | '>' | '≤' | '≥' | '≈' => 0.66,
        '0'..='9' | 'a'..='z' => 0.58,
        'A'..='Z' => 0.69,
        _ if (c as u32) < 0x2000 => 0.6,
        _ => 0.9,
    }
}

/// Breaks `text` at spaces into lines no wider than `room`; a single longer word is cut short with an ellipsis.
pub(crate) fn wrap(measure: &dyn Measure, text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let candidate = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if measure.width(&candidate, size) <= room || line.is_empty() {
            line = candidate;
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
        .into_iter()
        .map(|l| shorten(measure, &l, size, room))
        .collect()
}

/// Widths that differ by no more than this are equal: sums and differences round.
const ROUNDING: f64 = 1e-6;

/// `text`, cut short with an ellipsis if it is wider than `room`.
pub(crate) fn shorten(measure: &dyn Measure, text: &str, size: f64, room: f64) -> String {
    let room = room + ROUNDING;
    if measure.width(text, size) <= room {
        return text.to_owned();
    }
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let cut = |at: usize| format!("{}…", text[..at].trim_end());
    let kept = ends.partition_point(|&at| measure.width(&cut(at), size) <= room);
    cut(kept.checked_sub(1).map_or(0, |last| ends[last]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_as_wide_as_its_room_stays_whole() {
        let text = "0 · 1,031";
        let width = Estimate.width(text, 8.0);
        for margin in [0.0, 4.8, 1e3] {
            assert_eq!(
                shorten(&Estimate, text, 8.0, (width + margin) - margin),
                text
            );
        }
        assert!(shorten(&Estimate, text, 8.0, width - 0.01).ends_with('…'));
    }

    #[test]
    fn lines_fit_and_lose_no_word() {
        let text = "predicted 6 alive · measured 6 of 16 · converged";
        let lines = wrap(&Estimate, text, 8.0, 90.0);
        assert!(lines.len() > 1);
        assert!(lines.iter().all(|l| Estimate.width(l, 8.0) <= 90.0));
        assert_eq!(lines.join(" "), text);
    }

    #[test]
    fn a_word_without_room_is_cut_with_an_ellipsis() {
        let line = shorten(&Estimate, "incomprehensibilities", 10.0, 40.0);
        assert!(line.ends_with('…') && Estimate.width(&line, 10.0) <= 40.0);
        // Of 40 units the ellipsis takes 9 and "incom" 26.6; a "p" more would take 5.8.
        assert_eq!(line, "incom…");
        assert_eq!(shorten(&Estimate, "ab", 10.0, 40.0), "ab");
        assert_eq!(shorten(&Estimate, "ab", 10.0, 0.0), "…");
    }
}
