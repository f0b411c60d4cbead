//! What was decoded is kept, found again, checked, bounded, and safe from other processes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use collapse_explorer::config::{DataConfig, ImageOptions};
use collapse_explorer::data::{Dataset, Error, Pixels, Store, load_with};
use proptest::prelude::*;

use super::pictures::{flat, folder};
use super::{quiet, request};

fn pictures(root: &Path, count: usize) -> PathBuf {
    let place = folder(root, "pictures");
    for i in 0..count {
        let picture = flat(8, 8, [i as u8, 2 * i as u8, 7]);
        picture
            .save(place.join(format!("{i:03}.png")))
            .expect("a picture");
    }
    place
}

/// Loads, and says whether anything was decoded.
fn load(config: &DataConfig, store: &Store) -> (Dataset, bool) {
    let decoded = std::cell::Cell::new(false);
    let data = load_with(config, 0, store, &|progress| {
        decoded.set(decoded.get() || progress.what == "decoding pictures");
        true
    })
    .expect("a data set");
    (data, decoded.get())
}

fn entries(store: &Store) -> Vec<PathBuf> {
    let listed = fs::read_dir(store.folder().expect("a folder"));
    let mut paths: Vec<PathBuf> = listed
        .into_iter()
        .flatten()
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

#[test]
fn the_second_opening_decodes_nothing_and_gives_the_same() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = pictures(dir.path(), 30);
    fs::write(place.join("000.png"), b"damaged").expect("a file");
    let store = Store::at(dir.path().join("kept"));
    let (first, decoded) = load(&request(&place), &store);
    assert!(decoded && matches!(first.pixels, Pixels::Bytes(_)));
    assert_eq!((first.len(), first.skipped.count), (29, 1));
    let (second, decoded) = load(&request(&place), &store);
    assert!(!decoded);
    assert_eq!(second, first);
    // The same from disk.
    let (disk, decoded) = load(&request(&place), &store.clone().with_resident(100));
    assert!(!decoded && matches!(disk.pixels, Pixels::Stored(_)));
    assert_eq!((disk.memory_bytes(), disk.digest()), (0, first.digest()));
    assert_eq!(
        (&disk.skipped, disk.display_row(3)),
        (&first.skipped, first.display_row(3))
    );
    // Other options, other files, other content: made anew.
    let smaller = DataConfig {
        image: ImageOptions {
            side: Some(4),
            ..ImageOptions::default()
        },
        ..request(&place)
    };
    assert!(load(&smaller, &store).1);
    let fewer = DataConfig {
        limit: Some(12),
        ..request(&place)
    };
    assert!(load(&fewer, &store).1);
    flat(8, 8, [200; 3])
        .save(place.join("005.png"))
        .expect("a picture");
    let later = SystemTime::now() + Duration::from_secs(5);
    let touched = fs::File::options().append(true).open(place.join("005.png"));
    touched.and_then(|f| f.set_modified(later)).expect("a time");
    let (changed, decoded) = load(&request(&place), &store);
    assert!(decoded && changed.display_row(4)[0] == 200);
}

#[test]
fn more_than_may_reside_goes_to_disk_while_it_is_decoded() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = pictures(dir.path(), 40);
    let store = Store::at(dir.path().join("kept")).with_resident(1000);
    let (disk, decoded) = load(&request(&place), &store);
    assert!(decoded && matches!(disk.pixels, Pixels::Stored(_)));
    let (memory, _) = load(&request(&place), &Store::off());
    assert_eq!((disk.len(), disk.digest()), (memory.len(), memory.digest()));
    // Its entry may go; the pixels stay readable while they are in use.
    for path in entries(&store) {
        let _ = fs::remove_file(path);
    }
    if cfg!(unix) {
        assert_eq!(disk.display_row(39), memory.display_row(39));
    }
    // Cancelling leaves nothing behind.
    let stopped = load_with(&request(&place), 0, &store, &|p| {
        p.what != "decoding pictures" || p.done == 0
    });
    assert_eq!(stopped.err(), Some(Error::Cancelled));
    assert!(entries(&store).is_empty(), "{:?}", entries(&store));
}

