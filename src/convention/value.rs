//! What names and expressions of a snippet stand for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::linear::Linear;
use super::reduce::How;
use super::term::{Kind, Name, Term};

/// Anything a name can stand for.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// A number or tensor.
    Linear(Linear),
    /// A text.
    Text(Name),
    /// True or False.
    Bool(bool),
    /// None.
    None,
    /// Several values.
    Seq(Seq),
    /// Values by name.
    Dict(Rc<Vec<(Name, Value)>>),
    /// A function of the snippet, by its place in the list, and the object it is bound to.
    Function(usize, Option<Rc<Object>>),
    /// A class of the snippet, by its place in the list.
    Class(usize),
    /// An instance of one.
    Object(Rc<Object>),
    /// A loss that is made here and called later.
    Loss(Rc<LossMade>),
    /// A distribution.
    Dist(Rc<Dist>),
    /// The shape of something.
    Shape(Shape),
    /// A function that is called for one sample at a time.
    PerSample(Rc<Value>),
    /// What gives the value and the gradient of a function, or only its gradient (false).
    Gradient(Rc<Value>, bool),
    /// A function with some arguments given.
    Partial(Rc<Value>, Rc<Given>),
}

/// Arguments that were given before.
#[derive(Debug, Clone)]
pub(super) struct Given {
    /// By place.
    pub positional: Vec<(Value, Name)>,
    /// By name.
    pub keywords: Vec<(Name, Value, Name)>,
}

/// A list, a tuple, or an array of a few values.
#[derive(Debug, Clone)]
pub(super) struct Seq {
    /// What is in it.
    pub items: Rc<Vec<Value>>,
    /// Whether arithmetic acts on every item.
    pub array: bool,
    /// How deep lists stand in lists.
    depth: u8,
}

/// Deepest lists in lists.
const DEEPEST: u8 = 12;

impl Seq {
    /// A list; `None` if it is too deep or too long to be followed.
    pub fn new(items: Vec<Value>, array: bool) -> Option<Self> {
        let depth = items.iter().map(Value::depth).max().unwrap_or(0) + 1;
        (depth <= DEEPEST && items.len() <= 512).then(|| Self {
            items: Rc::new(items),
            array,
            depth,
        })
    }
}

/// The shape of a tensor.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// Of what.
    pub of: Name,
    /// Whether it is one of latents.
    pub latents: bool,
    /// Whether the first axis is not the batch.
    pub per_sample: bool,
    /// Axes left out at the front.
    pub from: u8,
}

/// An instance of a class.
#[derive(Debug)]
pub(super) struct Object {
    /// Its class, by its place in the list.
    pub class: usize,
    /// What it holds.
    pub fields: RefCell<HashMap<String, Value>>,
}

/// A loss that is made here and called later.
#[derive(Debug, Clone)]
pub(super) struct LossMade {
    /// What it measures.
    pub kind: Kind,
    /// Its factor.
    pub number: f64,
    /// How it is reduced, if it is.
    pub how: Option<How>,
    /// Whether its mean is over the last axis first.
    pub last: bool,
    /// Factors that are only named.
    pub named: Vec<Name>,
    /// Whether it is the KL of two distributions.
    pub gaussian: bool,
}

/// A family of distributions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Normal.
    Normal,
    /// Laplace.
    Laplace,
    /// Bernoulli.
    Bernoulli,
    /// Another one.
    Other,
}

/// A distribution.
#[derive(Debug, Clone)]
pub(super) struct Dist {
    /// Its family.
    pub family: Family,
    /// Its mean, if it was given.
    pub loc: Option<Linear>,
    /// Its variance, if it was given and can be followed.
    pub variance: Option<Linear>,
    /// Whether its log density is one number per sample.
    pub event: bool,
    /// What it was written as.
    pub text: Name,
}

impl Value {
    /// A list, or `None` value where it is too deep.
    pub fn list(items: Vec<Self>) -> Self {
        Seq::new(items, false).map_or(Self::None, Self::Seq)
    }

    /// A number.
    pub fn number(value: f64) -> Self {
        Self::Linear(Linear::number(value))
    }

    fn depth(&self) -> u8 {
        match self {
            Self::Seq(seq) => seq.depth,
            Self::Dict(pairs) => pairs.iter().map(|p| p.1.depth()).max().unwrap_or(0) + 1,
            Self::PerSample(_) | Self::Gradient(..) | Self::Partial(..) | Self::Object(_) => 1,
            _ => 0,
        }
    }

    /// Whether it may stand in a list or a dictionary.
    pub fn is_shallow(&self) -> bool {
        self.depth() < DEEPEST
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Linear(linear) => linear.as_number(),
            Self::Bool(true) => Some(1.0),
            Self::Bool(false) => Some(0.0),
            _ => None,
        }
    }

    /// Whether it is true, where that can be told.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::None => Some(false),
            Self::Text(text) => Some(!text.is_empty()),
            Self::Seq(seq) => Some(!seq.items.is_empty()),
            Self::Linear(linear) => linear.as_number().map(|n| n != 0.0),
            _ => None,
        }
    }

    /// Whether a term of a loss is in it, or something named like one.
    pub fn is_term(&self) -> bool {
        self.any(&mut 2000, &|l| l.is_term())
    }

    /// Whether `is` holds of any tensor in it, as far as `left` steps go.
    pub fn any(&self, left: &mut usize, is: &dyn Fn(&Linear) -> bool) -> bool {
        if *left == 0 {
            return false;
        }
        *left -= 1;
        match self {
            Self::Linear(linear) => is(linear),
            Self::Seq(seq) => seq.items.iter().any(|v| v.any(left, is)),
            Self::Dict(pairs) => pairs.iter().any(|p| p.1.any(left, is)),
            _ => false,
        }
    }

    /// The tensors in it.
    pub fn tensors(&self, out: &mut Vec<Linear>) {
        if out.len() > 64 {
            return;
        }
        match self {
            Self::Linear(linear) => out.push(linear.clone()),
            Self::Seq(seq) => seq.items.iter().for_each(|v| v.tensors(out)),
            Self::Dict(pairs) => pairs.iter().for_each(|p| p.1.tensors(out)),
            _ => {}
        }
    }

    /// The same with something done to every product.
    pub fn each(self, act: &mut dyn FnMut(&mut Term)) -> Self {
        match self {
            Self::Linear(mut linear) => {
                linear.terms.iter_mut().for_each(act);
                Self::Linear(linear)
            }
            Self::Seq(seq) if seq.items.len() <= 64 => {
                let items = seq.items.iter().cloned().map(|v| v.each(act)).collect();
                Seq::new(items, seq.array).map_or(Self::None, Self::Seq)
            }
            other => other,
        }
    }
}
