// Where μ and log σ² of a row and latent are: side by side in the encoder's head, or log σ² apart
// as one parameter per latent. The importing kernel declares `head` and `log_sigma2`.

fn head_width() -> u32 {
    return select(2u, 1u, has(FLAG_GLOBAL_VARIANCE)) * call.width;
}

fn posterior_mean(row: u32, latent: u32) -> f32 {
    return head[row * head_width() + latent];
}

fn posterior_log_variance(row: u32, latent: u32) -> f32 {
    if has(FLAG_GLOBAL_VARIANCE) {
        return log_sigma2[latent];
    }
    return head[row * head_width() + call.width + latent];
}
