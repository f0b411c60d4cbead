//! A loss read from a few lines of someone's code.
//!
//! The lines are cut into statements (`lines`, `token`, `statement`), their expressions read (`expression`), and
//! followed in order (`reader`, `calls`, `losses`): every name stands for the terms it was assigned, each with its factor and what
//! it was reduced over (`value`, `scale`). What the last statement with both terms comes to is judged here (`judge`).
//! What could not be read is said, never dropped.

mod calls;
mod expression;
mod judge;
mod lines;
mod losses;
mod reader;
mod scale;
mod statement;
mod token;
mod value;
mod words;

#[cfg(test)]
mod tests;

use super::LossForm;

/// What a piece of code was taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// How the loss is written.
    pub form: LossForm,
    /// The KL's weight, where all that multiplies it was read.
    pub weight: Option<f64>,
    /// What was recognised, one sentence each.
    pub found: Vec<String>,
    /// What was not, and is assumed.
    pub assumed: Vec<String>,
    /// What stands in the code and could not be placed: β leaves it out.
    pub unread: Vec<String>,
}

/// Reads a loss; `None` if there is neither a reconstruction term nor a KL in the text.
pub fn read_loss(text: &str) -> Option<Reading> {
    let mut reader = reader::Reader::default();
    for line in lines::lines(text) {
        reader.read(&line);
    }
    judge::judge(&reader)
}
