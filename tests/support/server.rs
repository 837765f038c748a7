//! A Redis server of a test's own: on a free port of 127.0.0.1, in a folder of its own, ended with
//! the test. With it a small RESP client that shares no code with the one under test.
//!
//! Environment: `LARDER_TEST_SERVER` is the server binary (another version, Valkey),
//! `LARDER_TEST_ENV` the folder that `tests/run` fills (default `target/test-env`).
#![allow(dead_code, reason = "every test binary uses its own part of this file")]
#![allow(unreachable_pub, reason = "shared as a private module of several test binaries")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// Limit on the time for a server to come up, and for a command of [`Client`] to be answered.
const PATIENCE: Duration = Duration::from_secs(30);

/// The folder with the module, the virtual environment and the servers of the matrix.
pub fn test_env() -> PathBuf {
    match std::env::var_os("LARDER_TEST_ENV") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-env"),
    }
}

/// The Python that has Crawlee.
pub fn python() -> PathBuf {
    let python = test_env().join("venv/bin/python");
    assert!(python.exists(), "{} is missing: run `tests/run` once", python.display());
    python
}

/// A running server; dropping it ends its process.
#[derive(Debug)]
pub struct Server {
    child: Child,
    port: u16,
    args: Vec<String>,
    dir: tempfile::TempDir,
}

impl Server {
    /// A server with RedisJSON, without persistence.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// A server with RedisJSON and further arguments (`&["--requirepass", "secret"]`), which
    /// override the usual ones. `{port}` and `{dir}` in them stand for the chosen port and the
    /// server's folder, so TLS is `&["--port", "0", "--tls-port", "{port}", …]`.
    pub fn start_with(args: &[&str]) -> Self {
        let module = test_env().join("rejson.so");
        assert!(module.exists(), "{} is missing: run `tests/run` once", module.display());
        let module = module.to_string_lossy().into_owned();
        let mut all = vec!["--loadmodule", &module];
        all.extend_from_slice(args);
        Self::launch(&all)
    }

    /// A server without any module.
    pub fn start_without_module(args: &[&str]) -> Self {
        Self::launch(args)
    }

