//! A list of runs as a file: a base and lists of values, whose product is trained.
//!
//! ```json
//! {
//!   "base": { "data": { "source": "digits", "limit": 2000 }, "net": { "latents": 16 }, "device": "cpu" },
//!   "steps": 2000,
//!   "beta": [0.1, 1, 10], "depth": [0, 2], "seed": [0, 1]
//! }
//! ```
//!
//! Whatever the base leaves out is the program's default; a list that is left out is the base's one value.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::{
    Constant, DataConfig, DataSource, DeviceChoice, ImageOptions, LiveConfig, Missing, NetConfig,
    Objective, Preprocess, RunConfig, SamplingConfig, Scale, Split,
};
use crate::disk::digest;

use super::cell::RunResult;
use super::error::Error;
use super::phase::PhaseAxis;

/// Most runs of one sweep.
const MOST_RUNS: usize = 1_000_000;

/// A base and the values it is varied over.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// What all runs share.
    pub base: RunConfig,
    /// Steps of each.
    pub steps: u64,
    /// Width of the first hidden layer, where `depth` is given.
    pub width: usize,
    /// Values of β.
    pub beta: Vec<f64>,
    /// Values of γ.
    pub gamma: Vec<f64>,
    /// Numbers of hidden layers; empty for the base's own layers.
    pub depth: Vec<usize>,
    /// Values of κ.
    pub latents: Vec<usize>,
    /// Seeds.
    pub seed: Vec<u32>,
}

/// One run of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepRun {
    /// Position in the product: the seed varies fastest, then κ, depth, γ, β.
    pub index: usize,
    /// Its settings.
    pub config: RunConfig,
    /// Hidden layers, where they are varied.
    pub depth: Option<usize>,
    /// Digest of settings and steps: the same run has the same key in every file.
    pub key: String,
}

/// One line of a sweep's results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepLine {
    /// [`SweepRun::index`].
    pub run: usize,
    /// [`SweepRun::key`].
    pub key: String,
    /// β.
    pub beta: f64,
    /// γ at the start.
    pub gamma_start: f64,
    /// Hidden layers, where they are varied.
    pub depth: Option<usize>,
    /// κ.
    pub latents: usize,
    /// The seed.
    pub seed: u32,
    /// The result; absent if the run failed.
    #[serde(flatten)]
    pub result: Option<LineResult>,
    /// Why the run failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The result's part of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineResult {
    /// L per sample in nats.
    pub loss: f64,
    /// KL in nats; none for an autoencoder.
    pub kl: Option<f64>,
    /// Squared error per dimension.
    pub mse: f64,
    /// γ at the end.
    pub gamma: f64,
    /// Latents with Var μ above 0.01·η².
    pub active: usize,
    /// What the linear theory says of that.
    pub predicted_active: Option<usize>,
    /// The closed form's loss, for networks it covers.
    pub predicted_loss: Option<f64>,
    /// Steps made.
    pub steps: u64,
    /// Whether the run had settled.
    pub converged: bool,
    /// `E σ²` per latent; empty for an autoencoder.
    pub sigma2: Vec<f64>,
    /// `Var μ` per latent.
    pub var_mu: Vec<f64>,
}

impl SweepRun {
    /// The line of this run and its outcome.
    pub fn line(&self, outcome: Result<RunResult, String>) -> SweepLine {
        let (result, error) = match outcome {
            Ok(found) => (Some(found), None),
            Err(error) => (None, Some(error)),
        };
        let vae = self.config.live.objective == Objective::Vae;
        SweepLine {
            run: self.index,
            key: self.key.clone(),
            beta: self.config.live.beta,
            gamma_start: self.config.live.gamma,
            depth: self.depth,
            latents: self.config.net.latents,
            seed: self.config.sampling.seed,
            result: result.map(|r| LineResult {
                loss: r.measured.loss,
                kl: vae.then_some(r.measured.kl),
                mse: r.measured.mse,
                gamma: r.measured.gamma,
                active: r.measured.active,
                predicted_active: r.predicted_active,
                predicted_loss: r.predicted_loss,
                steps: r.steps,
                converged: r.converged,
                sigma2: if vae { r.measured.sigma2 } else { Vec::new() },
                var_mu: r.measured.var_mu,
            }),
            error,
        }
    }
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    base: Base,
    steps: u64,
    #[serde(default = "default_width")]
    width: usize,
    beta: Option<Vec<f64>>,
    gamma: Option<Vec<f64>>,
    depth: Option<Vec<usize>>,
    latents: Option<Vec<usize>>,
    seed: Option<Vec<u32>>,
}

