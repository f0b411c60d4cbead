//! What a term is multiplied by, as far as it is known: a number and powers of the three sizes that only the run knows.

use super::form::Sizes;

/// `number · d^pixels · κ^latents · B^batch`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factor {
    /// The number.
    pub number: f64,
    /// Power of d, the numbers of one sample.
    pub pixels: f64,
    /// Power of κ.
    pub latents: f64,
    /// Power of the batch.
    pub batch: f64,
}

impl Factor {
    /// 1.
    pub const ONE: Self = Self::number(1.0);
    /// d.
    pub const PIXELS: Self = Self {
        pixels: 1.0,
        ..Self::ONE
    };
    /// κ.
    pub const LATENTS: Self = Self {
        latents: 1.0,
        ..Self::ONE
    };
    /// The samples of a batch.
    pub const BATCH: Self = Self {
        batch: 1.0,
        ..Self::ONE
    };

    /// A number alone.
    pub const fn number(number: f64) -> Self {
        Self {
            number,
            pixels: 0.0,
            latents: 0.0,
            batch: 0.0,
        }
    }

    /// The product.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        Self {
            number: self.number * other.number,
            pixels: self.pixels + other.pixels,
            latents: self.latents + other.latents,
            batch: self.batch + other.batch,
        }
    }

    /// The product with a number.
    #[must_use]
    pub fn scaled(self, number: f64) -> Self {
        Self {
            number: self.number * number,
            ..self
        }
    }

    /// A power of it.
    #[must_use]
    pub fn to_the(self, power: f64) -> Self {
        Self {
            number: self.number.powf(power),
            pixels: self.pixels * power,
            latents: self.latents * power,
            batch: self.batch * power,
        }
    }

    /// The quotient.
    #[must_use]
    pub fn over(self, other: Self) -> Self {
        self.times(Self {
            number: 1.0 / other.number,
            pixels: -other.pixels,
            latents: -other.latents,
            batch: -other.batch,
        })
    }

    /// Whether no size is in it.
    pub fn is_number(self) -> bool {
        [self.pixels, self.latents, self.batch] == [0.0; 3]
    }

    /// Whether both have the same sizes.
    pub fn same_sizes(self, other: Self) -> bool {
        self.over(Self {
            number: 1.0,
            ..other
        })
        .is_number()
    }

    /// Whether both are the same but for rounding.
    pub fn near(self, other: Self) -> bool {
        self.same_sizes(other) && near(self.number, other.number)
    }

    /// The value at given sizes.
    pub fn at(self, sizes: &Sizes) -> f64 {
        self.number
            * (sizes.dim as f64).powf(self.pixels)
            * (sizes.latents as f64).powf(self.latents)
            * (sizes.batch as f64).powf(self.batch)
    }

    /// The sizes in words: "κ / d", empty for none.
    pub fn sizes_in_words(self) -> String {
        let powers = [("d", self.pixels), ("κ", self.latents), ("B", self.batch)];
        let mut text = String::new();
        for (name, power) in powers {
            if power == 0.0 {
                continue;
            }
            let sign = match (text.is_empty(), power > 0.0) {
                (true, true) => "",
                (true, false) => "1/",
                (false, true) => "·",
                (false, false) => "/",
            };
            text += sign;
            text += name;
            if power.abs() != 1.0 {
                text += &format!("^{}", power.abs());
            }
        }
        text
    }
}

/// Whether two numbers are the same but for rounding.
pub(super) fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}
