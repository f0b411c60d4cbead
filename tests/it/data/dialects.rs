//! One table in the many ways in which people write it.

#![expect(
    clippy::format_collect,
    clippy::too_many_lines,
    reason = "tables are built as text, and one list of them reads better than many"
)]

use collapse_explorer::config::{Constant, DataConfig, Missing, Preprocess};
use collapse_explorer::data::{Dataset, Error, Pixels, Preprocessor, spectrum};
use proptest::prelude::*;

use super::{eigenvalues, gzip, open, put, quiet, request};

/// Six items of three values.
const ITEMS: [[f32; 3]; 6] = [
    [1.5, 2.0, -3.0],
    [2.5, -1.0, 4.0],
    [0.5, 7.0, 1.0],
    [3.25, 0.0, -2.0],
    [1.0, 5.0, 6.0],
    [2.0, 3.0, 0.75],
];
/// `numpy.linalg.eigvalsh(numpy.cov(ITEMS.T, bias=True))`
const EIGENVALUES: [f64; 3] = [11.233_786_17, 6.857_156_27, 0.134_752_01];

fn read_as(content: &[u8], change: impl Fn(DataConfig) -> DataConfig) -> Result<Dataset, Error> {
    let dir = tempfile::tempdir().expect("a folder");
    put(dir.path(), "table.csv", content);
    open(&change(request(&dir.path().join("table.csv"))))
}

fn read(content: impl AsRef<[u8]>) -> Dataset {
    let content = content.as_ref();
    read_as(content, |c| c).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(content)))
}

/// Stored values, whatever holds them.
fn values(data: &Dataset) -> Vec<f32> {
    match &data.pixels {
        Pixels::Bytes(bytes) => bytes.iter().map(|&b| f32::from(b)).collect(),
        Pixels::Floats(floats) => floats.clone(),
        Pixels::Stored(_) => panic!("a table on disk"),
    }
}

fn names(data: &Dataset, labels: &str) {
    let classes: Vec<&str> = labels.split(' ').collect();
    let found: Vec<&str> = data
        .labels
        .as_ref()
        .expect("labels")
        .iter()
        .map(|&l| data.classes[usize::from(l)].as_str())
        .collect();
    assert_eq!(found, classes);
}

/// The six items with a separator, fields before and after, and a first line.
fn lines(first: &str, separator: &str, wrap: impl Fn(usize, String) -> String) -> String {
    let line = |(i, item): (usize, &[f32; 3])| {
        let fields: Vec<String> = item.iter().map(f32::to_string).collect();
        wrap(i, fields.join(separator)) + "\n"
    };
    first.to_owned() + &ITEMS.iter().enumerate().map(line).collect::<String>()
}

