//! Losses as they stand in public code, written anew, each with the β that its formula has.

use super::{SIZES, read};

/// What a loss has.
enum Has {
    /// A β.
    Beta(f64),
    /// A β, and a prior whose deviation is not 1.
    Prior(f64, f64),
    /// No β: these words are in what was not read.
    Unread(&'static [&'static str]),
}

use Has::{Beta, Prior, Unread};

/// `s·SSE + t·KL` has β = t/2s at γ = 1, `s·BCE + t·KL` has β = t/s; sizes are those of [`SIZES`]. By hand.
const SHAPES: &[(Has, &str)] = &[
    // 10·MSE against a mean over κ: 784/(2·10·16).
    (
        Beta(2.45),
        r"def r_loss(y_true, y_pred):
    return 10 * K.mean(K.square(y_true - y_pred), axis=[1, 2, 3])

def kl_loss(y_true, y_pred):
    return -0.5 * K.mean(1 + self.log_var - K.square(self.mu) - K.exp(self.log_var), axis=-1)

def vae_loss(y_true, y_pred):
    return r_loss(y_true, y_pred) + kl_loss(y_true, y_pred)",
    ),
    // 0.1·2·784/16 of a cross-entropy.
    (
        Beta(9.8),
        r"loss = F.binary_cross_entropy(x_hat, x)
loss -= 0.1 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())",
    ),
    (
        Unread(&["beta_control", "mask"]),
        r"gen_loss = F.mse_loss(y_recon, y)
kld = -0.5 * torch.mean(1 + z_logvar - z_mu.pow(2) - z_logvar.exp())
loss = gen_loss + beta_control * 0.125 * kld / mask.sum().float()",
    ),
    (
        Unread(&["abs()"]),
        r"recon_loss = reconstruction_loss(x, x_recon, decoder_dist)
total_kld, dim_wise_kld, mean_kld = kl_divergence(mu, logvar)
beta_vae_loss = recon_loss + 1000 * (total_kld - C).abs()",
    ),
    (
        Unread(&["logvar"]),
        r"rec_loss = torch.abs(inputs - reconstructions)
nll_loss = rec_loss / torch.exp(self.logvar) + self.logvar
nll_loss = torch.sum(nll_loss) / nll_loss.shape[0]
kl_loss = posteriors.kl()
kl_loss = torch.sum(kl_loss) / kl_loss.shape[0]
loss = nll_loss + 1e-6 * kl_loss",
    ),
    (
        Beta(4.0),
        r#"recon_loss = 0.5 * F.mse_loss(recon_x.reshape(x.shape[0], -1), x.reshape(x.shape[0], -1), reduction="none").sum(dim=-1)
KLD = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp(), dim=-1)
return (recon_loss + 4 * KLD).mean(dim=0), recon_loss.mean(dim=0), KLD.mean(dim=0)"#,
    ),
    // 0.1·784/(2·16), by samples.
    (
        Beta(2.45),
        r"p = torch.distributions.Normal(torch.zeros_like(mu), torch.ones_like(std))
q = torch.distributions.Normal(mu, std)
z = q.rsample()
recon_loss = F.mse_loss(x_hat, x, reduction='mean')
log_qz = q.log_prob(z)
log_pz = p.log_prob(z)
kl = log_qz - log_pz
kl = kl.mean()
kl *= 0.1
loss = kl + recon_loss",
    ),
    (
        Beta(0.005),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = posterior.kl().sum() * 1e-2
loss = rec + kl",
    ),
    // The sign is right: −½·(1 + 2·log σ − …).
    (
        Unread(&["norm", "pos_weight", "n_nodes"]),
        r"def loss_function(preds, labels, mu, logvar, n_nodes, norm, pos_weight):
    cost = norm * F.binary_cross_entropy_with_logits(preds, labels, pos_weight=pos_weight)
    KLD = -0.5 / n_nodes * torch.mean(torch.sum(1 + 2 * logvar - mu.pow(2) - logvar.exp().pow(2), 1))
    return cost + KLD",
    ),
    (
        Unread(&["which acts on the error"]),
        r"def gaussian_nll(mu, log_sigma, x):
    return 0.5 * torch.pow((x - mu) / log_sigma.exp(), 2) + log_sigma + 0.5 * np.log(2 * np.pi)
log_sigma = ((x - x_hat) ** 2).mean([0, 1, 2, 3], keepdim=True).sqrt().log()
rec = gaussian_nll(x_hat, log_sigma, x).sum()
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = rec + kl",
    ),
    (
        Beta(2.0),
        r"rec = ((x - x_hat)**2).sum(dim=1)
kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(dim=1)
(rec + 4*kl).mean().backward()",
    ),
    // Keras adds what it was compiled with: 0.01·784/2.
    (
        Beta(3.92),
        r#"beta = 0.01
kl = -0.5 * tf.reduce_mean(tf.reduce_sum(1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var), axis=1))
vae.add_loss(beta * kl)
vae.compile(optimizer="adam", loss="mse")"#,
    ),
    (
        Beta(2.0),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = torch.add(rec, kl, alpha=4)",
    ),
    (
        Beta(2.0),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = sum([rec, 4*kl])",
    ),
    (
        Unread(&["not a KL"]),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - torch.exp(0.5*logvar))
