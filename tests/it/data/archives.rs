//! Arrays whose ends, types, orders and names need care: checksums, halves, Fortran order, labels of every form, and
//! zip archives that hold no array.

use collapse_explorer::config::Split;
use collapse_explorer::data::{Dataset, Error, Pixels};
use zip::CompressionMethod::{Deflated, Stored};

use super::arrays::{npy, npz};
use super::{bytes, from, gzip, noise, put};

/// Loads content under a name.
fn read(name: &str, content: &[u8], split: Split, limit: Option<usize>) -> Result<Dataset, Error> {
    let dir = tempfile::tempdir().expect("a folder");
    put(dir.path(), name, content);
    from(&dir.path().join(name), split, limit)
}

/// Asserts that the content is refused in one sentence with this part.
fn refused(name: &str, content: &[u8], part: &str) {
    let error = read(name, content, Split::Train, None).expect_err(part);
    let error = error.to_string();
    assert!(
        error.contains(part) && error.contains(name) && !error.contains('\n'),
        "'{error}' lacks '{part}'"
    );
}

/// The training data of an archive.
fn trained(arrays: &[(&str, Vec<u8>)]) -> Dataset {
    read("a.npz", &npz(arrays, Deflated), Split::Train, None).expect("an array")
}

/// The place of `part` in `content`.
fn find(content: &[u8], part: &[u8]) -> usize {
    let at = content.windows(part.len()).position(|w| w == part);
    at.expect("the part is there")
}

#[test]
fn damage_that_only_a_checksum_shows_is_found() {
    let array = npy("|u1", "100, 10, 10", false, &noise(10_000));
    let packed = gzip(&array);
    let mut wrong = packed.clone();
    let checksum = wrong.len() - 6;
    wrong[checksum] ^= 0xff;
    refused("a.npy.gz", &wrong, "compressed data are damaged");
    // Without the trailer there is no checksum to compare.
    for missing in [1, 8] {
        let cut = &packed[..packed.len() - missing];
        refused("a.npy.gz", cut, "cut off");
    }
    let longer = gzip(&[&array[..], &[0]].concat());
    refused("a.npy.gz", &longer, "more bytes follow (byte 10128)");
    assert_eq!(
        bytes(&read("a.npy.gz", &packed, Split::Train, None).expect("whole")),
        noise(10_000)
    );
    // A byte of an archive's array, which is stored as it is, so that nothing but the checksum knows.
    let labels = npy("|u1", "100,", false, &[3; 100]);
    let arrays = [("x_train", array.clone()), ("y_train", labels.clone())];
    let whole = npz(&arrays, Stored);
    for damaged in [&noise(10_000)[..], &[3; 100]] {
        let mut content = whole.clone();
        let at = find(&content, damaged);
        content[at + 50] ^= 1;
        refused("a.npz", &content, "damaged");
    }
    // The labels' own end.
    let overlong = [labels, vec![3]].concat();
    let content = npz(&[("x", array), ("y", overlong)], Deflated);
    refused("a.npz", &content, "more bytes follow");
    // With a limit the end is not read, which is the point of a limit.
    assert_eq!(
        read("a.npy.gz", &wrong, Split::Train, Some(4))
            .expect("four")
            .len(),
        4
    );
}

#[test]
fn truth_values_are_zero_and_one() {
    let array = npy("|b1", "2, 2, 2", false, &[0, 1, 1, 0, 1, 0, 0, 1]);
    let data = read("a.npy", &array, Split::Train, None).expect("truth values");
    assert_eq!(bytes(&data), [0, 1, 1, 0, 1, 0, 0, 1]);
    // As labels they are the classes 0 and 1.
    let labels = npy("|b1", "2,", false, &[1, 0]);
    let data = trained(&[("x", array), ("y", labels)]);
    assert_eq!(data.labels, Some(vec![1, 0]));
}

