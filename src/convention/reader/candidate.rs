//! What may be the loss.

use tree_sitter::Node;

use crate::convention::linear::Linear;
use crate::convention::syntax;
use crate::convention::term::{Name, short};
use crate::convention::value::Value;
use crate::convention::words;

use super::{CANDIDATES, Reader};

/// How near to an optimiser a value is, the nearest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::convention) enum Rank {
    /// It is logged, or belongs to a validation.
    Logged,
    /// It is computed.
    Written,
    /// It is returned beside others.
    Beside,
    /// It is returned.
    Returned,
    /// It goes to an optimiser.
    Optimised,
}

/// A value that may be the loss.
#[derive(Debug, Clone)]
pub(in crate::convention) struct Candidate {
    /// The value.
    pub value: Linear,
    /// How near to an optimiser it is.
    pub rank: Rank,
    /// The line, from 1.
    pub line: usize,
    /// Where it stands in the code.
    pub at: usize,
    /// The function it stands in.
    pub scope: Option<usize>,
    /// The name it is given.
    pub name: Option<Name>,
    /// Whether it is called the loss where it is returned.
    pub called_loss: bool,
    /// Whether the name held both terms before and is given this instead.
    pub overwrites: bool,
    /// The loops over known values that it is computed in.
    pub turns: Vec<usize>,
    /// What it was written as.
    pub text: Name,
}

impl Candidate {
    /// What is added up of several places.
    fn sum(value: Linear, rank: Rank, text: &str) -> Self {
        Self {
            value,
            rank,
            line: 0,
            at: 0,
            scope: None,
            name: None,
            called_loss: false,
            overwrites: false,
            turns: Vec::new(),
            text: text.into(),
        }
    }
}

impl<'t> Reader<'t> {
    /// Remembers a value that may be the loss, or every one in a container.
    pub(super) fn candidate(&mut self, rank: Rank, value: &Value, node: Node<'t>) {
        match value {
            Value::Linear(linear) => {
                if !linear.is_formula() {
                    self.vague(rank, linear, node);
                }
                if self.candidates.len() >= CANDIDATES || !linear.is_formula() {
                    return;
                }
                // What has no gradient is only shown, whatever it is added to.
                let live = linear
                    .terms
                    .iter()
                    .any(|t| t.known().is_some() && !t.detached);
                let logged = !live && linear.terms.iter().any(|t| t.detached && t.is_term());
                let text = self.text(node).lines().next().unwrap_or_default();
                let named = |n: &Node<'t>| matches!(n.kind(), "identifier" | "attribute");
                let target = syntax::field(node, "left").filter(named);
                self.candidates.push(Candidate {
                    value: linear.clone(),
                    rank: if logged { Rank::Logged } else { rank },
                    line: node.start_position().row + 1,
                    at: node.start_byte(),
                    scope: self.active.last().copied(),
                    name: target.map(|n| self.text(n).into()),
                    called_loss: false,
                    overwrites: false,
                    turns: self.turns.clone(),
                    text: short(text),
                });
            }
            Value::Seq(seq) => {
                for (at, item) in seq.items.iter().enumerate().take(64) {
                    if !self.step() {
                        return;
                    }
                    let rank = if at > 0 { rank.min(Rank::Beside) } else { rank };
                    self.candidate(rank, item, node);
                }
            }
            Value::Dict(pairs) => {
                for (name, item) in pairs.iter().take(64) {
                    if !self.step() {
                        return;
                    }
                    let is_loss = matches!(&**name, "loss" | "total_loss" | "total");
                    let rank = if is_loss {
                        rank
                    } else {
                        rank.min(Rank::Beside)
                    };
                    let from = self.candidates.len();
                    self.candidate(rank, item, node);
                    for candidate in self.candidates.iter_mut().skip(from) {
                        candidate.called_loss |= is_loss;
                    }
                }
            }
            _ => {}
        }
    }

    /// Remembers a value that has a loss' name or place and no term in it.
    fn vague(&mut self, rank: Rank, value: &Linear, node: Node<'t>) {
        let name = syntax::field(node, "left").map_or("", |n| self.text(n));
        if value.as_factor().is_some() || self.vague.len() >= 4 {
            return;
        }
        if rank == Rank::Optimised || rank == Rank::Written && words::is_loss(name) {
            self.vague.push(short(self.text(node)));
        }
    }

    /// A term given to `add_loss`.
    pub(super) fn add_loss(&mut self, value: &Value, node: Node<'t>) {
        let mut all = Vec::new();
        value.tensors(&mut all);
        let sum = all.iter().fold(Linear::default(), |sum, l| sum.plus(l));
        let at = node.start_byte();
        self.added.retain(|(own, _)| *own != at);
        self.added.push((at, sum));
    }

    /// The loss that a model was compiled with.
    pub(super) fn compile(&mut self, loss: Linear) {
        self.compiled = Some(loss);
    }

    /// What a model adds up beside what it was compiled with, and what several optimiser's steps add up.
    pub(super) fn sum_up(&mut self) {
        let mut total = self.compiled.clone().unwrap_or_default();
        for (_, term) in &self.added {
            total = total.plus(term);
        }
        if !total.terms.is_empty() {
            let text = "what the model is compiled with and add_loss";
            self.candidates
                .push(Candidate::sum(total, Rank::Optimised, text));
        }
        let optimised: Vec<_> = self
            .candidates
            .iter()
            .filter(|c| c.rank == Rank::Optimised && c.line > 0)
            .cloned()
            .collect();
        if optimised.len() > 1 {
            let mut sum = Linear::default();
            let mut lines: Vec<usize> = Vec::new();
            for candidate in &optimised {
                if !lines.contains(&candidate.line) {
                    lines.push(candidate.line);
                    sum = sum.plus(&candidate.value);
                }
            }
            // Only where no single one is the loss: see `judge`.
            let text = "the gradients of several losses, added";
            self.candidates
                .push(Candidate::sum(sum, Rank::Written, text));
        }
    }
}
