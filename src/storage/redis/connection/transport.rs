//! Both directions of a connection, whatever carries it.

use tokio::io::{AsyncRead, AsyncWrite};

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
