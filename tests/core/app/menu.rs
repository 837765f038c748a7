//! The help and the palette: what can be done, found by its name and done.

use larder::app::{Effect, Event, Item, Layer, Loaded, Menu, Settings, Slot, TargetChoice};
use larder::index::Sort;
use larder::keymap::{Action, Context, KeyMap};

use super::{JSON, shop};
use crate::stage::{Stage, computed, index, record, store};

fn at(width: u16, height: u16) -> Stage {
    let target = |name: &str, read_only| TargetChoice {
        name: name.to_owned(),
        label: Ok(format!("redis://127.0.0.1:6379/{}", u8::from(read_only))),
        read_only,
    };
    let targets = vec![target("local", false), target("production", true)];
    Stage::with(width, height, Settings { targets, ..Settings::default() })
}

fn opened(width: u16, height: u16) -> Stage {
    let mut stage = at(width, height);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j").open(&shop());
    stage
}

/// All pages of the help, one after the other.
fn help(stage: &mut Stage) -> String {
    stage.keys("?");
    let mut seen = stage.frame();
    loop {
        let before = stage.frame();
        stage.keys("<right>");
        if stage.frame() == before {
            break;
        }
        seen.push_str(&stage.frame());
    }
    stage.keys("<esc>");
    seen
}

fn menu(stage: &Stage) -> &Menu {
    match stage.app.layer() {
        Some(Layer::Help(help)) => &help.0,
        Some(Layer::Palette(palette)) => &palette.0,
        other => panic!("{other:?}"),
    }
}

/// The text of the row under the cursor of help or palette.
fn chosen(stage: &Stage) -> String {
    menu(stage).current().map(|row| row.text.clone()).unwrap_or_default()
}

#[test]
fn no_two_rows_of_the_palette_look_alike() {
    let names = ["africa", "europe", "asia"]
        .map(|of| format!("outlet-market-snapshots-2026-11-{of}-later"));
    for ((width, height), focus) in
        [((80, 24), ""), ((40, 10), ""), ((40, 10), "h"), ((40, 10), "l")]
    {
        let mut stage = at(width, height);
        stage.connect(names.iter().map(|name| store(name, 3)).collect());
        stage.open(&shop()).keys(focus).keys(":");
        let mut seen: Vec<String> = Vec::new();
        let rows = menu(&stage).shown().len();
        for _ in 0..rows {
            let frame = stage.frame();
            let row = frame.lines().find(|line| line.contains('▌')).unwrap();
            let row = row[row.find('▌').unwrap()..].to_owned();
            assert!(!seen.contains(&row), "{row} twice at {width}: {frame}");
            seen.push(row);
            stage.keys("<down>");
        }
        let text = seen.join("\n");
        assert!(text.contains("africa") && text.contains("production"), "{text}");
    }
}

/// The heads of a menu's rows, each once, in their order.
fn sections(stage: &Stage) -> Vec<&'static str> {
    let mut sections: Vec<_> = menu(stage).shown().map(|row| row.section).collect();
    sections.dedup();
    sections
}

#[test]
fn the_help_begins_with_what_is_done_here_and_has_columns_where_there_is_room() {
    for (width, height, columns) in [(120, 36, 2), (200, 50, 3), (80, 24, 1), (40, 10, 1)] {
        let mut stage = opened(width, height);
        stage.keys("?");
        let frame = stage.frame();
        assert!(frame.contains("/ find") && frame.contains("↵ run"), "{frame}");
        let lit: Vec<_> = frame.lines().filter(|line| line.contains("▌")).collect();
        assert!(lit[0].contains("Open what is under"), "{frame}");
        let near = ["Keys", "Everywhere", "Stores", "Record", "Moving about"];
        assert_eq!(sections(&stage)[..5], near);
        stage.keys("<right>");
        let beside = frame.lines().position(|line| line == lit[0]);
        let beside = stage.frame().lines().nth(beside.unwrap()).unwrap().contains("▌");
        assert_eq!(beside, columns > 1, "{}", stage.frame());
        stage.keys("<esc>");
        let all = help(&mut stage);
        for (action, chords) in KeyMap::default().entries(Context::Keys) {
            let begins: String = action.clause_in(Context::Keys).chars().take(18).collect();
            assert!(all.contains(&begins), "{action} at {width}: {all}");
            let label = chords[0].label(true);
            assert!(all.contains(&format!("{label} ")), "{label} at {width}: {all}");
        }
    }
}

