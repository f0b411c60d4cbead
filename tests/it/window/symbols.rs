//! Symbols: every one in a label is in the table, and says what it means under the pointer.

use collapse_explorer::app::widgets::symbols::{SYMBOLS, in_label};
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};

use super::Window;

fn is_greek(c: char) -> bool {
    ('α'..='ω').contains(&c) || ('Α'..='Ω').contains(&c)
}

/// The Greek letters of a label that belong to no symbol of the table.
fn unknown(label: &str) -> Vec<char> {
    let known = in_label(label);
    let is_known = |c: &char| known.iter().any(|symbol| symbol.sign.contains(*c));
    let greek = label.chars().filter(|c| is_greek(*c));
    greek.filter(|c| !is_known(c)).collect()
}

#[test]
fn every_symbol_in_a_label_is_in_the_table() {
    assert_eq!(unknown("ψ of β"), ['ψ'], "a missing symbol is found");
    let mut window = Window::tall();
    window.press("advanced objective");
    window.press("advanced model");
    let mut seen = 0;
    for workspace in [
        "Live",
        "Data",
        "Theory lab",
        "Instruments",
        "Diagnose",
        "Papers",
    ] {
        window.pick(workspace);
        window.frames(4);
        for role in [
            Role::Button,
            Role::RadioButton,
            Role::CheckBox,
            Role::ComboBox,
            Role::Slider,
            Role::SpinButton,
            Role::Label,
        ] {
            for node in window.harness.query_all(by().role(role)) {
                let node = node.accesskit_node();
                let Some(label) = node.label().or_else(|| node.value()) else {
                    continue;
                };
                // An entry of a legend is the figure's own text.
                if label.starts_with("show ") {
                    continue;
                }
                // What is drawn in a figure is the figure's, and its row of numbers too.
                seen += usize::from(label.chars().any(is_greek));
                assert_eq!(unknown(&label), [' '; 0], "{workspace}: '{label}'");
            }
        }
    }
    assert!(seen > 30, "{seen} labels with symbols are too few");
}

#[test]
fn a_symbol_under_the_pointer_says_name_meaning_and_unit() {
    let mut window = Window::tall();
    window.press("advanced objective");
    window.frames(4);
    for (label, sign) in [
        ("β", "β"),
        ("γ", "γ"),
        ("η_dec", "η_dec"),
        ("Latents κ", "κ"),
        ("Posterior σ(x)", "σ(x)"),
        ("Free bits λ", "free bits λ"),
        ("Prior width η_enc", "η_enc"),
        ("↕ γ", "γ"),
    ] {
        let symbol = SYMBOLS.iter().find(|s| s.sign == sign).expect("an entry");
        let (_, at) = window.text(|text| text == label);
        // Away first, so that one tooltip does not cover the next.
        window
            .harness
            .event(egui::Event::PointerMoved(egui::pos2(900.0, 1495.0)));
        window.frames(4);
        assert!(!window.says(symbol.meaning), "{label}");
        let at = at + egui::vec2(3.0, 6.0);
        window.harness.event(egui::Event::PointerMoved(at));
        window.frames(6);
        for part in [symbol.name, symbol.meaning, symbol.unit] {
            assert!(window.says(part), "{label} does not say '{part}'");
        }
    }
}
