//! Data that stay on disk train exactly like data in memory.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use collapse_explorer::compute::Error;
use collapse_explorer::config::{NetConfig, Preprocess, RunConfig, Split};
use collapse_explorer::data::{Dataset, Pixels, Preprocessor, idx, spectrum};
use collapse_explorer::train::{RunSetup, TrainError, Trainer};

use super::{gzip, idx_file, noise, quiet};

fn open(path: &Path, resident: u64, limit: Option<usize>) -> Dataset {
    idx::load_within(path, Split::Train, limit, resident, &quiet).expect("a data set")
}

fn trainer(data: &Dataset, kind: Preprocess) -> Trainer {
    let mut config = RunConfig {
        net: NetConfig::dense(&[12], 3),
        device: collapse_explorer::config::DeviceChoice::Cpu,
        ..RunConfig::default()
    };
    config.data.preprocess = kind;
    config.sampling.batch = 16;
    let preprocessor = Preprocessor::new(kind, data).expect("it can be prepared");
    Trainer::new(Arc::new(RunSetup {
        config,
        data: Arc::new(data.clone()),
        preprocessor: Arc::new(preprocessor),
    }))
    .expect("a run")
}

#[test]
fn a_large_plain_file_stays_on_disk_and_trains_the_same() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("large");
    fs::write(&path, idx_file(8, &[90, 6, 7], &noise(90 * 42))).expect("a file");
    let (memory, disk) = (open(&path, u64::MAX, None), open(&path, 1000, None));
    assert!(matches!(memory.pixels, Pixels::Bytes(_)));
    assert!(matches!(disk.pixels, Pixels::Stored(_)));
    assert_eq!(disk.memory_bytes(), 0);
    assert_eq!((disk.len(), disk.shape), (memory.len(), memory.shape));
    assert_eq!(disk.digest(), memory.digest());
    assert_eq!(disk.display_row(7), memory.display_row(7));
    let limited = open(&path, 1000, Some(50));
    assert_eq!(limited.len(), 50);
    assert_eq!(limited.digest(), open(&path, u64::MAX, Some(50)).digest());

    for kind in [Preprocess::None, Preprocess::Center, Preprocess::Logit] {
        let eigenvalues = |data: &Dataset| {
            let pre = Preprocessor::new(kind, data).expect("it can be prepared");
            spectrum(data, &pre, 0, &quiet)
                .expect("a spectrum")
                .eigenvalues
        };
        for (a, b) in eigenvalues(&memory).iter().zip(eigenvalues(&disk)) {
            assert!((a - b).abs() < 1e-5 * (1.0 + a), "{kind:?}: {a} {b}");
        }
        let losses = [&memory, &disk].map(|data| {
            let mut metrics = Vec::new();
            trainer(data, kind)
                .train(12, true, &mut metrics)
                .expect("steps");
            metrics.iter().map(|m| m.loss).collect::<Vec<_>>()
        });
        if kind == Preprocess::Center {
            // The mean is summed on another road.
            for (a, b) in losses[0].iter().zip(&losses[1]) {
                assert!((a - b).abs() < 1e-5 * a.abs());
            }
            continue;
        }
        assert_eq!(losses[0], losses[1], "{kind:?}");
    }
}

#[test]
fn compressed_files_and_small_ones_are_read_whole() {
    let dir = tempfile::tempdir().expect("a folder");
    let content = idx_file(8, &[20, 6, 7], &noise(20 * 42));
    let packed = dir.path().join("packed");
    fs::write(&packed, gzip(&content)).expect("a file");
    assert!(matches!(open(&packed, 10, None).pixels, Pixels::Bytes(_)));
    let small = dir.path().join("small");
    fs::write(&small, &content).expect("a file");
    assert!(matches!(
        open(&small, 20 * 42, None).pixels,
        Pixels::Bytes(_)
    ));
    // Shorter than its header says: refused as ever, whatever the limit on memory.
    fs::write(&small, &content[..400]).expect("a file");
    let error = idx::load_within(&small, Split::Train, None, 10, &quiet).expect_err("too short");
    assert!(error.to_string().contains("promises"), "{error}");
}

#[test]
fn a_file_that_shrinks_under_a_run_stops_it_with_the_reason() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("shrinking");
    fs::write(&path, idx_file(8, &[90, 6, 7], &noise(90 * 42))).expect("a file");
    let mut run = trainer(&open(&path, 1000, None), Preprocess::None);
    let mut metrics = Vec::new();
    run.train(3, true, &mut metrics).expect("steps");
    let before = run.checkpoint().expect("a checkpoint");
    fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .and_then(|f| f.set_len(100))
        .expect("a shorter file");
    let error = run.train(3, true, &mut metrics).expect_err("no data");
    assert!(
        matches!(&error, TrainError::Compute(Error::Data(reason)) if reason.contains("shrinking")),
        "{error}"
    );
    let after = run.checkpoint().expect("a checkpoint");
    assert_eq!(after, before, "nothing of the bad step is kept");
}
