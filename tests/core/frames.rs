//! Every state of the screen, at the three sizes that are promised and at a large one.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::{Arc, LazyLock};

use larder::app::{
    Compute, Effect, Event, Load, Loaded, Read, RecordDiff, RecordView, Settings, Slot, StagedNow,
    StepDiff, Summary, TargetChoice,
};
use larder::edit::draft::{Draft, DraftHead};
use larder::edit::{Diff, TypedValue};
use larder::keymap::{Action, Context, KeyMap};
use larder::model::{
    ConnectionState, Crawl, Crawler, Error, ErrorKind, Key, KeyPage, Record, RecordMeta,
    RecordState, Section, StorageInfo, StoreInfo, StoreState, Timestamp, WatchEvent, WatchSource,
    Write,
};
use larder::ops::{Outcome, Plan, PlannedRecord};
use larder::preview::{Mode, Preview};

use crate::app::asides::aside;
use crate::stage::{KEYS, NOW, Stage, computed, index, plain, record, store};
use crate::{contrast, drawn};

mod edges;
mod states;
mod values;

const SIZES: [(u16, u16); 4] = [(200, 50), (120, 36), (80, 24), (40, 10)];
const CORNERS: [char; 4] = ['╯', '╰', '┛', '┗'];
const JSON: &str = "application/json; charset=utf-8";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x05\0\0\0\x02\xd0\x08\x06\0\0\0";

