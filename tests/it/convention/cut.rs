//! Code that was cut off, mangled or copied with what stood around it: read as far as it goes, or named with its line.

use super::{SIZES, read};

const CODE: &[&str] = &[
    "rec = F.mse_loss(r, x, reduction='sum')",
    "kl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())",
    "loss = rec + 4 * kl",
];

/// SSE + 4·KL is β = 2, whatever stands before the lines.
#[test]
fn what_stands_around_code_is_left_out() {
    let each = |make: &dyn Fn(usize, &str) -> String| -> String {
        let lines = CODE.iter().enumerate();
        lines.map(|(at, l)| make(at, l) + "\n").collect()
    };
    let whole = CODE.join("\n");
    for text in [
        each(&|_, l| format!(">>> {l}")),
        each(&|at, l| format!("In [{}]: {l}", at + 1)),
        each(&|at, l| format!("{}  {l}", at + 41)),
        each(&|at, l| format!("{}: {l}", at + 1)),
        each(&|at, l| format!("{} | {l}", at + 1)),
        each(&|at, l| format!("I do this, number {at}:\n\n    {l}\n")),
        each(&|_, l| format!("> {l}")),
        each(&|_, l| format!("\t\t{l}")),
        each(&|at, l| format!("{}{l}", " ".repeat(4 - at))),
        format!("My loss:\n```python\n{whole}\n```\nWhy does it collapse?"),
        format!("~~~\n{whole}\n~~~"),
        format!("```\n{whole}"),
        format!("%matplotlib inline\n!pip install torch\n{whole}"),
        format!("...\n{whole}\n..."),
        whole.replace('\'', "’").replace("-0.5", "−0.5"),
        "In [1]: rec = F.mse_loss(r, x,\n   ...:     reduction='sum')\nIn [2]: kl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())\nIn [3]: loss = rec + 4 * kl\nOut[3]: tensor(1.)".into(),
    ] {
        let reading = read(&text);
        let beta = reading.beta(&SIZES);
        assert!(beta.is_some_and(|b| (b - 2.0).abs() < 1e-12), "{text}\n{reading:#?}");
    }
}

/// A bracket too few or too many: the rest is read, the line is named, and there is no β.
#[test]
fn brackets_are_named_with_their_lines() {
    for (from, to, line) in [
        ("'sum')", "'sum'", "line 1"),
        ("'sum')", "'sum'))", "line 1"),
        ("lv.exp())", "lv.exp()", "line 2"),
        ("lv.exp())", "lv.exp(", "line 2"),
        ("4 * kl", "4 * (kl", "line 3"),
        ("4 * kl", "torch.sum(4 * kl, ", "line 3"),
    ] {
        let text = CODE.join("\n").replacen(from, to, 1);
        let reading = read(&text);
        assert_eq!(reading.beta(&SIZES), None, "{text}");
        let unread = reading.unread.join("\n");
        assert!(
            unread.contains(line) && unread.contains("bracket"),
            "'{unread}'\n{text}"
        );
        let found = reading.found.join("\n");
        assert!(found.contains("squared error"), "{text}\n{reading:#?}");
    }
    let text = format!(
        "def f(\n    a,\n\nrec = F.mse_loss(\n    r, x,\n    reduction='sum'\n{}\n{}",
        CODE[1], CODE[2]
    );
    let unread = read(&text).unread.join("\n");
    assert!(unread.contains("line 4"), "{unread}");
}

/// Wherever a text is cut, what is left has no β in silence: the lines before the cut are a loss without its sum, or
/// the line of the cut is named.
#[test]
fn a_cut_anywhere_is_no_other_beta() {
    let code = format!(
        "def loss(r, x, mu, lv):\n    {}\n    return rec + 4 * kl\n",
        CODE[..2].join("\n    ")
    );
    let sum = code.find("    return").expect("it is there");
    for end in sum + 12..code.len() {
        let Some(text) = code.get(..end) else {
            continue;
        };
        let reading = read(text);
        let beta = reading.beta(&SIZES);
        let right = beta.is_none_or(|b| (b - 2.0).abs() < 1e-12);
        // `return rec + 4 * k` is Python, with a name that nobody knows.
        assert!(right || !reading.unread.is_empty(), "{text}\n{reading:#?}");
    }
}

#[test]
fn what_cannot_be_read_at_all_is_named() {
    for text in [
        "x = 1\nloss = F.mse_loss(r, x -0.5 * torch.sum(1 + lv - mu.pow(2) lv.exp())",
        "x = 1\nrec = F.mse_loss(r, x -0.5 * torch.sum(1 + lv",
        "x = 1\nfor loss = in F.mse_loss(r x) kl) +",
    ] {
        let reading = read(text);
        assert_eq!(reading.beta(&SIZES), None);
        let unread = reading.unread.join("\n");
        assert!(unread.contains("line 2, which is no Python"), "{unread}");
    }
}
