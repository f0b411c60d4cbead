//! A line or a plane in the space of parameters.

/// Where a network stands relative to a plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Coordinates of the nearest point of the plane.
    pub at: [f64; 2],
    /// Its distance from the plane as a share of its distance from the plane's origin: 0 in the plane, near 1
    /// if it went another way.
    pub outside: f64,
}

/// θ(a, b) = origin + a·d₁ + b·d₂, in the layout of the parameter arena.
#[derive(Debug, Clone)]
pub struct Plane {
    origin: Vec<f32>,
    directions: Vec<Vec<f32>>,
    /// ⟨d₁, d₁⟩, ⟨d₁, d₂⟩, ⟨d₂, d₂⟩.
    gram: [f64; 3],
}

impl Plane {
    /// A plane through `origin` along one or two directions of the same length.
    pub fn new(origin: Vec<f32>, directions: Vec<Vec<f32>>) -> Self {
        let product = |i: usize, j: usize| match (directions.get(i), directions.get(j)) {
            (Some(a), Some(b)) => dot(a, b),
            _ => 0.0,
        };
        Self {
            gram: [product(0, 0), product(0, 1), product(1, 1)],
            origin,
            directions,
        }
    }

    /// The directions.
    pub fn directions(&self) -> &[Vec<f32>] {
        &self.directions
    }

    /// The parameters at (0, 0).
    pub fn origin(&self) -> &[f32] {
        &self.origin
    }

    /// The parameters at a point; a coordinate of 0 leaves the origin's bits as they are.
    pub fn parameters(&self, at: [f64; 2]) -> Vec<f32> {
        let mut out = Vec::new();
        self.parameters_into(at, &mut out);
        out
    }

    pub(super) fn parameters_into(&self, at: [f64; 2], out: &mut Vec<f32>) {
        out.clear();
        out.extend_from_slice(&self.origin);
        for (direction, share) in self.directions.iter().zip(at) {
            if share != 0.0 {
                axpy(share as f32, direction, out);
            }
        }
    }

    /// The place of other parameters, by least squares; `None` if they are not finite or the directions do not
    /// span a plane.
    pub fn place(&self, parameters: &[f32]) -> Option<Place> {
        const BLOCK: usize = 4096;
        let mut offset = 0.0;
        let mut products = [0.0; 2];
        let mut difference = [0.0_f32; BLOCK];
        for start in (0..self.origin.len()).step_by(BLOCK) {
            let end = (start + BLOCK).min(self.origin.len()).min(parameters.len());
            let difference = &mut difference[..end.saturating_sub(start)];
            let pairs = parameters[start..end].iter().zip(&self.origin[start..end]);
            for (to, (now, then)) in difference.iter_mut().zip(pairs) {
                *to = now - then;
            }
            offset += dot(difference, difference);
            for (product, direction) in products.iter_mut().zip(&self.directions) {
                *product += dot(difference, &direction[start..end]);
            }
        }
        let [aa, ab, bb] = self.gram;
        let [pa, pb] = products;
        let at = if self.directions.len() < 2 {
            [pa / aa, 0.0]
        } else {
            let det = aa * bb - ab * ab;
            [(pa * bb - pb * ab) / det, (pb * aa - pa * ab) / det]
        };
        let inside = at[0] * pa + at[1] * pb;
        let outside = if offset > 0.0 {
            ((offset - inside).max(0.0) / offset).sqrt()
        } else {
            0.0
        };
        let finite = at.iter().all(|v| v.is_finite()) && outside.is_finite();
        finite.then_some(Place { at, outside })
    }
}

/// ⟨a, b⟩, in blocks whose sums are carried in f64.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0_f64; LANES];
    let (a_lanes, b_lanes) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a_lanes
        .remainder()
        .iter()
        .zip(b_lanes.remainder())
        .map(|(x, y)| f64::from(*x) * f64::from(*y))
        .sum();
    for (a, b) in a_lanes.zip(b_lanes) {
        for ((sum, x), y) in sums.iter_mut().zip(a).zip(b) {
            *sum += f64::from(*x) * f64::from(*y);
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// out ← out + share·x.
pub(super) fn axpy(share: f32, x: &[f32], out: &mut [f32]) {
    for (out, x) in out.iter_mut().zip(x) {
        *out += share * x;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// 3·4096 + 5 numbers, so that blocks and lanes have remainders.
    fn wave(frequency: f32) -> Vec<f32> {
        (0..12_293).map(|i| (i as f32 * frequency).sin()).collect()
    }

    #[test]
    fn a_known_displacement_is_found_again() {
        // Directions that are far from orthogonal.
        let first = wave(0.01);
        let second: Vec<f32> = wave(0.017)
            .iter()
            .zip(&first)
            .map(|(a, b)| a + 2.0 * b)
            .collect();
        let plane = Plane::new(wave(0.3), vec![first, second]);
        let moved = plane.parameters([0.7, -1.3]);
        let place = plane.place(&moved).unwrap();
        assert!((place.at[0] - 0.7).abs() < 1e-5 && (place.at[1] + 1.3).abs() < 1e-5);
        assert!(place.outside < 1e-3, "{place:?}");
        // Out of the plane by as much as within it, along something orthogonal to both directions.
        let mut away = wave(0.5);
        for direction in plane.directions() {
            // Gram–Schmidt twice over: the directions are not orthogonal to each other.
            for _ in 0..20 {
                for other in plane.directions() {
                    let share = dot(&away, other) / dot(other, other);
                    axpy(-(share as f32), other, &mut away);
                }
            }
            assert!(dot(&away, direction).abs() < 1e-2);
        }
        let step: Vec<f32> = moved
            .iter()
            .zip(plane.origin())
            .map(|(a, b)| a - b)
            .collect();
        let scale = (dot(&step, &step) / dot(&away, &away)).sqrt();
        let mut beside = moved;
        axpy(scale as f32, &away, &mut beside);
        let place = plane.place(&beside).unwrap();
        assert!(
            (place.at[0] - 0.7).abs() < 1e-3 && (place.at[1] + 1.3).abs() < 1e-3,
            "{place:?}"
        );
        assert!((place.outside - 0.5_f64.sqrt()).abs() < 1e-3, "{place:?}");
    }

    #[test]
    fn the_origin_keeps_its_bits() {
        let mut origin = wave(0.2);
        origin[3] = -0.0;
        let plane = Plane::new(origin.clone(), vec![wave(0.1), wave(0.4)]);
        let bits = |v: &[f32]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&plane.parameters([0.0, 0.0])), bits(&origin));
        assert_eq!(plane.place(&vec![f32::NAN; origin.len()]), None);
        let flat = Plane::new(origin.clone(), vec![wave(0.1), wave(0.1)]);
        assert_eq!(flat.place(&wave(0.9)), None);
    }
}
