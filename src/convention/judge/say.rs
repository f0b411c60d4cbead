//! What is said of a loss that was read.

use crate::convention::form::{ErrorTerm, Reduction};
use crate::convention::reading::Reading;
use crate::convention::term::{Dims, Kind};

use super::parts::Piece;

/// Adds a sentence once.
pub(super) fn say(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}

/// A number as short as it can be.
pub(super) fn rounded(value: f64) -> String {
    let short = format!("{value:.6e}");
    short.parse::<f64>().unwrap_or(value).to_string()
}

/// What the two terms are.
pub(super) fn sentences(reading: &mut Reading, error: Option<&Piece>, kl: Option<&Piece>) {
    match error {
        Some(piece) if piece.read => error_read(reading, piece),
        piece => {
            let name = if reading.form.error == ErrorTerm::Bernoulli {
                "mean binary cross-entropy"
            } else {
                "mean squared error"
            };
            let text = format!("{name} over pixels and batch{}", named(piece));
            say(&mut reading.assumed, text);
        }
    }
    match kl {
        Some(piece) if piece.read => {
            let sampled = matches!(piece.kind, Some(Kind::Kl(_, true)));
            let how = if sampled {
                ", estimated at samples of z"
            } else {
                ""
            };
            let text = format!(
                "KL{how}: {} over latents, {} over the batch",
                reading.form.kl_latents.word(),
                reading.form.kl_batch.word()
            );
            say(&mut reading.found, text);
            if let Some(Kind::Kl(prior, _)) = &piece.kind
                && prior.unread.is_none()
                && (prior.variance - 1.0).abs() > 1e-9
            {
                let text = format!(
                    "the prior has the standard deviation η_enc = {}, not 1",
                    rounded(prior.variance.sqrt())
                );
                say(&mut reading.found, text);
            }
            if piece.term.state.dims == Dims::Open {
                say(&mut reading.assumed, "the KL is summed over latents".into());
            }
        }
        piece => {
            let over = if reading.form.kl_batch == Reduction::Sum {
                "summed"
            } else {
                "averaged"
            };
            let text = format!(
                "KL summed over latents, {over} over the batch{}",
                named(piece)
            );
            say(&mut reading.assumed, text);
        }
    }
}

fn error_read(reading: &mut Reading, piece: &Piece) {
    let form = &reading.form;
    let name = match form.error {
        ErrorTerm::Squared if piece.kind == Some(Kind::OtherError) => "an error of another decoder",
        ErrorTerm::Squared => "squared error",
        ErrorTerm::Bernoulli => "binary cross-entropy of a Bernoulli decoder",
        ErrorTerm::Absolute => "absolute error (L1)",
    };
    let half = if form.error_half { "half the " } else { "" };
    let factor = if form.error_variance == 1.0 {
        String::new()
    } else {
        format!(", times {}", rounded(1.0 / form.error_variance))
    };
    let text = format!(
        "{half}{name}: {} over pixels, {} over the batch{factor}",
        form.error_dims.word(),
        form.error_batch.word()
    );
    let more = match form.error {
        ErrorTerm::Squared => None,
        ErrorTerm::Bernoulli => Some(
            "a cross-entropy is nats already: β here is that of a Bernoulli decoder, without γ",
        ),
        ErrorTerm::Absolute => {
            Some("an absolute error has no Gaussian equivalent: no β translates it")
        }
    };
    say(&mut reading.found, text);
    if let Some(text) = more {
        say(&mut reading.found, text.into());
    }
    if let Some((part, samples)) = &piece.part {
        of_a_part(reading, part, *samples);
    }
    if piece.term.state.dims == Dims::Open {
        say(
            &mut reading.assumed,
            "the error is summed over pixels".into(),
        );
    }
}

/// What is said of an error that is taken over a part of the data.
fn of_a_part(reading: &mut Reading, part: &str, samples: bool) {
    let (what, how, size) = if samples {
        ("samples", reading.form.error_batch, "the batch")
    } else {
        ("pixels", reading.form.error_dims, "d")
    };
    let text = format!(
        "the error is the {} over some of the {what}, `{part}`: {size} is their number",
        how.word()
    );
    // A mean divides by a number that is not that of the whole; a sum over some samples stands beside one over all.
    let open = samples == (how == Reduction::Sum);
    say(
        if open {
            &mut reading.unread
        } else {
            &mut reading.assumed
        },
        text,
    );
}

/// The name of a term of which the code says no more.
fn named(piece: Option<&Piece>) -> String {
    piece.map_or_else(String::new, |p| format!(", for `{}`", p.name))
}

/// What is said of the weight.
pub(super) fn weights(reading: &mut Reading, kl: Option<&Piece>, added: bool) {
    let unknown = reading.unread.iter().any(|u| u.contains("acts on the KL"));
    match reading.weight {
        Some(weight) if kl.is_some() => {
            let sizes = weight.sizes_in_words();
            let times = if sizes.is_empty() { "" } else { ", times " };
            let text = format!("weight of the KL: {}{times}{sizes}", rounded(weight.number));
            if added && !unknown {
                say(&mut reading.found, text);
            } else {
                say(&mut reading.assumed, text);
            }
        }
        _ => say(&mut reading.assumed, "weight of the KL: 1".into()),
    }
}
