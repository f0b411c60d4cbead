//! The snippet, run on symbols: every name stands for what was assigned to it, every function of the snippet is called
//! with what it is called with, and what nobody calls is called with its own parameters.

mod access;
mod bind;
mod branch;
mod call;
mod candidate;
mod changing;
mod class;
mod comprehension;
mod expression;
mod library;
mod settled;
mod statement;
mod store;
mod turns;
mod wrong;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use tree_sitter::{Node, Tree};

use super::factor::Factor;
use super::linear::Linear;
use super::sides::Uses;
use super::syntax;
use super::term::{Base, Name, Sym, Term, short};
use super::value::Value;
use super::words;

use class::Class;

pub(super) use candidate::{Candidate, Rank};
pub(super) use turns::Turns;

/// Most pieces of code that are evaluated.
const STEPS: usize = 120_000;
/// How deep they stand in each other.
const DEEPEST: usize = 160;
/// Most pieces of code that are named because they could not be read.
const LOST: usize = 12;
/// Most candidates for the loss.
const CANDIDATES: usize = 400;

/// A function of the snippet.
#[derive(Clone, Copy)]
struct Definition<'t> {
    /// Its definition or lambda.
    node: Node<'t>,
    /// Whether it is called for one sample at a time.
    per_sample: bool,
    /// Whether it takes no object although it stands in a class.
    is_static: bool,
    /// The class it stands in.
    class: Option<usize>,
}

/// What a function's names stand for.
#[derive(Default, Clone)]
struct Frame {
    names: HashMap<String, Value>,
    /// What the function saw where it was defined.
    outer: Option<Rc<HashMap<String, Value>>>,
    /// Whether it works on one sample at a time.
    per_sample: bool,
    /// What it returned so far, and whether under a condition.
    returns: Vec<(Value, bool)>,
}

/// The sizes that the code itself gives a number.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OwnSizes {
    /// d.
    pub dim: Option<usize>,
    /// κ.
    pub latents: Option<usize>,
    /// Samples of a batch.
    pub batch: Option<usize>,
}

/// Reads a snippet.
pub(super) struct Reader<'t> {
    source: &'t str,
    functions: Vec<Definition<'t>>,
    captured: HashMap<usize, Rc<HashMap<String, Value>>>,
    classes: Vec<Class>,
    frames: Vec<Frame>,
    /// What was assigned to parts of things that are not known, by their text.
    paths: HashMap<String, Value>,
    symbols: HashMap<String, u32>,
    /// Symbols that are samples, by the distribution's text.
    samples: HashMap<u32, Name>,
    called: HashSet<usize>,
    active: Vec<usize>,
    steps: usize,
    depth: usize,
    /// The loops over known values that are run, by their places in the list.
    turns: Vec<usize>,
    /// How many conditions held where a name was last given a formula, by the name.
    written: HashMap<String, usize>,
    /// Loops over known values.
    pub loops: Vec<Turns>,
    /// Conditions that hold around what is read, none of them known.
    conditions: usize,
    /// Fields and global names that are set in several places.
    changing: HashSet<String>,
    /// Defaults of a command line.
    defaults: HashMap<String, Value>,
    /// What may be the loss.
    pub candidates: Vec<Candidate>,
    /// Terms given to `add_loss`, by where.
    added: Vec<(usize, Linear)>,
    /// The loss that a model was compiled with.
    compiled: Option<Linear>,
    /// What may be the loss although no term was found in it.
    pub vague: Vec<Name>,
    /// Functions that return something without a term of a loss: their places, lines and texts.
    pub without_terms: Vec<(usize, usize, Name)>,
    /// Errors of sides that are no data.
    pub no_data: Vec<Name>,
    /// Whether terms of a loss seem to stand in what is no Python.
    pub wrong_terms: bool,
    /// What could not be read.
    pub lost: Vec<String>,
    /// Sizes that are numbers in the code.
    pub sizes: OwnSizes,
    /// What is done with the things that stand in errors.
    pub uses: Uses,
}

impl<'t> Reader<'t> {
    /// Reads the whole of a snippet.
    pub fn read(source: &'t str, tree: &'t Tree) -> Self {
        let mut reader = Self {
            source,
            functions: Vec::new(),
            captured: HashMap::new(),
            classes: Vec::new(),
            frames: vec![Frame::default()],
            paths: HashMap::new(),
            symbols: HashMap::new(),
            samples: HashMap::new(),
            called: HashSet::new(),
            active: Vec::new(),
            steps: 0,
            depth: 0,
            turns: Vec::new(),
            written: HashMap::new(),
            loops: Vec::new(),
            conditions: 0,
            changing: changing::changing(tree.root_node(), source),
            defaults: HashMap::new(),
            candidates: Vec::new(),
            added: Vec::new(),
            compiled: None,
            vague: Vec::new(),
            without_terms: Vec::new(),
            no_data: Vec::new(),
            wrong_terms: false,
            lost: Vec::new(),
            sizes: OwnSizes::default(),
            uses: Uses::default(),
        };
        reader.block(tree.root_node());
        reader.wrong(tree.root_node());
        reader.uncalled();
        reader.sum_up();
        if reader.steps >= STEPS {
            reader.lose("the code is too long to be followed to its end");
        }
        reader
    }

