//! Pictures that are made only while something shows them: a point of latent space, a plane through three items,
//! prior samples without some of their latents, a traversal of each of several latents.

use crate::compute::{Backend, Error};
use crate::config::LiveConfig;
use crate::rng::{Stream, normal, uniform};
use crate::train::protocol::RunSetup;

use super::decode::{decode, encode, to_pictures};

/// The pictures that are wanted; equal requests to one network have equal answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GalleryRequest {
    /// z = A + s(B − A) + t(C − A) over s, t in 0..=1, where A, B and C are posterior means
    /// (Lucas et al. 2019, figure 13).
    Plane {
        /// The items whose means are A, B and C.
        items: [usize; 3],
        /// Points along s and along t, between [`Self::SIDES`].
        side: usize,
    },
    /// Draws from the prior, as they are and with some latents at the prior's mean (Asperti 2019, figure 3).
    Zeroed {
        /// The latents; none leaves the draws alone.
        latents: Vec<usize>,
        /// The number of draws.
        count: usize,
    },
    /// One latent after the other from −3 to 3 prior standard deviations, the rest at the first item's mean.
    Traversals {
        /// The latents, in the order of their rows.
        latents: Vec<usize>,
        /// The number of points along each traversal.
        steps: usize,
    },
}

impl GalleryRequest {
    /// Fewest and most points along a side of a plane.
    pub const SIDES: [usize; 2] = [3, 11];
    /// How far a traversal goes, in standard deviations of the prior.
    pub const REACH: f64 = 3.0;

    /// Three items out of `count`, all different where there are so many: draw number `draw` of this seed.
    pub fn three_items(seed: u32, draw: u32, count: usize) -> [usize; 3] {
        let mut items = [0; 3];
        let mut address = 0;
        for k in 0..3 {
            loop {
                // Step 0 of the stream is the prior's samples.
                let share = uniform(seed, Stream::Prior, address, draw.wrapping_add(1).max(1));
                address += 1;
                items[k] = ((f64::from(share) * count as f64) as usize).min(count.max(1) - 1);
                if !items[..k].contains(&items[k]) || count < 3 {
                    break;
                }
            }
        }
        items
    }

    /// Where along a traversal its picture `step` of `steps` is, in standard deviations of the prior.
    pub fn traversed_at(step: usize, steps: usize) -> f64 {
        let last = (steps.max(2) - 1) as f64;
        Self::REACH * (2.0 * step as f64 - last) / last
    }
}

/// The answer to a [`GalleryRequest`]; every picture is d brightness bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Gallery {
    /// The request that the gallery answers.
    pub request: GalleryRequest,
    /// The step the weights come from.
    pub step: u64,
    /// The pictures that were made.
    pub pictures: GalleryPictures,
}

/// Pictures, by kind of request.
#[derive(Debug, Clone, PartialEq)]
pub enum GalleryPictures {
    /// The answer to [`GalleryRequest::Plane`].
    Plane {
        /// The items themselves.
        inputs: Vec<Vec<u8>>,
        /// A, B and C, κ long each.
        means: Vec<Vec<f32>>,
        /// `side²` decoded points: rows of equal t from 0, in each of them s from 0.
        decoded: Vec<Vec<u8>>,
    },
    /// The answer to [`GalleryRequest::Zeroed`].
    Zeroed {
        /// The draws decoded.
        samples: Vec<Vec<u8>>,
        /// The same draws decoded without the latents; empty if none was to go.
        without: Vec<Vec<u8>>,
        /// What the latents' going changes: brightness without them minus brightness with them, where
        /// 1 is white and 0 black.
        difference: Vec<Vec<f32>>,
    },
    /// The answer to [`GalleryRequest::Traversals`]: one row per latent.
    Traversals(Vec<Vec<Vec<u8>>>),
}

/// A point of latent space, decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The point, κ long.
    pub z: Vec<f32>,
    /// The step the weights come from.
    pub step: u64,
    /// D(z) as d brightness bytes.
    pub picture: Vec<u8>,
}

