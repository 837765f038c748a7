//! The first minute of a person who reads only the screen: each key that is needed is named in the footer, in
//! the border above it or of a dialog, or, for a word that is typed, in the palette, and leads on. The help
//! has to name it only where the palette has no place in the footer.

use std::sync::Arc;

use larder::app::{Effect, Event, Layer, Load, Loaded, Pane, Read, Settings, TargetChoice};
use larder::index::Sort;
use larder::keymap::{Action, Context};
use larder::model::{Crawl, Crawler, Record, WatchEvent, Write};

use super::{JSON, done};
use crate::stage::{Stage, computed, index, record, shown, store};

const SIZES: [(u16, u16); 4] = [(200, 50), (120, 36), (80, 24), (40, 10)];
const HTML: &str = "text/html; charset=utf-8";

/// Presses a key only if the screen names it.
struct Reader {
    stage: Stage,
    /// Records that come in addition to the first ones.
    more: Vec<Record>,
}

/// A reader in the store of a shop, with several targets.
fn reader(size: (u16, u16)) -> Reader {
    let target = |name: &str| TargetChoice {
        name: name.to_owned(),
        label: Ok("redis://127.0.0.1:6379/0".to_owned()),
        read_only: false,
    };
    let targets = vec![target("local"), target("production")];
    let mut stage = Stage::with(size.0, size.1, Settings { targets, ..Settings::default() });
    stage.connect(vec![store("default", 3), store("shop", 4)]);
    let mut reader = Reader { stage, more: Vec::new() };
    reader.press(Action::Down).press(Action::Open);
    assert_eq!(reader.stage.app.keys.len(), 4, "{}", reader.stage.frame());
    reader
}

