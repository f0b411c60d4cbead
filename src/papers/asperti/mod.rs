//! Asperti (2019): Variational Autoencoders and the Variable Collapse Phenomenon.

mod dense_run;
pub(super) mod fig1;
pub(super) mod fig2;
pub(super) mod fig3;
pub(super) mod fig5;
pub(super) mod fig7;
pub(super) mod law;
pub(super) mod table1;
