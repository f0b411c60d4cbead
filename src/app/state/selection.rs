//! What the user has picked among latents and modes: what is under the pointer, traversed, zeroed, held.

/// The choices among latents and modes.
#[derive(Debug)]
pub struct Selection {
    /// The mode of the loss surface, from 0.
    pub mode: usize,
    /// The latent under the pointer, in whatever tile. Plots draw it on top of figures, so no figure is made of it.
    pub hovered: Option<usize>,
    /// The latent of the traversal. Figures show the pictures that come of it, not the choice.
    pub traversed: usize,
    /// Whether the user chose it; else it is the one with the largest KL.
    chose_traversal: bool,
    /// Latents zeroed by hand, in the order in which they were.
    pub zeroed: Vec<usize>,
    /// Latents held out of training by hand, in order.
    pub held: Vec<usize>,
    /// Whether the usage tile sorts by KL.
    pub sort_by_kl: bool,
    generation: u64,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            mode: 0,
            hovered: None,
            traversed: 0,
            chose_traversal: false,
            zeroed: Vec::new(),
            held: Vec::new(),
            sort_by_kl: true,
            generation: 0,
        }
    }
}

impl Selection {
    /// Grows with every change that a figure shows.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Starts anew with another run; the mode and the order of the latents stay.
    pub(super) fn restart(&mut self) {
        *self = Self {
            mode: self.mode,
            sort_by_kl: self.sort_by_kl,
            generation: self.generation + 1,
            ..Self::default()
        };
    }

    /// Shows this mode on the loss surface.
    pub(super) fn choose_mode(&mut self, mode: usize) {
        self.mode = mode;
        self.generation += 1;
    }

    /// Notes the latent under the pointer.
    pub(super) fn hover(&mut self, latent: Option<usize>) {
        self.hovered = latent;
    }

    /// Traverses this latent from now on.
    pub(super) fn traverse(&mut self, latent: usize) {
        self.traversed = latent;
        self.chose_traversal = true;
    }

    /// Traverses the latent of the largest KL, unless the user chose one; true if that is another.
    pub(super) fn follow(&mut self, best: usize) -> bool {
        let moves = !self.chose_traversal && best != self.traversed;
        if moves {
            self.traversed = best;
        }
        moves
    }

    /// Zeroes a latent in pictures and statistics, or releases it.
    pub(super) fn toggle_zero(&mut self, latent: usize) {
        match self.zeroed.iter().position(|&j| j == latent) {
            Some(at) => {
                self.zeroed.remove(at);
            }
            None => self.zeroed.push(latent),
        }
        self.generation += 1;
    }

    /// Holds a latent out of training, or releases it.
    pub(super) fn toggle_hold(&mut self, latent: usize) {
        match self.held.binary_search(&latent) {
            Ok(at) => {
                self.held.remove(at);
            }
            Err(at) => self.held.insert(at, latent),
        }
        self.generation += 1;
    }

    /// Holds no latent out of training any longer.
    pub(super) fn release_all(&mut self) {
        self.held.clear();
        self.generation += 1;
    }

    /// Sorts the latents by KL, or by index.
    pub(super) fn sort_by_kl(&mut self, by_kl: bool) {
        self.sort_by_kl = by_kl;
        self.generation += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traversal_that_was_chosen_stays() {
        let mut selection = Selection::default();
        assert!(selection.follow(3) && !selection.follow(3));
        selection.traverse(1);
        assert!(!selection.follow(5));
        selection.restart();
        assert!(selection.follow(5), "a new run has no choice yet");
    }

    #[test]
    fn the_pointer_changes_no_figure() {
        let mut selection = Selection::default();
        selection.hover(Some(2));
        selection.traverse(2);
        assert_eq!((selection.hovered, selection.generation()), (Some(2), 0));
        selection.toggle_hold(4);
        selection.toggle_hold(1);
        selection.toggle_zero(3);
        assert_eq!(
            (&*selection.held, &*selection.zeroed),
            (&[1, 4][..], &[3][..])
        );
        assert_eq!(selection.generation(), 3);
        selection.toggle_hold(4);
        selection.toggle_zero(3);
        assert_eq!((&*selection.held, selection.zeroed.len()), (&[1][..], 0));
    }
}
