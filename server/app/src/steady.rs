//! Work that goes on when nobody waits for it any more.

use std::future::Future;

/// Runs a database write to its end on a task of its own. A handler's future is dropped when its client hangs up, and a
/// transaction dropped midway has been seen to lose later, acknowledged rows.
pub async fn steady<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, tokio::task::JoinError> {
    tokio::spawn(work).await
}
