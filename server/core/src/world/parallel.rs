//! Work on a whole map shared among the machine's cores. What comes out does not depend on how many there are.

/// Items that are worth a thread.
const ITEMS_PER_THREAD: usize = 10_000;
/// More threads than this wait for memory, not for cores.
const THREADS_MAX: usize = 8;

/// What `work` makes of each piece of `items`, in their order.
pub(super) fn over_pieces<'a, T: Sync, R: Send>(items: &'a [T], work: impl Fn(&'a [T]) -> Vec<R> + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let threads = (items.len() / ITEMS_PER_THREAD).clamp(1, cores.min(THREADS_MAX));
    if threads == 1 {
        return work(items);
    }
    std::thread::scope(|scope| {
        let pieces: Vec<_> = items
            .chunks(items.len().div_ceil(threads))
            .map(|piece| scope.spawn(|| work(piece)))
            .collect();
        pieces.into_iter().flat_map(joined).collect()
    })
}

/// Does both at once.
pub(super) fn both<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (joined(one), other)
    })
}

fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panicked| std::panic::resume_unwind(panicked))
}
