// C = A B for software adapters: 8 × 8 numbers of C in the registers of every invocation.
//
// The same contract as matmul_tiled.wgsl. On a CPU that plays GPU, workgroup memory and barriers
// cost more than they save; reuse in registers is what counts. Reads outside are clamped to the
// edge instead of tested, since their products are never stored.

// Invocations, side by side along a row of C.
override WORKGROUP: u32 = 8u;

// Rows and columns of one invocation.
const SIDE: u32 = 8u;

const NOWHERE: u32 = 0xffffffffu;

fn put(size: vec3<u32>, split: u32, row: u32, column: u32, value: f32) {
    if column >= size.y {
        return;
    }
    let at = place(row, column);
    if at == NOWHERE {
        return;
    }
    if call.splits > 1u {
        result[split * call.count + at] = value;
    } else {
        store(at, column, value);
    }
}

fn put_quad(size: vec3<u32>, split: u32, row: u32, column: u32, value: vec4<f32>) {
    if row >= size.x {
        return;
    }
    put(size, split, row, column, value.x);
    put(size, split, row, column + 1u, value.y);
    put(size, split, row, column + 2u, value.z);
    put(size, split, row, column + 3u, value.w);
}

// Computes strip `block` of C, SIDE rows by SIDE · WORKGROUP columns, counted along the rows, then along the parts
// of k.
fn multiply(block: u32, local: u32) {
    let size = sizes();
    let span = SIDE * WORKGROUP;
    let across = (size.y + span - 1u) / span;
    let tiles = across * ((size.x + SIDE - 1u) / SIDE);
    if block >= tiles * call.splits {
        return;
    }
    let split = block / tiles;
    let tile = block % tiles;
    let begin = split * call.split_depth;
    let end = min(begin + call.split_depth, size.z);
    let row = (tile / across) * SIDE;
    let column = (tile % across) * span + SIDE * local;
    if row >= size.x || column >= size.y {
        return;
    }
    let last_row = size.x - 1u;
    let last_column = size.y - 1u;
    let row0 = row_a(min(row + 0u, last_row));
    let row1 = row_a(min(row + 1u, last_row));
    let row2 = row_a(min(row + 2u, last_row));
    let row3 = row_a(min(row + 3u, last_row));
    let row4 = row_a(min(row + 4u, last_row));
    let row5 = row_a(min(row + 5u, last_row));
    let row6 = row_a(min(row + 6u, last_row));
    let row7 = row_a(min(row + 7u, last_row));
    let column0 = column_b(min(column + 0u, last_column));
    let column1 = column_b(min(column + 1u, last_column));
    let column2 = column_b(min(column + 2u, last_column));
    let column3 = column_b(min(column + 3u, last_column));
    let column4 = column_b(min(column + 4u, last_column));
    let column5 = column_b(min(column + 5u, last_column));
    let column6 = column_b(min(column + 6u, last_column));
    let column7 = column_b(min(column + 7u, last_column));
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
    for (var k = begin; k < end; k++) {
        let depth = depth_a(k);
        let below = depth_b(k);
        let left = vec4<f32>(
            load_b(column0 + below),
            load_b(column1 + below),
            load_b(column2 + below),
            load_b(column3 + below),
        );
        let right = vec4<f32>(
            load_b(column4 + below),
            load_b(column5 + below),
            load_b(column6 + below),
            load_b(column7 + below),
        );
        let a0 = vec4<f32>(load_a(row0, depth));
        let a1 = vec4<f32>(load_a(row1, depth));
        let a2 = vec4<f32>(load_a(row2, depth));
        let a3 = vec4<f32>(load_a(row3, depth));
        let a4 = vec4<f32>(load_a(row4, depth));
        let a5 = vec4<f32>(load_a(row5, depth));
        let a6 = vec4<f32>(load_a(row6, depth));
        let a7 = vec4<f32>(load_a(row7, depth));
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
    put_quad(size, split, row + 0u, column, c0l);
    put_quad(size, split, row + 0u, column + 4u, c0r);
    put_quad(size, split, row + 1u, column, c1l);
    put_quad(size, split, row + 1u, column + 4u, c1r);
    put_quad(size, split, row + 2u, column, c2l);
    put_quad(size, split, row + 2u, column + 4u, c2r);
    put_quad(size, split, row + 3u, column, c3l);
    put_quad(size, split, row + 3u, column + 4u, c3r);
    put_quad(size, split, row + 4u, column, c4l);
    put_quad(size, split, row + 4u, column + 4u, c4r);
    put_quad(size, split, row + 5u, column, c5l);
    put_quad(size, split, row + 5u, column + 4u, c5r);
    put_quad(size, split, row + 6u, column, c6l);
    put_quad(size, split, row + 6u, column + 4u, c6r);
    put_quad(size, split, row + 7u, column, c7l);
    put_quad(size, split, row + 7u, column + 4u, c7r);
}
