//! `stores`, `create`, `info`, `purge`, `drop`, `repair`.

use serde_json::json;

use super::program::{Program, json_lines};
use crate::fill;

#[test]
fn stores_are_listed_in_columns_and_as_json() {
    let program = Program::with_shop();
    fill::stores(&mut program.server.client(), ["archive"]);
    let table = program.ok(&["stores"]);
    let lines: Vec<Vec<&str>> =
        table.lines().map(|line| line.split_whitespace().collect()).collect();
    let heads = ["store", "id", "name", "records", "created_at", "modified_at", "accessed_at"];
    assert_eq!(lines[0], heads);
    let time = "2026-11-22T13:57:47Z";
    assert_eq!(lines[1], ["archive", &fill::id("archive"), "archive", "0", time, time, time]);
    assert_eq!(lines[2][3], "4");
    let listed = json_lines(&program.ok(&["stores", "--json"]));
    assert_eq!(
        (&listed[1]["store"], &listed[1]["records"], &listed[1]["created_at"]),
        (&json!("shop"), &json!(4), &json!(fill::TIME))
    );
}

#[test]
fn a_damaged_store_says_so_in_its_row() {
    let program = Program::with_shop();
    program.server.cli(&["HSET", "key_value_stores:name_to_id", "half\u{1b}", "someid"]);
    let table = program.ok(&["stores"]);
    assert!(table.contains("half␛") && table.contains("! half-made"), "{table}");
    let listed = json_lines(&program.ok(&["stores", "--json"]));
    assert_eq!(listed[0]["store"], "half\u{1b}");
    assert_eq!(listed[0]["state"], "half_made");
}

#[test]
fn what_is_no_store_and_no_record_is_named_by_info() {
    let program = Program::empty();
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().to_str().unwrap();
    program.ok(&["-t", target, "create"]);
    let stores = folder.path().join("key_value_stores");
    std::fs::write(stores.join("default/.DS_Store"), "").unwrap();
    std::fs::write(stores.join("Thumbs.db"), "").unwrap();
    std::fs::create_dir(stores.join(".git\u{1b}")).unwrap();
    let told = program.ok(&["-t", target, "info", "default"]);
    assert!(told.contains("ignored       1: .DS_Store\n"), "{told}");
    let beside = |names| format!("no_stores     2: {names} (beside the stores)\n");
    let (one, other) = (beside("Thumbs.db, .git␛/"), beside(".git␛/, Thumbs.db"));
    assert!(told.contains(&one) || told.contains(&other), "{told}");
    let told = json_lines(&program.ok(&["-t", target, "info", "default", "--json"]));
    assert_eq!(told[0]["no_stores"]["count"], 2);
}

#[test]
fn a_store_is_created_once_and_then_opened() {
    let program = Program::empty();
    let first = json_lines(&program.ok(&["create", "--name", "shop-2"])).remove(0);
    assert_eq!(
        (&first["store"], &first["name"], &first["created"]),
        (&json!("shop-2"), &json!("shop-2"), &json!(true))
    );
    assert_eq!(first["id"].as_str().unwrap().len(), 17);
    let again = json_lines(&program.ok(&["create", "--name", "shop-2"])).remove(0);
    assert_eq!((&again["id"], &again["created"]), (&first["id"], &json!(false)));
    let alias = json_lines(&program.ok(&["create", "--alias", "a:b *"])).remove(0);
    assert_eq!((&alias["store"], &alias["name"]), (&json!("a:b *"), &json!(null)));
    let default = json_lines(&program.ok(&["create"])).remove(0);
    assert_eq!(default["store"], "default");
    assert_eq!(program.ok(&["info", "a:b *", "--json"]).lines().count(), 1);
    program.fails(&["create", "--name", "no spaces"], 2);
    program.fails(&["create", "--alias", "no/slash"], 2);
}

