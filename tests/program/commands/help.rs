//! `help`, `config`, `doctor`, `-v`: what a person asks who is stuck.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::collections::BTreeSet;
use std::fs;

use super::program::{Program, clean, json_lines, run};
use crate::server::Server;

#[test]
fn other_names_do_the_same() {
    let program = Program::with_shop();
    assert_eq!(program.ok(&["ls"]), program.ok(&["stores"]));
    assert_eq!(program.ok(&["ls", "shop", "--bare"]), program.ok(&["keys", "shop", "--bare"]));
    assert_eq!(program.ok(&["cat", "shop", "page-2"]), "<p>two</p>");
    program.ok(&["rm", "shop", "page-2"]);
    program.fails(&["get", "shop", "page-2"], 1);
    let why = program.fails(&["keys", "shp"], 1);
    assert!(why.contains("there is no store `shp`; did you mean `shop`?"), "{why}");
    // The store is listed, because an index names it; it is not there, because nothing else does.
    program.server.command(&[b"HSET", b"key_value_stores:id_to_name", b"ID", b"gone"]);
    let why = program.fails(&["keys", "gone"], 1);
    assert!(why.contains("there is no store `gone`") && !why.contains("did you mean"), "{why}");
    let why = program.fails(&["set", "else", "k", "v"], 1);
    assert!(why.contains("larder create --name else"), "{why}");
}

#[test]
fn short_help_fits_a_screen_and_long_help_has_all() {
    let program = Program::empty();
    let short = program.ok(&["-h"]);
    let long = program.ok(&["--help"]);
    assert!(short.lines().count() <= 24 && long.starts_with(&short), "{long}");
    assert!(long.contains("LARDER_URL") && long.contains("larder help targets"), "{long}");
    assert_eq!(program.ok(&["help"]), long);
    let short = program.ok(&["get", "-h"]);
    assert!(!short.contains("--read-only") && short.contains("larder --help"), "{short}");
    let long = program.ok(&["get", "--help"]);
    assert!(long.contains("--read-only") && long.contains("Examples:"), "{long}");
    assert_eq!(program.ok(&["help", "get"]), long);
    assert!(program.ok(&["help", "exit-codes"]).contains("Damaged data"));
    assert!(program.ok(&["help", "keys"]).contains("Quit"), "{}", program.ok(&["help", "keys"]));
    let why = program.fails(&["help", "stoers"], 2);
    assert!(why.contains("did you mean `larder help stores`?"), "{why}");
}

/// The fields that `larder help json` documents for a command.
pub(super) fn documented(help: &str, command: &str) -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    let mut is_of_it = false;
    for line in help.lines() {
        if let Some(head) = line.strip_suffix(':').filter(|line| !line.starts_with(' ')) {
            let names = head.split(':').next().unwrap();
            is_of_it = names.split(", ").any(|name| name == command);
        } else if is_of_it
            && let Some(row) = line.strip_prefix("  ")
            && !row.starts_with(' ')
        {
            let terms = row.split("  ").next().unwrap();
            fields.extend(terms.split(", ").map(str::to_owned));
        }
    }
    fields
}

/// Commands that can be run one after the other on a server with the shop, each with its name in the
/// document.
pub(super) const COMMANDS: [(&str, &[&str]); 20] = [
    ("stores", &["stores"]),
    ("info STORE", &["info", "shop"]),
    ("info STORE KEY", &["info", "shop", "none"]),
    ("create", &["create", "--name", "new"]),
    ("keys", &["keys", "shop"]),
    ("set", &["set", "shop", "k", "v"]),
    ("copy", &["copy", "shop", "k", "l"]),
    ("rename", &["rename", "shop", "l", "m"]),
    ("retype", &["retype", "shop", "m", "text/html"]),
    ("exists", &["exists", "shop", "k"]),
    ("--dry-run", &["delete", "shop", "k", "gone", "--dry-run"]),
    ("--dry-run", &["copy", "shop", "k", "m", "--overwrite", "--dry-run"]),
    ("--dry-run", &["purge", "shop", "--dry-run"]),
    ("delete", &["delete", "shop", "k", "gone"]),
    ("targets", &["targets"]),
    ("config show", &["config", "show"]),
    ("config path", &["config", "path"]),
    ("doctor", &["doctor"]),
    ("purge", &["purge", "new", "--yes"]),
    ("drop", &["drop", "new", "--yes"]),
];

