//! Planes of latent space on which samples are shown: two latents, or the two directions along which the posterior
//! means vary most.
//!
//! The network may turn its latents within a subspace of equal posterior variances, so a pair of latents can hide
//! what a pair of directions shows.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par, Side};

use crate::train::Posterior;

/// Two orthonormal directions in latent space.
#[derive(Debug, Clone, PartialEq)]
pub struct LatentPlane {
    /// The number of latents κ.
    latents: usize,
    /// What each latent that has a part in it adds to the two directions.
    parts: Vec<(usize, [f64; 2])>,
    /// The share of the trace of Var μ along each direction; none for a pair of latents.
    shares: Option<[f64; 2]>,
}

impl LatentPlane {
    /// Two latents out of `latents`; none if they are the same or beyond the last.
    pub fn of_latents(pair: [usize; 2], latents: usize) -> Option<Self> {
        let [a, b] = pair;
        (a != b && a.max(b) < latents).then(|| Self {
            latents,
            parts: vec![(a, [1.0, 0.0]), (b, [0.0, 1.0])],
            shares: None,
        })
    }

    /// The leading two eigenvectors of Var μ = E(μ − Eμ)(μ − Eμ)ᵀ over the samples, in f64.
    ///
    /// An eigenvector has no sign: each is given the one that agrees with `before`, the plane on screen, or else
    /// the one that makes its largest entry positive. None with fewer than two latents or samples, or where a mean
    /// is not finite.
    pub fn principal(posterior: &Posterior, before: Option<&Self>) -> Option<Self> {
        let (n, latents) = (posterior.samples(), posterior.latents());
        if n < 2 || latents < 2 {
            return None;
        }
        let mut mean = vec![0.0; latents];
        for i in 0..n {
            for (sum, mu) in mean.iter_mut().zip(posterior.mu(i)) {
                *sum += f64::from(*mu) / n as f64;
            }
        }
        if !mean.iter().all(|m| m.is_finite()) {
            return None;
        }
        let centred = Mat::from_fn(n, latents, |i, j| f64::from(posterior.mu(i)[j]) - mean[j]);
        let mut covariance = Mat::<f64>::zeros(latents, latents);
        matmul(
            covariance.as_mut(),
            Accum::Replace,
            centred.transpose(),
            centred.as_ref(),
            1.0 / n as f64,
            Par::Seq,
        );
        let eigen = covariance.self_adjoint_eigen(Side::Lower).ok()?;
        let values = eigen.S().column_vector();
        let total: f64 = (0..latents).map(|k| values[k].max(0.0)).sum();
        let direction = |rank: usize| -> (Vec<f64>, f64) {
            // Eigenvalues rise.
            let column = latents - 1 - rank;
            let vector: Vec<f64> = (0..latents).map(|j| eigen.U()[(j, column)]).collect();
            let share = if total > 0.0 {
                values[column].max(0.0) / total
            } else {
                0.0
            };
            (vector, share)
        };
        let (mut first, share) = direction(0);
        let (mut second, other) = direction(1);
        orient(&mut first, before, 0);
        orient(&mut second, before, 1);
        let pairs = first.into_iter().zip(second).map(|(a, b)| [a, b]);
        Some(Self {
            latents,
            parts: pairs.enumerate().collect(),
            shares: Some([share, other]),
        })
    }

    /// The share of Var μ's trace along each direction of a principal pair.
    pub fn shares(&self) -> Option<[f64; 2]> {
        self.shares
    }

    /// κ of the latent space it lies in.
    pub fn latents(&self) -> usize {
        self.latents
    }

    /// Coordinates of a latent vector along the two directions.
    pub fn project(&self, z: &[f32]) -> [f64; 2] {
        let mut at = [0.0; 2];
        for (j, direction) in &self.parts {
            let value = z.get(*j).map_or(f64::NAN, |v| f64::from(*v));
            at[0] += direction[0] * value;
            at[1] += direction[1] * value;
        }
        at
    }

    /// The radius of the circle of the same area as the one-σ ellipse of a posterior with variances `sigma2`,
    /// projected on the plane: ⁴√det(P diag(σ²) Pᵀ), which is √(σ₁σ₂) for a pair of latents.
    pub fn radius(&self, sigma2: &[f32]) -> f64 {
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for (j, [x, y]) in &self.parts {
            let variance = sigma2.get(*j).map_or(f64::NAN, |v| f64::from(*v));
            xx += x * x * variance;
            xy += x * y * variance;
            yy += y * y * variance;
        }
        (xx * yy - xy * xy).max(0.0).sqrt().sqrt()
    }

    /// The point of latent space at these coordinates; what is orthogonal to the plane is `rest`'s, or the prior's
    /// mean.
    pub fn point(&self, at: [f64; 2], rest: Option<&[f32]>) -> Vec<f32> {
        let own = rest.map_or([0.0; 2], |z| self.project(z));
        let mut z: Vec<f64> = (0..self.latents)
            .map(|j| rest.and_then(|z| z.get(j)).map_or(0.0, |v| f64::from(*v)))
            .collect();
        for (j, direction) in &self.parts {
            z[*j] += (at[0] - own[0]) * direction[0] + (at[1] - own[1]) * direction[1];
        }
        z.into_iter().map(|v| v as f32).collect()
    }

    /// The latent with the largest part in each direction, and that part.
    pub fn leading(&self) -> [(usize, f64); 2] {
        [0, 1].map(|k| {
            let most = |a: &&(usize, [f64; 2]), b: &&(usize, [f64; 2])| {
                a.1[k].abs().total_cmp(&b.1[k].abs())
            };
            let found = self.parts.iter().max_by(most);
            found.map_or((0, 0.0), |(j, direction)| (*j, direction[k]))
        })
    }
}

