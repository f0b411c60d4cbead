//! Small networks that between them use every op, for whoever compares one thing with another.

use std::sync::Arc;

use collapse_explorer::compute::{Plan, StepInputs};
use collapse_explorer::config::{
    Activation, Estimator, Likelihood, NetConfig, PosteriorVariance, Preprocess, Target,
};
use collapse_explorer::data::{Dataset, ImageShape, Preprocessor, Targets};
use collapse_explorer::model::{NetSpec, Shape};

use super::{byte_data, float_data, preprocessor, step_inputs};

/// A network on a small data set.
#[derive(Debug, Clone, Copy)]
pub struct Recipe {
    /// Height, width, channels.
    pub shape: [usize; 3],
    pub encoder: &'static str,
    pub decoder: &'static str,
    pub latents: usize,
    pub activation: Activation,
    pub variance: PosteriorVariance,
    pub likelihood: Likelihood,
    pub estimator: Estimator,
    pub target: Target,
    pub batch: usize,
    pub samples: usize,
    pub bytes: bool,
    pub preprocess: Preprocess,
    pub free_bits: f32,
    pub noise: f32,
    /// Modes of the first latents: keep and the standard deviation of the noise.
    pub modes: &'static [[f32; 2]],
    pub prior_variance: f32,
}

/// A tiny tanh MLP on floats; every recipe differs from it in what it is for.
pub const BASE: Recipe = Recipe {
    shape: [1, 7, 1],
    encoder: "6,4",
    decoder: "5,6",
    latents: 3,
    activation: Activation::Tanh,
    variance: PosteriorVariance::PerSample,
    likelihood: Likelihood::Gaussian,
    estimator: Estimator::Sampled,
    target: Target::Input,
    batch: 5,
    samples: 11,
    bytes: false,
    preprocess: Preprocess::None,
    free_bits: 0.0,
    noise: 1.0,
    modes: &[],
    prior_variance: 1.0,
};

/// An image net on bytes.
const IMAGE: Recipe = Recipe {
    shape: [6, 5, 2],
    encoder: "conv3k3s2",
    decoder: "18,3x3x2,deconv3k4s2p1,8",
    latents: 2,
    bytes: true,
    ..BASE
};

/// Every layer, activation, objective and estimator at least once.
pub const RECIPES: &[(&str, Recipe)] = &[
    ("tanh MLP", BASE),
    (
        "ReLU MLP",
        Recipe {
            encoder: "9",
            decoder: "8",
            activation: Activation::Relu,
            ..BASE
        },
    ),
    (
        "linear with a global variance",
        Recipe {
            encoder: "",
            decoder: "",
            activation: Activation::Identity,
            variance: PosteriorVariance::Global,
            ..BASE
        },
    ),
    (
        "every activation",
        Recipe {
            encoder: "8:leaky,7:sigmoid,6:elu,8:relu",
            decoder: "6:elu,9:soft,bias,8:sigmoid:nobias",
            ..BASE
        },
    ),
    (
        "a soft-threshold decoder",
        Recipe {
            decoder: "7:nobias:soft,bias",
            ..BASE
        },
    ),
    (
        "a prior of another width and free bits",
        Recipe {
            prior_variance: 2.25,
            free_bits: 0.05,
            variance: PosteriorVariance::Global,
            ..BASE
        },
    ),
    ("the deterministic twin", Recipe { noise: 0.0, ..BASE }),
    (
        "analytic, variance per sample",
        Recipe {
            decoder: "",
            estimator: Estimator::Analytic,
            noise: 0.0,
            ..BASE
        },
    ),
    (
        "analytic, global variance",
        Recipe {
            encoder: "",
            decoder: "",
            estimator: Estimator::Analytic,
            variance: PosteriorVariance::Global,
            noise: 0.0,
            ..BASE
        },
    ),
    (
        "importance-weighted",
        Recipe {
            estimator: Estimator::ImportanceWeighted(4),
            prior_variance: 1.5,
            ..BASE
        },
    ),
    (
        "importance-weighted, global variance",
        Recipe {
            estimator: Estimator::ImportanceWeighted(3),
            variance: PosteriorVariance::Global,
            ..BASE
        },
    ),
    (
        "Bernoulli",
        Recipe {
            shape: [3, 3, 1],
            bytes: true,
            likelihood: Likelihood::Bernoulli,
            ..BASE
        },
    ),
    (
        "Bernoulli, importance-weighted",
        Recipe {
            shape: [3, 3, 1],
            bytes: true,
            likelihood: Likelihood::Bernoulli,
            estimator: Estimator::ImportanceWeighted(2),
            ..BASE
        },
    ),
    (
        "a variance per pixel",
        Recipe {
            shape: [4, 4, 3],
            bytes: true,
            likelihood: Likelihood::GaussianPerPixel,
            decoder: "16,2x2x4,deconvoutk4s2",
            ..BASE
        },
    ),
    (
        "latents held, with noise, and both",
        Recipe {
            latents: 5,
            batch: 7,
            modes: &[[0.0, 0.0], [1.0, 0.7], [0.0, 1.3], [1.0, 2.0]],
            ..BASE
        },
    ),
    (
        "modes, global variance, free bits and no noise of the encoder",
        Recipe {
            modes: &[[1.0, 0.5], [0.0, 0.0]],
            variance: PosteriorVariance::Global,
            free_bits: 0.05,
            noise: 0.0,
            ..BASE
        },
    ),
    (
        "modes, importance-weighted",
        Recipe {
            modes: &[[0.0, 0.0], [1.0, 0.8]],
            estimator: Estimator::ImportanceWeighted(3),
            prior_variance: 1.5,
            ..BASE
        },
    ),
    (
        "a linear map as target",
        Recipe {
            target: Target::LinearMap(4),
            ..BASE
        },
    ),
    (
        "labels as target",
        Recipe {
            target: Target::Labels,
            likelihood: Likelihood::Bernoulli,
            ..BASE
        },
    ),
    ("convolutions", IMAGE),
    (
        "convolutions of odd geometry",
        Recipe {
            shape: [7, 6, 3],
            encoder: "conv4k3s2p0:relu,conv3k2p0e1:elu,conv2k1s2p0",
            decoder: "12,2x3x2,deconv3k3s2e1,deconv4k2s1p0:leaky,deconv2k5s3p1e2:linear,5",
            ..IMAGE
        },
    ),
    (
        "pooling and upsampling",
        Recipe {
            shape: [8, 7, 2],
            encoder: "conv3k3,pool,conv4k3:relu,pool",
            decoder: "12,2x2x3,nearest,conv3k3,bilinear:tanh,bias,conv2k3,9",
            ..IMAGE
        },
    ),
    (
        "batch normalisation",
        Recipe {
            shape: [6, 6, 1],
            encoder: "conv4k3s2:bn:relu,7:bn:elu",
            decoder: "9:bn,3x3x1,deconv3k4s2:bn:linear,convoutk3",
            ..IMAGE
        },
    ),
    (
        "residual blocks",
        Recipe {
            shape: [6, 6, 2],
            encoder: "res(2*conv2k3),pool,res(conv3k3:bn,conv3k3:bn),res(conv3k3,res(conv3k3,conv3k1))",
            decoder: "res(8,6),6,res(6:tanh),res(6,6):bn,18,3x3x2,deconv2k4s2,res(conv3k3:elu,conv2k3:linear),convoutk3",
            ..IMAGE
        },
    ),
    (
        "residual blocks that shrink",
        Recipe {
            shape: [7, 7, 2],
            encoder: "conv2k3,res(conv3k3s2,conv3k3):relu,res(2*conv3k3,pool:linear):elu",
            ..IMAGE
        },
    ),
];

