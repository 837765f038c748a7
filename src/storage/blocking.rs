//! Work on threads that may block.
//!
//! tokio is compiled once for each type of work, at some twenty functions a type. All work is boxed here, so
//! that it is of one type.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinHandle;

/// Work in a box.
type Boxed = Box<dyn FnOnce() + Send>;

/// Starts work beside the tasks; it goes on where its handle is dropped.
pub(crate) fn start(work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    start_boxed(Box::new(work))
}

/// Starts work beside the tasks, and gives its result; it goes on where that is not waited for.
///
/// # Errors
/// The work has panicked, or the runtime ended before it began.
pub(crate) fn run<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = io::Result<T>> + Send {
    let result = Arc::new(Mutex::new(None));
    let place = Arc::clone(&result);
    let handle = start(move || {
        let made = work();
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
    });
    async move {
        handle.await.map_err(io::Error::other)?;
        let made = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        made.ok_or_else(|| io::Error::other("the work gave no result"))
    }
}

fn start_boxed(work: Boxed) -> JoinHandle<()> {
    tokio::task::spawn_blocking(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_result_is_given_and_a_panic_is_told() {
        assert_eq!(run(|| 7).await.unwrap(), 7);
        let failed = run(|| -> u8 { panic!("a fault of this test") }).await;
        let told = failed.unwrap_err().to_string();
        assert!(told.contains("a fault of this test"), "{told}");
    }

    #[tokio::test]
    async fn work_goes_on_where_nobody_waits_for_it() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let (go, gone) = std::sync::mpsc::channel();
        drop(run(move || {
            let _ = gone.recv();
            let _ = sender.send(7);
        }));
        go.send(()).unwrap();
        assert_eq!(receiver.await.unwrap(), 7);
    }
}
