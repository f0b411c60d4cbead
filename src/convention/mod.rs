//! β translated between this program's loss and the ones other code minimises, and such a loss read from Python code.
//!
//! [`LossForm`] is the arithmetic: a loss `s·error + t·KL` has one β at a fixed γ. [`read_loss`] finds s and t in a
//! piece of code:
//!
//! 1. `prepare` makes what was pasted Python, and tree-sitter's grammar makes a tree of it (`syntax`); what is no Python is named
//!    with its line, and brackets that were cut off are closed (`brackets`) so that the rest can be read.
//! 2. `reader` runs the tree on symbols. A value is a sum of products (`linear`, `term`; `functions`, `reduce`) of a known factor (`factor`), known terms and things that only have a
//!    name; functions, classes, lists and branches are followed. `reader/library` knows the functions of the libraries.
//!    `sides` says what the two sides of an error have in common: a factor of both belongs to the error.
//! 3. `kl`, `sampled` and `bernoulli` know formulas by their algebra: a KL is one only if its coefficients are.
//! 4. `judge` takes the value nearest to an optimiser that holds both terms. What multiplies a term is in β, or it is named; so are a
//!    loss that lacks a term the code computes and a weight that takes several values (`judge/missing`).
//!
//! The work is bounded: the first 200,000 bytes of a text are read, no line of more than 4,000, and at most a fixed number of steps are taken, to a fixed depth; what is left out by
//! that is named as well.

mod bernoulli;
mod brackets;
mod error;
mod factor;
mod form;
mod functions;
mod judge;
mod kl;
mod linear;
mod prepare;
mod reader;
mod reading;
mod reduce;
mod sampled;
mod sides;
mod syntax;
mod term;
mod value;
mod words;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use factor::Factor;
pub use form::{ErrorTerm, LossForm, Reduction, Sizes};
pub use prepare::notebook;
pub use reader::OwnSizes;
pub use reading::Reading;

/// Reads a loss; `None` if there is neither a reconstruction term nor a KL in the text.
pub fn read_loss(text: &str) -> Option<Reading> {
    let (source, left_out) = prepare::prepare(text);
    let tree = syntax::tree(&source)?;
    let mut reader = reader::Reader::read(&source, &tree);
    reader.wrong_terms |= left_out.iter().any(|line| words::any_matters(line));
    let mut reading = judge::judge(&reader)?;
    reading.unread.extend(left_out);
    reading.explain();
    Some(reading)
}
