//! Looking into the latent space of a network: decoded points and galleries against weights written by hand, and
//! a run that is looked at against one that is not.

mod neutral;

use std::sync::Arc;

use collapse_explorer::config::{NetConfig, Target};
use collapse_explorer::rng::{Stream, normal};
use collapse_explorer::train::{Gallery, GalleryPictures, GalleryRequest, RunSetup, Trainer};

use crate::common::runs::{digits, live, setup};

/// Items: fewer than the points of a plane, so that a gallery takes several passes.
const ITEMS: usize = 40;
const LATENTS: usize = 3;
const SEED: u32 = 3;

/// A linear network whose decoder is U z + b with U and b written by hand, in f64.
struct Linear {
    trainer: Trainer,
    /// `κ × d`, row j what latent j draws.
    u: Vec<f64>,
    b: Vec<f64>,
    d: usize,
}

impl Linear {
    /// Latent `silent` draws nothing.
    fn new(silent: Option<usize>) -> Self {
        let setup = linear_setup(Target::Input);
        let mut trainer = Trainer::new(Arc::clone(&setup)).expect("a trainer");
        let d = setup.data.dim();
        let draws = |j: usize, p: usize| {
            if silent == Some(j) {
                return 0.0;
            }
            // Small, so that no picture leaves 0..=1.
            let wave = (0.37 * p as f64 + 1.9 * j as f64).sin();
            f64::from((0.03 * (j + 1) as f64 * wave) as f32)
        };
        let u: Vec<f64> = (0..LATENTS)
            .flat_map(|j| (0..d).map(move |p| draws(j, p)))
            .collect();
        let means = &setup.preprocessor.mean;
        let b: Vec<f64> = (0..d)
            .map(|p| {
                let middle = 0.5 + 0.1 * (0.11 * p as f64).cos();
                f64::from((middle - f64::from(means.get(p).copied().unwrap_or(0.0))) as f32)
            })
            .collect();
        for (name, values) in [("decoder.out.weight", &u), ("decoder.out.bias", &b)] {
            let slice = trainer.plan().parameter(name).expect("a tensor");
            assert_eq!(slice.len, values.len(), "{name}");
            let values: Vec<f32> = values.iter().map(|v| *v as f32).collect();
            trainer.backend().write(slice, &values).expect("written");
        }
        Self { trainer, u, b, d }
    }

    /// U z + b.
    fn by_hand(&self, z: &[f64]) -> Vec<f64> {
        (0..self.d)
            .map(|p| {
                let drawn = z
                    .iter()
                    .enumerate()
                    .map(|(j, z)| z * self.u[j * self.d + p]);
                self.b[p] + drawn.sum::<f64>()
            })
            .collect()
    }

    /// The posterior's mean of an item, from the encoder's weights and the data.
    fn mean(&mut self, item: usize) -> Vec<f64> {
        let setup = Arc::clone(self.trainer.setup());
        let mut x = vec![0.0; self.d];
        setup.preprocessor.row_into(&setup.data, SEED, item, &mut x);
        let mut read = |name: &str| {
            let slice = self.trainer.plan().parameter(name).expect("a tensor");
            self.trainer.backend().read(slice).expect("numbers")
        };
        let (weight, bias) = (read("encoder.head.weight"), read("encoder.head.bias"));
        let stride = bias.len();
        (0..LATENTS)
            .map(|j| {
                let sum = |(p, x): (usize, &f32)| f64::from(*x) * f64::from(weight[p * stride + j]);
                f64::from(bias[j]) + x.iter().enumerate().map(sum).sum::<f64>()
            })
            .collect()
    }

    fn gallery(&mut self, request: &GalleryRequest) -> Gallery {
        let found = self.trainer.gallery(request).expect("no failure");
        found.expect("a gallery")
    }

    /// Checks brightness bytes against x̂ by hand.
    fn is_picture_of(&self, picture: &[u8], z: &[f64]) {
        let xhat: Vec<f32> = self.by_hand(z).iter().map(|v| *v as f32).collect();
        let shown = self.trainer.setup().preprocessor.display(&xhat);
        assert_eq!(picture.len(), self.d);
        for (p, (byte, value)) in picture.iter().zip(&shown).enumerate() {
            // Half a level of rounding, and what single precision does to a half.
            let off = (f64::from(*byte) - 255.0 * f64::from(*value)).abs();
            assert!(off < 0.501, "pixel {p}: {byte}, {}", 255.0 * value);
        }
    }
}

fn linear_setup(target: Target) -> Arc<RunSetup> {
    let net = NetConfig {
        target,
        ..NetConfig::linear(LATENTS)
    };
    setup(&digits(ITEMS), net, live(1.0, 0.1, 1e-3), 16, SEED)
}

#[test]
fn a_decoded_point_is_u_z_plus_b() {
    let mut linear = Linear::new(None);
    let rows = 2 * ITEMS + 7;
    let z: Vec<f32> = (0..rows * LATENTS)
        .map(|i| normal(11, Stream::Data, i as u32, 0))
        .collect();
    assert!(linear.trainer.plan().chunk < rows, "several passes");
    let decoded = linear.trainer.decode(&z).expect("decoded");
    assert_eq!(decoded.len(), rows * linear.d);
    for (row, xhat) in z.chunks(LATENTS).zip(decoded.chunks(linear.d)) {
        let z: Vec<f64> = row.iter().map(|v| f64::from(*v)).collect();
        for (found, wanted) in xhat.iter().zip(linear.by_hand(&z)) {
            assert!(
                (f64::from(*found) - wanted).abs() < 2e-6,
                "{found} {wanted}"
            );
        }
    }
}

