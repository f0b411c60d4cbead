//! IDX content that is damaged, foreign or made to do harm.

use std::path::Path;

use collapse_explorer::data::idx;
use proptest::prelude::*;

use super::{gzip, idx_file, noise, quiet};

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn malformed_files_are_explained() {
    let good = idx_file(8, &[2, 2, 3], &[7; 12]);
    let packed = gzip(&good);
    let mut damaged = packed.clone();
    let crc = damaged.len() - 6;
    damaged[crc] ^= 0xff;
    let max = u32::MAX;
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("empty", vec![], &["the file is empty"]),
        ("empty gz", gzip(&[]), &["the file is empty"]),
        ("short", vec![0, 0, 8], &["too short to be an IDX file"]),
        (
            "header",
            good[..9].to_vec(),
            &["the header is cut off: 9 of its 16 bytes", "(byte 9)"],
        ),
        (
            "truncated",
            good[..20].to_vec(),
            &[
                "2 × 2 × 3 = 12 bytes",
                "the file holds 4 after the header",
                "(byte 20)",
            ],
        ),
        (
            "truncated gz content",
            gzip(&good[..20]),
            &[
                "2 × 2 × 3 = 12 bytes",
                "the file holds 4 after",
                "(byte 20)",
            ],
        ),
        (
            "cut gz",
            gzip(&idx_file(8, &[100, 10, 10], &noise(10_000)))[..5000].to_vec(),
            &["100 × 10 × 10 = 10000 bytes", "cut off after"],
        ),
        (
            "cut trailer",
            packed[..packed.len() - 3].to_vec(),
            &["cut off after 12"],
        ),
        ("bad crc", damaged, &["the compressed data are damaged"]),
        (
            "trailing",
            [&good[..], &[0]].concat(),
            &["more bytes follow", "(byte 28)"],
        ),
        (
            "trailing gz",
            gzip(&[&good[..], &[0; 9]].concat()),
            &["more bytes follow"],
        ),
        (
            "labels",
            idx_file(8, &[2], &[1, 2]),
            &["an IDX labels file", "0x00000803"],
        ),
        (
            "floats",
            idx_file(0x0d, &[1, 1, 1], &[0; 4]),
            &["0x0d (32-bit floats)", "(byte 2)"],
        ),
        (
            "type",
            idx_file(0x55, &[1], &[0]),
            &["not an IDX file", "download it again"],
        ),
        (
            "rank",
            idx_file(8, &[1, 1, 1, 1, 1], &[0]),
            &["announces 5 sizes", "(byte 3)"],
        ),
        ("rank 0", idx_file(8, &[], &[0]), &["announces 0 sizes"]),
        (
            "none",
            idx_file(8, &[0, 28, 28], &[]),
            &["it holds no items", "(byte 4)"],
        ),
        (
            "zero width",
            idx_file(8, &[3, 28, 0], &[]),
            &["an item has no values", "(byte 12)"],
        ),
        (
            "channels",
            idx_file(8, &[1, 1, 1, 2], &[0; 2]),
            &["1 or 3 channels, not 2"],
        ),
        (
            "overflow",
            idx_file(8, &[max, max, max, 3], &[]),
            &["one item", "header is probably damaged"],
        ),
        (
            "absurd",
            idx_file(8, &[max, 28, 28], &[0; 100]),
            &["3367254359280 bytes", "holds 100 after"],
        ),
        (
            "absurd gz",
            gzip(&idx_file(8, &[max, 28, 28], &[0; 100])),
            &["3367254359280 bytes", "too small to hold"],
        ),
        (
            "png",
            b"\x89PNG\r\n\x1a\n0000".to_vec(),
            &["a PNG picture", "give the folder"],
        ),
        ("zip", b"PK\x03\x04....".to_vec(), &["a zip archive"]),
        ("npy", b"\x93NUMPY\x01\x00".to_vec(), &["a NumPy array"]),
        ("twice", gzip(&gzip(&good)), &["gzip inside gzip"]),
        (
            "swapped",
            vec![3, 8, 0, 0, 2, 0, 0, 0],
            &["byte order swapped"],
        ),
        (
            "text",
            b"hello, world".to_vec(),
            &["it is not an IDX file", "give it the name of what it is"],
        ),
    ];
    for (name, content, parts) in cases {
        let error = idx::parse(&content, Path::new("some/file"), None, &quiet).expect_err(name);
        let text = error.to_string();
        assert!(
            text.contains("some/file") && !text.contains('\n'),
            "{name}: {text}"
        );
        for part in parts {
            assert!(text.contains(part), "{name}: '{text}' lacks '{part}'");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the bytes, the answer is an image set or an error.
    #[test]
    fn arbitrary_bytes_never_panic(content in proptest::collection::vec(any::<u8>(), 0..200), limit in proptest::option::of(0..5_usize)) {
        let _ = idx::parse(&content, Path::new("f"), limit, &quiet);
        let _ = idx::parse(&gzip(&content), Path::new("f"), limit, &quiet);
    }

    /// The same after a plausible start, where sizes are reached.
    #[test]
    fn arbitrary_headers_never_panic(
        rank in 0..6_u8,
        sizes in proptest::collection::vec(prop_oneof![0..5_u32, any::<u32>()], 0..5),
        payload in proptest::collection::vec(any::<u8>(), 0..100),
        limit in proptest::option::of(0..5_usize),
    ) {
        let mut content = idx_file(8, &sizes, &payload);
        content[3] = rank;
        for content in [content.clone(), gzip(&content)] {
            if let Ok(images) = idx::parse(&content, Path::new("f"), limit, &quiet) {
                prop_assert_eq!(images.bytes.len() % images.shape.dim(), 0);
                // Sizes beyond the rank are pixels to the reader.
                prop_assert!(images.bytes.len() <= payload.len() + 4 * sizes.len());
            }
        }
    }
}
