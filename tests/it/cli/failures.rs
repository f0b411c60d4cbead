//! What goes wrong: exit codes, and one sentence that says what and where.

use std::ffi::OsString;
use std::process::Output;

use super::{program, run, text};

/// Asserts the exit code and that the reason is one line `error: …`, causes below it; returns it.
fn assert_fails(what: &str, output: &Output, code: i32) -> String {
    let err = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{what}: {err}");
    assert!(output.stdout.is_empty(), "{what} printed a result");
    assert!(!err.contains("panicked"), "{what}: {err}");
    let reasons: Vec<&str> = err.lines().filter(|l| l.starts_with("error: ")).collect();
    assert_eq!(reasons.len(), 1, "{what}: {err}");
    err
}

/// As [`assert_fails`], for the program's own reasons: nothing but causes after the first line.
fn assert_one_sentence(what: &str, output: &Output, code: i32) -> String {
    let err = assert_fails(what, output, code);
    let from = err.find("error: ").expect("a reason");
    for cause in err[from..].lines().skip(1) {
        assert!(cause.starts_with("  because: "), "{what}: {err}");
    }
    err
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let theory = "theory --data gaussian:9,5,2";
    let train = "train --data gaussian:9,5,2 --device cpu --steps 1";
    for (line, named) in [
        (format!("{theory} --beta 0"), "β"),
        (format!("{theory} --beta -1"), "β"),
        (format!("{theory} --beta inf"), "β"),
        (format!("{theory} --beta NaN"), "β"),
        (format!("{theory} --gamma 0"), "γ"),
        (format!("{theory} --gamma -0.5"), "γ"),
        (format!("{theory} --eta-dec 0"), "η_dec"),
        (format!("{theory} --limit 0"), "limit"),
        (format!("{theory} --latent 0"), "latents"),
        (format!("{train} --latent 0"), "latents"),
        (format!("{train} --limit 0"), "limit"),
        (format!("{train} --beta 0"), "β"),
        (format!("{train} --gamma 0"), "γ"),
        (format!("{train} --lr 0"), "learning rate"),
        (format!("{train} --batch 0"), "batch"),
        (format!("{train} --encoder 12,x"), "'x'"),
        (format!("{train} --encoder 12,,3"), "encoder"),
        (format!("{train} --encoder 0"), "layer width"),
        (format!("{train} --encoder 65537"), "layer width"),
        (
            format!("{train} --encoder 65536,65536 --decoder 8"),
            "parameters",
        ),
        (
            format!("{train} --arch linear --encoder 8"),
            "--arch linear",
        ),
        (
            format!("{train} --arch linear --decoder 8"),
            "--arch linear",
        ),
        ("--limit 0".into(), "limit"),
        ("bench --seconds 0".into(), "seconds"),
    ] {
        let err = assert_one_sentence(&line, &run(line.split(' ')), 2);
        assert!(err.contains(named), "{line}: {err}");
    }
}

#[test]
fn what_the_parser_refuses_is_exit_code_2_too() {
    for (line, named) in [
        ("theory --data digits --frobnicate", "--frobnicate"),
        ("theory", "--data"),
        ("unknown", "unknown"),
        ("train --data digits --steps 1 --epochs 1", "--epochs"),
        ("theory --data digits --gamma 1 --eta-dec 1", "--eta-dec"),
        ("theory --data digits --beta x", "--beta"),
        ("theory --data digits --limit -3", "-3"),
        ("theory --data gaussian:9,x", "'x'"),
        ("theory --data gaussian:-1", "eigenvalue"),
        ("train --data digits --arch conv9", "conv9"),
        ("train --data digits --activation sigh", "sigh"),
        ("train --data digits --seed 4294967296", "4294967296"),
    ] {
        let err = assert_fails(line, &run(line.split(' ')), 2);
        assert!(err.contains(named), "{line}: {err}");
    }
}

