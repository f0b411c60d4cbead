//! Distributions, their log densities, and the KL between two of them.

use std::rc::Rc;

use crate::convention::factor::Factor;
use crate::convention::linear::Linear;
use crate::convention::reader::Reader;
use crate::convention::reader::call::Call;
use crate::convention::term::{Base, Kind, Name, Prior, State, Term, short};
use crate::convention::value::{Dist, Family, Value};
use crate::convention::words;

impl<'t> Reader<'t> {
    /// A distribution, a log density, a sample, or a KL.
    pub(super) fn distribution(&mut self, call: &Call<'t>) -> Option<Value> {
        match call.name.as_str() {
            "normal"
            | "gaussian"
            | "normaldiag"
            | "laplace"
            | "multivariatenormaldiag"
            | "multivariatenormal"
            | "multivariatenormaltril" => self.family(call),
            "bernoulli"
            | "continuousbernoulli"
            | "categorical"
            | "onehotcategorical"
            | "poisson"
            | "negativebinomial"
            | "zeroinflatednegativebinomial"
            | "studentt"
            | "beta"
            | "logistic"
            | "dirichlet"
            | "gamma" => {
                let family = if call.name == "bernoulli" {
                    Family::Bernoulli
                } else {
                    Family::Other
                };
                if call.receiver.is_some() || !Self::is_constructor(call) {
                    return None;
                }
                Some(Value::Dist(Rc::new(Dist {
                    family,
                    loc: None,
                    variance: None,
                    event: false,
                    text: short(call.text),
                })))
            }
            "independent" => Self::independent(call),
            "kl_divergence" | "kl_div" | "kl" | "analytic_kl" => self.divergence(call),
            "log_prob" | "log_density" | "logpdf" => self.log_density(call),
            "sample" | "rsample" => {
                let Some((Value::Dist(dist), _)) = &call.receiver else {
                    return None;
                };
                let sym = self.symbol(&format!("{}@{}", call.text, dist.text));
                self.samples.insert(sym.id, dist.text.clone());
                Some(Value::Linear(Linear::sym(sym)))
            }
            _ => None,
        }
    }

    fn is_constructor(call: &Call<'t>) -> bool {
        let name = call.full.rsplit('.').next().unwrap_or_default();
        name.starts_with(|c: char| c.is_uppercase())
    }

    /// A normal or Laplace distribution.
    fn family(&mut self, call: &Call<'t>) -> Option<Value> {
        if call.receiver.is_some() || !Self::is_constructor(call) {
            return None;
        }
        let event = call.name.starts_with("multivariate");
        let loc = call.argument(0, &["loc", "mean", "mu"])?;
        let loc = self.linear(&loc, "loc");
        let deviation = call.argument(1, &["scale", "scale_diag", "std", "scale_tril"]);
        let variance = match (&deviation, call.keyword(&["covariance_matrix", "variance"])) {
            (_, Some(value)) => {
                let value = value.clone();
                Some(self.linear(&value, "covariance_matrix"))
            }
            (Some(value), None) => {
                let text = call
                    .given
                    .positional
                    .get(1)
                    .map_or("scale".into(), |p| p.1.clone());
                let scale = self.linear(value, &text).without_tiny();
                // A full covariance is no product of deviations.
                let full = call.name == "multivariatenormal" && scale.as_number().is_none();
                let power = if full { 1.0 } else { 2.0 };
                scale.to_the(power, &text)
            }
            (None, None) if event => Some(Linear::number(1.0)),
            _ => None,
        };
        let family = if call.name == "laplace" {
            Family::Laplace
        } else {
            Family::Normal
        };
        Some(Value::Dist(Rc::new(Dist {
            family,
            loc: Some(loc),
            variance,
            event,
            text: short(call.text),
        })))
    }

    fn independent(call: &Call<'t>) -> Option<Value> {
        let inner = call.argument(0, &["base_distribution", "distribution"])?;
        let Value::Dist(dist) = inner else {
            return Some(Value::Dist(Rc::new(Dist {
                family: Family::Other,
                loc: None,
                variance: None,
                event: true,
                text: short(call.text),
            })));
        };
        Some(Value::Dist(Rc::new(Dist {
            event: true,
            ..(*dist).clone()
        })))
    }

