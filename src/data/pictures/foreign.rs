//! Files that hold pictures of kinds that cannot be read: what they are, and what to do.

use std::collections::BTreeMap;
use std::path::Path;

use crate::text::thousands;

/// The kinds that can be read.
pub(super) const READABLE: &str = "PNG, JPEG, BMP, GIF, WebP, TIFF or PNM";

/// A kind of files by their endings, and how to go on.
struct Kind {
    endings: &'static [&'static str],
    name: &'static str,
    advice: &'static str,
}

const CONVERT: &str =
    "convert them to PNG, for instance with ImageMagick: magick mogrify -format png";

const KINDS: &[Kind] = &[
    Kind {
        endings: &["avif", "avifs"],
        name: "AVIF pictures",
        advice: CONVERT,
    },
    Kind {
        endings: &["heic", "heif", "hif"],
        name: "HEIC pictures",
        advice: CONVERT,
    },
    Kind {
        endings: &["jxl"],
        name: "JPEG XL pictures",
        advice: CONVERT,
    },
    Kind {
        endings: &["jp2", "j2k", "jpf", "jpx", "jpc"],
        name: "JPEG 2000 pictures",
        advice: CONVERT,
    },
    Kind {
        endings: &["tga", "targa"],
        name: "Targa pictures",
        advice: CONVERT,
    },
    Kind {
        endings: &["ico", "cur"],
        name: "icons",
        advice: CONVERT,
    },
    Kind {
        endings: &["dds"],
        name: "DirectDraw surfaces",
        advice: CONVERT,
    },
    Kind {
        endings: &["psd", "psb", "xcf", "kra"],
        name: "documents of a paint program",
        advice: CONVERT,
    },
    Kind {
        endings: &["pcx", "ras", "sun", "sgi", "xbm", "xpm"],
        name: "pictures of an old kind",
        advice: CONVERT,
    },
    Kind {
        endings: &["exr", "hdr", "pfm"],
        name: "pictures of real numbers (OpenEXR, Radiance or PFM)",
        advice: "save their values as one NumPy array (.npy)",
    },
    Kind {
        endings: &["svg", "svgz", "eps", "wmf", "emf"],
        name: "drawings (SVG, EPS or WMF)",
        advice: "render them to PNG",
    },
    Kind {
        endings: &[
            "cr2", "cr3", "crw", "nef", "nrw", "arw", "srf", "sr2", "orf", "raf", "rw2", "pef",
            "srw", "dng", "3fr", "x3f", "erf", "mrw",
        ],
        name: "raw photographs",
        advice: "develop them to PNG or JPEG",
    },
    Kind {
        endings: &["dcm", "dicom", "ima"],
        name: "DICOM images",
        advice: "convert them to PNG, for instance with dcmtk: dcm2img, or to one NumPy array with pydicom",
    },
    Kind {
        endings: &["nii", "mha", "mhd", "nrrd", "mgz"],
        name: "medical volumes",
        advice: "save slices of them as one NumPy array (.npy)",
    },
    Kind {
        endings: &["fits", "fit", "fts"],
        name: "FITS images",
        advice: "save their values as one NumPy array (.npy)",
    },
    Kind {
        endings: &["mp4", "avi", "mov", "mkv", "webm", "mpg", "mpeg"],
        name: "videos",
        advice: "save their frames as pictures, for instance with ffmpeg -i FILE frame%05d.png",
    },
];

/// Files of such kinds in a folder, counted.
#[derive(Debug, Default)]
pub(super) struct Foreign {
    counts: BTreeMap<&'static str, usize>,
}

/// What a file of this name is, if its kind is one that cannot be read.
fn kind_of(path: &Path) -> Option<&'static Kind> {
    let ending = path.extension()?.to_string_lossy().to_lowercase();
    KINDS
        .iter()
        .find(|kind| kind.endings.contains(&ending.as_str()))
}

impl Foreign {
    /// Counts a file if its name is that of such a kind; whether it is.
    pub(super) fn count_in(&mut self, path: &Path) -> bool {
        let kind = kind_of(path);
        if let Some(kind) = kind {
            *self.counts.entry(kind.name).or_default() += 1;
        }
        kind.is_some()
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.counts.values().sum()
    }

    /// `60 HEIC pictures and 2 videos`.
    fn words(&self) -> String {
        let kinds = self.counts.iter();
        let kinds: Vec<String> = kinds
            .map(|(name, count)| match (count, name.split_once("s (")) {
                (1, Some((one, rest))) => format!("1 {one} ({rest}"),
                (1, None) => format!("1 {}", name.strip_suffix('s').unwrap_or(name)),
                _ => format!("{} {name}", thousands(*count as u64)),
            })
            .collect();
        kinds.join(" and ")
    }

    /// What is said of a folder that holds nothing else.
    pub(super) fn refusal(&self) -> String {
        let most = self.counts.iter().max_by_key(|(_, count)| **count);
        let kind = most.and_then(|(name, _)| KINDS.iter().find(|kind| kind.name == *name));
        let advice = kind.map_or(CONVERT, |kind| kind.advice);
        format!(
            "it holds {}, which cannot be read ({READABLE} can); {advice}",
            self.words()
        )
    }

    /// What is said where they lie among pictures that can be read.
    pub(super) fn remark(&self) -> Option<String> {
        (self.count() > 0).then(|| {
            let are = if self.count() == 1 { "is" } else { "are" };
            format!(
                "{} in the folder cannot be read and {are} left out",
                self.words()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_counted_and_named() {
        let mut foreign = Foreign::default();
        assert!(!foreign.count_in(Path::new("a.png")) && foreign.remark().is_none());
        for name in ["a.HEIC", "b.heif", "c.svg", "d.mp4"] {
            assert!(foreign.count_in(Path::new(name)), "{name}");
        }
        assert_eq!(foreign.count(), 4);
        assert_eq!(
            foreign.words(),
            "2 HEIC pictures and 1 drawing (SVG, EPS or WMF) and 1 video"
        );
        assert!(foreign.refusal().contains("magick mogrify"));
    }
}
