//! Opening data that may take long: the sheet that is shown before, and what is told of data afterwards.

use std::path::Path;

use collapse_explorer::app::Explorer;
use collapse_explorer::app::state::data::Sheet;
use collapse_explorer::config::{Colour, RunConfig, Split};
use collapse_explorer::data::{Pixels, Store};
use egui::Vec2;
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT as _;
use image::{Rgb, RgbImage};

use super::{ITEMS, Window, config};

/// The colours of the two classes of [`pictures`]; luminance 0.299 R + 0.587 G + 0.114 B is 97 and 47.
const CAT: [u8; 3] = [200, 40, 120];
const DOG: [u8; 3] = [0, 80, 0];

/// A folder of eight cats and seven dogs of 12 × 12 pixels, and of one file that is cut off.
fn pictures() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (class, colour, count) in [("cat", CAT, 8), ("dog", DOG, 7)] {
        let place = dir.path().join(class);
        std::fs::create_dir(&place).expect("a folder");
        for i in 0..count {
            let picture = RgbImage::from_pixel(12, 12, Rgb(colour));
            let path = place.join(format!("{i}.png"));
            picture.save(&path).expect("a picture");
        }
    }
    let whole = std::fs::read(dir.path().join("dog/0.png")).expect("bytes");
    std::fs::write(dir.path().join("dog/torn.png"), &whole[..40]).expect("written");
    dir
}

/// A ready window that keeps no decoded pictures.
fn ready() -> Window {
    ready_with(config())
}

fn ready_with(config: RunConfig) -> Window {
    let figures = tempfile::tempdir().expect("a folder");
    let folder = figures.path().to_owned();
    let harness = Harness::builder()
        .with_size(Vec2::new(1440.0, 900.0))
        .with_max_steps(2)
        .build_eframe(move |cc| {
            Explorer::with_store(&cc.egui_ctx, config, folder, Store::off()).expect("threads start")
        });
    let mut window = Window { harness, figures };
    window.until("prediction", |s| s.prediction.is_some());
    window.until("steps", |s| s.snapshot.as_ref().is_some_and(|s| s.step > 0));
    window
}

fn sheet(window: &Window) -> &Sheet {
    let sheet = window.state().opening.sheet.as_ref();
    sheet.expect("a sheet")
}

/// Waits until the sheet shows the preview of what it asks for.
fn shown(window: &mut Window) {
    window.until("preview", |s| {
        let sheet = s.opening.sheet.as_ref();
        sheet.is_some_and(|s| !s.waiting && s.preview.is_some())
    });
}

fn open(window: &mut Window, path: &Path) {
    window.enter("data path", path.to_str().expect("UTF-8"));
    shown(window);
}

/// The first pixel of the preview's first picture.
fn pixel(window: &Window) -> [u8; 3] {
    let (_, strip) = sheet(window).preview.as_ref().expect("a preview");
    let item = &strip.items[0];
    [item[0], item[1], item[2]]
}

fn count(window: &Window) -> u64 {
    sheet(window).preview.as_ref().expect("a preview").0.count
}

#[test]
fn a_folder_of_pictures_is_shown_before_it_is_loaded_and_loads_as_chosen() {
    let mut window = ready();
    let run = window.run();
    let folder = pictures();
    open(&mut window, folder.path());
    assert!(window.says("16 items") && window.says("12×12 pixels, in colour"));
    assert!(window.says("cat"), "the classes are named");
    assert_eq!((count(&window), pixel(&window)), (16, CAT));
    // Nothing was loaded: the run goes on beside the sheet.
    let step = window.step();
    window.until("more steps", |s| {
        s.snapshot.as_ref().is_some_and(|s| s.step > step)
    });
    assert_eq!(window.run(), run);

    // The preview follows what is chosen.
    window.pick("Grey");
    assert_eq!(sheet(&window).config.image.colour, Colour::Grey);
    shown(&mut window);
    assert_eq!(pixel(&window), [97; 3]);
    window.set(Role::SpinButton, "side in pixels", 8.0);
    shown(&mut window);
    assert!(window.says("8×8 pixels, grey"));
    window.press("dog");
    shown(&mut window);
    assert_eq!((count(&window), pixel(&window)), (8, [47; 3]));
    window.press("dog");
    window.press("cat");
    window.set(Role::SpinButton, "items to open", 5.0);
    shown(&mut window);
    assert_eq!((count(&window), pixel(&window)), (5, [97; 3]));

    window.press("Open");
    assert!(window.state().opening.sheet.is_none());
    window.until("the pictures", |s| {
        s.data.as_ref().is_some_and(|d| d.dataset.dim() == 64) && s.opening.loading.is_none()
    });
    let data = &window.state().data.as_ref().expect("data").dataset;
    assert_eq!(data.labels.as_deref(), Some(&[0; 5][..]));
    assert!(matches!(&data.pixels, Pixels::Bytes(bytes) if bytes.iter().all(|&b| b == 97)));
    assert!(window.run() > run);
}

