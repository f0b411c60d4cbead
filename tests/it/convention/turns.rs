//! A weight that takes one value after the other: there is no β, and the name is told with the values.

use super::{SIZES, read};

const TERMS: &str = "rec = F.mse_loss(r, x, reduction='sum')\n\
                     kl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())\n";

/// What is given a name and forgotten, and seeds beside the weight.
#[test]
fn a_weight_that_runs_through_values_in_other_places_is_named() {
    for (code, named, not) in [
        (
            "results = {b: rec + b * kl for b in [0.5, 4]}",
            "`b`",
            "`rec`",
        ),
        (
            "for b in [0.5, 4]:\n    for s in [0, 1]:\n        torch.manual_seed(s)\n        loss = rec + b * kl\n        loss.backward()",
            "`b`",
            "`s`",
        ),
        (
            "for e in [-1, 0, 1]:\n    loss = rec + 10**e * kl",
            "`e`",
            "`rec`",
        ),
    ] {
        let reading = read(&format!("{TERMS}{code}"));
        assert_eq!(reading.beta(&SIZES), None, "{code}");
        let unread = reading.unread.join("\n");
        assert!(
            unread.contains(named) && !unread.contains(not),
            "'{unread}'\n{code}"
        );
    }
}

#[test]
fn a_weight_that_runs_through_values_is_named() {
    for (code, named) in [
        (
            "for b in [0.5, 1, 4]:\n    loss = rec + b * kl\n    loss.backward()",
            "`b`, which acts on the loss: it takes 0.5, 1, 4 in turn",
        ),
        (
            "for b in (0.5, 1, 4):\n    loss = rec + b * kl",
            "0.5, 1, 4",
        ),
        (
            "betas = [0.5, 4]\nfor b in betas:\n    loss = b * kl + rec",
            "`b`",
        ),
        (
            "for b in np.array([0.5, 4]):\n    (rec + b * kl).backward()",
            "0.5, 4",
        ),
        (
            "for i, b in enumerate([0.5, 1, 4]):\n    print(i)\n    loss = rec + b * kl",
            "`b`, which acts on the loss: it takes 0.5, 1, 4",
        ),
        (
            "for b, name in zip([0.5, 4], ['a', 'b']):\n    loss = rec + b * kl",
            "0.5, 4",
        ),
        (
            "for name, b in {'a': 0.5, 'b': 4}.items():\n    loss = rec + b * kl",
            "0.5, 4",
        ),
        (
            "for b, lr in itertools.product([0.5, 4], [1e-3, 1e-4]):\n    loss = rec + b * kl",
            "it takes 0.5, 4 in turn",
        ),
        (
            "for cfg in [dict(beta=0.5), dict(beta=4)]:\n    loss = rec + cfg['beta'] * kl",
            "cfg in [dict(beta=0.5), dict(beta=4)]",
        ),
        (
            "for b in range(1, 5):\n    loss = rec + b * kl",
            "b in range(1, 5)",
        ),
        (
            "for b in np.linspace(0.1, 4, 5):\n    loss = rec + b * kl",
            "b in np.linspace(0.1, 4, 5)",
        ),
        (
            "for b in torch.arange(0.5, 4, 0.5):\n    loss = rec + b * kl",
            "b in torch.arange(0.5, 4, 0.5)",
        ),
        ("losses = [rec + b * kl for b in (0.5, 1, 4)]", "0.5, 1, 4"),
        (
            "def train(b):\n    loss = rec + b * kl\n    loss.backward()\nfor b in [0.5, 4]:\n    train(b)",
            "0.5, 4",
        ),
        (
            "def train(b):\n    loss = rec + b * kl\n    loss.backward()\ntrain(0.5)\ntrain(4)",
            "0.5, 4",
        ),
        (
            "for s in [1, 10]:\n    loss = s * rec + kl",
            "`s`, which acts on the loss: it takes 1, 10",
        ),
        (
            "p.add_argument('--beta', type=float, choices=[0.5, 1, 4])\nargs = p.parse_args()\nloss = rec + args.beta * kl",
            "beta, one of [0.5, 1, 4]",
        ),
        (
            "p.add_argument('--betas', nargs='+', default=[0.5, 4])\nargs = p.parse_args()\nfor b in args.betas:\n    loss = rec + b * kl",
            "0.5, 4",
        ),
    ] {
        let reading = read(&format!("{TERMS}{code}"));
        assert_eq!(reading.beta(&SIZES), None, "{code}\n{reading:#?}");
        assert_eq!(reading.weight, None, "{code}");
        let unread = reading.unread.join("\n");
        assert!(unread.contains(named), "'{unread}' lacks '{named}'\n{code}");
    }
}

/// SSE + 4·KL is β = 2: what runs here weighs the terms in every round alike, or adds them up.
#[test]
fn other_loops_leave_the_weight_alone() {
    for code in [
        "for b in [4]:\n    loss = rec + b * kl\n    loss.backward()",
        "loss = 0\nfor w, t in zip([1, 4], [rec, kl]):\n    loss += w * t\nloss.backward()",
        "for lr in [1e-3, 1e-4]:\n    loss = rec + 4 * kl\n    loss.backward()",
        "for s in [0.5, 1, 2]:\n    loss = s * (rec + 4 * kl)\n    loss.backward()",
        "for epoch in range(10):\n    loss = rec + 4 * kl\n    loss.backward()",
        "p.add_argument('--beta', type=float, default=4, choices=[0.5, 1, 4])\nargs = p.parse_args()\nloss = rec + args.beta * kl",
    ] {
        let reading = read(&format!("{TERMS}{code}"));
        let beta = reading.beta(&SIZES);
        assert!(
            beta.is_some_and(|b| (b - 2.0).abs() < 1e-12),
            "{code}\n{reading:#?}"
        );
    }
}