/// 1, −2, 0.5 and the largest and smallest numbers of 16 bits.
#[test]
fn floats_of_sixteen_bits_are_read() {
    let bits: [u16; 6] = [0x3c00, 0xc000, 0x3800, 0x7bff, 0x0001, 0x8000];
    let values = [1.0, -2.0, 0.5, 65504.0, 5.960_464_5e-8, 0.0];
    let little: Vec<u8> = bits.iter().flat_map(|b| b.to_le_bytes()).collect();
    let big: Vec<u8> = bits.iter().flat_map(|b| b.to_be_bytes()).collect();
    for (descr, raw) in [("<f2", little), (">f2", big)] {
        let array = npy(descr, "2, 3", false, &raw);
        let data = read("a.npy", &array, Split::Train, None).expect(descr);
        assert_eq!(data.pixels, Pixels::Floats(values.to_vec()), "{descr}");
    }
}

/// What NumPy writes for an array of (n, h, w) in Fortran order: n moves fastest, then h, then w.
#[test]
fn arrays_in_fortran_order_are_turned() {
    let (n, h, w) = (70_usize, 2, 3);
    let value = |n: usize, y: usize, x: usize| (3 * n + 7 * y + 100 * x) as u8;
    let mut written = Vec::new();
    for x in 0..w {
        for y in 0..h {
            written.extend((0..n).map(|i| value(i, y, x)));
        }
    }
    let mut wanted = Vec::new();
    for i in 0..n {
        for y in 0..h {
            wanted.extend((0..w).map(|x| value(i, y, x)));
        }
    }
    let array = npy("|u1", "70, 2, 3", true, &written);
    for content in [array.clone(), gzip(&array)] {
        let data = read("a.npy", &content, Split::Train, None).expect("turned");
        assert_eq!(bytes(&data), wanted);
        assert_eq!((data.shape.height, data.shape.width), (h, w));
        let two = read("a.npy", &content, Split::Train, Some(2)).expect("two");
        assert_eq!(bytes(&two), &wanted[..2 * h * w]);
    }
    let floats: Vec<u8> = [1.0_f64, 2.0, 3.0, 4.0, 5.0, 6.0]
        .iter()
        .flat_map(|v| v.to_be_bytes())
        .collect();
    let array = npy(">f8", "2, 3", true, &floats);
    let data = read("a.npy", &array, Split::Train, None).expect("turned");
    let rows = vec![1.0, 3.0, 5.0, 2.0, 4.0, 6.0];
    assert_eq!(data.pixels, Pixels::Floats(rows));
}

#[test]
fn splits_are_told_by_whole_words() {
    let one = || npy("|u1", "1, 2", false, &[0; 2]);
    // None of these speaks of a split.
    for name in ["values", "interval", "latest", "constrained", "contest"] {
        let content = npz(&[(name, one())], Stored);
        let data = read("a.npz", &content, Split::Train, None).expect(name);
        assert_eq!(data.name, "a", "{name}");
        let error = read("a.npz", &content, Split::Test, None).expect_err(name);
        assert!(error.to_string().contains("is not divided"), "{error}");
    }
    // These do.
    for name in ["X_val", "validation-images", "valid.2", "xVal"] {
        let content = npz(&[(name, one()), ("test_x", one())], Stored);
        refused("a.npz", &content, "but no training items");
        let data = read("a.npz", &content, Split::Test, None).expect(name);
        assert_eq!(data.name, "a test");
        let data = read("a.npz", &content, Split::Validation, None).expect(name);
        assert_eq!(data.name, "a validation");
    }
}

