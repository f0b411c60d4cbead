// The patch of the large image that a pixel of the small one sees (`Geometry`). The importing kernel declares
// `large`.

// Where in the large image a small pixel's patch begins: first element of its sample, row, column. Rows and columns
// before the image wrap to huge numbers, which fail the test for being inside as those behind it do.
fn corner_of(pixel: u32) -> vec3<u32> {
    let across = pixel % call.small_width;
    let line = pixel / call.small_width;
    let sample = line / call.small_height;
    return vec3<u32>(
        sample * (call.large_height * call.large_width * call.large_channels),
        (line % call.small_height) * call.stride - call.padding,
        across * call.stride - call.padding,
    );
}

// Place of a number in a patch: channel, row, column.
fn tap_of(element: u32) -> vec3<u32> {
    let tap = element / call.large_channels;
    return vec3<u32>(element % call.large_channels, tap / call.kernel, tap % call.kernel);
}

// The number of the large image there, zero where it ends.
fn patch_value(corner: vec3<u32>, tap: vec3<u32>) -> f32 {
    let row = corner.y + tap.y;
    let column = corner.z + tap.z;
    if row >= call.large_height || column >= call.large_width {
        return 0.0;
    }
    return large[corner.x + (row * call.large_width + column) * call.large_channels + tap.x];
}
