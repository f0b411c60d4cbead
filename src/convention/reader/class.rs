//! Classes and their instances.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use tree_sitter::Node;

use crate::convention::syntax::{self, children};
use crate::convention::term::{Name, short};
use crate::convention::value::{Given, Object, Value};

use super::{Rank, Reader};

/// A class of the snippet.
pub(super) struct Class {
    pub name: Name,
    /// Functions, by their places in the list.
    pub methods: HashMap<String, usize>,
    /// Those that are read like a field.
    pub properties: HashSet<String>,
    fields: HashMap<String, Value>,
    bases: Vec<String>,
    /// The last instance that was made.
    pub instance: Option<Rc<Object>>,
}

/// Most classes that inherit from each other.
const LINE: usize = 8;

impl<'t> Reader<'t> {
    /// Remembers a class.
    pub(super) fn define_class(&mut self, node: Node<'t>) {
        let (Some(name), Some(body)) = (syntax::field(node, "name"), syntax::field(node, "body"))
        else {
            return;
        };
        let name = self.text(name);
        let at = self.classes.len();
        let bases = syntax::field(node, "superclasses").map_or_else(Vec::new, children);
        self.classes.push(Class {
            name: name.into(),
            methods: HashMap::new(),
            properties: HashSet::new(),
            fields: HashMap::new(),
            bases: bases.iter().map(|b| self.text(*b).to_owned()).collect(),
            instance: None,
        });
        self.set(name, Value::Class(at));
        // What is assigned in the body belongs to the class.
        let outer = self.frame().names.clone();
        for part in children(body) {
            if !self.step() {
                break;
            }
            match part.kind() {
                "function_definition" => {
                    let function = self.define(part, false, false, Some(at));
                    if let Some(name) = syntax::field(part, "name") {
                        let name = self.text(name).to_owned();
                        self.classes[at].methods.insert(name, function);
                    }
                }
                "decorated_definition" => self.decorated(part, Some(at)),
                _ => {
                    self.statement(part);
                }
            }
        }
        let names = std::mem::replace(&mut self.frame().names, outer);
        for (name, value) in names {
            let known = self.frame().names.contains_key(&name);
            if !known {
                self.classes[at].fields.insert(name, value);
            }
        }
    }

    /// The method of a class or of one it inherits from.
    pub(super) fn method(&self, class: usize, name: &str) -> Option<usize> {
        let mut at = class;
        for _ in 0..LINE {
            let class = self.classes.get(at)?;
            if let Some(function) = class.methods.get(name) {
                return Some(*function);
            }
            let base = class.bases.iter().find_map(|b| self.class_named(b));
            at = base?;
        }
        None
    }

    fn class_named(&self, name: &str) -> Option<usize> {
        self.classes.iter().rposition(|c| &*c.name == name)
    }

    /// The field of a class or of one it inherits from.
    pub(super) fn class_field(&self, class: usize, name: &str) -> Option<Value> {
        let mut at = class;
        for _ in 0..LINE {
            let class = self.classes.get(at)?;
            if let Some(value) = class.fields.get(name) {
                return Some(value.clone());
            }
            at = class.bases.iter().find_map(|b| self.class_named(b))?;
        }
        None
    }

    /// An instance, made with arguments.
    pub(super) fn instance(&mut self, class: usize, given: Given) -> Value {
        let object = Rc::new(Object {
            class,
            fields: RefCell::new(HashMap::new()),
        });
        if let Some(class) = self.classes.get_mut(class) {
            class.instance = Some(object.clone());
        }
        if let Some(init) = self.method(class, "__init__") {
            self.apply(init, Some(Value::Object(object.clone())), given);
        } else {
            // A data class, field by field.
            for (name, value, _) in given.keywords {
                object.fields.borrow_mut().insert(name.to_string(), value);
            }
        }
        Value::Object(object)
    }

    /// A field, method or property of an instance.
    pub(super) fn member(&mut self, object: &Rc<Object>, name: &str) -> Option<Value> {
        let own = object.fields.borrow().get(name).cloned();
        if own.is_some() {
            return own;
        }
        if let Some(method) = self.method(object.class, name) {
            let property = self
                .classes
                .get(object.class)
                .is_some_and(|c| c.properties.contains(name));
            if property {
                let given = Given {
                    positional: Vec::new(),
                    keywords: Vec::new(),
                };
                return Some(self.apply(method, Some(Value::Object(object.clone())), given));
            }
            return Some(Value::Function(method, Some(object.clone())));
        }
        self.class_field(object.class, name)
    }

    /// Calls what nobody called with its own parameters; what it returns may be the loss.
    pub(super) fn uncalled(&mut self) {
        let mut at = 0;
        while at < self.functions.len() {
            let definition = self.functions[at];
            let here = at;
            at += 1;
            if self.called.contains(&here) || definition.node.kind() == "lambda" || !self.step() {
                continue;
            }
            let name = syntax::field(definition.node, "name").map_or("", |n| self.text(n));
            if name.starts_with("__") && name != "__call__" {
                continue;
            }
            let receiver = definition.class.map(|class| {
                let made = self.classes.get(class).and_then(|c| c.instance.clone());
                made.map_or_else(
                    || {
                        let none = Given {
                            positional: Vec::new(),
                            keywords: Vec::new(),
                        };
                        self.instance(class, none)
                    },
                    Value::Object,
                )
            });
            // A nested function sees what stands around it only when that is run.
            if self.called.contains(&here) {
                continue;
            }
            let given = Given {
                positional: Vec::new(),
                keywords: Vec::new(),
            };
            let value = self.apply(here, receiver.filter(|_| !definition.is_static), given);
            let tried = ["val", "test", "eval", "predict", "sample"]
                .iter()
                .any(|mark| name.contains(mark));
            let rank = if tried { Rank::Logged } else { Rank::Returned };
            if rank == Rank::Returned && !matches!(value, Value::None) && !value.is_term() {
                let first = self.text(definition.node).lines().next();
                let line = definition.node.start_position().row + 1;
                self.without_terms
                    .push((here, line, short(first.unwrap_or_default())));
            }
            let from = self.candidates.len();
            self.candidate(rank, &value, definition.node);
            for candidate in self.candidates.iter_mut().skip(from) {
                candidate.scope = Some(here);
            }
        }
    }
}
