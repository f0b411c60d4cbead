//! Any linear arrangement of two known terms has the right β, or what could not be placed is named.

use proptest::prelude::*;

use super::{SIZES, read};

/// Both summed over everything: `a·SSE + b·KL` has β = b/2a.
const TERMS: &str = "rec = F.mse_loss(x_hat, x, reduction='sum')\n\
                     kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\n";

/// Ways to write `a·rec + b·kl`; A and B stand for the numbers.
const WAYS: &[&str] = &[
    "loss = A * rec + B * kl",
    "loss = torch.add(A * rec, kl, alpha=B)",
    "loss = torch.sub(A * rec, kl, alpha=-B)",
    "loss = sum([A * rec, B * kl])",
    "loss = A * rec\nloss += B * kl",
    "loss = B * kl\nloss -= -A * rec",
    "def total(u, v, w=1.0):\n    return u + w * v\nloss = A * total(rec, kl, w=B / A)",
    "def total(**parts):\n    return sum(parts.values())\nloss = total(r=A * rec, k=B * kl)",
    "def total(*parts):\n    out = 0\n    for part in parts:\n        out = out + part\n    return out\nloss = total(A * rec, B * kl)",
    "terms = {'r': A * rec}\nterms['k'] = B * kl\nloss = sum(terms.values())",
    "terms = dict(r=rec, k=kl)\nw = {'r': A, 'k': B}\nloss = sum(w[n] * t for n, t in terms.items())",
    "loss = torch.stack([A * rec, B * kl]).sum()",
    "loss = torch.stack([A * rec, B * kl]).mean()",
    "loss = torch.sum(torch.stack([rec, kl]) * torch.tensor([A, B]))",
    "model.add_loss(B * kl)\nmodel.add_loss(A * rec)",
    "self.add_loss(lambda: A * rec + B * kl)",
    "loss = sum(w * t for w, t in zip([A, B], [rec, kl]))",
    "loss = 0\nfor w, t in ((A, rec), (B, kl)):\n    loss += w * t",
    "losses = []\nfor w, t in zip((A, B), (rec, kl)):\n    losses.append(w * t)\nloss = sum(losses)",
    "ws, ts = [A, B], [rec, kl]\nloss = 0.0\nfor i in range(len(ts)):\n    loss = loss + ws[i] * ts[i]",
    "loss = rec.mul(A).add(kl.mul(B))",
    "kl *= B\nrec.mul_(A)\nrec.add_(kl)\nrec.backward()",
    "loss = -(-A * rec - B * kl)",
    "f = lambda r, k, w=B: A * r + w * k\nf(rec, kl).backward()",
    "loss = tf.add_n([tf.multiply(rec, A), B * kl])",
    "class Loss(nn.Module):\n    def __init__(self, w):\n        super().__init__()\n        self.w = w\n    def forward(self, r, k):\n        return A * r + self.w * k\n\
     loss = Loss(w=B)(rec, kl)",
    "rec, kl = A * rec, B * kl\nreturn rec + kl, rec.item(), kl.item()",
    "loss = np.dot([A, B], [rec, kl])",
    "loss = rec / (1 / A) + kl / (1 / B)",
    "loss = torch.lerp(rec, kl, B / (A + B))",
    "loss = functools.reduce(operator.add, [A * rec, B * kl])",
    "def total(w, r, k):\n    return A * r + w * k\nloss = functools.partial(total, B)(rec, kl)",
    "self.w = B\nloss = A * rec + self.w * kl",
    "if (loss := A * rec + B * kl) is not None:\n    loss.backward()",
    "pair = [A * rec, B * kl]\ntotal = pair[0] + pair[-1]",
    "with torch.autocast('cuda'):\n    loss = A * rec + B * kl\nscaler.scale(loss).backward()",
    "(A * rec).backward(retain_graph=True)\n(B * kl).backward()",
    "return {'kl': kl, 'loss': A * rec + B * kl}",
    "config = {'w': {'kl': B, 'rec': A}}\nloss = config['w']['rec'] * rec + config['w']['kl'] * kl",
    "try:\n    loss = A * rec + B * kl\nexcept RuntimeError:\n    raise",
    "*_, loss = rec, kl, A * rec + B * kl\nloss.backward()",
    "loss = sum([B * kl], A * rec)",
    "loss = torch.add(A * rec, B, kl)",
    "loss = np.average([rec, kl], weights=[A, B])",
    "loss = sum(map(lambda w, t: w * t, [A, B], [rec, kl]))",
    "scaled = functools.partial(torch.mul, other=B)\nloss = A * rec + scaled(kl)",
    "loss = np.sum([A * rec, B * kl])",
    "w = B / (A + B)\nloss = (1 - w) * rec + w * kl",
    "loss = torch.addcmul(A * rec, kl, torch.tensor(1.0), value=B)",
    "loss = mix(A * rec, B * kl)",
    "loss = sum(w * t for w, t in zip(weights, [A * rec, B * kl]))",
    "loss = opaque([A * rec, {'k': B * kl}])",
    "total = 0\nfor w, t in zip(weights, (A * rec, B * kl)):\n    total += w * t\ntotal.backward()",
    "loss = make_loss(x, y)\nloss.backward()",
    "loss = (A * rec + B * kl) if a else (A * rec + 2 * B * kl)",
    "loss = torch.einsum('i,i->', weights, torch.stack([A * rec, B * kl]))",
    "loss = A * rec\nloss = loss + getattr(self, 'w') * (B * kl)",
];

