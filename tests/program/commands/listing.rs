//! `keys`: its order, its fields, and what a person and a script get of them.

use super::program::{Program, json_lines};
use crate::pty::Screen;

#[test]
fn keys_are_sorted_and_cut_as_they_are_asked_for() {
    let program = Program::with_shop();
    let keys = |args: &[&str]| {
        let all = [&["keys", "shop", "--bare"][..], args].concat();
        program.ok(&all).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(keys(&[]), ["bytes", "none", "page-1", "page-2"]);
    assert_eq!(keys(&["--reverse"]), ["page-2", "page-1", "none", "bytes"]);
    assert_eq!(keys(&["--sort", "size"]), ["page-1", "page-2", "bytes", "none"]);
    assert_eq!(keys(&["--sort", "size", "-r"]), ["none", "bytes", "page-2", "page-1"]);
    assert_eq!(keys(&["--sort", "content_type"]), ["page-1", "bytes", "none", "page-2"]);
    // The limit is of what is sorted, and the prefix of what is read.
    assert_eq!(keys(&["--sort", "size", "--limit", "1"]), ["page-1"]);
    assert_eq!(keys(&["--reverse", "--prefix", "page-", "--limit", "1"]), ["page-2"]);
    assert_eq!(keys(&["--sort", "size", "--after", "none"]), ["page-1", "page-2"]);
    assert!(program.fails(&["keys", "shop", "--sort", "age"], 2).contains("size"));
    program.fails(&["keys", "none", "--sort", "size"], 1);
    // Without a store, stores are listed, which have no such order.
    program.fails(&["ls", "--sort", "size"], 2);
}

#[test]
fn only_the_fields_that_are_named_are_printed_in_their_order() {
    let program = Program::with_shop();
    let odd = [&b"HSET"[..], b"key_value_stores:shop:items", b"a\xff", b"x"];
    program.server.command(&odd);
    let odd = [&b"HSET"[..], b"key_value_stores:shop:metadata_items", b"a\xff", b"no JSON"];
    program.server.command(&odd);
    let run = program.run(["keys", "shop", "--fields", "key,size,state"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let lines = b"a\xff\t0\tbad_metadata\nbytes\t3\t\nnone\t0\t\npage-1\t15\t\npage-2\t10\t\n";
    assert_eq!(String::from_utf8_lossy(&run.out), String::from_utf8_lossy(lines));
    let json = program.ok(&["keys", "shop", "--fields", "size,key", "--prefix", "page-", "--json"]);
    assert_eq!(json, "{\"size\":15,\"key\":\"page-1\"}\n{\"size\":10,\"key\":\"page-2\"}\n");
    let json = program.ok(&["keys", "shop", "--fields", "key,state", "--limit", "1", "--json"]);
    let odd = "{\"key\":\"a\\\\xff\",\"key_base64\":\"Yf8=\",\"state\":\"bad_metadata\"}\n";
    assert_eq!(json, odd);
    program.fails(&["keys", "shop", "--fields", "age"], 2);
    program.fails(&["keys", "shop", "--fields", "key", "--bare"], 2);
}

#[test]
fn a_list_for_another_program_holds_no_key_that_it_would_take_for_two() {
    let program = Program::with_shop();
    for field in ["items", "metadata_items"] {
        let hash = format!("key_value_stores:shop:{field}");
        let value = br#"{"key":"a\u0000b","content_type":"text/plain","size":50}"#;
        program.server.command(&[b"HSET", hash.as_bytes(), b"a\0b", value]);
    }
    for sort in [&[][..], &["--sort", "size"]] {
        let run = program.run([&["keys", "shop", "--null"], sort].concat());
        assert_eq!((run.code, run.out.split(|byte| *byte == 0).count()), (4, 5));
        assert!(run.err.contains("1 key with a NUL byte left out, as a"), "{}", run.err);
        assert!(!run.out.windows(2).any(|two| two == b"b\0"), "{:?}", run.out);
    }
    program.ok(&["set", "shop", "two\nlines", "v"]);
    program.ok(&["keys", "shop", "--prefix", "two", "--null"]);
    let run = program.run(["keys", "shop", "--prefix", "two", "--bare"]);
    assert_eq!((run.code, &*run.out), (0, &b"two\nlines\n"[..]));
    assert!(
        run.err.contains("1 key with a line break") && run.err.contains("--null"),
        "{}",
        run.err
    );
    program.ok(&["set", "shop", "two\ttabs", "v"]);
    for (how, told) in [
        (&[][..], "1 key with a line break, as two"),
        (&["--fields", "key,size"], "2 keys with a line break or tab, as two"),
    ] {
        let run = program.run([&["keys", "shop", "--prefix", "two"], how].concat());
        assert!(
            run.code == 0 && run.err.contains(told) && run.err.contains("--json"),
            "{}",
            run.err
        );
        for quiet in ["-q", "--color=always", "--json"] {
            let colored = quiet == "--color=always" && !how.is_empty();
            let args = [&["keys", "shop", "--prefix", "two", quiet], how].concat();
            assert!(colored || program.run(args).err.is_empty(), "{quiet}");
        }
    }
}

#[test]
fn a_size_that_nothing_tells_is_no_size() {
    let program = Program::with_shop();
    for (field, value) in [("items", &b"v"[..]), ("metadata_items", b"no JSON")] {
        let hash = format!("key_value_stores:shop:{field}");
        program.server.command(&[b"HSET", hash.as_bytes(), b"odd", value]);
    }
    let listed = program.ok(&["keys", "shop", "--prefix", "odd", "--json"]);
    assert!(listed.contains(r#""size":null,"state":"bad_metadata""#), "{listed}");
    let told = program.run(["info", "shop", "odd", "--json"]);
    assert!(String::from_utf8_lossy(&told.out).contains(r#""size":1,"#), "{told:?}");
}

#[test]
fn a_person_gets_heads_over_the_fields() {
    let program = Program::with_shop();
    let home = program.home.path().to_str().unwrap();
    let args = ["-t", &program.server.url(), "keys", "shop", "--fields", "size,content_type,key"];
    let mut screen = Screen::start(&args, &[("HOME", home)], 24, 100);
    assert_eq!(screen.exit_code(), 0);
    let text = screen.contents();
    assert!(text.contains("    size  content_type    key"), "{text}");
    assert!(text.contains("    15 B  json            page-1"), "{text}");
}

#[test]
fn a_size_that_the_metadata_does_not_name_is_the_value_s() {
    let program = Program::with_shop();
    let metadata = r#"{"key": "odd", "content_type": "text/plain"}"#;
    program.server.cli(&["HSET", "key_value_stores:shop:metadata_items", "odd", metadata]);
    program.server.cli(&["HSET", "key_value_stores:shop:items", "odd", "seven b"]);
    for more in [&[][..], &["--sort", "size"]] {
        let told = program.ok(&[&["keys", "shop", "--prefix", "odd", "--json"], more].concat());
        assert_eq!(json_lines(&told)[0]["size"], 7, "{told}");
    }
}