fn records() -> Vec<Record> {
    let mut records = vec![
        record("CRAWLEE_STATE", JSON, r#"{"page": 7, "seen": [1, 2.50, 1E400], "ok": true}"#),
        record("INPUT", JSON, r#"{"startUrls": ["http://127.0.0.1/"], "maxDepth": NaN}"#),
        record("empty", "text/plain; charset=utf-8", ""),
        record("evil\u{1b}[31m\u{202e}key", "text/plain; charset=utf-8", "\u{1b}]0;owned\u{7}"),
        record("none", "application/x-none", ""),
        record("page-000001", "text/html; charset=utf-8", "<html>\n  <body>Hi</body>\n</html>\n"),
        record("screenshot", "image/png", PNG),
        record("日本語のキー", JSON, r#"{"名": "値"}"#),
    ];
    let mut lost = record("orphan", "", "no metadata");
    lost.meta.state = RecordState::NoMetadata;
    records.push(lost);
    records.sort_by(|a, b| a.meta.key.cmp(&b.meta.key));
    records
}

fn stores() -> Vec<StoreInfo> {
    let half = StoreInfo { state: StoreState::HalfMade, ..store("half-made-store", 0) };
    vec![store("default", 2), half, store("shop-snapshots", 9), store("scratch", 1_234_567)]
}

fn opened(width: u16, height: u16) -> Stage {
    let mut stage = Stage::new(width, height);
    let mut all = stores();
    all.sort_by(|a, b| a.store.cmp(&b.store));
    stage.connect(all);
    stage.keys("<end>").open(&records());
    stage
}

/// A stage with the value of the record that these keys go to.
fn on_record(width: u16, height: u16, keys: &str) -> Stage {
    let mut stage = opened(width, height);
    stage.keys(keys).show(&records());
    stage.keys("<enter>");
    stage
}

fn each(name: &str, script: impl Fn(u16, u16) -> Stage) {
    for (width, height) in SIZES {
        snapshot(name, &mut script(width, height));
    }
}

fn snapshot(name: &str, stage: &mut Stage) {
    let (width, height) = stage.app.size;
    let frame = stage.frame();
    let hostile = |c: char| c != '\n' && c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!frame.contains(hostile), "hostile text in {name}");
    insta::assert_snapshot!(format!("{name}_{width}x{height}"), frame);
    if width == 120 {
        contrast::check(name, stage);
    }
    drawn::draw(&format!("{name}_{width}x{height}"), stage);
    assert_eq!(edges::too_long(&frame), Vec::<String>::new(), "{name}:\n{frame}");
    let twice = named_twice(stage, &frame);
    assert_eq!(twice, Vec::<String>::new(), "{name} names keys twice:\n{frame}");
    let other = with_other_keys(stage);
    let spelled = spelled_keys(&other);
    // Earlier text keeps its keys: a notice, and the reason why a row of the palette is dim.
    let is_palette = matches!(stage.app.layer(), Some(larder::app::Layer::Palette(_)));
    if stage.app.notice.is_none() && !is_palette {
        assert_eq!(spelled, Vec::<String>::new(), "{name} spells default keys:\n{other}");
    }
}

/// Keys that both a dialog and the footer name.
fn named_twice(stage: &Stage, frame: &str) -> Vec<String> {
    let Some((dialog, footer)) = frame.trim_end().rsplit_once('\n') else { return Vec::new() };
    if stage.app.layers.is_empty() {
        return Vec::new();
    }
    let context = stage.app.context();
    let hints = stage.app.keymap.footer(context).iter().filter_map(|action| {
        Some((stage.app.keymap.chord(context, *action)?.label(true), action.hint()))
    });
    // Borders and buttons, without titles, values and rows.
    let edges = dialog.lines().filter(|line| line.contains(CORNERS) || line.contains(" No "));
    let lines = |c: char| ('\u{2500}'..='\u{257f}').contains(&c);
    let edges: Vec<String> = edges.map(|line| line.replace(lines, " ")).collect();
    let named = |label: &str| edges.iter().any(|line| line.contains(&format!(" {label} ")));
    let twice =
        hints.filter(|(label, hint)| footer.contains(&format!(" {label} {hint}")) && named(label));
    twice.map(|(label, _)| label).collect()
}

/// The same state with other keys for every action.
fn with_other_keys(stage: &mut Stage) -> String {
    let default = std::mem::replace(&mut stage.app.keymap, Arc::clone(&OTHER_KEYS));
    let frame = stage.frame();
    stage.app.keymap = default;
    frame
}

/// A keymap in which no key is a default one.
static OTHER_KEYS: LazyLock<Arc<KeyMap>> = LazyLock::new(|| Arc::new(other_keys()));

fn other_keys() -> KeyMap {
    let mut tables = toml::Table::new();
    for context in Context::ALL {
        let held = match context {
            Context::Global => ["shift-", "ctrl-shift-", "alt-shift-", "ctrl-alt-shift-"],
            _ => ["", "ctrl-", "alt-", "ctrl-alt-"],
        };
        // None of these is a default key.
        let mut chords =
            (2..=24).filter(|n| *n != 5).flat_map(|n| held.map(|held| format!("{held}f{n}")));
        let mut table = toml::Table::new();
        for (action, _) in KEYS.entries(*context) {
            let chord = chords.next().unwrap();
            table.insert(action.name().to_owned(), vec![chord].into());
        }
        tables.insert(context.name().to_owned(), table.into());
    }
    KeyMap::with_overrides(&tables).unwrap()
}

/// Texts that look like a default key and its action: `r reads`, `Esc closes`, `↑ ↓ scroll`.
fn spelled_keys(frame: &str) -> Vec<String> {
    let mut labels = vec!["Esc".to_owned(), "Tab".to_owned(), "Tab:".to_owned()];
    for context in Context::ALL {
        let chords = KEYS.entries(*context).flat_map(|(_, chords)| chords);
        // A number counts something.
        let labels_of = chords.map(|chord| chord.label(true));
        labels.extend(labels_of.filter(|label| !label.bytes().all(|byte| byte.is_ascii_digit())));
    }
    let verb = |word: &str| {
        word.len() > 2 && word.ends_with('s') && word.chars().all(|c| c.is_ascii_lowercase())
    };
    let mut found = Vec::new();
    for line in frame.lines() {
        let words: Vec<&str> = line.split([' ', '│']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let label = labels.iter().any(|label| label == pair[0]);
            let named = matches!(pair[0], "Esc" | "esc" | "Tab:" | "tab:" | "↵" | "↓");
            if label && (verb(pair[1].trim_end_matches(['.', ';', ','])) || named) {
                found.push(pair.join(" "));
            }
        }
    }
    found
}

#[test]
fn a_sentence_that_spells_a_key_is_found() {
    assert_eq!(spelled_keys("│ incomplete: r reads on │ a replica takes"), ["r reads"]);
    assert_eq!(
        spelled_keys(" Esc No   ↑ ↓ scroll · Esc closes"),
        ["Esc No", "↓ scroll", "Esc closes"]
    );
}

#[test]
fn notices_name_the_keys_that_the_user_chose() {
    let mut stage = opened(120, 36);
    stage.app.keymap = Arc::clone(&OTHER_KEYS);
    let key = |action| {
        let chord = OTHER_KEYS.chord(Context::Keys, action).unwrap();
        let name = chord.to_string();
        format!("<{name}>")
    };
    for (actions, wanted) in [
        (&[Action::Follow, Action::Follow][..], (Action::Sort, "sorts by key")),
        (&[Action::ToggleWatch], (Action::Refresh, "refreshes once")),
        (&[Action::Follow], (Action::ToggleWatch, "resumes")),
    ] {
        for action in actions {
            stage.keys(&key(*action));
        }
        let wanted = OTHER_KEYS.says(Context::Keys, wanted.0, wanted.1).unwrap();
        assert!(stage.notice().ends_with(&wanted), "{}", stage.notice());
        assert_eq!(spelled_keys(stage.notice()), Vec::<String>::new());
    }
}

#[test]
fn every_picture_that_is_kept_is_of_a_state() {
    let states = concat!(
        include_str!("frames.rs"),
        include_str!("frames/states.rs"),
        include_str!("frames/values.rs")
    );
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/snapshots");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        let Some(name) = file.strip_prefix("core__frames__") else { continue };
        let (state, _) = name.rsplit_once('_').unwrap();
        assert!(states.contains(&format!("\"{state}\"")), "{file} is of no state");
        seen += 1;
    }
    assert!(seen > 400, "{seen}");
}

#[test]
fn the_start() {
    let waiting = |width, height, seconds: i64| {
        let mut stage = Stage::new(width, height);
        stage.app.session.asked = Some(Timestamp::from_micros(NOW - seconds * 1_000_000));
        stage
    };
    each("connecting", |width, height| waiting(width, height, 0));
    each("connecting_long", |width, height| waiting(width, height, 4));
}

#[test]
fn a_list_of_stores() {
    each("stores", |width, height| {
        let mut stage = Stage::new(width, height);
        stage.connect(stores());
        summarised(&mut stage);
        stage
    });
    for (width, height) in [(120, 36), (200, 50)] {
        let mut stage = Stage::new(width, height);
        stage.connect(stores());
        summarised(&mut stage);
        for (keys, name) in [("ss", "stores_by_change"), ("Z", "stores_zoomed")] {
            stage.keys(keys);
            // On a wide screen, another action's key may read like a default one.
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), stage.frame());
        }
    }
}

