//! From stored values to the model's x, and back for display.

use rayon::prelude::*;

use crate::config::{DataConfig, Preprocess};
use crate::rng::{Stream, threefry2x32, unit_from_bits};

use super::dataset::{Dataset, Pixels};
use super::error::Error;
use super::targets::Targets;
use super::{levels, moments};

/// The pointwise part of preprocessing, as the few numbers a kernel needs.
///
/// With v the stored value and u ~ U(0, 1) (or 0): w = (v − `offset` + u·`dequantize`)·`scale`,
/// x = w, or x = logit(λ + (1−2λ)w) if `logit_lambda` is above zero; then the mean is taken off
/// if the preprocessor centres. The theory uses offset and scale in 64 bits, the networks in 32.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PixelTransform {
    /// Taken off the stored value.
    pub offset: f64,
    /// Multiplies the rest: 1/255 or 1/256 for grey levels of one byte, 1 for values as they are.
    pub scale: f64,
    /// 1 to add a uniform u before scaling, else 0.
    pub dequantize: f32,
    /// λ of the logit, 0 for no logit.
    pub logit_lambda: f32,
}

impl PixelTransform {
    /// Whether x is the stored value times [`scale`](Self::scale), without noise.
    pub fn is_linear(self) -> bool {
        self.dequantize == 0.0 && self.logit_lambda == 0.0
    }

    /// x for a stored value and its u; twin of `pixel_value` in `shaders/gather.wgsl`.
    #[expect(
        clippy::inline_always,
        reason = "runs once per pixel of every batch, in tests at a low optimisation level too"
    )]
    #[inline(always)]
    pub fn apply(self, value: f32, u: f32) -> f32 {
        let w = (value - self.offset as f32 + u * self.dequantize) * self.scale as f32;
        if self.logit_lambda > 0.0 {
            let p = self.logit_lambda + (1.0 - 2.0 * self.logit_lambda) * w;
            (p / (1.0 - p)).ln()
        } else {
            w
        }
    }

    /// The w that an x (its mean added back) stands for.
    fn inverse(self, x: f32) -> f32 {
        if self.logit_lambda > 0.0 {
            let p = 1.0 / (1.0 + (-x).exp());
            (p - self.logit_lambda) / (1.0 - 2.0 * self.logit_lambda)
        } else {
            x
        }
    }
}

/// A [`Preprocess`] bound to one data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Preprocessor {
    /// What was asked for.
    pub kind: Preprocess,
    /// Pointwise part.
    pub transform: PixelTransform,
    /// Mean taken off after the pointwise part, `d` long; empty if the kind does not centre.
    pub mean: Vec<f32>,
    /// What is left is multiplied by this, one over the (floored) standard deviations, `d` long; empty if the kind
    /// does not standardise.
    pub inverse_std: Vec<f32>,
    /// What the decoder is trained to give, if not x.
    pub targets: Option<Targets>,
    /// The w that are shown black and white.
    pub shown: [f32; 2],
}

/// A pixel's standard deviation counts as at least this share of the root mean square of them all.
pub const STD_FLOOR: f64 = 0.01;

/// A deviation below this share of a column's largest magnitude is rounding of 32 bits: the column is constant.
const ROUNDING: f64 = 1e-7;

/// One over the standard deviations of pixels, each at least [`STD_FLOOR`] of their root mean square; 1 if nothing
/// varies.
fn inverse_std_of_pixels(variances: &[f64]) -> Vec<f32> {
    let square = variances.iter().sum::<f64>() / variances.len().max(1) as f64;
    let least = STD_FLOOR * square.sqrt();
    let one = |variance: &f64| {
        let std = variance.sqrt().max(least);
        if std > 0.0 { (1.0 / std) as f32 } else { 1.0 }
    };
    variances.iter().map(one).collect()
}

