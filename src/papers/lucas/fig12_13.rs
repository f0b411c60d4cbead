//! Figures 12 and 13: reconstructions of faces and the plane through three of them, by a net trained with KL annealing.

use serde::{Deserialize, Serialize};

use crate::config::Preprocess;
use crate::figures::pictures::cell::pictures;
use crate::figures::pictures::plane::{InterpolationPlane, interpolation_plane};
use crate::papers::{Check, Context, Cost, DataSet, Error, Experiment, Paper, Results};
use crate::plot::{ImageRow, Images as Pictures, Provenance};
use crate::train::{GalleryPictures, GalleryRequest, Trainer};

use super::deep::{Deep, Images, Which};

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "lucas-fig12-13",
    paper: Paper::Lucas2019,
    title: "Figures 12 and 13: reconstructions and interpolations, CelebA",
    claim: "We compute the variational mean of 3 input points and interpolate linearly on the plane between them; we also \
            extrapolate out to a fourth point, which lies on the plane defined by the other points.",
    data: Some(DataSet::CelebA),
    cost: Cost::new(9, 32_000, 3000),
    make,
};

/// Faces that are reconstructed.
const FACES: usize = 9;
/// Points along a side of the plane.
const SIDE: usize = 7;

/// What is kept of the net.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Made {
    inputs: Vec<Vec<u8>>,
    /// D(μ) of each.
    decoded: Vec<Vec<u8>>,
    plane: Vec<Vec<u8>>,
}

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let deep = Deep::new(context, Images::CelebA, Preprocess::Logit)?;
    let which = Which {
        sigma2: 1.0,
        learned: true,
        annealed: true,
    };
    let made: Made = deep.then(context, "lucas-fig12-1", which, draw)?;
    let shape = deep.data().dataset.shape;
    let row = |label: &str, all: &[Vec<u8>]| ImageRow {
        label: label.into(),
        images: pictures(shape, all),
    };
    let figure = crate::figures::blank("reconstructions", "Reconstructions of faces")
        .subtitle("decoded posterior means, KL annealing, σ² learned")
        .with(Pictures {
            rows: vec![
                row("faces", &made.inputs),
                row("reconstructed", &made.decoded),
            ],
        });
    let mut plane = interpolation_plane(&InterpolationPlane {
        shape,
        items: [0, 1, 2],
        inputs: made.inputs.get(..3).unwrap_or_default(),
        side: SIDE,
        decoded: &made.plane,
        provenance: &Provenance::default(),
    });
    plane.id = "plane".into();
    Ok(Results {
        figures: vec![figure, plane],
        checks: checks(&made),
        shrunk: deep.shrunk(context),
        live: Some(deep.live(which)),
    })
}

fn draw(trainer: &mut Trainer) -> Result<Made, Error> {
    let mut made = Made::default();
    for first in (0..FACES).step_by(3) {
        let request = GalleryRequest::Plane {
            items: [first, first + 1, first + 2],
            side: GalleryRequest::SIDES[0],
        };
        let pictures = trainer.gallery(&request)?.map(|g| g.pictures);
        if let Some(GalleryPictures::Plane {
            inputs, decoded, ..
        }) = pictures
        {
            made.inputs.extend(inputs);
            // A, B and C are three of the four corners of a 3 × 3 plane.
            made.decoded
                .extend([0, 2, 6].iter().filter_map(|&k| decoded.get(k).cloned()));
        }
    }
    let request = GalleryRequest::Plane {
        items: [0, 1, 2],
        side: SIDE,
    };
    if let Some(GalleryPictures::Plane { decoded, .. }) =
        trainer.gallery(&request)?.map(|g| g.pictures)
    {
        made.plane = decoded;
    }
    Ok(made)
}

/// Root mean square difference in brightness, where white is 1.
fn distance(a: &[u8], b: &[u8]) -> f64 {
    let square = |(a, b): (&u8, &u8)| ((f64::from(*a) - f64::from(*b)) / 255.0).powi(2);
    let sum: f64 = a.iter().zip(b).map(square).sum();
    (sum / a.len().max(1) as f64).sqrt()
}

fn checks(made: &Made) -> Vec<Check> {
    let nearest = |picture: &Vec<u8>| {
        let all = made.inputs.iter().enumerate();
        all.min_by(|a, b| distance(picture, a.1).total_cmp(&distance(picture, b.1)))
            .map(|(i, _)| i)
    };
    let own = made.decoded.iter().enumerate();
    let own = own.filter(|(i, p)| nearest(p) == Some(*i)).count();
    let mut all = vec![Check::counts(
        "figure 12: reconstructions that are nearest to their own face",
        FACES,
        own,
        "of the faces shown, by root mean square difference",
    )];
    if made.plane.len() == SIDE * SIDE {
        let at = |row: usize, column: usize| &made.plane[row * SIDE + column];
        let mut longest = 0.0_f64;
        for row in 0..SIDE {
            for column in 1..SIDE {
                longest = longest
                    .max(distance(at(row, column - 1), at(row, column)))
                    .max(distance(at(column - 1, row), at(column, row)));
            }
        }
        let last = SIDE - 1;
        let corners = [at(0, 0), at(0, last), at(last, 0), at(last, last)];
        let mut ends = f64::INFINITY;
        for (i, a) in corners.iter().enumerate() {
            for b in &corners[..i] {
                ends = ends.min(distance(a, b));
            }
        }
        all.push(Check::at_most(
            "figure 13: the largest step between neighbours on the plane, as a share of the least distance of its corners",
            0.5,
            longest / ends,
            0.0,
            "six even steps would be 0.17 each; a jump from one face to another would be 1",
        ));
    }
    all
}
