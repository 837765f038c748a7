//! The footer in each state, and the notice about a key that does nothing where it is pressed.

use larder::app::{Event, Layer, Loaded, Notice, RecordView, Settings, Slot, TargetChoice};
use larder::model::{ConnectionState, Error, ErrorKind, Record, RecordMeta, StoreInfo};

use super::shop;
use crate::stage::{Stage, computed, store};

const SIZES: [(u16, u16); 4] = [(200, 50), (120, 36), (80, 24), (40, 10)];

fn at((width, height): (u16, u16)) -> Stage {
    let target = |name: &str| TargetChoice {
        name: name.to_owned(),
        label: Ok("redis://127.0.0.1:6379/0".to_owned()),
        read_only: false,
    };
    let targets = vec![target("local"), target("production")];
    Stage::with(width, height, Settings { targets, ..Settings::default() })
}

fn with(size: (u16, u16), records: &[Record]) -> Stage {
    let mut stage = at(size);
    stage.connect(vec![store("default", 2), store("shop", records.len() as u64)]);
    stage.keys("j").open(records);
    stage
}

fn footer(stage: &mut Stage) -> String {
    stage.frame().lines().last().unwrap_or_default().trim().to_owned()
}

/// Makes the order of rows that was last asked for.
fn select(stage: &mut Stage) {
    let (ticket, read) = stage.take(Slot::Select);
    stage.event(Event::Loaded(Slot::Select, ticket, Ok(computed(read))));
}

fn filtered(size: (u16, u16), filter: &str) -> Stage {
    let mut stage = with(size, &shop());
    stage.asked.clear();
    stage.keys(&format!("/{filter}"));
    while stage.asked.iter().any(|e| matches!(e, larder::app::Effect::Read(Slot::Select, ..))) {
        select(&mut stage);
    }
    stage.keys("<enter>");
    stage
}

fn too_large(size: (u16, u16)) -> Stage {
    let mut stage = with(size, &shop());
    stage.keys("j");
    let meta = RecordMeta { key: "b".into(), size: 200_000_000, ..RecordMeta::default() };
    stage.answer(Slot::Record, Ok(Loaded::Record(RecordView::TooLarge(meta))));
    stage
}

fn read_only(size: (u16, u16)) -> Stage {
    let mut stage = with(size, &shop());
    stage.app.settings.read_only = true;
    stage
}

fn down(size: (u16, u16)) -> Stage {
    let mut stage = with(size, &shop());
    let down = ConnectionState::Down {
        tries: 3,
        reason: "the server closed it".into(),
        wants_password: false,
    };
    stage.event(Event::Connection(down));
    stage
}

fn refused(size: (u16, u16)) -> Stage {
    let mut stage = at(size);
    let error = Error::new(ErrorKind::Connection, "nothing listens at 127.0.0.1:6379");
    stage.event(Event::Connected(Err(error)));
    stage
}

fn no_stores(size: (u16, u16)) -> Stage {
    let mut stage = at(size);
    stage.connect(Vec::<StoreInfo>::new());
    stage
}

fn searched(size: (u16, u16)) -> Stage {
    let mut stage = with(size, &shop());
    stage.keys("l/price<enter>");
    let (ticket, read) = stage.take(Slot::Search);
    stage.event(Event::Loaded(Slot::Search, ticket, Ok(computed(read))));
    stage
}

