//! What stored numbers mean: the scale of their values, and what becomes of gaps and of columns that never change.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// How stored values are brought to the model's range, before any preprocessing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Scale {
    /// Decided by the values themselves: grey levels are divided by their largest possible value, everything else is
    /// taken as it is.
    #[default]
    Auto,
    /// Values stay as stored.
    None,
    /// (v − min)/(max − min) over all values of the data set.
    MinMax,
    /// v divided by this: 255 for bytes of grey, 65535 for 16 bits.
    Divide(f64),
}

impl FromStr for Scale {
    type Err = ConfigError;

    /// Reads `auto`, `none`, `minmax` or a positive number.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "auto" => Ok(Self::Auto),
            "none" => Ok(Self::None),
            "minmax" => Ok(Self::MinMax),
            number => match number.parse::<f64>() {
                Ok(divisor) if divisor.is_finite() && divisor > 0.0 => Ok(Self::Divide(divisor)),
                _ => Err(ConfigError::Unreadable {
                    name: "scale",
                    reason: format!(
                        "'{number}' is not auto, none, minmax or a positive number to divide by, such as 255"
                    ),
                }),
            },
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::None => f.write_str("none"),
            Self::MinMax => f.write_str("minmax"),
            Self::Divide(divisor) => write!(f, "{divisor}"),
        }
    }
}

/// A scale is saved as it is typed.
impl Serialize for Scale {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scale {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What is done with a missing value in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// An error that names line and column.
    #[default]
    Refuse,
    /// The line is left out.
    Drop,
    /// The mean of the column stands in.
    Mean,
}

/// What is done with the columns of a table that never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Constant {
    /// The columns stay, and count in d.
    #[default]
    Keep,
    /// The columns are left out of the items.
    Drop,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_read_as_they_are_written() {
        for scale in [
            Scale::Auto,
            Scale::None,
            Scale::MinMax,
            Scale::Divide(255.0),
            Scale::Divide(0.5),
        ] {
            assert_eq!(scale.to_string().parse(), Ok(scale));
            let saved = serde_json::to_string(&scale).expect("text");
            assert_eq!(
                serde_json::from_str::<Scale>(&saved).expect("a scale"),
                scale
            );
        }
        for wrong in ["0", "-1", "inf", "nan", "max", ""] {
            assert!(wrong.parse::<Scale>().is_err(), "{wrong}");
        }
    }
}
