//! What a block does to the names in it: numbers that change from round to round, values without a gradient.

use tree_sitter::Node;

use crate::convention::syntax::{self, children};
use crate::convention::value::Value;

use super::Reader;
use super::candidate::Rank;
use super::statement::Flow;

impl<'t> Reader<'t> {
    /// Numbers that a block changes by numbers alone, `beta *= 1.1` or `step += 1`, stand for themselves in a block that
    /// is run again and again.
    pub(super) fn unsettle(&mut self, body: Node<'t>) {
        let mut open = vec![body];
        while let Some(node) = open.pop() {
            if !self.step() {
                return;
            }
            let sides = (syntax::field(node, "left"), syntax::field(node, "right"));
            let augmented = node.kind() == "augmented_assignment";
            if let (Some(left), Some(right)) = sides
                && (augmented || node.kind() == "assignment")
                && left.kind() == "identifier"
            {
                let name = self.text(left);
                let again = augmented || self.names_in(right).contains(&name);
                if again && self.is_number(name) && self.is_of_numbers(right, name) {
                    let value = self.opaque(name);
                    self.set(name, value);
                }
            }
            open.extend(children(node));
        }
    }

    pub(super) fn names_in(&self, node: Node<'t>) -> Vec<&'t str> {
        let (mut names, mut open) = (Vec::new(), vec![node]);
        while let Some(node) = open.pop() {
            if node.kind() == "identifier" {
                names.push(self.text(node));
            }
            open.extend(children(node));
        }
        names
    }

    fn is_number(&mut self, name: &str) -> bool {
        self.frame()
            .names
            .get(name)
            .is_some_and(|value| value.as_number().is_some())
    }

    /// Whether an expression is made of numbers and names of numbers.
    fn is_of_numbers(&mut self, node: Node<'t>, own: &str) -> bool {
        let names = self.names_in(node);
        names
            .into_iter()
            .all(|name| name == own || self.is_number(name))
    }

    /// Whether a `with` statement keeps gradients from flowing.
    pub(super) fn is_without_gradient(&self, node: Node<'t>) -> bool {
        let mut clauses = children(node)
            .into_iter()
            .filter(|part| part.kind() == "with_clause");
        clauses.any(|clause| {
            let text = self.text(clause);
            text.contains("no_grad") || text.contains("inference_mode")
        })
    }

    /// Runs a block whose values have no gradient.
    pub(super) fn without_gradient(&mut self, node: Node<'t>) -> Flow {
        let from = self.candidates.len();
        let flow = self.body(node);
        for candidate in self.candidates.iter_mut().skip(from) {
            candidate.rank = Rank::Logged;
        }
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            if !self.step() {
                break;
            }
            if matches!(node.kind(), "assignment" | "augmented_assignment")
                && let Some(left) = syntax::field(node, "left")
            {
                for name in self.names_in(left) {
                    if let Some(value) = self.frame().names.remove(name) {
                        self.set(name, detached(value));
                    }
                }
            }
            open.extend(children(node));
        }
        flow
    }
}

fn detached(value: Value) -> Value {
    value.each(&mut |t| t.detached |= !t.is_constant())
}
