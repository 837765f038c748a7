//! A client that ignores the replies, which shows the least cost of a server's answers.
#![allow(dead_code, reason = "every benchmark uses its own part of this file")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::server::{Server, encode};

/// Number of bytes that are read at once.
const ROOM: usize = 1 << 20;

/// A connection whose replies are skipped.
pub(crate) struct Bare {
    stream: TcpStream,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
}

impl Bare {
    pub(crate) fn connect(server: &Server) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", server.port())).expect("the server listens");
        stream.set_nodelay(true).expect("no delay");
        Self { stream, buffer: vec![0; ROOM], at: 0, end: 0 }
    }

    /// Walks a hash with HSCAN from start to end, one page after another.
    pub(crate) fn walk(&mut self, hash: &str, count: u64) -> Duration {
        let start = Instant::now();
        let mut cursor = String::from("0");
        loop {
            let count = count.to_string();
            self.send(&["HSCAN", hash, &cursor, "COUNT", &count]);
            assert_eq!(self.line(), "*2", "a page");
            let length: usize = self.line()[1..].parse().expect("a length");
            cursor = self.line();
            assert_eq!(cursor.len(), length, "a cursor");
            let fields: usize = self.line()[1..].parse().expect("a length");
            for _ in 0..fields {
                let length: usize = self.line()[1..].parse().expect("a length");
                self.skip(length + 2);
            }
            if cursor == "0" {
                return start.elapsed();
            }
        }
    }

    fn send(&mut self, args: &[&str]) {
        let mut out = Vec::new();
        encode(&mut out, args.iter().map(|arg| arg.as_bytes()));
        self.stream.write_all(&out).expect("the server reads");
    }

    fn more(&mut self) {
        self.at = 0;
        self.end = self.stream.read(&mut self.buffer).expect("the server answers");
        assert!(self.end > 0, "the server closed the connection");
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        loop {
            if self.at == self.end {
                self.more();
            }
            let byte = self.buffer[self.at];
            self.at += 1;
            match byte {
                b'\n' => return line,
                b'\r' => {}
                other => line.push(char::from(other)),
            }
        }
    }

    fn skip(&mut self, mut length: usize) {
        while length > 0 {
            if self.at == self.end {
                self.more();
            }
            let step = length.min(self.end - self.at);
            self.at += step;
            length -= step;
        }
    }
}