    /// A Sentinel that watches the server at `port` of 127.0.0.1 under the name `service`.
    pub fn start_sentinel(service: &str, port: u16) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let config = dir.path().join("sentinel.conf");
        let text = format!("sentinel monitor {service} 127.0.0.1 {port} 1\n");
        fs::write(&config, text).expect("the Sentinel's configuration");
        let args = vec![config.to_string_lossy().into_owned(), "--sentinel".to_owned()];
        Self::launch_in(dir, args)
    }

    fn launch(args: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let mut all: Vec<String> =
            ["--save", "", "--appendonly", "no"].map(str::to_owned).into_iter().collect();
        all.extend(args.iter().map(|arg| (*arg).to_owned()));
        Self::launch_in(dir, all)
    }

    fn launch_in(dir: tempfile::TempDir, args: Vec<String>) -> Self {
        // Somebody else may take the port between the look and the start: then another one.
        for _ in 0..20 {
            let port = free_port();
            if let Some(child) = spawn(&args, port, dir.path()) {
                return Self { child, port, args, dir };
            }
        }
        panic!("no free port found:\n{}", log(dir.path()));
    }

    /// `redis://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's own folder, gone with it.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends the process at once, as a crash would.
    pub fn kill(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Ends the process if it runs, and starts it again on the same port, empty.
    pub fn restart(&mut self) {
        self.kill();
        self.child = spawn(&self.args, self.port, self.dir.path())
            .unwrap_or_else(|| panic!("port {} was taken:\n{}", self.port, log(self.dir.path())));
    }

    /// Stops the process: connections stay, nothing is answered.
    pub fn stop_process(&self) {
        self.signal("-STOP");
    }

    /// Lets a stopped process go on.
    pub fn continue_process(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.pid().to_string()]).status();
        assert!(status.expect("kill runs").success(), "kill {signal}");
    }

    /// A new connection.
    pub fn client(&self) -> Client {
        Client::connect(self.port)
    }

    /// One command on a connection of its own.
    pub fn command(&self, args: &[&[u8]]) -> Reply {
        self.client().call(args)
    }

    /// One command given as text; the reply as `redis-cli --raw` prints it, without the newline at
    /// the end. An error reply panics.
    pub fn cli(&self, args: &[&str]) -> Vec<u8> {
        let args: Vec<&[u8]> = args.iter().map(|arg| arg.as_bytes()).collect();
        let reply = self.command(&args);
        assert!(!matches!(reply, Reply::Error(_)), "{reply:?}");
        reply.raw()
    }

    /// Listens to every command that the server gets from now on.
    pub fn monitor(&self) -> Monitor {
        let mut client = self.client();
        assert_eq!(client.call(&[b"MONITOR"]), Reply::Simple("OK".to_owned()));
        Monitor { client, port: self.port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The server to test with.
pub fn binary() -> PathBuf {
    if let Some(binary) = std::env::var_os("LARDER_TEST_SERVER") {
        return binary.into();
    }
    // Where `tests/run` puts it when it may not install packages.
    let own = test_env().join("bin/redis-server");
    if own.exists() { own } else { "redis-server".into() }
}

/// A port that is free now, below those the kernel gives to outgoing connections, so that a
/// restarted server finds it free again.
fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a clock");
    loop {
        let turn = NEXT.fetch_add(7919, Ordering::Relaxed);
        let mixed = turn.wrapping_add(now.subsec_nanos()).wrapping_add(std::process::id() * 131);
        let port = 11_000 + u16::try_from(mixed % 21_000).expect("below 21,000");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn log(dir: &Path) -> String {
    fs::read_to_string(dir.join("log")).unwrap_or_default()
}

/// Starts the server and waits until it is ready; `None` if the port was taken.
fn spawn(args: &[String], port: u16, dir: &Path) -> Option<Child> {
    let binary = binary();
    let out = File::create(dir.join("log")).expect("the server's log");
    let mut command = Command::new(&binary);
    // A configuration file (Sentinel's) comes first, what a test gives comes last and wins.
    let (config, rest) = match args.first() {
        Some(first) if !first.starts_with("--") => args.split_at(1),
        _ => args.split_at(0),
    };
    let folder = dir.to_string_lossy();
    command.args(config).args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
    command.args(["--dir", &folder]);
    command.args(
        rest.iter().map(|arg| arg.replace("{port}", &port.to_string()).replace("{dir}", &folder)),
    );
    command.stdin(Stdio::null()).stderr(out.try_clone().expect("the log")).stdout(out);
    let mut child = command.spawn().unwrap_or_else(|error| {
        panic!("cannot start {} ({error}): run `tests/run` once, it gets it", binary.display())
    });
    let deadline = Instant::now() + PATIENCE;
    loop {
        // The log tells it for TCP, TLS, sockets and passwords alike, and only of this server.
        let text = log(dir);
        if text.contains("eady to accept connections") || text.contains("Sentinel ID is") {
            return Some(child);
        }
        if child.try_wait().expect("the server's state").is_some() {
            let text = log(dir);
            if text.contains("Address already in use") {
                return None;
            }
            panic!("{} ended at once:\n{text}", binary.display());
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{} was not ready in time:\n{}", binary.display(), log(dir));
        }
        sleep(Duration::from_millis(5));
    }
}

/// What a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// A status: `OK`.
    Simple(String),
    /// An error, with its first word.
    Error(String),
    /// A number.
    Int(i64),
    /// A string of bytes.
    Bulk(Vec<u8>),
    /// Nothing there.
    Nil,
    /// A list.
    Array(Vec<Reply>),
}

impl Reply {
    /// As `redis-cli --raw` prints it: lists line by line, nothing for nil.
    pub fn raw(self) -> Vec<u8> {
        match self {
            Self::Simple(text) | Self::Error(text) => text.into_bytes(),
            Self::Int(number) => number.to_string().into_bytes(),
            Self::Bulk(bytes) => bytes,
            Self::Nil => Vec::new(),
            Self::Array(items) => {
                items.into_iter().map(Self::raw).collect::<Vec<_>>().join(&b"\n"[..])
            }
        }
    }

    /// The bytes of a string; `None` for nil; panics for anything else.
    pub fn bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Bulk(bytes) => Some(bytes),
            Self::Nil => None,
            other => panic!("not a string: {other:?}"),
        }
    }

    /// The number; panics for anything else.
    pub fn int(&self) -> i64 {
        match self {
            Self::Int(number) => *number,
            other => panic!("not a number: {other:?}"),
        }
    }

    /// The items of a list; panics for anything else.
    pub fn items(self) -> Vec<Reply> {
        match self {
            Self::Array(items) => items,
            other => panic!("not a list: {other:?}"),
        }
    }
}

