//! Figures of the galleries of a run: planes, zeroed samples, traversals.

use super::plane::{InterpolationPlane, interpolation_plane};
use super::traversals::traversals;
use super::zeroed::{ZeroedSamples, zeroed_samples};
use crate::data::ImageShape;
use crate::metrics::Usage;
use crate::plot::{FigureSpec, Provenance};
use crate::train::{Gallery, GalleryPictures, GalleryRequest};

/// The figure of a gallery; `which` says in a word what its zeroed latents are.
pub fn gallery_figure(
    gallery: &Gallery,
    usage: &Usage,
    which: &str,
    shape: ImageShape,
    provenance: &Provenance,
) -> Option<FigureSpec> {
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
            provenance,
        }),
        (GalleryRequest::Traversals { latents, steps }, GalleryPictures::Traversals(rows)) => {
            traversals(shape, (latents, *steps), rows, usage, provenance)
        }
        _ => return None,
    })
}
