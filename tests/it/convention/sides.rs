//! The two sides of an error: a factor of both is one of the error; other factors, latents, parts and single axes are said.

use proptest::prelude::*;

use super::{SIZES, read};

/// With the KL summed over everything, `s·SSE + 4·KL` has β = 4/2s.
const REST: &str = "kl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())\nloss = rec + 4 * kl\n";

fn beta(rec: &str) -> Option<f64> {
    read(&format!("{rec}\n{REST}")).beta(&SIZES)
}

fn unread(rec: &str) -> String {
    let reading = read(&format!("{rec}\n{REST}"));
    assert_eq!(reading.beta(&SIZES), None, "{rec}\n{reading:#?}");
    reading.unread.join("\n")
}

fn assumed(rec: &str) -> String {
    read(&format!("{rec}\n{REST}")).assumed.join("\n")
}

/// Ways to write s·‖(C·a + O) − (C·b + O)‖² with its s; the sum of squares is C² ‖a − b‖².
const WAYS: &[(f64, &str)] = &[
    (1.0, "rec = F.mse_loss(C*a + O, C*b + O, reduction='sum')"),
    (
        1.0,
        "rec = F.mse_loss(target=b*C, input=a*C, reduction='sum')",
    ),
    (1.0, "rec = ((C*a + O - (C*b + O))**2).sum()"),
    (1.0, "rec = (C*a - C*b).pow(2).sum()"),
    (
        1.0,
        "rec = F.mse_loss(a / (1/C), b / (1/C), reduction='sum')",
    ),
    (
        1.0,
        "u, v = a*C + O, b*C + O\nrec = F.mse_loss(u, v, reduction='sum')",
    ),
    (
        1.0,
        "def back(t):\n    return t * C + O\nrec = F.mse_loss(back(a), back(b), reduction='sum')",
    ),
    (
        1.0,
        "def error(p, t, s=C):\n    return F.mse_loss(s * p, s * t, reduction='sum')\nrec = error(a, b)",
    ),
    (
        1.0,
        "crit = nn.MSELoss(reduction='sum')\nrec = crit(a.mul(C), b.mul(C))",
    ),
    (1.0, "rec = torch.norm(C*a - C*b)**2"),
    (
        1.0,
        "rec = tf.reduce_sum(tf.math.squared_difference(C*a, C*b))",
    ),
    (0.5, "rec = -Normal(C*a + O, 1.0).log_prob(C*b + O).sum()"),
    (0.5, "rec = optax.l2_loss(C*a, C*b).sum()"),
    (
        0.5,
        "rec = F.gaussian_nll_loss(C*a, C*b, torch.ones_like(b), reduction='sum')",
    ),
    (1.0, "rec = F.mse_loss(-C*a, -C*b, reduction='sum')"),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_factor_of_both_sides_is_one_of_the_error(e in -2.0_f64..2.5, o in 1_u8..99) {
        let c: f64 = format!("{:.5}", 10.0_f64.powf(e)).parse().expect("a number");
        for (s, way) in WAYS {
            let way = way.replace('C', &c.to_string()).replace('O', &format!("0.{o:02}"));
            let expected = 4.0 / (2.0 * s * c * c);
            let found = beta(&way);
            prop_assert!(
                found.is_some_and(|b| (b / expected - 1.0).abs() < 1e-9),
                "{:?}, not {}\n{}", found, expected, way
            );
        }
    }

    #[test]
    fn factors_that_differ_are_named(c in 2_u32..300, d in 2_u32..300) {
        prop_assume!(c != d);
        for way in [
            format!("rec = F.mse_loss({c}*a, {d}*b, reduction='sum')"),
            format!("rec = (({c}*a - {d}*b)**2).sum()"),
            format!("rec = F.mse_loss(a, b / {d})"),
            format!("rec = torch.abs({c}*a - b).sum()"),
            format!("rec = torch.norm({c}*a - {d}*b)**2"),
        ] {
            let unread = unread(&way);
            prop_assert!(unread.contains("different factors"), "{}\n{}", way, unread);
        }
    }
}

