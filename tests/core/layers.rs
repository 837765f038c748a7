//! Checks the arrows between the layers: reads the sources, and which modules and crates each of them names.
//! Comments, texts and test modules do not count.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

mod circles;
mod exhaustive;
mod sentences;
mod sources;

use self::sources::{mentions, paths, sources, strip};

/// The layers that each layer may name besides itself.
const ARROWS: [(&str, &[&str]); 23] = [
    ("lib", &[]),
    ("main", &["cli", "demo", "tui", "config"]),
    (
        "tui",
        &[
            "app", "config", "drafts", "edit", "index", "keymap", "logs", "model", "ops",
            "outfile", "preview", "scratch", "storage", "text", "theme", "view",
        ],
    ),
    (
        "cli",
        &[
            "config", "demo", "drafts", "edit", "index", "infile", "logs", "model", "ops",
            "outfile", "preview", "storage", "text", "theme",
        ],
    ),
    // The demo uses the storage like any crawler, and knows nothing of the browser.
    ("demo", &["logs", "model", "scratch", "storage"]),
    ("view", &["app", "edit", "index", "keymap", "model", "ops", "preview", "text", "theme"]),
    ("app", &["edit", "index", "keymap", "model", "ops", "preview", "text"]),
    ("ops", &["model", "storage", "text"]),
    ("config", &["infile", "keymap", "model", "storage", "theme"]),
    // The index orders the keys, and knows nothing of storage but its data.
    ("storage", &["index", "infile", "logs", "model", "scratch"]),
    // The fuzz targets call the code that reads bytes from outside, wherever it is.
    ("fuzz", &["edit", "index", "model", "preview", "storage", "text", "tui"]),
    ("index", &["model"]),
    ("drafts", &["edit", "logs", "model"]),
    // Documents, diff, merge and drafts are data only.
    ("edit", &["model", "preview", "text"]),
    ("preview", &["model", "text"]),
    // These layers name no other.
    ("keymap", &[]),
    ("model", &[]),
    ("infile", &[]),
    ("outfile", &[]),
    ("logs", &[]),
    ("scratch", &["logs"]),
    ("text", &[]),
    ("theme", &["infile"]),
];

/// The parts of `ops` that do something, for layers with a storage. The core and the view use its data.
const DOES: [&str; 4] = ["ops::plan", "ops::perform", "ops::resolve", "ops::find_out"];
/// The methods that change a storage's content. Only `ops` calls them, and the demo's crawl.
const CHANGES: [&str; 6] =
    [".write(&", ".set_value(", ".delete_value(", ".purge(", ".drop_store(", ".repair("];

/// The modules that may name a crate, or call what starts a task.
///
/// A typed line is in the state as the widget that edits it. A thread of `config::password` reads the pipe
/// of a password command, before there is a terminal to hold up. `demo` writes from a thread with a runtime
/// of its own, so that it never shares the browser's. A thread waits for each `ssh`, which can be started
/// before there is a runtime. The directory backend reads and writes files on threads of its own, as files
/// allow no other way.
const CRATES: [(&str, &[&str]); 19] = [
    ("fred::", &["storage::redis"]),
    ("notify::", &["storage::directory::watch"]),
    (
        "rustix::",
        &[
            "storage::directory",
            "demo::private_folder",
            // Larders that keep drafts at the same time take turns.
            "drafts::room",
            "scratch",
            "tui",
            "cli::prepare",
            "cli::logging",
            // It limits the memory and the time of a child.
            "cli::decoder",
            // It checks whether the reader of its output is gone.
            "cli::watch",
            // It restores the modes of a terminal that a browser on another host has used.
            "cli::remote",
            "storage::redis::connection::ssh",
        ],
    ),
    ("ratatui::", &["view", "tui", "theme"]),
    // Only visible text is written there.
    ("set_string", &["view::paint"]),
    ("ratatui_textarea::", &["app::input"]),
    ("crossterm::", &["keymap", "app", "tui", "cli"]),
    ("tokio::spawn", &["tui", "storage::redis", "storage::directory"]),
    ("blocking::run", &["tui", "storage::redis", "storage::directory"]),
    ("blocking::start", &["tui", "storage::redis", "storage::directory"]),
    ("task::spawn", &["storage::blocking"]),
    ("spawn_blocking", &["storage::blocking"]),
    (
        "thread::spawn",
        &[
            "tui",
            "storage::redis",
            "storage::directory",
            "config::password",
            // It ends the process where nothing else can, because a shell waits.
            "cli::complete",
            // It waits for the signal that ends a command.
            "cli::ending",
        ],
    ),
    (
        "thread::Builder",
        &[
            "demo",
            "storage::directory",
            "storage::redis::connection::ssh",
            "tui::input",
            "tui::terminal::writer",
        ],
    ),
    ("png::", &["demo::picture", "preview::picture"]),
    ("gif::", &["preview::picture"]),
    ("image_webp::", &["preview::picture"]),
    ("zune_jpeg::", &["preview::picture"]),
    ("jpeg_encoder::", &["demo::picture"]),
];