    /// The KL between two distributions, or of one to a standard normal one.
    fn divergence(&mut self, call: &Call<'t>) -> Option<Value> {
        if call.is_of("F") || call.is_of("functional") {
            return None;
        }
        let operands = call.operands();
        let is_dist = |v: &Value| match v {
            Value::Dist(_) => true,
            Value::Linear(l) => l.as_sym().is_some() && !l.is_term(),
            _ => false,
        };
        if operands.is_empty()
            || operands.len() > 3
            || !operands.iter().take(2).all(|o| is_dist(&o.0))
        {
            return None;
        }
        // A bare function of that name with other arguments is not the library's.
        let symbols = |at: usize| match operands.get(at) {
            Some((Value::Linear(l), _)) => {
                words::is_mean(&l.name()) || words::is_log_variance(&l.name())
            }
            _ => false,
        };
        if symbols(0) || symbols(1) {
            return None;
        }
        let method_alone = operands.len() == 1;
        if method_alone && call.receiver.is_none() {
            return None;
        }
        let event = operands
            .iter()
            .any(|o| matches!(&o.0, Value::Dist(d) if d.event));
        let mut prior = Prior::standard();
        let mut notes: Vec<Name> = Vec::new();
        match operands.get(1) {
            Some((Value::Dist(p), text)) => {
                if p.family != Family::Normal {
                    return Some(self.opaque(call.text));
                }
                let variance = p.variance.clone();
                match variance.as_ref().and_then(Linear::as_number) {
                    Some(number) => prior.variance = number,
                    None if words::is_standard(&p.text) => {}
                    None => {
                        prior.unread = Some(variance.map_or_else(|| text.clone(), |v| v.name()));
                    }
                }
                if p.loc.as_ref().is_some_and(|l| l.as_number() != Some(0.0))
                    && !words::is_standard(&p.text)
                {
                    let of = p.loc.as_ref().map(Linear::name).unwrap_or_default();
                    notes.push(format!("the prior's mean `{of}` is not learned").into());
                }
            }
            Some((Value::Linear(p), _)) => {
                notes.push(format!("`{}` is a standard normal prior", p.name()).into());
            }
            _ => notes.push(format!("`{}` is to a standard normal prior", short(call.text)).into()),
        }
        if let Some((Value::Dist(q), _)) = operands.first()
            && q.family != Family::Normal
            && q.loc.is_some()
        {
            return Some(self.opaque(call.text));
        }
        let of = operands.first().map_or("".into(), |o| match &o.0 {
            Value::Dist(d) => d.text.clone(),
            Value::Linear(l) => l.name(),
            _ => o.1.clone(),
        });
        // Methods without a prior, as diffusers have, sum over the latents themselves.
        let state = if event || method_alone {
            State::PER_SAMPLE
        } else {
            State::OPEN
        };
        let mut kl = Linear::known(Kind::Kl(prior, false), of, 1.0, state);
        for term in &mut kl.terms {
            for note in &notes {
                term.note(note.clone());
            }
        }
        Some(Value::Linear(kl))
    }

    /// A KL that is only known to be one, of one number per sample.
    pub(super) fn kl_of_names(text: &str, weight: f64) -> Linear {
        let kind = Kind::Kl(Prior::standard(), false);
        let mut kl = Linear::known(kind, short(text), weight, State::PER_SAMPLE);
        for term in &mut kl.terms {
            term.note(format!("{text} have a standard normal prior").into());
        }
        kl
    }

    /// The log density of a distribution at something.
    fn log_density(&mut self, call: &Call<'t>) -> Option<Value> {
        let operands = call.operands();
        let (dist, at) = match operands.as_slice() {
            [dist, at, ..] => (dist, at),
            [dist] => {
                let value = call.keyword(&["value", "x"])?.clone();
                return self.density(&dist.0, &dist.1, &(value, "value".into()), call);
            }
            [] => return None,
        };
        self.density(&dist.0, &dist.1, at, call)
    }

