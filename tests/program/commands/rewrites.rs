//! `rename`, `copy` and `retype`.

use serde_json::json;

use super::program::{Program, json_lines};

#[test]
fn a_record_is_renamed_and_copied_with_its_bytes() {
    let program = Program::with_shop();
    assert_eq!(program.ok(&["rename", "shop", "bytes", "raw"]), "");
    assert_eq!(program.run(["get", "shop", "raw", "--force"]).out, b"\0\xff\n");
    program.fails(&["get", "shop", "bytes"], 1);
    let told = program.ok(&["copy", "shop", "page-1", "page-3", "--json"]);
    let kind = "application/json; charset=utf-8";
    assert_eq!(json_lines(&told), [json!({"key": "page-3", "content_type": kind, "size": 15})]);
    assert_eq!(program.ok(&["get", "shop", "page-3"]), r#"{"price": 1.50}"#);
    assert_eq!(program.ok(&["get", "shop", "page-1"]), r#"{"price": 1.50}"#);
}

#[test]
fn a_record_that_is_in_the_way_stays_unless_it_may_be_overwritten() {
    let program = Program::with_shop();
    for command in ["rename", "copy"] {
        let told = program.fails(&[command, "shop", "page-1", "page-2"], 4);
        assert!(told.contains("--overwrite"), "{told}");
        assert_eq!(program.ok(&["get", "shop", "page-2"]), "<p>two</p>");
        let shown = program.ok(&[command, "shop", "page-1", "page-2", "--overwrite", "--dry-run"]);
        assert!(shown.contains("Overwrites page-2: 10 B, text/html"), "{shown}");
        program.fails(&[command, "shop", "missing", "new"], 1);
        program.fails(&[command, "nowhere", "page-1", "new"], 1);
        program.fails(&[command, "shop", "page-1", "page-1"], 2);
        program.fails(&[command, "shop", "page-1", "new", "--read-only"], 4);
        program.fails(&["get", "shop", "new"], 1);
    }
    program.ok(&["rename", "shop", "page-1", "page-2", "--overwrite"]);
    assert_eq!(program.ok(&["get", "shop", "page-2"]), r#"{"price": 1.50}"#);
    program.fails(&["get", "shop", "page-1"], 1);
}

#[test]
fn a_content_type_is_changed_alone() {
    let program = Program::with_shop();
    program.ok(&["retype", "shop", "page-2", "text/plain; charset=utf-8"]);
    let told = json_lines(&program.ok(&["info", "shop", "page-2", "--json"])).remove(0);
    assert_eq!(told["content_type"], "text/plain; charset=utf-8");
    assert_eq!(program.ok(&["get", "shop", "page-2"]), "<p>two</p>");
    // Said, also before, and done.
    let retype = ["retype", "shop", "page-2", "application/json", "--dry-run"];
    for count in [5, 4] {
        let run = program.run(&retype[..count]);
        let told = String::from_utf8(run.out).unwrap() + &run.err;
        assert!(run.code == 0 && told.contains("not JSON: Crawlee reads None"), "{told}");
    }
    assert_eq!(program.ok(&["retype", "shop", "page-2", "text/html"]), "");
    program.fails(&["retype", "shop", "page-2", ""], 2);
    program.fails(&["retype", "shop", "page-2", "text/plain\nx"], 2);
    program.fails(&["set", "shop", "page-2", "one", "-c", "text/\u{1b}[31m"], 2);
    program.fails(&["retype", "shop", "missing", "text/plain"], 1);
}

#[test]
fn damaged_metadata_is_told_with_what_mends_it_which_does() {
    let program = Program::with_shop();
    for damaged in ["no JSON", r#"{"key":"bytes","content_type":"text/plain","size":7}"#] {
        let metadata = b"key_value_stores:shop:metadata_items";
        program.server.command(&[b"HSET", metadata, b"bytes", damaged.as_bytes()]);
        let remedy = "`larder retype` writes its metadata anew";
        let told = program.run(["info", "shop", "bytes"]);
        assert_eq!(told.code, 5);
        assert!(String::from_utf8_lossy(&told.out).contains(remedy), "{told:?}");
        let got = program.run(["get", "shop", "bytes"]);
        assert_eq!((got.code, got.out.len()), (5, 3));
        assert!(got.err.contains("bytes as stored") && got.err.contains(remedy), "{got:?}");
        program.ok(&["retype", "shop", "bytes", "image/png"]);
        let mended = program.ok(&["info", "shop", "bytes"]);
        assert!(mended.contains("image/png") && !mended.contains('!'), "{mended}");
    }
}
