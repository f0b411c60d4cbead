//! Physical sizes of exported figures: inches, points and dots per inch, never window pixels.

use serde::{Deserialize, Serialize};

/// Physical size, font size and resolution of an export.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Size {
    /// Width in inches.
    pub width: f64,
    /// Height in inches.
    pub height: f64,
    /// Size of the text in points (1/72 inch); the title is a little larger.
    pub font: f64,
    /// Dots per inch of a raster export.
    pub dpi: f64,
}

impl Size {
    /// One column of a two-column paper (ICML): 3.25 in, 7 pt, 300 dpi.
    pub const COLUMN: Self = Self::inches(3.25, 2.5, 7.0);
    /// The full width of a two-column paper (ICML): 6.75 in.
    pub const TWO_COLUMNS: Self = Self::inches(6.75, 3.4, 8.0);
    /// The text width of a one-column paper (`NeurIPS`, ICLR): 5.5 in.
    pub const TEXT_WIDTH: Self = Self::inches(5.5, 3.4, 8.0);
    /// A 16:9 slide: 13.33 × 7.5 in with large text.
    pub const SLIDE: Self = Self {
        width: 40.0 / 3.0,
        height: 7.5,
        font: 20.0,
        dpi: 150.0,
    };
    /// The presets with the names a menu shows.
    pub const PRESETS: [(&'static str, Self); 4] = [
        ("One column, 3.25 in", Self::COLUMN),
        ("Two columns, 6.75 in", Self::TWO_COLUMNS),
        ("Text width, 5.5 in", Self::TEXT_WIDTH),
        ("Slide, 16:9", Self::SLIDE),
    ];

    const fn inches(width: f64, height: f64, font: f64) -> Self {
        Self {
            width,
            height,
            font,
            dpi: 300.0,
        }
    }

    /// The same size at another resolution, e.g. 600 dpi for print.
    #[must_use]
    pub fn at_dpi(mut self, dpi: f64) -> Self {
        self.dpi = dpi;
        self
    }

    /// The same size with another height in inches.
    #[must_use]
    pub fn with_height(mut self, height: f64) -> Self {
        self.height = height;
        self
    }

    /// The same size with every number within what can be laid out and allocated: 1–50 in,
    /// 3–72 pt, 36–1200 dpi; a number that is not one becomes the default's.
    pub(crate) fn settled(&self) -> Self {
        let settle = |value: f64, low: f64, high: f64, usual: f64| {
            if value.is_nan() {
                usual
            } else {
                value.clamp(low, high)
            }
        };
        let usual = Self::default();
        Self {
            width: settle(self.width, 1.0, 50.0, usual.width),
            height: settle(self.height, 1.0, 50.0, usual.height),
            font: settle(self.font, 3.0, 72.0, usual.font),
            dpi: settle(self.dpi, 36.0, 1200.0, usual.dpi),
        }
    }

    /// Width and height in points, the unit of the layout.
    pub(crate) fn points(&self) -> (f64, f64) {
        (self.width * 72.0, self.height * 72.0)
    }
}

impl Default for Size {
    /// [`Size::TEXT_WIDTH`].
    fn default() -> Self {
        Self::TEXT_WIDTH
    }
}
