//! The nets the device is tried on, and the state they start from.

use std::sync::Arc;

use collapse_explorer::compute::cpu::CpuBackend;
use collapse_explorer::compute::gpu::{GpuBackend, Options};
use collapse_explorer::compute::{Backend, Plan, StepInputs};
use collapse_explorer::config::{Activation, PosteriorVariance, Preprocess};
use collapse_explorer::data::{Dataset, ImageShape, Preprocessor};
use collapse_explorer::model::initial_parameters;
use collapse_explorer::rng::{Stream, uniform};

use super::device;
use crate::common::recipes::{RECIPES, Recipe};
use crate::common::{byte_data, float_data, plan, preprocessor, step_inputs};

/// A net on a data set.
#[derive(Clone, Copy)]
pub struct Case {
    pub d: usize,
    pub encoder: &'static [usize],
    pub decoder: &'static [usize],
    pub latents: usize,
    pub activation: Activation,
    pub variance: PosteriorVariance,
    pub batch: usize,
    pub samples: usize,
    pub bytes: bool,
    pub channels: usize,
    pub kind: Preprocess,
}

impl Case {
    pub fn data(&self) -> Arc<Dataset> {
        let data = if self.bytes {
            byte_data(self.samples, self.d)
        } else {
            float_data(self.samples, self.d)
        };
        let shape = ImageShape {
            width: self.d / self.channels,
            channels: self.channels,
            ..data.shape
        };
        Arc::new(Dataset {
            shape,
            ..Arc::unwrap_or_clone(data)
        })
    }

    pub fn plan(&self) -> Plan {
        plan(
            self.d,
            self.encoder,
            self.decoder,
            self.latents,
            self.activation,
            self.variance,
            self.batch,
            self.samples,
        )
    }

    pub fn title(&self) -> String {
        format!(
            "{} B={} n={} {:?} {:?} {:?}",
            self.plan().net.shape_text(),
            self.batch,
            self.samples,
            self.activation,
            self.variance,
            self.kind
        )
    }

    pub fn problem(&self) -> Problem {
        let data = self.data();
        Problem {
            title: self.title(),
            plan: self.plan(),
            pre: preprocessor(self.kind, &data),
            data,
            recipe: None,
        }
    }
}

/// A plan with its data.
#[derive(Clone)]
pub struct Problem {
    pub title: String,
    pub plan: Plan,
    pub data: Arc<Dataset>,
    pub pre: Arc<Preprocessor>,
    recipe: Option<Recipe>,
}

impl Problem {
    pub fn new(title: String, plan: Plan, data: Arc<Dataset>, pre: Arc<Preprocessor>) -> Self {
        Self {
            title,
            plan,
            data,
            pre,
            recipe: None,
        }
    }

    pub fn of_recipe(name: &str, recipe: &Recipe) -> Self {
        let data = recipe.data();
        Self {
            title: name.to_owned(),
            plan: recipe.plan(),
            pre: recipe.preprocessor(&data),
            data,
            recipe: Some(*recipe),
        }
    }

    /// All cases and recipes.
    pub fn all() -> Vec<Self> {
        let recipes = RECIPES.iter().map(|(name, r)| Self::of_recipe(name, r));
        CASES.iter().map(Case::problem).chain(recipes).collect()
    }

    /// Inputs of a training step.
    pub fn inputs(&self, step: u32, beta: f32, learning_rate: f32) -> StepInputs {
        match &self.recipe {
            Some(recipe) => recipe.inputs(&self.plan, step, beta, learning_rate),
            None => step_inputs(&self.plan, step, beta, learning_rate),
        }
    }

    /// Inputs of the first `count` steps, each with a metrics row of its own.
    pub fn steps(&self, count: u32, learning_rate: f32) -> Vec<StepInputs> {
        (0..count)
            .map(|step| StepInputs {
                slot: step,
                ..self.inputs(step, 0.8, learning_rate)
            })
            .collect()
    }

    /// The inputs of an evaluation that starts at `first` and counts `rows`.
    pub fn evaluation(&self, first: usize, rows: usize) -> StepInputs {
        StepInputs {
            step: 2,
            first: first as u32,
            rows: rows as u32,
            ..self.inputs(0, 1.0, 0.0)
        }
    }

    pub fn native(&self) -> CpuBackend<f32> {
        let (data, pre) = (Arc::clone(&self.data), Arc::clone(&self.pre));
        let mut cpu = CpuBackend::new(self.plan.clone(), data, pre).expect("enough memory");
        self.set_modes(&mut cpu);
        cpu
    }

