//! What names usually stand for. A name only helps where the code itself does not say.

use super::factor::Factor;

fn any(name: &str, marks: &[&str]) -> bool {
    marks.iter().any(|mark| name.contains(mark))
}

/// A weight, whatever it weighs.
fn is_weight(name: &str) -> bool {
    let marks = [
        "weight", "coef", "beta", "lambda", "anneal", "factor", "alpha", "scale", "lambd", "wt",
        "ratio", "warm",
    ];
    any(name, &marks) || name.starts_with("w_") || name.ends_with("_w")
}

/// The name itself, in small letters: of a call its function, of a path its last part.
fn own(name: &str) -> String {
    let name = name.split(['(', '[']).next().unwrap_or(name);
    name.rsplit('.').next().unwrap_or(name).to_lowercase()
}

/// A KL term.
pub(super) fn is_kl(name: &str) -> bool {
    let name = own(name);
    let marks = [
        "kl",
        "latent_loss",
        "regularization_loss",
        "regularisation_loss",
    ];
    let bounds = ["tol", "free", "capacity", "target", "max", "min"];
    any(&name, &marks) && !is_weight(&name) && !any(&name, &bounds)
}

/// A reconstruction term.
pub(super) fn is_error(name: &str) -> bool {
    let name = own(name);
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
        "l1_loss",
        "huber",
        "cross_ent",
        "xent",
    ];
    let not = [
        "recon_x",
        "x_recon",
        "recon_batch",
        "reconstructed",
        "logpz",
        "log_pz",
        "log_p_z",
        "log_prior",
        "logprior",
        "recon_img",
        "recon_image",
        "recons_x",
        "x_rec",
        "img_rec",
        "recon_data",
        "recon_out",
        "reconstruction_x",
    ];
    let squares = name.split('_').any(|part| part == "sse");
    (any(&name, &marks) || squares || name == "rec")
        && !is_kl(&name)
        && !is_latent(&name)
        && !is_weight(&name)
        && !any(&name, &not)
        && ![
            "reconstruct",
            "reconstruction",
            "reconstructions",
            "recon",
            "recons",
            "reconstruct_x",
        ]
        .contains(&&*name)
        || ["recon_loss", "reconstruction_loss"].contains(&&*name)
}

/// A reconstruction term, where it stands alone in a sum with a KL.
pub(super) fn may_be_error(name: &str) -> bool {
    is_error(name) || ["reconstruction", "recon", "recons", "rec"].contains(&&*own(name))
}

/// A reconstruction term that goes by the name of a cross-entropy.
pub(super) fn is_cross_entropy(name: &str) -> bool {
    any(&own(name), &["bce", "xent", "cross_ent", "crossent"])
}

/// A log density of z under the posterior (1) or the prior (−1).
pub(super) fn log_density(name: &str) -> Option<f64> {
    let name: String = own(name).chars().filter(|c| *c != '_').collect();
    let log = name.starts_with("log") || name.starts_with("lp");
    if !log {
        return None;
    }
    if any(&name, &["qz", "posterior"]) {
        return Some(1.0);
    }
    // p(x|z) is a likelihood.
    (any(&name, &["pz", "prior"]) && !name.contains('x')).then_some(-1.0)
}

/// The logarithm of a posterior's variance or standard deviation.
pub(super) fn is_log_variance(name: &str) -> bool {
    let name = own(name);
    any(&name, &["log", "ln"]) && any(&name, &["var", "sig", "std", "scale", "σ"])
        || ["lv", "logs"].contains(&&*name)
}

/// The logarithm of a standard deviation.
pub(super) fn is_log_deviation(name: &str) -> bool {
    let name = own(name);
    let squared = any(&name, &["sq", "2", "²", "var"]);
    is_log_variance(&name) && any(&name, &["sig", "std", "scale", "σ"]) && !squared
}

/// A standard deviation.
pub(super) fn is_deviation(name: &str) -> bool {
    let name = own(name);
    any(&name, &["sig", "std", "scale", "stddev", "σ"]) && !any(&name, &["sq", "2", "²", "var"])
}

/// A variance.
pub(super) fn is_variance(name: &str) -> bool {
    let name = own(name);
    name.contains("var")
        || any(
            &name,
            &["sigma2", "sigma_sq", "sigma_2", "std2", "σ²", "σ2"],
        )
}

/// A whole loss.
pub(super) fn is_loss(name: &str) -> bool {
    let name = own(name);
    let whole = ["loss", "elbo", "objective", "cost"];
    whole.iter().any(|w| name.ends_with(w)) && !is_kl(&name) && !may_be_error(&name)
}

