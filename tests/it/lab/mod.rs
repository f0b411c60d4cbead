//! Experiments: sweeps, phase diagrams, their thread.

mod diagnose;
mod figures;
mod hysteresis;
mod noise;
mod phase;
mod thread;

use std::sync::Arc;

use collapse_explorer::config::{Estimator, LiveConfig, NetConfig, Preprocess};
use collapse_explorer::data::{self, Dataset, Spectrum};
use collapse_explorer::lab::{HysteresisRequest, Parameter, log_values, snapped};

use crate::common::preprocessor;
use crate::common::runs::{SPECTRUM, gaussian, live, setup};

/// Items of the Gaussian data: their covariance is exact whatever their number.
const ITEMS: usize = 128;

fn spectrum(data: &Dataset) -> Arc<Spectrum> {
    let bound = preprocessor(Preprocess::None, data);
    Arc::new(data::spectrum(data, &bound, 0, &|_| true).expect("a spectrum"))
}

/// A sweep of β over the linear model without any noise: full batch, analytic expectation.
fn linear_sweep(points: usize, most_steps: u64) -> HysteresisRequest {
    let data = gaussian(ITEMS);
    let net = NetConfig {
        estimator: Estimator::Analytic,
        ..NetConfig::linear(5)
    };
    let start: LiveConfig = live(1.0, 1.0, 1e-2);
    HysteresisRequest {
        known: spectrum(&data).into(),
        setup: setup(&data, net, start, ITEMS, 3),
        parameter: Parameter::Beta,
        values: snapped(&log_values(0.15, 14.0, points), &SPECTRUM),
        most_steps,
        kick: 1.0,
    }
}
