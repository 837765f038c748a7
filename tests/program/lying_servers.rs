//! A server that lies: larder ends with a sentence, takes little memory and never crashes.

mod liar;

use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use self::liar::{Answer, DOCUMENT, Liar, RECORD, bulk, is, list, page};

/// Limit on the time of a run, whatever the server does. larder's own limit is shorter.
const LONGEST: Duration = Duration::from_secs(40);
/// Limit on larder's memory, in MB. Its own code is part of it.
const MOST: u64 = 100;

/// Number of runs at a time: most of them wait.
const AT_ONCE: usize = 40;

/// The result of a run.
#[derive(Debug)]
struct Run {
    /// `None` if a signal ended it.
    code: Option<i32>,
    out: String,
    err: String,
    /// The most memory that it held at any time, in MB.
    memory: u64,
}

fn start(url: &str, timeout: &str, args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_larder"));
    command.env_clear().env("HOME", "/nonexistent");
    command.args(["-t", url, "--timeout", timeout]).args(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn run(server: &Liar, args: &[&str]) -> Run {
    run_at(&server.url(), args)
}

/// A run with much time: the server does answer, with more than a busy machine carries in the usual time.
fn patient(server: &Liar, args: &[&str]) -> Run {
    run_for(&server.url(), "30", args)
}

fn run_at(url: &str, args: &[&str]) -> Run {
    run_for(url, "3", args)
}

fn run_for(url: &str, timeout: &str, args: &[&str]) -> Run {
    let mut child = start(url, timeout, args);
    let out = read(child.stdout.take().unwrap());
    let err = read(child.stderr.take().unwrap());
    let begun = Instant::now();
    let mut memory = 0;
    let code = loop {
        memory = peak_memory(child.id()).unwrap_or(memory);
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if begun.elapsed() > LONGEST {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{args:?} goes on for ever");
        }
        thread::sleep(Duration::from_millis(2));
    };
    Run { code, out: out.join().unwrap(), err: err.join().unwrap(), memory }
}

fn read(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

pub(crate) fn peak_memory(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024)
}

/// Checks that it ended by itself, with at most one short sentence, and with little memory.
#[track_caller]
fn in_order(run: &Run, what: &str) {
    let code = run.code.unwrap_or_else(|| panic!("{what}: ended by a signal: {}", run.err));
    assert!((0..=5).contains(&code), "{what}: {run:?}");
    assert!(!run.err.contains("panicked"), "{what}: {}", run.err);
    assert!(run.err.lines().count() <= 1 && run.err.len() < 1000, "{what}: {}", run.err);
    assert!(run.memory < MOST, "{what}: {} MB", run.memory);
}

/// Checks that it ended with this code and this word.
#[track_caller]
fn told(run: &Run, what: &str, code: i32, word: &str) {
    in_order(run, what);
    assert_eq!(run.code, Some(code), "{what}: {run:?}");
    assert!(run.err.contains(word), "{what}: {}", run.err);
}

fn endless(head: &str, again: &str) -> Answer {
    Answer::Endless(head.into(), again.repeat(20_000).into_bytes())
}

#[test]
fn what_has_no_end_is_ended_and_told() {
    let lies = [
        ("nested", Answer::Once(b"*1\r\n".repeat(5000)), "nests lists in lists"),
        ("nested without end", endless("", "*1\r\n"), "nests lists in lists"),
        ("a line", endless("+", "x"), "a line without end"),
        ("an error", endless("-ERR ", "x"), "a line without end"),
        ("a list", endless("*1000000\r\n", ":1\r\n"), "a far longer list"),
        ("a list of nothing", endless("*100000000000\r\n", "$-1\r\n"), "a far longer list"),
        ("a string", endless("$99999999999\r\n", "x"), "impossibly long"),
        ("a length", endless("$", "1"), "a length that is no number"),
        ("a negative length", endless("$-7\r\n", "x"), "a length that is no number"),
        ("a negative list", endless("*-7\r\n", "x"), "a length that is no number"),
        ("a string that goes on", endless("$3\r\n", "x"), "without its end"),
        ("no reply", endless("", "HTTP/1.1 400 Bad Request\r\n"), "not a Redis server: "),
    ];
    for (what, answer, word) in lies {
        let server = Liar::about("HSCAN", answer);
        for args in [&["keys", "default"][..], &["stores"]] {
            told(&run(&server, args), what, 3, word);
        }
    }
}

#[test]
fn lies_at_the_door_are_told_too() {
    for (name, login, database) in
        [("AUTH", "x:y@", "/0"), ("SELECT", "", "/3"), ("CLIENT ID", "", "/0"), ("INFO", "", "/0")]
    {
        for answer in [
            Answer::Once(b"*1\r\n".repeat(5000)),
            endless("+", "x"),
            endless("*100000000\r\n", ":1\r\n"),
            endless("$99999999999\r\n", "x"),
        ] {
            let server = Liar::about(name, answer);
            let url = server.url().replace("redis://", &format!("redis://{login}")) + database;
            told(&run_at(&url, &["stores"]), name, 3, "breaks the protocol");
        }
    }
}

#[test]
fn answers_that_nobody_asked_for_are_told_or_passed_over() {
    for (name, first) in [("CLIENT ID", ":7\r\n"), ("HLEN", ":1\r\n"), ("HSCAN", "*0\r\n")] {
        let server = Liar::about(name, endless(first, "+OK\r\n"));
        for args in [&["stores"][..], &["keys", "default"], &["get", "default", "k"]] {
            in_order(&run(&server, args), name);
        }
    }
}

#[test]
fn a_string_that_is_larger_than_its_question_allows_is_left_out() {
    let large = |size: usize| Answer::Once(bulk(vec![b'x'; size]));
    let server = Liar::about("JSON.GET", large(60_000_000));
    let run_all = patient(&server, &["stores"]);
    in_order(&run_all, "metadata of 60 MB");
    assert_eq!(run_all.code, Some(0), "the other stores are listed: {run_all:?}");
    let info = patient(&server, &["info", "default"]);
    in_order(&info, "info");
    assert!(info.out.contains("far too large an answer: 60000000 bytes"), "{info:?}");
    assert!(run_all.memory.max(info.memory) < 60, "it is not kept: {run_all:?} {info:?}");
    let server = Liar::start(move |command| {
        let value = is(command, "HGET") && command[1].ends_with(b":items");
        value.then(|| large(100_000_000))
    });
    told(
        &patient(&server, &["get", "default", "k"]),
        "a value",
        4,
        "far too large an answer: 100000000 bytes",
    );
    let server = Liar::about("HSTRLEN", Answer::Once(b":20000000\r\n".to_vec()));
    let args = ["get", "default", "k"];
    in_order(&patient(&server, &args), "a value that is smaller than it was");
    let server = Liar::start(move |command| {
        if is(command, "MULTI") {
            return Some(Answer::Once(
                b"-NOPERM no permissions to run the 'multi' command\r\n".into(),
            ));
        }
        if is(command, "HSTRLEN") {
            return Some(Answer::Once(b":20000000\r\n".to_vec()));
        }
        let value = is(command, "HGET") && command[1].ends_with(b":items");
        value.then(|| large(100_000_000))
    });
    told(&patient(&server, &args), "a large value", 4, "far too large an answer: 100000000 bytes");
}

#[test]
fn a_walk_without_an_end_ends_with_a_word() {
    let keys: Vec<String> = (0..500).flat_map(|n| [format!("k{n}"), RECORD.into()]).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let commands = [&["keys", "default"][..], &["stores"], &["keys", "default", "--limit", "1"]];
    for (what, answer, commands) in [
        ("the same keys", page("7", &keys), &commands[..]),
        ("no keys", page("7", &[]), &commands[1..2]),
        ("one key", page("18446744073709551615", &keys[..2]), &commands[..1]),
    ] {
        let server = Liar::about("HSCAN", Answer::Once(answer));
        for args in commands {
            told(&run(&server, args), what, 4, "does not end");
        }
    }
}

#[test]
fn what_a_server_says_is_cut() {
    let long = format!("-ERR {}\r\n", "y".repeat(60_000)).into_bytes();
    for name in ["HSCAN", "PING", "HLEN", "JSON.GET"] {
        let server = Liar::about(name, Answer::Once(long.clone()));
        for args in [&["stores"][..], &["keys", "default"], &["info", "default"]] {
            in_order(&run(&server, args), name);
        }
    }
    let forbidden = format!(
        "-NOPERM this user has no permissions to run the '{}' command\r\n",
        "z".repeat(60_000)
    );
    let server = Liar::about("HSCAN", Answer::Once(forbidden.into_bytes()));
    told(&run(&server, &["keys", "default"]), "a command's name", 4, "the user may not run ZZZ");
}

/// Every form that a reply can have, and pages that are no pages.
fn wrong() -> Vec<Vec<u8>> {
    let bytes = |text: &str| text.as_bytes().to_vec();
    vec![
        bytes("+OK\r\n"),
        bytes("+QUEUED\r\n"),
        bytes("+\r\n"),
        bytes("-\r\n"),
        bytes("-ERR \u{ff}\u{1b}[31m\r\n"),
        b"-ERR \xff\xfe\r\n".to_vec(),
        bytes(":-1\r\n"),
        bytes(":9223372036854775807\r\n"),
        bytes("$-1\r\n"),
        bytes("$0\r\n\r\n"),
        bytes("*-1\r\n"),
        bytes("*0\r\n"),
        list(&[list(&[list(&[list(&[])])])]),
        list(&[bulk("message"), bulk("a"), bulk("b")]),
        list(&[bulk("pmessage"), bulk("a"), bulk("b"), bulk("c")]),
        bulk(b"\0\xff\n"),
        bulk(DOCUMENT),
        bulk("{\"key\": [[[[[[["),
        page("0", &["a", "b", "c"]),
        page("abc", &["a", "b"]),
        page("-1", &["a", "b"]),
        page("99999999999999999999", &["a", "b"]),
        list(&[bulk("0")]),
        list(&[bulk("0"), bulk("1")]),
        list(&[b":0\r\n".to_vec(), list(&[list(&[]), b"$-1\r\n".to_vec(), b":3\r\n".to_vec()])]),
        list(&[b":0\r\n".to_vec(), b":16383\r\n".to_vec(), list(&[])]),
        list(&[list(&[b":0\r\n".to_vec(), b":9\r\n".to_vec(), list(&[bulk("")])])]),
    ]
}

#[test]
fn no_answer_of_a_wrong_kind_makes_it_fail() {
    let reads: [&[&str]; 6] = [
        &["stores"],
        &["info", "default"],
        &["keys", "default"],
        &["get", "default", "k"],
        &["exists", "default", "k"],
        &["info", "default", "k"],
    ];
    let writes: [&[&str]; 5] = [
        &["set", "default", "k", "v"],
        &["delete", "default", "k"],
        &["create", "--name", "x"],
        &["purge", "default", "--yes"],
        &["drop", "default", "--yes"],
    ];
    let cases: [(&str, &[&[&str]]); 14] = [
        ("PING", &reads[..1]),
        ("CLIENT", &reads[..1]),
        ("INFO", &reads[..1]),
        ("ROLE", &reads[..1]),
        ("HLEN", &reads[..3]),
        ("EXISTS", &reads[..2]),
        ("HGET", &reads[1..]),
        ("JSON.GET", &reads[..2]),
        ("HSCAN", &reads[..3]),
        ("HSTRLEN", &reads[3..]),
        ("HEXISTS", &reads[3..]),
        ("EVAL_RO", &reads[..2]),
        ("EVAL", &writes),
        // Everything after the login.
        ("", &reads),
    ];
    let lies = cases.iter().flat_map(|case| wrong().into_iter().map(move |answer| (case, answer)));
    side_by_side(lies.collect(), |((name, commands), answer)| {
        wrong_answer_to(name, commands, &answer);
    });
}

/// Runs `what` on each in parallel: where a false answer is taken for a message, a run waits for the true
/// one.
fn side_by_side<T: Send>(all: Vec<T>, what: impl Fn(T) + Sync) {
    let left = Mutex::new(all);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = left.lock().unwrap().pop();
                    let Some(next) = next else { return };
                    what(next);
                }
            });
        }
    });
}

