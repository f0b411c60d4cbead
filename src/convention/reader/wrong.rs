//! What is no Python, named wherever it may matter.

use tree_sitter::Node;

use crate::convention::term::short;
use crate::convention::value::Value;
use crate::convention::words;

use super::{LOST, Reader};

impl<'t> Reader<'t> {
    /// Names every line of a tree that the grammar could not make sense of.
    pub(super) fn wrong(&mut self, root: Node<'t>) {
        let lines: Vec<&str> = self.source.lines().collect();
        let mut cursor = root.walk();
        let mut named = None;
        loop {
            let node = cursor.node();
            let whole = node.is_error() && cursor.depth() == 0;
            // Where the whole text is no Python, what the grammar made of it in pieces may still be some.
            let loose = cursor.depth() == 1
                && root.is_error()
                && !node.kind().ends_with("statement")
                && !node.kind().ends_with("definition")
                && node.kind() != "comment";
            if loose || node.is_missing() || node.is_error() && !whole {
                let (from, to) = (node.start_position().row, node.end_position().row);
                // Many pieces of one line are named once.
                if named != Some(from) {
                    for (at, line) in lines.iter().enumerate().take(to + 1).skip(from).take(8) {
                        self.name_wrong(line.trim(), at + 1);
                    }
                }
                named = Some(from);
                if self.lost.len() >= LOST {
                    return;
                }
            } else if node.has_error() && cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    fn name_wrong(&mut self, text: &str, line: usize) {
        let mut names = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        self.wrong_terms |= text.contains(['(', '=']) && names.clone().any(words::matters);
        let matters = names.any(|n| {
            let known = || self.lookup(n).is_some_and(|v| !matches!(v, Value::None));
            !n.is_empty() && (words::matters(n) || known())
        }) || text.contains(['+', '*', '/', '=']);
        if matters {
            self.lose(&format!(
                "`{}` in line {line}, which is no Python",
                short(text)
            ));
        }
    }
}