impl Reader {
    fn records(&self, of: &str) -> Vec<Record> {
        let records = match of {
            "shop" => vec![
                record("a", JSON, r#"{"price": 1}"#),
                record("b", JSON, r#"{"price": 2}"#),
                record("c", HTML, "<h1>three</h1>"),
                record("d", HTML, "<h1>four</h1>"),
            ],
            _ => vec![
                record("ERROR_SNAPSHOT_1", HTML, "<h1>Bad gateway</h1>"),
                record("INPUT", JSON, "{}"),
                record("SDK_CRAWLER_STATISTICS_0", JSON, "{}"),
            ],
        };
        let more = self.more.iter().filter(|_| of == "shop").cloned();
        records.into_iter().chain(more).collect()
    }

    /// Answers all reads that were asked for.
    fn settle(&mut self) -> &mut Self {
        let reads = |effect: &Effect| matches!(effect, Effect::Read(..));
        while let Some(at) = self.stage.asked.iter().position(reads) {
            let Effect::Read(slot, ticket, read) = self.stage.asked.remove(at) else { panic!() };
            let loaded = match read {
                Read::Compute(_) => computed(read),
                Read::Load(Load::Keys { store, .. }) => {
                    Loaded::keys(index(&self.records(&store.escaped())), 1.0)
                }
                Read::Load(Load::Record { store, key, .. } | Load::Whole { store, key, .. }) => {
                    let mut records = self.records(&store.escaped()).into_iter();
                    let found = records.find(|record| record.meta.key == key).unwrap();
                    Loaded::Record(shown(found))
                }
                Read::Load(Load::Crawl) => {
                    let mut crawl = Crawl::default();
                    let (finished, failed) = (Some(90), Some(1));
                    crawl.crawlers.rows.push(Crawler { finished, failed, ..Crawler::default() });
                    crawl.crawlers.total = 1;
                    Loaded::Crawl(Arc::new(crawl))
                }
                Read::Load(_) => continue,
            };
            self.stage.event(Event::Loaded(slot, ticket, Ok(loaded)));
        }
        self
    }

    /// Adds a record to the open store.
    fn comes(&mut self, key: &str) -> &mut Self {
        let new = record(key, JSON, r#"{"price": 9}"#);
        let set = vec![new.meta.clone()];
        self.more.push(new);
        self.stage.noticed(WatchEvent::Records { set, removed: vec![] });
        self.settle()
    }

    /// Presses the key of an action, which the screen must name.
    fn press(&mut self, action: Action) -> &mut Self {
        let (context, size) = (self.stage.app.context(), self.stage.app.size);
        let chord = self.stage.app.keymap.chord(context, action);
        let chord = chord.unwrap_or_else(|| panic!("no key for {action} in {context}"));
        let told = is_told(&mut self.stage, action, &chord.label(true));
        assert!(told, "{chord} for {action} at {size:?} in\n{}", self.stage.frame());
        self.stage.keys(&format!("<{chord}>"));
        self.settle()
    }

    fn type_in(&mut self, text: &str) -> &mut Self {
        self.stage.keys(text);
        self.settle()
    }
}

/// The edges of the panes or of a dialog, and the last line.
fn edges(stage: &mut Stage) -> Vec<String> {
    let frame = stage.frame();
    let is_edge = |line: &&str| line.contains(['╯', '╰', '┛', '┗']) || line.contains(" No ");
    let edges = frame.lines().filter(is_edge).chain(frame.lines().last());
    edges.map(|line| line.replace(|c| ('\u{2500}'..='\u{257f}').contains(&c), " ")).collect()
}

/// Whether the screen names a key: in the last line, on the edges of panes or of a dialog, or in the palette
/// that the last line names; otherwise in the help.
fn is_told(stage: &mut Stage, action: Action, label: &str) -> bool {
    let edges = edges(stage);
    let footer = edges.last().cloned().unwrap_or_default();
    if edges.iter().any(|line| format!(" {line} ").contains(&format!(" {label} "))) {
        return true;
    }
    let context = stage.app.context();
    // A key that moves is no command.
    let moves = matches!(action, Action::Up | Action::Down | Action::Home);
    if let Some(palette) = stage.app.keymap.chord(context, Action::Palette)
        && footer.contains(&format!(" {} ", palette.label(true)))
        && !moves
    {
        return in_palette(stage, &palette.to_string(), action, label);
    }
    let Some(help) = stage.app.keymap.chord(context, Action::Help) else {
        return false;
    };
    footer.contains(&format!("{} help", help.label(true)))
        && has_page(stage, &help.to_string(), |page| has_row(page, action, label))
}

/// Whether the palette has the key at the end of a visible row, once the word for its action is typed.
fn in_palette(stage: &mut Stage, palette: &str, action: Action, label: &str) -> bool {
    stage.keys(&format!("<{palette}>")).keys(action.hint());
    let frame = stage.frame();
    let does: String = action.clause().chars().take(12).collect();
    let ends = format!(" {label} ┃");
    let found = frame.lines().any(|line| line.contains(&does) && line.contains(&ends));
    stage.keys("<esc>");
    found
}

/// Whether the help, which is read page by page, has such a page.
fn has_page(stage: &mut Stage, help: &str, is_wanted: impl Fn(&str) -> bool) -> bool {
    stage.keys(&format!("<{help}>"));
    assert!(matches!(stage.app.layer(), Some(Layer::Help(_))), "{}", stage.frame());
    let mut page = stage.frame();
    let found = loop {
        if is_wanted(&page) {
            break true;
        }
        let next = stage.keys("<pgdn>").frame();
        if page == next {
            break false;
        }
        page = next;
    };
    stage.keys(&format!("<{help}>"));
    found
}

/// Whether a page of the help has the key before its action.
fn has_row(page: &str, action: Action, label: &str) -> bool {
    let does: String = action.clause().chars().take(12).collect();
    let narrow = page.lines().nth(1).is_some_and(|line| line.chars().count() < 54);
    let keys = if narrow { 10 } else { 16 };
    page.lines().any(|line| {
        line.match_indices(&does).any(|(at, _)| {
            let before: Vec<char> = line[..at].chars().collect();
            let before: String = before[before.len().saturating_sub(keys)..].iter().collect();
            before.replace(['│', '┃', '▌'], " ").split_whitespace().any(|word| word == label)
        })
    })
}

fn each(task: impl Fn(&mut Reader)) {
    for size in SIZES {
        task(&mut reader(size));
    }
}

#[test]
fn a_key_that_is_not_on_the_screen_is_not_taken_for_told() {
    for size in SIZES {
        let mut stage = reader(size).stage;
        assert!(!is_told(&mut stage, Action::Filter, "ctrl-f"), "a key of another row");
        assert!(!is_told(&mut stage, Action::Totals, "f7"), "no key at all");
        assert!(is_told(&mut stage, Action::Totals, "t"));
    }
}

/// The last line, with the border above it, itself names the keys for each step of these tasks on a screen of
/// eighty columns.
#[test]
fn the_last_line_names_what_the_first_minute_needs() {
    let says = |reader: &mut Reader, wanted: &[&str]| {
        let edges = edges(&mut reader.stage).join("  ");
        let (edges, frame) = (format!("{edges}  "), reader.stage.frame());
        for wanted in wanted {
            assert!(edges.contains(&format!(" {wanted}  ")), "{wanted}: {frame}");
        }
    };
    let mut reader = reader((80, 24));
    let always = ["↵ open", "e edit", "/ filter", "s sort", "← stores", ": more", "? help"];
    says(&mut reader, &always);
    says(&mut reader, &["space mark", "y copy"]);
    reader.comes("page-9");
    says(&mut reader, &always);
    says(&mut reader, &["F follow", "space mark", "y copy"]);
    reader.press(Action::Mark);
    says(&mut reader, &["d delete 1", "x unmark", "V range", "? help"]);
    reader.press(Action::UnmarkAll);
    reader.stage.app.settings.read_only = true;
    says(&mut reader, &["↵ open", "/ filter", "i why read-only", ": more", "? help"]);
    reader.stage.app.settings.read_only = false;
    reader.press(Action::Left);
    says(&mut reader, &["↵ open", "C crawl", "T targets", ": more", "? help", "q quit"]);
}

#[test]
fn the_page_that_failed_is_found() {
    each(|reader| {
        reader.press(Action::Crawl).press(Action::FailedRequests);
        let app = &reader.stage.app;
        assert_eq!(app.keys.store, Some("default".into()));
        assert_eq!(app.keys.current().unwrap().key, "ERROR_SNAPSHOT_1".into());
        reader.press(Action::Open);
        assert_eq!(reader.stage.app.focus, Pane::Record);
        assert!(reader.stage.frame().contains("Bad gateway"), "{}", reader.stage.frame());
    });
}

#[test]
fn the_keys_are_filtered_to_a_type() {
    each(|reader| {
        reader.press(Action::Totals).press(Action::Open);
        let keys = &reader.stage.app.keys;
        assert_eq!(keys.len(), 2, "{}", keys.filter);
        assert!(keys.filter.starts_with("@="), "{}", keys.filter);
        reader.press(Action::Back);
        assert_eq!(reader.stage.app.keys.len(), 4);
    });
}

#[test]
fn the_newest_record_is_opened() {
    each(|reader| {
        reader.comes("page-9");
        for _ in 0..4 {
            if reader.stage.app.keys.sort != Sort::Newest {
                reader.press(Action::Sort);
            }
        }
        assert!(reader.stage.frame().contains("Newest first"), "{}", reader.stage.frame());
        reader.press(Action::Home).press(Action::Open);
        let app = &reader.stage.app;
        assert_eq!(app.focus, Pane::Record);
        assert_eq!(app.record.wanted.as_ref().unwrap().1, "page-9".into());
    });
}

#[test]
fn a_key_is_copied() {
    each(|reader| {
        reader.press(Action::CopyKey);
        let copied =
            |effect: &Effect| matches!(effect, Effect::Copy { what: "key", bytes } if bytes == "a");
        assert!(reader.stage.asked.iter().any(copied));
    });
}

#[test]
fn a_range_is_marked() {
    each(|reader| {
        reader.press(Action::MarkRange).press(Action::Down).press(Action::Down);
        reader.press(Action::MarkRange);
        assert_eq!(reader.stage.app.keys.marks.keys.len(), 3);
        reader.press(Action::UnmarkAll);
        assert!(reader.stage.app.keys.marks.keys.is_empty());
    });
}

#[test]
fn the_crawl_is_followed() {
    each(|reader| {
        reader.press(Action::Follow).comes("page-9");
        assert_eq!(reader.stage.app.keys.current().unwrap().key, "page-9".into());
        reader.comes("page-1");
        assert_eq!(reader.stage.app.keys.current().unwrap().key, "page-1".into());
        // The same key ends it.
        reader.press(Action::Follow);
        assert!(!reader.stage.app.keys.follow.on);
    });
}

#[test]
fn a_value_is_changed() {
    each(|reader| {
        reader.press(Action::Edit).type_in("<down><end>5").press(Action::Save);
        let write = reader.stage.write();
        let Write::Set(set) = &write else { panic!("{write:?}") };
        assert_eq!(set.value, r#"{"price": 15}"#);
        reader.stage.written(write, Ok(done()));
        assert!(reader.stage.app.editor.is_none());
    });
}

#[test]
fn why_nothing_may_be_written_is_seen() {
    each(|reader| {
        reader.stage.app.settings.read_only = true;
        reader.stage.app.settings.read_only_why = "read-only (--read-only)";
        assert!(reader.stage.frame().contains("read-only"), "{}", reader.stage.frame());
        reader.press(Action::Details);
        let mut rows = 0;
        while !reader.stage.frame().contains("refused: read-only") {
            rows += 1;
            assert!(rows < 20, "{}", reader.stage.frame());
            reader.press(Action::Down);
        }
        // The help says so about each key that would write.
        reader.press(Action::Close).press(Action::Palette).type_in("delete the record");
        let Some(Layer::Palette(palette)) = reader.stage.app.layer() else { panic!() };
        let why = palette.0.current().unwrap().why.as_deref();
        assert_eq!(why, Some("read-only (--read-only)"));
        assert!(reader.stage.frame().contains("read-only (--read-only)"));
    });
}

#[test]
fn another_target_is_opened() {
    each(|reader| {
        reader.press(Action::Targets).press(Action::Down).press(Action::Accept);
        assert!(reader.stage.asked.iter().any(|effect| matches!(effect, Effect::Switch(1))));
    });
}

#[test]
fn everything_is_left_again() {
    each(|reader| {
        for (into, out) in [
            (Action::Details, Action::Close),
            (Action::Crawl, Action::Close),
            (Action::Totals, Action::Close),
            (Action::Targets, Action::Close),
            (Action::Jobs, Action::Close),
            (Action::Journal, Action::Close),
            (Action::Messages, Action::Close),
            (Action::Help, Action::Close),
            (Action::Palette, Action::Close),
            (Action::Filter, Action::Cancel),
            (Action::NewRecord, Action::Cancel),
            (Action::Edit, Action::Cancel),
            (Action::Delete, Action::ConfirmNo),
        ] {
            reader.press(into);
            let app = &reader.stage.app;
            assert!(app.editor.is_some() || app.layers.len() == 1, "{into}");
            reader.press(out);
            let app = &reader.stage.app;
            assert!(app.editor.is_none() && app.layers.is_empty(), "{into}");
            assert_eq!(app.context(), Context::Keys, "{into}");
        }
        reader.press(Action::Filter).type_in("a").press(Action::Accept);
        assert_eq!(reader.stage.app.keys.filter, "a");
        reader.press(Action::Back);
        assert_eq!(reader.stage.app.keys.filter, "");
        // The cursor in the values, if the record has some.
        reader.press(Action::Open).press(Action::SelectValue);
        assert_eq!(reader.stage.app.context(), Context::Leaf);
        let frame = reader.stage.frame();
        assert!(frame.lines().last().unwrap().contains(" esc close"), "{frame}");
        reader.press(Action::Close).press(Action::Left);
        assert_eq!(reader.stage.app.focus, Pane::Keys);
        reader.press(Action::Quit);
        assert!(reader.stage.asked.iter().any(|effect| matches!(effect, Effect::Quit)));
    });
}
