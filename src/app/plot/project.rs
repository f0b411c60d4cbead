//! From data units to pixels and back, with the logarithms of the axis ends taken once.

use egui::{Pos2, Rect, pos2};

use crate::plot::{AxisMap, Frame, Scale};

/// How far outside the plot a position may lie, in plot lengths; keeps f32 positions sane.
const FAR: f64 = 40.0;

/// One axis in pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PixelAxis {
    map: AxisMap,
    /// Pixel of the low end.
    from: f64,
    /// Signed length in pixels.
    length: f64,
    /// `forward(low)` and 1 / (`forward(high)` − `forward(low)`).
    origin: f64,
    per_unit: f64,
}

impl PixelAxis {
    fn new(map: AxisMap, from: f32, to: f32) -> Self {
        let forward = |v: f64| match map.scale {
            Scale::Linear => v,
            Scale::Log10 => v.log10(),
        };
        let (low, high) = (forward(map.low), forward(map.high));
        Self {
            map,
            from: f64::from(from),
            length: f64::from(to) - f64::from(from),
            origin: low,
            per_unit: 1.0 / (high - low),
        }
    }

    /// Pixel of `value`; `None` where it has no place on the axis.
    pub(crate) fn at(&self, value: f64) -> Option<f32> {
        if !value.is_finite() {
            return None;
        }
        let forward = match self.map.scale {
            Scale::Linear => value,
            Scale::Log10 if value > 0.0 => value.log10(),
            Scale::Log10 => return None,
        };
        let unit = (forward - self.origin) * self.per_unit;
        Some((self.from + self.length * unit.clamp(-FAR, FAR)) as f32)
    }

    /// The value at a pixel.
    pub(crate) fn value(&self, pixel: f32) -> f64 {
        self.map.from_unit(self.unit(pixel))
    }

    /// The share of the axis at a pixel, 0 at the low end.
    pub(crate) fn unit(&self, pixel: f32) -> f64 {
        (f64::from(pixel) - self.from) / self.length
    }

    /// The pixel of an end that may be infinite: ±∞ (and 0 on a log axis) is the plot's edge.
    pub(crate) fn edge(&self, value: f64) -> Option<f32> {
        if value.is_nan() {
            return None;
        }
        let low = value == f64::NEG_INFINITY || (self.map.scale == Scale::Log10 && value <= 0.0);
        let pixel = if low {
            self.from as f32
        } else if value == f64::INFINITY {
            (self.from + self.length) as f32
        } else {
            self.at(value)?
        };
        let (a, b) = (self.from as f32, (self.from + self.length) as f32);
        Some(pixel.clamp(a.min(b), a.max(b)))
    }
}

/// The plot's rectangle with its axes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Projection {
    /// The plot on screen.
    pub(crate) rect: Rect,
    /// Horizontal axis.
    pub(crate) x: PixelAxis,
    /// Left vertical axis.
    pub(crate) y: PixelAxis,
    right: Option<PixelAxis>,
}

impl Projection {
    pub(crate) fn new(rect: Rect, frame: &Frame) -> Self {
        let vertical = |map: AxisMap| PixelAxis::new(map, rect.bottom(), rect.top());
        Self {
            rect,
            x: PixelAxis::new(frame.x, rect.left(), rect.right()),
            y: vertical(frame.y),
            right: frame.right.map(vertical),
        }
    }

    /// The vertical axis a series is read on.
    pub(crate) fn vertical(&self, right: bool) -> &PixelAxis {
        match &self.right {
            Some(axis) if right => axis,
            _ => &self.y,
        }
    }

    /// Pixel of a point; `None` if it has no place.
    pub(crate) fn point(&self, point: [f64; 2], right: bool) -> Option<Pos2> {
        Some(pos2(
            self.x.at(point[0])?,
            self.vertical(right).at(point[1])?,
        ))
    }

    /// Whether a position is in the plot, its edge included.
    pub(crate) fn shows(&self, at: Pos2) -> bool {
        self.rect.expand(0.5).contains(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn projection() -> Projection {
        let frame = Frame {
            x: AxisMap::new(Scale::Linear, 0.0, 10.0),
            y: AxisMap::new(Scale::Log10, 0.01, 100.0),
            right: None,
        };
        let rect = Rect::from_min_max(pos2(100.0, 50.0), pos2(300.0, 250.0));
        Projection::new(rect, &frame)
    }

    #[test]
    fn pixels_and_values_are_inverse_and_y_points_up() {
        let p = projection();
        assert_eq!(p.point([5.0, 1.0], false), Some(pos2(200.0, 150.0)));
        assert!((p.y.value(50.0) - 100.0).abs() < 1e-9);
        assert!((p.y.value(200.0) - 0.1).abs() < 1e-12);
        assert_eq!(p.x.value(250.0), 7.5);
    }

    #[test]
    fn values_without_a_place_have_none_and_open_ends_reach_the_edge() {
        let p = projection();
        assert_eq!(p.y.at(0.0), None);
        assert_eq!(p.y.at(f64::NAN), None);
        assert_eq!(p.y.edge(0.0), Some(250.0));
        assert_eq!(p.y.edge(f64::INFINITY), Some(50.0));
        assert_eq!(p.x.edge(f64::NEG_INFINITY), Some(100.0));
        assert_eq!(p.x.edge(f64::NAN), None);
        assert!(p.x.at(1e300).is_some_and(f32::is_finite));
    }
}
