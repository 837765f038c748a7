//! The JSON of every command: its fields and their types, as in the manual page.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use clap::CommandFactory as _;
use larder::cli::Cli;
use larder::model::{Aside, StoreName};
use serde_json::Value;

use super::aside::set_aside;
use super::help::{COMMANDS, documented};
use super::program::{Program, json_lines};
use super::watching;
use crate::pty::Screen;

/// Commands that print no JSON, because they print no data.
const NO_DATA: [&str; 4] = ["completions", "man", "demo", "help"];

/// Commands that print the same as another one, and more.
const BASES: [(&str, &str); 5] = [
    ("get", "keys"),
    ("export", "keys"),
    ("watch", "keys"),
    ("info STORE", "stores"),
    ("ls", "stores"),
];

/// Fields that only servers, records and failures of a rare kind have: other tests check them.
const RARE: [&str; 15] = [
    "refused",
    "ignored",
    "no_stores",
    "replicas",
    "replicas_wanted",
    "to",
    "in_steps",
    "inside",
    "change",
    "staged",
    "skipped",
    "error",
    "warning",
    "state",
    "warnings",
];

/// The printed fields, with their types, in the order in which they came.
#[derive(Default)]
struct Shape(Vec<(String, BTreeSet<&'static str>)>);

impl Shape {
    fn add(&mut self, line: &Value) {
        for (field, value) in line.as_object().unwrap() {
            let at = self.0.iter().position(|(known, _)| known == field).unwrap_or_else(|| {
                self.0.push((field.clone(), BTreeSet::new()));
                self.0.len() - 1
            });
            self.0[at].1.insert(type_of(value));
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// The output of each command.
#[derive(Default)]
struct Contract(BTreeMap<String, Shape>);

impl Contract {
    /// Runs a command, under its name in the manual page.
    fn run(&mut self, program: &Program, name: &str, args: &[&str]) {
        let run = program.run(args.iter().chain(&["--json"]));
        assert!([0, 5].contains(&run.code), "{args:?}: {}", run.err);
        self.take(name, std::str::from_utf8(&run.out).unwrap());
    }

    fn take(&mut self, name: &str, lines: &str) {
        let lines = json_lines(lines);
        assert!(!lines.is_empty(), "{name} prints nothing");
        let shape = self.0.entry(name.to_owned()).or_default();
        for line in &lines {
            shape.add(line);
        }
    }

    /// Accepts the fields of the doctor's findings, which depend on the machine.
    fn on_any_machine(&mut self) {
        for (field, types) in &mut self.0.get_mut("doctor").unwrap().0 {
            match &**field {
                "ok" => drop(types.insert("null")),
                "remedy" => types.extend(["null", "text"]),
                _ => {}
            }
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (name, Shape(fields)) in &self.0 {
            let _ = writeln!(text, "{name}");
            for (field, types) in fields {
                let types: Vec<_> = types.iter().copied().collect();
                let _ = writeln!(text, "  {field}: {}", types.join(", "));
            }
        }
        text
    }
}

/// A directory with a store whose metadata was cut off, and one with a value that can be named.
fn damaged(program: &Program) -> String {
    let storage = program.home.path().join("storage");
    std::fs::create_dir(&storage).unwrap();
    let target = storage.display().to_string();
    for args in [&["create", "--name", "shop"][..], &["set", "shop", "key", "value"]] {
        assert_eq!(program.run([&["-t", &target], args].concat()).code, 0);
    }
    let file = storage.join("key_value_stores/shop/__metadata__.json");
    let sound = std::fs::read(&file).unwrap();
    std::fs::write(&file, &sound[..sound.len() / 2]).unwrap();
    target
}

/// Leaves a draft, as a browser that is killed does.
fn draft(program: &Program) {
    let home = program.home.path().to_str().unwrap();
    let mut screen = Screen::start(&[&program.server.url()], &[("HOME", home)], 24, 100);
    screen.wait_for_text("shop · ");
    screen.keys("\x1b[B\x1b[B\x1b[B");
    screen.wait_for_text("<p>two</p>");
    screen.keys("e");
    screen.wait_for_text("Edit shop");
    screen.keys("typed");
    super::super::drafts::waits("the draft is kept", || {
        !program.run(["drafts", "--json"]).out.is_empty()
    });
    crate::pty::send("KILL", screen.worker());
    screen.exit_code();
}

#[test]
fn the_json_of_every_command_is_as_it_is_documented() {
    let program = Program::with_shop();
    let directory = damaged(&program);
    let on_directory = ["-t", directory.as_str()];
    let mut contract = Contract::default();
    draft(&program);
    contract.take("watch", &watching::first_lines(&program));
    let odd = [&b"HSET"[..], b"key_value_stores:shop:items", b"a\xff", b"x"];
    program.server.command(&odd);
    for (name, args) in COMMANDS.iter().chain(&[
        ("ls", &["ls"][..]),
        ("get", &["get", "shop", "page-1", "page-2", "bytes", "none"]),
        ("get", &["get", "shop", "page-1", "page-2", "--digest"]),
        ("drafts", &["drafts"]),
    ]) {
        contract.run(&program, name, args);
    }
    let text = |name: &str| program.home.path().join(name).display().to_string();
    let (lines, file) = (text("lines.json"), text("shop.jsonl"));
    std::fs::write(&lines, "[1,\n2]").unwrap();
    program.ok(&["set", "shop", "lines", "--file", &lines, "-c", "application/json"]);
    contract.run(&program, "export", &["export", "shop"]);
    contract.run(&program, "export FILE", &["export", "shop", &file, "--prefix", "page-"]);
    contract.run(&program, "import", &["import", "shop", &file]);
    contract.run(&program, "url", &[&on_directory[..], &["url", "shop", "key"]].concat());
    contract.run(&program, "repair", &[&on_directory[..], &["repair", "shop", "--yes"]].concat());
    for end in ["restore", "discard"] {
        let id = set_aside(&program.server.url(), &Aside::Records(StoreName::from("shop")));
        contract.run(&program, "aside", &["aside"]);
        let yes: &[&str] = if end == "discard" { &["--yes"] } else { &[] };
        contract.run(&program, &format!("aside {end}"), &[&["aside", end, &id], yes].concat());
    }
    contract.on_any_machine();
    // Every command is here.
    for command in Cli::command().get_subcommands().map(clap::Command::get_name) {
        let is_here = contract.0.keys().any(|name| name.split(' ').next() == Some(command));
        assert!(is_here || NO_DATA.contains(&command) || command.starts_with('_'), "{command}");
    }
    // What is printed is documented, and what is documented is printed.
    let help = program.ok(&["help", "json"]);
    let mut seen = BTreeSet::new();
    for (name, Shape(fields)) in &contract.0 {
        let base = BASES.iter().find(|(of, _)| of == name).map(|(_, base)| *base);
        let mut known: BTreeSet<String> =
            base.into_iter().flat_map(|of| documented(&help, of)).collect();
        known.extend(documented(&help, name));
        for (field, _) in fields {
            let plain = field.trim_end_matches("_base64");
            assert!(
                known.contains(field) || known.contains(plain),
                "{name}: `{field}` is in no document"
            );
            seen.insert(field.clone());
        }
    }
    let idle: Vec<_> = RARE.iter().filter(|field| seen.contains(**field)).collect();
    assert!(idle.is_empty(), "printed here: {idle:?}");
    let mut unseen = all_documented(&help);
    unseen.retain(|field| !seen.contains(field) && !RARE.contains(&&**field));
    assert!(unseen.is_empty(), "no command prints {unseen:?}");
    insta::assert_snapshot!("json", contract.text());
}

/// Every field in the document.
fn all_documented(help: &str) -> BTreeSet<String> {
    let rows = help.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    rows.flat_map(|row| row.trim_start().split("  ").next().unwrap().split(", "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_tells_its_errors_as_json() {
    let program = Program::empty();
    let away = ["-t", "redis://127.0.0.1:1"];
    let cases: [(&[&str], u64, &str); 32] = [
        (&["stores"], 3, "connection"),
        (&["ls", "shop"], 3, "connection"),
        (&["create", "--name", "a"], 3, "connection"),
        (&["info", "shop"], 3, "connection"),
        (&["keys", "shop"], 3, "connection"),
        (&["get", "shop", "a", "b"], 3, "connection"),
        (&["set", "shop", "k", "v"], 3, "connection"),
        (&["exists", "shop", "k"], 3, "connection"),
        (&["delete", "shop", "k"], 3, "connection"),
        (&["rename", "shop", "k", "l"], 3, "connection"),
        (&["copy", "shop", "k", "l"], 3, "connection"),
        (&["retype", "shop", "k", "text/html"], 3, "connection"),
        (&["watch", "shop"], 3, "connection"),
        (&["export", "shop"], 3, "connection"),
        (&["import", "shop", "-"], 3, "connection"),
        (&["url", "shop", "k"], 3, "connection"),
        (&["purge", "shop", "--yes"], 3, "connection"),
        (&["drop", "shop", "--yes"], 3, "connection"),
        (&["repair", "shop", "--yes"], 3, "connection"),
        (&["aside"], 3, "connection"),
        (&["purge", "shop"], 4, "usage"),
        (&["drafts", "show", "none"], 1, "not_found"),
        (&["config", "show", "--config", "none.toml"], 2, "usage"),
        (&["targets", "--config", "none.toml"], 2, "usage"),
        (&["help", "nonsense"], 2, "usage"),
        (&["completions", "nonsense"], 2, "usage"),
        (&["man", "nonsense"], 2, "usage"),
        (&["doctor", "a", "b"], 2, "usage"),
        (&["demo", "--rate", "none"], 2, "usage"),
        (&["keys", "shop", "--bare"], 2, "usage"),
        (&["keys"], 2, "usage"),
        (&[], 2, "usage"),
    ];
    let mut covered = BTreeSet::new();
    for (args, exit, kind) in cases {
        let run = program.run(away.iter().chain(args).chain(&["--json"]));
        let lines = json_lines(&run.err);
        let [line] = &lines[..] else { panic!("{args:?}: {}", run.err) };
        let error = line["error"].as_object().unwrap_or_else(|| panic!("{args:?}: {line}"));
        let fields: Vec<_> = error.keys().map(String::as_str).collect();
        assert_eq!(fields, ["kind", "message", "remedy", "exit"], "{args:?}");
        assert_eq!(
            (&error["exit"], run.code),
            (&Value::from(exit), i32::try_from(exit).unwrap()),
            "{line}"
        );
        let is_kind = error["kind"] == kind || kind == "usage" && exit == 4;
        assert!(is_kind && run.out.is_empty(), "{args:?}: {line}");
        covered.extend(args.first().copied());
    }
    for command in Cli::command().get_subcommands().map(clap::Command::get_name) {
        assert!(covered.contains(command) || command.starts_with('_'), "{command}");
    }
}
