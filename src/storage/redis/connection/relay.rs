//! A relay between fred and the server, in this process: it checks the server's data before fred decodes
//! them.
//!
//! fred has no place to inspect arriving data, and decodes all of them. So larder makes the connection
//! itself, and fred's own leads only to here.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::FutureExt as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::super::error;
use super::doorway::Doorway;
use super::framing::{Framing, Piece};
use super::greeting::Greeting;
use super::limits::{Asked, Commands};
use super::place::{Place, Purpose};
use super::server_end::{REFUSAL, ServerEnd};
use super::transport::{Reader, Transport, Way, Writer};
use crate::model::{Error, Result, Traffic};

/// Bytes that are taken at a time: from the server, and for it.
const DOWN: usize = 128 << 10;
const UP: usize = 32 << 10;

/// The relay of one fred client. Cheap to clone.
#[derive(Clone)]
pub(super) struct Relay {
    task: AbortHandle,
    reason: Arc<OnceLock<Error>>,
    greeted: watch::Receiver<bool>,
}

impl Relay {
    /// Connects to a server within `timeout`, and greets it unless that is left to fred. Returns the socket
    /// for fred, too.
    pub(super) async fn open(
        place: &Place,
        way: &Way,
        timeout: Duration,
        purpose: Purpose,
        greeting: Option<Greeting>,
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
        let (answered, greeted) = watch::channel(false);
        let traffic = way.traffic.clone();
        let carried = async move {
            let Ok(near) = doorway.accept().await else { return };
            carry(near, server, purpose, (greeting, answered), traffic, |end| {
                if let Some(reason) = end.told(&address) {
                    let _ = told.set(reason);
                }
            })
            .await;
        };
        let task = tokio::spawn(carried.boxed());
        Ok((Self { task: task.abort_handle(), reason, greeted }, path))
    }

    /// Waits until the server has answered the greeting; for ever, if it has refused it.
    pub(super) async fn greeted(&self) {
        let mut greeted = self.greeted.clone();
        if greeted.wait_for(|greeted| *greeted).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Why it ended, unless one side just closed it.
    pub(super) fn reason(&self) -> Option<Error> {
        self.reason.get().cloned()
    }

    /// Ends it at once: nothing more is sent, not even data that fred has handed over.
    pub(super) fn stop(&self) {
        self.task.abort();
    }
}

/// Carries data both ways until one side ends.
async fn carry(
    near: Transport,
    server: Transport,
    purpose: Purpose,
    (greeting, answered): (Option<Greeting>, watch::Sender<bool>),
    traffic: Traffic,
    ended: impl FnOnce(ServerEnd),
) {
    let asked = Asked::new(purpose.value(), purpose.has_messages());
    let Transport { reader: mut near_reader, writer: mut near_writer } = near;
    let Transport { reader: mut server_reader, writer: mut server_writer } = server;
    let greeting = greeting.as_ref();
    if let Some(greeting) = greeting
        && greeting.answer(&mut near_reader, &mut near_writer).await.is_err()
    {
        return;
    }
    let end = {
        let down = async {
            let mut buffer = vec![0; DOWN];
            let come = match greeting {
                Some(greeting) => greeting.answered(&mut server_reader, &mut buffer).await?,
                None => 0,
            };
            answered.send_replace(true);
            let framing = Framing::new(purpose.framing());
            let server = (server_reader, buffer, come);
            pass_replies(server, &mut near_writer, framing, asked.clone(), &traffic).await
        };
        let up = async {
            if let Some(greeting) = greeting {
                greeting.send(&mut server_writer).await?;
            }
            let commands = Commands::new(asked.clone());
            pass_commands(&mut near_reader, server_writer, commands, &traffic).await
        };
        tokio::pin!(down);
        tokio::select! {
            end = &mut down => end,
            // fred is gone, and so are its questions. But a server that accepts nothing more may have said
            // why.
            sent = up => match sent {
                Ok(()) => return,
                Err(_) => down.await,
            },
        }
    };
    // The reason has to be there before fred can see the end.
    if let Err(end) = end {
        ended(end);
    }
    let _ = near_writer.shutdown().await;
    // A socket closed with commands in it would withdraw the replies before fred has read them.
    let _ = tokio::io::copy(&mut near_reader, &mut tokio::io::sink()).await;
}

async fn pass_commands(
    near: &mut Reader,
    mut server: Writer,
    mut commands: Commands,
    traffic: &Traffic,
) -> io::Result<()> {
    let mut buffer = vec![0; UP];
    loop {
        let Ok(length @ 1..) = near.read(&mut buffer).await else { return Ok(()) };
        commands.read(&buffer[..length]);
        server.write_all(&buffer[..length]).await?;
        server.flush().await?;
        traffic.add_gone(length);
    }
}

/// `come` is the number of bytes in the buffer at the start.
async fn pass_replies(
    (mut server, mut buffer, mut come): (Reader, Vec<u8>, usize),
    near: &mut Writer,
    mut framing: Framing,
    mut asked: Asked,
    traffic: &Traffic,
) -> std::result::Result<(), ServerEnd> {
    let mut held = 0;
    let mut pieces = Vec::new();
    let mut first = Vec::new();
    loop {
        let length = match std::mem::take(&mut come) {
            0 => match server.read(&mut buffer[held..]).await {
                Ok(length) => length,
                // The server had closed before it was asked anything, which the system reports in this way.
                Err(error) => return Err(ServerEnd::after(&first).or_broken(error)),
            },
            come => come,
        };
        if length == 0 {
            return Err(ServerEnd::after(&first));
        }
        traffic.add_come(length);
        let bytes = &buffer[..held + length];
        if first.len() <= REFUSAL {
            first.extend(bytes[held..].iter().take(REFUSAL + 1));
        }
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
        let used = checked.map_err(ServerEnd::Lied)?;
        let end = held + length;
        buffer.copy_within(used..end, 0);
        held = end - used;
    }
}