fn default_width() -> usize {
    256
}

/// A [`RunConfig`] of which anything may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Base {
    data: Data,
    net: NetConfig,
    live: LiveConfig,
    sampling: Sampling,
    device: DeviceChoice,
    reproducible: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Data {
    source: Option<Source>,
    split: Split,
    limit: Option<usize>,
    preprocess: Preprocess,
    logit_lambda: Option<f64>,
    image: ImageOptions,
    classes: Vec<String>,
    label: Option<String>,
    scale: Scale,
    array: Option<String>,
    transpose: bool,
    missing: Missing,
    constant: Constant,
}

/// As on the command line, or as in a saved figure's settings.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Source {
    Text(String),
    Full(DataSource),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Sampling {
    batch: Option<usize>,
    seed: Option<u32>,
}

impl Sweep {
    /// Reads a sweep from the text of `path`, which is for messages only.
    ///
    /// # Errors
    /// [`Error::Line`] naming file and line of what does not parse, [`Error::Request`] and
    /// [`Error::Config`] for values that make no run.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let bad = |line: usize, reason: String| Error::Line {
            path: path.to_owned(),
            line,
            reason,
        };
        let file: File = serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            let what = message.split(" at line ").next().unwrap_or_default();
            bad(error.line(), what.to_owned())
        })?;
        // Settings that are all optional would let a misspelt one pass unseen.
        for (part, known) in [
            ("net", serde_json::to_value(NetConfig::default())),
            ("live", serde_json::to_value(LiveConfig::default())),
        ] {
            if let Some(name) = unknown_key(text, part, &known.unwrap_or_default()) {
                let line = text
                    .lines()
                    .position(|l| l.contains(&format!("\"{name}\"")));
                let reason = format!("base.{part} has no setting '{name}'");
                return Err(bad(line.unwrap_or(0) + 1, reason));
            }
        }
        let base = file.base.config()?;
        let sweep = Self {
            beta: file.beta.unwrap_or_else(|| vec![base.live.beta]),
            gamma: file.gamma.unwrap_or_else(|| vec![base.live.gamma]),
            depth: file.depth.clone().unwrap_or_default(),
            latents: file.latents.unwrap_or_else(|| vec![base.net.latents]),
            seed: file.seed.unwrap_or_else(|| vec![base.sampling.seed]),
            base,
            steps: file.steps,
            width: file.width,
        };
        let request = |reason: String| Error::Request(format!("'{}': {reason}", path.display()));
        if sweep.steps == 0 {
            return Err(request("a run needs at least one step".into()));
        }
        let empty = [
            ("beta", sweep.beta.is_empty()),
            ("gamma", sweep.gamma.is_empty()),
            ("depth", file.depth.is_some_and(|d| d.is_empty())),
            ("latents", sweep.latents.is_empty()),
            ("seed", sweep.seed.is_empty()),
        ];
        if let Some((name, _)) = empty.iter().find(|(_, empty)| *empty) {
            return Err(request(format!("the list '{name}' is empty")));
        }
        let count = [
            sweep.beta.len(),
            sweep.gamma.len(),
            sweep.depth.len().max(1),
            sweep.latents.len(),
            sweep.seed.len(),
        ]
        .iter()
        .try_fold(1_usize, |all, n| all.checked_mul(*n))
        .filter(|n| *n <= MOST_RUNS);
        if count.is_none() {
            return Err(request(format!(
                "its lists make more than {MOST_RUNS} runs"
            )));
        }
        for run in sweep.runs() {
            run.config
                .validate()
                .map_err(|e| request(format!("run {}: {e}", run.index)))?;
        }
        Ok(sweep)
    }

    /// Every run, in order.
    pub fn runs(&self) -> Vec<SweepRun> {
        let depths: Vec<Option<usize>> = if self.depth.is_empty() {
            vec![None]
        } else {
            self.depth.iter().copied().map(Some).collect()
        };
        let mut runs = Vec::new();
        for &beta in &self.beta {
            for &gamma in &self.gamma {
                for &depth in &depths {
                    for &latents in &self.latents {
                        for &seed in &self.seed {
                            runs.push(self.run(runs.len(), (beta, gamma), depth, latents, seed));
                        }
                    }
                }
            }
        }
        runs
    }

    fn run(
        &self,
        index: usize,
        (beta, gamma): (f64, f64),
        depth: Option<usize>,
        latents: usize,
        seed: u32,
    ) -> SweepRun {
        let mut config = self.base.clone();
        if let Some(depth) = depth {
            config.net = PhaseAxis::Depth.net(&config.net, depth, self.width);
        }
        config.net.latents = latents;
        config.live = LiveConfig {
            beta,
            gamma,
            ..config.live
        };
        config.sampling.seed = seed;
        let settings = serde_json::to_string(&config).unwrap_or_default();
        SweepRun {
            index,
            depth,
            key: digest(&format!("{settings} {}", self.steps)),
            config,
        }
    }
}

