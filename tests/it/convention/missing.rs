//! A loss that lacks a term although the code computes it: named, never a β.

use super::{SIZES, read};

const REC: &str = "rec = F.mse_loss(r, x, reduction='sum')";
const KL: &str = "kl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())";

fn filled(code: &str) -> String {
    code.replace("REC", REC).replace("KL", KL)
}

#[test]
fn a_loss_without_its_kl_is_named() {
    for code in [
        "REC\nKL\nloss = rec + kl\nrec.backward()",
        "REC\nKL\nloss = rec",
        "REC\nKL\nloss = rec + 4 * kl\nloss = rec",
        "REC\nKL\nloss, aux = rec + 4 * kl, None\nloss, aux = rec, None",
        "REC\nKL\nself.loss = rec + 4 * kl\nself.loss = rec",
        "REC\nKL\nloss = rec + 4 * kl\nloss = rec\nloss.backward()",
        "REC\nKL\nfor x in loader:\n    loss = rec + 4 * kl\n    loss = rec\n    loss.backward()",
        "REC\nKL\nloss = rec\nloss + 4 * kl\nloss.backward()",
        "REC\nKL\nloss = rec\ntorch.add(loss, kl)\nloss.backward()",
        "REC\nKL\nopt.minimize(rec)\nprint(rec + kl)",
        "REC\nloss = rec\nloss.backward()",
        "def f(r, x, mu, lv):\n    REC\n    KL\n    print(kl)\n    return rec",
        "def f(r, x, mu, lv):\n    REC\n    KL\n    total = rec + kl\n    return rec",
        "def f(r, x, mu, lv):\n    REC\n    KL\n    loss = rec\n    return loss\n    loss += kl",
        "def f(r, x, mu, lv):\n    REC\n    KL\n    return {'loss': rec, 'kl': kl}",
        "class M(pl.LightningModule):\n    def training_step(self, batch, i):\n        r, mu, lv = self(x)\n        REC\n        KL\n        self.log('kl', kl)\n        return rec",
        "KL\nwith tf.GradientTape() as tape:\n    REC\n    total = rec + kl\ngrads = tape.gradient(rec, weights)",
    ] {
        let code = filled(code);
        let reading = read(&code);
        assert_eq!(reading.beta(&SIZES), None, "{code}\n{reading:#?}");
        let unread = reading.unread.join("\n");
        assert!(unread.contains("has no KL in it"), "'{unread}'\n{code}");
    }
    let late = filled("def f(r, x, mu, lv):\n    REC\n    return rec\n    KL\n    return rec + kl");
    let unread = read(&late).unread.join("\n");
    assert!(
        unread.contains("line 4") && unread.contains("never run"),
        "{unread}"
    );
    let kl = filled("REC\nKL\nkl.backward()");
    let unread = read(&kl).unread.join("\n");
    assert!(unread.contains("no reconstruction error"), "{unread}");
}

/// SSE + 4·KL is β = 2, however it is passed on; a tuple of both terms leaves the sum to somebody else.
#[test]
fn a_loss_with_its_kl_is_read() {
    for code in [
        "def f(r, x, mu, lv):\n    REC\n    KL\n    return rec, kl\na, b = f(r, x, mu, lv)\nloss = a + 4 * b\nloss.backward()",
        "def f(r, x, mu, lv):\n    REC\n    KL\n    loss = rec + 4 * kl\n    return {'loss': loss, 'rec': rec, 'kl': kl}",
        "def rec_part(r, x):\n    REC\n    return rec\ndef kl_part(mu, lv):\n    KL\n    return kl\nloss = rec_part(r, x) + 4 * kl_part(mu, lv)",
        "REC\nKL\nloss = rec\nloss = loss + 4 * kl\nloss.backward()",
        "REC\nKL\nloss = rec\nif use_kl:\n    loss = loss + 4 * kl\nloss.backward()",
        "REC\nKL\nrec.backward(retain_graph=True)\n(4 * kl).backward()",
        "REC\nKL\nif late:\n    loss = rec + 4 * kl\nelse:\n    loss = rec\nloss.backward()",
    ] {
        let code = filled(code);
        let reading = read(&code);
        let beta = reading.beta(&SIZES);
        assert!(
            beta.is_some_and(|b| (b - 2.0).abs() < 1e-12),
            "{code}\n{reading:#?}"
        );
    }
}