#[test]
fn the_help_is_narrowed_and_runs_what_is_under_its_cursor() {
    let mut stage = opened(120, 36);
    stage.keys("?/reverse");
    assert_eq!(chosen(&stage), Action::ReverseSort.description());
    stage.keys("<enter>");
    assert!(stage.app.layers.is_empty() && stage.app.keys.descending);
    // Esc clears the typed text first, then closes.
    stage.keys("?/x<esc>");
    assert!(matches!(stage.app.layer(), Some(Layer::Help(_))));
    stage.keys("<esc>");
    assert!(stage.app.layers.is_empty());
    // Without a filter, Enter runs the row that the cursor was moved to.
    stage.keys("?j");
    assert_eq!(chosen(&stage), Action::Filter.description());
    stage.keys("<enter>");
    assert!(matches!(stage.app.layer(), Some(Layer::Prompt(_))));
    // A row that cannot be run says why, and is not run.
    stage.keys("<esc>?/undo<enter>");
    assert!(matches!(stage.app.layer(), Some(Layer::Help(_))));
    assert_eq!(stage.notice(), "there is nothing to undo");
}

#[test]
fn no_row_of_the_help_answers_the_question_that_it_was_opened_over() {
    let mut stage = opened(120, 36);
    stage.keys("d?");
    let rows = menu(&stage).shown().len();
    let mut answers = 0;
    for at in 0..rows {
        let Some(Item::Act(context, action)) = menu(&stage).current().map(|row| row.item.clone())
        else {
            panic!()
        };
        // Actions that work everywhere, and the help itself, are left out.
        if context == Context::Confirm && action != Action::Help {
            answers += 1;
            stage.keys("<enter>");
            assert!(matches!(stage.app.layer(), Some(Layer::Help(_))), "{action}");
            assert_eq!(stage.notice(), "only its own key answers", "{action}");
        }
        if at + 1 < rows {
            stage.keys("j");
        }
    }
    assert!(answers >= 4, "{answers}");
    assert!(stage.writes().is_empty());
    stage.keys("?");
    assert!(matches!(stage.app.layer(), Some(Layer::Confirm(_))));
    stage.keys("y");
    assert_eq!(stage.writes().len(), 1);
}

#[test]
fn a_row_of_the_help_runs_in_the_dialog_that_it_was_opened_over() {
    let mut stage = opened(120, 36);
    stage.keys("l<enter>");
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
    stage.asked.clear();
    stage.keys("?/copy the path<enter>");
    assert!(matches!(stage.app.layer(), Some(Layer::Leaf(_))));
    assert!(stage.asked.iter().any(|e| matches!(e, Effect::Copy { what: "path", .. })));
    // An action of the panes behind does not work from here.
    stage.keys("?/follow<enter>");
    assert_eq!(stage.notice(), "not here");
}

#[test]
fn the_help_names_no_key_that_does_something_else_under_it() {
    let keys_of_quitting = |stage: &Stage| {
        let of_quitting = |item: &Item| matches!(item, Item::Act(Context::Global, Action::Quit));
        let row = menu(stage).shown().find(|row| of_quitting(&row.item)).cloned();
        row.unwrap().keys
    };
    let mut stage = opened(120, 36);
    stage.keys("?");
    assert_eq!(keys_of_quitting(&stage), "q ctrl-c");
    stage.keys("<esc>");
    // Where `q` closes, or is a letter, it does not quit.
    for opens in ["C?", "d?", "U?", "/<f1>", "e<f1>"] {
        let mut stage = opened(120, 36);
        stage.keys(opens);
        assert_eq!(keys_of_quitting(&stage), "ctrl-c", "{opens}");
        let frame = stage.frame();
        assert!(!frame.contains(" q  ctrl-c"), "{opens}: {frame}");
    }
}