/// The name of a state, the beginning of the footer in it, and hints that it must not have.
type State<'a> = (&'a str, &'a dyn Fn((u16, u16)) -> Stage, &'a [&'a str], &'a [&'a str]);

#[test]
fn the_footer_names_what_the_state_needs_first_and_nothing_that_cannot_be_done() {
    let marked = |size| {
        let mut stage = with(size, &shop());
        stage.keys("<space><space>");
        stage
    };
    let states: [State<'_>; 11] = [
        ("no server", &refused, &[], &["retry", "target", "open", "n new", "/ filter"]),
        ("no stores", &no_stores, &["n new"], &["open", "filter", "drop", "purge", "details"]),
        (
            "an empty store",
            &|size| with(size, &[]),
            &["n new"],
            &["edit", "filter", "mark", "sort"],
        ),
        (
            "records",
            &|size| with(size, &shop()),
            &["↵ open", "e edit"],
            &["esc", "fetch", "u undo"],
        ),
        ("marks", &marked, &["d delete 2", "x unmark"], &["e edit  n new  d delete"]),
        (
            "a range",
            &|size| {
                let mut s = with(size, &shop());
                s.keys("V");
                s
            },
            &["V mark range", "esc end range", "d delete 1"],
            &[],
        ),
        ("a filter", &|size| filtered(size, "b"), &["ctrl-a mark all", "esc clear filter"], &[]),
        ("no match", &|size| filtered(size, "q"), &["esc clear filter"], &["edit", "ctrl-a"]),
        ("a large value", &too_large, &["f fetch"], &["edit", "copy value"]),
        ("read-only", &read_only, &["↵ open", "/ filter"], &["edit", "new", "delete", "rename"]),
        ("a server lost", &down, &["r retry", "T other target"], &["edit", "delete"]),
    ];
    for (name, state, needed, impossible) in states {
        for size in SIZES {
            let footer = footer(&mut state(size));
            let shown = needed.iter().take(if size.0 < 60 { 1 } else { needed.len() });
            let needed = shown.copied().collect::<Vec<_>>().join("  ");
            assert!(footer.starts_with(&needed), "{name} at {size:?}: {footer}");
            for words in impossible {
                assert!(!footer.contains(words), "{name} at {size:?}, {words}: {footer}");
            }
            assert!(footer.contains("? help"), "{name} at {size:?}: {footer}");
        }
    }
    // The panel in the middle names what can be done without a server.
    let panel = refused((120, 36)).frame();
    assert!(panel.contains("r retry now · T other target · q quit"), "{panel}");
    let footer = footer(&mut searched((120, 36)));
    // With one match there is no other to go to.
    assert!(footer.starts_with("esc end search") && !footer.contains("n next"), "{footer}");
}

#[test]
fn a_wide_footer_is_filled() {
    for pane in ["", "h", "l"] {
        let mut stage = with((200, 50), &shop());
        stage.keys(pane);
        let footer = footer(&mut stage);
        assert!(footer.chars().count() > 100, "{pane}: {footer}");
    }
    let mut stage = with((200, 50), &shop());
    let footer = footer(&mut stage);
    assert!(footer.chars().count() > 170, "{footer}");
}

#[test]
fn hints_stay_while_the_cursor_moves_over_rows_of_a_kind() {
    for (to, from) in [("", ""), ("l", "h")] {
        let mut stage = with((200, 50), &shop());
        let before = footer(stage.keys(to));
        let moving = footer(stage.keys(from).keys("j").keys(to));
        let after = footer(stage.show(&shop()));
        assert_eq!([&moving, &after], [&before, &before], "from JSON to JSON");
        let moving = footer(stage.keys(from).keys("j").keys(to));
        assert_eq!(moving, after, "of text nothing is known before it is read");
    }
}

#[test]
fn a_notice_stands_beside_the_hints_and_the_frame_stays_closed() {
    let short = Notice::done("key copied, 11 B");
    let long = "NOPERM this user has no permissions to run the 'hdel' command: ask for the right \
                to run it, or be another user of this server, who may do so";
    for (notice, whole_at) in
        [(short, 40), (Notice::failure(long).lasting(), 200), (Notice::warning(&long[..90]), 120)]
    {
        for size in SIZES {
            let mut stage = with(size, &shop());
            let before = stage.frame();
            stage.app.notice = Some(notice.clone());
            let frame = stage.frame();
            let lines: Vec<&str> = frame.lines().collect();
            let (footer, border) = (lines[lines.len() - 1], lines[lines.len() - 2]);
            assert!(border.starts_with(['╰', '┗']) && border.ends_with(['╯', '┛']), "{frame}");
            let panes = lines[..lines.len() - 2].join("\n");
            assert!(before.starts_with(&panes), "only the last two rows change: {frame}");
            assert!(footer.contains("? help"), "{frame}");
            let before = footer.split_once(&notice.text).map(|(before, _)| before);
            let apart = before.is_none_or(|before| before.trim_end_matches("! ").ends_with("  "));
            assert!(apart, "{footer}");
            if size.0 >= whole_at {
                assert!(format!("{border}{footer}").contains(&notice.text), "{frame}");
            } else {
                assert!(footer.contains("m whole message"), "{frame}");
            }
        }
    }
}

#[test]
fn the_help_opens_over_every_dialog_and_goes_back_to_it() {
    for keys in ["i", "m", "J", "U", "T", "d", "C", "t", "P", ":", "/"] {
        let mut stage = with((120, 36), &shop());
        stage.keys(keys);
        assert_eq!(stage.app.layers.len(), 1, "{keys}");
        // While a name is typed, a question mark is a letter of it.
        let help = if ["P", ":", "/"].contains(&keys) { "<f1>" } else { "?" };
        stage.keys(help);
        assert!(matches!(stage.app.layer(), Some(Layer::Help(_))), "{keys}");
        stage.keys(if keys == "i" { "<esc>" } else { help });
        assert_eq!(stage.app.layers.len(), 1, "{keys}");
        assert!(!matches!(stage.app.layer(), Some(Layer::Help(_))), "{keys}");
    }
}

#[test]
fn the_key_that_opens_a_dialog_closes_it() {
    for keys in ["i", "m", "J", "U", "T", "C", "t"] {
        for pane in ["", "h", "l"] {
            if (keys, pane) == ("t", "h") || (keys, pane) == ("t", "l") {
                continue;
            }
            let mut stage = with((120, 36), &shop());
            stage.keys(pane).keys(keys);
            assert_eq!(stage.app.layers.len(), 1, "{pane}{keys}");
            stage.keys(keys);
            assert!(stage.app.layers.is_empty(), "{pane}{keys}");
        }
    }
}

#[test]
fn a_key_of_another_pane_says_where_it_works() {
    let mut stage = with((120, 36), &shop());
    stage.keys("h");
    for (key, says) in [
        ("F", "in the keys pane: F follow"),
        ("t", "in the keys pane: t totals"),
        ("<space>", "in the keys pane: space mark"),
        ("v", "in the keys pane: v view"),
        ("N", "in the value pane: N previous"),
        ("9", "9 does nothing here · ? lists the keys"),
        ("<f7>", "f7 does nothing here · ? lists the keys"),
    ] {
        stage.keys(key);
        assert_eq!(stage.notice(), says);
    }
    stage.keys("l<enter>");
    stage.keys("lF");
    assert_eq!(stage.notice(), "in the keys pane: F follow");
}

#[test]
fn another_target_is_offered_only_where_there_is_one() {
    let one = TargetChoice {
        name: "local".to_owned(),
        label: Ok("redis://127.0.0.1:6379/0".to_owned()),
        read_only: false,
    };
    let mut stage = Stage::with(120, 36, Settings { targets: vec![one], ..Settings::default() });
    stage.connect(vec![store("default", 2)]);
    stage.event(Event::Connection(ConnectionState::Down {
        tries: 1,
        reason: "the server is away".into(),
        wants_password: false,
    }));
    let footer = footer(&mut stage);
    assert!(footer.contains("r retry") && !footer.contains("target"), "{footer}");
}

#[test]
fn of_a_record_that_is_gone_only_what_helps_is_named() {
    let mut stage = with((120, 36), &shop());
    stage.keys("j");
    stage.answer(Slot::Record, Ok(Loaded::Record(RecordView::Missing("b".into()))));
    let last = footer(&mut stage);
    assert!(last.starts_with("r refresh"), "{last}");
    let frame = stage.frame();
    for act in ["d delete", "↵ open", "e edit", "R rename"] {
        assert!(!frame.contains(act), "{act} in\n{frame}");
    }
    assert!(frame.contains("! b "), "{frame}");
}

#[test]
fn without_a_connection_an_edit_is_not_to_be_saved_but_to_be_staged() {
    let mut stage = with((80, 24), &shop());
    stage.keys("e");
    assert!(footer(&mut stage).starts_with("ctrl-s save"));
    let down = ConnectionState::Down { tries: 1, reason: "lost".into(), wants_password: false };
    stage.event(Event::Connection(down));
    let last = footer(&mut stage);
    assert!(!last.contains("save ") && last.contains("ctrl-p stage"), "{last}");
}