/// Answers a request, under the mask that is set; none if it does not fit the network.
///
/// # Errors
/// [`Error`] if the device fails.
pub(in crate::train) fn gallery(
    backend: &mut dyn Backend,
    setup: &RunSetup,
    live: &LiveConfig,
    request: &GalleryRequest,
) -> Result<Option<GalleryPictures>, Error> {
    let net = &backend.plan().net;
    let (latents, d) = (net.latents, net.dim);
    if net.target != net.input {
        return Ok(None);
    }
    let seed = setup.config.sampling.seed;
    let preprocessor = &setup.preprocessor;
    let pictures = |values: &[f32]| to_pictures(preprocessor, values, d);
    let fits = |chosen: &[usize]| chosen.iter().all(|j| *j < latents);
    Ok(match request {
        GalleryRequest::Plane { items, side } => {
            let corners = encode(backend, seed, live, items)?;
            if corners.iter().any(|c| c.mu.is_empty()) {
                return Ok(None);
            }
            let [least, most] = GalleryRequest::SIDES;
            let means: Vec<Vec<f32>> = corners.iter().map(|c| c.mu.clone()).collect();
            let z = plane(&means, (*side).clamp(least, most));
            Some(GalleryPictures::Plane {
                inputs: corners.iter().flat_map(|c| pictures(&c.x)).collect(),
                means,
                decoded: pictures(&decode(backend, seed, live, &z)?),
            })
        }
        GalleryRequest::Zeroed {
            latents: gone,
            count,
        } if fits(gone) => {
            let mut z = prior_draws(seed, live, *count, latents);
            if gone.is_empty() {
                return Ok(Some(GalleryPictures::Zeroed {
                    samples: pictures(&decode(backend, seed, live, &z)?),
                    without: Vec::new(),
                    difference: Vec::new(),
                }));
            }
            let mut bare = z.clone();
            for row in bare.chunks_exact_mut(latents) {
                for &j in gone {
                    row[j] = 0.0;
                }
            }
            z.append(&mut bare);
            let values = decode(backend, seed, live, &z)?;
            let (with, without) = values.split_at(values.len() / 2);
            let shown = |row: &[f32]| preprocessor.display(row);
            let pairs = with.chunks_exact(d).zip(without.chunks_exact(d));
            let difference = pairs
                .map(|(with, without)| {
                    let (with, without) = (shown(with), shown(without));
                    without.iter().zip(&with).map(|(a, b)| a - b).collect()
                })
                .collect();
            Some(GalleryPictures::Zeroed {
                samples: pictures(with),
                without: pictures(without),
                difference,
            })
        }
        GalleryRequest::Traversals {
            latents: rows,
            steps,
        } if fits(rows) => {
            let first = encode(backend, seed, live, &[0])?;
            let mean = first.into_iter().next().unwrap_or_default().mu;
            let mut z = Vec::with_capacity(rows.len() * steps * latents);
            for &j in rows {
                for step in 0..*steps {
                    let from = z.len();
                    z.extend_from_slice(&mean);
                    let at = live.eta_enc * GalleryRequest::traversed_at(step, *steps);
                    z[from + j] = at as f32;
                }
            }
            let all = pictures(&decode(backend, seed, live, &z)?);
            let rows = all.chunks((*steps).max(1)).map(<[Vec<u8>]>::to_vec);
            Some(GalleryPictures::Traversals(rows.collect()))
        }
        _ => None,
    })
}

/// `count` draws from the prior, always the same.
pub(super) fn prior_draws(seed: u32, live: &LiveConfig, count: usize, latents: usize) -> Vec<f32> {
    let eta = live.eta_enc as f32;
    (0..count * latents)
        .map(|index| eta * normal(seed, Stream::Prior, index as u32, 0))
        .collect()
}

/// A + s(B − A) + t(C − A) over `side²` points, s fastest.
fn plane(corners: &[Vec<f32>], side: usize) -> Vec<f32> {
    let [a, b, c] = corners else {
        return Vec::new();
    };
    let share = |step: usize| step as f64 / (side.max(2) - 1) as f64;
    let mut z = Vec::with_capacity(side * side * a.len());
    for t in (0..side).map(share) {
        for s in (0..side).map(share) {
            z.extend(a.iter().zip(b).zip(c).map(|((&a, &b), &c)| {
                let [a, b, c] = [a, b, c].map(f64::from);
                // In this form each corner is exact: 1·B + 0·A is B.
                ((1.0 - s - t) * a + s * b + t * c) as f32
            }));
        }
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_runs_through_its_corners_to_the_fourth() {
        let corners = [vec![1.0, 0.5], vec![3.0, 0.5], vec![1.0, -2.5]];
        let z = plane(&corners, 5);
        let at = |s: usize, t: usize| &z[(t * 5 + s) * 2..][..2];
        assert_eq!(at(0, 0), [1.0, 0.5]);
        assert_eq!(at(4, 0), [3.0, 0.5]);
        assert_eq!(at(0, 4), [1.0, -2.5]);
        assert_eq!(at(4, 4), [3.0, -2.5]);
        assert_eq!(at(2, 1), [2.0, -0.25]);
    }

    #[test]
    fn three_items_differ_and_every_draw_is_another() {
        let draws: Vec<[usize; 3]> = (0..50)
            .map(|draw| GalleryRequest::three_items(7, draw, 4))
            .collect();
        for [a, b, c] in &draws {
            assert!(a != b && b != c && a != c && *a.max(b).max(c) < 4);
        }
        assert!(draws.iter().any(|d| *d != draws[0]));
        assert_eq!(GalleryRequest::three_items(7, 3, 1), [0; 3]);
        assert!(GalleryRequest::three_items(7, 3, 2).iter().all(|i| *i < 2));
        assert_eq!(draws[9], GalleryRequest::three_items(7, 9, 4));
    }

    #[test]
    fn a_traversal_is_symmetric_about_the_middle() {
        let at: Vec<f64> = (0..7).map(|k| GalleryRequest::traversed_at(k, 7)).collect();
        assert_eq!(at, [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]);
        assert!(GalleryRequest::traversed_at(0, 1).is_finite());
    }
}
