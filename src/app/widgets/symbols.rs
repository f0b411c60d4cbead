//! Every symbol in the window with name, meaning and unit: the one table that tooltips and the help page are made of.

/// A symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbol {
    /// As it is written.
    pub sign: &'static str,
    /// The name in words.
    pub name: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
    /// The unit.
    pub unit: &'static str,
}

const fn symbol(
    sign: &'static str,
    name: &'static str,
    meaning: &'static str,
    unit: &'static str,
) -> Symbol {
    Symbol {
        sign,
        name,
        meaning,
        unit,
    }
}

/// All of them: first those of the loss, then those of a latent, of the data, of the experiments.
pub const SYMBOLS: &[Symbol] = &[
    symbol(
        "L",
        "loss",
        "what training minimises, (1/2γ) E‖x − D(z)‖² + (d/2) log 2πγ + β·KL",
        "nats per sample",
    ),
    symbol(
        "β",
        "KL weight",
        "the weight of the KL term in the loss",
        "no unit",
    ),
    symbol(
        "γ",
        "decoder variance",
        "the variance of the decoder's Gaussian, η_dec²",
        "square of the unit of x",
    ),
    symbol(
        "γ*",
        "best decoder variance",
        "the γ that minimises the loss of the present network, E‖x − D(z)‖²/d",
        "square of the unit of x",
    ),
    symbol(
        "γ'",
        "break-even decoder variance",
        "the γ above which the collapsed solution costs less than the present network, (V − f)/(2β·KL), with f the squared \
         error and V the variance of the data",
        "square of the unit of x",
    ),
    symbol(
        "η_dec",
        "decoder standard deviation",
        "√γ, the standard deviation of the decoder's Gaussian",
        "unit of x",
    ),
    symbol(
        "η_enc",
        "prior standard deviation",
        "the standard deviation of the prior N(0, η_enc²) of every latent",
        "unit of the latents",
    ),
    symbol(
        "η",
        "prior standard deviation",
        "short for η_enc",
        "unit of the latents",
    ),
    symbol(
        "KL",
        "Kullback–Leibler divergence",
        "what the posterior q(z|x) costs against the prior, summed over latents where no single one is named",
        "nats per sample",
    ),
    symbol(
        "ELBO",
        "evidence lower bound",
        "a lower bound on log p(x): minus the loss at β = 1",
        "nats per sample",
    ),
    symbol(
        "z",
        "latent",
        "a latent variable; z3 is the one with index 3, counted from 0",
        "unit of the latents",
    ),
    symbol(
        "μ",
        "posterior mean",
        "the mean of a latent's posterior q(z|x) for one input",
        "unit of the latents",
    ),
    symbol(
        "σ",
        "posterior standard deviation",
        "the standard deviation of a latent's posterior q(z|x) for one input",
        "unit of the latents",
    ),
    symbol(
        "σ(x)",
        "posterior standard deviation",
        "the width of the posterior, as the encoder gives it for every input or as one number per latent",
        "unit of the latents",
    ),
    symbol(
        "σ²",
        "posterior variance",
        "the variance of a latent's posterior q(z|x) for one input",
        "square of the unit of the latents",
    ),
    symbol(
        "σ² of pPCA",
        "observation variance",
        "the variance of the noise in probabilistic PCA, which is γ of the linear VAE",
        "square of the unit of x",
    ),
    symbol(
        "E σ²",
        "mean posterior variance",
        "σ² averaged over the data; equal to the prior's variance for a collapsed latent",
        "square of the unit of the latents",
    ),
    symbol(
        "Var μ",
        "variance of the posterior mean",
        "how far a latent's mean varies over the data; close to zero for a collapsed latent",
        "square of the unit of the latents",
    ),
    symbol(
        "σ²-tuned ELBO",
        "variance-tuned bound",
        "the ELBO of the same networks with γ at its best value γ*",
        "nats per sample",
    ),
    symbol(
        "I(x; z)",
        "mutual information",
        "how much the latents say about the input",
        "nats",
    ),
    symbol(
        "κ",
        "number of latents",
        "the dimension of the latent space",
        "count",
    ),
    symbol(
        "x",
        "input",
        "one preprocessed item of the data",
        "unit of the data",
    ),
    symbol(
        "d",
        "dimension",
        "the number of values in one item",
        "count",
    ),
    symbol(
        "n",
        "number of items",
        "the size of the data set in use",
        "count",
    ),
    symbol(
        "N",
        "number of samples",
        "the items in the evaluation set",
        "count",
    ),
    symbol(
        "ζ",
        "standard deviation of a mode",
        "the root of ζ²",
        "unit of x",
    ),
    symbol(
        "ζ²",
        "variance of a mode",
        "an eigenvalue of the data's covariance, largest first; a mode of the linear model lives while ζ² > βγ",
        "square of the unit of x",
    ),
    symbol(
        "Σ",
        "cumulative share",
        "the share of the variance held by the leading modes",
        "percent",
    ),
    symbol(
        "α",
        "soft threshold",
        "what a value must exceed to pass the decoder's or a layer's soft threshold",
        "unit of the layer's values",
    ),
    symbol(
        "π_α",
        "soft-threshold activation",
        "sign(a)(|a| − α)₊",
        "unit of the layer's values",
    ),
    symbol(
        "free bits λ",
        "free bits",
        "the KL that every latent may have without paying for it",
        "nats per latent",
    ),
    symbol(
        "λ of the logit",
        "logit margin",
        "moves values away from 0 and 1 before the logit, which keeps it finite",
        "no unit",
    ),
    symbol(
        "ε",
        "collapse tolerance",
        "the KL below which a sample counts as collapsed",
        "nats",
    ),
    symbol(
        "δ",
        "share of exceptions",
        "the share of the samples that may exceed the tolerance in a collapsed latent",
        "no unit",
    ),
    symbol(
        "ε₁",
        "first push",
        "how far the first zero column of W is pushed along its component",
        "unit of x",
    ),
    symbol(
        "ε₂",
        "second push",
        "how far the second zero column of W is pushed along its component",
        "unit of x",
    ),
    symbol(
        "W",
        "decoder weights",
        "the decoder's weight matrix, or its one weight for a single mode",
        "unit of x over that of the latents",
    ),
    symbol(
        "u",
        "decoder weight",
        "the decoder's weight of one mode",
        "unit of x",
    ),
    symbol(
        "v",
        "encoder weight",
        "the encoder's weight of one mode",
        "inverse of the unit of x",
    ),
    symbol(
        "w",
        "KL weight in your code",
        "the factor of the KL term as your code writes it",
        "depends on that code",
    ),
    symbol(
        "k",
        "importance samples",
        "draws of z per item in the importance-weighted bound",
        "count",
    ),
];

