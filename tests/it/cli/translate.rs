//! `translate`: a loss in a file or on standard input.

use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use super::{program, run, text};

/// Mean squared error and a KL averaged over latents: β = w·d/2κ.
const CODE: &str = "rec = F.mse_loss(y, x)\n\
                    kl = -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())\n\
                    loss = torch.add(rec, kl, alpha=0.1)\n";

fn piped(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = program()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("standard input");
    // A program that refuses its arguments does not read.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().expect("the binary ends")
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

#[test]
fn a_file_and_standard_input_say_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("loss.py");
    std::fs::write(&file, CODE).expect("written");
    let options = ["--dim", "784", "--latent", "16", "--batch", "128", "--json"];
    let path = file.to_str().expect("a path");
    let of_file = json(&run(["translate", path].iter().chain(&options)));
    let of_input = json(&piped(
        &[
            "translate",
            "-",
            "--dim",
            "784",
            "--latent",
            "16",
            "--batch",
            "128",
            "--json",
        ],
        CODE.as_bytes(),
    ));
    assert_eq!(of_file, of_input);
    // 0.1·784/(2·16), without what rounding leaves behind.
    assert_eq!(of_file["beta"], json!(2.45));
    assert_eq!(of_file["weight"], json!(0.1));
    assert_eq!(of_file["eta_enc"], json!(1.0));
    assert_eq!(of_file["unread"], json!([]));
    let keys: Vec<&String> = of_file.as_object().expect("an object").keys().collect();
    assert_eq!(keys.len(), 6, "{keys:?}");
    let plain = run([
        "translate",
        path,
        "--dim",
        "784",
        "--latent",
        "16",
        "--gamma",
        "0.5",
    ]);
    let plain = text(&plain.stdout);
    assert!(
        plain.starts_with("β = 4.9\n") && plain.contains("found: KL"),
        "{plain}"
    );
}

/// A size that nobody gives is never made up.
#[test]
fn a_size_is_given_or_in_the_code_or_asked_for() {
    let asked = json(&piped(
        &["translate", "-", "--dim", "784", "--json"],
        CODE.as_bytes(),
    ));
    assert_eq!(asked["beta"], Value::Null);
    assert!(
        asked["unread"][0]
            .as_str()
            .is_some_and(|u| u.contains("--latent")),
        "{asked}"
    );
    let own = format!("latent_dim = 16\n{CODE}");
    let own = json(&piped(
        &["translate", "-", "--dim", "784", "--json"],
        own.as_bytes(),
    ));
    assert_eq!(own["beta"], json!(2.45));
    assert!(own["assumed"].to_string().contains("κ = 16"), "{own}");
}

#[test]
fn a_notebook_is_its_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("vae.ipynb");
    let lines: Vec<String> = CODE.split_inclusive('\n').map(str::to_owned).collect();
    let whole = json!({"cells": [
        {"cell_type": "markdown", "source": ["loss = 1000 * kl"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "!pip install torch\n"]},
        {"cell_type": "code", "source": lines},
    ]});
    std::fs::write(&file, whole.to_string()).expect("written");
    let path = file.to_str().expect("a path");
    let found = json(&run([
        "translate",
        path,
        "--dim",
        "784",
        "--latent",
        "16",
        "--json",
    ]));
    assert_eq!(found["beta"], json!(2.45));
    std::fs::write(&file, "{\"cells\": 3}").expect("written");
    let failed = run(["translate", path]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(
        text(&failed.stderr).contains("no list of cells"),
        "{}",
        text(&failed.stderr)
    );
}

#[test]
fn what_cannot_be_translated_is_one_sentence() {
    for (input, code, said) in [
        (
            &b"print('hello')"[..],
            1,
            "no loss was found in standard input",
        ),
        (b"", 1, "no loss was found"),
        (b"loss = \xff", 1, "not UTF-8"),
    ] {
        let output = piped(&["translate", "-"], input);
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{err}");
        assert!(
            err.starts_with("error: ") && err.contains(said) && err.lines().count() == 1,
            "{err}"
        );
        assert!(output.stdout.is_empty());
    }
    let missing = run(["translate", "/no/such/loss.py"]);
    let err = text(&missing.stderr);
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        err.starts_with("error: '/no/such/loss.py' could not be read\n  because: "),
        "{err}"
    );
    for arguments in [
        &["translate"][..],
        &["translate", "-", "--gamma", "0"],
        &["translate", "-", "--gamma", "-1"],
        &["translate", "-", "--dim", "0"],
        &["translate", "-", "--latent", "x"],
        &["translate", "-", "--batch", "0"],
    ] {
        let output = piped(arguments, CODE.as_bytes());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

/// A factor that is not a number leaves no β.
#[test]
fn an_unread_factor_is_named() {
    let code = CODE.replace("0.1", "w(epoch)");
    let found = json(&piped(
        &["translate", "-", "--dim", "784", "--latent", "16", "--json"],
        code.as_bytes(),
    ));
    assert_eq!([&found["beta"], &found["weight"]], [&Value::Null; 2]);
    assert!(found["unread"].to_string().contains("w(epoch)"), "{found}");
}
