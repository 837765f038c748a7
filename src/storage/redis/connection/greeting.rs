//! The greeting of a connection: login and database, sent without waiting for the answers.
//!
//! fred asks one question after the other, each for a round trip, for facts that larder does not need. So it
//! is answered here, and the commands for the server go out at once; further commands may follow before the
//! server has answered, if they change nothing.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::super::error;
use super::framing::Violation;
use super::server_end::ServerEnd;
use super::transport::{Reader, Writer};
use crate::model::{Error, ErrorKind};
use crate::storage::target::RedisTarget;

/// fred's questions to a server before it accepts commands, one after the other.
const QUESTIONS: &[u8] = b"*1\r\n$4\r\nPING\r\n*2\r\n$6\r\nCLIENT\r\n$2\r\nID\r\n\
    *2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n";
/// The answers: alive, an id that is not used, and no word about the server.
const ANSWERS: &[u8] = b"+PONG\r\n:0\r\n$0\r\n\r\n";

/// The server's answer that grants a part of the greeting.
const GRANTED: &[u8] = b"+OK";
/// Longest answer to one part of the greeting, in bytes.
const LONGEST_ANSWER: usize = 16 << 10;

/// The user to log in as.
#[derive(Default)]
pub(super) struct Login {
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
}

impl Login {
    pub(super) fn of(target: &RedisTarget) -> Self {
        let username = target.username.clone();
        let password = target.password.as_ref().map(|secret| secret.expose().to_owned());
        // A user may have no password, but AUTH needs one.
        let password = password.or_else(|| username.as_ref().map(|_| String::new()));
        Self { username, password }
    }
}

/// The first commands for a server.
pub(super) struct Greeting {
    bytes: Vec<u8>,
    parts: Vec<Part>,
}

/// A part of the greeting, which the server answers by itself.
#[derive(Clone, Copy)]
enum Part {
    Login,
    Database(u32),
}

impl Greeting {
    /// A greeting that logs in, if there is a user or a password, and selects the database.
    pub(super) fn new(login: &Login, database: u32) -> Self {
        let mut greeting = Self { bytes: Vec::new(), parts: Vec::new() };
        if let Some(password) = &login.password {
            let words = ["AUTH"].into_iter().chain(login.username.as_deref()).chain([&**password]);
            greeting.add(Part::Login, &words.collect::<Vec<_>>());
        }
        if database != 0 {
            greeting.add(Part::Database(database), &["SELECT", &database.to_string()]);
        }
        greeting
    }

    fn add(&mut self, part: Part, words: &[&str]) {
        self.parts.push(part);
        self.bytes.extend(format!("*{}\r\n", words.len()).bytes());
        for word in words {
            self.bytes.extend(format!("${}\r\n{word}\r\n", word.len()).bytes());
        }
    }

    /// Answers fred's questions.
    pub(super) async fn answer(&self, reader: &mut Reader, writer: &mut Writer) -> io::Result<()> {
        writer.write_all(ANSWERS).await?;
        writer.flush().await?;
        let mut asked = [0; QUESTIONS.len()];
        reader.read_exact(&mut asked).await?;
        if asked == *QUESTIONS { Ok(()) } else { Err(io::ErrorKind::Unsupported.into()) }
    }

    pub(super) async fn send(&self, server: &mut Writer) -> io::Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        server.write_all(&self.bytes).await?;
        server.flush().await
    }

    /// Takes the server's answers. Returns the number of bytes that have come behind them, which are at the
    /// start of `buffer`.
    pub(super) async fn answered(
        &self,
        server: &mut Reader,
        buffer: &mut [u8],
    ) -> Result<usize, ServerEnd> {
        let mut filled = 0;
        for part in &self.parts {
            let end = loop {
                let come = &buffer[..filled];
                match come.first() {
                    None | Some(b'+' | b'-') => {}
                    Some(b':' | b'$' | b'*') => {
                        return Err(ServerEnd::Lied(Violation::NoStatus));
                    }
                    Some(_) => return Err(ServerEnd::Lied(Violation::NoReply)),
                }
                if let Some(end) = memchr::memmem::find(come, b"\r\n") {
                    break end;
                }
                if filled > LONGEST_ANSWER {
                    return Err(ServerEnd::Lied(Violation::LongLine));
                }
                match server.read(&mut buffer[filled..]).await? {
                    0 => return Err(ServerEnd::Closed),
                    length => filled += length,
                }
            };
            if let Some(refusal) = buffer[..end].strip_prefix(b"-") {
                return Err(ServerEnd::Refused(part.refused(&String::from_utf8_lossy(refusal))));
            }
            if buffer[..end] != *GRANTED {
                return Err(ServerEnd::Lied(Violation::NoStatus));
            }
            buffer.copy_within(end + 2..filled, 0);
            filled -= end + 2;
        }
        Ok(filled)
    }
}