fn number() -> impl Strategy<Value = f64> {
    (-3.0_f64..3.0).prop_map(|e| {
        let text = format!("{:.6}", 10.0_f64.powf(e));
        text.parse().expect("a number")
    })
}

/// The ways in which the code itself leaves a factor open: they must be named.
const OPEN: usize = 9;

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_way_has_its_beta(a in number(), b in number()) {
        for (at, way) in WAYS.iter().enumerate() {
            let way = way.replace('A', &a.to_string());
            let way = way.replace('B', &b.to_string());
            let reading = read(&format!("{TERMS}{way}"));
            let expected = b / (2.0 * a);
            if at + OPEN >= WAYS.len() {
                prop_assert!(!reading.unread.is_empty(), "{}\n{:?}", way, reading);
                prop_assert_eq!(reading.beta(&SIZES), None);
                continue;
            }
            let beta = reading.beta(&SIZES);
            prop_assert!(
                beta.is_some_and(|beta| (beta / expected - 1.0).abs() < 1e-9),
                "{:?}, not {}\n{}\n{:?}", beta, expected, way, reading
            );
        }
    }

    /// s and t from how each term is reduced: a squared error with factor s and a KL with factor t have β = t/2s.
    #[test]
    fn every_reduction_has_its_factor(a in number(), b in number(), rec in 0_usize..8, kl in 0_usize..8) {
        let (d, k, n) = (784.0, 16.0, 128.0);
        let errors: [(&str, f64); 8] = [
            ("F.mse_loss(y, x)", 1.0 / (d * n)),
            ("F.mse_loss(y, x, reduction='sum')", 1.0),
            ("F.mse_loss(y, x, reduction='none').sum(1).mean()", 1.0 / n),
            ("((x - y) ** 2).flatten(1).mean(1).sum()", 1.0 / d),
            ("nn.MSELoss(reduction='sum')(y, x) / x.shape[0]", 1.0 / n),
            ("tf.reduce_mean(tf.reduce_sum(tf.square(x - y), axis=[1, 2, 3]))", 1.0 / n),
            ("optax.l2_loss(y, x).sum(axis=-1).mean()", 0.5 / n),
            ("-Normal(y, 0.5).log_prob(x).sum()", 2.0),
        ];
        let kls: [(&str, f64); 8] = [
            ("-0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp())", 1.0),
            ("-0.5 * torch.mean(1 + lv - mu ** 2 - lv.exp())", 1.0 / (k * n)),
            ("(-0.5 * (1 + lv - mu ** 2 - lv.exp())).sum(dim=1).mean(0)", 1.0 / n),
            ("(0.5 * (mu ** 2 + s ** 2 - 2 * torch.log(s) - 1)).mean(1).sum()", 1.0 / k),
            ("kl_divergence(Normal(mu, s), Normal(0, 1)).sum(-1).mean()", 1.0 / n),
            ("np.sum(mu ** 2 + np.exp(2 * ls) - 2 * ls - 1) / len(x)", 2.0 / n),
            ("0.5 * (mu.pow(2) + var - var.log() - 1).sum(1).mean()", 1.0 / n),
            ("0.5 * (mu.square().sum() + lv.exp().sum() - lv.sum()) / x.size(0)", 1.0 / n),
        ];
        let (rec_text, s) = errors[rec];
        let (kl_text, t) = kls[kl];
        let text = format!("rec = {rec_text}\nkl = {kl_text}\nloss = {a} * rec + {b} * kl\n");
        let reading = read(&text);
        let expected = b * t / (2.0 * a * s);
        let beta = reading.beta(&SIZES);
        prop_assert!(
            beta.is_some_and(|beta| (beta / expected - 1.0).abs() < 1e-9),
            "{:?}, not {}\n{}\n{:?}", beta, expected, text, reading
        );
    }

    /// A formula with other coefficients than a KL's is never taken for one.
    #[test]
    fn only_a_kl_is_a_kl(m in 0.1_f64..3.0, v in 0.1_f64..3.0, l in 0.1_f64..3.0, p in 0_usize..3) {
        let (m, v) = ((m * 8.0).round() / 8.0, (v * 8.0).round() / 8.0);
        let power = ["logvar", "0.5 * logvar", "2 * logvar"][p];
        let text = format!(
            "rec = F.mse_loss(y, x, reduction='sum')\n\
             kl = 0.5 * torch.sum({m} * mu ** 2 + {v} * torch.exp({power}) - {l} * logvar - 1)\nloss = rec + kl\n"
        );
        let reading = read(&text);
        // ½ (m μ² + m σ² − l log σ²) is l times the KL to a prior of variance l/m.
        if m == v && p == 0 {
            prop_assert!(reading.beta(&SIZES).is_some_and(|b| (b / (l / 2.0) - 1.0).abs() < 1e-9), "{:?}", reading);
            prop_assert!(reading.eta_enc.is_some_and(|e| (e * e * m / l - 1.0).abs() < 1e-9));
        } else if p != 2 || m != v || (l / 2.0 - m).abs() > 1e-9 {
            prop_assert_eq!(reading.beta(&SIZES), None, "{}", text);
            prop_assert!(reading.unread.iter().any(|u| u.contains("not a KL")), "{:?}", reading);
        }
    }
}
