//! A wire to a server that can be cut or made silent.
#![allow(dead_code, reason = "every test binary uses its own part of this file")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside #[test]")]

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The behaviour of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// All bytes pass in both directions.
    Open,
    /// Requests arrive; answers do not.
    Silent,
    /// Connections are closed, also new ones.
    Cut,
}

pub(super) struct Proxy {
    pub(super) port: u16,
    wire: Arc<watch::Sender<Wire>>,
}

impl Proxy {
    pub(super) async fn start(to: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let wire = Arc::new(watch::Sender::new(Wire::Open));
        let shared = Arc::clone(&wire);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let state = shared.subscribe();
                if *state.borrow() != Wire::Cut
                    && let Ok(far) = TcpStream::connect(("127.0.0.1", to)).await
                {
                    tokio::spawn(carry(near, far, state));
                }
            }
        });
        Self { port, wire }
    }

    pub(super) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(super) fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }
}

async fn carry(mut near: TcpStream, mut far: TcpStream, mut state: watch::Receiver<Wire>) {
    let (mut up, mut down) = ([0; 4096], [0; 4096]);
    loop {
        let now = *state.borrow_and_update();
        tokio::select! {
            read = near.read(&mut up) => match read {
                Ok(n) if n > 0 => if far.write_all(&up[..n]).await.is_err() { return },
                _ => return,
            },
            read = far.read(&mut down), if now == Wire::Open => match read {
                Ok(n) if n > 0 => if near.write_all(&down[..n]).await.is_err() { return },
                _ => return,
            },
            changed = state.changed() => {
                if changed.is_err() || *state.borrow() == Wire::Cut {
                    return;
                }
            }
        }
    }
}
