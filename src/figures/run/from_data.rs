//! The figures of the data themselves.

use crate::data::{Dataset, Overview, Preprocessor, SHARES, Spectrum};
use crate::figures::{
    DataModes, DataSamples, DataSpectrum, PictureSize, SampleRow, data_modes, data_samples,
    data_spectrum,
};
use crate::plot::{FigureSpec, Provenance};

/// Size of the pictures, where the items are pictures.
fn picture_size(data: &Dataset) -> Option<PictureSize> {
    let shape = data.shape;
    shape.is_image().then_some(PictureSize {
        height: shape.height,
        width: shape.width,
        channels: shape.channels,
    })
}

/// `MNIST train, 60000 × 28×28`.
fn subtitle(data: &Dataset) -> String {
    let shape = data.shape;
    let size = match picture_size(data) {
        Some(s) if s.channels > 1 => format!("{}×{}×{}", s.height, s.width, s.channels),
        Some(s) => format!("{}×{}", s.height, s.width),
        None => format!("{} values", shape.dim()),
    };
    format!("{}, {} × {size}", data.name, data.len())
}

/// Some samples of every class.
pub fn samples_figure(data: &Dataset, overview: &Overview, provenance: &Provenance) -> FigureSpec {
    let count = |class| {
        let of_class = overview.counts.iter().find(|(c, _)| *c == class);
        of_class.map_or(0, |(_, n)| *n)
    };
    let rows: Vec<SampleRow<'_>> = overview
        .examples
        .iter()
        .map(|e| SampleRow {
            name: e.class.map_or_else(String::new, |c| class_name(data, c)),
            count: e.class.map_or(data.len(), count),
            samples: &e.rows,
        })
        .collect();
    data_samples(&DataSamples {
        size: picture_size(data),
        rows: &rows,
        classes: overview.counts.len(),
        subtitle: &subtitle(data),
        provenance,
    })
}

/// What a class is called: its name, or its number.
pub fn class_name(data: &Dataset, class: u8) -> String {
    let name = data.classes.get(usize::from(class));
    name.cloned().unwrap_or_else(|| class.to_string())
}

/// The mean and the leading principal components.
pub fn modes_figure(
    data: &Dataset,
    preprocessor: &Preprocessor,
    spectrum: &Spectrum,
    provenance: &Provenance,
) -> FigureSpec {
    let size = picture_size(data);
    let mean: Vec<f32> = spectrum.mean.iter().map(|&m| m as f32).collect();
    let mean = if size.is_some() {
        preprocessor.display(&mean)
    } else {
        mean
    };
    let kept = spectrum.modes().min(spectrum.rank.max(1));
    let components: Vec<&[f32]> = (0..kept).filter_map(|i| spectrum.mode(i)).collect();
    data_modes(&DataModes {
        size,
        mean: &mean,
        components: &components,
        eigenvalues: &spectrum.eigenvalues,
        total_variance: spectrum.total_variance,
        subtitle: &subtitle(data),
        provenance,
    })
}

/// The spectrum and the intrinsic rank.
pub fn spectrum_figure(
    data: &Dataset,
    spectrum: &Spectrum,
    log_index: bool,
    provenance: &Provenance,
) -> FigureSpec {
    let rank = spectrum.intrinsic_rank();
    let for_share: Vec<(f64, usize)> = SHARES.into_iter().zip(rank.for_share).collect();
    data_spectrum(&DataSpectrum {
        eigenvalues: &spectrum.eigenvalues,
        dim: spectrum.dim(),
        total_variance: spectrum.total_variance,
        participation: rank.participation,
        for_share: &for_share,
        positive: rank.positive,
        log_index,
        subtitle: &subtitle(data),
        provenance,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Preprocess;
    use crate::data::{ImageShape, Pixels, spectrum};
    use crate::figures::component_pixels;
    use crate::plot::Layer;

    #[test]
    fn two_pixels_that_rise_and_fall_together_have_known_components() {
        // The left column is 128 ± (s, s) in two of four items, 128 ± (t, −t) in the others: the eigenvectors are
        // (1, 1)/√2 and (1, −1)/√2.
        let (s, t) = (100_i32, 30_i32);
        let item = |a: i32, b: i32| [(128 + a) as u8, 77, (128 + b) as u8, 77];
        let bytes = [item(s, s), item(-s, -s), item(t, -t), item(-t, t)].concat();
        let data = Dataset {
            shape: ImageShape {
                height: 2,
                width: 2,
                channels: 1,
            },
            pixels: Pixels::Bytes(bytes),
            ..Dataset::default()
        };
        let preprocessor = Preprocessor::new(Preprocess::None, &data).expect("it can be prepared");
        let found = spectrum(&data, &preprocessor, 0, &|_| true).expect("a spectrum");
        // |(s, s)|² = 2s² in half of the items: s², to the precision of x, which is 32-bit.
        for (mode, level) in [(0, s), (1, t)] {
            let expected = (f64::from(level) / 255.0).powi(2);
            assert!((found.eigenvalues[mode] - expected).abs() < 1e-6 * expected);
        }
        let figure = modes_figure(&data, &preprocessor, &found, &Provenance::default());
        let Layer::Images(images) = &figure.layers[0] else {
            panic!("pictures")
        };
        // Only two modes have any variance.
        let cells = &images.rows[0].images;
        assert_eq!(cells.len(), 3);
        assert_eq!(*cells[0].pixels, [128, 77, 128, 77]);
        let pixels = |component: [f32; 4]| component_pixels(&component, 1);
        assert_eq!(cells[1].pixels, pixels([1.0, 0.0, 1.0, 0.0]));
        let (one, other) = (pixels([1.0, 0.0, -1.0, 0.0]), pixels([-1.0, 0.0, 1.0, 0.0]));
        assert!(cells[2].pixels == one || cells[2].pixels == other);
        // 10000/(10000 + 900) of the variance.
        assert!(cells[1].caption.ends_with("92 %"), "{}", cells[1].caption);
    }
}
