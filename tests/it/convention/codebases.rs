//! Losses of public model code, in our own words, each with the β that its formula has, by hand.

use collapse_explorer::convention::read_loss;

use super::{SIZES, read};

/// What a loss has: a β, or words in what was not read.
enum Has {
    Beta(f64),
    Unread(&'static [&'static str]),
}

use Has::{Beta, Unread};

/// `s·SSE + t·KL` has β = t/2s at γ = 1, `s·BCE + t·KL` has β = t/s; sizes are those of [`SIZES`].
const CODE: &[(&str, Has, &str)] = &[
    // both summed, a cross-entropy.
    (
        "PyTorch's example with its test loop",
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
def test(epoch):
    test_loss = 0
    with torch.no_grad():
        for i, (data, _) in enumerate(test_loader):
            recon_batch, mu, logvar = model(data)
            test_loss += loss_function(recon_batch, data, mu, logvar).item()
            if i == 0:
                n = min(data.size(0), 8)
                comparison = torch.cat([data[:n], recon_batch.view(args.batch_size, 1, 28, 28)[:n]])",
    ),
    // sum over pixels, sum over latents, mean over the batch.
    (
        "Keras' class with a train step",
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
        return {"loss": self.total_loss_tracker.result(), "kl_loss": self.kl_loss_tracker.result()}"#,
    ),
    (
        "a capacity, Burgess et al.",
        Unread(&["(kl - C).abs()", "self.gamma"]),
        r"C = torch.clamp(self.C_max / self.C_stop_iter * self.num_iter, 0, self.C_max.data[0])
recon = F.mse_loss(x_hat, x, reduction='sum') / batch_size
kl = torch.mean(-0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp(), dim=1), dim=0)
loss = recon + self.gamma * (kl - C).abs()",
    ),
    (
        "FactorVAE",
        Unread(&["D_z[:, :1]"]),
        r"vae_recon_loss = F.binary_cross_entropy_with_logits(x_recon, x, reduction='sum') / x.size(0)
vae_kld = (-0.5 * (1 + logvar - mu ** 2 - logvar.exp())).sum(1).mean()
D_z = self.D(z)
vae_tc_loss = (D_z[:, :1] - D_z[:, 1:]).mean()
vae_loss = vae_recon_loss + vae_kld + self.gamma * vae_tc_loss
vae_loss.backward(retain_graph=True)
z_perm = permute_dims(z_prime).detach()
D_tc_loss = 0.5 * (F.cross_entropy(D_z, zeros) + F.cross_entropy(self.D(z_perm), ones))
D_tc_loss.backward()",
    ),
    (
        "β-TCVAE",
        Unread(&["self.alpha", "self.beta", "self.gamma"]),
        r"log_pz, log_qz, log_prod_qzi, log_q_zCx = get_log_pz_qz_prodzi_qzCx(latent_sample, latent_dist)
mi_loss = (log_q_zCx - log_qz).mean()
tc_loss = (log_qz - log_prod_qzi).mean()
dw_kl_loss = (log_prod_qzi - log_pz).mean()
rec_loss = F.binary_cross_entropy(recon, data, reduction='sum') / batch_size
loss = rec_loss + (self.alpha * mi_loss + self.beta * tc_loss + anneal_reg * self.gamma * dw_kl_loss)",
    ),
    (
        "DIP-VAE",
        Unread(&["self.lambda_offdiag", "self.lambda_diag", "kld_weight"]),
        r"recons_loss = F.mse_loss(recons, input, reduction='sum')
kld_loss = torch.sum(-0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim=1), dim=0)
centered_mu = mu - mu.mean(dim=1, keepdim=True)
cov_mu = centered_mu.t().matmul(centered_mu).squeeze()
cov_z = cov_mu + torch.mean(torch.diagonal((2. * log_var).exp(), dim1=0), dim=0)
cov_diag = torch.diag(cov_z)
dip_loss = self.lambda_offdiag * torch.sum((cov_z - torch.diag(cov_diag)) ** 2) + self.lambda_diag * torch.sum((cov_diag - 1) ** 2)
loss = recons_loss + kld_weight * kld_loss + dip_loss",
    ),
    (
        "WAE-MMD: no KL",
        Unread(&["mmd_loss", "has no KL in it"]),
        r"recons_loss = F.mse_loss(recons, input)
mmd_loss = compute_mmd(z, reg_weight)
loss = recons_loss + mmd_loss
loss.backward()",
    ),
    (
        "InfoVAE",
        Unread(&["mmd_loss", "kld_weight", "self.beta"]),
        r"recons_loss = F.mse_loss(recons, input)
mmd_loss = self.compute_mmd(z)
kld_loss = torch.mean(-0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim=1), dim=0)
loss = self.beta * recons_loss + (1. - self.alpha) * kld_weight * kld_loss + (self.alpha + self.reg_weight - 1.) / bias_corr * mmd_loss
return {'loss': loss, 'Reconstruction_Loss': recons_loss, 'MMD': mmd_loss, 'KLD': -kld_loss}",
    ),
    (
        "VQ-VAE: no KL",
        Unread(&["data_variance", "has no KL in it"]),
        r"quantized = quantized.detach()
e_latent_loss = F.mse_loss(quantized, inputs)
q_latent_loss = F.mse_loss(quantized, inputs.detach())
vq_loss = q_latent_loss + self._commitment_cost * e_latent_loss
recon_error = F.mse_loss(data_recon, data) / data_variance
loss = recon_error + vq_loss
loss.backward()",
    ),
    (
        "IWAE",
        Unread(&["kld_weight"]),
        r"log_p_x_z = ((x - mu_x) ** 2).flatten(2).mean(-1)
kld_loss = -0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim=2)
log_weight = (log_p_x_z + kld_weight * kld_loss)
weight = F.softmax(log_weight, dim=-1)
loss = torch.mean(torch.sum(weight * log_weight, dim=-1), dim=0)",
    ),
    // ½ SSE + 4·KL.
    (
        "pythae's β-VAE",
        Beta(4.0),
        r#"def loss_function(self, recon_x, x, mu, log_var, z):
    if self.model_config.reconstruction_loss == "mse":
        recon_loss = 0.5 * F.mse_loss(recon_x.reshape(x.shape[0], -1), x.reshape(x.shape[0], -1), reduction="none").sum(dim=-1)
    elif self.model_config.reconstruction_loss == "bce":
        recon_loss = F.binary_cross_entropy(recon_x.reshape(x.shape[0], -1), x.reshape(x.shape[0], -1), reduction="none").sum(dim=-1)
    KLD = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp(), dim=-1)
    return (recon_loss + 4 * KLD).mean(dim=0), recon_loss.mean(dim=0), KLD.mean(dim=0)"#,
    ),
    // 0.1·784/(2·16).
    (
        "Lightning Bolts",
        Beta(2.45),
        r#"class VAE(LightningModule):
    def __init__(self, kl_coeff: float = 0.1):
        self.kl_coeff = kl_coeff
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
        self.log_dict({f"train_{k}": v for k, v in logs.items()})
        return loss
    def validation_step(self, batch, batch_idx):
        loss, logs = self.step(batch, batch_idx)
        return loss"#,
    ),
    // a cross-entropy.
    (
        "TensorFlow's tutorial, KL by samples",
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
    return -tf.reduce_mean(logpx_z + logpz - logqz_x)
@tf.function
def train_step(model, x, optimizer):
    with tf.GradientTape() as tape:
        loss = compute_loss(model, x)
    gradients = tape.gradient(loss, model.trainable_variables)",
    ),
    // a cross-entropy.
    (
        "Flax' example, one sample at a time",
        Beta(1.0),
        r"@jax.vmap
def kl_divergence(mean, logvar):
    return -0.5 * jnp.sum(1 + logvar - jnp.square(mean) - jnp.exp(logvar))
@jax.vmap
def binary_cross_entropy_with_logits(logits, labels):
    logits = nn.log_sigmoid(logits)
    return -jnp.sum(labels * logits + (1.0 - labels) * jnp.log(-jnp.expm1(logits)))
def train_step(state, batch, z_rng, latents):
    def loss_fn(params):
        recon_x, mean, logvar = models.model(latents).apply({'params': params}, batch, z_rng)
        bce_loss = binary_cross_entropy_with_logits(recon_x, batch).mean()
        kld_loss = kl_divergence(mean, logvar).mean()
        loss = bce_loss + kld_loss
        return loss
    grads = jax.grad(loss_fn)(state.params)
    return state.apply_gradients(grads=grads)",
    ),
    (
        "Pyro: the loss is in what is sampled",
        Unread(&["Trace_ELBO()"]),
        r"def model(self, x):
    pyro.module('decoder', self.decoder)
    with pyro.plate('data', x.shape[0]):
        z = pyro.sample('latent', dist.Normal(z_loc, z_scale).to_event(1))
        loc = self.decoder(z)
        pyro.sample('obs', dist.Bernoulli(loc).to_event(1), obs=x.reshape(-1, 784))
def guide(self, x):
    with pyro.plate('data', x.shape[0]):
        z_loc, z_scale = self.encoder(x)
        with pyro.poutine.scale(scale=4.0):
            pyro.sample('latent', dist.Normal(z_loc, z_scale).to_event(1))
svi = SVI(vae.model, vae.guide, optimizer, loss=Trace_ELBO())
loss = svi.step(x)",
    ),
    (
        "scvi-tools",
        Unread(&["log_prob(x)"]),
        r#"kl_divergence_z = kl(qz, pz).sum(dim=-1)
reconst_loss = -generative_outputs["px"].log_prob(x).sum(-1)
weighted_kl_local = kl_weight * kl_divergence_z
loss = torch.mean(reconst_loss + weighted_kl_local)
return LossOutput(loss=loss, reconstruction_loss=reconst_loss, kl_local=kl_divergence_z)"#,
    ),
    (
        "diffusers' training of AutoencoderKL",
        Unread(&["args.kl_scale", "args.perceptual_scale"]),
        r#"posterior = vae.encode(targets).latent_dist
z = posterior.mode()
pred = vae.decode(z).sample
if args.rec_loss == "l2":
    rec_loss = F.mse_loss(pred.float(), targets.float(), reduction="none")
elif args.rec_loss == "l1":
    rec_loss = F.l1_loss(pred.float(), targets.float(), reduction="none")
with torch.no_grad():
    p_loss = lpips_loss_fn(pred, targets)
rec_loss = rec_loss + args.perceptual_scale * p_loss
nll_loss = torch.sum(rec_loss) / rec_loss.shape[0]
kl_loss = posterior.kl()
kl_loss = torch.sum(kl_loss) / kl_loss.shape[0]
loss = nll_loss + args.kl_scale * kl_loss
accelerator.backward(loss)"#,
    ),
    (
        "latent diffusion's loss",
        Unread(&["self.logvar", "self.kl_weight"]),
        r"rec_loss = torch.abs(inputs.contiguous() - reconstructions.contiguous())
if self.perceptual_weight > 0:
    p_loss = self.perceptual_loss(inputs.contiguous(), reconstructions.contiguous())
    rec_loss = rec_loss + self.perceptual_weight * p_loss
nll_loss = rec_loss / torch.exp(self.logvar) + self.logvar
weighted_nll_loss = nll_loss
weighted_nll_loss = torch.sum(weighted_nll_loss) / weighted_nll_loss.shape[0]
kl_loss = posteriors.kl()
kl_loss = torch.sum(kl_loss) / kl_loss.shape[0]
loss = weighted_nll_loss + self.kl_weight * kl_loss + d_weight * disc_factor * g_loss",
    ),
    (
        "RAVE",
        Unread(&["beta", "self.weights.get(k, 1.)"]),
        r"loss_gen = {}
loss_gen.update(self.audio_distance(x, y))
loss_gen['regularization'] = beta * kl.mean()
loss = 0
for k, v in loss_gen.items():
    loss += v * self.weights.get(k, 1.)
loss.backward()",
    ),
    (
        "MusicVAE's free bits",
        Unread(&["tf.maximum(kl_div - free_nats, 0)", "r_loss"]),
        r"p_z = ds.MultivariateNormalDiag(loc=[0.] * 512, scale_diag=[1.] * 512)
kl_div = ds.kl_divergence(q_z, p_z)
free_nats = hparams.free_bits * tf.math.log(2.0)
kl_cost = tf.maximum(kl_div - free_nats, 0)
beta = (1.0 - tf.pow(hparams.beta_rate, tf.to_float(self.global_step))) * hparams.max_beta
self.loss = tf.reduce_mean(r_loss) + beta * tf.reduce_mean(kl_cost)",
    ),
    (
        "World Models' tolerance",
        Unread(&["K.maximum(kl, KL_TOLERANCE * Z_DIM)"]),
        r"def vae_r_loss(y_true, y_pred):
    return K.sum(K.square(y_true - y_pred), axis=[1,2,3])
def vae_kl_loss(y_true, y_pred):
    kl = -0.5 * K.sum(1 + log_var - K.square(mu) - K.exp(log_var), axis=-1)
    return K.maximum(kl, KL_TOLERANCE * Z_DIM)
def vae_loss(y_true, y_pred):
    return vae_r_loss(y_true, y_pred) + vae_kl_loss(y_true, y_pred)",
    ),
    // 784·mean BCE.
    (
        "the first VAE of Keras",
        Beta(1.0),
        r"def vae_loss(x, x_decoded_mean):
    xent_loss = objectives.binary_crossentropy(x, x_decoded_mean) * 784
    kl_loss = - 0.5 * K.sum(1 + z_log_sigma - K.square(z_mean) - K.exp(z_log_sigma), axis=-1)
    return xent_loss + kl_loss
vae.compile(optimizer='rmsprop', loss=vae_loss)",
    ),
    // a cross-entropy, log σ.
    (
        "a bound that is maximised",
        Beta(1.0),
        r"logqz = -0.5 * tf.reduce_sum(1 + 2*log_sigma - mu**2 - tf.exp(2*log_sigma), 1)
logpx = tf.reduce_sum(x * tf.log(1e-10 + y) + (1 - x) * tf.log(1e-10 + 1 - y), 1)
elbo = tf.reduce_mean(logpx - logqz)
train = tf.train.AdamOptimizer(1e-3).minimize(-elbo)",
    ),
    (
        "NumPyro",
        Unread(&["Trace_ELBO()"]),
        r"def loss(params):
    return svi.evaluate(params)
svi = SVI(model, guide, optim, Trace_ELBO())
svi_state, loss = svi.update(svi_state, batch)",
    ),
    (
        "PyTorch-VAE",
        Unread(&["kld_weight"]),
        r"def loss_function(self, *args, **kwargs):
    recons = args[0]
    input = args[1]
    mu = args[2]
    log_var = args[3]
    kld_weight = kwargs['M_N']
    recons_loss = F.mse_loss(recons, input)
    kld_loss = torch.mean(-0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim=1), dim=0)
    loss = recons_loss + kld_weight * kld_loss
    return {'loss': loss, 'Reconstruction_Loss': recons_loss.detach(), 'KLD': -kld_loss.detach()}",
    ),
    (
        "log-cosh",
        Unread(&["self.alpha", "self.beta"]),
        r"t = recons - input
recons_loss = self.alpha * t + torch.log(1. + torch.exp(- 2 * self.alpha * t)) - torch.log(torch.tensor(2.0))
recons_loss = (1. / self.alpha) * recons_loss.mean()
kld_loss = torch.mean(-0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim=1), dim=0)
loss = recons_loss + self.beta * kld_weight * kld_loss",
    ),
    (
        "TensorFlow Probability's regulariser",
        Unread(&["rv_x.log_prob(x)"]),
        r"prior = tfd.Independent(tfd.Normal(loc=tf.zeros(16), scale=1), reinterpreted_batch_ndims=1)
encoder = tfk.Sequential([tfpl.MultivariateNormalTriL(16, activity_regularizer=tfpl.KLDivergenceRegularizer(prior, weight=4.0))])
negloglik = lambda x, rv_x: -rv_x.log_prob(x)
vae.compile(optimizer=tf.optimizers.Adam(1e-3), loss=negloglik)",
    ),
    // 4/2.
    (
        "a module that is called in a loop",
        Beta(2.0),
        r"class ELBO(nn.Module):
    def __init__(self, beta=4.0):
        super().__init__()
        self.beta = beta
        self.mse = nn.MSELoss(reduction='sum')
    def forward(self, out, x):
        x_hat, mu, logvar = out
        rec = self.mse(x_hat, x) / len(x)
        kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / len(x)
        return rec + self.beta * kl
criterion = ELBO(beta=4.0)
for x, _ in loader:
    loss = criterion(model(x), x)
    loss.backward()",
    ),
    // 4/2: the data are what the network is given.
    (
        "bytes scaled before the network",
        Beta(2.0),
        r"for batch in loader:
    x = batch['image'].float() / 255.
    x_hat, mu, lv = vae(x)
    rec = ((x_hat - x) ** 2).sum(dim=(1, 2, 3)).mean()
    kl = (-0.5 * (1 + lv - mu ** 2 - lv.exp())).sum(1).mean()
    loss = rec + 4 * kl
    loss.backward()",
    ),
    (
        "NVAE's balance",
        Unread(&["kl_balancer"]),
        r"kl_coeff = utils.kl_coeff(global_step, 0.3 * total, 0.0001 * total, 0.0001)
recon_loss = utils.reconstruction_loss(output, x, crop=model.crop_output)
balanced_kl, kl_coeffs, kl_vals = utils.kl_balancer(kl_all, kl_coeff, kl_balance=True, alpha_i=alpha_i)
nelbo_batch = recon_loss + balanced_kl
loss = torch.mean(nelbo_batch)
loss.backward()",
    ),
    (
        "Dreamer's free nats",
        Unread(&["torch.max(kl, self.free_nats)"]),
        r"kl = kl_divergence(posterior, prior).sum(dim=2)
kl = torch.max(kl, self.free_nats).mean(dim=(0, 1))
observation_loss = F.mse_loss(pred, obs, reduction='none').sum(dim=(2, 3, 4)).mean(dim=(0, 1))
loss = observation_loss + 1.0 * kl",
    ),
    (
        "ACT's L1 loss",
        Unread(&["is_pad", "total_kld[0]"]),
        r"all_l1 = F.l1_loss(actions, a_hat, reduction='none')
l1 = (all_l1 * ~is_pad.unsqueeze(-1)).mean()
klds = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp())
total_kld = klds.sum(1).mean(0, True)
loss_dict = {}
loss_dict['l1'] = l1
loss_dict['kl'] = total_kld[0]
loss_dict['loss'] = loss_dict['l1'] + loss_dict['kl'] * 10
loss_dict['loss'].backward()",
    ),
    (
        "DGL's graph VAE",
        Unread(&["norm", "weight_tensor"]),
        r"loss = norm * F.binary_cross_entropy(logits.view(-1), adj.view(-1), weight=weight_tensor)
kl_divergence = 0.5 / logits.size(0) * (1 + 2 * vgae_model.log_std - vgae_model.mean ** 2 - torch.exp(vgae_model.log_std) ** 2).sum(1).mean()
loss -= kl_divergence",
    ),
    (
        "a text VAE",
        Unread(&["loss_fn"]),
        r"NLL_loss, KL_loss, KL_weight = loss_fn(logp, batch['target'], batch['length'], mean, logv, args.anneal_function, step, args.k, args.x0)
loss = (NLL_loss + KL_weight * KL_loss) / batch_size
loss.backward()",
    ),
    // 1/2.
    (
        "TensorFlow 1",
        Beta(0.5),
        r"mse = tf.losses.mean_squared_error(x, x_hat, reduction=tf.losses.Reduction.SUM)
kl = 0.5 * tf.reduce_sum(tf.square(mu) + tf.square(sigma) - tf.log(1e-8 + tf.square(sigma)) - 1)
loss = mse + kl
train_op = tf.train.AdamOptimizer(1e-3).minimize(loss)",
    ),
    // 0.1·784/(2·0.9·16).
    (
        "a mixture of both terms",
        Beta(0.1 * 784.0 / (2.0 * 0.9 * 16.0)),
        r"alpha = 0.1
rec = F.mse_loss(x_hat, x)
kl = torch.mean(-0.5 * (1 + lv - mu ** 2 - lv.exp()))
loss = (1 - alpha) * rec + alpha * kl",
    ),
    // log(1 + eˡ) − x·l is a cross-entropy.
    (
        "Haiku's example",
        Beta(1.0),
        r#"def loss_fn(params, rng_key, batch):
    outputs = model.apply(params, rng_key, batch["image"])
    log_likelihood = -binary_cross_entropy(batch["image"], outputs.logits)
    kl = kl_gaussian(outputs.mean, outputs.variance)
    elbo = log_likelihood - kl
    return -jnp.mean(elbo)
def binary_cross_entropy(x, logits):
    x = jnp.reshape(x, (x.shape[0], -1))
    logits = jnp.reshape(logits, (logits.shape[0], -1))
    return -jnp.sum(x * logits - jnp.logaddexp(0.0, logits), axis=-1)
def kl_gaussian(mean, var):
    return 0.5 * jnp.sum(-jnp.log(var) - 1.0 + var + jnp.square(mean), axis=-1)"#,
    ),
    // 1/2.
    (
        "MLX",
        Beta(0.5),
        r#"def loss_fn(model, X):
    X_recon, mu, logvar = model(X)
    recon_loss = nn.losses.mse_loss(X_recon, X, reduction="sum")
    kl_div = -0.5 * mx.sum(1 + logvar - mu.square() - logvar.exp())
    return recon_loss + kl_div
loss_and_grad_fn = nn.value_and_grad(model, loss_fn)
loss, grads = loss_and_grad_fn(model, X)"#,
    ),
    // 4/2: the data are what the network is given.
    (
        "pictures from −1 to 1",
        Beta(2.0),
        r"x = 2 * x - 1
out, mu, lv = net(x)
rec = (out - x).pow(2).sum() / x.size(0)
kl = -0.5 * (1 + lv - mu.pow(2) - lv.exp()).sum() / x.size(0)
(rec + 4 * kl).backward()",
    ),
    // the error is ¼ of that of the data: 4/(2·¼).
    (
        "an error in scaled numbers",
        Beta(8.0),
        r"def denorm(t):
    return t * 0.5 + 0.5
rec = F.mse_loss(denorm(x_hat), denorm(x), reduction='sum')
kl = -0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp())
loss = rec + 4 * kl",
    ),
    (
        "cyclical annealing",
        Unread(&["frange[it]"]),
        r"frange = frange_cycle_linear(0.0, 1.0, n_iter)
rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp())
for it in range(n_iter):
    loss = rec + frange[it] * kl
    loss.backward()",
    ),
    (
        "a setting from a file",
        Unread(&["cfg.loss.beta"]),
        r"loss = F.mse_loss(x_hat, x, reduction='sum') + cfg.loss.beta * (-0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp()))",
    ),
    // 4/2.
    (
        "several KLs of which one counts",
        Beta(2.0),
        r"klds = -0.5 * (1 + lv - mu.pow(2) - lv.exp())
total_kld = klds.sum(1).mean(0, True)
dimension_wise_kld = klds.mean(0)
mean_kld = klds.mean(1).mean(0, True)
recon_loss = F.mse_loss(x_recon, x, size_average=False).div(batch_size)
beta_vae_loss = recon_loss + 4 * total_kld
beta_vae_loss.backward()",
    ),
    (
        "σ-VAE",
        Unread(&["log_sigma"]),
        r"log_sigma = ((x - x_hat) ** 2).mean([0,1,2,3], keepdim=True).sqrt().log()
rec = (0.5 * ((x - x_hat) / log_sigma.exp()) ** 2 + log_sigma).sum()
kl = -0.5 * (1 + lv - mu.pow(2) - lv.exp()).sum()
loss = rec + kl",
    ),
    // 1/2.
    (
        "Paddle",
        Beta(0.5),
        r"rec = paddle.nn.functional.mse_loss(out, x, reduction='sum')
kl = -0.5 * paddle.sum(1 + lv - paddle.square(mu) - paddle.exp(lv))
loss = rec + kl
loss.backward()",
    ),
    (
        "GECO",
        Unread(&["lambd"]),
        r"constraint = (F.mse_loss(x_hat, x, reduction='sum') / B - tol)
kl = (-0.5 * (1 + lv - mu.pow(2) - lv.exp())).sum(1).mean()
loss = kl + lambd * constraint",
    ),
    (
        "a warm-up in two steps",
        Unread(&["0.0 if epoch < 10 else 1.0"]),
        r"kl_w = 0.0 if epoch < 10 else 1.0
rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp())
loss = rec + kl_w * kl",
    ),
    // 4·0.01.
    (
        "σ = 0.1",
        Beta(0.04),
        r"p = dist.Normal(x_hat, 0.1)
rec = -p.log_prob(x).sum(dim=[1,2,3])
kl = kl_divergence(dist.Normal(mu, std), dist.Normal(0., 1.)).sum(-1)
loss = (rec + 4 * kl).mean()
loss.backward()",
    ),
    // 1/2: both are divided.
    (
        "bits per dimension",
        Beta(0.5),
        r"rec = ((x - x_hat)**2).flatten(1).sum(1)
kl = (-0.5 * (1 + lv - mu ** 2 - lv.exp())).sum(1)
loss = (rec + kl) / (np.log(2) * 784)
loss.mean().backward()",
    ),
    // 4/2.
    (
        "half precision",
        Beta(2.0),
        r"with autocast():
    x_hat, mu, lv = model(x)
    rec = F.mse_loss(x_hat, x, reduction='sum')
    kl = -0.5 * torch.sum(1 + lv - mu ** 2 - lv.exp())
    loss = (rec + 4 * kl) / accum_steps
scaler.scale(loss).backward()",
    ),
    // 4/2.
    (
        "a record of results",
        Beta(2.0),
        r"def forward(self, x):
    x_hat, mu, lv = self.net(x)
    rec = F.mse_loss(x_hat, x, reduction='none').flatten(1).sum(-1).mean()
    kl = (-0.5 * (1 + lv - mu ** 2 - lv.exp())).sum(-1).mean()
    loss = rec + 4 * kl
    return VAEOutput(loss=loss, rec=rec, kl=kl, x_hat=x_hat)",
    ),
    (
        "perceptual features",
        Unread(&["second reconstruction"]),
        r"recons_features = self.extract_features(recons)
input_features = self.extract_features(input)
recons_loss = F.mse_loss(recons, input)
feature_loss = 0.0
for (r, i) in zip(recons_features, input_features):
    feature_loss += F.mse_loss(r, i)
kld_loss = torch.mean(-0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim=1), dim=0)
loss = self.beta * (recons_loss + feature_loss) + self.alpha * kld_weight * kld_loss",
    ),
    // 4/2.
    (
        "samples of a normal posterior",
        Beta(2.0),
        r"q = Normal(mu, lv.mul(0.5).exp())
z = q.rsample()
rec = F.mse_loss(dec(z), x, reduction='none').sum((1, 2, 3))
kl = (q.log_prob(z) - Normal(0, 1).log_prob(z)).sum(-1)
loss = (rec + 4 * kl).mean()
loss.backward()",
    ),
    // 4/(2·255²).
    (
        "bytes made for the error alone",
        Beta(4.0 / (2.0 * 65025.0)),
        r"x_hat, mu, lv = model(x)
rec = F.mse_loss(x_hat * 255, x * 255, reduction='none').sum((1,2,3)).mean()
kl = (-0.5 * (1 + lv - mu ** 2 - lv.exp())).sum(1).mean()
loss = rec + 4 * kl",
    ),
    (
        "ladder",
        Unread(&["for q, p in zip(q_list, p_list)"]),
        r"kl_loss = 0
for q, p in zip(q_list, p_list):
    kl_loss += kl_divergence(q, p).sum(-1).mean()
rec = ((x - x_hat)**2).flatten(1).sum(1).mean()
loss = rec + 4 * kl_loss",
    ),
    (
        "an annealer",
        Unread(&["annealer(kl)"]),
        r"class Annealer:
    def __call__(self, kl):
        return kl * self.slope()
    def slope(self):
        return min(1.0, self.current_step / self.total_steps)
rec = F.mse_loss(x_hat, x, reduction='sum')
kl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())
loss = rec + annealer(kl)
loss.backward()",
    ),
    // 1/2.
    (
        "NumPy",
        Beta(0.5),
        r"rec = np.sum((X - Xr)**2)
kl = 0.5*np.sum(np.exp(logs2) + M**2 - 1 - logs2)
L = rec + kl",
    ),
    // a cross-entropy.
    (
        "both over the batch",
        Beta(1.0),
        r"BCE = nn.functional.binary_cross_entropy(recon_x.view(-1, 28*28), x.view(-1, 28*28), reduction='sum')
KLD = -0.5 * torch.sum(1 + log_var - mean.pow(2) - log_var.exp())
return (BCE + KLD) / x.size(0)",
    ),
    // 4·0.01.
    (
        "σ² = 0.01",
        Beta(0.04),
        r"sigma2 = 0.01
rec = 0.5 / sigma2 * ((x - y)**2).sum()
kl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())
loss = rec + 4*kl",
    ),
    (
        "a learned scale",
        Unread(&["self.log_scale"]),
        r"def gaussian_likelihood(self, mean, logscale, sample):
    scale = torch.exp(logscale)
    dist = torch.distributions.Normal(mean, scale)
    log_pxz = dist.log_prob(sample)
    return log_pxz.sum(dim=(1, 2, 3))
def training_step(self, batch, batch_idx):
    x, _ = batch
    mu, log_var = self.fc_mu(x_encoded), self.fc_var(x_encoded)
    std = torch.exp(log_var / 2)
    q = torch.distributions.Normal(mu, std)
    z = q.rsample()
    x_hat = self.decoder(z)
    recon_loss = self.gaussian_likelihood(x_hat, self.log_scale, x)
    p = torch.distributions.Normal(torch.zeros_like(mu), torch.ones_like(std))
    kl = (q.log_prob(z) - p.log_prob(z)).sum(-1)
    elbo = (kl - recon_loss).mean()
    return elbo",
    ),
    // 784·mean BCE.
    (
        "flattened by layers",
        Beta(1.0),
        r"x_flat = layers.Flatten()(x)
y_flat = layers.Flatten()(y)
rec = 784 * keras.losses.binary_crossentropy(x_flat, y_flat)
kl = -0.5 * K.sum(1 + lv - K.square(mu) - K.exp(lv), axis=-1)
vae.add_loss(K.mean(rec + kl))",
    ),
    // 4/2.
    (
        "einops",
        Beta(2.0),
        r"rec = reduce((x_hat - x)**2, 'b ... -> b', 'sum').mean()
kl = reduce(0.5 * (mu**2 + lv.exp() - lv - 1), 'b ... -> b', 'sum').mean()
loss = rec + 4 * kl",
    ),
    // 4/2.
    (
        "the network scales its input",
        Beta(2.0),
        r"class VAE(nn.Module):
    def forward(self, x):
        x = x / 255.
        h = self.enc(x)
        mu, lv = self.mu(h), self.lv(h)
        z = self.rep(mu, lv)
        r = self.dec(z)
        rec = F.mse_loss(r, x, reduction='sum')
        kl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())
        return rec + 4 * kl",
    ),
    (
        "spectra",
        Unread(&["fft2"]),
        r"rec = F.mse_loss(torch.fft.fft2(r), torch.fft.fft2(x), reduction='sum')
kl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())
loss = rec + 4*kl",
    ),
    (
        "two scales",
        Unread(&["second reconstruction"]),
        r"rec = F.mse_loss(r, x, reduction='sum') + F.mse_loss(F.avg_pool2d(r, 2), F.avg_pool2d(x, 2), reduction='sum')
kl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())
loss = rec + 4*kl",
    ),
    (
        "a mask",
        Unread(&["torch.where"]),
        r"rec = torch.where(mask, (x-r)**2, torch.zeros_like(x)).sum()
kl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())
loss = rec + 4*kl",
    ),
    // 4/2.
    (
        "weights and losses by name",
        Beta(2.0),
        r"w = {'rec': 1.0, 'kl': 4.0}
losses = {'rec': F.mse_loss(r, x, reduction='sum'), 'kl': -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())}
loss = sum(w[k] * losses[k] for k in losses)
loss.backward()",
    ),
    // 4·¼.
    (
        "σ = ½",
        Beta(1.0),
        r"px = Normal(loc=r, scale=0.5)
rec = -px.log_prob(x).sum()
kl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())
loss = rec + 4*kl",
    ),
];