impl Part {
    fn refused(self, answer: &str) -> Error {
        let error = error::reply(answer);
        match self {
            Self::Database(number) if error.kind == ErrorKind::Usage => {
                // A cluster has a reason of its own.
                let hint = error.remedy().to_owned();
                Error::new(error.kind, format!("the server has no database {number}")).hint(hint)
            }
            _ => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting() -> Greeting {
        let login = Login { username: Some("ann".to_owned()), password: Some("pw".to_owned()) };
        Greeting::new(&login, 3)
    }

    async fn answered(answers: &'static [u8], step: usize) -> Result<Vec<u8>, ServerEnd> {
        let mut reader = reader_of(answers, step);
        let mut buffer = vec![0; 64 << 10];
        let length = greeting().answered(&mut reader, &mut buffer).await?;
        let mut rest = buffer[..length].to_vec();
        reader.read_to_end(&mut rest).await?;
        Ok(rest)
    }

    /// A reader that gives this number of bytes at a time.
    fn reader_of(bytes: &'static [u8], step: usize) -> Reader {
        let (mut near, far) = tokio::io::duplex(step);
        tokio::spawn(async move {
            let _ = near.write_all(bytes).await;
        });
        Box::new(far)
    }

    #[test]
    fn the_server_is_told_who_comes_and_which_database_is_meant() {
        assert_eq!(
            greeting().bytes,
            b"*3\r\n$4\r\nAUTH\r\n$3\r\nann\r\n$2\r\npw\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n"
        );
        let nobody = Login { username: None, password: None };
        assert!(Greeting::new(&nobody, 0).bytes.is_empty());
        let anybody = Login { username: None, password: Some("ä".to_owned()) };
        assert_eq!(Greeting::new(&anybody, 0).bytes, "*2\r\n$4\r\nAUTH\r\n$2\r\nä\r\n".as_bytes());
    }

    #[tokio::test]
    async fn what_comes_behind_the_answers_is_kept_however_it_is_cut() {
        for step in [1, 2, 3, 7, 100] {
            let rest = answered(b"+OK\r\n+OK\r\n:1\r\n", step).await;
            assert_eq!(rest.ok().unwrap(), b":1\r\n", "{step} bytes at a time");
        }
    }

    #[tokio::test]
    async fn a_refusal_names_what_was_refused_and_what_is_no_answer_is_told() {
        let refused = |end| match end {
            Err(ServerEnd::Refused(error)) => error,
            _ => panic!("not refused"),
        };
        let login = refused(answered(b"-WRONGPASS no\r\n+OK\r\n", 100).await);
        assert_eq!(login.kind, ErrorKind::Auth);
        let database = refused(answered(b"+OK\r\n-ERR DB index is out of range\r\n", 100).await);
        assert_eq!(database.problem, "the server has no database 3");
        let lied = |end| matches!(end, Err(ServerEnd::Lied(_)));
        assert!(lied(answered(b"HTTP/1.1 200 OK\r\n", 100).await));
        assert!(lied(answered(b"+OK\r\n$2\r\n", 100).await));
        assert!(lied(answered(b"+QUEUED\r\n+OK\r\n", 100).await));
        assert!(matches!(answered(b"+OK\r\n", 100).await, Err(ServerEnd::Closed)));
    }
}