#[test]
fn cancelling_loads_nothing_and_the_run_goes_on() {
    let mut window = ready();
    let digest = window.state().data.as_ref().expect("data").digest.clone();
    let run = window.run();
    let folder = pictures();
    open(&mut window, folder.path());
    window.pick("Grey");
    window.press("Cancel");
    let unchanged = |window: &Window| {
        let state = window.state();
        let data = state.data.as_ref().expect("data");
        assert!(state.opening.sheet.is_none() && state.opening.loading.is_none());
        assert_eq!((&data.digest, window.run()), (&digest, run));
        assert_eq!(state.config.data, config().data);
    };
    unchanged(&window);
    let step = window.step();
    window.until("more steps", |s| {
        s.snapshot.as_ref().is_some_and(|s| s.step > step)
    });
    // So does the escape key.
    open(&mut window, folder.path());
    window.harness.key_press(egui::Key::Escape);
    window.frames(3);
    unchanged(&window);
}

#[test]
fn files_that_cannot_be_read_are_listed_with_their_reasons() {
    let mut window = ready();
    let folder = pictures();
    open(&mut window, folder.path());
    window.press("Open");
    window.until("the pictures", |s| {
        s.data.as_ref().is_some_and(|d| d.dataset.len() == 15)
    });
    let skipped = window
        .state()
        .data
        .as_ref()
        .expect("data")
        .dataset
        .skipped
        .clone();
    let (path, reason) = &skipped.listed[0];
    assert!(path.ends_with("dog/torn.png"), "{}", path.display());
    // The notice that tells of it as the data arrive goes away by itself.
    assert!(!window.has(Role::Button, "Copy the list"));
    window.press("1 file skipped");
    window.frames(3);
    window.text(|text| text == path.display().to_string());
    window.text(|text| text == reason);
    window.press("Copy the list");
    window.press("1 file skipped");
    window.frames(3);
    assert!(!window.has(Role::Button, "Copy the list"));
}

#[test]
fn what_goes_wrong_is_said_in_the_sheet_and_the_data_stay() {
    let mut window = ready();
    let run = window.run();
    let folder = pictures();
    let place = folder.path().display().to_string();
    open(&mut window, folder.path());
    folder.close().expect("removed");
    window.pick("Grey");
    window.until("the reason", |s| {
        let sheet = s.opening.sheet.as_ref();
        sheet.is_some_and(|s| s.problem.is_some())
    });
    let problem = sheet(&window).problem.clone().expect("a problem");
    assert_eq!(problem, format!("{place}: there is no such file or folder"));
    window.text(|text| text == problem);
    assert!(window.state().session.problem.is_none(), "the run has none");
    assert_eq!(window.run(), run);
    // What cannot be loaded cannot be opened.
    window.press("Open");
    assert!(window.state().opening.loading.is_none() && window.state().opening.sheet.is_some());
}

#[test]
fn the_data_on_screen_can_be_loaded_otherwise() {
    let mut window = ready();
    let before = window.state().data.as_ref().expect("data").dataset.clone();
    let labels = before.labels.clone().expect("labels");
    let wanted = labels.iter().filter(|l| [3, 7].contains(*l)).count();
    assert!(wanted > 10 && wanted < ITEMS / 2, "{wanted}");
    window.press("Change…");
    shown(&mut window);
    assert!(window.says("28×28 pixels, grey"));
    for class in ["3", "7"] {
        window.press(class);
    }
    window.set(Role::SpinButton, "side in pixels", 14.0);
    shown(&mut window);
    assert_eq!(count(&window), wanted as u64);
    window.press("Open");
    window.until("fewer digits", |s| {
        s.data.as_ref().is_some_and(|d| d.dataset.dim() == 196)
    });
    let after = &window.state().data.as_ref().expect("data").dataset;
    let kept: Vec<u8> = labels.into_iter().filter(|l| [3, 7].contains(l)).collect();
    assert_eq!(after.labels.as_ref(), Some(&kept));
}