/// One over the standard deviations of columns that are quantities of their own, 1 for those that are constant.
fn inverse_std_of_columns(variances: &[f64], mean: &[f64]) -> Vec<f32> {
    let one = |(variance, mean): (&f64, &f64)| {
        let std = variance.sqrt();
        let inverse = (1.0 / std) as f32;
        if std > ROUNDING * mean.abs() && inverse.is_finite() {
            inverse
        } else {
            1.0
        }
    };
    variances.iter().zip(mean).map(one).collect()
}

/// λ of the logit of items with so many channels, unless asked otherwise.
pub fn usual_lambda(channels: usize) -> f64 {
    if channels == 1 { 1e-6 } else { 0.05 }
}

/// The step number under which the spectrum and evaluations draw their dequantisation noise.
const FIXED_DRAW: u32 = u32::MAX;

impl Preprocessor {
    /// Binds `kind` to `data`; centring reads every value once.
    ///
    /// # Errors
    /// [`Error::Preprocessing`] for a kind that needs bytes where the data are real values.
    pub fn new(kind: Preprocess, data: &Dataset) -> Result<Self, Error> {
        levels::check(kind, data)?;
        let scaling = data.scaling();
        let plain = PixelTransform {
            offset: scaling.offset,
            scale: 1.0 / scaling.divisor,
            dequantize: 0.0,
            logit_lambda: 0.0,
        };
        let filled = PixelTransform {
            scale: 1.0 / f64::from(scaling.levels.unwrap_or(256)),
            dequantize: 1.0,
            ..plain
        };
        let transform = match kind {
            Preprocess::None | Preprocess::Center | Preprocess::Standardize => plain,
            Preprocess::Dequantize => filled,
            Preprocess::Logit => PixelTransform {
                logit_lambda: usual_lambda(data.shape.channels) as f32,
                ..filled
            },
        };
        let mut this = Self {
            kind,
            transform,
            mean: Vec::new(),
            inverse_std: Vec::new(),
            targets: None,
            shown: scaling.black_and_white().map(|w| w as f32),
        };
        let standardizes = kind == Preprocess::Standardize;
        if standardizes || kind == Preprocess::Center {
            let mean = moments::mean(data, &this, 0, &|_| true)?;
            if standardizes {
                let variances = moments::variances(data, &this, &mean, &|_| true)?;
                this.inverse_std = if data.is_of_pixels() {
                    inverse_std_of_pixels(&variances)
                } else {
                    inverse_std_of_columns(&variances, &mean)
                };
            }
            this.mean = mean.iter().map(|&m| m as f32).collect();
        }
        Ok(this)
    }