/// Answers the first store's summary, if it is shown.
fn summarised(stage: &mut Stage) {
    if stage.asked.iter().any(|effect| matches!(effect, Effect::Read(Slot::Summary, ..))) {
        let (ticket, read) = stage.take(Slot::Summary);
        let Read::Load(Load::Summary(store)) = read else { panic!("{read:?}") };
        let mut page = KeyPage::default();
        for record in records() {
            page.push_meta(&record.meta);
        }
        page.progress = 1.0;
        let summary = Loaded::Summary(Box::new(Summary::of_page(store, &page)));
        stage.event(Event::Loaded(Slot::Summary, ticket, Ok(summary)));
    }
}

#[test]
fn no_server() {
    each("refused", |width, height| {
        let mut stage = Stage::new(width, height);
        let error = Error::new(ErrorKind::Connection, "connection refused: 127.0.0.1:6379");
        stage.event(Event::Connected(Err(error)));
        stage
    });
}

#[test]
fn a_server_gone() {
    each("down", |width, height| {
        let mut stage = opened(width, height);
        let down = ConnectionState::Down {
            tries: 12,
            reason: "the server closed it".into(),
            wants_password: false,
        };
        stage.event(Event::Connection(down));
        stage
    });
}

#[test]
fn an_open_store() {
    each("keys", opened);
}

#[test]
fn json() {
    each("json", |width, height| on_record(width, height, "j"));
}

/// A stage with the cursor on the second value of a record.
fn on_value(width: u16, height: u16) -> Stage {
    let mut stage = on_record(width, height, "j");
    stage.keys("<enter>");
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
    stage.keys("jj");
    stage
}

#[test]
fn one_value_of_json() {
    each("leaf", on_value);
    each("leaf_fault", |width, height| {
        let mut stage = on_value(width, height);
        stage.keys("<enter><ctrl-u>Cup<enter>");
        stage
    });
    let merging = |width, height| {
        let mut stage = on_value(width, height);
        let was = stage.app.record.record().unwrap().clone();
        stage.keys("<enter><ctrl-u>\"mine\"<enter>");
        let write = stage.write();
        let spelled = stage.app.unsaved_leaf().unwrap().leaf.spelled();
        let text = String::from_utf8(was.value.to_vec()).unwrap();
        let theirs = text.replacen(str::from_utf8(&spelled).unwrap(), "\"theirs\"", 1);
        stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
        let key = was.meta.key.as_str().unwrap();
        stage.theirs(Some(record(key, JSON, theirs))).compared();
        stage
    };
    each("leaf_merge", merging);
    each("leaf_merge_typed", |width, height| {
        let mut stage = merging(width, height);
        stage.keys("e<ctrl-end> or not<esc>");
        stage
    });
    each("leaf_discard", |width, height| {
        let mut stage = on_value(width, height);
        stage.keys("<enter><ctrl-u>\"mine\"<esc>");
        stage
    });
    each("leaf_merge_left", |width, height| {
        let mut stage = on_value(width, height);
        stage.keys("<enter><ctrl-u>\"mine\"<enter>");
        let write = stage.write();
        stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
        stage.keys("<esc>");
        stage
    });
    each("leaf_draft", |width, height| {
        let mut typing = on_value(width, height);
        typing.app.now = Timestamp::from_micros(NOW - 3_600_000_000);
        typing.keys("<enter><ctrl-u>\"mine\"");
        let mut draft = typing.app.unkept_draft().unwrap();
        draft.head.place = "build-7, pts/3".to_owned();
        let mut stage = on_value(width, height);
        stage.app.now = Timestamp::from_micros(NOW);
        let id = draft.head.id();
        stage.event(Event::Drafts(vec![(id.clone(), draft.head.clone())])).keys("<enter>");
        stage.event(Event::DraftRead(id, Ok(Box::new(draft)))).compared();
        stage
    });
}

