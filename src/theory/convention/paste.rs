//! A loss read from a few lines of someone's code.
//!
//! This is reading, not parsing: it looks for the words that people write in PyTorch, TensorFlow, JAX and NumPy, says what
//! it took them for, and leaves every choice to be corrected.

use super::{LossForm, Reduction};

/// What a piece of code was taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// How the loss is written.
    pub form: LossForm,
    /// The KL's weight, if a number stands before or after it.
    pub weight: Option<f64>,
    /// What was recognised, one sentence each.
    pub found: Vec<String>,
    /// What was not, and is assumed.
    pub assumed: Vec<String>,
}

/// Marks of a squared error.
const ERROR: [&str; 9] = [
    "mse", "squared", "square(", "**2", "pow(2", "pow(x", "l2_loss", "norm(", "sse",
];
/// Marks of a KL term's own formula.
const KL: [&str; 9] = [
    "logvar",
    "log_var",
    "log_sigma",
    "logsigma",
    "lnvar",
    "log_variance",
    "kl_div",
    "log(sigma",
    "log(var",
];

/// Reads a loss; `None` if there is neither an error nor a KL in the text.
pub fn read_loss(text: &str) -> Option<Reading> {
    let statements: Vec<Statement> = text
        .lines()
        .filter_map(|line| line.split('#').next())
        .flat_map(|line| line.split(';'))
        .filter_map(Statement::of)
        .collect();
    let kl = statements.iter().find(|s| s.has(&KL));
    let error = statements
        .iter()
        .find(|s| s.has(&ERROR) && kl.is_none_or(|kl| !std::ptr::eq(*s, kl)))
        .or_else(|| statements.iter().find(|s| s.has(&ERROR)));
    let weighted = statements.iter().find_map(|s| s.weight_of_kl(kl));
    if error.is_none() && kl.is_none() && weighted.is_none() {
        return None;
    }
    let mut form = LossForm::default();
    let (mut found, mut assumed) = (Vec::new(), Vec::new());
    match error {
        Some(statement) => {
            // What belongs to the KL in the same line is not the error's.
            let text = statement.error_part();
            let default = (Reduction::Mean, Reduction::Mean);
            (form.error_dims, form.error_batch) = reductions(text).unwrap_or(default);
            form.error_half = halves(text);
            let half = if form.error_half { "half the " } else { "" };
            found.push(format!(
                "{half}squared error: {} over pixels, {} over the batch",
                form.error_dims.word(),
                form.error_batch.word()
            ));
        }
        None => assumed.push("mean squared error over pixels and batch".into()),
    }
    match kl {
        Some(statement) => {
            let text = statement.kl_part();
            let default = (Reduction::Sum, form.error_batch);
            (form.kl_latents, form.kl_batch) = reductions(text).unwrap_or(default);
            form.kl_half = halves(text) || text.contains("kl_div");
            let twice = if form.kl_half { "" } else { "without its ½, " };
            found.push(format!(
                "KL: {twice}{} over latents, {} over the batch",
                form.kl_latents.word(),
                form.kl_batch.word()
            ));
        }
        None => assumed.push("KL summed over latents, averaged over the batch".into()),
    }
    match weighted {
        Some(weight) => found.push(format!("weight of the KL: {weight}")),
        None => assumed.push("weight of the KL: 1".into()),
    }
    Some(Reading {
        form,
        weight: weighted,
        found,
        assumed,
    })
}

/// A line of code without spaces, in lower case.
struct Statement {
    /// What it assigns to; empty for an expression.
    name: String,
    value: String,
}

impl Statement {
    fn of(line: &str) -> Option<Self> {
        let dense: String = line
            .chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
            .map(|c| match c {
                '"' => '\'',
                '−' | '–' => '-',
                c => c,
            })
            .collect();
        if dense.is_empty() {
            return None;
        }
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        // The first `=` after a bare name is the assignment; others are keywords of calls.
        Some(match dense.split_once('=') {
            Some((name, value)) if !name.is_empty() && name.chars().all(word) => Self {
                name: name.to_owned(),
                value: value.to_owned(),
            },
            _ => Self {
                name: String::new(),
                value: dense.trim_start_matches("return").to_owned(),
            },
        })
    }

    fn has(&self, marks: &[&str]) -> bool {
        marks.iter().any(|mark| self.value.contains(mark))
    }

