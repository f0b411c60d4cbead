// C = A B for GPUs: square tiles in workgroup memory, 4 × 4 numbers of C in every invocation.
//
// The kernel that imports this names A, B and C through functions:
//   sizes() = (M, N, K), load_a(row, k), load_b(k, column), store(row, column, value),
// and says with A_BY_K and B_BY_K whether neighbours in memory are neighbours in k, so that
// neighbouring invocations read neighbouring words. Any shape is right: what lies outside is zero.

// Rows and columns of a tile; a multiple of 4.
override BLOCK: u32 = 32u;
// Length of the slice of k held at a time; a multiple of 4.
override DEPTH: u32 = 16u;
// (BLOCK / 4)².
override WORKGROUP: u32 = 64u;
// DEPTH · (BLOCK / 4 + 1): four rows (or columns) per element, k by k, one element of padding
// per k against bank conflicts.
override TILE: u32 = 144u;

var<workgroup> tile_a: array<vec4<f32>, TILE>;
var<workgroup> tile_b: array<vec4<f32>, TILE>;

fn inside_a(size: vec3<u32>, row: u32, k: u32) -> f32 {
    if row < size.x && k < size.z {
        return load_a(row, k);
    }
    return 0.0;
}

fn inside_b(size: vec3<u32>, k: u32, column: u32) -> f32 {
    if column < size.y && k < size.z {
        return load_b(k, column);
    }
    return 0.0;
}

fn fill(size: vec3<u32>, corner: vec2<u32>, k0: u32, local: u32) {
    let quads = BLOCK / 4u;
    for (var i = local; i < quads * DEPTH; i += WORKGROUP) {
        var k = i / quads;
        var quad = i % quads;
        if A_BY_K {
            k = i % DEPTH;
            quad = i / DEPTH;
        }
        let row = corner.x + 4u * quad;
        tile_a[k * (quads + 1u) + quad] = vec4<f32>(
            inside_a(size, row, k0 + k),
            inside_a(size, row + 1u, k0 + k),
            inside_a(size, row + 2u, k0 + k),
            inside_a(size, row + 3u, k0 + k),
        );
    }
    for (var i = local; i < quads * DEPTH; i += WORKGROUP) {
        var k = i / quads;
        var quad = i % quads;
        if B_BY_K {
            k = i % DEPTH;
            quad = i / DEPTH;
        }
        let column = corner.y + 4u * quad;
        tile_b[k * (quads + 1u) + quad] = vec4<f32>(
            inside_b(size, k0 + k, column),
            inside_b(size, k0 + k, column + 1u),
            inside_b(size, k0 + k, column + 2u),
            inside_b(size, k0 + k, column + 3u),
        );
    }
}

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

// Computes tile `block` of C, counted along the rows of tiles.
fn multiply(block: u32, local: u32) {
    let size = sizes();
    let across = (size.y + BLOCK - 1u) / BLOCK;
    let corner = vec2<u32>(block / across, block % across) * BLOCK;
    if corner.x >= size.x {
        return;
    }
    let quads = BLOCK / 4u;
    let stride = quads + 1u;
    let quad_row = local / quads;
    let quad_column = local % quads;
    // Named, not an array: indexed accumulators would live in memory.
    var c0 = vec4<f32>();
    var c1 = vec4<f32>();
    var c2 = vec4<f32>();
    var c3 = vec4<f32>();
    for (var k0 = 0u; k0 < size.z; k0 += DEPTH) {
        fill(size, corner, k0, local);
        workgroupBarrier();
        // Unrolled by four in text; loop unrolling is not promised.
        for (var k = 0u; k < DEPTH; k += 4u) {
            let at_a = k * stride + quad_row;
            let at_b = k * stride + quad_column;
            let a0 = tile_a[at_a];
            let b0 = tile_b[at_b];
            let a1 = tile_a[at_a + stride];
            let b1 = tile_b[at_b + stride];
            let a2 = tile_a[at_a + 2u * stride];
            let b2 = tile_b[at_b + 2u * stride];
            let a3 = tile_a[at_a + 3u * stride];
            let b3 = tile_b[at_b + 3u * stride];
            c0 = fma(vec4<f32>(a0.x), b0, c0);
            c1 = fma(vec4<f32>(a0.y), b0, c1);
            c2 = fma(vec4<f32>(a0.z), b0, c2);
            c3 = fma(vec4<f32>(a0.w), b0, c3);
            c0 = fma(vec4<f32>(a1.x), b1, c0);
            c1 = fma(vec4<f32>(a1.y), b1, c1);
            c2 = fma(vec4<f32>(a1.z), b1, c2);
            c3 = fma(vec4<f32>(a1.w), b1, c3);
            c0 = fma(vec4<f32>(a2.x), b2, c0);
            c1 = fma(vec4<f32>(a2.y), b2, c1);
            c2 = fma(vec4<f32>(a2.z), b2, c2);
            c3 = fma(vec4<f32>(a2.w), b2, c3);
            c0 = fma(vec4<f32>(a3.x), b3, c0);
            c1 = fma(vec4<f32>(a3.y), b3, c1);
            c2 = fma(vec4<f32>(a3.z), b3, c2);
            c3 = fma(vec4<f32>(a3.w), b3, c3);
        }
        // The tiles are overwritten next.
        workgroupBarrier();
    }
    let row = corner.x + 4u * quad_row;
    let column = corner.y + 4u * quad_column;
    store_quad(size, row, column, c0);
    store_quad(size, row + 1u, column, c1);
    store_quad(size, row + 2u, column, c2);
    store_quad(size, row + 3u, column, c3);
}
