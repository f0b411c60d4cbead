//! A live edit in the words of the plots.

use crate::config::{GammaMode, LiveConfig, Objective, TrainedPart};

use super::modes::LatentMode;

/// What changed, in the words of the plots.
pub(super) fn edits(old: &LiveConfig, new: &LiveConfig) -> Vec<String> {
    let mut texts = Vec::new();
    if old.beta != new.beta {
        texts.push(format!("β = {}", short(new.beta)));
    }
    if old.gamma_mode != new.gamma_mode {
        texts.push(match new.gamma_mode {
            GammaMode::Learned => "γ learned".into(),
            GammaMode::Optimal => "γ = γ*".into(),
            GammaMode::Fixed => format!("γ = {}", short(new.gamma)),
        });
    } else if old.gamma != new.gamma {
        texts.push(format!("γ = {}", short(new.gamma)));
    }
    if old.learning_rate != new.learning_rate {
        texts.push(format!("rate = {}", short(new.learning_rate)));
    }
    if old.schedule != new.schedule {
        texts.push(format!("KL {}", new.schedule));
    }
    if old.free_bits != new.free_bits {
        texts.push(format!("free bits = {}", short(new.free_bits)));
    }
    if old.eta_enc != new.eta_enc {
        texts.push(format!("η_enc = {}", short(new.eta_enc)));
    }
    if old.alpha != new.alpha {
        texts.push(format!("α = {}", short(new.alpha)));
    }
    if old.objective != new.objective {
        texts.push(match new.objective {
            Objective::Vae => "VAE".into(),
            Objective::Autoencoder => "autoencoder".into(),
        });
    }
    if old.trained != new.trained {
        texts.push(match new.trained {
            TrainedPart::Both => "both trained".into(),
            TrainedPart::Encoder => "encoder only".into(),
            TrainedPart::Decoder => "decoder only".into(),
        });
    }
    texts
}

/// The latents that were held or released, in the words of the plots.
pub(super) fn mode_edits(old: &[LatentMode], new: &[LatentMode]) -> Vec<String> {
    let pairs = old.iter().zip(new).enumerate();
    pairs
        .filter(|(_, (old, new))| old.keep != new.keep)
        .map(|(j, (_, new))| {
            let verb = if new.keep { "released" } else { "held" };
            format!("z{j} {verb}")
        })
        .collect()
}

/// Three significant digits.
fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if !(1e-3..1e4).contains(&value) {
        return format!("{value:.2e}");
    }
    let decimals = (2 - value.log10().floor() as i32).clamp(0, 6) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
