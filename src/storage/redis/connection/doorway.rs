//! The socket through which only fred reaches a [relay](super::relay).

use std::io;
use std::path::PathBuf;

use tokio::net::UnixListener;

use super::transport::Transport;
use crate::scratch::Scratch;

/// A Unix socket for one connection, of this process only.
pub(super) struct Doorway {
    listener: UnixListener,
    pub(super) path: PathBuf,
    /// The folder of the socket, if it is in one.
    _folder: Option<Scratch>,
}

impl Doorway {
    pub(super) fn open() -> io::Result<Self> {
        let (path, folder) = place()?;
        Ok(Self { listener: UnixListener::bind(&path)?, path, _folder: folder })
    }

    /// Accepts the connection of this process, and closes those of others.
    pub(super) async fn accept(self) -> io::Result<Transport> {
        let own = i32::try_from(std::process::id()).ok();
        loop {
            let (stream, _) = self.listener.accept().await?;
            if stream.peer_cred()?.pid().is_none_or(|pid| Some(pid) == own) {
                return Ok(Transport::of(stream.into_split()));
            }
        }
    }
}

/// A name in no folder, so that nothing is left behind.
#[cfg(target_os = "linux")]
fn place() -> io::Result<(PathBuf, Option<Scratch>)> {
    let chance = getrandom::u64().map_err(io::Error::other)?;
    let name = format!("\0larder-{}-{chance:016x}", std::process::id());
    Ok((PathBuf::from(name), None))
}

/// A path in a folder that only this user can enter.
#[cfg(not(target_os = "linux"))]
fn place() -> io::Result<(PathBuf, Option<Scratch>)> {
    let folder = Scratch::make()?;
    Ok((folder.path().join("s"), Some(folder)))
}
