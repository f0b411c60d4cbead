//! An axis laid along a stretch of the page, with the logarithms of its ends taken once.

use super::frame::AxisMap;
use crate::plot::spec::Scale;

/// How far outside the stretch a position may lie, in lengths of it: within what every renderer's numbers can hold.
const FAR: f64 = 50.0;

/// One axis from one position to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Along {
    map: AxisMap,
    /// Where the low end lies.
    from: f64,
    /// Signed length.
    length: f64,
    origin: f64,
    per_unit: f64,
}

impl Along {
    /// Lays an axis with its low end at `from` and its high end at `to`.
    pub(crate) fn new(map: AxisMap, from: f64, to: f64) -> Self {
        let (low, high) = (linear(map.scale, map.low), linear(map.scale, map.high));
        Self {
            map,
            from,
            length: to - from,
            origin: low,
            per_unit: 1.0 / (high - low),
        }
    }

    /// The position of `value`; `None` where it has no place on the axis.
    pub(crate) fn at(&self, value: f64) -> Option<f64> {
        let here = linear(self.map.scale, value);
        let unit = (here - self.origin) * self.per_unit;
        here.is_finite()
            .then(|| self.from + self.length * unit.clamp(-FAR, FAR + 1.0))
    }

    /// The value at a position.
    pub(crate) fn value(&self, at: f64) -> f64 {
        self.map.from_unit(self.unit(at))
    }

    /// The share of the axis at a position, 0 at the low end.
    pub(crate) fn unit(&self, at: f64) -> f64 {
        (at - self.from) / self.length
    }

    /// The position of an end that may be infinite: ±∞ (and 0 on a log axis) is the end of the axis.
    pub(crate) fn edge(&self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        let (low, high) = (self.from, self.from + self.length);
        let before = value == f64::NEG_INFINITY || (self.map.scale == Scale::Log10 && value <= 0.0);
        let at = if before {
            low
        } else if value == f64::INFINITY {
            high
        } else {
            self.at(value)?
        };
        Some(at.clamp(low.min(high), low.max(high)))
    }
}

/// The coordinate that is linear along the axis: the value, or log₁₀ of it; not finite where there is no place.
pub(crate) fn linear(scale: Scale, value: f64) -> f64 {
    match scale {
        Scale::Linear => value,
        Scale::Log10 if value > 0.0 => value.log10(),
        Scale::Log10 => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_values_are_inverse() {
        let x = Along::new(AxisMap::new(Scale::Linear, 0.0, 10.0), 100.0, 300.0);
        assert_eq!(x.at(5.0), Some(200.0));
        assert_eq!(x.value(250.0), 7.5);
        // Upwards from 250 to 50 over four decades.
        let y = Along::new(AxisMap::new(Scale::Log10, 0.01, 100.0), 250.0, 50.0);
        assert_eq!(y.at(1.0), Some(150.0));
        assert!((y.value(200.0) - 0.1).abs() < 1e-12);
    }

    #[test]
    fn values_without_a_place_have_none_and_open_ends_reach_the_edge() {
        let x = Along::new(AxisMap::new(Scale::Linear, 0.0, 10.0), 100.0, 300.0);
        let y = Along::new(AxisMap::new(Scale::Log10, 0.01, 100.0), 250.0, 50.0);
        assert_eq!(y.at(0.0), None);
        assert_eq!(y.at(f64::NAN), None);
        assert_eq!(y.edge(0.0), Some(250.0));
        assert_eq!(y.edge(f64::INFINITY), Some(50.0));
        assert_eq!(x.edge(f64::NEG_INFINITY), Some(100.0));
        assert_eq!(x.edge(f64::NAN), None);
        assert!(x.at(1e300).is_some_and(|p| (p as f32).is_finite()));
    }
}
