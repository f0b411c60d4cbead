//! The figure widget under a simulated pointer: no window, no GPU.

use collapse_explorer::app::plot::{PlotResponse, PlotView};
use collapse_explorer::app::widgets::theme::{self, Theme};
use collapse_explorer::figures::theory::thresholds::DRAG_BETA_GAMMA;
use collapse_explorer::plot::{
    Anchor, Annotation, Axis, Band, Bar, Bars, ColourMap, ColourScale, Dash, Direction, EventTicks,
    FigureSpec, HeatMap, ImageCell, ImageRow, Images, Layer, MarkerStyle, Role, Rule, Scale,
    Series, Shape,
};
use egui::accesskit::Role as Node;
use egui::{Event, Modifiers, PointerButton, Pos2, Vec2, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

const SIZE: Vec2 = Vec2::new(500.0, 300.0);

/// A view, its figure and everything it has reported.
struct State {
    view: PlotView,
    figure: FigureSpec,
    last: Option<PlotResponse>,
    log: Vec<(String, f64, bool)>,
}

fn harness(figure: FigureSpec, size: Vec2) -> Harness<'static, State> {
    let state = State {
        view: PlotView::new(),
        figure,
        last: None,
        log: Vec::new(),
    };
    let mut harness = Harness::builder()
        .with_size(size)
        .with_step_dt(1.0 / 60.0)
        .with_context_setup(|ctx| {
            theme::install_fonts(ctx);
            theme::apply(ctx, Theme::Dark);
        })
        .build_ui_state(
            |ui, state: &mut State| {
                let palette = theme::palette(Theme::Dark);
                let response = state.view.show(ui, &state.figure, &palette);
                if let Some((id, value)) = &response.dragged_rule {
                    state.log.push((id.clone(), *value, response.released));
                }
                state.last = Some(response);
            },
            state,
        );
    harness.run_steps(2);
    harness
}

/// A log-scaled figure with the draggable line βγ = 2.
fn threshold_figure() -> FigureSpec {
    let mut figure = FigureSpec::new("thresholds", "Singular-value thresholds");
    figure.x = Axis::linear("mode index").with_range(0.0, 11.0);
    figure.y = Axis::log10("ζ²").with_range(0.1, 100.0);
    figure.notes = vec!["predicted 6 alive".into()];
    figure.legend = true;
    let points = (1..=10).map(|i| [f64::from(i), 10.0 / f64::from(i)]);
    let marker = MarkerStyle::new(Shape::Circle, true);
    let mut series = Series::markers("alive", "alive", points.collect(), marker, Role::Active);
    series.keys = Some((20..30).collect());
    figure.layers.push(Layer::Series(series));
    figure.layers.push(rule(2.0));
    figure
}

fn rule(value: f64) -> Layer {
    Layer::Rule(Rule {
        direction: Direction::Y,
        value,
        label: "βγ = 2.00".into(),
        colour: Role::Threshold.into(),
        dash: Dash::Solid,
        draggable: Some(DRAG_BETA_GAMMA),
    })
}

fn button(harness: &Harness<'_, State>, at: Pos2, button: PointerButton, pressed: bool) {
    harness.event(Event::PointerMoved(at));
    harness.event(Event::PointerButton {
        pos: at,
        button,
        pressed,
        modifiers: Modifiers::NONE,
    });
}

