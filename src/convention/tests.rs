//! Losses as people write them, each with the β that its formula has.

use super::{ErrorTerm, Factor, Reading, Sizes, read_loss};

const D: f64 = 784.0;
const BATCH: f64 = 128.0;
const LATENTS: f64 = 20.0;

const SIZES: Sizes = Sizes {
    dim: 784,
    latents: 20,
    batch: 128,
    gamma: 1.0,
};

const KLD: &str = "kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\n";

fn read(text: &str) -> Reading {
    read_loss(text).unwrap_or_else(|| panic!("nothing read in\n{text}"))
}

fn beta(text: &str) -> f64 {
    let reading = read(text);
    let weight = reading.weight.map_or(1.0, |w| w.at(&SIZES));
    reading.form.beta(weight, &SIZES).expect("a β")
}

/// A loss `s·SSE + t·KL` has β = t/2s at γ = 1, and `s·BCE + t·KL` has β = t/s, with SSE and BCE summed over the d
/// pixels and KL over the latents. Every expectation is that ratio, worked out from the text by hand; everything in
/// these texts is read.
#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn what_people_write_is_read() {
    use ErrorTerm::{Bernoulli, Squared};
    let table: &[(&str, ErrorTerm, f64)] = &[
        // PyTorch's own example: both summed over everything, no squared error anywhere.
        (
            "BCE = F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction='sum')\n\
             KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\n\
             return BCE + KLD",
            Bernoulli,
            1.0,
        ),
        // A call over several lines, with a comment inside: s = t = 1.
        (
            "recon = F.mse_loss(x_hat, x, reduction='sum')\n\
             kld = -0.5 * torch.sum(\n    1 + logvar - mu.pow(2)  # as in (10)\n    - logvar.exp()\n)\n\
             loss = recon + kld",
            Squared,
            0.5,
        ),
        (
            "recon = F.mse_loss(\n    x_hat,\n    x,\n    reduction='sum'\n)\n\
             kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\nloss = recon + kld",
            Squared,
            0.5,
        ),
        // s = 10, t = 1.
        (
            "recon = F.mse_loss(x_hat, x, reduction='sum')\n\
             kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\nloss = 10 * recon + kl",
            Squared,
            0.05,
        ),
        // s = 784/(784 B), t = 1/B.
        (
            "rec = F.mse_loss(x_hat, x) * 784\n\
             kl = torch.mean(-0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), dim=1))\nloss = rec + kl",
            Squared,
            0.5,
        ),
        // s = 1/B, t = 1/B.
        (
            "rec = mse(x_hat, x, 'sum') / batch_size\n\
             kl = (-0.5 * (1 + logvar - mu**2 - logvar.exp())).sum(1).mean()\nloss = rec + kl",
            Squared,
            0.5,
        ),
        (
            "beta = 4\nrecon = F.mse_loss(x_hat, x, reduction='sum')\n\
             kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\nloss = recon + beta * kld",
            Squared,
            2.0,
        ),
        // The weight is a default of the function.
        (
            "def loss_function(self, x_hat, x, mu, log_var, kld_weight: float = 0.00025, eps=1e-8):\n\
             \x20   recons_loss = F.mse_loss(x_hat, x)\n\
             \x20   kld_loss = torch.mean(-0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim = 1), dim = 0)\n\
             \x20   loss = recons_loss + kld_weight * kld_loss\n\
             \x20   return loss",
            Squared,
            0.00025 * D / 2.0,
        ),
        // The first VAE of Keras: d times a mean over the last axis is a sum.
        (
            "xent_loss = original_dim * metrics.binary_crossentropy(x, x_decoded_mean)\n\
             kl_loss = - 0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)\n\
             vae_loss = K.mean(xent_loss + kl_loss)",
            Bernoulli,
            1.0,
        ),
        (
            "reconstruction_loss = mse(inputs, outputs)\nreconstruction_loss *= original_dim\n\
             kl_loss = 1 + z_log_var - K.square(z_mean) - K.exp(z_log_var)\n\
             kl_loss = K.sum(kl_loss, axis=-1)\nkl_loss *= -0.5\n\
             vae_loss = K.mean(reconstruction_loss + kl_loss)\nvae.add_loss(vae_loss)",
            Squared,
            0.5,
        ),
        // Keras today: a sum over the picture, a mean over the batch.
        (
            "reconstruction_loss = ops.mean(\n    ops.sum(\n        keras.losses.binary_crossentropy(data, reconstruction),\n        axis=(1, 2),\n    )\n)\n\
             kl_loss = -0.5 * (1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var))\n\
             kl_loss = ops.mean(ops.sum(kl_loss, axis=1))\n\
             total_loss = reconstruction_loss + kl_loss",
            Bernoulli,
            1.0,
        ),
        (
            "rec = tf.reduce_mean(tf.reduce_sum(keras.losses.mse(data, out), axis=(1, 2)))\n\
             kl = -0.5 * (1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var))\n\
             kl = tf.reduce_mean(tf.reduce_sum(kl, axis=1))\nloss = rec + 3.0 * kl",
            Squared,
            1.5,
        ),
        // Flax: functions of one sample, averaged where they are called.
        (
            "@jax.vmap\ndef kl_divergence(mean, logvar):\n  return -0.5 * jnp.sum(1 + logvar - jnp.square(mean) - jnp.exp(logvar))\n\n\
             @jax.vmap\ndef binary_cross_entropy_with_logits(logits, labels):\n  logits = nn.log_sigmoid(logits)\n\
             \x20 return -jnp.sum(\n      labels * logits + (1.0 - labels) * jnp.log(-jnp.expm1(logits))\n  )\n\n\
             def loss_fn(params):\n    bce_loss = binary_cross_entropy_with_logits(recon_x, batch).mean()\n\
             \x20   kld_loss = kl_divergence(mean, logvar).mean()\n    loss = bce_loss + kld_loss\n    return loss",
            Bernoulli,
            1.0,
        ),
        // PyTorch of 2017, in place.
        (
            "reconstruction_function = nn.MSELoss(size_average=False)\n\
             def loss_function(recon_x, x, mu, logvar):\n    BCE = reconstruction_function(recon_x, x)\n\
             \x20   KLD_element = mu.pow(2).add_(logvar.exp()).mul_(-1).add_(1).add_(logvar)\n\
             \x20   KLD = torch.sum(KLD_element).mul_(-0.5)\n    return BCE + KLD",
            Squared,
            0.5,
        ),
        // s = 1/(784 B), t = 1/(784 B).
        (
            "BCE = F.binary_cross_entropy(recon_x, x.view(-1, 784))\n\
             KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\n\
             KLD /= args.batch_size * 784\nreturn BCE + KLD",
            Bernoulli,
            1.0,
        ),
        // With σ itself.
        (
            "rec = np.sum((x - xhat)**2, axis=1)\n\
             kl = 0.5 * np.sum(mu**2 + sigma**2 - np.log(sigma**2) - 1, axis=1)\nloss = np.mean(rec + kl)",
            Squared,
            0.5,
        ),
        // s = 1/(2·0.01) = 50.
        (
            "sigma_x = 0.1\nrec = ((x - y)**2).sum() / (2 * sigma_x**2)\n\
             kl = -0.5 * torch.sum(1 + 2*log_sigma - mu**2 - torch.exp(2*log_sigma))\nloss = rec + kl",
            Squared,
            0.01,
        ),
        // Divided by the batch in two ways.
        (
            "n = x.shape[0]\nrec = ((x_hat - x)**2).sum() / n\n\
             kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum() / x.size(0)\nloss = rec + 2*kl",
            Squared,
            1.0,
        ),
        // −log N(x; x̂, ½²) = (x − x̂)²/(2·¼) + …: s = 2.
        (
            "q = Independent(Normal(mu, std), 1)\np = Independent(Normal(zero, one), 1)\n\
             kl = torch.distributions.kl_divergence(q, p).mean()\n\
             nll = -Normal(x_hat, 0.5).log_prob(x).sum(-1).mean()\nloss = nll + kl",
            Squared,
            0.25,
        ),
        (
            "p_x = td.Bernoulli(logits=logits)\nlog_px = p_x.log_prob(x).sum((1, 2, 3))\n\
             kl = td.kl_divergence(td.Normal(mu, std), prior).sum(1)\nelbo = (log_px - 2 * kl).mean()\nloss = -elbo",
            Bernoulli,
            2.0,
        ),
        // Optax halves its squared error: s = ½.
        (
            "rec = optax.l2_loss(x_hat, x).sum(axis=-1).mean()\n\
             kl = -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar), axis=-1).mean()\nreturn rec + kl",
            Squared,
            1.0,
        ),
        // TensorFlow 1 with the cross-entropy written out.
        (
            "reconstr_loss = -tf.reduce_sum(x * tf.log(1e-10 + x_rec) + (1-x) * tf.log(1e-10 + 1 - x_rec), 1)\n\
             latent_loss = -0.5 * tf.reduce_sum(1 + z_log_sigma_sq - tf.square(z_mean) - tf.exp(z_log_sigma_sq), 1)\n\
             cost = tf.reduce_mean(reconstr_loss + latent_loss)",
            Bernoulli,
            1.0,
        ),
        // tf.nn.l2_loss is half a sum.
        (
            "rec = tf.nn.l2_loss(x - y)\nkl = 0.5 * tf.reduce_sum(tf.square(mu) + tf.exp(logvar) - logvar - 1.0)\nloss = rec + kl",
            Squared,
            1.0,
        ),
        // Means of everything: t/s = d/κ.
        (
            "diff = x - x_hat\nrec = (diff ** 2).mean()\n\
             kl = -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())\nloss = rec + kl",
            Squared,
            D / LATENTS / 2.0,
        ),
        (
            "rec = torch.norm(x - x_hat)**2 / batch_size\n\
             kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch_size\nloss = rec + kl",
            Squared,
            0.5,
        ),
        // Terms added one after the other, per sample.
        (
            "kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(dim=1)\n\
             loss = F.mse_loss(y, x, reduction='none').sum(dim=(1, 2, 3))\nloss += 2 * kl\nloss = loss.mean()",
            Squared,
            1.0,
        ),
        // Maximised instead of minimised.
        (
            "recon = torch.sum(torch.square(x - y))\n\
             kl = 0.5 * torch.sum(mu*mu + logvar.exp() - logvar - 1)\nelbo = -recon - kl\nloss = -elbo",
            Squared,
            0.5,
        ),
        // t = 1/(784 B) against s = 1/(784 B).
        (
            "rec = F.mse_loss(y, x)\n\
             kl = torch.mean(-0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1)) / np.prod(x.shape[1:])\nloss = rec + kl",
            Squared,
            0.5,
        ),
        // A sum over the batch against a mean: the batch comes in.
        (
            "rec = F.mse_loss(y, x)\nkl = -0.5*torch.sum(1+logvar-mu.pow(2)-logvar.exp())\nloss = rec + 1e-3*kl",
            Squared,
            1e-3 * D * BATCH / 2.0,
        ),
        (
            "rec = ((x - y)**2).mean()\nkl = -0.5*(1+logvar-mu**2-logvar.exp()).mean()\nloss = rec + kl * 0.1",
            Squared,
            0.1 * D / LATENTS / 2.0,
        ),
        // ½ SSE, one line, methods along an axis.
        (
            "loss = (0.5*((x-y)**2).sum(1) + 4*kl_div(q, p).sum(1)).mean()",
            Squared,
            4.0,
        ),
        // A KL without its ½ counts twice.
        (
            "rec = 0.5*np.sum((x-y)**2)\nkl = np.sum(mu**2 + np.exp(logvar) - logvar - 1)\nreturn rec + kl",
            Squared,
            2.0,
        ),
        // Everything summed, w = 3, over a loss that is made before.
        (
            "criterion = torch.nn.MSELoss(reduction=\"sum\")\nrecon = criterion(x_hat, x)\n\
             kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\nloss = recon + 3 * kld",
            Squared,
            1.5,
        ),
        // The error is an argument, and only known further down.
        (
            "criterion = nn.BCELoss(reduction='sum')\n\
             def final_loss(bce_loss, mu, logvar):\n    BCE = bce_loss\n\
             \x20   KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\n    return BCE + KLD\n\
             bce_loss = criterion(reconstruction, data)\nloss = final_loss(bce_loss, mu, logvar)\n\
             running_loss += loss.item()",
            Bernoulli,
            1.0,
        ),
        // t = 1/κB, s = 784/784B; what is returned besides is of no concern.
        (
            "reconstruction_loss = tf.reduce_mean(tf.square(data - reconstruction))\nreconstruction_loss *= 28 * 28\n\
             kl_loss = 1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var)\n\
             kl_loss = tf.reduce_mean(kl_loss)\nkl_loss *= -0.5\n\
             total_loss = reconstruction_loss + kl_loss\nreturn {'loss': total_loss, 'kl': kl_loss}",
            Squared,
            0.5 / LATENTS,
        ),
        (
            "self.kl_weight = 0.5\nrec = F.binary_cross_entropy_with_logits(logits, x, reduction='none').sum(dim=[1,2,3]).mean()\n\
             kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), dim=1).mean()\n\
             return rec + self.kl_weight * kl, rec, kl",
            Bernoulli,
            0.5,
        ),
    ];
    for (text, error, expected) in table {
        let reading = read(text);
        let found = beta(text);
        assert!(
            (found / expected - 1.0).abs() < 1e-12,
            "{found} {expected}\n{text}\n{reading:?}"
        );
        assert_eq!(reading.form.error, *error, "{text}");
        assert!(reading.unread.is_empty(), "{:?}\n{text}", reading.unread);
        assert!(reading.found.len() > 1, "{reading:?}");
    }
}

