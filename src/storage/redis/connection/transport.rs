//! The transport to the server itself: TCP or ssh, TLS over it, or a Unix socket.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, Join};
use tokio::net::{TcpStream, UnixStream, lookup_host};
use tokio_rustls::client::TlsStream;

use super::super::error::NOT_LOOKED_UP;
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
                Place::Tcp(host) | Place::Node(host) => self.to(host, timeout).await,
                Place::Unix(path) => {
                    Ok(Transport::of(UnixStream::connect(path).await?.into_split()))
                }
                Place::Cluster(_) => Err(io::ErrorKind::Unsupported.into()),
            }
        };
        tokio::time::timeout(timeout, opening).await.unwrap_or_else(|expired| Err(expired.into()))
    }

    async fn to(&self, host: &Host, timeout: Duration) -> io::Result<Transport> {
        let Some(tls) = &self.tls else { return self.plain(host, timeout).await };
        Ok(Transport::of(tokio::io::split(self.secure(tls, host, timeout).await?)))
    }

    /// Connects without TLS.
    async fn plain(&self, host: &Host, timeout: Duration) -> io::Result<Transport> {
        if let Some(tunnel) = &self.tunnel {
            return Ok(Transport::of(tunnel.open(host)?));
        }
        let lookup = lookup_host((host.name.as_str(), host.port));
        let addresses: Vec<_> = looked_up(lookup, timeout).await?.collect();
        let stream = TcpStream::connect(&*addresses).await?;
        stream.set_nodelay(true)?;
        Ok(Transport::of(stream.into_split()))
    }

    /// Connects with TLS. A Redis server without it waits for the end of a line that never comes, so a silent
    /// server is tried without.
    async fn secure(&self, tls: &Tls, host: &Host, timeout: Duration) -> io::Result<Secure> {
        let Transport { reader, writer } = self.plain(host, timeout).await?;
        let handshake = tls.connect(&host.name, tokio::io::join(reader, writer));
        tokio::pin!(handshake);
        if let Ok(done) = tokio::time::timeout(SILENCE, &mut handshake).await {
            return done;
        }
        tokio::select! {
            biased;
            done = &mut handshake => return done,
            is_plain = self.answers_without_tls(host, timeout) => if is_plain {
                let no_record = rustls::InvalidMessage::InvalidContentType;
                return Err(io::Error::other(rustls::Error::InvalidMessage(no_record)));
            }
        }
        handshake.await
    }

    /// Whether a Redis server answers a question without a secret; even a refusal is an answer.
    async fn answers_without_tls(&self, host: &Host, timeout: Duration) -> bool {
        let answer = async {
            let Transport { mut reader, mut writer } = self.plain(host, timeout).await?;
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
            let stream = self.secure(tls, host, timeout).await?;
            let (_, session) = stream.get_ref();
            Ok(session.peer_certificates().and_then(|all| Some(all.first()?.to_vec())))
        };
        tokio::time::timeout(timeout, shown).await.unwrap_or_else(|expired| Err(expired.into()))
    }
}

/// What a lookup finds, within nine tenths of the time for connecting: a name server that is silent is told
/// from a server that is.
async fn looked_up<T>(
    lookup: impl Future<Output = io::Result<T>>,
    timeout: Duration,
) -> io::Result<T> {
    let found = tokio::time::timeout(timeout.mul_f32(0.9), lookup).await;
    found.unwrap_or_else(|_| Err(io::Error::other(NOT_LOOKED_UP)))
}

#[cfg(test)]
mod tests {
    use super::super::super::error;
    use super::*;

    #[tokio::test]
    async fn a_name_server_that_is_silent_is_no_server_that_is() {
        let silent = std::future::pending::<io::Result<()>>();
        let why = looked_up(silent, Duration::from_millis(20)).await.unwrap_err();
        let told = error::transport(&why, "db.internal:6379").to_string();
        assert!(told.starts_with("host not found in time: db.internal; "), "{told}");
        assert!(told.contains("name server"), "{told}");
        let found = looked_up(async { Ok(7) }, Duration::from_secs(9)).await;
        assert_eq!(found.unwrap(), 7);
    }
}
