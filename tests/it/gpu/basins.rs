//! The kernel of basin maps against its native twin.
//!
//! The two compute alike but not bit for bit, and next to the boundary of two basins a rounding
//! decides; so a map may differ there, and nowhere else.

use std::sync::atomic::AtomicBool;

use collapse_explorer::compute::gpu::GpuBasins;
use collapse_explorer::compute::{BasinComputer, BasinPicture};
use collapse_explorer::config::DeviceChoice;
use collapse_explorer::theory::basin::descent::{advance, slope};
use collapse_explorer::theory::{BasinMap, BasinRequest, Fate, SoftThreshold, StartSigma};

use super::{adapter, device};

fn request(alpha: f64, ratio: f64, start: StartSigma) -> BasinRequest {
    let model = SoftThreshold::new(2.0, alpha * 2.0_f64.sqrt(), 0.8, ratio * 2.0 / 0.8, 1.3)
        .expect("a valid model");
    let request = BasinRequest::new(model, (-4.0, 4.0), (-2.5, 2.5)).expect("a rectangle");
    BasinRequest { start, ..request }
}

/// Pixels whose fates differ: next to a boundary of `a`, and elsewhere.
fn differences(a: &BasinMap, b: &BasinMap) -> (usize, usize) {
    let n = a.cells;
    let (mut beside, mut inside) = (0, 0);
    for k in 0..n * n {
        if a.fates[k] == b.fates[k] {
            continue;
        }
        let (i, j) = (k % n, k / n);
        let around = (j.saturating_sub(1)..=(j + 1).min(n - 1))
            .flat_map(|j| (i.saturating_sub(1)..=(i + 1).min(n - 1)).map(move |i| j * n + i));
        if around.map(|k| a.fates[k]).any(|f| f != a.fates[k]) {
            beside += 1;
        } else {
            inside += 1;
        }
    }
    (beside, inside)
}

const CELLS: usize = 40;

#[test]
fn the_kernel_draws_the_map_of_its_twin() {
    let basins = GpuBasins::new(device()).expect("a kernel");
    let cancel = AtomicBool::new(false);
    for (alpha, ratio, start) in [
        (0.0, 0.2, StartSigma::Prior),
        (0.0, 1.5, StartSigma::Prior),
        (0.1, 0.3, StartSigma::Prior),
        (0.4, 0.15, StartSigma::Profiled),
        // Two minima that use the latent, both above the collapsed point.
        (3.6, 0.2, StartSigma::Prior),
    ] {
        let request = request(alpha, ratio, start);
        let native = request.compute::<f32>(CELLS, &cancel).expect("a map");
        let found = basins
            .compute(&request, CELLS, &cancel)
            .expect("a working device")
            .expect("not cancelled");
        let (beside, inside) = differences(&native, &found);
        assert_eq!(inside, 0, "{alpha} {ratio}");
        assert!(
            beside <= CELLS / 4,
            "{alpha} {ratio}: {beside} differ at boundaries"
        );
        // Where most descents end, at about the same step and energy.
        let alike = native
            .steps
            .iter()
            .zip(&found.steps)
            .filter(|(a, b)| a.abs_diff(**b) <= 2);
        assert!(alike.count() * 10 >= CELLS * CELLS * 9, "{alpha} {ratio}");

        // One corrupted pixel in the middle of a basin is found.
        let mut wrong = found.clone();
        let middle = (0..CELLS * CELLS)
            .find(|&k| {
                let (i, j) = (k % CELLS, k / CELLS);
                let inner = (1..CELLS - 1).contains(&i) && (1..CELLS - 1).contains(&j);
                inner
                    && (j - 1..=j + 1)
                        .flat_map(|j| (i - 1..=i + 1).map(move |i| j * CELLS + i))
                        .all(|n| native.fates[n] == native.fates[k])
            })
            .expect("a pixel away from boundaries");
        wrong.fates[middle] = match wrong.fates[middle] {
            Fate::Collapsed => Fate::Positive,
            _ => Fate::Collapsed,
        };
        assert_eq!(differences(&native, &wrong), (beside, 1), "{alpha} {ratio}");
    }
}

/// A few steps from the same starts, number by number.
#[test]
fn the_kernel_takes_the_steps_of_its_twin() {
    let basins = GpuBasins::new(device()).expect("a kernel");
    let request = request(0.4, 0.15, StartSigma::Prior);
    let land = request.landscape::<f32>();
    let starts = request.starts::<f32>(24);
    let steps = 5;
    let found = basins
        .descend(&land, &starts, steps, &AtomicBool::new(false))
        .expect("a working device")
        .expect("not cancelled");
    for (start, found) in starts.iter().zip(&found) {
        let mut native = *start;
        advance(&land, &mut native, steps);
        let scale = 1.0 + slope(&land, start.at).excess.abs();
        assert_eq!(
            (native.fate, native.steps),
            (found.fate, found.steps),
            "{start:?}"
        );
        assert!(
            (native.excess - found.excess).abs() < 3e-5 * scale,
            "{native:?} {found:?}"
        );
        for (a, b) in native.at.iter().zip(found.at) {
            assert!(
                (a - b).abs() < 1e-4 * (1.0 + a.abs()),
                "{native:?} {found:?}"
            );
        }
    }
}

#[test]
fn the_picture_says_what_made_it_and_falls_back_to_the_cpu() {
    let request = request(0.4, 0.15, StartSigma::Prior);
    let cancel = AtomicBool::new(false);
    let mut computer = BasinComputer::default();
    let mut run = |choice: &DeviceChoice| {
        let mut pictures = Vec::new();
        assert!(computer.compute(&request, choice, 40, &cancel, &mut |p| pictures.push(p)));
        pictures
    };
    let cpu = run(&DeviceChoice::Cpu);
    let cells: Vec<usize> = cpu.iter().map(|p| p.map.cells).collect();
    assert_eq!(cells, [16, 32, 40]);
    assert!(
        cpu.iter()
            .all(|p| p.device.starts_with("CPU") && p.fallback.is_none())
    );
    let name = adapter().info().name.clone();
    let gpu = run(&DeviceChoice::Named(name.clone()));
    assert!(
        gpu[2].device.starts_with(&name) && gpu[2].device.ends_with("WGSL"),
        "{}",
        gpu[2].device
    );
    let none = run(&DeviceChoice::Named("no such adapter".into()));
    assert!(none[2].device.starts_with("CPU"));
    assert!(
        none[2]
            .fallback
            .as_ref()
            .is_some_and(|f| f.contains("no such adapter"))
    );
    assert_eq!(none[2].map, cpu[2].map);
    let stopped = AtomicBool::new(true);
    // The coarsest map comes all the same.
    let mut cells = Vec::new();
    let mut progress = |picture: BasinPicture| cells.push(picture.map.cells);
    assert!(!computer.compute(&request, &DeviceChoice::Cpu, 40, &stopped, &mut progress));
    assert_eq!(cells, [16]);
}