    fn density(
        &mut self,
        dist: &Value,
        dist_text: &str,
        at: &(Value, Name),
        call: &Call<'t>,
    ) -> Option<Value> {
        let point = self.linear(&at.0, &at.1);
        let sampled = point
            .as_sym()
            .and_then(|s| self.samples.get(&s.id).cloned());
        let name = point.as_sym().map_or(at.1.clone(), |s| s.name.clone());
        let latent = sampled.is_some() || words::is_latent(&name) || words::is_latent(&at.1);
        let Value::Dist(dist) = dist else {
            let of = match dist {
                Value::Linear(l) => l.name(),
                _ => dist_text.into(),
            };
            if !latent {
                return None;
            }
            // A distribution that was not pasted: by its name.
            let kind = if words::is_prior(&of) {
                Kind::LogPrior(Prior::standard())
            } else {
                Kind::LogPosterior
            };
            let mut density = Linear::known(kind, name, 1.0, State::OPEN);
            for term in &mut density.terms {
                term.note(format!("`{of}` is normal, and a prior of variance 1").into());
            }
            return Some(Value::Linear(density));
        };
        let state = if dist.event {
            State::PER_SAMPLE
        } else {
            State::OPEN
        };
        if latent && dist.family == Family::Normal {
            let own = sampled.as_ref() == Some(&dist.text);
            let number = dist.variance.as_ref().and_then(Linear::as_number);
            let standard = words::is_standard(&dist.text);
            let kind = if own || (sampled.is_none() && number.is_none() && !standard) {
                Kind::LogPosterior
            } else {
                Kind::LogPrior(Prior {
                    variance: number.unwrap_or(1.0),
                    unread: (number.is_none() && !standard).then(|| {
                        dist.variance
                            .as_ref()
                            .map_or("its scale".into(), Linear::name)
                    }),
                })
            };
            return Some(Value::Linear(Linear::known(kind, name, 1.0, state)));
        }
        let of = dist
            .loc
            .as_ref()
            .map_or_else(|| dist.text.clone(), Linear::name);
        let (kind, number) = match dist.family {
            Family::Bernoulli => (Kind::Bernoulli, -1.0),
            Family::Normal => (Kind::Squared, -0.5),
            Family::Laplace => (Kind::Absolute, -1.0),
            Family::Other => (Kind::OtherError, -1.0),
        };
        let of: Name = if kind == Kind::OtherError {
            short(call.text)
        } else {
            short(&format!("{of} and {name}"))
        };
        let mut density = Linear::known(kind, of, number, state);
        if let Some(loc) = &dist.loc {
            density = match self.between(density, loc, &point) {
                Some(density) => density,
                None => return Some(Value::Linear(Linear::named(call.text))),
            };
        }
        if matches!(dist.family, Family::Normal | Family::Laplace) {
            let Value::Linear(spread) = self.spread(dist, density, state, call)? else {
                return None;
            };
            density = spread;
        }
        density
            .terms
            .retain(|t| !matches!(t.bases.as_slice(), [(Base::Named(_), _)]));
        Some(Value::Linear(density))
    }

    /// The density over the variance, with its logarithm where that is learned.
    fn spread(
        &mut self,
        dist: &Dist,
        density: Linear,
        state: State,
        call: &Call<'t>,
    ) -> Option<Value> {
        let Some(variance) = &dist.variance else {
            return Some(self.followed(None, &[density], call.text));
        };
        let power = if dist.family == Family::Normal {
            1.0
        } else {
            0.5
        };
        let spread = variance.to_the(power, call.text)?;
        let log = variance
            .log(call.text)
            .filter(|l| l.as_number().is_none())
            .map(|l| l.scaled(Factor::number(-0.5)));
        let quotient = density.over(&spread, [call.text, "its variance"]);
        let quotient = self.followed(quotient, &[density], call.text);
        let (Value::Linear(whole), Some(mut log)) = (&quotient, log) else {
            return Some(quotient);
        };
        // The normaliser of a variance that is learned belongs to the loss.
        for term in log
            .terms
            .iter_mut()
            .filter(|t: &&mut Term| !t.is_constant())
        {
            term.state = state;
        }
        Some(Value::Linear(whole.plus(&log)))
    }
}
