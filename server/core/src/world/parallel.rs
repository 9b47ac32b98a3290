//! Work on a whole map shared among the machine's cores. What comes out does not depend on how many there are.

/// Items that are worth a thread.
const ITEMS_PER_THREAD: usize = 10_000;
/// More threads than this wait for memory, not for cores.
const THREADS_MAX: usize = 8;

/// What `work` makes of each piece of `items`, in their order.
pub(super) fn over_pieces<'a, T: Sync, R: Send>(items: &'a [T], work: impl Fn(&'a [T]) -> Vec<R> + Sync) -> Vec<R> {
    let worth = (items.len() / ITEMS_PER_THREAD).min(THREADS_MAX);
    if worth < 2 {
        return work(items);
    }
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(worth));
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::Mutex;

    #[test]
    fn pieces_come_back_in_order_from_more_threads_than_one() {
        for many in [0, 1, ITEMS_PER_THREAD, 5 * ITEMS_PER_THREAD + 3] {
            let items: Vec<usize> = (0..many).collect();
            let threads = Mutex::new(HashSet::new());
            let doubled = over_pieces(&items, |piece| {
                threads.lock().unwrap().insert(std::thread::current().id());
                piece.iter().map(|n| n * 2).collect()
            });
            assert_eq!(doubled, items.iter().map(|n| n * 2).collect::<Vec<_>>());
            let cores = std::thread::available_parallelism().unwrap().get();
            let wanted = (many / ITEMS_PER_THREAD).clamp(1, cores.min(THREADS_MAX));
            assert_eq!(threads.into_inner().unwrap().len(), wanted);
        }
        assert_eq!(both(|| 1, || 2), (1, 2));
    }

    #[test]
    #[should_panic(expected = "as it was")]
    fn a_panic_in_a_piece_is_the_callers() {
        let items = vec![0; 3 * ITEMS_PER_THREAD];
        // Raised without the hook's line on the console, where whoever reads a green run would take it for a failure.
        over_pieces(&items, |_| -> Vec<()> {
            std::panic::resume_unwind(Box::new("as it was"))
        });
    }
}
