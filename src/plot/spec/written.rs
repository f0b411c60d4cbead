//! A figure as JSON, read back: what JSON has no number for, and pictures as short text.
//!
//! JSON knows neither NaN nor ±∞; serde writes them as `null`. What `null` meant is known from where it stands.

use serde::{Deserialize, Deserializer};

fn or(value: Option<f64>, missing: f64) -> f64 {
    value.unwrap_or(missing)
}

/// Values that may be no numbers.
pub(crate) fn values<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f64>, D::Error> {
    let values = Vec::<Option<f64>>::deserialize(from)?;
    Ok(values.into_iter().map(|v| or(v, f64::NAN)).collect())
}

/// Points, of which a coordinate that is no number breaks the line.
pub(crate) fn points<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<[f64; 2]>, D::Error> {
    let points = Vec::<[Option<f64>; 2]>::deserialize(from)?;
    let point = |p: [Option<f64>; 2]| p.map(|v| or(v, f64::NAN));
    Ok(points.into_iter().map(point).collect())
}

/// The lower end of a strip, which may reach the edge.
pub(crate) fn from<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(or(Option::deserialize(from)?, f64::NEG_INFINITY))
}

/// The upper end of a strip, which may reach the edge.
pub(crate) fn to<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(or(Option::deserialize(from)?, f64::INFINITY))
}

/// Pictures: hexadecimal digits in a text that people read, bytes elsewhere.
pub(crate) mod pixels {
    use std::fmt::Write as _;
    use std::sync::Arc;

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Two digits a byte.
    pub(crate) fn serialize<S: Serializer>(pixels: &Arc<[u8]>, to: S) -> Result<S::Ok, S::Error> {
        if !to.is_human_readable() {
            return to.serialize_bytes(pixels);
        }
        let mut text = String::with_capacity(2 * pixels.len());
        for byte in pixels.iter() {
            let _ = write!(text, "{byte:02x}");
        }
        to.serialize_str(&text)
    }

    /// The bytes of pairs of digits.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<[u8]>, D::Error> {
        let text = String::deserialize(from)?;
        let digits = text.as_bytes();
        let byte = |pair: &[u8]| {
            let text = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(text, 16).ok()
        };
        let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
        bytes
            .filter(|_| digits.len().is_multiple_of(2))
            .map(Arc::from)
            .ok_or_else(|| D::Error::custom("a picture is not pairs of hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::plot::{
        Band, Category, Colour, ColourMap, ColourScale, FigureSpec, HeatMap, ImageCell, ImageRow,
        Images, Layer, Role, Series,
    };

    /// Everything JSON cannot say is read back as it was.
    #[test]
    fn a_figure_is_read_back_as_it_was_written() {
        let mut figure = FigureSpec::new("id", "title");
        let points = vec![[1.0, 2.0], [3.0, f64::NAN]];
        let line = Series::line("a", "A", points, Colour::Key(3));
        let map = HeatMap {
            contours: vec![1.0],
            categories: vec![Category::new("none", [1, 2, 3])],
            ..HeatMap::new("map", [(0.0, 1.0); 2], (2, 1), vec![0.5, f64::INFINITY])
        };
        let map = map
            .label("loss")
            .colours(ColourMap::Magma, ColourScale::Excess)
            .range(0.0, 2.0);
        let band = Band::x(f64::NEG_INFINITY, f64::INFINITY, Role::Inactive).named("off");
        let images = Images {
            rows: vec![ImageRow {
                label: "row".into(),
                images: vec![ImageCell {
                    width: 2,
                    height: 1,
                    channels: 1,
                    pixels: Arc::from([0_u8, 255]),
                    caption: "two".into(),
                }],
            }],
        };
        figure.layers = vec![line.into(), map.into(), band.into(), images.into()];
        let text = serde_json::to_string(&figure).expect("JSON");
        let read: FigureSpec = serde_json::from_str(&text).expect("a figure");
        // NaN equals nothing, so the texts are compared; what must be told from NaN is looked at.
        assert_eq!(serde_json::to_string(&read).expect("JSON"), text);
        assert!(matches!(&read.layers[0], Layer::Series(s) if s.points[1][1].is_nan()));
        assert!(matches!(&read.layers[1], Layer::HeatMap(m) if !m.values[1].is_finite()));
        assert_eq!(read.layers[2..], figure.layers[2..]);
        let broken = text.replace("00ff", "0ff");
        assert!(serde_json::from_str::<FigureSpec>(&broken).is_err());
    }
}
