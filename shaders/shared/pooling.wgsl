// 2 × 2 blocks of an image and their largest number. The importing kernel declares `x`, the images.
//
//!import bits

// The elements of the block that element `at` of the pooled images stands for.
fn block_elements(at: u32) -> vec4<u32> {
    let channel = at % call.channels;
    let pixel = at / call.channels;
    let line = pixel / call.small_width;
    let sample = line / call.small_height;
    let row = sample * call.large_height + 2u * (line % call.small_height);
    let corner = (row * call.large_width + 2u * (pixel % call.small_width)) * call.channels + channel;
    let below = corner + call.large_width * call.channels;
    return vec4<u32>(corner, corner + call.channels, below, below + call.channels);
}

// The first largest of a block; a NaN counts as larger than any number.
fn largest(block: vec4<u32>) -> u32 {
    var best = block.x;
    var value = x[best];
    let second = x[block.y];
    if second > value || is_nan(second) {
        best = block.y;
        value = second;
    }
    let third = x[block.z];
    if third > value || is_nan(third) {
        best = block.z;
        value = third;
    }
    let fourth = x[block.w];
    if fourth > value || is_nan(fourth) {
        best = block.w;
    }
    return best;
}
