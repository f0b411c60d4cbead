// C = A B for GPUs: square tiles in workgroup memory, 4 × 4 numbers of C in every invocation.
//
// The kernel that imports this names A, B and C through functions:
//   sizes() = (M, N, K),
//   load_a(row_a(row), depth_a(k)) and load_b(column_b(column) + depth_b(k)): what depends on the row (or
//     column) alone is worked out once, not for every k,
//   place(row, column): the element of C, or NOWHERE, and store(element, column, value),
// and says with A_BY_K and B_BY_K whether neighbours in memory are neighbours in k, so that
// neighbouring invocations read neighbouring words. Any shape is right: beyond the end of k is zero, and rows and
// columns beyond the edge are those of the edge, since their products are never stored.
//
// With call.splits > 1 a workgroup takes a part of k, and its sums go to `result` part by part, unfinished.

// Rows and columns of a tile; a multiple of 4.
override BLOCK: u32 = 32u;
// Length of the slice of k held at a time, BLOCK / 4: an invocation loads one quad of A and one of B.
override DEPTH: u32 = 8u;
// (BLOCK / 4)².
override WORKGROUP: u32 = 64u;
// DEPTH · (BLOCK / 4 + 1): four rows (or columns) per element, k by k, one element of padding
// per k against bank conflicts.
override TILE: u32 = 72u;

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

    let quad_row = local / quads;
    let quad_column = local % quads;
    // Named, not an array: indexed accumulators would live in memory.
    var c0 = vec4<f32>();
    var c1 = vec4<f32>();
    var c2 = vec4<f32>();
    var c3 = vec4<f32>();
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
        }
        // The tiles are overwritten next.
        workgroupBarrier();
    }
    let row = corner.x + 4u * quad_row;
    let column = corner.y + 4u * quad_column;
    put_quad(size, split, row, column, c0);
    put_quad(size, split, row + 1u, column, c1);
    put_quad(size, split, row + 2u, column, c2);
    put_quad(size, split, row + 3u, column, c3);
}
