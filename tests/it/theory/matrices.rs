//! Dense matrices as rows of rows, by the definitions: what the library does with decompositions
//! is held against loops.

use collapse_explorer::rng::{self, Stream};
use faer::Mat;

/// Rows of numbers.
pub(super) type Rows = Vec<Vec<f64>>;

/// A matrix of standard normal numbers.
pub(super) fn random(rows: usize, columns: usize, seed: u32) -> Rows {
    (0..rows as u32)
        .map(|i| {
            let entry = |j| f64::from(rng::normal(seed, Stream::Init, j, i));
            (0..columns as u32).map(entry).collect()
        })
        .collect()
}

pub(super) fn product(a: &Rows, b: &Rows) -> Rows {
    let columns = b.first().map_or(0, Vec::len);
    a.iter()
        .map(|row| {
            let entry = |j: usize| row.iter().zip(b).map(|(a, b)| a * b[j]).sum();
            (0..columns).map(entry).collect()
        })
        .collect()
}

pub(super) fn transposed(a: &Rows) -> Rows {
    let columns = a.first().map_or(0, Vec::len);
    (0..columns)
        .map(|j| a.iter().map(|row| row[j]).collect())
        .collect()
}

pub(super) fn trace(a: &Rows) -> f64 {
    a.iter().enumerate().map(|(i, row)| row[i]).sum()
}

pub(super) fn to_mat(a: &Rows) -> Mat<f64> {
    let columns = a.first().map_or(0, Vec::len);
    Mat::from_fn(a.len(), columns, |i, j| a[i][j])
}

pub(super) fn from_mat(a: &Mat<f64>) -> Rows {
    (0..a.nrows())
        .map(|i| (0..a.ncols()).map(|j| a[(i, j)]).collect())
        .collect()
}

/// The moments of a linear problem: A = E[xxᵀ], C = E[yxᵀ] and E‖y‖², x and y centred.
#[derive(Debug, Clone)]
pub(super) struct Moments {
    pub a: Rows,
    pub c: Rows,
    pub total: f64,
}

impl Moments {
    /// x = G s with s ~ N(0, I) of dimension `rank`, y = B x + noise of total variance `extra`.
    pub fn random(n: usize, d: usize, rank: usize, extra: f64, seed: u32) -> Self {
        let g = random(n, rank, seed);
        let a = product(&g, &transposed(&g));
        let b = random(d, n, seed ^ 0x55);
        let c = product(&b, &a);
        let total = trace(&product(&c, &transposed(&b))) + extra;
        Self { a, c, total }
    }

    /// L per sample of a linear network, with (d/2) log 2πγ: `u` is d × κ, `w` n × κ.
    pub fn loss(&self, u: &Rows, w: &Rows, sigma: &[f64], at: At) -> f64 {
        let d = self.c.len() as f64;
        let (aw, cw) = (product(&self.a, w), product(&self.c, w));
        let latent = product(&transposed(w), &aw);
        let gram = product(&transposed(u), u);
        let mut error = self.total - 2.0 * trace(&product(&transposed(u), &cw))
            + trace(&product(&gram, &latent));
        let mut kl = 0.0;
        for (l, s) in sigma.iter().enumerate() {
            error += gram[l][l] * s * s;
            let ratio = s * s / (at.eta * at.eta);
            kl += 0.5 * (latent[l][l] / (at.eta * at.eta) + ratio - ratio.ln() - 1.0);
        }
        error / (2.0 * at.gamma) + 0.5 * d * (std::f64::consts::TAU * at.gamma).ln() + at.beta * kl
    }

    /// The same of one vector: U, W, log σ, all row-major.
    pub fn loss_of(&self, latents: usize, x: &[f64], at: At) -> f64 {
        let (n, d) = (self.a.len(), self.c.len());
        let rows = |x: &[f64]| x.chunks_exact(latents).map(<[f64]>::to_vec).collect();
        let (u, rest) = x.split_at(d * latents);
        let (w, log_sigma) = rest.split_at(n * latents);
        let sigma: Vec<f64> = log_sigma.iter().map(|s| s.exp()).collect();
        self.loss(&rows(u), &rows(w), &sigma, at)
    }
}

/// The objective's numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    pub beta: f64,
    pub gamma: f64,
    pub eta: f64,
}