#[test]
fn data_that_cannot_be_had_are_exit_code_1_and_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let at = |name: &str| dir.path().join(name).to_str().expect("UTF-8").to_owned();

    let missing = at("nowhere");
    // Ten images of 28 × 28 promised, five bytes there.
    let truncated = at("cut-images-idx3-ubyte");
    let mut bytes = vec![0, 0, 8, 3];
    for size in [10_u32, 28, 28] {
        bytes.extend(size.to_be_bytes());
    }
    bytes.extend([1, 2, 3, 4, 5]);
    std::fs::write(&truncated, bytes).expect("written");
    let empty = at("empty");
    std::fs::create_dir(&empty).expect("a folder");
    let noise = at("noise.idx");
    std::fs::write(&noise, b"this is a text, not an IDX file").expect("written");

    for path in [&missing, &truncated, &empty, &noise] {
        for line in [
            vec!["theory", "--data", path, "--json"],
            vec!["train", "--data", path, "--steps", "1", "--device", "cpu"],
        ] {
            let what = line.join(" ");
            let err = assert_one_sentence(&what, &run(&line), 1);
            assert!(err.contains(path.as_str()), "{what}: {err}");
        }
    }
    let err = text(&run(["theory", "--data", &truncated]).stderr);
    assert!(
        err.contains("7840") || err.contains("7856"),
        "how much was expected: {err}"
    );
}

#[test]
fn preprocessing_that_needs_bytes_is_refused_for_real_values() {
    for line in [
        "theory --data gaussian:9,5,2 --preprocess logit",
        "train --data gaussian:9,5,2 --preprocess dequantize --steps 1 --device cpu",
    ] {
        let err = assert_one_sentence(line, &run(line.split(' ')), 1);
        assert!(
            err.contains("grey levels") && err.contains("--scale"),
            "{err}"
        );
    }
}

#[test]
fn an_unknown_device_is_exit_code_1_and_the_known_ones_are_listed() {
    let line = "train --data gaussian:9,5,2 --steps 1 --device nosuchdevice";
    let err = assert_one_sentence(line, &run(line.split(' ')), 1);
    assert!(err.contains("nosuchdevice") && err.contains("cpu"), "{err}");
}

#[test]
fn an_output_folder_that_cannot_be_made_fails_before_training() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("file");
    std::fs::write(&file, "in the way").expect("written");
    let out = file.join("below");
    let out = out.to_str().expect("UTF-8");
    let output = run([
        "train",
        "--data",
        "gaussian:9,5,2",
        "--device",
        "cpu",
        "--steps",
        "1",
        "--out",
        out,
    ]);
    let err = assert_one_sentence("a file in the way", &output, 1);
    assert!(err.contains(out), "{err}");
    assert!(err.contains("because: "), "the system's reason: {err}");
    assert!(!err.contains("parameters on"), "it got to training: {err}");
}

/// What was written as the decoder's output is the output or an error, and never one more hidden layer.
#[test]
fn an_activation_on_the_decoders_output_is_refused() {
    let train = "train --data gaussian:9,5,2,1,0.3 --encoder 32 --latent 3 --device cpu --steps 1";
    let pictures = "train --data digits --limit 20 --encoder 8 --latent 2 --device cpu --steps 1";
    for (line, layer) in [
        (format!("{train} --decoder 32,5:relu"), "(5:relu)"),
        (format!("{train} --decoder 5:sigmoid"), "(5:sigmoid)"),
        (format!("{train} --decoder 32,5:bn"), "(5:bn)"),
        (
            format!("{train} --target map:2 --decoder 32,2:tanh"),
            "(2:tanh)",
        ),
        (
            format!("{pictures} --decoder 49,7x7x1,deconv4k4s2,deconvoutk4s2:relu"),
            ":relu)",
        ),
        (
            format!("{pictures} --decoder 784,28x28x1,convoutk3:bn"),
            ":bn)",
        ),
        (
            format!("{pictures} --decoder 784:linear,bias:relu"),
            "(bias:relu)",
        ),
    ] {
        let err = assert_one_sentence(&line, &run(line.split(' ')), 2);
        assert!(
            err.contains(layer) && err.contains("last layer"),
            "{line}: {err}"
        );
    }
    // Without one it may be meant, and is said.
    let line = format!("{train} --decoder 32,5");
    let output = run(line.split(' '));
    let err = text(&output.stderr);
    assert!(output.status.success(), "{err}");
    assert!(err.contains("last layer of 5 is a hidden one"), "{err}");
}

#[test]
fn a_divergence_is_exit_code_1_with_tensor_and_step() {
    let line = "train --data gaussian:9,5,2 --device cpu --steps 50 --lr 1e30";
    let err = assert_one_sentence(line, &run(line.split(' ')), 1);
    assert!(err.contains("step 2 diverged"), "{err}");
}

