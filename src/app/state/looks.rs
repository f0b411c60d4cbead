//! Where the window looks in the latent space of the running network: what the trainer is asked to decode, and only
//! while something shows it.

use super::action::Effect;
use crate::train::GalleryRequest;

use super::AppState;

/// Items from which the corners of a plane are drawn: those of an evaluation, which the latent space shows.
const SHOWN: usize = 1024;

/// Where the window looks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Looks {
    /// The point under the pointer.
    pub decode: Option<Vec<f32>>,
    /// What the tile of pictures shows besides the examples.
    pub gallery: Option<GalleryRequest>,
    /// The items at the corners A, B and C of the interpolation plane.
    pub corners: [usize; 3],
    /// How often new corners were drawn.
    draws: u32,
}

/// A change of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Look {
    /// The point to decode, or none.
    Decode(Option<Vec<f32>>),
    /// The gallery on screen, or none.
    Gallery(Option<GalleryRequest>),
    /// The items at the corners of the plane.
    Corners([usize; 3]),
    /// Three other items, at random.
    NewCorners,
}

impl Looks {
    /// Nothing of an older run is looked at any longer; corners that are still there are kept.
    pub(super) fn restart(&mut self, seed: u32, items: usize) {
        let [a, b, c] = self.corners;
        let kept = a != b && b != c && a != c && a.max(b).max(c) < items;
        if !kept {
            self.corners = GalleryRequest::three_items(seed, 0, items.min(SHOWN));
        }
        (self.decode, self.gallery) = (None, None);
    }
}

impl AppState {
    /// Looks elsewhere.
    pub(super) fn look(&mut self, look: Look) -> Vec<Effect> {
        let items = self.data.as_ref().map_or(0, |d| d.dataset.len());
        match look {
            Look::Decode(point) => self.looks.decode = point,
            Look::Gallery(request) => self.looks.gallery = request,
            Look::Corners(corners) => {
                self.looks.corners = corners.map(|item| item.min(items.max(1) - 1));
                return Vec::new();
            }
            Look::NewCorners => {
                self.looks.draws += 1;
                let (seed, draw) = (self.config.sampling.seed, self.looks.draws);
                self.looks.corners = GalleryRequest::three_items(seed, draw, items.min(SHOWN));
                return Vec::new();
            }
        }
        self.live_effect()
    }

    /// Whether the network makes pictures; why not, if it does not.
    pub fn no_pictures(&self) -> Option<&'static str> {
        let data = self.data.as_ref();
        if data.is_some_and(|d| !d.dataset.shape.is_image()) {
            Some("these data are plain vectors: there is no picture to show")
        } else if self.config.net.target != crate::config::Target::Input {
            Some("the decoder is trained for something else than the input: it makes no pictures")
        } else {
            None
        }
    }
}