/// Gives an eigenvector its sign.
fn orient(vector: &mut [f64], before: Option<&LatentPlane>, k: usize) {
    let agreement: f64 = before
        .into_iter()
        .flat_map(|plane| &plane.parts)
        .filter_map(|(j, direction)| Some(direction[k] * vector.get(*j)?))
        .sum();
    // Nearly orthogonal to the old one it agrees with neither sign.
    let sign = if agreement.abs() > 1e-3 {
        agreement
    } else {
        let largest = vector.iter().copied();
        largest.fold(
            0.0,
            |most: f64, v| if v.abs() > most.abs() { v } else { most },
        )
    };
    if sign < 0.0 {
        for v in vector {
            *v = -*v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Means 3 s₁ u + 1 s₂ v about an offset, over the four signs: Var μ = 9 uuᵀ + vvᵀ, exactly.
    fn crossed() -> (Posterior, [f64; 3], [f64; 3]) {
        let u = [0.6, 0.8, 0.0];
        let v = [-0.48, 0.36, 0.8];
        let mut mu = Vec::new();
        for (s, t) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
            mu.extend((0..3).map(|j| (5.0 + 3.0 * s * u[j] + t * v[j]) as f32));
        }
        (Posterior::new(3, mu, vec![0.25; 12]), u, v)
    }

    #[test]
    fn the_principal_pair_is_that_of_a_covariance_made_by_hand() {
        let (posterior, u, v) = crossed();
        let plane = LatentPlane::principal(&posterior, None).expect("a plane");
        let shares = plane.shares().expect("shares");
        assert!((shares[0] - 0.9).abs() < 1e-6 && (shares[1] - 0.1).abs() < 1e-6);
        // Their largest entries, 0.8 each, are positive.
        for (j, direction) in &plane.parts {
            assert!((direction[0] - u[*j]).abs() < 1e-6, "{plane:?}");
            assert!((direction[1] - v[*j]).abs() < 1e-6, "{plane:?}");
        }
        let at = plane.project(&[1.0, 0.0, 2.0]);
        assert!((at[0] - 0.6).abs() < 1e-6 && (at[1] - 1.12).abs() < 1e-6);
        // A sphere stays one: 0.5 in every direction.
        assert!((plane.radius(posterior.sigma2(0)) - 0.5).abs() < 1e-6);
        // P diag(1, 4, 9) Pᵀ = [[2.92, 0.864], [0.864, 6.5088]], worked out by hand.
        let radius = (2.92_f64 * 6.5088 - 0.864 * 0.864).powf(0.25);
        assert!((plane.radius(&[1.0, 4.0, 9.0]) - radius).abs() < 1e-6);
        assert_eq!(plane.leading().map(|(j, _)| j), [1, 2]);
    }

    #[test]
    fn a_point_comes_back_and_the_rest_is_kept() {
        let (posterior, u, v) = crossed();
        let plane = LatentPlane::principal(&posterior, None).expect("a plane");
        let point = plane.point([2.0, -1.0], None);
        for j in 0..3 {
            assert!((f64::from(point[j]) - (2.0 * u[j] - v[j])).abs() < 1e-6);
        }
        // w = u × v = (0.64, −0.48, 0.6) is what the plane does not see.
        let w = [0.64, -0.48, 0.6];
        let rest: Vec<f32> = (0..3).map(|j| (4.0 * u[j] + 7.0 * w[j]) as f32).collect();
        let point = plane.point([2.0, -1.0], Some(&rest));
        for j in 0..3 {
            let wanted = 2.0 * u[j] - v[j] + 7.0 * w[j];
            assert!((f64::from(point[j]) - wanted).abs() < 1e-5, "{point:?}");
        }
    }

    #[test]
    fn a_pair_of_latents_is_two_coordinates() {
        let plane = LatentPlane::of_latents([2, 0], 4).expect("a plane");
        assert_eq!(plane.project(&[1.0, 9.0, 3.0, 9.0]), [3.0, 1.0]);
        let radius = plane.radius(&[0.25, 9.0, 4.0, 9.0]);
        assert!((radius - 1.0).abs() < 1e-12);
        assert_eq!(plane.point([5.0, 6.0], None), [6.0, 0.0, 5.0, 0.0]);
        let rest = plane.point([5.0, 6.0], Some(&[1.0, 2.0, 3.0, 4.0]));
        assert_eq!(rest, [6.0, 2.0, 5.0, 4.0]);
        assert!(LatentPlane::of_latents([1, 1], 4).is_none());
        assert!(LatentPlane::of_latents([1, 4], 4).is_none());
    }

    #[test]
    fn a_direction_keeps_the_sign_it_had() {
        let (posterior, ..) = crossed();
        let plane = LatentPlane::principal(&posterior, None).expect("a plane");
        let mut turned = plane.clone();
        for (_, direction) in &mut turned.parts {
            direction[0] = -direction[0];
        }
        let again = LatentPlane::principal(&posterior, Some(&turned)).expect("a plane");
        for ((_, now), (_, was)) in again.parts.iter().zip(&plane.parts) {
            assert!((now[0] + was[0]).abs() < 1e-9 && (now[1] - was[1]).abs() < 1e-9);
        }
        let broken = Posterior::new(2, vec![f32::NAN, 0.0, 1.0, 0.0], vec![1.0; 4]);
        assert!(LatentPlane::principal(&broken, None).is_none());
        let still = Posterior::new(3, vec![2.0; 12], vec![1.0; 12]);
        let shares = LatentPlane::principal(&still, None).and_then(|p| p.shares());
        assert_eq!(shares, Some([0.0, 0.0]));
    }
}
