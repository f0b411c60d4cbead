//! Figure 1, bottom: reconstruction error of residual autoencoders against the number and the depth of their blocks.

use crate::papers::{
    Check, Context, Cost, DataSet, Effort, Error, Experiment, Paper, Results, Verdict,
};
use crate::plot::{Axis, FigureSpec};

use super::conv::{Depth, config, pictures, shrunk, train};
use super::deep_nets::Model;
use super::fig1;

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "dai-fig1-bottom",
    paper: Paper::Dai2020,
    title: "Figure 1 (bottom): reconstruction error of residual autoencoders",
    claim: "AE models with residual blocks: once the complexity is sufficiently high, the reconstruction errors begin to \
            increase.",
    data: Some(DataSet::Cifar10),
    cost: Cost::new(133, 2_900_000, 3000),
    make,
};

/// Data sets over which errors are averaged.
const SETS: [DataSet; 2] = [DataSet::Cifar10, DataSet::CelebA];

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let blocks: &[usize] = context.pick(&[1, 2], &[1, 2, 4]);
    let convs: &[usize] = context.pick(&[2, 5], &[2, 3, 4, 5]);
    let sets = SETS
        .into_iter()
        .map(|set| pictures(context, set))
        .collect::<Result<Vec<_>, _>>()?;
    // By blocks, then by convolutions in a block.
    let mut errors = Vec::new();
    for &b in blocks {
        let mut row = Vec::new();
        for &c in convs {
            let mut sum = 0.0;
            for data in &sets {
                sum += train(context, data, Model::Autoencoder, Depth::Residual(b, c))?.mse;
            }
            row.push(sum / sets.len() as f64);
        }
        errors.push(row);
    }
    let mut small = shrunk(context);
    small.push("averaged over CIFAR-10 and CelebA, where the paper adds SVHN and CIFAR-100".into());
    let most = Depth::Residual(blocks[blocks.len() - 1], convs[convs.len() - 1]);
    Ok(Results {
        figures: vec![figure(blocks, convs, &errors)],
        checks: checks(blocks, convs, &errors)
            .into_iter()
            .map(|check| explained(context, check))
            .collect(),
        shrunk: small,
        live: Some(config(context, &sets[0], Model::Vae, most)?),
    })
}

/// Why the quick version may not turn.
fn explained(context: &Context<'_>, check: Check) -> Check {
    if check.verdict == Verdict::Pass || context.effort == Effort::Full {
        return check;
    }
    check.because(
        "The quick nets end at twenty convolutions on a side, the paper's at eighty: skip connections put off the turn, and it is \
         not reached",
    )
}

fn checks(blocks: &[usize], convs: &[usize], errors: &[Vec<f64>]) -> Vec<Check> {
    let why = "by more than the 2 % that two seeds differ by";
    let mut all = Vec::new();
    for (b, row) in blocks.iter().zip(errors) {
        let ends = [
            ("fewest convolutions", row[0]),
            ("most, less 2 %", 0.98 * row[row.len() - 1]),
        ];
        let name = format!("blocks at each scale: {b}; deeper blocks are worse");
        all.push(Check::ordered(&name, &ends, 0.0, why));
    }
    let last = convs.len() - 1;
    let ends = [
        ("one block", errors[0][last]),
        (
            "most blocks, less 2 %",
            0.98 * errors[errors.len() - 1][last],
        ),
    ];
    let name = "more of the deepest blocks are worse";
    all.push(Check::ordered(name, &ends, 0.0, why));
    all
}

fn figure(blocks: &[usize], convs: &[usize], errors: &[Vec<f64>]) -> FigureSpec {
    let ticks = convs.iter().map(|c| (*c as f64, c.to_string())).collect();
    let title = "Reconstruction error of residual autoencoders";
    let mut figure = crate::figures::blank("error", title)
        .subtitle("mean over data sets")
        .x(Axis::linear("convolutions in a block").with_ticks(ticks))
        .y(Axis::linear("squared error per value"))
        .with_legend();
    for ((b, row), look) in blocks.iter().zip(errors).zip(fig1::LOOKS) {
        let (id, name) = (format!("blocks_{b}"), format!("blocks at each scale: {b}"));
        figure.push(fig1::errors_of(&id, &name, convs, row, look));
    }
    figure
}
