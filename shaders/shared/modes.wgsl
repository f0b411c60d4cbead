// What the decoder sees of a latent: keep z + n ξ. The importing kernel declares `table`, `3 × κ`: mean KL, keep and
// n of every latent.

// `Stream::beside`: from the stream of ε to that of ξ.
const NOISE_STREAM: u32 = 6u;

// keep x, chosen rather than multiplied: keep is 1, or 0 for a latent that is held inactive.
fn kept(latent: u32, x: f32) -> f32 {
    return select(0.0, x, table[call.width + latent] != 0.0);
}

// n.
fn noise_of(latent: u32) -> f32 {
    return table[2u * call.width + latent];
}
