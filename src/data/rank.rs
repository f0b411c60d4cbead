//! How many dimensions data really have: three definitions that agree only where the spectrum has a sharp edge.

use super::spectrum::Spectrum;

/// Shares of the variance whose modes are counted.
pub const SHARES: [f64; 3] = [0.90, 0.95, 0.99];

/// The intrinsic rank of data by several definitions, all of them functions of the eigenvalues ζ² alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IntrinsicRank {
    /// The participation ratio (Σζ²)² / Σζ⁴: r for r equal eigenvalues, 1 for one that outweighs all others. Zero
    /// without variance.
    pub participation: f64,
    /// For each of [`SHARES`] the least number of leading modes that hold at least that share of Σζ².
    pub for_share: [usize; 3],
    /// Eigenvalues above rounding.
    pub positive: usize,
}

impl IntrinsicRank {
    /// The ranks of eigenvalues in descending order, of which `positive` are above rounding.
    pub fn new(eigenvalues: &[f64], positive: usize) -> Self {
        let total: f64 = eigenvalues.iter().sum();
        let largest = eigenvalues.first().copied().unwrap_or(0.0);
        if !(total.is_finite() && total > 0.0) {
            return Self {
                participation: 0.0,
                for_share: [0; 3],
                positive,
            };
        }
        // In units of the largest, so that squares neither overflow nor vanish.
        let sum = total / largest;
        let squares: f64 = eigenvalues.iter().map(|v| (v / largest).powi(2)).sum();
        let for_share = SHARES.map(|share| {
            let mut held = 0.0;
            // A share that is met but for rounding is met.
            let enough = share * total * (1.0 - 1e-12);
            let mut count = 0;
            while held < enough && count < eigenvalues.len() {
                held += eigenvalues[count];
                count += 1;
            }
            count
        });
        Self {
            participation: sum * sum / squares,
            for_share,
            positive,
        }
    }
}

impl Spectrum {
    /// The intrinsic rank of the data by several definitions. Where only leading modes are known, counts beyond these
    /// are too large rather than too small, and the participation ratio is right but for the unknown modes' ζ⁴.
    pub fn intrinsic_rank(&self) -> IntrinsicRank {
        IntrinsicRank::new(&self.filled(), self.rank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Preprocess, Split};
    use crate::data::{Preprocessor, gaussian, spectrum};

    #[test]
    fn a_flat_spectrum_of_r_equal_values_has_rank_r() {
        for r in [1, 2, 7, 20] {
            for level in [1e-200, 0.3, 1e200] {
                let mut values = vec![level; r];
                values.resize(40, 0.0);
                let rank = IntrinsicRank::new(&values, r);
                assert!(
                    (rank.participation - r as f64).abs() < 1e-9 * r as f64,
                    "{rank:?}"
                );
                let counted = SHARES.map(|share| (share * r as f64 - 1e-9).ceil() as usize);
                assert_eq!(rank.for_share, counted);
                assert_eq!(rank.positive, r);
            }
        }
    }

    #[test]
    fn two_levels_follow_the_formula() {
        // (3·4 + 4·1)² / (3·16 + 4·1) = 256/52; 90 % of 16 is 14.4: three large and three small modes.
        let rank = IntrinsicRank::new(&[4.0, 4.0, 4.0, 1.0, 1.0, 1.0, 1.0], 7);
        assert!((rank.participation - 256.0 / 52.0).abs() < 1e-12);
        assert_eq!(rank.for_share, [6, 7, 7]);
        // Exactly 90 %: one mode is enough.
        assert_eq!(IntrinsicRank::new(&[9.0, 1.0], 2).for_share[0], 1);
    }

    #[test]
    fn data_without_variance_have_rank_zero() {
        for values in [&[][..], &[0.0, 0.0]] {
            let rank = IntrinsicRank::new(values, 0);
            assert_eq!((rank.participation, rank.for_share), (0.0, [0; 3]));
        }
    }

    #[test]
    fn a_data_set_of_known_covariance_has_the_rank_of_its_spectrum() {
        let mut wanted = vec![2.0; 5];
        wanted.resize(9, 0.0);
        let data = gaussian::generate(&wanted, None, Split::Train, 3, &|_| true).expect("data");
        let preprocessor = Preprocessor::new(Preprocess::None, &data).expect("it can be prepared");
        let found = spectrum(&data, &preprocessor, 0, &|_| true).expect("a spectrum");
        let rank = found.intrinsic_rank();
        assert!((rank.participation - 5.0).abs() < 1e-4, "{rank:?}");
        assert_eq!((rank.for_share, rank.positive), ([5; 3], 5));
    }
}