#[test]
fn a_dragged_line_reports_values_on_the_log_axis() {
    let mut harness = harness(threshold_figure(), SIZE);
    let line = harness.get_by_label("threshold line βγ = 2.00").rect();
    let plot = harness
        .get_by_role_and_label(Node::Figure, "Singular-value thresholds")
        .rect();
    // 2 lies log10(20)/3 of the way up an axis from 0.1 to 100.
    let expected = f64::from(plot.bottom()) - f64::from(plot.height()) * 20_f64.log10() / 3.0;
    assert!((f64::from(line.center().y) - expected).abs() < 1.0);

    let from = line.center() + Vec2::new(0.0, 3.0);
    button(&harness, from, PointerButton::Primary, true);
    harness.step();
    // A sixth of the axis is half a decade: up from 2 to 2·√10.
    for share in [0.25_f32, 0.5, 0.75, 1.0] {
        harness.event(Event::PointerMoved(
            from - Vec2::new(0.0, plot.height() / 6.0 * share),
        ));
        harness.step();
    }
    let state = harness.state();
    let values: Vec<f64> = state.log.iter().map(|l| l.1).collect();
    assert!(values.windows(2).all(|w| w[1] >= w[0]), "{values:?}");
    let last = values.last().expect("a value");
    assert!((last / (2.0 * 10_f64.sqrt()) - 1.0).abs() < 0.01, "{last}");
    assert!(state.log.iter().all(|l| l.0 == DRAG_BETA_GAMMA && !l.2));

    button(
        &harness,
        from - Vec2::new(0.0, plot.height() / 6.0),
        PointerButton::Primary,
        false,
    );
    harness.step();
    let released: Vec<_> = harness.state().log.iter().filter(|l| l.2).collect();
    assert_eq!(released.len(), 1);
    assert!((released[0].1 / last - 1.0).abs() < 1e-6);
    harness.run_steps(3);
    assert_eq!(harness.state().log.iter().filter(|l| l.2).count(), 1);
}

#[test]
fn dragging_far_outside_stays_on_the_axis() {
    let mut harness = harness(threshold_figure(), SIZE);
    let line = harness.get_by_label("threshold line βγ = 2.00").rect();
    button(&harness, line.center(), PointerButton::Primary, true);
    harness.step();
    for y in [-500.0, 5000.0] {
        harness.event(Event::PointerMoved(pos2(line.center().x, y)));
        harness.step();
        let value = harness.state().log.last().expect("a value").1;
        let end: f64 = if y < 0.0 { 100.0 } else { 0.1 };
        assert!((value / end - 1.0).abs() < 1e-6, "{value}");
    }
}

#[test]
fn the_keyboard_moves_a_focused_line() {
    let mut harness = harness(threshold_figure(), SIZE);
    harness.get_by_label("threshold line βγ = 2.00").focus();
    harness.run_steps(2);
    harness.key_press(egui::Key::ArrowUp);
    harness.run_steps(2);
    let (id, value, released) = harness.state().log.last().expect("a value").clone();
    // Half a percent of three decades.
    assert!(
        (value / (2.0 * 10_f64.powf(0.015)) - 1.0).abs() < 1e-3,
        "{value}"
    );
    assert!(id == DRAG_BETA_GAMMA && released);
}

#[test]
fn hovering_and_clicking_find_the_point() {
    let mut harness = harness(threshold_figure(), SIZE);
    let plot = harness
        .get_by_role_and_label(Node::Figure, "Singular-value thresholds")
        .rect();
    // The third point is at (3, 10/3).
    let up = (10.0 / 3.0_f64 / 0.1).log10() / 3.0;
    let at = pos2(
        plot.left() + plot.width() * 3.0 / 11.0 + 2.0,
        plot.bottom() - plot.height() * up as f32 - 3.0,
    );
    harness.event(Event::PointerMoved(at));
    harness.run_steps(2);
    let seen = harness.state().last.clone().expect("a response");
    assert_eq!(seen.hovered_series.as_deref(), Some("alive"));
    assert_eq!(seen.hovered_index, Some(2));
    assert_eq!(seen.hovered_latent, Some(22));
    assert_eq!(seen.hovered_value, Some([3.0, 10.0 / 3.0]));
    assert_eq!(seen.clicked_index, None);
    button(&harness, at, PointerButton::Primary, true);
    button(&harness, at, PointerButton::Primary, false);
    harness.step();
    assert_eq!(
        harness
            .state()
            .last
            .as_ref()
            .expect("a response")
            .clicked_index,
        Some(2)
    );

    harness.event(Event::PointerMoved(plot.right_top() + Vec2::new(-4.0, 4.0)));
    harness.run_steps(2);
    assert_eq!(
        harness
            .state()
            .last
            .as_ref()
            .expect("a response")
            .hovered_index,
        None
    );
}

