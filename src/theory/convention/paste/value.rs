//! What an expression comes to: sums of terms that are known for what they are, each with its factor and with what it
//! was reduced over.

use super::scale::{Scale, short};
use super::words;

/// What a term measures.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// (x − x̂)²
    Squared,
    /// −x log x̂ − (1 − x) log(1 − x̂)
    Bernoulli,
    /// |x − x̂|
    Absolute,
    /// ½ (μ² + σ² − log σ² − 1)
    Kl,
    /// Part of a KL: the square of something that is no difference.
    Square,
    /// Part of a KL: a logarithm.
    Log,
    /// Part of a cross-entropy: x log x̂.
    LogProduct,
    /// A number or what follows from others, such as exp(log σ²).
    Plain,
    /// Something known by its name only.
    Other(String),
}

impl Kind {
    /// Whether its numbers are those of the latents, not of the pixels.
    fn of_latents(&self) -> bool {
        matches!(self, Self::Kl | Self::Square | Self::Log)
    }

    /// Whether it is a reconstruction term that was read.
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Squared | Self::Bernoulli | Self::Absolute)
    }
}

/// What of a sample's own numbers a term still has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dims {
    /// All of them.
    Open,
    /// All but the last axis, over which Keras' losses take their mean.
    Last,
    /// None.
    Done,
}

/// One term.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub kind: Kind,
    pub scale: Scale,
    pub dims: Dims,
    /// Whether it is reduced over the batch.
    pub batch: bool,
    /// Its number where it was first assigned to a name.
    pub own: Option<f64>,
}

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// A factor.
    Scalar(Scale),
    /// Terms, added.
    Sum(Vec<Part>),
    /// x − x̂ times a factor, or its norm over what is reduced.
    Difference(Part),
    /// A loss that is made here and called later.
    Loss(Part),
    /// A distribution: its log density of x, if that is a known term, and whether it is one number per sample.
    Distribution(Option<Part>, bool),
    /// Several values.
    Several(Vec<Value>),
    /// Something else, by its text.
    Opaque(String),
}

/// How numbers become one, and over what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reduce {
    pub mean: bool,
    pub dims: bool,
    pub batch: bool,
}

/// Most terms of a sum; a text that doubles its own terms line by line is no loss.
const MOST: usize = 40;

impl Part {
    /// A term of a kind as it is, element by element.
    pub fn new(kind: Kind, number: f64) -> Self {
        Self {
            kind,
            scale: Scale::number(number),
            dims: Dims::Open,
            batch: false,
            own: None,
        }
    }

    /// The same times a factor.
    pub fn times(mut self, scale: &Scale) -> Self {
        self.scale = self.scale.times(scale);
        self
    }

    /// Reduces it, as far as it is not yet.
    pub fn reduce(&mut self, how: Reduce) {
        let sign = -i32::from(how.mean);
        if how.dims {
            let power = match self.dims {
                Dims::Open => sign,
                Dims::Done => 0,
                Dims::Last if how.mean || how.batch => {
                    if !how.mean {
                        let text = "flat pictures, whose last axis is all pixels";
                        self.scale.assumed.push(text.to_owned());
                    }
                    -1
                }
                Dims::Last => {
                    let text = "one channel, as Keras' losses average over the last axis";
                    self.scale.assumed.push(text.to_owned());
                    0
                }
            };
            // A name alone is taken for a number per sample.
            match self.kind {
                Kind::Other(_) | Kind::Plain => {}
                _ if self.kind.of_latents() => self.scale.latents += power,
                _ => self.scale.pixels += power,
            }
            self.dims = Dims::Done;
        }
        if how.batch && !self.batch {
            self.scale.batch = self.scale.batch.saturating_add(sign);
            self.batch = true;
        }
    }
}

/// The terms of a value.
pub(super) fn parts(value: Value, text: &str) -> Vec<Part> {
    match value {
        Value::Scalar(scale) => vec![Part::new(Kind::Plain, 1.0).times(&scale)],
        Value::Sum(parts) => parts,
        Value::Opaque(name) if words::is_log_variance(&name) => vec![Part::new(Kind::Log, 1.0)],
        Value::Opaque(name) => vec![Part::new(Kind::Other(name), 1.0)],
        _ => vec![Part::new(Kind::Other(short(text)), 1.0)],
    }
}

