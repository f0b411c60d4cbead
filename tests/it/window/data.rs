//! Data: what loads, what is refused, what stays.

use std::time::Duration;

use collapse_explorer::app::state::AppState;
use collapse_explorer::app::state::action::Severity;
use collapse_explorer::config::Preprocess;
use egui::accesskit::Role;
use egui_kittest::kittest::NodeT as _;

use super::{ITEMS, Window};

#[test]
fn a_bad_path_is_an_error_on_screen_and_the_data_stay() {
    let mut window = Window::ready();
    let digest = window.state().data.as_ref().expect("data").digest.clone();
    let run = window.state().run.as_ref().expect("a run").id;
    window.enter("data path", "/nowhere/at/all");
    window.until("refusal", |s| {
        s.session.problem.is_some() && s.opening.loading.is_none()
    });
    let problem = window.state().session.problem.clone().expect("a problem");
    assert!(problem.contains("/nowhere/at/all"), "{problem}");
    // It is on screen, in the status bar or as a notice.
    window.text(|text| text.contains("/nowhere/at/all"));
    let data = window.state().data.as_ref().expect("data");
    assert_eq!((data.digest.clone(), data.dataset.len()), (digest, ITEMS));
    assert_eq!(window.state().run.as_ref().expect("a run").id, run);
    assert!(window.state().prediction.is_some());
    // The run went on.
    let step = window.step();
    window.until("more steps", |s| {
        s.snapshot.as_ref().is_some_and(|s| s.step > step)
    });
}

#[test]
fn an_unreadable_spectrum_is_refused_without_a_load() {
    let mut window = Window::ready();
    window.enter("data path", "gaussian:9,banana");
    let problem = window.state().session.problem.clone().expect("a problem");
    assert!(problem.contains("banana"), "{problem}");
    assert!(window.state().opening.loading.is_none());
    assert!(
        window
            .state()
            .session
            .notices
            .iter()
            .all(|n| n.severity == Severity::Error)
    );
}

#[test]
fn a_typed_spectrum_replaces_the_digits() {
    let mut window = Window::ready();
    window.enter("data path", "gaussian:9,5,2,1,0.3");
    window.until("gaussian data", |s| {
        s.data
            .as_ref()
            .is_some_and(|d| d.dataset.dim() == 5 && d.spectrum.is_some())
    });
    let state = window.state();
    let prediction = state.prediction.as_ref().expect("a prediction");
    for (found, wanted) in prediction
        .problem
        .eigenvalues()
        .iter()
        .zip([9.0, 5.0, 2.0, 1.0, 0.3])
    {
        assert!((found - wanted).abs() < 1e-4, "{found} {wanted}");
    }
    assert_eq!(state.session.recent[0], "gaussian:9,5,2,1,0.3");
    assert!(
        state.ghost.is_none(),
        "a run on other data is nothing to compare with"
    );
    // Vectors have no pictures, and the tile says so.
    window.until("a run on them", |s| {
        s.snapshot
            .as_ref()
            .is_some_and(|s| s.step > 0 && s.evaluation.is_some())
    });
    window.frames(3);
    window.text(|text| text.contains("no picture"));
    assert!(window.state().session.problem.is_none());
}

#[test]
fn a_dropped_file_that_is_no_data_is_refused_by_name() {
    let mut window = Window::ready();
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("notes.txt");
    std::fs::write(&path, "not data").expect("written");
    window.enter("data path", path.to_str().expect("UTF-8"));
    window.until("refusal", |s| s.session.problem.is_some());
    let problem = window.state().session.problem.clone().expect("a problem");
    assert!(problem.contains("notes.txt"), "{problem}");
    // The next thing that works takes the complaint away.
    window.enter("data path", "digits");
    window.until("digits again", |s| {
        s.session.problem.is_none() && s.opening.loading.is_none()
    });
}

/// Two arrays of 40 pictures, one of bytes, one of the same numbers halved.
fn arrays() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let header = |descr: &str| {
        let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (40, 4, 4)}}");
        let text = format!("{text:<117}\n");
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((text.len() as u16).to_le_bytes());
        file.extend(text.bytes());
        file
    };
    let values: Vec<u8> = (0..640_u32).map(|i| (i * i % 251) as u8).collect();
    let halves = values.iter().map(|&v| f32::from(v) / 2.0);
    let halves: Vec<u8> = halves.flat_map(f32::to_le_bytes).collect();
    let write = |name: &str, content: Vec<u8>| {
        std::fs::write(dir.path().join(name), content).expect("written");
    };
    write("bytes.npy", [header("|u1"), values].concat());
    write("real.npy", [header("<f4"), halves].concat());
    dir
}