#[test]
fn a_store_is_described_with_the_redis_key_of_its_metadata() {
    let program = Program::with_shop();
    let info = program.ok(&["info", "shop"]);
    assert!(info.lines().any(|line| line.starts_with("bytes") && line.contains(" about ")));
    assert!(info.contains("metadata_key  key_value_stores:shop:metadata\n"), "{info}");
    let sizes = program.ok(&["keys", "shop"]);
    let sizes = sizes.lines().map(|line| line.split_whitespace().next().unwrap());
    let sum: u64 = sizes.map(|size| size.parse::<u64>().unwrap()).sum();
    assert!(info.contains(&format!("value_bytes   {sum}\n")), "{info}");
    assert!(info.find("value_bytes") < info.find("\nbytes "), "{info}");
    assert!(info.contains(&format!("created_at    {}\n", fill::TIME)), "{info}");
}

#[test]
fn what_cannot_be_undone_needs_a_yes() {
    let program = Program::with_shop();
    let mut monitor = program.server.monitor();
    for command in ["purge", "drop"] {
        let why = program.fails(&[command, "shop"], 4);
        assert!(why.contains("--yes"), "{why}");
    }
    assert_eq!(monitor.lines(), Vec::<String>::new(), "the server was not even asked");
    assert_eq!(program.ok(&["purge", "shop", "--yes"]), "");
    assert_eq!(program.ok(&["keys", "shop"]), "");
    assert_eq!(
        program.ok(&["drop", "shop", "--yes", "--json"]),
        "{\"store\":\"shop\",\"dropped\":true}\n"
    );
    assert_eq!(program.server.cli(&["KEYS", "*"]), b"");
}

#[test]
fn a_store_whose_metadata_was_cut_off_is_told_and_repaired() {
    let program = Program::with_shop();
    let storage = program.home.path().join("storage");
    std::fs::create_dir(&storage).unwrap();
    let target = storage.display().to_string();
    let on = |args: &[&'static str]| [&["--url", &target][..], args].concat();
    let ok = |args: &[&'static str]| program.ok(&on(args));
    let fails = |args: &[&'static str], code| program.fails(&on(args), code);
    ok(&["create", "--name", "shop"]);
    ok(&["set", "shop", "key", "value"]);
    let file = storage.join("key_value_stores/shop/__metadata__.json");
    let sound = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, &sound[..sound.len() / 2]).unwrap();
    for args in [&["create", "--name", "shop"][..], &["set", "shop", "key", "new"]] {
        let why = fails(args, 5);
        assert!(why.contains("damaged") && why.contains("larder repair shop"), "{why}");
    }
    let why = fails(&["repair", "shop"], 4);
    assert!(why.contains("--yes"), "{why}");
    let refused = program.run(on(&["--read-only", "repair", "shop", "--yes"]));
    assert_eq!(refused.code, 4);
    let remedy = "LARDER_READ_ONLY or read_only = true";
    assert!(refused.err.contains(remedy), "{}", refused.err);
    let cut = std::fs::read_to_string(&file).unwrap();
    let planned = ok(&["repair", "shop", "--dry-run"]);
    assert!(planned.contains("\n+   \"id\": ") && planned.ends_with("Nothing was changed.\n"));
    assert!(ok(&["repair", "shop", "--dry-run", "--json"]).contains("\"repaired\":false"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), cut);
    let shown = ok(&["repair", "shop", "--yes"]);
    assert!(shown.contains("\n-   \"id\": ") && shown.contains("\n+   \"id\": "), "{shown}");
    let new = std::fs::read_to_string(&file).unwrap();
    assert!(new.lines().all(|line| shown.contains(&format!("+ {line}\n"))), "{shown}");
    assert_eq!(new.lines().nth(1), sound.lines().nth(1), "the id stays");
    assert_eq!(ok(&["get", "shop", "key"]), "value");
    let again = program.run(on(&["repair", "shop", "--yes"]));
    assert_eq!((again.code, again.out.as_slice()), (0, &b""[..]), "{}", again.err);
    assert!(again.err.contains("needs mending"), "{}", again.err);
    fails(&["repair", "nowhere", "--yes"], 1);
    // A server's is not repaired.
    let why = program.fails(&["repair", "shop", "--yes"], 4);
    assert!(why.contains("cannot be repaired here"), "{why}");
}
