//! The system's limit of open files: what starts with too few is told, not left to fail halfway.

use rustix::io::dup;
use rustix::process::{Resource, getrlimit};
use rustix::stdio::stderr;

use crate::model::{Error, ErrorKind, Result};

/// Files that must be possible to open besides those that are open: the runtime, the signals, the
/// terminal and one connection take twelve, a second connection four.
const MIN_FREE_FILES: usize = 16;

/// Refuses to start where too few files can be opened: libraries would panic on the way, and a
/// server would be blamed for a connection that larder could not make.
///
/// # Errors
/// [`ErrorKind::Io`] with the limit, and how to raise it.
pub(super) fn check_files() -> Result<()> {
    let opened: Vec<_> = (0..MIN_FREE_FILES).map_while(|_| dup(stderr()).ok()).collect();
    if opened.len() == MIN_FREE_FILES {
        return Ok(());
    }
    let limit = getrlimit(Resource::Nofile).current;
    let limit = limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string());
    let problem = format!("larder may open too few files here (the limit is {limit})");
    Err(Error::new(ErrorKind::Io, problem).hint("raise it: ulimit -n 256"))
}