#[test]
fn the_least_recently_used_go_first_and_leftovers_are_cleared() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = pictures(dir.path(), 20);
    let store = Store::at(dir.path().join("kept"));
    let limited = |limit| DataConfig {
        limit: Some(limit),
        ..request(&place)
    };
    let age = |path: &Path, seconds| {
        let time = SystemTime::now() - Duration::from_secs(seconds);
        let file = fs::File::options()
            .append(true)
            .open(path)
            .expect("an entry");
        file.set_modified(time).expect("a time");
    };
    load(&limited(10), &store);
    let first = entries(&store)[0].clone();
    load(&limited(11), &store);
    let second = entries(&store)
        .into_iter()
        .find(|p| *p != first)
        .expect("two");
    age(&first, 2000);
    age(&second, 1000);
    // Using the older one makes it the younger.
    assert!(!load(&limited(10), &store).1);
    let left = store.folder().expect("a folder").join("left.part");
    fs::write(&left, b"a process died here").expect("a file");
    let fresh = store.folder().expect("a folder").join("fresh.part");
    fs::write(&fresh, b"a process works here").expect("a file");
    age(&left, 100_000);
    let most = fs::metadata(&first).expect("an entry").len() * 5 / 2;
    load(&limited(12), &store.clone().with_most(most));
    assert!(first.exists() && !second.exists());
    assert!(!left.exists() && fresh.exists());
    load(&limited(13), &store.clone().with_most(1));
    assert_eq!(
        entries(&store).len(),
        2,
        "the newest, and the file of another process"
    );
}

/// What restores the times of files (unpacking, copying) does not pass other pictures off as the old ones.
#[cfg(unix)]
#[test]
fn other_pictures_of_the_same_size_and_time_are_seen() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = folder(dir.path(), "bitmaps");
    let write = |colour: u8, name: &str| {
        let path = place.join(name);
        flat(8, 8, [colour; 3]).save(&path).expect("a picture");
        let time = SystemTime::UNIX_EPOCH + Duration::from_hours(400_000);
        let file = fs::File::options().append(true).open(&path);
        file.and_then(|f| f.set_modified(time)).expect("a time");
        fs::metadata(&path).expect("a file").len()
    };
    let names: Vec<String> = (0..12).map(|i| format!("{i:02}.bmp")).collect();
    let lengths: Vec<u64> = names.iter().map(|n| write(10, n)).collect();
    let store = Store::at(dir.path().join("kept"));
    assert_eq!(load(&request(&place), &store).0.display_row(3)[0], 10);
    let again: Vec<u64> = names.iter().map(|n| write(200, n)).collect();
    assert_eq!(again, lengths);
    let (data, decoded) = load(&request(&place), &store);
    assert!(decoded && data.display_row(3)[0] == 200);
    // So does one that is moved to the place of another.
    write(90, "new.bmp");
    fs::rename(place.join("new.bmp"), place.join("03.bmp")).expect("moved");
    let (data, decoded) = load(&request(&place), &store);
    assert!(decoded && data.display_row(3)[0] == 90);
    assert!(!load(&request(&place), &store).1);
}

#[test]
fn a_folder_has_one_entry_however_it_is_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = pictures(dir.path(), 12);
    fs::write(place.join("000.png"), b"damaged").expect("a file");
    for i in 12..20 {
        let picture = place.join(format!("{i:03}.png"));
        flat(8, 8, [i; 3]).save(picture).expect("a picture");
    }
    let store = Store::at(dir.path().join("kept"));
    let (first, _) = load(&request(&place), &store);
    let mut names = vec![place.join("."), place.join("../pictures")];
    #[cfg(unix)]
    {
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&place, &link).expect("a link");
        names.push(link);
    }
    for name in names {
        let (data, decoded) = load(&request(&name), &store);
        assert!(!decoded, "{}", name.display());
        assert_eq!(data.digest(), first.digest());
        // What is listed is named as it was asked for.
        assert_eq!(data.skipped.listed[0].0, name.join("000.png"));
    }
    assert_eq!(entries(&store).len(), 1);
}

/// A file that the system does not give says nothing of what is in it, so nothing is kept that lacks it.
#[test]
fn what_the_system_did_not_give_is_asked_for_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = pictures(dir.path(), 20);
    let (away, back) = (dir.path().join("away"), place.join("004.png"));
    for resident in [u64::MAX, 1000] {
        let store = Store::at(dir.path().join("kept")).with_resident(resident);
        let data = load_with(&request(&place), 0, &store, &|progress| {
            if progress.what == "decoding pictures" {
                if progress.done == 0 {
                    fs::rename(&back, &away).expect("taken away");
                } else {
                    fs::rename(&away, &back).expect("brought back");
                }
            }
            true
        })
        .expect("the others");
        assert_eq!((data.len(), data.skipped.count), (19, 1));
        assert_eq!(entries(&store), Vec::<PathBuf>::new());
        assert_eq!(data.display_row(18)[..3], [19, 38, 7]);
        // Nothing is missing the second time, and that is kept.
        let (data, decoded) = load(&request(&place), &store);
        assert!(decoded && data.len() == 20);
        assert!(!load(&request(&place), &store).1);
        for path in entries(&store) {
            fs::remove_file(path).expect("an entry");
        }
    }
}

