//! Lucas, Tucker, Grosse & Norouzi (2019): Don't Blame the ELBO!

pub(super) mod fig1;
pub(super) mod fig2;