#[test]
fn every_layer_names_only_those_below_it() {
    let mut faults = Vec::new();
    for (module, code) in sources() {
        let layer = module.split("::").next().unwrap();
        let (_, allowed) = ARROWS
            .iter()
            .find(|(name, _)| *name == layer)
            .unwrap_or_else(|| panic!("{layer} is a new layer: say in ARROWS what it may name"));
        for path in paths(&code, &module) {
            let target = path.split("::").next().unwrap();
            let is_layer = ARROWS.iter().any(|(name, _)| *name == target);
            if is_layer && target != layer && !allowed.contains(&target) {
                faults.push(format!("{module} names {path}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn data_is_changed_on_one_road() {
    let mut faults = Vec::new();
    for (module, code) in sources() {
        let layer = module.split("::").next().unwrap();
        if ["app", "view"].contains(&layer) {
            let paths = paths(&code, &module);
            let does = paths.iter().filter(|path| DOES.contains(&path.as_str()));
            faults.extend(does.map(|path| format!("{module} names {path}")));
        }
        if ["app", "view", "tui", "cli"].contains(&layer) {
            let changes = CHANGES.iter().filter(|call| code.contains(**call));
            faults.extend(changes.map(|call| format!("{module} calls {call}…)")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_their_own_rooms_name_the_great_crates_and_start_tasks() {
    let mut faults = Vec::new();
    for (module, code) in sources() {
        for (name, rooms) in CRATES {
            let inside =
                |room: &&&str| module == **room || module.starts_with(&format!("{room}::"));
            if mentions(&code, name) && rooms.iter().find(inside).is_none() {
                faults.push(format!("{module} names {name}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_reader_of_sources_sees_what_it_should() {
    let code = r##"
        use crate::{app::{App, event::Event}, storage}; // use crate::tui
        use super::super::view::draw;
        let text = "crate::cli"; let raw = r#"fred::"#; let c = '"'; crate::keymap::lookup(c);
        #[cfg(test)] mod more_tests;
        #[cfg(test)] mod tests { use crate::theme; fn brace() -> char { '{' } }
        fn after<'a>(a: &'a str, b: char) -> &'a str { crate::preview::cut(a, '\u{7d}', '\'') }
    "##;
    let code = strip(code);
    let found = paths(&code, "app::keys");
    assert_eq!(
        found,
        [
            "app::App",
            "app::event::Event",
            "storage",
            "keymap::lookup",
            "preview::cut",
            "view::draw"
        ]
    );
    assert!(!mentions(&code, "fred::"));
    assert!(mentions("use ratatui::Frame", "ratatui::"));
    assert!(!mentions("use my_ratatui::Frame", "ratatui::"));
}
