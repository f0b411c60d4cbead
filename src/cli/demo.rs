//! `demo`: what the window shows, without a window: one net on the built-in digits while β rises.

use std::sync::Arc;

use crate::config::{LiveConfig, RunConfig};
use crate::metrics::Usage;
use crate::train::{History, Trainer};

use super::args::DemoArguments;
use super::error::Error;
use super::run_figures::{make_folder, now, write_figures};
use super::running::{final_evaluation, prepare, said, train_steps};

/// The βs it visits.
const BETAS: [f64; 4] = [0.3, 1.0, 3.0, 10.0];
/// Epochs at each.
const EPOCHS: u64 = 4;

/// Runs the command.
pub(super) fn run(arguments: &DemoArguments) -> Result<(), Error> {
    let out = &arguments.out;
    make_folder(out)?;
    let config = RunConfig {
        live: LiveConfig {
            beta: BETAS[0],
            ..LiveConfig::default()
        },
        ..RunConfig::default()
    };
    let (setup, known) = prepare(&config)?;
    let mut trainer = Trainer::new(Arc::clone(&setup))?;
    println!(
        "{}: {} items, {} on {}",
        setup.data.name,
        setup.data.len(),
        trainer.plan().net.shape_text(),
        trainer.backend().device()
    );
    let mut history = History::default();
    for beta in BETAS {
        trainer.set_live(LiveConfig {
            beta,
            ..config.live
        })?;
        history.mark(format!("β = {beta}"));
        let steps = EPOCHS * trainer.plan().batches_per_epoch() as u64;
        let (trace, _) = train_steps(&mut trainer, steps)?;
        for row in &trace {
            history.push(row, config.live.objective);
        }
        let stem = format!("beta-{beta}");
        let evaluation = final_evaluation(&mut trainer)?;
        let usage = Usage::new(&evaluation);
        write_figures(&mut trainer, &known, &history, &evaluation, out, &stem)?;
        let prediction = known.predict(&now(&trainer), trainer.step())?;
        println!(
            "β = {beta:>4}: {} of {} latents active ({}), law residual {:.3}",
            usage.active,
            usage.latents.len(),
            said(prediction.covered_active(), prediction.coverage),
            usage.worst_law_residual
        );
    }
    println!("figures are in {}", out.display());
    Ok(())
}