loss = rec + kl",
    ),
    (
        Unread(&["has a μ²"]),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - logvar.exp())
loss = rec + kl",
    ),
    // s = 1/(2·0.05) = 10.
    (
        Beta(0.05),
        r"rec = F.gaussian_nll_loss(x_hat, x, torch.full_like(x, 0.05), reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = rec + kl",
    ),
    (
        Beta(0.05),
        r"var = 0.05
rec = F.gaussian_nll_loss(x_hat, x, var, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = rec + kl",
    ),
    // 4·16/2: the error is a mean over d, the KL has κ/d.
    (
        Beta(32.0),
        r"beta = 4
beta_norm = beta * latent_dim / input_dim
rec = F.mse_loss(x_hat, x)
kl = torch.mean(-0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1), dim=0)
loss = rec + beta_norm * kl",
    ),
    (
        Unread(&["num_train_imgs"]),
        r"def loss_function(self, *args, **kwargs):
    recons = args[0]
    input = args[1]
    mu = args[2]
    log_var = args[3]
    kld_weight = batch_size / num_train_imgs
    recons_loss = F.mse_loss(recons, input)
    kld_loss = torch.mean(-0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim=1), dim=0)
    loss = recons_loss + kld_weight * kld_loss
    return {'loss': loss, 'Reconstruction_Loss': recons_loss, 'KLD': -kld_loss}",
    ),
    // 2·5e-4·784/16 of a mean cross-entropy.
    (
        Beta(0.049),
        r"reconstruction_loss = keras.metrics.binary_crossentropy(x, z_decoded)
kl_loss = -5e-4 * K.mean(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
self.add_loss(K.mean(reconstruction_loss + kl_loss), inputs=inputs)",
    ),
    (
        Beta(1.0),
        r"rec = F.mse_loss(x_hat, x, reduction='none').flatten(1).sum(-1)
kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(-1)
loss = (rec + 2 * kl).mean()",
    ),
    (
        Beta(1.0),
        r"BCE = F.binary_cross_entropy(y, x)
KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
KLD /= x.size(0) * 784
loss = BCE + KLD",
    ),
    (
        Beta(0.005),
        r"sigma_x = 0.1
rec = ((x - y)**2).sum() / (sigma_x**2)
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = rec + kl",
    ),
    // 1/(2 ln 2).
    (
        Beta(0.5 / std::f64::consts::LN_2),
        r"rec = ((x - y)**2).sum()
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / np.log(2)
loss = rec + kl",
    ),
    (
        Unread(&["beta"]),
        r"beta = min(1, epoch / 10)
rec = ((x - y)**2).sum()
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = rec + beta * kl",
    ),
    (
        Unread(&["sigma2"]),
        r"log_px = -0.5 * ((x - x_hat)**2).sum(1) / sigma2
kl = 0.5 * (mu**2 + std**2 - 2 * torch.log(std) - 1).sum(1)
elbo = (log_px - kl).mean()
loss = -elbo
loss.backward()",
    ),
    (
        Beta(1.0),
        r#"class VAE(BaseAE):
    def forward(self, inputs, **kwargs):
        x = inputs["data"]
        enc = self.encoder(x)
        mu, log_var = enc.embedding, enc.log_covariance
        std = torch.exp(0.5 * log_var)
        z, eps = self._sample(mu, std)
        x_rec = self.decoder(z)["reconstruction"]
        loss, rec_l, kld = self.loss_function(x_rec, x, mu, log_var, z)
        return ModelOutput(recon_loss=rec_l, reg_loss=kld, loss=loss, recon_x=x_rec, z=z)
    def loss_function(self, x_rec, x, mu, log_var, z):
        if self.cfg.reconstruction_loss == "mse":
            rec_l = 0.5 * F.mse_loss(x_rec.reshape(x.shape[0], -1), x.reshape(x.shape[0], -1), reduction="none").sum(dim=-1)
        elif self.cfg.reconstruction_loss == "bce":
            rec_l = F.binary_cross_entropy(x_rec.reshape(x.shape[0], -1), x.reshape(x.shape[0], -1), reduction="none").sum(dim=-1)
        kld = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp(), dim=-1)
        return (rec_l + kld).mean(dim=0), rec_l.mean(dim=0), kld.mean(dim=0)"#,
    ),
    // KL + (β − 1)·KL.
    (
        Beta(4.0),
        r#"def gaussian_kl(z_mean, z_logvar):
    return tf.reduce_mean(0.5 * tf.reduce_sum(tf.square(z_mean) + tf.exp(z_logvar) - z_logvar - 1, [1]), name="kl")
def bernoulli_loss(true, rec):
    flat = int(np.prod(true.get_shape().as_list()[1:]))
    rec = tf.reshape(rec, shape=[-1, flat])
    true = tf.reshape(true, shape=[-1, flat])
    return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(logits=rec, labels=true), axis=1)
