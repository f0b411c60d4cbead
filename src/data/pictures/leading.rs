//! The first pictures of a folder that can be read: they decide on the size and colour of all items. And what is said
//! of a folder where too many cannot.

use std::path::{Path, PathBuf};

use crate::config::ImageOptions;
use crate::data::dataset::{ImageShape, Skipped};
use crate::data::error::{Error, OnProgress, report};
use crate::data::fit::{channels, item_shape, own_side};

use super::decode::{Levels, Picture, decode};

/// Longer side of a data set's items if none is asked for; smaller pictures keep theirs.
const SIDE: usize = 64;
/// Pictures that decide on size and colour.
const FIRST: usize = 8;
/// Pictures tried at least before a folder is given up; a smaller one is judged whole.
const TRIED: usize = 256;
/// Pictures tried between two progress reports.
const BLOCK: usize = 64;
/// Of so many pictures at most one may be unreadable.
const READABLE: usize = 10;

/// The first pictures that can be read.
pub(super) struct Leading {
    /// The shape that the items will have.
    pub(super) shape: ImageShape,
    /// The pictures, each with its number.
    pub(super) first: Vec<(usize, Picture)>,
    /// Pictures tried to find them.
    pub(super) tried: usize,
    /// Whether any of them has 16-bit levels.
    pub(super) deep: bool,
}

impl Leading {
    /// Looks for them: damaged ones at the front say nothing of those behind, so the search goes on until so many are
    /// damaged that the folder is refused anyway.
    ///
    /// # Errors
    /// [`Error::Folder`] if none can be read or too many cannot; [`Error::Cancelled`].
    pub(super) fn find(
        folder: &Path,
        paths: &[PathBuf],
        options: &ImageOptions,
        progress: OnProgress<'_>,
    ) -> Result<Self, Error> {
        let total = paths.len();
        let mut first = Vec::new();
        let mut damaged = Skipped::default();
        let mut tried = 0;
        for (index, path) in paths.iter().enumerate() {
            if first.len() >= FIRST {
                break;
            }
            if tried >= TRIED && too_many(&damaged, total) {
                return Err(refusal(folder, &damaged, tried, total));
            }
            if index % BLOCK == BLOCK - 1 {
                report(progress, "looking for readable pictures", index, total)?;
            }
            tried = index + 1;
            match decode(path) {
                Ok(picture) => first.push((index, picture)),
                Err(failure) => damaged.add(path.clone(), failure.reason),
            }
        }
        let Some((_, leading)) = first.first() else {
            return Err(Error::Folder {
                path: folder.into(),
                reason: match damaged.listed.first() {
                    Some((path, reason)) => format!(
                        "no picture in it can be read ({}: {reason})",
                        path.display()
                    ),
                    None => "no picture in it can be read".into(),
                },
            });
        };
        let own = first.iter().map(|(_, p)| p.shape.channels).max();
        let own_side = own_side(leading.shape, options.crop);
        let side = options.side.unwrap_or(own_side.min(SIDE));
        let channels = channels(options, own.unwrap_or(1));
        let is_deep = |(_, p): &(usize, Picture)| matches!(p.levels, Levels::Deep(_));
        Ok(Self {
            deep: first.iter().any(is_deep),
            shape: item_shape(leading.shape, options.crop, side, channels),
            first,
            tried,
        })
    }
}

/// Whether more pictures of `total` are damaged than a data set may leave out.
pub(super) fn too_many(damaged: &Skipped, total: usize) -> bool {
    damaged.count * READABLE > total
}

/// Why a folder is refused of whose first `tried` pictures these are damaged.
pub(super) fn refusal(folder: &Path, damaged: &Skipped, tried: usize, total: usize) -> Error {
    let first = damaged.listed.first();
    let first = first.map_or_else(String::new, |(path, reason)| {
        format!(", first {}: {reason}", path.display())
    });
    let count = damaged.count;
    Error::Folder {
        path: folder.into(),
        reason: if tried < total {
            format!(
                "at least {count} of its {total} pictures cannot be read ({count} of the first {tried}), more than \
                 one in {READABLE}; repair or remove them{first}"
            )
        } else {
            format!(
                "{count} of its {total} pictures cannot be read, more than one in {READABLE}; repair or remove them{first}"
            )
        },
    }
}