    pub fn device(&self, options: &Options) -> GpuBackend {
        let plan = self.plan.clone();
        let gpu = GpuBackend::on(device(), plan, &self.data, &self.pre, options);
        let mut gpu = gpu.expect("a backend");
        self.set_modes(&mut gpu);
        gpu
    }

    /// Without a recipe the modes stay as a backend makes them.
    fn set_modes(&self, backend: &mut dyn Backend) {
        if let Some(recipe) = &self.recipe {
            let modes = self.plan.latent_modes();
            let values = recipe.latent_modes();
            backend.write(modes, &values).expect("a write");
        }
    }
}

/// Odd and even widths around every tile's edges, every activation, both variances, both kinds of
/// data, every kind of preprocessing, batches of one and of the whole data set.
pub const CASES: &[Case] = &[
    Case {
        d: 7,
        encoder: &[],
        decoder: &[],
        latents: 3,
        activation: Activation::Identity,
        variance: PosteriorVariance::Global,
        batch: 9,
        samples: 31,
        bytes: false,
        channels: 1,
        kind: Preprocess::None,
    },
    Case {
        d: 65,
        encoder: &[33, 9],
        decoder: &[8, 63],
        latents: 5,
        activation: Activation::Relu,
        variance: PosteriorVariance::PerSample,
        batch: 127,
        samples: 300,
        bytes: true,
        channels: 1,
        kind: Preprocess::None,
    },
    Case {
        d: 129,
        encoder: &[65],
        decoder: &[31],
        latents: 7,
        activation: Activation::Tanh,
        variance: PosteriorVariance::PerSample,
        batch: 33,
        samples: 129,
        bytes: true,
        channels: 1,
        kind: Preprocess::Center,
    },
    Case {
        d: 1,
        encoder: &[1],
        decoder: &[1],
        latents: 1,
        activation: Activation::Tanh,
        variance: PosteriorVariance::Global,
        batch: 1,
        samples: 3,
        bytes: false,
        channels: 1,
        kind: Preprocess::Center,
    },
    Case {
        d: 63,
        encoder: &[127],
        decoder: &[129],
        latents: 65,
        activation: Activation::Relu,
        variance: PosteriorVariance::Global,
        batch: 65,
        samples: 130,
        bytes: true,
        channels: 1,
        kind: Preprocess::Dequantize,
    },
    Case {
        d: 31,
        encoder: &[8],
        decoder: &[7, 9],
        latents: 33,
        activation: Activation::Tanh,
        variance: PosteriorVariance::PerSample,
        batch: 3,
        samples: 8,
        bytes: true,
        channels: 1,
        kind: Preprocess::Logit,
    },
    Case {
        d: 96,
        encoder: &[64],
        decoder: &[32],
        latents: 16,
        activation: Activation::Relu,
        variance: PosteriorVariance::PerSample,
        batch: 64,
        samples: 64,
        bytes: true,
        channels: 3,
        kind: Preprocess::Logit,
    },
    Case {
        d: 67,
        encoder: &[9],
        decoder: &[8],
        latents: 3,
        activation: Activation::Tanh,
        variance: PosteriorVariance::PerSample,
        batch: 33,
        samples: 65,
        bytes: true,
        channels: 1,
        kind: Preprocess::Standardize,
    },
];

/// Writes the same generic state to a backend: initial parameters and log σ², log γ off zero;
/// moments as after a while, so that Adam divides by nothing tiny; a mask with a hole.
pub fn prepare(backend: &mut dyn Backend) {
    let plan = backend.plan().clone();
    let mut parameters = initial_parameters(&plan.arena, 3, 0.6);
    if let Some(tensor) = plan.arena.get("log_sigma2") {
        for (j, value) in parameters[tensor.range()].iter_mut().enumerate() {
            *value = 0.3 - 0.05 * j as f32;
        }
    }
    let wave = |i: usize| uniform(17, Stream::Data, i as u32, 1);
    let moments: [Vec<f32>; 2] = [
        (0..parameters.len())
            .map(|i| 0.02 * wave(i) - 0.01)
            .collect(),
        (0..parameters.len())
            .map(|i| 0.01 + 0.01 * wave(i))
            .collect(),
    ];
    let mut mask = vec![1.0; plan.net.latents];
    mask[plan.net.latents / 2] = 0.0;
    backend
        .write(plan.parameters(), &parameters)
        .expect("a write");
    for (slice, values) in plan.moments().into_iter().zip(&moments) {
        backend.write(slice, values).expect("a write");
    }
    backend.write(plan.mask(), &mask).expect("a write");
}
