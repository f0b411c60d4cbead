//! Lucas, Tucker, Grosse & Norouzi (2019): Don't Blame the ELBO!

pub(super) mod deep;
pub(super) mod fig1;
pub(super) mod fig10_11;
pub(super) mod fig12_13;
pub(super) mod fig2;
pub(super) mod fig3;
pub(super) mod fig4;
pub(super) mod fig5_6;
pub(super) mod fig7_9;
pub(super) mod followed;
pub(super) mod logit;
pub(super) mod table;
pub(super) mod table1;
pub(super) mod table3_5;
