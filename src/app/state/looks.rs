//! Where the window looks in the latent space of the running network and around its parameters: what the trainer is
//! asked to decode and to evaluate, and only while something shows it.

use super::action::Effect;
use super::concern::Concern;
use super::tile::Tile;
use crate::train::{GalleryRequest, LandscapeRequest};

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
    /// The landscapes of the trained network that tiles ask for.
    landscapes: Vec<(Tile, LandscapeRequest)>,
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

    /// Asks for the landscape that a tile shows, or for none.
    pub(super) fn ask(&mut self, tile: Tile, request: Option<LandscapeRequest>) {
        self.landscapes.retain(|(of, _)| *of != tile);
        self.landscapes.extend(request.map(|r| (tile, r)));
    }

    /// The landscape that a tile asks for.
    pub(super) fn landscape_of(&self, tile: Tile) -> Option<&LandscapeRequest> {
        let of_tile = self.landscapes.iter().find(|(of, _)| *of == tile);
        of_tile.map(|(_, request)| request)
    }

    /// All landscapes asked for.
    pub(super) fn landscapes(&self) -> Vec<LandscapeRequest> {
        self.landscapes.iter().map(|(_, r)| r.clone()).collect()
    }
}

impl AppState {
    /// Looks elsewhere.
    pub(super) fn look(&mut self, look: Look) -> Vec<Effect> {
        // No figure shows the point under the pointer.
        if !matches!(look, Look::Decode(_)) {
            self.changed(&[Concern::Looks]);
        }
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
            Some("These data are plain vectors, so there are no pictures to show.")
        } else if self.config.net.target != crate::config::Target::Input {
            Some(
                "The decoder is trained on a target other than the input, so it makes no pictures.",
            )
        } else {
            None
        }
    }
}