impl Recipe {
    pub fn config(&self) -> NetConfig {
        NetConfig {
            encoder: self.encoder.parse().expect("an encoder"),
            decoder: self.decoder.parse().expect("a decoder"),
            latents: self.latents,
            activation: self.activation,
            variance: self.variance,
            likelihood: self.likelihood,
            estimator: self.estimator,
            target: self.target,
        }
    }

    pub fn data(&self) -> Arc<Dataset> {
        let [height, width, channels] = self.shape;
        let d = height * width * channels;
        let data = if self.bytes {
            byte_data(self.samples, d)
        } else {
            float_data(self.samples, d)
        };
        let labels = (0..self.samples).map(|i| (i * i % 4) as u8).collect();
        Arc::new(Dataset {
            shape: ImageShape {
                height,
                width,
                channels,
            },
            labels: Some(labels),
            ..Arc::unwrap_or_clone(data)
        })
    }

    pub fn preprocessor(&self, data: &Dataset) -> Arc<Preprocessor> {
        let plain = preprocessor(self.preprocess, data);
        let targets = Targets::new(self.target, data, &plain, 3).expect("targets");
        Arc::new(Preprocessor {
            targets,
            ..Arc::unwrap_or_clone(plain)
        })
    }

    pub fn plan(&self) -> Plan {
        let data = self.data();
        let pre = self.preprocessor(&data);
        let input = Shape::from(data.shape);
        let target = pre.targets.as_ref().map_or(input, |t| Shape::vector(t.dim));
        let net = NetSpec::new(&self.config(), input, target).expect("a valid net");
        Plan::new(net, self.batch, self.samples, pre.targets.is_some())
    }

    /// The latents' modes as a backend holds them: keep, then the noise.
    pub fn latent_modes(&self) -> Vec<f32> {
        let mode = |j: usize| self.modes.get(j).copied().unwrap_or([1.0, 0.0]);
        let part = |field: usize| (0..self.latents).map(move |j| mode(j)[field]);
        part(0).chain(part(1)).collect()
    }

    /// Inputs of a training step.
    pub fn inputs(&self, plan: &Plan, step: u32, beta: f32, learning_rate: f32) -> StepInputs {
        StepInputs {
            noise: self.noise,
            free_bits: self.free_bits,
            prior_variance: self.prior_variance,
            alpha: 0.05,
            ..step_inputs(plan, step, beta, learning_rate)
        }
    }
}
