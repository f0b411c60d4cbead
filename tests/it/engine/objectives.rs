//! Objectives against values computed by hand, by closed form or by another road.

use collapse_explorer::compute::cpu::CpuBackend;
use collapse_explorer::compute::{Backend, BufferId, Plan, Program, Slice, StepInputs};
use collapse_explorer::config::{
    Estimator, GammaMode, KlSchedule, Likelihood, LiveConfig, NetConfig, Objective,
    PosteriorVariance, TrainedPart,
};
use collapse_explorer::model::initial_parameters;
use collapse_explorer::train::{Trainer, evaluate, importance_bound};

use crate::common::recipes::{BASE, Recipe};
use crate::common::runs::{advance, digits, gaussian, live, setup};

fn backend(recipe: &Recipe) -> CpuBackend<f64> {
    let data = recipe.data();
    let pre = recipe.preprocessor(&data);
    let plan = recipe.plan();
    let parameters = plan.parameters();
    let start = initial_parameters(&plan.arena, 3, 0.6);
    let mut backend = CpuBackend::<f64>::new(plan, data, pre).expect("memory");
    backend.write(parameters, &start).expect("a write");
    backend
}

fn buffer(plan: &Plan, name: &str) -> Slice {
    let at = plan.buffers.iter().position(|b| b.name == name);
    let at = at.unwrap_or_else(|| panic!("no buffer {name}"));
    Slice {
        buffer: BufferId(at),
        offset: 0,
        len: plan.buffers[at].len,
    }
}

/// The metrics row of a step: loss, sse, kl, γ, β, nll.
fn step(backend: &mut CpuBackend<f64>, inputs: &StepInputs) -> [f64; 6] {
    assert!(backend.execute(Program::Train, inputs));
    let row = backend.slice(backend.plan().metrics());
    std::array::from_fn(|i| row[i])
}

#[test]
fn free_bits_hold_what_is_below_them() {
    let mut backend = backend(&BASE);
    let plan = backend.plan().clone();
    let mut inputs = BASE.inputs(&plan, 0, 2.0, 0.0);
    let plain = step(&mut backend, &inputs);
    let kl = backend.slice(buffer(&plan, "train.kl")).to_vec();
    let means: Vec<f64> = (0..3)
        .map(|j| (0..5).map(|row| kl[row * 3 + j]).sum::<f64>() / 5.0)
        .collect();
    assert!((plain[2] - means.iter().sum::<f64>()).abs() < 1e-12);
    // λ between the smallest and the largest.
    let mut sorted = means.clone();
    sorted.sort_by(f64::total_cmp);
    let lambda = 0.5 * (sorted[1] + sorted[2]);
    inputs.free_bits = lambda as f32;
    let lambda = f64::from(inputs.free_bits);
    let held = step(&mut backend, &inputs);
    let counted: f64 = means.iter().map(|&kl| kl.max(lambda)).sum();
    assert!(
        (held[0] - (held[5] + 2.0 * counted)).abs() < 1e-10,
        "{held:?}"
    );
    assert_eq!(held[2], plain[2], "the reported KL is the true one");
}

#[test]
fn the_bernoulli_likelihood_is_the_cross_entropy() {
    let recipe = Recipe {
        shape: [3, 3, 1],
        bytes: true,
        likelihood: Likelihood::Bernoulli,
        ..BASE
    };
    let mut backend = backend(&recipe);
    let plan = backend.plan().clone();
    let row = step(&mut backend, &recipe.inputs(&plan, 0, 1.0, 0.0));
    let x = backend.slice(buffer(&plan, "train.x")).to_vec();
    let logits = backend.slice(buffer(&plan, "train.decoder.out")).to_vec();
    let expected: f64 = x
        .iter()
        .zip(&logits)
        .map(|(x, l)| {
            let p = 1.0 / (1.0 + (-l).exp());
            -(x * p.ln() + (1.0 - x) * (1.0 - p).ln())
        })
        .sum::<f64>()
        / 5.0;
    assert!((row[5] - expected).abs() < 1e-12 * expected, "{row:?}");
}