#[test]
fn every_field_of_json_is_documented() {
    let program = Program::with_shop();
    let help = program.ok(&["help", "json"]);
    for (command, args) in COMMANDS.iter().chain(&[("aside", &["aside"][..])]) {
        let known = documented(&help, command);
        assert!(!known.is_empty(), "{command}: {help}");
        let run = program.run(args.iter().chain(&["--json"]));
        assert_eq!(run.code, 0, "{args:?} {}", run.err);
        for line in json_lines(std::str::from_utf8(&run.out).unwrap()) {
            for field in line.as_object().unwrap().keys() {
                assert!(known.contains(field), "{command}: `{field}` is in no document: {known:?}");
            }
        }
    }
    let get = documented(&help, "get");
    let run = program.run(["get", "shop", "none", "bytes", "page-1"]);
    for line in json_lines(std::str::from_utf8(&run.out).unwrap()) {
        for field in line.as_object().unwrap().keys() {
            assert!(get.contains(field) || documented(&help, "keys").contains(field), "{field}");
        }
    }
    // A store is told alike, be it asked for alone or in the list.
    let store = |args: &[&str]| -> BTreeSet<String> {
        let line = json_lines(&program.ok(args)).remove(0);
        line.as_object().unwrap().keys().cloned().collect()
    };
    let (list, mut one) = (store(&["stores", "--json"]), store(&["info", "shop", "--json"]));
    one.remove("value_bytes");
    assert_eq!(list, one);
}

#[test]
fn the_settings_are_shown_with_where_they_come_from_and_no_secret() {
    let program = Program::empty();
    let file = program.home.path().join("my.toml");
    let text = "mouse = false\n[profiles.a]\nurl = 'redis://ann:s3cr3t@h'\npassword = 's3cr3t'\n\
                password_command = 'touch asked; echo s3cr3t'\n";
    fs::write(&file, text).unwrap();
    let config = file.to_str().unwrap();
    assert_eq!(program.ok(&["config", "path", "--config", config]), format!("{config}\n"));
    let mut command = program.command(["config", "show", "--config", config, "--touch", "--json"]);
    command.env("LARDER_PASSWORD", "s3cr3t").env("LARDER_READ_ONLY", "1");
    let shown = run(&mut command, b"");
    let text = String::from_utf8(shown.out).unwrap();
    assert_eq!((shown.code, shown.err.as_str()), (0, ""), "{text}");
    let rows = json_lines(&text);
    let of = |name: &str| {
        let row = rows.iter().find(|row| row["setting"] == name).unwrap();
        (row["value"].as_str().unwrap(), row["from"].as_str().unwrap())
    };
    assert_eq!(of("mouse"), ("false", &*format!("{config}:1")));
    assert_eq!(of("wrap"), ("true", "default"));
    assert_eq!(of("read_only"), ("true", "LARDER_READ_ONLY"));
    assert_eq!(of("touch"), ("true", "--touch"));
    assert_eq!(of("profiles.a.password"), ("•••", &*format!("{config}:4")));
    assert_eq!(of("target").1, "LARDER_URL");
    assert!(!text.contains("s3cr3t") && !program.home.path().join("asked").exists(), "{text}");
    let example = program.ok(&["config", "example"]);
    assert_eq!(example, include_str!("../../../config.example.toml"));
}

