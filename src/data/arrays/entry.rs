//! What a container says of one of its arrays.

use std::path::Path;

use crate::data::error::Error;
use crate::data::source::Source;

use super::names::Names;
use super::value::Value;

/// Most arrays of a container that are looked at.
pub(in crate::data) const MAX_ENTRIES: usize = 512;

/// One array.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::data) struct Entry {
    /// Its name, with the groups or files it lies in: `imgs`, `dataset/train/images`.
    pub(in crate::data) name: String,
    /// How a value is stored, or what the values are instead of numbers and what to do about it.
    pub(in crate::data) value: Result<Value, String>,
    /// Its sizes as its format states them.
    pub(in crate::data) sizes: Vec<u64>,
    /// Whether the first index moves fastest, not the last; never where there is but one index.
    pub(in crate::data) fortran: bool,
    /// Whether it was made for MATLAB, where the last index may count the items.
    pub(in crate::data) matlab: bool,
    /// Bytes of its content before the first value.
    pub(in crate::data) start: u64,
    /// Whether its content ends with the last value.
    pub(in crate::data) ends: bool,
}

impl Entry {
    /// What the name says.
    pub(super) fn says(&self) -> Names {
        Names::of(&self.name)
    }

    /// `60000 × 28 × 28`.
    pub(in crate::data) fn sizes_text(&self) -> String {
        let sizes: Vec<String> = self.sizes.iter().map(u64::to_string).collect();
        sizes.join(" × ")
    }

    /// `imgs (1200 × 64 × 64)`.
    pub(super) fn told(&self) -> String {
        if self.sizes.is_empty() {
            format!("{} (a single value)", self.name)
        } else {
            format!("{} ({})", self.name, self.sizes_text())
        }
    }

    /// `60000 × 28 × 28 values of 1 byte`.
    pub(in crate::data) fn promise(&self) -> String {
        let bytes = self.value.as_ref().map_or(0, |v| v.bytes());
        let plural = if bytes == 1 { "" } else { "s" };
        format!("{} values of {bytes} byte{plural}", self.sizes_text())
    }
}

/// What is done with the content of an array, from its first value on.
pub(in crate::data) type Visit<'v> =
    &'v mut dyn FnMut(&mut Source<'_>, &Entry) -> Result<(), Error>;

/// A file or folder of arrays.
pub(in crate::data) trait Container {
    /// What errors name.
    fn path(&self) -> &Path;

    /// The arrays, those that cannot be read included.
    fn entries(&self) -> &[Entry];

    /// Gives the content of the array of this index to `visit`.
    ///
    /// # Errors
    /// Those of the file, and those of `visit`.
    fn visit(&self, index: usize, visit: Visit<'_>) -> Result<(), Error>;
}

/// What `read` makes of the array of this index.
pub(super) fn read<T>(
    container: &dyn Container,
    index: usize,
    mut read: impl FnMut(&mut Source<'_>, &Entry) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut made = None;
    container.visit(index, &mut |source, entry| {
        made = Some(read(source, entry)?);
        Ok(())
    })?;
    made.ok_or_else(|| Error::malformed(container.path(), 0, "one of its arrays is gone"))
}
