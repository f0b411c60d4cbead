// Sums over the rows of a `rows × columns` array: a workgroup takes `call.chunk` rows of `call.block` columns, its
// invocations side by side along the columns, so that they read neighbours. Trees of fixed shape: the same
// numbers give the same sums in every run.

override WORKGROUP: u32 = 256u;

var<workgroup> partial: array<f32, WORKGROUP>;

// What a workgroup and an invocation sum.
struct Strip {
    // Number of the chunk.
    chunk: u32,
    // The column, possibly outside.
    column: u32,
    // First row, the row behind the last, and the distance between rows.
    first: u32,
    end: u32,
    lanes: u32,
}

fn strip(group: u32, local: u32, columns: u32) -> Strip {
    let across = (columns + call.block - 1u) / call.block;
    let lanes = WORKGROUP / call.block;
    let chunk = group / across;
    let column = (group % across) * call.block + local % call.block;
    let end = min((chunk + 1u) * call.chunk, call.rows);
    // A column outside has no rows.
    let first = select(end, chunk * call.chunk + local / call.block, column < columns);
    return Strip(chunk, column, first, end, lanes);
}

// The sum over an invocation's column, in every invocation. Every invocation must call it.
fn column_sum(value: f32, local: u32) -> f32 {
    // The previous sum must have been read by everybody.
    workgroupBarrier();
    partial[local] = value;
    workgroupBarrier();
    for (var width = WORKGROUP / 2u; width >= call.block; width /= 2u) {
        if local < width {
            partial[local] += partial[local + width];
        }
        workgroupBarrier();
    }
    return partial[local % call.block];
}