#[test]
fn the_same_table_in_many_dialects() {
    let plain = |first: &str, separator: &str| lines(first, separator, |_, fields| fields);
    let commas = |text: String| text.replace('.', ",");
    let quoted = plain("a,b,c\n", "\",\"")
        .replace("a,b,c\n", "")
        .lines()
        .map(|l| format!("\"{l}\"\n"))
        .collect::<String>();
    let utf16: Vec<u8> = ("\u{feff}".to_owned() + &plain("a\tb\tc\n", "\t"))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut tables: Vec<Vec<u8>> = [
        plain("", ","),
        plain("a,b,c\n", ","),
        plain("", "  \t "),
        plain("# a b c\n", " "),
        plain("% made\n% by hand\n", ";"),
        plain("a|b|c\n", "|"),
        plain("sep=;\na;b;c\n", ";"),
        plain("\"a, b\",\"c \"\"d\"\"\",\"e\nf\"\n", ","),
        format!("\u{feff}{}", plain("a,b,c\n", ",").replace('\n', "\r\n")),
        plain("a,b,c\n", ",").replace('\n', "\r"),
        format!("\n\n{}\n\n,,\n", plain("a,b,c\n", ",")),
        plain("a,b,c", ", ").replacen("a,b,c", "a,b,c\n", 1),
        commas(plain("a;b;c\n", ";")),
        commas(plain("a\tb\tc\n", "\t")),
        quoted,
        // A nameless index, an empty last column, the names of R.
        lines(",a,b,c\n", ",", |i, fields| format!("{i},{fields}")),
        lines("Unnamed: 0;a;b;c\n", ";", |i, fields| {
            format!("{};{fields}", 7 * i + 3)
        }),
        lines("a,b,c,\n", ",", |_, fields| format!("{fields},")),
        lines("", ",", |_, fields| format!("{fields},")),
        lines("\"a\" \"b\" \"c\"\n", " ", |i, fields| {
            format!("\"row {i}\" {fields}")
        }),
        lines("a,b,c\n", ",", |i, fields| format!("AAAC{i}-1,{fields}")),
        // pandas: an index and numbers for names.
        lines(",0,1,2\n", ",", |i, fields| format!("{i},{fields}")),
        lines("0,1,2\n", ",", |_, fields| fields),
        // The number of a line, without a name.
        lines("", ",", |i, fields| format!("{},{fields}", i + 1)),
        lines("", ",", |i, fields| {
            format!("{},{fields}", 842_302 + (i * i * 7919) % 5003)
        }),
        lines("PassengerId,a,b,c\n", ",", |i, fields| {
            format!("{},{fields}", 900 - 7 * i)
        }),
        lines(
            "@relation t\n@attribute 'a b' real\n@attribute b REAL\n@ATTRIBUTE c numeric\n@data\n",
            ",",
            |_, f| f,
        ),
        lines("when,a,b,c\n", ",", |i, fields| {
            format!("2020-01-0{},{fields}", i / 2 + 1)
        }),
    ]
    .map(String::into_bytes)
    .to_vec();
    tables.push(gzip(&tables[1]));
    tables.push(utf16);
    for table in &tables {
        let data = read(table);
        let text = String::from_utf8_lossy(table);
        assert_eq!(values(&data), ITEMS.concat(), "{text}");
        assert!(data.table && data.labels.is_none(), "{text}");
        assert_eq!((data.shape.height, data.shape.width), (1, 3));
    }
    for (found, wanted) in eigenvalues(&read(&tables[0])).iter().zip(EIGENVALUES) {
        assert!((found - wanted).abs() < 1e-6 * wanted, "{found} {wanted}");
    }
}

#[test]
fn what_is_left_out_is_named() {
    for (table, parts) in [
        (
            lines("id,a,b,c\n", ",", |i, f| format!("{i},{f}")),
            &["column 'id' is left out"][..],
        ),
        (
            lines("a,b,c,city,hue\n", ",", |i, f| {
                format!("{f},town {i},{}", ["red", "blue"][i % 2])
            }),
            &[
                "the classes are those of column 'hue' (blue, red)",
                "column 'city' is left out: its words are all different",
            ],
        ),
        (
            lines("when,a,b,c\n", ",", |i, f| {
                format!("2020-01-0{},{f}", i / 2 + 1)
            }),
            &["column 'when' is left out: it holds dates"],
        ),
        (
            lines("0,1,2\n", ",", |_, f| f),
            &["the first line (0, 1, 2, …) is taken for the names"],
        ),
        (
            lines("a,b,c,d\n", ",", |_, f| format!("{f},7")),
            &["column 'd' never changes"],
        ),
    ] {
        let remarks = read(&table).remarks.join("\n");
        for part in parts {
            assert!(remarks.contains(part), "'{remarks}' lacks '{part}'");
        }
    }
    let wide: String = (0..4)
        .map(|i| format!("GENE{i}{}\n", format!(",{i}.5").repeat(9)))
        .collect();
    let wide = format!(
        "gene{}\n{wide}",
        (0..9).map(|i| format!(",cell {i}x")).collect::<String>()
    );
    let data = read(&wide);
    assert_eq!((data.len(), data.dim()), (4, 9));
    let remarks = data.remarks.join("\n");
    assert!(
        remarks.contains("the 4 rows are the items and the 9 columns their values"),
        "{remarks}"
    );
    let turned = read_as(wide.as_bytes(), |c| DataConfig {
        transpose: true,
        ..c
    })
    .expect("a turned table");
    assert_eq!((turned.len(), turned.dim()), (9, 4));
    assert_eq!(turned.columns, ["GENE0", "GENE1", "GENE2", "GENE3"]);
    assert_eq!(values(&turned)[..5], [0.5, 1.5, 2.5, 3.5, 0.5]);
}

