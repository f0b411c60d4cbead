//! Arrays of numbers, whatever file they came in: which of them are the items, which the labels, and how sizes become
//! items.
//!
//! A [`Container`] (a `.npy` file, a `.npz` archive, a MATLAB or HDF5 file, a folder of such files) lists its arrays and
//! gives their values in the order in which they are stored. Everything else is decided here, once for all of them:
//! pictures come before vectors, N × C × H × W is told from N × H × W × C by its sizes, integers are taken by their
//! range, labels may stand in an array or file of their own. What was decided where there was a choice is a remark.

mod beside;
mod choose;
mod entry;
mod folder;
mod items;
mod labels;
mod layout;
mod load;
mod names;
mod open;
mod turn;
mod value;

pub(super) use entry::{Container, Entry, MAX_ENTRIES, Visit};
pub(super) use load::load;
pub(super) use value::Value;