/// Terms that together are a KL or a cross-entropy become one.
pub(super) fn settle(mut parts: Vec<Part>) -> Vec<Part> {
    let find = |parts: &[Part], kind: &Kind| parts.iter().find(|p| p.kind == *kind).cloned();
    let square = find(&parts, &Kind::Square);
    if let (Some(square), Some(_)) = (square, find(&parts, &Kind::Log)) {
        // What else stands in a formula that is a KL and nothing else is σ² by some name.
        let alone = !parts
            .iter()
            .any(|p| p.kind.is_error() || p.kind == Kind::Kl);
        parts.retain(|p| match &p.kind {
            Kind::Square | Kind::Log | Kind::Plain => false,
            Kind::Other(name) => !alone || words::is_error(name) || words::is_kl(name),
            _ => true,
        });
        // The formula has μ² once with ½: twice its factor is the KL's.
        parts.push(Part {
            kind: Kind::Kl,
            scale: square.scale.scaled(2.0),
            ..square
        });
    }
    if parts.iter().filter(|p| p.kind == Kind::LogProduct).count() > 1
        && let Some(product) = find(&parts, &Kind::LogProduct)
    {
        parts.retain(|p| p.kind != Kind::LogProduct);
        parts.push(Part {
            kind: Kind::Bernoulli,
            scale: product.scale.scaled(-1.0),
            ..product
        });
    }
    parts
}

impl Value {
    fn sum(parts: Vec<Part>, text: &str) -> Self {
        if parts.len() > MOST {
            return Self::Opaque(short(text));
        }
        Self::Sum(parts)
    }

    /// Whether it is a term of a loss, or named like one.
    fn is_term(&self) -> bool {
        match self {
            Self::Sum(parts) => parts.iter().any(|p| match &p.kind {
                Kind::Other(name) => words::is_kl(name) || words::is_error(name),
                Kind::Plain | Kind::Log => false,
                _ => true,
            }),
            Self::Opaque(name) => words::is_kl(name) || words::is_error(name),
            Self::Difference(_) => true,
            _ => false,
        }
    }

    fn is_log(&self) -> bool {
        match self {
            Self::Sum(parts) => matches!(parts.as_slice(), [p] if p.kind == Kind::Log),
            Self::Opaque(name) => words::is_log_variance(name),
            _ => false,
        }
    }

    /// The value as a factor.
    fn factor(&self, text: &str) -> Scale {
        match self {
            Self::Scalar(scale) => scale.clone(),
            Self::Sum(parts) => match parts.as_slice() {
                [p] => match &p.kind {
                    Kind::Other(name) => p.scale.times(&Scale::unread(name)),
                    _ => Scale::unread(text),
                },
                _ => Scale::unread(text),
            },
            Self::Opaque(name) => Scale::unread(name),
            _ => Scale::unread(text),
        }
    }

    /// Times a factor.
    pub fn scaled(self, scale: &Scale, text: &str) -> Self {
        match self {
            Self::Scalar(own) => Self::Scalar(own.times(scale)),
            Self::Difference(part) => Self::Difference(part.times(scale)),
            Self::Opaque(name)
                if scale.unread.is_empty() || words::is_kl(&name) || words::is_error(&name) =>
            {
                let all = parts(Self::Opaque(name), text);
                Self::Sum(all.into_iter().map(|p| p.times(scale)).collect())
            }
            Self::Sum(parts) => {
                let all = settle(parts).into_iter().map(|p| p.times(scale)).collect();
                Self::sum(all, text)
            }
            _ => Self::Opaque(short(text)),
        }
    }

