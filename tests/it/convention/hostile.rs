//! Nothing in a text makes the reader fail, or take long.

use std::time::{Duration, Instant};

use collapse_explorer::convention::read_loss;
use proptest::prelude::*;

use super::SIZES;

/// Far more than any of these takes, even in a test build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn survives(text: &str) {
    let start = Instant::now();
    let reading = read_loss(text);
    let took = start.elapsed();
    // What has no β says why.
    if let Some(reading) = reading
        && reading.unread.is_empty()
    {
        let beta = reading.beta(&SIZES);
        assert!(
            beta.is_some_and(|b| b.is_finite() && b > 0.0),
            "{beta:?}\n{text}"
        );
    }
    let head: String = text.chars().take(60).collect();
    assert!(took < PATIENCE, "{took:?} for {head}");
}

const TERMS: &str = "rec = F.mse_loss(x_hat, x, reduction='sum')\n\
                     kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\n";

#[test]
fn depth_and_length_are_bounded() {
    let deep = 100_000;
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("-", ""),
        ("not ", ""),
        ("f(", ")"),
        ("{'a': ", "}"),
        ("lambda: ", ""),
    ] {
        survives(&format!(
            "{TERMS}loss = {}kl{}",
            open.repeat(deep),
            close.repeat(deep)
        ));
        survives(&format!("{TERMS}loss = {}kl", open.repeat(deep)));
    }
    for tail in [
        ".sum()",
        "[0]",
        " + kl",
        " * kl",
        " ** 2",
        "()",
        ".a",
        " if a else kl",
        " and kl",
        " < kl",
    ] {
        survives(&format!("{TERMS}loss = kl{}", tail.repeat(20_000)));
    }
    survives(&format!(
        "{TERMS}{}",
        "if a:\n kl = kl * 2\n".repeat(20_000)
    ));
    let nested: String = (0..2_000).map(|at| " ".repeat(at) + "if a:\n").collect();
    survives(&format!("{TERMS}{nested}"));
    survives(&"x = 1\n".repeat(200_000));
}

/// What grows by itself line by line.
#[test]
fn growth_is_bounded() {
    for line in [
        "kl = kl + kl\n",
        "kl = kl * kl\n",
        "kl = (kl + x) ** 2\n",
        "x = torch.exp(x)\n",
        "x = torch.log(x + y)\n",
        "x = (x + y) * (x - y)\n",
        "x = [x, x]\n",
        "x = {'a': x, 'b': x}\n",
        "x = torch.stack([x, x])\n",
        "x += [x]\n",
        "x = x + [kl, rec]\n",
        "x = f'{x}{x}'\n",
        "kl = unknown(kl, rec)\n",
        "rec = rec + unknown(kl)\n",
        "n = n * x.size(0)\n",
        "x = lambda: x\n",
        "x = functools.partial(x, kl)\n",
        "def f(a=f): return f(f(a))\nf()\n",
        "x = abs(x - kl)\n",
        "x.y = x\n",
        "x['a'] = x\n",
    ] {
        survives(&format!(
            "{TERMS}x = y\n{}loss = rec + kl",
            line.repeat(3_000)
        ));
    }
}

#[test]
fn recursion_ends() {
    for text in [
        "def f(a):\n    return f(a) + kl\nloss = f(rec)",
        "def f(a):\n    return g(a)\ndef g(a):\n    return f(a) + f(a)\nloss = rec + f(kl)",
        "f = lambda a: f(f(a))\nloss = f(kl)",
        "class A:\n    def __init__(self):\n        self.a = A()\n    def forward(self):\n        return A()()\nloss = A()()",
        "class A(B):\n    pass\nclass B(A):\n    pass\nloss = A().x(kl)",
        "while True:\n    kl = kl + rec\n",
        "for a in range(10 ** 9):\n    for b in range(10 ** 9):\n        kl += rec\n",
        "loss = sum(kl for a in x for b in a for c in b for d in c)",
        "def f():\n    yield from f()\nloss = sum(f())",
    ] {
        survives(&format!("{TERMS}{text}"));
    }
    let mut chain = String::new();
    for at in 1..500 {
        let before = at - 1;
        chain += &format!("def f{at}(a):\n    return f{before}(a) + f{before}(a)\n");
    }
    survives(&format!(
        "{TERMS}def f0(a):\n    return a\n{chain}loss = f499(kl)"
    ));
    let nest = "[".to_owned() + &"kl, ".repeat(400) + "]";
    survives(&format!(
        "{TERMS}x = {nest}\nloss = sum(a * b for a in x for b in x)"
    ));
}

fn tokens() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "kl",
        "rec",
        "loss",
        "mu",
        "logvar",
        "x",
        "torch",
        "F",
        ".",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "=",
        "+=",
        "*=",
        "+",
        "-",
        "*",
        "/",
        "**",
        "0",
        "1",
        "0.5",
        "1e400",
        "'sum'",
        "\"",
        "\n",
        "\n    ",
        "def ",
        "class ",
        "return ",
        "if ",
        "else",
        "for ",
        " in ",
        "lambda ",
        "sum",
        "mean",
        "exp",
        "log",
        "pow",
        "mse_loss",
        "kl_divergence",
        "Normal",
        "backward()",
        "add_loss",
        "stack",
        "zip",
        "range",
        "len",
        "shape",
        "detach()",
        "append",
        "compile",
        "axis=1",
        "dim=-1",
        "@",
        "...",
        "#",
        "½",
        "λ",
        "None",
        "True",
        "not ",
        "yield ",
        "*",
        "**",
        "torch.sum(",
        "F.mse_loss(x, y)",
        "mu.pow(2)",
        "logvar.exp()",
        "`",
        "```\n",
        ">>> ",
        "%",
        "!",
        "\t",
        "\r\n",
        "match x:\n case y:\n  ",
    ]);
    prop::collection::vec(token, 0..80).prop_map(|all| all.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in tokens()) {
        survives(&text);
        survives(&format!("{TERMS}{text}"));
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survives(&String::from_utf8_lossy(&bytes));
    }

    /// A piece cut out of code anywhere.
    #[test]
    fn any_piece_of_code_is_survived(from in 0_usize..900, length in 0_usize..900) {
        let code = format!("class A(nn.Module):\n    def forward(self, x):\n        mu, logvar = self.enc(x)\n        {}        return {{'loss': rec + 0.1 * kl}}\n",
            TERMS.replace('\n', "\n        "));
        let from = from.min(code.len());
        let to = (from + length).min(code.len());
        survives(code.get(from..to).unwrap_or_default());
    }
}
