//! A live edit in the words of the plots.

use crate::config::LiveConfig;

/// What changed, in the words of the plots.
pub(super) fn edits(old: &LiveConfig, new: &LiveConfig) -> Vec<String> {
    let mut texts = Vec::new();
    if old.beta != new.beta {
        texts.push(format!("β = {}", short(new.beta)));
    }
    if old.learn_gamma != new.learn_gamma {
        texts.push(if new.learn_gamma {
            "γ learned".into()
        } else {
            format!("γ = {}", short(new.gamma))
        });
    } else if old.gamma != new.gamma {
        texts.push(format!("γ = {}", short(new.gamma)));
    }
    if old.learning_rate != new.learning_rate {
        texts.push(format!("rate = {}", short(new.learning_rate)));
    }
    texts
}

/// Three significant digits.
fn short(value: f64) -> String {
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
