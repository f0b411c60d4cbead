//! Weights that change while a run goes on, terms without a gradient, parts of a KL: named, so that there is no β.

use super::{SIZES, read};

const TERMS: &str = "rec = ((x_hat - x) ** 2).sum(-1).mean()\n\
                     kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1).mean()\n";

#[test]
fn what_changes_in_a_loop_or_has_no_gradient_is_named() {
    for (code, named) in [
        (
            "beta = 1.0\nfor epoch in range(n):\n    beta *= 1.1\n    loss = rec + beta * kl\n    loss.backward()\n",
            "beta",
        ),
        // The change comes after the first use.
        (
            "beta = 1.0\nfor epoch in range(n):\n    loss = rec + beta * kl\n    loss.backward()\n    beta *= 2\n",
            "beta",
        ),
        (
            "step = 0\nwhile True:\n    loss = rec + min(1, step / 1000) * kl\n    loss.backward()\n    step += 1\n",
            "step",
        ),
        (
            "with torch.no_grad():\n    kl = 1.0 * kl\nloss = rec + kl\nloss.backward()\n",
            "detached",
        ),
        ("rec.backward()\n", "has no KL in it"),
        ("loss = rec + kl.clamp(min=0.1)\nloss.backward()\n", "clamp"),
        (
            "part = (1 + logvar - mu.pow(2) - logvar.exp())[:, :10]\nloss = rec - 0.5 * part.sum(1).mean()\n",
            "part",
        ),
    ] {
        let reading = read(&format!("{TERMS}{code}"));
        assert_eq!(reading.beta(&SIZES), None, "{code}{reading:#?}");
        let unread = reading.unread.join("\n");
        assert!(unread.contains(named), "'{unread}' lacks '{named}'\n{code}");
    }
}

/// SSE + 4·KL is β = 2 at γ = 1, whatever is counted or logged beside it.
#[test]
fn sums_and_counts_in_a_loop_leave_the_weight_alone() {
    for code in [
        "total = 0\nfor b in loader:\n    loss = rec + 4 * kl\n    loss.backward()\n    total += loss.item()\n",
        "loss = 0\nloss += rec\nloss += 4 * kl\nloss.backward()\n",
        "step = 0\nfor b in loader:\n    loss = rec + 4 * kl\n    loss.backward()\n    step += 1\n",
        "loss = rec + 4 * kl\nloss.backward()\nwith torch.no_grad():\n    val = rec + kl\n",
    ] {
        let reading = read(&format!("{TERMS}{code}"));
        assert_eq!(reading.unread, [""; 0], "{code}");
        let beta = reading.beta(&SIZES).map(|b| (b * 1e9).round() / 1e9);
        assert_eq!(beta, Some(2.0), "{code}{reading:#?}");
    }
}