#[test]
fn the_data_have_a_workspace_that_shows_and_exports_them() {
    let mut window = ready();
    window.pick("Data");
    window.until("an overview", |s| {
        s.data.as_ref().is_some_and(|d| d.overview.is_some())
    });
    window.frames(3);
    assert!(window.has(Role::Figure, "Samples"));
    let data = window.state().data.as_ref().expect("data");
    let (digest, spectrum) = (data.digest.clone(), data.spectrum.clone());
    assert!(window.says(&digest) && window.says("10 classes"));
    window.pick("Mean & modes");
    window.frames(3);
    assert!(window.has(Role::Figure, "Mean and principal components"));
    window.text(|text| text == "mean, modes 1–7");
    window.pick("Full spectrum");
    window.frames(3);
    // The participation ratio, from the eigenvalues themselves.
    let values = spectrum.expect("a spectrum").eigenvalues.clone();
    let (sum, squares) = values
        .iter()
        .fold((0.0, 0.0), |(s, q), v| (s + v, q + v * v));
    let ratio = sum * sum / squares;
    let digits = if ratio < 10.0 { 2 } else { 1 };
    let expected = format!("(Σζ²)²/Σζ⁴ = {ratio:.digits$}");
    assert!(window.says(&expected), "{expected} of {:?}", window.texts());
    assert!(window.has(Role::Figure, "Singular-value thresholds"));
}

#[test]
fn the_top_bar_has_room_for_its_parts() {
    for (width, workspaces) in [(1440.0, true), (1280.0, true), (900.0, false)] {
        let mut window = Window::open(Vec2::new(width, 800.0), config());
        window.until("a run", |s| s.snapshot.as_ref().is_some_and(|s| s.step > 0));
        let last = window.control(Role::Button, "New seed").rect();
        let first = if workspaces {
            window.control(Role::RadioButton, "Live").rect()
        } else {
            window.control(Role::Button, "Live ▾").rect()
        };
        let help = window.control(Role::Button, "?").rect();
        assert!(last.right() < first.left(), "{width}: {last} {first}");
        assert!(help.right() <= width && last.left() > 0.0, "{help}");
    }
}

#[test]
fn a_text_under_way_survives_the_row_of_a_load() {
    let mut slow = config();
    slow.data.limit = None;
    let mut window = Window::open(Vec2::new(1440.0, 900.0), slow);
    window.control(Role::TextInput, "data path").click();
    window.frames(2);
    window.harness.event(egui::Event::Text("gaus".into()));
    window.frames(2);
    assert!(window.state().opening.loading.is_some(), "still loading");
    window.until("the digits", |s| s.opening.loading.is_none());
    window.harness.event(egui::Event::Text("sian:1".into()));
    window.frames(2);
    let entry = window.control(Role::TextInput, "data path");
    assert_eq!(
        entry.accesskit_node().value().as_deref(),
        Some("gaussian:1")
    );
}

#[test]
fn what_another_choice_mends_is_said_where_it_can_be_made() {
    let mut test = config();
    test.data.split = Split::Test;
    let mut window = ready_with(test);
    let dir = tempfile::tempdir().expect("a folder");
    // Twenty CIFAR-10 records, of the training images only: a label and 3072 bytes.
    let records: Vec<u8> = (0..20_u8)
        .flat_map(|i| std::iter::once(i % 10).chain((0..3072).map(move |p| i * 9 + (p % 7) as u8)))
        .collect();
    std::fs::write(dir.path().join("data_batch_1.bin"), records).expect("written");
    window.enter("data path", dir.path().to_str().expect("UTF-8"));
    window.until("the sheet", |s| s.opening.sheet.is_some());
    window.text(|text| text.contains("choose the split 'train'"));
    window.pick("Train");
    shown(&mut window);
    assert_eq!((count(&window), pixel(&window)), (20, [0, 2, 4]));
    assert!(window.says("32×32 pixels, in colour"));
    // What is not there is out of reach.
    for (split, there) in [("Train", true), ("Valid", false), ("Test", false)] {
        let button = window.control(Role::RadioButton, split);
        assert_eq!(!button.accesskit_node().is_disabled(), there, "{split}");
    }
    window.press("Open");
    window.until("the pictures", |s| {
        s.data.as_ref().is_some_and(|d| d.dataset.dim() == 3072)
    });
    assert!(window.state().session.problem.is_none());
}