/// A stage in which a record was deleted this number of microseconds ago, and can be put back.
fn deleted(width: u16, height: u16, ago: i64) -> Stage {
    let mut stage = opened(width, height);
    stage.app.now = Timestamp::from_micros(NOW - ago);
    stage.keys("dy");
    let write = stage.write();
    let Write::Delete { store, keys } = &write else { panic!() };
    let put_back = Plan::delete(store.clone(), vec![PlannedRecord::Unknown(keys[0].clone())]);
    let outcome = Outcome { records: 1, inverse: Some(Box::new(put_back)), ..Outcome::default() };
    stage.event(Event::Written(stage.sent_id(&write), Ok(outcome)));
    stage
}

#[test]
fn the_log_of_what_was_done() {
    each("log", |width, height| {
        let mut stage = deleted(width, height, 9_000_000);
        stage.keys("dy");
        let write = stage.write();
        stage.event(Event::Written(
            stage.sent_id(&write),
            Ok(Outcome { records: 1, ..Outcome::default() }),
        ));
        stage.keys("U");
        stage
    });
}

#[test]
fn what_a_step_of_the_log_has_changed() {
    each("log_step", |width, height| {
        let mut stage = deleted(width, height, 190_000_000);
        stage.keys("U<enter>");
        let typed = |content_type: &str, value: &str| TypedValue {
            content_type: content_type.into(),
            value: value.to_owned().into(),
        };
        let json = |value: &str| typed("application/json; charset=utf-8", value);
        let [old, new] =
            [r#"{"price": 1.10, "tags": ["a"]}"#, r#"{"price": 1.2, "tags": ["a", "b"]}"#];
        let (text, other) = (typed("text/plain", "one\ntwo\n"), typed("text/plain", "one\n2\n"));
        let changes = [
            ("page-1", Diff::of(Some(&json(old)), Some(&json(new)))),
            ("page-2", Diff::of(Some(&text), Some(&other))),
            ("page-3", Diff::of(Some(&json("1")), None)),
        ];
        let records = changes.map(|(key, diff)| RecordDiff { key: key.into(), diff: Ok(diff) });
        let diff = StepDiff { records: records.into(), more: 40, ..StepDiff::default() };
        stage.answer(Slot::Step, Ok(Loaded::Step(Box::new(diff))));
        stage
    });
}

#[test]
fn text() {
    each("text", |width, height| on_record(width, height, "jjjjjj"));
}

#[test]
fn binary() {
    each("hex", |width, height| on_record(width, height, "jjjjjjj"));
}

#[test]
fn hostile_text() {
    each("hostile", |width, height| on_record(width, height, "jjj"));
}

#[test]
fn a_value_too_large() {
    each("large", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("<end>");
        let key = records().last().unwrap().meta.key.clone();
        let meta = RecordMeta { key, size: 200_000_000, ..RecordMeta::default() };
        stage.answer(Slot::Record, Ok(Loaded::Record(RecordView::TooLarge(meta))));
        stage.keys("<enter>");
        stage
    });
}

#[test]
fn the_beginning_of_a_large_value() {
    each("head", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("<end>");
        let key = records().last().unwrap().meta.key.clone();
        let meta = RecordMeta {
            key,
            size: 200_000_000,
            content_type: "text/csv; charset=utf-8".into(),
            ..RecordMeta::default()
        };
        let value = "name,price\nladle,12.50\npan,80\n".repeat(100).into();
        let head = Record { meta: meta.clone(), value };
        let bytes = head.value.len();
        let preview = Arc::new(Preview::build_head(head, Mode::Auto));
        stage.answer(Slot::Record, Ok(Loaded::Record(RecordView::Head(meta, preview, bytes))));
        stage.keys("<enter>");
        stage
    });
}

#[test]
fn a_store_that_a_crawl_fills() {
    each("watching", |width, height| {
        let mut stage = opened(width, height);
        stage.app.now = Timestamp::from_micros(NOW - 30_000_000);
        stage.noticed(WatchEvent::Source(WatchSource::Files));
        let mut new = 0;
        for (step, records) in (0..).zip([3, 0, 9, 20, 12, 31]) {
            stage.app.now = Timestamp::from_micros(NOW - 25_000_000 + step * 5_000_000);
            let mut set = Vec::new();
            for _ in 0..records {
                new += 1;
                set.push(record(&format!("page-{new:06}"), JSON, "{}").meta);
            }
            set.push(records_changed());
            stage.noticed(WatchEvent::Records { set, removed: Vec::new() });
            while stage.asked.iter().any(|e| matches!(e, Effect::Read(Slot::Keys, ..))) {
                let (ticket, read) = stage.take(Slot::Keys);
                let Read::Compute(Compute::Apply { index, changes, .. }) = read else {
                    panic!("{read:?}")
                };
                let applied = Loaded::Applied(index.apply(&changes).into(), None);
                stage.event(Event::Loaded(Slot::Keys, ticket, Ok(applied)));
            }
        }
        stage.show(&records());
        stage
    });
}

