//! What a straight way to the collapsed solution says about the price of collapse.
//!
//! L(t) along the segment is drawn at three decoder variances: the γ in force, the best one for the network as it
//! stands, γ* = f/d, and the γ′ above which collapse is cheaper (Dai et al. 2020, Proposition 2). With V and f the
//! squared errors at the collapsed end and at the network, and K the KL the network pays, all *measured* at the
//! ends of the way, γ′ = (V − f)/(2βK) makes both ends cost the same by definition: the encoder's moments are held
//! at each end, and only γ moves.

use crate::config::Likelihood;
use crate::theory::estimators::{MEASURABLE_KL, gamma_prime, gamma_star};

use super::{Landscape, LandscapeKind};

/// The price of collapse for one network.
#[derive(Debug, Clone, PartialEq)]
pub struct CollapsePath {
    /// γ in force, γ* and γ′ (NaN where it does not exist: every latent is dead, or the likelihood has no γ).
    pub gammas: [f64; 3],
    /// (t, L) in nats at each of the three; empty where γ does not exist or is not positive.
    pub curves: [Vec<[f64; 2]>; 3],
    /// L of the network and of the collapsed solution at each of the three.
    pub ends: [[f64; 2]; 3],
    /// β at which both ends cost the same at the γ in force: the data term's rise per nat of KL.
    pub beta_prime: Option<f64>,
    /// The squared error of the collapsed end, V.
    pub variance: f64,
    /// The squared error of the network, f.
    pub error: f64,
    /// The KL the network pays and the collapsed end does not, in nats.
    pub kl: f64,
}

impl CollapsePath {
    /// Reads a path; `None` if it is no [`LandscapeKind::Path`] or not both ends are known.
    pub fn of(path: &Landscape, beta: f64, gamma: f64) -> Option<Self> {
        if path.request.kind != LandscapeKind::Path {
            return None;
        }
        let known: Vec<(f64, super::PointLoss)> = path
            .values
            .iter()
            .enumerate()
            .filter_map(|(column, value)| Some((path.at(column, 0)[0], (*value)?)))
            .collect();
        let end_at = |t: f64| known.iter().find(|(at, _)| *at == t).map(|(_, p)| *p);
        let (here, collapsed) = (end_at(0.0)?, end_at(1.0)?);
        let kl = here.kl - collapsed.kl;
        let gaussian = path.likelihood == Likelihood::Gaussian;
        let star = gamma_star(here.sse, path.dim).filter(|_| gaussian);
        let prime = gamma_prime(collapsed.sse, here.sse, beta, kl).filter(|_| gaussian);
        let gammas = [gamma, star.unwrap_or(f64::NAN), prime.unwrap_or(f64::NAN)];
        let loss = |point: &super::PointLoss, gamma: f64| {
            point.loss(path.likelihood, path.dim, beta, gamma)
        };
        let curves = gammas.map(|gamma| {
            if gamma > 0.0 {
                known.iter().map(|(t, p)| [*t, loss(p, gamma)]).collect()
            } else {
                Vec::new()
            }
        });
        let data = |p| super::PointLoss::data_term(p, path.likelihood, path.dim, gamma);
        let beta_prime = (data(&collapsed) - data(&here)) / kl;
        Some(Self {
            ends: gammas.map(|gamma| [loss(&here, gamma), loss(&collapsed, gamma)]),
            gammas,
            curves,
            beta_prime: (kl >= MEASURABLE_KL && beta_prime.is_finite()).then_some(beta_prime),
            variance: collapsed.sse,
            error: here.sse,
            kl,
        })
    }
}
