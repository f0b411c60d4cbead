//! The instruments: every tile has its figure, and their controls do what they say.

use collapse_explorer::app::Tile;
use collapse_explorer::metrics::Quantity;
use egui::accesskit::Role;
use egui_kittest::kittest::NodeT as _;

use super::Window;

#[test]
fn every_instrument_shows_something_while_a_network_trains() {
    let mut window = Window::ready();
    window.pick("Instruments");
    window.frames(6);
    for tile in [
        Tile::Usage,
        Tile::LatentSpace,
        Tile::CollapseCurve,
        Tile::SigmaHistogram,
        Tile::RateDistortion,
    ] {
        assert!(window.has(Role::Figure, tile.title()), "{tile:?}");
    }
}

#[test]
fn a_collapse_curve_is_kept_and_cleared_and_its_delta_is_the_users() {
    let mut window = Window::ready();
    window.pick("Instruments");
    window.frames(6);
    assert!(!window.has(Role::Button, "Clear"));
    window.press("Keep");
    assert!(window.has(Role::Button, "Clear"));
    window.press("Clear");
    assert!(!window.has(Role::Button, "Clear"));
    window.set(Role::SpinButton, "δ of the collapse curve", 0.1);
    let figure = window.control(Role::Figure, Tile::CollapseCurve.title());
    let said = figure.accesskit_node().description().unwrap_or_default();
    assert!(said.contains("0.10)-collapsed"), "{said}");
}

#[test]
fn the_latent_plane_shows_the_latents_chosen() {
    let mut window = Window::ready();
    window.pick("Instruments");
    window.frames(6);
    window.set(Role::SpinButton, "first latent", 2.0);
    window.set(Role::SpinButton, "second latent", 5.0);
    window.frames(3);
    assert!(window.says("z2") && window.says("z5"));
    window.press("Largest KL");
    let order = window.state().usage.by_kl();
    let wanted = format!("z{}", order[0]);
    window.text(|text| text == wanted);
}

#[test]
fn the_latents_are_a_table_to_sort_and_lines_over_training() {
    let mut window = Window::ready();
    window.pick("Table");
    window.frames(4);
    // The first name below the headings is the latent with the largest KL, until another column is asked for.
    let names = |window: &Window| -> Vec<String> {
        let mut names: Vec<(f32, String)> = window
            .texts()
            .into_iter()
            .filter(|(text, at)| {
                let name = text.trim_end_matches(" ×");
                at.x < 760.0 && name.len() == 2 && name.starts_with('z')
            })
            .map(|(text, at)| (at.y, text))
            .collect();
        names.sort_by(|a, b| a.0.total_cmp(&b.0));
        names.into_iter().map(|(_, name)| name).collect()
    };
    window.press("Pause");
    window.paused();
    window.frames(3);
    let best = window.state().usage.by_kl()[0];
    let shown = names(&window);
    assert!(shown.len() >= 3, "{:?}", window.texts());
    assert!(
        shown[0].starts_with(&format!("z{best}")),
        "{shown:?}, {best}"
    );
    let (_, heading) = window.text(|text| text == "Latent");
    let at = heading + egui::vec2(4.0, 4.0);
    window.drag(at, at);
    assert!(names(&window)[0].starts_with("z7"), "{:?}", names(&window));

    window.pick("History");
    window.frames(3);
    assert!(window.has(Role::Figure, "Latents over training"));
}

#[test]
fn both_gains_are_in_the_table_and_in_what_is_saved_of_it() {
    let mut window = Window::ready();
    window.pick("Table");
    window.press("Pause");
    window.paused();
    // Gains are measured once more for the state it stopped at, and then no more.
    window.until("the last evaluation", |s| {
        let snapshot = s.snapshot.as_ref();
        snapshot.is_some_and(|s| s.evaluation.as_ref().is_some_and(|e| e.step == s.step))
    });
    window.frames(3);
    let (_, heading) = window.text(|text| text == "Gain,\ndrawn");
    window.text(|text| text == "Gain,\nzeroed");
    let at = heading + egui::vec2(4.0, 4.0);
    window.drag(at, at);
    window.text(|text| text == "Gain,\ndrawn ▾");
    let mut gains: Vec<(usize, f64)> = window
        .state()
        .usage
        .latents
        .iter()
        .map(|l| (l.index, l.statistics.gain_resampled.expect("measured")))
        .collect();
    gains.sort_by(|a, b| b.1.total_cmp(&a.1));
    // A draw adds noise of its own to what zeroing costs.
    let zeroed = &window.state().usage.latents[gains[0].0].statistics.gain;
    assert!(zeroed.expect("measured") < gains[0].1);
    let first = window
        .texts()
        .into_iter()
        .filter(|(text, at)| {
            at.y > heading.y + 8.0 && (at.x - heading.x).abs() < 3.0 && text.parse::<f64>().is_ok()
        })
        .min_by(|a, b| a.1.y.total_cmp(&b.1.y))
        .expect("a number below the heading");
    let shown: f64 = first.0.parse().expect("a number");
    assert!((shown / gains[0].1 - 1.0).abs() < 0.01, "{shown} {gains:?}");

    window.press("Export ▾");
    window.press("Save all figures (PNG, SVG, CSV)");
    let file = window.figures.path().join("usage.csv");
    let begin = std::time::Instant::now();
    while !file.exists() {
        assert!(
            begin.elapsed() < super::PATIENCE,
            "{:?}",
            std::fs::read_dir(window.figures.path())
                .map(|d| d.flatten().map(|e| e.path()).collect::<Vec<_>>())
        );
        window.frames(1);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let text = std::fs::read_to_string(file).expect("readable");
    let saved: Vec<(usize, f64)> = text
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|row| row.len() == 9 && row[1] == "cell" && row[2] == "gain_resampled")
        .map(|row| {
            (
                row[7].parse().expect("a latent"),
                row[6].parse().expect("a number"),
            )
        })
        .collect();
    // In the order of the table, at full precision.
    assert_eq!(saved, gains);
}