#[test]
fn words_become_classes_wherever_they_stand() {
    let word = |i: usize| ["setosa", "virginica", "setosa", "a, b", "a, b", "setosa"][i];
    let said = "setosa virginica setosa a, b a, b setosa";
    for table in [
        lines("a,b,c,species\n", ",", |i, f| {
            format!("{f},\"{}\"", word(i))
        }),
        lines("label,a,b,c\n", ",", |i, f| format!("\"{}\",{f}", word(i))),
        lines("id,kind,a,b,c\n", ",", |i, f| {
            format!("{i},\"{}\",{f}", word(i))
        }),
        lines("", ",", |i, f| format!("{f},\"{}\"", word(i))),
        lines("", ",", |i, f| format!("\"{}\",{f}", word(i))),
        // As UCI's wdbc: an identifier, the class, no names.
        lines("", ",", |i, f| {
            format!("{},\"{}\",{f}", 842_302 + 1999 * i, word(i))
        }),
        lines("", ";", |i, f| format!("{f};\"{}\"", word(i))),
        lines(
            "@relation t\n@attribute a real\n@attribute b real\n@attribute c real\n@attribute class {x}\n@data\n",
            ",",
            |i, f| format!("{f},'{}'", word(i)),
        ),
    ] {
        let data = read(&table);
        assert_eq!(values(&data), ITEMS.concat(), "{table}");
        assert_eq!(data.classes, ["a, b", "setosa", "virginica"], "{table}");
        let labels = data.labels.as_deref();
        assert_eq!(labels, Some(&[1, 2, 1, 0, 0, 1][..]), "{table}: {said}");
    }
    // Truth in the last place, numbers below zero, a plus and a minus.
    let truth = read(lines("a,b,c,churn\n", ",", |i, f| {
        format!("{f},{}", ["True", "False"][i % 2])
    }));
    names(&truth, "true false true false true false");
    let signs = read(lines("y,a,b,c\n", ",", |i, f| {
        format!("{},{f}", [1, -1][i % 2])
    }));
    names(&signs, "1 -1 1 -1 1 -1");
    let marks = read(lines("", ",", |i, f| format!("{f},{}", ["+", "-"][i % 2])));
    names(&marks, "+ - + - + -");
    // Several columns of truth are values.
    let truths = read(lines("a,b,c,d,e\n", ",", |i, f| {
        format!("{f},TRUE,{}", i == 2)
    }));
    assert_eq!((truths.dim(), truths.labels), (5, None));
    assert_eq!(
        values(&read(lines("a,b,c,d,e\n", ",", |i, f| format!(
            "{f},TRUE,{}",
            i == 2
        ))))[3..5],
        [1.0, 0.0]
    );
}

#[test]
fn a_label_is_chosen_by_name_or_number() {
    let table = lines("hue,a,b,c,size,kind\n", ",", |i, f| {
        format!(
            "{},{f},{},{}",
            ["red", "blue"][i % 2],
            [3, 300][i / 3],
            ["x", "y"][i / 3]
        )
    });
    let with = |label: Option<&str>| {
        read_as(table.as_bytes(), |c| DataConfig {
            label: label.map(str::to_owned),
            ..c
        })
    };
    names(&with(None).expect("the last"), "x x x y y y");
    names(
        &with(Some("HUE")).expect("by name"),
        "red blue red blue red blue",
    );
    let size = with(Some("size")).expect("numbers");
    names(&size, "3 3 3 300 300 300");
    assert_eq!(values(&size), ITEMS.concat());
    names(&with(Some("6")).expect("by number"), "x x x y y y");
    let error = with(Some("shape")).expect_err("no such column").to_string();
    assert!(
        error.contains("no labels 'shape'; there are: hue, a, b, c, size, kind"),
        "{error}"
    );
    let error = with(Some("a")).expect_err("no classes").to_string();
    assert!(error.contains("column 'a' holds no classes"), "{error}");
    // Only one class of them.
    let blue = read_as(table.as_bytes(), |c| DataConfig {
        label: Some("hue".into()),
        classes: vec!["blue".into()],
        ..c
    });
    assert_eq!(blue.expect("blue").len(), 3);
}

