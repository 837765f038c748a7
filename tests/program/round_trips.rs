//! Number of round trips that a command makes before it is done.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use larder::model::Aside;

use crate::commands::aside::set_aside;
use crate::fill;
use crate::pty::larder;
use crate::server::Server;

/// Delay of the server's answers: long enough that everything sent without waiting for them is sent by then.
const LATE: Duration = Duration::from_millis(60);

/// A connection that counts. Making a connection is one round trip, and so is everything that is sent before
/// the server's next answer arrives.
struct Line {
    port: u16,
    trips: Arc<AtomicU32>,
}

impl Line {
    fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let trips = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&trips);
        thread::spawn(move || {
            for near in listener.incoming() {
                let (mut near, mut far) =
                    (near.unwrap(), TcpStream::connect(("127.0.0.1", to)).unwrap());
                counted.fetch_add(1, Ordering::SeqCst);
                let (mut back, mut forth) = (far.try_clone().unwrap(), near.try_clone().unwrap());
                let answered = Arc::new(Mutex::new(true));
                let (told, counted) = (Arc::clone(&answered), Arc::clone(&counted));
                thread::spawn(move || {
                    pass(&mut near, &mut far, || {
                        if std::mem::take(&mut *answered.lock().unwrap()) {
                            counted.fetch_add(1, Ordering::SeqCst);
                        }
                    });
                });
                thread::spawn(move || {
                    pass(&mut back, &mut forth, || {
                        thread::sleep(LATE);
                        *told.lock().unwrap() = true;
                    });
                });
            }
        });
        Self { port, trips }
    }

    /// Number of round trips of a command that ends with success.
    fn trips(&self, path: &str, arguments: &[&str], password: Option<&str>) -> u32 {
        self.trips.store(0, Ordering::SeqCst);
        let mut command = Command::new(larder());
        command.args(["-t", &format!("redis://127.0.0.1:{}{path}", self.port)]).args(arguments);
        if let Some(password) = password {
            command.env("LARDER_PASSWORD", password);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.trips.load(Ordering::SeqCst)
    }
}

fn pass(from: &mut TcpStream, to: &mut TcpStream, came: impl Fn()) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        came();
        if to.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Write);
}

fn record(key: &str, size: usize) -> (String, String, Vec<u8>) {
    (key.to_owned(), "text/plain; charset=utf-8".to_owned(), vec![b'a'; size])
}

#[test]
fn a_command_connects_and_reads_in_two_round_trips_and_writes_in_three() {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["shop", "odd"]);
    fill::records(&mut client, "shop", [record("small", 5), record("large", 300_000)]);
    // A value without metadata.
    client.call(&[b"HSET", b"key_value_stores:odd:items", b"bare", b"value"]);
    let line = Line::start(server.port());
    let file = tempfile::NamedTempFile::new().unwrap();
    let come = r#"{"key":"come","content_type":"text/plain","size":1,"value":"x"}"#;
    std::fs::write(&file, come).unwrap();
    let lines = file.path().to_str().unwrap();
    for (arguments, most) in [
        (&["get", "shop", "small"][..], 2),
        (&["exists", "shop", "small"], 2),
        (&["get", "shop", "large"], 3),
        (&["set", "shop", "new", "value"], 3),
        (&["stores"], 3),
        (&["ls"], 3),
        (&["info", "shop"], 2),
        (&["info", "shop", "small"], 2),
        (&["get", "shop", "small", "none", "--if-exists"], 2),
        (&["get", "shop", "small", "large"], 4),
        (&["delete", "shop", "none", "--if-exists"], 3),
        (&["delete", "shop", "new"], 3),
        (&["delete", "odd", "bare"], 3),
        (&["aside"], 3),
        (&["delete", "shop", "small", "large", "--dry-run"], 3),
        (&["purge", "shop", "--dry-run"], 3),
        (&["create", "--name", "shop"], 3),
        (&["create", "--name", "another"], 4),
        (&["keys", "shop"], 2),
        (&["ls", "shop"], 2),
        (&["keys", "shop", "--prefix", "s", "--limit", "1"], 2),
        (&["export", "shop", "-"], 4),
        (&["import", "shop", lines], 6),
    ] {
        let made = line.trips("/0", arguments, None);
        assert!(made <= most, "{arguments:?}: {made} round trips");
    }
    set_aside(&server.url(), &Aside::Records("shop".into()));
    let made = line.trips("/0", &["aside"], None);
    assert!(made <= 3, "aside with one: {made} round trips");
}

#[test]
fn a_password_and_a_database_cost_no_round_trip() {
    let server = Server::start_with(&["--requirepass", "secret"]);
    let mut client = server.client();
    for words in [
        &["AUTH", "secret"][..],
        &["SELECT", "3"],
        &["HSET", "key_value_stores:s:items", "a", "b"],
        &[
            "HSET",
            "key_value_stores:s:metadata_items",
            "a",
            r#"{"key": "a", "content_type": "text/plain", "size": 1}"#,
        ],
    ] {
        let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        client.call(&words);
    }
    let line = Line::start(server.port());
    assert_eq!(line.trips("/3", &["get", "s", "a"], Some("secret")), 2);
}

#[test]
fn a_server_that_runs_no_scripts_is_read_in_three_round_trips() {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["shop"]);
    fill::records(&mut client, "shop", [record("small", 5)]);
    server.cli(&["ACL", "SETUSER", "default", "-eval_ro", "-eval"]);
    let line = Line::start(server.port());
    assert_eq!(line.trips("/0", &["get", "shop", "small"], None), 3);
}