    /// The place where the KL's part of a line with both terms begins: the last `+` before its first mark that is not
    /// inside a bracket.
    fn split(&self) -> usize {
        let first = KL.iter().filter_map(|mark| self.value.find(mark)).min();
        let Some(first) = first else {
            return self.value.len();
        };
        let mut depth = 0_i32;
        let mut at = 0;
        for (index, c) in self.value[..first].char_indices() {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                '+' if depth <= 0 => at = index,
                _ => {}
            }
        }
        at
    }

    fn error_part(&self) -> &str {
        let at = self.split();
        if at == 0 {
            &self.value
        } else {
            &self.value[..at]
        }
    }

    fn kl_part(&self) -> &str {
        &self.value[self.split()..]
    }

    /// The number that multiplies the KL in a sum: `0.5*kld`, `kl_loss*1e-3`, `beta*kl` has none.
    fn weight_of_kl(&self, kl: Option<&Statement>) -> Option<f64> {
        let name = kl.map_or("", |s| s.name.rsplit('.').next().unwrap_or(""));
        for (at, _) in self.value.match_indices("kl").chain(
            (!name.is_empty())
                .then(|| self.value.match_indices(name))
                .into_iter()
                .flatten(),
        ) {
            let before = &self.value[..at];
            // The name may begin earlier, as in `self.kld` or `loss_kl`.
            let before = before.trim_end_matches(|c: char| c.is_alphanumeric() || "_.".contains(c));
            let number = before.strip_suffix('*').and_then(number_at_end);
            let rest = &self.value[at..];
            let rest = rest.trim_start_matches(|c: char| c.is_alphanumeric() || "_.".contains(c));
            let rest = skip_call(rest);
            let after = rest.strip_prefix('*').and_then(number_at_start);
            if let Some(weight) = number.or(after) {
                return Some(weight);
            }
        }
        None
    }
}

/// What follows a call's brackets.
fn skip_call(text: &str) -> &str {
    if !text.starts_with('(') {
        return text;
    }
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[at + 1..];
        }
    }
    ""
}

fn is_number(c: char) -> bool {
    c.is_ascii_digit() || c == '.'
}

fn number_at_end(text: &str) -> Option<f64> {
    // With an exponent the sign stands inside: 1e-3.
    let start = text
        .char_indices()
        .rev()
        .take_while(|(at, c)| {
            is_number(*c) || *c == 'e' || (*c == '-' && text[..*at].ends_with('e'))
        })
        .last()?
        .0;
    positive(&text[start..])
}

fn number_at_start(text: &str) -> Option<f64> {
    let end = text
        .char_indices()
        .take_while(|(at, c)| {
            is_number(*c) || *c == 'e' || (*c == '-' && text[..*at].ends_with('e'))
        })
        .last()
        .map(|(at, c)| at + c.len_utf8())?;
    positive(&text[..end])
}

fn positive(text: &str) -> Option<f64> {
    text.parse::<f64>()
        .ok()
        .filter(|v| v.is_finite() && *v > 0.0)
}

/// Whether a ½ stands in an expression.
fn halves(text: &str) -> bool {
    ["0.5*", "*0.5", "/2", ".5*", "(1/2)", "½"]
        .iter()
        .any(|mark| text.contains(mark))
}

/// How an expression is reduced over (numbers of a sample, batch); `None` if it does not say.
fn reductions(text: &str) -> Option<(Reduction, Reduction)> {
    if text.contains("reduction='sum'") {
        return Some((Reduction::Sum, Reduction::Sum));
    }
    let mut inner_first = Vec::new();
    let mut outer_first = Vec::new();
    for (word, reduction) in [("sum(", Reduction::Sum), ("mean(", Reduction::Mean)] {
        for (at, _) in text.match_indices(word) {
            let arguments = &text[at + word.len()..];
            // `….sum(1)` follows what it sums, `torch.sum(…, dim=1)` stands before it.
            let method = text[..at].ends_with(").") || text[..at].ends_with("].");
            let close = skip_call(&text[at + word.len() - 1..]);
            let own = &arguments[..arguments.len() - close.len()];
            let along = if method {
                own.trim_end_matches(')')
                    .chars()
                    .any(|c| c.is_ascii_digit())
            } else {
                own.contains("dim=") || own.contains("axis=") || trailing_axis(own)
            };
            let step = (at, reduction, along);
            if method {
                inner_first.push(step);
            } else {
                outer_first.push(step);
            }
        }
    }
    inner_first.sort_by_key(|s| s.0);
    outer_first.sort_by_key(|s| std::cmp::Reverse(s.0));
    // From the inside out: calls around the expression, then methods behind it.
    let steps: Vec<(usize, Reduction, bool)> = outer_first.into_iter().chain(inner_first).collect();
    match steps.as_slice() {
        [] if text.contains("mse_loss(") || text.contains("mseloss(") => {
            Some((Reduction::Mean, Reduction::Mean))
        }
        [] => None,
        // Along one axis only: that of the sample's numbers; the batch is then averaged somewhere.
        [(_, reduction, true)] => Some((*reduction, Reduction::Mean)),
        [(_, reduction, false)] => Some((*reduction, *reduction)),
        [first, .., last] => Some((first.1, last.1)),
    }
}

