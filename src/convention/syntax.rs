//! The Python grammar: text in, tree out.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tree_sitter::{Node, ParseOptions, Parser, Tree};

/// Longest time spent on a tree; only texts that are no Python take longer.
const PATIENCE: Duration = Duration::from_millis(700);

/// The tree of a text; `None` if it could not be made in time.
pub(super) fn tree(text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_python::LANGUAGE.into())
        .ok()?;
    let start = Instant::now();
    let mut progress = |_: &tree_sitter::ParseState| {
        if start.elapsed() > PATIENCE {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let bytes = text.as_bytes();
    let options = ParseOptions::new().progress_callback(&mut progress);
    parser.parse_with_options(
        &mut |at, _| bytes.get(at..).unwrap_or_default(),
        None,
        Some(options),
    )
}

/// Bytes of a tree that are no Python.
pub(super) fn wrong_bytes(tree: &Tree) -> usize {
    let mut cursor = tree.walk();
    let mut wrong = 0;
    loop {
        let node = cursor.node();
        let inside = if node.is_error() {
            wrong += node.byte_range().len().max(1);
            false
        } else {
            wrong += usize::from(node.is_missing());
            node.has_error()
        };
        if inside && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return wrong;
            }
        }
    }
}

/// The text of a node.
pub(super) fn text<'t>(node: Node<'_>, source: &'t str) -> &'t str {
    source.get(node.byte_range()).unwrap_or_default()
}

/// The named children of a node, without comments.
pub(super) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|n| n.kind() != "comment" && n.kind() != "line_continuation")
        .collect()
}

/// The child of a field.
pub(super) fn field<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.child_by_field_name(name)
}

/// Every child of a field.
pub(super) fn fields<'t>(node: Node<'t>, name: &str) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children_by_field_name(name, &mut cursor).collect()
}

/// The value of a string literal.
pub(super) fn string(node: Node<'_>, source: &str) -> String {
    let mut out = String::new();
    for child in children(node) {
        match child.kind() {
            "string_content" => out.push_str(text(child, source)),
            "string" => out += &string(child, source),
            _ => {}
        }
    }
    out
}

/// The value of a number literal.
pub(super) fn number(literal: &str) -> Option<f64> {
    let plain = literal.replace('_', "").to_lowercase();
    if let Some(hex) = plain.strip_prefix("0x") {
        return u64::from_str_radix(hex, 16).ok().map(|v| v as f64);
    }
    plain
        .parse::<f64>()
        .ok()
        .filter(|value| value.is_finite() && value.abs() < 1e300)
}
