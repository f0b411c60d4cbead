//! stub
use std::sync::Arc;

use crate::config::DeviceChoice;
use crate::data::{Dataset, Preprocessor};

use super::backend::{Backend, Error};
use super::cpu::CpuBackend;
use super::plan::Plan;

/// stub
///
/// # Errors
/// stub
pub fn create_backend(
    _choice: &DeviceChoice,
    plan: Plan,
    data: Arc<Dataset>,
    preprocessor: Arc<Preprocessor>,
) -> Result<Box<dyn Backend>, Error> {
    Ok(Box::new(CpuBackend::<f32>::new(plan, data, preprocessor)?))
}
