//! Files written whole or not at all, digests, and results kept between two runs of the program.

mod digest;
mod kept;

use std::fs::{self, Metadata};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

pub(crate) use digest::{Fnv, digest};
pub(crate) use kept::Kept;

/// Writes a file whole or not at all: `write` fills a file beside `path`, which then takes that name. Whatever fails, and
/// whenever the program ends, `path` is as it was before or as it is to be; an old file's permissions stay. What is no
/// file, such as a pipe, is written as it is.
///
/// # Errors
/// The first error of `write` or of the system.
pub(crate) fn write_whole<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(), E> {
    // The file behind a link is replaced, not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let old = fs::metadata(&target).ok();
    if old
        .as_ref()
        .is_some_and(|old| !old.is_file() && !old.is_dir())
    {
        let mut out = BufWriter::new(fs::File::options().write(true).open(&target)?);
        write(&mut out)?;
        return Ok(out.flush()?);
    }
    let mut out = BufWriter::new(beside(&target, old)?);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    // The name must not come before the content when the machine loses power.
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|e| e.error)?;
    Ok(())
}

/// As [`write_whole`], with all of the content at once.
///
/// # Errors
/// The system's error.
pub(crate) fn write_text(path: &Path, text: &str) -> io::Result<()> {
    write_whole(path, |out| out.write_all(text.as_bytes()))
}

/// A hidden file in the folder of `target`, with the permissions of the `old` one.
fn beside(target: &Path, old: Option<Metadata>) -> io::Result<NamedTempFile> {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut builder = Builder::new();
    builder.prefix(".").suffix(".partial");
    #[cfg(unix)]
    let open_to_all = {
        use std::os::unix::fs::PermissionsExt;
        // Less the process's mask, as for any new file.
        fs::Permissions::from_mode(0o666)
    };
    #[cfg(unix)]
    builder.permissions(open_to_all);
    let file = builder.tempfile_in(folder)?;
    if let Some(old) = old {
        file.as_file().set_permissions(old.permissions())?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_writer_that_fails_or_panics_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.txt");
        write_text(&path, "old").expect("written");
        let failed = write_whole(&path, |out| {
            // More than the buffer holds, so that bytes have reached the disk.
            out.write_all(&vec![b'x'; 100_000])?;
            Err(io::Error::other("no"))
        });
        assert_eq!(failed.expect_err("an error").to_string(), "no");
        let panicked = std::panic::catch_unwind(|| {
            write_whole::<io::Error>(&path, |out| {
                out.write_all(b"half")?;
                std::panic::panic_any("no")
            })
        });
        assert!(panicked.is_err());
        assert_eq!(fs::read_to_string(&path).expect("read"), "old");
        assert_eq!(names(folder.path()), ["a.txt"]);
        write_text(&path, "new").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("read"), "new");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[test]
    fn the_old_file_is_there_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.txt");
        write_text(&path, "old").expect("written");
        write_whole::<io::Error>(&path, |out| {
            out.write_all(b"new")?;
            out.flush()?;
            assert_eq!(fs::read_to_string(&path).expect("read"), "old");
            Ok(())
        })
        .expect("written");
        assert_eq!(fs::read_to_string(&path).expect("read"), "new");
    }

    #[test]
    fn a_folder_that_is_not_there_and_a_folder_in_the_way_are_errors() {
        let folder = tempfile::tempdir().expect("a folder");
        let nowhere = folder.path().join("none").join("a.txt");
        let error = write_text(&nowhere, "x").expect_err("no folder");
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        let taken = folder.path().join("b");
        fs::create_dir(&taken).expect("a folder");
        assert!(write_text(&taken, "x").is_err());
        assert_eq!(names(folder.path()), ["b"]);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_kept_and_those_of_a_new_file_are_usual() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        let folder = tempfile::tempdir().expect("a folder");
        let (plain, path) = (folder.path().join("plain"), folder.path().join("a.txt"));
        fs::write(&plain, "x").expect("written");
        write_text(&path, "old").expect("written");
        assert_eq!(mode(&path), mode(&plain));
        for kept in [0o600, 0o640, 0o755] {
            fs::set_permissions(&path, fs::Permissions::from_mode(kept)).expect("set");
            write_text(&path, "new").expect("written");
            assert_eq!(mode(&path), kept);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").expect("written");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        write_text(&link, "new").expect("written");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read_to_string(&file).expect("read"), "new");
    }
}