#[test]
fn missing_values_are_refused_dropped_or_filled() {
    let with =
        |table: &str, missing: Missing| read_as(table.as_bytes(), |c| DataConfig { missing, ..c });
    for gap in [
        "", "NA", "N/A", "nan", "NULL", "None", "?", ".", "-", "<NA>",
    ] {
        for line in [0, 3] {
            let table = lines("a,b,c,d\n", ",", |i, f| {
                format!(
                    "{f},{}",
                    if i == line {
                        gap.into()
                    } else {
                        format!("{i}.5")
                    }
                )
            });
            let error = with(&table, Missing::Refuse).expect_err(gap).to_string();
            let place = format!("line {}: the value in column 4 ('d') is missing", line + 2);
            assert!(
                error.contains(&place) && error.contains("the setting 'missing' can drop"),
                "{error}"
            );
            let dropped = with(&table, Missing::Drop).expect("five items");
            assert_eq!((dropped.len(), dropped.dim()), (5, 4));
            assert!(
                dropped
                    .remarks
                    .join("\n")
                    .contains("1 of 6 lines is left out"),
                "{:?}",
                dropped.remarks
            );
            let filled = with(&table, Missing::Mean).expect("six items");
            // The mean of 0.5, 1.5, …, 5.5 without one of them.
            let mean = (18.0 - (line as f32 + 0.5)) / 5.0;
            assert!((values(&filled)[4 * line + 3] - mean).abs() < 1e-6);
            assert!(
                filled
                    .remarks
                    .join("\n")
                    .contains("1 missing value is the mean"),
                "{:?}",
                filled.remarks
            );
        }
    }
    // Without names the first line may lack a value and is an item all the same.
    let bare = "NA,1,2.5\n3,4,5.5\n6,8,8.1\n9,1,2.2\n";
    let error = with(bare, Missing::Refuse).expect_err("a gap").to_string();
    assert!(
        error.contains("line 1: the value in column 1 is missing ('NA')"),
        "{error}"
    );
    assert_eq!(with(bare, Missing::Mean).expect("four").len(), 4);
    assert_eq!(values(&with(bare, Missing::Mean).expect("four"))[0], 6.0);
    // A class that is missing has no mean.
    let table = "a,species\n1,x\n2,\n3,x\n4,y\n";
    for missing in [Missing::Refuse, Missing::Mean] {
        let error = with(table, missing).expect_err("no class").to_string();
        assert!(
            error.contains("line 3: the class in column 2 ('species') is missing"),
            "{error}"
        );
    }
    let dropped = with(table, Missing::Drop).expect("three");
    assert_eq!(
        (values(&dropped), dropped.labels),
        (vec![1.0, 3.0, 4.0], Some(vec![0, 0, 1]))
    );
    // Where nothing is left, that is said.
    let error = with("a,b\n1,\n,2\n", Missing::Drop)
        .expect_err("nothing")
        .to_string();
    assert!(
        error.contains("every line of the table lacks a value"),
        "{error}"
    );
}

#[test]
fn constants_stay_or_go_and_pictures_keep_them() {
    let table = lines("a,b,c,d\n", ",", |_, f| format!("{f},7"));
    let dropped = |table: &str| {
        let config = |c| DataConfig {
            constant: Constant::Drop,
            ..c
        };
        read_as(table.as_bytes(), config).expect("a table")
    };
    assert_eq!(read(&table).dim(), 4);
    assert_eq!(
        (values(&dropped(&table)), dropped(&table).columns.len()),
        (ITEMS.concat(), 3)
    );
    let pixels: String = (0..64)
        .map(|p| format!("{}pixel{p}", if p > 0 { "," } else { "" }))
        .collect();
    let picture = format!(
        "{pixels}\n{}\n{}\n",
        "9,".repeat(63) + "1",
        "9,".repeat(63) + "200"
    );
    assert_eq!(dropped(&picture).dim(), 64);
}

/// Columns of deviations 88,662, 3.4, 0.0025 and 1.1, and one that never changes.
#[test]
fn every_column_of_a_table_is_standardised() {
    let item = |i: u64| {
        let (a, b, c, d) = (i * i * 7 % 11, i * 5 % 9, i * i * i % 7, i * 3 % 8);
        format!(
            "{},{},{},{},4\n",
            30_000 * a,
            1.5 * b as f64,
            0.001 * c as f64,
            0.5 * d as f64
        )
    };
    let data = read(format!(
        "a,b,c,d,e\n{}",
        (1..=8).map(item).collect::<String>()
    ));
    let preprocessor =
        Preprocessor::new(Preprocess::Standardize, &data).expect("it can be prepared");
    let found = spectrum(&data, &preprocessor, 0, &quiet).expect("a spectrum");
    // The eigenvalues of numpy.corrcoef of the first four columns.
    for (found, wanted) in
        found
            .eigenvalues
            .iter()
            .zip([1.839_177_51, 1.118_219_75, 0.821_353_33, 0.221_249_40, 0.0])
    {
        assert!((found - wanted).abs() < 1e-6, "{found} {wanted}");
    }
}

