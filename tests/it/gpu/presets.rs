//! Whole networks of the papers, on images as small as they allow, a few steps against the native backend.

use std::sync::Arc;

use collapse_explorer::compute::gpu::Options;
use collapse_explorer::compute::{Backend, Plan};
use collapse_explorer::config::{NetConfig, Preprocess, Preset};
use collapse_explorer::data::{Dataset, ImageShape};
use collapse_explorer::model::{NetSpec, Shape};

use super::cases::{Problem, prepare};
use super::train;
use crate::common::{byte_data, preprocessor};

/// A preset, the height (and width) and channels of its images, κ, B.
const NETS: [(Preset, usize, usize, usize, usize); 8] = [
    (Preset::Linear, 28, 1, 5, 7),
    (Preset::Asperti, 8, 1, 3, 9),
    (Preset::DaiDense(3), 8, 1, 4, 3),
    (Preset::Wang, 8, 1, 2, 3),
    (Preset::AspertiConv, 28, 1, 3, 3),
    (Preset::DaiConv(1), 8, 3, 3, 2),
    (Preset::DaiResidual(1, 2), 16, 1, 3, 2),
    (Preset::BetaVaeConv, 64, 3, 4, 1),
];

fn problem(
    (preset, side, channels, latents, batch): (Preset, usize, usize, usize, usize),
) -> Problem {
    let flat = byte_data(4 * batch, side * side * channels);
    let data = Arc::new(Dataset {
        shape: ImageShape {
            height: side,
            width: side,
            channels,
        },
        ..Arc::unwrap_or_clone(flat)
    });
    let config: NetConfig = preset.net([side, side], latents).expect("a net");
    let shape = Shape::from(data.shape);
    let net = NetSpec::new(&config, shape, shape).expect("a valid net");
    let plan = Plan::new(net, batch, data.len(), false);
    let pre = preprocessor(Preprocess::None, &data);
    Problem::new(preset.to_string(), plan, data, pre)
}

#[test]
fn three_steps_of_every_kind_of_preset_go_like_the_native_backend() {
    for net in NETS {
        let problem = problem(net);
        let mut cpu = problem.native();
        // The table of a real GPU as well, since it is another way through every product.
        let pinned = Options {
            reproducible: true,
            ..Options::default()
        };
        let mut devices = [problem.device(&Options::default()), problem.device(&pinned)];
        let steps = problem.steps(3, 1e-3);
        prepare(&mut cpu);
        let native = train(&mut cpu, &steps);
        assert_eq!(native.len(), 3);
        let expected = cpu.read(problem.plan.parameters()).expect("a read");
        for gpu in &mut devices {
            prepare(gpu);
            let metrics = train(gpu, &steps);
            assert_eq!(metrics.len(), 3, "{}", problem.title);
            for (step, (a, b)) in native.iter().zip(&metrics).enumerate() {
                for (name, a, b) in [
                    ("loss", a.loss, b.loss),
                    ("sse", a.sse, b.sse),
                    ("kl", a.kl, b.kl),
                ] {
                    assert!(
                        f64::abs(a - b) <= 1e-5 + 1e-4 * f64::abs(a),
                        "{} step {step}: {name} {a} natively, {b} on the device",
                        problem.title
                    );
                }
            }
            let got = gpu.read(problem.plan.parameters()).expect("a read");
            // A step moves a parameter by about the step size.
            let worst = expected
                .iter()
                .zip(&got)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(
                worst < 2e-5,
                "{}: a parameter differs by {worst}",
                problem.title
            );
        }
    }
}