class BetaVAE(BaseVAE):
    def __init__(self, beta=4.0):
        self.beta = beta
    def regularizer(self, kl_loss):
        return (self.beta - 1.) * kl_loss
    def model_fn(self, features):
        z_mean, z_logvar = self.gaussian_encoder(features)
        recon = self.decode(z_mean)
        per_sample = bernoulli_loss(features, recon)
        rec_loss = tf.reduce_mean(per_sample)
        kl_loss = gaussian_kl(z_mean, z_logvar)
        regularizer = self.regularizer(kl_loss)
        loss = tf.add(rec_loss, regularizer, name="loss") + kl_loss
        return optimizer.minimize(loss)"#,
    ),
    (
        Unread(&["neither a Gaussian"]),
        r#"def loss(self, tensors, inf, gen, kl_weight=1.0):
    x = tensors["X"]
    kl_z = kl(inf["qz"], Normal(0, 1)).sum(dim=1)
    rec = -NegativeBinomial(gen["mu"], gen["theta"]).log_prob(x).sum(-1)
    loss = torch.mean(rec + kl_weight * kl_z)
    return LossOutput(loss=loss, reconstruction_loss=rec)"#,
    ),
    (
        Beta(1.0),
        r#"class VAE(keras.Model):
    def train_step(self, data):
        with tf.GradientTape() as tape:
            z_mean, z_log_var, z = self.encoder(data)
            reconstruction = self.decoder(z)
            reconstruction_loss = ops.mean(ops.sum(keras.losses.binary_crossentropy(data, reconstruction), axis=(1, 2)))
            kl_loss = -0.5 * (1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var))
            kl_loss = ops.mean(ops.sum(kl_loss, axis=1))
            total_loss = reconstruction_loss + kl_loss
        grads = tape.gradient(total_loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(grads, self.trainable_weights))
        self.total_loss_tracker.update_state(total_loss)
        return {"loss": self.total_loss_tracker.result()}"#,
    ),
    (
        Beta(1.0),
        r"def loss_function(recon_x, x, mu, logvar):
    BCE = F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction='sum')
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD

def train(epoch):
    model.train()
    train_loss = 0
    for batch_idx, (data, _) in enumerate(train_loader):
        data = data.to(device)
        optimizer.zero_grad()
        recon_batch, mu, logvar = model(data)
        loss = loss_function(recon_batch, data, mu, logvar)
        loss.backward()
        train_loss += loss.item()
        optimizer.step()
        print('{}'.format(loss.item() / len(data)))

def test(epoch):
    test_loss = 0
    with torch.no_grad():
        for i, (data, _) in enumerate(test_loader):
            recon_batch, mu, logvar = model(data)
            test_loss += loss_function(recon_batch, data, mu, logvar).item()",
    ),
    (
        Beta(1.0),
        r"@jax.vmap
def kl_divergence(mean, logvar):
    return -0.5 * jnp.sum(1 + logvar - jnp.square(mean) - jnp.exp(logvar))
@jax.vmap
def bce_logits(logits, labels):
    logits = nn.log_sigmoid(logits)
    return -jnp.sum(labels * logits + (1.0 - labels) * jnp.log(-jnp.expm1(logits)))
def train_step(state, batch, z_rng, latents):
    def loss_fn(params):
        recon_x, mean, logvar = models.model(latents).apply({'params': params}, batch, z_rng)
        bce_loss = bce_logits(recon_x, batch).mean()
        kld_loss = kl_divergence(mean, logvar).mean()
        loss = bce_loss + kld_loss
        return loss
    grads = jax.grad(loss_fn)(state.params)
    return state.apply_gradients(grads=grads)",
    ),
    (
        Beta(1.0),
        r"def log_normal_pdf(sample, mean, logvar, raxis=1):
    log2pi = tf.math.log(2. * np.pi)
    return tf.reduce_sum(-.5 * ((sample - mean) ** 2. * tf.exp(-logvar) + logvar + log2pi), axis=raxis)
def compute_loss(model, x):
    mean, logvar = model.encode(x)
    z = model.reparameterize(mean, logvar)
    x_logit = model.decode(z)
    cross_ent = tf.nn.sigmoid_cross_entropy_with_logits(logits=x_logit, labels=x)
    logpx_z = -tf.reduce_sum(cross_ent, axis=[1, 2, 3])
    logpz = log_normal_pdf(z, 0., 0.)
    logqz_x = log_normal_pdf(z, mean, logvar)
    return -tf.reduce_mean(logpx_z + logpz - logqz_x)",
    ),
    // Kept in an object, through three methods.
    (
        Beta(2.45),
        r#"class VAE(pl.LightningModule):
    def __init__(self, kl_coeff: float = 0.1, lr=1e-4):
        super().__init__()
        self.kl_coeff = kl_coeff
    def sample(self, mu, log_var):
        std = torch.exp(log_var / 2)
        p = torch.distributions.Normal(torch.zeros_like(mu), torch.ones_like(std))
        q = torch.distributions.Normal(mu, std)
        z = q.rsample()
        return p, q, z
    def _run_step(self, x):
        x = self.encoder(x)
        mu = self.fc_mu(x)
        log_var = self.fc_var(x)
        p, q, z = self.sample(mu, log_var)
        return z, self.decoder(z), p, q
    def step(self, batch, batch_idx):
        x, y = batch
        z, x_hat, p, q = self._run_step(x)
        recon_loss = F.mse_loss(x_hat, x, reduction="mean")
        kl = torch.distributions.kl_divergence(q, p)
        kl = kl.mean()
        kl *= self.kl_coeff
        loss = kl + recon_loss
        logs = {"recon_loss": recon_loss, "kl": kl, "loss": loss}
        return loss, logs
    def training_step(self, batch, batch_idx):
        loss, logs = self.step(batch, batch_idx)
        self.log_dict({f"train_{k}": v for k, v in logs.items()}, on_step=True)
        return loss
    def validation_step(self, batch, batch_idx):
        loss, logs = self.step(batch, batch_idx)
        return loss"#,
    ),
    (
        Beta(1.5),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
rec.backward(retain_graph=True)
(3 * kl).backward()",
    ),
    (
        Beta(2.0),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
losses = {'rec': rec, 'kl': kl}
weights = {'rec': 1.0, 'kl': 4.0}
loss = sum(weights[k] * losses[k] for k in losses)
loss.backward()",
    ),
    (
        Beta(2.0),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = (torch.tensor([1.0, 4.0]) * torch.stack([rec, kl])).sum()",
    ),
    (
        Beta(2.0),
        r"losses = []
losses.append(F.mse_loss(x_hat, x, reduction='sum'))
losses.append(4 * -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()))
total = torch.stack(losses).sum()
total.backward()",
    ),
    (
        Beta(2.0),
        r"loss = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
kl.mul_(2)
loss.add_(kl, alpha=2)
loss.backward()",
    ),
    (
        Beta(2.0),
        r"class ELBO(nn.Module):
    def __init__(self, beta):
        super().__init__()
        self.beta = beta
        self.mse = nn.MSELoss(reduction='sum')
    def forward(self, x_hat, x, mu, logvar):
        kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - torch.exp(logvar))
        return self.mse(x_hat, x) + self.beta * kl