#[test]
fn the_palette_finds_what_is_meant_wherever_it_works() {
    let mut stage = opened(120, 36);
    stage.keys("h:foll");
    assert_eq!(chosen(&stage), Action::Follow.description());
    stage.keys("<enter>");
    assert!(stage.app.layers.is_empty() && stage.app.keys.follow.on);
    assert_eq!(stage.app.keys.sort, Sort::Newest);
    // The action that was run last comes first.
    stage.keys(":");
    assert_eq!(chosen(&stage), Action::Follow.description());
    stage.keys("store shop");
    assert_eq!(chosen(&stage), "Open store shop");
    // Tab completes.
    stage.keys("<ctrl-u>dup<tab>");
    let Some(Layer::Palette(palette)) = stage.app.layer() else { panic!() };
    assert_eq!(palette.0.input.text(), Action::Duplicate.description());
    stage.keys("<ctrl-u>changes before a save<enter>");
    assert!(stage.app.settings.review_saves);
    stage.keys(":open production");
    assert_eq!(chosen(&stage), "Open target production");
    stage.asked.clear();
    stage.keys("<enter>");
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Switch(1))));
}

#[test]
fn what_cannot_be_done_says_why_in_the_palette_and_is_not_done() {
    let mut stage = opened(120, 36);
    stage.app.settings.read_only = true;
    stage.app.settings.read_only_why = "read-only (--read-only)";
    stage.keys(":delete the record");
    assert_eq!(chosen(&stage), Action::Delete.description());
    let frame = stage.frame();
    assert!(frame.contains("read-only (--read-only)"), "{frame}");
    stage.keys("<enter>");
    assert!(matches!(stage.app.layer(), Some(Layer::Palette(_))));
    assert!(stage.notice().starts_with("read-only"), "{}", stage.notice());
    stage.keys("<esc>");
    assert!(stage.app.layers.is_empty());
}

#[test]
fn what_was_pasted_by_the_megabyte_is_not_looked_for() {
    for opens in [":", "?/"] {
        let mut stage = opened(80, 24);
        stage.keys(opens);
        let all = menu(&stage).shown().len();
        stage.event(Event::Paste("a b ".repeat(300_000)));
        assert_eq!(menu(&stage).shown().len(), 0, "{opens}");
        assert!(stage.frame().contains("no matches"), "{}", stage.frame());
        stage.keys("<ctrl-u>");
        assert_eq!(menu(&stage).shown().len(), all, "{opens}");
    }
}

#[test]
fn why_a_row_cannot_be_run_is_said_once_and_whole() {
    let whys = ["read-only (--read-only)", "a cluster: no write can be one step"];
    for why in whys {
        for (width, height) in [(200, 50), (120, 36), (80, 24)] {
            let mut stage = opened(width, height);
            stage.app.settings.read_only = true;
            stage.app.settings.read_only_why = why;
            stage.keys(":delete the record");
            let frame = stage.frame();
            let said = frame.lines().filter(|line| line.contains(['▌', '┗']) && line.contains(why));
            assert_eq!(said.count(), 1, "{width}: {frame}");
        }
    }
}

#[test]
fn what_becomes_impossible_while_the_palette_is_open_is_not_done() {
    let mut stage = opened(120, 36);
    stage.keys(":delete the record");
    assert!(menu(&stage).current().unwrap().why.is_none());
    stage.app.settings.read_only = true;
    stage.event(Event::Time);
    assert_eq!(menu(&stage).current().unwrap().why.as_deref(), Some("read-only"));
    // This holds even if nobody looked in between.
    stage.keys("<esc>:new record");
    stage.app.settings.read_only = false;
    stage.keys("<end>");
    stage.app.settings.read_only = true;
    stage.keys("<enter>");
    assert!(stage.app.editor.is_none());
}

#[test]
fn a_key_finds_what_it_does() {
    let mut stage = opened(120, 36);
    for (typed, action) in [
        ("V", Action::MarkRange),
        ("ctrl-a", Action::MarkAll),
        ("d", Action::Delete),
        ("D", Action::Drop),
    ] {
        stage.keys(":").keys(typed);
        assert_eq!(chosen(&stage), action.description(), "{typed} in the palette");
        stage.keys("<esc>?/").keys(typed);
        assert_eq!(chosen(&stage), action.description(), "{typed} in the help");
        stage.keys("<esc><esc>");
    }
}

#[test]
fn a_record_that_was_looked_at_is_gone_to_by_its_name() {
    let mut stage = opened(120, 36);
    stage.keys("jl").show(&shop()).keys("h").keys(":");
    assert_eq!(chosen(&stage), "Go to b in shop");
    stage.keys("<esc>hk<enter>");
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&[]), 1.0)));
    stage.keys(":go to b<enter>");
    assert_eq!(stage.app.keys.store, Some("shop".into()));
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&shop()), 1.0)));
    assert_eq!(stage.app.keys.current().unwrap().key, "b".into());
    // Records of another target are not listed.
    stage.event(Event::Switched(Ok(1))).keys(":");
    assert!(menu(&stage).shown().all(|row| !matches!(row.item, Item::Record(..))));
}

