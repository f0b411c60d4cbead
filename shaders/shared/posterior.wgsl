// Where μ and log σ² of a row and latent are: side by side in the encoder's head, or log σ² apart
// as one parameter per latent. The importing kernel declares `head` and `log_sigma2`.

const LARGEST_LOG_VARIANCE: f32 = 60.0;

fn head_width() -> u32 {
    return select(2u, 1u, has(FLAG_GLOBAL_VARIANCE)) * call.width;
}

fn posterior_mean(row: u32, latent: u32) -> f32 {
    return head[row * head_width() + latent];
}

// Within its bound, NaN staying NaN: an autoencoder's objective does not hold log σ², and 0 · ∞ would spoil z.
fn posterior_log_variance(row: u32, latent: u32) -> f32 {
    var raw = 0.0;
    if has(FLAG_GLOBAL_VARIANCE) {
        raw = log_sigma2[latent];
    } else {
        raw = head[row * head_width() + call.width + latent];
    }
    let below = select(raw, LARGEST_LOG_VARIANCE, raw > LARGEST_LOG_VARIANCE);
    return select(below, -LARGEST_LOG_VARIANCE, below < -LARGEST_LOG_VARIANCE);
}