    /// Binds what a request for data asks for to the data that came.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of(config: &DataConfig, data: &Dataset) -> Result<Self, Error> {
        Ok(Self::new(config.preprocess, data)?.with_lambda(config.logit_lambda))
    }

    /// The same with another λ of the logit, if it takes one and there is one.
    #[must_use]
    pub fn with_lambda(mut self, lambda: Option<f64>) -> Self {
        if let Some(lambda) = lambda.filter(|_| self.transform.logit_lambda > 0.0) {
            self.transform.logit_lambda = lambda as f32;
        }
        self
    }

    /// Writes x of item `index` into `out` (d long), with a fixed draw of any dequantisation
    /// noise, so that two readings agree.
    pub fn row_into(&self, data: &Dataset, seed: u32, index: usize, out: &mut [f32]) {
        let d = data.dim();
        let range = index * d..(index + 1) * d;
        match &data.pixels {
            Pixels::Bytes(bytes) => self.values_into(&bytes[range], seed, index * d, out),
            Pixels::Stored(_) => {
                let mut scratch = Vec::new();
                match data.pixels.bytes(range, &mut scratch) {
                    Some(bytes) => self.values_into(bytes, seed, index * d, out),
                    None => out.fill(f32::NAN),
                }
            }
            Pixels::Floats(floats) => self.values_into(&floats[range], seed, index * d, out),
        }
        for (x, m) in out.iter_mut().zip(&self.mean) {
            *x -= m;
        }
        for (x, s) in out.iter_mut().zip(&self.inverse_std) {
            *x *= s;
        }
    }

    /// As [`row_into`](Self::row_into) in 64 bits where x follows from the stored value without noise, so that the
    /// theory's x is not rounded; else the numbers that the networks see.
    pub(super) fn exact_row_into(
        &self,
        data: &Dataset,
        seed: u32,
        index: usize,
        scratch: &mut Vec<f32>,
        out: &mut [f64],
    ) {
        let d = data.dim();
        let range = index * d..(index + 1) * d;
        if !self.transform.is_linear() {
            scratch.resize(d, 0.0);
            self.row_into(data, seed, index, scratch);
            for (o, &x) in out.iter_mut().zip(scratch.iter()) {
                *o = x.into();
            }
            return;
        }
        match &data.pixels {
            Pixels::Floats(floats) => self.exact_values(&floats[range], out),
            pixels => {
                let mut bytes = Vec::new();
                match pixels.bytes(range, &mut bytes) {
                    Some(bytes) => self.exact_values(bytes, out),
                    None => out.fill(f64::NAN),
                }
            }
        }
    }

    /// x in 64 bits of one item's stored values, for a transform without noise.
    fn exact_values<T: Copy + Into<f64>>(&self, values: &[T], out: &mut [f64]) {
        let PixelTransform { offset, scale, .. } = self.transform;
        for (p, (o, &v)) in out.iter_mut().zip(values).enumerate() {
            let mean = self.mean.get(p).copied().unwrap_or(0.0);
            let spread = self.inverse_std.get(p).copied().unwrap_or(1.0);
            *o = ((v.into() - offset) * scale - f64::from(mean)) * f64::from(spread);
        }
    }

    /// log |det ∂x/∂v| of one item, from its x (d long): how much the preprocessing spreads volumes there.
    ///
    /// v is the stored value, in steps of one grey level for bytes; after dequantisation v + u. With it the log
    /// densities of different preprocessings compare: log p(v) = log p(x) + log |det ∂x/∂v|.
    pub fn log_det_row(&self, x: &[f32]) -> f64 {
        let lambda = f64::from(self.transform.logit_lambda);
        let scale = self.transform.scale.ln();
        let spread = |s: &f32| f64::from(*s).ln();
        let linear = x.len() as f64 * scale + self.inverse_std.iter().map(spread).sum::<f64>();
        if lambda == 0.0 {
            return linear;
        }
        // d logit(p) / dw = (1 − 2λ) / (p (1 − p)), and p (1 − p) = 1 / (2 + eˣ + e⁻ˣ).
        let bend = |(p, &x): (usize, &f32)| {
            let x = f64::from(x) + f64::from(self.mean.get(p).copied().unwrap_or(0.0));
            (2.0 + x.exp() + (-x).exp()).ln()
        };
        let steepness = x.len() as f64 * (1.0 - 2.0 * lambda).ln();
        linear + steepness + x.iter().enumerate().map(bend).sum::<f64>()
    }

    /// The mean of [`log_det_row`](Self::log_det_row) over the first `most` items, in nats per item; `seed` fixes the
    /// draw of any dequantisation noise. It is the same for every item unless the kind is logit.
    pub fn log_det(&self, data: &Dataset, seed: u32, most: usize) -> f64 {
        let d = data.dim();
        if self.transform.logit_lambda == 0.0 {
            return self.log_det_row(&vec![0.0; d]);
        }
        let items = data.len().min(most);
        let rows: Vec<f64> = (0..items)
            .into_par_iter()
            .map_init(
                || vec![0.0; d],
                |x, item| {
                    self.row_into(data, seed, item, x);
                    self.log_det_row(x)
                },
            )
            .collect();
        rows.iter().sum::<f64>() / items.max(1) as f64
    }

    /// The pointwise part of [`row_into`](Self::row_into) for values whose first element is
    /// number `first` of the data set.
    fn values_into<T: Copy + Into<f32>>(
        &self,
        values: &[T],
        seed: u32,
        first: usize,
        out: &mut [f32],
    ) {
        if self.transform.dequantize == 0.0 {
            for (x, &v) in out.iter_mut().zip(values) {
                *x = self.transform.apply(v.into(), 0.0);
            }
            return;
        }
        // Element e of the uniform stream is word e mod 2 of call e / 2, so one call serves two.
        let mut call = u32::MAX;
        let mut words = [0; 2];
        for (p, (x, &v)) in out.iter_mut().zip(values).enumerate() {
            let element = (first + p) as u32;
            if element / 2 != call {
                call = element / 2;
                words = threefry2x32([seed, Stream::Dequantize as u32], [call, FIXED_DRAW]);
            }
            let u = unit_from_bits(words[(element % 2) as usize]);
            *x = self.transform.apply(v.into(), u);
        }
    }

    /// Brightness in 0..=1 of a model output `x` (d long), for display.
    pub fn display(&self, x: &[f32]) -> Vec<f32> {
        let [black, white] = self.shown;
        x.iter()
            .enumerate()
            .map(|(p, &x)| {
                let std = self.inverse_std.get(p).map_or(1.0, |s| 1.0 / s);
                let mean = self.mean.get(p).copied().unwrap_or(0.0);
                let w = self.transform.inverse(x * std + mean);
                ((w - black) / (white - black)).clamp(0.0, 1.0)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageShape;
    use crate::rng::uniform;

    fn data(n: usize) -> Dataset {
        Dataset {
            name: "ramp".into(),
            shape: ImageShape {
                height: 3,
                width: 5,
                channels: 1,
            },
            pixels: Pixels::Bytes((0..n * 15).map(|i| (i * 37 % 256) as u8).collect()),
            labels: None,
            ..Dataset::default()
        }
    }

    #[test]
    fn rows_follow_the_formulas() {
        let data = data(7);
        let Pixels::Bytes(bytes) = &data.pixels else {
            panic!("bytes")
        };
        let mut x = vec![0.0; 15];
        for kind in [Preprocess::None, Preprocess::Dequantize, Preprocess::Logit] {
            let preprocessor = Preprocessor::new(kind, &data).expect("it can be prepared");
            // An odd first element: item 3 starts at element 45.
            preprocessor.row_into(&data, 9, 3, &mut x);
            for (p, &x) in x.iter().enumerate() {
                let v = f64::from(bytes[45 + p]);
                let u = f64::from(uniform(9, Stream::Dequantize, 45 + p as u32, u32::MAX));
                let w = (v + u) / 256.0;
                let expected = match kind {
                    Preprocess::Dequantize => w,
                    Preprocess::Logit => {
                        let q = 1e-6 + (1.0 - 2e-6) * w;
                        (q / (1.0 - q)).ln()
                    }
                    _ => v / 255.0,
                };
                assert!(
                    (f64::from(x) - expected).abs() < 1e-3 * expected.abs().max(1e-3),
                    "{kind:?} {p}"
                );
            }
        }
    }

    #[test]
    fn centring_takes_the_mean_off_and_display_puts_it_back() {
        let data = data(11);
        let preprocessor =
            Preprocessor::new(Preprocess::Center, &data).expect("it can be prepared");
        let mut sum = [0.0_f64; 15];
        let mut x = vec![0.0; 15];
        for i in 0..11 {
            preprocessor.row_into(&data, 0, i, &mut x);
            for (s, &x) in sum.iter_mut().zip(&x) {
                *s += f64::from(x);
            }
        }
        assert!(sum.iter().all(|s| s.abs() < 1e-5), "{sum:?}");
        let shown = preprocessor.display(&x);
        for (shown, byte) in shown.iter().zip(data.display_row(10)) {
            assert!((shown * 255.0 - f32::from(byte)).abs() < 1e-3);
        }
    }
}