    /// Sum, or difference with `sign` −1.
    pub fn plus(self, other: Self, sign: f64, text: &str, texts: [&str; 2]) -> Self {
        if let (Self::Scalar(a), Self::Scalar(b)) = (&self, &other) {
            return match (a.plain(), b.plain()) {
                (Some(a), Some(b)) => Self::Scalar(Scale::number(a + sign * b)),
                _ => Self::Opaque(short(text)),
            };
        }
        let nameless = |v: &Self| match v {
            Self::Opaque(_) => !v.is_term() && !v.is_log(),
            Self::Sum(parts) => {
                !v.is_term() && matches!(parts.as_slice(), [p] if matches!(p.kind, Kind::Other(_)))
            }
            _ => false,
        };
        if sign < 0.0 && nameless(&self) && nameless(&other) {
            // μ_q − μ_p is no error.
            return if texts.iter().all(|t| words::is_mean(t)) {
                Self::Opaque(short(text))
            } else {
                Self::Difference(Part::new(Kind::Squared, 1.0))
            };
        }
        let mut all = parts(self, texts[0]);
        let more = parts(other, texts[1]);
        all.extend(more.into_iter().map(|p| p.times(&Scale::number(sign))));
        Self::sum(all, text)
    }

    /// The product.
    pub fn by(self, other: Self, text: &str, texts: [&str; 2]) -> Self {
        if let Self::Scalar(scale) = &self {
            return other.scaled(scale, text);
        }
        if let Self::Scalar(scale) = &other {
            return self.scaled(scale, text);
        }
        if texts[0] == texts[1] {
            return self.squared(text);
        }
        if self.is_log() != other.is_log() && !self.is_term() && !other.is_term() {
            return Self::Sum(vec![Part::new(Kind::LogProduct, 1.0)]);
        }
        match (self.is_term(), other.is_term()) {
            (true, false) => self.scaled(&other.factor(texts[1]), text),
            (false, true) => other.scaled(&self.factor(texts[0]), text),
            _ => Self::Opaque(short(text)),
        }
    }

    /// The quotient.
    pub fn over(self, other: &Self, text: &str, texts: [&str; 2]) -> Self {
        let known = matches!(other, Self::Scalar(_));
        if !known && !self.is_term() && !matches!(self, Self::Scalar(_)) {
            return Self::Opaque(short(text));
        }
        if let (Self::Scalar(own), false) = (&self, known) {
            // 1/σ² with σ unknown is a factor that is named whole.
            return Self::Scalar(own.times(&Scale::unread(text)).scaled(1.0 / own.number));
        }
        self.scaled(&other.factor(texts[1]).inverse(), text)
    }

    /// What is squared or taken the size of, if it is a difference of two things.
    pub fn difference(&self) -> Option<Part> {
        let named = |p: &Part| matches!(p.kind, Kind::Other(_));
        match self {
            Self::Difference(part) => Some(part.clone()),
            Self::Opaque(name) if words::is_difference(name) => Some(Part::new(Kind::Squared, 1.0)),
            Self::Sum(parts) => {
                let only = parts.iter().all(|p| named(p) || p.kind == Kind::Plain);
                let two = parts.iter().filter(|p| named(p)).count() > 1;
                (only && two).then(|| Part::new(Kind::Squared, 1.0))
            }
            _ => None,
        }
    }

    /// The square.
    pub fn squared(self, text: &str) -> Self {
        if let Some(part) = self.difference() {
            return Self::Sum(vec![Part {
                scale: part.scale.to_the(2),
                ..part
            }]);
        }
        match &self {
            Self::Scalar(scale) => Self::Scalar(scale.to_the(2)),
            Self::Opaque(_) => Self::Sum(vec![Part::new(Kind::Square, 1.0)]),
            Self::Sum(parts) => match parts.as_slice() {
                [p] if matches!(p.kind, Kind::Other(_)) => {
                    Self::Sum(vec![Part::new(Kind::Square, 1.0).times(&p.scale.to_the(2))])
                }
                [p] if p.kind == Kind::Plain => self.clone(),
                _ => Self::Opaque(short(text)),
            },
            _ => Self::Opaque(short(text)),
        }
    }

    /// Its sum or mean.
    pub fn reduced(self, how: Reduce, text: &str) -> Self {
        match self {
            Self::Sum(parts) => {
                let mut all = settle(parts);
                for part in &mut all {
                    part.reduce(how);
                }
                Self::Sum(all)
            }
            Self::Opaque(name) if words::is_kl(&name) || words::is_error(&name) => {
                let mut part = Part::new(Kind::Other(name), 1.0);
                part.reduce(how);
                Self::Sum(vec![part])
            }
            Self::Scalar(scale) => Self::Scalar(scale),
            _ => Self::Opaque(short(text)),
        }
    }
}
