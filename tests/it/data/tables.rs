//! Tables of numbers as text.

use collapse_explorer::config::Split;
use collapse_explorer::data::{Dataset, Error, Pixels};

use super::{bytes, from, gzip, put};

fn read(content: &[u8], limit: Option<usize>) -> Result<Dataset, Error> {
    let dir = tempfile::tempdir().expect("a folder");
    put(dir.path(), "table.csv", content);
    from(&dir.path().join("table.csv"), Split::Train, limit)
}

/// A line of 16 pixels after `first`.
fn line(first: &str, value: u8) -> String {
    format!("{first}{}\n", vec![value.to_string(); 16].join(","))
}

#[test]
fn labels_are_found_with_and_without_a_header() {
    let header = format!(
        "label,{}\n",
        (0..16)
            .map(|p| format!("pixel{p}"))
            .collect::<Vec<_>>()
            .join(",")
    );
    let lines = [line("5,", 1), line("0,", 2)].concat();
    for content in [
        format!("{header}{lines}"),
        format!("\u{feff}{header}{lines}\n\n"),
        lines.replace('\n', "\r\n"),
        lines.trim_end().to_owned(),
    ] {
        for content in [content.clone().into_bytes(), gzip(content.as_bytes())] {
            let data = read(&content, None).expect("a table");
            assert_eq!(data.labels.as_deref(), Some(&[5, 0][..]));
            assert_eq!((data.shape.height, data.shape.width), (4, 4));
            assert_eq!(bytes(&data), [[1; 16], [2; 16]].concat());
            assert_eq!(read(&content, Some(1)).expect("one").len(), 1);
        }
    }
    // Sixteen columns are a picture without a label; a header may say otherwise.
    let bare = [line("", 7), line("", 8)].concat();
    assert_eq!(read(bare.as_bytes(), None).expect("no labels").labels, None);
    let named = bare.replacen(&line("", 7), &format!("y{}\n", ",a".repeat(15)), 1);
    let data = read(named.as_bytes(), None).expect("labels");
    assert_eq!((data.labels, data.shape.width), (Some(vec![8]), 15));
}

#[test]
fn real_values_and_other_separators_are_read() {
    for content in [
        "0.5;1\n-2;3e2\n",
        "0.5\t1\n-2\t3e2\n",
        "0.5  1\n -2 3e2",
        "a;b\n0.5;1\n-2;3e2",
    ] {
        let data = read(content.as_bytes(), None).expect(content);
        assert_eq!(
            data.pixels,
            Pixels::Floats(vec![0.5, 1.0, -2.0, 300.0]),
            "{content}"
        );
        assert_eq!((data.shape.height, data.shape.width), (1, 2));
    }
    // A value that is no byte on a late line makes all of them real.
    let mut late = "1,2\n".repeat(5000);
    late.push_str("1,256\n");
    let data = read(late.as_bytes(), None).expect("floats");
    assert!(matches!(&data.pixels, Pixels::Floats(v) if v.len() == 10_002 && v[10_001] == 256.0));
}

#[test]
fn the_line_that_is_wrong_is_named() {
    let good = "1,2,3\n4,5,6\n";
    for (content, part) in [
        (format!("{good}7,8\n"), "line 3: it has 2 columns, not 3"),
        (
            format!("{good}7,8,9,10\n"),
            "line 3: it has 4 columns, not 3",
        ),
        (
            format!("{good}7,x,9\n"),
            "line 3: 'x' in column 2 is not a finite number",
        ),
        (format!("{good}\n7,nan,9\n"), "line 4: 'nan' in column 2"),
        (format!("{good}7,,9\n"), "line 3: '' in column 2"),
        (
            "label,a\n256,1\n".into(),
            "line 2: the label 256 is not a class",
        ),
        ("label,a\n1.5,1\n".into(), "line 2: the label 1.5"),
        ("a,b\nc,d\n".into(), "not a table of numbers"),
    ] {
        let error = read(content.as_bytes(), None).expect_err(part).to_string();
        assert!(
            error.contains(part) && error.contains("table.csv"),
            "'{error}' lacks '{part}'"
        );
    }
    let packed = gzip("12,34\n".repeat(20_000).as_bytes());
    let error = read(&packed[..packed.len() - 9], None)
        .expect_err("cut")
        .to_string();
    assert!(
        error.contains("cut off") || error.contains("columns"),
        "{error}"
    );
}

/// A line without an end must not fill the memory.
#[test]
fn endless_lines_are_refused() {
    let content = [b"1,2\n".to_vec(), vec![b'1'; 20 << 20]].concat();
    let error = read(&gzip(&content), None)
        .expect_err("too long")
        .to_string();
    assert!(error.contains("line 2 is longer than"), "{error}");
}
