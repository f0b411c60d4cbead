//! What a network would be, known before anything starts: its shapes, its numbers, its memory, or why
//! it cannot be built.

use crate::compute::Plan;
use crate::config::{NetConfig, Preprocess, Target};
use crate::data;
use crate::model::{ModelError, NetSpec, Shape};

use crate::app::state::Data;

/// Why a network cannot be built for the data on screen.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum OutlineError {
    /// A setting or a layer does not fit.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The targets cannot be had.
    #[error(transparent)]
    Data(#[from] data::Error),
}

/// What a network would be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outline {
    /// `784 – 256 – 16 – 256 – 784`.
    pub shapes: String,
    /// Trainable numbers.
    pub parameters: usize,
    /// Bytes of the plan's buffers, the data set excluded.
    pub memory_bytes: u64,
    /// Whether some layer's activation is the soft threshold, so that α matters.
    pub soft_threshold: bool,
}

/// Shape of what the decoder is trained to give.
fn target_shape(target: Target, data: &Data) -> Result<Shape, data::Error> {
    let dataset = &data.dataset;
    match target {
        Target::Input => Ok(Shape::from(dataset.shape)),
        Target::LinearMap(rows) => Ok(Shape::vector(rows)),
        Target::Labels => match dataset.labels.iter().flatten().max() {
            Some(&largest) => Ok(Shape::vector(usize::from(largest) + 1)),
            None => Err(data::Error::NoLabels {
                name: dataset.name.clone(),
            }),
        },
    }
}

/// The network with its shapes resolved for the data.
///
/// # Errors
/// [`OutlineError`] if it cannot be built, in one sentence.
pub(crate) fn resolve(net: &NetConfig, data: &Data) -> Result<NetSpec, OutlineError> {
    let target = target_shape(net.target, data)?;
    let spec = NetSpec::new(net, Shape::from(data.dataset.shape), target)?;
    data::check_targets(
        net.likelihood,
        net.target,
        &data.dataset,
        data.preprocessor.kind,
    )?;
    Ok(spec)
}

/// Outlines a network for batches of `batch`.
///
/// # Errors
/// [`OutlineError`] if it cannot be built, in one sentence.
pub(crate) fn outline(net: &NetConfig, batch: usize, data: &Data) -> Result<Outline, OutlineError> {
    let spec = resolve(net, data)?;
    let soft = crate::config::Activation::SoftThreshold;
    let (shapes, parameters) = (spec.shape_text(), spec.parameter_count());
    let soft_threshold = spec.nodes().any(|n| n.activation == soft);
    let own_targets = net.target != Target::Input;
    let plan = Plan::new(spec, batch, data.dataset.len(), own_targets);
    Ok(Outline {
        shapes,
        parameters,
        memory_bytes: plan.memory_bytes(),
        soft_threshold,
    })
}

/// The outline of one network at a time, computed when something it depends on changes.
#[derive(Default)]
pub(crate) struct OutlineCache {
    key: Option<(NetConfig, usize, Preprocess, String)>,
    outline: Option<Result<Outline, OutlineError>>,
}

impl OutlineCache {
    /// The outline for these settings; none before there are data.
    pub fn get(
        &mut self,
        net: &NetConfig,
        batch: usize,
        data: Option<&Data>,
    ) -> Option<&Result<Outline, OutlineError>> {
        let data = data?;
        let kind = data.preprocessor.kind;
        let same = self.key.as_ref().is_some_and(|(n, b, k, digest)| {
            n == net && *b == batch && *k == kind && *digest == data.digest
        });
        if !same {
            self.outline = Some(outline(net, batch, data));
            self.key = Some((net.clone(), batch, kind, data.digest.clone()));
        }
        self.outline.as_ref()
    }
}
