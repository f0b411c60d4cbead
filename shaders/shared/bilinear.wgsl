// Between which small lines a line of twice as many lies.

// The two lines, and the share of the second.
struct Between {
    first: u32,
    second: u32,
    share: f32,
}

// Pixel centres: line r of the large image is at (r + ½)/2 − ½ of the small one, clamped to its edges.
fn between(at: u32, length: u32) -> Between {
    let near = at / 2u;
    if at % 2u == 0u {
        return Between(max(near, 1u) - 1u, near, select(0.75, 1.0, near == 0u));
    }
    return Between(near, min(near + 1u, length - 1u), 0.25);
}
