//! Which preprocessings need grey levels, and why others cannot stand in for them.
//!
//! Dequantisation fills the steps between whole levels with noise, and the logit here starts from that. Real values
//! have no such steps: to do nothing instead, and report a log-determinant of zero, would be a silent lie.

use crate::config::Preprocess;

use super::dataset::{Dataset, Pixels};
use super::error::Error;

/// Whether a preprocessing makes sense of bytes only.
pub fn needs_bytes(kind: Preprocess) -> bool {
    match kind {
        Preprocess::Dequantize | Preprocess::Logit => true,
        Preprocess::None | Preprocess::Center | Preprocess::Standardize => false,
    }
}

/// Refuses a preprocessing that needs bytes where the data are real values.
///
/// # Errors
/// [`Error::Preprocessing`], which says so too if the real values are whole levels that only need another type.
pub(super) fn check(kind: Preprocess, data: &Dataset) -> Result<(), Error> {
    let Pixels::Floats(values) = &data.pixels else {
        return Ok(());
    };
    if !needs_bytes(kind) {
        return Ok(());
    }
    let what = match kind {
        Preprocess::Logit => "the logit starts from dequantised bytes",
        _ => "dequantisation needs bytes",
    };
    let level = |&v: &f32| (0.0..=255.0).contains(&v) && v.fract() == 0.0;
    let found = if values.iter().all(level) {
        "these values are whole numbers from 0 to 255 stored as floats; save them as bytes (uint8)"
    } else {
        "these values are real numbers"
    };
    Err(Error::Preprocessing {
        name: data.name.clone(),
        reason: format!(
            "{what}, and {found}, or choose another preprocessing: none, centred or standardised"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageShape;

    fn data(pixels: Pixels) -> Dataset {
        Dataset {
            name: "some".into(),
            shape: ImageShape {
                height: 1,
                width: 2,
                channels: 1,
            },
            pixels,
            ..Dataset::default()
        }
    }

    #[test]
    fn only_real_values_are_refused_and_whole_levels_are_told_how_to_become_bytes() {
        let bytes = data(Pixels::Bytes(vec![0, 9]));
        let levels = data(Pixels::Floats(vec![0.0, 255.0]));
        let real = data(Pixels::Floats(vec![0.0, 0.5]));
        let beyond = data(Pixels::Floats(vec![0.0, 256.0]));
        for kind in [Preprocess::Dequantize, Preprocess::Logit] {
            assert_eq!(check(kind, &bytes), Ok(()));
            for (data, whole) in [(&levels, true), (&real, false), (&beyond, false)] {
                let error = check(kind, data).expect_err("real values").to_string();
                assert_eq!(error.contains("uint8"), whole, "{error}");
                assert!(
                    error.starts_with("some: ") && error.contains("bytes"),
                    "{error}"
                );
            }
        }
        for kind in [
            Preprocess::None,
            Preprocess::Center,
            Preprocess::Standardize,
        ] {
            assert_eq!(check(kind, &real), Ok(()));
        }
    }
}
