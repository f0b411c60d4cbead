//! The papers' figures and tables.

mod lucas;
