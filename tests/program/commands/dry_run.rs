//! `--dry-run` shows what would be done, and does nothing.

use serde_json::json;

use super::program::{Program, json_lines};

#[test]
fn a_dry_run_shows_the_plan_and_changes_nothing() {
    let program = Program::with_shop();
    let all = || (program.ok(&["keys", "shop", "--json"]), program.ok(&["stores", "--json"]));
    let before = all();
    let told = program.ok(&["delete", "shop", "page-1", "page-2", "missing", "--dry-run"]);
    assert_eq!(
        told,
        "\
Delete 2 records
25 B in the store shop

        15  application/json; charset=utf-8  page-1
        10  text/html                        page-2
! there is no such record                    missing

Nothing was changed.
"
    );
    // No terminal is asked, for there is nothing to ask.
    let purge = program.ok(&["purge", "shop", "--dry-run"]);
    let lines: Vec<_> = purge.lines().collect();
    assert_eq!(lines[..2], ["Purge the store", "shop"]);
    assert!(lines[2].starts_with("4 records · about ") && lines[2].ends_with("server memory"));
    assert_eq!(lines[3..], ["Removed for good; the store stays.", "", "Nothing was changed."]);
    let drop = program.ok(&["drop", "shop", "--dry-run", "--yes", "--read-only"]);
    assert!(drop.starts_with("Drop the store\nshop\n4 records · about "), "{drop}");
    assert!(drop.contains("\nIt would be refused: dropping is refused: read-only\n"), "{drop}");
    assert_eq!(all(), before);
}

#[test]
fn a_dry_run_tells_what_the_user_may_not_do() {
    let program = Program::with_shop();
    let refused = |command: &[&str]| {
        let told = program.ok(&[command, &["--dry-run", "--json"]].concat());
        json_lines(&told).remove(0)["warnings"].to_string()
    };
    let commands: [&[&str]; 3] =
        [&["purge", "shop"], &["drop", "shop"], &["delete", "shop", "none"]];
    for command in commands {
        assert_eq!(refused(command), "null", "{command:?}");
    }
    program.server.cli(&["ACL", "SETUSER", "default", "-unlink", "-hdel"]);
    for scripts in ["+eval", "-eval"] {
        program.server.cli(&["ACL", "SETUSER", "default", scripts]);
        for (command, right) in commands.into_iter().zip(["UNLINK", "UNLINK", "HDEL"]) {
            let told = refused(command);
            assert_eq!(told, format!(r#"["It would be refused: the user may not {right} here"]"#));
        }
    }
    assert_eq!(program.ok(&["keys", "shop"]).lines().count(), 4);
}

#[test]
fn a_dry_run_has_json_of_its_own() {
    let program = Program::with_shop();
    let told = program.ok(&["delete", "shop", "none", "missing", "--dry-run", "--json"]);
    let none = json!({"key": "none", "content_type": "application/x-none", "size": 0});
    assert_eq!(
        json_lines(&told),
        [json!({"operation": "delete", "store": "shop", "records": 1, "bytes": 0,
            "reversible": false, "delete": [none], "missing": ["missing"]})]
    );
    let told = json_lines(&program.ok(&["drop", "shop", "--dry-run", "--json"])).remove(0);
    assert_eq!((&told["operation"], &told["records"]), (&json!("drop"), &json!(4)));
    assert!(told["bytes"].as_u64().unwrap() > 0, "{told}");
}

#[test]
fn a_dry_run_in_a_store_that_is_not_there_is_exit_code_1() {
    let program = Program::with_shop();
    for command in [&["purge", "nowhere"][..], &["drop", "nowhere"], &["delete", "nowhere", "k"]] {
        program.fails(&[command, &["--dry-run"]].concat(), 1);
    }
}
