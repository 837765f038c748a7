//! A write whose answer is lost on the way is settled, and told.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use serde_json::json;

use super::program::{Program, json_lines};
use crate::breaking::breaking;
use crate::server::Server;

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

#[test]
fn an_import_goes_on_over_a_line_that_was_lost() {
    let program = Program::with_shop();
    // So that the server knows the script already.
    program.ok(&["set", "shop", "first", "v"]);
    let line =
        |at| format!("{{\"key\":\"k{at}\",\"content_type\":\"text/plain\",\"value\":\"{at}\"}}\n");
    let lines = (0..40).map(line).collect::<Vec<_>>().concat();
    for after in [true, false] {
        program.ok(&["purge", "shop", "--yes"]);
        let target = format!("127.0.0.1:{}", breaking(program.server.port(), after));
        let run = program
            .run_with_input(&["-t", &target, "import", "shop", "-", "--json"], lines.as_bytes());
        assert_eq!(run.code, 0, "{after}: {}", run.err);
        assert_eq!(run.err.contains("answer lost for"), after, "{}", run.err);
        let told = json_lines(std::str::from_utf8(&run.out).unwrap());
        assert_eq!((&told[0]["imported"], &told[0]["same"]), (&json!(40), &json!(0)), "{told:?}");
        for at in 0..40 {
            let value = program.stored("shop", format!("k{at}").as_bytes()).unwrap();
            assert_eq!(value, at.to_string().into_bytes());
        }
    }
}

#[test]
fn a_write_says_on_how_many_replicas_it_is_where_that_is_asked_for() {
    let program = Program::with_shop();
    let port = program.server.port();
    let replica = Server::start_with(&["--replicaof", &format!("127.0.0.1 {port}")]);
    let mut client = program.server.client();
    while client.call(&[b"WAIT", b"1", b"1000"]).int() < 1 {}
    let told = program.ok(&["--wait-replicas", "1", "--json", "set", "shop", "k", "v"]);
    assert!(told.contains("\"replicas\":1,\"replicas_wanted\":1"), "{told}");
    let run = program.run(["--wait-replicas", "2", "--timeout", "0.5", "delete", "shop", "k"]);
    assert_eq!(run.code, 6, "{}", run.err);
    assert_eq!(run.err.trim(), "larder: written, but only on 1 of 2 replicas");
    assert_eq!(program.stored("shop", b"k"), None);
    // Also by transactions, and by a user who may not ask.
    for (rules, words) in [
        (&["-eval"][..], "written, but only on 1 of 2 replicas"),
        (&["-wait"], "written, but on how many replicas is not known"),
    ] {
        let user =
            [&["ACL", "SETUSER", "ann", "reset", "on", "nopass", "~*", "&*", "+@all"], rules];
        program.server.cli(&user.concat());
        let target = format!("redis://ann@127.0.0.1:{port}");
        let options = ["-t", &target, "--wait-replicas", "2", "--timeout", "0.5"];
        let run = program.run([&options[..], &["set", "shop", "k", "v"]].concat());
        assert_eq!((run.code, run.err.contains(words)), (6, true), "{rules:?}: {}", run.err);
    }
    drop(replica);
}