#[test]
fn five_storages_of_black_and_white_have_one_spectrum() {
    let bit = |i: usize, p: usize| usize::from((i * i * 7 + p * p * 3 + i * p * 5) % 11 < 5);
    let text = |first: &str, separator: &str| {
        let line = |i| {
            (0..49)
                .map(|p| bit(i, p).to_string())
                .collect::<Vec<_>>()
                .join(separator)
        };
        format!(
            "{first}{}\n",
            (0..12).map(line).collect::<Vec<_>>().join("\n")
        )
    };
    let header: Vec<String> = (0..49).map(|p| format!("pixel{p}")).collect();
    let named = text(&(header.join(",") + "\n"), ",");
    for table in [
        text("", " ").into_bytes(),
        named.clone().into_bytes(),
        gzip(named.as_bytes()),
        text("", "\t").into_bytes(),
        text("", ";").into_bytes(),
    ] {
        let data = read(&table);
        assert_eq!(
            (data.shape.height, data.shape.width, data.table),
            (7, 7, false)
        );
        // numpy.linalg.eigvalsh(numpy.cov(bits.T, bias=True))
        for (found, wanted) in
            eigenvalues(&data)
                .iter()
                .zip([3.280_145_03, 2.088_543_98, 1.742_232_13, 1.244_031_96])
        {
            assert!((found - wanted).abs() < 1e-5, "{found} {wanted}");
        }
    }
}

#[test]
fn only_pixels_are_pictures() {
    let table = |names: String, d: usize, value: &dyn Fn(usize, usize) -> String| {
        let line = |i| (0..d).map(|p| value(i, p)).collect::<Vec<_>>().join(",") + "\n";
        let first = if names.is_empty() {
            names
        } else {
            names + "\n"
        };
        first + &(0..12).map(line).collect::<String>()
    };
    let called = |name: &str, d: usize| {
        (0..d)
            .map(|p| name.replace('#', &p.to_string()))
            .collect::<Vec<_>>()
            .join(",")
    };
    let level = |most: usize| {
        move |i: usize, p: usize| ((i * i * 31 + p * 17 + i * p * 7) % (most + 1)).to_string()
    };
    let real = |i: usize, p: usize| format!("{}.25", (i * 7 + p * 5) % 9);
    for (names, d, value, wanted) in [
        (
            String::new(),
            64,
            &level(255) as &dyn Fn(usize, usize) -> String,
            [8, 8, 1],
        ),
        (String::new(), 64, &level(16), [8, 8, 1]),
        (String::new(), 192, &level(255), [8, 8, 3]),
        (called("pixel#", 16), 16, &level(255), [4, 4, 1]),
        (called("px_#", 16), 16, &real, [4, 4, 1]),
        (called("#", 64), 64, &level(255), [8, 8, 1]),
        (called("V#", 64), 64, &level(255), [8, 8, 1]),
        (called("pixel_0_#", 16), 16, &level(255), [1, 16, 1]),
        // UCI letter, a four by four table, sonar, ionosphere, sixty-four quantities.
        (String::new(), 16, &level(15), [1, 16, 1]),
        (called("f#", 16), 16, &level(255), [1, 16, 1]),
        (
            String::new(),
            60,
            &|i, p| format!("0.{}", (i * 7 + p * 5) % 997),
            [1, 60, 1],
        ),
        (
            String::new(),
            34,
            &|i, p| format!("-0.{}", (i * 7 + p * 5) % 997),
            [1, 34, 1],
        ),
        (String::new(), 64, &real, [1, 64, 1]),
        (called("q#_mean", 64), 64, &level(255), [1, 64, 1]),
    ] {
        let content = table(names.clone(), d, value);
        let data = read(&content);
        let shape = data.shape;
        assert_eq!(
            [shape.height, shape.width, shape.channels],
            wanted,
            "{names} {d}"
        );
        assert_eq!(
            (data.table, data.len()),
            (wanted[0] == 1 && !names.starts_with("pixel"), 12),
            "{names} {d}"
        );
    }
    // A grid in the names, and lists in one field as FER2013 has them.
    let grid: Vec<String> = (0..16)
        .map(|p| format!("{}x{}", 1 + p / 8, 1 + p % 8))
        .collect();
    let data = read(table(grid.join(","), 16, &level(255)));
    assert_eq!((data.shape.height, data.shape.width), (2, 8));
    let line = |i: usize| {
        format!(
            "{},{},Training\n",
            i % 7,
            (0..64)
                .map(|p| level(255)(i, p))
                .collect::<Vec<_>>()
                .join(" ")
        )
    };
    let data = read(format!(
        "emotion,pixels,Usage\n{}",
        (0..12).map(line).collect::<String>()
    ));
    assert_eq!(
        (data.shape.height, data.shape.width, data.len()),
        (8, 8, 12)
    );
    assert_eq!(
        data.labels.expect("emotions")[..8],
        [0, 1, 2, 3, 4, 5, 6, 0]
    );
    // As optdigits: the class is last, the first pixel always black.
    let digit = |i: usize, p: usize| match p {
        0 => "0".into(),
        64 => (i % 10).to_string(),
        _ => level(16)(i, p),
    };
    let data = read(table(String::new(), 65, &digit));
    assert_eq!((data.shape.height, data.dim()), (8, 64));
    assert_eq!(
        data.labels.expect("digits")[..11],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0]
    );
}