fn records_changed() -> RecordMeta {
    records()[1].meta.clone()
}

#[test]
fn a_walk_under_way() {
    each("loading", |width, height| {
        let mut stage = Stage::new(width, height);
        stage.connect(stores());
        stage.keys("<enter>");
        stage.answer(Slot::Keys, Ok(Loaded::keys(index(&records()[..4]), 0.43)));
        stage.show(&records());
        stage
    });
}

/// Answers all reads that need no storage.
fn compute(stage: &mut Stage) {
    let waits = |effect: &Effect| match effect {
        Effect::Read(slot, _, Read::Compute(_)) => Some(*slot),
        _ => None,
    };
    while let Some(slot) = stage.asked.iter().find_map(waits) {
        let (ticket, read) = stage.take(slot);
        let loaded = computed(read);
        stage.event(Event::Loaded(slot, ticket, Ok(loaded)));
    }
}

#[test]
fn a_walk_that_was_stopped() {
    each("stopped", |width, height| {
        let mut stage = Stage::new(width, height);
        stage.connect(vec![store("huge", 5_000_000)]);
        let (ticket, _) = stage.take(Slot::Keys);
        for loaded in [Loaded::Progress(1_234_567, 0.246), Loaded::keys(index(&records()), 0.247)] {
            stage.event(Event::Loaded(Slot::Keys, ticket, Ok(loaded)));
        }
        stage.show(&records());
        snapshot("walking", &mut stage);
        stage.keys("<esc>");
        stage
    });
}

#[test]
fn a_store_that_is_polled_while_its_newest_records_are_followed() {
    each("following", |width, height| {
        let mut stage = opened(width, height);
        stage.app.now = Timestamp::from_micros(NOW - 2_000_000);
        let within = std::time::Duration::from_millis(4_600);
        stage.noticed(WatchEvent::Source(WatchSource::Polling { within, why: String::new() }));
        stage.noticed(WatchEvent::Store(store("shop-snapshots", 1009)));
        stage.keys("F");
        compute(&mut stage);
        let set = vec![record("page-000042", JSON, "{}").meta];
        stage.noticed(WatchEvent::Records { set, removed: Vec::new() });
        compute(&mut stage);
        stage.show(&[record("page-000042", JSON, "{}")]);
        stage
    });
}

#[test]
fn a_store_whose_records_the_server_names() {
    each("named", |width, height| {
        let mut stage = opened(width, height);
        stage.app.now = Timestamp::from_micros(NOW - 2_000_000);
        stage.noticed(WatchEvent::Source(WatchSource::SubKeys));
        let set = vec![record("page-000042", JSON, "{}").meta];
        stage.noticed(WatchEvent::Records { set, removed: Vec::new() });
        compute(&mut stage);
        stage.show(&[record("page-000042", JSON, "{}")]);
        stage
    });
}

#[test]
fn a_value_with_long_lines_wrapped_and_cut() {
    let value = r#"{"url": "https://shop.example/lighting/000001?colour=brass&page=12", "text": "Warm light from brass joints, with switches that click; spare parts stay available for fifteen years.", "名": "日本語日本語日本語日本語日本語日本語日本語日本語日本語"}"#;
    let long = |width, height| {
        let mut stage = Stage::new(width, height);
        stage.connect(vec![store("default", 2), store("shop", 6)]);
        stage.keys("j").open(&[record("page", JSON, value)]).keys("<enter>");
        stage
    };
    each("long_lines", long);
    each("long_lines_cut", |width, height| {
        let mut stage = long(width, height);
        stage.keys("z");
        stage
    });
}

#[test]
fn keys_in_groups_and_totals() {
    let many = || {
        let mut many = records();
        for number in 0..40 {
            many.push(record(&format!("page-{number:06}"), JSON, "{\"number\": 1}"));
            many.push(record(&format!("thumb-{}-{number}", number % 2), "image/png", PNG));
        }
        many
    };
    each("groups", |width, height| {
        let mut stage = Stage::new(width, height);
        stage.connect(vec![store("default", 2), store("shop-snapshots", 88)]);
        stage.keys("<end>").open(&many()).keys("c");
        compute(&mut stage);
        stage.keys("<end><up><up>");
        stage
    });
    each("totals", |width, height| {
        let mut stage = Stage::new(width, height);
        stage.connect(vec![store("default", 2), store("shop-snapshots", 88)]);
        stage.keys("<end>").open(&many()).keys("t");
        compute(&mut stage);
        stage
    });
}

