//! No β without a reason: where nothing is unread, there is a finite β at all sizes.

use collapse_explorer::convention::{Sizes, read_loss};
use proptest::prelude::*;

use super::{SIZES, read};

#[test]
fn an_absolute_error_says_why() {
    for rec in [
        "F.l1_loss(r, x, reduction='sum')",
        "torch.abs(r - x).mean()",
        "nn.L1Loss()(r, x)",
    ] {
        let reading = read(&format!(
            "rec = {rec}\nkl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())\nloss = rec + kl"
        ));
        assert_eq!(reading.beta(&SIZES), None);
        assert!(
            reading.unread.iter().any(|u| u.contains("Laplace")),
            "{reading:#?}"
        );
    }
}

fn any_of(all: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_beta_has_a_reason(
        rec in any_of(&[
            "F.mse_loss(r, x)", "F.l1_loss(r, x)", "F.binary_cross_entropy(r, x)", "F.smooth_l1_loss(r, x)", "f(r, x)",
            "-Normal(r, s).log_prob(x).sum()", "-Laplace(r, 1.0).log_prob(x).sum()", "torch.abs(r - x).sum(1)",
            "((r - x) ** 2).sum() * 1e300", "F.mse_loss(255 * r, x)", "F.mse_loss(mu, z)", "x", "0", "None", "-Poisson(r).log_prob(x)",
            "torch.sqrt(F.mse_loss(r, x))", "F.mse_loss(r, x) * x.size(0) ** 90", "F.mse_loss(r, x).detach()", "F.mse_loss(r[:, 1:], x[:, 1:])",
        ]),
        kl in any_of(&[
            "-0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())", "kl_divergence(q, p)", "kl(q)", "0 * kl", "1e-300 * kl", "mmd(z)", "None",
            "-0.5 * torch.mean(1 + lv - mu.pow(2))", "0.5 * (mu ** 2 + s ** 2 - 2 * torch.log(s) - 1).mean(1)", "posterior.kl()",
            "q.log_prob(z) - p.log_prob(z)", "kl * mu.shape[1] ** 40", "-kl", "torch.clamp(kl, min=1)",
        ]),
        sum in any_of(&[
            "loss = A + B", "loss = A - B", "loss = A + w * B", "A.backward()", "return A, B", "loss = A * B", "loss = A / B", "loss = 1e200 * A + B / 1e200",
            "loss = A", "loss = B", "loss = A + 1e-200 * B", "for b in [1, 2]:\n    loss = A + b * B", "loss = max(A, B)", "loss = A ** 2 + B", "loss = (A + B) ** 2",
            "loss = A + 0 * B", "loss = 0 * A + B", "loss = A + float('inf') * B", "loss = A if c else B", "loss = A + B + A", "return {'loss': A, 'kl': B}",
        ]),
    ) {
        let text = sum.replace('A', "rec").replace('B', "kl");
        let text = format!("rec = {rec}\nkl = {kl}\n{text}\n");
        if let Some(reading) = read_loss(&text) && reading.unread.is_empty() {
            for size in [1, 7, 1_000_000_000] {
                let sizes = Sizes { dim: size, latents: size, batch: size, gamma: 1.0 };
                let beta = reading.beta(&sizes);
                prop_assert!(beta.is_some_and(|b| b.is_finite() && b > 0.0), "{:?}\n{}\n{:#?}", beta, text, reading);
            }
        }
    }
}
