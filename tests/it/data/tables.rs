//! Tables of numbers as text.

use collapse_explorer::config::Split;
use collapse_explorer::data::{Dataset, Error, Pixels};

use super::{bytes, from, gzip, put};

fn read(content: &[u8], limit: Option<usize>) -> Result<Dataset, Error> {
    let dir = tempfile::tempdir().expect("a folder");
    put(dir.path(), "table.csv", content);
    from(&dir.path().join("table.csv"), Split::Train, limit)
}

/// A line of 64 pixels after `first`.
fn line(first: &str, value: u8) -> String {
    format!("{first}{}\n", vec![value.to_string(); 64].join(","))
}

#[test]
fn labels_are_found_with_and_without_a_header() {
    let header = format!(
        "label,{}\n",
        (0..64)
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
            assert_eq!((data.shape.height, data.shape.width), (8, 8));
            assert_eq!(bytes(&data), [[1; 64], [2; 64]].concat());
            assert_eq!(read(&content, Some(1)).expect("one").len(), 1);
        }
    }
    // Sixty-four columns are a picture without a label; a header may say otherwise.
    let bare = [line("", 7), line("", 8)].concat();
    assert_eq!(read(bare.as_bytes(), None).expect("no labels").labels, None);
    let named = bare.replacen(&line("", 7), &format!("y{}\n", ",a".repeat(63)), 1);
    let data = read(named.as_bytes(), None).expect("labels");
    assert_eq!((data.labels, data.shape.width), (Some(vec![8]), 63));
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
        (
            format!("{good}\n7,nan,9\n"),
            "line 4: the value in column 2 is missing ('nan'); the setting 'missing'",
        ),
        (
            format!("{good}7,,9\n"),
            "line 3: the value in column 2 is missing (it is empty)",
        ),
        (
            format!("{good}7,inf,9\n"),
            "line 3: 'inf' in column 2 is not a finite number",
        ),
        ("label,a\n1.5,1\n".into(), "line 2: the label 1.5"),
        ("a,b\nc,d\n".into(), "none of its columns holds numbers"),
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

/// A header, and lines of which each has so many values of its own number beside what stands first or last.
fn table(header: &str, first: &str, values: usize, last: &str) -> String {
    let line = |i: usize| {
        let values = vec![(10 * i + 1).to_string(); values].join(",");
        format!(
            "{}{values}{}\n",
            first.replace('#', &i.to_string()),
            last.replace('#', &i.to_string())
        )
    };
    format!("{header}{}", (0..3).map(line).collect::<String>())
}

fn names(count: usize) -> String {
    let names: Vec<String> = (0..count).map(|p| format!("pixel{p}")).collect();
    names.join(",")
}

#[test]
fn a_label_is_found_by_name_wherever_it_stands_and_line_numbers_are_left_out() {
    let pixels = names(64);
    for (content, classes) in [
        (table(&format!("{pixels},label\n"), "", 64, ",#"), true),
        (table(&format!("{pixels},Target\n"), "", 64, ",#"), true),
        (
            table(&format!("id,class,{pixels}\n"), "77,#,", 64, ""),
            true,
        ),
        (table(&format!(",{pixels},\"y\"\n"), "77,", 64, ",#"), true),
        (table(&format!("Index,{pixels}\n"), "77,", 64, ""), false),
    ] {
        let data = read(content.as_bytes(), None).expect("a table");
        let shape = data.shape;
        assert_eq!([shape.height, shape.width, shape.channels], [8, 8, 1]);
        assert_eq!(bytes(&data), [[1; 64], [11; 64], [21; 64]].concat());
        assert_eq!(data.labels, classes.then(|| vec![0, 1, 2]));
    }
    // Points have coordinates, not labels; a number of a regression is no class.
    let points = read(b"x,y\n1,2\n3,4\n", None).expect("points");
    assert_eq!((points.dim(), points.labels), (2, None));
    let prices = read(b"a,b,target\n1,2,30.5\n3,4,7\n", None).expect("prices");
    assert_eq!((prices.dim(), prices.labels), (3, None));
    let error = read(b"id,label\n1,2\n", None).expect_err("no values");
    assert!(
        error.to_string().contains("there is no column of values"),
        "{error}"
    );
    let error = read(b"a,label,b\n1,2,3\n1,2.5,3\n", None).expect_err("no class");
    assert!(
        error
            .to_string()
            .contains("line 3: the label 2.5 in column 2 ('label') is not a class"),
        "{error}"
    );
}

#[test]
fn headers_may_be_longer_than_the_start_that_tells_a_table() {
    let header = format!("{}\n", names(784));
    assert!(header.len() > 4096);
    for content in [
        table(&header, "", 784, ""),
        header.to_uppercase() + &"0,".repeat(783) + "9",
    ] {
        for content in [gzip(content.as_bytes()), content.into_bytes()] {
            let data = read(&content, None).expect("a table with a long header");
            assert_eq!((data.shape.height, data.shape.width), (28, 28));
            assert_eq!(data.labels, None);
        }
    }
    let prose = "words, and more words, ".repeat(1000);
    let error = read(prose.as_bytes(), None).expect_err("no table");
    assert!(
        error
            .to_string()
            .contains("none of its columns holds numbers"),
        "{error}"
    );
}

#[test]
fn three_squares_are_pictures_in_colour_in_either_order() {
    // 32 × 32, every channel of its own brightness that grows down the picture.
    let level = |p: usize, c: usize| (50 * c + 3 * (p / 32)).to_string();
    let planes: Vec<String> = (0..3)
        .flat_map(|c| (0..1024).map(move |p| level(p, c)))
        .collect();
    let alternating: Vec<String> = (0..1024)
        .flat_map(|p| (0..3).map(move |c| level(p, c)))
        .collect();
    for (first, header) in [("", ""), ("4,", ""), ("4,", "label,")] {
        for values in [&planes, &alternating] {
            let mut content = String::new();
            if !header.is_empty() {
                content = format!("{header}{}\n", names(3072));
            }
            content.push_str(&format!("{first}{}\n", values.join(",")));
            let data = read(content.as_bytes(), None).expect("a picture");
            let shape = data.shape;
            assert_eq!([shape.height, shape.width, shape.channels], [32, 32, 3]);
            assert_eq!(data.labels, (!first.is_empty()).then(|| vec![4]));
            let expected: Vec<u8> = alternating
                .iter()
                .map(|v| v.parse().expect("a byte"))
                .collect();
            assert_eq!(bytes(&data), expected);
        }
    }
    // Without a class in front the values are a vector.
    let vector = format!("0.5,{}\n", planes.join(","));
    let data = read(vector.as_bytes(), None).expect("a vector");
    assert_eq!((data.shape.width, data.labels), (3073, None));
}