#[test]
fn every_quantity_of_the_latents_is_followed_over_training() {
    let mut window = Window::ready();
    window.until("a history", |s| s.trails.moments.len() > 2);
    window.press("Pause");
    window.paused();
    window.frames(2);
    window.pick("History");
    let state = window.state();
    let evaluation = state.snapshot.as_ref().and_then(|s| s.evaluation.clone());
    let evaluation = evaluation.expect("statistics");
    let last = state.trails.moments.back().expect("a moment");
    assert_eq!(last.step, evaluation.step);
    for (row, latent) in last.latents.iter().zip(&evaluation.latents) {
        let law = latent.var_mu + latent.mean_sigma2 - 1.0;
        assert!((row[Quantity::Law as usize] - law).abs() < 1e-12);
        assert_eq!(Some(row[Quantity::Gain as usize]), latent.gain);
        assert_eq!(
            Some(row[Quantity::GainResampled as usize]),
            latent.gain_resampled
        );
        let beta = row[Quantity::ThresholdFromVariance as usize];
        if latent.var_mu > 0.01 {
            assert!((beta * latent.mean_sigma2 / evaluation.beta - 1.0).abs() < 1e-12);
        } else {
            assert!(beta.is_nan());
        }
    }
    for quantity in Quantity::ALL {
        // The menu is in sentence case.
        let entry = match quantity.name() {
            "law" => "Law",
            "gain, zeroed" => "Gain, zeroed",
            "gain, drawn" => "Gain, drawn",
            symbol => symbol,
        };
        if quantity != Quantity::Kl {
            window.choose("quantity over training", entry);
        }
        // At the axis, besides in the menu where both are spelled alike.
        let wanted = 1 + usize::from(quantity.unit().is_empty() && entry == quantity.name());
        let label = match quantity.unit() {
            "" => quantity.name().to_owned(),
            unit => format!("{} [{unit}]", quantity.name()),
        };
        let at = window.texts();
        let count = at.iter().filter(|(text, _)| *text == label).count();
        assert!(count >= wanted, "{quantity:?}: {at:?}");
    }
}

/// How often the figures of all tiles were built.
fn builds(window: &Window) -> Vec<(Tile, u64)> {
    let explorer = window.harness.state();
    Tile::ALL.map(|tile| (tile, explorer.builds(tile))).into()
}

#[test]
fn a_figure_is_built_anew_when_what_it_is_made_of_changes_and_not_under_the_pointer() {
    let mut window = Window::ready();
    window.press("Pause");
    window.paused();
    window.frames(20);
    let built = |tile: Tile, of: &[(Tile, u64)]| of[tile as usize].1;
    assert!(built(Tile::Thresholds, &builds(&window)) > 0);

    // A row of the table: the pointer there does nothing but point.
    window.pick("Table");
    // What the threads still say after the pause may build figures.
    let mut before = builds(&window);
    let mut quiet = 0;
    while quiet < 20 {
        std::thread::sleep(std::time::Duration::from_millis(5));
        window.frames(1);
        let now = builds(&window);
        quiet = if now == before { quiet + 1 } else { 0 };
        before = now;
    }
    let (_, row) = window.text(|text| text.starts_with("z0"));
    let at = row + egui::vec2(4.0, 4.0);
    window.harness.event(egui::Event::PointerMoved(at));
    window.frames(4);
    assert_eq!(window.state().selection.hovered, Some(0));
    assert_eq!(builds(&window), before, "the pointer built a figure");

    window.set(Role::SpinButton, "β value", 1.5);
    let after = builds(&window);
    for tile in [Tile::Thresholds, Tile::Surface] {
        assert!(built(tile, &after) > built(tile, &before), "{tile:?}");
    }
    // Nobody sees these.
    for tile in [Tile::Phase, Tile::SigmaHistogram] {
        assert_eq!(built(tile, &after), built(tile, &before), "{tile:?}");
    }
}