#[test]
fn labels_may_be_floats_and_one_hot() {
    let items = || npy("|u1", "3, 2, 2", false, &noise(12));
    let floats = |values: [f32; 3]| values.map(f32::to_le_bytes).concat();
    let with = |name: &str, labels: Vec<u8>| trained(&[("x", items()), (name, labels)]).labels;
    let classes = Some(vec![2, 0, 1]);
    let whole = npy("<f4", "3,", false, &floats([2.0, 0.0, 1.0]));
    assert_eq!(with("y", whole.clone()), classes);
    let column = npy("<f4", "3, 1", false, &floats([2.0, 0.0, 1.0]));
    assert_eq!(with("labels", column), classes);
    // Any other floats are no classes, and what is not called labels may be anything.
    for other in [[2.0, 0.5, 1.0], [-1.0, 1.0, 1.0]] {
        assert_eq!(with("y", npy("<f4", "3,", false, &floats(other))), None);
    }
    assert_eq!(with("weights", whole), None);
    let large = npy("<f4", "3,", false, &floats([2.0, 256.0, 1.0]));
    let data = trained(&[("x", items()), ("y", large)]);
    assert_eq!(data.labels, None);
    assert!(
        data.remarks.iter().any(|r| r.contains("label 1 is 256")),
        "{:?}",
        data.remarks
    );
    // One-hot rows of bytes, of floats, and in Fortran order.
    let rows = [0, 0, 1, 1, 0, 0, 0, 1, 0];
    let train = [
        ("x_train", items()),
        ("y_train", npy("|u1", "3, 3", false, &rows)),
    ];
    assert_eq!(trained(&train).labels, classes);
    assert_eq!(with("labels", npy("|u1", "3, 3", false, &rows)), classes);
    let real: Vec<u8> = rows
        .iter()
        .flat_map(|&v| f32::from(v).to_le_bytes())
        .collect();
    assert_eq!(with("one_hot", npy("<f4", "3, 3", false, &real)), classes);
    let columns = [0, 1, 0, 0, 0, 1, 1, 0, 0];
    assert_eq!(with("y", npy("|b1", "3, 3", true, &columns)), classes);
    // Rows with two ones are no classes; without the name they are items, and then there is a choice.
    let two = [1, 1, 0, 0, 0, 1, 1, 0, 0];
    assert_eq!(with("labels", npy("|u1", "3, 3", false, &two)), None);
    let content = npz(
        &[
            ("u", npy("|u1", "3, 9", false, &[1; 27])),
            ("z", npy("|u1", "3, 3", false, &rows)),
        ],
        Stored,
    );
    refused("a.npz", &content, "holds 2 arrays of items");
    // What is called labels goes before other integers.
    let ids = npy("<i2", "3,", false, &[9, 0, 8, 0, 7, 0]);
    let labels = npy("<i2", "3,", false, &[2, 0, 0, 0, 1, 0]);
    let data = trained(&[("x", items()), ("ids", ids), ("label", labels)]);
    assert_eq!(data.labels, classes);
}

/// The method of every member of a zip archive, in the headers before and after them.
fn with_method(mut content: Vec<u8>, method: u8) -> Vec<u8> {
    for at in 0..content.len() - 12 {
        match &content[at..at + 4] {
            b"PK\x03\x04" => content[at + 8] = method,
            b"PK\x01\x02" => content[at + 10] = method,
            _ => {}
        }
    }
    content
}

#[test]
fn archives_without_arrays_say_what_they_are() {
    use std::io::Write as _;
    let zip = |names: &[&str]| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for name in names {
            zip.start_file(*name, zip::write::SimpleFileOptions::default())
                .expect("a member");
            zip.write_all(b"some bytes").expect("memory takes bytes");
        }
        zip.finish().expect("memory takes bytes").into_inner()
    };
    let unpack = "zip archive of pictures, not of NumPy arrays; unpack it and open the folder";
    refused("a.zip", &zip(&["notes.txt", "cats/a.png"]), unpack);
    refused(
        "a.zip",
        &zip(&["hello.txt", "b"]),
        "zip archive without NumPy arrays (it holds hello.txt, b)",
    );
    refused("a.zip", &zip(&[]), "zip archive that holds no file");
    let arrays = [("x", npy("|u1", "3, 2", false, &noise(6)))];
    let bzip2 = with_method(npz(&arrays, Stored), 12);
    refused("a.npz", &bzip2, "a method that is not supported (Bzip2)");
}
