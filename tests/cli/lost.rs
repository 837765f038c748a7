//! A write whose answer is lost on the way is settled, and told.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::program::Program;

/// A way to the server that breaks once, at the first script: `after` the server got it, so that
/// only the answer is lost, or before. Gives the port.
fn breaking(server: u16, after: bool) -> u16 {
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
        let script = text.windows(4).any(|word| word == b"EVAL");
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

#[test]
fn a_write_whose_answer_was_lost_is_found_to_be_made() {
    let program = Program::with_shop();
    // So that the server knows the script already.
    program.ok(&["set", "shop", "first", "v"]);
    let target = format!("127.0.0.1:{}", breaking(program.server.port(), true));
    let run = program.run(["-t", &target, "set", "shop", "k", "new"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("the write was made"), "{}", run.err);
    assert_eq!(program.stored("shop", b"k").unwrap(), b"new");
}

#[test]
fn a_write_that_never_arrived_is_said_not_to_be_made() {
    let program = Program::with_shop();
    let target = format!("127.0.0.1:{}", breaking(program.server.port(), false));
    let why = program.fails(&["-t", &target, "set", "shop", "k", "new"], 3);
    assert!(why.contains("not made"), "{why}");
    assert_eq!(program.stored("shop", b"k"), None);
}