/// One connection over which commands go one after another.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Connects to a port of 127.0.0.1.
    pub fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a read timeout");
        stream.set_nodelay(true).expect("no delay");
        Self { stream: BufReader::with_capacity(1 << 16, stream) }
    }

    /// Sends one command and reads its reply.
    pub fn call(&mut self, args: &[&[u8]]) -> Reply {
        self.send(args);
        self.read()
    }

    /// Sends many commands at once and reads all replies.
    pub fn pipeline(&mut self, commands: &[Vec<Vec<u8>>]) -> Vec<Reply> {
        let mut replies = Vec::with_capacity(commands.len());
        for batch in commands.chunks(500) {
            let mut out = Vec::new();
            for command in batch {
                encode(&mut out, command.iter().map(Vec::as_slice));
            }
            self.stream.get_mut().write_all(&out).expect("the server reads");
            replies.extend(batch.iter().map(|_| self.read()));
        }
        replies
    }

    /// Sends one command; its reply is left to [`Client::read`].
    pub fn send(&mut self, args: &[&[u8]]) {
        let mut out = Vec::new();
        encode(&mut out, args.iter().copied());
        self.stream.get_mut().write_all(&out).expect("the server reads");
    }

    /// Reads one reply.
    pub fn read(&mut self) -> Reply {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).expect("the server answers");
        assert!(line.ends_with(b"\r\n"), "the server closed the connection: {line:?}");
        let text = String::from_utf8_lossy(&line[1..line.len() - 2]);
        match line[0] {
            b'+' => Reply::Simple(text.into_owned()),
            b'-' => Reply::Error(text.into_owned()),
            b':' => Reply::Int(text.parse().expect("a number")),
            b'$' | b'*' if text == "-1" => Reply::Nil,
            b'$' => {
                let mut bytes = vec![0; text.parse::<usize>().expect("a length") + 2];
                self.stream.read_exact(&mut bytes).expect("the whole string");
                bytes.truncate(bytes.len() - 2);
                Reply::Bulk(bytes)
            }
            b'*' => {
                let count = text.parse::<usize>().expect("a length");
                Reply::Array((0..count).map(|_| self.read()).collect())
            }
            other => panic!("a reply that starts with {:?}", char::from(other)),
        }
    }
}

/// Adds a command as the protocol spells it.
pub fn encode<'a>(out: &mut Vec<u8>, args: impl ExactSizeIterator<Item = &'a [u8]>) {
    out.extend_from_slice(format!("*{}\r\n", args.len()).as_bytes());
    for arg in args {
        out.extend_from_slice(format!("${}\r\n", arg.len()).as_bytes());
        out.extend_from_slice(arg);
        out.extend_from_slice(b"\r\n");
    }
}

/// Every command the server got, as MONITOR prints it: `1700000000.1 [0 127.0.0.1:5] "GET" "k"`.
#[derive(Debug)]
pub struct Monitor {
    client: Client,
    port: u16,
}

impl Monitor {
    /// The commands since the start or the last call, all that were sent before this call.
    pub fn lines(&mut self) -> Vec<String> {
        // A command of our own marks the end: when it is seen, everything before it was.
        static TURN: AtomicU32 = AtomicU32::new(0);
        let turn = TURN.fetch_add(1, Ordering::Relaxed);
        let marker = format!("monitor-{}-{turn}", std::process::id());
        let mut other = Client::connect(self.port);
        other.call(&[b"ECHO", marker.as_bytes()]);
        let mut lines = Vec::new();
        loop {
            match self.client.read() {
                Reply::Simple(line) if line.contains(&marker) => return lines,
                Reply::Simple(line) => lines.push(line),
                other => panic!("not a line of MONITOR: {other:?}"),
            }
        }
    }
}
