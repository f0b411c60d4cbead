//! Figures of the galleries of a run: planes, zeroed samples, traversals.

use crate::data::Dataset;
use crate::figures::{
    InterpolationPlane, PictureShape, Traversals, ZeroedSamples, interpolation_plane, traversals,
    zeroed_samples,
};
use crate::metrics::Usage;
use crate::plot::spec::{FigureSpec, Provenance};
use crate::train::{Gallery, GalleryPictures, GalleryRequest};

/// The figure of a gallery; `which` says in a word what its zeroed latents are.
pub fn gallery_figure(
    gallery: &Gallery,
    usage: &Usage,
    which: &str,
    data: &Dataset,
    provenance: &Provenance,
) -> Option<FigureSpec> {
    let shape = PictureShape {
        width: data.shape.width,
        height: data.shape.height,
        channels: data.shape.channels,
    };
    Some(match (&gallery.request, &gallery.pictures) {
        (
            GalleryRequest::Plane { items, side },
            GalleryPictures::Plane {
                inputs, decoded, ..
            },
        ) => interpolation_plane(&InterpolationPlane {
            shape,
            items: *items,
            inputs,
            side: *side,
            decoded,
            provenance,
        }),
        (
            GalleryRequest::Zeroed { latents, .. },
            GalleryPictures::Zeroed {
                samples,
                without,
                difference,
            },
        ) => zeroed_samples(&ZeroedSamples {
            shape,
            which,
            latents,
            of: usage.latents.len(),
            samples,
            without,
            difference,
            active_threshold: Usage::ACTIVE_VARIANCE,
            provenance,
        }),
        (GalleryRequest::Traversals { latents, steps }, GalleryPictures::Traversals(rows)) => {
            let kl = |j: &usize| usage.latents.get(*j).map_or(f64::NAN, |l| l.statistics.kl);
            let named: Vec<(usize, f64)> = latents.iter().map(|j| (*j, kl(j))).collect();
            let at: Vec<f64> = (0..*steps)
                .map(|step| GalleryRequest::traversed_at(step, *steps))
                .collect();
            traversals(&Traversals {
                shape,
                latents: &named,
                rows,
                at: &at,
                provenance,
            })
        }
        _ => return None,
    })
}
