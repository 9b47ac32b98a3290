//! CPU time of processes, to the nanosecond, as Linux counts it per thread.

use std::time::Duration;

/// All threads of a process that live.
pub fn of(pid: u32) -> Duration {
    of_threads(pid, "")
}

/// The threads of a process whose names begin so.
pub fn of_threads(pid: u32, name: &str) -> Duration {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else {
        return Duration::ZERO;
    };
    let nanos = threads.filter_map(Result::ok).filter_map(|thread| {
        if !name.is_empty()
            && !std::fs::read_to_string(thread.path().join("comm"))
                .ok()?
                .starts_with(name)
        {
            return None;
        }
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}