criterion = ELBO(beta=4)
loss = criterion(model(x), x, mu, logvar)",
    ),
    // N(0, 2²): w = 1, η_enc = 2.
    (
        Prior(0.5, 2.0),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
q = Normal(mu, std)
p = Normal(0, 2)
kl = kl_divergence(q, p).sum()
loss = rec + kl",
    ),
    // The same written out.
    (
        Prior(0.5, 2.0),
        r"pv = 4.0
rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - np.log(pv) - mu.pow(2) / pv - logvar.exp() / pv)
loss = rec + kl",
    ),
    (
        Beta(0.5),
        r"sigma = F.softplus(rho) + 1e-6
rec = F.mse_loss(x_hat, x, reduction='sum')
kl = (-torch.log(sigma) + 0.5 * (sigma ** 2 + mu ** 2) - 0.5).sum()
loss = rec + kl",
    ),
    (
        Beta(2.0),
        r"parser.add_argument('--beta', type=float, default=4.0)
args = parser.parse_args()
rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = rec + args.beta * kl",
    ),
    (
        Unread(&["for mu, logvar in"]),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = 0
for mu, logvar in zip(mus, logvars):
    kl += -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = rec + kl",
    ),
    (
        Unread(&["torch.clamp"]),
        r"rec = F.mse_loss(x_hat, x, reduction='none').sum(1)
kl = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp())
kl = torch.clamp(kl.mean(0), min=0.5).sum()
loss = rec.mean() + kl",
    ),
    (
        Beta(2.0),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
accelerator.backward(rec + 4 * kl)",
    ),
    (
        Beta(1.5),
        r"recon = tf.reduce_sum(tf.squared_difference(x, x_hat), axis=[1,2,3])
kl = 0.5 * tf.reduce_sum(tf.square(mu) + tf.square(sigma) - tf.log(1e-8 + tf.square(sigma)) - 1, 1)
loss = tf.reduce_mean(recon) + 3 * tf.reduce_mean(kl)
train_op = tf.train.AdamOptimizer(1e-3).minimize(loss)",
    ),
    (
        Beta(2.0),
        r">>> rec = F.mse_loss(x_hat, x, reduction='sum')
>>> kl = -0.5 * torch.sum(
...     1 + logvar - mu.pow(2) - logvar.exp())
>>> loss = rec + 4 * kl",
    ),
    (
        Beta(2.0),
        r"  12 rec = F.mse_loss(x_hat, x, reduction='sum')
  13 kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
  14 loss = rec + 4 * kl",
    ),
    (
        Unread(&["no Python"]),
        r"kl = 0.5f0 * sum(@. exp(2f0 * logσ) + μ^2 - 1f0 - 2f0 * logσ) / len
loss = -logp_x_z + β * kl",
    ),
    (
        Beta(2.0),
        r"Some text about my loss:
```python
%matplotlib inline
rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = rec + 4 * kl
```
why does it collapse?",
    ),
    (
        Beta(2.0),
        r"recon = F.mse_loss(x_hat, x, reduction='sum')
        kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
        return recon + 4 * kld",
    ),
    (
        Unread(&["no Python"]),
        r"recon = F.mse_loss(x_hat, x, reduction='sum')
kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()
loss = recon + 4 * kld",
    ),
    (
        Unread(&["log_prob"]),
        r"vae.compile(optimizer='adam', loss=lambda x, rv_x: -rv_x.log_prob(x))
enc = tfpl.MultivariateNormalTriL(16, activity_regularizer=tfpl.KLDivergenceRegularizer(prior, weight=0.5))",
    ),
    (
        Unread(&["detached"]),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = rec + kl.detach()",
    ),
    (
        Unread(&["lpips"]),
        r"rec = F.mse_loss(x_hat, x)
kl = -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())
loss = rec + 0.1 * lpips(x_hat, x) + 1e-4 * kl",
    ),
    (
        Unread(&["zero"]),
        r"beta = 0.0
rec = F.mse_loss(x_hat, x)
kl = -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())
loss = rec + beta * kl",
    ),
    (
        Beta(2.0),
        r"prior = tfd.MultivariateNormalDiag(loc=tf.zeros(16))
q = tfd.MultivariateNormalDiag(loc=mu, scale_diag=tf.nn.softplus(s))
px = tfd.Independent(tfd.Bernoulli(logits=logits), reinterpreted_batch_ndims=3)
z = q.sample()
elbo = px.log_prob(x) - 2.0 * (q.log_prob(z) - prior.log_prob(z))
loss = -tf.reduce_mean(elbo)",
    ),
    (
        Beta(2.0),
        r"def vae_loss(x, x_hat):
    xent = original_dim * objectives.binary_crossentropy(x, x_hat)
    kl = -0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
    return xent + 2 * kl
vae.compile(optimizer='rmsprop', loss=vae_loss)",
    ),
    (
        Beta(2.0),
        r"def f(x, x_hat, mu, logvar, beta=4.0):
    rec = F.mse_loss(x_hat, x, reduction='sum')
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return rec + beta * kl",
    ),
    (
        Beta(0.5),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = 0.5 * (mu.pow(2).sum() + logvar.exp().sum() - logvar.sum() - mu.shape[1])
loss = rec + kl",
    ),
    (
        Unread(&["variance of the prior"]),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = 0.5 * torch.sum(lv_p - lv_q + (lv_q.exp() + (mu_q - mu_p)**2) / lv_p.exp() - 1)
loss = rec + kl",
    ),
    (
        Unread(&["combine"]),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = combine(rec, 4 * kl)",
    ),
    (
        Unread(&["if epoch < 10"]),
        r"w = 0.1 if epoch < 10 else 1.0
rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = rec + w * kl",
    ),
    (
        Unread(&["epoch > 10"]),
        r"beta = 0.1
if epoch > 10:
    beta = 1.0
rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = rec + beta * kl",
    ),
    (
        Unread(&["epoch > 10"]),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
if epoch > 10:
    kl = 0.1 * kl
loss = rec + kl",
    ),
    (
        Beta(0.5),
        r"b, c, h, w = x.shape
rec = F.mse_loss(x_hat, x) * c * h * w
kl = (-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1)).mean()
loss = rec + kl",
    ),
    (
        Beta(0.5),
        r"rec = F.mse_loss(x_hat, x, reduction='sum')
kl1 = -0.5 * torch.sum(1 + lv1 - mu1.pow(2) - lv1.exp())
kl2 = -0.5 * torch.sum(1 + lv2 - mu2.pow(2) - lv2.exp())
loss = rec + kl1 + kl2",
    ),
    (
        Beta(2.0),
        r"cfg = {'beta': 4, 'rec': 'sum'}
rec = F.mse_loss(x_hat, x, reduction=cfg['rec'])
kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
loss = rec + cfg['beta'] * kl",
    ),
    (
        Beta(4.0),
        r"kld = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp())
total_kld = kld.sum(1).mean(0, True)
recon_loss = F.binary_cross_entropy_with_logits(x_recon, x, size_average=False).div(batch_size)
beta_vae_loss = recon_loss + 4 * total_kld",
    ),
    (
        Beta(2.0),
        r"x_recon = F.sigmoid(x_recon)
recon_loss = F.mse_loss(x_recon, x, size_average=False).div(batch_size)
kld = (-0.5 * (1 + logvar - mu.pow(2) - logvar.exp())).sum(1).mean(0)
loss = recon_loss + 4 * kld",
    ),
    (
        Beta(1.5),
        r"rec = jnp.mean(jnp.sum((x - recon) ** 2, axis=(1, 2, 3)))
kl = jnp.mean(jnp.sum(0.5 * (mu ** 2 + jnp.exp(2 * log_std) - 1 - 2 * log_std), axis=-1))
return rec + 3 * kl",
    ),
    // 784·MSE is the sum.
    (
        Beta(0.5),
        r"kl = -0.5 * K.mean(K.sum(1 + zlv - K.square(zm) - K.exp(zlv), axis=-1))
vae.add_loss(kl)
vae.compile(loss='mse', loss_weights=[784.0])",
    ),
    (
        Beta(0.5),
        r"rec = torch.linalg.norm((x - x_hat).flatten(1), dim=1) ** 2
kl = 0.5 * (mu ** 2 + var - torch.log(var) - 1).sum(dim=1)
loss = torch.mean(rec + kl)",
    ),
    (
        Unread(&["norm"]),
        r"rec = torch.norm(x - x_hat, dim=1)
kl = 0.5 * (mu ** 2 + var - torch.log(var) - 1).sum(dim=1)
loss = torch.mean(rec + kl)",
    ),
    (
        Beta(0.5),
        r"rec = (x - x_hat).norm().pow(2)
kl = 0.5 * (mu ** 2 + var - torch.log(var) - 1).sum()
loss = rec + kl",
    ),
    (
        Beta(1.0),
        r"criterion = torch.nn.MSELoss(reduction='none')
def compute_loss(model, x, beta=2.0):
    x_hat, mu, lv = model(x)
    rec = criterion(x_hat, x).mean(0).sum()
    kl = (-0.5 * (1 + lv - mu ** 2 - lv.exp())).mean(0).sum()
    if beta == 0:
        full = rec
    else:
        full = rec + beta * kl
    return full, rec, kl
def train_step(model, x, optimizer):
    full, rec, kl = compute_loss(model, x)
    optimizer.zero_grad()
    full.backward()",
    ),
    // −mean(…) is twice the KL: 2·7·784/(3·16).
    (
        Beta(784.0 * 14.0 / (3.0 * 16.0)),
        r"class VariationalLoss(keras.layers.Layer):
    def __init__(self, loss_weights=[3, 7]):
        super().__init__()
        self.k1 = loss_weights[0]
        self.k2 = loss_weights[1]
    def call(self, inputs):
        x, zm, zv, y = inputs
        r_loss = tf.reduce_mean(keras.losses.binary_crossentropy(x, y)) * self.k1
        kl_loss = 1 + zv - tf.square(zm) - tf.exp(zv)
        kl_loss = -tf.reduce_mean(kl_loss) * self.k2
        loss = r_loss + kl_loss
        self.add_loss(loss)
        return y, loss",
    ),
    (
        Unread(&["self.current"]),
        r"class VAELoss(nn.Module):
    def __init__(self, beta=0.01, warmup=10):
        super().__init__()
        self.beta, self.warmup, self.epoch = beta, warmup, 0
    def weight(self):
        if self.warmup <= 0:
            return self.beta
        return self.beta * min(1.0, self.current / self.warmup)
    def forward(self, y, x, mu, lv):
        rec = F.mse_loss(y, x)
        kl = -0.5 * torch.mean(1 + lv - mu.pow(2) - lv.exp())
        return rec + self.weight() * kl",
    ),
    (
        Unread(&["tf.maximum"]),
        r"r = tf.reduce_mean(tf.reduce_sum(tf.square(x - y), axis=[1, 2, 3]))
kl = -0.5 * tf.reduce_sum(1 + lv - tf.square(mu) - tf.exp(lv), axis=1)
kl = tf.maximum(kl, kl_tolerance * z_size)
kl = tf.reduce_mean(kl)
loss = r + kl
train = optimizer.minimize(loss)",
    ),
    // 8·mean over κ against a sum: 8/16 of a cross-entropy.
    (
        Beta(0.5),
        r"def kl_loss(y_true, y_pred):
    mu, sigma = tf.split(y_pred, 2, axis=-1)
    return -0.5 * tf.reduce_mean(tf.math.log(tf.square(sigma)) - tf.square(sigma) - tf.square(mu) + 1)
def rec_loss(y_true, y_pred):
    loss = keras.losses.binary_crossentropy(y_true, y_pred)
    loss *= 784
    return loss
model.compile(optimizer='adam', loss={'out': rec_loss, 'dist': kl_loss}, loss_weights={'out': 1.0, 'dist': 8.0})",
    ),
    // 0.00025·784/2.
    (
        Beta(0.098),
        r"class VAELoss(nn.Module):
    def forward(self, pred, kld_weight):
        recons, input, mu, log_var = pred
        recons_loss = F.mse_loss(recons, input)
        kld_loss = torch.mean(-0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim=1), dim=0)
        loss = recons_loss + kld_weight * kld_loss
        return {'loss': loss, 'rec': recons_loss.detach(), 'KLD': -kld_loss.detach()}
