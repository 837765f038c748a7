//! A server that answers like Redis, except for its lies.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// The liar's answer.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// These bytes.
    Once(Vec<u8>),
    /// The first bytes, and then the second ones repeatedly until nobody takes them.
    Endless(Vec<u8>, Vec<u8>),
}

/// Gives the answer to a command if it is a lie.
type Lie = dyn Fn(&[Vec<u8>]) -> Option<Answer> + Send + Sync;

pub(super) struct Liar {
    pub(super) port: u16,
}

impl Liar {
    pub(super) fn start(
        lie: impl Fn(&[Vec<u8>]) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let lie: Arc<Lie> = Arc::new(lie);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let lie = Arc::clone(&lie);
                thread::spawn(move || serve(stream, &*lie));
            }
        });
        Self { port }
    }

    /// A liar about every command of this name.
    pub(super) fn about(name: &'static str, answer: Answer) -> Self {
        Self::start(move |command| is(command, name).then(|| answer.clone()))
    }

    pub(super) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

/// Whether a command has this name, which may hold a space.
pub(super) fn is(command: &[Vec<u8>], name: &str) -> bool {
    name.split(' ').zip(command).all(|(word, arg)| arg.eq_ignore_ascii_case(word.as_bytes()))
        && command.len() >= name.split(' ').count()
}

fn serve(stream: TcpStream, lie: &Lie) {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    while let Some(command) = read_command(&mut reader) {
        let answer = lie(&command).unwrap_or_else(|| Answer::Once(honest(&command)));
        let sent = match answer {
            Answer::Once(bytes) => writer.write_all(&bytes),
            Answer::Endless(head, again) => {
                let mut sent = writer.write_all(&head);
                while sent.is_ok() {
                    sent = writer.write_all(&again);
                }
                sent
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

fn read_command(reader: &mut impl BufRead) -> Option<Vec<Vec<u8>>> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let Some(count) = line.trim().strip_prefix('*') else {
        // HELLO comes as a line.
        return Some(line.split_whitespace().map(|word| word.as_bytes().to_vec()).collect());
    };
    let mut command = Vec::new();
    for _ in 0..count.parse::<usize>().ok()? {
        let mut head = String::new();
        reader.read_line(&mut head).ok()?;
        let mut arg = vec![0; head.trim().strip_prefix('$')?.parse::<usize>().ok()? + 2];
        reader.read_exact(&mut arg).ok()?;
        arg.truncate(arg.len() - 2);
        command.push(arg);
    }
    Some(command)
}

pub(super) fn bulk(text: impl AsRef<[u8]>) -> Vec<u8> {
    let text = text.as_ref();
    [format!("${}\r\n", text.len()).as_bytes(), text, b"\r\n"].concat()
}

pub(super) fn list(parts: &[Vec<u8>]) -> Vec<u8> {
    [format!("*{}\r\n", parts.len()).into_bytes(), parts.concat()].concat()
}

/// A page of a walk.
pub(super) fn page(cursor: &str, fields: &[&str]) -> Vec<u8> {
    list(&[bulk(cursor), list(&fields.iter().map(bulk).collect::<Vec<_>>())])
}

pub(super) const DOCUMENT: &str = r#"{"id": "abc", "name": null, "accessed_at": "2026-01-01T00:00:00+00:00", "created_at": "2026-01-01T00:00:00+00:00", "modified_at": "2026-01-01T00:00:00+00:00"}"#;
pub(super) const RECORD: &str = r#"{"key": "k", "content_type": "text/plain", "size": 5}"#;
const INFO: &str = "redis_version:8.2.1\r\nrole:master\r\ncluster_enabled:0\r\n";

/// One store, `default`, with one record, `k`.
fn honest(command: &[Vec<u8>]) -> Vec<u8> {
    let name = String::from_utf8_lossy(&command[0]).to_ascii_uppercase();
    let key = String::from_utf8_lossy(command.get(1).map_or(&[][..], |key| key)).into_owned();
    match name.as_str() {
        "HELLO" => b"%1\r\n$6\r\nserver\r\n$5\r\nredis\r\n".to_vec(),
        "PING" => b"+PONG\r\n".to_vec(),
        "CLIENT" if key.eq_ignore_ascii_case("ID") => b":7\r\n".to_vec(),
        "AUTH" | "SELECT" | "MULTI" | "CLIENT" => b"+OK\r\n".to_vec(),
        "INFO" => bulk(INFO),
        "ROLE" => list(&[bulk("master"), b":0\r\n".to_vec(), list(&[])]),
        "HLEN" | "EXISTS" | "HEXISTS" | "MEMORY" => b":1\r\n".to_vec(),
        "HSTRLEN" => b":5\r\n".to_vec(),
        "JSON.GET" => bulk(DOCUMENT),
        "HSCAN" if key.ends_with("name_to_id") => page("0", &["default", "abc"]),
        "HSCAN" if key.ends_with("id_to_name") => page("0", &["abc", "default"]),
        "HSCAN" => page("0", &["k", RECORD]),
        "HKEYS" => list(&[bulk("k")]),
        "HGET" if key.ends_with("name_to_id") => bulk("abc"),
        "HGET" if key.ends_with("id_to_name") => bulk("default"),
        "HGET" if key.ends_with(":metadata_items") => bulk(RECORD),
        "HGET" => bulk("hello"),
        "HMGET" => list(&command[2..].iter().map(|_| bulk(RECORD)).collect::<Vec<_>>()),
        "EVAL" => bulk("written"),
        _ => format!("-ERR unknown command '{name}'\r\n").into_bytes(),
    }
}