#[test]
fn the_corners_of_a_plane_are_the_means_of_its_items() {
    let mut linear = Linear::new(None);
    let (items, side) = ([5, 39, 17], 7);
    let request = GalleryRequest::Plane { items, side };
    let gallery = linear.gallery(&request);
    assert_eq!((gallery.step, &gallery.request), (0, &request));
    let GalleryPictures::Plane {
        inputs,
        means,
        decoded,
    } = gallery.pictures
    else {
        panic!("a plane");
    };
    let [a, b, c] = items.map(|item| linear.mean(item));
    for (found, wanted) in means.iter().zip([&a, &b, &c]) {
        for (found, wanted) in found.iter().zip(wanted) {
            assert!(
                (f64::from(*found) - wanted).abs() < 1e-5,
                "{found} {wanted}"
            );
        }
    }
    let blend = |s: f64, t: f64| -> Vec<f64> {
        (0..LATENTS)
            .map(|j| a[j] + s * (b[j] - a[j]) + t * (c[j] - a[j]))
            .collect()
    };
    assert_eq!(decoded.len(), side * side);
    for (index, picture) in decoded.iter().enumerate() {
        let share = |k: usize| k as f64 / (side - 1) as f64;
        linear.is_picture_of(picture, &blend(share(index % side), share(index / side)));
    }
    let corners = [0, side - 1, side * (side - 1), side * side - 1];
    let fourth: Vec<f64> = (0..LATENTS).map(|j| b[j] + c[j] - a[j]).collect();
    for (at, z) in corners.into_iter().zip([&a, &b, &c, &fourth]) {
        linear.is_picture_of(&decoded[at], z);
    }
    let data = Arc::clone(&linear.trainer.setup().data);
    for (input, item) in inputs.iter().zip(items) {
        assert_eq!(*input, data.display_row(item));
    }
}

#[test]
fn zeroing_a_latent_the_decoder_ignores_changes_nothing_and_another_its_column() {
    let mut linear = Linear::new(Some(1));
    let count = 10;
    let mut zeroed = |latents: &[usize]| {
        let request = GalleryRequest::Zeroed {
            latents: latents.to_vec(),
            count,
        };
        match linear.gallery(&request).pictures {
            GalleryPictures::Zeroed {
                samples,
                without,
                difference,
            } => (samples, without, difference),
            other => panic!("{other:?}"),
        }
    };
    let (samples, without, difference) = zeroed(&[1]);
    assert_eq!(samples.len(), count);
    assert_eq!(samples, without);
    assert!(difference.iter().flatten().all(|v| *v == 0.0));

    let (again, without, difference) = zeroed(&[1, 2]);
    assert_eq!(samples, again);
    assert_ne!(samples, without);
    let (untouched, none, nothing) = zeroed(&[]);
    assert_eq!(samples, untouched);
    assert!(none.is_empty() && nothing.is_empty());
    for row in 0..count {
        let z: Vec<f64> = (0..LATENTS)
            .map(|j| f64::from(normal(SEED, Stream::Prior, (row * LATENTS + j) as u32, 0)))
            .collect();
        linear.is_picture_of(&samples[row], &z);
        for (p, found) in difference[row].iter().enumerate() {
            let wanted = -z[2] * linear.u[2 * linear.d + p];
            assert!(
                (f64::from(*found) - wanted).abs() < 1e-6,
                "{found} {wanted}"
            );
        }
    }
}

#[test]
fn a_traversal_moves_one_latent_from_the_first_items_mean() {
    let mut linear = Linear::new(None);
    let request = GalleryRequest::Traversals {
        latents: vec![2, 0],
        steps: 7,
    };
    let GalleryPictures::Traversals(rows) = linear.gallery(&request).pictures else {
        panic!("traversals");
    };
    let mean = linear.mean(0);
    for (row, latent) in rows.iter().zip([2, 0]) {
        assert_eq!(row.len(), 7);
        for (step, picture) in row.iter().enumerate() {
            let mut z = mean.clone();
            z[latent] = step as f64 - 3.0;
            linear.is_picture_of(picture, &z);
        }
    }
}

#[test]
fn what_does_not_fit_the_network_or_makes_no_pictures_is_answered_with_nothing() {
    let mut linear = Linear::new(None);
    let plane = |items| GalleryRequest::Plane { items, side: 3 };
    for request in [
        plane([0, 1, ITEMS]),
        GalleryRequest::Zeroed {
            latents: vec![LATENTS],
            count: 3,
        },
        GalleryRequest::Traversals {
            latents: vec![0, 9],
            steps: 5,
        },
    ] {
        assert_eq!(linear.trainer.gallery(&request), Ok(None), "{request:?}");
    }
    let mut regression = Trainer::new(linear_setup(Target::Labels)).expect("a trainer");
    assert_eq!(regression.gallery(&plane([0, 1, 2])), Ok(None));
}
