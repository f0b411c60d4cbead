//! MATLAB files: made by `SciPy`, and written here as its format has them.

use std::io::Write as _;
use std::path::Path;

use collapse_explorer::config::{DataConfig, Split};
use collapse_explorer::data::{Dataset, Error, Pixels};
use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::{bytes, noise, open, put, request};

/// `scipy.io.savemat` of X = numpy.arange(12, dtype="u1").reshape(2, 2, 1, 3) + 250 (which wraps round at 256) and
/// y = [[1], [10], [2]] of u1, compressed, from the byte 116 of the file on.
const BY_SCIPY: &str = "00000000000000000001494d0f00000039000000789ce3636060f000623620e600624e0608600562012066826246206606d38c0c1150311e20fec5f097f937e33f963f4cff415a1800723f06ed0f0000002a000000789ce36360603000623620e600624e06086085f2998198118c19192a8134135084918b89010018de00f4";

/// One element: its type, its length, its bytes, padded.
fn element(kind: u32, content: &[u8]) -> Vec<u8> {
    let mut element = [kind, content.len() as u32].map(u32::to_le_bytes).concat();
    element.extend(content);
    while element.len() % 8 != 0 {
        element.push(0);
    }
    element
}

/// A matrix: its name, class, flags, sizes, and its values in the storage of this type.
pub(super) fn matrix(name: &str, class: u32, sizes: &[i32], kind: u32, values: &[u8]) -> Vec<u8> {
    let flags = [class, 0].map(u32::to_le_bytes).concat();
    let sizes: Vec<u8> = sizes.iter().flat_map(|s| s.to_le_bytes()).collect();
    let parts = [
        element(6, &flags),
        element(5, &sizes),
        element(1, name.as_bytes()),
        element(kind, values),
    ];
    element(14, &parts.concat())
}

/// A file of these matrices.
pub(super) fn mat(matrices: &[Vec<u8>], compressed: bool) -> Vec<u8> {
    let mut file = vec![b' '; 116];
    file[..19].copy_from_slice(b"MATLAB 5.0 MAT-file");
    file.extend([0; 8]);
    file.extend([0, 1, b'I', b'M']);
    for matrix in matrices {
        if compressed {
            let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
            packed.write_all(matrix).expect("memory takes bytes");
            let packed = packed.finish().expect("memory takes bytes");
            file.extend([15, packed.len() as u32].map(u32::to_le_bytes).concat());
            file.extend(packed);
        } else {
            file.extend(matrix);
        }
    }
    file
}

fn load(dir: &Path, content: &[u8], array: Option<&str>) -> Result<Dataset, Error> {
    put(dir, "a.mat", content);
    open(&DataConfig {
        array: array.map(str::to_owned),
        ..request(&dir.join("a.mat"))
    })
}

fn says(data: &Dataset, part: &str) {
    assert!(
        data.remarks.iter().any(|r| r.contains(part)),
        "{part} in {:?}",
        data.remarks
    );
}

#[test]
fn a_file_of_scipy_is_read() {
    let mut file = vec![b' '; 116];
    let digits: Vec<u8> = BY_SCIPY
        .bytes()
        .map(|b| (b as char).to_digit(16).expect("a digit") as u8)
        .collect();
    file.extend(digits.chunks_exact(2).map(|d| d[0] << 4 | d[1]));
    let dir = tempfile::tempdir().expect("a folder");
    let data = load(dir.path(), &file, None).expect("X");
    // X[h, w, 0, n] = 250 + 6 h + 3 w + n modulo 256.
    let wanted: Vec<u8> = (0..3_u32)
        .flat_map(|n| [0, 3, 6, 9].map(|hw| ((250 + hw + n) % 256) as u8))
        .collect();
    assert_eq!((data.len(), bytes(&data)), (3, &wanted[..]));
    assert_eq!(
        (data.shape.height, data.shape.width, data.shape.channels),
        (2, 2, 1)
    );
    // Not pictures of digits, so 10 stays 10.
    assert_eq!(data.labels, Some(vec![1, 10, 2]));
    says(&data, "X (2 × 2 × 1 × 3) is taken as H × W × C × N");
}