/// Whether the arguments of a call end in an axis: `…, 1)` or `…, -1)`.
fn trailing_axis(arguments: &str) -> bool {
    let inner = arguments.strip_suffix(')').unwrap_or(arguments);
    inner.rsplit_once(',').is_some_and(|(before, last)| {
        let balanced = before.matches('(').count() == before.matches(')').count();
        balanced && last.parse::<i32>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::super::Sizes;
    use super::*;

    const SIZES: Sizes = Sizes {
        dim: 784,
        latents: 20,
        batch: 128,
        gamma: 1.0,
    };

    fn beta(text: &str) -> f64 {
        let reading = read_loss(text).expect("a loss");
        let weight = reading.weight.unwrap_or(1.0);
        reading.form.beta(weight, &SIZES).expect("a β")
    }

    /// Each expectation is the ratio of the two terms' factors, worked out by hand.
    #[test]
    fn what_people_write_is_read() {
        for (text, expected) in [
            // Both summed over everything: w/2.
            (
                "recon = F.mse_loss(x_hat, x, reduction='sum')\n\
                 kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\n\
                 loss = recon + 3 * kld",
                1.5,
            ),
            // The classic of PyTorch-VAE: mean over pixels and batch against a sum over latents.
            (
                "recons_loss = F.mse_loss(recons, input)\n\
                 kld_loss = torch.mean(-0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim = 1), dim = 0)\n\
                 loss = recons_loss + 0.00025 * kld_loss",
                0.00025 * 784.0 / 2.0,
            ),
            // A sum over the batch against a mean: the batch comes in.
            (
                "rec = F.mse_loss(y, x)\nkl = -0.5*torch.sum(1+logvar-mu.pow(2)-logvar.exp())\nloss = rec + 1e-3*kl",
                1e-3 * 784.0 * 128.0 / 2.0,
            ),
            // Means of everything: pixels over latents.
            (
                "rec = ((x - y)**2).mean()\nkl = -0.5*(1+logvar-mu**2-logvar.exp()).mean()\nloss = rec + kl * 0.1",
                0.1 * 784.0 / 20.0 / 2.0,
            ),
            // ½ SSE, one line, methods along an axis.
            (
                "loss = (0.5*((x-y)**2).sum(1) + 4*kl_div(q, p).sum(1)).mean()",
                4.0,
            ),
            // A KL without its ½ counts twice.
            (
                "rec = 0.5*np.sum((x-y)**2)\nkl = np.sum(mu**2 + np.exp(logvar) - logvar - 1)\nreturn rec + kl",
                2.0,
            ),
        ] {
            let found = beta(text);
            assert!(
                (found / expected - 1.0).abs() < 1e-12,
                "{found} {expected}\n{text}"
            );
        }
    }

    #[test]
    fn what_is_not_there_is_assumed_and_said() {
        assert!(read_loss("print('hello')").is_none());
        assert!(read_loss("").is_none());
        let reading = read_loss("loss = F.mse_loss(a, b) + beta * kl").expect("an error");
        assert_eq!(reading.weight, None);
        assert_eq!(reading.assumed.len(), 2, "{reading:?}");
        // Nothing in someone's code can make it fail.
        for text in [
            "kl*",
            "((((mse",
            "+*kl",
            "𝛽·kl_div(",
            "sum(sum(sum(logvar",
            "½ mse_loss(½",
            "1e-*kl",
        ] {
            let _ = read_loss(text);
        }
    }
}
