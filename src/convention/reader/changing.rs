//! Numbers that do not stay what they were first set to: a field that a method other than the constructor sets, a name
//! that a function declares global.

use std::collections::{HashMap, HashSet};

use tree_sitter::Node;

use crate::convention::syntax;

/// The names of the fields and global names that are set in more than one place.
pub(super) fn changing(root: Node<'_>, source: &str) -> HashSet<String> {
    let mut places: HashMap<String, HashSet<usize>> = HashMap::new();
    let mut changing = HashSet::new();
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        match node.kind() {
            "assignment" | "augmented_assignment" => {
                if let Some(left) = syntax::field(node, "left") {
                    for (name, place) in fields(left, source) {
                        places.entry(name).or_default().insert(place);
                    }
                }
            }
            "global_statement" | "nonlocal_statement" => {
                for name in syntax::children(node) {
                    changing.insert(syntax::text(name, source).to_owned());
                }
            }
            _ => {}
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                let several = places.into_iter().filter(|(_, at)| at.len() > 1);
                changing.extend(several.map(|(name, _)| name));
                return changing;
            }
        }
    }
}

/// The fields that an assignment sets, and where it stands: 0 for a constructor, else the function's place.
fn fields(left: Node<'_>, source: &str) -> Vec<(String, usize)> {
    let targets = if left.kind() == "attribute" {
        vec![left]
    } else {
        syntax::children(left)
    };
    let attributes = targets.iter().filter(|t| t.kind() == "attribute");
    let names = attributes.filter_map(|t| syntax::field(*t, "attribute"));
    names
        .map(|name| (syntax::text(name, source).to_owned(), place(left, source)))
        .collect()
}

/// Where an assignment stands.
fn place(node: Node<'_>, source: &str) -> usize {
    let mut at = node;
    for _ in 0..64 {
        let Some(parent) = at.parent() else {
            return 1;
        };
        if parent.kind() == "function_definition" {
            let name = syntax::field(parent, "name").map_or("", |n| syntax::text(n, source));
            return if matches!(name, "__init__" | "setup" | "build") {
                0
            } else {
                parent.start_byte() + 2
            };
        }
        at = parent;
    }
    1
}
