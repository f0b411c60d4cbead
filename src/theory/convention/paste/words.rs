//! What names of variables usually stand for. A name only helps where the code itself does not say.

use super::scale::Scale;

/// The last part of a dotted name.
pub(super) fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn any(name: &str, marks: &[&str]) -> bool {
    marks.iter().any(|mark| name.contains(mark))
}

/// A weight, whatever it weighs.
fn is_weight(name: &str) -> bool {
    let marks = [
        "weight", "coef", "beta", "lambda", "anneal", "factor", "alpha", "scale",
    ];
    any(name, &marks) || name.starts_with("w_") || name.ends_with("_w")
}

/// A KL term.
pub(super) fn is_kl(name: &str) -> bool {
    let name = name.to_lowercase();
    any(
        &name,
        &[
            "kl",
            "latent_loss",
            "regularization_loss",
            "regularisation_loss",
        ],
    ) && !is_weight(&name)
}

/// A reconstruction term.
pub(super) fn is_error(name: &str) -> bool {
    let name = name.to_lowercase();
    let marks = [
        "recon",
        "rec_",
        "_rec",
        "mse",
        "bce",
        "nll",
        "likelihood",
        "log_p",
        "logp",
        "sse",
        "l1_loss",
        "huber",
        "cross_ent",
        "xent",
    ];
    (any(&name, &marks) || name == "rec")
        && !is_kl(&name)
        && !is_weight(&name)
        && !any(
            &name,
            &["recon_x", "x_recon", "recon_batch", "reconstructed"],
        )
}

/// The logarithm of a posterior's variance or standard deviation.
pub(super) fn is_log_variance(name: &str) -> bool {
    let name = name.to_lowercase();
    // A call with one among its arguments is none.
    !name.contains('(')
        && any(&name, &["log", "ln"])
        && any(&name, &["var", "sig", "std", "scale", "σ"])
        || name == "lv"
}

/// The mean of a posterior or prior.
pub(super) fn is_mean(name: &str) -> bool {
    let name = name.to_lowercase();
    name == "m" || any(&name, &["mu", "mean", "loc", "μ"])
}

/// A reconstruction term that goes by the name of a cross-entropy.
pub(super) fn is_cross_entropy(name: &str) -> bool {
    any(
        &name.to_lowercase(),
        &["bce", "xent", "cross_ent", "crossent"],
    )
}

/// What is left of a subtraction.
pub(super) fn is_difference(name: &str) -> bool {
    any(&name.to_lowercase(), &["diff", "resid", "err", "delta"])
}

/// A size that goes by a common name.
pub(super) fn size(name: &str) -> Option<Scale> {
    match last(name) {
        "batch_size" | "batchsize" | "bsz" | "bs" | "n_batch" | "batch_len" => Some(Scale::batch()),
        "original_dim" | "input_dim" | "x_dim" | "data_dim" | "n_pixels" | "num_pixels" => {
            Some(Scale::pixels())
        }
        "latent_dim" | "latent_dims" | "z_dim" | "zdim" | "dim_z" | "n_latents" | "latent_size" => {
            Some(Scale::latents())
        }
        _ => None,
    }
}

/// Names of libraries, whose functions take what they work on as an argument.
pub(super) fn is_library(name: &str) -> bool {
    let root = name.split('.').next().unwrap_or(name);
    matches!(
        root,
        "torch"
            | "np"
            | "numpy"
            | "jnp"
            | "jax"
            | "tf"
            | "keras"
            | "k"
            | "f"
            | "nn"
            | "optax"
            | "tfd"
            | "tfp"
            | "dist"
            | "dists"
            | "distributions"
            | "td"
            | "ops"
            | "losses"
            | "functional"
            | "math"
            | "metrics"
            | "backend"
            | "flax"
            | "lax"
            | "d"
            | "numpyro"
    )
}