#[test]
fn the_jobs_under_way() {
    each("jobs", |width, height| {
        let mut stage = Stage::new(width, height);
        stage.connect(vec![store("default", 2), store("shop-snapshots", 88)]);
        stage.keys("<end>").open(&records()).keys("dyr");
        stage.answer(Slot::Keys, Ok(Loaded::Progress(10, 0.25)));
        stage.keys("J<down>");
        stage
    });
    each("jobs_none", |width, height| {
        let mut stage = Stage::new(width, height);
        stage.connect(vec![store("default", 2), store("shop", 3)]).keys("J");
        stage
    });
}

#[test]
fn what_a_larder_that_ended_has_left_set_aside() {
    each("asides", |width, height| {
        let mut stage = opened(width, height);
        let mut found = vec![aside("one", "shop-snapshots", false), aside("two", "scratch", true)];
        found[0].records = 1_234_567;
        stage.app.now = Timestamp::from_micros(NOW);
        stage.answer(Slot::Asides, Ok(Loaded::Asides(found)));
        stage
    });
}

#[test]
fn what_the_last_line_has_said() {
    each("messages_none", |width, height| {
        let mut stage = Stage::new(width, height);
        stage.connect(vec![store("default", 2), store("shop", 3)]).keys("m");
        stage
    });
    each("messages", |width, height| {
        let mut stage = opened(width, height);
        stage.app.now = Timestamp::from_micros(NOW - 3_600_000_000);
        stage.keys("M");
        stage.app.now = Timestamp::from_micros(NOW - 40_000_000);
        stage.event(Event::Copied("key", Ok(11)));
        stage.keys("j");
        let why = "the server forbids HDEL; ask for the permission, or use another user; \
                   the value stays as it is; look at it again";
        stage.app.now = Timestamp::from_micros(NOW);
        stage.event(Event::Copied("value", Err(why.to_owned())));
        stage.keys("m");
        stage
    });
}

fn section<T>(rows: Vec<T>, total: u64) -> Section<T> {
    Section { rows, total, fault: None }
}

/// The overview with these readings, the last one made now.
fn overview(width: u16, height: u16, readings: impl IntoIterator<Item = Crawl>) -> Stage {
    let mut stage = opened(width, height);
    stage.keys("C");
    let (ticket, _) = stage.take(Slot::Crawl);
    let readings: Vec<_> = readings.into_iter().collect();
    for (before, crawl) in (0..readings.len()).rev().zip(readings) {
        let before = i64::try_from(before).unwrap() * 10_000_000;
        stage.app.now = Timestamp::from_micros(NOW - before);
        stage.event(Event::Loaded(Slot::Crawl, ticket, Ok(Loaded::Crawl(Arc::new(crawl)))));
    }
    stage
}

#[test]
fn the_crawl_beside_the_stores() {
    let ago = |seconds: i64| Some(Timestamp::from_micros(NOW - seconds * 1_000_000));
    let crawler = Crawler {
        finished: Some(1_234),
        failed: Some(12),
        retries: Some(40),
        finished_per_minute: Some(617.2),
        failed_per_minute: Some(6.04),
        runtime: Some(std::time::Duration::from_secs(120)),
        persisted_at: ago(35),
        ..Crawler::default()
    };
    let crawl = |more: u64| {
        let queue = StorageInfo {
            name: "default".into(),
            pending: Some(3_120 - more),
            handled: Some(1_100 + more),
            total: Some(4_220),
            had_multiple_clients: true,
            modified_at: ago(0),
            ..StorageInfo::default()
        };
        let later = StorageInfo {
            name: "later".into(),
            pending: Some(1_234_567),
            handled: Some(0),
            total: Some(1_234_567),
            modified_at: ago(7_200),
            ..StorageInfo::default()
        };
        let products = StorageInfo {
            name: "products".into(),
            items: Some(900 + more / 2),
            modified_at: ago(1),
            ..StorageInfo::default()
        };
        Crawl {
            crawlers: section(vec![crawler.clone()], 1),
            queues: section(vec![queue, later], 2),
            datasets: section(vec![products], 1),
        }
    };
    each("crawl", |width, height| overview(width, height, [crawl(0), crawl(100), crawl(210)]));
    each("crawl_down", |width, height| {
        let mut stage = overview(width, height, [crawl(0)]);
        stage.keys("<end>");
        stage
    });
    each("crawl_troubles", |width, height| {
        let finished = Crawler {
            finished_at: ago(300),
            failed: Some(0),
            failed_per_minute: Some(0.0),
            ..crawler.clone()
        };
        let silent = Crawler { number: 1, persisted_at: ago(10_000), ..crawler.clone() };
        let javascript = Crawler { number: 0, javascript: true, ..crawler.clone() };
        let fault = Some("the record is not an object".to_owned());
        let bad = Crawler { number: 3, javascript: true, fault, ..Crawler::default() };
        let fault = Some("a Redis key of this store has another type".to_owned());
        let hostile =
            StorageInfo { name: "evil\u{1b}[31m\u{202e}".into(), fault, ..StorageInfo::default() };
        let bare = StorageInfo { name: "".into(), total: Some(3), ..StorageInfo::default() };
        let forbidden = "the user may not run HSCAN on datasets:name_to_id".to_owned();
        let crawl = Crawl {
            crawlers: section(vec![finished, silent, javascript, bad], 4),
            queues: section(vec![bare, hostile], 1_234),
            datasets: Section { fault: Some(forbidden), ..Section::default() },
        };
        overview(width, height, [crawl])
    });
    each("crawl_none", |width, height| overview(width, height, [Crawl::default()]));
    each("crawl_reading", |width, height| overview(width, height, []));
}

