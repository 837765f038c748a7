//! `aside` lists, restores and discards what was set aside, on a server and in a directory.

use larder::model::{Aside, StoreName};
use larder::storage::{self, Options, Target};
use serde_json::json;

use super::program::{Program, json_lines};
use crate::pty::Screen;

/// Sets a store or its records aside, as the browser's purge and drop do; gives the id.
pub(crate) fn set_aside(target: &str, aside: &Aside) -> String {
    let target = match target.strip_prefix('/') {
        Some(_) => Target::Directory(target.into()),
        None => Target::parse(target).unwrap(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let storage = storage::connect(&target, &Options::default()).await.unwrap();
        storage.set_aside(aside).await.unwrap().id.as_str().to_owned()
    })
}

/// Each target with a store `shop` of two records.
fn on_each(check: impl Fn(&Program, &str)) {
    let program = Program::empty();
    let folder = program.home.path().join("storage");
    std::fs::create_dir_all(folder.join("key_value_stores")).unwrap();
    for target in [program.server.url(), folder.to_str().unwrap().to_owned()] {
        program.ok(&["-t", &target, "create", "--name", "shop"]);
        for key in ["a", "b"] {
            program.ok(&["-t", &target, "set", "shop", key, "old"]);
        }
        check(&program, &target);
    }
}

#[test]
fn what_is_set_aside_is_listed_and_restored_whole() {
    on_each(|program, target| {
        let ok = |args: &[&str]| program.ok(&[&["-t", target, "aside"], args].concat());
        let keys = || program.ok(&["-t", target, "keys", "shop", "--bare"]);
        // The heads alone: a script counts lines.
        assert_eq!(ok(&[]).lines().count(), 1);
        assert_eq!(ok(&["--json"]), "");
        for (aside, what) in [
            (Aside::Records(StoreName::from("shop")), "records"),
            (Aside::Store(StoreName::from("shop")), "store"),
        ] {
            let id = set_aside(target, &aside);
            let listed = json_lines(&ok(&["list", "--json", "--read-only"]));
            let [info] = &listed[..] else { panic!("{listed:?}") };
            let told = [&info["aside"], &info["what"], &info["store"], &info["records"]];
            assert_eq!(told, [&json!(id), &json!(what), &json!("shop"), &json!(2)]);
            assert!(info["set_aside_at"].as_str().is_some(), "{info}");
            assert!(info["expires_at"].as_str() > info["set_aside_at"].as_str(), "{info}");
            assert_eq!(info["process"], json!(std::process::id()), "{info}");
            assert!(info["host"].is_string(), "{info}");
            let table = ok(&[]);
            let words: Vec<_> = table.lines().nth(1).unwrap().split_whitespace().collect();
            assert_eq!(words[..4], [&*id, what, "shop", "2"], "{table}");
            assert!(words[5] > words[4], "{table}");

            let shown = ok(&["restore", &id, "--dry-run"]);
            assert!(shown.starts_with("Put back what was set aside\nshop\n2 records"), "{shown}");
            assert!(shown.ends_with("Nothing was changed.\n"), "{shown}");
            let refused = ["-t", target, "aside", "restore", &id, "--read-only"];
            program.fails(&refused, 4);
            assert_eq!(json_lines(&ok(&["--json"])), listed);

            // The beginning of its name is enough.
            let restored = json_lines(&ok(&["restore", &id[..6], "--json"]));
            assert_eq!(restored, [json!({"aside": id, "store": "shop", "restored": 2, "left": 0})]);
            assert_eq!(keys(), "a\nb\n");
            assert_eq!(ok(&["--json"]), "");
            for id in [&*id, "../x"] {
                for what in [&["restore", id][..], &["discard", id, "--yes"]] {
                    let args = [&["-t", target, "aside"], what].concat();
                    let why = program.fails(&args, 1);
                    assert!(why.contains("nothing is set aside as"), "{why}");
                }
            }
        }
    });
}

#[test]
fn a_restore_puts_nothing_over_newer_records_and_says_what_stays_until_it_is_discarded() {
    on_each(|program, target| {
        let aside = |args: &[&'static str], id: &str| -> Vec<String> {
            let all = ["-t", target, "aside"].into_iter().chain(args.iter().copied());
            all.map(|arg| if arg == "ID" { id.to_owned() } else { arg.to_owned() }).collect()
        };
        let id = set_aside(target, &Aside::Records(StoreName::from("shop")));
        program.ok(&["-t", target, "set", "shop", "a", "new"]);
        let run = program.run(aside(&["restore", "ID"], &id));
        let said = "larder: put back 1 record; 1 record stays set aside: key taken\n";
        assert_eq!((run.code, run.err.as_str()), (4, said));
        assert_eq!(program.ok(&["-t", target, "get", "shop", "a"]), "new");
        assert_eq!(program.ok(&["-t", target, "get", "shop", "b"]), "old");
        let listed = || json_lines(&program.ok(&["-t", target, "aside", "--json"]));
        assert_eq!((listed().len(), &listed()[0]["records"]), (1, &json!(1)));

        let run = program.run(aside(&["discard", "ID"], &id));
        assert_eq!(run.code, 4, "{}", run.err);
        assert!(run.err.contains("--yes"), "{}", run.err);
        let run = program.run(aside(&["discard", "ID", "--dry-run", "--json"], &id));
        let shown = json_lines(std::str::from_utf8(&run.out).unwrap());
        assert_eq!((&shown[0]["operation"], &shown[0]["aside"]), (&json!("discard"), &json!(id)));
        assert_eq!(listed().len(), 1, "not discarded unasked");
        let run = program.run(aside(&["discard", "ID", "--yes", "--json"], &id));
        let told = json_lines(std::str::from_utf8(&run.out).unwrap());
        assert_eq!(told, [json!({"aside": id, "store": "shop", "discarded": 1})]);
        assert_eq!(listed(), Vec::<serde_json::Value>::new());
        assert_eq!(program.ok(&["-t", target, "get", "shop", "a"]), "new");
    });
}

#[test]
fn a_discard_asks_a_terminal_for_the_store_s_name() {
    on_each(|program, target| {
        let id = set_aside(target, &Aside::Store(StoreName::from("shop")));
        let args = ["-t", target, "aside", "discard", &id];
        for (typed, code, left) in [("\r", 4, 1), ("y\r", 4, 1), ("shop\r", 0, 0)] {
            let mut screen = Screen::start(&args, &[], 24, 100);
            screen.wait_for_text("Discard 2 records set aside of shop for good?");
            screen.wait_for_text("Type its name to confirm:");
            screen.keys(typed);
            assert_eq!(screen.exit_code(), code, "{}", screen.picture());
            let listed = json_lines(&program.ok(&["-t", target, "aside", "--json"]));
            assert_eq!(listed.len(), left, "{typed:?}");
        }
    });
}