#[test]
fn what_cannot_be_read_is_told_by_what_it_is() {
    for (content, part) in [
        ("{\"a\": [1, 2]}\n", "it is JSON"),
        ("[[1, 2], [3, 4]]\n", "it is JSON"),
        ("<!DOCTYPE html>\n<html><body>1,2\n", "a web page"),
        ("1 3:0.5 7:1\n-1 1:2 4:3\n", "LIBSVM"),
        (
            "%%MatrixMarket matrix coordinate real general\n3 3 1\n1 1 5\n",
            "Matrix Market",
        ),
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n",
            "git lfs pull",
        ),
        (
            "@relation a\n@attribute b real\n@data\n{0 1}\n",
            "sparse ARFF",
        ),
        ("a,b\nc,d\n", "none of its columns holds numbers"),
        ("one\ntwo\n", "its lines hold one field each"),
        (
            "1,234;5\n2,345;6\n",
            "line 1: the comma in '1,234' in column 1 may separate thousands",
        ),
        (
            "a,b\n\"1,234,567\",5\n\"2,345,678\",6\n",
            "may separate thousands",
        ),
        (
            "a;b\n1,5;2\n2,5;1.25\n",
            "line 3: '1.25' in column 2 ('b') is not a finite number",
        ),
        (
            "a,b\n1,2\n3,4 kg\n",
            "line 3: '4 kg' in column 2 ('b') is not a finite number",
        ),
        (
            "a,b\n1,2\n3,1e39\n",
            "line 3: '1e39' in column 2 ('b') is not a finite number",
        ),
        (
            "a,b\n1,2\n3,\"4\n5,6\n",
            "line 3: '4�5,6' in column 2 ('b')",
        ),
        (
            "@relation a\n@attribute b real\n@data\n1,2\n",
            "line 4: it has 2 columns, and the header declares 1",
        ),
    ] {
        let error = read_as(content.as_bytes(), |c| c)
            .expect_err(content)
            .to_string();
        assert!(
            error.contains(part) && !error.contains("0x"),
            "'{error}' lacks '{part}'"
        );
    }
}

#[test]
fn tables_of_very_many_columns_are_read() {
    let columns = 120_000;
    let names: Vec<String> = (0..columns).map(|p| format!("gene{p}b")).collect();
    let line = |i: usize| {
        (0..columns)
            .map(|p| ((p * 7 + i) % 10).to_string())
            .collect::<Vec<_>>()
            .join(",")
    };
    let data = read(format!("{}\n{}\n{}\n", names.join(","), line(0), line(5)));
    assert_eq!(
        (data.len(), data.dim(), data.columns.len()),
        (2, columns, columns)
    );
    assert_eq!(values(&data)[columns..columns + 3], [5.0, 2.0, 9.0]);
}