#[test]
fn street_view_digits_count_from_zero() {
    let dir = tempfile::tempdir().expect("a folder");
    let (h, w, c, n) = (32, 32, 3, 4);
    let values = noise(h * w * c * n);
    let pictures = matrix("X", 9, &[32, 32, 3, 4], 2, &values);
    let labels = matrix("y", 9, &[4, 1], 2, &[10, 1, 9, 10]);
    for compressed in [false, true] {
        let file = mat(&[pictures.clone(), labels.clone()], compressed);
        let data = load(dir.path(), &file, None).expect("the pictures");
        assert_eq!(data.labels, Some(vec![0, 1, 9, 0]));
        says(&data, "label 10 of y is taken as the digit 0");
        // Element (row, column, channel, item) is number row + 32 (column + 32 (channel + 3 item)).
        let at =
            |item: u32, y: u32, x: u32, k: u32| values[(y + h * (x + w * (k + c * item))) as usize];
        for (item, y, x, k) in [
            (0, 0, 0, 0),
            (0, 0, 0, 1),
            (0, 0, 1, 0),
            (2, 5, 7, 2),
            (3, 31, 31, 2),
        ] {
            let place = ((item * h + y) * w + x) * c + k;
            assert_eq!(
                bytes(&data)[place as usize],
                at(item, y, x, k),
                "{item} {y} {x} {k}"
            );
        }
        let two = open(&DataConfig {
            limit: Some(2),
            ..request(&dir.path().join("a.mat"))
        })
        .expect("two");
        assert_eq!(bytes(&two), &bytes(&data)[..2 * 3072]);
    }
}

#[test]
fn columns_or_rows_are_items_and_that_is_said() {
    let dir = tempfile::tempdir().expect("a folder");
    // Frey's faces: 20 × 28 pixels in each column.
    let ff = mat(&[matrix("ff", 9, &[560, 600], 2, &noise(560 * 600))], true);
    let faces = load(dir.path(), &ff, None).expect("faces");
    assert_eq!((faces.len(), faces.dim()), (600, 560));
    assert_eq!(bytes(&faces)[..560], noise(560));
    says(
        &faces,
        "ff (560 × 600) is taken as one item in each column; --array \"ff'\" takes its rows",
    );
    let other = load(dir.path(), &ff, Some("ff'")).expect("the rows");
    assert_eq!((other.len(), other.dim()), (560, 600));
    // Observations in rows, as MATLAB's statistics have them; doubles, stored as bytes because they fit.
    let table = mat(&[matrix("X", 6, &[3, 2], 2, &[1, 2, 3, 4, 5, 6])], false);
    let rows = load(dir.path(), &table, None).expect("a matrix");
    assert_eq!((rows.len(), bytes(&rows)), (3, &[1, 4, 2, 5, 3, 6][..]));
    // As many labels as columns decide.
    let y = matrix("y", 6, &[1, 2], 2, &[7, 8]);
    let labelled = mat(&[matrix("X", 6, &[3, 2], 2, &[1, 2, 3, 4, 5, 6]), y], false);
    let columns = load(dir.path(), &labelled, None).expect("a matrix");
    assert_eq!(
        (columns.len(), bytes(&columns)),
        (2, &[1, 2, 3, 4, 5, 6][..])
    );
    assert_eq!(columns.labels, Some(vec![7, 8]));
}

