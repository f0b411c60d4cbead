//! What a term is multiplied by: a number, sizes that only the run knows, and what could not be read.

/// A factor.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub number: f64,
    /// Power of d.
    pub pixels: i32,
    /// Power of the batch.
    pub batch: i32,
    /// Power of κ.
    pub latents: i32,
    /// Factors of which nothing is known, as they were written.
    pub unread: Vec<String>,
    /// What was taken for granted.
    pub assumed: Vec<String>,
}

/// Most factors kept by name.
const NAMED: usize = 8;

impl Scale {
    /// A number.
    pub fn number(number: f64) -> Self {
        Self {
            number,
            pixels: 0,
            batch: 0,
            latents: 0,
            unread: Vec::new(),
            assumed: Vec::new(),
        }
    }

    /// The number of pixels of a sample.
    pub fn pixels() -> Self {
        Self {
            pixels: 1,
            ..Self::number(1.0)
        }
    }

    /// The samples of a batch.
    pub fn batch() -> Self {
        Self {
            batch: 1,
            ..Self::number(1.0)
        }
    }

    /// The number of latents.
    pub fn latents() -> Self {
        Self {
            latents: 1,
            ..Self::number(1.0)
        }
    }

    /// Something whose value is not known.
    pub fn unread(text: &str) -> Self {
        Self {
            unread: vec![short(text)],
            ..Self::number(1.0)
        }
    }

    /// The number, if there is nothing else.
    pub fn plain(&self) -> Option<f64> {
        let sizes = [self.pixels, self.batch, self.latents];
        (sizes == [0; 3] && self.unread.is_empty()).then_some(self.number)
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Self {
        Self {
            number: self.number * other.number,
            pixels: self.pixels.saturating_add(other.pixels),
            batch: self.batch.saturating_add(other.batch),
            latents: self.latents.saturating_add(other.latents),
            unread: joined(&self.unread, &other.unread),
            assumed: joined(&self.assumed, &other.assumed),
        }
    }

    /// The product with a number.
    pub fn scaled(&self, number: f64) -> Self {
        self.times(&Self::number(number))
    }

    /// 1 over it. What could not be read stays named as it was.
    pub fn inverse(&self) -> Self {
        self.to_the(-1)
    }

    /// A whole power of it.
    pub fn to_the(&self, power: i32) -> Self {
        Self {
            number: self.number.powi(power),
            pixels: self.pixels.saturating_mul(power),
            batch: self.batch.saturating_mul(power),
            latents: self.latents.saturating_mul(power),
            ..self.clone()
        }
    }
}

/// Both lists, each entry once.
fn joined(a: &[String], b: &[String]) -> Vec<String> {
    let mut all = a.to_vec();
    for text in b {
        if !all.contains(text) && all.len() < NAMED {
            all.push(text.clone());
        }
    }
    all
}

/// A piece of code, cut to what fits in a sentence.
pub(super) fn short(text: &str) -> String {
    const LONGEST: usize = 36;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let head: String = text.chars().take(LONGEST - 1).collect();
    format!("{head}…")
}
