//! Sums and means over a sample's own numbers and over the batch.

use super::kl;
use super::linear::Linear;
use super::term::{Base, Batch, Dims, State, Term};

/// How numbers become one, and over what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct How {
    /// The mean, not the sum.
    pub mean: bool,
    /// Over a sample's own numbers.
    pub dims: bool,
    /// Over the batch.
    pub batch: bool,
}

/// What is said of an error that is summed or averaged over one axis of its own.
const FLAT: &str = "the data are flat: the sum or mean over one axis is one over all pixels";

impl Linear {
    /// Its sum or mean over some axes of a sample, of which it is not known that they are all.
    pub fn reduced_over_one(&self, how: How) -> Self {
        let mut open = kl::settled(self.clone());
        for term in &mut open.terms {
            let error = term
                .known()
                .map_or_else(|| term.is_summand(), |(kind, _)| kind.is_error());
            if how.dims && error && term.state.dims == Dims::Open {
                term.note(FLAT.into());
            }
        }
        open.reduced(how)
    }

    /// Its sum or mean.
    pub fn reduced(&self, how: How) -> Self {
        let mut out = kl::settled(self.clone());
        let known =
            |t: &Term| t.known().is_some() || t.bases.iter().any(|(b, _)| b.is_difference());
        let open = |pick: fn(State) -> bool| out.terms.iter().any(|t| known(t) && pick(t.state));
        let spreads = [
            !how.mean && how.batch && open(|s| s.batch == Batch::Open),
            !how.mean && how.dims && open(|s| s.dims == Dims::Open),
        ];
        for term in &mut out.terms {
            term.reduce(how, spreads);
        }
        // What differed only in its state may have become alike.
        Self::default().plus(&out)
    }
}

impl Term {
    /// Reduces it, as far as it is not yet. A number that is one for all stands once in every place of a sum:
    /// `spreads` says whether there are such places, in the batch and in a sample.
    fn reduce(&mut self, how: How, spreads: [bool; 2]) {
        if self.is_constant() {
            return;
        }
        let known = self.known().is_some();
        if how.batch {
            if self.state.batch == Batch::Open {
                self.state.batch = if how.mean { Batch::Mean } else { Batch::Sum };
            } else if spreads[0] && known {
                self.factor.batch += 1.0;
                self.note(
                    "a term that is one number for the batch is added to every sample".into(),
                );
            }
        }
        if !how.dims {
            return;
        }
        match self.state.dims {
            Dims::Open => self.state.dims = if how.mean { Dims::Mean } else { Dims::Sum },
            Dims::Last if how.mean => self.state.dims = Dims::Mean,
            Dims::Last if how.batch => {
                self.note("flat pictures, whose last axis is all pixels".into());
                self.state.dims = Dims::Mean;
            }
            Dims::Last => {
                self.note("one channel, as Keras' losses average over the last axis".into());
                self.state.dims = Dims::Sum;
            }
            Dims::Sum | Dims::Mean => {
                if spreads[1] && known {
                    let text = "the numbers that a term per sample is added to before a sum";
                    self.bases.push((Base::Named(text.into()), 1.0));
                }
            }
        }
    }
}