/// The symbols in a label, in its order, each once: the longest sign that fits at every place, and a sign of Latin
/// letters only where it is no part of a word.
pub fn in_label(label: &str) -> Vec<&'static Symbol> {
    let mut found: Vec<&'static Symbol> = Vec::new();
    let mut before: Option<char> = None;
    let mut rest = label;
    while let Some(first) = rest.chars().next() {
        let fits = |symbol: &&&Symbol| {
            let Some(after) = after_sign(rest, symbol.sign) else {
                return false;
            };
            let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
            let starts = symbol.sign.starts_with(|c: char| c.is_ascii_alphabetic());
            let ends = symbol.sign.ends_with(|c: char| c.is_ascii_alphabetic());
            let free_before = !starts || !inside(before) && before != Some('\'');
            let free_after = !ends || !inside(after.chars().next());
            free_before && free_after
        };
        let longest = SYMBOLS
            .iter()
            .filter(|s| fits(&s))
            .max_by_key(|s| s.sign.len());
        let step = longest.map_or(first.len_utf8(), |s| s.sign.len());
        if let Some(symbol) = longest
            && !found.contains(&symbol)
        {
            found.push(symbol);
        }
        before = rest[..step].chars().next_back();
        rest = &rest[step..];
    }
    found
}

/// What follows a sign at the head of a label; a sign of several words may begin with a capital.
fn after_sign<'a>(label: &'a str, sign: &str) -> Option<&'a str> {
    let (head, after) = label.split_at_checked(sign.len())?;
    let same = if sign.contains(' ') {
        head.eq_ignore_ascii_case(sign)
    } else {
        head == sign
    };
    same.then_some(after)
}

/// `β, KL weight: the weight of the KL term in the loss (no unit)`, one line per symbol in the label; empty if there
/// is none.
pub fn explain(label: &str) -> String {
    let line = |s: &&Symbol| format!("{}, {}: {} ({})", s.sign, s.name, s.meaning, s.unit);
    let lines: Vec<String> = in_label(label).iter().map(line).collect();
    lines.join("\n")
}

/// A tooltip: what a control does, then what the symbols in its label mean.
pub fn tooltip(help: &str, label: &str) -> String {
    let symbols = explain(label);
    match (help.is_empty(), symbols.is_empty()) {
        (true, _) => symbols,
        (false, true) => help.to_owned(),
        (false, false) => format!("{help}\n\n{symbols}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(label: &str) -> Vec<&'static str> {
        in_label(label).into_iter().map(|s| s.sign).collect()
    }

    #[test]
    fn the_longest_sign_is_the_one_meant() {
        assert_eq!(signs("latents κ"), ["κ"]);
        assert_eq!(signs("E σ² of z3, σ²"), ["E σ²", "z", "σ²"]);
        assert_eq!(signs("γ* implied"), ["γ*"]);
        assert_eq!(signs("η_dec against η_enc"), ["η_dec", "η_enc"]);
        assert_eq!(signs("β × γ"), ["β", "γ"]);
        assert_eq!(signs("σ²-tuned ELBO"), ["σ²-tuned ELBO"]);
        assert_eq!(signs("Loss L, seed, log-det, Dodd"), ["L"]);
        assert_eq!(signs("the network's decoder"), [""; 0]);
        assert_eq!(signs("Free bits λ"), ["free bits λ"]);
    }

    #[test]
    fn a_tooltip_has_name_meaning_and_unit() {
        assert_eq!(
            tooltip("Moves β.", "β"),
            "Moves β.\n\nβ, KL weight: the weight of the KL term in the loss (no unit)"
        );
        assert_eq!(tooltip("Plain.", "depth"), "Plain.");
        assert_eq!(explain("depth"), "");
    }

    #[test]
    fn every_sign_stands_once_and_is_explained() {
        for (at, symbol) in SYMBOLS.iter().enumerate() {
            let again = SYMBOLS[..at].iter().any(|s| s.sign == symbol.sign);
            assert!(!again, "{}", symbol.sign);
            let texts = [symbol.name, symbol.meaning, symbol.unit];
            assert!(texts.iter().all(|t| !t.is_empty()), "{}", symbol.sign);
            assert_eq!(signs(symbol.sign), [symbol.sign]);
        }
    }
}