#[test]
fn a_box_zooms_and_a_double_click_resets() {
    let mut harness = harness(threshold_figure(), SIZE);
    let plot = harness
        .get_by_role_and_label(Node::Figure, "Singular-value thresholds")
        .rect();
    let from = plot.left_top() + plot.size() * 0.1;
    let to = plot.left_top() + plot.size() * 0.4;
    drag(&mut harness, PointerButton::Secondary, from, to);
    assert!(harness.state().view.is_zoomed());
    // From a tenth to four tenths of 0–11, less what it takes to tell a drag from a click.
    let [left, _] = shown_at(&mut harness, plot.left_center() + Vec2::new(1.0, 0.0));
    let [right, _] = shown_at(&mut harness, plot.right_center() - Vec2::new(1.0, 0.0));
    assert!(
        (1.1..1.6).contains(&left) && (right - 4.4).abs() < 0.1,
        "{left} {right}"
    );
    double_click(&mut harness, to);
    assert!(!harness.state().view.is_zoomed());
    let [right, _] = shown_at(&mut harness, plot.right_center() - Vec2::new(1.0, 0.0));
    assert!((right - 11.0).abs() < 0.1, "{right}");
}

/// Two linked views, one above the other, and one that is not linked.
struct Three {
    views: [PlotView; 3],
    figures: [FigureSpec; 3],
    last: [Option<PlotResponse>; 3],
}

#[test]
fn views_along_the_same_axis_move_together_and_show_each_others_pointer() {
    let figure = |id: &str, title: &str, most: f64| {
        let mut figure = threshold_figure();
        figure.id = id.into();
        figure.title = title.into();
        figure.x.range = Some((0.0, most));
        figure.layers.pop();
        figure
    };
    let state = Three {
        views: [PlotView::linked(), PlotView::linked(), PlotView::new()],
        figures: [
            figure("a", "A", 10.0),
            figure("b", "B", 20.0),
            figure("c", "C", 10.0),
        ],
        last: [None, None, None],
    };
    let mut harness = Harness::builder()
        .with_size(Vec2::new(500.0, 600.0))
        .with_step_dt(1.0 / 60.0)
        .build_ui_state(
            |ui, state: &mut Three| {
                let palette = theme::palette(Theme::Dark);
                for k in 0..3 {
                    ui.allocate_ui(Vec2::new(480.0, 180.0), |ui| {
                        let out = state.views[k].show(ui, &state.figures[k], &palette);
                        state.last[k] = Some(out);
                    });
                }
            },
            state,
        );
    harness.run_steps(3);
    let plots = ["A", "B", "C"].map(|t| harness.get_by_role_and_label(Node::Figure, t).rect());
    // Vertical lines over the whole height of a plot that are at no tick.
    let cursors = |harness: &Harness<'_, Three>, plot: egui::Rect| {
        let lines = harness.output().shapes.iter().filter(|s| match &s.shape {
            egui::Shape::LineSegment { points: [a, b], .. } => {
                a.x == b.x
                    && (a.y - b.y).abs() > plot.height() - 2.0
                    && plot
                        .expand(1.0)
                        .contains_rect(egui::Rect::from_two_pos(*a, *b))
            }
            _ => false,
        });
        lines.count()
    };
    let before = plots.map(|plot| cursors(&harness, plot));
    harness.event(Event::PointerMoved(plots[0].center()));
    harness.run_steps(3);
    let after = plots.map(|plot| cursors(&harness, plot));
    assert_eq!(after[1], before[1] + 1);
    assert_eq!(after[2], before[2]);

    harness.event_modifiers(
        Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            source: egui::MouseWheelSource::Wheel,
            delta: Vec2::new(0.0, 150.0),
            phase: egui::TouchPhase::Move,
            modifiers: Modifiers::COMMAND,
        },
        Modifiers::COMMAND,
    );
    harness.run_steps(15);
    let zoomed = [0, 1, 2].map(|k| harness.state().views[k].is_zoomed());
    assert_eq!(zoomed, [true, true, false]);
    let mut left = |k: usize| {
        harness.event(Event::PointerMoved(
            plots[k].left_center() + Vec2::new(0.6, 0.0),
        ));
        harness.run_steps(2);
        let last = harness.state().last[k].as_ref().expect("a response");
        last.pointer.expect("in the plot")[0]
    };
    let (a, b, c) = (left(0), left(1), left(2));
    assert!(a > 0.5 && (a - b).abs() < 0.05 && c < 0.05, "{a} {b} {c}");
}