out = VAELoss()(model(x), 0.00025)",
    ),
    (
        Beta(2.0),
        r"from torch import sum, exp
from torch.nn.functional import mse_loss
rec = mse_loss(y, x, reduction='sum')
kl = -0.5 * sum(1 + lv - mu ** 2 - exp(lv))
loss = rec + 4 * kl",
    ),
    // 1e-6·784/2.
    (
        Beta(3.92e-4),
        r#"posterior = vae.encode(target).latent_dist
z = posterior.sample()
pred = vae.decode(z).sample
kl_loss = posterior.kl().mean()
mse_loss = F.mse_loss(pred, target, reduction="mean")
loss = mse_loss + 1e-6 * kl_loss
accelerator.backward(loss)"#,
    ),
    // 0.01·784/(2·16).
    (
        Beta(0.245),
        r"def kl_part(y_true, y_pred):
    return -0.5 * tf.reduce_mean(1 + vae.logvar - tf.square(vae.mean) - tf.exp(vae.logvar))
def rc_part(y_true, y_pred):
    return tf.keras.losses.MSE(y_true, y_pred)
def vae_loss(y_true, y_pred):
    kl_weight = 0.01
    return kl_weight * kl_part(y_true, y_pred) + rc_part(y_true, y_pred)",
    ),
    (
        Unread(&["capacity"]),
        r"kl = -0.5 * (1 + lv - mu ** 2 - lv.exp()).sum(1).mean()
rec = F.binary_cross_entropy_with_logits(y, x, reduction='sum') / x.shape[0]
loss = rec + 1000.0 * torch.abs(kl - capacity)",
    ),
    (
        Unread(&["log_noise"]),
        r"sigma = torch.exp(log_noise)
rec = ((x - y) ** 2 / (2 * sigma ** 2) + torch.log(sigma)).sum()
kl = -0.5 * (1 + lv - mu ** 2 - lv.exp()).sum()
loss = rec + kl",
    ),
    (
        Beta(2.0),
        r"class L(nn.Module):
    def __init__(self, reduction='sum', beta=4):
        self.reduction = reduction
        self.beta = beta
    def forward(self, y, x, mu, lv):
        rec = F.mse_loss(y, x, reduction=self.reduction)
        kl = -0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp())
        return rec + self.beta * kl",
    ),
    (
        Unread(&["KLDivLoss"]),
        r"rec = F.mse_loss(y, x, reduction='sum')
kl = nn.KLDivLoss(reduction='batchmean')(log_q, p)
loss = rec + kl",
    ),
    (
        Beta(2.0),
        r"rec = reduce((x - y) ** 2, 'b c h w -> b', 'sum').mean()
kl = reduce(0.5 * (mu ** 2 + lv.exp() - lv - 1), 'b k -> b', 'sum').mean()
loss = rec + 4 * kl",
    ),
    (
        Beta(2.0),
        r"q_dist, p_dist = encoder(x), prior
z = q_dist.rsample()
rec = F.mse_loss(decoder(z), x, reduction='none').sum((1, 2, 3))
kl = (q_dist.log_prob(z) - p_dist.log_prob(z)).sum(-1)
loss = (rec + 4 * kl).mean()",
    ),
    // A cross-entropy.
    (
        Beta(0.3),
        r"rec = optax.sigmoid_binary_cross_entropy(logits, x).sum(axis=(1, 2, 3)).mean()
kl = (0.5 * (mu ** 2 + jnp.exp(lv) - lv - 1)).sum(-1).mean()
loss = rec + 0.3 * kl",
    ),
    (
        Beta(0.5),
        r"image_size = 28
reconstruction_loss = mse(K.flatten(inputs), K.flatten(outputs))
reconstruction_loss *= image_size * image_size
kl_loss = 1 + z_log_var - K.square(z_mean) - K.exp(z_log_var)
kl_loss = K.sum(kl_loss, axis=-1)
kl_loss *= -0.5
vae_loss = K.mean(reconstruction_loss + kl_loss)
vae.add_loss(vae_loss)
vae.compile(optimizer='rmsprop')",
    ),
    (
        Unread(&["beta"]),
        r"log_px = -F.binary_cross_entropy_with_logits(logits, x, reduction='none').sum(-1)
elbo = log_px - beta * kl_divergence(q, prior).sum(-1)
(-elbo.mean()).backward()",
    ),
    (
        Unread(&["gamma", "mi_loss"]),
        r"loss = rec_loss + alpha * mi_loss + beta * tc_loss + gamma * dw_kl_loss",
    ),
    (
        Unread(&["n_samples"]),
        r"total = 0
for i in range(n_samples):
    rec = F.mse_loss(decode(z[i]), x, reduction='sum')
    total += rec
kl = -0.5 * (1 + lv - mu ** 2 - lv.exp()).sum()
loss = total / n_samples + kl",
    ),
    (
        Unread(&["F.mse_loss(z_e, z_q.detach())`, a term of its own"]),
        r"rec = F.mse_loss(y, x)
commit = F.mse_loss(z_e, z_q.detach())
kl = -0.5 * torch.mean(1 + lv - mu ** 2 - lv.exp())
loss = rec + 0.25 * commit + kl",
    ),
    (
        Unread(&["not a KL"]),
        r"rec = F.mse_loss(y, x, reduction='sum')
kl = 0.5 * torch.sum(mu ** 2 + sigma - torch.log(sigma ** 2) - 1)
loss = rec + kl",
    ),
    (
        Unread(&["sign"]),
        r"rec = F.mse_loss(y, x, reduction='sum')
kl = 0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp())
loss = rec + kl",
    ),
    // 4·16/2, as β_norm.
    (
        Beta(32.0),
        r"rec = F.mse_loss(y, x)
kl = torch.mean(-0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp(), dim=1))
kl = kl * mu.shape[1] / np.prod(x.shape[1:])
loss = rec + 4 * kl",
    ),
    (
        Unread(&["log_var_x"]),
        r"nll = nn.GaussianNLLLoss(full=True, reduction='sum')
rec = nll(y, x, torch.exp(log_var_x))
kl = -0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp())
loss = rec + kl",
    ),
    (
        Unread(&["no Python"]),
        r"const recon = tf.losses.meanSquaredError(x, y);
const kl = tf.mul(-0.5, tf.sum(tf.add(1, logvar).sub(mu.square()).sub(logvar.exp())));
return recon.add(kl.mul(0.01));",
    ),
    // Set by a method that is not the constructor.
    (
        Unread(&["beta"]),
        r"class L(nn.Module):
    def __init__(self):
        self.beta = 0.0
    def step(self, epoch):
        self.beta = min(1.0, epoch / 10)
    def forward(self, y, x, mu, lv):
        rec = F.mse_loss(y, x, reduction='sum')
        kl = -0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp())
        return rec + self.beta * kl",
    ),
    (
        Unread(&["beta"]),
        r"beta = 0.1
def on_epoch(e):
    global beta
    beta = e / 10
rec = F.mse_loss(y, x, reduction='sum')
kl = -0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp())
loss = rec + beta * kl",
    ),
    (
        Unread(&["log_sigma"]),
        r"class L(nn.Module):
    def __init__(self):
        self.log_sigma = nn.Parameter(torch.zeros(1))
    def forward(self, y, x, mu, lv):
        rec = (0.5 * ((y - x) / self.log_sigma.exp()) ** 2 + self.log_sigma).sum()
        kl = -0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp())
        return rec + kl",
    ),
    (
        Unread(&["w"]),
        r"w = K.variable(0.0)
rec = 784 * K.mean(K.square(x - y))
kl = -0.5 * K.mean(K.sum(1 + lv - K.square(mu) - K.exp(lv), axis=-1))
loss = rec + w * kl",
    ),
    (
        Unread(&["repeat"]),
        r"rec = F.mse_loss(y, x, reduction='none').sum(1)
kl = (-0.5 * (1 + lv - mu ** 2 - lv.exp())).sum(1)
loss = (rec + kl.repeat(3)).sum()",
    ),
    (
        Unread(&["vae.losses"]),
        r"loss = F.mse_loss(x, out)
loss += sum(vae.losses)",
    ),
    // Said under what is assumed.
    (
        Beta(2.0),
        r"beta = 4
def loss(y, x, mu, lv, beta):
    rec = F.mse_loss(y, x, reduction='sum')
    kl = -0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp())
    return rec + beta * kl",
    ),
];

