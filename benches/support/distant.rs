//! A long line to a server on this machine, with the round-trip time of a distant one. Needs `server` next to
//! it.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// A long line, at a port of its own.
pub(crate) struct Line {
    pub(crate) port: u16,
}

impl Line {
    /// A line to this port with this round-trip time. Ends with the program.
    pub(crate) fn start(to: u16, way: Duration) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for near in listener.incoming() {
                let (near, far) = (near.unwrap(), TcpStream::connect(("127.0.0.1", to)).unwrap());
                near.set_nodelay(true).unwrap();
                far.set_nodelay(true).unwrap();
                let answered = Arc::new(AtomicBool::new(false));
                let (up, down) = (Arc::clone(&answered), answered);
                let (back, forth) = (far.try_clone().unwrap(), near.try_clone().unwrap());
                // The system accepts a connection at once: the missing round trip is added to the first data
                // that are sent.
                let late = move || if up.load(Ordering::Relaxed) { way / 2 } else { way + way / 2 };
                thread::spawn(move || carry(near, far, late));
                thread::spawn(move || {
                    carry(back, forth, || {
                        down.store(true, Ordering::Relaxed);
                        way / 2
                    });
                });
            }
        });
        Self { port }
    }
}

/// Passes data on, each part with the delay of the time at which it comes.
fn carry(mut from: TcpStream, mut to: TcpStream, late: impl Fn() -> Duration) {
    let (sender, parts) = channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        for (due, part) in parts {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&part).is_err() {
                return;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if sender.send((Instant::now() + late(), buffer[..length].to_vec())).is_err() {
            return;
        }
    }
}