/// Drags with a button, in steps as a hand does.
fn drag(harness: &mut Harness<'_, State>, with: PointerButton, from: Pos2, to: Pos2) {
    button(harness, from, with, true);
    harness.step();
    for share in [0.05, 0.1, 0.5, 1.0] {
        harness.event(Event::PointerMoved(from + (to - from) * share));
        harness.step();
    }
    button(harness, to, with, false);
    harness.run_steps(3);
}

fn double_click(harness: &mut Harness<'_, State>, at: Pos2) {
    for pressed in [true, false, true, false] {
        button(harness, at, PointerButton::Primary, pressed);
    }
    harness.run_steps(3);
}

/// The values under the pointer at a place on screen.
fn shown_at(harness: &mut Harness<'_, State>, at: Pos2) -> [f64; 2] {
    harness.event(Event::PointerMoved(at));
    harness.run_steps(2);
    let last = harness.state().last.as_ref().expect("a response");
    last.pointer.expect("the pointer is in the plot")
}

fn wheel(harness: &mut Harness<'_, State>, at: Pos2, by: f32) {
    harness.event(Event::PointerMoved(at));
    harness.event_modifiers(
        Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            source: egui::MouseWheelSource::Wheel,
            delta: Vec2::new(0.0, by),
            phase: egui::TouchPhase::Move,
            modifiers: Modifiers::COMMAND,
        },
        Modifiers::COMMAND,
    );
    harness.run_steps(12);
}

fn plot_of(harness: &Harness<'_, State>) -> egui::Rect {
    harness
        .get_by_role_and_label(Node::Figure, "Singular-value thresholds")
        .rect()
}

#[test]
fn a_whole_figure_stays_where_it_is_and_a_part_moves_with_the_pointer() {
    let mut harness = harness(threshold_figure(), SIZE);
    let plot = plot_of(&harness);
    let (here, there) = (
        plot.center() - Vec2::new(0.0, 60.0),
        plot.center() + Vec2::new(80.0, -60.0),
    );
    drag(&mut harness, PointerButton::Primary, here, there);
    assert!(!harness.state().view.is_zoomed());

    wheel(&mut harness, here, 120.0);
    assert!(harness.state().view.is_zoomed());
    let taken = shown_at(&mut harness, here);
    drag(&mut harness, PointerButton::Primary, here, there);
    let [x, _] = shown_at(&mut harness, there);
    // What was taken hold of is still under the pointer.
    assert!((x - taken[0]).abs() < 0.15, "{x} {taken:?}");
    // Never beyond the figure, however far it is dragged.
    for _ in 0..8 {
        drag(
            &mut harness,
            PointerButton::Primary,
            plot.center() - Vec2::new(150.0, 60.0),
            plot.center() + Vec2::new(150.0, -60.0),
        );
    }
    let [left, _] = shown_at(&mut harness, plot.left_center() + Vec2::new(0.6, -60.0));
    assert!((0.0..0.05).contains(&left), "{left}");
    // And zooming out as far as it goes shows the whole.
    wheel(&mut harness, here, -2000.0);
    assert!(!harness.state().view.is_zoomed());
}

#[test]
fn the_wheel_zooms_about_the_pointer_on_a_logarithmic_axis() {
    let mut harness = harness(threshold_figure(), SIZE);
    let plot = plot_of(&harness);
    let at = plot.left_top() + plot.size() * 0.3;
    let before = shown_at(&mut harness, at);
    let top = shown_at(&mut harness, plot.left_top() + Vec2::splat(0.6))[1];
    assert!((top / 100.0 - 1.0).abs() < 0.05, "{top}");
    wheel(&mut harness, at, 120.0);
    let after = shown_at(&mut harness, at);
    assert!(
        (after[0] / before[0] - 1.0).abs() < 1e-3,
        "{before:?} {after:?}"
    );
    assert!(
        (after[1] / before[1] - 1.0).abs() < 1e-3,
        "{before:?} {after:?}"
    );
    // The axis ends nearer to the pointer, by the same factor in decades on both sides.
    let high = shown_at(&mut harness, plot.left_top() + Vec2::splat(0.6))[1];
    let low = shown_at(&mut harness, plot.left_bottom() + Vec2::new(0.6, -0.6))[1];
    let share = |end: f64, was: f64| (end / after[1]).log10() / (was / after[1]).log10();
    let (up, down) = (share(high, 100.0), share(low, 0.1));
    assert!(up < 0.9 && (up - down).abs() < 0.02, "{up} {down}");
}