/// What a process that was killed had written goes at the next opening; what is being written counts.
#[test]
fn unfinished_files_count_while_somebody_writes_them_and_go_when_nobody_does() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = pictures(dir.path(), 20);
    let store = Store::at(dir.path().join("kept"));
    let limited = |limit| DataConfig {
        limit: Some(limit),
        ..request(&place)
    };
    load(&limited(10), &store);
    let first = entries(&store)[0].clone();
    let length = fs::metadata(&first).expect("an entry").len();
    let kept = store.folder().expect("a folder");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_collapse-explorer"))
        .args(["paper", "list"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("a process");
    child.wait().expect("its end");
    let dead = kept.join(format!("0123.{}-0.part", child.id()));
    fs::write(&dead, b"killed").expect("a file");
    let alive = kept.join(format!("0123.{}-99999.part", std::process::id()));
    let writer = fs::File::create(&alive).expect("a file");
    writer.lock().expect("a lock");
    writer.set_len(length).expect("bytes");
    // An opening that finds its entry clears too.
    assert!(!load(&limited(10), &store).1);
    if Path::new("/proc/self").exists() {
        assert!(!dead.exists(), "nobody writes it");
    }
    assert!(alive.exists(), "somebody writes it");
    // Two entries fit, but not beside what is being written.
    let most = length * 5 / 2;
    load(&limited(11), &store.clone().with_most(most));
    assert!(!first.exists() && alive.exists());
    drop(writer);
    let time = SystemTime::now() - Duration::from_mins(20);
    let file = fs::File::options().append(true).open(&alive);
    file.and_then(|f| f.set_modified(time)).expect("a time");
    load(&limited(11), &store);
    assert!(!alive.exists(), "its writer gave it up");
}

/// Many at once, on one folder and one store: each gets the whole.
#[test]
fn concurrent_loads_agree() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = pictures(dir.path(), 25);
    let store = Store::at(dir.path().join("kept")).with_resident(500);
    let expected = load(&request(&place), &Store::off()).0.digest();
    std::thread::scope(|scope| {
        let work: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| load(&request(&place), &store).0.digest()))
            .collect();
        for one in work {
            assert_eq!(one.join().expect("no panic"), expected);
        }
    });
    assert_eq!(entries(&store).len(), 1);
}

#[test]
fn a_store_that_cannot_be_written_is_done_without() {
    let dir = tempfile::tempdir().expect("a folder");
    let place = pictures(dir.path(), 5);
    fs::write(dir.path().join("file"), b"not a folder").expect("a file");
    let store = Store::at(dir.path().join("file"));
    assert_eq!(load(&request(&place), &store).0.len(), 5);
    let large = store.with_resident(1);
    let error = load_with(&request(&place), 0, &large, &quiet).expect_err("nowhere to keep it");
    assert!(error.to_string().contains("file"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// Whatever happens to an entry, what is loaded is right: it is used if it is whole, else made anew.
    #[test]
    fn damaged_entries_are_noticed(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 0..4),
        keep in proptest::option::of(any::<prop::sample::Index>()),
        resident in prop_oneof![Just(1_u64), Just(u64::MAX)],
    ) {
        let dir = tempfile::tempdir().expect("a folder");
        let place = pictures(dir.path(), 6);
        let store = Store::at(dir.path().join("kept")).with_resident(resident);
        let (expected, _) = load(&request(&place), &Store::off());
        load(&request(&place), &store);
        let path = entries(&store)[0].clone();
        let mut content = fs::read(&path).expect("an entry");
        for (at, change) in flips {
            // What fills the page after the header is never read.
            let at = at.index(content.len());
            if !(56..4096).contains(&at) {
                content[at] ^= change;
            }
        }
        if let Some(keep) = keep {
            content.truncate(keep.index(content.len()));
        }
        fs::write(&path, content).expect("an entry");
        let (data, _) = load(&request(&place), &store);
        prop_assert_eq!(data.digest(), expected.digest());
        prop_assert_eq!(data.len(), 6);
    }
}
