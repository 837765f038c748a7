//! `export` and `import`.

use std::fs;

use serde_json::json;

use super::program::{Program, json_lines};
use crate::fill;

/// A file of this name in the program's home.
fn file(program: &Program, name: &str) -> String {
    program.home.path().join(name).display().to_string()
}

#[test]
fn a_store_comes_back_from_a_file_byte_for_byte() {
    let program = Program::with_shop();
    let (path, again) = (file(&program, "shop.jsonl"), file(&program, "again.jsonl"));
    program.ok(&["export", "shop", &path]);
    assert_eq!(program.ok(&["export", "shop"]), fs::read_to_string(&path).unwrap());
    let storage = file(&program, "storage");
    fs::create_dir(&storage).unwrap();
    let there = |args: &[&str]| program.ok(&[&["-t", storage.as_str()], args].concat());
    let missing = program.fails(&["-t", &storage, "import", "shop", &path], 1);
    assert!(missing.contains("no store"), "{missing}");
    there(&["create", "--name", "shop"]);
    let would = json_lines(&there(&["import", "shop", &path, "--dry-run", "--json"]));
    assert_eq!(would[0]["records"], 4, "{would:?}");
    assert_eq!(there(&["keys", "shop"]), "");
    let made = json_lines(&there(&["import", "shop", &path, "--json"]));
    let none = json!({"count": 0, "names": []});
    let told = json!({"store": "shop", "imported": 4, "bytes": 28, "same": 0, "in_the_way": none});
    assert_eq!(made, [told]);
    there(&["export", "shop", &again]);
    assert_eq!(fs::read(&path).unwrap(), fs::read(&again).unwrap());
    // What is the same counts as done.
    let made = json_lines(&there(&["import", "shop", &path, "--json"]));
    assert_eq!((&made[0]["imported"], &made[0]["same"]), (&json!(0), &json!(4)));
}

#[test]
fn a_file_that_is_written_over_keeps_its_mode_and_a_pipe_is_written_to_itself() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let program = Program::with_shop();
    let (path, link) = (file(&program, "shop.jsonl"), file(&program, "link.jsonl"));
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("shop.jsonl", &link).unwrap();
    program.ok(&["export", "shop", &link, "--overwrite"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), program.ok(&["export", "shop"]));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    // Standard output is a pipe here.
    assert_eq!(
        program.ok(&["export", "shop", "/dev/stdout", "--overwrite"]),
        program.ok(&["export", "shop"])
    );
    program.ok(&["export", "shop", "/dev/null", "--overwrite"]);
    assert_eq!(
        program.ok(&["get", "shop", "page-1", "-o", "/dev/stdout"]),
        program.ok(&["get", "shop", "page-1"])
    );
}

#[test]
fn nothing_is_written_over_unasked() {
    let program = Program::with_shop();
    let path = file(&program, "shop.jsonl");
    program.ok(&["export", "shop", &path]);
    let refused = program.fails(&["export", "shop", &path], 4);
    assert!(refused.contains("--resume") && refused.contains("--overwrite"), "{refused}");
    program.ok(&["export", "shop", &path, "--overwrite"]);
    program.ok(&["set", "shop", "page-2", "<p>mine</p>", "-c", "text/html"]);
    program.ok(&["delete", "shop", "none"]);
    let told = program.fails(&["import", "shop", &path], 4);
    assert!(told.contains("1 record there already, not the same: page-2"), "{told}");
    assert_eq!(program.ok(&["get", "shop", "page-2"]), "<p>mine</p>");
    program.ok(&["exists", "shop", "none"]);
    program.fails(&["import", "shop", &path, "--overwrite", "--read-only"], 4);
    program.ok(&["import", "shop", &path, "--overwrite"]);
    assert_eq!(program.ok(&["get", "shop", "page-2"]), "<p>two</p>");
}

#[test]
fn an_export_that_was_ended_is_gone_on_with() {
    let program = Program::empty();
    let mut client = program.server.client();
    fill::stores(&mut client, ["shop"]);
    let record = |at: u32| (format!("page-{at:04}"), "text/plain".to_owned(), vec![b'x'; 40]);
    fill::records(&mut client, "shop", (0..1500).map(record));
    let path = file(&program, "shop.jsonl");
    program.ok(&["export", "shop", &path]);
    let whole = fs::read(&path).unwrap();
    for cut in [0, 10, whole.len() / 2, whole.len() - 1, whole.len()] {
        fs::write(&path, &whole[..cut]).unwrap();
        program.ok(&["export", "shop", &path, "--resume"]);
        assert!(fs::read(&path).unwrap() == whole, "cut at {cut}");
    }
    for other in ["something else\n", "something else"] {
        fs::write(&path, other).unwrap();
        program.fails(&["export", "shop", &path, "--resume"], 2);
        assert_eq!(fs::read_to_string(&path).unwrap(), other);
    }
}