#[test]
fn what_people_write_is_read() {
    let mut wrong = Vec::new();
    for (has, text) in SHAPES {
        let reading = read(text);
        let beta = reading.beta(&SIZES);
        let near = |value: f64| beta.is_some_and(|b| (b / value - 1.0).abs() < 1e-9);
        let eta = |value: f64| {
            reading
                .eta_enc
                .is_some_and(|e| (e / value - 1.0).abs() < 1e-9)
        };
        let right = match has {
            Beta(value) => near(*value) && eta(1.0),
            Prior(value, deviation) => near(*value) && eta(*deviation),
            Unread(words) => {
                beta.is_none()
                    && words
                        .iter()
                        .all(|w| reading.unread.iter().any(|u| u.contains(w)))
            }
        };
        if !right {
            wrong.push(format!("{beta:?}\n{text}\n{reading:#?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

/// Two losses that are as likely: the choice is said.
#[test]
fn losses_that_disagree_are_said() {
    let terms = "    rec = F.mse_loss(x, y, reduction='sum')\n    kl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())\n";
    let text = format!(
        "def first(x, y, mu, lv):\n{terms}    return rec + kl\ndef second(x, y, mu, lv):\n{terms}    return rec + 4 * kl\n"
    );
    let reading = read(&text);
    assert!(
        reading
            .assumed
            .iter()
            .any(|a| a.contains("weighs the terms differently")),
        "{reading:?}"
    );
}

/// Sizes that the code gives numbers are its own.
#[test]
fn sizes_of_the_code_are_found() {
    let reading = read(
        "latent_dim = 20\nbatch_size = 64\noriginal_dim = 784\nrec = tf.reduce_sum(tf.square(x - y)) / batch_size\n\
         kl = -0.5 * tf.reduce_mean(1 + zv - tf.square(zm) - tf.exp(zv))\nloss = rec + kl",
    );
    let own = reading.sizes;
    assert_eq!(
        [own.dim, own.latents, own.batch],
        [Some(784), Some(20), Some(64)]
    );
    assert_eq!(reading.needs(), [false, true, false]);
}
