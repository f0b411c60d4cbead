//! Tables as figures: numbers in columns, written where a row meets its column, and in full in CSV.

use serde::{Deserialize, Serialize};

use crate::plot::colour::{Colour, Key};

/// One number of a table, as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The row's height in data units.
    pub y: f64,
    /// The number, if there is one.
    pub value: Option<f64>,
    /// How it is written.
    pub text: String,
    /// The key of what it belongs to.
    pub key: Option<Key>,
    /// Colour of the text.
    pub colour: Colour,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Stable machine name.
    pub id: String,
    /// Where the column stands, in data units of x.
    pub x: f64,
    /// Its numbers, from the top.
    pub cells: Vec<Cell>,
}