#[test]
fn what_crawlee_will_not_read_is_told_by_import_and_set() {
    let program = Program::with_shop();
    let deep = "[".repeat(1200) + &"]".repeat(1200);
    let line = |key: &str, value: &str| {
        format!("{{\"key\":\"{key}\",\"content_type\":\"application/json\",\"value\":{value}}}\n")
    };
    let path = file(&program, "lines.jsonl");
    let latin = r#"{"key":"c","content_type":"text/plain","value_base64":"4g=="}"#;
    fs::write(&path, line("a", &deep) + &line("b", "[1]") + latin).unwrap();
    for args in [&["--dry-run"][..], &[]] {
        let run = program.run([&["import", "shop", &path], args].concat());
        let told = "2 records that Crawlee will not read, set as they are: a, c; of the first: nested too \
                    deep";
        assert!(run.code == 0 && run.err.contains(told), "{}", run.err);
    }
    assert_eq!(program.ok(&["get", "shop", "a"]), deep);
    let run = program.run(["set", "shop", "d", &deep, "-c", "application/json"]);
    assert!(run.code == 0 && run.err.contains("nested 1200 deep"), "{}", run.err);
    // The type that a file's name keeps counts too.
    let storage = file(&program, "project/storage");
    let folder = format!("{storage}/key_value_stores/default");
    fs::create_dir_all(&folder).unwrap();
    fs::write(format!("{folder}/INPUT.json"), "{}").unwrap();
    let run = program.run(["-t", &storage, "set", "default", "INPUT", &deep]);
    assert!(run.code == 0 && run.err.contains("nested 1200 deep"), "{}", run.err);
    assert_eq!(fs::read_to_string(format!("{folder}/INPUT.json")).unwrap(), deep);
}

#[test]
fn a_line_that_is_no_record_is_named_by_its_number() {
    let program = Program::with_shop();
    let path = file(&program, "lines.jsonl");
    let good = r#"{"key":"new","content_type":"text/plain","value":"a"}"#;
    let other = r#"{"key":"new","content_type":"text/plain","value":"b"}"#;
    fs::write(&path, format!("{good}\n\n{{\n")).unwrap();
    let why = program.fails(&["import", "shop", &path], 2);
    assert!(why.contains("line 3 of") && why.contains("no JSON"), "{why}");
    // The second one meets what the first has made.
    fs::write(&path, format!("{good}\n{good}\n{other}\n")).unwrap();
    let told = program.fails(&["import", "shop", &path], 4);
    assert!(told.contains("1 record there already"), "{told}");
    assert_eq!(program.ok(&["get", "shop", "new"]), "a");
}

#[test]
fn a_store_comes_back_from_a_folder_of_files() {
    let program = Program::with_shop();
    let folder = file(&program, "shop.d");
    program.ok(&["set", "shop", "../../up", "out", "-c", "text/plain; charset=utf-8"]);
    let odd = [&b"HSET"[..], b"key_value_stores:shop:items", b"a\xff", b"x"];
    program.server.command(&odd);
    let odd = [&b"HSET"[..], b"key_value_stores:shop:metadata_items", b"a\xff"];
    let meta = br#"{"key":"a","content_type":"text/plain","size":1}"#;
    program.server.command(&[&odd[..], &[meta]].concat());
    program.ok(&["export", "shop", &format!("{folder}/")]);
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected = [
        "%2E.%2F..%2Fup.txt",
        "a%FF.txt",
        "bytes.bin",
        "none",
        "page-1.json",
        "page-2.html",
        "records.jsonl",
    ];
    assert_eq!(names, expected);
    assert_eq!(fs::read(format!("{folder}/bytes.bin")).unwrap(), b"\0\xff\n");
    // Nothing is written over unasked; what was ended is gone on with.
    let refused = program.fails(&["export", "shop", &folder], 4);
    assert!(refused.contains("--resume") && refused.contains("not empty"), "{refused}");
    let list = format!("{folder}/records.jsonl");
    let whole = fs::read_to_string(&list).unwrap();
    let cut: String = whole.split_inclusive('\n').take(2).collect();
    fs::write(&list, cut + "{\"key\":\"ha").unwrap();
    fs::remove_file(format!("{folder}/page-2.html")).unwrap();
    std::os::unix::fs::symlink(&list, format!("{folder}/page-1.json.new")).unwrap();
    program.ok(&["export", "shop", &folder, "--resume"]);
    assert_eq!(fs::read_to_string(&list).unwrap(), whole);
    assert_eq!(fs::read_to_string(format!("{folder}/page-2.html")).unwrap(), "<p>two</p>");
    // A key that is not UTF-8 can be read, and not be set.
    for of in ["items", "metadata_items"] {
        let of = format!("key_value_stores:shop:{of}");
        program.server.command(&[b"HDEL", of.as_bytes(), b"a\xff"]);
    }
    program.ok(&["export", "shop", &folder, "--overwrite"]);
    // The same records come of it, and a value that was edited as a file.
    program.ok(&["create", "--name", "other"]);
    let made = json_lines(&program.ok(&["import", "other", &folder, "--json"]));
    assert_eq!((&made[0]["imported"], &made[0]["same"]), (&json!(5), &json!(0)), "{made:?}");
    let lines = |store: &str| program.ok(&["export", store]);
    assert_eq!(lines("other"), lines("shop"));
    fs::write(format!("{folder}/page-2.html"), "<p>edited</p>").unwrap();
    program.fails(&["import", "other", &folder], 4);
    program.ok(&["import", "other", &folder, "--overwrite"]);
    assert_eq!(program.ok(&["get", "other", "page-2"]), "<p>edited</p>");
}

