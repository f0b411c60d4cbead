// C = A B for software adapters: 8 × 8 numbers of C in the registers of every invocation.
//
// The same contract as matmul_tiled.wgsl. On a CPU that plays GPU, workgroup memory and barriers
// cost more than they save; reuse in registers is what counts. Reads outside are clamped to the
// edge instead of tested, since their products are never stored.

// Invocations, side by side along a row of C.
override WORKGROUP: u32 = 8u;

// Rows and columns of one invocation.
const SIDE: u32 = 8u;

fn store_quad(size: vec3<u32>, row: u32, column: u32, value: vec4<f32>) {
    if row >= size.x {
        return;
    }
    if column < size.y {
        store(row, column, value.x);
    }
    if column + 1u < size.y {
        store(row, column + 1u, value.y);
    }
    if column + 2u < size.y {
        store(row, column + 2u, value.z);
    }
    if column + 3u < size.y {
        store(row, column + 3u, value.w);
    }
}

// Computes strip `block` of C, SIDE rows by SIDE · WORKGROUP columns, counted along the rows.
fn multiply(block: u32, local: u32) {
    let size = sizes();
    let span = SIDE * WORKGROUP;
    let across = (size.y + span - 1u) / span;
    let row = (block / across) * SIDE;
    let column = (block % across) * span + SIDE * local;
    if row >= size.x || column >= size.y {
        return;
    }
    let last_row = size.x - 1u;
    let last_column = size.y - 1u;
    let row0 = min(row + 0u, last_row);
    let row1 = min(row + 1u, last_row);
    let row2 = min(row + 2u, last_row);
    let row3 = min(row + 3u, last_row);
    let row4 = min(row + 4u, last_row);
    let row5 = min(row + 5u, last_row);
    let row6 = min(row + 6u, last_row);
    let row7 = min(row + 7u, last_row);
    let column0 = min(column + 0u, last_column);
    let column1 = min(column + 1u, last_column);
    let column2 = min(column + 2u, last_column);
    let column3 = min(column + 3u, last_column);
    let column4 = min(column + 4u, last_column);
    let column5 = min(column + 5u, last_column);
    let column6 = min(column + 6u, last_column);
    let column7 = min(column + 7u, last_column);
    var c0l = vec4<f32>();
    var c0r = vec4<f32>();
    var c1l = vec4<f32>();
    var c1r = vec4<f32>();
    var c2l = vec4<f32>();
    var c2r = vec4<f32>();
    var c3l = vec4<f32>();
    var c3r = vec4<f32>();
    var c4l = vec4<f32>();
    var c4r = vec4<f32>();
    var c5l = vec4<f32>();
    var c5r = vec4<f32>();
    var c6l = vec4<f32>();
    var c6r = vec4<f32>();
    var c7l = vec4<f32>();
    var c7r = vec4<f32>();
    for (var k = 0u; k < size.z; k++) {
        let left = vec4<f32>(load_b(k, column0), load_b(k, column1), load_b(k, column2), load_b(k, column3));
        let right = vec4<f32>(load_b(k, column4), load_b(k, column5), load_b(k, column6), load_b(k, column7));
        let a0 = vec4<f32>(load_a(row0, k));
        let a1 = vec4<f32>(load_a(row1, k));
        let a2 = vec4<f32>(load_a(row2, k));
        let a3 = vec4<f32>(load_a(row3, k));
        let a4 = vec4<f32>(load_a(row4, k));
        let a5 = vec4<f32>(load_a(row5, k));
        let a6 = vec4<f32>(load_a(row6, k));
        let a7 = vec4<f32>(load_a(row7, k));
        c0l = fma(a0, left, c0l);
        c0r = fma(a0, right, c0r);
        c1l = fma(a1, left, c1l);
        c1r = fma(a1, right, c1r);
        c2l = fma(a2, left, c2l);
        c2r = fma(a2, right, c2r);
        c3l = fma(a3, left, c3l);
        c3r = fma(a3, right, c3r);
        c4l = fma(a4, left, c4l);
        c4r = fma(a4, right, c4r);
        c5l = fma(a5, left, c5l);
        c5r = fma(a5, right, c5r);
        c6l = fma(a6, left, c6l);
        c6r = fma(a6, right, c6r);
        c7l = fma(a7, left, c7l);
        c7r = fma(a7, right, c7r);
    }
    store_quad(size, row + 0u, column, c0l);
    store_quad(size, row + 0u, column + 4u, c0r);
    store_quad(size, row + 1u, column, c1l);
    store_quad(size, row + 1u, column + 4u, c1r);
    store_quad(size, row + 2u, column, c2l);
    store_quad(size, row + 2u, column + 4u, c2r);
    store_quad(size, row + 3u, column, c3l);
    store_quad(size, row + 3u, column + 4u, c3r);
    store_quad(size, row + 4u, column, c4l);
    store_quad(size, row + 4u, column + 4u, c4r);
    store_quad(size, row + 5u, column, c5l);
    store_quad(size, row + 5u, column + 4u, c5r);
    store_quad(size, row + 6u, column, c6l);
    store_quad(size, row + 6u, column + 4u, c6r);
    store_quad(size, row + 7u, column, c7l);
    store_quad(size, row + 7u, column + 4u, c7r);
}