#[test]
fn one_importance_sample_is_the_elbo_with_a_sampled_kl() {
    let weighted = Recipe {
        estimator: Estimator::ImportanceWeighted(1),
        ..BASE
    };
    let mut one = backend(&weighted);
    let plan = one.plan().clone();
    let row = step(&mut one, &weighted.inputs(&plan, 0, 1.0, 0.0));
    let (z, head) = (
        one.slice(buffer(&plan, "train.z")).to_vec(),
        one.slice(buffer(&plan, "train.encoder.head")).to_vec(),
    );
    let nll: f64 = one.slice(buffer(&plan, "train.nll")).iter().sum::<f64>() / 5.0;
    let mut kl = 0.0;
    for r in 0..5 {
        for j in 0..3 {
            let (mu, lv, z) = (head[r * 6 + j], head[r * 6 + 3 + j], z[r * 3 + j]);
            kl += 0.5 * (z * z - (z - mu).powi(2) / lv.exp() - lv);
        }
    }
    assert!(
        (row[0] - (nll + kl / 5.0)).abs() < 1e-10,
        "{row:?} {nll} {kl}"
    );
}

#[test]
fn the_analytic_objective_is_the_mean_of_the_sampled_one() {
    let sampled = Recipe {
        decoder: "",
        ..BASE
    };
    let analytic = Recipe {
        estimator: Estimator::Analytic,
        noise: 0.0,
        ..sampled
    };
    let (mut a, mut b) = (backend(&analytic), backend(&sampled));
    let plan = b.plan().clone();
    let exact = step(&mut a, &analytic.inputs(&plan, 0, 1.3, 0.0));
    let draws = 4000;
    let losses: Vec<f64> = (0..draws)
        .map(|draw| {
            let inputs = StepInputs {
                step: draw,
                ..sampled.inputs(&plan, 0, 1.3, 0.0)
            };
            step(&mut b, &inputs)[0]
        })
        .collect();
    let n = f64::from(draws);
    let mean = losses.iter().sum::<f64>() / n;
    let sd = (losses.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    assert!(sd > 1e-3);
    assert!(
        (mean - exact[0]).abs() < 4.0 * sd / n.sqrt(),
        "{mean} {exact:?} {sd}"
    );
}

#[test]
fn the_bound_tightens_to_the_likelihood_of_the_linear_model() {
    // A trained linear VAE is pPCA: log p(x) is known, and L_k climbs to it from the ELBO.
    let data = gaussian(512);
    let net = NetConfig::linear(2);
    let mut trainer = Trainer::new(setup(&data, net, live(1.0, 1.0, 2e-2), 512, 1)).expect("a run");
    advance(&mut trainer, 1500, 50);
    let settings = *trainer.live();
    let evaluation =
        evaluate(trainer.backend(), 1, &settings, 512, &|| true).expect("an evaluation");
    let mut bound = |samples| {
        importance_bound(trainer.backend(), 1, &settings, 512, samples, &|| true).expect("a bound")
    };
    let (one, ten, many) = (bound(1), bound(10), bound(200));
    // Covariance WWᵀ + I with eigenvalues 9, 5 kept (> γ = 1) and 1 elsewhere, data 9, 5, 2, 1, 0.3.
    let terms = [
        (9.0_f64, 9.0),
        (5.0, 5.0),
        (1.0, 2.0),
        (1.0, 1.0),
        (1.0, 0.3),
    ];
    let exact: f64 = terms
        .iter()
        .map(|(c, l)| -0.5 * ((2.0 * std::f64::consts::PI).ln() + c.ln() + l / c))
        .sum();
    assert!(
        (one - evaluation.elbo()).abs() < 0.1,
        "{one} {}",
        evaluation.elbo()
    );
    assert!(one < ten + 0.02 && ten < many + 0.02, "{one} {ten} {many}");
    assert!((many - exact).abs() < 0.03, "{many} {exact}");
}

fn digits_run(change: impl FnOnce(&mut LiveConfig)) -> Trainer {
    let net = NetConfig {
        latents: 4,
        ..NetConfig::dense(&[32], 4)
    };
    let mut settings = live(1.0, 0.05, 2e-3);
    change(&mut settings);
    Trainer::new(setup(&digits(256), net, settings, 64, 5)).expect("a run")
}

#[test]
fn the_deterministic_twin_reconstructs_better_on_the_same_batches() {
    let mut vae = digits_run(|_| {});
    let mut twin = digits_run(|l| l.objective = Objective::Autoencoder);
    let (a, b) = (advance(&mut vae, 400, 20), advance(&mut twin, 400, 20));
    let tail = |m: &[collapse_explorer::compute::StepMetrics]| {
        m[300..].iter().map(|m| m.sse).sum::<f64>() / 100.0
    };
    assert!(tail(&b) < tail(&a), "{} {}", tail(&b), tail(&a));
    assert!(b.iter().all(|m| m.beta == 0.0));
    // Before the first update the twin differs by σ and the KL only: the same weights, the same batch.
    let settings = LiveConfig {
        objective: Objective::Autoencoder,
        ..*vae.live()
    };
    let mut fresh = digits_run(|_| {});
    fresh.set_live(settings).expect("live");
    assert_eq!(advance(&mut fresh, 1, 1)[0], b[0]);
}

/// The autoencoder's objective knows no σ², so nothing holds that half of the head: the layers below move it.
#[test]
fn a_variance_that_ran_away_does_not_spoil_the_deterministic_twin() {
    for variance in [PosteriorVariance::PerSample, PosteriorVariance::Global] {
        let recipe = Recipe {
            noise: 0.0,
            variance,
            ..BASE
        };
        let plan = recipe.plan();
        let held = match variance {
            PosteriorVariance::PerSample => {
                let bias = plan.arena.get("encoder.head.bias").expect("a bias").range();
                bias.start + plan.net.latents..bias.end
            }
            PosteriorVariance::Global => plan.arena.get("log_sigma2").expect("log σ²").range(),
        };
        let mut inputs = recipe.inputs(&plan, 0, 0.0, 0.0);
        inputs.free_bits = 0.0;
        let of = |log_sigma2: f32| {
            let data = recipe.data();
            let pre = recipe.preprocessor(&data);
            let mut backend = CpuBackend::<f32>::new(plan.clone(), data, pre).expect("memory");
            let mut start = initial_parameters(&plan.arena, 3, 0.6);
            start[held.clone()].fill(log_sigma2);
            backend.write(plan.parameters(), &start).expect("a write");
            backend.train(&[inputs]).expect("a step");
            let sse = backend.read(plan.metrics()).expect("a read")[1];
            let read = |name: &str, backend: &mut CpuBackend<f32>| {
                backend.read(buffer(&plan, name)).expect("a read")
            };
            let z = read("train.z", &mut backend);
            (sse, z, read("gradients", &mut backend))
        };
        let (sse, z, gradient) = of(0.0);
        for log_sigma2 in [300.0, -300.0, 1e30] {
            assert_eq!(
                of(log_sigma2),
                (sse, z.clone(), gradient.clone()),
                "{log_sigma2}"
            );
        }
        assert!(sse > 0.0 && gradient.iter().any(|g| *g != 0.0));
        assert!(gradient[held.clone()].iter().all(|g| *g == 0.0));
    }
}

#[test]
fn schedules_reach_the_steps() {
    let mut run = digits_run(|l| {
        l.beta = 3.0;
        l.schedule = KlSchedule::WarmUp { steps: 4 };
    });
    let betas: Vec<f64> = advance(&mut run, 6, 2).iter().map(|m| m.beta).collect();
    assert_eq!(betas, [0.0, 0.75, 1.5, 2.25, 3.0, 3.0]);
}

#[test]
fn gamma_set_to_its_optimum_follows_the_error() {
    let mut run = digits_run(|l| l.gamma_mode = GammaMode::Optimal);
    let metrics = advance(&mut run, 30, 7);
    for pair in metrics.windows(2) {
        let expected = pair[0].sse / 784.0;
        assert!(
            (pair[1].gamma - expected).abs() < 1e-5 * expected,
            "{pair:?}"
        );
    }
}

#[test]
fn the_part_that_is_not_trained_stays() {
    for (part, moves) in [
        (TrainedPart::Encoder, [true, false]),
        (TrainedPart::Decoder, [false, true]),
        (TrainedPart::Both, [true, true]),
    ] {
        let mut run = digits_run(|l| l.trained = part);
        let slices = ["encoder.0.weight", "decoder.out.bias"]
            .map(|name| run.plan().parameter(name).expect("a tensor"));
        let read = |run: &mut Trainer| slices.map(|s| run.backend().read(s).expect("a read"));
        let before = read(&mut run);
        advance(&mut run, 3, 3);
        let after = read(&mut run);
        for i in 0..2 {
            assert_eq!(before[i] != after[i], moves[i], "{part:?}");
        }
    }
}

#[test]
fn every_statistic_is_that_of_the_posteriors_read_back() {
    // One net with a σ per sample, one with a σ shared by all; a prior that is not the standard one.
    for net in [NetConfig::dense(&[12], 4), NetConfig::linear(4)] {
        let data = digits(700);
        let live = LiveConfig {
            eta_enc: 1.3,
            ..live(0.5, 0.05, 3e-3)
        };
        let mut trainer = Trainer::new(setup(&data, net, live, 64, 0)).expect("a trainer");
        advance(&mut trainer, 200, 20);
        let settings = *trainer.live();
        let found =
            evaluate(trainer.backend(), 0, &settings, 700, &|| true).expect("an evaluation");
        let (posterior, n) = (&found.posterior, 700.0);
        assert_eq!((posterior.samples(), posterior.latents()), (700, 4));
        assert!((found.prior_variance() - 1.69).abs() < 1e-9);
        let mut alive = 0;
        for (j, latent) in found.latents.iter().enumerate() {
            let column = |of: &dyn Fn(usize) -> f32| -> Vec<f64> {
                (0..700).map(|i| f64::from(of(i))).collect()
            };
            let mu = column(&|i| posterior.mu(i)[j]);
            let sigma2 = column(&|i| posterior.sigma2(i)[j]);
            let mean = mu.iter().sum::<f64>() / n;
            let variance = mu.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / n;
            let kls: Vec<f64> = (0..700)
                .map(|i| {
                    let ratio = sigma2[i] / 1.69;
                    0.5 * (mu[i] * mu[i] / 1.69 + ratio - ratio.ln() - 1.0)
                })
                .collect();
            let near = |a: f64, b: f64| (a - b).abs() < 1e-4 * b.abs().max(1e-2);
            assert!(near(latent.mean_mu, mean), "{latent:?} {mean}");
            assert!(near(latent.var_mu, variance), "{latent:?} {variance}");
            assert!(near(latent.mean_sigma2, sigma2.iter().sum::<f64>() / n));
            assert!(near(latent.kl, kls.iter().sum::<f64>() / n), "{latent:?}");
            let below = kls.iter().filter(|kl| **kl < 0.01).count() as f64 / n;
            assert!((latent.collapsed_share - below).abs() < 2.0 / n);
            for (direct, read) in kls.iter().zip(posterior.kl(j, found.prior_variance())) {
                assert!((direct - read).abs() < 1e-9);
            }
            alive += usize::from(variance > 0.1);
        }
        assert!(alive > 0, "nothing to measure: {:?}", found.latents);
    }
}
