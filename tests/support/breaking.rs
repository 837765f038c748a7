//! A way to a server that breaks at the first script.
#![allow(unreachable_pub, reason = "shared as a private module of several test binaries")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside #[test]")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// A way to the server that breaks once, at the first script: `after` the server got it, so that
/// only the answer is lost, or before. Gives the port.
pub fn breaking(server: u16, after: bool) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let broken = Arc::new(AtomicBool::new(false));
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, broken) = (client.unwrap(), Arc::clone(&broken));
            let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
            let dead = Arc::new(AtomicBool::new(false));
            let back =
                (server.try_clone().unwrap(), client.try_clone().unwrap(), Arc::clone(&dead));
            thread::spawn(move || answers(back.0, back.1, &back.2));
            thread::spawn(move || questions(client, server, &broken, &dead, after));
        }
    });
    port
}

fn questions(
    mut client: TcpStream,
    mut server: TcpStream,
    broken: &AtomicBool,
    dead: &AtomicBool,
    after: bool,
) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        let text = &buffer[..count];
        let holds = |part: &[u8]| text.windows(part.len()).any(|word| word == part);
        // Not the one by which larder asks whether scripts are permitted.
        let script = holds(b"EVAL\r\n") && !holds(b"$8\r\nreturn 1\r\n");
        if script && !broken.swap(true, Ordering::SeqCst) {
            dead.store(true, Ordering::SeqCst);
            if after {
                server.write_all(text).unwrap();
            } else {
                let _ = server.shutdown(Shutdown::Both);
                let _ = client.shutdown(Shutdown::Both);
            }
            // The other direction closes both when the answer has come.
            return;
        }
        if server.write_all(text).is_err() {
            return;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
}

fn answers(mut server: TcpStream, mut client: TcpStream, dead: &AtomicBool) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count @ 1..) = server.read(&mut buffer) {
        if dead.load(Ordering::SeqCst) {
            break;
        }
        if client.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}
