//! Between fred and the server, in this process: what the server sends is checked before fred
//! decodes it.
//!
//! fred has no place where one could look at what arrives, and decodes whatever that is. So larder
//! makes the connection itself, and fred's own leads only to here.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::FutureExt as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::AbortHandle;

use super::super::error;
use super::doorway::Doorway;
use super::framing::{Framing, Piece, Violation};
use super::limits::{Asked, Commands};
use super::place::{Place, Purpose};
use super::transport::{Reader, Transport, Way, Writer};
use crate::model::{Error, ErrorKind, Result};

/// How much is taken at a time of what the server sends, and of what is sent to it.
const DOWN: usize = 128 << 10;
const UP: usize = 32 << 10;

/// The relay of one fred client. Cheap to clone.
#[derive(Clone)]
pub(super) struct Relay {
    task: AbortHandle,
    reason: Arc<OnceLock<Error>>,
}

impl Relay {
    /// Connects to a server within `timeout`. Gives the socket, too, at which fred finds it.
    pub(super) async fn open(
        place: &Place,
        way: &Way,
        timeout: Duration,
        purpose: Purpose,
    ) -> Result<(Self, PathBuf)> {
        let address = place.to_string();
        let opened = way.open(place, timeout).await;
        let server = opened.map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => error::no_answer(&address, timeout),
            _ => error::transport(&error, &address),
        })?;
        let doorway = Doorway::open().map_err(|error| error::no_relay(&error))?;
        let path = doorway.path.clone();
        let reason = Arc::new(OnceLock::new());
        let told = Arc::clone(&reason);
        let carried = async move {
            let Ok(near) = doorway.accept().await else { return };
            carry(near, server, purpose, |end| {
                if let Some(reason) = end.told(&address) {
                    let _ = told.set(reason);
                }
            })
            .await;
        };
        let task = tokio::spawn(carried.boxed());
        Ok((Self { task: task.abort_handle(), reason }, path))
    }

    /// Why it ended, where it was for another reason than that one side closed it.
    pub(super) fn reason(&self) -> Option<Error> {
        self.reason.get().cloned()
    }

    /// Ends it at once: nothing more is sent, not even what fred has handed over.
    pub(super) fn stop(&self) {
        self.task.abort();
    }
}

/// How the server's side of a connection ended.
enum End {
    Broken(io::Error),
    Lied(Violation),
}

impl End {
    /// What fred cannot know of it.
    fn told(self, address: &str) -> Option<Error> {
        match self {
            // A server that wants another certificate says so after the handshake, and ssh when it
            // has tried. All else looks to fred as it is.
            Self::Broken(error) => {
                let failed = error
                    .get_ref()
                    .and_then(|why| why.downcast_ref::<error::SshFailed>())
                    .is_some();
                Some(error::transport(&error, address))
                    .filter(|error| failed || error.kind == ErrorKind::Tls)
            }
            Self::Lied(Violation::NoReply) => Some(error::not_redis(address)),
            Self::Lied(violation) => Some(error::protocol(&violation.to_string(), address)),
        }
    }
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

/// Carries both ways until one side ends.
async fn carry(near: Transport, server: Transport, purpose: Purpose, ended: impl FnOnce(End)) {
    let asked = Asked::new(purpose.value(), purpose.has_messages());
    let Transport { reader: mut near_reader, writer: mut near_writer } = near;
    let framing = Framing::new(purpose.framing());
    let end = {
        let down = pass_replies(server.reader, &mut near_writer, framing, asked.clone());
        tokio::pin!(down);
        tokio::select! {
            end = &mut down => end,
            // fred is gone, and so is what it asked for. But a server that takes nothing more may
            // have said why.
            sent = pass_commands(&mut near_reader, server.writer, Commands::new(asked)) => {
                match sent {
                    Ok(()) => return,
                    Err(_) => down.await,
                }
            }
        }
    };
    // The reason stands before fred can see the end.
    if let Err(end) = end {
        ended(end);
    }
    let _ = near_writer.shutdown().await;
    // Closed with commands in it, a socket would take back the replies before fred has read them.
    let _ = tokio::io::copy(&mut near_reader, &mut tokio::io::sink()).await;
}

async fn pass_commands(
    near: &mut Reader,
    mut server: Writer,
    mut commands: Commands,
) -> io::Result<()> {
    let mut buffer = vec![0; UP];
    loop {
        let Ok(length @ 1..) = near.read(&mut buffer).await else { return Ok(()) };
        commands.read(&buffer[..length]);
        server.write_all(&buffer[..length]).await?;
        server.flush().await?;
    }
}

async fn pass_replies(
    mut server: Reader,
    near: &mut Writer,
    mut framing: Framing,
    mut asked: Asked,
) -> std::result::Result<(), End> {
    let mut buffer = vec![0; DOWN];
    let mut held = 0;
    let mut pieces = Vec::new();
    loop {
        let length = server.read(&mut buffer[held..]).await?;
        if length == 0 {
            return Ok(());
        }
        let bytes = &buffer[..held + length];
        let checked = framing.read(bytes, &mut asked, &mut pieces);
        for piece in pieces.drain(..) {
            let written = match piece {
                Piece::Pass(from, to) => near.write_all(&bytes[from..to]).await,
                Piece::TooLarge(size) => {
                    near.write_all(format!("-{} {size}\r\n", error::TOO_LARGE).as_bytes()).await
                }
            };
            if written.is_err() {
                return Ok(());
            }
        }
        let used = checked.map_err(End::Lied)?;
        let end = held + length;
        buffer.copy_within(used..end, 0);
        held = end - used;
    }
}