impl Base {
    fn config(self) -> Result<RunConfig, Error> {
        let source = match self.data.source {
            None => DataSource::Digits,
            Some(Source::Text(text)) => text.parse()?,
            Some(Source::Full(source)) => source,
        };
        let sampling = SamplingConfig::default();
        Ok(RunConfig {
            data: DataConfig {
                source,
                split: self.data.split,
                limit: self.data.limit,
                preprocess: self.data.preprocess,
                logit_lambda: self.data.logit_lambda,
                image: self.data.image,
                classes: self.data.classes,
                label: self.data.label,
                scale: self.data.scale,
                array: self.data.array,
                transpose: self.data.transpose,
                missing: self.data.missing,
                constant: self.data.constant,
            },
            net: self.net,
            live: self.live,
            sampling: SamplingConfig {
                batch: self.sampling.batch.unwrap_or(sampling.batch),
                seed: self.sampling.seed.unwrap_or(sampling.seed),
            },
            device: self.device,
            reproducible: self.reproducible,
        })
    }
}

/// The first key of `base.part` in the file that `known` has not.
fn unknown_key(text: &str, part: &str, known: &Value) -> Option<String> {
    let file: Value = serde_json::from_str(text).ok()?;
    let given = file.get("base")?.get(part)?.as_object()?;
    given
        .keys()
        .find(|k| known.get(k.as_str()).is_none())
        .cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Sweep, Error> {
        Sweep::parse(Path::new("sweep.json"), text)
    }

    #[test]
    fn the_product_has_every_run_once_and_a_key_for_each() {
        let sweep = parse(
            r#"{"base": {"data": {"source": "gaussian:3,1"}, "net": {"latents": 2}, "device": "cpu"},
                "steps": 10, "beta": [1, 2, 4], "depth": [0, 1], "seed": [7, 8]}"#,
        )
        .expect("a sweep");
        let runs = sweep.runs();
        assert_eq!(runs.len(), 12);
        let keys: std::collections::HashSet<&String> = runs.iter().map(|r| &r.key).collect();
        assert_eq!(keys.len(), 12);
        assert_eq!(runs[5].config.live.beta, 2.0);
        assert_eq!((runs[5].depth, runs[5].config.sampling.seed), (Some(0), 8));
        assert!(runs[5].config.net.encoder.is_empty() && !runs[6].config.net.encoder.is_empty());
        assert_eq!(
            runs[11].config.data.source,
            DataSource::Gaussian(vec![3.0, 1.0])
        );
        assert!(runs.iter().enumerate().all(|(i, r)| r.index == i));
        // What a figure's settings hold is a base.
        let whole = serde_json::to_string(&sweep.base).expect("JSON");
        let again = parse(&format!("{{\"base\": {whole}, \"steps\": 10}}")).expect("a sweep");
        assert_eq!(again.base, sweep.base);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, wanted) in [
            ("{\n\"steps\": 10,\n\"beta\": [1,\n}", "sweep.json', line 4"),
            (
                "{\"steps\": 10,\n\"betas\": [1]}",
                "line 2: unknown field `betas`",
            ),
            ("{}", "missing field `steps`"),
            (
                "{\"steps\": 10,\n \"base\": {\n\"live\": {\"bta\": 1}}}",
                "line 3: base.live has no setting 'bta'",
            ),
            ("{\"steps\": 10, \"beta\": []}", "the list 'beta' is empty"),
            ("{\"steps\": 0}", "at least one step"),
            (
                "{\"steps\": 1, \"beta\": [1, -2]}",
                "run 1: β must be a positive",
            ),
            (
                "{\"steps\": 1, \"base\": {\"data\": {\"source\": \"gaussian:x\"}}}",
                "'x' is not a number",
            ),
        ] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.contains(wanted), "{text}: {error}");
        }
    }
}