/// Finite numbers are no result either: a rate of 1, and a raw table of columns from 0.001 to 30,000.
#[test]
fn an_explosion_of_finite_numbers_is_exit_code_1_and_leaves_no_results() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = dir.path().join("raw.csv");
    let mut rows = String::from("income,ratio,rate,share,constant\n");
    for i in 0..400_u32 {
        let unit =
            |k: u32| f64::from(i.wrapping_mul(2_654_435_761).rotate_left(k) % 2001) / 1000.0 - 1.0;
        rows += &format!(
            "{},{},{},{},7\n",
            5e4 + 5e4 * unit(0),
            2.0 + 2.5 * unit(7),
            0.01 + 0.0017 * unit(13),
            0.9 * unit(21)
        );
    }
    std::fs::write(&table, rows).expect("written");
    let table = table.to_str().expect("UTF-8");
    let out = dir.path().join("out");
    let digits =
        "train --data digits --limit 300 --latent 8 --encoder 64 --lr 3 --epochs 60 --device cpu";
    let raw = format!("train --data {table} --latent 3 --encoder 32 --epochs 60 --device cpu");
    for (line, advice) in [
        (digits.to_owned(), "use a smaller learning rate"),
        // So short that no window of steps is full.
        (
            digits.replace("--epochs 60", "--steps 20"),
            "use a smaller learning rate",
        ),
        (raw, "standardise the data"),
    ] {
        let arguments = line
            .split(' ')
            .chain(["--json", "--out", out.to_str().expect("UTF-8")]);
        let err = assert_one_sentence(&line, &run(arguments), 1);
        assert!(
            err.contains("diverged") || err.contains("out of range"),
            "{line}: {err}"
        );
        assert!(err.contains(advice), "{line}: {err}");
        // A rate of 3 may end in no number at all on another processor.
        let finite = err.contains("a network that ignores its input has");
        assert!(finite || err.contains("no longer finite"), "{line}: {err}");
        assert!(finite || !line.contains("raw.csv"), "{line}: {err}");
        assert_eq!(
            std::fs::read_dir(&out).expect("a folder").count(),
            0,
            "{line}"
        );
    }
}

#[test]
fn a_run_above_the_loss_of_collapse_is_said_to_be_no_result_yet() {
    let line = "train --data gaussian:9,5,2,1,0.3 --arch linear --latent 3 --beta 20 --device cpu --lr 0.001";
    let remark = |steps: &str| {
        let output = run(line.split(' ').chain(["--steps", steps]));
        assert!(output.status.success());
        text(&output.stderr).contains("not a result yet")
    };
    assert!(remark("5"), "a network that has not begun");
    assert!(
        !remark("3000"),
        "one that has collapsed, as it should at β = 20"
    );
}

#[test]
fn a_bernoulli_likelihood_of_other_numbers_than_probabilities_is_refused() {
    for (data, what) in [
        ("gaussian:9,5,2", "these values"),
        ("digits --limit 64 --preprocess center", "centred values"),
        ("digits --limit 64 --preprocess logit", "logits"),
    ] {
        let line = format!("train --data {data} --likelihood bernoulli --device cpu --steps 1");
        let err = assert_one_sentence(&line, &run(line.split(' ')), 1);
        assert!(
            err.contains("between 0 and 1") && err.contains(what),
            "{err}"
        );
    }
}

#[test]
fn without_a_display_the_window_says_what_to_run_instead() {
    let output = program().output().expect("the binary starts");
    let err = assert_one_sentence("no display", &output, 2);
    if cfg!(target_os = "linux") {
        assert!(err.contains("no display") && err.contains("demo"), "{err}");
    }
    // An empty variable is no display either.
    let output = program().env("DISPLAY", "").output().expect("it starts");
    assert_one_sentence("an empty display", &output, 2);
}

#[cfg(unix)]
#[test]
fn arguments_that_are_not_utf8_do_not_panic() {
    use std::os::unix::ffi::OsStringExt as _;
    let odd = OsString::from_vec(b"/nowhere/\xff\xfe".to_vec());
    let arguments = ["theory".into(), "--data".into(), odd.clone()];
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(1), "a path that is not there");
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        err.starts_with("error: ") && !err.contains("panicked"),
        "{err}"
    );

    // A folder with such a name can be written to.
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join(OsString::from_vec(b"\xff\xfe".to_vec()));
    let mut line: Vec<OsString> =
        "train --data gaussian:9,5,2 --device cpu --steps 2 --batch 64 --out"
            .split(' ')
            .map(OsString::from)
            .collect();
    line.push(out.clone().into());
    let output = run(line);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(out.join("result.json").exists());
}
