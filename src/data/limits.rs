//! How many bytes of data are held in memory.

/// Values of a plain file up to this many bytes are read into memory; more stay on disk and are read while training.
pub(super) const RESIDENT_BYTES: u64 = 2 << 30;
/// Decoded pictures up to this many bytes are read into memory, unless asked otherwise; more stay in the store.
pub(super) const RESIDENT_PICTURES: u64 = 1 << 30;
/// Most bytes of values held in memory.
pub(super) const MAX_BYTES: u64 = 4 << 30;