#[test]
fn dragging_along_an_axis_zooms_along_it_alone() {
    let mut harness = harness(threshold_figure(), SIZE);
    let plot = plot_of(&harness);
    let below = plot.center_bottom() + Vec2::new(0.0, 10.0);
    drag(
        &mut harness,
        PointerButton::Primary,
        below,
        below + Vec2::new(60.0, 0.0),
    );
    let [left, _] = shown_at(&mut harness, plot.left_center() + Vec2::new(0.6, 0.0));
    let [_, top] = shown_at(&mut harness, plot.center_top() + Vec2::new(0.0, 0.6));
    assert!(left > 1.0, "{left}");
    assert!((top / 100.0 - 1.0).abs() < 0.05, "{top}");
}

#[test]
fn an_entry_of_the_legend_hides_its_layer_and_shows_it_again() {
    let mut harness = harness(threshold_figure(), SIZE);
    let plot = plot_of(&harness);
    // The third point is at (3, 10/3).
    let up = (10.0 / 3.0_f32 / 0.1).log10() / 3.0;
    let at = plot.left_bottom() + Vec2::new(plot.width() * 3.0 / 11.0, -plot.height() * up);
    let hovered = |harness: &mut Harness<'_, State>| {
        shown_at(harness, at);
        harness
            .state()
            .last
            .as_ref()
            .expect("a response")
            .hovered_index
    };
    assert_eq!(hovered(&mut harness), Some(2));
    let entry = |harness: &Harness<'_, State>| {
        harness
            .get_by_role_and_label(Node::CheckBox, "show alive")
            .click();
    };
    entry(&harness);
    harness.run_steps(3);
    assert_eq!(hovered(&mut harness), None);
    entry(&harness);
    harness.run_steps(3);
    assert_eq!(hovered(&mut harness), Some(2));
    // By the keyboard as well.
    harness
        .get_by_role_and_label(Node::CheckBox, "show alive")
        .focus();
    harness.run_steps(2);
    harness.key_press(egui::Key::Space);
    harness.run_steps(3);
    assert_eq!(hovered(&mut harness), None);
    harness.state_mut().view.reset_view();
    harness.run_steps(3);
    assert_eq!(hovered(&mut harness), Some(2));
}

#[test]
fn an_unchanged_figure_is_laid_out_once() {
    let mut harness = harness(threshold_figure(), SIZE);
    harness.run_steps(3);
    let built = harness.state().view.scenes_built();
    harness.run_steps(10);
    // A copy at another address is the same figure.
    harness.state_mut().figure = threshold_figure();
    harness.run_steps(10);
    assert_eq!(harness.state().view.scenes_built(), built);
    harness.state_mut().figure.notes[0].push('!');
    harness.run_steps(3);
    assert_eq!(harness.state().view.scenes_built(), built + 1);
}

#[test]
fn plain_scrolling_is_left_to_the_window() {
    let mut harness = harness(threshold_figure(), SIZE);
    let scroll = |harness: &Harness<'_, State>, modifiers| {
        harness.event(Event::PointerMoved(pos2(250.0, 120.0)));
        harness.event_modifiers(
            Event::MouseWheel {
                unit: egui::MouseWheelUnit::Point,
                source: egui::MouseWheelSource::Wheel,
                delta: Vec2::new(0.0, 40.0),
                phase: egui::TouchPhase::Move,
                modifiers,
            },
            modifiers,
        );
    };
    scroll(&harness, Modifiers::NONE);
    harness.run_steps(3);
    assert!(!harness.state().view.is_zoomed());
    scroll(&harness, Modifiers::COMMAND);
    harness.run_steps(3);
    assert!(harness.state().view.is_zoomed());
}