#[test]
fn the_palette_shows_the_command_that_does_the_same() {
    let mut stage = opened(120, 36);
    for (typed, command) in [
        ("delete the", "larder -t redis://127.0.0.1:6379/0 delete shop a"),
        ("open store def", "larder -t redis://127.0.0.1:6379/0 keys default"),
        ("rename", "larder -t redis://127.0.0.1:6379/0 rename shop a NEW_KEY"),
    ] {
        stage.keys(":").keys(typed);
        assert!(stage.frame().contains(command), "{}", stage.frame());
        stage.asked.clear();
        stage.keys("<ctrl-y><esc>");
        let copied = stage.asked.iter().find_map(|effect| match effect {
            Effect::Copy { what: "command", bytes } => Some(bytes.clone()),
            _ => None,
        });
        assert_eq!(copied.unwrap(), command.as_bytes());
    }
}

#[test]
fn a_number_in_the_palette_leads_to_the_row_of_the_list() {
    let mut stage = opened(80, 24);
    let at = |stage: &Stage| stage.app.keys.cursor.at;
    stage.keys(":3");
    assert_eq!(chosen(&stage), "Go to record 3");
    stage.keys("<enter>");
    assert_eq!((at(&stage), stage.app.focus), (2, larder::app::Pane::Keys));
    // Only a number that there is; other text is looked for as ever.
    for (typed, found) in [("0", false), ("4", false), ("3x", false), ("1", true)] {
        stage.keys(":").keys(typed);
        assert_eq!(chosen(&stage).starts_with("Go to record"), found, "{typed}");
        stage.keys("<esc>");
    }
    stage.keys(":1<backspace>");
    assert!(!menu(&stage).all().any(|row| matches!(row.item, Item::Row(_))));
    stage.keys("<esc>1:2");
    assert_eq!(chosen(&stage), "Go to store 2");
    stage.keys("<enter>");
    assert_eq!(stage.app.stores.cursor.at, 1);
}

#[test]
fn a_number_in_the_palette_leads_to_a_line_a_byte_or_a_row_of_the_value() {
    let lines = (1..=200).fold(String::new(), |text, n| format!("{text}line {n}\n"));
    let mut stage = Stage::new(80, 24);
    stage.connect(vec![store("shop", 1)]);
    stage.open(&[record("a.txt", "text/plain; charset=utf-8", &lines)]).keys("<tab>:120");
    assert_eq!(chosen(&stage), "Go to line 120");
    stage.keys("<enter>");
    let frame = stage.frame();
    assert!(frame.contains("line 120 ") && !frame.contains("line 119 "), "{frame}");
    // Bytes of hex are counted as the offsets beside them.
    let mut stage = Stage::new(80, 24);
    stage.connect(vec![store("shop", 1)]);
    stage.open(&[record("a.bin", "application/octet-stream", [0xfe; 4096])]).keys("<tab>:0x1f0");
    assert_eq!(chosen(&stage), "Go to byte 0x1f0");
    stage.keys("<enter>");
    assert!(!stage.frame().contains("00000000 ") && stage.frame().contains("000001f0 "));
    stage.keys(":4096");
    assert!(!chosen(&stage).starts_with("Go to byte"), "there is none of this number");
    // The cursor in a table and that in values go to the row.
    let mut stage = Stage::new(80, 24);
    stage.connect(vec![store("shop", 1)]);
    let table = (1..=90).fold("name,price\n".to_owned(), |text, n| format!("{text}cup {n},{n}\n"));
    stage.open(&[record("a.csv", "text/csv", &table)]).keys("<tab><enter>:77");
    assert_eq!(chosen(&stage), "Go to row 77");
    stage.keys("<enter>");
    assert!(stage.frame().contains("row 77 of 90"), "{}", stage.frame());
    let mut stage = Stage::new(80, 24);
    stage.connect(vec![store("shop", 1)]);
    let json = (1..=90).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    stage.open(&[record("a", JSON, format!("[{json}]"))]).keys("<tab><enter>");
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read)))).keys(":61<enter>");
    assert_eq!(stage.app.leaf().unwrap().path(), "$[59]");
    assert!(stage.frame().contains(" 60,"), "{}", stage.frame());
}
