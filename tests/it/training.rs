//! Training against what must hold: the closed form of the linear model, and repeatability.

mod closed_form;
mod reference;
mod repeat;