#[test]
fn preprocessing_that_needs_bytes_is_refused_where_it_can_be_changed() {
    let mut window = Window::ready();
    let dir = arrays();
    let path = |name: &str| dir.path().join(name).to_str().expect("UTF-8").to_owned();
    let loaded = |s: &AppState, name: &str| {
        let data = s.data.as_ref().filter(|d| d.dataset.name == name);
        data.is_some_and(|d| d.spectrum.is_some())
    };
    window.enter("data path", &path("bytes.npy"));
    window.until("bytes", |s| loaded(s, "bytes"));
    window.choose("preprocessing", "Dequantised");
    window.until("noise", |s| {
        s.config.data.preprocess == Preprocess::Dequantize && loaded(s, "bytes")
    });
    let run = window.run();
    // Real values are refused before anything is loaded; what was there goes on.
    window.enter("data path", &path("real.npy"));
    window.until("the sheet", |s| s.opening.sheet.is_some());
    window.frames(3);
    window.text(|text| text.contains("dequantisation fills the steps between grey levels"));
    assert!(
        window
            .control(Role::Button, "Open")
            .accesskit_node()
            .is_disabled()
    );
    assert!(loaded(window.state(), "bytes"));
    assert_eq!(window.run(), run);
    // The sheet is where it can be mended.
    window.choose("preprocessing to open", "Standardised");
    window.until("a look", |s| {
        let sheet = s.opening.sheet.as_ref();
        sheet.is_some_and(|s| s.problem.is_none() && !s.waiting)
    });
    window.press("Open");
    window.until("real values", |s| loaded(s, "real"));
    // On real values the two are out of reach and say why.
    window.control(Role::ComboBox, "preprocessing").click();
    window.frames(3);
    for (kind, reach) in [
        ("None", true),
        ("Centred", true),
        ("Dequantised", false),
        ("Logit", false),
    ] {
        let entry = window.control(Role::Button, kind);
        assert_eq!(entry.accesskit_node().is_disabled(), !reach, "{kind}");
    }
    window.control(Role::Button, "Logit").hover();
    window.frames(8);
    window.text(|text| text.contains("these values have no such steps"));
}

#[test]
fn built_in_real_values_are_refused_in_a_sentence_on_screen() {
    let mut window = Window::ready();
    window.choose("preprocessing", "Logit");
    window.until("logits", |s| s.config.data.preprocess == Preprocess::Logit);
    window.enter("data path", "gaussian:9,5,2");
    window.until("refusal", |s| {
        s.session.problem.is_some() && s.opening.loading.is_none()
    });
    window.text(|text| text.contains("the logit starts from dequantised grey levels"));
    assert_eq!(
        window.state().data.as_ref().expect("data").dataset.len(),
        ITEMS
    );
}

#[test]
fn closing_the_window_stops_its_threads_quickly() {
    let window = Window::ready();
    let begin = std::time::Instant::now();
    drop(window);
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn the_window_says_what_it_waits_for() {
    let window = Window::open(egui::Vec2::new(1440.0, 900.0), super::config());
    // The first frames come before the data.
    assert!(window.has(Role::Button, "Pause"));
    if window.state().data.is_none() {
        window.text(|text| text.contains("Waiting for data"));
    }
}

#[test]
fn lambda_of_the_logit_is_shown_with_the_logit_and_reloads() {
    let mut window = Window::tall();
    assert!(!window.has(Role::SpinButton, "λ of the logit"));
    window.choose("preprocessing", "Logit");
    let lambda = |s: &AppState| {
        let data = s.data.as_ref().filter(|_| s.opening.loading.is_none())?;
        Some(data.preprocessor.transform.logit_lambda)
    };
    window.until("logits", |s| lambda(s) == Some(1e-6));
    window.frames(3);
    assert_eq!(window.state().config.data.logit_lambda, None);
    window.set(Role::SpinButton, "λ of the logit", 0.05);
    window.until("the other λ", |s| lambda(s) == Some(0.05));
    assert_eq!(window.state().config.data.logit_lambda, Some(0.05));
    // The usual value is no choice of its own.
    window.frames(3);
    window.set(Role::SpinButton, "λ of the logit", 1e-6);
    window.until("the usual λ", |s| lambda(s) == Some(1e-6));
    assert_eq!(window.state().config.data.logit_lambda, None);
    window.choose("preprocessing", "Centred");
    window.until("centred values", |s| lambda(s) == Some(0.0));
    window.frames(3);
    assert!(!window.has(Role::SpinButton, "λ of the logit"));
}
