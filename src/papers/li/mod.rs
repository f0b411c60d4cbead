//! Li (2022): a reproduction of Lucas et al. on the first 1,000 images of MNIST, seed 0.

pub(super) mod fig1_8;
pub(super) mod gram;