fn heat_map(values: Vec<f64>, nx: usize, ny: usize) -> FigureSpec {
    let mut figure = FigureSpec::new("surface", "Loss surface");
    figure.layers.push(Layer::HeatMap(HeatMap {
        id: "loss".into(),
        x_range: (-1.0, 1.0),
        y_range: (-2.0, 2.0),
        nx,
        ny,
        values,
        colour_map: ColourMap::Cividis,
        categories: Vec::new(),
        scale: ColourScale::Linear,
        range: None,
        contours: vec![0.5],
        label: "log loss".into(),
        smooth: true,
    }));
    figure
}

#[test]
fn a_heat_map_is_painted_once_until_it_changes() {
    let values: Vec<f64> = (0..256 * 256).map(|k| f64::from(k % 251)).collect();
    let mut harness = harness(heat_map(values.clone(), 256, 256), SIZE);
    harness.run_steps(5);
    assert_eq!(harness.state().view.texture_uploads(), 1);
    // A copy at another address with the same numbers is the same map.
    harness.state_mut().figure = heat_map(values.clone(), 256, 256);
    harness.run_steps(2);
    assert_eq!(harness.state().view.texture_uploads(), 1);
    let mut other = values;
    other[40_000] = f64::NAN;
    harness.state_mut().figure = heat_map(other, 256, 256);
    harness.run_steps(3);
    assert_eq!(harness.state().view.texture_uploads(), 2);
}

#[test]
fn hovering_a_heat_map_finds_the_cell_from_the_bottom() {
    let mut harness = harness(heat_map((0..12).map(f64::from).collect(), 4, 3), SIZE);
    let plot = harness
        .get_by_role_and_label(Node::Figure, "Loss surface")
        .rect();
    // Second column, top row: cell 2·4 + 1.
    let at = plot.left_top() + Vec2::new(plot.width() * 0.4, plot.height() * 0.1);
    harness.event(Event::PointerMoved(at));
    harness.run_steps(2);
    let seen = harness.state().last.clone().expect("a response");
    assert_eq!(seen.hovered_series.as_deref(), Some("loss"));
    assert_eq!(seen.hovered_index, Some(9));
    let [x, y] = seen.hovered_value.expect("a value");
    assert!((x + 0.2).abs() < 0.02 && (y - 1.6).abs() < 0.04, "{x} {y}");
}

fn pictures(shade: u8, count: usize) -> FigureSpec {
    let cell = |k: usize| ImageCell {
        width: 4,
        height: 4,
        channels: 1,
        pixels: vec![shade.wrapping_add(k as u8); 16].into(),
        caption: String::new(),
    };
    let row = |label: &str| ImageRow {
        label: label.into(),
        images: (0..count).map(cell).collect(),
    };
    let mut figure = FigureSpec::new("pictures", "Reconstructions");
    figure.layers.push(Layer::Images(Images {
        rows: vec![row("input"), row("reconstruction")],
    }));
    figure
}

#[test]
fn pictures_are_uploaded_once_until_they_change() {
    let mut harness = harness(pictures(0, 8), SIZE);
    harness.run_steps(4);
    harness.state_mut().figure = pictures(0, 8);
    harness.run_steps(2);
    assert_eq!(harness.state().view.texture_uploads(), 1);
    harness.state_mut().figure = pictures(9, 8);
    harness.run_steps(2);
    assert_eq!(harness.state().view.texture_uploads(), 2);
}

