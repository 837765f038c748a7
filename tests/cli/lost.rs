//! A write whose answer is lost on the way is settled, and told.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use crate::breaking::breaking;
use crate::program::Program;

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
