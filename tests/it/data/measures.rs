//! Fields of tables that start like numbers: read as such, refused by name, or left out for a reason that is true.

use collapse_explorer::config::{DataConfig, Missing};
use collapse_explorer::data::{Dataset, Error, Pixels};

use super::{bytes, open, put, request};

fn read(table: &str, missing: Missing) -> Result<Dataset, Error> {
    let dir = tempfile::tempdir().expect("a folder");
    put(dir.path(), "table.csv", table.as_bytes());
    open(&DataConfig {
        missing,
        ..request(&dir.path().join("table.csv"))
    })
}

/// Twelve lines of a number and a field in a column called x.
fn beside(field: impl Fn(usize) -> String) -> String {
    let line = |i: usize| format!("{}.5,{}\n", i * i % 7, field(i));
    "a,x\n".to_owned() + &(0..12).map(line).collect::<String>()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[test]
fn numbers_with_something_beside_them_are_refused_by_place_and_text() {
    for form in [
        "#.126%",
        "$#",
        "-$#.50",
        "# \u{20ac}",
        "\u{20ac}#.5M",
        "USD #",
        "1.#7 kg",
        "#cm",
        "#\u{b0}",
        "#.5\u{b0}C",
        "#_000",
        "#'000",
        "(#)",
        "(#.50)",
        "1.#00,5",
        "$1,#00,000",
        "1 #00 000",
        "#.5 m/s2",
        "5'#",
        "# ft 7 in",
        "#.5 \u{b1} 0.1",
        "12#/80",
        "\u{2013}#.5",
        "1#M",
        "#,000+",
        "~#",
        "# items",
    ] {
        let field = |i: usize| form.replace('#', &(i % 9 + 1).to_string());
        // All of the column, or some of it between plain numbers.
        for every in [1, 2] {
            let table = beside(|i| {
                if i % every == 0 {
                    quoted(&field(i))
                } else {
                    format!("{i}.25")
                }
            });
            for missing in [Missing::Refuse, Missing::Mean, Missing::Drop] {
                let error = read(&table, missing).expect_err(form).to_string();
                let place = format!("line 2: '{}' in column 2 ('x')", field(0));
                assert!(error.contains(&place), "{error}");
                assert!(
                    error.contains("numbers") && !error.contains("byte"),
                    "{error}"
                );
            }
        }
    }
    // On a late line, without a first line of names, in every column.
    let late = beside(|i| {
        if i < 9 {
            format!("{i}.5")
        } else {
            format!("{i} kg")
        }
    });
    let error = read(&late, Missing::Drop).expect_err("late").to_string();
    assert!(
        error.contains("line 11: '9 kg' in column 2 ('x')"),
        "{error}"
    );
    let bare = "1%,2%\n3%,4%\n5%,6%\n";
    let error = read(bare, Missing::Refuse).expect_err("bare").to_string();
    assert!(error.contains("line 1: '1%' in column 1"), "{error}");
    // Limits of detection are no classes where numbers stand among them.
    let limits = beside(|i| {
        if i % 3 == 0 {
            "<0.5".into()
        } else {
            format!("{i}.25")
        }
    });
    let error = read(&limits, Missing::Refuse)
        .expect_err("limits")
        .to_string();
    assert!(
        error.contains("line 2: '<0.5' in column 2 ('x')"),
        "{error}"
    );
}

#[test]
fn a_comma_that_may_be_of_thousands_is_shown_where_it_stands() {
    let table = "# made\n\na,b\n1,\"1,000\"\n2,\"2,000\"\n";
    let error = read(table, Missing::Refuse)
        .expect_err("ambiguous")
        .to_string();
    assert!(
        error.contains("line 4: the comma in '1,000' in column 2 may separate thousands"),
        "{error}"
    );
}

#[test]
fn the_minus_of_mathematics_and_spaces_that_do_not_break_are_read() {
    let table =
        "a,b\n\u{2212}3.5,\u{a0}1\u{202f}\n2,\u{2212}4\n\u{2009}1e1,\"\u{2212}0.25\u{a0}\"\n";
    let data = read(table, Missing::Refuse).expect("numbers");
    assert_eq!(
        data.pixels,
        Pixels::Floats(vec![-3.5, 1.0, 2.0, -4.0, 10.0, -0.25])
    );
    let table = "a;b\n\u{2212}3,5;1,25\n2;\u{2212}4\n";
    let data = read(table, Missing::Refuse).expect("decimal commas");
    assert_eq!(data.pixels, Pixels::Floats(vec![-3.5, 1.25, 2.0, -4.0]));
}

#[test]
fn what_is_left_out_is_left_out_for_a_true_reason() {
    let dates = "it holds dates or times of day";
    let ids = "its words are all different, so they name the items";
    for (form, wanted) in [
        ("07:#", dates),
        ("2021-03-#", dates),
        ("#/03/2021", dates),
        ("2021-03-# 07:01:02.5", dates),
        ("2021-03-#T07:01:02Z", dates),
        ("18.#.00", dates),
        ("Jan #, 2021", dates),
        ("P#", ids),
        ("GSM10#", ids),
        ("chr1:12#", ids),
        ("7:12#8", ids),
        ("550e84#-e29b-41d4-a716-446655440000", ids),
        ("192.168.0.#", ids),
        ("555-123-45#", ids),
        ("1.2.#", ids),
        ("9f86d0#a", ids),
    ] {
        let table = beside(|i| quoted(&form.replace('#', &format!("{:02}", i + 1))));
        let data = read(&table, Missing::Refuse).expect(form);
        assert_eq!(data.dim(), 1, "{form}");
        assert_eq!(
            data.remarks,
            [format!("column 'x' is left out: {wanted}")],
            "{form}"
        );
    }
    // Streets differ as units do not.
    let streets = [
        "Oak St", "Elm Rd", "Main St", "Hill Rd", "Lake Dr", "Pine St", "View Rd", "Park Av",
    ];
    let table = beside(|i| format!("{} {}{}", 3 + 7 * i, streets[i % 8], ["", " E"][i / 8]));
    let data = read(&table, Missing::Refuse).expect("addresses");
    assert_eq!(data.remarks, [format!("column 'x' is left out: {ids}")]);
    // Tickets of the Titanic: most are numbers, and the reason says so.
    let table = beside(|i| {
        if i % 4 == 0 {
            format!("A/5 {i}1171")
        } else {
            format!("11{i}803")
        }
    });
    let data = read(&table, Missing::Refuse).expect("tickets");
    assert_eq!(
        data.remarks,
        ["column 'x' is left out: not all that it holds are numbers (one field is 'A/5 01171')"]
    );
    // Bins are classes.
    let table = beside(|i| ["<=50K", ">50K"][i % 2].into());
    let data = read(&table, Missing::Refuse).expect("classes");
    assert_eq!(data.classes, ["<=50K", ">50K"]);
    let table = beside(|i| ["10-20", "20-30", "30+"][i % 3].into());
    let data = read(&table, Missing::Refuse).expect("classes");
    assert_eq!(data.classes, ["10-20", "20-30", "30+"]);
}

#[test]
fn a_gap_in_a_list_is_told_by_its_place_and_can_be_mended() {
    let list = |i: usize| -> String {
        let value = |p: usize| {
            if (i, p) == (1, 2) {
                "nan".into()
            } else {
                (10 * i + p).to_string()
            }
        };
        (0..16).map(value).collect::<Vec<_>>().join(" ")
    };
    let line = |i: usize| format!("{i},{}\n", list(i));
    let table = "label,pixels\n".to_owned() + &(0..3).map(line).collect::<String>();
    let error = read(&table, Missing::Refuse)
        .expect_err("a gap")
        .to_string();
    assert!(
        error.contains("line 3: value 3 ('nan') of the list in column 2 ('pixels') is missing"),
        "{error}"
    );
    let dropped = read(&table, Missing::Drop).expect("two");
    assert_eq!((dropped.len(), dropped.labels), (2, Some(vec![0, 2])));
    let filled = read(&table, Missing::Mean).expect("three");
    // The mean of 2 and 22.
    assert_eq!(bytes(&filled)[16 + 2], 12);
    let word = table.replace("nan", "x");
    let error = read(&word, Missing::Drop).expect_err("a word").to_string();
    assert!(
        error.contains(
            "line 3: value 3 ('x') of the list in column 2 ('pixels') is not a finite number"
        ),
        "{error}"
    );
    let short = table.replace(" 0 ", " ").replace("nan ", "");
    let error = read(&short, Missing::Refuse)
        .expect_err("short")
        .to_string();
    assert!(error.contains("15 numbers, not 16"), "{error}");
}

#[test]
fn a_line_of_units_is_told_and_gene_expression_is_read() {
    let units = "t,p\n\u{b0}C,hPa\n20.5,1000\n21,1001\n22,1002.5\n";
    let error = read(units, Missing::Refuse).expect_err("units").to_string();
    assert!(
        error.contains("line 2") && error.contains("if it holds units or more names"),
        "{error}"
    );
    let series = "!Series_title\t\"A study\"\n\n!Sample_title\t\"s1\"\t\"s2\"\n!series_matrix_table_begin\n\
                  \"ID_REF\"\t\"GSM1\"\t\"GSM2\"\n\"1_at\"\t1.5\t2\n\"2_at\"\t3\t4\n!series_matrix_table_end\n";
    let gct = "#1.2\n2\t2\nNAME\tDescription\tGSM1\tGSM2\n1_at\tx\t1.5\t2\n2_at\ty\t3\t4\n";
    for table in [series, gct] {
        let data = read(table, Missing::Refuse).expect(table);
        assert_eq!(data.pixels, Pixels::Floats(vec![1.5, 2.0, 3.0, 4.0]));
        assert_eq!(data.columns, ["GSM1", "GSM2"]);
    }
}
