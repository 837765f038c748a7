//! The transport to the server itself: TCP or ssh, TLS over it, or a Unix socket.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, Join};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::client::TlsStream;

use super::place::Place;
use super::ssh::Tunnel;
use super::tls::Tls;
use crate::model::Traffic;
use crate::storage::target::Host;

/// Data from a server.
pub(super) type Reader = Box<dyn AsyncRead + Send + Unpin>;
/// Data for a server.
pub(super) type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// Both directions, with TLS.
type Secure = TlsStream<Join<Reader, Writer>>;

/// Time for which a server may be silent in TLS before it is tried without.
const SILENCE: Duration = Duration::from_secs(1);

/// Both directions of one connection.
pub(super) struct Transport {
    pub(super) reader: Reader,
    pub(super) writer: Writer,
}

impl Transport {
    /// A transport of two halves.
    pub(super) fn of(
        (reader, writer): (
            impl AsyncRead + Send + Unpin + 'static,
            impl AsyncWrite + Send + Unpin + 'static,
        ),
    ) -> Self {
        Self { reader: Box::new(reader), writer: Box::new(writer) }
    }
}

/// The layers between this process and a host.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) tls: Option<Tls>,
    pub(super) tunnel: Option<Tunnel>,
    /// Counts of transferred bytes.
    pub(super) traffic: Traffic,
}

impl Way {
    /// Connects to one server within `timeout`: a cluster is connected to node by node.
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
        let Some(tls) = &self.tls else { return self.plain(host).await };
        Ok(Transport::of(tokio::io::split(self.secure(tls, host).await?)))
    }

    /// Connects without TLS.
    async fn plain(&self, host: &Host) -> io::Result<Transport> {
        if let Some(tunnel) = &self.tunnel {
            return Ok(Transport::of(tunnel.open(host)?));
        }
        let stream = TcpStream::connect((host.name.as_str(), host.port)).await?;
        stream.set_nodelay(true)?;
        Ok(Transport::of(stream.into_split()))
    }

    /// Connects with TLS. A Redis server without it waits for the end of a line that never comes, so a silent
    /// server is tried without.
    async fn secure(&self, tls: &Tls, host: &Host) -> io::Result<Secure> {
        let Transport { reader, writer } = self.plain(host).await?;
        let handshake = tls.connect(&host.name, tokio::io::join(reader, writer));
        tokio::pin!(handshake);
        if let Ok(done) = tokio::time::timeout(SILENCE, &mut handshake).await {
            return done;
        }
        tokio::select! {
            biased;
            done = &mut handshake => return done,
            is_plain = self.answers_without_tls(host) => if is_plain {
                let no_record = rustls::InvalidMessage::InvalidContentType;
                return Err(io::Error::other(rustls::Error::InvalidMessage(no_record)));
            }
        }
        handshake.await
    }

    /// Whether a Redis server answers a question without a secret; even a refusal is an answer.
    async fn answers_without_tls(&self, host: &Host) -> bool {
        let answer = async {
            let Transport { mut reader, mut writer } = self.plain(host).await?;
            writer.write_all(b"PING\r\n").await?;
            writer.flush().await?;
            reader.read_u8().await
        };
        matches!(answer.await, Ok(b'+' | b'-'))
    }

    /// The certificate of a server over TLS, in DER, once it was verified.
    pub(super) async fn certificate(
        &self,
        host: &Host,
        timeout: Duration,
    ) -> io::Result<Option<Vec<u8>>> {
        let Some(tls) = &self.tls else { return Ok(None) };
        let shown = async {
            let stream = self.secure(tls, host).await?;
            let (_, session) = stream.get_ref();
            Ok(session.peer_certificates().and_then(|all| Some(all.first()?.to_vec())))
        };
        tokio::time::timeout(timeout, shown).await.unwrap_or_else(|expired| Err(expired.into()))
    }
}
