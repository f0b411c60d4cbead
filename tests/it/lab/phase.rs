//! Phase diagrams: cells that are their own runs, in any order, kept over restarts.

use std::cell::Cell;
use std::path::Path;

use collapse_explorer::config::Estimator;
use collapse_explorer::lab::phase::{known, run};
use collapse_explorer::lab::{Error, Outcome, PhaseAxis, PhaseMap, PhaseRequest, Quiet, Watcher};
use collapse_explorer::train::Trainer;

use super::linear_sweep;
use crate::common::runs::{SPECTRUM, advance};

/// κ from 1 to 5 over five values of β between the thresholds, on the linear model.
fn request(steps: u64, folder: Option<&Path>) -> PhaseRequest {
    let sweep = linear_sweep(3, 1);
    PhaseRequest {
        setup: sweep.setup,
        data_digest: "gaussian".into(),
        known: sweep.known,
        axis: PhaseAxis::Latents,
        betas: vec![0.5, 1.5, 3.0, 7.0, 12.0],
        rows: vec![1, 2, 3, 4, 5],
        width: 16,
        steps,
        folder: folder.map(Path::to_owned),
    }
}

/// Stops after a number of cells.
struct Impatient(Cell<usize>);

impl Watcher for Impatient {
    fn go_on(&self) -> bool {
        self.0.get() > 0
    }

    fn found(&self, outcome: Outcome) {
        if outcome.count().is_some_and(|(done, _)| done > 0) {
            self.0.set(self.0.get().saturating_sub(1));
        }
    }
}

#[test]
fn every_cell_of_the_linear_model_counts_what_theory_counts() {
    let request = request(800, None);
    assert_eq!(request.budget(), (25, 20_000));
    let mut map = PhaseMap::new(&request, Vec::new()).expect("a diagram");
    run(&request, &mut map, &Quiet).expect("a whole diagram");
    assert!(map.is_complete());
    for (y, &latents) in map.rows.iter().enumerate() {
        for (x, &beta) in map.betas.iter().enumerate() {
            let cell = map.cell(x, y).expect("a cell");
            assert_eq!((cell.beta, cell.row), (beta, latents));
            let result = cell.result.as_ref().expect("a result");
            let living = SPECTRUM.iter().filter(|&&z| z > beta).count().min(latents);
            assert_eq!(
                result.predicted_active,
                Some(living),
                "β {beta}, κ {latents}"
            );
            assert_eq!(result.measured.active, living, "β {beta}, κ {latents}");
            assert_eq!(result.steps, 800);
        }
    }
}

#[test]
fn a_stopped_diagram_goes_on_from_its_file_to_the_same_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let request = request(40, Some(folder.path()));
    let file = request.file().expect("a file");
    for round in 0..3 {
        // As after a restart of the program: everything known comes from the file.
        let kept = known(Some(&file)).expect("readable");
        assert_eq!(kept.len(), 4 * round);
        let mut map = PhaseMap::new(&request, kept).expect("a diagram");
        let outcome = run(&request, &mut map, &Impatient(Cell::new(4)));
        assert!(matches!(outcome, Err(Error::Stopped)), "{outcome:?}");
        assert_eq!(map.done(), 4 * round + 4);
        if round == 0 {
            let corners = [(0, 0), (4, 0), (0, 4), (4, 4)];
            assert!(
                corners.iter().all(|&(x, y)| map.cell(x, y).is_some()),
                "corners come first"
            );
        }
    }
    let mut resumed =
        PhaseMap::new(&request, known(Some(&file)).expect("readable")).expect("a diagram");
    run(&request, &mut resumed, &Quiet).expect("the rest");
    let mut at_once = PhaseMap::new(&request, Vec::new()).expect("a diagram");
    let unkept = PhaseRequest {
        folder: None,
        ..request.clone()
    };
    run(&unkept, &mut at_once, &Quiet).expect("a whole diagram");
    // The file's decimal numbers are a rounding away from those in memory.
    for (a, b) in resumed
        .cells
        .iter()
        .flatten()
        .zip(at_once.cells.iter().flatten())
    {
        let (a, b) = (
            a.result.as_ref().expect("a result"),
            b.result.as_ref().expect("a result"),
        );
        assert_eq!(
            (a.measured.active, a.converged),
            (b.measured.active, b.converged)
        );
        assert!((a.measured.loss - b.measured.loss).abs() <= 1e-12 * b.measured.loss.abs());
    }
    // Nothing is left to do.
    let before = std::fs::metadata(&file)
        .expect("a file")
        .modified()
        .expect("a time");
    run(&request, &mut resumed, &Impatient(Cell::new(0))).expect("nothing to do");
    assert_eq!(
        std::fs::metadata(&file)
            .expect("a file")
            .modified()
            .expect("a time"),
        before
    );
}

