//! The connection to the server itself: TCP, TLS over it, or a Unix socket.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use super::place::Place;
use super::tls::Tls;
use crate::storage::target::Host;

/// What comes of a server.
pub(super) type Reader = Box<dyn AsyncRead + Send + Unpin>;
/// What goes to it.
pub(super) type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// Both directions of one connection.
pub(super) struct Transport {
    pub(super) reader: Reader,
    pub(super) writer: Writer,
}

impl Transport {
    /// Connects within `timeout`, to one server: a cluster is connected to node by node.
    pub(super) async fn open(
        place: &Place,
        tls: Option<&Tls>,
        timeout: Duration,
    ) -> io::Result<Self> {
        let opening = async {
            match place {
                Place::Tcp(host) | Place::Node(host) => tcp(host, tls).await,
                Place::Unix(path) => Ok(Self::of(UnixStream::connect(path).await?.into_split())),
                Place::Cluster(_) => Err(io::ErrorKind::Unsupported.into()),
            }
        };
        tokio::time::timeout(timeout, opening).await.unwrap_or_else(|expired| Err(expired.into()))
    }

    /// From two halves.
    pub(super) fn of(
        (reader, writer): (
            impl AsyncRead + Send + Unpin + 'static,
            impl AsyncWrite + Send + Unpin + 'static,
        ),
    ) -> Self {
        Self { reader: Box::new(reader), writer: Box::new(writer) }
    }
}

async fn tcp(host: &Host, tls: Option<&Tls>) -> io::Result<Transport> {
    let stream = TcpStream::connect((host.name.as_str(), host.port)).await?;
    stream.set_nodelay(true)?;
    let Some(tls) = tls else { return Ok(Transport::of(stream.into_split())) };
    Ok(Transport::of(tokio::io::split(tls.connect(&host.name, stream).await?)))
}
