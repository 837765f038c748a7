//! The way to the server itself: TCP or ssh, TLS over it, or a Unix socket.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use super::place::Place;
use super::ssh::Tunnel;
use super::tls::Tls;
use crate::model::Traffic;
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

/// What lies between this process and a host.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) tls: Option<Tls>,
    pub(super) tunnel: Option<Tunnel>,
    /// What comes and goes by it.
    pub(super) traffic: Traffic,
}

impl Way {
    /// Connects within `timeout`, to one server: a cluster is connected to node by node.
    pub(super) async fn open(&self, place: &Place, timeout: Duration) -> io::Result<Transport> {
        let opening = async {
            match place {
                Place::Tcp(host) | Place::Node(host) => self.to(host).await,
                Place::Unix(path) => {
                    Ok(Transport::of(UnixStream::connect(path).await?.into_split()))
                }
                Place::Cluster(_) => Err(io::ErrorKind::Unsupported.into()),
            }
        };
        tokio::time::timeout(timeout, opening).await.unwrap_or_else(|expired| Err(expired.into()))
    }

    async fn to(&self, host: &Host) -> io::Result<Transport> {
        let Some(tunnel) = &self.tunnel else { return self.tcp(host).await };
        let (reader, writer) = tunnel.open(host)?;
        let Some(tls) = &self.tls else { return Ok(Transport::of((reader, writer))) };
        let stream = tokio::io::join(reader, writer);
        Ok(Transport::of(tokio::io::split(tls.connect(&host.name, stream).await?)))
    }

    /// What a server shows of itself over TLS, once that was verified: its certificate in DER.
    pub(super) async fn certificate(
        &self,
        host: &Host,
        timeout: Duration,
    ) -> io::Result<Option<Vec<u8>>> {
        let Some(tls) = &self.tls else { return Ok(None) };
        let shown = async {
            let stream = TcpStream::connect((host.name.as_str(), host.port)).await?;
            let stream = tls.connect(&host.name, stream).await?;
            let (_, session) = stream.get_ref();
            Ok(session.peer_certificates().and_then(|all| Some(all.first()?.to_vec())))
        };
        tokio::time::timeout(timeout, shown).await.unwrap_or_else(|expired| Err(expired.into()))
    }

    async fn tcp(&self, host: &Host) -> io::Result<Transport> {
        let stream = TcpStream::connect((host.name.as_str(), host.port)).await?;
        stream.set_nodelay(true)?;
        let Some(tls) = &self.tls else { return Ok(Transport::of(stream.into_split())) };
        Ok(Transport::of(tokio::io::split(tls.connect(&host.name, stream).await?)))
    }
}