#[test]
fn another_base_is_another_diagram_and_another_grid_the_same() {
    let base = request(40, None);
    let key = base.key();
    let finer = PhaseRequest {
        betas: vec![0.5, 1.0, 1.5],
        rows: vec![2],
        ..base.clone()
    };
    assert_eq!(finer.key(), key);
    let changes: [&dyn Fn(&mut PhaseRequest); 4] = [
        &|r| r.steps = 41,
        &|r| r.axis = PhaseAxis::Depth,
        &|r| r.data_digest = "other".into(),
        &|r| {
            let mut setup = (*r.setup).clone();
            setup.config.sampling.seed += 1;
            r.setup = std::sync::Arc::new(setup);
        },
    ];
    for change in changes {
        let mut other = base.clone();
        change(&mut other);
        assert_ne!(other.key(), key);
    }
    // Cells of another diagram are not taken in.
    let mut map = PhaseMap::new(&finer, Vec::new()).expect("a diagram");
    run(&finer, &mut map, &Quiet).expect("a diagram");
    let mut cells: Vec<_> = map.cells.iter().flatten().cloned().collect();
    assert_eq!(
        PhaseMap::new(&base, cells.clone())
            .expect("a diagram")
            .done(),
        2
    );
    for cell in &mut cells {
        cell.key = "another".into();
    }
    assert_eq!(PhaseMap::new(&base, cells).expect("a diagram").done(), 0);
}

#[test]
fn depth_is_a_row_and_zero_is_linear() {
    let request = PhaseRequest {
        axis: PhaseAxis::Depth,
        betas: vec![1.5],
        rows: vec![0, 1, 2],
        ..request(30, None)
    };
    let mut map = PhaseMap::new(&request, Vec::new()).expect("a diagram");
    run(&request, &mut map, &Quiet).expect("a whole diagram");
    let config = |y: usize| map.config(&request.setup.config, 0, y).expect("a cell");
    assert_eq!(config(0).net.encoder.widths().map(|w| w.len()), Some(0));
    assert_eq!(config(0).net.estimator, Estimator::Analytic);
    assert_eq!(config(2).net.encoder.widths(), Some(vec![16, 4]));
    assert_eq!(config(2).net.decoder.widths(), Some(vec![4, 16]));
    assert_eq!(config(2).net.estimator, Estimator::Sampled);
    let result = |y: usize| {
        map.cell(0, y)
            .and_then(|c| c.result.clone().ok())
            .expect("a result")
    };
    assert!(result(0).predicted_loss.is_some() && result(2).predicted_loss.is_none());
    // A cell is the run that its settings say.
    let mut setup = (*request.setup).clone();
    setup.config = config(1);
    let mut trainer = Trainer::new(std::sync::Arc::new(setup)).expect("a run");
    let metrics = advance(&mut trainer, 30, 8);
    let (found, last) = (result(1).measured.loss, metrics[29].loss);
    assert!((found - last).abs() < 0.05 * last.abs(), "{found} {last}");
}

#[test]
fn a_request_without_cells_or_steps_is_refused() {
    for (bad, wanted) in [
        (
            PhaseRequest {
                betas: vec![],
                ..request(1, None)
            },
            "at least one β",
        ),
        (
            PhaseRequest {
                betas: vec![2.0, 1.0],
                ..request(1, None)
            },
            "ascending values",
        ),
        (
            PhaseRequest {
                rows: vec![0],
                ..request(1, None)
            },
            "latents must be",
        ),
        (request(0, None), "at least one step"),
    ] {
        let error = PhaseMap::new(&bad, Vec::new())
            .expect_err("refused")
            .to_string();
        assert!(error.contains(wanted), "{error}");
    }
}