/// The mean of a posterior or prior.
pub(super) fn is_mean(name: &str) -> bool {
    let name = own(name);
    name == "m"
        || any(&name, &["mu", "mean", "loc", "μ"])
            && !any(&name, &["decoded", "x_hat", "recon", "mul"])
}

/// A latent.
pub(super) fn is_latent(name: &str) -> bool {
    let name = own(name);
    // What was made of a latent is none.
    if any(&name, &["decod", "image", "img", "pred"]) {
        return false;
    }
    [
        "z", "zs", "z_sample", "latent", "latents", "z_q", "code", "codes",
    ]
    .contains(&&*name)
        || name.starts_with("z_")
        || name.starts_with("latent")
        || name.ends_with("_z") && !name.contains(['x', 'p']) && !name.contains("given")
        || name.starts_with("quantized")
}

/// What is left of a subtraction.
pub(super) fn is_difference(name: &str) -> bool {
    any(&own(name), &["diff", "resid", "err", "delta"])
}

/// A name that may be part of a formula, not just a factor.
pub(super) fn is_formula(name: &str) -> bool {
    is_mean(name)
        || is_log_variance(name)
        || is_deviation(name)
        || is_variance(name)
        || is_difference(name)
        || is_latent(name)
        || is_kl(name)
        || is_error(name)
}

/// A prior by its name.
pub(super) fn is_prior(name: &str) -> bool {
    let name = name.to_lowercase();
    name.contains("prior")
        || name == "p"
        || name == "pz"
        || name == "p_z"
        || name.split('.').next_back() == Some("p")
}

/// A distribution whose arguments say that it is N(0, 1).
pub(super) fn is_standard(text: &str) -> bool {
    let text = text.to_lowercase();
    any(&text, &["zero"]) && any(&text, &["one", "unit", "eye"]) || any(&text, &["standard"])
}

/// Settings that a command line or a file gives.
pub(super) fn is_arguments(name: &str) -> bool {
    let name = own(name);
    [
        "args",
        "opt",
        "opts",
        "flags",
        "config",
        "cfg",
        "hparams",
        "params",
        "arguments",
        "parsed",
    ]
    .contains(&&*name)
}

/// A word that may matter where the code around it is no Python.
pub(super) fn matters(name: &str) -> bool {
    let lower = name.to_lowercase();
    is_kl(name)
        || is_error(name)
        || is_weight(&lower)
        || any(&lower, &["loss", "elbo", "logvar", "backward"])
}

/// Whether a word of a text may matter.
pub(super) fn any_matters(text: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|name| !name.is_empty() && matters(name))
}

/// A size that goes by a common name.
pub(super) fn size(name: &str) -> Option<Factor> {
    if name.contains(['(', '[']) {
        return None;
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    match last.to_lowercase().as_str() {
        "batch_size"
        | "batchsize"
        | "bsz"
        | "bs"
        | "n_batch"
        | "batch_len"
        | "minibatch_size"
        | "num_samples_in_batch" => Some(Factor::BATCH),
        "original_dim" | "input_dim" | "x_dim" | "data_dim" | "n_pixels" | "num_pixels"
        | "input_size" | "image_dim" | "n_input" | "dim_x" | "img_dim" | "input_dims" | "d_x" => {
            Some(Factor::PIXELS)
        }
        "latent_dim" | "latent_dims" | "z_dim" | "zdim" | "dim_z" | "n_latents" | "latent_size"
        | "n_latent" | "z_size" | "latents" | "num_latents" | "d_z" | "latent_features" | "nz" => {
            Some(Factor::LATENTS)
        }
        _ => None,
    }
}

/// A number that libraries have a name for.
pub(super) fn constant(name: &str) -> Option<f64> {
    let (library, name) = name.rsplit_once('.')?;
    if !is_library(library) {
        return None;
    }
    match name {
        "pi" => Some(std::f64::consts::PI),
        "e" => Some(std::f64::consts::E),
        _ => None,
    }
}

/// Names of libraries, whose functions take what they work on as an argument.
pub(super) fn is_library(name: &str) -> bool {
    let root = name.split('.').next().unwrap_or(name);
    matches!(
        root.to_lowercase().as_str(),
        "torch"
            | "np"
            | "numpy"
            | "jnp"
            | "jax"
            | "tf"
            | "tensorflow"
            | "keras"
            | "k"
            | "f"
            | "nn"
            | "optax"
            | "tfd"
            | "tfp"
            | "tensorflow_probability"
            | "dist"
            | "dists"
            | "distributions"
            | "distrax"
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
            | "pyro"
            | "einops"
            | "functools"
            | "operator"
            | "eqx"
            | "layers"
            | "mx"
            | "paddle"
            | "chainer"
    )
}