/// What a network of the snippet is given are the data, in whatever numbers: both sides are as they should be.
#[test]
fn data_are_what_the_network_is_given() {
    for rec in [
        "x = x / 255\nr = model(x)\nrec = F.mse_loss(r, x, reduction='sum')",
        "x = 2 * x - 1\nr, mu, lv = net(x)\nrec = ((r - x)**2).sum()",
        "r = (decoder(z) + 1) / 2\nrec = F.mse_loss(r, x, reduction='sum')",
        "x = x / 255\nr = model(x)\nrec = F.mse_loss(x, r, reduction='sum')",
    ] {
        let beta = beta(rec);
        // s = 1.
        assert!(
            beta.is_some_and(|b| (b - 2.0).abs() < 1e-12),
            "{beta:?}\n{rec}"
        );
    }
    // Both in units of 1/255 of what the network is given: s = 255².
    let scaled = "x = x / 255\nr = model(x)\nrec = F.mse_loss(255 * r, 255 * x, reduction='sum')";
    let beta = beta(scaled).expect("a β");
    assert!((beta / (2.0 / 65025.0) - 1.0).abs() < 1e-9, "{beta}");
}

/// A cross-entropy of scaled numbers is another function, not a multiple.
#[test]
fn a_cross_entropy_has_no_factor_inside() {
    let text = unread("rec = F.binary_cross_entropy(255*a, 255*b, reduction='sum')");
    assert!(text.contains("cross-entropy"), "{text}");
    // Bytes made numbers between 0 and 1 are the data: s = 1, β = 4.
    let bytes = "rec = F.binary_cross_entropy(r, x / 255., reduction='sum')";
    assert_eq!(beta(bytes), Some(4.0));
    assert!(assumed(bytes).contains("between 0 and 1"));
}

/// Written out, bytes are the data as well; another factor is named.
#[test]
fn a_cross_entropy_written_out_knows_bytes() {
    for rec in [
        "x = x / 255\nrec = -torch.sum(x * torch.log(r + 1e-8) + (1 - x) * torch.log(1 - r + 1e-8))",
        "x = x / 255\nrec = torch.sum(F.softplus(l) - x * l)",
    ] {
        assert_eq!(beta(rec), Some(4.0), "{rec}");
        assert!(assumed(rec).contains("bytes"), "{rec}");
    }
    let doubled = "rec = -torch.sum(2 * x * torch.log(r) + (1 - 2 * x) * torch.log(1 - r))";
    assert!(unread(doubled).contains("a factor of 2"));
}

/// A factor without a number that only one side has, and functions of both sides.
#[test]
fn what_one_side_has_or_both_went_through_is_named() {
    for (rec, named) in [
        ("F.mse_loss(w*a, b, reduction='sum')", "`w·a`: a factor"),
        ("((w*a - b)**2).sum()", "`w·a`: a factor"),
        (
            "F.mse_loss(r, (x - m) / s, reduction='sum')",
            "`x·s`: a factor",
        ),
        ("F.mse_loss(r, x * mask, reduction='sum')", "mask"),
        (
            "F.binary_cross_entropy(w*a, b, reduction='sum')",
            "`w·a`: a factor",
        ),
        (
            "F.binary_cross_entropy(w*a, w*b, reduction='sum')",
            "`w`, a factor",
        ),
        (
            "F.mse_loss(a*std + mean, b*std + mean)",
            "`std`, which acts on the error",
        ),
        ("F.mse_loss(torch.log(a), torch.log(b))", "log(a)"),
        ("F.mse_loss(a**2, b**2)", "functions of the data"),
        (
            "F.mse_loss(torch.sigmoid(a), torch.sigmoid(b))",
            "`torch.sigmoid` makes",
        ),
        (
            "F.mse_loss(r.narrow(2, 2, 24), x.narrow(2, 2, 24))",
            "`narrow` makes",
        ),
        ("F.mse_loss(r.mean(1), x.mean(1))", "a term of its own"),
        ("F.mse_loss(r, x, ...)", "left out"),
    ] {
        let unread = unread(&format!("rec = {rec}"));
        assert!(unread.contains(named), "{rec}\n{unread}");
    }
    // s = 1: the network is given the same, returns the product, or the numbers are nobody's function.
    for rec in [
        "x = (x - m) / s\nr = model(x)\nrec = F.mse_loss(r, x, reduction='sum')",
        "r = decoder(z) * self.scale\nrec = F.mse_loss(r, x, reduction='sum')",
        "x, r = torch.rand(64, 784), torch.rand(64, 784)\nrec = F.mse_loss(r, x, reduction='sum')",
        "x = batch.get('x')\nr = out.get('r')\nrec = F.mse_loss(r, x, reduction='sum')",
    ] {
        assert_eq!(beta(rec), Some(2.0), "{rec}");
    }
    // s = 255².
    let bytes = "rec = F.mse_loss((r * 255).round(), (x * 255).round(), reduction='sum')";
    assert!(beta(bytes).is_some_and(|b| (b * 65025.0 / 2.0 - 1.0).abs() < 1e-9));
}