/// What multiplies a term and has no number is named, and nothing but it.
#[test]
fn what_is_not_read_is_said() {
    let rec = "rec = F.mse_loss(x_hat, x, reduction='sum')\n";
    for (rest, word) in [
        ("loss = rec + w(t) * kld", "w(t)"),
        ("loss = rec + self.beta * kld", "self.beta"),
        (
            "kld_weight = kwargs['M_N']\nloss = rec + kld_weight * kld",
            "kld_weight",
        ),
        (
            "loss = rec + torch.clamp(kld, min=3.0)",
            "torch.clamp(kld, min=3.0)",
        ),
        ("loss = rec + kld + 0.1 * perceptual", "perceptual"),
        ("loss = rec + (beta * kld if warm else kld)", "if warm"),
        ("loss = rec + kld * weights[epoch]", "weights[epoch]"),
        ("loss = rec / sigma**2 + kld", "sigma"),
        ("loss = mask * rec + kld", "mask"),
        (
            "loss = rec + kld + F.mse_loss(z, z_q, reduction='sum')",
            "a term of its own",
        ),
        (
            "loss = rec + kld + F.mse_loss(y, x, reduction='sum')",
            "second",
        ),
        (
            "rec = F.smooth_l1_loss(y, x)\nloss = rec + kld",
            "smooth_l1_loss",
        ),
        (
            "kld = kl_loss(mu, logvar)\nloss = rec + 0.5 * kld",
            "kl_loss(mu, logvar)",
        ),
        ("loss = rec - kld", "sign"),
        ("kld = kld if warm else 0\nloss = rec + kld", "kld if warm"),
    ] {
        let reading = read(&format!("{rec}{KLD}{rest}"));
        assert!(
            reading.unread.iter().any(|u| u.contains(word)),
            "{rest}\n{reading:?}"
        );
    }
    let reading = read(&format!("{rec}{KLD}loss = rec + w(t) * kld"));
    assert_eq!(reading.unread.len(), 1, "{reading:?}");
    assert_eq!(reading.weight, None);
    // What multiplies both changes nothing.
    let reading = read(&format!("{rec}{KLD}loss = (rec + kld) / scaler"));
    assert!(reading.unread.is_empty(), "{reading:?}");
    // The prior and the posterior by samples: their names say what they are.
    let reading = read(
        "cross_ent = tf.nn.sigmoid_cross_entropy_with_logits(logits=x_logit, labels=x)\n\
         logpx_z = -tf.reduce_sum(cross_ent, axis=[1, 2, 3])\nlogqz_x = log_normal_pdf(z, mean, logvar)\n\
         return -tf.reduce_mean(logpx_z + logpz - logqz_x)",
    );
    assert_eq!(reading.form.error, ErrorTerm::Bernoulli);
    assert!(
        reading.assumed.iter().any(|a| a.contains("log density")),
        "{reading:?}"
    );
}

