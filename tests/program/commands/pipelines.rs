//! What scripts build on: many records in one call, JSON that holds, errors as data.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use serde_json::{Value, json};

use super::program::{Program, json_lines};
use crate::fill;
use crate::pty::Screen;

/// Fills the store `shop` of a directory as that of [`Program::with_shop`].
fn directory(program: &Program) -> String {
    let storage = program.home.path().join("project/storage");
    std::fs::create_dir_all(&storage).unwrap();
    let target = storage.display().to_string();
    let json = "application/json; charset=utf-8";
    for args in [
        &["create", "--name", "shop"][..],
        &["set", "shop", "page-1", r#"{"price": 1.50}"#, "-c", json],
        &["set", "shop", "page-2", "<p>two</p>", "-c", "text/html"],
        &["set", "shop", "none", "--null"],
    ] {
        let run = program.run([&["-t", &target], args].concat());
        assert_eq!(run.code, 0, "{}", run.err);
    }
    let args = ["-t", &target, "set", "shop", "bytes", "-f", "-"];
    assert_eq!(program.run_with_input(&args, b"\0\xff\n").code, 0);
    target
}

#[test]
fn many_values_are_lines_of_json_on_a_server_and_in_a_directory() {
    let program = Program::with_shop();
    let expected = [
        json!({"key": "page-2", "content_type": "text/html", "size": 10, "value": "<p>two</p>"}),
        json!({"key": "bytes", "content_type": "application/octet-stream", "size": 3,
            "value_base64": "AP8K"}),
        json!({"key": "none", "content_type": "application/x-none", "size": 0, "value": null}),
    ];
    for target in [program.server.url(), directory(&program)] {
        let on = |args: &[&str]| program.ok(&[&["-t", &target], args].concat());
        let many = on(&["get", "shop", "page-2", "bytes", "none", "page-1"]);
        assert_eq!(json_lines(&many)[..3], expected);
        // A number is spelled as it is stored.
        assert!(many.ends_with("\"value\":{\"price\": 1.50}}\n"), "{many}");
        assert_eq!(json_lines(&on(&["get", "shop", "none", "--json"])), expected[2..]);
        assert_eq!(on(&["get", "shop", "page-2"]), "<p>two</p>");
        let digests = json_lines(&on(&["get", "shop", "page-2", "none", "--digest"]));
        let single = on(&["get", "shop", "page-2", "--digest"]);
        assert_eq!(digests[0]["digest"], single.trim_end());
        assert!(digests[1].get("value").is_none());
    }
}

#[test]
fn keys_that_are_not_there_are_named_and_may_be_allowed() {
    let program = Program::with_shop();
    for target in [program.server.url(), directory(&program)] {
        let on = |args: &[&str]| program.run([&["-t", &target], args].concat());
        let some = on(&["get", "shop", "gone", "none", "lost"]);
        assert_eq!((some.code, json_lines(std::str::from_utf8(&some.out).unwrap()).len()), (1, 1));
        let named = some.err.lines().filter(|line| line.contains("no record")).count();
        assert!(named == 2 && some.err.contains("`gone`") && some.err.contains("`lost`"));
        for args in [
            &["get", "shop", "gone", "--if-exists"][..],
            &["get", "shop", "gone", "lost", "--if-exists"],
            &["get", "nowhere", "a", "b", "--if-exists"],
            &["delete", "shop", "gone", "--if-exists"],
            &["delete", "nowhere", "gone", "--if-exists"],
            &["delete", "id:nothing", "gone", "--if-exists"],
            &["drop", "nowhere", "--yes", "--if-exists"],
            &["purge", "id:nothing", "--yes", "--if-exists"],
        ] {
            let run = on(args);
            assert_eq!((run.code, run.err.as_str(), &*run.out), (0, "", &b""[..]), "{args:?}");
        }
        assert_eq!(on(&["get", "nowhere", "a", "b"]).code, 1);
        let dropped = on(&["drop", "nowhere", "--yes", "--if-exists", "--json"]);
        assert_eq!(dropped.out, b"{\"store\":\"nowhere\",\"dropped\":false}\n");
        let deleted = on(&["delete", "shop", "gone", "--if-exists", "--json"]);
        assert_eq!(deleted.out, b"{\"deleted\":0,\"missing\":[\"gone\"]}\n");
    }
}

#[test]
fn keys_come_from_a_file_in_a_few_round_trips_whatever_they_are() {
    let program = Program::with_shop();
    let keys: Vec<String> = (0..2_500).map(|n| format!("k\n{n:04}")).collect();
    let text = "text/plain; charset=utf-8";
    let record = |key: &String| (key.clone(), text.to_owned(), key.clone().into_bytes());
    let large = ("large".to_owned(), text.to_owned(), vec![b'x'; 2 << 20]);
    let mut client = program.server.client();
    fill::records(&mut client, "shop", keys.iter().map(record).chain([large]));
    let mut list = keys.join("\0");
    list.push_str("\0large\0");
    let mut monitor = program.server.monitor();
    let args = ["get", "shop", "--keys-from", "-", "--null"];
    let run = program.run_with_input(&args, list.as_bytes());
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    // Sizes are asked for one by one, in pages that are sent whole.
    let sent = monitor.lines().into_iter().filter(|line| !line.contains("HSTRLEN")).count();
    assert!(sent < 250, "{sent} commands for 2,501 records");
    let lines = json_lines(std::str::from_utf8(&run.out).unwrap());
    assert_eq!(lines.len(), 2_501);
    assert!(lines[..2_500].iter().zip(&keys).all(|(line, key)| line["value"] == **key));
    assert_eq!(lines[2_500]["value"].as_str().unwrap().len(), 2 << 20);

    let args = ["delete", "shop", "--keys-from", "-", "-0", "--json"];
    let run = program.run_with_input(&args, format!("{list}gone\0k\n0001\0").as_bytes());
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(
        json_lines(std::str::from_utf8(&run.out).unwrap())[0],
        json!({"deleted": 2_501, "missing": ["gone"]})
    );
    assert_eq!(program.ok(&["keys", "shop", "--bare"]), "bytes\nnone\npage-1\npage-2\n");
    let file = program.home.path().join("keys");
    std::fs::write(&file, "none\npage-1\n").unwrap();
    let windows = program.home.path().join("windows");
    std::fs::write(&windows, "none\r\npage-1\r\n").unwrap();
    for command in ["get", "delete"] {
        let run = program.run([command, "shop", "--keys-from", windows.to_str().unwrap()]);
        assert_eq!(run.code, 1, "{}", run.err);
        assert!(run.err.contains("end with CR LF"), "{}", run.err);
    }
    let file = file.to_str().unwrap();
    assert_eq!(json_lines(&program.ok(&["get", "shop", "--keys-from", file])).len(), 2);
    program.ok(&["delete", "shop", "--keys-from", file]);
    assert_eq!(program.ok(&["keys", "shop", "--bare"]), "bytes\npage-2\n");
    for args in [
        &["get", "shop", "--keys-from", "/no/such/file"][..],
        &["get", "shop", "k", "--keys-from", "-"],
        &["get", "shop", "a", "b", "-o", "x"],
        &["get", "shop", "k", "--null"],
        &["get", "shop"],
        &["delete", "shop"],
    ] {
        program.fails(args, 2);
    }
}

#[test]
fn errors_are_json_where_the_output_is() {
    let program = Program::with_shop();
    for (args, kind, exit) in [
        (&["get", "shop", "gone", "--json", "-o", "x"][..], "not_found", 1),
        (&["get", "shop", "gone", "--json"], "not_found", 1),
        (&["keys", "nowhere", "--json"], "not_found", 1),
        (&["keys", "shop", "--json", "--bare"], "usage", 2),
        (&["--json", "frobnicate"], "usage", 2),
        (&["drop", "shop", "--json"], "conflict", 4),
        (&["set", "shop", "k", "v", "--json", "--read-only"], "read_only", 4),
        (&["-t", "redis://127.0.0.1:1", "stores", "--json"], "connection", 3),
        (&["-t", "redis://:s3cr3t@127.0.0.1:1", "stores", "--json"], "connection", 3),
    ] {
        let run = program.run(args);
        assert_eq!((run.code, run.out.len()), (exit, 0), "{args:?} {}", run.err);
        let lines = json_lines(&run.err);
        let error = &lines[0]["error"];
        assert_eq!((lines.len(), &error["kind"], &error["exit"]), (1, &json!(kind), &json!(exit)));
        assert!(!error["message"].as_str().unwrap().is_empty(), "{error}");
        assert!(!run.err.contains("s3cr3t"), "{}", run.err);
    }
    let some = program.run(["get", "shop", "gone", "none", "--json"]);
    let warning = &json_lines(&some.err)[0]["warning"]["message"];
    assert_eq!(*warning, Value::from("there was no record `gone`"), "{}", some.err);
}

#[test]
fn a_person_is_told_the_result_in_one_line_and_a_script_is_not() {
    let program = Program::with_shop();
    let url = program.server.url();
    let shown = |args: &[&str]| {
        let mut screen = Screen::start(args, &[("LARDER_URL", &url)], 24, 100);
        assert_eq!(screen.exit_code(), 0, "{args:?} {}", screen.contents());
        screen.contents().trim().to_owned()
    };
    assert_eq!(shown(&["set", "shop", "k", "v"]), "saved k");
    assert_eq!(shown(&["copy", "shop", "k", "l", "-q"]), "");
    assert_eq!(shown(&["delete", "shop", "k", "l"]), "deleted 2 records");
    assert_eq!(shown(&["get", "shop", "page-2", "-o", "page"]), "saved 10 B to page");
    assert_eq!(shown(&["purge", "shop", "--yes"]), "purged shop: 4 records removed");
    assert_eq!(shown(&["drop", "shop", "--yes"]), "dropped shop");
    assert_eq!(shown(&["create", "--name", "shop"]), "created the store shop");
    assert_eq!(shown(&["create", "--name", "shop"]), "the store shop is there, with 0 records");
    assert_eq!(shown(&["create", "--name", "shop", "-q"]), "");
    program.ok(&["create"]);
    program.ok(&["set", "default", "k", "v"]);
    program.ok(&["drop", "default", "--yes"]);
}

#[test]
fn what_takes_over_a_second_tells_how_far_it_is_and_takes_that_away() {
    let program = Program::with_shop();
    let url = program.server.url();
    let slow = "key_value_stores:shop:items";
    let mut screen = Screen::start(&["purge", "shop"], &[("LARDER_URL", &url)], 24, 100);
    screen.wait_for_text("Type its name to confirm");
    program.server.stop_process();
    screen.keys("shop\n");
    screen.wait_for_text("purging · ");
    program.server.continue_process();
    assert_eq!(screen.exit_code(), 0, "{}", screen.contents());
    let text = screen.contents();
    assert!(!text.contains("purging") && text.contains("purged shop: 4 records removed"), "{text}");
    assert_eq!(program.server.cli(&["EXISTS", slow]), b"0");
}