    /// Whether there are steps left; takes one.
    fn step(&mut self) -> bool {
        self.steps += 1;
        self.steps < STEPS
    }

    /// The text of a node.
    fn text(&self, node: Node<'t>) -> &'t str {
        syntax::text(node, self.source)
    }

    /// Remembers what could not be read.
    fn lose(&mut self, text: &str) {
        let text = text.to_owned();
        if self.lost.len() < LOST && !self.lost.contains(&text) {
            self.lost.push(text);
        }
    }

    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn is_per_sample(&self) -> bool {
        self.frames.last().is_some_and(|f| f.per_sample)
    }

    /// What a name stands for.
    fn lookup(&self, name: &str) -> Option<&Value> {
        let frame = self.frames.last()?;
        frame
            .names
            .get(name)
            .or_else(|| frame.outer.as_ref().and_then(|o| o.get(name)))
            .or_else(|| self.frames.first().and_then(|f| f.names.get(name)))
    }

    /// The symbol of a text, the same for the same text.
    fn symbol(&mut self, text: &str) -> Sym {
        let next = self.symbols.len() as u32;
        let key: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(400)
            .collect();
        let id = *self.symbols.entry(key).or_insert(next);
        Sym {
            id,
            name: short(text),
        }
    }

    /// A value of which only the text is known: a size if it goes by the usual name of one.
    fn opaque(&mut self, text: &str) -> Value {
        if let Some(factor) = words::size(text) {
            return Value::Linear(Linear::factor(factor));
        }
        Value::Linear(Linear::sym(self.symbol(text)))
    }

    /// The value of a field or global name; only its name where it is a number that is set in several places.
    fn settled_name(&mut self, name: &str, value: &Value, text: &str) -> Value {
        if value.as_number().is_some() && self.changing.contains(name) {
            return self.opaque(text);
        }
        value.clone()
    }

    /// A value as a tensor; by its text if it is none.
    fn linear(&mut self, value: &Value, text: &str) -> Linear {
        match value {
            Value::Linear(linear) => linear.clone(),
            Value::Bool(_) => Linear::number(value.as_number().unwrap_or(0.0)),
            Value::Seq(seq) if seq.items.len() == 1 => {
                let only = seq.items[0].clone();
                self.linear(&only, text)
            }
            value if value.is_term() => {
                let mut all = Vec::new();
                value.tensors(&mut all);
                self.acted(&all, text)
            }
            _ => Linear::sym(self.symbol(text)),
        }
    }

    /// Terms that go through something unknown: all stay, each with what acts on it named.
    fn acted(&mut self, inputs: &[Linear], text: &str) -> Linear {
        let terms: Vec<&Linear> = inputs.iter().filter(|l| l.is_term()).collect();
        let mut out = Linear::default();
        for (at, input) in terms.iter().enumerate() {
            let label = if terms.len() == 1 {
                short(text)
            } else {
                format!("{} ({})", short(text), at + 1).into()
            };
            let factor = Term::base(Base::Named(label));
            let of_terms = super::kl::settled((*input).clone());
            for term in &of_terms.terms {
                // Mere names stand in the label.
                if Linear::from(term.clone()).is_formula() {
                    out = out.plus(&term.times(&factor).into());
                }
            }
        }
        if out.is_too_large() {
            return Linear::sym(self.symbol(text));
        }
        out
    }

    /// A result that could not be followed: its terms with the code named, or the code alone.
    fn followed(&mut self, result: Option<Linear>, inputs: &[Linear], text: &str) -> Value {
        match result {
            Some(linear) if !linear.is_too_large() && finite(&linear) => Value::Linear(linear),
            _ if inputs.iter().any(Linear::is_term) => Value::Linear(self.acted(inputs, text)),
            _ => Value::Linear(Linear::sym(self.symbol(text))),
        }
    }
}

fn finite(linear: &Linear) -> bool {
    linear.terms.iter().all(|t| {
        let Factor {
            number,
            pixels,
            latents,
            batch,
        } = t.factor;
        number.is_finite()
            && number != 0.0
            && [pixels, latents, batch].iter().all(|p| p.abs() < 1e3)
    })
}