#[test]
fn a_named_factor_of_both_sides_is_named() {
    for rec in [
        "rec = F.mse_loss(w*a, w*b, reduction='sum')",
        "rec = ((w*a - w*b)**2).sum()",
    ] {
        assert!(
            unread(rec).contains("`w`, which acts on the error"),
            "{rec}"
        );
    }
}

/// Terms of latents are no reconstruction, whoever computes them, alone and beside one.
#[test]
fn latents_are_no_data() {
    for (a, b) in [
        ("mu", "z"),
        ("mu", "logvar"),
        ("z", "z_recon"),
        ("z_e", "z_q.detach()"),
        ("mu", "mu_prior"),
        ("latents", "code"),
        ("mu", "torch.zeros_like(mu)"),
    ] {
        for error in [
            format!("F.mse_loss({a}, {b}, reduction='sum')"),
            format!("F.l1_loss({a}, {b})"),
            format!("F.binary_cross_entropy({a}, {b})"),
            format!("(({a} - {b})**2).sum()"),
        ] {
            let alone = unread(&format!("rec = {error}"));
            assert!(alone.contains("a term of its own"), "{error}\n{alone}");
            let text =
                format!("r1 = F.mse_loss(r, x, reduction='sum')\nr2 = {error}\nrec = r1 + r2");
            let beside = unread(&text);
            assert!(beside.contains("a term of its own"), "{error}\n{beside}");
        }
    }
    let only = read("loss = F.mse_loss(mu, z)");
    assert!(only.unread.join("").contains("no data"), "{only:#?}");
    // What was decoded from z is data.
    let decoded = beta("rec = F.mse_loss(z_decoded, x, reduction='sum')");
    assert_eq!(decoded, Some(2.0));
}

/// Over a part a sum has its β in the numbers of the part; a mean divides by their count, which nobody gave.
#[test]
fn parts_of_the_data_are_said() {
    for (a, b) in [
        ("r[:, :, 2:-2]", "x[:, :, 2:-2]"),
        ("r[..., :3]", "x[..., :3]"),
        ("r[mask]", "x[mask]"),
        ("r[:, 0]", "x[:, 0]"),
    ] {
        let mean = unread(&format!("rec = F.mse_loss({a}, {b})"));
        assert!(mean.contains("some of the pixels"), "{mean}");
        let mean = unread(&format!("p = {a}\nq = {b}\nrec = ((p - q)**2).mean()"));
        assert!(mean.contains("some of the pixels"), "{mean}");
        let sum = format!("rec = F.mse_loss({a}, {b}, reduction='sum')");
        assert_eq!(beta(&sum), Some(2.0));
        assert!(assumed(&sum).contains("some of the pixels"));
    }
    let samples = unread("rec = F.mse_loss(r[:8], x[:8], reduction='sum')");
    assert!(samples.contains("some of the samples"), "{samples}");
    let features = unread("rec = F.mse_loss(vgg(r), vgg(x), reduction='sum')");
    assert!(features.contains("`vgg` makes"), "{features}");
    for whole in [
        "r[:, :], x[:, None]",
        "out[0], batch[0]",
        "out['r'], batch['x']",
    ] {
        let sum = format!("rec = F.mse_loss({whole}, reduction='sum')");
        assert_eq!(beta(&sum), Some(2.0), "{whole}");
        assert!(!assumed(&sum).contains("some of"), "{whole}");
    }
}

/// Whether one axis is all of a sample, only flat data can tell.
#[test]
fn a_sum_over_one_axis_is_said() {
    let kl = "kl = (-0.5 * (1 + lv - mu.pow(2) - lv.exp())).sum(1).mean()\nloss = rec + 4 * kl\n";
    for (rec, said) in [
        ("((x - r)**2).sum(1).mean()", true),
        ("F.mse_loss(r, x, reduction='none').sum(-1).mean()", true),
        ("((x - r)**2).sum((2, 3)).mean()", true),
        (
            "tf.reduce_mean(tf.reduce_sum(tf.square(x - r), axis=1))",
            true,
        ),
        ("((x - r)**2).sum((1, 2, 3)).mean()", false),
        ("((x - r)**2).flatten(1).sum(1).mean()", false),
        ("((x - r)**2).view(len(x), -1).sum(1).mean()", false),
        ("((x - r)**2).sum() / len(x)", false),
    ] {
        let reading = read(&format!("rec = {rec}\n{kl}"));
        let beta = reading.beta(&SIZES);
        assert!(
            beta.is_some_and(|b| (b - 2.0).abs() < 1e-12),
            "{rec} {beta:?}"
        );
        let flat = reading.assumed.iter().any(|a| a.contains("flat"));
        assert_eq!(flat, said, "{rec}\n{:?}", reading.assumed);
    }
}