/// One of every layer, from these numbers.
fn everything(v: &[f64]) -> Vec<Layer> {
    let points: Vec<[f64; 2]> = v
        .iter()
        .zip(v.iter().rev())
        .map(|(a, b)| [*a, *b])
        .collect();
    let first = v.first().copied().unwrap_or(f64::NAN);
    let last = v.last().copied().unwrap_or(f64::NAN);
    let mut layers = vec![Layer::Series(Series::line(
        "l",
        "line",
        points.clone(),
        Role::Second,
    ))];
    for (k, shape) in [
        Shape::Circle,
        Shape::Cross,
        Shape::TriangleUp,
        Shape::Square,
        Shape::Ring,
        Shape::Diamond,
        Shape::Dash,
    ]
    .into_iter()
    .enumerate()
    {
        let marker = MarkerStyle::new(shape, k % 2 == 0);
        let colour = Role::Active;
        let series = Series::markers(&format!("m{k}"), "marks", points.clone(), marker, colour);
        layers.push(Layer::Series(series));
    }
    layers.push(Layer::Bars(Bars {
        id: "b".into(),
        name: "bars".into(),
        items: v
            .iter()
            .map(|&x| Bar {
                x,
                base: 0.0,
                height: last,
                width: 0.5,
                colour: Role::Inactive.into(),
                hatched: true,
                label: String::new(),
                key: None,
            })
            .collect(),
        colour: Role::Inactive.into(),
    }));
    layers.push(Layer::Band(Band {
        name: "band".into(),
        from: first,
        to: last,
        direction: Direction::X,
        colour: Role::Inactive.into(),
        opacity: f64::NAN,
    }));
    layers.push(rule(last));
    layers.push(Layer::Annotation(Annotation {
        at: [first, last],
        text: "a long remark at a point".into(),
        colour: Role::Muted.into(),
        anchor: Anchor::Above,
    }));
    layers.push(Layer::Ticks(EventTicks {
        id: "t".into(),
        values: v.to_vec(),
        labels: vec!["β = 1".into(); v.len()],
        colour: Role::Threshold.into(),
    }));
    layers
}

#[test]
fn every_layer_survives_any_numbers_at_any_size() {
    let nan = f64::NAN;
    let inf = f64::INFINITY;
    let sets: [&[f64]; 6] = [
        &[],
        &[nan],
        &[1.0, nan, inf, -inf, 0.0, -1.0],
        &[1e300, -1e300, 1e-300],
        &[3.0, 3.0],
        &[1.0, 2.0, 30.0],
    ];
    for numbers in sets {
        for scale in [Scale::Linear, Scale::Log10] {
            for size in [
                Vec2::new(260.0, 140.0),
                Vec2::new(1200.0, 400.0),
                Vec2::splat(30.0),
            ] {
                let mut figure = FigureSpec::new("f", "All");
                figure.x = Axis {
                    scale,
                    ..Axis::linear("x")
                };
                figure.y = Axis {
                    scale,
                    ..Axis::linear("y")
                };
                figure.right = Some(Axis::log10("right"));
                figure.legend = true;
                figure.notes = vec!["a note that is too long for a small tile".into(); 4];
                figure.layers = everything(numbers);
                let mut harness = harness(figure, size);
                harness.event(Event::PointerMoved((size / 2.0).to_pos2()));
                harness.run_steps(2);

                let mut map = heat_map(numbers.to_vec(), numbers.len(), 1);
                map.x.scale = scale;
                harness.state_mut().figure = map;
                harness.run_steps(2);
                harness.state_mut().figure = pictures(3, numbers.len());
                harness.run_steps(2);
            }
        }
    }
}

#[test]
fn a_map_or_picture_of_the_wrong_size_is_not_drawn() {
    let mut harness = harness(heat_map(vec![1.0; 5], 2, 3), SIZE);
    harness.run_steps(2);
    let mut figure = pictures(1, 3);
    let Layer::Images(images) = &mut figure.layers[0] else {
        panic!("pictures");
    };
    images.rows[0].images[1].pixels = vec![1; 3].into();
    images.rows[0].images[2].width = usize::MAX;
    images.rows[1].images[0].width = 0;
    harness.state_mut().figure = figure;
    harness.run_steps(2);
}

#[test]
fn the_signs_the_window_uses_have_glyphs() {
    // The harness fails on a character without a glyph in the installed fonts.
    let signs = "β γ σ ζ κ μ η ε δ λ Σ ² ³ ⁻ ₁ ₂ △ ↺ ◐ ▸ ▶ ◂ ▾ ↕ ↔ → × − · … ≤ ≥ ∞ √ ‖ ● ○";
    let mut harness = Harness::builder()
        .with_context_setup(theme::install_fonts)
        .build_ui(|ui| {
            ui.label(signs);
        });
    harness.run();
}