#[test]
fn what_a_storage_cannot_take_is_left_out_and_named_and_the_others_go_on() {
    let program = Program::with_shop();
    let long = "k".repeat(300);
    for key in ["", &long, "zzz"] {
        program.ok(&["set", "shop", key, "v"]);
    }
    let path = file(&program, "shop.jsonl");
    program.ok(&["export", "shop", &path]);
    let storage = file(&program, "storage");
    fs::create_dir(&storage).unwrap();
    let there = |args: &[&str]| program.run([&["-t", storage.as_str()], args].concat());
    assert_eq!(there(&["create", "--name", "shop"]).code, 0);
    let told = there(&["import", "shop", &path]);
    assert_eq!(told.code, 4, "{}", told.err);
    assert!(told.err.contains("2 records left out: the empty key, kkk"), "{}", told.err);
    assert_eq!(String::from_utf8(there(&["get", "shop", "zzz"]).out).unwrap(), "v");
    let again = there(&["import", "shop", &path, "--json"]);
    let made = &json_lines(&String::from_utf8(again.out).unwrap())[0];
    assert_eq!((&made["same"], &made["refused"]["count"]), (&json!(5), &json!(2)));
}

#[test]
fn a_record_that_is_damaged_is_exported_and_comes_back_as_bytes() {
    let program = Program::with_shop();
    let items = "key_value_stores:shop:items";
    program.server.cli(&["HSET", "key_value_stores:shop:metadata_items", "torn", "{\"key\""]);
    program.server.cli(&["HSET", items, "torn", "{\"a\": 1}"]);
    let (path, folder) = (file(&program, "shop.jsonl"), file(&program, "shop/"));
    for place in [&path, &folder] {
        let told = program.run(["export", "shop", place]);
        assert_eq!(told.code, 5, "{}", told.err);
        let damaged = "1 record damaged, with the bytes as stored: torn; malformed metadata";
        assert!(told.err.contains(damaged), "{told:?}");
    }
    let records = json_lines(&fs::read_to_string(&path).unwrap()).len();
    for (store, place) in [("one", &path), ("two", &folder)] {
        program.ok(&["create", "--name", store]);
        let told = program.run(["import", store, place, "--json"]);
        assert_eq!(told.code, 0, "{}", told.err);
        assert!(told.err.contains("without a content type, set as bytes: "), "{}", told.err);
        assert!(told.err.contains("torn"), "{}", told.err);
        let made = &json_lines(&String::from_utf8(told.out).unwrap())[0];
        assert_eq!(made["imported"], json!(records));
        assert_eq!(program.ok(&["get", store, "torn"]), "{\"a\": 1}");
        let again = json_lines(&program.ok(&["import", store, place, "--json"]));
        assert_eq!(again[0]["same"], json!(records));
    }
}

#[test]
fn a_value_that_cannot_be_read_keeps_back_no_other() {
    let program = Program::with_shop();
    let storage = file(&program, "storage");
    let folder = format!("{storage}/key_value_stores/default");
    fs::create_dir_all(&folder).unwrap();
    for name in ["a.txt", "c.txt"] {
        fs::write(format!("{folder}/{name}"), "x").unwrap();
    }
    // It takes no room on the disk, and no memory is as large.
    fs::File::create(format!("{folder}/b.txt")).unwrap().set_len(8 << 40).unwrap();
    let there = |args: &[&str]| program.run([&["-t", storage.as_str()], args].concat());
    for args in [&["export", "default"][..], &["get", "default", "a", "b", "c"]] {
        let ran = there(args);
        assert_eq!(ran.code, 4, "{ran:?}");
        let lines = json_lines(&String::from_utf8(ran.out).unwrap());
        let keys: Vec<_> = lines.iter().map(|line| line["key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["a", "c"]);
        let told = ran.err;
        assert!(told.contains("1 record ") && told.contains("b.txt cannot be read"), "{told}");
    }
    // It is not known to be the same, and stays.
    let line = r#"{"key":"b","content_type":"text/plain; charset=utf-8","size":1,"value":"y"}"#;
    let lines = file(&program, "b.jsonl");
    fs::write(&lines, line).unwrap();
    assert_eq!(there(&["import", "default", &lines]).code, 4);
}
