//! Which preprocessings need grey levels, and why others cannot stand in for them.
//!
//! Dequantisation fills the steps between whole levels with noise, and the logit here starts from that. Real values
//! have no such steps: to do nothing instead, and report a log-determinant of zero, would be a silent lie.

use crate::config::Preprocess;

use super::dataset::Dataset;
use super::error::Error;

/// Whether a preprocessing makes sense of whole grey levels only.
pub fn needs_levels(kind: Preprocess) -> bool {
    match kind {
        Preprocess::Dequantize | Preprocess::Logit => true,
        Preprocess::None | Preprocess::Center | Preprocess::Standardize => false,
    }
}

/// Refuses a preprocessing that needs grey levels where the data have none.
///
/// # Errors
/// [`Error::Preprocessing`], which says what the values are instead.
pub(super) fn check(kind: Preprocess, data: &Dataset) -> Result<(), Error> {
    let scaling = data.scaling();
    if !needs_levels(kind) || scaling.levels.is_some() {
        return Ok(());
    }
    let what = match kind {
        Preprocess::Logit => "the logit starts from dequantised grey levels",
        _ => "dequantisation fills the steps between grey levels",
    };
    let found = match scaling.range {
        [low, high] if low.is_finite() && high.is_finite() => {
            format!("these values ({}) have no such steps", scaling.reason)
        }
        _ => "these values are real numbers".into(),
    };
    Err(Error::Preprocessing {
        name: data.name.clone(),
        reason: format!(
            "{what}, and {found}; choose another preprocessing (none, centred or standardised), or say by --scale what \
             the largest level is"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Scale;
    use crate::data::ImageShape;
    use crate::data::dataset::Pixels;
    use crate::data::scale::{Depth, decide};

    fn data(pixels: Pixels) -> Dataset {
        let mut data = Dataset {
            name: "some".into(),
            shape: ImageShape {
                height: 2,
                width: 2,
                channels: 1,
            },
            pixels,
            ..Dataset::default()
        };
        decide(&mut data, Scale::Auto, Depth::Unknown, &|_| true).expect("a scale");
        data
    }

    #[test]
    fn only_values_without_levels_are_refused_however_they_are_stored() {
        let levels = [
            data(Pixels::Bytes(vec![0, 9, 99, 255])),
            data(Pixels::Floats(vec![0.0, 9.0, 99.0, 255.0])),
            data(Pixels::Floats(vec![0.0, 9.0, 99.0, 300.0])),
        ];
        let real = [
            data(Pixels::Floats(vec![0.0, 0.5, 0.7, 1.0])),
            data(Pixels::Floats(vec![-1.0, 0.5, 0.7, 1.0])),
            data(Pixels::Bytes(vec![0, 1, 1, 0])),
        ];
        for kind in [Preprocess::Dequantize, Preprocess::Logit] {
            for data in &levels {
                assert_eq!(check(kind, data), Ok(()));
            }
            for data in &real {
                let error = check(kind, data).expect_err("no levels").to_string();
                assert!(
                    error.starts_with("some: ") && error.contains("grey levels"),
                    "{error}"
                );
            }
        }
        for kind in [
            Preprocess::None,
            Preprocess::Center,
            Preprocess::Standardize,
        ] {
            assert_eq!(check(kind, &real[1]), Ok(()));
        }
    }
}
