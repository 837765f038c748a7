//! Records that a running crawl writes back: commands say so before they change them.

use std::fs;

use serde_json::Value;

use super::program::{Program, json_lines};

const WARNING: &str = "a running crawl writes ";

#[test]
fn a_change_of_a_record_that_is_written_back_is_warned_of_and_made() {
    let program = Program::with_shop();
    assert_eq!(program.run(["set", "shop", "page-3", "1"]).err, "");
    for key in ["CRAWLEE_STATE_0", "__CRAWLER_STATISTICS_0", "SDK_SESSION_POOL_STATE"] {
        let answer = program.run(["set", "shop", key, "1"]);
        assert_eq!(answer.code, 0, "{answer:?}");
        assert!(answer.err.contains(WARNING) && answer.err.contains(key), "{answer:?}");
    }
    assert_eq!(program.run(["set", "shop", "page-3", "2"]).err, "");
    let told = program.ok(&["delete", "shop", "CRAWLEE_STATE_0", "--dry-run"]);
    assert!(told.contains(WARNING), "{told}");
    let told = program.ok(&["delete", "shop", "CRAWLEE_STATE_0", "--dry-run", "--json"]);
    assert!(json_lines(&told)[0]["warnings"][0].as_str().unwrap().contains(WARNING), "{told}");
    let answer = program.run(["delete", "shop", "CRAWLEE_STATE_0", "page-1"]);
    assert_eq!((answer.code, answer.err.matches(WARNING).count()), (0, 1), "{answer:?}");
    let answer = program.run(["delete", "shop", "page-2", "CRAWLEE_STATE_0"]);
    assert!(!answer.err.contains(WARNING), "what is not there is not written back: {answer:?}");
}

#[test]
fn a_store_that_nobody_writes_is_changed_without_a_word() {
    let program = Program::with_shop();
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().to_str().unwrap();
    program.ok(&["-t", target, "create", "--alias", "default"]);
    program.ok(&["-t", target, "set", "default", "CRAWLEE_STATE_0", "1"]);
    let path = folder.path().join("key_value_stores/default/__metadata__.json");
    let mut metadata: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    metadata["modified_at"] = "2026-01-01T00:00:00+00:00".into();
    fs::write(&path, metadata.to_string()).unwrap();
    let answer = program.run(["-t", target, "delete", "default", "CRAWLEE_STATE_0"]);
    assert_eq!((answer.code, &*answer.err), (0, ""), "{answer:?}");
}