fn wrong_answer_to(name: &'static str, commands: &[&[&str]], answer: &[u8]) {
    let lie = Answer::Once(answer.to_vec());
    let server = Liar::start(move |command| {
        let login = ["PING", "CLIENT", "INFO"].iter().any(|login| is(command, login));
        let lies = if name.is_empty() { !login } else { is(command, name) };
        lies.then(|| lie.clone())
    });
    for args in commands {
        let what = format!("{name} {args:?} {}", String::from_utf8_lossy(answer));
        in_order(&run_for(&server.url(), "0.5", args), &what);
    }
}

#[test]
fn a_server_that_says_it_is_a_cluster_is_checked_as_one() {
    let info = Answer::Once(bulk("redis_version:8.2.1\r\ncluster_enabled:1\r\n"));
    let mut all: Vec<_> = wrong().into_iter().map(Answer::Once).collect();
    all.extend([Answer::Once(b"*1\r\n".repeat(5000)), endless("*90000000\r\n", ":1\r\n")]);
    side_by_side(all, |slots| {
        let info = info.clone();
        let server = Liar::start(move |command| match () {
            () if is(command, "INFO") => Some(info.clone()),
            () if is(command, "CLUSTER SLOTS") => Some(slots.clone()),
            () => None,
        });
        in_order(&run(&server, &["stores"]), "a cluster");
    });
}

#[test]
fn lies_on_the_connection_that_is_told_of_changes_leave_the_watch_going() {
    let nested = [b">2\r\n$10\r\ninvalidate\r\n".to_vec(), b"*1\r\n".repeat(5000)].concat();
    for lie in [
        Answer::Once(nested),
        endless("", ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n"),
        endless("%90000000\r\n", ":1\r\n"),
        endless("=99999999999\r\n", "x"),
        endless("$?\r\n", ";4\r\nabcd\r\n"),
    ] {
        let seen = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
        let counted = std::sync::Arc::clone(&seen);
        let server = Liar::start(move |command| {
            let tracking = is(command, "CLIENT TRACKING");
            if is(command, "HLEN") {
                counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
            tracking.then(|| lie.clone())
        });
        let mut child = start(&server.url(), "3", &["watch", "default"]);
        let begun = Instant::now();
        // It goes on looking.
        while seen.load(std::sync::atomic::Ordering::Relaxed) < 12 {
            assert_eq!(child.try_wait().unwrap(), None, "it watches");
            assert!(begun.elapsed() < LONGEST, "it looks again and again");
            thread::sleep(Duration::from_millis(5));
        }
        let memory = peak_memory(child.id()).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(memory < MOST, "{memory} MB");
    }
}
