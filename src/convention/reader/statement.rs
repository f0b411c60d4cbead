//! Statements.

use std::rc::Rc;

use tree_sitter::Node;

use crate::convention::linear::Linear;
use crate::convention::syntax::{self, children};
use crate::convention::term::short;
use crate::convention::value::Value;
use crate::convention::words;

use super::{Definition, Rank, Reader};

/// Whether what follows is still run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Stop,
}

/// Most items of a list that a loop is run for.
const ROUNDS: usize = 64;

impl<'t> Reader<'t> {
    /// Runs the statements of a block.
    pub(super) fn block(&mut self, node: Node<'t>) -> Flow {
        let statements = children(node);
        for (at, statement) in statements.iter().enumerate() {
            if self.statement(*statement) == Flow::Stop {
                if statement.kind() == "return_statement" {
                    self.never_run(&statements[at + 1..]);
                }
                return Flow::Stop;
            }
        }
        Flow::Next
    }

    /// Names what follows a return, where a term of a loss is in it.
    fn never_run(&mut self, statements: &[Node<'t>]) {
        for statement in statements {
            let names = self.names_in(*statement);
            if names.iter().any(|n| words::is_kl(n) || words::is_error(n)) {
                let text = format!(
                    "`{}` in line {}, which is never run: it follows a return",
                    short(self.text(*statement)),
                    statement.start_position().row + 1
                );
                self.lose(&text);
                return;
            }
        }
    }

    /// Runs one statement.
    pub(super) fn statement(&mut self, node: Node<'t>) -> Flow {
        if !self.step() {
            return Flow::Stop;
        }
        if self.depth >= super::DEEPEST {
            self.lose("code that is nested too deeply to be followed");
            return Flow::Next;
        }
        self.depth += 1;
        let flow = self.run(node);
        self.depth -= 1;
        flow
    }

    fn run(&mut self, node: Node<'t>) -> Flow {
        match node.kind() {
            "expression_statement" => {
                for part in children(node) {
                    let value = self.value(part);
                    if !matches!(
                        part.kind(),
                        "assignment" | "augmented_assignment" | "string"
                    ) {
                        self.candidate(Rank::Written, &value, part);
                    }
                }
            }
            "return_statement" => {
                let value = children(node).first().map(|e| (self.value(*e), *e));
                let conditional = self.conditions > 0;
                if let Some((value, at)) = &value
                    && self.frames.len() == 1
                {
                    self.candidate(Rank::Returned, value, *at);
                }
                let value = value.map_or(Value::None, |v| v.0);
                self.frame().returns.push((value, conditional));
                // A loose return may be followed by the rest of what was pasted.
                return if self.frames.len() == 1 {
                    Flow::Next
                } else {
                    Flow::Stop
                };
            }
            "if_statement" => return self.choice(node),
            "for_statement" => return self.rounds(node),
            "while_statement" => {
                let body = syntax::field(node, "body");
                let label = format!("while {}", self.field_text(node, "condition"));
                if let Some(body) = body {
                    self.many(body, &label);
                }
            }
            "with_statement" => {
                if self.is_without_gradient(node) {
                    return self.without_gradient(node);
                }
                for part in children(node) {
                    if part.kind() == "with_clause" {
                        for item in children(part) {
                            if let Some(value) = syntax::field(item, "value") {
                                self.value(value);
                            }
                        }
                    }
                }
                return self.body(node);
            }
            "try_statement" => {
                let flow = self.body(node);
                for part in children(node) {
                    if part.kind() == "finally_clause" {
                        for block in children(part) {
                            self.block(block);
                        }
                    }
                }
                return flow;
            }
            "match_statement" => self.cases(node),
            "function_definition" => {
                self.define(node, false, false, None);
            }
            "class_definition" => self.define_class(node),
            "decorated_definition" => self.decorated(node, None),
            "import_statement" | "import_from_statement" => self.import(node),
            "ERROR" => self.fragments(node),
            "break_statement" | "continue_statement" | "raise_statement" => return Flow::Stop,
            "block" => return self.block(node),
            _ => {}
        }
        Flow::Next
    }

    pub(super) fn body(&mut self, node: Node<'t>) -> Flow {
        syntax::field(node, "body").map_or(Flow::Next, |body| self.block(body))
    }

    fn field_text(&self, node: Node<'t>, name: &str) -> String {
        syntax::field(node, name).map_or_else(String::new, |n| short(self.text(n)).to_string())
    }

    /// What is no Python is run as far as it can be; `wrong` names it.
    fn fragments(&mut self, node: Node<'t>) {
        for part in children(node) {
            if part.kind().ends_with("statement") || part.kind().ends_with("definition") {
                self.statement(part);
            } else if matches!(part.kind(), "assignment" | "augmented_assignment" | "call") {
                self.value(part);
            }
        }
    }

    fn choice(&mut self, node: Node<'t>) -> Flow {
        let mut branches = vec![(
            syntax::field(node, "condition"),
            syntax::field(node, "consequence"),
        )];
        for part in fields_of(node, "alternative") {
            if part.kind() == "elif_clause" {
                branches.push((
                    syntax::field(part, "condition"),
                    syntax::field(part, "consequence"),
                ));
            } else {
                branches.push((None, syntax::field(part, "body")));
            }
        }
        self.branches(&branches)
    }

    fn branches(&mut self, branches: &[(Option<Node<'t>>, Option<Node<'t>>)]) -> Flow {
        let Some(((condition, body), rest)) = branches.split_first() else {
            return Flow::Next;
        };
        let run = |reader: &mut Self| body.map_or(Flow::Next, |b| reader.block(b));
        let Some(condition) = condition else {
            return run(self);
        };
        match self.value(*condition).truth() {
            Some(true) => return run(self),
            Some(false) => return self.branches(rest),
            None => {}
        }
        if !self.step() {
            return Flow::Stop;
        }
        let text = format!("if {}", short(self.text(*condition)));
        let before = self.frame().names.clone();
        self.steps += before.len() / 4;
        self.conditions += 1;
        let first = run(self);
        let taken = std::mem::replace(&mut self.frame().names, before.clone());
        let second = self.branches(rest);
        self.conditions -= 1;
        let other = std::mem::take(&mut self.frame().names);
        let joined = match (first, second) {
            (Flow::Stop, Flow::Next) => other,
            (Flow::Next, Flow::Stop) => taken,
            _ => self.join(&other, taken, &text),
        };
        self.frame().names = joined;
        if first == Flow::Stop && second == Flow::Stop {
            Flow::Stop
        } else {
            Flow::Next
        }
    }

    fn cases(&mut self, node: Node<'t>) {
        let Some(body) = syntax::field(node, "body") else {
            return;
        };
        let subject = self.field_text(node, "subject");
        let before = self.frame().names.clone();
        let mut joined = before.clone();
        self.conditions += 1;
        for case in children(body) {
            self.frame().names.clone_from(&before);
            if let Some(inner) = syntax::field(case, "consequence") {
                self.block(inner);
            }
            let taken = std::mem::take(&mut self.frame().names);
            let text = format!("match {subject}");
            joined = self.join(&joined, taken, &text);
        }
        self.conditions -= 1;
        self.frame().names = joined;
    }

    fn rounds(&mut self, node: Node<'t>) -> Flow {
        let (Some(left), Some(right), Some(body)) = (
            syntax::field(node, "left"),
            syntax::field(node, "right"),
            syntax::field(node, "body"),
        ) else {
            return Flow::Next;
        };
        let over = self.value(right);
        if let Some(items) = Self::items(&over).filter(|i| i.len() <= ROUNDS) {
            let several = items.len() > 1 && self.begin_turns(left, right);
            for item in items {
                if !self.step() {
                    break;
                }
                self.assign(left, item);
                if several {
                    self.turn(left, body);
                }
                self.block(body);
            }
            if several {
                self.end_turns();
            }
            return Flow::Next;
        }
        self.assign_unknown(left, &over);
        self.name_range(left, right);
        let label = format!(
            "for {} in {}",
            self.field_text(node, "left"),
            self.field_text(node, "right")
        );
        self.many(body, &label);
        Flow::Next
    }

    /// Every name of a target stands for itself, or for the terms of what is run through, with that named.
    pub(super) fn assign_unknown(&mut self, target: Node<'t>, over: &Value) {
        let mut all = Vec::new();
        over.tensors(&mut all);
        let mut left = vec![target];
        while let Some(node) = left.pop() {
            if !self.step() {
                return;
            }
            if node.kind() == "identifier" {
                let name = self.text(node);
                let value = if all.iter().any(Linear::is_term) {
                    Value::Linear(self.acted(&all, &format!("a part of it, `{name}`")))
                } else {
                    self.opaque(name)
                };
                self.set(name, value);
            } else {
                left.extend(children(node));
            }
        }
    }

    /// A block that is run an unknown number of times.
    fn many(&mut self, body: Node<'t>, label: &str) {
        self.unsettle(body);
        let before = self.frame().names.clone();
        self.steps += before.len() / 4;
        self.conditions += 1;
        self.block(body);
        self.conditions -= 1;
        let after = std::mem::take(&mut self.frame().names);
        let joined = self.repeated(&before, after, label);
        self.frame().names = joined;
    }

    fn import(&mut self, node: Node<'t>) {
        let from = syntax::field(node, "module_name").map(|m| self.text(m));
        for name in fields_of(node, "name") {
            let (path, alias) = if name.kind() == "aliased_import" {
                let path = syntax::field(name, "name").map_or("", |n| self.text(n));
                let alias = syntax::field(name, "alias").map_or(path, |n| self.text(n));
                (path, alias)
            } else {
                let path = self.text(name);
                (path, path.split('.').next().unwrap_or(path))
            };
            let whole = match from {
                Some(from) => format!("{from}.{path}"),
                None if alias == path.split('.').next().unwrap_or(path) => alias.to_owned(),
                None => path.to_owned(),
            };
            let sym = self.symbol(&whole);
            self.set(alias, Value::Linear(Linear::sym(sym)));
        }
    }

    /// Remembers a function; its place in the list.
    pub(super) fn define(
        &mut self,
        node: Node<'t>,
        per_sample: bool,
        is_static: bool,
        class: Option<usize>,
    ) -> usize {
        let at = self.functions.len();
        self.functions.push(Definition {
            node,
            per_sample,
            is_static,
            class,
        });
        if self.frames.len() > 1 {
            let names = self.frame().names.clone();
            self.steps += names.len() / 4;
            let outer = self.frame().outer.clone();
            let mut all = outer.map_or_else(Default::default, |o| (*o).clone());
            all.extend(names);
            self.captured.insert(at, Rc::new(all));
        }
        if class.is_none()
            && let Some(name) = syntax::field(node, "name")
        {
            let name = self.text(name);
            self.set(name, Value::Function(at, None));
        }
        at
    }

    /// A function or class under decorators.
    pub(super) fn decorated(&mut self, node: Node<'t>, class: Option<usize>) {
        let (mut per_sample, mut is_static, mut gradient, mut property) =
            (false, false, false, false);
        for part in children(node) {
            if part.kind() != "decorator" {
                continue;
            }
            let text = self.text(part);
            per_sample |= text.contains("vmap");
            is_static |= text.contains("staticmethod");
            gradient |= text.contains("value_and_grad");
            property |= text.trim_start_matches('@').trim() == "property";
        }
        let Some(inner) = syntax::field(node, "definition") else {
            return;
        };
        if inner.kind() != "function_definition" {
            self.statement(inner);
            return;
        }
        let at = self.define(inner, per_sample, is_static, class);
        let Some(name) = syntax::field(inner, "name") else {
            return;
        };
        let name = self.text(name);
        if let Some(class) = class {
            if let Some(class) = self.classes.get_mut(class) {
                class.methods.insert(name.to_owned(), at);
                if property {
                    class.properties.insert(name.to_owned());
                }
            }
        } else if gradient {
            let value = Value::Gradient(Rc::new(Value::Function(at, None)), true);
            self.set(name, value);
        }
    }
}

fn fields_of<'t>(node: Node<'t>, name: &str) -> Vec<Node<'t>> {
    syntax::fields(node, name)
        .into_iter()
        .filter(Node::is_named)
        .collect()
}