#[test]
fn public_losses_are_read() {
    let mut wrong = Vec::new();
    for (name, has, text) in CODE {
        let reading = read(text);
        let beta = reading.beta(&SIZES);
        let right = match has {
            Beta(value) => beta.is_some_and(|b| (b / value - 1.0).abs() < 1e-9),
            Unread(words) => {
                beta.is_none()
                    && words
                        .iter()
                        .all(|w| reading.unread.iter().any(|u| u.contains(w)))
            }
        };
        if !right {
            wrong.push(format!("{name}: {beta:?}\n{text}\n{reading:#?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

/// A bracket, quote or comma that is missing in any of them: the same β, or what could not be read is named.
#[test]
fn a_typing_error_gives_no_other_beta() {
    for (name, has, text) in CODE {
        let Beta(value) = has else { continue };
        for (at, c) in text
            .char_indices()
            .filter(|(_, c)| "()[]'\",:".contains(*c))
        {
            let mut typo = (*text).to_owned();
            typo.remove(at);
            let Some(reading) = read_loss(&typo) else {
                continue;
            };
            let beta = reading.beta(&SIZES);
            let same = beta.is_some_and(|b| (b / value - 1.0).abs() < 1e-9);
            assert!(
                same || beta.is_none() && !reading.unread.is_empty(),
                "{name} without {c} at {at}: {beta:?}\n{typo}\n{reading:#?}"
            );
        }
    }
}