#[test]
fn an_absolute_error_has_no_beta() {
    for error in [
        "F.l1_loss(y, x, reduction='sum')",
        "torch.abs(x - y).sum()",
        "nn.L1Loss()(y, x)",
    ] {
        let reading = read(&format!("rec = {error}\n{KLD}loss = rec + kld"));
        assert_eq!(reading.form.error, ErrorTerm::Absolute, "{error}");
        assert!(reading.form.beta(1.0, &SIZES).is_err());
        assert!(
            reading.found.iter().any(|u| u.contains("Gaussian")),
            "{reading:?}"
        );
        assert!(reading.found[0].starts_with("absolute error"));
    }
}

/// The KL's own statement is never taken for the error, whatever squares stand in it.
#[test]
fn a_kl_alone_is_no_error() {
    let reading = read(KLD);
    assert!(
        reading.assumed.iter().any(|a| a.contains("squared error")),
        "{reading:?}"
    );
    assert!(
        !reading.found.iter().any(|f| f.contains("error")),
        "{reading:?}"
    );
    let reading = read("rec = F.mse_loss(y, x)");
    assert!(
        reading.assumed.iter().any(|a| a.starts_with("KL")),
        "{reading:?}"
    );
}

#[test]
fn what_is_not_there_is_assumed_and_said() {
    assert!(read_loss("print('hello')").is_none());
    assert!(read_loss("").is_none());
    let reading = read("loss = F.mse_loss(a, b) + beta * kl");
    assert_eq!(reading.weight, None);
    assert_eq!(reading.assumed.len(), 2, "{reading:?}");
    assert!(reading.unread[0].contains("beta"), "{reading:?}");
    let named = read("loss = recon + 0.1 * kl");
    assert_eq!(named.weight, Some(Factor::number(0.1)));
    assert_eq!(named.assumed.len(), 2, "{named:?}");
}