/// How a random table is written.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a way of writing that goes with all others"
)]
struct Writing {
    separator: &'static str,
    quoted: bool,
    ends: &'static str,
    mark: bool,
    comma: bool,
    header: bool,
    id: bool,
    /// The place of the column of classes.
    class: Option<usize>,
    packed: bool,
    trailing: bool,
}

fn writing() -> impl Strategy<Value = Writing> {
    let separator = prop_oneof![Just(","), Just(";"), Just("\t"), Just("|"), Just("  ")];
    let ends = prop_oneof![Just("\n"), Just("\r\n"), Just("\r")];
    let flags = proptest::array::uniform6(any::<bool>());
    (
        separator,
        ends,
        flags,
        proptest::option::of(0..9_usize),
        any::<bool>(),
    )
        .prop_map(
            |(separator, ends, [quoted, mark, comma, header, id, packed], class, trailing)| {
                Writing {
                    separator,
                    quoted,
                    ends,
                    mark,
                    comma: comma && (separator != "," || quoted),
                    header,
                    id,
                    class,
                    packed,
                    trailing: trailing && separator != "  ",
                }
            },
        )
}

impl Writing {
    fn write(&self, items: &[Vec<i32>], classes: &[usize]) -> Vec<u8> {
        let d = items[0].len();
        let field = |text: String, word: bool| {
            if self.quoted || word && self.separator == "  " {
                format!("\"{text}\"")
            } else {
                text
            }
        };
        let line = |id: String, values: Vec<String>, class: String, words: bool| {
            let mut fields: Vec<String> = values.into_iter().map(|v| field(v, words)).collect();
            if let Some(place) = self.class {
                fields.insert(place.min(d), field(class, true));
            }
            if self.id {
                fields.insert(0, field(id, true));
            }
            let mut line = fields.join(self.separator);
            if self.trailing {
                line.push_str(self.separator);
            }
            line + self.ends
        };
        let mut text = String::new();
        if self.mark {
            text.push('\u{feff}');
        }
        if self.header {
            let names = (0..d).map(|p| format!("size {p} of, it")).map(|n| {
                if !self.quoted && (self.separator == "," || self.separator == "  ") {
                    n.replace([',', ' '], "_")
                } else {
                    n
                }
            });
            text += &line("sample".into(), names.collect(), "kind".into(), true);
        }
        for (i, (item, &class)) in items.iter().zip(classes).enumerate() {
            let value = |v: &i32| {
                let text = (f64::from(*v) / 8.0).to_string();
                if self.comma {
                    text.replace('.', ",")
                } else {
                    text
                }
            };
            let values = item.iter().map(value).collect();
            text += &line(
                format!("cell-{i}"),
                values,
                ["ape", "bee", "cat"][class].into(),
                false,
            );
        }
        if self.packed {
            gzip(text.as_bytes())
        } else {
            text.into_bytes()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// However a table is written, it is the same table.
    #[test]
    fn a_table_is_the_same_however_it_is_written(
        writing in writing(),
        (items, classes) in (2..7_usize, 6..30_usize).prop_flat_map(|(d, n)| (
            proptest::collection::vec(proptest::collection::vec(-4000..4000_i32, d), n),
            proptest::collection::vec(0..3_usize, n),
        )),
    ) {
        // Half of a table's numbers at least show how fractions are written.
        let mut items = items;
        items[0][0] = 1;
        items[1][1] = -3;
        let mut classes = classes;
        classes[..3].copy_from_slice(&[0, 1, 2]);
        let table = writing.write(&items, &classes);
        let shown = String::from_utf8_lossy(&table);
        let data = read_as(&table, |c| c).map_err(|e| TestCaseError::fail(format!("{e}\n{shown}")))?;
        let wanted: Vec<f32> = items.concat().iter().map(|&v| v as f32 / 8.0).collect();
        prop_assert_eq!(values(&data), wanted, "{}", shown);
        prop_assert_eq!(data.dim(), items[0].len());
        prop_assert!(data.table);
        if writing.class.is_some() {
            let labels: Vec<u8> = classes.iter().map(|&c| c as u8).collect();
            prop_assert_eq!(data.labels, Some(labels), "{}", shown);
            prop_assert_eq!(data.classes, ["ape", "bee", "cat"]);
        } else {
            prop_assert_eq!(data.labels, None, "{}", shown);
        }
        prop_assert_eq!(!data.columns.is_empty(), writing.header);
    }
}