#[test]
fn arrays_of_one_class_each_follow_one_another() {
    let dir = tempfile::tempdir().expect("a folder");
    let class = |name: &str, rows: i32, v: u8| {
        matrix(name, 9, &[rows, 100], 2, &vec![v; 100 * rows as usize])
    };
    let file = mat(
        &[
            class("test0", 2, 9),
            class("train1", 3, 1),
            class("train0", 2, 0),
            class("test1", 3, 8),
        ],
        true,
    );
    let train = load(dir.path(), &file, None).expect("train0 and train1");
    assert_eq!(
        (train.len(), train.labels.as_deref()),
        (5, Some(&[0, 0, 1, 1, 1][..]))
    );
    assert_eq!((bytes(&train)[0], bytes(&train)[200]), (0, 1));
    let test = open(&DataConfig {
        split: Split::Test,
        ..request(&dir.path().join("a.mat"))
    })
    .expect("test0 and test1");
    assert_eq!(
        (test.len(), test.labels.as_deref()),
        (5, Some(&[0, 0, 1, 1, 1][..]))
    );
}

#[test]
fn structures_are_followed_and_the_rest_is_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let field = |size: &[i32], values: &[u8]| matrix("", 9, size, 2, values);
    let structure = |name: &str, fields: &[&str], content: &[Vec<u8>]| {
        let flags = [2_u32, 0].map(u32::to_le_bytes).concat();
        let names: Vec<u8> = fields
            .iter()
            .flat_map(|f| {
                let mut name = f.as_bytes().to_vec();
                name.resize(8, 0);
                name
            })
            .collect();
        let parts = [
            element(6, &flags),
            element(5, &[1_i32, 1].map(i32::to_le_bytes).concat()),
            element(1, name.as_bytes()),
            // Four bytes in short form: the length of a field's name.
            [5_u32 | 4 << 16, 8].map(u32::to_le_bytes).concat(),
            element(1, &names),
            content.concat(),
        ];
        element(14, &parts.concat())
    };
    // EMNIST's MATLAB files.
    let train = structure(
        "",
        &["images", "labels"],
        &[field(&[2, 64], &noise(128)), field(&[2, 1], &[3, 4])],
    );
    let file = mat(&[structure("dataset", &["train"], &[train])], true);
    let data = load(dir.path(), &file, None).expect("the images of a structure");
    assert_eq!(
        (data.len(), data.dim(), data.labels.as_deref()),
        (2, 64, Some(&[3, 4][..]))
    );
    for (class, part) in [
        (1, "a cell array"),
        (4, "text, not numbers"),
        (5, "a sparse matrix"),
        (0x0806, "complex"),
    ] {
        let file = mat(&[matrix("a", class, &[2, 2], 2, &[0; 4])], false);
        let error = load(dir.path(), &file, None).expect_err(part).to_string();
        assert!(error.contains(part), "{error}");
    }
    let logical = mat(&[matrix("a", 0x0209, &[2, 2], 2, &[0, 1, 1, 9])], false);
    let data = load(dir.path(), &logical, None).expect("truth values");
    assert_eq!(data.pixels, Pixels::Bytes(vec![0, 1, 1, 1]));
    let whole = mat(&[matrix("a", 9, &[20, 30], 2, &noise(600))], false);
    for (cut, part) in [(700, "cut off"), (130, "cut off"), (60, "cut off")] {
        let error = load(dir.path(), &whole[..cut], None)
            .expect_err(part)
            .to_string();
        assert!(error.contains(part), "{cut}: {error}");
    }
}

/// A small file whose array says that it is huge, or unpacks to much more than it says.
#[test]
fn bombs_are_not_unpacked() {
    let dir = tempfile::tempdir().expect("a folder");
    let lie = |sizes: &[i32], count: usize| mat(&[matrix("a", 9, sizes, 2, &vec![0; count])], true);
    let error = load(dir.path(), &lie(&[i32::MAX, i32::MAX], 1 << 20), None)
        .expect_err("a lie")
        .to_string();
    assert!(error.contains("not those of its values"), "{error}");
    let data = load(dir.path(), &lie(&[64, 1 << 18], 64 << 18), None).expect("zeros");
    assert_eq!((data.len(), data.dim()), (1 << 18, 64));
}
