//! From data units to the unit square: which range each axis shows and where a value falls on it.
//!
//! The window and the exporters use the same frame, so they show the same range.

use super::ticks::{self, Tick};
use crate::plot::spec::{Axis, Direction, FigureSpec, HeatMap, Layer, Scale};

/// One axis with its range settled; `low < high`, both finite, both positive on a log axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AxisMap {
    /// Linear or logarithmic.
    pub scale: Scale,
    /// Value at the left or bottom end.
    pub low: f64,
    /// Value at the right or top end.
    pub high: f64,
}

impl AxisMap {
    /// Settles a range: ends that are not finite, equal, reversed or (on a log axis) not positive
    /// are repaired.
    pub fn new(scale: Scale, low: f64, high: f64) -> Self {
        let (low, high) = if low <= high {
            (low, high)
        } else {
            (high, low)
        };
        let (low, high) = match scale {
            Scale::Linear => settle_linear(low, high),
            Scale::Log10 => settle_log(low, high),
        };
        Self { scale, low, high }
    }

    /// Position of `value`, 0 at the low end and 1 at the high end, not clamped; `None` if it has
    /// no place on this axis (NaN, infinite, or not positive on a log axis).
    pub fn to_unit(&self, value: f64) -> Option<f64> {
        let at = self.forward(value)?;
        let (a, b) = (self.forward(self.low)?, self.forward(self.high)?);
        let unit = (at - a) / (b - a);
        unit.is_finite().then_some(unit)
    }

    /// The value at a position: the inverse of [`AxisMap::to_unit`].
    pub fn from_unit(&self, unit: f64) -> f64 {
        match self.scale {
            Scale::Linear => self.low + unit * (self.high - self.low),
            Scale::Log10 => {
                let (a, b) = (self.low.log10(), self.high.log10());
                10_f64.powf(a + unit * (b - a))
            }
        }
    }

    fn forward(&self, value: f64) -> Option<f64> {
        match self.scale {
            Scale::Linear => value.is_finite().then_some(value),
            Scale::Log10 => (value.is_finite() && value > 0.0).then(|| value.log10()),
        }
    }
}

/// Largest magnitude an axis shows; differences of two such numbers are still finite.
const HUGE: f64 = 1e300;

fn settle_linear(low: f64, high: f64) -> (f64, f64) {
    if low.is_nan() || high.is_nan() {
        return (0.0, 1.0);
    }
    let (low, high) = (low.clamp(-HUGE, HUGE), high.clamp(-HUGE, HUGE));
    let least = low.abs().max(high.abs()) * 1e-9;
    if high - low > least && high > low {
        (low, high)
    } else {
        let half = (low.abs() * 0.5).max(if low == 0.0 { 0.5 } else { f64::MIN_POSITIVE });
        (low - half, high + half)
    }
}

fn settle_log(low: f64, high: f64) -> (f64, f64) {
    if high.is_nan() || high <= 0.0 {
        return (0.1, 10.0);
    }
    let high = high.clamp(1e-300, HUGE);
    let low = if low > 0.0 {
        low.clamp(1e-300, HUGE)
    } else {
        high / 1e3
    };
    if high / low > 1.0 + 1e-6 {
        (low, high)
    } else {
        (low / 2.0, high * 2.0)
    }
}

/// The settled axes of a figure and their ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Horizontal axis.
    pub x: AxisMap,
    /// Left vertical axis.
    pub y: AxisMap,
    /// Right vertical axis.
    pub right: Option<AxisMap>,
}

impl Frame {
    /// Settles every axis of `figure`: the range it asks for, else that of its layers with a
    /// little room around them. A heat map fills the plot to its edges, and bars stand on zero.
    pub fn of(figure: &FigureSpec) -> Self {
        let right = figure
            .right
            .as_ref()
            .map(|axis| settle(axis, &extent(figure, axis.scale, Pick::Right)));
        Self {
            x: settle(&figure.x, &extent(figure, figure.x.scale, Pick::X)),
            y: settle(&figure.y, &extent(figure, figure.y.scale, Pick::Left)),
            right,
        }
    }

    /// The vertical axis a series is read on.
    pub fn vertical(&self, right: bool) -> &AxisMap {
        match &self.right {
            Some(axis) if right => axis,
            _ => &self.y,
        }
    }
}

