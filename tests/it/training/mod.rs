//! Training against what must hold: the closed form of the linear model, and repeatability.

mod closed_form;
mod modes;
mod reference;
mod repeat;
