//! A way to a server on which one thing goes wrong, at one byte of one write or of its answer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// A fault; the number is that of the bytes after which it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// No fault; the wire only counts.
    None,
    /// In the write: both ends are closed.
    Cut(usize),
    /// In the write: both ends are reset.
    Reset(usize),
    /// In the write: the near end is closed, and the rest arrives late.
    Late(usize),
    /// In the write: nothing passes any more, and the rest arrives late.
    Stall(usize),
    /// In the answer: both ends are closed.
    CutAnswer(usize),
    /// In the answer: nothing passes any more.
    StallAnswer(usize),
    /// Planted: the write arrives twice, and its answer is cut.
    Twice,
}

impl Fault {
    /// Whether larder sees the fault only by its time limit.
    pub(super) fn stalls(self) -> bool {
        matches!(self, Self::Stall(_) | Self::StallAnswer(_))
    }

    /// Whether something arrives late.
    pub(super) fn is_late(self) -> bool {
        matches!(self, Self::Late(_) | Self::Stall(_))
    }

    fn at_write(self) -> Option<usize> {
        match self {
            Self::Cut(at) | Self::Reset(at) | Self::Late(at) | Self::Stall(at) => Some(at),
            _ => None,
        }
    }

    fn at_answer(self) -> Option<usize> {
        match self {
            Self::CutAnswer(at) | Self::StallAnswer(at) => Some(at),
            Self::Twice => Some(0),
            _ => None,
        }
    }
}

#[derive(Debug, Default)]
struct State {
    /// The fault for the next write.
    armed: Option<Fault>,
    /// Number of times that the wire was armed.
    turn: usize,
    /// Number of bytes of the write and of its answer that came.
    counted: (usize, usize),
    /// The far end, and the bytes that are still to arrive there.
    held: Option<(TcpStream, Vec<u8>)>,
}

/// A way to a server.
pub(super) struct Wire {
    pub(super) port: u16,
    state: Arc<Mutex<State>>,
}

impl Wire {
    pub(super) async fn start(to: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(("127.0.0.1", to)).await else { continue };
                near.set_nodelay(true).unwrap();
                far.set_nodelay(true).unwrap();
                tokio::spawn(carry(near, far, Arc::clone(&shared)));
            }
        });
        Self { port, state }
    }

    /// Arms the wire with this fault for the next write.
    pub(super) fn arm(&self, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        *state = State { armed: Some(fault), turn: state.turn + 1, ..State::default() };
    }

    /// Number of bytes of a write and of its answer that came since the wire was armed.
    pub(super) fn counted(&self) -> (usize, usize) {
        self.state.lock().unwrap().counted
    }

    /// Whether the write reached the byte of this fault; not known for a fault in the answer.
    pub(super) fn has_struck(&self, fault: Fault) -> bool {
        fault.at_write().is_none_or(|at| self.counted().0 >= at.max(1))
    }

    /// Delivers late bytes, and waits until the server has taken or refused them. Tells whether there were
    /// any.
    pub(super) async fn deliver(&self) -> bool {
        for _ in 0..500 {
            let Some((mut far, rest)) = self.state.lock().unwrap().held.take() else {
                sleep(Duration::from_millis(2)).await;
                continue;
            };
            if far.write_all(&rest).await.is_ok() {
                let mut answer = [0; 1024];
                // Answered, or closed; a write that is not whole is neither.
                let _ = timeout(Duration::from_millis(20), far.read(&mut answer)).await;
            }
            return true;
        }
        false
    }
}

/// The offset at which the first write begins in the bytes for the server.
fn write_begins(bytes: &[u8]) -> Option<usize> {
    let find = |what: &[u8]| bytes.windows(what.len()).position(|window| window == what);
    let command = find(b"\r\n$4\r\nEVAL\r\n").or_else(|| find(b"*1\r\n$5\r\nMULTI\r\n"))?;
    // Back to the star that begins an array; MULTI's own is found at once.
    bytes[..=command].iter().rposition(|byte| *byte == b'*')
}

/// Takes the fault for the next write, once, and the turn that it is for.
fn disarm(state: &Mutex<State>) -> Option<(Fault, usize)> {
    let mut state = state.lock().unwrap();
    let turn = state.turn;
    state.armed.take().map(|fault| (fault, turn))
}

async fn carry(mut near: TcpStream, mut far: TcpStream, state: Arc<Mutex<State>>) {
    let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    // The fault, once its write has begun on this connection.
    let mut fault = None;
    let (mut sent, mut answered, mut turn) = (0, 0, 0);
    loop {
        tokio::select! {
            biased;
            read = near.read(&mut up) => {
                let Ok(count @ 1..) = read else { return };
                let mut bytes = &up[..count];
                if let Some(begin) = write_begins(bytes)
                    && let Some((armed, now)) = disarm(&state)
                {
                    turn = now;
                    fault = Some(armed);
                    (sent, answered) = (0, 0);
                    if far.try_write(&bytes[..begin]).is_err() { return }
                    bytes = &bytes[begin..];
                }
                // Bytes after the write that it was armed for do not concern it.
                fault = fault.filter(|_| turn == state.lock().unwrap().turn);
                let Some(now) = fault else {
                    if far.write_all(bytes).await.is_err() { return }
                    continue;
                };
                state.lock().unwrap().counted.0 += bytes.len();
                if now.at_write().is_some_and(|at| at <= sent + bytes.len()) {
                    let pass = now.at_write().unwrap() - sent;
                    let _ = far.write_all(&bytes[..pass]).await;
                    let rest = bytes[pass..].to_vec();
                    return strike(now, near, far, rest, &state).await;
                }
                sent += bytes.len();
                if far.write_all(bytes).await.is_err() { return }
                if now == Fault::Twice && far.write_all(bytes).await.is_err() { return }
            }
            read = far.read(&mut down) => {
                let Ok(count @ 1..) = read else { return };
                let bytes = &down[..count];
                if let Some(now) = fault {
                    state.lock().unwrap().counted.1 += count;
                    if now.at_answer().is_some_and(|at| at < answered + count) {
                        let pass = now.at_answer().unwrap() - answered;
                        let _ = near.write_all(&bytes[..pass]).await;
                        if now == Fault::Twice {
                            // Both have been run when both are answered.
                            let _ = timeout(Duration::from_millis(20), far.read(&mut down)).await;
                        }
                        return strike(now, near, far, Vec::new(), &state).await;
                    }
                    answered += count;
                }
                if near.write_all(bytes).await.is_err() { return }
            }
        }
    }
}

async fn strike(
    fault: Fault,
    mut near: TcpStream,
    far: TcpStream,
    mut rest: Vec<u8>,
    state: &Mutex<State>,
) {
    let mut more = vec![0; 1 << 16];
    match fault {
        Fault::Reset(_) => {
            near.set_zero_linger().unwrap();
            far.set_zero_linger().unwrap();
        }
        Fault::Late(_) => {
            // Bytes that were sent together are all under way.
            while let Ok(Ok(count @ 1..)) =
                timeout(Duration::from_millis(2), near.read(&mut more)).await
            {
                rest.extend_from_slice(&more[..count]);
            }
            drop(near);
            state.lock().unwrap().held = Some((far, rest));
        }
        Fault::Stall(_) => {
            while let Ok(count @ 1..) = near.read(&mut more).await {
                rest.extend_from_slice(&more[..count]);
            }
            state.lock().unwrap().held = Some((far, rest));
        }
        Fault::StallAnswer(_) => {
            // Until larder gives it up.
            while let Ok(1..) = near.read(&mut more).await {}
        }
        _ => {}
    }
}