#[test]
fn the_doctor_says_what_works_and_what_is_in_the_way() {
    let program = Program::with_shop();
    let before = program.server.cli(&["HGETALL", "key_value_stores:shop:metadata_items"]);
    let checks = |args: &[&str]| {
        let run = program.run(args.iter().chain(&["--json"]));
        let lines = json_lines(std::str::from_utf8(&run.out).unwrap());
        let failed: Vec<String> = lines
            .iter()
            .filter(|line| line["ok"] == false)
            .map(|line| line["check"].as_str().unwrap().to_owned())
            .collect();
        (run.code, failed, lines.len())
    };
    let (code, failed, steps) = checks(&["doctor"]);
    assert_eq!((code, failed), (0, vec![]));
    assert!(steps > 12, "{steps}");
    let text = program.ok(&["doctor"]);
    for word in ["LARDER_URL", "a primary", "1 store", "records can be read", "a round trip"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert_eq!(program.server.cli(&["HGETALL", "key_value_stores:shop:metadata_items"]), before);
    let folder = program.home.path().join("storage");
    fs::create_dir_all(folder.join("key_value_stores")).unwrap();
    assert_eq!(checks(&["doctor", folder.to_str().unwrap()]).0, 0);
    let (code, failed, _) = checks(&["doctor", "redis://127.0.0.1:1"]);
    assert_eq!((code, failed), (3, vec!["tcp".to_owned()]));
    // A name with a part of this length is sent to no name server.
    let (code, failed, _) = checks(&["doctor", &format!("redis://{}", "a".repeat(64))]);
    assert_eq!((code, failed), (3, vec!["dns".to_owned()]));
    // Crawlee can keep nothing there.
    let bare = Server::start_without_module(&[]);
    let (code, failed, _) = checks(&["doctor", &bare.url()]);
    assert_eq!((code, failed), (3, vec!["server".to_owned()]));
    let locked = Server::start_with(&["--requirepass", "opensesame"]);
    let wrong = format!("redis://:s3cr3t@127.0.0.1:{}", locked.port());
    let (code, failed, _) = checks(&["doctor", &wrong]);
    assert_eq!((code, failed), (3, vec!["login".to_owned()]));
    let run = program.run(["-v", "doctor", &wrong]);
    assert!(!run.err.contains("s3cr3t") && !String::from_utf8_lossy(&run.out).contains("s3cr3t"));
    let right = format!("redis://:opensesame@127.0.0.1:{}", locked.port());
    assert_eq!(checks(&["doctor", &right]).0, 0);
    assert_eq!(checks(&["doctor", "nothing"]).1, ["target"]);
    fs::write(program.home.path().join("bad.toml"), "mose = 1").unwrap();
    let bad = program.home.path().join("bad.toml");
    assert_eq!(checks(&["doctor", "--config", bad.to_str().unwrap()]).1, ["config"]);
}

#[test]
fn the_doctor_tells_each_right_and_whether_the_clocks_agree() {
    let program = Program::with_shop();
    let text = program.ok(&["doctor"]);
    for right in ["list stores", "read records", "change records", "run scripts", "be told of"] {
        assert!(text.contains(&format!("may {right}")), "{right}: {text}");
    }
    assert!(text.contains("the server's is as this machine's"), "{text}");
    assert!(text.contains("no terminal here, "), "{text}");
    program.server.cli(&["ACL", "SETUSER", "default", "-hset", "-client|tracking"]);
    let text = program.ok(&["doctor"]);
    assert!(text.contains("may not change records: HSET is refused"), "{text}");
    assert!(text.contains("may not be told of changes: CLIENT TRACKING is refused"), "{text}");
    assert!(text.contains("may read records"), "{text}");
    program.server.cli(&["ACL", "SETUSER", "default", "-eval"]);
    let text = program.ok(&["doctor"]);
    assert!(text.contains("may not run scripts: EVAL is refused"), "{text}");
    // Asked otherwise, and told all the same.
    assert!(text.contains("may not change records: HSET is refused"), "{text}");
    assert!(text.contains("may read records") && text.contains("may purge and drop"), "{text}");
    assert!(text.contains("Redis 7") && text.contains(", a primary\n"), "{text}");
    let hidden = ["-multi", "-info", "-role"];
    program.server.cli(&[&["ACL", "SETUSER", "default"][..], &hidden].concat());
    let text = program.ok(&["doctor"]);
    assert!(text.contains("may not change records: MULTI is refused"), "{text}");
    assert!(text.contains("its name and version are hidden, a primary or a replica\n"), "{text}");
    // Nothing of it is run.
    assert!(
        program.stored("default", b"k").is_none() && program.stored("shop", b"page-1").is_some()
    );
}

#[test]
fn a_store_that_the_server_removes_by_itself_is_told() {
    let program = Program::with_shop();
    let told = || program.ok(&["info", "shop"]) + &program.ok(&["doctor"]);
    assert!(!told().contains("expires_at") && !told().contains("expiry"));
    program.server.cli(&["PEXPIREAT", "key_value_stores:shop:items", "4102444800000"]);
    let told = told();
    assert!(told.contains("expires_at    2100-01-01T00:00:00+00:00\n"), "{told}");
    assert!(
        told.contains("1 store with a TTL: shop goes, or a part of it, at 2100-01-01"),
        "{told}"
    );
}

#[test]
fn verbose_tells_the_steps_and_commands_without_values() {
    let program = Program::with_shop();
    let run = program.run(["-v", "set", "shop", "a-key", "s3cr3t"]);
    assert_eq!(run.code, 0);
    assert!(
        run.err.contains("connecting to 127.0.0.1") && run.err.contains("sending "),
        "{}",
        run.err
    );
    assert!(!run.err.contains("s3cr3t") && !run.err.contains("a-key"), "{}", run.err);
    let log = program.home.path().join(".local/state/larder/larder.log");
    assert!(!log.exists());
    let plain = super::program::run(clean(program.home.path()).args(["-v", "-q", "ls"]), b"");
    assert_eq!(plain.code, 2);
}
