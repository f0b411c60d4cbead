//! How plain loops become fast: widest vectors chosen at run time, rayon over large arrays.

use rayon::prelude::*;

/// Elements below which handing work to another thread, an awake one, costs more than it saves.
pub(super) const PARALLEL_ELEMENTS: usize = 1 << 14;

/// Runs `work` compiled for the widest vector instructions of this machine.
///
/// Everything `work` calls must be `#[inline(always)]`, or it keeps the baseline instructions.
#[inline(always)]
pub(super) fn vectorized<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}

/// Calls `work(first_row, rows_of_a, rows_of_b)` on matching row blocks of two row-major arrays,
/// in parallel if they are large.
pub(super) fn over_rows<A: Send, B: Send>(
    a: &mut [A],
    a_width: usize,
    b: &mut [B],
    b_width: usize,
    work: impl Fn(usize, &mut [A], &mut [B]) + Sync,
) {
    // One call of `work` in the whole program: the compiler then inlines it into the function that
    // has the vector instructions switched on.
    #[inline(never)]
    fn block<A, B>(
        work: &impl Fn(usize, &mut [A], &mut [B]),
        first: usize,
        a: &mut [A],
        b: &mut [B],
    ) {
        vectorized(
            #[inline(always)]
            || work(first, a, b),
        );
    }
    let rows = a.len() / a_width.max(1);
    if a.len().max(b.len()) < PARALLEL_ELEMENTS || rows < 2 {
        block(&work, 0, a, b);
        return;
    }
    let share = rows.div_ceil(rayon::current_num_threads()).max(1);
    a.par_chunks_mut(share * a_width)
        .zip(b.par_chunks_mut(share * b_width))
        .enumerate()
        .for_each(|(index, (a, b))| block(&work, index * share, a, b));
}

/// As [`over_rows`] with one array.
pub(super) fn over_rows_of<A: Send>(
    a: &mut [A],
    width: usize,
    work: impl Fn(usize, &mut [A]) + Sync,
) {
    #[inline(never)]
    fn block<A>(work: &impl Fn(usize, &mut [A]), first: usize, a: &mut [A]) {
        vectorized(
            #[inline(always)]
            || work(first, a),
        );
    }
    let rows = a.len() / width.max(1);
    if a.len() < PARALLEL_ELEMENTS || rows < 2 {
        block(&work, 0, a);
        return;
    }
    let share = rows.div_ceil(rayon::current_num_threads()).max(1);
    a.par_chunks_mut(share * width)
        .enumerate()
        .for_each(|(index, a)| block(&work, index * share, a));
}