#[test]
fn dialogs() {
    each("delete", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("d");
        stage
    });
    each("drop", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("<left>Dsho");
        stage
    });
    each("drop_mistyped", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("<left>Dshow");
        stage
    });
    each("drop_typed", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("<left>Dshop-snapshots");
        stage
    });
}

#[test]
fn another_key_or_content_type_for_a_record() {
    for (name, keys) in [
        ("rename", "jR-old"),
        ("rename_empty", "jR<ctrl-u>"),
        ("rename_odd", "jR/old"),
        ("rename_taken", "jR<ctrl-u>none"),
        ("rename_over", "jR<ctrl-u>none<enter>"),
        ("duplicate", "jA"),
        ("duplicate_stores", "jA<tab>"),
        ("duplicate_elsewhere", "jA<tab>default<enter>"),
        ("retype", "jK"),
        ("retype_chosen", "jK<tab>"),
    ] {
        each(name, |width, height| {
            let mut stage = opened(width, height);
            stage.keys(keys);
            stage
        });
    }
}

#[test]
fn a_record_that_a_running_crawl_writes_back() {
    let opened = |width, height| {
        let mut stage = opened(width, height);
        let modified_at = Some(Timestamp::from_micros(NOW - 5_000_000));
        let info = StoreInfo { modified_at, ..store("shop-snapshots", 9) };
        stage.noticed(WatchEvent::Store(info));
        stage.app.now = Timestamp::from_micros(NOW);
        stage
    };
    each("written_back", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("e");
        stage
    });
    each("written_back_rename", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("R");
        stage
    });
    each("written_back_delete", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("d");
        stage
    });
}

#[test]
fn the_editor() {
    each("editor", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("e<down><end>,");
        stage
    });
    each("editor_typing", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("e<down><down><end>x<ctrl-home><shift-right>");
        stage.app.now = stage.app.wake().unwrap();
        stage.event(Event::Time);
        let (ticket, read) = stage.take(Slot::Check);
        stage.event(Event::Loaded(Slot::Check, ticket, Ok(computed(read))));
        stage
    });
    each("editor_hex", |width, height| {
        let mut stage = Stage::new(width, height);
        stage.connect(vec![store("default", 1), store("shop", 1)]);
        stage.keys("j").open(&[record("screenshot", "image/png", PNG)]);
        stage.keys("e<right><right>ff<shift-right><shift-right><right>a");
        stage
    });
    each("editor_fault", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("e<down><end>x<ctrl-s>");
        stage
    });
    each("new_record", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("nkey");
        stage
    });
}