/// Ticks of an axis: its own where it is categorical, else computed for about `count` labels.
pub fn ticks_of(axis: &Axis, map: &AxisMap, count: usize) -> Vec<Tick> {
    match &axis.ticks {
        Some(ticks) => ticks
            .iter()
            .filter(|(value, _)| {
                map.to_unit(*value)
                    .is_some_and(|u| (0.0..=1.0).contains(&u))
            })
            .map(|(value, label)| Tick {
                value: *value,
                label: label.clone(),
                major: true,
            })
            .collect(),
        None => ticks::ticks(map.scale, map.low, map.high, count),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Pick {
    X,
    Left,
    Right,
}

/// What the layers need of one axis.
struct Extent {
    low: f64,
    high: f64,
    scale: Scale,
    /// Bars stand on zero: no room below it.
    on_zero: bool,
    /// Filled to the edges: no room at all.
    tight: bool,
    /// Labels of events are written at the top.
    headroom: bool,
}

impl Extent {
    fn add(&mut self, value: f64) {
        if value.is_finite() && (self.scale == Scale::Linear || value > 0.0) {
            self.low = self.low.min(value);
            self.high = self.high.max(value);
        }
    }

    fn add_map(&mut self, map: &HeatMap, pick: Pick) {
        let (a, b) = if pick == Pick::X {
            map.x_range
        } else {
            map.y_range
        };
        self.add(a);
        self.add(b);
        self.tight = true;
    }
}

fn extent(figure: &FigureSpec, scale: Scale, pick: Pick) -> Extent {
    let mut e = Extent {
        low: f64::INFINITY,
        high: f64::NEG_INFINITY,
        scale,
        on_zero: false,
        tight: false,
        headroom: pick != Pick::X && figure.layers.iter().any(has_top_labels),
    };
    if let (Some(map), true) = (figure.heat_map(), pick != Pick::Right) {
        e.add_map(map, pick);
        return e;
    }
    // Wide or round marks need room at the sides, too.
    let mut round = false;
    for layer in &figure.layers {
        match layer {
            Layer::Series(s) => {
                let on_right = s.right && figure.right.is_some();
                if pick == Pick::X || on_right == (pick == Pick::Right) {
                    let at = usize::from(pick != Pick::X);
                    s.points
                        .iter()
                        .filter(|p| p[1 - at].is_finite())
                        .for_each(|p| e.add(p[at]));
                    round |= s.style.marker().is_some();
                }
            }
            Layer::Bars(bars) => {
                for bar in &bars.items {
                    match pick {
                        Pick::X => {
                            e.add(bar.x - bar.width / 2.0);
                            e.add(bar.x + bar.width / 2.0);
                            round = true;
                        }
                        Pick::Left => {
                            e.add(bar.base);
                            e.add(bar.base + bar.height);
                            e.on_zero = true;
                        }
                        Pick::Right => {}
                    }
                }
            }
            Layer::Band(b) if pick == pick_of(b.direction) => {
                e.add(b.from);
                e.add(b.to);
            }
            Layer::Rule(r) if pick == pick_of(r.direction) => e.add(r.value),
            Layer::Annotation(a) => match pick {
                Pick::X => e.add(a.at[0]),
                Pick::Left => e.add(a.at[1]),
                Pick::Right => {}
            },
            Layer::Column(c) => match pick {
                Pick::X => e.add(c.x),
                Pick::Left => c.cells.iter().for_each(|cell| e.add(cell.y)),
                Pick::Right => {}
            },
            Layer::Ticks(t) if pick == Pick::X => t.values.iter().for_each(|&v| e.add(v)),
            _ => {}
        }
    }
    if pick == Pick::X && !round {
        e.tight = true;
    }
    e
}

fn has_top_labels(layer: &Layer) -> bool {
    match layer {
        Layer::Ticks(t) => t.labels.iter().any(|l| !l.is_empty()),
        Layer::Rule(r) => r.direction == Direction::X && !r.label.is_empty(),
        _ => false,
    }
}

fn pick_of(direction: Direction) -> Pick {
    match direction {
        Direction::X => Pick::X,
        Direction::Y => Pick::Left,
    }
}

fn settle(axis: &Axis, e: &Extent) -> AxisMap {
    if let Some((a, b)) = axis.range {
        return AxisMap::new(axis.scale, a, b);
    }
    if e.low > e.high {
        return match axis.scale {
            Scale::Linear => AxisMap::new(axis.scale, 0.0, 1.0),
            Scale::Log10 => AxisMap::new(axis.scale, 0.1, 10.0),
        };
    }
    let mut map = AxisMap::new(axis.scale, e.low, e.high);
    if !e.tight {
        let share = 0.04;
        let above = if e.headroom { share + 0.1 } else { share };
        let (a, b) = (map.from_unit(-share), map.from_unit(1.0 + above));
        let keeps_zero = e.on_zero && map.low == 0.0;
        map = AxisMap::new(axis.scale, if keeps_zero { 0.0 } else { a }, b);
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Colour, Role, Series};

    #[test]
    fn units_and_values_are_inverse_on_both_scales() {
        let linear = AxisMap::new(Scale::Linear, -2.0, 6.0);
        assert_eq!(linear.to_unit(0.0), Some(0.25));
        assert_eq!(linear.from_unit(0.25), 0.0);
        let log = AxisMap::new(Scale::Log10, 0.01, 100.0);
        assert!((log.to_unit(1.0).expect("positive") - 0.5).abs() < 1e-12);
        assert!((log.from_unit(0.75) - 10.0).abs() < 1e-9);
        assert_eq!(log.to_unit(0.0), None);
        assert_eq!(log.to_unit(f64::NAN), None);
    }

    #[test]
    fn unusable_ranges_are_repaired() {
        for scale in [Scale::Linear, Scale::Log10] {
            for (a, b) in [
                (0.0, 0.0),
                (3.0, 3.0),
                (5.0, -5.0),
                (f64::NAN, 1.0),
                (f64::NEG_INFINITY, f64::INFINITY),
                (-f64::MAX, f64::MAX),
                (1e-310, 1e-310),
                (-3.0, -2.0),
            ] {
                let m = AxisMap::new(scale, a, b);
                assert!(m.low < m.high, "{scale:?} {a} {b}: {m:?}");
                let (l, h) = (m.to_unit(m.low), m.to_unit(m.high));
                assert_eq!((l, h), (Some(0.0), Some(1.0)), "{scale:?} {a} {b}: {m:?}");
            }
        }
    }

    #[test]
    fn a_line_touches_the_sides_and_has_room_above() {
        let mut figure = FigureSpec::new("f", "");
        figure.layers.push(Layer::Series(Series::line(
            "l",
            "",
            vec![
                [0.0, 0.0],
                [10.0, 1.0],
                [f64::NAN, 50.0],
                [3.0, f64::INFINITY],
            ],
            Colour::Role(Role::Foreground),
        )));
        let frame = Frame::of(&figure);
        assert_eq!((frame.x.low, frame.x.high), (0.0, 10.0));
        assert!(frame.y.low < 0.0 && frame.y.high > 1.0 && frame.y.high < 1.2);
    }
}
