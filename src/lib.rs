//! # Collapse Explorer
//!
//! See, explain and predict posterior collapse in variational autoencoders.
//!
//! The library is a stack; a layer may use only the layers above it in this list
//! (`tests/it/architecture.rs` fails on a wrong-way `use`):
//!
//! 1. `text`: numbers, amounts and lists as people write them; `thread`: named threads, queues and slots; `disk`: files
//!    written whole, digests, kept results; [`plot`]: plots as data, the painter and the exporters.
//! 2. [`config`]: what a run is, validated; no behaviour.
//! 3. [`rng`]: the counter-based random stream both backends share.
//! 4. [`data`]: data sets, preprocessing, the spectrum of their covariance.
//! 5. [`theory`]: closed forms of the linear model, the yardstick of everything else.
//! 6. [`convention`]: β translated between this loss and the ones other code minimises; a reader of Python losses.
//! 7. [`model`]: a network as data: layers, shapes, the parameter arena, initial values.
//! 8. [`compute`]: the plan (a list of ops over named buffers) and its two backends.
//! 9. [`train`]: one step, then the worker thread and its two roads to a user interface.
//! 10. [`metrics`]: what the statistics of a run mean: active, collapsed, predicted.
//! 11. [`lab`]: experiments made of many short runs: sweeps and phase diagrams.
//! 12. [`figures`]: every figure of the program.
//! 13. [`papers`]: the papers' figures and tables as experiments with verdicts.
//! 14. [`app`]: the window; [`cli`]: the command line.
//!
//! One notation is used everywhere: per sample,
//! `L = (1/2γ) E‖x − D(z)‖² + (d/2) log(2πγ) + β·KL`, minimised.

pub mod app;
pub mod cli;
pub mod compute;
pub mod config;
pub mod convention;
pub mod data;
mod disk;
pub mod figures;
pub mod lab;
pub mod metrics;
pub mod model;
pub mod papers;
pub mod plot;
pub mod rng;
mod text;
pub mod theory;
mod thread;
pub mod train;