#[test]
fn a_value_in_a_value() {
    let inside = |width, height| {
        let mut stage = Stage::new(width, height);
        stage.connect(vec![store("default", 1), store("shop", 1)]);
        // In base64: {"price": 1.10, "name": "Cup"}
        let body = "eyJwcmljZSI6IDEuMTAsICJuYW1lIjogIkN1cCJ9";
        let value = format!(r#"{{"url": "http://127.0.0.1/", "body": "{body}"}}"#);
        stage.keys("j").open(&[record("page-000001", JSON, value)]);
        stage.app.settings.review_saves = true;
        stage.keys("l<enter>");
        for keys in ["jjo", "<down><end><left><backspace>2"] {
            let (ticket, read) = stage.take(Slot::Leaves);
            stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
            stage.keys(keys);
        }
        stage
    };
    each("editor_inner", inside);
    each("review_inner", |width, height| {
        let mut stage = inside(width, height);
        stage.keys("<ctrl-s>").compared().compared();
        stage
    });
}

#[test]
fn a_save_before_it_is_made_and_where_it_meets_another() {
    each("review_json", |width, height| {
        let mut stage = opened(width, height);
        stage.app.settings.review_saves = true;
        stage.keys("e<down><end><left>0<down><down><down><end><left>5<ctrl-s>").compared();
        stage
    });
    each("review_text", |width, height| {
        let mut stage = opened(width, height);
        stage.app.settings.review_saves = true;
        stage.keys("jjjjjj").show(&records());
        stage.keys("e<down><end><left><left><left><left><left><left><left>!<ctrl-s>").compared();
        stage
    });
    each("draft", |width, height| {
        let mut stage = opened(width, height);
        let head = DraftHead {
            target: "redis://127.0.0.1:6379/0".to_owned(),
            store: "shop-snapshots".into(),
            key: "CRAWLEE_STATE".into(),
            is_new: false,
            inner: None,
            leaf: None,
            content_type: JSON.into(),
            staged: false,
            place: "build-7, pts/3".to_owned(),
            process: 1,
            began: Timestamp::from_micros(NOW - 4_000_000_000),
            at: Timestamp::from_micros(NOW - 3_600_000_000),
        };
        let base = r#"{"page": 6, "seen": [1, 2.50, 1E400], "ok": true}"#;
        let base = TypedValue { content_type: JSON.into(), value: base.into() };
        let text = r#"{"page": 6, "seen": [1, 2.75, 1E400], "ok": true}"#.into();
        let draft = Draft { head, base: Some(base), text, opened: None, leaf: None };
        let id = draft.head.id();
        stage.app.now = Timestamp::from_micros(NOW);
        stage.event(Event::Drafts(vec![(id.clone(), draft.head.clone())])).keys("e");
        stage.event(Event::DraftRead(id, Ok(Box::new(draft)))).compared();
        stage
    });
    let staged = |width, height| {
        let mut stage = opened(width, height);
        stage.keys("e<down><end><left>0<down><down><down><end><left>5<ctrl-p>");
        stage.keys("jjjjjj").show(&records());
        stage.keys("e<down><end><left><left><left><left><left><left><left>!<ctrl-p>");
        stage.keys("nnew<enter><enter>{}<ctrl-p>");
        let now = |(key, now): (&str, _)| ("shop-snapshots".into(), Key::from(key), now);
        let found = [("CRAWLEE_STATE", StagedNow::Changed), ("page-000001", StagedNow::Same)];
        while stage.asked.iter().filter(|it| matches!(it, Effect::Read(Slot::Staged, ..))).count()
            > 1
        {
            stage.take(Slot::Staged);
        }
        let found = found.map(now).to_vec();
        stage.answer(Slot::Staged, Ok(Loaded::Staged(found)));
        stage.app.notice = None;
        stage
    };
    each("staged_rows", staged);
    each("staged", |width, height| {
        let mut stage = staged(width, height);
        stage.keys("<ctrl-p>");
        stage
    });
    each("staged_diff", |width, height| {
        let mut stage = staged(width, height);
        stage.keys("<ctrl-p><enter>").compared();
        stage
    });
    each("merge", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("e<down><end><left>0<down><down><down><end><left>5<ctrl-s>");
        let write = stage.write();
        stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
        let theirs = r#"{"page": 8, "seen": [1, 2.75, 1E400], "ok": false}"#;
        stage.theirs(Some(record("CRAWLEE_STATE", JSON, theirs))).compared();
        stage.keys("m");
        stage
    });
}

#[test]
fn overlays() {
    each("help", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("?");
        stage
    });
    each("help_found", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("?/record");
        stage
    });
    each("palette", |width, height| {
        let mut stage = opened(width, height);
        stage.keys(":");
        stage
    });
    each("palette_typed", |width, height| {
        let mut stage = opened(width, height);
        stage.keys(":copy");
        stage
    });
    each("details", |width, height| {
        let mut stage = opened(width, height);
        stage.app.now = Timestamp::from_micros(NOW);
        stage.keys("i");
        stage
    });
    each("filter", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("/page");
        compute(&mut stage);
        stage.show(&records());
        stage
    });
}

#[test]
fn targets() {
    let choice = |name: &str, label: &str, read_only| TargetChoice {
        name: name.to_owned(),
        label: Ok(label.to_owned()),
        read_only,
    };
    each("targets", |width, height| {
        let long =
            "rediss-sentinel://crawler@sentinel-one.example:26379,sentinel-two.example:26379";
        let typo = Err("[profiles.typo] url: `http://` is not a Redis address".to_owned());
        let targets = vec![
            choice("local", "redis://127.0.0.1:6379/0", false),
            choice("production", long, true),
            TargetChoice { name: "typo".to_owned(), label: typo, read_only: false },
            choice("./storage", "~/crawl/storage", false),
        ];
        let settings = Settings { targets, ..Settings::default() };
        let mut stage = Stage::with(width, height, settings);
        stage.connect(stores());
        stage.keys("Tj");
        stage
    });
    each("targets_one", |width, height| {
        let targets = vec![choice("the command line", "redis://127.0.0.1:6379/0", false)];
        let mut stage = Stage::with(width, height, Settings { targets, ..Settings::default() });
        stage.connect(stores());
        stage.keys("T");
        stage
    });
}

#[test]
fn a_notice() {
    each("notice", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("M");
        stage
    });
}

#[test]
fn without_colours_no_cell_has_one() {
    let buffer = opened(120, 36).buffer(plain());
    for cell in buffer.content() {
        assert_eq!(cell.fg, ratatui::style::Color::Reset);
        assert_eq!(cell.bg, ratatui::style::Color::Reset);
    }
}
