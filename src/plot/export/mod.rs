//! Writing figures to files: one [`Exporter`] per format, one file per exporter.
//!
//! A file appears whole or not at all, holds no time of day, and carries its provenance.

mod csv;
mod png;
mod svg;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use csv::Csv;
pub use png::{Png, Raster, render};
pub use svg::Svg;

use crate::disk::write_whole;

use super::spec::FigureSpec;
use super::spec::size::Size;

/// Why a figure was not exported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file's extension names no known format.
    #[error("cannot tell the format of '{}': its name must end in one of {known}", path.display())]
    UnknownExtension {
        /// The file asked for.
        path: PathBuf,
        /// The known extensions, `.csv, .png, .svg`.
        known: String,
    },
    /// The folder to write into does not exist.
    #[error("cannot write '{}': there is no folder '{}'", path.display(), folder.display())]
    NoFolder {
        /// The file asked for.
        path: PathBuf,
        /// The missing folder.
        folder: PathBuf,
    },
    /// The file system refused.
    #[error("cannot write '{}': {source}", path.display())]
    File {
        /// The file asked for.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The stream written to failed.
    #[error("cannot write the figure: {0}")]
    Write(#[from] io::Error),
    /// The picture asked for does not fit in reasonable memory.
    #[error(
        "a picture of {width}×{height} pixels is too large: choose a smaller size or fewer dots per inch"
    )]
    TooLarge {
        /// Pixels across.
        width: u64,
        /// Pixels down.
        height: u64,
    },
    /// The drawing could not be turned into pixels.
    #[error("cannot draw the figure as pixels: {0}")]
    Render(String),
}

/// A file format.
pub trait Exporter: Sync {
    /// The extension of its files, in lower case and without the dot.
    fn extension(&self) -> &'static str;

    /// What the format is, for a menu.
    fn name(&self) -> &'static str;

    /// Writes `figure` at `size`.
    ///
    /// # Errors
    /// [`Error::Write`] if `out` fails; [`Error::TooLarge`] and [`Error::Render`] from formats
    /// made of pixels.
    fn write(&self, figure: &FigureSpec, size: &Size, out: &mut dyn Write) -> Result<(), Error>;
}

/// Every known format. A new one is added here and nowhere else.
pub const EXPORTERS: [&dyn Exporter; 3] = [&Svg, &Png, &Csv];

/// The exporter whose extension `path` ends in, whatever its case.
///
/// # Errors
/// [`Error::UnknownExtension`], listing those that are known.
pub fn exporter_for(path: &Path) -> Result<&'static dyn Exporter, Error> {
    let given = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    EXPORTERS
        .into_iter()
        .find(|e| e.extension().eq_ignore_ascii_case(given))
        .ok_or_else(|| Error::UnknownExtension {
            path: path.to_owned(),
            known: EXPORTERS.map(|e| format!(".{}", e.extension())).join(", "),
        })
}

/// Writes `figure` at its own size to `path`, in the format its extension names.
///
/// # Errors
/// As [`save_at`].
pub fn save(figure: &FigureSpec, path: &Path) -> Result<(), Error> {
    save_at(figure, &figure.size, path)
}

/// Writes `figure` at `size` to `path`, in the format its extension names. A failure
/// leaves an existing file as it was and nothing half-written.
///
/// # Errors
/// Any [`Error`], naming the file.
pub fn save_at(figure: &FigureSpec, size: &Size, path: &Path) -> Result<(), Error> {
    let exporter = exporter_for(path)?;
    replace(path, |out| exporter.write(figure, size, out))
}

/// Writes a file whole or not at all; an error of the system names it.
fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), Error>,
) -> Result<(), Error> {
    let folder = match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(Error::NoFolder {
            path: path.to_owned(),
            folder: folder.to_owned(),
        });
    }
    write_whole(path, write).map_err(|error| match error {
        Error::Write(source) => Error::File {
            path: path.to_owned(),
            source,
        },
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_failed_write_keeps_the_old_file_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("figure.svg");
        fs::write(&path, "old").expect("writable");
        let result = replace(&path, |out| {
            out.write_all(b"half a fig")?;
            Err(Error::Render("no".into()))
        });
        assert!(matches!(result, Err(Error::Render(_))));
        assert_eq!(fs::read_to_string(&path).expect("readable"), "old");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
    }

    #[test]
    fn formats_are_found_by_extension_in_any_case() {
        assert_eq!(
            exporter_for(Path::new("a/b.PNG"))
                .expect("known")
                .extension(),
            "png"
        );
        for name in ["figure", "figure.docx", ".svg"] {
            let message = exporter_for(Path::new(name))
                .err()
                .expect("unknown")
                .to_string();
            assert!(message.contains(".svg, .png, .csv"), "{message}");
        }
    }
}
