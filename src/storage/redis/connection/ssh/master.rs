//! An `ssh` that others go through, which the user's settings may keep alive.
//!
//! Larder asks for `ControlPersist=no`; a wrapper that runs as `ssh` may choose otherwise.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// Name of its socket, in a folder of larder's.
pub(super) const SOCKET: &str = "s";

/// Time limit for its answer.
const PATIENCE: Duration = Duration::from_millis(500);

/// `MUX_MSG_HELLO` of version 4 and `MUX_C_TERMINATE` with the number 0, each behind its length, as specified
/// in OpenSSH's `PROTOCOL.mux`.
const TERMINATE: [u8; 24] =
    [0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 8, 0x10, 0, 0, 5, 0, 0, 0, 0];

/// Ends the `ssh` that listens in this folder, if there is one.
pub(in crate::storage) fn end(folder: &Path) {
    if let Ok(stream) = UnixStream::connect(folder.join(SOCKET))
        && let Err(why) = terminate(stream)
    {
        crate::logs::info!("the ssh in {} has not answered: {why}", folder.display());
    }
}

fn terminate(mut stream: UnixStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&TERMINATE)?;
    // Its hello and its consent; then it closes.
    let mut answer = [0; 64];
    while stream.read(&mut answer)? > 0 {}
    Ok(())
}
