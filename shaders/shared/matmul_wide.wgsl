// C = A B for large GPUs: as matmul_tiled.wgsl, whose contract it keeps, but 8 × 8 numbers of C in every invocation.
//
// Twice as many products for every number read from workgroup memory, which is what holds the smaller tile back where
// registers are plenty. The 8 rows are two quads half a tile apart, and so are the columns, so that neighbouring
// invocations read neighbouring quads.

// Rows and columns of a tile; a multiple of 8.
override BLOCK: u32 = 64u;
// Length of the slice of k held at a time, BLOCK / 16: an invocation loads one quad of A and one of B.
override DEPTH: u32 = 4u;
// (BLOCK / 8)².
override WORKGROUP: u32 = 64u;
// DEPTH · (BLOCK / 4 + 1), as in the smaller tile.
override TILE: u32 = 68u;

const NOWHERE: u32 = 0xffffffffu;

var<workgroup> tile_a: array<vec4<f32>, TILE>;
var<workgroup> tile_b: array<vec4<f32>, TILE>;

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

// Computes tile `block` of C, counted along the rows of tiles, then along the parts of k.
fn multiply(block: u32, local: u32) {
    let size = sizes();
    let across = (size.y + BLOCK - 1u) / BLOCK;
    let tiles = across * ((size.x + BLOCK - 1u) / BLOCK);
    if block >= tiles * call.splits {
        return;
    }
    let split = block / tiles;
    let tile = block % tiles;
    let corner = vec2<u32>(tile / across, tile % across) * BLOCK;
    let begin = split * call.split_depth;
    let end = min(begin + call.split_depth, size.z);
    let quads = BLOCK / 4u;
    let stride = quads + 1u;

    // The quad of A and the quad of B this invocation brings.
    var k_a = local / quads;
    var quad_a = local % quads;
    if A_BY_K {
        k_a = local % DEPTH;
        quad_a = local / DEPTH;
    }
    var k_b = local / quads;
    var quad_b = local % quads;
    if B_BY_K {
        k_b = local % DEPTH;
        quad_b = local / DEPTH;
    }
    let row_of_a = corner.x + 4u * quad_a;
    let a_0 = row_a(min(row_of_a, size.x - 1u));
    let a_1 = row_a(min(row_of_a + 1u, size.x - 1u));
    let a_2 = row_a(min(row_of_a + 2u, size.x - 1u));
    let a_3 = row_a(min(row_of_a + 3u, size.x - 1u));
    let column_of_b = corner.y + 4u * quad_b;
    let b_0 = column_b(min(column_of_b, size.y - 1u));
    let b_1 = column_b(min(column_of_b + 1u, size.y - 1u));
    let b_2 = column_b(min(column_of_b + 2u, size.y - 1u));
    let b_3 = column_b(min(column_of_b + 3u, size.y - 1u));

    // Row and column of the invocation among its like.
    let side = BLOCK / 8u;
    let quad_row = local / side;
    let quad_column = local % side;
    // Named, not an array: indexed accumulators would live in memory. Rows 0 to 3 and 4 to 7, left and right.
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
    var next_a = vec4<f32>();
    var next_b = vec4<f32>();
    // One turn more than there are slices: the first only brings the first slice, and every later one brings the
    // next slice while it works on its own, so that the loads are under way during the products.
    for (var k0 = begin; k0 < end + DEPTH; k0 += DEPTH) {
        let filled = k0 > begin;
        if filled {
            tile_a[k_a * stride + quad_a] = next_a;
            tile_b[k_b * stride + quad_b] = next_b;
        }
        workgroupBarrier();
        next_a = vec4<f32>();
        next_b = vec4<f32>();
        if k0 + k_a < end {
            let depth = depth_a(k0 + k_a);
            next_a = vec4<f32>(load_a(a_0, depth), load_a(a_1, depth), load_a(a_2, depth), load_a(a_3, depth));
        }
        if k0 + k_b < end {
            let depth = depth_b(k0 + k_b);
            next_b = vec4<f32>(load_b(b_0 + depth), load_b(b_1 + depth), load_b(b_2 + depth), load_b(b_3 + depth));
        }
        if filled {
            // Unrolled by two in text; loop unrolling is not promised.
            for (var k = 0u; k < DEPTH; k += 2u) {
                let at = k * stride;
                let upper = tile_a[at + quad_row];
                let lower = tile_a[at + side + quad_row];
                let left = tile_b[at + quad_column];
                let right = tile_b[at + side + quad_column];
                let upper_2 = tile_a[at + stride + quad_row];
                let lower_2 = tile_a[at + stride + side + quad_row];
                let left_2 = tile_b[at + stride + quad_column];
                let right_2 = tile_b[at + stride + side + quad_column];
                c0l = fma(vec4<f32>(upper.x), left, c0l);
                c0r = fma(vec4<f32>(upper.x), right, c0r);
                c1l = fma(vec4<f32>(upper.y), left, c1l);
                c1r = fma(vec4<f32>(upper.y), right, c1r);
                c2l = fma(vec4<f32>(upper.z), left, c2l);
                c2r = fma(vec4<f32>(upper.z), right, c2r);
                c3l = fma(vec4<f32>(upper.w), left, c3l);
                c3r = fma(vec4<f32>(upper.w), right, c3r);
                c4l = fma(vec4<f32>(lower.x), left, c4l);
                c4r = fma(vec4<f32>(lower.x), right, c4r);
                c5l = fma(vec4<f32>(lower.y), left, c5l);
                c5r = fma(vec4<f32>(lower.y), right, c5r);
                c6l = fma(vec4<f32>(lower.z), left, c6l);
                c6r = fma(vec4<f32>(lower.z), right, c6r);
                c7l = fma(vec4<f32>(lower.w), left, c7l);
                c7r = fma(vec4<f32>(lower.w), right, c7r);
                c0l = fma(vec4<f32>(upper_2.x), left_2, c0l);
                c0r = fma(vec4<f32>(upper_2.x), right_2, c0r);
                c1l = fma(vec4<f32>(upper_2.y), left_2, c1l);
                c1r = fma(vec4<f32>(upper_2.y), right_2, c1r);
                c2l = fma(vec4<f32>(upper_2.z), left_2, c2l);
                c2r = fma(vec4<f32>(upper_2.z), right_2, c2r);
                c3l = fma(vec4<f32>(upper_2.w), left_2, c3l);
                c3r = fma(vec4<f32>(upper_2.w), right_2, c3r);
                c4l = fma(vec4<f32>(lower_2.x), left_2, c4l);
                c4r = fma(vec4<f32>(lower_2.x), right_2, c4r);
                c5l = fma(vec4<f32>(lower_2.y), left_2, c5l);
                c5r = fma(vec4<f32>(lower_2.y), right_2, c5r);
                c6l = fma(vec4<f32>(lower_2.z), left_2, c6l);
                c6r = fma(vec4<f32>(lower_2.z), right_2, c6r);
                c7l = fma(vec4<f32>(lower_2.w), left_2, c7l);
                c7r = fma(vec4<f32>(lower_2.w), right_2, c7r);
            }
        }
        // The tiles are overwritten next.
        workgroupBarrier();
    }
    let row = corner.x + 4u * quad_row;
    let column = corner.y + 4u * quad_column;
    let half = BLOCK / 2u;
    put_quad(size, split, row + 0u, column, c0l);
    put_quad(size, split, row + 0u, column + half, c0r);
    put_quad(size, split, row + 1u, column, c1l);
    put_quad(size, split, row + 1u, column + half, c1r);
    put_quad(size, split, row + 2u, column, c2l);
    put_quad(size, split, row + 2u, column + half, c2r);
    put_quad(size, split, row + 3u, column, c3l);
    put_quad(size, split, row + 3u, column + half, c3r);
    put_quad(size, split, row + half + 0u, column, c4l);
    put_quad(size, split, row + half + 0u, column + half, c4r);
    put_quad(size, split, row + half + 1u, column, c5l);
    put_quad(size, split, row + half + 1u, column + half, c5r);
    put_quad(size, split, row + half + 2u, column, c6l);
    put_quad(size, split, row + half + 2u, column + half, c6r);
    put_quad(size, split, row + half + 3u, column, c7l);
    put_quad(size, split, row + half + 3u, column + half, c7r);
}