/// Nothing in someone's code can make it fail, or take long.
#[test]
fn any_text_is_survived() {
    for text in [
        "kl*",
        "((((mse",
        "+*kl",
        "\u{1d6fd}·kl_div(",
        "sum(sum(sum(logvar",
        "½ mse_loss(½",
        "1e-*kl",
        "kl = 0 * kl_div(q, p)\nloss = mse_loss(a, b) + kl / 0",
        "x²²²",
        "def",
        "def f(",
        "a = b = c =",
        "kl[",
        "kl += ",
        ")))kl",
        "'kl",
        "x.",
        "1.2.3 * kl",
        "kl = mse_loss()",
        "l2_loss(l2_loss(l2_loss(",
    ] {
        let _ = read_loss(text);
    }
    let deep = format!("loss = {}kl{}", "(".repeat(5000), ")".repeat(5000));
    let _ = read_loss(&deep);
    let _ = read_loss(&format!("loss = {}kl", "-".repeat(500)));
    let _ = read_loss(&format!("loss = kl{}", ".sum()".repeat(140)));
    let _ = read_loss(&format!("loss = kl{}", " + kl".repeat(290)));
    // Terms that double line by line.
    let doubled = format!("kl = kl_div(q, p)\n{}", "kl = kl + kl\n".repeat(200));
    let _ = read_loss(&doubled);
    let _ = read_loss(&format!(
        "n = x.size(0)\n{}loss = kl * n",
        "n = n * n\n".repeat(64)
    ));
}
